"""A server's own course: a teacher writes it, a member suggests, a game asks it; the bot is killed between the steps."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from evening import Channel, opened
from hosting import Attached, Bot, Member, buttons, text, until, walk

from bot.playground.server import Playground

ROWS = [f"What is {n} + {n}?,A,{2 * n},{2 * n + 1},{2 * n + 2}" for n in range(1, 5)]
TABLE = "\n".join(["question,answer,option a,option b,option c", *ROWS])
BROKEN = TABLE + "\nWhat is 5 + 5?,F,10,11,12\n"
MENDED = TABLE.replace("What is 1 + 1?", "How much is 1 + 1?") + "\nWhat is 5 + 5?,A,10,11,12\n"


@pytest.fixture
async def bot(playground: Playground, tmp_path: Path) -> AsyncIterator[Bot]:
    running = Bot(playground, tmp_path / "data", STUDYHALL_PACE_FACTOR="0.3")
    await running.start()
    yield running
    assert await running.stop() == 0, running.log()
    assert "Traceback" not in running.log(), running.log()


async def killed(bot: Bot) -> None:
    """Kill the bot, and start it again."""
    await bot.stop(signal.SIGKILL)
    await bot.start()


async def written(who: Member, course: str, question: str, answers: str, **options: Any) -> dict[str, Any]:
    """A question typed into the form; returns its preview."""
    interaction, form = await who.form_of("question", "add", course=course, **options)
    return await who.submit(interaction, form, question=question, answers=answers)


async def test_a_teachers_course_from_the_first_question_to_friday_evening(playground: Playground, bot: Bot):
    teacher, grace, linus = Member(playground), Member(playground, 1), Member(playground, 2)

    made = await teacher.command("course", "new", title="Friday sums")
    assert "Made." in text(made)
    await killed(bot)
    for n in range(5):
        preview = await written(teacher, "Friday sums", f"What is {n} times 10?", f"{n}\n* {n}0\n{n}1")
        assert f"What is {n} times 10?" in text(preview)
        assert "Publish" in buttons(preview)
        if n == 2:
            await killed(bot)
        assert "Published" in text(await teacher.press(preview, "Publish"))
    not_yet = await written(teacher, "Friday sums", "Which one?", "a\nb")
    assert "put a star and a space before the right answer" in text(not_yet)
    assert "Publish" not in buttons(not_yet)

    report = await teacher.command("course", "import", course="Friday sums", file=Attached("week.csv", BROKEN.encode()))
    assert "4 new questions" in text(report)
    assert "row 6: the answer \\'F\\' is none of the options" in text(report)
    await killed(bot)
    assert "Published: 4 questions" in text(await teacher.press(report, "Publish all that pass (4)"))
    again = await teacher.command("course", "import", course="Friday sums", file=Attached("week.csv", MENDED.encode()))
    assert "1 new question" in text(again)
    assert "1 changed question" in text(again)
    assert "3 there already" in text(again)
    await teacher.press(again, "Publish all that pass (2)")
    assert "10 questions" in text(await teacher.command("course", "list"))

    assert "takes no suggestions" in text(await grace.command("suggest", course="Friday sums"))
    panel = await teacher.press(await teacher.command("studyhall", "setup"), "Authors…")
    await teacher.press(panel, "Everybody may suggest")
    interaction, form = await grace.form_of("suggest", course="Friday sums")
    await killed(bot)
    preview = await grace.submit(interaction, form, question="What is 2 + 3?", answers="* 5\n6")
    assert "Proposed" in text(await grace.press(preview, "Propose"))
    reading = await teacher.command("question", "review")
    assert "by Grace" in text(reading)
    interaction, form = await teacher.open_form(reading, "Send back…")
    await killed(bot)
    await teacher.submit(interaction, form, reading, word="A third answer, please.")
    await grace.command("help")
    await told(grace, "A third answer")
    drafts = await grace.command("question", "drafts")
    draft = await grace.choose(drafts, menus(drafts)[0]["options"][0]["value"])
    interaction, form = await grace.open_form(draft, "Edit")
    mended = await grace.submit(interaction, form, draft, question="What is 2 + 3?", answers="* 5\n6\n7")
    await grace.press(mended, "Propose")
    accepted = await teacher.press(await teacher.command("question", "review"), "Accept")
    assert "Published" in text(accepted)
    await grace.command("help")
    await told(grace, "is asked in Friday sums now")

    chosen = await teacher.command("course", "set", course="Friday sums", title="Tonight")
    wanted = menus(chosen)[0]["options"][2::-1]
    for one in wanted:
        chosen = await teacher.choose(chosen, one["value"])
    rehearsal = await teacher.press(chosen, "Rehearse")
    assert "question 1 of 3" in text(rehearsal)
    await killed(bot)
    channel = Channel(playground)
    lobby = await opened(teacher, grace, linus, set="Tonight", scoring="study")
    assert "Tonight" in text(lobby)
    assert "3 rounds" in text(lobby)
    await teacher.steer(lobby, "Start")
    for number in range(3):
        shown = await channel.open(number)
        assert wanted[number]["label"] in text(shown).replace("\\", "")
        if number == 1:
            await killed(bot)
        for member in grace, linus:
            await member.press(shown, "A")
        revealed = await channel.reveal(number)
        assert "✅" in text(revealed)
    await channel.podium()

    question = await teacher.command("question", "find", text="2 times 10")
    opened_one = await teacher.choose(question, menus(question)[0]["options"][0]["value"])
    gone = await teacher.press(await teacher.press(opened_one, "Retire"), "Yes, retire it")
    assert "Retired" in text(gone)
    await killed(bot)
    assert "1 retired" in text(await teacher.command("course", "list"))


async def told(who: Member, words: str) -> None:
    """Wait until a member reads these words."""
    await until(who.playground, lambda: any(words in text(one) for one in who.messages()), words)


def menus(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in walk(message["components"]) if one["type"] == 3]
