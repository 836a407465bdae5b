"""Drafts as the questions of a course that is kept elsewhere than in a folder, by the same rules as those of a folder."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from bot.exchange.drafts import Draft
from bot.exchange.packs import PackedFile, files_of, head_of
from bot.packs.faults import LEFT_OUT, Fault
from bot.packs.files import PICTURES
from bot.packs.loading import Loaded, read_pack
from bot.packs.models import (
    LETTERS,
    LONGEST_SECTION_ID,
    Misconception,
    Pack,
    PackHead,
    PictureFile,
    Question,
    Section,
    Standard,
    Term,
    Topic,
)
from bot.packs.prose import as_typed
from bot.packs.shorthand import made_id

NO_SECTION = "General"
"""The section of a course that has none yet."""


@dataclass(frozen=True)
class Outline:
    """All of a course but its questions and pictures.

    ``sections`` are titles, in order; ``lessons`` are those sections that have pages, as an imported course brought them.
    """

    title: str
    language: str = "en"
    standard: Standard = "plain"
    code_language: str = ""
    licence: str = ""
    description: str = ""
    sections: tuple[str, ...] = (NO_SECTION,)
    lessons: tuple[Section, ...] = ()
    terms: tuple[Term, ...] = ()
    misconceptions: tuple[Misconception, ...] = ()

    def section_id(self, title: str) -> str:
        """The id of the section with that title."""
        known = next((one.id for one in self.lessons if one.title == title), None)
        return known or made_id(title, LONGEST_SECTION_ID)

    def section_title(self, section_id: str) -> str:
        """The title of the section with that id; the id itself where there is none."""
        return next((one for one in self.sections if self.section_id(one) == section_id), section_id)

    def with_sections(self, titles: Iterable[str]) -> "Outline":
        """The same with these sections too, where it lacks them."""
        known = {self.section_id(one) for one in self.sections}
        more = [one for one in dict.fromkeys(titles) if one and self.section_id(one) not in known]
        return replace(self, sections=(*self.sections, *more)) if more else self


class Compiled(NamedTuple):
    """What drafts came to: the questions that can be asked, the pictures that they show by key, and what was found.

    ``faults`` has, by a draft's name, why it can't be asked; ``advice`` what its author may want to know.
    """

    questions: list[Question]
    pictures: dict[str, PictureFile]
    faults: dict[str, list[str]]
    advice: dict[str, list[str]]


def compiled(outline: Outline, drafts: Sequence[Draft]) -> Compiled:
    """The drafts as questions of a course with this outline; each has a name of its own, and that of a section."""
    files = files_of(drafts)
    loaded = _loaded(outline, files, thorough=outline.standard != "plain")
    faults: dict[str, list[str]] = {}
    advice: dict[str, list[str]] = {}
    for fault in loaded.faults:
        draft = _draft_of(fault, [file.drafts for file in files])
        if draft is None:
            continue
        where = faults if fault.level in ("error", LEFT_OUT) else advice
        if (words := in_words(fault)) not in where.setdefault(draft.name, []):
            where[draft.name].append(words)
    pack = loaded.pack
    if pack is None:  # nothing but questions can be faulty here
        everybody = [str(one.expected) for one in loaded.errors] or ["This can't be read."]
        return Compiled([], {}, {one.name: faults.get(one.name, everybody) for one in drafts}, advice)
    asked = {one.id for one in pack.questions}
    for one in drafts:
        if made_id(one.name) not in asked:
            faults.setdefault(one.name, ["It can't be shown."])
    titles = {made_id(title, LONGEST_SECTION_ID): title for title in outline.sections}
    questions = [_in_section(one, outline.section_id(titles[one.section])) for one in pack.questions]
    return Compiled(questions, dict(pack.pictures), faults, advice)


def refused(outline: Outline) -> list[str]:
    """What of an outline can't be shown, in words; nothing where all can."""
    return [in_words(fault) for fault in _loaded(outline, []).errors]


def _loaded(outline: Outline, files: Sequence[PackedFile], *, thorough: bool = False) -> Loaded:
    """What reading such a course from a folder gives."""
    with tempfile.TemporaryDirectory(prefix="studyhall-") as place:
        folder = Path(place) / "course"
        (folder / "questions").mkdir(parents=True)
        (folder / "pack.yaml").write_text(head_of(outline.title, _head_fields(outline)), "utf-8")
        for number, file in enumerate(files, 1):
            (folder / "questions" / f"{number:04}.yaml").write_text(file.text, "utf-8")
            for name, data in _drawings(file.drafts):
                (folder / PICTURES).mkdir(exist_ok=True)
                (folder / PICTURES / name).write_bytes(data)
        return read_pack(folder, thorough=thorough)


def _in_section(question: Question, section_id: str) -> Question:
    return question.model_copy(update={"section": section_id, "topic": section_id})


def pack_of(
    pack_id: str, outline: Outline, questions: Sequence[Question], pictures: dict[str, PictureFile] | None = None
) -> Pack:
    """The course as a pack, which the rest of the house knows no other way."""
    lessons = {one.id: one for one in outline.lessons}
    ids = [outline.section_id(title) for title in outline.sections]
    titles = dict(zip(ids, outline.sections, strict=True))
    head = PackHead(
        id=pack_id,
        title=as_typed(outline.title, "title"),
        description=as_typed(outline.description, "line") if outline.description else "",
        language=outline.language,
        standard=outline.standard,
        code_language=outline.code_language,
        licence=outline.licence or None,
        sections=ids,
        topics=[Topic(id=one, title=title, section=one) for one, title in titles.items()],
        misconceptions=list(outline.misconceptions),
    )
    return Pack(
        head=head,
        sections=[lessons.get(one) or Section(id=one, title=as_typed(titles[one], "title")) for one in ids],
        questions=list(questions),
        terms=list(outline.terms),
        pictures=pictures or {},
    )


def _head_fields(outline: Outline) -> dict[str, str | Sequence[str]]:
    return {
        "standard": "plain" if outline.standard == "plain" else "explained",
        "language": outline.language,
        "code_language": outline.code_language,
        "sections": outline.sections,
        **({"description": outline.description} if outline.description else {}),
    }


def _drawings(drafts: Iterable[Draft]) -> Iterator[tuple[str, bytes]]:
    for draft in drafts:
        for one in (draft.picture, draft.explanation_picture):
            if one and one.data is not None:
                yield one.name, one.data


def _draft_of(fault: Fault, files: Sequence[Sequence[Draft]]) -> Draft | None:
    stem = fault.file.rpartition("/")[2].partition(".")[0]
    if fault.question is None or not stem.isdecimal():
        return None
    inside = files[int(stem) - 1]
    return inside[fault.question] if fault.question < len(inside) else None


_FIELDS = {
    "stem": "Question",
    "code": "Code",
    "explanation": "Explanation",
    "source": "Source",
    "accepted": "Answers",
    "number": "Answers",
    "options": "Answers",
    "picture": "Picture",
    "alt": "Words for the picture",
    "section": "Section",
    "sections": "Sections",
    "title": "Title",
    "description": "Description",
}


def in_words(fault: Fault) -> str:
    """A fault of a question as its author reads it who never saw a file: the field's name, and what was expected there."""
    steps = fault.field.split(".")[2 if fault.question is not None else 0 :]
    where = _FIELDS.get(steps[0], "") if steps else ""
    if len(steps) > 1 and steps[0] == "options" and steps[1].isdecimal():
        letter = LETTERS[int(steps[1]) : int(steps[1]) + 1] or steps[1]
        where = f"Reason for answer {letter}" if steps[2:] == ["why"] else f"Answer {letter}"
    return f"{where}: {fault.expected}" if where else fault.expected
