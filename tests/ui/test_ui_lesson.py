"""`/lesson` as a reader meets it."""

import shutil
from pathlib import Path

import pytest
from hall import TEA, Hall, open_hall


async def test_contents_list_every_section_with_its_summary(hall: Hall):
    contents = await hall.alice.slash("lesson")
    assert contents.private
    assert contents.menu == ["Brewing", "Serving", "Recap"]
    assert "**1. Brewing** · 2 pages\n-# Water, leaves and time." in contents.text
    assert "**3. Recap** · 1 page\n" in contents.text
    assert contents.enabled == ["Start reading"]


async def test_contents_show_how_far_one_has_read(hall: Hall):
    page = await hall.alice.click(await hall.alice.slash("lesson"), "Start reading")
    assert "📖 1 of 2 pages read" in (await hall.alice.slash("lesson")).text
    await hall.alice.click(page, "Next ▶")
    contents = await hall.alice.click(page, "Contents")
    assert "**1. Brewing** · ✅ read" in contents.text
    assert contents.id == page.id


async def test_progress_of_one_reader_is_not_shown_to_another(hall: Hall):
    await hall.alice.slash("lesson", section="tea/brewing")
    assert "read" not in (await hall.bob.slash("lesson")).text.split("Brewing", 1)[1].split("\n")[0]


async def test_continue_leads_to_the_page_read_last(hall: Hall):
    page = await hall.alice.slash("lesson", section="tea/serving")
    await hall.pass_time(1)
    await hall.alice.click(page, "Next ▶")
    contents = await hall.alice.slash("lesson")
    assert contents.enabled == ["Continue: Serving, page 2"]
    assert "Serving · Order" in (await hall.alice.click(contents, "Continue: Serving, page 2")).text


async def test_next_and_previous_walk_through_all_sections_and_stop_at_the_ends(hall: Hall):
    page = await hall.alice.click(await hall.alice.slash("lesson"), "Start reading")
    assert "◀ Previous" not in page.enabled
    headings = [page.text.split("\n")[0]]
    steps = []
    while label := next((label for label in page.enabled if label.startswith("Next")), None):
        steps.append(label)
        await hall.alice.click(page, label)
        headings.append(page.text.split("\n")[0])
    assert headings == [
        "### Brewing · Water",
        "### Brewing · Time",
        "### Serving · Cups",
        "### Serving · Order",
        "### Recap · In short",
    ]
    assert steps == ["Next ▶", "Next: Serving ▶", "Next ▶", "Next: Recap ▶"]
    for heading in reversed(headings[:-1]):
        await hall.alice.click(page, "◀ Previous")
        assert page.text.startswith(heading)


async def test_a_page_shows_code_output_source_and_where_one_is(hall: Hall):
    page = await hall.alice.slash("lesson", section="tea/brewing")
    assert "```python\nkettle.boil()\n```\nIt prints:\n```text\n96 degrees\n```\nLet it rest" in page.text
    assert "-# Page 1 of 2 · [Source](https://docs.python.org/3/library/time.html)" in page.text
    assert "Remember" not in page.text


async def test_the_last_page_of_a_section_ends_with_what_to_remember(hall: Hall):
    page = await hall.alice.slash("lesson", section="tea/brewing")
    await hall.alice.click(page, "Next ▶")
    assert "**Remember**\n- Fresh water, short time." in page.text


async def test_a_section_opens_at_the_first_page_not_read_yet(hall: Hall):
    await hall.alice.slash("lesson", section="tea/serving")
    assert "Serving · Order" in (await hall.alice.slash("lesson", section="tea/serving")).text
    assert "Serving · Cups" in (await hall.alice.slash("lesson", section="tea/serving")).text


async def test_the_menu_opens_a_section_in_the_same_message(hall: Hall):
    contents = await hall.alice.slash("lesson")
    page = await hall.alice.choose(contents, "serving")
    assert page.id == contents.id
    assert "Serving · Cups" in page.text


@pytest.mark.parametrize("typed", ["tea/serving", "serving", "Serving", " SERVING "])
async def test_a_section_can_be_named_by_id_or_title_in_any_case(hall: Hall, typed: str):
    assert "Serving · Cups" in (await hall.alice.slash("lesson", section=typed)).text


@pytest.mark.parametrize("typed", ["coffee", " ", "x" * 3000, "tea/coffee", "``` @everyone"])
@pytest.mark.parametrize("command", ["lesson", "quiz"])
async def test_an_unknown_section_gets_the_list_of_titles(hall: Hall, command: str, typed: str):
    answer = await hall.alice.slash(command, section=typed)
    assert answer.private
    assert "There is no such section. Pick one from the list: Brewing, Serving, Recap." in answer.text
    assert hall.rows("SELECT * FROM page_read") == []


async def test_typing_narrows_down_the_sections_offered(hall: Hall):
    assert [c["name"] for c in await hall.alice.type_section("lesson", "")] == ["Brewing", "Serving", "Recap"]
    assert await hall.alice.type_section("lesson", "ERV") == [{"name": "Serving", "value": "tea/serving"}]
    assert await hall.alice.type_section("quiz", "coffee") == []
    assert [c["name"] for c in await hall.alice.in_dm.type_section("quiz", "re")] == ["Brewing", "Recap"]


async def test_with_two_courses_sections_are_named_with_their_course(tmp_path: Path):
    for name in ("tea", "coffee"):
        shutil.copytree(TEA / "tea", tmp_path / "packs" / name)
    head = tmp_path / "packs" / "coffee" / "pack.yaml"
    head.write_text(head.read_text().replace("id: tea\ntitle: Tea", "id: coffee\ntitle: Coffee"))
    async with open_hall(tmp_path / "data", tmp_path / "packs") as hall:
        offered = await hall.alice.type_section("lesson", "brew")
        assert [c["name"] for c in offered] == ["Coffee › Brewing", "Tea › Brewing"]
        await hall.alice.slash("lesson", section=offered[1]["value"])
        assert (await hall.alice.slash("lesson")).text.startswith("## Tea\n")
        assert (await hall.bob.slash("lesson")).text.startswith("## Coffee\n")


async def test_share_shows_the_page_to_the_channel_and_leaves_ones_own_alone(hall: Hall):
    page = await hall.alice.slash("lesson", section="tea/serving")
    shared = await hall.alice.click(page, "Share here")
    assert not shared.private
    assert hall.messages()[-1].id == shared.id
    assert "Serving · Cups" in shared.text
    assert shared.enabled == ["Read this section"]
    assert page.private


async def test_whoever_opens_a_shared_page_gets_their_own_copy_in_private(hall: Hall):
    shared = await hall.alice.click(await hall.alice.slash("lesson", section="tea/serving"), "Share here")
    before = shared.text
    own = await hall.bob.click(shared, "Read this section")
    assert own.private
    assert own.id != shared.id
    await hall.bob.click(own, "Next ▶")
    assert "Serving · Order" in own.text
    assert shared.text == before


async def test_in_direct_messages_nothing_of_a_server_is_offered(hall: Hall):
    page = await hall.alice.in_dm.slash("lesson", section="tea/serving")
    assert set(page.buttons) == {"◀ Previous", "Next ▶", "Contents", "Quiz me on this"}


async def test_progress_made_in_direct_messages_counts_in_a_server(hall: Hall):
    await hall.alice.in_dm.slash("lesson", section="tea/brewing")
    assert "📖 1 of 2 pages read" in (await hall.alice.slash("lesson")).text


async def test_a_section_with_one_demo_offers_to_run_it(hall: Hall):
    page = await hall.alice.slash("lesson", section="tea/brewing")
    demo = await hall.bob.click(await hall.bob.slash("lesson", section="tea/brewing"), "Run the demo")
    assert "A counter shared by threads" in demo.text
    assert not demo.private
    assert "Brewing" in page.text


async def test_a_section_with_two_demos_tells_them_apart(hall: Hall):
    page = await hall.alice.slash("lesson", section="tea/serving")
    assert {"Demo: I/O-bound waiting", "Demo: CPU-bound work"} <= set(page.enabled)


async def test_quiz_me_on_this_asks_about_that_section(hall: Hall):
    page = await hall.alice.slash("lesson", section="tea/serving")
    question = await hall.alice.click(page, "Quiz me on this")
    assert question.private
    assert question.id != page.id
    assert "· Serving ·" in question.text


async def test_pages_go_on_working_after_a_restart(hall: Hall):
    page = await hall.alice.slash("lesson", section="tea/brewing")
    await hall.restart()
    await hall.alice.click(page, "Next ▶")
    assert "Brewing · Time" in page.text


async def test_a_summary_without_questions_leads_to_those_of_its_whole_course(hall: Hall):
    page = await hall.alice.slash("lesson", section="tea/recap")
    assert "Quiz me on this" not in page.buttons
    question = await hall.alice.click(page, "Quiz me on everything")
    assert "Question 1 of" in question.text
