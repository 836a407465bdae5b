"""Before the first round: who is in, teams, who leads, the start."""

from dataclasses import replace

from bot.facts import Code, Fact
from bot.quiz.competition.events import (
    CallPlayers,
    Cancel,
    Effect,
    Join,
    LobbyPosted,
    ShowLobby,
    Start,
    Step,
    Told,
    Verdict,
)
from bot.quiz.competition.players import balanced, leads, lobby_wake, smallest_team, with_host, with_player
from bot.quiz.competition.rounds import ask_round
from bot.quiz.competition.state import DUELLISTS, Competition, Phase, Player, Rules


def opened_by(host_id: int, rules: Rules, now_ms: int, time_factor: float = 1.0) -> Competition:
    """A new lobby; the host is its first player."""
    return Competition(
        host_id=host_id,
        rules=rules,
        players=(Player(host_id, now_ms, time_factor, 1 if rules.teams else 0),),
        wake_ms=now_ms + rules.lobby_ms,
        starts_ms=now_ms + rules.lobby_ms,
    )


def opened_for(host_id: int, rules: Rules, now_ms: int) -> Competition:
    """A new lobby that opened by itself: who leads it may not be there, and plays only after joining."""
    starts_ms = now_ms + rules.lobby_ms
    return Competition(host_id=host_id, rules=rules, wake_ms=starts_ms, starts_ms=starts_ms)


def joined(state: Competition, event: Join, now_ms: int) -> Step:
    """Somebody comes in, or changes team; who left comes back."""
    in_lobby = state.phase is Phase.LOBBY
    chosen = event.team if state.rules.teams_chosen and 1 <= event.team <= state.rules.teams else 0
    if (known := state.player(event.member_id)) is not None:
        if known.gone:
            return with_player(state, replace(known, gone=False)), [Told(Verdict.DONE), ShowLobby()]
        if not (in_lobby and chosen and chosen != known.team):
            return state, [Told(Verdict.NOTHING_TO_DO)]
        moved = tuple(replace(p, team=chosen) if p.member_id == event.member_id else p for p in state.players)
        return replace(state, players=moved), [Told(Verdict.DONE), ShowLobby()]
    if state.rules.duel and (not in_lobby or len(state.players) >= DUELLISTS):
        return state, [Told(Verdict.NOT_ALLOWED)]
    player = Player(event.member_id, now_ms, event.time_factor, chosen or smallest_team(state))
    state = replace(state, players=(*state.players, player))
    if event.member_id == state.host_id:
        state = with_host(state, event.member_id)
    if not in_lobby:
        return state, [Told(Verdict.DONE), ShowLobby()]
    return replace(state, wake_ms=lobby_wake(state)), [Told(Verdict.DONE), ShowLobby()]


def lobby_posted(state: Competition, event: LobbyPosted) -> Step:
    """The lobby stands in the channel; its time runs from there."""
    if state.phase is not Phase.LOBBY:
        return state, []
    state = replace(state, starts_ms=event.stamp_ms + state.rules.lobby_ms)
    return replace(state, wake_ms=lobby_wake(state)), [ShowLobby()]


def started(state: Competition, event: Start, now_ms: int) -> Step:
    """The first round, by who leads; balanced teams are made."""
    if state.phase is not Phase.LOBBY:
        return state, [Told(Verdict.NOTHING_TO_DO)]
    if not leads(state, event.by, event.manager):
        return state, [Told(Verdict.NOT_ALLOWED)]
    if not state.players or not event.plans:
        cancelled = replace(state, phase=Phase.CANCELLED, wake_ms=None, reason=Fact(Code.NOBODY_JOINED))
        return cancelled, [Told(Verdict.DONE), ShowLobby()]
    if state.rules.duel and len(state.players) < DUELLISTS:
        return state, [Told(Verdict.NOTHING_TO_DO)]
    state = replace(state, plans=event.plans, host_left_ms=None)
    if state.rules.teams and not state.rules.teams_chosen:
        state = replace(state, players=balanced(state.players, state.rules.teams, event.strengths))
    begun: list[Effect] = [Told(Verdict.DONE), ShowLobby(), CallPlayers()]
    if state.rules.ready_ms:
        # A whole second, as Discord shows when that is.
        first_ms = -(-(now_ms + state.rules.ready_ms) // 1000) * 1000
        return replace(state, phase=Phase.REVEALING, wake_ms=first_ms), begun
    state, effects = ask_round(state, 0, now_ms)
    return state, [*begun, *effects]


def cancelled(state: Competition, event: Cancel) -> Step:
    """The game is called off before its first round."""
    if state.phase is not Phase.LOBBY:
        return state, [Told(Verdict.NOTHING_TO_DO)]
    if not leads(state, event.by, event.manager):
        return state, [Told(Verdict.NOT_ALLOWED)]
    state = replace(state, phase=Phase.CANCELLED, wake_ms=None, reason=event.reason)
    return state, [Told(Verdict.DONE), ShowLobby()]


def inherited(state: Competition) -> Step:
    """The first player becomes the host; the lobby's own time is not touched."""
    heir = state.players[0].member_id if state.players else state.host_id
    return with_host(state, heir), [ShowLobby()]
