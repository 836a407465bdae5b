"""An answer to a question, in whatever form it is asked."""

from bot.packs.models import Question
from bot.quiz.question.asking import Given, Lettering, Submission, chose, given_by


def some_answer(question: Question, turn: int) -> Given:
    """Another one for each turn, while there are others: an option, a set of them, an order, a text."""
    places = tuple(range(len(question.options)))
    if question.form == "choice":
        return chose(turn % len(places))
    from_here = turn % max(len(places), 1)
    submitted: dict[str, Submission] = {
        "several": places[: from_here + 1],
        "order": places[from_here:] + places[:from_here],
        "typed": question.answer if turn % 2 else "_*~`|" * 20,
    }
    given = given_by(question, Lettering(places), submitted[question.form])
    assert given
    return given
