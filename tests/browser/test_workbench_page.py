"""The workbench's page in a real browser: somebody writes questions, and sees each as learners will."""

import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from hosting import PATIENCE_SECONDS
from playwright.async_api import Browser, FrameLocator, Page, expect

from bot.demos.registry import DEMOS
from bot.packs.loading import read_pack
from bot.settings import example_pack
from bot.workbench.playing import Playing
from bot.workbench.server import Workbench

COLONY = "questions/colony.yaml"
Visit = Callable[..., Awaitable[Page]]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    example = example_pack()
    assert example
    shutil.copytree(example, tmp_path / "packs" / "bees")
    return tmp_path / "packs" / "bees"


@pytest.fixture
async def visit(browser: Browser, course: Path, tmp_path: Path) -> AsyncIterator[Visit]:
    """Opens the workbench's page; at the end none may have logged an error or broken the page's policy."""
    complaints: list[str] = []
    playing = Playing(tmp_path / "data")
    async with Workbench(course, playing, example=example_pack(), demo_ids=DEMOS) as workbench:

        async def opened(width: int = 1400, **context: object) -> Page:
            options: dict = {"viewport": {"width": width, "height": 860}, "color_scheme": "dark"} | context
            page = await (await browser.new_context(**options)).new_page()
            page.set_default_timeout(PATIENCE_SECONDS * 1000)
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            await page.goto(workbench.address)
            await expect(page.get_by_test_id("question-row")).to_have_count(13)
            return page

        yield opened
    assert complaints == []


def preview(page: Page) -> FrameLocator:
    return page.frame_locator("[data-testid=preview]")


async def choose(page: Page, label: str) -> None:
    await page.get_by_test_id("question-row").filter(has_text=label).click()
    await expect(page.get_by_test_id("field-stem")).to_be_visible()


async def test_what_is_typed_is_seen_at_once_and_saved_in_its_line(visit: Visit, course: Path):
    page = await visit()
    before = (course / COLONY).read_text("utf-8")
    await choose(page, "Who lays the eggs")
    await page.get_by_test_id("field-stem").fill("Who lays **all** the eggs?")
    await expect(preview(page).locator("article")).to_contain_text("Who lays all the eggs?")
    await expect(page.get_by_role("status").filter(has_text="not saved")).to_be_visible()
    await page.keyboard.press("Control+s")
    await expect(page.get_by_test_id("toast")).to_contain_text("Saved.")
    after = (course / COLONY).read_text("utf-8")
    assert "stem: Who lays **all** the eggs?" in after
    changed = [(one, other) for one, other in zip(before.split("\n"), after.split("\n"), strict=True) if one != other]
    assert len(changed) == 1


async def test_who_saves_in_the_middle_of_a_word_types_on(visit: Visit, course: Path):
    page = await visit()
    await choose(page, "Who lays the eggs")
    field = page.get_by_test_id("field-explanation")
    await field.fill("Only the queen ")
    await page.get_by_test_id("tab-reasons-0").click()
    await field.press("End")
    await page.keyboard.press("Control+s")
    await page.keyboard.type("lays eggs.")
    await expect(page.get_by_test_id("toast").first).to_contain_text("Saved.")
    await expect(field).to_be_focused()
    await expect(preview(page).locator("article")).to_contain_text("The rule: Only the queen lays eggs.")
    await page.keyboard.press("Control+s")
    await expect(page.get_by_role("status").filter(has_text=re.compile("^Saved$"))).to_be_visible()
    await expect(page.get_by_test_id("dialog")).to_have_count(0)
    loaded = read_pack(course)
    assert loaded.pack
    assert loaded.pack.questions[0].explanation == "Only the queen lays eggs."


async def test_each_message_is_a_press_away_as_in_discord(visit: Visit):
    page = await visit()
    await choose(page, "Who lays the eggs")
    seen = preview(page)
    await seen.get_by_role("button", name="B", exact=True).click()
    await expect(seen.locator("article")).to_contain_text("Not quite: you chose B")
    await seen.get_by_role("button", name="Why not the others?").click()
    await expect(seen.locator("article")).to_contain_text("The rule")
    await seen.get_by_role("button", name="Back to my answer").click()
    await expect(seen.locator("article")).to_contain_text("Not quite: you chose B")
    await page.get_by_test_id("tab-reveal").click()
    await expect(seen.locator("article")).to_contain_text("Only 1 of 2 got this: Ada.")
    await page.get_by_test_id("see-phone").click()
    width = await page.get_by_test_id("preview").evaluate("frame => frame.offsetWidth")
    assert width == 360
    await page.get_by_test_id("see-light").click()
    await expect(seen.locator("html")).to_have_attribute("data-theme", "light")


async def test_a_fault_stands_at_its_field_below_and_in_the_list(visit: Visit):
    page = await visit()
    await choose(page, "Who lays the eggs")
    await page.get_by_test_id("field-explanation").fill("")
    await expect(page.locator("[data-at=explanation] .fault").first).to_have_text("Fill this in.")
    await expect(page.get_by_test_id("faults")).to_contain_text("Explanation: Fill this in.")
    row = page.get_by_test_id("question-row").filter(has_text="Who lays the eggs")
    await expect(row).to_contain_text("1 fault")
    await page.get_by_test_id("faults-course").click()
    await expect(page.get_by_test_id("faults")).to_contain_text("questions/colony.yaml")
    await page.get_by_test_id("only-faults").check()
    await expect(page.get_by_test_id("question-row")).to_have_count(1)
    await page.get_by_test_id("discard").click()
    await expect(page.locator(".faults-of p")).to_have_count(0)


async def test_a_new_question_is_written_from_nothing(visit: Visit, course: Path):
    page = await visit()
    await page.get_by_test_id("new-question").click()
    await expect(page.locator(".faults-of p")).to_have_count(0)
    await page.get_by_test_id("field-section").fill("Finding flowers")
    await page.get_by_test_id("field-stem").fill("What is a comb made of?")
    for place, (text, why) in enumerate([("Wax", "Bees make it."), ("Wood", "Wasps use that.")]):
        await page.get_by_test_id(f"option-{place}").fill(text)
        await page.get_by_test_id(f"why-{place}").fill(why)
    await page.get_by_test_id("field-explanation").fill("Young workers make wax in their bodies.")
    await page.get_by_test_id("field-source").fill("A book about bees")
    await expect(page.get_by_test_id("faults")).to_contain_text("Nothing to mend.")
    await expect(preview(page).locator("article")).to_contain_text("What is a comb made of?")
    await page.get_by_test_id("save").click()
    await expect(page.get_by_test_id("question-row")).to_have_count(14)
    loaded = read_pack(course)
    assert loaded.faults == []
    assert loaded.pack
    found = next(one for one in loaded.pack.questions if one.stem == "What is a comb made of?")
    assert (found.answer, found.options[1].why) == ("Wax", "Wasps use that.")


async def test_every_form_can_be_chosen(visit: Visit, course: Path):
    page = await visit()
    await page.get_by_test_id("new-question").click()
    await page.get_by_test_id("field-section").fill("colony")
    await page.get_by_test_id("field-stem").fill("How many wings has a bee?")
    await page.get_by_test_id("field-form").select_option("typed")
    await page.get_by_test_id("by-number").check()
    await page.get_by_test_id("field-number").fill("4")
    await page.get_by_test_id("field-explanation").fill("Two pairs.")
    await page.get_by_test_id("field-source").fill("A book")
    await page.get_by_test_id("tab-given-0").click()
    await expect(preview(page).locator("article")).to_contain_text("Right: “4”")
    await page.get_by_test_id("field-form").select_option("order")
    for place, text in enumerate(["egg", "larva", "bee"]):
        await page.get_by_test_id(f"item-{place}").fill(text)
    await page.get_by_test_id("tab-given-0").click()
    await expect(preview(page).locator("article")).to_contain_text("Right: A → B → C")
    await page.get_by_test_id("save").click()
    await expect(page.get_by_test_id("question-row")).to_have_count(14)
    loaded = read_pack(course)
    assert loaded.pack
    assert "order" in [one.form for one in loaded.pack.questions if one.stem.startswith("How many wings")]


async def test_the_page_follows_the_file(visit: Visit, course: Path):
    page = await visit()
    await choose(page, "Who lays the eggs")
    path = course / COLONY
    path.write_text(path.read_text("utf-8").replace("Who lays the eggs", "Which bee lays the eggs"), "utf-8")
    await expect(page.get_by_test_id("field-stem")).to_have_value("Which bee lays the eggs from which workers hatch?")
    await expect(preview(page).locator("article")).to_contain_text("Which bee lays the eggs")
    await expect(page.get_by_test_id("question-row").first).to_contain_text("Which bee lays")


@pytest.mark.parametrize(
    ("answer", "kept"), [("theirs", "Which bee lays"), ("mine", "Mine?"), ("stay", "Which bee lays")]
)
async def test_a_file_that_was_changed_meanwhile_is_asked_about(visit: Visit, course: Path, answer: str, kept: str):
    page = await visit()
    await choose(page, "Who lays the eggs")
    await page.get_by_test_id("field-stem").fill("Mine?")
    path = course / COLONY
    path.write_text(path.read_text("utf-8").replace("Who lays the eggs", "Which bee lays the eggs"), "utf-8")
    dialog = page.get_by_test_id("dialog")
    await expect(dialog).to_contain_text("Which bee lays the eggs")
    await page.get_by_test_id(f"answer-{answer}").click()
    if answer == "stay":  # it is not asked again at every key
        await page.get_by_test_id("field-explanation").fill("")
        await expect(page.get_by_test_id("faults-course")).to_contain_text("1 fault")
        await expect(dialog).to_have_count(0)
        await page.keyboard.press("Control+s")
        await expect(dialog).to_contain_text("Which bee lays the eggs")
    if answer == "mine":
        await expect(page.get_by_test_id("toast").filter(has_text="Saved.")).to_be_visible()
    field = page.get_by_test_id("field-stem")
    await expect(field).to_have_value(
        "Which bee lays the eggs from which workers hatch?" if answer == "theirs" else "Mine?"
    )
    assert kept in path.read_text("utf-8")


async def test_a_question_that_is_not_saved_is_asked_about_before_another_is_opened(visit: Visit, course: Path):
    page = await visit()
    await choose(page, "Who lays the eggs")
    await page.get_by_test_id("field-stem").fill("Mine?")
    await page.get_by_test_id("question-row").nth(1).click()
    await page.get_by_test_id("answer-stay").click()
    await expect(page.get_by_test_id("field-stem")).to_have_value("Mine?")
    await page.get_by_test_id("question-row").nth(1).click()
    await page.get_by_test_id("answer-save").click()
    await expect(page.get_by_test_id("field-stem")).to_have_value(
        "A drone hatches from an unfertilised egg. So he has no father."
    )
    assert "stem: Mine?" in (course / COLONY).read_text("utf-8")


async def test_a_question_is_deleted_only_after_it_was_asked(visit: Visit, course: Path):
    page = await visit()
    await choose(page, "Who lays the eggs")
    await page.get_by_test_id("remove").click()
    await page.get_by_test_id("answer-yes").click()
    await expect(page.get_by_test_id("question-row")).to_have_count(12)
    assert "Who lays the eggs" not in (course / COLONY).read_text("utf-8")


async def test_a_file_is_imported_with_its_report_and_the_course_exported(visit: Visit, tmp_path: Path):
    page = await visit()
    file = tmp_path / "extra.gift"
    file.write_text("::Wax::What is a comb made of? {=wax ~honey ~wood}\n", "utf-8")
    await page.get_by_test_id("import").click()
    await page.get_by_test_id("import-file").set_input_files(file)
    await page.get_by_test_id("answer-import").click()
    await expect(page.get_by_test_id("report")).to_contain_text("1 imported")
    await page.get_by_test_id("answer-ok").click()
    await expect(page.get_by_test_id("question-row")).to_have_count(14)
    async with page.expect_download() as download:
        await page.get_by_test_id("export").select_option("csv")
    assert (await download.value).suggested_filename == "bees.csv"


async def test_a_new_course_is_made_and_open(visit: Visit, course: Path):
    page = await visit()
    await page.get_by_test_id("new-course").click()
    await page.get_by_test_id("new-title").fill("Friday quiz")
    await page.get_by_test_id("from-empty").check()
    await page.get_by_test_id("answer-make").click()
    await expect(page.get_by_test_id("question-row")).to_have_count(1)
    await choose(page, "What is 2 + 2?")
    await expect(preview(page).locator("article")).to_contain_text("What is 2 + 2?")
    assert (course.parent / "friday-quiz" / "pack.yaml").exists()


async def test_the_list_is_walked_by_keys_and_a_phone_shows_one_part_at_a_time(visit: Visit):
    page = await visit(360)
    await page.get_by_test_id("search").press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.get_by_test_id("question-row").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("field-stem")).to_be_visible()
    await expect(page.get_by_test_id("rows")).to_be_hidden()
    await page.get_by_test_id("step-see").click()
    await expect(preview(page).locator("article")).to_be_visible()
    for part in ("list", "middle", "see", "below"):
        await page.get_by_test_id(f"step-{part}").click()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_play_from_here_opens_the_playground_on_the_course(visit: Visit):
    page = await visit()
    await page.get_by_test_id("play").click()
    async with page.context.expect_page() as opened:
        await page.get_by_test_id("playground").click()
    there = await opened.value
    await there.wait_for_selector("[data-testid=bot-status][data-online=true]", state="attached")
    await there.click("#composer")
    await there.keyboard.type("/lesson ")
    await there.get_by_test_id("run-command").click()
    await expect(there.locator("[data-message-id]").last).to_contain_text("The colony")
