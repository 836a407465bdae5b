"""Pictures of a course, wherever members meet them."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hall import GALLERY, Hall, Shown, open_hall, walk
from painted import BEES, write_bees

from bot.ui.layouts import CoursePicture, Screen
from bot.ui.marks import Marks
from bot.ui.practice.about import NAME

DAY = 86_400
ALTS = {
    "Which bee is this?": ["A bee with eyes that meet."],
    "How many sides has a cell of this frame?": ["A frame with cells of wax."],
}
BYTES = {
    "A bee with eyes that meet.": BEES["pictures/drone.jpg"],
    "A frame with cells of wax.": BEES["pictures/frame.png"],
}
HEADS = "The heads of a drone and of a worker."


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    """The bot with a course of pictures."""
    async with open_hall(tmp_path / "data", write_bees(tmp_path / "packs")) as opened:
        yield opened


def shows_its_picture(shown: Shown) -> list[str]:
    """Holds that a message shows the picture of what it asks, with its words; returns the alt texts of that."""
    [alts] = [alts for stem, alts in ALTS.items() if stem in shown.text]
    assert shown.alt_texts[: len(alts)] == alts
    assert list(shown.files.values())[:1] == [BYTES[alts[0]]]
    return alts


def uploads(shown: Shown) -> list[str]:
    """The ids of a message's files: what is uploaded again has another one."""
    return [one["id"] for one in shown.stored.attachments]


async def test_a_quiz_shows_the_picture_of_each_question_and_keeps_it_with_the_answer(hall: Hall):
    question = await hall.alice.slash("quiz", questions=2)
    first, before = shows_its_picture(question), uploads(question)
    await hall.alice.click(question, "A")
    assert shows_its_picture(question) == first
    assert uploads(question) == before
    await hall.alice.click(question, "Next ▶")
    assert shows_its_picture(question) != first
    assert len(question.files) == 1


async def test_the_rule_of_an_explanation_has_its_picture_beside_the_one_that_was_asked_about(hall: Hall):
    question = await hall.alice.slash("quiz", questions=2)
    if "Which bee" not in question.text:
        await hall.alice.click(question, "A")
        await hall.alice.click(question, "Next ▶")
    await hall.alice.click(question, "A")
    [before] = uploads(question)
    await hall.alice.click(question, "Why not the others?")
    assert question.alt_texts == ["A bee with eyes that meet.", HEADS]
    assert uploads(question)[0] == before
    assert list(question.files.values())[1] == BEES["pictures/heads.webp"]
    await hall.alice.click(question, "Back to my answer")
    assert (question.alt_texts, uploads(question)) == (["A bee with eyes that meet."], [before])


async def test_no_file_is_called_what_its_author_called_it(hall: Hall):
    question = await hall.alice.slash("quiz", questions=2)
    await hall.alice.click(question, "A")
    await hall.alice.click(question, "Next ▶")
    page, term = await hall.alice.slash("lesson", section="hive"), await hall.alice.slash("term", name="drone")
    for shown in (question, page, term):
        [name] = shown.files
        assert re.fullmatch(r"picture-[0-9a-f]{16}\.(png|jpg)", name)
        sent = f"{shown.stored.components} {shown.stored.attachments}"
        assert [one for one in ("drone.jpg", "frame.png", "heads.webp") if one in sent] == []


async def test_a_page_shows_its_picture_between_its_words_for_one_and_for_all(hall: Hall):
    page = await hall.alice.slash("lesson", section="hive")
    kinds = [one["type"] for one in walk(page.stored.components)]
    assert kinds[1:4] == [10, GALLERY, 10]
    assert page.alt_texts == ["A frame with cells of wax."]
    assert list(page.files.values()) == [BEES["pictures/frame.png"]]
    shared = await hall.alice.click(page, "Share here")
    assert not shared.private
    assert list(shared.files.values()) == [BEES["pictures/frame.png"]]


async def test_a_term_shows_its_picture(hall: Hall):
    term = await hall.alice.slash("term", name="drone")
    assert term.alt_texts == ["A bee with eyes that meet."]
    assert list(term.files.values()) == [BEES["pictures/drone.jpg"]]


async def test_questions_about_a_message_and_reviews_have_their_pictures(hall: Hall):
    message = await hall.alice._actor.send(hall.channel, "What is a hive?")
    question = await hall.bob.on_message(NAME, Shown(hall.env, hall.channel.id, message.id))
    shows_its_picture(question)
    await hall.bob.click(question, "A")
    await hall.pass_time(60 * DAY)
    review = await hall.bob.slash("review")
    shows_its_picture(await hall.bob.click(review, review.enabled[0]) if "Which" not in review.text else review)


async def test_the_question_of_the_day_has_its_picture_until_its_result_and_in_each_ones_own_answer(hall: Hall):
    await hall.alice.slash("daily")
    question = next(one for one in hall.messages() if "A" in one.buttons)
    alts, before = shows_its_picture(question), uploads(question)
    await hall.bob.click(question, "B")
    await hall.pass_time(2)
    assert "**1** answered" in question.text
    assert (shows_its_picture(question), uploads(question)) == (alts, before)
    await hall.pass_time(DAY)
    await hall.app.services.schedules.look()
    result = next(one for one in hall.messages() if "My answer" in one.buttons)
    assert shows_its_picture(result) == alts
    mine = await hall.bob.click(result, "My answer")
    assert mine.private
    assert mine.alt_texts == alts
    assert mine.files == {}, "it is shown from where it is, not uploaded for each member"


ORDERED = """\
questions:
  - stem: Put the parts of this bee in order, from the front.
    section: hive
    picture: drone.jpg
    alt: A bee with eyes that meet.
    items: [head, chest, belly]
"""


async def test_who_answers_in_steps_sees_the_picture_of_the_question_at_each_and_uploads_nothing(tmp_path: Path):
    packs = write_bees(tmp_path / "packs")
    (packs / "bees" / "questions" / "bees.yaml").write_text(ORDERED, "utf-8")
    async with open_hall(tmp_path / "data", packs) as hall:
        await hall.alice.slash("daily")
        question = next(one for one in hall.messages() if "Answer" in one.buttons)
        order = await hall.bob.click(question, "Answer")
        for letter in ("", "A", "B", "C"):
            if letter:
                await hall.bob.click(order, letter)
            assert order.private
            assert (order.alt_texts, order.files) == (["A bee with eyes that meet."], {})


async def test_managers_see_the_picture_of_a_question_that_was_reported(hall: Hall):
    data = {
        "custom_id": "sh:report.send:bees:eyes",
        "components": [{"type": 18, "component": {"type": 4, "custom_id": "words", "value": "It is a queen."}}],
    }
    await hall.alice.forge_form(data)
    queue = await hall.manager.slash("studyhall flags")
    shows_its_picture(await hall.manager.choose_in(queue, "flags.open", "bees/eyes"))


async def without_pictures(hall: Hall) -> None:
    """The course's author takes all pictures out of it, and it is reloaded."""
    bees = Path(hall.settings.packs_dir) / "bees"
    shutil.rmtree(bees / "pictures")
    for name in ("questions/bees.yaml", "lessons/hive.yaml", "glossary.yaml"):
        lines = (bees / name).read_text("utf-8").splitlines()
        kept = "\n".join(one for one in lines if "picture" not in one and "alt:" not in one)
        (bees / name).write_text(kept, "utf-8")
    await hall.app.services.courses.reload()


async def test_a_question_that_is_open_keeps_its_picture_though_its_course_has_none_any_more(hall: Hall):
    await hall.alice.slash("daily")
    question = next(one for one in hall.messages() if "A" in one.buttons)
    alts, before = shows_its_picture(question), uploads(question)
    await without_pictures(hall)
    await hall.app.services.courses.reload()
    await hall.bob.click(question, "B")
    await hall.pass_time(2)
    assert "**1** answered" in question.text
    assert (shows_its_picture(question), uploads(question)) == (alts, before)


async def test_where_a_picture_is_gone_there_is_what_it_showed(hall: Hall):
    await hall.alice.slash("daily")
    question = next(one for one in hall.messages() if "A" in one.buttons)
    [alt] = shows_its_picture(question)
    await without_pictures(hall)
    await hall.restart()
    await hall.bob.click(question, "B")
    await hall.pass_time(2)
    assert f"The course no longer has this picture. It showed: {alt}" in question.text
    await hall.pass_time(DAY)
    await hall.app.services.schedules.look()
    result = next(one for one in hall.messages() if "My answer" in one.buttons)
    assert f"The course no longer has this picture. It showed: {alt}" in result.text
    assert (result.files, hall.env.errors) == ({}, [])


async def test_after_a_restart_an_edit_still_shows_the_picture(hall: Hall):
    await hall.alice.slash("daily")
    question = next(one for one in hall.messages() if "A" in one.buttons)
    alts = shows_its_picture(question)
    await hall.restart()
    await hall.bob.click(question, "B")
    await hall.pass_time(2)
    assert "**1** answered" in question.text
    assert (shows_its_picture(question), len(question.files)) == (alts, 1)


def test_a_picture_that_nobody_has_is_told_in_words():
    screen = Screen(["Which bee is this?", CoursePicture("picture-0.png", "A bee *with* eyes")])
    view, files = screen.ready(Marks())
    assert files == []
    told = [one["content"] for one in walk(view.to_components()) if one["type"] == 10]
    assert told[1] == r"-# 🖼️ The course no longer has this picture. It showed: A bee \*with\* eyes"
