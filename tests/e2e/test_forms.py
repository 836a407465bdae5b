"""The four forms of a question, as people answer them: in practice, in a competition, as the question of the day."""

import json
import re
from pathlib import Path
from typing import Any

import engines
from evening import Channel, opened
from hosting import Bot, Member, buttons, text, walk

from bot.playground.server import Playground

COURSE = """\
standard: plain
title: Friday
questions: []
"""
CHOICE = "{stem: Which one is water?, options: [水, 火], answer: 水}"
SEVERAL = "{stem: Which ones are even?, options: ['1', '2', '3', '4'], answer: ['2', '4']}"
TYPED = "{stem: What makes energy in a cell?, accepted: [mitochondria, the mitochondria]}"
NUMBER = "{stem: What is pi?, number: 3.14, tolerance: 0.01}"
ORDER = "{stem: Make it work., lines: ['def f():', '    x = 1', '    return x']}"


def course(folder: Path, *questions: str) -> Path:
    """A folder of packs with one plain course that asks these."""
    pack = folder / "packs" / "friday"
    (pack / "questions").mkdir(parents=True)
    (pack / "pack.yaml").write_text("standard: plain\ntitle: Friday\n", "utf-8")
    lines = "\n".join(f"  - {one}" for one in questions)
    (pack / "questions" / "all.yaml").write_text(f"questions:\n{lines}\n", "utf-8")
    return folder / "packs"


async def bot_with(playground: Playground, folder: Path, *questions: str) -> Bot:
    running = Bot(playground, folder / "data", STUDYHALL_PACKS_DIR=str(course(folder, *questions)))
    await running.start()
    return running


def listed(message: dict[str, Any]) -> dict[str, str]:
    """The options as the message lists them: text to letter."""
    found = re.findall(r"^(?:<:letter_(\w):\d+>|\*\*([A-J])\*\*|([A-J])) [·│] +(.*)$", text(message), re.MULTILINE)
    return {option.strip(): "".join(letters).upper() for *letters, option in found}


def place(letter: str) -> str:
    return str("ABCDEFGHIJ".index(letter))


def stored(bot: Bot) -> list[tuple]:
    return engines.rows(bot.database, "SELECT chosen, given, correct FROM answer ORDER BY id")


async def test_several_are_checked_in_a_form_and_right_as_exactly_those(playground, tmp_path):
    bot = await bot_with(playground, tmp_path, SEVERAL)
    ada = Member(playground)
    quiz = await ada.command("quiz", questions=1)
    letters = listed(quiz)
    interaction, form = await ada.open_form(quiz, "Answer")
    [group] = [one for one in walk(form["components"]) if one["type"] == 22] or [form["components"][0]["component"]]
    assert {option["label"].partition(" · ")[2] for option in group["options"]} == {"1", "2", "3", "4"}
    answer = await ada.submit(interaction, form, quiz, chosen=[place(letters["1"]), place(letters["2"])])
    assert f"Missed: **{letters['4']}** · Chosen, but not right: **{letters['1']}**" in text(answer)
    assert "The right answer is " in text(answer)
    [(chosen, given, correct)] = stored(bot)
    assert (chosen, correct, json.loads(given)["options"]) == (-1, 0, [0, 1])
    assert await bot.stop() == 0


async def test_what_is_typed_is_taken_forgivingly_and_a_slip_is_told_and_not_counted(playground, tmp_path):
    bot = await bot_with(playground, tmp_path, TYPED)
    ada = Member(playground)
    quiz = await ada.command("quiz", questions=1)
    interaction, form = await ada.open_form(quiz, "Answer")
    again = await ada.submit(interaction, form, quiz, typed="mitochondra")
    assert "check the spelling" in text(again)
    assert "mitochondria" not in text(again)
    assert stored(bot) == []
    interaction, form = await ada.open_form(again, "Answer")
    answer = await ada.submit(interaction, form, again, typed="  The MITOCHONDRIA ")
    assert "✅ Right: “The MITOCHONDRIA”" in text(answer)
    [(chosen, _, correct)] = stored(bot)
    assert (chosen, correct) == (0, 1)
    assert await bot.stop() == 0


async def test_lines_are_put_in_order_by_pressing_their_letters(playground, tmp_path):
    bot = await bot_with(playground, tmp_path, ORDER)
    ada = Member(playground)
    quiz = await ada.command("quiz", questions=1)
    letters = listed(quiz)
    assert set(letters) == {"def f():", "x = 1", "return x"}
    assert "Send" not in buttons(quiz)
    quiz = await ada.press(quiz, letters["return x"])
    quiz = await ada.press(quiz, "Undo")
    for line in ("def f():", "x = 1", "return x"):
        quiz = await ada.press(quiz, letters[line])
    order = " → ".join(letters[line] for line in ("def f():", "x = 1", "return x"))
    assert f"Your order: **{order}**" in text(quiz)
    answer = await ada.press(quiz, "Send")
    assert f"✅ Right: {order}" in text(answer)
    assert stored(bot) == [(0, stored(bot)[0][1], 1)]
    assert await bot.stop() == 0


async def test_a_competition_asks_in_every_form_and_shows_nobodys_words(playground, tmp_path):
    bot = await bot_with(playground, tmp_path, SEVERAL, TYPED, NUMBER, ORDER)
    ada, grace = Member(playground, 0), Member(playground, 1)
    channel = Channel(playground)
    lobby = await opened(ada, grace, rounds=4, pace="calm")
    await ada.steer(lobby, "Start")
    seen = set()
    for number in range(4):
        message = await channel.open(number)
        asked = text(message)
        seen.add(next(stem for stem in ("even", "energy", "pi", "work") if f"{stem}" in asked))
        await answered(ada, message, right=True)
        again = await ada.press(message, "Answer")
        assert "locked in" in text(again), text(again)
        await answered(grace, message, right=False)  # with which the round is over
        reveal = await channel.reveal(number)
        assert "Only 1 of 2 got this" in text(reveal) or "1 of 2" in text(reveal)
        assert "secret words" not in text(reveal)
        assert "2.5" not in text(reveal)
        if number < 3:
            await ada.steer(reveal, "Next round")
    assert seen == {"even", "energy", "pi", "work"}
    podium = await channel.podium()
    assert "4 of 4 right" in text(podium)
    rows = engines.rows(bot.database, "SELECT member_id, correct, count(*) FROM answer GROUP BY 1, 2 ORDER BY 1")
    assert sorted(rows) == sorted([(int(ada.id), 1, 4), (int(grace.id), 0, 4)])
    assert await bot.stop() == 0, bot.log()


async def answered(member: Member, message: dict[str, Any], *, right: bool) -> None:
    """Answer a round in whatever form it asks, right or wrong."""
    asked, letters = text(message), listed(message)
    if "work" in asked:
        panel = await member.press(message, "Answer")
        lines = ["def f():", "x = 1", "return x"]
        for line in lines if right else reversed(lines):
            panel = await member.press(panel, letters[line])
        told = await member.press(panel, "Send")
    else:
        interaction, form = await member.open_form(message, "Answer")
        if "even" in asked:
            chosen = ("2", "4") if right else ("1", "2")
            told = await member.submit(interaction, form, chosen=[place(letters[one]) for one in chosen])
        else:
            of_energy = "energy" in asked
            typed = ("mitochondria" if of_energy else "3.145") if right else ("secret words" if of_energy else "2.5")
            told = await member.submit(interaction, form, typed=typed)
    assert "Locked in" in text(told), text(told)


async def test_the_question_of_the_day_is_answered_in_a_form(playground, tmp_path):
    bot = await bot_with(playground, tmp_path, NUMBER)
    ada = Member(playground)
    await ada.command("daily")
    [message] = Channel(playground).offering(r"sh:daily\.begin:\d+")
    interaction, form = await ada.open_form(message, "Answer")
    assert "✅ **Right!** Locked in **“3.14”**" in text(await ada.submit(interaction, form, typed="3.14"))
    [(given,)] = engines.rows(bot.database, "SELECT given FROM daily_answer")
    assert json.loads(given)["text"] == "3.14"
    exported = engines.rows(bot.database, "SELECT count(*) FROM daily_answer")
    assert exported == [(1,)]
    assert await bot.stop() == 0
