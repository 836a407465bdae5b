"""A key that was wrong, or a question taken out: everything that follows from the answers, graded anew."""

import asyncio

import pytest
from engines import open_store
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from in_english import refused, say
from lives import life_of
from regraded_house import ELSEWHERE, HALL, RegradedHouse, graded_as_rebuilt
from small_course import DAY, HOUR

from bot.errors import UserError
from bot.quiz.question.asking import Sureness
from bot.services.happenings import GameEnded
from bot.services.practice.practising import Learner
from bot.services.question import repair
from bot.storage import competitions, memberships, privacy
from bot.storage.question import regrading, statistics

ADA, BOB, CLEO = (Learner(n, HALL, name) for n, name in [(1, "Ada"), (2, "Bob"), (3, "Cleo")])
PEOPLE = (ADA, BOB, CLEO)

QUIZ = st.tuples(
    st.just("quiz"),
    st.integers(0, 2),
    st.integers(0, 3),
    st.integers(0, 2),
    st.sampled_from([HALL, HALL, ELSEWHERE, None]),
    st.sampled_from([None, None, *Sureness]),
    st.sampled_from([0, HOUR, DAY, 4 * DAY, 9 * DAY]),
)
GAME = st.tuples(st.just("game"), st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=1, max_size=3))
RULE = st.tuples(
    st.just("rule"), st.integers(0, 3), st.sampled_from([None, 0, 1, 2]), st.sampled_from([HALL, HALL, ELSEWHERE])
)
DONE = st.tuples(st.just("regrade"))
ANYTHING = st.lists(st.one_of(QUIZ, QUIZ, QUIZ, GAME, RULE, RULE, DONE), min_size=2, max_size=8)
LIFE = st.tuples(
    st.lists(QUIZ, min_size=2, max_size=5), GAME.map(lambda one: [one]), RULE.map(lambda one: [one]), ANYTHING
).map(lambda parts: [step for part in parts for step in part])


async def live(house: RegradedHouse, life: list[tuple]) -> None:
    for step in life:
        match step:
            case ("quiz", who, number, chosen, guild, sure, later):
                house.clock.advance(later)
                try:
                    await house.quiz(PEOPLE[who], number, chosen, guild, sure)
                except Exception as refused:
                    assert "no longer asked here" in say(refused.fact)  # it is retired there
            case ("game", rights):
                house.clock.advance(HOUR)
                await play(house, rights)
            case ("rule", number, key, guild):
                await house.rule(number, key, guild)
            case ("regrade",):
                await house.regrade()


async def play(house: RegradedHouse, rights: list[list[bool]]) -> None:
    """A game of so many; who answers right in which round. With too few questions left there is none."""
    players = PEOPLE[: len(rights)]
    try:
        await house.start(*players)
    except Exception as refused:
        assert "No question matches" in say(refused.fact)
        return
    while (await house.state()).phase == "asking":
        number = (await house.state()).round
        for one, right in zip(players, rights, strict=True):
            await house.answer(one, right[number], after_ms=1_000 * (1 + one.member_id))
        await house.next()
    await settled(house)


async def settled(house: RegradedHouse) -> None:
    """What the game still had to show is shown."""
    while house.games.live:
        await house.store.rows("SELECT 1")
        await asyncio.sleep(0)


@pytest.fixture
async def house(tmp_path):
    store = await open_store(tmp_path / "a.db")
    made = RegradedHouse(store)
    yield made
    await made.close()
    await store.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LIFE)
def test_whatever_happened_what_is_graded_anew_is_what_a_rebuild_from_nothing_gives(life):
    asyncio.run(graded_as_rebuilt(RegradedHouse, lambda house: live(house, life)))


async def points(house: RegradedHouse, guild: int = HALL, section: str = "") -> dict[int, int]:
    """The board of points of all time."""
    sql = "SELECT member_id, points FROM total WHERE guild_id = ? AND period = 'all' AND section = ?"
    return dict(await house.store.rows(sql, (guild, section)))


async def graded(house: RegradedHouse) -> list[tuple]:
    """Every answer in order: the question, right or not, points, void, kept."""
    return await house.store.rows("SELECT question_id, correct, points, void, kept FROM answer ORDER BY id")


async def test_another_key_gives_points_to_who_had_it_right_and_takes_them_from_who_had_not(house):
    await house.quiz(ADA, 0, chosen=1)
    await house.quiz(BOB, 0, chosen=2)
    await house.quiz(CLEO, 1, chosen=1)
    await house.rule(0, 2)
    assert await points(house) == {1: 10, 2: 0, 3: 10}
    await house.regrade()
    assert await points(house) == {1: 0, 2: 10, 3: 10}
    assert await points(house, section="tea/water") == {1: 0, 2: 10, 3: 10}
    await house.rule(0, 1)
    await house.regrade()
    assert await points(house) == {1: 10, 2: 0, 3: 10}


async def test_from_the_decision_on_answers_are_graded_by_the_new_key(house):
    await house.rule(0, 2)
    await house.quiz(ADA, 0, chosen=2)
    await house.quiz(BOB, 0, chosen=2, guild=ELSEWHERE)
    await house.quiz(CLEO, 0, chosen=2, guild=None)
    assert [row[1:3] for row in await graded(house)] == [(1, 10), (0, 0), (0, 0)]


async def test_a_retired_question_is_not_asked_and_its_answers_count_for_nobody(house):
    await house.quiz(ADA, 0)
    await house.quiz(ADA, 1)
    await house.rule(0, None)
    await house.regrade()
    assert await points(house) == {1: 10}
    assert await house.store.rows("SELECT answers FROM total WHERE section = '' AND period = 'all'") == [(1,)]
    assert await house.store.rows("SELECT family FROM card") == [("family-1",)]
    for _ in range(5):
        run = await house.practice.start(ADA, None, None, 4)
        assert {one.question_id for one in run.asked} == {"w1", "w2", "w3"}
    await house.start(ADA)
    assert {plan.question_id for plan in (await house.state()).plans} == {"w1", "w2", "w3"}


async def test_a_quiz_that_was_open_goes_on_without_the_retired_question(house):
    run = await house.practice.start_with(ADA, "tea", [house.questions[0], house.questions[1]])
    await house.rule(0, None)
    with refused(UserError, "managers removed this question"):
        await house.practice.answer(run.id, 0, 0, ADA, house.clock.now_ms())
    assert (await house.practice.current(run.id, ADA.member_id)).question.id == "w1"
    assert await graded(house) == []


async def test_later_answers_to_siblings_lose_points_that_were_not_due_after_all(house):
    await house.quiz(ADA, 0, chosen=2)
    house.clock.advance(2 * DAY)
    await house.quiz(ADA, 2)
    house.clock.advance(3 * DAY)
    await house.quiz(ADA, 2)
    before = await graded(house)
    await house.rule(0, 2)
    await house.regrade()
    after = await graded(house)
    assert [row[2] for row in before] == [0, 10, 10]
    assert [row[2] for row in after] == [10, 10, 0]


async def test_points_of_another_server_stand_although_the_card_is_now_another(house):
    await house.quiz(ADA, 0, chosen=2)
    house.clock.advance(2 * DAY)
    await house.quiz(ADA, 2, guild=ELSEWHERE)
    house.clock.advance(3 * DAY)
    await house.quiz(ADA, 2, guild=ELSEWHERE)
    card = await house.store.rows("SELECT * FROM card")
    await house.rule(0, 2)
    await house.regrade()
    assert [row[2:] for row in await graded(house)] == [(10, 0, 0), (10, 0, 0), (10, 0, 1)]
    assert await points(house, ELSEWHERE) == {1: 20}
    assert await house.store.rows("SELECT * FROM card") != card
    now = await house.derived()
    assert await house.rebuilt() == now


async def test_places_bonuses_and_ratings_of_a_competition_follow(house):
    await play(house, [[True, True, False], [True, False, True], [False, False, False]])
    [[first]] = await house.store.rows("SELECT question_id FROM competition_round WHERE round = 2")
    ada = await house.store.rows(
        "SELECT place, bonus FROM competition_result WHERE member_id IN (1, 2) ORDER BY member_id"
    )
    assert ada == [(1, 30), (2, 20)]
    rating = dict(await house.store.rows("SELECT member_id, mu FROM rating"))
    await house.rule(int(first[1]), None)
    await house.regrade()
    assert await house.store.rows(
        "SELECT member_id, place, score > 2000, bonus FROM competition_result ORDER BY 1"
    ) == [
        (1, 1, 1, 30),
        (2, 2, 0, 20),
        (3, 3, 0, 0),
    ]
    await house.rule(int(first[1]), 1)
    await house.rule(
        int((await house.store.rows("SELECT question_id FROM competition_round WHERE round = 1"))[0][0][1]), None
    )
    await house.regrade()
    places = await house.store.rows("SELECT member_id, place, bonus FROM competition_result ORDER BY 1")
    assert places == [(1, 2, 20), (2, 1, 30), (3, 3, 0)]
    after = dict(await house.store.rows("SELECT member_id, mu FROM rating"))
    assert after[2] > after[1] and rating[1] > rating[2]
    assert await points(house, section="in:competition") == {1: 30, 2: 50, 3: 0}


async def test_who_only_answered_the_retired_question_has_no_line_and_no_rating_any_more(house):
    await house.start(ADA, BOB)
    for one in (ADA, BOB):
        await house.answer(one, right=True)
    first = (await house.state()).plans[0].question_id
    await house.next()
    while (await house.state()).phase == "asking":
        await house.answer(ADA, right=True)
        await house.next()
    await settled(house)
    await play(house, [[True] * 3, [False] * 3])
    await house.rule(int(first[1]), None)
    await house.regrade()
    assert await house.store.rows("SELECT member_id FROM competition_result WHERE competition_id = 1") == [(1,)]
    assert await house.store.rows("SELECT member_id, games FROM rating ORDER BY 1") == [(1, 1), (2, 1)]
    now = await house.derived()
    assert await house.rebuilt() == now
    await house.rule(int(first[1]), 1)
    await house.regrade()
    assert await house.store.rows("SELECT member_id, games FROM rating ORDER BY 1") == [(1, 2), (2, 2)]


async def test_a_competition_that_is_on_ends_by_its_old_key_and_is_graded_anew_after_its_podium(house):
    life_of(house.games).happenings.hear(GameEnded, lambda _event: house.regrading.wake())
    await house.start(ADA, BOB)
    number = int((await house.state()).plans[1].question_id[1])
    await house.rule(number, None)
    await house.regrade()
    for right in (ADA, BOB, ADA):
        for one in (ADA, BOB):
            await house.answer(one, one is right)
        await house.next()
    await settled(house)
    game = await house.games.view(house.game)
    await house.regrading.done()
    assert await house.store.rows("SELECT count(*) FROM answer WHERE void = 1") == [(2,)]
    assert game.state.plans[1].question_id == f"w{number}"
    assert await house.store.rows("SELECT member_id, place, answered FROM competition_result ORDER BY 1") == [
        (1, 1, 2),
        (2, 2, 2),
    ]
    now = await house.derived()
    assert await house.rebuilt() == now


async def test_a_competition_begun_after_the_decision_goes_by_the_new_key(house):
    for number in range(4):
        await house.rule(number, 2)
    await house.start(ADA, BOB)
    assert {plan.key for plan in (await house.state()).plans} == {2}
    again = await competitions.load(house.store, house.game)
    assert again.state.plans == (await house.state()).plans


async def test_an_answer_that_comes_while_it_is_swapped_in_is_neither_lost_nor_counted_twice(house):
    await house.quiz(ADA, 0, chosen=2)
    await house.rule(0, 2)
    read = regrading.inputs

    async def and_then_somebody_answers(*args):
        found = await read(*args)
        regrading.inputs = read
        await house.quiz(ADA, 2)
        return found

    regrading.inputs = and_then_somebody_answers
    try:
        await house.regrade()
    finally:
        regrading.inputs = read
    assert await points(house) == {1: 20}
    now = await house.derived()
    assert await house.rebuilt() == now


async def test_a_regrade_that_was_cut_off_anywhere_is_taken_up_by_the_next_start(house):
    await house.quiz(ADA, 0, chosen=2)
    await play(house, [[True, True, False], [True, False, True]])
    await house.quiz(BOB, 2, chosen=2)
    [[last]] = await house.store.rows("SELECT question_id FROM competition_round WHERE round = 1")
    await house.rule(int(last[1]), None)
    write, written = house.store.write, 0

    async def cut_off(job, after: int):
        nonlocal written
        written += 1
        if written > after:
            raise asyncio.CancelledError
        return await write(job)

    for after in range(12):
        written = 0
        house.store.write = lambda job, after=after: cut_off(job, after)
        house.regrading.wake()
        await house.regrading.done()
        house.store.write = write
    await house.regrade()
    assert await house.store.rows("SELECT count(*) FROM regrade WHERE done_ms IS NULL") == [(0,)]
    assert len(house.told.moves) == 1
    assert {(one.member_id, one.before, one.after) for one in house.told.moves[0].moved} == {(1, 1, 2), (2, 2, 1)}
    now = await house.derived()
    assert await house.rebuilt() == now


async def test_who_moved_is_told_once_also_when_the_line_was_cut(house):
    await play(house, [[True, True, False], [True, False, True]])
    [[last]] = await house.store.rows("SELECT question_id FROM competition_round WHERE round = 1")
    house.told.fails = 1
    await house.rule(int(last[1]), None)
    await house.regrade()
    assert house.told.moves == []
    await house.regrade()
    await house.regrade()
    [moves] = house.told.moves
    assert moves.channel_id == 60
    assert moves.names == {1: "Ada", 2: "Bob"}
    assert house.told.nonces == [
        f"studyhall-{row[0]}" for row in await house.store.rows("SELECT id FROM post WHERE kind = 'moves'")
    ]


async def test_a_competition_of_more_than_two_weeks_ago_is_graded_anew_but_not_told(house):
    await play(house, [[True, True, False], [True, False, True]])
    [[last]] = await house.store.rows("SELECT question_id FROM competition_round WHERE round = 1")
    house.clock.advance(15 * DAY)
    await house.rule(int(last[1]), None)
    await house.regrade()
    assert await house.store.rows("SELECT member_id, place FROM competition_result ORDER BY 1") == [(1, 2), (2, 1)]
    assert house.told.moves == []


async def test_those_who_hide_or_were_deleted_are_not_named(house):
    await play(house, [[True, True, False], [True, False, True], [False, False, False]])
    [[last]] = await house.store.rows("SELECT question_id FROM competition_round WHERE round = 1")
    await house.settings.set_hidden(BOB.member_id, hidden=True)
    await house.store.write(lambda tx: privacy.delete(tx, ADA.member_id, house.clock.now_ms()))
    await house.rule(int(last[1]), None)
    await house.regrade()
    [moves] = house.told.moves
    assert [one.hidden for one in moves.moved] == [True, True]
    assert moves.names == {}


async def test_who_left_the_server_is_not_named(house):
    await play(house, [[True, True, False], [True, False, True]])
    [[last]] = await house.store.rows("SELECT question_id FROM competition_round WHERE round = 1")
    left_ms = house.clock.now_ms() + 1
    await house.store.write(lambda tx: memberships.checked(tx, HALL, BOB.member_id, left_ms, is_there=False))
    await house.rule(int(last[1]), None)
    await house.regrade()
    [moves] = house.told.moves
    assert {one.member_id: one.hidden for one in moves.moved} == {ADA.member_id: False, BOB.member_id: True}


async def test_answers_of_a_deleted_member_are_graded_anew_and_count_on_no_board(house):
    await house.quiz(ADA, 0, chosen=2)
    await play(house, [[False, True, True], [True, True, False]])
    await house.store.write(lambda tx: privacy.delete(tx, ADA.member_id, house.clock.now_ms()))
    for number in range(3):
        await house.rule(number, 2)
    await house.regrade()
    rows = await house.store.rows(
        "SELECT correct FROM answer WHERE member_id < 0 AND question_id IN ('w0', 'w1', 'w2')"
    )
    chosen = await house.store.rows(
        "SELECT chosen = 2 FROM answer WHERE member_id < 0 AND question_id IN ('w0', 'w1', 'w2')"
    )
    assert rows == chosen
    assert set(await points(house)) == {BOB.member_id}
    now = await house.derived()
    assert await house.rebuilt() == now


async def test_statistics_of_a_question_go_by_the_courses_key_whatever_a_server_decided(house):
    await house.quiz(ADA, 0)
    await house.rule(0, 2)
    await house.regrade()
    [attempts] = [batch async for batch in statistics.first_attempts(house.store)]
    assert [one.right for one in attempts[0].attempts] == [True]


async def test_a_repair_puts_decisions_in_force_that_no_bot_has_graded_yet(house):
    await house.quiz(ADA, 0, chosen=2)
    await play(house, [[True, True, False], [True, False, True]])
    [[last]] = await house.store.rows("SELECT question_id FROM competition_round WHERE round = 1")
    await house.rule(0, 2)
    await house.rule(int(last[1]), None)
    await repair.repair_totals(house.store)
    repaired = await house.derived()
    await house.regrade()
    assert await house.derived() == repaired
    assert await house.store.rows("SELECT member_id, place FROM competition_result ORDER BY 1") == [(1, 2), (2, 1)]


async def test_a_regrade_touches_nobody_else(house):
    await play(house, [[True, False, True], [False, True, False]])
    await house.quiz(CLEO, 0)
    await house.quiz(CLEO, 3)
    before = await house.derived()
    chosen = {row[0] for row in await house.store.rows("SELECT question_id FROM competition_round")}
    [other] = {"w0", "w1", "w2", "w3"} - chosen
    await house.rule(int(other[1]), 2)
    await house.regrade()
    after = await house.derived()
    for table in ("marks", "key", "competition_result", "rating", "rating_before"):
        assert after[table] == before[table], table
    assert [row for row in after["answer"] if row[1] != 3] == [row for row in before["answer"] if row[1] != 3]
