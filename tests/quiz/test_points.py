"""What an answer earns."""

import pytest

from bot.quiz.points import Standing, points_for, standing

NOW = 1_800_000_000_000


@pytest.mark.parametrize(
    ("answered_before", "due_ms", "expected"),
    [
        (False, None, Standing.NEW),
        (False, NOW - 1, Standing.NEW),  # a sibling was answered, this question was not
        (False, NOW + 1, Standing.NEW),
        (True, NOW - 1, Standing.DUE),
        (True, NOW, Standing.DUE),
        (True, NOW + 1, Standing.NOT_DUE),
        (True, None, Standing.NOT_DUE),
    ],
)
def test_a_question_is_new_due_or_not_due(answered_before, due_ms, expected):
    assert standing(answered_before, due_ms, NOW) is expected


@pytest.mark.parametrize(
    ("correct", "at", "points"),
    [
        (True, Standing.NEW, 10),
        (True, Standing.DUE, 10),
        (True, Standing.NOT_DUE, 0),
        (False, Standing.NEW, 0),
        (False, Standing.DUE, 0),
        (False, Standing.NOT_DUE, 0),
    ],
)
def test_only_a_right_answer_to_a_new_or_due_question_earns_points(correct, at, points):
    assert points_for(correct, at) == points
