"""The question of the day: which one is asked, how it came out, and how long a streak is."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.packs.models import Question
from bot.quiz.practice import Chance, too_close

NOT_AGAIN_DAYS = 60
"""A question that was the question of the day within this time comes again only when nothing else is left."""
APART_DAYS = 7
"""For so long siblings and enemies of a question of the day are kept away where that is possible."""
FEW = 8
"""So many answers weigh as much as what is known of the section, or of the whole course."""


class Tally(NamedTuple):
    """Answers of a server's members to one family."""

    answered: int
    right: int


@dataclass(frozen=True)
class Known:
    """What is known in a server when a question is to be chosen.

    ``tallies`` are by family. ``asked`` are the last questions of the day, newest first; of them ``near`` were asked within
    the last days. ``played`` are the families that competitions asked about in the last days.
    """

    tallies: Mapping[str, Tally] = field(default_factory=dict)
    asked: Sequence[str] = ()
    near: Sequence[Question] = ()
    played: Collection[str] = ()


def choose(candidates: Sequence[Question], known: Known, rng: Chance) -> Question:
    """The question whose family the server's members get wrong most; chance decides among equals.

    Questions asked lately come last, the longest ago of them first; then siblings and enemies of the last days; then
    families that were just played. Few answers say little: they are drawn towards their section, and that towards the course.
    """
    weak = weaknesses(candidates, known.tallies)
    place = {question_id: n for n, question_id in enumerate(known.asked)}

    def rank(question: Question) -> tuple[int, bool, bool, float]:
        asked = place.get(question.id)
        lately = 0 if asked is None else len(place) - asked
        near = any(too_close(question, other) for other in known.near)
        return lately, near, question.family in known.played, -round(weak[question.family], 2)

    order = list(candidates)
    rng.shuffle(order)
    return min(order, key=rank)


def weaknesses(candidates: Iterable[Question], tallies: Mapping[str, Tally]) -> dict[str, float]:
    """The share of wrong answers to expect in each family."""
    section_of = {question.family: question.section for question in candidates}
    sections: dict[str, list[Tally]] = {}
    for family, section in section_of.items():
        sections.setdefault(section, []).append(tallies.get(family, Tally(0, 0)))
    whole = _wrong([one for some in sections.values() for one in some], 0.5)
    of_section = {section: _wrong(some, whole) for section, some in sections.items()}
    return {
        family: _wrong([tallies.get(family, Tally(0, 0))], of_section[section])
        for family, section in section_of.items()
    }


def _wrong(tallies: Iterable[Tally], expected: float) -> float:
    """The share of wrong answers, drawn towards what was expected."""
    some = list(tallies)
    answered, right = sum(one.answered for one in some), sum(one.right for one in some)
    return (answered - right + FEW * expected) / (answered + FEW)


def streak(days: Iterable[tuple[bool, bool]]) -> int:
    """How many questions in a row were answered, from the newest on; each is (answered, still open).

    The newest one does not end a streak while it is open. A day without a question is not among them, so it ends none.
    """
    count = 0
    for place, (answered, is_open) in enumerate(days):
        if answered:
            count += 1
        elif place > 0 or not is_open:
            break
    return count
