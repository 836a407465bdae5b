"""Questions of a course as drafts, and drafts as the files of a course."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from bot.exchange.drafts import WHOLE, Draft, Drawing, Offered, right_of
from bot.packs.models import (
    LONGEST_CODE,
    LONGEST_EXPLANATION,
    LONGEST_OPTION,
    LONGEST_PACK_ID,
    LONGEST_REASON,
    LONGEST_STEM,
    LONGEST_TITLE,
    Pack,
    PictureFile,
    Question,
)
from bot.packs.prose import as_typed, seen
from bot.packs.shorthand import made_id

MOST_FILE_BYTES = 900_000
"""A file of a course is read up to 1 MiB."""
LONGEST = {
    "stem": LONGEST_STEM,
    "option": LONGEST_OPTION,
    "why": LONGEST_REASON,
    "explanation": LONGEST_EXPLANATION,
    "code": LONGEST_CODE,
}
_PLAIN = re.compile(r"[A-Za-zÀ-ɏͰ-ϿЀ-ӿ][\wÀ-ɏͰ-ϿЀ-ӿ ,()/-]*[\wÀ-ɏͰ-ϿЀ-ӿ()]")
_WORDS_OF_YAML = {"true", "false", "null", "yes", "no", "on", "off"}


def drafts_of(pack: Pack) -> Iterator[Draft]:
    """The questions of a course, section by section as they stand in it."""
    titles = {section.id: section.title for section in pack.sections}
    for question in pack.questions:
        draft = draft_of(question, titles.get(question.section, question.section), pack.head.code_language)
        yield replace(
            draft,
            picture=_drawing(pack.pictures, question.picture, question.alt),
            explanation_picture=_drawing(pack.pictures, question.explanation_picture, question.explanation_alt),
        )


def _drawing(files: Mapping[str, PictureFile], key: str | None, alt: str) -> Drawing | None:
    file = files.get(key or "")
    return Drawing(file.name, alt, file.data) if file else None


def draft_of(question: Question, section: str, code_language: str = "python") -> Draft:
    """A question as a draft without pictures; ``code_language`` is what its course's code is, which need not be said."""
    choices = tuple(
        Offered(one.text.strip(), WHOLE if one.correct else 0.0, one.why.strip())
        if not question.items_are_code
        else Offered(one.text.rstrip(), 0.0)
        for one in question.options
    )
    language = question.code_language if question.code_language != code_language else None
    return Draft(
        stem=question.stem.strip(),
        form=question.form,
        choices=choices,
        code=(question.code or "").rstrip(),
        code_language=language if question.code or question.items_are_code else None,
        items_are_code=question.items_are_code,
        accepted=tuple(question.accepted),
        number=question.number,
        tolerance=question.tolerance,
        marks=question.marks,
        orders=tuple(tuple(order) for order in question.orders),
        explanation=question.explanation.strip(),
        section=section,
        licence=question.licence or "",
        source=question.source or "",
        name=question.id,
        place=question.id,
    )


def unshowable(draft: Draft) -> str:
    """What of a draft can't be shown, or can't be told apart; nothing where all can."""
    looks = [seen(as_typed(one.text, "option")) for one in draft.choices] if not draft.items_are_code else []
    if not all(looks) or not seen(as_typed(draft.stem, "stem")):
        return "a text of which nothing would be seen"
    if len(set(looks)) < len(looks):
        return "two answers that look the same"
    lengths = [("stem", draft.stem), ("explanation", draft.explanation), ("code", draft.code)]
    lengths += [("option", one.text) for one in draft.choices] + [("why", one.why) for one in draft.choices]
    for what, text in lengths:
        if len(text) > LONGEST[what]:
            called = {"why": "a reason", "stem": "its text", "option": "an answer"}.get(what, f"its {what}")
            return f"{called} has {len(text):,} characters; {LONGEST[what]:,} at most can be shown"
    return ""


def yaml_of(draft: Draft) -> str:
    """A question as it stands in a file of a course, two spaces in."""
    lines = [f"id: {_text(draft.name)}"] if draft.name else []
    lines += [f"section: {_text(draft.section)}"] if draft.section else []
    lines += [f"form: {draft.form}"] if draft.form != "choice" else []
    lines += _field("stem", as_typed(draft.stem, "stem"))
    lines += _pictured("", draft.picture)
    lines += _block("code", draft.code) if draft.code else []
    lines += [f"code_language: {_text(draft.code_language)}"] if draft.code_language is not None else []
    if draft.choices:
        right = right_of(draft)
        lines.append("options:")
        for place, one in enumerate(draft.choices):
            text = one.text if draft.items_are_code else as_typed(one.text, "option")
            lines.append(f"  - text: {_text(text)}")
            lines += ["    correct: true"] if place in right and draft.form in ("choice", "several") else []
            lines += [f"    why: {_text(as_typed(one.why, 'prose'))}"] if one.why else []
    lines += ["items_are_code: true"] if draft.items_are_code else []
    lines += [f"orders: {json.dumps([list(order) for order in draft.orders])}"] if draft.orders else []
    lines += [f"accepted: {_list(draft.accepted)}"] if draft.accepted else []
    lines += [f"number: {draft.number!r}"] if draft.number is not None else []
    lines += [f"tolerance: {draft.tolerance!r}"] if draft.tolerance else []
    lines += ["marks: true"] if draft.marks else []
    lines += _field("explanation", as_typed(draft.explanation, "prose")) if draft.explanation else []
    lines += _pictured("explanation_", draft.explanation_picture)
    lines += [f"source: {_text(draft.source)}"] if draft.source else []
    lines += [f"licence: {_text(draft.licence)}"] if draft.licence else []
    return "  - " + "\n    ".join(lines) + "\n"


def _pictured(prefix: str, picture: Drawing | None) -> list[str]:
    return [f"{prefix}picture: {_text(picture.name)}", f"{prefix}alt: {_text(picture.alt)}"] if picture else []


class PackedFile(NamedTuple):
    """The text of a file of a course, and the questions in it."""

    text: str
    drafts: Sequence[Draft]


def files_of(drafts: Iterable[Draft]) -> list[PackedFile]:
    """The questions as the texts of as many files as they need."""
    files: list[tuple[list[str], list[Draft]]] = [([], [])]
    size = 0
    for draft in drafts:
        text = yaml_of(draft)
        length = len(text.encode())
        if size + length > MOST_FILE_BYTES and files[-1][0]:
            files.append(([], []))
            size = 0
        files[-1][0].append(text)
        files[-1][1].append(draft)
        size += length
    return [PackedFile("questions:\n" + "".join(texts), inside) for texts, inside in files if texts]


def head_of(title: str, more: Mapping[str, str | Sequence[str]] = MappingProxyType({"standard": "plain"})) -> str:
    """The ``pack.yaml`` of a course with these fields; without a field for them its sections are those of its questions."""
    lines = [f"id: {made_id(title, LONGEST_PACK_ID)}", f"title: {_text(title[:LONGEST_TITLE])}"]
    lines += [f"{name}: {_text(one) if isinstance(one, str) else _list(one)}" for name, one in more.items()]
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    """A text as one value of YAML: bare where nobody can mistake it, else in double quotes."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS_OF_YAML:
        return text
    return json.dumps(text, ensure_ascii=False)


def _list(texts: Iterable[str]) -> str:
    return "[" + ", ".join(json.dumps(one, ensure_ascii=False) for one in texts) + "]"


def _field(name: str, text: str) -> list[str]:
    return _block(name, text) if "\n" in text else [f"{name}: {_text(text)}"]


def _block(name: str, text: str) -> list[str]:
    """A text of several lines as a literal block; as one value where its first line would hide how deep the block is."""
    lines = text.split("\n")
    if (
        lines[0].startswith((" ", "\t"))
        or not lines[0]
        or any(line != line.rstrip(" ") or "\t" in line for line in lines)
    ):
        return [f"{name}: {json.dumps(text, ensure_ascii=False)}"]
    return [f"{name}: |-", *(f"  {line}" if line else "" for line in lines)]
