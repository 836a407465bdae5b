"""Reading a lesson."""

import pytest
from small_course import library

from bot.errors import NotFound
from bot.packs.library import Library
from bot.services.lesson.lessons import Lessons

ADA, BOB = 1, 2


@pytest.fixture
def lessons(store, clock):
    return Lessons(library(), store, clock)


def ref(name: str, of: Library | None = None):
    return (of or library()).find_section(name)


def where(place):
    return place and (place[0].section.id, place[1])


async def test_a_newcomer_finds_every_section_unread_and_nothing_to_resume(lessons):
    contents = await lessons.contents(ADA)
    assert contents.title == "Tea"
    assert [(line.ref.section.id, line.read, line.pages) for line in contents.lines] == [
        ("leaves", 0, 3),
        ("water", 0, 2),
        ("summary", 0, 1),
    ]
    assert contents.resume is None


async def test_pages_that_were_opened_count_once_and_only_for_who_opened_them(lessons, clock):
    for section, page in [("leaves", 0), ("leaves", 1), ("leaves", 0), ("summary", 0)]:
        await lessons.open(ADA, ref(section), page)
        clock.advance(1)
    contents = await lessons.contents(ADA)
    assert [line.read for line in contents.lines] == [2, 0, 1]
    assert [line.finished for line in contents.lines] == [False, False, True]
    assert [line.read for line in (await lessons.contents(BOB)).lines] == [0, 0, 0]


async def test_one_resumes_at_the_page_opened_last(lessons, clock):
    for section, page in [("water", 1), ("leaves", 2), ("water", 0)]:
        await lessons.open(ADA, ref(section), page)
        clock.advance(1)
    assert where((await lessons.contents(ADA)).resume) == ("water", 0)


async def test_without_a_number_the_first_unread_page_opens_and_the_first_once_all_are_read(lessons):
    opened = [(await lessons.open(ADA, ref("leaves"))).number for _ in range(4)]
    assert opened == [0, 1, 2, 0]


@pytest.mark.parametrize(("asked", "given"), [(-5, 0), (0, 0), (2, 2), (3, 2), (10**9, 2)])
async def test_a_number_beyond_the_section_is_brought_to_its_nearest_page(lessons, asked, given):
    page = await lessons.open(ADA, ref("leaves"), asked)
    assert page.number == given
    assert page.page.title == f"leaves {given}"
    assert page.is_last == (given == 2)


@pytest.mark.parametrize(
    ("section", "number", "before", "after"),
    [
        ("leaves", 0, None, ("leaves", 1)),
        ("leaves", 1, ("leaves", 0), ("leaves", 2)),
        ("leaves", 2, ("leaves", 1), ("water", 0)),
        ("water", 0, ("leaves", 2), ("water", 1)),
        ("water", 1, ("water", 0), ("summary", 0)),
        ("summary", 0, ("water", 1), None),
    ],
)
async def test_neighbours_lead_across_sections(lessons, section, number, before, after):
    page = await lessons.open(ADA, ref(section), number)
    assert (where(page.before), where(page.after)) == (before, after)


async def test_reading_every_page_by_next_reads_the_whole_lesson(lessons):
    page = await lessons.open(ADA, ref("leaves"), 0)
    while page.after:
        page = await lessons.open(ADA, *page.after)
    assert all(line.finished for line in (await lessons.contents(ADA)).lines)


async def test_a_lesson_that_got_shorter_resumes_at_its_last_page_and_counts_only_what_is_there(lessons, store, clock):
    await lessons.open(ADA, ref("leaves"), 2)
    await lessons.open(ADA, ref("leaves"), 0)
    clock.advance(1)
    await lessons.open(ADA, ref("leaves"), 2)
    shorter = library()
    pack = shorter.packs[0]
    leaves = pack.sections[0].model_copy(update={"pages": pack.sections[0].pages[:2]})
    now = Lessons(Library([pack.model_copy(update={"sections": [leaves, *pack.sections[1:]]})]), store, clock)
    contents = await now.contents(ADA)
    assert where(contents.resume) == ("leaves", 1)
    assert contents.lines[0].read == 1


async def test_a_section_that_is_gone_is_not_resumed(lessons, store, clock):
    await lessons.open(ADA, ref("summary"), 0)
    pack = library().packs[0]
    now = Lessons(Library([pack.model_copy(update={"sections": pack.sections[:2]})]), store, clock)
    assert (await now.contents(ADA)).resume is None


async def test_an_unknown_course_is_told_and_one_read_before_it_went_does_no_harm(lessons, store, clock):
    with pytest.raises(NotFound):
        await lessons.contents(ADA, "mate")
    other = library(pack_id="mate")
    await Lessons(other, store, clock).open(ADA, ref("water", other), 1)
    contents = await lessons.contents(ADA)
    assert contents.pack_id == "tea"
    assert contents.resume is None


async def test_the_course_read_last_is_the_one_that_opens(store, clock):
    tea, mate = library().packs[0], library(pack_id="mate").packs[0]
    both = Library([tea, mate])
    lessons = Lessons(both, store, clock)
    await lessons.open(ADA, both.find_section("mate/water"), 0)
    assert (await lessons.contents(ADA)).pack_id == "mate"
    assert (await lessons.contents(BOB)).pack_id == "tea"
    assert (await lessons.contents(ADA, "tea")).resume is None
