"""The players, the leader, and teams."""

from collections.abc import Mapping
from dataclasses import replace

from bot.quiz.competition.state import HEIR_MS, Competition, Phase, Player


def leads(state: Competition, by: int | None, manager: bool) -> bool:
    """Whether somebody may steer: the host, or a manager."""
    return by is None or manager or by == state.host_id


def smallest_team(state: Competition) -> int:
    """The team with the fewest players (1, 2, …); 0 without teams."""
    return smallest_teams(state, 1)[0]


def smallest_teams(state: Competition, newcomers: int) -> list[int]:
    """The teams that so many newcomers go to, one after the other."""
    if not state.rules.teams:
        return [0] * newcomers
    sizes = dict.fromkeys(range(1, state.rules.teams + 1), 0)
    for player in state.players:
        sizes[player.team] = sizes.get(player.team, 0) + 1
    chosen = []
    for _ in range(newcomers):
        team = min(sizes, key=sizes.__getitem__)
        sizes[team] += 1
        chosen.append(team)
    return chosen


def balanced(players: tuple[Player, ...], teams: int, strengths: Mapping[int, float]) -> tuple[Player, ...]:
    """The players in teams of like size and strength: the best go round the teams, back and forth."""
    ordered = sorted(players, key=lambda player: (-strengths.get(player.member_id, 0.5), player.member_id))
    there_and_back = [*range(1, teams + 1), *range(teams, 0, -1)]
    team = {player.member_id: there_and_back[i % len(there_and_back)] for i, player in enumerate(ordered)}
    return tuple(replace(player, team=team[player.member_id]) for player in players)


def with_player(state: Competition, player: Player) -> Competition:
    """The state with one player changed."""
    players = tuple(player if one.member_id == player.member_id else one for one in state.players)
    return replace(state, players=players)


def with_host(state: Competition, member_id: int) -> Competition:
    """Somebody leads; a lobby waits for its own time again."""
    state = replace(state, host_id=member_id, host_left_ms=None)
    return replace(state, wake_ms=lobby_wake(state)) if state.phase is Phase.LOBBY else state


def lobby_wake(state: Competition) -> int | None:
    """When something happens by itself in the lobby."""
    if state.host_left_ms is None or not state.players or state.starts_ms is None:
        return state.starts_ms
    return min(state.starts_ms, state.host_left_ms + HEIR_MS)
