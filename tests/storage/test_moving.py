"""A whole database moved from SQLite to PostgreSQL and back: everything arrives, or nothing does."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from engines import OnPostgres, running_on
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from in_english import refused

from bot.commands.move import move_to
from bot.errors import StorageError
from bot.storage.place import Place
from bot.storage.postgres import connecting, moving
from bot.storage.sqlite.lock import only_one
from bot.storage.store import Store

TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
IDS = st.integers(-(2**63), 2**63 - 1)


@pytest.fixture
async def postgres(request: pytest.FixtureRequest) -> AsyncIterator[OnPostgres]:
    async with running_on("postgres", request.config) as made:
        assert isinstance(made, OnPostgres)
        yield made


async def filled(path: Path, names: list[tuple[int, str]]) -> Place:
    """A SQLite database with members, a practice with questions, a deletion, totals, and a course with a picture."""
    store = await Store.open(path)

    async def job(tx) -> None:
        await tx.run_many("INSERT INTO member VALUES (1, ?, ?, 3, NULL) ON CONFLICT DO NOTHING", names)
        await tx.run(
            "INSERT INTO practice_run (id, member_id, guild_id, pack_id, started_ms) VALUES (41, 7, NULL, 'p', 5)"
        )
        await tx.run("INSERT INTO practice_question VALUES (41, 0, 'q', 'h', '[0,1]')")
        await tx.run("INSERT INTO total VALUES (1, 'all', '', 7, 12, 3, 1, 9)")
        await tx.run("INSERT INTO deleted_member (hash, at_ms, by_retention) VALUES (?, 5, 1)", (b"\x00\xff",))
        await tx.run("INSERT INTO course (id, guild_id, outline, made_ms) VALUES (3, 1, '{}', 5)")
        await tx.run("INSERT INTO course_question VALUES (3, 'q1', 1, 1, '{}', NULL, NULL, 5)")
        await tx.run("INSERT INTO course_picture VALUES (3, 'picture-1.png', 'bee.png', ?)", (bytes(range(256)),))
        await tx.run("INSERT INTO card VALUES (7, 'p', 'f', 2.5, 0.1, 1, 2, 'm')")

    await store.write(job)
    await store.close()
    return Place(path)


def everything(path: Path) -> dict[str, list[tuple]]:
    """Every row of a SQLite file."""
    with closing(sqlite3.connect(path)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: sorted(connection.execute(f'SELECT * FROM "{table}"'), key=repr) for table in tables}


async def fresh(postgres: OnPostgres, name: str = "target") -> str:
    """The address of a database in which there is nothing."""
    await postgres.empty(Path(name))
    return postgres.address(Path(name))


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.tuples(IDS, TEXTS), max_size=30))
def test_there_and_back_again_everything_is_as_it_was(tmp_path_factory, request, names):
    async def there_and_back() -> None:
        folder = tmp_path_factory.mktemp("data")
        source = await filled(folder / "studyhall.db", names)
        before = (folder / "studyhall.db").read_bytes()
        async with running_on("postgres", request.config) as postgres:
            assert isinstance(postgres, OnPostgres)
            url = await fresh(postgres)
            moved = await moving.to_postgres(source.path, url)
            assert moved.tables["member"].rows == len(dict(names))
            assert moved.points == 12
            back = await moving.to_sqlite(url, folder / "back" / "studyhall.db")
        assert back.tables == moved.tables
        expected = everything(source.path)
        expected["member"] = sorted(
            [(guild, member, name.replace("\0", ""), *more) for guild, member, name, *more in expected["member"]],
            key=repr,
        )
        assert everything(folder / "back" / "studyhall.db") == expected
        assert (folder / "studyhall.db").read_bytes() == before
        assert (folder / "back" / "studyhall.db").stat().st_mode & 0o077 == 0

    asyncio.run(there_and_back())


async def test_the_next_number_comes_after_those_that_were_moved(tmp_path, postgres: OnPostgres):
    source = await filled(tmp_path / "studyhall.db", [(7, "Ada")])
    url = await fresh(postgres)
    await moving.to_postgres(source.path, url)
    store = await Store.open(source.path, url)
    run = "INSERT INTO practice_run (member_id, pack_id, started_ms) VALUES (7, 'p', 6) RETURNING id"
    assert await store.write(lambda tx: tx.rows(run)) == [(42,)]
    await store.close()


async def test_a_target_that_holds_something_is_left_alone(tmp_path, postgres: OnPostgres):
    source = await filled(tmp_path / "studyhall.db", [(7, "Ada")])
    store = await postgres.open(Path("target"))
    await store.write(lambda tx: tx.run("INSERT INTO member VALUES (1, 8, 'Grace', 3, NULL)"))
    with refused(StorageError, "holds something already .its table member has rows.; nothing was copied"):
        await moving.to_postgres(source.path, postgres.address(Path("target")))
    assert await store.rows("SELECT name FROM member") == [("Grace",)]
    await store.close()


async def test_a_bot_that_was_only_started_on_the_target_is_no_hindrance(tmp_path, postgres: OnPostgres):
    source = await filled(tmp_path / "studyhall.db", [(7, "Ada")])
    await (await postgres.open(Path("target"))).close()
    moved = await moving.to_postgres(source.path, postgres.address(Path("target")))
    back = await moving.to_sqlite(postgres.address(Path("target")), tmp_path / "back.db")
    assert back.tables == moved.tables  # the salt too: deletions are recognised by it
    assert everything(tmp_path / "back.db")["privacy"] == everything(source.path)["privacy"]


async def test_what_arrives_otherwise_than_it_was_sent_is_taken_back(tmp_path, postgres: OnPostgres, monkeypatch):
    source = await filled(tmp_path / "studyhall.db", [(7, "Ada")])
    url = await fresh(postgres)
    monkeypatch.setattr(moving._Sum, "over", spoiling(moving._Sum.over))
    with refused(StorageError, r"What arrived is not what was sent \(member\), so nothing was kept"):
        await moving.to_postgres(source.path, url)
    monkeypatch.undo()
    assert (await moving.to_postgres(source.path, url)).tables["member"].rows == 1  # the target was empty again


def spoiling(over):
    """A copy whose first row of members is counted as another one."""
    spoilt: list[bool] = []

    def counted(self, batch):
        if not spoilt and batch and "Ada" in batch[0]:
            spoilt.append(True)
            over(self, [(*batch[0][:2], "Eve", batch[0][3])])
            return batch
        return over(self, batch)

    return counted


async def test_a_move_that_is_cut_short_leaves_nothing_and_can_be_done_again(
    tmp_path, postgres: OnPostgres, monkeypatch
):
    source = await filled(tmp_path / "studyhall.db", [(7, "Ada")])
    url = await fresh(postgres)

    async def cut(*_) -> None:
        raise ConnectionResetError("cut")

    monkeypatch.setattr(moving, "_set_counters", cut)
    with refused(StorageError, r"can't be used \(cut\)"):
        await moving.to_postgres(source.path, url)
    monkeypatch.undo()
    await moving.to_postgres(source.path, url)
    (tmp_path / "back.db.moving").write_bytes(b"half of it")
    await moving.to_sqlite(url, tmp_path / "back.db")
    assert everything(tmp_path / "back.db") == everything(source.path)
    assert not (tmp_path / "back.db.moving").exists()


async def test_a_slow_disk_on_the_way_back_does_not_end_the_move(tmp_path, postgres: OnPostgres, monkeypatch):
    source = await filled(tmp_path / "studyhall.db", [(7, "Ada")])
    url = await fresh(postgres)
    await moving.to_postgres(source.path, url)
    compared = moving._read_back

    def slowly(*how) -> moving.TableSum:
        time.sleep(0.01)
        return compared(*how)

    monkeypatch.setattr(moving, "_read_back", slowly)
    monkeypatch.setitem(connecting.CONNECTING["server_settings"], "idle_in_transaction_session_timeout", "1ms")
    assert (await moving.to_sqlite(url, tmp_path / "back.db")).tables["member"].rows == 1


async def test_nothing_moves_while_a_bot_runs_on_the_source_or_the_target(tmp_path, postgres: OnPostgres):
    source = await filled(tmp_path / "studyhall.db", [(7, "Ada")])
    url = await fresh(postgres)
    with only_one(tmp_path), refused(StorageError, "A Studyhall is running on the data folder"):
        await move_to(source, url)
    async with Place(Path(), url).alone():
        with refused(StorageError, "A Studyhall is running on this database"):
            await move_to(source, url)
        with refused(StorageError, "A Studyhall is running on this database"):
            await move_to(Place(Path(), url), str(tmp_path / "back" / "studyhall.db"))


async def test_the_command_says_what_was_moved_and_what_comes_next(tmp_path, postgres: OnPostgres, capsys):
    source = await filled(tmp_path / "studyhall.db", [(7, "Ada")])
    url = await fresh(postgres)
    assert await move_to(source, url) == 0
    said = capsys.readouterr().out
    assert "(0 answers, 12 points on the boards) were copied in" in said
    assert (
        "Set STUDYHALL_DATABASE_URL to that address and start the bot. The SQLite file and its backups are as they were"
        in said
    )
    assert await move_to(Place(Path(), url), str(tmp_path / "back" / "studyhall.db")) == 0
    assert f"set STUDYHALL_DATA_DIR to {tmp_path / 'back'} and start the bot" in capsys.readouterr().out
    with refused(StorageError, "studyhall.db is there already; nothing was copied"):
        await move_to(Place(Path(), url), str(tmp_path / "back" / "studyhall.db"))
    (tmp_path / "back" / "studyhall.db").rename(tmp_path / "back" / "studyhall.db-wal")
    with refused(StorageError, "studyhall.db-wal is there already; nothing was copied"):
        await move_to(Place(Path(), url), str(tmp_path / "back" / "studyhall.db"))
    with refused(StorageError, "A start would not find .*other.db. Call the file studyhall.db"):
        await move_to(Place(Path(), url), str(tmp_path / "other.db"))
    with refused(StorageError, "moves from SQLite to a PostgreSQL or back"):
        await move_to(source, str(tmp_path / "other.db"))
    with refused(StorageError, "moves from SQLite to a PostgreSQL or back"):
        await move_to(Place(Path(), url), url)


@pytest.mark.parametrize("found", ["nothing", "another program's", "broken"])
async def test_a_source_that_is_none_is_told(tmp_path, postgres: OnPostgres, found):
    path, url = tmp_path / "studyhall.db", await fresh(postgres)
    if found == "broken":
        path.write_bytes(b"no database at all" * 100)
    if found == "another program's":
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE music (title TEXT)")
    with refused(StorageError, "studyhall.db"):
        await move_to(Place(path), url)
    with refused(StorageError, "holds no Studyhall yet"):
        await move_to(Place(Path(), url), str(tmp_path / "back" / "studyhall.db"))
    assert not (tmp_path / "back" / "studyhall.db").exists()
