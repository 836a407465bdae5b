"""What time does: rounds that end, pauses and what ends them, rounds that are skipped, the end."""

from dataclasses import replace

from bot.facts import Code, Fact
from bot.quiz.competition.events import (
    Effect,
    End,
    KeepWaiting,
    Lost,
    Pause,
    Resume,
    Reveal,
    ShowLobby,
    ShowPodium,
    ShowRound,
    Skip,
    Step,
    Told,
    Verdict,
)
from bot.quiz.competition.lobby import inherited
from bot.quiz.competition.players import leads
from bot.quiz.competition.rounds import ask_round, close_round, closing_ms
from bot.quiz.competition.standings import standings
from bot.quiz.competition.state import DRAIN_MS, DUELLISTS, HEIR_MS, PAUSE_ENDS_MS, TROUBLE_ENDS_MS, Competition, Phase


def shown(state: Competition) -> list[Effect]:
    """The message that shows the present phase."""
    if state.phase is Phase.LOBBY:
        return [ShowLobby()]
    return [ShowRound(state.round)] if state.phase in (Phase.ASKING, Phase.PAUSED) else []


def ticked(state: Competition, now_ms: int) -> Step:
    """Time has passed: the round closes, the next begins, a pause or the lobby ends."""
    if state.wake_ms is None or now_ms < state.wake_ms:
        return state, []
    if state.phase is Phase.ASKING:
        closes_ms = closing_ms(state, now_ms)
        if closes_ms is not None and now_ms < closes_ms:
            return replace(state, wake_ms=closes_ms), []
        if (
            state.opened_ms is None and not state.is_answered
        ):  # its message is not in the channel yet, or not known to be
            return replace(state, wake_ms=now_ms + DRAIN_MS), []
        return close_round(state, now_ms)
    if state.phase is Phase.REVEALING:
        if is_last_round(state):
            return _finish(state)
        asked, effects = ask_round(state, state.round + 1, now_ms)
        return asked, [ShowLobby(), *effects] if state.is_before_rounds else effects
    if state.phase is Phase.PAUSED:
        state, effects = end_now(state, now_ms, Fact(Code.NOT_RESUMED))
        return state, [effect for effect in effects if not isinstance(effect, Told)]
    if state.phase is Phase.LOBBY and state.rules.duel and state.starts_ms is not None and now_ms >= state.starts_ms:
        state = replace(state, phase=Phase.CANCELLED, wake_ms=None, reason=Fact(Code.NOT_ACCEPTED))
        return state, [ShowLobby()]
    if state.phase is Phase.LOBBY and state.host_left_ms is not None and now_ms >= state.host_left_ms + HEIR_MS:
        return inherited(state)
    return state, []


def is_last_round(state: Competition) -> bool:
    """Whether no round follows the present one, once that is over."""
    return state.round + 1 >= len(state.plans) or _decided(state)


def _decided(state: Competition) -> bool:
    """Whether a duel's leader can't be caught up with any more: more right answers ahead than rounds are left."""
    if not state.rules.duel:
        return False
    right = sorted((line.right for line in standings(state)), reverse=True)
    return len(right) >= DUELLISTS and right[0] - right[1] > len(state.plans) - len(state.played)


def _finish(state: Competition) -> Step:
    state = replace(state, phase=Phase.FINISHED, wake_ms=None, deadline_ms=None)
    return replace(state, paused_phase=None, paused_at_ms=None), [ShowPodium()]


def paused(state: Competition, event: Pause, now_ms: int) -> Step:
    """The clock stops; what it had left is kept."""
    if state.phase not in (Phase.ASKING, Phase.REVEALING):
        return state, [Told(Verdict.NOTHING_TO_DO)]
    if not leads(state, event.by, event.manager):
        return state, [Told(Verdict.NOT_ALLOWED)]
    paused = replace(
        state,
        phase=Phase.PAUSED,
        paused_phase=state.phase,
        paused_at_ms=now_ms,
        wake_ms=now_ms + (TROUBLE_ENDS_MS if event.by is None else PAUSE_ENDS_MS),
        reason=event.reason or Fact(Code.PAUSED_BY_HOST),
        by_trouble=event.by is None,
    )
    return paused, [Told(Verdict.DONE), ShowRound(state.round)]


def resumed(state: Competition, event: Resume, now_ms: int) -> Step:
    """The clock goes on with what was left."""
    if state.phase is not Phase.PAUSED:
        return state, [Told(Verdict.NOTHING_TO_DO)]
    if not leads(state, event.by, event.manager):
        return state, [Told(Verdict.NOT_ALLOWED)]
    since = state.paused_at_ms if state.paused_at_ms is not None else now_ms
    was_revealing = state.paused_phase is Phase.REVEALING
    phase = state.paused_phase or Phase.ASKING
    state = replace(state, phase=phase, paused_phase=None, paused_at_ms=None, reason=None, by_trouble=False)
    if was_revealing:
        return replace(state, wake_ms=now_ms), [Told(Verdict.DONE), ShowRound(state.round)]
    return _given_back(state, since, now_ms), [Told(Verdict.DONE), ShowRound(state.round)]


def keeps_waiting(state: Competition, event: KeepWaiting, now_ms: int) -> Step:
    """A pause ends an hour from now at the earliest."""
    if state.phase is not Phase.PAUSED:
        return state, [Told(Verdict.NOTHING_TO_DO)]
    if not leads(state, event.by, event.manager):
        return state, [Told(Verdict.NOT_ALLOWED)]
    state = replace(state, wake_ms=max(state.wake_ms or 0, now_ms + PAUSE_ENDS_MS))
    return state, [Told(Verdict.DONE), ShowRound(state.round)]


def _given_back(state: Competition, since_ms: int, now_ms: int) -> Competition:
    """The round's clock moved on by the time from ``since_ms`` to now; its deadline stays a whole second."""
    away = max(0, now_ms - since_ms)
    if state.deadline_ms is None:
        return state
    deadline = -(-(state.deadline_ms + away) // 1000) * 1000
    state = replace(state, deadline_ms=deadline)
    if state.opened_ms is None:
        state = replace(state, unplaced_pauses=(*state.unplaced_pauses, (since_ms, now_ms)))
    else:
        paused = max(0, now_ms - max(since_ms, state.opened_ms))
        state = replace(state, paused_in_round_ms=state.paused_in_round_ms + paused)
    return replace(state, wake_ms=closing_ms(state, now_ms))


def lost(state: Competition, event: Lost, now_ms: int) -> Step:
    """The time in which the bot was away is given back."""
    if state.phase is Phase.ASKING:
        return _given_back(state, event.since_ms, now_ms), [ShowRound(state.round)]
    away = max(0, now_ms - event.since_ms)
    if state.wake_ms is None:  # stored by a version in which a pause had no end
        waits_ms = state.rules.lobby_ms if state.phase is Phase.LOBBY else PAUSE_ENDS_MS
        state = replace(state, wake_ms=now_ms + waits_ms - away)
        state = replace(state, starts_ms=state.wake_ms) if state.phase is Phase.LOBBY else state
    return replace(
        state,
        wake_ms=(state.wake_ms or 0) + away,
        starts_ms=None if state.starts_ms is None else state.starts_ms + away,
        host_left_ms=None if state.host_left_ms is None else state.host_left_ms + away,
    ), shown(state)


def skipped(state: Competition, event: Skip, now_ms: int) -> Step:
    """The round ends and counts for nothing, or the pause after it ends."""
    if state.phase not in (Phase.ASKING, Phase.PAUSED, Phase.REVEALING):
        return state, [Told(Verdict.NOTHING_TO_DO)]
    if not leads(state, event.by, event.manager):
        return state, [Told(Verdict.NOT_ALLOWED)]
    is_over = Phase.REVEALING in (state.phase, state.paused_phase)
    if (event.round, event.over) != (state.round, is_over):
        return state, [Told(Verdict.NOTHING_TO_DO)]
    if is_over:
        state = replace(state, phase=Phase.REVEALING, paused_phase=None, paused_at_ms=None, wake_ms=now_ms)
        return state, [Told(Verdict.DONE), ShowRound(state.round)]
    state, effects = close_round(state, now_ms, counts=False)
    return state, [Told(Verdict.DONE), *effects]


def ended(state: Competition, event: End, now_ms: int) -> Step:
    """The game ends now, with what was played."""
    if state.phase is Phase.LOBBY:
        return state, [Told(Verdict.NOTHING_TO_DO)]
    if not leads(state, event.by, event.manager):
        return state, [Told(Verdict.NOT_ALLOWED)]
    if state.is_before_rounds:
        by_host = event.by == state.host_id
        return end_now(state, now_ms, Fact(Code.CANCELLED_BY_HOST if by_host else Code.CANCELLED_BY_MANAGER))
    return end_now(state, now_ms)


def end_now(state: Competition, now_ms: int, reason: Fact | None = None) -> Step:
    """The same, whoever wants it; a round that is open counts for nothing, and without any the game was not played."""
    if state.is_before_rounds:
        state = replace(state, phase=Phase.CANCELLED, wake_ms=None, paused_phase=None, paused_at_ms=None, reason=reason)
        return state, [Told(Verdict.DONE), ShowLobby()]
    shown: list[Effect] = [ShowRound(state.round)]  # it says no more that it waits
    if Phase.ASKING in (state.phase, state.paused_phase):
        state, _ = close_round(state, now_ms, counts=False)
        shown = [Reveal(state.round)]
    state, effects = _finish(replace(state, reason=reason))
    return state, [Told(Verdict.DONE), *shown, *effects]
