"""In which order a competition asks its questions: people settle in before it gets hard."""

from collections.abc import Sequence

from bot.packs.models import Question

WITHOUT_CODE = 2
"""In so many rounds at the start nobody has to read code."""
_HARDER = ("easy", "medium", "hard")


def ramped(questions: Sequence[Question]) -> list[Question]:
    """Easy ones first, and none with code in the first rounds; as far as these questions allow."""
    ordered = sorted(questions, key=lambda question: _HARDER.index(question.difficulty))
    first = [question for question in ordered if not question.code][:WITHOUT_CODE]
    return first + [question for question in ordered if question not in first]
