"""What a learner is told of themselves, and what they are given to do next."""

from random import Random

import pytest
from in_english import refused
from small_course import DAY, NOON, QUESTIONS, library, question

from bot.errors import NotFound, UserError
from bot.model.members import Chosen
from bot.model.rulings import Subject
from bot.quiz.practice.mastery import Level
from bot.quiz.question.asking import Sureness
from bot.quiz.question.regrading import Ruling
from bot.services.practice.practising import Learner, Practice
from bot.services.practice.progress import ProgressOf
from bot.services.practice.views import Asking
from bot.storage import member_settings
from bot.storage.question import rulings

ADA, BOB = Learner(1, 50, "Ada"), Learner(2, 50, "Bob")
RIGHT, WRONG = 1, 2


class Study:
    """Learners who practise and look at their progress."""

    def __init__(self, store, clock) -> None:
        course = library()
        self.clock = clock
        self.practice = Practice(course, store, clock, Random(7))
        self.progress = ProgressOf(course, store, clock, Random(7), self.practice, lambda _guild_id: course)

    async def answer(self, question_id: str, option: int = RIGHT, learner: Learner = ADA, sure=None) -> None:
        [question] = [one for one in QUESTIONS if one.id == question_id]
        run = await self.practice.start_with(learner, "tea", [question])
        letter = run.asked[0].order.index(option)
        await self.practice.answer(run.id, 0, letter, learner, self.clock.now_ms())
        if sure is not None:
            await self.practice.say_how_sure(run.id, 0, learner.member_id, sure)


@pytest.fixture
def study(store, clock):
    return Study(store, clock)


async def test_who_begins_has_nothing_but_five_questions_to_start_with(study):
    shown = await study.progress.show(ADA)
    assert (shown.answered, shown.streak.days, shown.mixups, shown.due.now) == (0, 0, [], 0)
    assert {one.mastery.level for one in shown.sections} == {Level.NOT_BEGUN}
    assert (shown.next.plan.page, shown.next.new) == (None, 5)


async def test_answers_are_counted_by_section_and_only_ones_own(study):
    for question_id, option in (("w0", RIGHT), ("w1", RIGHT), ("w2", WRONG), ("l0", RIGHT)):
        await study.answer(question_id, option)
    await study.answer("w0", WRONG, BOB)
    shown = await study.progress.show(ADA)
    assert (shown.answered, shown.right) == (4, 3)
    by_section = {one.ref.section.id: (one.mastery.answers, one.mastery.right) for one in shown.sections}
    assert by_section == {"leaves": (1, 1), "water": (3, 2)}
    assert (await study.progress.show(BOB)).answered == 1


async def test_a_section_without_questions_of_its_own_is_not_listed(study):
    assert [one.ref.section.id for one in (await study.progress.show(ADA)).sections] == ["leaves", "water"]


async def test_calibration_counts_what_was_said_by_how_sure_one_was(study):
    await study.answer("w0", RIGHT, sure=Sureness.SURE)
    await study.answer("w1", WRONG, sure=Sureness.SURE)
    await study.answer("w2", WRONG, sure=Sureness.GUESS)
    await study.answer("w3", RIGHT)
    assert (await study.progress.show(ADA)).calibration == {Sureness.GUESS: (1, 0), Sureness.SURE: (2, 1)}


async def test_days_are_those_of_where_the_learner_is(study, store, clock):
    clock.now = NOON + 11 * 3_600_000  # eleven in the evening in UTC, noon of the next day in Auckland
    await study.answer("w0")
    clock.advance(2 * 3_600_000)
    await study.answer("w1")
    assert (await study.progress.show(ADA)).streak.days == 2
    await store.write(lambda tx: member_settings.save(tx, ADA.member_id, Chosen(time_zone="Pacific/Auckland")))
    assert (await study.progress.show(ADA)).streak.days == 1


async def test_what_is_mixed_up_has_its_words_and_goes_after_two_right_ones_a_day_apart(study, clock):
    await study.answer("w0", WRONG)
    [view] = (await study.progress.show(ADA)).mixups
    assert view.misconception.belief == "Hotter is better."
    assert not view.mixup.gone
    await study.answer("w1", RIGHT)
    clock.advance(DAY)
    await study.answer("w2", RIGHT)
    [view] = (await study.progress.show(ADA)).mixups
    assert view.mixup.gone


async def test_the_plan_asks_what_is_due_then_shows_a_page_then_asks_what_is_new(study, clock):
    for question_id in ("w0", "w1", "w2"):
        await study.answer(question_id, WRONG)
    clock.advance(30 * DAY)
    run, ahead = await study.progress.start(ADA)
    assert ahead.plan.reviews == 3
    assert ahead.section.section.id == "water"
    reviews, new = run.asked[:3], run.asked[3:]
    assert {one.question_id for one in reviews} == {"w0", "w1", "w2"}
    assert new[0].question_id == "w3"
    assert {one.question_id for one in new} == {"w3", "l0", "l1"}
    assert (run.interlude.position, run.interlude.section_id, run.interlude.page) == (3, "water", 0)
    stored = await study.practice.current(run.id, ADA.member_id)
    assert isinstance(stored, Asking)
    assert stored.run.interlude == run.interlude


async def retire(store, clock, *question_ids: str) -> None:
    async def job(tx):
        for one in QUESTIONS:
            if one.id in question_ids:
                subject = Subject(ADA.guild_id, "tea", one.id, one.content_hash)
                await rulings.rule(tx, subject, Ruling(one.key, None), clock.now_ms())

    await store.write(job)


async def test_what_the_managers_retired_is_neither_counted_nor_planned_nor_aimed_at(study, store, clock):
    for question_id in ("w0", "w1", "w2", "w3"):
        await study.answer(question_id, WRONG)
    await study.answer("w0", WRONG, BOB)
    clock.advance(30 * DAY)
    await retire(store, clock, "w0", "l0")
    run, ahead = await study.progress.start(ADA)
    assert (ahead.plan.reviews, ahead.new) == (3, 1)
    assert {one.question_id for one in run.asked[: run.interlude.position]} == {"w1", "w2", "w3"}
    assert [one.question_id for one in run.asked[run.interlude.position :]] == ["l1"]
    shown = await study.progress.show(ADA)
    assert (shown.due.now, shown.next.new) == (3, 1)
    assert not (await study.progress.show(BOB)).mixups
    at_home = Learner(BOB.member_id, None, BOB.name)
    assert [one.mixup.gone for one in (await study.progress.show(at_home)).mixups] == [False]
    assert "w0" not in {one.question_id for one in (await study.progress.aim(ADA, "tea", "hotter")).asked}


async def test_an_aim_at_what_was_retired_altogether_says_so(study, store, clock):
    await retire(store, clock, *(one.id for one in QUESTIONS))
    with refused(UserError, "These questions are no longer asked here"):
        await study.progress.aim(ADA, "tea", "hotter")


async def test_who_has_met_everything_and_has_nothing_due_gets_the_longest_unseen(study, clock):
    for one in QUESTIONS:
        await study.answer(one.id)
        clock.advance(1000)
    shown = await study.progress.show(ADA)
    assert shown.next.is_empty
    run, _ = await study.progress.start(ADA)
    assert run.asked[0].question_id == "w0"


async def test_five_questions_aim_at_one_belief(study):
    await study.answer("w0", WRONG)
    run = await study.progress.aim(ADA, "tea", "hotter")
    assert len(run.asked) == 5
    assert "w0" not in {one.question_id for one in run.asked}
    with refused(NotFound, "no longer covers this"):
        await study.progress.aim(ADA, "tea", "colder")


async def test_the_last_four_weeks_are_counted_day_by_day(study, clock):
    await study.answer("w0", RIGHT)
    clock.advance(DAY)
    await study.answer("w1", WRONG)
    await study.answer("w2", RIGHT)
    history = await study.progress.history(ADA, "tea")
    assert len(history.days) == 28
    assert [(day.label, day.right, day.wrong) for day in history.days[-2:]] == [("22 Nov", 1, 0), ("23 Nov", 1, 1)]
    assert sum(day.right + day.wrong for day in history.days) == 3


async def test_siblings_of_what_is_reviewed_are_not_promised_as_new(store, clock):
    course = library([question("a", family="one"), question("b", family="one")])
    practice = Practice(course, store, clock, Random(7))
    progress = ProgressOf(course, store, clock, Random(7), practice, lambda _guild_id: course)
    run = await practice.start_with(ADA, "tea", [course.question("tea", "a")])
    await practice.answer(run.id, 0, 0, ADA, clock.now_ms())
    clock.advance(60 * DAY)
    assert (await progress.show(ADA)).next.new == 0
    run, ahead = await progress.start(ADA)
    assert (ahead.plan.reviews, ahead.new, len(run.asked), run.interlude) == (1, 0, 1, None)
