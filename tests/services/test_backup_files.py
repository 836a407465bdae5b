"""Backups: written beside a busy bot, kept by a rule, brought back whole and without those who were deleted."""

import asyncio
import contextlib
import os
import sqlite3
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from filled_store import HALL, live, tables_naming, traces
from in_english import refused, say
from lives import end, lives
from small_course import DAY, HOUR, NOON, HandClock

from bot.cli import main
from bot.clock import utc
from bot.errors import StorageError
from bot.model.members import Face
from bot.services.backups import Backups, kept, restore
from bot.services.practice.practising import Learner
from bot.storage import members, privacy
from bot.storage.sqlite import backup
from bot.storage.sqlite.backup import BackupWriter, backups_in, damage, examine
from bot.storage.sqlite.lock import only_one
from bot.storage.sqlite.migrations import migrate, migrations
from bot.storage.sqlite.remembered import add_deletions, deletions_file
from bot.storage.store import Store

ADA = Learner(1_234_567_890_123_456_789, HALL, "Adaline Verity")
BOB = Learner(1_234_567_890_123_456_790, HALL, "Bobbie")
posix = pytest.mark.skipif(sys.platform == "win32", reason="file modes and locks are POSIX's")


@pytest.fixture
def data(tmp_path, monkeypatch) -> Path:
    """Where the database of the commands is; the folder is there, the file not yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STUDYHALL_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    return tmp_path / "data" / "studyhall.db"


@contextlib.asynccontextmanager
async def opened(path: Path):
    store = await Store.open(path)
    try:
        yield store
    finally:
        await store.close()


def lived_in(path: Path, *who: Learner) -> None:
    async def fill() -> None:
        async with opened(path) as store:
            for one in who:
                await live(store, one)

    asyncio.run(fill())


def rows(path: Path, sql: str, *values: object) -> list[tuple]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql, values).fetchall()


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def deleted(path: Path, who: Learner, at_ms: int = NOON, *, by_retention: bool = False) -> None:
    """Delete a member as the bot does: row, table and file."""

    async def delete() -> None:
        async with opened(path) as store:
            await store.write(lambda tx: privacy.delete(tx, who.member_id, at_ms, by_retention=by_retention))
            add_deletions(deletions_file(path), await privacy.deletions(store))

    asyncio.run(delete())


def naming(path: Path, who: Learner) -> set[str]:
    async def look() -> set[str]:
        async with opened(path) as store:
            return await tables_naming(store, who.member_id)

    return asyncio.run(look())


# The rule

SUNDAY = datetime(2026, 11, 22, 12, tzinfo=UTC)


def at(days: float = 0, hours: float = 0) -> datetime:
    """So long before that Sunday, the last day of a week."""
    return SUNDAY - timedelta(days=days, hours=hours)


@pytest.mark.parametrize(
    ("made", "days", "weeks", "stay"),
    [
        ([], 7, 4, []),
        ([at()], 7, 4, [at()]),
        ([at(), at(hours=1), at(hours=2)], 7, 4, [at()]),
        ([at(), at(1), at(2)], 2, 0, [at(), at(1)]),
        ([at(n) for n in range(10)], 7, 0, [at(n) for n in range(7)]),
        ([at(n) for n in range(40)], 7, 4, [*(at(n) for n in range(8)), at(14), at(21)]),
        ([at(n) for n in range(40)], 1, 3, [at(), at(7), at(14)]),
        ([at(n) for n in range(40)], 7, 1, [at(n) for n in range(7)]),
        ([at(), at(60), at(61), at(90)], 7, 4, [at(), at(60), at(61), at(90)]),
        ([at(), at(60), at(60, hours=3)], 7, 4, [at(), at(60)]),
        ([at(n / 4) for n in range(16)], 2, 1, [at(), at(0.75)]),
    ],
)
def test_the_newest_of_each_of_the_last_days_and_weeks_stay(made, days, weeks, stay):
    assert kept(made, days, weeks) == kept(reversed(made), days, weeks) == set(stay)


# Writing


@posix
def test_the_command_writes_a_checked_private_copy(data, capsys):
    lived_in(data, ADA)
    assert main(["backup", "copy.db"]) == 0
    copy = data.parent.parent / "copy.db"
    said = capsys.readouterr().out
    assert said.startswith(f"{copy}: schema {max(migrations())}, 3 members, 6 answers, 0 competitions, ")
    assert said.endswith("It was read again and is sound.\n")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert rows(copy, "SELECT * FROM answer") == rows(data, "SELECT * FROM answer") != []
    assert [name for name in names(copy.parent) if "part" in name] == []


def test_without_a_name_it_goes_into_the_folder_of_backups(data, capsys):
    lived_in(data, ADA)
    assert main(["backup"]) == 0
    [made] = backups_in(data.parent / "backups")
    assert str(made.path) in capsys.readouterr().out
    assert examine(made.path).rows["answer"] == 6


def test_a_file_that_is_there_is_not_overwritten(data, capsys):
    lived_in(data, ADA)
    Path("copy.db").write_text("a letter", encoding="utf-8")
    assert main(["backup", "copy.db"]) == 1
    assert "exists already; nothing was written" in capsys.readouterr().err
    assert Path("copy.db").read_text("utf-8") == "a letter"


def test_a_folder_that_is_not_there_and_a_database_that_is_not_are_told(data, capsys):
    assert main(["backup"]) == 1
    assert f"There is no database at {data}" in capsys.readouterr().err
    lived_in(data, ADA)
    assert main(["backup", "nowhere/copy.db"]) == 1
    assert "Make it first, or choose another." in capsys.readouterr().err


def test_a_broken_database_makes_no_backup(data):
    lived_in(data, *(Learner(n, HALL, f"Member {n}") for n in range(1, 60)))
    content = bytearray(data.read_bytes())
    content[8192:40960] = b"\xff" * 32768
    data.write_bytes(content)
    with refused(StorageError, "was not made"):
        BackupWriter().write(data, data.with_name("copy.db"))
    assert names(data.parent) == ["studyhall.db"]


def test_a_backup_that_is_stopped_leaves_nothing(data):
    lived_in(data, ADA)
    writer = BackupWriter()
    writer.stop()
    with refused(StorageError, "interrupted"):
        writer.write(data, data.with_name("copy.db"))
    assert names(data.parent) == ["studyhall.db"]


# By itself


def backups_of(data: Path, clock: HandClock, **chosen) -> Backups:
    return lives(Backups, data, clock, **{"every_hours": 24, "keep": (7, 4), "first_seconds": 3_600, **chosen})  # type: ignore[arg-type]


async def test_the_newest_backup_says_when_the_next_is_due_after_any_restart(data, clock):
    async with opened(data):
        assert await backups_of(data, clock).due_in() == 0
        await backups_of(data, clock).make()
        assert await backups_of(data, clock).due_in() == 24 * 3_600
        clock.advance(23 * HOUR)
        assert await backups_of(data, clock).due_in() == 3_600
        clock.advance(30 * DAY)
        assert await backups_of(data, clock).due_in() == 0
        await backups_of(data, clock).make()
        clock.advance(-30_000)  # a clock that is put right a little
        assert await backups_of(data, clock).due_in() == 24 * 3_600


async def test_a_backup_of_a_clock_that_was_years_ahead_does_not_stand_in_for_the_next_ones(data, clock):
    async with opened(data):
        clock.advance(700 * DAY)
        await backups_of(data, clock).make()
        clock.advance(-700 * DAY)
        assert await backups_of(data, clock).due_in() == 0
        await backups_of(data, clock).make()
        assert await backups_of(data, clock).due_in() == 24 * 3_600
        assert len(names(data.parent / "backups")) == 2


async def test_a_backup_from_the_future_takes_no_place_of_those_that_are_kept(data, clock):
    async with opened(data):
        clock.advance(700 * DAY)
        await backups_of(data, clock).make()
        clock.advance(-700 * DAY)
        backups = backups_of(data, clock, keep=(2, 0))
        for _ in range(3):
            await backups.make()
            clock.advance(DAY)
        made = [one.made for one in backups_in(data.parent / "backups")]
        assert made == [utc(NOON + DAY), utc(NOON + 2 * DAY), utc(NOON + 700 * DAY)]


async def test_backups_are_made_when_due_and_old_ones_go(data, clock):
    async with opened(data):
        backups = backups_of(data, clock, keep=(2, 0))
        for _ in range(4):
            await backups._make_when_due()
            await backups._make_when_due()
            clock.advance(DAY)
        await end(backups)
        made = backups_in(data.parent / "backups")
        assert [one.made for one in made] == [utc(NOON + 2 * DAY), utc(NOON + 3 * DAY)]


async def test_what_a_crash_left_is_removed_after_a_day(data, clock):
    async with opened(data):
        folder = data.parent / "backups"
        folder.mkdir()
        for name, age_ms in (("old", 2 * DAY), ("new", 0)):
            left = folder / f".studyhall-{name}.db.1.part"
            left.touch()
            os.utime(left, times=((NOON - age_ms) / 1000,) * 2)
        await backups_of(data, clock).make()
        assert [name for name in names(folder) if name.startswith(".")] == [".studyhall-new.db.1.part"]


async def test_a_backup_that_fails_is_logged_and_the_bot_goes_on(data, clock, caplog):
    async with opened(data):
        (data.parent / "backups").write_text("in the way", encoding="utf-8")
        backups = backups_of(data, clock)
        assert await backups._make_when_due() == 3_600
        assert "it is tried again in an hour" in caplog.text
        await end(backups)


async def test_with_zero_hours_there_is_no_timer(data, clock):
    backups = backups_of(data, clock, every_hours=0)
    backups.start()
    assert not backups._making.began


async def test_the_end_of_the_bot_ends_a_backup_too(data, clock):
    async with opened(data) as store:
        await live(store, ADA)
        backups = backups_of(data, clock, first_seconds=0)
        backups.start()
        while not backups._making.running:
            await store.rows("SELECT 1")
        await end(backups)
        assert not backups._making.running
        assert [name for name in names(data.parent / "backups") if name.startswith(".")] == []


# Bringing one back


def test_a_backup_takes_the_place_of_the_database_which_is_kept(data, capsys):
    lived_in(data, ADA)
    main(["backup", "copy.db"])
    lived_in(data, BOB)
    before = rows(data, "SELECT * FROM member")
    capsys.readouterr()
    assert main(["restore", "copy.db"]) == 0
    said = capsys.readouterr().out
    [old] = data.parent.glob("studyhall.db.before-restore-*")
    for words in (f"{data} is now the backup copy.db of 20", "3 members, 6 answers", f"kept as {old}", "Start the bot"):
        assert words in said
    assert {name for (name,) in rows(data, "SELECT name FROM member")} == {ADA.name}
    assert rows(old, "SELECT * FROM member") == before
    assert not [name for name in names(data.parent) if "restoring" in name or "-wal" in name or "-shm" in name]


def test_what_was_still_in_the_journal_is_kept_with_the_old_database(data):
    lived_in(data, ADA)
    main(["backup", "copy.db"])
    program = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute(\"INSERT INTO member VALUES (1, 2, 'In the journal', 3, NULL)\"); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", program, str(data)], check=True)
    assert data.with_name("studyhall.db-wal").stat().st_size > 0
    assert main(["restore", "copy.db"]) == 0
    [old] = data.parent.glob("studyhall.db.before-restore-*")
    assert ("In the journal",) in rows(old, "SELECT name FROM member")
    assert ("In the journal",) not in rows(data, "SELECT name FROM member")


def test_a_backup_is_brought_back_where_there_is_no_database(data, capsys):
    lived_in(data, ADA)
    main(["backup", "copy.db"])
    backup.remove(data)
    assert main(["restore", "copy.db"]) == 0
    assert "kept" not in capsys.readouterr().out
    assert len(rows(data, "SELECT * FROM answer")) == 6


def test_a_broken_database_is_replaced_and_kept_as_it_was(data):
    lived_in(data, ADA)
    main(["backup", "copy.db"])
    data.write_bytes(b"broken" * 1_000)
    assert main(["restore", "copy.db"]) == 0
    [old] = data.parent.glob("studyhall.db.before-restore-*")
    assert old.read_bytes() == b"broken" * 1_000
    assert len(rows(data, "SELECT * FROM answer")) == 6


def test_an_older_schema_is_brought_up_to_date_on_the_way(data, capsys):
    old = {number: sql for number, sql in migrations().items() if number <= 4}
    migrate(Path("old.db"), "now", old)
    with contextlib.closing(sqlite3.connect("old.db", isolation_level=None)) as connection:
        connection.execute("INSERT INTO member VALUES (1, 2, 'From before', 3)")
    assert main(["restore", "old.db"]) == 0
    assert f"brought up to date, to schema {max(migrations())}" in capsys.readouterr().out
    assert rows(data, "SELECT name FROM member") == [("From before",)]
    assert rows(Path("old.db"), "PRAGMA user_version") == [(4,)]
    assert names(data.parent) == ["studyhall.db", "studyhall.lock"]


def spoilt(kind: str) -> Path:
    """A file that is no backup: of what kind, the test says."""
    file = Path("bad.db")
    if kind == "words":
        file.write_text("these are just words " * 500, encoding="utf-8")
    elif kind == "another program's":
        with contextlib.closing(sqlite3.connect(file)) as connection:
            connection.execute("CREATE TABLE music (title TEXT)")
            connection.commit()
    elif kind == "cut off":
        file.write_bytes(Path("copy.db").read_bytes()[:-8192])
    elif kind == "scratched":
        content = bytearray(Path("copy.db").read_bytes())
        content[8192:16384] = b"\xff" * 8192
        file.write_bytes(content)
    elif kind == "newer":
        file.write_bytes(Path("copy.db").read_bytes())
        with contextlib.closing(sqlite3.connect(file)) as connection:
            connection.execute(f"PRAGMA user_version = {max(migrations()) + 1}")
    return file


@pytest.mark.parametrize("kind", ["words", "another program's", "cut off", "scratched", "newer", "not there"])
def test_a_file_that_is_no_sound_backup_is_refused_and_nothing_is_changed(data, capsys, kind):
    lived_in(data, ADA)
    main(["backup", "copy.db"])
    before = data.read_bytes()
    assert main(["restore", str(spoilt(kind))]) == 1
    told = capsys.readouterr().err
    assert "Nothing was changed." in told
    assert "bad.db" in told
    assert ("schema" in told) == (kind == "newer")
    assert data.read_bytes() == before
    assert names(data.parent) == ["studyhall.db", "studyhall.lock"]


async def test_a_restore_under_load_has_all_that_was_committed_before_the_backup_began(data):
    """Members go on answering while the backup is written, each answer acknowledged once it is committed."""
    done: list[int] = []
    busy = True

    async def answer(store: Store, lane: int) -> None:
        number = lane
        while busy:
            await store.write(lambda tx, who=number: members.remember(tx, HALL, who, Face(f"Member {who}"), NOON))
            done.append(number)
            number += 10

    async with opened(data) as store:
        await live(store, ADA)
        load = [asyncio.create_task(answer(store, lane)) for lane in range(1, 11)]
        while len(done) < 300:
            await store.rows("SELECT 1")
        before = set(done)
        await asyncio.to_thread(BackupWriter().write, data, data.with_name("copy.db"))
        after = len(done)
        busy = False
        await asyncio.gather(*load)
        assert after >= len(before)
    restored = await restore(data, data.with_name("copy.db"), NOON)
    assert restored.facts.rows["answer"] == 6
    assert rows(data, "PRAGMA integrity_check") == [("ok",)]
    found = {member for (member,) in rows(data, "SELECT member_id FROM member WHERE name LIKE 'Member %'")}
    assert before <= found <= set(done)
    assert len(rows(data, "SELECT * FROM answer")) == 6


# Deletions made since


def test_who_was_deleted_since_the_backup_is_deleted_from_it_too(data, capsys):
    lived_in(data, ADA, BOB)
    main(["backup", "copy.db"])
    assert traces(Path("copy.db"), ADA.member_id, ADA.name) != set()
    deleted(data, ADA)
    capsys.readouterr()
    assert main(["restore", "copy.db"]) == 0
    assert "1 member had been deleted since; that was done again." in capsys.readouterr().out
    assert traces(data, ADA.member_id, ADA.name) == set()
    assert "answer" in naming(data, BOB)
    assert len(rows(data, "SELECT * FROM answer")) == 12
    assert len(rows(data, "SELECT * FROM deleted_member")) == 1


@pytest.mark.parametrize("lost", ["the file", "the database"])
def test_one_of_table_and_file_is_enough_to_know_the_deletions(data, lost):
    lived_in(data, ADA)
    main(["backup", "copy.db"])
    deleted(data, ADA)
    if lost == "the file":
        deletions_file(data).unlink()
    else:
        data.write_bytes(b"broken" * 1_000)
    assert main(["restore", "copy.db"]) == 0
    assert naming(data, ADA) == set()
    assert len(deletions_file(data).read_text("utf-8").splitlines()) == 1


def test_who_came_back_after_their_deletion_keeps_what_they_did_since(data, capsys):
    lived_in(data, ADA)
    deleted(data, ADA)
    lived_in(data, ADA)
    main(["backup", "copy.db"])
    capsys.readouterr()
    assert main(["restore", "copy.db"]) == 0
    assert "deleted since" not in capsys.readouterr().out
    assert "answer" in naming(data, ADA)


def test_a_backup_from_before_deletions_were_remembered_takes_over_their_salt(data):
    old = {number: sql for number, sql in migrations().items() if number <= 4}
    migrate(Path("old.db"), "now", old)
    with contextlib.closing(sqlite3.connect("old.db", isolation_level=None)) as connection:
        for who in (ADA, BOB):
            connection.execute("INSERT INTO member VALUES (1, ?, ?, 3)", (who.member_id, who.name))
    lived_in(data, ADA)
    deleted(data, ADA)
    salt = rows(data, "SELECT salt FROM privacy")
    assert main(["restore", "old.db"]) == 0
    assert rows(data, "SELECT name FROM member") == [(BOB.name,)]
    assert rows(data, "SELECT salt FROM privacy") == salt


def test_those_whom_retention_deleted_can_be_brought_back_and_never_those_who_asked(data, capsys, monkeypatch):
    lived_in(data, ADA, BOB)
    main(["backup", "copy.db"])
    deleted(data, ADA)
    deleted(data, BOB, by_retention=True)
    capsys.readouterr()
    assert main(["restore", "copy.db"]) == 0
    assert "restore with --keep-members" in capsys.readouterr().out
    assert naming(data, ADA) == naming(data, BOB) == set()
    monkeypatch.setenv("STUDYHALL_RETENTION_DAYS", "30")
    assert main(["restore", "copy.db", "--keep-members"]) == 0
    said = capsys.readouterr().out
    assert "1 member deleted for being away is back." in said
    assert "Set it to 0 first" in said
    assert "answer" in naming(data, BOB)
    assert naming(data, ADA) == set()
    assert main(["restore", "copy.db"]) == 0  # it is undone for good
    assert "answer" in naming(data, BOB)
    assert naming(data, ADA) == set()


def test_who_was_deleted_by_retention_and_asks_for_it_later_is_not_brought_back(data):
    lived_in(data, ADA)
    main(["backup", "copy.db"])
    deleted(data, ADA, by_retention=True)
    deleted(data, ADA, NOON + DAY)
    assert main(["restore", "copy.db", "--keep-members"]) == 0
    assert naming(data, ADA) == set()


def test_deletions_from_before_the_reason_was_noted_count_as_asked_for(data):
    lived_in(data, ADA)
    main(["backup", "copy.db"])
    deleted(data, ADA, by_retention=True)
    file = deletions_file(data)
    file.write_text(file.read_text("utf-8").replace(', "by": "retention"', ""), encoding="utf-8")
    data.unlink()
    assert main(["restore", "copy.db", "--keep-members"]) == 0
    assert naming(data, ADA) == set()


def test_deletions_of_another_database_are_left_alone(data):
    lived_in(data, ADA)
    deleted(data, ADA)
    backup.remove(data)
    lived_in(data, ADA)
    main(["backup", "copy.db"])
    assert main(["restore", "copy.db"]) == 0
    assert "answer" in naming(data, ADA)


# One bot for each folder


@posix
def test_a_folder_that_a_bot_runs_on_is_refused_to_others(data, capsys):
    lived_in(data, ADA)
    main(["backup", "copy.db"])
    before = data.read_bytes()
    with only_one(data.parent):
        assert main(["restore", "copy.db"]) == 1
        with refused(StorageError, f"process {os.getpid()}"), only_one(data.parent):
            pass
    told = capsys.readouterr().err
    assert f"A Studyhall is running on the data folder {data.parent} (process {os.getpid()}). Stop it first" in told
    assert data.read_bytes() == before
    assert main(["restore", "copy.db"]) == 0


@posix
def test_a_second_bot_on_the_same_folder_is_refused(data, capsys, monkeypatch):
    monkeypatch.setenv("DISCORD_TOKEN", "none")
    with only_one(data.parent):
        assert main(["run"]) == 1
    assert "Stop it first, or give this one another folder with STUDYHALL_DATA_DIR." in capsys.readouterr().err
    assert not data.exists()


@posix
def test_a_killed_bot_leaves_no_lock(data):
    program = (
        "import os, sys, pathlib; from bot.storage.sqlite.lock import only_one\n"
        "with only_one(pathlib.Path(sys.argv[1])): os._exit(0)"
    )
    checkout = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", program, str(data.parent)], check=True, cwd=checkout)
    with only_one(data.parent):
        pass


async def test_a_database_that_another_program_holds_is_not_replaced(data):
    async with opened(data) as store:
        await live(store, ADA)
    copy = data.with_name("copy.db")
    BackupWriter().write(data, copy)
    with contextlib.closing(sqlite3.connect(data, isolation_level=None)) as other:
        other.execute("INSERT INTO member VALUES (1, 2, 'Held', 3, NULL)")
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM member").fetchone()
        with contextlib.closing(sqlite3.connect(data, isolation_level=None)) as writer:
            writer.execute("INSERT INTO member VALUES (1, 3, 'Behind it', 3, NULL)")
        with refused(StorageError, "Another program uses the database"):
            await restore(data, copy, NOON)
    assert ("Held",) in rows(data, "SELECT name FROM member")


# A file that is not whole is noticed at the start


def test_a_truncated_database_is_refused_with_the_newest_backup_and_left_as_it_is(data):
    lived_in(data, *(Learner(n, HALL, f"Member {n}") for n in range(1, 60)))
    for at_ms in (NOON - DAY, NOON):
        BackupWriter().write(data, backup.backup_path(data, at_ms))
    cut = data.read_bytes()[: -5 * 4096]
    data.write_bytes(cut)
    newest = data.parent / "backups" / "studyhall-20261122-120000.db"
    with pytest.raises(StorageError) as told:
        asyncio.run(Store.open(data))
    assert f"`python -m bot restore {newest}`" in say(told.value.fact)
    assert "2026-11-22 12:00 UTC" in say(told.value.fact)
    assert "It was left as it is." in say(told.value.fact)
    assert data.read_bytes() == cut
    assert names(data.parent) == ["backups", "studyhall.db"]
    assert main(["restore", str(newest)]) == 0
    assert asyncio.run(opened_answers(data)) == 59 * 6


async def opened_answers(path: Path) -> int:
    async with opened(path) as store:
        return (await store.rows("SELECT count(*) FROM answer"))[0][0]


def test_a_large_truncated_file_is_noticed_without_reading_it(data, monkeypatch):
    monkeypatch.setattr("bot.storage.sqlite.backup.CHECKED_BYTES", 0)
    lived_in(data, ADA)
    assert damage(data) is None
    data.write_bytes(data.read_bytes()[:-4096])
    assert damage(data) is not None


def test_a_small_file_that_is_scratched_inside_is_noticed(data):
    lived_in(data, *(Learner(n, HALL, f"Member {n}") for n in range(1, 60)))
    content = bytearray(data.read_bytes())
    content[8192:40960] = b"\xff" * 32768
    data.write_bytes(content)
    with refused(StorageError, "It was left as it is"):
        asyncio.run(Store.open(data))
    assert data.read_bytes() == bytes(content)


def test_a_database_with_its_journal_from_a_crash_is_no_damage(data):
    lived_in(data, ADA)
    program = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute('BEGIN'); c.executemany('INSERT INTO member VALUES (9, ?, ?, 3, NULL)',"
        " [(n, 'x' * 200) for n in range(1, 2000)]); c.execute('COMMIT'); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", program, str(data)], check=True)
    before = data.read_bytes()
    assert damage(data) is None
    assert data.read_bytes() == before
    assert asyncio.run(opened_members(data)) == 1_999 + 3


async def opened_members(path: Path) -> int:
    async with opened(path) as store:
        return (await store.rows("SELECT count(*) FROM member"))[0][0]


def test_a_restore_that_cannot_note_the_deletions_says_so_and_changes_nothing(data, capsys):
    lived_in(data, ADA, BOB)
    assert main(["backup", "copy.db"]) == 0
    deleted(data, ADA)
    deletions_file(data).unlink(missing_ok=True)
    deletions_file(data).mkdir()  # root too can't write to it, as a bot's user can't to another one's file
    before = data.read_bytes()
    assert main(["restore", "copy.db"]) == 1
    assert "Nothing was changed" in capsys.readouterr().err
    assert data.read_bytes() == before
    assert not [name for name in names(data.parent) if "restoring" in name]


@pytest.mark.parametrize("given", ["as it is", "by a link", "by another way"])
def test_a_restore_never_removes_the_file_that_it_is_given(data, capsys, given):
    lived_in(data, ADA)
    left = data.with_name("studyhall.db.restoring")  # what a restore that was killed leaves
    assert main(["backup", str(left)]) == 0
    link = Path("link.db")
    link.symlink_to(left)
    file = {"as it is": left, "by a link": link, "by another way": data.parent / ".." / "data" / left.name}[given]
    before = left.read_bytes()
    lived_in(data, BOB)
    assert main(["restore", str(file)]) == 0
    assert left.read_bytes() == before
    assert asyncio.run(opened_members(data)) == 3
    assert [name for name in names(data.parent) if "restoring" in name] == [left.name]
    assert main(["restore", str(data.with_name("nothing"))]) == 1
    assert left.read_bytes() == before


SPOILT_LAYOUTS = {
    "CREATE TRIGGER spy AFTER INSERT ON answer BEGIN DELETE FROM member; END": "the trigger spy",
    "CREATE VIEW seen AS SELECT * FROM member": "the view seen",
    "CREATE TABLE more (a)": "the column a of more and 1 more",
    "ALTER TABLE member RENAME COLUMN name TO called": "the column called of member",
    "ALTER TABLE member ADD COLUMN more INTEGER": "the column more of member",
    "DROP INDEX {index}": "it lacks the index {index}",
    "PRAGMA user_version = 3": "its schema number is 3, but",
}


@pytest.mark.parametrize("change", SPOILT_LAYOUTS)
def test_a_backup_with_other_tables_than_its_schema_has_is_refused_as_that(data, capsys, change):
    lived_in(data, ADA)
    main(["backup", "copy.db"])
    [[index]] = rows(data, "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql NOT NULL LIMIT 1")
    with contextlib.closing(sqlite3.connect("copy.db")) as connection:
        connection.execute(change.format(index=index))
        connection.commit()
    before = data.read_bytes()
    assert main(["restore", "copy.db"]) == 1
    told = capsys.readouterr().err
    assert SPOILT_LAYOUTS[change].format(index=index) in told
    assert "Nothing was changed" in told
    assert "Make room" not in told
    assert data.read_bytes() == before


def test_lines_of_deletions_that_cant_be_read_are_told(data, capsys):
    lived_in(data, ADA, BOB)
    assert main(["backup", "copy.db"]) == 0
    deleted(data, ADA)
    with deletions_file(data).open("ab") as stream:
        stream.write(b"\xff\xfe\n" + b"[" * 100_000 + b"\n")
    capsys.readouterr()
    assert main(["restore", "copy.db"]) == 0
    assert f"2 lines of {deletions_file(data)} can't be read" in capsys.readouterr().out


@pytest.mark.parametrize("link", ["a loop", "to nowhere"])
def test_deletions_that_cant_be_read_stop_a_restore(data, capsys, link):
    lived_in(data, ADA)
    assert main(["backup", "copy.db"]) == 0
    deletions_file(data).unlink(missing_ok=True)
    deletions_file(data).symlink_to(deletions_file(data).name if link == "a loop" else "gone.jsonl")
    before = data.read_bytes()
    assert main(["restore", "copy.db"]) == 1
    assert "Nothing was changed" in capsys.readouterr().err
    assert data.read_bytes() == before


@posix
@pytest.mark.parametrize("kind", ["a link to a file", "a link to nothing", "a pipe", "a folder"])
def test_a_lock_that_is_no_file_is_not_written_through(data, kind):
    precious, lock = data.with_name("precious"), data.with_name("studyhall.lock")
    precious.write_text("precious")
    if kind == "a pipe":
        os.mkfifo(lock)
    elif kind == "a folder":
        lock.mkdir()
    else:
        lock.symlink_to(precious if kind == "a link to a file" else data.with_name("made"))
    with refused(StorageError, r"studyhall\.lock is|can't be used"), only_one(data.parent):
        pass
    assert precious.read_text() == "precious"
    assert not data.with_name("made").exists()
