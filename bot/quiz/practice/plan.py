"""What next: ten minutes of learning, from what is due, what is weak and what is new."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.quiz.practice.mastery import Level, Mastery

REVIEWS_AT_MOST = 8
NEW_QUESTIONS = 5
A_BEGINNING = 3
"""So many answers in a section make it one that can be weak."""


class SectionStanding(NamedTuple):
    """A section as the plan sees it: how well it is known, how many pages it has, and which were not read, from 0."""

    section_id: str
    mastery: Mastery
    unread: Sequence[int]
    pages: int = 1


@dataclass(frozen=True)
class Plan:
    """How many reviews, then which section's page (None: none); then come new questions."""

    reviews: int
    section_id: str | None
    page: int | None
    is_weak: bool


def plan(due: int, sections: Sequence[SectionStanding], pages_that_help: Mapping[str, Collection[int]]) -> Plan:
    """The plan for the next ten minutes.

    The section is the weakest of those begun, or the first that was not begun when all of them are solid. Its page is one
    that puts right a myth that the learner believes (``pages_that_help``, by section), else the first unread one. A learner
    without any answer begins with questions, not with a page.
    """
    reviews = min(due, REVIEWS_AT_MOST)
    begun = [one for one in sections if one.mastery.answers >= A_BEGINNING]
    weak = [one for one in begun if one.mastery.level is not Level.SOLID]
    if weak:
        chosen = min(weak, key=lambda one: one.mastery.share)
        helping = sorted(pages_that_help.get(chosen.section_id, ()))
        weak_page = helping[0] if helping else (chosen.unread[0] if chosen.unread else 0 if chosen.pages else None)
        return Plan(reviews, chosen.section_id, weak_page, is_weak=True)
    fresh = [one for one in sections if one.mastery.answers < A_BEGINNING]
    if begun and fresh:
        page = fresh[0].unread[0] if fresh[0].unread else None
        return Plan(reviews, fresh[0].section_id, page, is_weak=False)
    return Plan(reviews, None, None, is_weak=False)
