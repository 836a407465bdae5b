"""The bot is killed exactly between two steps, and nothing is lost, doubled or changed.

Between saving and sending, between sending and storing the id, between committing an answer and saying so: for a round, its
reveal, the podium, a lobby that opens by itself, the question of the day and its result. With a form open, during a regrade,
during a backup.
"""

import asyncio
import os
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from aiohttp import web
from by_itself import public, schedule
from cutting import AFTER, BEFORE, Which, answered, edited, killed, posted_in, press, run
from evening import Channel, deadline_ms, faults_of_results, opened, rows, until_row
from hosting import PATIENCE_SECONDS, Bot, Member, text, until

from bot.packs.models import Question

CHECKOUT = Path(__file__).parents[2]
DAY = 86_400
SEAMS = [BEFORE, AFTER]


def in_phase(bot: Bot, phase: str, which: Which) -> Which:
    """Such a request once the game stands there."""
    return lambda request: which(request) and rows(bot.data_dir, "SELECT phase FROM competition") == [(phase,)]


def closes_ms(bot: Bot) -> int:
    """When the round closes, as it is stored."""
    return int(rows(bot.data_dir, "SELECT json_extract(head, '$.deadline_ms') FROM competition")[0][0])


@pytest.mark.parametrize("seam", SEAMS)
async def test_a_game_goes_on_wherever_it_was_cut(playground, tmp_path, seam):
    bot = Bot(playground, tmp_path / "data", STUDYHALL_PAUSE_FACTOR="0.3", STUDYHALL_PROGRESS_SECONDS="1")
    await bot.start()
    ada, grace = Member(playground), Member(playground, 1)
    channel = Channel(playground)
    panel = await ada.press(await opened(ada, grace), "Host controls")

    await killed(bot, seam, posted_in(channel.id), lambda: press(ada, panel, "Start"))
    assert len(channel.open_rounds(0)) == (seam == AFTER)
    await bot.start()
    asked = await channel.open(0)
    await until(playground, lambda: deadline_ms(ada.sees(asked)) == closes_ms(bot), "its deadline stands there")

    await killed(bot, seam, answered, lambda: press(ada, asked, "A"))
    await bot.start()
    assert "You had locked in **A**" in text(await ada.press(asked, "B"))

    reveals = in_phase(bot, "revealing", edited(asked))
    await killed(bot, seam, reveals, lambda: press(grace, asked, "B"))
    await bot.start()
    assert (await channel.reveal(0))["id"] == asked["id"]

    for number in (1, 2):
        asked = await channel.open(number)
        await ada.press(asked, "A")
        if number == 1:
            await grace.press(asked, "B")

    podium = in_phase(bot, "finished", posted_in(channel.id))
    await killed(bot, seam, podium, lambda: press(grace, asked, "B"))
    await bot.start()
    await channel.podium()
    assert len(list(channel.messages())) == 1 + 3 + 1  # the lobby, the rounds, the podium
    counted = rows(bot.data_dir, "SELECT round, count(*) FROM competition_answer GROUP BY round ORDER BY 1")
    assert counted == [(0, 2), (1, 2), (2, 2)]
    assert rows(bot.data_dir, "SELECT count(*) FROM answer WHERE mode = 'competition'") == [(6,)]
    assert faults_of_results(bot.data_dir) == []
    await until_row(bot.data_dir, "SELECT count(*) FROM post WHERE message_id IS NULL", (0,))
    assert "Traceback" not in bot.log()
    assert await bot.stop() == 0


async def test_a_round_that_was_sent_long_before_the_restart_is_found_in_the_channel(bot: Bot):
    ada, grace = Member(bot.playground), Member(bot.playground, 1)
    channel = Channel(bot.playground)
    panel = await ada.press(await opened(ada, grace), "Host controls")
    await killed(bot, AFTER, posted_in(channel.id), lambda: press(ada, panel, "Start"))
    bot.playground.world.shift(600)
    bot.playground.world.channels[channel.id].nonces.clear()  # Discord has forgotten it by then
    await bot.start()
    asked = await channel.open(0)
    await until(bot.playground, lambda: deadline_ms(ada.sees(asked)) == closes_ms(bot) > bot.playground.world.now_ms())
    assert "Locked in" in text(await grace.press(asked, "A"))
    assert len(channel.open_rounds(0)) == 1
    await until_row(bot.data_dir, "SELECT message_id FROM post", (int(asked["id"]),))
    [(elapsed_ms,)] = rows(bot.data_dir, "SELECT elapsed_ms FROM competition_answer")
    assert elapsed_ms < 60_000  # the ten minutes are not taken from anybody's time


@pytest.mark.parametrize("seam", SEAMS)
async def test_the_question_of_the_day_is_asked_answered_and_resolved_once_wherever_it_was_cut(bot: Bot, seam):
    playground = bot.playground
    ada, grace = Member(playground), Member(playground, 1)
    await killed(bot, seam, posted_in(ada.channel_id), lambda: run(ada, "daily"))
    await bot.start()
    await until(playground, lambda: public(bot, "Question of the day"), "the question")
    [question] = public(bot, "Question of the day")

    await killed(bot, seam, answered, lambda: press(ada, question, "A"))
    await bot.start()
    assert "You had locked in **A**" in text(await ada.press(question, "B"))
    assert "Locked in **C**" in text(await grace.press(question, "C"))

    def result(request: web.Request) -> bool:
        return edited(question)(request) and rows(bot.data_dir, "SELECT 1 FROM daily WHERE closed_ms > 0") == [(1,)]

    await killed(bot, seam, result, lambda: playground.world.shift(DAY + 60))
    await bot.start()
    await until(playground, lambda: "of 2** got it right." in text(ada.sees(question)), "the result")
    assert len(public(bot, "Question of the day")) + len(public(bot, "-# Result")) == 1
    assert rows(bot.data_dir, "SELECT mode, count(*) FROM answer GROUP BY mode") == [("daily", 2)]
    assert faults_of_results(bot.data_dir) == []


@pytest.mark.parametrize("seam", SEAMS)
async def test_a_scheduled_lobby_is_in_the_channel_once_wherever_it_was_cut(bot: Bot, seam):
    world = bot.playground.world
    ada = Member(bot.playground)
    await schedule(ada, what="competition", time="00:00", days="every day", rounds=3, pace="quick", lobby=60)
    midnight = DAY - world.now_ms() // 1000 % DAY
    await killed(bot, seam, posted_in(ada.channel_id), lambda: world.shift(midnight))
    await bot.start()
    await until(bot.playground, lambda: public(bot, "Nobody is in yet"), "the lobby")
    [lobby] = public(bot, "Nobody is in yet")
    assert "You're in" in text(await ada.press(lobby, "Join"))
    assert len(public(bot, "## 🏁 Competition")) == 1
    await until_row(bot.data_dir, "SELECT count(*), count(message_id) FROM post", (1, 1))


async def test_a_form_that_was_open_when_the_bot_was_killed_is_taken_after_the_restart(bot: Bot):
    ada = Member(bot.playground)
    outcome = await ada.press(await ada.command("quiz", section="Threads", questions=1), "A")
    options = await ada.press(outcome, "Why not the others?")
    interaction, form = await ada.open_form(options, "Report this question")
    await bot.stop(signal.SIGKILL)
    await bot.start()
    assert "It was noted." in text(await ada.submit(interaction, form, words="Typo in option B."))
    assert rows(bot.data_dir, "SELECT member_id, words FROM report") == [(int(ada.id), "Typo in option B.")]


async def played(bot: Bot, ada: Member, grace: Member) -> None:
    """A game that Ada wins by its first question alone."""
    channel = Channel(bot.playground)
    await ada.steer(await opened(ada, grace, scoring="study"), "Start")
    for number in range(3):
        asked = await channel.open(number)
        [(question, order)] = rows(
            bot.data_dir, "SELECT question, option_order FROM competition_round WHERE round = ?", number
        )
        place = order.index(str(Question.model_validate_json(question).key))
        right, wrong = "ABCD"[place], "ABCD"[(place + 1) % len(order)]
        await ada.press(asked, right if number < 2 else wrong)
        await grace.press(asked, right if number == 1 else wrong)
    await channel.podium()


async def test_a_regrade_that_was_cut_is_done_after_the_restart_and_told_once(playground, tmp_path):
    bot = Bot(playground, tmp_path / "data", STUDYHALL_PAUSE_FACTOR="0.05")
    await bot.start()
    ada, grace = Member(playground), Member(playground, 1)
    await played(bot, ada, grace)
    places = "SELECT member_id, place FROM competition_result ORDER BY member_id"
    before = [(int(ada.id), 1), (int(grace.id), 2)]
    assert rows(bot.data_dir, places) == before
    [(found,)] = rows(bot.data_dir, "SELECT question FROM competition_round WHERE round = 0")
    first = Question.model_validate_json(found)
    rows(
        bot.data_dir,
        "INSERT INTO report (member_id, pack_id, question_id, question_hash, guild_id, words, at_ms)"
        " SELECT CAST(? AS BIGINT), pack_id, CAST(? AS TEXT), CAST(? AS TEXT), guild_id, 'Both are right.', 0"
        " FROM competition",
        *(int(grace.id), first.id, first.content_hash),
    )
    [(pack,)] = rows(bot.data_dir, "SELECT pack_id FROM competition")
    retire = await ada.press(
        await ada.choose(await ada.command("studyhall", "flags"), f"{pack}/{first.id}"), "Retire here"
    )

    await killed(bot, AFTER, answered, lambda: press(ada, retire, "Yes, do it"))
    await bot.start()
    await until_row(bot.data_dir, "SELECT count(*), count(done_ms) FROM regrade", (1, 1))
    assert rows(bot.data_dir, places) == [(int(ada.id), 1), (int(grace.id), 1)]
    await until(playground, lambda: public(bot, "Places changed"), "who moved")

    undo = await ada.press(ada.sees(retire), "Undo")
    again = posted_in(ada.channel_id)
    await killed(bot, AFTER, again, lambda: press(ada, undo, "Yes, do it"))
    await bot.start()
    await until_row(bot.data_dir, "SELECT count(*) FROM post WHERE message_id IS NULL", (0,))
    assert rows(bot.data_dir, places) == before
    assert len(public(bot, "Places changed")) == rows(bot.data_dir, "SELECT count(*) FROM regrade")[0][0]
    assert faults_of_results(bot.data_dir) == []
    assert "Traceback" not in bot.log()
    assert await bot.stop() == 0


@pytest.mark.sqlite
async def test_a_backup_that_was_killed_leaves_no_backup_and_harms_nothing(bot: Bot):
    with closing(sqlite3.connect(bot.data_dir / "studyhall.db", timeout=30)) as database:
        database.executemany(
            "INSERT INTO member VALUES (9, ?, ?, 3, NULL)", ((n, "x" * 1_000) for n in range(1, 20_000))
        )
        database.commit()
    backups = bot.data_dir / "backups"
    keep = {key: value for key, value in os.environ.items() if not key.startswith("STUDYHALL_")}
    program = (sys.executable, "-m", "bot", "backup")
    env = keep | {"STUDYHALL_DATA_DIR": str(bot.data_dir)}
    process = await asyncio.create_subprocess_exec(*program, cwd=CHECKOUT, env=env)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not list(backups.glob(".*.part")):  # noqa: ASYNC110  another process writes it
            await asyncio.sleep(0)
    process.kill()
    await process.wait()
    assert [one.name for one in backups.iterdir() if not one.name.startswith(".")] == []
    ada = Member(bot.playground)
    await ada.press(await ada.command("quiz", questions=1), "A")
    process = await asyncio.create_subprocess_exec(*program, cwd=CHECKOUT, env=env)
    assert await process.wait() == 0
    [made] = [one for one in backups.iterdir() if not one.name.startswith(".")]
    with closing(sqlite3.connect(made)) as database:
        assert database.execute("SELECT count(*) FROM answer").fetchall() == [(1,)]
    assert rows(bot.data_dir, "PRAGMA integrity_check") == [("ok",)]
