"""What to do once a sitting is over: one thing."""

from enum import Enum


class NextStep(Enum):
    """The one thing to do next."""

    RETRY = "retry"
    REVIEW = "review"
    MORE = "more"


def next_step(missed: int, due_now: int) -> NextStep:
    """What was missed while it is fresh, then what is due, then new questions."""
    if missed:
        return NextStep.RETRY
    return NextStep.REVIEW if due_now else NextStep.MORE
