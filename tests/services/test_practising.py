"""A learner's practice, from the first question to the summary."""

import asyncio
from random import Random

import pytest
from engines import open_store
from in_english import refused
from small_course import DAY, HOUR, NOON, QUESTIONS, library, question

from bot.errors import NotFound, NotYours, UserError
from bot.quiz.board.points import QuestionStanding
from bot.quiz.question.asking import chose
from bot.services.practice.practising import Learner, Practice, QuestionChangedError
from bot.services.practice.views import Asking, Summary

ADA = Learner(1, 50, "Ada")
BOB = Learner(2, 50, "Bob")
ADA_ALONE = Learner(1, None, "Ada")
RIGHT = 1


@pytest.fixture
def practice(store, clock):
    return Practice(library(), store, clock, Random(7))


def of_course(store, clock, *questions) -> Practice:
    return Practice(library(list(questions)), store, clock, Random(7))


def water(practice_library=None):
    return (practice_library or library()).find_section("water")


async def choose(practice, clock, asking: Asking, option: int, learner: Learner = ADA):
    """Press the button behind which this option of the file stands."""
    letter = asking.asked.order.index(option)
    return await practice.answer(asking.run.id, asking.asked.position, letter, learner, clock.now_ms())


async def rows(store, what="*", table="answer"):
    return await store.rows(f"SELECT {what} FROM {table}")


async def own_points(store, member=1) -> int:
    found = await store.rows(
        "SELECT points FROM total WHERE period = 'all' AND section = '' AND member_id = ?", (member,)
    )
    return found[0][0] if found else 0


async def test_a_whole_run_from_the_first_question_to_the_summary(practice, clock, store):
    run = await practice.start(ADA, water(), None, 4)
    for number in range(1, 5):
        asking = await practice.current(run.id, ADA.member_id)
        assert isinstance(asking, Asking)
        assert (asking.number, asking.section.title) == (number, "Water")
        outcome = await choose(practice, clock, asking, RIGHT if number != 3 else 2)
        assert outcome.correct == (number != 3)
        assert outcome.points == (10 if number != 3 else 0)
        assert outcome.standing is QuestionStanding.NEW
        assert outcome.is_last == (number == 4)
        assert outcome.in_server
        assert not outcome.doubled
        assert (outcome.misconception.id if outcome.misconception else None) == (None if number != 3 else "hotter")
    summary = await practice.current(run.id, ADA.member_id)
    assert isinstance(summary, Summary)
    assert (summary.run.right, summary.run.points, len(summary.missed)) == (3, 30, 1)
    assert summary.section.section.id == "water"
    assert await own_points(store) == 30
    assert len({question_id for (question_id,) in await rows(store, "question_id")}) == 4


@pytest.mark.parametrize(
    ("section", "difficulty", "count", "expected"),
    [
        ("water", None, 5, {"w0", "w1", "w2", "w3"}),
        ("leaves", "hard", 5, {"l0"}),
        (None, "medium", 5, {"l1"}),
        (None, None, 20, {q.id for q in QUESTIONS}),
        ("summary", None, 20, {q.id for q in QUESTIONS}),
    ],
)
async def test_a_run_asks_what_was_asked_for(practice, section, difficulty, count, expected):
    ref = library().find_section(section) if section else None
    run = await practice.start(ADA, ref, difficulty, count)
    assert {asked.question_id for asked in run.asked} == expected


async def test_where_nothing_fits_that_is_said_and_no_run_is_stored(practice, store):
    with refused(UserError, "no question of that difficulty"):
        await practice.start(ADA, water(), "hard")
    assert await rows(store, table="practice_run") == []


async def test_a_second_answer_changes_nothing(practice, clock, store):
    run = await practice.start(ADA, water(), None, 2)
    asking = await practice.current(run.id, ADA.member_id)
    await choose(practice, clock, asking, 0)
    before = await rows(store), await rows(store, table="card"), await rows(store, table="total")
    again = await choose(practice, clock, asking, RIGHT)
    assert again.doubled
    assert (again.given, again.correct, again.points) == (chose(0), False, 0)
    assert before == (await rows(store), await rows(store, table="card"), await rows(store, table="total"))


async def test_of_many_answers_at_once_exactly_one_counts(practice, clock, store):
    run = await practice.start(ADA, water(), None, 1)
    asking = await practice.current(run.id, ADA.member_id)
    outcomes = await asyncio.gather(*(choose(practice, clock, asking, n % 4) for n in range(40)))
    first = [outcome for outcome in outcomes if not outcome.doubled]
    assert len(first) == 1
    assert {outcome.given for outcome in outcomes} == {first[0].given}
    assert await rows(store, "chosen, points") == [(first[0].given.option, first[0].points)]
    assert await rows(store, "answers", "total WHERE period = 'all' AND section = ''") == [(1,)]


async def test_two_members_answer_their_own_runs_at_the_same_time(practice, clock, store):
    askings = []
    for learner in (ADA, BOB):
        run = await practice.start(learner, water(), None, 1)
        askings.append((await practice.current(run.id, learner.member_id), learner))
    await asyncio.gather(*(choose(practice, clock, asking, RIGHT, learner) for asking, learner in askings))
    assert (await own_points(store, 1), await own_points(store, 2)) == (10, 10)


async def test_a_run_of_somebody_else_is_refused_in_every_way(practice, clock, store):
    run = await practice.start(ADA, water(), None, 2)
    asking = await practice.current(run.id, ADA.member_id)
    for attempt in (
        practice.current(run.id, BOB.member_id),
        choose(practice, clock, asking, RIGHT, BOB),
        practice.outcome(run.id, 0, BOB.member_id),
        practice.summary(run.id, BOB.member_id),
        practice.retry_missed(run.id, BOB),
    ):
        with refused(NotYours, "somebody else"):
            await attempt
    assert await rows(store) == []


@pytest.mark.parametrize(("position", "letter"), [(99, 0), (-1, 0), (0, 4), (0, -1), (0, 10**18)])
async def test_a_forged_button_is_answered_in_words_and_stores_nothing(practice, clock, store, position, letter):
    run = await practice.start(ADA, water(), None, 2)
    with pytest.raises(UserError):
        await practice.answer(run.id, position, letter, ADA, clock.now_ms())
    assert await rows(store) == []


async def test_a_run_that_never_was_is_told(practice, clock):
    with refused(NotFound, "/quiz"):
        await practice.answer(99, 0, 0, ADA, clock.now_ms())
    with refused(NotFound, "/quiz"):
        await practice.current(99, ADA.member_id)


async def test_an_answered_question_can_be_looked_at_again_but_not_before(practice, clock):
    run = await practice.start(ADA, water(), None, 2)
    asking = await practice.current(run.id, ADA.member_id)
    with refused(UserError, "Answer the question first"):
        await practice.outcome(run.id, asking.asked.position, ADA.member_id)
    await choose(practice, clock, asking, 3)
    again = await practice.outcome(run.id, asking.asked.position, ADA.member_id)
    assert (again.given, again.correct, again.doubled, again.standing) == (chose(3), False, False, None)


async def test_what_was_missed_can_be_retried_in_a_run_of_its_own(practice, clock):
    run = await practice.start(ADA, water(), None, 4)
    for option in (RIGHT, 0, RIGHT, 2):
        await choose(practice, clock, await practice.current(run.id, ADA.member_id), option)
    summary = await practice.summary(run.id, ADA.member_id)
    again = await practice.retry_missed(run.id, ADA)
    assert again.id != run.id
    assert {asked.question_id for asked in again.asked} == {missed.id for missed in summary.missed}
    for _ in range(2):
        outcome = await choose(practice, clock, await practice.current(again.id, ADA.member_id), RIGHT)
        assert (outcome.correct, outcome.points, outcome.standing) == (True, 0, QuestionStanding.NOT_DUE)
    with refused(UserError, "nothing to retry"):
        await practice.retry_missed(again.id, ADA)


async def test_points_come_for_new_and_due_questions_only(store, clock):
    practice = of_course(store, clock, question("w0"))

    async def answer_right():
        run = await practice.start(ADA, None, None, 1)
        return await choose(practice, clock, await practice.current(run.id, ADA.member_id), RIGHT)

    first = await answer_right()
    assert (first.points, first.standing) == (10, QuestionStanding.NEW)
    for _ in range(3):
        clock.advance(HOUR)
        again = await answer_right()
        assert (again.points, again.standing) == (0, QuestionStanding.NOT_DUE)
    [(due_ms,)] = await rows(store, "due_ms", "card")
    clock.now = due_ms - 1
    assert (await answer_right()).points == 0
    [(due_ms,)] = await rows(store, "due_ms", "card")
    clock.now = due_ms
    due = await answer_right()
    assert (due.points, due.standing) == (10, QuestionStanding.DUE)
    assert await own_points(store) == 20


async def test_answering_wrong_on_purpose_and_then_right_earns_nothing_the_same_day(store, clock):
    practice = of_course(store, clock, question("w0"))
    for option in (0, RIGHT, RIGHT):
        run = await practice.start(ADA, None, None, 1)
        outcome = await choose(practice, clock, await practice.current(run.id, ADA.member_id), option)
        clock.advance(HOUR)
        assert outcome.points == 0
    assert await own_points(store) == 0


async def test_what_is_due_is_asked_before_what_is_new(store, clock):
    practice = of_course(store, clock, question("w0"))
    run = await practice.start(ADA, None, None, 1)
    await choose(practice, clock, await practice.current(run.id, ADA.member_id), 0)
    clock.advance(3 * DAY)
    with_more = of_course(store, clock, *(question(f"w{n}") for n in range(4)))
    run = await with_more.start(ADA, None, None, 2)
    assert run.asked[0].question_id == "w0"


async def test_direct_messages_teach_but_earn_for_no_server(practice, clock, store):
    run = await practice.start(ADA_ALONE, water(), None, 1)
    asking = await practice.current(run.id, ADA.member_id)
    outcome = await choose(practice, clock, asking, RIGHT, ADA_ALONE)
    assert not outcome.in_server
    assert await rows(store, table="total") == []
    run = await practice.start(ADA, water(), None, 4)
    assert asking.question.id == run.asked[-1].question_id  # learning belongs to the member: it is asked last


async def test_a_question_edited_in_mid_run_is_asked_anew_at_the_end(practice, store, clock):
    run = await practice.start(ADA, water(), None, 4)
    asking = await practice.current(run.id, ADA.member_id)
    edited = question(asking.question.id, stem="What does this question ask about now, after the edit?")
    others = [q for q in QUESTIONS if q.id != edited.id]
    later = of_course(store, clock, *others, edited)

    with refused(QuestionChangedError, "edited"):
        await choose(later, clock, asking, RIGHT)
    assert await rows(store) == []

    order = []
    while isinstance(now := await later.current(run.id, ADA.member_id), Asking):
        order.append(now.question.id)
        assert (await choose(later, clock, now, RIGHT)).correct
    assert len(order) == 4
    assert order[-1] == edited.id
    with refused(NotFound, "no longer part of the quiz"):
        await choose(later, clock, asking, RIGHT)


async def test_an_edited_question_is_asked_once_however_often_one_presses(practice, store, clock):
    run = await practice.start(ADA, water(), None, 2)
    edited = question(run.asked[0].question_id, stem="What does this question ask about now, after the edit?")
    later = of_course(store, clock, *(q for q in QUESTIONS if q.id != edited.id), edited)
    await asyncio.gather(*(later.current(run.id, ADA.member_id) for _ in range(5)))
    asking = await later.current(run.id, ADA.member_id)
    assert [asked.question_id for asked in asking.run.asked] == [run.asked[1].question_id, edited.id]


async def test_a_question_taken_out_in_mid_run_is_left_out(practice, store, clock):
    run = await practice.start(ADA, water(), None, 3)
    first = run.asked[0].question_id
    later = of_course(store, clock, *(q for q in QUESTIONS if q.id != first))
    with refused(NotFound, "was removed from the course"):
        await later.answer(run.id, 0, 0, ADA, clock.now_ms())
    asking = await later.current(run.id, ADA.member_id)
    assert asking.question.id == run.asked[1].question_id
    assert (asking.number, len(asking.run.asked)) == (1, 2)


async def test_when_every_question_is_gone_there_is_still_a_summary(practice, store, clock):
    run = await practice.start(ADA, None, "hard", 3)
    summary = await of_course(store, clock, question("w9")).current(run.id, ADA.member_id)
    assert isinstance(summary, Summary)
    assert summary.run.asked == ()


async def test_an_answered_question_that_was_edited_since_keeps_its_points_and_is_not_explained_wrongly(
    practice, store, clock
):
    run = await practice.start(ADA, water(), None, 1)
    asking = await practice.current(run.id, ADA.member_id)
    await choose(practice, clock, asking, 3)
    fewer = question(asking.question.id, options=3)
    later = of_course(store, clock, fewer)
    for attempt in (later.outcome(run.id, 0, ADA.member_id), choose(later, clock, asking, RIGHT)):
        with refused(QuestionChangedError, "Your answer still counts"):
            await attempt
    assert len(await rows(store)) == 1
    assert [q.id for q in (await later.summary(run.id, ADA.member_id)).missed] == [fewer.id]


async def test_a_run_goes_on_after_a_restart_where_it_was(practice, store, clock, tmp_path):
    run = await practice.start(ADA, water(), None, 3)
    await choose(practice, clock, await practice.current(run.id, ADA.member_id), RIGHT)
    shown = await practice.current(run.id, ADA.member_id)
    await store.close()

    restarted = await open_store(tmp_path / "a.db")
    try:
        practice = Practice(library(), restarted, clock, Random(99))
        now = await practice.current(run.id, ADA.member_id)
        assert now == shown
        assert (await choose(practice, clock, now, RIGHT)).points == 10
        assert await own_points(restarted) == 20
    finally:
        await restarted.close()


async def test_an_answer_carries_its_time_its_server_and_the_version_it_was_given_to(practice, clock, store):
    run = await practice.start(ADA, water(), None, 1)
    asking = await practice.current(run.id, ADA.member_id)
    await practice.answer(run.id, 0, asking.asked.order.index(2), ADA, NOON + 5)
    [row] = await rows(store, "member_id, guild_id, question_hash, chosen, correct, answered_ms")
    assert row == (1, 50, asking.question.content_hash, 2, 0, NOON + 5)
    assert await rows(store, "name", "member WHERE guild_id = 50 AND member_id = 1") == [("Ada",)]
