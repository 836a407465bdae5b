"""A competition under everything that can happen, at any time, in any order, twice, forged."""

from random import Random
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.facts import Code, Fact
from bot.quiz.competition.events import (
    Answer,
    Ask,
    Cancel,
    Confide,
    End,
    Join,
    KeepWaiting,
    Leave,
    Lost,
    Opened,
    Pause,
    Resume,
    Reveal,
    ShowPodium,
    Skip,
    Start,
    TakeOver,
    Tick,
    Told,
    Verdict,
)
from bot.quiz.competition.game import step
from bot.quiz.competition.lobby import opened_by
from bot.quiz.competition.scoring import Scoring
from bot.quiz.competition.standings import standings, team_standings
from bot.quiz.competition.state import LIVE, Phase, RoundPlan, Rules
from bot.quiz.question.asking import Sureness

NOON = 1_795_348_800_000
MEMBERS = st.integers(1, 5)
HOST = 1
FACTORS = st.sampled_from([1.0, 1.5, 2.0])
LOBBY, ASKING, REVEALING, PAUSED = LIVE
EDGES = {
    LOBBY: {ASKING, REVEALING, Phase.CANCELLED},
    ASKING: {REVEALING, PAUSED, Phase.FINISHED},
    REVEALING: {ASKING, PAUSED, Phase.FINISHED, Phase.CANCELLED},
    PAUSED: {ASKING, REVEALING, Phase.FINISHED, Phase.CANCELLED},
    Phase.FINISHED: set(),
    Phase.CANCELLED: set(),
}


class AnyEvening(RuleBasedStateMachine):
    """Plays one game; after each event everything that must hold is checked."""

    @initialize(
        scoring=st.sampled_from(Scoring),
        orders=st.lists(st.permutations(range(4)).map(tuple) | st.permutations(range(3)).map(tuple), max_size=4),
        pace_ms=st.integers(120, 45_000),
        teams=st.sampled_from([0, 0, 2, 3]),
        factor=FACTORS,
        keys=st.lists(st.integers(0, 2), min_size=4, max_size=4),
        begins=st.sampled_from([True, True, True, True, True, False]),
        ready_ms=st.sampled_from([0, 3_000]),
    )
    def a_lobby_opens(self, scoring, orders, pace_ms, teams, factor, keys, begins, ready_ms) -> None:
        self.plans = tuple(RoundPlan(f"q{n}", keys[n], order, n * 700) for n, order in enumerate(orders))
        rules = Rules(max(1, len(orders)), pace_ms, 5_000, 60_000, scoring, teams, ready_ms=ready_ms)
        self.now = NOON
        self.first = self.state = opened_by(HOST, rules, NOON, factor)
        self.told: list[tuple[object, int]] = []
        self.counted: dict[tuple[int, int], tuple[int, int]] = {}
        self.shown: list[object] = []
        self.factors_when_asked: dict[int, float] = {}
        self.left_since: set[int] = set()
        if begins:
            self.happens(Join(2, factor))
            self.happens(Start(self.plans, HOST), 1_000)

    def happens(self, event: object, after_ms: int = 0) -> None:
        self.now += after_ms
        before, now = self.state, self.now
        self.state, effects = step(before, event, now)
        self.told.append((event, now))
        self.shown += [effect for effect in effects if isinstance(effect, Ask | Reveal | ShowPodium)]
        said = [effect for effect in effects if isinstance(effect, Told)]
        assert len(said) == (0 if isinstance(event, Tick | Opened | Lost) else 1)
        self.check_edge(before)
        self.check_answers(before, event, said)
        self.check_time_is_given_back(before, event)
        if any(isinstance(effect, Ask) for effect in effects):
            self.left_since = {player.member_id for player in self.state.players if player.gone}
            self.factors_when_asked = {player.member_id: player.time_factor for player in self.state.players}

    def check_edge(self, before) -> None:
        if self.state.phase is not before.phase:
            assert self.state.phase in EDGES[before.phase]
        if self.state.phase is Phase.CANCELLED:  # what was played is never thrown away
            assert self.state.round < 0
        if before.phase not in LIVE:
            assert self.state == before
        assert self.state.round in (before.round, before.round + 1)

    def check_answers(self, before, event, said) -> None:
        """The first answer of a member in a round stays; no other event makes one."""
        if said and said[0].verdict is Verdict.LOCKED_IN:
            place = (event.round, event.member_id)
            assert place not in self.counted
            answer = self.state.answers[event.member_id]
            assert (answer.given, event.round) == (before.plan.lettering.given(event.choice), before.round)
            self.counted[place] = answer.given, answer.elapsed_ms
        now = {(self.state.round, member): (one.given, one.elapsed_ms) for member, one in self.state.answers.items()}
        assert now == {place: one for place, one in self.counted.items() if place[0] == self.state.round}
        for number, played in enumerate(self.state.played):
            for member, answer in played.answers.items():
                assert self.counted[number, member] == (answer.given, answer.elapsed_ms)
            assert played.answers.keys() == played.marks.keys()

    def check_time_is_given_back(self, before, event) -> None:
        if before.phase is PAUSED and self.state.phase is ASKING and before.round == self.state.round:
            left = before.deadline_ms - before.paused_at_ms
            assert left <= self.state.deadline_ms - self.now < left + 1_000
        if isinstance(event, Lost) and before.phase is ASKING:
            away = max(0, self.now - event.since_ms)
            assert 0 <= self.state.deadline_ms - (before.deadline_ms + away) < 1_000

    # What can happen

    @rule(ms=st.integers(0, 70_000))
    def time_passes(self, ms) -> None:
        self.happens(Tick(), ms)

    @precondition(lambda self: self.state.wake_ms is not None and self.state.wake_ms > self.now)
    @rule(early_ms=st.sampled_from([0, 0, 0, 0, 0, 1]))
    def the_time_comes(self, early_ms) -> None:
        self.happens(Tick(), self.state.wake_ms - self.now - early_ms)

    @rule(member=MEMBERS, factor=FACTORS)
    def somebody_joins(self, member, factor) -> None:
        self.happens(Join(member, factor))

    @rule(member=MEMBERS)
    def somebody_leaves(self, member) -> None:
        self.happens(Leave(member))
        self.left_since.add(member)

    @rule(by=st.none() | MEMBERS, manager=st.booleans())
    def it_starts(self, by, manager) -> None:
        self.happens(Start(self.plans, by, manager))

    @precondition(lambda self: self.state.phase is not LOBBY)
    @rule(late_ms=st.integers(0, 20_000), off=st.sampled_from([0, 0, 0, 0, -1, 1, 7]))
    def a_message_is_there(self, late_ms, off) -> None:
        self.happens(Opened(self.state.round + off, self.now + late_ms), late_ms)

    @rule(
        member=MEMBERS,
        off=st.sampled_from([0, 0, 0, 0, 0, -1, 1, -50, 2**60]),
        choice=st.sampled_from([0, 1, 2, 2, 1, 3, -1, 9]),
        stamp_off=st.integers(-4_000, 0),
        after_ms=st.integers(0, 3_000),
        factor=FACTORS,
    )
    def somebody_clicks(self, member, off, choice, stamp_off, after_ms, factor) -> None:
        stamp = self.now + after_ms + stamp_off
        self.happens(Answer(member, self.state.round + off, choice, stamp, factor), after_ms)

    @rule(member=MEMBERS, off=st.sampled_from([0, 0, 0, -1, 1]), sure=st.sampled_from(Sureness), ms=st.integers(-9, 9))
    def somebody_says_how_sure_they_are(self, member, off, sure, ms) -> None:
        self.happens(Confide(member, self.state.round + off, sure, self.now + ms * 1_000))

    @rule(
        event=st.sampled_from([Pause, Resume, Resume, KeepWaiting, Skip, End]),
        by=MEMBERS,
        manager=st.booleans(),
        ms=st.integers(0, 5_000),
    )
    def somebody_leads(self, event, by, manager, ms) -> None:
        if event is End and ms > 500:  # most games should go on
            return
        more: dict[str, Any] = {}
        if event is Skip:
            more = {"round": self.state.round, "over": Phase.REVEALING in (self.state.phase, self.state.paused_phase)}
        self.happens(event(by=by, manager=manager, **more), ms)

    @rule(ms=st.integers(0, 9_000))
    def a_trouble_stops_the_clock(self, ms) -> None:
        self.happens(Pause(Fact(Code.NOT_TAKEN)), ms)

    @rule(by=MEMBERS, rarely=st.integers(0, 5))
    def somebody_cancels(self, by, rarely) -> None:
        if rarely == 0:
            self.happens(Cancel(by))

    @rule(beat_ago_ms=st.integers(-50, 2_000), away_ms=st.integers(0, 90_000))
    def the_bot_was_away(self, beat_ago_ms, away_ms) -> None:
        self.happens(Lost(self.now - beat_ago_ms), away_ms)

    @rule(member=MEMBERS)
    def a_manager_takes_over(self, member) -> None:
        self.happens(TakeOver(member))

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def something_comes_a_second_time(self, data) -> None:
        event, _ = data.draw(st.sampled_from(self.told))
        self.happens(event)

    # What always holds

    @invariant()
    def the_deadline_is_a_whole_second_while_a_round_is_on(self) -> None:
        if ASKING in (self.state.phase, self.state.paused_phase):
            assert self.state.deadline_ms % 1_000 == 0

    @invariant()
    def something_comes_by_itself_until_the_game_is_over(self) -> None:
        if self.state.phase in LIVE:
            assert self.state.wake_ms is not None
        else:
            assert self.state.wake_ms is None

    @invariant()
    def a_pause_says_why_and_remembers_where_it_goes_on(self) -> None:
        paused = self.state.phase is PAUSED
        assert bool(self.state.paused_phase) == paused
        assert (self.state.paused_at_ms is not None) == paused
        if paused:
            assert self.state.reason

    @invariant()
    def nobodys_own_time_is_shortened(self) -> None:
        state = self.state
        if state.phase is not ASKING or state.opened_ms is None:
            return
        for member, factor in self.factors_when_asked.items():
            if member in self.left_since:  # nobody waits for them, and they may come back late
                continue
            own_ms = round((state.rules.pace_ms + state.plan.reading_ms) * factor)
            assert own_ms == state.own_ms(member)
            assert state.deadline_ms - state.opened_ms - state.paused_in_round_ms >= own_ms

    @invariant()
    def scores_are_what_the_preset_allows(self) -> None:
        scoring = self.state.rules.scoring
        for line in standings(self.state):
            if scoring is not Scoring.CERTAINTY:
                assert line.score >= 0
            if scoring is Scoring.CLASSIC:
                assert 0 <= line.score - 1_000 * line.right < 500
            if scoring is Scoring.STUDY:
                assert line.score == line.right
            if scoring is Scoring.SPRINT:
                assert 500 * line.right <= line.score <= 1_000 * line.right

    @invariant()
    def places_are_shared_by_equal_scores_alone(self) -> None:
        lines = standings(self.state)
        assert sorted(line.member_id for line in lines) == sorted(player.member_id for player in self.state.players)
        for line in lines:
            assert line.place == 1 + sum(other.score > line.score for other in lines)
        for team, _average in team_standings(self.state):
            assert 1 <= team <= self.state.rules.teams

    @invariant()
    def every_round_is_asked_once_and_revealed_once_in_order(self) -> None:
        wanted: list[object] = []
        for number in range(self.state.round + 1):
            wanted += [Ask(number), Reveal(number)]
        if self.state.phase is Phase.FINISHED:
            wanted.append(ShowPodium())
        elif ASKING in (self.state.phase, self.state.paused_phase):
            wanted.pop()
        assert self.shown == wanted

    @invariant()
    def a_member_is_a_player_once(self) -> None:
        ids = [player.member_id for player in self.state.players]
        assert len(ids) == len(set(ids))
        assert set(self.state.answers) <= set(ids)

    def teardown(self) -> None:
        """The stored events, played again, give the same game."""
        if not hasattr(self, "first"):
            return
        again = self.first
        for event, now in self.told:
            again, _ = step(again, event, now)
        assert again == self.state


AnyEvening.TestCase.settings = settings(max_examples=300, stateful_step_count=50, deadline=None)
test_whatever_happens_the_rules_hold = AnyEvening.TestCase


@pytest.mark.parametrize("seed", range(40))
def test_long_games_of_many_events_hold_the_rules_too(seed):
    chance = Random(seed)
    game = AnyEvening()
    orders = [tuple(chance.sample(range(4), 4)) for _ in range(chance.randint(3, 8))]
    keys = [chance.randint(0, 2) for _ in orders]
    factors = (1.0, 1.5, 2.0)
    game.a_lobby_opens(
        chance.choice(list(Scoring)),
        orders,
        chance.randint(12_000, 45_000),
        chance.choice((0, 3)),
        1.0,
        keys,
        begins=True,
        ready_ms=chance.choice((0, 3_000)),
    )
    member = lambda: chance.randint(1, 5)  # noqa: E731
    happenings = (
        (30, lambda: game.happens(Answer(member(), game.state.round, chance.randint(0, 3), game.now - 9, 1.0))),
        (8, lambda: game.somebody_clicks(member(), chance.choice((-1, 0, 1)), 4, -2_000, 500, chance.choice(factors))),
        (12, lambda: game.somebody_says_how_sure_they_are(member(), 0, chance.choice(list(Sureness)), 0)),
        (12, lambda: game.a_message_is_there(chance.randint(0, 2_000), 0)),
        (8, lambda: game.time_passes(chance.randint(0, 3_000))),
        # A pause is ended by somebody, so that games stay long.
        (
            12,
            lambda: (
                game.state.phase in (ASKING, REVEALING) and game.happens(Tick(), max(0, game.state.wake_ms - game.now))
            ),
        ),
        (3, lambda: game.somebody_leads(Pause, HOST, manager=True, ms=900)),
        (8, lambda: game.somebody_leads(Resume, HOST, manager=True, ms=900)),
        (1, lambda: game.somebody_leads(Skip, HOST, manager=True, ms=900)),
        (2, lambda: game.somebody_joins(member(), chance.choice(factors))),
        (2, lambda: game.the_bot_was_away(chance.randint(0, 1_500), chance.randint(0, 9_000))),
        (3, lambda: game.happens(chance.choice(game.told)[0])),
    )
    acts = [act for weight, act in happenings for _ in range(weight)]
    for _ in range(300):
        chance.choice(acts)()
        game.the_deadline_is_a_whole_second_while_a_round_is_on()
        game.something_comes_by_itself_until_the_game_is_over()
        game.a_pause_says_why_and_remembers_where_it_goes_on()
        game.nobodys_own_time_is_shortened()
        game.scores_are_what_the_preset_allows()
        game.places_are_shared_by_equal_scores_alone()
        game.every_round_is_asked_once_and_revealed_once_in_order()
        game.a_member_is_a_player_once()
    assert game.state.played
    assert game.counted
    game.teardown()
