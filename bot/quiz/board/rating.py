"""How strong a member's results are, against whom they played: Plackett-Luce, by the openskill package.

Bayesian ratings of a whole ranked field: https://openskill.me, after Weng and Lin (2011),
https://jmlr.csail.mit.edu/papers/v12/weng11a.html.
"""

from collections.abc import Mapping
from typing import NamedTuple

from openskill.models import PlackettLuce

START_SHOWN = 1_000
SHOWN_PER_UNIT = 40
"""Ratings are shown in whole numbers that begin at 1,000, as people know them from other games."""

LEAST_PLAYERS = 2
SETTLED_FROM = 5
"""Before so many games a rating still moves a lot with each."""

_MODEL = PlackettLuce()


class Rating(NamedTuple):
    """What is believed of a member: the estimate ``mu``, how unsure it is (``sigma``), and of how many games."""

    mu: float = _MODEL.mu
    sigma: float = _MODEL.sigma
    games: int = 0

    @property
    def cautious(self) -> float:
        """What boards order by: a value that the member has all but certainly reached (three sigma below)."""
        return self.mu - 3 * self.sigma

    @property
    def shown(self) -> int:
        """The cautious value as a player sees it."""
        return START_SHOWN + round(SHOWN_PER_UNIT * self.cautious)

    @property
    def unsure(self) -> int:
        """How unsure it is, on the same scale."""
        return round(SHOWN_PER_UNIT * self.sigma)

    @property
    def settling(self) -> bool:
        """Whether it comes from too few games to say much."""
        return self.games < SETTLED_FROM


def after_game(places: Mapping[int, int], before: Mapping[int, Rating]) -> dict[int, Rating]:
    """Everybody's rating after a game that ended with these places; equal places are draws.

    Who has no rating yet begins at the start. Empty for a game of one: nobody was better than anybody.
    """
    if len(places) < LEAST_PLAYERS:
        return {}
    known = {member_id: before.get(member_id, Rating()) for member_id in places}
    teams = [[_MODEL.rating(mu=one.mu, sigma=one.sigma)] for one in known.values()]
    rated = _MODEL.rate(teams, ranks=[float(place) for place in places.values()])
    return {
        member_id: Rating(after.mu, after.sigma, one.games + 1)
        for (member_id, one), [after] in zip(known.items(), rated, strict=True)
    }
