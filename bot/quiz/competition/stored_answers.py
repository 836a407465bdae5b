"""The answers that count are those that were stored: how a competition's state takes them in."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.quiz.competition.players import smallest_teams
from bot.quiz.competition.state import Competition, Phase, Player, RoundAnswer


def with_stored(
    state: Competition, stored: Mapping[int, RoundAnswer], now_ms: int, time_factor: Callable[[int], float]
) -> Competition:
    """The state with the round's stored answers, and those who gave them among the players."""
    if stored == state.answers:
        return state
    known = {player.member_id for player in state.players}
    new = [member_id for member_id in stored if member_id not in known]
    teams = smallest_teams(state, len(new))
    late = tuple(Player(m, now_ms, time_factor(m), team) for m, team in zip(new, teams, strict=True))
    came = stored.keys() - state.answers.keys()  # somebody who had left and answers is back
    back = tuple(replace(p, gone=False) if p.gone and p.member_id in came else p for p in state.players)
    return replace(state, answers=dict(stored), players=(*back, *late))


def with_late(state: Competition, seen: Competition, now_ms: int) -> Competition:
    """A stored state with the answers that came meanwhile, as ``seen``; when all have answered, the round ends now."""
    if state.phase is not Phase.ASKING or state.round != seen.round:
        return state
    late = {member_id: given for member_id, given in seen.answers.items() if member_id not in state.answers}
    if late:
        known = {player.member_id for player in state.players}
        new = tuple(p for p in seen.players if p.member_id in late and p.member_id not in known)
        state = replace(state, answers={**state.answers, **late}, players=(*state.players, *new))
    if state.is_answered:
        state = replace(state, wake_ms=min(now_ms, state.wake_ms or now_ms))
    return state
