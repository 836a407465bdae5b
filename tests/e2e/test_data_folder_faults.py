"""What can be wrong with the data folder: read-only, broken, cut short, locked, in use by another.

Told at the start in one sentence, with the files as they were; and while the bot runs, nothing is lost.
"""

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from evening import Channel, opened, rows
from hosting import PATIENCE_SECONDS, Bot, Member, text

from bot.playground.server import Playground

CHECKOUT = Path(__file__).parents[2]
AS_ANY_USER = str(Path(__file__).with_name("as_any_user.py"))

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="modes and locks are those of Linux here")


async def tried(bot: Bot, *arguments: str) -> tuple[int, str]:
    """Run a command on the bot's data folder as any user; returns its exit code and all that it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        AS_ANY_USER,
        *arguments,
        cwd=CHECKOUT,
        env=os.environ | bot.playground.bot_environment | bot.settings,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    return process.returncode or 0, said.decode()


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder but the lock, which holds a process's number."""
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file() and one.suffix != ".lock"}


@contextmanager
def read_only(*paths: Path) -> Iterator[None]:
    """Take the right to write away for a while."""
    modes = {path: path.stat().st_mode for path in paths}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Let somebody else hold the write lock."""
    with closing(sqlite3.connect(database, timeout=30, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.fixture
async def lived_in(playground: Playground, tmp_path) -> Bot:
    """A bot that holds an answer, was stopped, and would start again."""
    bot = Bot(playground, tmp_path / "data")
    await bot.start()
    ada = Member(playground)
    await ada.press(await ada.command("quiz", questions=1), "A")
    assert await bot.stop() == 0
    return bot


@pytest.mark.parametrize("name", ["", "studyhall.db"], ids=["folder", "file"])
async def test_what_cannot_be_written_to_is_told_in_a_sentence(lived_in: Bot, name):
    place = lived_in.data_dir / name
    before = contents(lived_in.data_dir)
    with read_only(place):
        code, said = await tried(lived_in, "run")
    assert (code, f"{place} can't be written to. Make it writable" in said) == (1, True), said
    assert said.count("\n") == 1
    assert contents(lived_in.data_dir) == before
    await lived_in.start()
    assert await lived_in.stop() == 0


async def test_a_folder_that_becomes_read_only_in_mid_round_loses_nothing(playground: Playground, tmp_path):
    bot = Bot(playground, tmp_path / "data", STUDYHALL_PAUSE_FACTOR="0.2")
    bot.program = (AS_ANY_USER, "run")
    await bot.start()
    ada, grace = Member(playground), Member(playground, 1)
    channel = Channel(playground)
    await ada.steer(await opened(ada, grace), "Start")
    asked = await channel.open(0)
    with read_only(*bot.data_dir.iterdir(), bot.data_dir):
        assert "Locked in" in text(await ada.press(asked, "A"))
        assert "Locked in" in text(await grace.press(asked, "B"))
        await channel.reveal(0)
        await bot.stop(signal.SIGKILL)
        code, said = await tried(bot, "run")
        assert (code, "Make it writable" in said) == (1, True), said
    await bot.start()
    await channel.open(1)
    assert rows(bot.data_dir, "SELECT count(*) FROM competition_answer WHERE marks IS NOT NULL") == [(2,)]
    assert await bot.stop() == 0


def scratched(database: Path) -> None:
    """Overwrite a part of the file."""
    content = bytearray(database.read_bytes())
    content[100:20_000] = b"\xff" * 19_900
    database.write_bytes(content)


def no_database(database: Path) -> None:
    """Put something else in its place."""
    database.write_bytes(b"this is no database, just words" * 200)


def cut_short_beside_its_journal(database: Path) -> None:
    """Cut the file's end off; its header is whole, and a journal from a crash lies beside it."""
    program = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute('INSERT INTO member VALUES (9, 1, ?, 3, NULL)', ('x' * 200,)); os._exit(0)"
    )
    os.spawnl(os.P_WAIT, sys.executable, sys.executable, "-c", program, str(database))
    assert database.with_name("studyhall.db-wal").stat().st_size
    os.truncate(database, database.stat().st_size // 2 // 4096 * 4096)


@pytest.mark.parametrize("harm", [scratched, no_database, cut_short_beside_its_journal], ids=lambda one: one.__name__)
async def test_a_broken_database_is_told_left_alone_and_the_way_back_works(lived_in: Bot, harm):
    code, said = await tried(lived_in, "backup")
    assert code == 0, said
    harm(lived_in.data_dir / "studyhall.db")
    before = contents(lived_in.data_dir)
    code, said = await tried(lived_in, "run")
    assert (code, "It was left as it is. Put the newest backup" in said) == (1, True), said
    assert said.count("\n") == 1
    after = contents(lived_in.data_dir)
    assert {name: after[name] for name in before if not name.endswith("-shm")} == {
        name: content for name, content in before.items() if not name.endswith("-shm")
    }
    [backup] = (lived_in.data_dir / "backups").iterdir()
    assert f"`python -m bot restore {backup}`" in said
    code, said = await tried(lived_in, "restore", str(backup))
    assert code == 0, said
    await lived_in.start()
    assert rows(lived_in.data_dir, "SELECT count(*) FROM answer") == [(1,)]
    assert await lived_in.stop() == 0


async def test_nobody_else_works_on_the_folder_of_a_running_bot(bot: Bot):
    ada = Member(bot.playground)
    code, said = await tried(bot, "backup")
    assert code == 0, said
    [backup] = (bot.data_dir / "backups").iterdir()
    for command in (["run"], ["repair"], ["restore", str(backup)]):
        code, said = await tried(bot, *command)
        assert (code, "A Studyhall is running on the data folder" in said) == (1, True), (command, said)
        assert said.count("\n") == 1
    assert "Question 1 of 5" in text(await ada.command("quiz"))


async def test_a_database_that_is_locked_at_the_start_delays_a_game_but_does_not_end_it(playground, tmp_path):
    bot = Bot(playground, tmp_path / "data", STUDYHALL_PACE_FACTOR="0.1")
    await bot.start()
    ada, grace = Member(playground), Member(playground, 1)
    channel = Channel(playground)
    await ada.steer(await opened(ada, grace), "Start")
    asked = await channel.open(0)
    await ada.press(asked, "A")
    await bot.stop(signal.SIGKILL)
    with locked(bot.data_dir / "studyhall.db"):
        await bot.start()
        await bot.says("waits for the database")
    await channel.reveal(0)
    await channel.open(1)
    assert rows(bot.data_dir, "SELECT member_id, choice FROM competition_answer") == [(int(ada.id), 0)]
    assert await bot.stop() == 0
