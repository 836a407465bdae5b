"""A round: asked, opened, answered, closed, marked."""

from collections.abc import Mapping
from dataclasses import replace

from bot.facts import Code, fact
from bot.quiz.competition.events import (
    Answer,
    Ask,
    Confide,
    Effect,
    Opened,
    Reveal,
    ShowCount,
    ShowRound,
    Step,
    Told,
    Verdict,
)
from bot.quiz.competition.players import smallest_team, with_player
from bot.quiz.competition.scoring import Scored
from bot.quiz.competition.state import (
    DRAIN_MS,
    OPENING_MS,
    SILENCE_ENDS_MS,
    SILENT_ROUNDS,
    Competition,
    Phase,
    Played,
    Player,
    RoundAnswer,
)
from bot.quiz.question.asking import Given


def ask_round(state: Competition, number: int, now_ms: int) -> Step:
    """The round begins: its deadline is fixed before its message is sent."""
    state = replace(
        state,
        phase=Phase.ASKING,
        round=number,
        opened_ms=None,
        paused_in_round_ms=0,
        unplaced_pauses=(),
        answers={},
        paused_at_ms=None,
        paused_phase=None,
        reason=None,
        by_trouble=False,
    )
    # A whole second, fixed before the message is sent: Discord shows deadlines in seconds.
    deadline = -(-(now_ms + OPENING_MS + state.round_ms) // 1000) * 1000
    return replace(state, deadline_ms=deadline, wake_ms=deadline + DRAIN_MS), [Ask(number)]


def opened(state: Competition, event: Opened, now_ms: int) -> Step:
    """The round's message is there; its clock begins with the message's stamp."""
    if state.round != event.round or state.opened_ms is not None or state.phase not in (Phase.ASKING, Phase.PAUSED):
        return state, []
    state = opened_at(state, event.stamp_ms)
    earliest = event.stamp_ms + state.paused_in_round_ms + state.round_ms
    if state.deadline_ms is None or state.deadline_ms >= earliest:
        # A message from before a pause shows the deadline from before it.
        return state, [ShowRound(state.round)] if state.paused_in_round_ms else []
    # The message came late; nobody's own time is shortened by that.
    state = replace(state, deadline_ms=-(-earliest // 1000) * 1000)
    if state.phase is Phase.ASKING:
        state = replace(state, wake_ms=closing_ms(state, now_ms))
    return state, [ShowRound(state.round)]


def opened_at(state: Competition, stamp_ms: int) -> Competition:
    """The round's clock begun with its message's stamp; of the pauses from before that was known, those after it count."""
    paused = sum(max(0, to_ms - max(from_ms, stamp_ms)) for from_ms, to_ms in state.unplaced_pauses)
    return replace(state, opened_ms=stamp_ms, paused_in_round_ms=paused, unplaced_pauses=())


def answered(state: Competition, event: Answer, now_ms: int) -> Step:
    """A click on a letter: the first one counts, in time."""
    if state.phase is Phase.LOBBY or event.round > state.round or event.round < 0:
        return state, [Told(Verdict.NOT_OPEN)]
    known = state.answers.get(event.member_id) if event.round == state.round else None
    if known is not None:
        return state, [Told(Verdict.HAD_LOCKED_IN, known.given)]
    given = event.given or state.plan.lettering.given(event.choice)
    verdict = answer_verdict(state, event.round, event.member_id, given, event.stamp_ms)
    if verdict is not Verdict.LOCKED_IN or given is None:
        return state, [Told(verdict)]
    if (player := state.player(event.member_id)) is not None:
        if player.gone:
            state = with_player(state, replace(player, gone=False))
    else:
        late = Player(event.member_id, now_ms, event.time_factor, smallest_team(state))
        state = replace(state, players=(*state.players, late))
    elapsed = elapsed_ms(state, event.stamp_ms)
    answers = {**state.answers, event.member_id: RoundAnswer(given, elapsed)}
    state = replace(state, answers=answers)
    effects: list[Effect] = [Told(Verdict.LOCKED_IN, given), ShowCount(state.round)]
    if state.is_answered:
        state = replace(state, wake_ms=now_ms)
    return state, effects


def answer_verdict(state: Competition, number: int, member_id: int, given: Given | None, stamp_ms: int) -> Verdict:
    """What a first click in this round comes to: LOCKED_IN, or why it does not count. ``given`` is None for no option."""
    if _is_paused_in(state, number):
        return Verdict.PAUSED
    if state.phase is not Phase.ASKING or state.round != number:
        return Verdict.CLOSED
    if given is None:
        return Verdict.NO_SUCH_OPTION
    if state.deadline_ms is not None and state.opened_ms is not None and stamp_ms > state.deadline_ms:
        return Verdict.CLOSED
    if state.rules.duel and not state.player(member_id):
        return Verdict.NOT_ALLOWED
    return Verdict.LOCKED_IN


def _is_paused_in(state: Competition, number: int) -> bool:
    """Whether this round is open but for a pause."""
    return state.phase is Phase.PAUSED and state.round == number and state.paused_phase is Phase.ASKING


def elapsed_ms(state: Competition, stamp_ms: int) -> int:
    """How long an answer with this stamp took: from the round's message, without the pauses."""
    if state.opened_ms is None:
        return 0
    return max(0, stamp_ms - state.opened_ms - state.paused_in_round_ms)


def confided(state: Competition, event: Confide) -> Step:
    """A player says how sure they are."""
    if _is_paused_in(state, event.round):
        return state, [Told(Verdict.PAUSED)]
    if state.phase is not Phase.ASKING or state.round != event.round:
        return state, [Told(Verdict.CLOSED)]
    answer = state.answers.get(event.member_id)
    if answer is None:
        return state, [Told(Verdict.NO_ANSWER_YET)]
    if state.deadline_ms is not None and event.stamp_ms > state.deadline_ms:
        return state, [Told(Verdict.CLOSED, answer.given)]
    answers = {**state.answers, event.member_id: replace(answer, sureness=event.sureness)}
    return replace(state, answers=answers), [Told(Verdict.SURENESS_TAKEN, answer.given)]


def marks_of_round(state: Competition, number: int, answers: Mapping[int, RoundAnswer]) -> dict[int, int]:
    """What each answer of a round is worth by the rules and the round's key."""
    state, plan = replace(state, round=number), state.plans[number]
    return {
        member_id: state.rules.scoring.marks(
            Scored(plan.is_right(one.given), one.sureness, one.elapsed_ms, state.own_ms(member_id), len(state.plans))
        )
        for member_id, one in answers.items()
    }


def close_round(state: Competition, now_ms: int, *, counts: bool = True) -> Step:
    """End the round: marks are given, and the pause to read begins."""
    answers = state.answers if counts else {}
    given = marks_of_round(state, state.round, answers)
    silent = 0 if state.answers or not counts else state.silent + 1
    state = replace(
        state,
        phase=Phase.REVEALING,
        played=(*state.played, Played(answers, given, voided=not counts)),
        silent=silent,
        deadline_ms=None,
        wake_ms=now_ms + state.rules.reveal_ms,
        paused_at_ms=None,
        paused_phase=None,
        reason=None,
        by_trouble=False,
    )
    effects: list[Effect] = [Reveal(state.round)]
    if silent >= SILENT_ROUNDS and state.round + 1 < len(state.plans):
        reason = fact(Code.SILENT_ROUNDS, rounds=silent)
        state = replace(state, phase=Phase.PAUSED, paused_phase=Phase.REVEALING, paused_at_ms=now_ms, reason=reason)
        state = replace(state, wake_ms=now_ms + SILENCE_ENDS_MS, silent=0)
    return state, effects


def closing_ms(state: Competition, now_ms: int) -> int | None:
    """When the round ends: at once when all have answered, else after the deadline and the drain."""
    if state.is_answered:
        return now_ms
    return None if state.deadline_ms is None else state.deadline_ms + DRAIN_MS
