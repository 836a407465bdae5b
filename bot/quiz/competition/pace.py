"""How long the rounds of a competition are: three paces, and the pauses that go with them."""

from typing import NamedTuple

from bot.quiz.competition.scoring import Scoring
from bot.quiz.competition.state import Rules

READY_SECONDS = 3.0
PACE_SECONDS = {"calm": 45.0, "standard": 25.0, "quick": 12.0}
PACES_FOR_ORDERS = ("calm",)
"""In a faster game nobody is asked to put things in order: that takes a press for each of them."""


class Tempo(NamedTuple):
    """What times are multiplied by: ``all`` of them, and the ``pauses`` after the rounds once more."""

    all: float = 1.0
    pauses: float = 1.0


USUAL = Tempo()


def paced(
    pace: str,
    rounds: int,
    lobby_minutes: float,
    tempo: Tempo = USUAL,
    scoring: Scoring = Scoring.CLASSIC,
    *,
    teams: int = 0,
    teams_chosen: bool = False,
    duel: bool = False,
) -> Rules:
    """The rules of a game at that pace."""
    seconds, factor = PACE_SECONDS[pace], tempo.all
    return Rules(
        rounds=rounds,
        pace_ms=round(seconds * 1000 * factor),
        reveal_ms=round((seconds / 3 + 6) * 1000 * factor * tempo.pauses),
        lobby_ms=round(lobby_minutes * 60_000 * factor),
        scoring=scoring,
        teams=teams,
        teams_chosen=teams_chosen,
        duel=duel,
        ready_ms=round(READY_SECONDS * 1000 * factor * tempo.pauses),
    )
