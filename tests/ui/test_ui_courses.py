"""The courses of a server: what is offered, found and refused in it, and that direct messages have all of them."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hall import TEA, Hall, Person, open_hall

NOT_HERE = "This server does not have the course Coffee. It has Tea; in direct messages I have every course."


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    """The bot with two small courses, Coffee and Tea, of the same sections."""
    packs = tmp_path / "packs"
    for name in ("tea", "coffee"):
        shutil.copytree(TEA / "tea", packs / name)
    head = packs / "coffee" / "pack.yaml"
    text = head.read_text("utf-8").replace("id: tea\ntitle: Tea", "id: coffee\ntitle: Coffee")
    head.write_text(text, encoding="utf-8")
    async with open_hall(tmp_path / "data", packs) as opened:
        yield opened


async def choose_courses(hall: Hall, *courses: str) -> None:
    shown = await hall.manager.slash("studyhall setup")
    await hall.manager.choose_in(shown, "setup.courses", *courses)


async def offered(person: Person, command: str = "quiz", typed: str = "brew") -> list[str]:
    return [choice["name"] for choice in await person.type_section(command, typed)]


@pytest.mark.parametrize("command", ["lesson", "quiz", "compete"])
async def test_what_the_setup_chooses_is_offered_at_once(hall: Hall, command: str):
    assert await offered(hall.alice, command) == ["Coffee › Brewing", "Tea › Brewing"]
    await choose_courses(hall, "tea")
    assert await offered(hall.alice, command) == ["Brewing"]
    assert await offered(hall.alice, command, "coffee") == []
    await choose_courses(hall, "coffee", "tea")
    assert await offered(hall.alice, command) == ["Coffee › Brewing", "Tea › Brewing"]


async def test_direct_messages_and_other_servers_have_every_course(hall: Hall):
    await choose_courses(hall, "tea")
    assert await offered(hall.alice.in_dm) == ["Coffee › Brewing", "Tea › Brewing"]
    assert "A study hall for **Coffee**" in (await hall.alice.in_dm.slash("help")).text
    page = await hall.alice.in_dm.slash("lesson", section="coffee/serving")
    assert "Serving · Cups" in page.text
    assert "Question 1 of" in (await hall.alice.in_dm.click(page, "Quiz me on this")).text
    assert (await hall.alice.in_dm.slash("lesson")).text.startswith("## Coffee\n")


@pytest.mark.parametrize("command", ["lesson", "quiz", "compete"])
@pytest.mark.parametrize("typed", ["coffee/brewing", "Coffee › Brewing"])
async def test_a_section_of_another_course_is_refused_in_a_sentence(hall: Hall, command: str, typed: str):
    await choose_courses(hall, "tea")
    answer = await hall.alice.slash(command, section=typed)
    assert answer.private
    assert NOT_HERE in answer.text
    assert hall.rows("SELECT * FROM practice_run") == hall.rows("SELECT * FROM competition") == []


async def test_a_section_that_two_courses_have_is_that_of_the_servers_own(hall: Hall):
    await choose_courses(hall, "tea")
    await hall.alice.slash("quiz", section="Brewing")
    assert hall.rows("SELECT pack_id, section_id FROM practice_run") == [("tea", "brewing")]


async def test_without_a_section_it_is_the_servers_first_course(hall: Hall):
    await hall.alice.slash("quiz")
    await choose_courses(hall, "tea")
    await hall.alice.slash("quiz")
    assert hall.rows("SELECT pack_id FROM practice_run ORDER BY id") == [("coffee",), ("tea",)]
    assert (await hall.alice.slash("lesson")).text.startswith("## Tea\n")


async def test_contents_are_those_of_the_servers_own_course_whatever_one_read_last(hall: Hall):
    await hall.alice.slash("lesson", section="coffee/serving")
    assert (await hall.alice.slash("lesson")).text.startswith("## Coffee\n")
    await choose_courses(hall, "tea")
    shown = await hall.alice.slash("lesson")
    assert shown.text.startswith("## Tea\n")
    assert "Start reading" in shown.buttons


async def test_help_names_the_servers_first_course_and_leads_into_it(hall: Hall):
    await choose_courses(hall, "tea")
    shown = await hall.alice.slash("help")
    assert "A study hall for **Tea**" in shown.text
    await hall.alice.click(shown, "Try 5 questions")
    assert hall.rows("SELECT pack_id FROM practice_run") == [("tea",)]


@pytest.mark.parametrize("label", ["Quiz me on this", "Contents", "Share here", "Next ▶"])
async def test_a_page_that_was_open_leads_no_further_into_a_course_that_was_taken_out(hall: Hall, label: str):
    page = await hall.alice.slash("lesson", section="coffee/serving")
    await choose_courses(hall, "tea")
    answer = await hall.alice.click(page, label)
    assert answer.private
    assert NOT_HERE in answer.text
    assert "Serving · Cups" in page.text


async def test_a_quiz_that_was_open_goes_on_and_the_next_one_is_refused(hall: Hall):
    shown = await hall.alice.slash("quiz", questions=1)
    await choose_courses(hall, "tea")
    await hall.alice.click(shown, shown.letter("Wrong answer 0"))
    assert "Not quite" in shown.text
    await hall.alice.click(shown, "See how it went")
    answer = await hall.alice.click(shown, "5 more questions")
    assert NOT_HERE in answer.text
    await hall.alice.click(shown, "Practise the one I missed")
    assert "Question 1 of 1" in shown.text


async def test_the_choice_holds_after_a_restart(hall: Hall):
    await choose_courses(hall, "tea")
    await hall.restart()
    assert await offered(hall.alice) == ["Brewing"]


async def test_courses_that_are_all_gone_leave_a_server_with_those_there_are(hall: Hall):
    await choose_courses(hall, "tea")
    hall.run_sql("UPDATE server SET courses = ?", '["cocoa"]')
    await hall.restart()
    assert await offered(hall.alice) == ["Coffee › Brewing", "Tea › Brewing"]


# Several courses


def plays(hall: Hall) -> list[tuple[str, str]]:
    return hall.rows("SELECT pack_id, setup ->> '$.sections' FROM competition ORDER BY id")


async def test_a_whole_course_can_be_typed_or_picked_where_a_section_can(hall: Hall):
    assert await offered(hall.alice, "compete", "") == [
        *("Coffee › all sections", "Tea › all sections", "Coffee › Brewing", "Coffee › Serving", "Coffee › Recap"),
        *("Tea › Brewing", "Tea › Serving", "Tea › Recap"),
    ]
    await hall.alice.slash("compete", section="tea")
    await hall.bob.slash("quiz", section="Tea › all sections", questions=1)
    assert plays(hall) == [("tea", "[]")]
    assert hall.rows("SELECT pack_id, section_id FROM practice_run") == [("tea", None)]
    assert (await hall.alice.slash("lesson", section="TEA")).text.startswith("## Tea\n")


async def test_a_duel_asks_about_what_was_chosen(hall: Hall):
    await hall.alice.slash("duel", member=hall.bob._actor, section="Tea > Brewing")
    assert plays(hall) == [("tea", '["brewing"]')]
    assert "Tea › Brewing" in await offered(hall.alice, "duel")


async def test_a_recurring_competition_without_sections_plays_every_course_in_turn(hall: Hall):
    shown = await hall.manager.slash("studyhall schedule", what="competition", time="19:00", days="Friday")
    assert "Competition · Every course in turn" in shown.text
    text = "Tea › Brewing, Tea › Serving"
    shown = await hall.manager.slash(
        "studyhall schedule", what="competition", time="20:00", days="Friday", section=text
    )
    assert f"Competition · {text}" in shown.text
    shown = await hall.manager.slash(
        "studyhall schedule", what="competition", time="21:00", days="Friday", section="tea"
    )
    assert "Competition · Tea › all sections" in shown.text
    setups = hall.rows("SELECT setup ->> '$.pack_id', setup ->> '$.sections' FROM schedule ORDER BY id")
    assert setups == [("", "[]"), ("tea", '["brewing","serving"]'), ("tea", "[]")]


async def test_contents_lead_to_the_other_courses(hall: Hall):
    shown = await hall.alice.slash("lesson")
    assert shown.text.startswith("## Coffee\n")
    await hall.alice.choose_in(shown, "lesson.course", "tea")
    assert shown.text.startswith("## Tea\n")
    await choose_courses(hall, "tea")
    shown = await hall.alice.slash("lesson")
    assert "Another course…" not in str(shown.stored.components)


async def test_help_and_demos_are_those_of_the_servers_courses(hall: Hall):
    shown = await hall.alice.slash("help")
    assert "A study hall for **Coffee** and **Tea**." in shown.text
    assert ("/demo" in shown.text) == bool(hall.app.library.demos)


async def test_a_server_without_demos_in_its_courses_is_offered_none(tmp_path: Path):
    packs = tmp_path / "packs"
    shutil.copytree(TEA / "tea", packs / "tea")
    for file in packs.rglob("*.yaml"):
        lines = file.read_text("utf-8").splitlines(keepends=True)
        file.write_text("".join(line for line in lines if "demo" not in line), encoding="utf-8")
    async with open_hall(tmp_path / "data", packs) as hall:
        assert hall.app.library.demos == set()
        assert "/demo" not in (await hall.alice.slash("help")).text
        assert "/demo" not in (await hall.alice.in_dm.slash("help")).text
        assert "(Tea) have no demos" in (await hall.alice.slash("demo")).text
        assert await hall.alice.type_option("demo", "name", "") == []


async def test_of_seventy_courses_five_can_be_chosen(tmp_path: Path):
    packs = tmp_path / "packs"
    names = [f"c{n:02}" for n in range(70)]
    for name in names:
        shutil.copytree(TEA / "tea", packs / name)
        head = packs / name / "pack.yaml"
        text = head.read_text("utf-8").replace("id: tea\ntitle: Tea", f"id: {name}\ntitle: Course {name} {'x' * 40}")
        head.write_text(text, encoding="utf-8")
    async with open_hall(tmp_path / "data", packs) as hall:
        shown = await hall.manager.slash("studyhall setup")
        assert "all 70: " in shown.text
        assert re.search(r" and \d+ more", shown.text)
        await hall.manager.choose_in(shown, "setup.courses", "c01", "c02", "c24")
        await hall.manager.click(shown, "More courses ▶")
        await hall.manager.click(shown, "More courses ▶")
        await hall.manager.choose_in(shown, "setup.courses", "c50", "c69")
        assert hall.rows("SELECT courses FROM server") == [('["c01", "c02", "c24", "c50", "c69"]',)]
        await hall.manager.choose_in(shown, "setup.courses")
        assert hall.rows("SELECT courses FROM server") == [('["c01", "c02", "c24"]',)]
        await hall.manager.click(shown, "All courses")
        assert "all 70: " in shown.text
        lesson = await hall.alice.slash("lesson", section="c40")
        assert "Course c40" in lesson.text
        await hall.alice.choose_in(lesson, "lesson.course", "c52")
        assert "Course c52" in lesson.text
