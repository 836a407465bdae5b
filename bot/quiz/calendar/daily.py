"""The question of the day: which one is asked, how it came out, and how long a streak is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.clock import DAY_MS
from bot.packs.models import Question
from bot.quiz.practice.picking import Chance, too_close

NOT_AGAIN_DAYS = 60
"""A question that was the question of the day within this time comes again only when nothing else is left."""
APART_DAYS = 7
"""For so long siblings and enemies of a question of the day are kept away where that is possible."""
MET_DAYS = 7
"""A family that somebody met within this time is left out while there are others."""
FORGOTTEN_DAYS = 60
"""What nobody met for so long is as good as never met."""
FEW = 8
"""So many answers weigh as much as what is known of the section, or of the whole course."""


class FamilyTally(NamedTuple):
    """Answers of a server's members to one family."""

    answered: int
    right: int


@dataclass(frozen=True)
class Known:
    """What is known in a server when a question is to be chosen.

    ``tallies`` are by family. ``asked`` are the last questions of the day, newest first; of them ``near`` were asked within
    the last days. ``met_ms`` tells by question when a member of the server last met it, anywhere, or a competition asked it;
    it is ``now_ms``.
    """

    tallies: Mapping[str, FamilyTally] = field(default_factory=dict)
    asked: Sequence[str] = ()
    near: Sequence[Question] = ()
    met_ms: Mapping[str, int] = field(default_factory=dict)
    now_ms: int = 0


def choose(candidates: Sequence[Question], known: Known, rng: Chance) -> Question:
    """The question whose family the server's members get wrong most; chance decides among equals.

    Questions asked lately come last, the longest ago of them first; then siblings and enemies of the last days; then
    families that somebody met in the last days, the longest ago of them first, then in the last weeks. Of a family the
    question goes first that was met the longest ago. Few answers say little: they are drawn towards their section, and that
    towards the course.
    """
    weak = weaknesses(candidates, known.tallies)
    place = {question_id: n for n, question_id in enumerate(known.asked)}

    family_ms: dict[str, int] = {}
    for question in candidates:
        if (at_ms := known.met_ms.get(question.id)) is not None:
            family_ms[question.family] = max(at_ms, family_ms.get(question.family, at_ms))

    def rank(question: Question) -> tuple[int, bool, int, float, int]:
        asked = place.get(question.id)
        lately = 0 if asked is None else len(place) - asked
        near = any(too_close(question, other) for other in known.near)
        freshness = _freshness(family_ms.get(question.family), known.now_ms)
        return lately, near, freshness, -round(weak[question.family], 2), known.met_ms.get(question.id, 0)

    order = list(candidates)
    rng.shuffle(order)
    return min(order, key=rank)


def _freshness(met_ms: int | None, now_ms: int) -> int:
    """How fresh a family is in somebody's mind: to the moment for the last days, in weeks before, 0 for the forgotten."""
    if met_ms is None or (days := (now_ms - met_ms) / DAY_MS) >= FORGOTTEN_DAYS:
        return 0
    return met_ms if days < MET_DAYS else FORGOTTEN_DAYS // 7 + 1 - int(days // 7)


def weaknesses(candidates: Iterable[Question], tallies: Mapping[str, FamilyTally]) -> dict[str, float]:
    """The share of wrong answers to expect in each family."""
    section_of = {question.family: question.section for question in candidates}
    sections: dict[str, list[FamilyTally]] = {}
    for family, section in section_of.items():
        sections.setdefault(section, []).append(tallies.get(family, FamilyTally(0, 0)))
    whole = _wrong([one for some in sections.values() for one in some], 0.5)
    of_section = {section: _wrong(some, whole) for section, some in sections.items()}
    return {
        family: _wrong([tallies.get(family, FamilyTally(0, 0))], of_section[section])
        for family, section in section_of.items()
    }


def _wrong(tallies: Iterable[FamilyTally], expected: float) -> float:
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
