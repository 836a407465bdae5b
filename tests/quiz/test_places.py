"""Places on a board of many pages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.quiz.board.ranking import places


@pytest.mark.parametrize(
    ("points", "expected"),
    [([], []), ([5], [1]), ([9, 7, 7, 3], [1, 2, 2, 4]), ([7, 7, 7], [1, 1, 1]), ([0, 0], [1, 1])],
)
def test_equal_points_share_a_place_and_the_next_place_is_left_out(points, expected):
    assert places(points, 0, 1) == expected


@given(points=st.lists(st.integers(0, 5), max_size=40), page_size=st.integers(1, 12))
def test_pages_together_tell_the_same_places_as_counting_those_ahead(points, page_size):
    board = sorted(points, reverse=True)
    model = [1 + sum(other > mine for other in board) for mine in board]
    told = []
    for offset in range(0, len(board), page_size):
        page = board[offset : offset + page_size]
        told += places(page, offset, 1 + sum(other > page[0] for other in board))
    assert told == model
