"""The packs in force, and how the rest of the house finds things in them."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import NotFound
from bot.packs.models import Misconception, Pack, Question, Section


@dataclass(frozen=True)
class SectionRef:
    """A section together with the pack that it belongs to."""

    pack: Pack
    section: Section

    @property
    def key(self) -> str:
        """How the section is named in options and ids: ``pack/section``."""
        return f"{self.pack.id}/{self.section.id}"


class Library:
    """Lookups over the packs that were loaded."""

    def __init__(self, packs: Sequence[Pack]) -> None:
        self.packs = tuple(packs)
        self._packs = {pack.id: pack for pack in packs}
        self._sections = {(p.id, s.id): SectionRef(p, s) for p in packs for s in p.sections}
        self._questions = {(p.id, q.id): q for p in packs for q in p.questions}
        self._misconceptions = {(p.id, m.id): m for p in packs for m in p.head.misconceptions}

    @property
    def sections(self) -> list[SectionRef]:
        """Every section of every pack, in order."""
        return list(self._sections.values())

    def pack(self, pack_id: str) -> Pack:
        """The pack of that id. Raises NotFound."""
        if pack_id not in self._packs:
            raise NotFound(f"The course {pack_id} is not here any more. Pick another in `/lesson`.")
        return self._packs[pack_id]

    def section(self, pack_id: str, section_id: str) -> SectionRef:
        """The section of that id. Raises NotFound."""
        found = self._sections.get((pack_id, section_id))
        if found is None:
            raise NotFound(f"There is no section {section_id} any more. `/lesson` shows what there is.")
        return found

    def find_section(self, text: str) -> SectionRef:
        """The section that a person means by ``pack/section``, an id or a title, whatever its case.

        Raises NotFound with the titles to choose from.
        """
        wanted = text.strip().casefold()
        for ref in self.sections:
            names = {ref.key, ref.section.id, ref.section.title, self.title(ref)}
            if wanted in {name.casefold() for name in names}:
                return ref
        titles = ", ".join(self.title(ref) for ref in self.sections[:25])
        raise NotFound(f"There is no such section. Pick one from the list: {titles}.")

    def title(self, ref: SectionRef) -> str:
        """The section's title; with more than one course, *course › section*."""
        return ref.section.title if len(self.packs) == 1 else f"{ref.pack.head.title} › {ref.section.title}"

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
