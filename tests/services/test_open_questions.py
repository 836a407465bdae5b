"""What is open in a server, a round or the question of the day, has its answer told nowhere else before its result."""

from random import Random

import pytest
from day_by_day import ADA, BOB, CHANNEL, HALL, Days, DiscordHandClock, berlin
from in_english import refused
from small_course import library

from bot.errors import UserError
from bot.model.games import Setup
from bot.quiz.competition.events import Join, Pause
from bot.quiz.competition.state import Rules
from bot.quiz.question.asking import Sureness
from bot.services.competition.openings import Opening
from bot.services.practice.practising import Learner, Practice, QuestionOpenError
from bot.services.practice.progress import ProgressOf
from bot.services.practice.reviews import Reviews
from bot.services.practice.views import Asking

ALL = ["l0", "l1", "w0", "w1", "w2", "w3"]
WHERE = [HALL, None, HALL + 1]
"""The server itself, direct messages, and another server that a member of both is in."""
QUICK = Rules(3, pace_ms=3_600_000, reveal_ms=3_600_000, lobby_ms=3_600_000)


class House(Days):
    """A server's days, and what members can practise meanwhile."""

    def __init__(self, store, clock) -> None:
        super().__init__(store, clock)
        course = library()
        self.practice = Practice(course, store, clock, Random(7))
        self.reviews = Reviews(course, store, clock, Random(7), self.practice, lambda _guild_id: course)
        self.progress = ProgressOf(course, store, clock, Random(7), self.practice, lambda _guild_id: course)

    async def open_round(self, channel: int = CHANNEL) -> tuple[int, str]:
        """Start a game; its id and the question of its first round."""
        view = await self.games.open(Opening(HALL, channel, ADA, QUICK, Setup((), None, "calm")))
        await self.games.act(view.game.id, Join(BOB.member_id), BOB)
        await self.games.start(view.game.id, ADA, manager=False)
        return view.game.id, (await self.games.view(view.game.id)).state.plans[0].question_id

    async def everything_asked(self, who: Learner) -> list[str]:
        run = await self.practice.start(who, None, None, 20)
        return sorted(one.question_id for one in run.asked)

    async def answer(self, who: Learner, asking: Asking):
        at_ms = self.clock.now_ms()
        return await self.practice.answer(asking.run.id, asking.asked.position, 0, who, at_ms)


@pytest.fixture
async def house(store):
    made = House(store, DiscordHandClock(berlin("2026-11-20T18:00")))
    yield made
    await made.stop()


@pytest.mark.parametrize("where", WHERE)
async def test_an_open_round_is_asked_nowhere_else(house, where):
    _, secret = await house.open_round()
    here = ADA._replace(guild_id=where)
    assert await house.everything_asked(here) == [one for one in ALL if one != secret]
    run, _ = await house.progress.start(here)
    assert secret not in [one.question_id for one in run.asked]
    assert secret not in [one.question_id for one in (await house.progress.aim(here, "tea", "hotter")).asked]


@pytest.mark.parametrize("where", WHERE)
async def test_the_question_of_the_day_is_asked_nowhere_else_until_its_result(house, where):
    daily = await house.daily.ask(HALL, CHANNEL)
    await house.click(daily.id, ADA, 0)
    here = ADA._replace(guild_id=where)
    assert await house.everything_asked(here) == [one for one in ALL if one != daily.question.id]
    await house.at("2026-11-21T18:00:02")
    assert await house.everything_asked(here) == ALL


async def test_who_has_nothing_to_do_with_the_server_is_asked_everything(house):
    await house.open_round()
    assert await house.everything_asked(Learner(99, HALL + 1, "Cleo")) == ALL
    assert await house.everything_asked(Learner(99, None, "Cleo")) == ALL


async def test_a_known_member_who_does_not_play_is_not_asked_it_in_direct_messages(house):
    who = Learner(99, HALL, "Cleo")
    asking = await house.practice.current((await house.practice.start(who, None, None, 1)).id, 99)
    await house.answer(who, asking)
    _, secret = await house.open_round()
    assert await house.everything_asked(who._replace(guild_id=None)) == [one for one in ALL if one != secret]


async def test_a_paused_round_stays_a_secret_and_a_revealed_one_does_not(house):
    game, secret = await house.open_round()
    await house.games.act(game, Pause(by=ADA.member_id), ADA)
    assert secret not in await house.everything_asked(ADA)
    await house.store.write(lambda tx: tx.run("UPDATE competition SET phase = 'revealing'"))
    assert secret in await house.everything_asked(ADA)


@pytest.mark.parametrize("where", WHERE)
async def test_a_quiz_drawn_before_reveals_nothing_while_the_round_is_open(house, where):
    here = ADA._replace(guild_id=where)
    run = await house.practice.start(here, None, None, 20)
    _, secret = await house.open_round()
    [drawn] = [one for one in run.asked if one.question_id == secret]
    with refused(QuestionOpenError, "is open in a competition"):
        await house.practice.answer(run.id, drawn.position, 0, here, house.clock.now_ms())
    assert await house.rows("SELECT * FROM answer") == []
    asked = []
    while isinstance(current := await house.practice.current(run.id, ADA.member_id), Asking):
        asked.append(current.question.id)
        await house.answer(here, current)
    assert sorted(asked) == [one for one in ALL if one != secret]


async def test_what_was_answered_before_is_not_explained_again_while_it_is_open(house):
    run = await house.practice.start(ADA, None, None, 20)
    positions = {}
    while isinstance(current := await house.practice.current(run.id, ADA.member_id), Asking):
        positions[current.question.id] = current.asked.position
        await house.answer(ADA, current)
    _, secret = await house.open_round()
    place = positions[secret]
    with refused(UserError, "before the result is out"):
        await house.practice.outcome(run.id, place, ADA.member_id)
    with refused(UserError, "before the result is out"):
        await house.practice.answer(run.id, place, 1, ADA, house.clock.now_ms())
    with refused(UserError, "before the result is out"):
        await house.practice.say_how_sure(run.id, place, ADA.member_id, Sureness.SURE)
    if (await house.practice.summary(run.id, ADA.member_id)).missed:
        again = await house.practice.retry_missed(run.id, ADA)
        assert secret not in [one.question_id for one in again.asked]
    house.clock.advance(30 * 86_400_000)
    reviewed = await house.reviews.start(ADA, "tea")
    assert secret not in [one.question_id for one in reviewed.asked]
    assert len(reviewed.asked) == len(ALL) - 1
    due_now = (await house.reviews.due(ADA))[0].due.now
    assert due_now in (len(ALL) - 1, len(ALL))  # the round's time is long over: it may be revealed by now


async def test_the_end_of_a_sitting_names_no_myth_of_a_question_that_is_open(house):
    runs = {}
    for question in library().questions("tea"):
        run = await house.practice.start_with(ADA, "tea", [question])
        await house.practice.answer(run.id, 0, run.asked[0].order.index(2), ADA, house.clock.now_ms())
        runs[question.id] = run.id
    _, secret = await house.open_round()
    named = {one: (await house.practice.summary(run, ADA.member_id)).myth for one, run in runs.items()}
    assert {one for one, myth in named.items() if myth is None} == {secret}


async def test_where_everything_that_fits_is_open_that_is_said(house):
    daily = await house.daily.ask(HALL, CHANNEL)
    question = [daily.question]
    with refused(UserError, "question of the day"):
        await house.practice.start_with(ADA, "tea", question)
    house.practice = Practice(library(question), house.store, house.clock, Random(7))
    with refused(UserError, "question of the day"):
        await house.practice.start(ADA, None, None)


async def test_no_game_and_no_question_of_the_day_asks_what_is_open_already(house):
    daily = await house.daily.ask(HALL, CHANNEL)
    first, _ = await house.open_round()
    plans = [one.question_id for one in (await house.games.view(first)).state.plans]
    assert daily.question.id not in plans
    second, _ = await house.open_round(CHANNEL + 1)
    others = [one.question_id for one in (await house.games.view(second)).state.plans]
    assert not {daily.question.id, *plans} & set(others)
    assert len({daily.question.id, *plans, *others}) == len(ALL)
    view = await house.games.open(Opening(HALL, CHANNEL + 2, ADA, QUICK, Setup((), None, "calm")))
    with refused(UserError, "when the results are out"):
        await house.games.start(view.game.id, ADA, manager=False)
    assert await house.rows("SELECT phase FROM competition WHERE id = ?", view.game.id) == [("lobby",)]


async def test_no_question_of_the_day_asks_what_a_game_that_is_on_will_ask(house):
    first, _ = await house.open_round()
    second, _ = await house.open_round(CHANNEL + 1)
    plans = [one.question_id for game in (first, second) for one in (await house.games.view(game)).state.plans]
    assert sorted(plans) == ALL
    with refused(UserError, "when it is over"):
        await house.daily.ask(HALL, CHANNEL)
    await house.store.write(lambda tx: tx.run("UPDATE competition SET phase = 'revealing' WHERE id = ?", (first,)))
    daily = await house.daily.ask(HALL, CHANNEL)
    assert daily.question.id == plans[0]
