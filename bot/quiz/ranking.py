"""Places on a board: equal points share a place."""

from collections.abc import Sequence


def places(points: Sequence[int], offset: int, first_place: int) -> list[int]:
    """The place of each entry of a page that is sorted by points, highest first.

    ``offset`` entries stand before the page; ``first_place`` is the place of its first entry, which may be shared with
    entries before it (standard competition ranking, 1-2-2-4).
    """
    result: list[int] = []
    for index, value in enumerate(points):
        if index == 0:
            result.append(first_place)
        else:
            result.append(result[-1] if value == points[index - 1] else offset + index + 1)
    return result
