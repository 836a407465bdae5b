"""Opening the database: fresh, older, newer, broken, locked."""

import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from in_english import refused, say
from opened_store import opened

from bot.errors import StorageError
from bot.storage.postgres.migrations import steps
from bot.storage.sqlite.backup import BackupWriter
from bot.storage.sqlite.beside import only_reading
from bot.storage.sqlite.lock import only_one
from bot.storage.sqlite.migrations import _apply, migrate, migrations, statements
from bot.storage.store import Store

ADA = "INSERT INTO member VALUES (1, 2, 'Ada', 3, NULL)"
posix = pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX's")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def version(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("PRAGMA user_version").fetchone()[0]
    finally:
        connection.close()


def tables(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    try:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    finally:
        connection.close()


async def test_a_fresh_file_is_made_with_its_folder_and_the_newest_schema(tmp_path):
    path = tmp_path / "data" / "studyhall.db"
    async with opened(path):
        pass
    assert version(path) == max(migrations())
    assert {"answer", "total", "card", "practice_run", "demo_run"} <= tables(path)
    assert list(path.parent.glob("*before*")) == []


@posix
async def test_nobody_else_may_read_the_files(tmp_path):
    path = tmp_path / "data" / "studyhall.db"
    async with opened(path) as store:
        await store.write(lambda tx: tx.run(ADA))
        assert mode(path.parent) == 0o700
        assert {file.name: mode(file) for file in path.parent.iterdir()} == {
            "studyhall.db": 0o600,
            "studyhall.db-wal": 0o600,
            "studyhall.db-shm": 0o600,
        }


async def test_every_table_is_strict_and_the_journal_is_flushed_at_each_commit(tmp_path):
    async def pragmas(tx):
        return [(await tx.rows(f"PRAGMA {name}"))[0][0] for name in ("journal_mode", "synchronous", "foreign_keys")]

    full, on = 2, 1
    async with opened(tmp_path / "a.db") as store:
        listed = await store.rows("SELECT name, type, strict FROM pragma_table_list WHERE schema = 'main'")
        assert await store.write(pragmas) == ["wal", full, on]
    for name, kind, strict in listed:
        assert kind != "table" or name.startswith("sqlite_") or strict, f"{name} is not STRICT"


async def test_a_reader_cannot_write(tmp_path):
    async with opened(tmp_path / "a.db") as store:
        with pytest.raises(StorageError):
            await store.rows(ADA)


async def test_a_known_file_opens_again_with_what_it_held(tmp_path):
    async with opened(tmp_path / "a.db") as store:
        await store.write(lambda tx: tx.run(ADA))
    async with opened(tmp_path / "a.db") as store:
        assert await store.rows("SELECT name FROM member") == [("Ada",)]
    assert list(tmp_path.glob("*before*")) == []


async def test_a_file_from_a_newer_studyhall_is_refused_and_left_as_it_is(tmp_path):
    path = tmp_path / "a.db"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {max(migrations()) + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StorageError) as told:
        await Store.open(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.db"]
    for words in (str(path), "newer", "STUDYHALL_DATA_DIR", "Nothing was changed"):
        assert words in say(told.value.fact)


async def test_an_sqlite_that_is_too_old_is_refused_before_a_file_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 38, 5))
    with refused(StorageError, r"Studyhall needs 3.39 or later. Update the system"):
        await Store.open(tmp_path / "a.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"this is no database, just words" * 200, b"SQLite format 3\x00" + b"\xff" * 4096])
async def test_a_broken_file_is_refused_and_left_as_it_is(tmp_path, content):
    path = tmp_path / "a.db"
    path.write_bytes(content)
    with pytest.raises(StorageError) as told:
        await Store.open(path)
    assert path.read_bytes() == content
    assert str(path) in say(told.value.fact)
    assert "It was left as it is" in say(told.value.fact)


async def test_a_file_that_cannot_be_opened_now_is_no_reason_to_bring_back_a_backup(tmp_path):
    (tmp_path / "a.db").mkdir()  # SQLite's answer is of the kind of a full disk or of a locked file
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / "studyhall-20260101-000000.db").touch()
    with refused(StorageError, "STUDYHALL_DATA_DIR") as told:
        await Store.open(tmp_path / "a.db")
    assert "restore" not in say(told.value.fact)
    assert "Make room" in say(told.value.fact)


async def test_a_data_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "data").write_text("a file, not a folder", encoding="utf-8")
    with refused(StorageError, "STUDYHALL_DATA_DIR"):
        await Store.open(tmp_path / "data" / "a.db")


TWO = {
    1: "CREATE TABLE tea (name TEXT) STRICT;",
    2: "CREATE TABLE cup (size INTEGER) STRICT;\nINSERT INTO cup VALUES (3);",
}
BROKEN = {
    **TWO,
    3: "CREATE TABLE pot (size INTEGER) STRICT;\nINSERT INTO pot VALUES (1);\nINSERT INTO nothing VALUES (1);",
}


def test_migrations_are_applied_in_order_and_only_once(tmp_path):
    path = tmp_path / "a.db"
    assert migrate(path, "now", dict(reversed(TWO.items()))) == [1, 2]
    assert migrate(path, "now", TWO) == []
    assert tables(path) == {"tea", "cup"}


def test_an_existing_file_is_copied_before_it_is_changed(tmp_path):
    path = tmp_path / "a.db"
    migrate(path, "first", {1: TWO[1]})
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO tea VALUES ('green')")
    connection.commit()
    connection.close()
    migrate(path, "20261122-120000", TWO)
    copy = tmp_path / "a.db.before-2.20261122-120000"
    assert tables(copy) == {"tea"}
    assert version(copy) == 1
    connection = sqlite3.connect(copy)
    assert connection.execute("SELECT name FROM tea").fetchall() == [("green",)]
    connection.close()
    assert version(path) == 2
    if sys.platform != "win32":
        assert mode(copy) == 0o600


def test_a_migration_that_fails_leaves_nothing_of_itself(tmp_path):
    path = tmp_path / "a.db"
    with pytest.raises(sqlite3.OperationalError):
        migrate(path, "now", BROKEN)
    assert version(path) == 2
    assert tables(path) == {"tea", "cup"}
    assert migrate(path, "later", {**BROKEN, 3: "CREATE TABLE pot (size INTEGER) STRICT;"}) == [3]


def test_a_migration_that_another_process_was_faster_with_is_left_out(tmp_path):
    path = tmp_path / "a.db"
    migrate(path, "now", TWO)
    connection = sqlite3.connect(path, isolation_level=None)
    assert _apply(connection, 2, TWO[2]) is False
    assert not connection.in_transaction
    assert connection.execute("SELECT count(*) FROM cup").fetchone() == (1,)
    connection.close()


def test_the_scripts_are_numbered_without_a_gap_but_for_what_concerns_postgresql_alone():
    numbers = list(migrations())
    assert numbers == sorted(numbers)
    assert set(range(1, max(numbers) + 1)) - set(numbers) <= set(steps())


def test_a_script_is_cut_where_a_statement_ends():
    script = """-- a comment; with a semicolon
CREATE TABLE tea (name TEXT DEFAULT ';');
CREATE TRIGGER t AFTER INSERT ON tea BEGIN
    DELETE FROM tea;
END;
-- the end
"""
    told = list(statements(script))
    assert len(told) == 2
    assert told[1].startswith("CREATE TRIGGER")
    assert told[1].strip().endswith("END;")


def test_a_script_that_ends_in_the_middle_of_a_statement_is_refused():
    with refused(StorageError, "CREATE TABLE tea"):
        list(statements("CREATE TABLE cup (a TEXT);\nCREATE TABLE tea (\n"))


def test_where_nothing_could_be_brought_up_to_date_no_copy_stays_so_that_tries_do_not_fill_the_disk(tmp_path):
    path = tmp_path / "a.db"
    migrate(path, "now", TWO)
    for stamp in ("first", "second"):
        with pytest.raises(sqlite3.OperationalError):
            migrate(path, stamp, BROKEN)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.db"]


# A database that has lost what it held


@pytest.mark.parametrize("backups", [True, False], ids=["with a backup", "without one"])
async def test_a_database_of_zero_bytes_is_not_taken_as_a_new_one(tmp_path, backups):
    path = tmp_path / "a.db"
    async with opened(path) as store:
        await store.write(lambda tx: tx.run(ADA))
    backup = tmp_path / "backups" / "studyhall-20260102-030405.db"
    if backups:
        BackupWriter().write(path, backup)
    path.write_bytes(b"")
    with refused(StorageError, "0 bytes") as told:
        async with opened(path):
            pass
    assert path.read_bytes() == b""
    assert (f"python -m bot restore {backup}" in say(told.value.fact)) == backups
    assert "STUDYHALL_DATA_DIR" in say(told.value.fact)
    with refused(StorageError, "0 bytes"):
        async with only_reading(path):
            pass


async def test_a_missing_database_beside_backups_is_not_begun_anew_without_a_word(tmp_path):
    path = tmp_path / "a.db"
    async with opened(path) as store:
        await store.write(lambda tx: tx.run(ADA))
    backup = tmp_path / "backups" / "studyhall-20260102-030405.db"
    BackupWriter().write(path, backup)
    (tmp_path / "backups" / "studyhall-20270102-030405.db").touch()  # a copy that is empty is none
    path.unlink()
    with refused(StorageError, "There is no database") as told:
        async with opened(path):
            pass
    assert not path.exists()
    for words in (f"python -m bot restore {backup}", f"move {backup.parent} away", "2026-01-02 03:04 UTC"):
        assert words in say(told.value.fact)
    backup.parent.rename(tmp_path / "elsewhere")
    async with opened(path) as store:
        assert await store.rows("SELECT * FROM member") == []


async def test_a_missing_database_beside_the_copy_of_an_update_is_told_too(tmp_path):
    copy = tmp_path / "a.db.before-12.20260102-030405"
    async with opened(copy) as store:
        await store.write(lambda tx: tx.run(ADA))
    with refused(StorageError, "There is no database") as told:
        async with opened(tmp_path / "a.db"):
            pass
    assert f"python -m bot restore {copy}" in say(told.value.fact)


async def test_another_programs_database_is_not_filled_with_our_tables(tmp_path):
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE music (title TEXT)")
        connection.commit()
    before = path.read_bytes()
    with refused(StorageError, "none of Studyhall's tables"):
        async with opened(path):
            pass
    assert path.read_bytes() == before


async def test_a_start_that_was_cut_off_while_the_database_was_made_is_made_up_for(tmp_path):
    path = tmp_path / "a.db"
    path.with_name("a.db.new").write_bytes(b"")
    async with opened(path) as store:
        assert await store.rows("SELECT * FROM member") == []
    assert not path.with_name("a.db.new").exists()


async def test_a_journal_without_its_database_is_left_as_it_is(tmp_path):
    journal = tmp_path / "a.db-wal"
    journal.write_bytes(b"pages")
    with refused(StorageError, "but its journal"):
        async with opened(tmp_path / "a.db"):
            pass
    assert journal.read_bytes() == b"pages"


@pytest.mark.parametrize("number", [0, -3])
async def test_another_programs_database_is_refused_before_anything_is_put_into_it(tmp_path, number):
    path = tmp_path / "studyhall.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE music (title TEXT)")
        connection.execute(f"PRAGMA user_version = {number}")
        connection.commit()
    with refused(StorageError, r"was not written by Studyhall|none of Studyhall's tables"):
        await Store.open(path)
    assert tables(path) == {"music"}


async def test_a_schema_number_that_is_wrong_is_called_that(tmp_path):
    path = tmp_path / "studyhall.db"
    async with opened(path):
        pass
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 3")
    with refused(StorageError, "schema number is 3, but its tables are not those") as told:
        await Store.open(path)
    assert "Make room" not in say(told.value.fact)


async def test_a_database_that_lacks_a_table_is_not_tried_again_in_a_moment(tmp_path):
    async with opened(tmp_path / "studyhall.db") as store:
        for use in (store.rows("SELECT * FROM nothing_such"), store.write(lambda tx: tx.run("DELETE FROM no_such"))):
            with refused(StorageError, "not the one that this Studyhall writes"):
                await use


def test_a_start_in_the_same_second_copies_under_another_name(tmp_path):
    path = tmp_path / "a.db"
    migrate(path, "now", {1: TWO[1]})
    (tmp_path / "a.db.before-2.now").write_bytes(b"of the start before")
    assert migrate(path, "now", TWO) == [2]
    assert (tmp_path / "a.db.before-2.now").read_bytes() == b"of the start before"
    assert tables(tmp_path / "a.db.before-2.now-2") == {"tea"}


def test_a_copy_that_is_killed_while_it_is_written_has_no_final_name(tmp_path):
    path = tmp_path / "a.db"
    migrate(path, "now", {1: TWO[1]})
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom bot.storage.sqlite import migrations\n"
        "def half(connection, target): target.write_bytes(b'half'); os._exit(9)\n"
        "migrations.copy_into = half\n"
        f"migrations.migrate(Path(sys.argv[1]), 'now', {TWO!r})"
    )
    checkout = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", program, str(path)], check=False, cwd=checkout).returncode == 9
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith("a.db.before")] == []
    assert migrate(path, "now", TWO) == [2]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.db", "a.db.before-2.now"]


async def test_a_table_that_is_there_already_is_no_lack_of_room(tmp_path):
    path = tmp_path / "a.db"
    migrate(path, "now", {1: migrations()[1]})
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE competition (id INTEGER)")
        connection.commit()
    with refused(StorageError, "competition") as told:
        await Store.open(path)
    assert "Make room" not in say(told.value.fact)
    assert "It was left as it is" in say(told.value.fact)


async def test_a_name_in_the_schema_that_is_no_text_is_told_in_a_sentence(tmp_path):
    path = tmp_path / "a.db"
    async with opened(path):
        pass
    content = path.read_bytes()
    for place in [found.start() for found in re.finditer(b"practice_run", content)]:
        path.write_bytes(content[:place] + b"\xff" + content[place + 1 :])
        try:
            async with opened(path) as store:
                await store.rows("SELECT name FROM sqlite_schema")
        except StorageError:
            continue


async def ended_without_order(folder: Path) -> tuple[Path, Path]:
    """The files of a bot that was killed after it had stored something: the database and its journal."""
    (folder / "running").mkdir()
    killed = folder / "killed"
    path = folder / "running" / "a.db"
    with only_one(path.parent) as held:
        async with opened(path) as store:
            store.when_committed(lambda: held.note(path))
            await store.write(lambda tx: tx.run(ADA))
            await store.write(lambda tx: tx.run("UPDATE member SET name = ?", ("A" * 9_000,)))
            shutil.copytree(path.parent, killed)
    return killed / "a.db", killed / "a.db-wal"


def told_at_the_start(path: Path) -> str:
    with only_one(path.parent) as held:
        return say(held.lost(path))


async def test_a_journal_that_is_missing_after_an_unclean_end_is_told(tmp_path):
    path, journal = await ended_without_order(tmp_path)
    assert told_at_the_start(path) == ""
    journal.unlink()
    told = told_at_the_start(path)
    assert f"The journal {journal} is missing" in told
    assert "What it stored last may be lost" in told
    assert told_at_the_start(path) == told  # until the bot stores something


async def test_a_journal_that_was_cut_after_an_unclean_end_is_told(tmp_path):
    path, journal = await ended_without_order(tmp_path)
    size = journal.stat().st_size
    os.truncate(journal, size - 1)
    assert f"has {size - 1:,} of {size:,} bytes" in told_at_the_start(path)


async def test_a_journal_that_somebody_wrote_into_the_file_is_not_missed(tmp_path):
    path, journal = await ended_without_order(tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT length(name) FROM member").fetchall() == [(9_000,)]
    assert not journal.exists()
    assert told_at_the_start(path) == ""


async def test_after_a_stop_in_order_no_journal_is_missed(tmp_path):
    path = tmp_path / "a.db"
    with only_one(tmp_path) as held:
        store = await Store.open(path)
        store.when_committed(lambda: held.note(path))
        store.has_closed = held.closed
        await store.write(lambda tx: tx.run(ADA))
        await store.close()
    assert told_at_the_start(path) == ""


async def test_a_journal_that_was_emptied_in_order_is_not_missed(tmp_path):
    path = tmp_path / "a.db"
    with only_one(tmp_path) as held:
        async with opened(path) as store:
            store.when_committed(lambda: held.note(path))
            await store.write(lambda tx: tx.run(ADA))
            assert await store.tidy(rebuild=False)
            assert held.lost(path) is None
