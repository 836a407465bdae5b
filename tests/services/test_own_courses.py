"""Courses of a server's own: who may write, what is asked where, what two do at once, what comes back and what does not."""

import asyncio
from dataclasses import replace

import pytest
from day_by_day import ADA, BOB, HALL, DiscordHandClock
from engines import open_store
from hypothesis import given
from hypothesis import strategies as st
from in_english import say
from painted import picture
from small_course import DAY, library

from bot.errors import NotFound, UserError
from bot.exchange.typed_form import Typed
from bot.facts import Code
from bot.model.courses import DraftState, ImportState, course_id_of, pack_id_of
from bot.model.members import Face
from bot.model.shards import Holdings
from bot.services.course.authoring import Authoring
from bot.services.course.imports import CourseImports
from bot.services.course.own import OwnCourses, OwnLimits, Writer
from bot.services.course.shelf import IDLE_MS, Shelf
from bot.services.course.tidying import CourseTidying
from bot.services.lifecycle import Lifecycle
from bot.services.member.notices import Notices
from bot.services.question.items import Items
from bot.services.server.servers import NO_PACKS, Servers
from bot.services.server.zones import Zones
from bot.storage.course import courses
from bot.workers import Workers

ELSEWHERE = HALL + 1
AUTHORS = 901
TEACHER = Writer(ADA.member_id, HALL, (), is_manager=True, face=Face("Ada"))
AUTHOR = Writer(BOB.member_id, HALL, (AUTHORS,), is_manager=False, face=Face("Bob"))
MEMBER = Writer(77, HALL, (), is_manager=False, face=Face("Cleo"))
STRANGER = Writer(88, ELSEWHERE, (), is_manager=True, face=Face("Mallory"))
SUM = Typed("What is 2 + 2?", "3\n* 4")
TABLE = "question,answer,option a,option b\nWhat is 1 + 1?,A,2,3\nWhat is 2 + 3?,B,4,5\n"


class House:
    """Two servers, and what writes courses there."""

    def __init__(self, store, limits: OwnLimits) -> None:
        self.store, self.clock, self.library = store, DiscordHandClock(), library()
        self.life = Lifecycle(steady=False)
        self.shelf = Shelf(self.library, store, self.clock, self.life)
        self.servers = Servers(store, self.library, Zones(), self.life, self.shelf.ready)
        self.workers = Workers()
        self.own = OwnCourses(store, self.clock, self.shelf, limits, self.workers)
        self.imports = CourseImports(store, self.clock, self.own, self.workers)
        self.authoring = Authoring(store, self.clock, self.own)
        self.tidying = CourseTidying(store, self.clock, self.life)

    async def close(self) -> None:
        await self.life.close()
        await self.workers.close()
        await self.store.close()

    def asked(self, guild_id: int | None) -> set[str]:
        return {one.stem for pack in self.servers.library(guild_id).packs for one in pack.questions}

    async def published(self, typed: Typed = SUM, course: int | None = None):
        course = course or (await self.own.new(TEACHER, "Sums")).id
        view = await self.authoring.write(TEACHER, course, typed)
        return course, await self.authoring.publish(TEACHER, view.draft.id)


@pytest.fixture
async def house(tmp_path):
    made = House(await open_store(tmp_path / "studyhall.db"), OwnLimits(courses=3, questions=5, suggestions=2))
    yield made
    await made.close()


def refused(code: Code):
    return pytest.raises(UserError, match=code.value)


# Who may


async def test_managers_write_and_whoever_has_the_role_and_nobody_else(house):
    course, _ = await house.published()
    for who in AUTHOR, MEMBER:
        with refused(Code.ONLY_MANAGERS_WRITE):
            await house.own.new(who, "Another")
    await house.servers.set_authors(HALL, AUTHORS)
    view = await house.authoring.write(AUTHOR, course, replace(SUM, question="What is 3 + 3?", answers="* 6\n7"))
    assert (await house.authoring.publish(AUTHOR, view.draft.id)).member_id == BOB.member_id
    with refused(Code.ONLY_AUTHORS):
        await house.authoring.write(MEMBER, course, SUM)


async def test_what_is_another_servers_is_found_by_nobody_there(house):
    course, question = await house.published()
    draft = await house.authoring.write(TEACHER, course, SUM)
    report = await house.imports.read(TEACHER, course, "a.csv", TABLE.encode())
    attempts = [
        lambda: house.own.the(ELSEWHERE, course),
        lambda: house.own.question(ELSEWHERE, course, question.id),
        lambda: house.own.export(STRANGER, course, "zip"),
        lambda: house.own.delete(STRANGER, course),
        lambda: house.own.switch(STRANGER, course, on=False),
        lambda: house.own.bring_back(STRANGER, course),
        lambda: house.own.save_set(STRANGER, course, "Mine", [question.id]),
        lambda: house.authoring.write(STRANGER, course, SUM),
        lambda: house.authoring.view(STRANGER, draft.draft.id),
        lambda: house.authoring.publish(STRANGER, draft.draft.id),
        lambda: house.authoring.retire(STRANGER, course, question.id),
        lambda: house.authoring.accept(STRANGER, draft.draft.id),
        lambda: house.imports.the(STRANGER, report.id),
        lambda: house.imports.publish(STRANGER, report.id),
        lambda: house.imports.undo(STRANGER, report.id),
        lambda: house.imports.read(STRANGER, course, "a.csv", TABLE.encode()),
    ]
    before = await courses.whole(house.store, await house.own.the(HALL, course))
    for attempt in attempts:
        with pytest.raises(NotFound):
            await attempt()
    assert await courses.whole(house.store, await house.own.the(HALL, course)) == before
    assert await house.authoring.find(STRANGER) == []


# Where it is asked


async def test_a_servers_own_course_is_asked_there_and_nowhere_else(house):
    course, question = await house.published()
    stem, pack_id = question.question.stem, pack_id_of(course)
    await house.shelf.ready(ELSEWHERE)
    assert stem in house.asked(HALL)
    assert stem not in house.asked(ELSEWHERE)
    assert stem not in house.asked(None)
    assert house.library.known(HALL).question(pack_id, question.id) == question.question
    for other in ELSEWHERE, None:
        assert house.library.known(other).question(pack_id, question.id) is None
        with pytest.raises(NotFound):
            house.servers.library(other).find_section("own-1/questions")


async def test_it_leaves_memory_when_nobody_comes_and_is_there_again_when_somebody_does(house):
    _, question = await house.published()
    house.clock.advance(IDLE_MS + 1)
    await house.shelf._sweep()
    assert question.question.stem not in house.asked(HALL)
    await house.shelf.ready(HALL)
    assert question.question.stem in house.asked(HALL)
    house.shelf.forget(Holdings(1, {0: 1}))
    assert question.question.stem not in house.asked(HALL)


async def test_a_server_may_want_its_own_courses_alone_and_must_have_some_then(house):
    with refused(Code.ONE_COURSE_AT_LEAST):
        await house.servers.set_courses(HALL, ())
    course, question = await house.published()
    assert (await house.servers.set_courses(HALL, ())).courses == NO_PACKS
    assert house.asked(HALL) == {question.question.stem}
    await house.servers.load()
    assert house.asked(HALL) == {question.question.stem}
    await house.own.switch(TEACHER, course, on=False)
    assert house.asked(HALL) == house.asked(None)  # without any there would be nothing to ask


async def test_a_course_that_is_off_or_shut_or_deleted_is_not_asked(house):
    course, question = await house.published()
    stem = question.question.stem
    await house.own.switch(TEACHER, course, on=False)
    assert stem not in house.asked(HALL)
    await house.own.switch(TEACHER, course, on=True)
    known = await house.own.the(HALL, course)
    await house.store.write(lambda tx: courses.save(tx, replace(known, is_shut=True)))
    await house.shelf.load(HALL)
    assert stem not in house.asked(HALL)
    await house.store.write(lambda tx: courses.save(tx, known))
    await house.own.delete(TEACHER, course)
    assert stem not in house.asked(HALL)
    await house.own.bring_back(TEACHER, course)
    assert stem in house.asked(HALL)


async def test_a_deleted_course_is_kept_for_a_week(house):
    course, _ = await house.published()
    await house.own.delete(TEACHER, course)
    house.clock.advance(6 * DAY)
    await house.tidying.tidy()
    assert [one.id for one in await house.own.deleted(HALL)] == [course]
    house.clock.advance(2 * DAY)
    await house.tidying.tidy()
    assert await house.own.deleted(HALL) == []
    assert await house.store.rows("SELECT * FROM course_version") == []
    with pytest.raises(NotFound):
        await house.own.bring_back(TEACHER, course)


async def test_its_questions_are_in_the_statistics_of_its_server_alone(house):
    course, _ = await house.published()
    items = Items(house.library, house.store, house.clock, house.life)
    packs = {
        guild: {one.figures.pack_id for one in (await items.bank(guild)).reports} for guild in (HALL, ELSEWHERE, None)
    }
    assert pack_id_of(course) in packs[HALL]
    assert packs[ELSEWHERE] == packs[None] == {"tea"}


# Writing


async def test_what_can_not_be_asked_yet_is_kept_and_told(house):
    course, _ = await house.published()
    view = await house.authoring.write(TEACHER, course, Typed("Which?", "a\nb"))
    assert view.question is None
    assert "put a star and a space" in view.faults[0]
    with refused(Code.DRAFT_HAS_FAULTS):
        await house.authoring.publish(TEACHER, view.draft.id)
    mended = await house.authoring.write(TEACHER, course, Typed("Which?", "* a\nb"), draft_id=view.draft.id)
    assert mended.question is not None
    await house.authoring.publish(TEACHER, view.draft.id)
    assert await house.authoring.mine(TEACHER) == []


async def test_an_edit_is_a_new_version_and_the_old_one_stays_in_the_history(house):
    course, first = await house.published()
    _, typed, mine = await house.authoring.typed(TEACHER, course, first.id)
    assert typed.answers == SUM.answers
    assert mine is None
    view = await house.authoring.write(TEACHER, course, replace(typed, answers="3\n* 4\n5"), question_id=first.id)
    second = await house.authoring.publish(TEACHER, view.draft.id)
    assert (second.id, second.version) == (first.id, 2)
    assert second.question.content_hash != first.question.content_hash
    assert [one.version for one in await house.own.versions(HALL, course, first.id)] == [2, 1]


async def test_of_two_who_edit_one_question_the_second_is_told_and_loses_nothing(house):
    course, first = await house.published()
    await house.servers.set_authors(HALL, AUTHORS)
    ours = await house.authoring.write(TEACHER, course, replace(SUM, answers="* 4\n5"), question_id=first.id)
    theirs = await house.authoring.write(AUTHOR, course, replace(SUM, answers="* 4\n6"), question_id=first.id)
    await house.authoring.publish(AUTHOR, theirs.draft.id)
    with refused(Code.CHANGED_MEANWHILE):
        await house.authoring.publish(TEACHER, ours.draft.id)
    view = await house.authoring.view(TEACHER, ours.draft.id)
    assert view.meanwhile is not None
    assert view.draft.typed.answers == "* 4\n5"
    put = await house.authoring.publish(TEACHER, ours.draft.id, over=True)
    assert (put.version, [one.text for one in put.question.options]) == (3, ["4", "5"])


async def test_a_draft_is_published_once_however_often_it_is_pressed(house):
    course, _ = await house.published()
    view = await house.authoring.write(TEACHER, course, replace(SUM, question="What is 5 + 5?"))
    done = await asyncio.gather(
        *(house.authoring.publish(TEACHER, view.draft.id) for _ in range(3)), return_exceptions=True
    )
    assert sum(not isinstance(one, Exception) for one in done) == 1
    assert len(await courses.questions(house.store, course)) == 2


async def test_a_retired_question_is_asked_no_more_until_it_is_brought_back(house):
    course, one = await house.published()
    await house.authoring.retire(TEACHER, course, one.id)
    assert one.question.stem not in house.asked(HALL)
    assert [found.question.is_live for found in await house.authoring.find(TEACHER, "2 + 2")] == [False]
    await house.authoring.revive(TEACHER, course, one.id)
    assert one.question.stem in house.asked(HALL)


async def test_nearly_the_same_question_is_pointed_at(house):
    course, one = await house.published()
    view = await house.authoring.write(TEACHER, course, replace(SUM, question="What is 2 +  2 ?"))
    assert [same.id for same in view.alike] == [one.id]


# Suggestions


async def test_a_suggestion_is_sent_back_mended_and_accepted_by_another_person(house):
    course, _ = await house.published()
    with refused(Code.NO_SUGGESTIONS):
        await house.authoring.write(MEMBER, course, SUM, as_suggestion=True)
    await house.servers.set_suggestions(HALL, on=True)
    view = await house.authoring.write(MEMBER, course, Typed("What is 1 + 6?", "* 7\n8"), as_suggestion=True)
    assert view.needs_reader
    await house.authoring.propose(MEMBER, view.draft.id)
    [(_, waiting)] = await house.authoring.queue(HALL)
    assert (await house.authoring.view(TEACHER, waiting.id)).author == "Cleo"
    with refused(Code.SAY_WHY):
        await house.authoring.send_back(TEACHER, waiting.id, "  ")
    await house.authoring.send_back(TEACHER, waiting.id, "One more, please.")
    with refused(Code.ALREADY_REVIEWED):
        await house.authoring.accept(TEACHER, waiting.id)
    told = list((await Notices(house.store).waiting(MEMBER.member_id)).values())
    assert "One more, please" in say(told[-1]).replace("\\", "")
    assert (await house.authoring.view(MEMBER, waiting.id)).draft.state is DraftState.RETURNED
    await house.authoring.write(
        MEMBER, course, Typed("What is 1 + 6?", "* 7\n8\n9"), draft_id=waiting.id, as_suggestion=True
    )
    await house.authoring.propose(MEMBER, waiting.id)
    put = await house.authoring.accept(TEACHER, waiting.id)
    assert put.member_id == MEMBER.member_id
    assert "What is 1 + 6?" in house.asked(HALL)


async def test_nobody_reads_their_own_suggestion_and_nobody_reads_others_drafts(house):
    course, _ = await house.published()
    await house.servers.set_authors(HALL, AUTHORS)
    view = await house.authoring.write(AUTHOR, course, replace(SUM, question="What is 7 + 7?"))
    with pytest.raises(NotFound):
        await house.authoring.view(TEACHER, view.draft.id)
    await house.authoring.propose(AUTHOR, view.draft.id)
    with refused(Code.NOT_YOUR_OWN):
        await house.authoring.accept(AUTHOR, view.draft.id)
    with pytest.raises(NotFound):
        await house.authoring.view(MEMBER, view.draft.id)


async def test_where_a_second_reader_is_wanted_no_author_publishes_alone(house):
    course, _ = await house.published()
    await house.servers.set_second_reader(HALL, on=True)
    view = await house.authoring.write(TEACHER, course, replace(SUM, question="What is 8 + 8?"))
    with refused(Code.NEEDS_SECOND_READER):
        await house.authoring.publish(TEACHER, view.draft.id)


async def test_a_member_suggests_so_many_a_day(house):
    course, _ = await house.published()
    await house.servers.set_suggestions(HALL, on=True)
    for n in range(3):
        view = await house.authoring.write(MEMBER, course, Typed(f"What is {n}?", "* a\nb"), as_suggestion=True)
        if n < 2:
            await house.authoring.propose(MEMBER, view.draft.id)
        else:
            with refused(Code.TOO_MANY_SUGGESTIONS):
                await house.authoring.propose(MEMBER, view.draft.id)
    house.clock.advance(DAY + 1)
    await house.authoring.propose(MEMBER, view.draft.id)


# Files


async def test_a_file_is_read_published_mended_and_taken_back(house):
    course = (await house.own.new(TEACHER, "Sums")).id
    report = await house.imports.read(TEACHER, course, "week.csv", TABLE.encode())
    assert (len(report.passing), report.same) == (2, 0)
    assert len(await courses.questions(house.store, course)) == 0
    done = await house.imports.publish(TEACHER, report.id)
    assert (done.state, done.published) == (ImportState.PUBLISHED, 2)
    with refused(Code.IMPORT_DONE):
        await house.imports.publish(TEACHER, report.id)
    mended = TABLE.replace("A,2,3", "A,2,4") + "What is 9 + 9?,A,18,19\n"
    again = await house.imports.read(TEACHER, course, "week.csv", mended.encode())
    assert [one.base for one in again.passing] == [None, 1]
    assert again.same == 1
    await house.imports.publish(TEACHER, again.id)
    assert {one.version for one in await courses.questions(house.store, course)} == {1, 2}
    assert len(await courses.questions(house.store, course)) == 3
    await house.imports.undo(TEACHER, again.id)
    stored = await courses.questions(house.store, course)
    assert [one.version for one in stored] == [1, 1]
    assert {option.text for one in stored for option in one.question.options} == {"2", "3", "4", "5"}
    assert (await house.imports.read(TEACHER, course, "week.csv", TABLE.encode())).same == 2
    await house.imports.undo(TEACHER, report.id)
    assert await courses.questions(house.store, course) == []
    third = await house.imports.read(TEACHER, course, "week.csv", TABLE.encode())
    assert {one.question_id for one in third.passing}.isdisjoint({one.id for one in stored})


async def test_what_was_changed_since_a_file_was_read_or_published_stays(house):
    course = (await house.own.new(TEACHER, "Sums")).id
    first = await house.imports.publish(
        TEACHER, (await house.imports.read(TEACHER, course, "a.csv", TABLE.encode())).id
    )
    waiting = await house.imports.read(TEACHER, course, "a.csv", TABLE.replace("A,2,3", "A,2,9").encode())
    [one] = [one for one in await courses.questions(house.store, course) if "1 + 1" in one.question.stem]
    _, typed, _ = await house.authoring.typed(TEACHER, course, one.id)
    view = await house.authoring.write(TEACHER, course, replace(typed, answers="* 2\n11"), question_id=one.id)
    await house.authoring.publish(TEACHER, view.draft.id)
    assert (await house.imports.publish(TEACHER, waiting.id)).published == 0
    undone = await house.imports.undo(TEACHER, first.id)
    assert undone.kept_as == 1
    [left] = await courses.questions(house.store, course)
    assert [option.text for option in left.question.options] == ["2", "11"]


async def test_a_new_course_is_made_for_a_file_and_goes_with_it(house):
    report = await house.imports.read(TEACHER, None, "Week_3.csv", TABLE.encode())
    assert report.course.outline.title == "Week 3"
    await house.imports.undo(TEACHER, report.id)
    assert await house.own.of(HALL) == []
    for name, data in (("a.csv", b"\x00\x01\x02"), ("a.txt", b"Hello, world."), ("a.xlsx", b"PK\x03\x04 no zip")):
        with pytest.raises(UserError):
            await house.imports.read(TEACHER, None, name, data)
    assert await house.own.of(HALL) == []


async def test_a_course_taken_away_as_a_zip_is_brought_to_another_server(house):
    course, question = await house.published()
    exported = await house.own.export(TEACHER, course, "zip")
    report = await house.imports.read(STRANGER, None, exported.name, exported.data)
    await house.imports.publish(STRANGER, report.id)
    assert question.question.stem in house.asked(ELSEWHERE)
    [there] = await house.own.of(ELSEWHERE)
    assert there.outline.title == "Sums"


@pytest.mark.sqlite  # about the formats
@pytest.mark.parametrize("name", ["xlsx", "csv", "gift", "moodle-xml", "anki", "markdown"])
async def test_a_course_is_taken_away_in_each_format_and_comes_back_the_same(house, name):
    course, _ = await house.published()
    exported = await house.own.export(TEACHER, course, name)
    report = await house.imports.read(TEACHER, course, exported.name, exported.data)
    assert (report.same, report.items, report.left_out) == (1, [], [])


async def test_the_template_is_a_table_to_which_a_question_can_be_added(house):
    table = await house.own.template(TEACHER)
    assert table.startswith(b"PK")
    assert table == await house.own.template(TEACHER)


@pytest.mark.parametrize("name", ["zip", "moodle-xml", "anki"])
async def test_a_picture_goes_along_to_another_server_and_leaves_with_the_import(house, name):
    course = (await house.own.new(TEACHER, "Bees")).id
    key = await house.authoring.take_picture(TEACHER, course, picture())
    drawn = Typed("What is this?", "* a bee\nan ant", picture=key, alt="A bee on a flower")
    await house.published(drawn, course)
    assert house.library.picture(key) is not None
    exported = await house.own.export(TEACHER, course, name)
    report = await house.imports.read(STRANGER, None, exported.name, exported.data)
    await house.imports.publish(STRANGER, report.id)
    [asked] = [one for pack in house.library.own(ELSEWHERE) for one in pack.questions]
    assert asked.alt == "A bee on a flower"
    assert house.library.picture(asked.picture) is not None
    await house.imports.undo(STRANGER, report.id)
    assert await house.store.rows("SELECT key FROM course_picture WHERE course_id = ?", (report.course.id,)) == []


async def test_what_is_no_picture_is_refused(house):
    course = (await house.own.new(TEACHER, "Bees")).id
    for data in b"no picture", picture()[:-30], b"x" * (1024 * 1024 + 1):
        with refused(Code.PICTURE_NOT_TAKEN):
            await house.authoring.take_picture(TEACHER, course, data)
    assert await house.store.rows("SELECT key FROM course_picture") == []


async def test_limits_hold_and_say_so(house):
    with refused(Code.TOO_MANY_OWN_QUESTIONS):
        many = TABLE + "".join(f"What is {n} + 0?,A,{n},{n + 1}\n" for n in range(10, 20))
        await house.imports.read(TEACHER, None, "many.csv", many.encode())
    for n in range(2):
        await house.own.new(TEACHER, f"Course {n}")
    with refused(Code.TOO_MANY_COURSES):
        await house.own.new(TEACHER, "One more")
    with refused(Code.FILE_TOO_LARGE):
        await house.imports.read(TEACHER, None, "a.csv", b"x" * (10 * 1024 * 1024 + 1))


@pytest.mark.parametrize(
    ("title", "code"),
    [("", Code.COURSE_NEEDS_TITLE), ("x" * 61, Code.TITLE_TOO_LONG), ("Hi <@1> you", Code.OUTLINE_HAS_FAULTS)],
)
async def test_a_title_that_can_not_be_shown_makes_no_course(house, title, code):
    with refused(code):
        await house.own.new(TEACHER, title)
    assert await house.own.of(HALL) == []


async def test_two_courses_do_not_share_a_title(house):
    await house.own.new(TEACHER, "Sums")
    with refused(Code.TITLE_TAKEN):
        await house.own.new(TEACHER, "sums")


async def test_a_section_with_questions_stays(house):
    course, _ = await house.published()
    change = {"title": "Sums", "language": "en", "standard": "plain"}
    with refused(Code.SECTION_HAS_QUESTIONS):
        await house.own.change(TEACHER, course, **change, sections=["Else"])
    changed = await house.own.change(TEACHER, course, **change, sections=["Else", "General"])
    assert changed.outline.sections == ("Else", "General")


# Sets


async def test_a_set_keeps_its_order_and_what_is_retired_is_not_rehearsed(house):
    course, first = await house.published()
    _, second = await house.published(replace(SUM, question="What is 3 + 3?"), course)
    chosen = await house.own.save_set(TEACHER, course, "Tonight", [second.id, first.id, "no-such"])
    assert chosen.question_ids == (second.id, first.id)
    assert (await house.own.find_set(HALL, "tonight"))[1] == chosen
    from bot.services.course.own import mark_of

    await house.authoring.retire(TEACHER, course, second.id)
    rehearsal = await house.own.rehearse(TEACHER, course, mark_of("Tonight"))
    assert [one.id for one in rehearsal.questions] == [first.id]
    with pytest.raises(NotFound):
        await house.own.find_set(ELSEWHERE, "Tonight")


@given(st.integers(0, 2**63 - 1))
def test_the_number_of_a_course_is_found_in_its_packs_id(number):
    assert course_id_of(pack_id_of(number)) == number


@pytest.mark.parametrize("pack_id", ["python-concurrency", "own-", "own-x", "own-١", "own-" + "9" * 20, "7"])
def test_no_other_packs_id_stands_for_a_course(pack_id):
    assert course_id_of(pack_id) is None
