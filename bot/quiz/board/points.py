"""Points for the boards: a right answer to a question that is new or due earns some, and the first in a competition more."""

from collections.abc import Sequence
from enum import Enum

from bot.quiz.competition.standings import Standing

POINTS_FOR_RIGHT = 10
BONUSES = (30, 20, 10)
"""For the first three of a competition in which at least two answered."""


class QuestionStanding(Enum):
    """What a question is to a member before they answer it."""

    NEW = "new"
    DUE = "due"
    NOT_DUE = "not due"


def standing(answered_before: bool, due_ms: int | None, now_ms: int) -> QuestionStanding:
    """New if this member never answered the question, due if the card of its family is, else not due."""
    if not answered_before:
        return QuestionStanding.NEW
    return QuestionStanding.DUE if due_ms is not None and due_ms <= now_ms else QuestionStanding.NOT_DUE


def bonuses_for(lines: Sequence[Standing]) -> dict[int, int]:
    """What the first of a competition earn on top, by member; only where two answered, and with at least one right."""
    if len(lines) < 2:
        return {}
    return {line.member_id: BONUSES[line.place - 1] for line in lines if line.place <= len(BONUSES) and line.right}


def points_for(correct: bool, at: QuestionStanding) -> int:
    """10 for a right answer to a question that is new or due; 0 for everything else."""
    return POINTS_FOR_RIGHT if correct and at is not QuestionStanding.NOT_DUE else 0
