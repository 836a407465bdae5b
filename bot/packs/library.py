"""The packs in force, and how the rest of the house finds things in them."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from bot.errors import NotFound
from bot.facts import Code, fact
from bot.packs.models import REVIEW_WITHIN_DAYS, Misconception, Pack, PackHead, Question, Section, Term
from bot.packs.words import called


class SectionRef(NamedTuple):
    """A section together with the pack that it belongs to."""

    pack: Pack
    section: Section

    @property
    def key(self) -> str:
        """How the section is named in options and ids: ``pack/section``."""
        return f"{self.pack.id}/{self.section.id}"


class Part(NamedTuple):
    """What can be asked about: a section, or (None) a whole course."""

    pack: Pack
    section: Section | None


class TermRef(NamedTuple):
    """A term of the glossary together with the pack that it belongs to."""

    pack: Pack
    term: Term


class Mentions(NamedTuple):
    """What of a pack a text speaks of: terms with the ids of the questions that use each, and sections by their titles."""

    pack: Pack
    terms: list[Term]
    sections: list[Section]
    users: dict[str, frozenset[str]]


class Library:
    """Lookups over the packs that were loaded; ``elsewhere`` are those that a server did not choose."""

    def __init__(self, packs: Sequence[Pack], elsewhere: Sequence[Pack] = ()) -> None:
        self._elsewhere = {pack.id: pack for pack in elsewhere}
        self._pictures: dict[str, bytes] = {}
        self._own: dict[int, tuple[Pack, ...]] = {}
        self.replace(packs)

    def replace(self, packs: Sequence[Pack]) -> None:
        """Put these packs in force instead; what `only` gave before still has the old ones."""
        before = self._pictures
        self.packs = tuple(packs)
        self._pictures = {key: file.data for pack in packs for key, file in pack.pictures.items()}
        self._pictures_before = {key: data for key, data in before.items() if key not in self._pictures}
        self._words: dict[str, list[tuple[Term, re.Pattern[str]]]] = {}
        self._users: dict[tuple[str, str], frozenset[str]] = {}
        self._parts: dict[frozenset[str], Library] = {}
        self._known: dict[int, Library] = {}
        self._packs = {pack.id: pack for pack in packs}
        self._sections = {(p.id, s.id): SectionRef(p, s) for p in packs for s in p.sections}
        self._questions = {(p.id, q.id): q for p in packs for q in p.questions}
        self._misconceptions = {(p.id, m.id): m for p in packs for m in p.head.misconceptions}

    def put_own(self, guild_id: int, packs: Sequence[Pack]) -> None:
        """Let a server have these courses of its own; none, and it has none (in memory)."""
        self._known.pop(guild_id, None)
        self._own.pop(guild_id, None)
        if packs:
            self._own[guild_id] = tuple(packs)

    def own(self, guild_id: int | None) -> tuple[Pack, ...]:
        """The courses of a server's own; in direct messages (None) there are none."""
        return self._own.get(guild_id, ()) if guild_id is not None else ()

    @property
    def own_packs(self) -> list[Pack]:
        """The own courses of all servers that are in use."""
        return [pack for packs in self._own.values() for pack in packs]

    def known(self, guild_id: int | None) -> "Library":
        """Where what was asked in a server is looked up: every pack, chosen there or not, and the server's own courses.

        What is another server's is not found there, whatever id is asked for.
        """
        if guild_id is None or not self.own(guild_id):
            return self
        if guild_id not in self._known:
            self._known[guild_id] = self.beside(self.own(guild_id))
        return self._known[guild_id]

    def only(self, pack_ids: Collection[str]) -> "Library":
        """The library of a server that chose these packs; all of it where none of them is here."""
        chosen = frozenset(pack_id for pack_id in pack_ids if pack_id in self._packs)
        if len(chosen) in (0, len(self.packs)):
            return self
        if chosen not in self._parts:  # servers that chose the same share one
            inside, outside = ([p for p in self.packs if (p.id in chosen) is here] for here in (True, False))
            self._parts[chosen] = Library(inside, outside)
        return self._parts[chosen]

    def beside(self, own: Sequence[Pack], *, alone: bool = False) -> "Library":
        """The library of a server that has courses of its own too; ``alone``: these are all that it chose."""
        here = () if alone else self.packs
        return Library([*here, *own], [*self._elsewhere.values(), *(self.packs if alone else ())])

    @property
    def sections(self) -> list[SectionRef]:
        """Every section of every pack, in order."""
        return list(self._sections.values())

    def pack(self, pack_id: str) -> Pack:
        """The pack of that id. Raises NotFound."""
        self._refuse_elsewhere(pack_id)
        if pack_id not in self._packs:
            raise NotFound(fact(Code.COURSE_GONE, course=pack_id))
        return self._packs[pack_id]

    def review_within_days(self, pack_id: str) -> int:
        """Within how many days a course wants what is known reviewed; the usual number for one that is gone."""
        pack = self._packs.get(pack_id)
        return pack.head.review_within_days if pack else REVIEW_WITHIN_DAYS

    def section(self, pack_id: str, section_id: str) -> SectionRef:
        """The section of that id. Raises NotFound."""
        self._refuse_elsewhere(pack_id)
        found = self._sections.get((pack_id, section_id))
        if found is None:
            raise NotFound(fact(Code.SECTION_GONE, section=section_id))
        return found

    def picture(self, key: str) -> bytes | None:
        """The picture of that key, if a pack has it, or had it before the last `replace`: games that are on show it."""
        found = self._pictures.get(key) or self._pictures_before.get(key)
        own = (pack.pictures[key].data for packs in self._own.values() for pack in packs if key in pack.pictures)
        return found or next(own, None)

    def to_read(self, pack_id: str, questions: Iterable[Question]) -> Section | None:
        """The section of the first of these questions whose section has pages. Raises NotFound."""
        sections = (self.section(pack_id, question.section).section for question in questions)
        return next((section for section in sections if section.pages), None)

    def find_section(self, text: str) -> SectionRef:
        """The section that a person means by ``pack/section``, an id or a title, in any spelling that is unique.

        Raises NotFound with the titles to choose from.
        """
        names = [(_names(number, ref), ref) for ref, number in self._numbered()]
        if found := called(text, names):
            if len({ref.key for ref in found}) == 1:
                return found[0]
            raise NotFound(fact(Code.SECTION_AMBIGUOUS, titles=tuple(_full_title(ref) for ref in found)))
        if self._elsewhere:
            try:
                other = Library(list(self._elsewhere.values())).find_section(text)
            except NotFound:
                pass
            else:
                self._refuse_elsewhere(other.pack.id)
        raise NotFound(fact(Code.NO_SUCH_SECTION, titles=tuple(self.title(ref) for ref in self.sections)))

    def find_part(self, text: str) -> Part:
        """The course or the section that a person means, in any spelling that is unique. Raises NotFound."""
        courses = [([pack.id, pack.head.title, whole_title(pack)], pack) for pack in self.packs]
        found = called(text, courses) if len(self.packs) > 1 else []
        if len(found) == 1:
            return Part(found[0], None)
        ref = self.find_section(text)
        return Part(ref.pack, ref.section)

    def _numbered(self) -> list[tuple[SectionRef, int]]:
        return [(SectionRef(pack, section), n) for pack in self.packs for n, section in enumerate(pack.sections, 1)]

    def title(self, ref: SectionRef) -> str:
        """The section's title; with more than one course, *course › section*."""
        return ref.section.title if len(self.packs) == 1 else _full_title(ref)

    def question(self, pack_id: str, question_id: str) -> Question | None:
        """The question of that id, if the pack still has it."""
        return self._questions.get((pack_id, question_id))

    def questions(self, pack_id: str, section_id: str | None = None, difficulty: str | None = None) -> list[Question]:
        """A pack's questions; those of one section and difficulty if given.

        A section without questions of its own (a summary) draws on the whole pack.
        """
        questions = self.pack(pack_id).questions
        own = [q for q in questions if q.section == section_id]
        return [q for q in (own or questions) if difficulty in (None, q.difficulty)]

    def misconception(self, pack_id: str, misconception_id: str | None) -> Misconception | None:
        """The misconception of that id."""
        return self._misconceptions.get((pack_id, misconception_id or ""))

    def refuting_page(self, pack_id: str, misconception_id: str) -> tuple[SectionRef, int] | None:
        """The page that puts a misconception right: its section, and its place there from 0."""
        for section in self.pack(pack_id).sections:
            for number, page in enumerate(section.pages):
                if misconception_id in page.refutes:
                    return SectionRef(self.pack(pack_id), section), number
        return None

    @property
    def demos(self) -> set[str]:
        """The demos that the courses speak of."""
        of_sections = {demo for ref in self.sections for demo in ref.section.demos}
        figures = {page.figure.demo for ref in self.sections for page in ref.section.pages if page.figure}
        beliefs = {one.demo for one in self._misconceptions.values() if one.demo}
        return of_sections | figures | beliefs

    @property
    def terms(self) -> list[TermRef]:
        """Every term of every pack, by name."""
        found = [TermRef(pack, term) for pack in self.packs for term in pack.terms]
        return sorted(found, key=lambda ref: ref.term.name.casefold())

    def find_term(self, text: str) -> TermRef:
        """The term that a person means by its id or one of its names. Raises NotFound with the nearest names."""
        wanted = " ".join(text.split()).casefold()
        for ref in self.terms:
            if wanted in {name.casefold() for name in (ref.term.id, ref.term.name, *ref.term.also)}:
                return ref
        names = [name for ref in self.terms for name in (ref.term.name, *ref.term.also)]
        if not names:
            raise NotFound(fact(Code.NO_GLOSSARY))
        raise NotFound(fact(Code.NO_SUCH_TERM, near=tuple(difflib.get_close_matches(text, names, 3, 0.5))))

    def terms_in(self, pack_id: str, text: str) -> list[Term]:
        """The pack's terms that a text uses, in the order of their first use."""
        found = [
            (match.start(), term.id, term) for term, words in self._patterns(pack_id) if (match := words.search(text))
        ]
        return [term for _start, _id, term in sorted(found, key=lambda one: one[:2])]

    def terms_of(self, pack_id: str, question: Question) -> list[Term]:
        """The pack's terms that a question's stem and explanations use."""
        return self.terms_in(pack_id, _told(question))

    def mentions(self, text: str) -> Mentions | None:
        """What a text speaks of, of the pack of which it mentions the most; None for a text with no word of any."""
        found = [self._mentions(pack, text) for pack in self.packs]
        most = max(found, key=lambda one: len(one.terms) + len(one.sections))
        return most if most.terms or most.sections else None

    def _mentions(self, pack: Pack, text: str) -> Mentions:
        terms = self.terms_in(pack.id, text)
        sections = [one for one in pack.sections if re.search(_whole_word(one.title.strip(), ""), text, re.IGNORECASE)]
        return Mentions(pack, terms, sections, {term.id: self._using(pack, term) for term in terms})

    def _using(self, pack: Pack, term: Term) -> frozenset[str]:
        """The ids of the questions that use a term."""
        if (pack.id, term.id) not in self._users:
            words = next(pattern for one, pattern in self._patterns(pack.id) if one.id == term.id)
            using = (question.id for question in pack.questions if words.search(_told(question)))
            self._users[pack.id, term.id] = frozenset(using)
        return self._users[pack.id, term.id]

    def _patterns(self, pack_id: str) -> list[tuple[Term, re.Pattern[str]]]:
        if pack_id not in self._words:
            pack = self._packs.get(pack_id)
            self._words[pack_id] = [(term, _pattern(term, pack.head)) for term in pack.terms] if pack else []
        return self._words[pack_id]

    def _refuse_elsewhere(self, pack_id: str) -> None:
        if pack := self._elsewhere.get(pack_id):
            here = tuple(one.head.title for one in self.packs)
            raise NotFound(fact(Code.COURSE_ELSEWHERE, course=pack.head.title, here=here))


LibraryOf = Callable[[int | None], Library]
"""Which library is in force in a server, or (None) in direct messages."""


_NO_SPACES = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")
"""Scripts that write words without spaces between them, or particles right behind them."""


def _told(question: Question) -> str:
    """A question's stem and all that is explained of it."""
    return " ".join((question.explanation, question.stem, *(option.why for option in question.options)))


def _pattern(term: Term, head: PackHead) -> re.Pattern[str]:
    """Finds the term in a text: as a whole word, in English its plural too, where its script has spaces between words."""
    names = sorted((term.name, *term.also), key=len, reverse=True)
    plural = "(?:s|es)?" if head.is_english else ""
    return re.compile("|".join(_whole_word(name, plural) for name in names), re.IGNORECASE)


def _whole_word(name: str, plural: str) -> str:
    before, after = (
        "" if _stands_close(edge) else look for edge, look in ((name[0], r"(?<!\w)"), (name[-1], r"(?!\w)"))
    )
    return f"{before}{re.escape(name)}{plural if after else ''}{after}"


def _stands_close(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(_NO_SPACES)


def whole_title(pack: Pack) -> str:
    """How a whole course is called among sections."""
    return f"{pack.head.title} › all sections"


def _names(number: int, ref: SectionRef) -> list[str]:
    """The section's names, the one that says the most first: its key, its titles as they are shown, its id."""
    return [ref.key, _full_title(ref), ref.section.title, ref.section.id, f"{number}. {ref.section.title}"]


def _full_title(ref: SectionRef) -> str:
    return f"{ref.pack.head.title} › {ref.section.title}"
