"""What is a server's own is found, asked and changed in no other server, whatever is typed, offered or forged there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from evening import rows
from hosting import Attached, Bot, Member, buttons, text, walk
from painted import picture as painted

from bot.playground.server import Playground

TABLE = b"question,answer,option a,option b\nWhat is 1 + 1?,A,2,3\nWhat is 2 + 3?,B,4,5\n"


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    """A playground with two servers, and the bot in both."""
    async with Playground(second_server=True) as running:
        yield running


@pytest.fixture
async def bot(playground: Playground, tmp_path: Path) -> AsyncIterator[Bot]:
    running = Bot(playground, tmp_path / "data")
    await running.start()
    yield running
    assert await running.stop() == 0, running.log()
    assert "Traceback" not in running.log(), running.log()


def of_second_server(playground: Playground, number: int) -> Member:
    """A member in the first channel of the second server."""
    home = playground.world.guild_id
    channel = next(number for number, one in playground.world.channels.items() if one.guild_id not in (home, None))
    return Member(playground, number, channel)


async def taken(who: Member) -> None:
    """A course made of a file, and published."""
    report = await who.command("course", "import", file=Attached("Secret sums.csv", TABLE))
    assert "2 new questions" in text(report)
    assert "Published" in text(await who.press(report, "Publish all that pass (2)"))


STOLEN = [
    "sh:course.open:1",
    "sh:course.on:1:0",
    "sh:course.delete_yes:1",
    "sh:course.export:1",
    "sh:course.publish:1",
    "sh:course.undo:1",
    "sh:course.faults:1",
    "sh:question.list:1:0",
    "sh:question.open:own-1/q1",
    "sh:question.history:1:q1",
    "sh:question.retire_yes:1:q1",
    "sh:question.add:1",
    "sh:question.form:1:q1",
    "sh:question.publish:1",
    "sh:question.accept:1",
    "sh:quiz.start:own-1:secret-sums",
    "sh:lesson.contents:own-1",
    "sh:review.start:own-1",
    "sh:progress.course:own-1",
    "sh:report.open:own-1:q1",
    "sh:group.course:own-1",
]


async def test_another_servers_course_is_found_nowhere(playground: Playground, bot: Bot):
    ada, magnus = Member(playground), of_second_server(playground, 3)
    await taken(ada)
    assert await ada.suggestions("quiz", "section", "secret") != []
    assert await magnus.suggestions("quiz", "section", "secret") == []
    for command, options in (("quiz", {"section": "Secret sums"}), ("compete", {"section": "own-1/secret-sums"})):
        answer = text(await magnus.command(command, **options))
        assert "no such section" in answer
        assert "Secret" not in answer
    shown = await magnus.command("help")
    assert "Secret" not in text(shown)
    stored = {
        table: rows(bot.data_dir, f"SELECT * FROM {table}") for table in ("course", "course_question", "course_import")
    }
    for custom_id in STOLEN:
        answer = text(await magnus.forge(shown, custom_id))
        assert "Secret" not in answer, custom_id
        assert "1 + 1" not in answer, custom_id
        assert "⚠️" in answer, (custom_id, answer)
    assert {table: rows(bot.data_dir, f"SELECT * FROM {table}") for table in stored} == stored


async def test_a_quiz_about_it_does_not_go_on_in_another_server_or_in_direct_messages(playground: Playground, bot: Bot):
    ada, there = Member(playground), of_second_server(playground, 0)
    await taken(ada)
    question = await ada.command("quiz", section="Secret sums")
    assert "1 + 1" in text(question) or "2 + 3" in text(question)
    shown = await there.command("help")
    for custom_id in ("sh:quiz.next:1", "sh:quiz.pick:1:0:0", "sh:quiz.retry:1", "sh:quiz.more:1", "sh:quiz.back:1:0"):
        assert "⚠️" in text(await there.forge(shown, custom_id)), custom_id
    answered = await ada.press(question, "A")
    assert "Right" in text(answered) or "Not quite" in text(answered)


async def test_whoever_manages_nothing_writes_with_a_role_alone(playground: Playground, bot: Bot):
    ada, linus = Member(playground), Member(playground, 2)
    await taken(ada)
    for part, options in (("list", {}), ("export", {"course": "Secret sums"}), ("delete", {"course": "Secret sums"})):
        assert "Only managers work on this server" in text(await linus.command("course", part, **options))
    panel = await ada.press(await ada.command("studyhall", "setup"), "Authors…")
    role = playground.world.role_named("Authors")["id"]
    await ada.forge(panel, f"sh:authors.role:{playground.world.guild_id}", 6, [role])
    assert "Only members with the role" in text(await linus.command("course", "list"))
    playground.acts.hold_role(linus.id, role)
    assert "Secret sums" in text(await linus.command("course", "list"))
    playground.acts.hold_role(linus.id, role, take=True)
    assert "Only members with the role" in text(await linus.command("course", "list"))


async def test_a_question_is_made_with_a_picture_and_one_of_a_message(playground: Playground, bot: Bot):
    ada, grace = Member(playground), Member(playground, 1)
    await taken(ada)
    picture = Attached("bee.png", painted())
    refused = await ada.command("question", "add", course="Secret sums", picture=picture)
    assert "what the picture shows" in text(refused)
    interaction, form = await ada.form_of(
        "question", "add", course="Secret sums", picture=picture, alt="A bee on a flower"
    )
    preview = await ada.submit(interaction, form, question="What is this?", answers="* a bee\na wasp")
    assert any(one["type"] == 12 for one in walk(preview["components"]))
    assert "Published" in text(await ada.press(preview, "Publish"))
    broken = Attached("bee.png", b"no picture at all")
    interaction, form = await ada.form_of("question", "add", course="Secret sums", picture=broken, alt="A bee")
    answer = await ada.submit(interaction, form, question="And this?", answers="* a bee\na wasp")
    assert "I can't take that picture" in text(answer)
    assert "And this" in text(await ada.command("question", "drafts"))

    said = grace.say("The capital of France is Paris.")
    interaction, form = await ada.form_of_message("Make a question of this", said)
    made = await ada.submit(interaction, form, question="The capital of France?", answers="* Paris\nRome", course=["1"])
    assert "Publish" in buttons(made)
