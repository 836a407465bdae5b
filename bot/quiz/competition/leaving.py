"""Players who leave a game, or are taken out of it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from bot.facts import Code, Fact
from bot.quiz.competition.clock import end_now
from bot.quiz.competition.events import Effect, Forget, Leave, ShowCount, ShowLobby, ShowRound, Step, Told, Verdict
from bot.quiz.competition.players import lobby_wake, with_host, with_player
from bot.quiz.competition.rounds import closing_ms
from bot.quiz.competition.state import NOBODY, Competition, Phase, Played, Player

T = TypeVar("T")


def left(state: Competition, event: Leave, now_ms: int) -> Step:
    """A player leaves the lobby or the game."""
    known = state.player(event.member_id)
    if known is None or known.gone:
        return state, [Told(Verdict.NOTHING_TO_DO)]
    if state.phase is not Phase.LOBBY:
        return _leave_game(state, known, now_ms)
    players = tuple(player for player in state.players if player.member_id != event.member_id)
    left = now_ms if event.member_id == state.host_id else state.host_left_ms
    state = replace(state, players=players, host_left_ms=left)
    return replace(state, wake_ms=lobby_wake(state)), [Told(Verdict.DONE), ShowLobby()]


def _leave_game(state: Competition, player: Player, now_ms: int) -> Step:
    state = with_player(state, replace(player, gone=True))
    if state.rules.duel:
        return end_now(state, now_ms, Fact(Code.ONE_OF_TWO_LEFT))
    shown: list[Effect] = [Told(Verdict.DONE), ShowLobby()]
    if state.phase is not Phase.ASKING:
        return state, shown
    return replace(state, wake_ms=closing_ms(state, now_ms)), [*shown, ShowCount(state.round)]


def without(state: Competition, member_id: int) -> Competition:
    """The state as if the member had never played; who leads is not touched."""

    def others(of: Mapping[int, T]) -> dict[int, T]:
        return {one: value for one, value in of.items() if one != member_id}

    return replace(
        state,
        players=tuple(player for player in state.players if player.member_id != member_id),
        answers=others(state.answers),
        played=tuple(Played(others(one.answers), others(one.marks), one.voided) for one in state.played),
    )


def forget(state: Competition, event: Forget, now_ms: int) -> Step:
    """Somebody is taken out, answers and all; who leads then is the first player."""
    state = without(state, event.member_id)
    if state.host_id == event.member_id:
        state = with_host(state, state.players[0].member_id if state.players else NOBODY)
    if state.rules.duel or not state.players:
        if state.phase is not Phase.LOBBY:
            return end_now(state, now_ms)
        reason = Fact(Code.ONE_OF_TWO_LEFT if state.rules.duel else Code.EVERYBODY_LEFT)
        state = replace(state, phase=Phase.CANCELLED, wake_ms=None, reason=reason)
        return state, [Told(Verdict.DONE), ShowLobby()]
    if state.phase is Phase.ASKING:
        state = replace(state, wake_ms=closing_ms(state, now_ms))
    shown = ShowLobby() if state.phase is Phase.LOBBY else ShowRound(state.round)
    return state, [Told(Verdict.DONE), shown]
