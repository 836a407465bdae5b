"""The group of a server, without names: which sections are weak, and which beliefs are common."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.clock import DAY_MS, Clock
from bot.model.answers import Answered
from bot.packs.library import Library, LibraryOf, SectionRef
from bot.packs.models import Misconception, Pack
from bot.quiz.practice.mixups import Choice, mixups, offered_by
from bot.quiz.question.statistics import wilson
from bot.storage import answers, members
from bot.storage.store import Store

LAST_DAYS = 60
MEMBERS_AT_MOST = 500
AT_ONCE = 25
"""Members whose answers are read together: a few milliseconds for the database."""
MEMBERS_FROM = 3
"""Of fewer members nothing is told, of a section or a belief either: whoever knows one of them would know the others."""
HELD_FROM = 0.5
HELD_BY_FROM = 2
AIMED_SECTIONS, AIMED_BELIEFS = 3, 5


class GroupSection(NamedTuple):
    """How a group answered in a section: the share of right answers, and its 95 % interval."""

    ref: SectionRef
    answers: int
    share: float
    low: float
    high: float


class GroupBelief(NamedTuple):
    """A misconception, by how many members it is probably held, and how many met it."""

    misconception: Misconception
    held_by: int
    met_by: int


class Group(NamedTuple):
    """A server's members in one course over the last two months; what too few of them met is left out."""

    pack_id: str
    title: str
    courses: Sequence[tuple[str, str]]
    members: int
    sections: Sequence[GroupSection]
    beliefs: Sequence[GroupBelief]

    @property
    def aim(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What a competition for this group would ask about: its weakest sections, and the beliefs behind the errors."""
        sections = tuple(one.ref.section.id for one in self.sections[:AIMED_SECTIONS])
        return sections, tuple(one.misconception.id for one in self.beliefs[:AIMED_BELIEFS])


class Groups:
    """What `/studyhall group` does."""

    def __init__(self, library: Library, store: Store, clock: Clock, library_of: LibraryOf) -> None:
        self._library = library
        self._library_of = library_of
        self._store = store
        self._clock = clock

    async def show(self, guild_id: int, pack_id: str | None = None) -> Group:
        """The group in a course of the server, the first unless one is given."""
        here = self._library_of(guild_id)
        pack = here.pack(pack_id) if pack_id else here.packs[0]
        since_ms = self._clock.now_ms() - LAST_DAYS * DAY_MS
        seen = await members.seen_since(self._store, guild_id, since_ms, MEMBERS_AT_MOST)
        past: dict[int, list[Answered]] = {}
        for first in range(0, len(seen), AT_ONCE):
            past |= await answers.since(self._store, guild_id, pack.id, seen[first : first + AT_ONCE], since_ms)
        courses = [(one.id, one.head.title) for one in here.packs]
        if len(past) < MEMBERS_FROM:
            return Group(pack.id, pack.head.title, courses, len(past), [], [])
        # Off the event loop: 500 members with hundreds of answers take a second or so.
        sections, beliefs = await asyncio.to_thread(_counted, pack, past)
        return Group(pack.id, pack.head.title, courses, len(past), sections, beliefs)


def _counted(pack: Pack, past: Mapping[int, Sequence[Answered]]) -> tuple[list[GroupSection], list[GroupBelief]]:
    given, right, by = Counter[str](), Counter[str](), Counter[str]()
    held, met = Counter[str](), Counter[str]()
    questions = {one.id: one for one in pack.questions}
    for own in past.values():
        by.update({one.section_id for one in own})
        for one in own:
            given[one.section_id] += 1
            right[one.section_id] += one.correct
        met.update(
            {name for one in own if one.question_id in questions for name in offered_by(questions[one.question_id])}
        )
        choices = [Choice(o.question_id, o.question_hash, o.chosen, o.correct, o.answered_ms, o.sureness) for o in own]
        held.update(
            one.misconception_id for one in mixups(choices, questions) if not one.gone and one.likely >= HELD_FROM
        )
    sections = []
    for section in pack.sections:
        interval = wilson(right[section.id], given[section.id])
        if interval and by[section.id] >= MEMBERS_FROM:
            share = right[section.id] / given[section.id]
            sections.append(GroupSection(SectionRef(pack, section), given[section.id], share, *interval))
    beliefs = [
        GroupBelief(one, held[one.id], met[one.id])
        for one in pack.head.misconceptions
        if held[one.id] >= HELD_BY_FROM and met[one.id] >= MEMBERS_FROM
    ]
    return (
        sorted(sections, key=lambda one: one.share),
        sorted(beliefs, key=lambda one: (-one.held_by / one.met_by, -one.held_by)),
    )
