"""How a competition's answers become a score: four presets, each with its rule in a line."""

from enum import StrEnum

from bot.quiz.question.asking import Sureness

GRACE_MS = 500
"""An answer within half a second gets full speed marks: that much is the network and the finger, not knowledge."""

RIGHT = 1_000
SPEED_IN_ALL = 499
"""All speed bonuses of a `classic` competition together stay below half of one right answer."""


class Scoring(StrEnum):
    """The presets."""

    STUDY = "study"
    CLASSIC = "classic"
    SPRINT = "sprint"
    CERTAINTY = "certainty"


RULES = {
    Scoring.STUDY: "one point for each right answer; time does not matter",
    Scoring.CLASSIC: "1,000 for each right answer and a small bonus for speed; one more right answer always wins",
    Scoring.SPRINT: "up to 1,000 for each right answer, half of it for speed",
    Scoring.CERTAINTY: "right: 3 when sure, 2 when you think so, 1 for a guess; wrong: -6, -2, 0",
}
"""Each preset's rule in one line, as the lobby shows it."""

_CERTAINTY = {
    Sureness.SURE: (3, -6),
    Sureness.THINK: (2, -2),
    Sureness.GUESS: (1, 0),
}
"""Right and wrong marks of certainty-based marking (Gardner-Medwin, https://tmedwin.net/cbm/)."""


def marks(scoring: Scoring, *, correct: bool, sureness: Sureness, elapsed_ms: int, own_ms: int, rounds: int) -> int:
    """The marks of one answer.

    ``elapsed_ms`` is how long it took, ``own_ms`` the time that this player has for the round, ``rounds`` how many
    rounds the competition has.
    """
    if scoring is Scoring.CERTAINTY:
        return _CERTAINTY[sureness][0 if correct else 1]
    if not correct:
        return 0
    if scoring is Scoring.STUDY:
        return 1
    slowness = 0.0 if elapsed_ms <= GRACE_MS else min(1.0, elapsed_ms / own_ms)
    if scoring is Scoring.SPRINT:
        return round(RIGHT * (1 - slowness / 2))
    return RIGHT + int(SPEED_IN_ALL / rounds * (1 - slowness))
