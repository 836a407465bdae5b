"""The command line on a PostgreSQL: what works there, and what says why not."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from engines import OnPostgres, running_on

from bot import cli
from bot.storage import privacy
from bot.storage.place import Place
from bot.storage.store import Store

ADA = 4_000_000_000_000_000_007


@pytest.fixture
async def postgres(request: pytest.FixtureRequest, tmp_path, monkeypatch) -> AsyncIterator[OnPostgres]:
    """A database with Ada in it, which the settings name."""
    monkeypatch.chdir(tmp_path)
    async with running_on("postgres", request.config) as made:
        assert isinstance(made, OnPostgres)
        store = await made.open(Path("hall"))
        await store.write(lambda tx: tx.run("INSERT INTO member VALUES (1, ?, 'Ada', 3, NULL)", (ADA,)))
        await store.write(lambda tx: tx.run("INSERT INTO total VALUES (1, 'all', '', ?, 12, 3, 1, 9)", (ADA,)))
        await store.close()
        yield made


async def run(postgres: OnPostgres, monkeypatch: pytest.MonkeyPatch, *arguments: str, name: str = "hall") -> int:
    """``python -m bot`` with these arguments."""
    monkeypatch.setenv("STUDYHALL_DATABASE_URL", postgres.address(Path(name)))
    return await asyncio.to_thread(cli.main, arguments)


async def opened(postgres: OnPostgres) -> Store:
    return await postgres.open(Path("hall"))


async def test_copies_are_the_servers_and_each_command_says_how(postgres, monkeypatch, capsys):
    assert await run(postgres, monkeypatch, "backup") == 1
    assert "pg_dump --format=custom" in capsys.readouterr().err
    assert await run(postgres, monkeypatch, "restore", "some.db") == 1
    assert "pg_restore --clean" in capsys.readouterr().err
    monkeypatch.setenv("STUDYHALL_DATABASE_URL", "")
    assert await asyncio.to_thread(cli.main, ["backup", "--done"]) == 1
    assert "--done is for a PostgreSQL" in capsys.readouterr().err


async def test_a_backup_that_is_told_is_known(postgres, monkeypatch, capsys):
    store = await opened(postgres)
    assert await store.told_backup() is None
    assert await run(postgres, monkeypatch, "backup", "--done") == 0
    assert "Noted: a backup was made just now" in capsys.readouterr().out
    assert await store.told_backup() > 1_700_000_000_000
    await store.close()


async def test_the_figures_of_the_questions_are_read_beside_a_running_bot(postgres, monkeypatch, capsys):
    async with Place(Path(), postgres.address(Path("hall"))).alone():
        assert await run(postgres, monkeypatch, "items") == 0
    assert "0 first attempts" in capsys.readouterr().out


async def test_totals_are_repaired_but_not_beside_a_running_bot(postgres, monkeypatch, capsys):
    async with Place(Path(), postgres.address(Path("hall"))).alone():
        assert await run(postgres, monkeypatch, "repair") == 1
        assert "A Studyhall is running on this database" in capsys.readouterr().err
    assert await run(postgres, monkeypatch, "repair") == 0
    assert "12 points, 1 of 3 right -> nothing" in capsys.readouterr().out
    assert await run(postgres, monkeypatch, "repair") == 0
    assert "All totals were right" in capsys.readouterr().out


async def test_who_was_deleted_is_deleted_again_after_a_restore(postgres, monkeypatch, capsys, tmp_path):
    store = await opened(postgres)
    backup = await store.rows("SELECT * FROM member")
    assert await store.write(lambda tx: privacy.delete(tx, ADA, 5)) == 2
    assert await run(postgres, monkeypatch, "deletions", "kept.jsonl") == 0
    assert "kept.jsonl lists 1 deletion, 1 of them new" in capsys.readouterr().out
    assert str(ADA) not in (tmp_path / "kept.jsonl").read_text()
    assert json.loads((tmp_path / "kept.jsonl").read_text())["at_ms"] == 5
    await store.write(lambda tx: tx.run("INSERT INTO member VALUES (?, ?, ?, ?, ?)", backup[0]))
    await store.write(lambda tx: tx.run("DELETE FROM deleted_member"))
    await store.close()
    assert await run(postgres, monkeypatch, "deletions", "kept.jsonl", "--apply") == 0
    assert "1 member was deleted again, by 1 deletion in kept.jsonl" in capsys.readouterr().out
    store = await opened(postgres)
    assert await store.rows("SELECT * FROM member") == []
    assert await store.rows("SELECT at_ms FROM deleted_member") == [(5,)]
    await store.close()
    assert await run(postgres, monkeypatch, "deletions", "none.jsonl", "--apply") == 1
    assert "none.jsonl can't be used as a list of deletions (it is not there)" in capsys.readouterr().err


async def test_a_database_without_a_studyhall_is_told_and_left_as_it_is(postgres, monkeypatch, capsys):
    await postgres.empty(Path("bare"))
    for arguments in (("items",), ("backup", "--done"), ("deletions", "kept.jsonl")):
        assert await run(postgres, monkeypatch, *arguments, name="bare") == 1
        assert "holds no Studyhall yet. Start the bot on it once" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["items"], ["repair"], ["deletions", "x"], ["move", "--to", "new/studyhall.db"]])
async def test_an_address_that_leads_nowhere_is_told_without_its_password(
    tmp_path, monkeypatch, capsys, arguments, request
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DISCORD_TOKEN", "MTA0.token")
    monkeypatch.setenv("STUDYHALL_DATABASE_URL", "postgresql://ada:hunter22@127.0.0.1:1/hall")
    assert await asyncio.to_thread(cli.main, arguments) == 1
    said = capsys.readouterr()
    assert "hunter22" not in said.err + said.out
    assert "can't be used" in said.err


async def test_a_password_is_never_sent_in_the_clear_where_encryption_is_asked_for(tmp_path, monkeypatch, capsys):
    heard = bytearray()

    async def without_encryption(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.extend(await reader.read(1000))
        writer.write(b"N")  # https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
        heard.extend(await reader.read())
        writer.close()

    monkeypatch.chdir(tmp_path)
    server = await asyncio.start_server(without_encryption, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    monkeypatch.setenv("STUDYHALL_DATABASE_URL", f"postgresql://ada:hunter22@127.0.0.1:{port}/hall?sslmode=require")
    assert await asyncio.to_thread(cli.main, ["items"]) == 1
    server.close()
    assert "rejected SSL upgrade" in capsys.readouterr().err
    assert heard == b"\x00\x00\x00\x08\x04\xd2\x16\x2f"  # the question for it, and nothing else


@pytest.mark.parametrize(
    ("how", "said"), [("verify-full", "root certificate"), ("perhaps", "`sslmode` parameter must be one of")]
)
async def test_what_is_wrong_with_the_encryption_asked_for_is_told(tmp_path, monkeypatch, capsys, how, said):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("STUDYHALL_DATABASE_URL", f"postgresql://ada:hunter22@127.0.0.1:1/hall?sslmode={how}")
    assert await asyncio.to_thread(cli.main, ["items"]) == 1
    told = capsys.readouterr().err
    assert said in told
    assert "hunter22" not in told


async def test_processes_are_listed_drained_and_their_shards_changed(postgres, monkeypatch, capsys):
    assert await run(postgres, monkeypatch, "processes") == 0
    assert "No process runs on this database." in capsys.readouterr().out
    async with Place(Path("hall"), postgres.address(Path("hall"))).lease_table() as table:
        ada = await table.join("ada-1", "0.1.0", "tea")
        await table.put_packs_in_force("tea")
        await table.settle_shards(3)
        await table.take(ada, 1, 3)
        await table.join("grace-2", "0.1.0", "coffee")
        assert await run(postgres, monkeypatch, "processes", "--drain", "ada-1") == 0
        assert "ada-1 hands its shards over as soon as others are connected" in capsys.readouterr().out
        assert await run(postgres, monkeypatch, "processes") == 0
        shown = capsys.readouterr().out.splitlines()
        assert [line.split()[0] for line in shown[1:3]] == ["ada-1", "grace-2"]
        assert shown[1].rstrip().endswith("1       draining")
        assert shown[2].rstrip().endswith("none    other courses")
        assert shown[3:] == ["3 shards in all.", "Nobody has shard 0, 2. A lease that is not renewed ends after 8 s."]
        assert await run(postgres, monkeypatch, "processes", "--resume", "ada-1") == 0
        assert await run(postgres, monkeypatch, "processes", "--drain", "nobody") == 1
        assert "No process called nobody runs on this database" in capsys.readouterr().err
        assert await run(postgres, monkeypatch, "processes", "--shards", "3") == 0
        assert await run(postgres, monkeypatch, "processes", "--shards", "5") == 0
        assert "over 5 shards from now on. Games pause" in capsys.readouterr().out
        assert (await table.cluster()).wanted_shards == 5
    monkeypatch.setenv("STUDYHALL_DATABASE_URL", "")
    assert await asyncio.to_thread(cli.main, ["processes"]) == 1
    assert "On SQLite there is one process" in capsys.readouterr().err
