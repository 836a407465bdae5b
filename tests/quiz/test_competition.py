"""The rules of a competition, moment by moment."""

from collections import Counter
from dataclasses import replace
from functools import partial
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.facts import Code, fact
from bot.quiz.competition.events import (
    Answer,
    Ask,
    CallPlayers,
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
    ShowLobby,
    ShowPodium,
    ShowRound,
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
from bot.quiz.competition.state import (
    DRAIN_MS,
    HEIR_MS,
    SILENCE_ENDS_MS,
    Competition,
    Phase,
    RoundAnswer,
    RoundPlan,
    Rules,
)
from bot.quiz.competition.stored_answers import with_stored
from bot.quiz.question.asking import Sureness, chose

NOON = 1_795_348_800_000
HOST, GRACE, LINUS = 1, 2, 3
PACE, REVEAL, LOBBY = 20_000, 10_000, 180_000
RULES = Rules(rounds=3, pace_ms=PACE, reveal_ms=REVEAL, lobby_ms=LOBBY)
PLANS = (RoundPlan("q0", 1, (0, 1, 2, 3)), RoundPlan("q1", 1, (3, 2, 1, 0), 1_200), RoundPlan("q2", 0, (2, 0, 1)))
RIGHT = (1, 2, 1)
"""Behind which letter the key stands, round by round."""


class Evening:
    """A game that is played by telling it what happens, and when."""

    def __init__(self, rules: Rules = RULES, *players: int, factor: float = 1.0) -> None:
        self.now = NOON
        self.state: Competition = opened_by(HOST, rules, NOON, factor)
        self.effects: list[object] = []
        for player in players:
            self.does(Join(player))

    def does(self, event, after_ms: int = 0) -> Verdict | None:
        self.now += after_ms
        self.state, self.effects = step(self.state, event, self.now)
        return next((effect.verdict for effect in self.effects if isinstance(effect, Told)), None)

    def starts(self, plans: tuple[RoundPlan, ...] = PLANS, opened_after_ms: int = 100) -> "Evening":
        self.does(Start(plans, HOST))
        self.opens(opened_after_ms)
        return self

    def opens(self, after_ms: int = 100) -> None:
        self.does(Opened(self.state.round, self.now + after_ms), after_ms)

    def picks(self, member: int, choice: int, after_ms: int = 0) -> Verdict | None:
        return self.does(Answer(member, self.state.round, choice, self.now + after_ms), after_ms)

    def waits(self) -> None:
        """Until the next thing happens by itself."""
        self.now = self.state.wake_ms
        self.does(Tick())

    @property
    def scores(self) -> dict[int, int]:
        return {line.member_id: line.score for line in standings(self.state)}


def test_a_whole_game_goes_from_the_lobby_through_its_rounds_to_the_podium():
    game = Evening(RULES, GRACE)
    assert game.state.phase is Phase.LOBBY
    game.starts()
    for number in range(3):
        assert (game.state.phase, game.state.round) == (Phase.ASKING, number)
        game.picks(HOST, RIGHT[number], 900)
        game.picks(GRACE, 0, 900)
        game.waits()
        assert game.state.phase is Phase.REVEALING
        assert Reveal(number) in game.effects
        game.waits()
        if number < 2:
            assert game.effects == [Ask(number + 1)]
            game.opens()
    assert game.state.phase is Phase.FINISHED
    assert game.effects == [ShowPodium()]
    [first, second] = standings(game.state)
    assert (first.member_id, first.place, first.right, first.answered, first.median_ms) == (HOST, 1, 3, 3, 900)
    assert (second.member_id, second.place, second.score) == (GRACE, 2, 0)


def test_when_all_who_joined_have_answered_the_round_ends_at_once():
    game = Evening(RULES, GRACE).starts()
    game.picks(HOST, 0, 500)
    assert game.state.wake_ms > game.now
    game.picks(GRACE, 0, 500)
    assert game.state.wake_ms == game.now


def test_a_member_who_joined_late_just_answers_and_is_waited_for_in_the_next_round():
    game = Evening().starts()
    assert game.picks(LINUS, RIGHT[0], 700) is Verdict.LOCKED_IN
    assert game.picks(HOST, RIGHT[0], 100) is Verdict.LOCKED_IN
    game.waits()
    assert game.scores[LINUS] > 1_000
    game.waits()
    game.opens()
    game.picks(HOST, 0, 100)
    assert game.state.wake_ms > game.now


def test_the_first_answer_counts_and_later_ones_are_told_so():
    game = Evening(RULES, GRACE).starts()
    assert game.picks(HOST, 2, 400) is Verdict.LOCKED_IN
    assert game.picks(HOST, 1, 400) is Verdict.HAD_LOCKED_IN
    assert Told(Verdict.HAD_LOCKED_IN, chose(PLANS[0].order[2])) in game.effects
    assert game.state.answers[HOST].given == chose(PLANS[0].order[2])


@pytest.mark.parametrize(
    ("late_by_ms", "verdict"), [(-1, Verdict.LOCKED_IN), (0, Verdict.LOCKED_IN), (1, Verdict.CLOSED)]
)
def test_the_stamp_of_the_click_decides_whether_it_was_in_time(late_by_ms, verdict):
    game = Evening(RULES, GRACE).starts()
    stamp_ms = game.state.deadline_ms + late_by_ms
    game.now = game.state.deadline_ms + DRAIN_MS - 1
    game.does(Tick())
    assert game.does(Answer(HOST, 0, 1, stamp_ms)) is verdict


def test_a_click_made_in_time_that_arrives_after_the_drain_comes_too_late():
    game = Evening(RULES, GRACE).starts()
    stamp_ms = game.state.deadline_ms
    game.waits()
    assert game.now == stamp_ms + DRAIN_MS
    assert game.does(Answer(HOST, 0, 1, stamp_ms)) is Verdict.CLOSED
    assert HOST not in game.state.answers


@pytest.mark.parametrize("choice", [-1, 4, 99])
def test_a_letter_that_the_question_does_not_have_counts_for_nothing(choice):
    game = Evening().starts()
    assert game.picks(HOST, choice) is Verdict.NO_SUCH_OPTION
    assert not game.state.answers


def test_a_click_on_another_round_is_told_what_it_is():
    game = Evening(RULES, GRACE).starts()
    game.picks(HOST, 0)
    assert game.does(Answer(GRACE, 1, 0, game.now)) is Verdict.NOT_OPEN
    assert game.does(Answer(GRACE, -1, 0, game.now)) is Verdict.NOT_OPEN
    game.waits()
    game.waits()
    assert game.does(Answer(GRACE, 0, 0, game.now)) is Verdict.CLOSED


@pytest.mark.parametrize("opened_after_ms", [0, 1, 437, 999, 1_000])
@pytest.mark.parametrize("pace_ms", [12_000, 12_345])
def test_the_deadline_is_a_whole_second_and_leaves_everybody_their_time(opened_after_ms, pace_ms):
    game = Evening(replace(RULES, pace_ms=pace_ms)).starts(opened_after_ms=opened_after_ms)
    assert game.state.deadline_ms % 1_000 == 0
    left = game.state.deadline_ms - game.state.opened_ms
    assert pace_ms <= left <= pace_ms + 2_000


def test_a_message_that_reached_the_channel_late_shortens_nobodys_time():
    game = Evening().starts(opened_after_ms=9_300)
    assert game.state.deadline_ms - game.state.opened_ms >= PACE
    assert game.state.deadline_ms % 1_000 == 0
    assert ShowRound(0) in game.effects
    assert game.state.wake_ms == game.state.deadline_ms + DRAIN_MS


def test_a_click_on_a_message_that_came_late_and_is_not_known_yet_is_in_time():
    game = Evening(RULES, GRACE)
    game.does(Start(PLANS, HOST))
    stamp_ms = game.state.deadline_ms + 5_000
    game.now = stamp_ms
    assert game.does(Answer(GRACE, 0, RIGHT[0], stamp_ms)) is Verdict.LOCKED_IN
    game.does(Tick())
    assert game.state.phase is Phase.ASKING
    game.does(Opened(0, stamp_ms - 400))
    assert game.state.deadline_ms >= stamp_ms - 400 + PACE


def test_a_round_whose_message_is_not_in_the_channel_yet_does_not_end():
    game = Evening()
    game.does(Start(PLANS, HOST))
    game.waits()
    assert (game.state.phase, game.state.round) == (Phase.ASKING, 0)
    assert game.state.wake_ms > game.now
    game.opens()
    assert game.state.deadline_ms - game.state.opened_ms >= PACE


@pytest.mark.parametrize("factor", [1.5, 2.0])
def test_with_a_player_who_has_extra_time_the_deadline_covers_the_longest(factor):
    game = Evening()
    game.does(Join(GRACE, factor))
    game.starts()
    assert game.state.deadline_ms - game.state.opened_ms >= PACE * factor
    game.picks(HOST, RIGHT[0], PACE)
    game.picks(GRACE, RIGHT[0], round(PACE * (factor - 1)))
    game.waits()
    assert game.scores[HOST] == game.scores[GRACE] == 1_000


def test_reading_time_is_part_of_a_question_with_code():
    game = Evening().starts(PLANS[1:])
    assert game.state.deadline_ms - game.state.opened_ms >= PACE + 1_200


# Pausing


def test_the_time_of_a_pause_is_given_back_and_no_part_of_anybodys_answer():
    game = Evening(RULES, GRACE).starts()
    left = game.state.deadline_ms - (game.now + 3_000)
    assert game.does(Pause(by=HOST), 3_000) is Verdict.DONE
    assert game.picks(GRACE, 0) is Verdict.PAUSED
    assert game.does(Resume(by=HOST), 60_000) is Verdict.DONE
    assert left <= game.state.deadline_ms - game.now < left + 1_000
    game.picks(HOST, 0, 1_000)
    assert game.state.answers[HOST].elapsed_ms == 4_000


def test_a_pause_that_began_before_the_message_was_there_takes_nothing_from_an_answers_time():
    game = Evening(RULES, GRACE)
    game.does(Start(PLANS, HOST))
    game.does(Pause(by=HOST), 50)
    game.opens(2_000)
    game.does(Resume(by=HOST), 1_000)
    game.picks(HOST, 0, 3_000)
    assert game.state.answers[HOST].elapsed_ms == 3_000


def test_the_time_that_the_bot_was_away_is_given_back_from_the_messages_stamp_on():
    game = Evening(RULES, GRACE).starts(opened_after_ms=700)
    left = game.state.deadline_ms - game.now
    since = game.now - 500  # the last sign of life was before the message
    game.does(Lost(since), 5_000)
    assert left <= game.state.deadline_ms - game.now <= left + 1_500
    game.picks(HOST, 0, 2_000)
    assert game.state.answers[HOST].elapsed_ms == 2_000


@pytest.mark.parametrize("posted_after_ms", [300, 6_000], ids=["before it went away", "when it was back"])
def test_the_time_away_counts_for_nobody_although_the_messages_id_came_to_be_known_later(posted_after_ms):
    game = Evening(RULES, GRACE)
    game.does(Start(PLANS, HOST))
    posted_ms = game.now + posted_after_ms
    game.does(Lost(game.now + 1_000), 6_000)
    game.now = max(game.now, posted_ms)
    game.does(Opened(0, posted_ms))
    assert (ShowRound(0) in game.effects) == (posted_after_ms == 300)  # the old message has the old deadline
    on_ms = 1_000 - 300 if posted_after_ms == 300 else 0
    game.picks(HOST, 0, 2_000)
    assert game.state.answers[HOST].elapsed_ms == on_ms + 2_000
    assert game.state.deadline_ms - posted_ms - game.state.paused_in_round_ms >= PACE


def test_a_round_that_all_had_answered_when_the_bot_went_away_ends_at_once_when_it_is_back():
    game = Evening().starts()
    game.picks(HOST, 0, 1_000)
    game.does(Lost(game.now), 5_000)
    assert game.state.wake_ms == game.now


def test_a_round_that_is_over_is_closed_although_the_game_is_paused():
    game = Evening(RULES, GRACE).starts()
    game.picks(HOST, 0)
    game.waits()
    game.does(Pause(by=HOST))
    assert game.picks(GRACE, 0) is Verdict.CLOSED


def test_going_on_after_a_pause_between_rounds_takes_the_word_paused_from_the_message():
    game = Evening().starts()
    game.picks(HOST, 0)
    game.waits()
    game.does(Pause(by=HOST))
    game.does(Resume(by=HOST))
    assert ShowRound(0) in game.effects
    game.waits()
    assert game.state.round == 1


def test_two_rounds_without_any_answer_pause_the_game_and_say_so():
    game = Evening().starts()
    game.waits()
    assert game.state.phase is Phase.REVEALING
    game.waits()
    game.opens()
    game.waits()
    assert game.state.phase is Phase.PAUSED
    assert game.state.reason == fact(Code.SILENT_ROUNDS, rounds=2)
    assert game.state.wake_ms == game.now + SILENCE_ENDS_MS
    game.does(Resume(by=HOST))
    game.waits()
    assert (game.state.phase, game.state.round) == (Phase.ASKING, 2)


def paused_by_silence(game: Evening) -> None:
    game.waits()
    game.waits()
    game.opens()
    game.waits()


@pytest.mark.parametrize(
    ("pauses", "minutes"),
    [
        (paused_by_silence, 10),
        (lambda game: game.does(Pause(by=HOST)), 60),
        (lambda game: game.does(Pause(by=LINUS, manager=True)), 60),
        (lambda game: game.does(Pause(fact(Code.GAME_CHANNEL_LOST, why="Missing Access"))), 24 * 60),
    ],
)
def test_a_pause_that_nobody_ends_ends_the_game_with_what_was_played(pauses, minutes):
    game = Evening(RULES, GRACE).starts()
    pauses(game)
    asked = game.state.round + 1
    game.does(Tick(), minutes * 60_000 - 1)
    assert game.state.phase is Phase.PAUSED
    game.does(Tick(), 1)
    assert (game.state.phase, len(game.state.played)) == (Phase.FINISHED, asked)
    assert game.effects[-1] == ShowPodium()
    assert game.state.reason.code is Code.NOT_RESUMED
    assert ShowRound(game.state.round) in game.effects  # which said that it waits


def test_keep_waiting_gives_a_pause_another_hour_and_never_takes_time_from_it():
    game = Evening(RULES, GRACE).starts()
    assert game.does(KeepWaiting(by=HOST)) is Verdict.NOTHING_TO_DO
    game.does(Pause(by=HOST))
    assert game.does(KeepWaiting(by=GRACE)) is Verdict.NOT_ALLOWED
    assert game.does(KeepWaiting(by=HOST), 50 * 60_000) is Verdict.DONE
    game.does(Tick(), 59 * 60_000)
    assert game.state.phase is Phase.PAUSED
    game.waits()
    assert game.state.phase is Phase.FINISHED
    lost = Evening(RULES, GRACE).starts()
    lost.does(Pause(fact(Code.GAME_CHANNEL_LOST, why="Missing Access")))
    ends_ms = lost.state.wake_ms
    lost.does(KeepWaiting(by=HOST), 60_000)
    assert lost.state.wake_ms == ends_ms


def test_time_that_the_bot_was_away_does_not_count_for_a_pause():
    game = Evening(RULES, GRACE).starts()
    game.does(Pause(by=HOST))
    ends_ms, away_ms = game.state.wake_ms, 3 * 3_600_000
    game.does(Lost(game.now), away_ms)
    assert game.state.wake_ms == ends_ms + away_ms
    assert ShowRound(0) in game.effects  # its message names the new end


def test_a_pause_from_a_version_in_which_none_had_an_end_gets_one():
    game = Evening(RULES, GRACE).starts()
    game.does(Pause(by=HOST))
    game.state = replace(game.state, wake_ms=None)
    game.does(Lost(game.now), 86_400_000)
    assert game.state.wake_ms == game.now + 3_600_000
    game.waits()
    assert game.state.phase is Phase.FINISHED


def test_silence_in_the_last_round_is_no_reason_to_pause():
    game = Evening().starts(PLANS[:2])
    game.waits()
    game.waits()
    game.opens()
    game.waits()
    game.waits()
    assert game.state.phase is Phase.FINISHED


def test_a_skipped_round_counts_for_nothing():
    game = Evening(RULES, GRACE).starts()
    game.picks(GRACE, RIGHT[0], 300)
    assert game.does(Skip(HOST, 0)) is Verdict.DONE
    assert Reveal(0) in game.effects
    assert game.scores == {HOST: 0, GRACE: 0}


def test_a_second_press_on_skip_does_not_take_the_pause_and_one_for_the_pause_not_the_next_round():
    game = Evening(RULES, GRACE).starts()
    assert [game.does(Skip(HOST, 0)), game.does(Skip(HOST, 0))] == [Verdict.DONE, Verdict.NOTHING_TO_DO]
    assert game.state.phase is Phase.REVEALING
    assert game.does(Skip(HOST, 0, over=True)) is Verdict.DONE
    game.waits()
    assert (game.state.phase, game.state.round) == (Phase.ASKING, 1)
    game.opens()
    game.picks(GRACE, RIGHT[1], 300)
    assert game.does(Skip(HOST, 0, over=True)) is Verdict.NOTHING_TO_DO
    assert (game.state.phase, game.state.round, set(game.state.answers)) == (Phase.ASKING, 1, {GRACE})


def test_the_same_holds_while_the_game_is_paused():
    game = Evening(RULES, GRACE).starts()
    game.does(Pause(by=HOST))
    assert game.does(Skip(HOST, 0, over=True)) is Verdict.NOTHING_TO_DO
    assert game.does(Skip(HOST, 0)) is Verdict.DONE
    game.does(Pause(by=HOST))
    assert game.does(Skip(HOST, 0)) is Verdict.NOTHING_TO_DO
    assert game.does(Skip(HOST, 0, over=True)) is Verdict.DONE


def test_how_sure_one_is_waits_for_the_end_of_a_pause():
    game = Evening(replace(RULES, scoring=Scoring.CERTAINTY), GRACE).starts()
    game.picks(GRACE, RIGHT[0], 300)
    game.does(Pause(by=HOST))
    sure = Confide(GRACE, 0, Sureness.SURE, game.now)
    assert game.does(sure) is Verdict.PAUSED
    game.does(Resume(by=HOST), 500)
    assert game.does(sure) is Verdict.SURENESS_TAKEN


def test_who_joins_a_lobby_that_its_host_left_empty_takes_over():
    game = Evening()
    game.does(Leave(HOST))
    game.does(Join(GRACE), HEIR_MS // 2)
    assert game.state.wake_ms == NOON + HEIR_MS
    game.waits()
    assert game.state.host_id == GRACE
    assert game.state.wake_ms == NOON + LOBBY


def test_who_joins_long_after_the_host_left_takes_over_at_once():
    game = Evening()
    game.does(Leave(HOST))
    game.does(Join(GRACE), HEIR_MS * 2)
    assert game.state.wake_ms <= game.now
    game.does(Tick())
    assert game.state.host_id == GRACE


def test_latecomers_go_to_the_smallest_teams_one_after_the_other():
    state = Evening(replace(RULES, teams=3), GRACE).starts().state
    stored = {**{member: RoundAnswer(chose(PLANS[0].order[0]), 500) for member in (HOST, 20, 21, 22, 23)}}
    late = with_stored(state, stored, NOON, lambda _member: 1.0).players[2:]
    sizes = Counter(player.team for player in (*state.players, *late))
    assert sizes == {1: 2, 2: 2, 3: 2}
    assert {player.team for player in late} == {1, 2, 3}


def test_ending_in_the_middle_of_a_round_shows_that_round_and_counts_the_ones_before():
    game = Evening(RULES, GRACE).starts()
    game.picks(HOST, RIGHT[0])
    game.picks(GRACE, 0)
    game.waits()
    game.waits()
    game.opens()
    game.picks(GRACE, RIGHT[1])
    assert game.does(End(HOST)) is Verdict.DONE
    assert game.state.phase is Phase.FINISHED
    assert [e for e in game.effects if not isinstance(e, Told)] == [Reveal(1), ShowPodium()]
    assert game.scores[GRACE] == 0 < game.scores[HOST]


# Who may


@pytest.mark.parametrize("event", [Pause, Resume, partial(Skip, round=0), End])
def test_only_the_host_or_a_manager_leads_the_game(event):
    game = Evening(RULES, GRACE).starts()
    if event is Resume:
        game.does(Pause(by=HOST))
    before = game.state
    assert game.does(event(by=GRACE)) is Verdict.NOT_ALLOWED
    assert game.state == before
    assert game.does(event(by=GRACE, manager=True)) is Verdict.DONE


@pytest.mark.parametrize(
    ("event", "by_manager"),
    [(Start(PLANS, GRACE), Start(PLANS, GRACE, manager=True)), (Cancel(GRACE), Cancel(GRACE, manager=True))],
)
def test_only_the_host_or_a_manager_starts_or_cancels(event, by_manager):
    game = Evening(RULES, GRACE)
    assert game.does(event) is Verdict.NOT_ALLOWED
    assert game.state.phase is Phase.LOBBY
    assert game.does(by_manager) is Verdict.DONE
    assert game.state.phase is not Phase.LOBBY


def test_a_lobby_that_everybody_left_does_not_take_place():
    game = Evening()
    game.does(Leave(HOST))
    game.does(Start(PLANS))
    assert game.state.phase is Phase.CANCELLED
    assert game.state.reason.code is Code.NOBODY_JOINED


def test_the_first_player_takes_over_a_minute_after_the_host_left():
    game = Evening(RULES, GRACE, LINUS)
    starts_ms = game.state.wake_ms
    game.does(Leave(HOST), 1_000)
    game.waits()
    assert game.now == NOON + 1_000 + HEIR_MS
    assert game.state.host_id == GRACE
    assert game.state.phase is Phase.LOBBY
    assert game.state.wake_ms == starts_ms


@pytest.mark.parametrize("back", [Join(HOST), TakeOver(GRACE)], ids=["the host comes back", "a manager takes over"])
def test_the_lobby_keeps_its_own_time_when_the_host_left_and_somebody_leads_again(back):
    game = Evening(RULES, GRACE)
    starts_ms = game.state.wake_ms
    game.does(Leave(HOST), 1_000)
    game.does(back, 1_000)
    assert game.state.wake_ms == starts_ms


def test_a_lobby_whose_time_is_up_shortly_after_the_host_left_has_nothing_else_to_wait_for():
    game = Evening(RULES, GRACE)
    game.does(Leave(HOST), LOBBY - 1_000)
    assert game.state.wake_ms == NOON + LOBBY
    game.does(Tick(), 1_000)
    game.does(Start(PLANS))
    assert game.state.phase is Phase.ASKING


# Certainty


def test_the_last_word_on_how_sure_one_is_counts_until_the_deadline():
    game = Evening(replace(RULES, scoring=Scoring.CERTAINTY), GRACE).starts()
    assert game.does(Confide(HOST, 0, Sureness.SURE, game.now)) is Verdict.NO_ANSWER_YET
    game.picks(HOST, RIGHT[0])
    game.picks(GRACE, 0)
    assert game.state.wake_ms > game.now  # all have answered, and may still say how sure they are
    for sureness in (Sureness.SURE, Sureness.THINK):
        assert game.does(Confide(HOST, 0, sureness, game.now)) is Verdict.SURENESS_TAKEN
    game.does(Confide(GRACE, 0, Sureness.SURE, game.state.deadline_ms))
    assert game.does(Confide(HOST, 0, Sureness.SURE, game.state.deadline_ms + 1)) is Verdict.CLOSED
    game.waits()
    assert game.scores == {HOST: 2, GRACE: -6}


def test_who_says_nothing_more_has_guessed():
    game = Evening(replace(RULES, scoring=Scoring.CERTAINTY), GRACE).starts()
    game.picks(HOST, RIGHT[0])
    game.picks(GRACE, 0)
    game.waits()
    assert game.scores == {HOST: 1, GRACE: 0}


# Getting ready

READY = replace(RULES, ready_ms=3_000)


def test_everybody_gets_ready_before_the_first_round_and_only_there():
    game = Evening(READY, GRACE)
    game.now += 400
    assert game.does(Start(PLANS, HOST)) is Verdict.DONE
    assert (game.state.phase, game.state.round, game.state.is_before_rounds) == (Phase.REVEALING, -1, True)
    assert game.effects[1:] == [ShowLobby(), CallPlayers()]
    assert game.state.wake_ms == NOON + 4_000  # a whole second, three or more away
    assert game.picks(GRACE, 0) is Verdict.NOT_OPEN
    game.waits()
    assert game.effects == [ShowLobby(), Ask(0)]
    assert not game.state.is_before_rounds
    game.opens()
    game.picks(HOST, RIGHT[0])
    game.picks(GRACE, RIGHT[0])
    game.waits()
    game.waits()
    assert game.effects == [Ask(1)]


def test_a_game_that_is_ended_or_left_by_all_while_everybody_gets_ready_was_not_played():
    for event, code in (
        (End(HOST), Code.CANCELLED_BY_HOST),
        (End(LINUS, manager=True), Code.CANCELLED_BY_MANAGER),
    ):
        game = Evening(READY, GRACE)
        game.does(Start(PLANS, HOST))
        assert game.does(event) is Verdict.DONE
        assert (game.state.phase, game.state.reason) == (Phase.CANCELLED, fact(code))
        assert game.effects[1:] == [ShowLobby()]


def test_it_can_be_paused_while_everybody_gets_ready_and_goes_on_with_the_first_round():
    game = Evening(READY, GRACE)
    game.does(Start(PLANS, HOST))
    assert game.does(Pause(by=HOST), 1_000) is Verdict.DONE
    assert game.does(Resume(HOST), 60_000) is Verdict.DONE
    game.waits()
    assert game.effects == [ShowLobby(), Ask(0)]


def test_time_that_the_bot_was_away_is_given_back_while_everybody_gets_ready():
    game = Evening(READY, GRACE)
    game.does(Start(PLANS, HOST))
    due = game.state.wake_ms
    game.does(Lost(game.now + 500), 20_500)
    assert game.state.wake_ms == due + 20_000


# Standings


def test_equal_scores_share_a_place_and_the_next_one_is_left_out():
    game = Evening(replace(RULES, scoring=Scoring.STUDY), GRACE, LINUS, 4).starts()
    for member, choice in ((HOST, 0), (GRACE, RIGHT[0]), (LINUS, RIGHT[0]), (4, 0)):
        game.picks(member, choice)
    game.waits()
    places = [(line.place, line.member_id) for line in standings(game.state)]
    assert places == [(1, GRACE), (1, LINUS), (3, HOST), (3, 4)]


def test_teams_are_filled_evenly_and_compared_by_their_average():
    game = Evening(replace(RULES, teams=2, scoring=Scoring.STUDY), GRACE, LINUS).starts()
    assert [player.team for player in game.state.players].count(1) in (1, 2)
    for member in (HOST, GRACE, LINUS):
        game.picks(member, RIGHT[0] if member != GRACE else 0)
    game.waits()
    team_of = {player.member_id: player.team for player in game.state.players}
    averages = dict(team_standings(game.state))
    assert set(averages) == {1, 2}
    assert averages[team_of[GRACE]] < averages[3 - team_of[GRACE]]


@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(0, 3), st.integers(0, 25_000)), min_size=2, max_size=4),
    st.sampled_from(Scoring),
)
def test_answers_of_one_turn_of_the_loop_end_in_the_same_result_in_any_order(clicks, scoring):
    clicks = list({member: (member, choice, stamp) for member, choice, stamp in clicks}.values())
    results = set()
    for order in permutations(clicks):
        game = Evening(replace(RULES, scoring=scoring), GRACE, LINUS).starts()
        opened = game.now
        game.now += 20_000
        for member, choice, stamp in order:
            game.does(Answer(member, 0, choice, opened + stamp))
        game.waits()
        lines = [(line.place, line.member_id, line.score, line.median_ms) for line in standings(game.state)]
        results.add((tuple(lines), game.state.phase, game.now))
    assert len(results) == 1


# Leaving a game that is on


def test_who_has_left_is_not_waited_for_keeps_their_score_and_may_come_back():
    game = Evening(RULES, GRACE, LINUS).starts()
    for member in (HOST, GRACE, LINUS):
        game.picks(member, RIGHT[0], 500)
    game.waits()
    earned = game.scores[LINUS]
    assert game.does(Leave(LINUS)) is Verdict.DONE
    assert game.does(Leave(LINUS)) is Verdict.NOTHING_TO_DO
    game.waits()
    game.opens()
    game.picks(HOST, RIGHT[1], 500)
    game.picks(GRACE, RIGHT[1], 500)
    assert game.state.wake_ms == game.now
    game.waits()
    assert game.scores[LINUS] == earned
    game.waits()
    game.opens()
    assert game.does(Join(LINUS)) is Verdict.DONE
    game.picks(HOST, RIGHT[2], 500)
    game.picks(GRACE, RIGHT[2], 500)
    assert game.state.wake_ms > game.now  # Linus is waited for again
    game.does(Leave(LINUS))
    assert game.state.wake_ms == game.now
    assert game.picks(LINUS, RIGHT[2]) is Verdict.LOCKED_IN
    assert not game.state.player(LINUS).gone


def test_a_duel_that_nobody_accepts_is_over_when_its_time_is_up():
    game = Evening(replace(RULES, duel=True))
    game.now += LOBBY - 1
    game.does(Tick())
    assert game.state.phase is Phase.LOBBY
    game.now += 1
    game.does(Tick())
    assert (game.state.phase, game.state.reason.code, game.state.wake_ms) == (Phase.CANCELLED, Code.NOT_ACCEPTED, None)


@pytest.mark.parametrize("duel", [False, True])
def test_who_is_not_one_of_the_two_answers_in_no_duel(duel):
    game = Evening(replace(RULES, duel=duel), GRACE).starts()
    assert game.picks(LINUS, RIGHT[0]) is (Verdict.NOT_ALLOWED if duel else Verdict.LOCKED_IN)
    assert (game.state.player(LINUS) is None) is duel


def test_who_leaves_a_duel_ends_it_with_what_was_played():
    game = Evening(replace(RULES, duel=True), GRACE).starts()
    assert game.does(Leave(GRACE)) is Verdict.DONE
    assert game.state.phase is Phase.FINISHED
    assert game.state.reason.code is Code.ONE_OF_TWO_LEFT


def test_rounds_that_were_skipped_or_cut_by_the_end_do_not_count_and_those_without_answers_do():
    game = Evening(RULES, GRACE).starts()
    game.does(Skip(HOST, 0))
    game.waits()
    game.opens()
    game.waits()
    game.waits()
    game.opens()
    game.picks(GRACE, RIGHT[2], 500)
    game.does(End(HOST))
    assert [one.voided for one in game.state.played] == [True, False, True]
    assert game.state.counted_rounds == 1
