"""A database that is locked or can't grow: who clicks is told that it was not counted, and can click again later."""

import asyncio
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from evening import Channel, opened, rows
from hosting import Bot, Member, text, until

NOT_COUNTED = "The database could not take this just now, so nothing was counted. Please try again in a moment."

LOCKED_SECONDS = 30

Json = dict[str, Any]


@contextmanager
def locked(bot: Bot) -> Iterator[None]:
    """Let somebody else hold the database's write lock."""
    with closing(sqlite3.connect(bot.data_dir / "studyhall.db", timeout=30, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def full(bot: Bot) -> Iterator[None]:
    """Let no file of the bot's grow beyond what its write-ahead log has now, as on a disk that is full."""
    assert bot.process is not None
    size = (bot.data_dir / "studyhall.db-wal").stat().st_size
    before, most = resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, (before, most))


async def told(member: Member, message: Json, letter: str) -> Json:
    """Press a letter; returns what the member is told in private."""
    known = {one["id"] for one in member.messages()}
    await member.press(message, letter)

    def news() -> Json | None:
        new = (one for one in member.messages() if one["id"] not in known)
        return next((one for one in new if text(one)), None)

    answer: Json = await until(member.playground, news, "an answer in words")
    assert answer["flags"] & 64, "an answer for the member alone"
    return answer


def answers_stored(bot: Bot) -> tuple[int, int]:
    """How many answers the database holds: of the round, and of the quiz."""
    [(in_round,)] = rows(bot.data_dir, "SELECT count(*) FROM competition_answer")
    [(in_quiz,)] = rows(bot.data_dir, "SELECT count(*) FROM answer WHERE mode = 'practice'")
    return in_round, in_quiz


@pytest.mark.parametrize("trouble", [locked, full])
async def test_a_click_that_the_database_refuses_is_told_and_counts_when_it_is_made_again(bot: Bot, trouble):
    ada, grace = Member(bot.playground), Member(bot.playground, 1)
    question = await grace.command("quiz")
    await ada.steer(await opened(ada, grace, pace="calm"), "Start")
    asked = await Channel(bot.playground).open(0)

    with trouble(bot):
        of_round, of_quiz = await asyncio.gather(told(ada, asked, "A"), told(grace, question, "A"))
        assert NOT_COUNTED in text(of_round)
        assert NOT_COUNTED in text(of_quiz)
        assert "Question 1 of 5" in text(grace.sees(question))
        assert answers_stored(bot) == (0, 0)
        assert "Studyhall" in text(await ada.command("help"))

    assert "Locked in **A**" in text(await ada.press(asked, "A"))
    outcome = await grace.press(question, "A")
    assert "✅ Right" in text(outcome) or "Not quite" in text(outcome)
    assert answers_stored(bot) == (1, 1)


async def test_a_round_whose_end_the_database_refuses_is_revealed_as_soon_as_it_can_be(playground, tmp_path):
    bot = Bot(playground, tmp_path / "data", STUDYHALL_PACE_FACTOR="0.1")
    await bot.start()
    ada = Member(playground)
    await ada.steer(await opened(ada), "Start")
    asked = await Channel(playground).open(0)
    await ada.press(asked, "A")
    with full(bot):
        await bot.says("waits for the database")
    await until(playground, lambda: "got this" in text(ada.sees(asked)), "the reveal after all")
    assert await bot.stop() == 0


async def test_a_database_that_is_locked_for_half_a_minute_fills_no_log_and_the_game_goes_on(playground, tmp_path):
    bot = Bot(playground, tmp_path / "data", STUDYHALL_PACE_FACTOR="0.5")
    await bot.start()
    ada, grace = Member(playground), Member(playground, 1)
    channel = Channel(playground)
    await ada.steer(await opened(ada, grace), "Start")
    asked = await channel.open(0)
    before = len(bot.log())
    with locked(bot):
        clicks = [asyncio.create_task(told(member, asked, "A")) for member in (ada, grace)]
        await asyncio.sleep(LOCKED_SECONDS)
        assert all(NOT_COUNTED in text(one) for one in await asyncio.gather(*clicks))
    await channel.reveal(0)
    again = await channel.open(1)
    assert "Locked in" in text(await ada.press(again, "A"))
    lines = bot.log()[before:].splitlines()
    assert "Traceback" not in bot.log()
    assert sum("WARNING" in line or "ERROR" in line for line in lines) <= 2 + LOCKED_SECONDS // 5, lines
    assert await bot.stop() == 0
