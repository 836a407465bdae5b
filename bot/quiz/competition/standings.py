"""How it stands: players and teams by what they scored."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.quiz.competition.state import Competition


class Standing(NamedTuple):
    """A player's line: place (shared by equal scores), score, right answers, median time of all answers."""

    place: int
    member_id: int
    score: int
    right: int
    answered: int
    median_ms: int | None


def standings(state: Competition, rounds: int | None = None) -> list[Standing]:
    """Everybody's line after so many rounds (all that were played), best first."""
    played = state.played[:rounds]
    totals: dict[int, tuple[int, int, list[int]]] = {p.member_id: (0, 0, []) for p in state.players}
    for number, one in enumerate(played):
        plan = state.plans[number]
        for member_id, answer in one.answers.items():
            score, right, times = totals.get(member_id, (0, 0, []))
            more = plan.is_right(answer.given)
            totals[member_id] = (score + one.marks[member_id], right + more, [*times, answer.elapsed_ms])
    ordered = sorted(totals.items(), key=lambda item: (-item[1][0], -item[1][1], item[0]))
    scores = [totals[member_id][0] for member_id, _ in ordered]
    return [
        Standing(scores.index(score) + 1, member_id, score, right, len(times), _median(times))
        for member_id, (score, right, times) in ordered
    ]


def _median(times: Sequence[int]) -> int | None:
    if not times:
        return None
    ordered = sorted(times)
    return ordered[len(ordered) // 2]


def team_standings(state: Competition, rounds: int | None = None) -> list[tuple[int, float]]:
    """Each team with its average score a player, best first; empty without teams."""
    if not state.rules.teams:
        return []
    team_of = {player.member_id: player.team for player in state.players}
    scores: dict[int, list[int]] = {}
    for line in standings(state, rounds):
        scores.setdefault(team_of.get(line.member_id, 0), []).append(line.score)
    averages = [(team, sum(all_) / len(all_)) for team, all_ in scores.items() if team]
    return sorted(averages, key=lambda item: (-item[1], item[0]))
