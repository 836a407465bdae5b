"""How a competition's answers become a score: the presets, each one entry with its rule in a line."""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple, Self

from bot.quiz.question.asking import Sureness

GRACE_MS = 500
"""An answer within half a second gets full speed marks: that much is the network and the finger, not knowledge."""

RIGHT = 1_000
SPEED_IN_ALL = 499
"""All speed bonuses of a `classic` competition together stay below half of one right answer."""

_CERTAINTY = {
    Sureness.SURE: (3, -6),
    Sureness.THINK: (2, -2),
    Sureness.GUESS: (1, 0),
}
"""Right and wrong marks of certainty-based marking (Gardner-Medwin, https://tmedwin.net/cbm/)."""


class Scored(NamedTuple):
    """An answer as a preset sees it: how long it took, the time that the player has for the round, the rounds in all."""

    correct: bool
    sureness: Sureness
    elapsed_ms: int
    own_ms: int
    rounds: int

    @property
    def slowness(self) -> float:
        """From 0, at once, to 1, with all the time used."""
        return 0.0 if self.elapsed_ms <= GRACE_MS else min(1.0, self.elapsed_ms / self.own_ms)


def _study(one: Scored) -> int:
    return 1 if one.correct else 0


def _classic(one: Scored) -> int:
    return RIGHT + int(SPEED_IN_ALL / one.rounds * (1 - one.slowness)) if one.correct else 0


def _sprint(one: Scored) -> int:
    return round(RIGHT * (1 - one.slowness / 2)) if one.correct else 0


def _certainty(one: Scored) -> int:
    return _CERTAINTY[one.sureness][0 if one.correct else 1]


class Scoring(StrEnum):
    """The presets: what each is called, its point in a few words, its rule as the lobby shows it, the marks of one answer.

    With one that ``asks_sureness`` players say how sure they are once they have answered, so a round does not end as soon
    as all have.
    """

    summary: str
    rule: str
    marks: Callable[[Scored], int]
    asks_sureness: bool

    STUDY = "study", "right or wrong, speed doesn't matter", "1 for each right answer; speed doesn't matter", _study
    CLASSIC = (
        "classic",
        "right answers first, speed a little",
        "1,000 for each right answer, and a little more if you're quick. One more right answer always wins",
        _classic,
    )
    SPRINT = "sprint", "speed is half of it", "up to 1,000 for each right answer, half of it for speed", _sprint
    CERTAINTY = (
        "certainty",
        "say how sure you are: sure +3/−6",
        "say how sure you are: Sure +3/−6 · Think so +2/−2 · Guess +1/0",
        _certainty,
        True,
    )

    def __new__(
        cls, name: str, summary: str, rule: str, marks: Callable[[Scored], int], asks_sureness: bool = False
    ) -> Self:
        """A preset, which is its name."""
        made = str.__new__(cls, name)
        made._value_ = name
        made.summary, made.rule = summary, rule
        made.marks, made.asks_sureness = marks, asks_sureness
        return made

    @property
    def rewards_speed(self) -> bool:
        """Whether a quick right answer earns more than a slow one."""
        quick = Scored(correct=True, sureness=Sureness.SURE, elapsed_ms=0, own_ms=1_000, rounds=1)
        return self.marks(quick) > self.marks(quick._replace(elapsed_ms=1_000))


def preset(name: str) -> Scoring | None:
    """The preset of that name."""
    return next((one for one in Scoring if one.value == name), None)
