"""Cards that another model made are computed anew from the answers."""

from random import Random

import pytest
from in_english import refused
from lives import lives
from small_course import DAY, library, question

from bot.errors import UserError
from bot.services.member.settings import MemberSettings
from bot.services.practice.practising import Learner, Practice
from bot.services.practice.respacing import Respacing
from bot.services.server.zones import Zones

ADA, BOB = Learner(1, 50, "Ada"), Learner(2, None, "Bob")


@pytest.fixture
def respacing(store):
    return lives(Respacing, library(), store)


async def practised(store, clock, learner: Learner, days: int = 5) -> None:
    """The same family, answered right every few days."""
    practice = Practice(
        library([question("w0", family="water"), question("w1", family="water")]), store, clock, Random(7)
    )
    for day in range(days):
        run = await practice.start_with(learner, "tea", [practice._library.question("tea", f"w{day % 2}")])
        [asked] = run.asked
        await practice.answer(run.id, 0, asked.order.index(1), learner, clock.now_ms())
        clock.advance((day + 1) * 12 * DAY)


async def cards(store, learner: Learner) -> list[tuple]:
    return await store.rows(
        "SELECT family, stability, due_ms, reviewed_ms, model FROM card WHERE member_id = ? ORDER BY 1",
        (learner.member_id,),
    )


async def test_cards_of_another_version_are_computed_from_the_answers(store, clock, respacing):
    await practised(store, clock, ADA)
    await practised(store, clock, BOB)
    made = await cards(store, ADA)
    await store.write(
        lambda tx: tx.run("UPDATE card SET stability = 1, due_ms = 5, model = 'fsrs-5/0.90/60' WHERE member_id = 1")
    )
    assert await respacing.catch_up() == 1
    assert await cards(store, ADA) == made
    assert await respacing.catch_up() == 0


async def test_who_wants_to_remember_more_reviews_sooner_and_back(store, clock, respacing):
    settings = MemberSettings(store, Zones(), respacing)
    await practised(store, clock, ADA, days=2)
    usual = await cards(store, ADA)
    await settings.set_retention(ADA.member_id, 0.95)
    more = await cards(store, ADA)
    assert more[0][2] < usual[0][2]
    assert more[0][4] == "fsrs-6/0.95/60"
    await practised(store, clock, ADA, days=1)
    assert (await cards(store, ADA))[0][4] == "fsrs-6/0.95/60"
    assert await respacing.catch_up() == 0
    await settings.set_retention(ADA.member_id, 0.9)
    assert (await cards(store, ADA))[0][4] == "fsrs-6/0.90/60"


async def test_only_what_is_offered_can_be_chosen(store, respacing):
    settings = MemberSettings(store, Zones(), respacing)
    with refused(UserError, "85, 90 or 95"):
        await settings.set_retention(ADA.member_id, 0.2)
    assert await store.rows("SELECT * FROM member_setting") == []


async def test_a_course_may_want_everything_reviewed_sooner(store, clock):
    course = library([question("w0", family="water")])
    [pack] = course.packs
    course.replace([pack.model_copy(update={"head": pack.head.model_copy(update={"review_within_days": 5})})])
    practice = Practice(course, store, clock, Random(7))
    for _ in range(4):
        run = await practice.start_with(ADA, "tea", [course.question("tea", "w0")])
        await practice.answer(run.id, 0, run.asked[0].order.index(1), ADA, clock.now_ms())
        [(_family, _stability, due_ms, _reviewed, model)] = await cards(store, ADA)
        assert clock.now_ms() < due_ms <= clock.now_ms() + 5 * DAY
        assert model == "fsrs-6/0.90/5"
        clock.advance(5 * DAY)
