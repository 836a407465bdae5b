"""What an answer earns."""

import pytest

from bot.quiz.board.points import QuestionStanding, points_for, standing

NOW = 1_800_000_000_000


@pytest.mark.parametrize(
    ("answered_before", "due_ms", "expected"),
    [
        (False, None, QuestionStanding.NEW),
        (False, NOW - 1, QuestionStanding.NEW),  # a sibling was answered, this question was not
        (False, NOW + 1, QuestionStanding.NEW),
        (True, NOW - 1, QuestionStanding.DUE),
        (True, NOW, QuestionStanding.DUE),
        (True, NOW + 1, QuestionStanding.NOT_DUE),
        (True, None, QuestionStanding.NOT_DUE),
    ],
)
def test_a_question_is_new_due_or_not_due(answered_before, due_ms, expected):
    assert standing(answered_before, due_ms, NOW) is expected


@pytest.mark.parametrize(
    ("correct", "at", "points"),
    [
        (True, QuestionStanding.NEW, 10),
        (True, QuestionStanding.DUE, 10),
        (True, QuestionStanding.NOT_DUE, 0),
        (False, QuestionStanding.NEW, 0),
        (False, QuestionStanding.DUE, 0),
        (False, QuestionStanding.NOT_DUE, 0),
    ],
)
def test_only_a_right_answer_to_a_new_or_due_question_earns_points(correct, at, points):
    assert points_for(correct, at) == points
