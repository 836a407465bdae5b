"""Boards: what they order members by, and places: equal values share one."""

from collections.abc import Sequence
from enum import StrEnum

ACCURACY_FROM = 20
"""How many answers in the period it takes to stand on the board of accuracy."""


class BoardKind(StrEnum):
    """What `/leaderboard board` offers."""

    POINTS = "points"
    COMPETITION = "competition"
    ACCURACY = "accuracy"
    RATING = "rating"
    STREAK = "streak"
    IMPROVED = "improved"


OF_A_SECTION = (BoardKind.POINTS, BoardKind.ACCURACY)
"""The boards that there are of a single section too."""
BY_PERIOD = (BoardKind.POINTS, BoardKind.COMPETITION, BoardKind.ACCURACY)
"""The boards of a stretch of time; the others are of now."""


def places(values: Sequence[float], offset: int, first_place: int) -> list[int]:
    """The place of each entry of a page that is sorted by value, highest first.

    ``offset`` entries stand before the page; ``first_place`` is the place of its first entry, which may be shared with
    entries before it (standard competition ranking, 1-2-2-4).
    """
    result: list[int] = []
    for index, value in enumerate(values):
        if index == 0:
            result.append(first_place)
        else:
            result.append(result[-1] if value == values[index - 1] else offset + index + 1)
    return result
