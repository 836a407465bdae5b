"""Reading a lesson: its contents with one's progress, and its pages."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.clock import Clock
from bot.errors import NotFound
from bot.model.lessons import PagePlace
from bot.packs.library import Library, LibraryOf, SectionRef
from bot.packs.models import Page, Term
from bot.storage import reading
from bot.storage.locks import of_member
from bot.storage.store import Store


class ContentsLine(NamedTuple):
    """One section in the contents: how many of its pages the member has read, and how many questions are about it."""

    ref: SectionRef
    read: int
    pages: int
    questions: int = 0

    @property
    def finished(self) -> bool:
        """Whether every page was opened."""
        return self.read >= self.pages > 0


class Contents(NamedTuple):
    """A pack's contents for one member; ``resume`` is the page they opened last."""

    pack_id: str
    title: str
    subtitle: str
    description: str
    lines: list[ContentsLine]
    resume: tuple[SectionRef, int] | None


@dataclass(frozen=True)
class LessonPage:
    """One page with its neighbours; ``number`` counts from 0. The last page carries what to remember."""

    ref: SectionRef
    number: int
    page: Page
    before: tuple[SectionRef, int] | None
    after: tuple[SectionRef, int] | None
    terms: list[Term] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many pages the section has."""
        return len(self.ref.section.pages)

    @property
    def is_last(self) -> bool:
        """Whether the section ends with this page."""
        return self.number == self.count - 1


class Lessons:
    """What `/lesson` does."""

    def __init__(self, library: Library, store: Store, clock: Clock, library_of: LibraryOf | None = None) -> None:
        self._library_of = library_of or (lambda _guild_id: library)
        self._store = store
        self._clock = clock

    async def contents(self, member_id: int, pack_id: str | None = None, guild_id: int | None = None) -> Contents:
        """The contents of a pack of the server: the given one, the one read last, or the first."""
        here = self._library_of(guild_id)
        last = await reading.last_read(self._store, member_id)
        known = {pack.id for pack in here.packs}
        if pack_id is None:
            pack_id = last[0] if last and last[0] in known else here.packs[0].id
        pack = here.pack(pack_id)
        read = await reading.pages_read(self._store, member_id, pack_id)
        asked = Counter(question.section for question in pack.questions)
        lines = [
            ContentsLine(
                SectionRef(pack, section),
                sum(place.section_id == section.id and place.page < len(section.pages) for place in read),
                len(section.pages),
                asked[section.id],
            )
            for section in pack.sections
        ]
        resume = None
        if last and last[0] == pack_id:
            resume = _place(here, pack_id, last[1])
        return Contents(pack_id, pack.head.title, pack.head.subtitle, pack.head.description, lines, resume)

    async def open(
        self, member_id: int, ref: SectionRef, number: int | None = None, guild_id: int | None = None
    ) -> LessonPage:
        """Open a page of a section that has pages, and note it as read.

        Without a number it is the first page of the section that the member has not read yet (the first, if all are).
        A number beyond the section is brought to its nearest page.
        """
        pages = ref.section.pages
        if number is None:
            read = await reading.pages_read(self._store, member_id, ref.pack.id)
            unread = [n for n in range(len(pages)) if PagePlace(ref.section.id, n) not in read]
            number = unread[0] if unread else 0
        number = max(0, min(number, len(pages) - 1))
        now_ms = self._clock.now_ms()
        await self._store.write(
            lambda tx: reading.mark_read(tx, member_id, ref.pack.id, PagePlace(ref.section.id, number), now_ms),
            of_member(member_id),
        )
        sections = [SectionRef(ref.pack, section) for section in ref.pack.sections]
        at = sections.index(ref)
        before: tuple[SectionRef, int] | None
        after: tuple[SectionRef, int] | None
        if number > 0:
            before = (ref, number - 1)
        else:
            earlier = next((one for one in reversed(sections[:at]) if one.section.pages), None)
            before = (earlier, len(earlier.section.pages) - 1) if earlier else None
        if number < len(pages) - 1:
            after = (ref, number + 1)
        else:
            later = next((one for one in sections[at + 1 :] if one.section.pages), None)
            after = (later, 0) if later else None
        page = pages[number]
        told = "\n".join((page.text, page.after or "", page.figure.text if page.figure else ""))
        terms = self._library_of(None).known(guild_id).terms_in(ref.pack.id, told)
        return LessonPage(ref, number, page, before, after, terms)


def _place(library: Library, pack_id: str, place: PagePlace) -> tuple[SectionRef, int] | None:
    try:
        ref = library.section(pack_id, place.section_id)
    except NotFound:
        return None
    return (ref, min(place.page, len(ref.section.pages) - 1)) if ref.section.pages else None
