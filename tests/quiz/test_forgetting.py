"""A member is taken out of a competition: wherever it is, nothing of them is left, and the others play on."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.facts import Code, Fact
from bot.quiz.competition.events import (
    Answer,
    Ask,
    Confide,
    End,
    Forget,
    Join,
    Leave,
    Opened,
    Pause,
    Resume,
    Reveal,
    ShowLobby,
    ShowPodium,
    ShowRound,
    Skip,
    Start,
    TakeOver,
    Tick,
    Told,
)
from bot.quiz.competition.game import step
from bot.quiz.competition.lobby import opened_by
from bot.quiz.competition.scoring import Scoring
from bot.quiz.competition.standings import standings
from bot.quiz.competition.state import LIVE, NOBODY, Competition, Phase, RoundPlan, Rules
from bot.quiz.question.asking import Sureness

NOON = 1_795_348_800_000
RULES = Rules(rounds=3, pace_ms=12_000, reveal_ms=5_000, lobby_ms=60_000)
PLANS = tuple(RoundPlan(f"q{n}", 1, (0, 1, 2, 3)) for n in range(3))
HOST, OTHER, THIRD = 81_330_001, 81_330_002, 81_330_003  # no number of anything else


def play(state: Competition, *events: object, now: int = NOON + 2_000) -> Competition:
    for event in events:
        state, _ = step(state, event, now)  # type: ignore[arg-type]
    return state


def lobby(rules: Rules = RULES, *others: int) -> Competition:
    return play(opened_by(HOST, rules, NOON), *(Join(one) for one in others))


def asking(*others: int, rules: Rules = RULES) -> Competition:
    return play(lobby(rules, *others), Start(PLANS, HOST), Opened(0, NOON + 2_000))


def shown(effects: list) -> list:
    return [effect for effect in effects if not isinstance(effect, Told)]


def test_in_a_lobby_the_next_player_leads():
    state, effects = step(lobby(RULES, OTHER, THIRD), Forget(HOST), NOON)
    assert (state.host_id, [player.member_id for player in state.players]) == (OTHER, [OTHER, THIRD])
    assert (state.phase, state.wake_ms) == (Phase.LOBBY, state.starts_ms)
    assert shown(effects) == [ShowLobby()]


def test_a_host_who_had_left_the_lobby_is_forgotten_too():
    state = play(lobby(RULES, OTHER), Leave(HOST), Forget(HOST))
    assert (state.host_id, state.host_left_ms, state.wake_ms) == (OTHER, None, state.starts_ms)


def test_a_lobby_with_nobody_left_is_cancelled():
    state, effects = step(lobby(), Forget(HOST), NOON)
    assert (state.phase, state.host_id, state.wake_ms) == (Phase.CANCELLED, NOBODY, None)
    assert state.reason == Fact(Code.EVERYBODY_LEFT)
    assert shown(effects) == [ShowLobby()]


def test_when_all_others_have_answered_the_round_ends():
    state = play(asking(OTHER), Answer(OTHER, 0, 1, NOON + 3_000))
    state, effects = step(state, Forget(HOST), NOON + 4_000)
    assert state.wake_ms == NOON + 4_000
    assert shown(effects) == [ShowRound(0)]
    state, effects = step(state, Tick(), NOON + 4_000)
    assert set(state.played[0].answers) == {OTHER}


def test_marks_of_earlier_rounds_go_and_those_of_others_stay():
    state = play(asking(OTHER), Answer(HOST, 0, 1, NOON + 3_000), Answer(OTHER, 0, 1, NOON + 4_000))
    state = play(state, Tick(), now=NOON + 4_000)
    before = {line.member_id: line.score for line in standings(state)}
    state, effects = step(state, Forget(HOST), NOON + 4_500)
    assert {line.member_id: line.score for line in standings(state)} == {OTHER: before[OTHER]}
    assert (state.phase, shown(effects)) == (Phase.REVEALING, [ShowRound(0)])


def test_a_round_that_only_they_played_ends_the_game():
    state, effects = step(asking(), Forget(HOST), NOON + 4_000)
    assert state.phase is Phase.FINISHED
    assert shown(effects) == [Reveal(0), ShowPodium()]
    assert standings(state) == []


def test_a_paused_game_stays_paused():
    state, _ = step(play(asking(OTHER), Pause(by=HOST)), Forget(HOST), NOON + 4_000)
    assert (state.phase, state.paused_phase, state.host_id) == (Phase.PAUSED, Phase.ASKING, OTHER)
    assert play(state, Resume(by=OTHER)).phase is Phase.ASKING


@pytest.mark.parametrize("gone", [HOST, OTHER])
def test_a_duel_ends_without_a_podium_for_one(gone):
    rules = replace(RULES, duel=True)
    waiting, _ = step(lobby(rules), Forget(gone), NOON)
    assert (waiting.phase, waiting.reason) == (Phase.CANCELLED, Fact(Code.ONE_OF_TWO_LEFT))
    state, effects = step(asking(OTHER, rules=rules), Forget(gone), NOON + 4_000)
    assert state.phase is Phase.FINISHED
    assert shown(effects) == [Reveal(0), ShowPodium()]


MEMBERS = (HOST, OTHER, THIRD)


def any_event(chance: Random, state: Competition, now: int) -> object:
    member, number = chance.choice(MEMBERS), state.round
    return chance.choice(
        [
            Join(member, chance.choice((1.0, 2.0))),
            Leave(member),
            Start(PLANS, HOST, manager=True),
            Start(PLANS, HOST, manager=True),
            Opened(number, now),
            *[Answer(member, number, chance.randint(0, 3), now)] * 4,
            Confide(member, number, chance.choice(list(Sureness)), now),
            *[Tick()] * 4,
            Pause(by=HOST, manager=True),
            Resume(by=HOST, manager=True),
            Skip(HOST, number, Phase.REVEALING in (state.phase, state.paused_phase), manager=True),
            End(HOST, manager=True) if chance.random() < 0.1 else Tick(),
            TakeOver(member),
        ]
    )


@given(st.integers(0, 2**32), st.sampled_from(Scoring), st.sampled_from([0, 2]), st.integers(0, 40))
@settings(max_examples=200, deadline=None)
def test_at_any_moment_nothing_of_them_is_left_and_the_others_can_play_to_the_end(seed, scoring, teams, steps):
    chance, now = Random(seed), NOON
    state = opened_by(HOST, replace(RULES, scoring=scoring, teams=teams), NOON)
    for _ in range(steps):
        wake = state.wake_ms
        now = wake if wake and wake > now and chance.random() < 0.3 else now + chance.randint(1, 2_000)
        state, _ = step(state, any_event(chance, state, now), now)  # type: ignore[arg-type]
    gone = chance.choice(MEMBERS)
    was_on = state.phase in LIVE
    state, _ = step(state, Forget(gone), now)
    if not was_on:
        return
    assert str(gone) not in repr(state)
    for _ in range(30):
        if state.phase not in LIVE or state.phase in (Phase.LOBBY, Phase.PAUSED):
            return
        now = max(now + 1, state.wake_ms or 0)
        state, effects = step(state, Tick(), now)
        if any(isinstance(effect, Ask) for effect in effects) or state.opened_ms is None:
            state, _ = step(state, Opened(state.round, now), now)
    raise AssertionError(f"the game hangs: {state}")
