"""What a course that is *explained* or *plain* may leave out or write in short, written out in full.

Such a course comes from people who want to ask something, not to learn a format: a section is a title, a question needs no
id, options may be plain texts with the right one under ``answer``, and every sign is shown as it was typed. A *proven* course
says everything itself.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from bot.packs.faults import Fault
from bot.packs.models import (
    LETTERS,
    LONGEST_ID,
    LONGEST_PACK_ID,
    LONGEST_SECTION_ID,
    LONGEST_TITLE,
    STANDARDS,
)
from bot.packs.prose import as_typed
from bot.packs.yaml_files import YamlFile
from bot.wording import cut

_FITS = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ELSE = re.compile(r"[^a-z0-9]+")
Read = YamlFile | list[Fault]


class Written(NamedTuple):
    """The files written out, and the sections' titles, for those without a lesson."""

    head: YamlFile
    banks: list[Read]
    titles: dict[str, str]


def is_short(head: Read) -> bool:
    """Whether the course may leave things out: its head says so."""
    data = head.data if isinstance(head, YamlFile) else None
    return isinstance(data, dict) and data.get("standard") in STANDARDS and data["standard"] != "proven"


def made_id(name: str, longest: int = LONGEST_ID) -> str:
    """The id that stands for a name: itself where it is one, else the same one for the same name each time.

    What ids can't hold (other alphabets, what is too long) leaves a mark of six digits, so that two names stay two.
    """
    if len(name) <= longest and _FITS.fullmatch(name):
        return name
    plain = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(one for one in plain if not unicodedata.combining(one))
    slug = _ELSE.sub("-", bare).strip("-")
    if slug and len(slug) <= longest and plain.isascii():
        return slug
    mark = hashlib.sha256(name.encode()).hexdigest()[:6]
    return f"{slug[: longest - 7].strip('-')}-{mark}".lstrip("-")


def written_out(head: YamlFile, lessons: Sequence[Read], banks: Sequence[Read]) -> Written:
    """The head and the banks of a course that leaves things out, in full; faults keep their places."""
    kinds = {"title": "title", "subtitle": "line", "description": "line"}
    shown = {
        field: _shown(head, (field,), head.data[field], kind) for field, kind in kinds.items() if field in head.data
    }
    data = {**head.data, **shown}
    lesson_ids = [str(one.data["id"]) for one in lessons if isinstance(one, YamlFile) and _has_id(one)]
    names = _texts(head, ("sections",), data.get("sections"))
    if not names:
        asked = [name for file in banks for name in _sections_of(file)]
        names = list(dict.fromkeys([*lesson_ids, *asked])) or [str(data.get("title", "questions"))]
    titles: dict[str, str] = {}
    for name in names:
        titles.setdefault(made_id(name, LONGEST_SECTION_ID), cut(as_typed(_line(name.strip()), "title"), LONGEST_TITLE))
    if "sections" not in data or isinstance(data["sections"], list):
        data["sections"] = [made_id(name, LONGEST_SECTION_ID) for name in names]
    if isinstance(data.get("id"), str):
        data["id"] = made_id(data["id"], LONGEST_PACK_ID)
    elif "id" not in data and isinstance(data.get("title"), str):
        data["id"] = made_id(data["title"], LONGEST_PACK_ID)
    own = data.get("topics")
    if own is None or isinstance(own, list):
        taken = {one.get("id") for one in own or () if isinstance(one, dict)}
        of_sections = [{"id": one, "title": title, "section": one} for one, title in titles.items() if one not in taken]
        data["topics"] = [*(own or ()), *of_sections]
    only = next(iter(titles)) if len(titles) == 1 else None
    return Written(head._replace(data=data), [_bank(file, only) for file in banks], titles)


def _has_id(file: YamlFile) -> bool:
    return isinstance(file.data, dict) and "id" in file.data


def _entries(file: Read) -> list[Any]:
    questions = file.data.get("questions") if isinstance(file, YamlFile) and isinstance(file.data, dict) else None
    return questions if isinstance(questions, list) else []


def _sections_of(file: Read) -> Iterable[str]:
    for index, entry in enumerate(_entries(file)):
        if isinstance(entry, dict) and "section" in entry:
            assert isinstance(file, YamlFile)
            yield _text(file, ("questions", index, "section"), entry["section"])


def _bank(file: Read, only: str | None) -> Read:
    entries = _entries(file)
    if not isinstance(file, YamlFile) or not entries:
        return file
    questions = [
        _question(file, ("questions", index), entry, only) if isinstance(entry, dict) else entry
        for index, entry in enumerate(entries)
    ]
    return file._replace(data={**file.data, "questions": questions})


def _question(file: YamlFile, at: tuple[str | int, ...], entry: dict[str, Any], only: str | None) -> dict[str, Any]:
    full = dict(entry)
    for field, kind in (("stem", "stem"), ("explanation", "prose")):
        if field in full:
            full[field] = _shown(file, (*at, field), full[field], kind)
    _say_its_form(file, at, full)
    if isinstance(full.get("options"), list):
        full["options"] = _options(file, at, full["options"], full.pop("answer", None))
    if only is not None:
        full.setdefault("section", only)
    for field, longest in (("section", LONGEST_SECTION_ID), ("topic", LONGEST_ID), ("family", LONGEST_ID)):
        if field in full:
            full[field] = made_id(_text(file, (*at, field), full[field]), longest)
    full["id"] = made_id(_text(file, (*at, "id"), full["id"])) if "id" in full else _id_of(full)
    if isinstance(full.get("enemies"), list):
        full["enemies"] = [made_id(one) for one in _texts(file, (*at, "enemies"), full["enemies"])]
    full.setdefault("topic", full.get("section", "none"))  # where the section lacks, that alone is told
    full.setdefault("family", full["id"])
    full.setdefault("kind", "recall")
    full.setdefault("difficulty", "medium")
    full.setdefault("core", True)
    return full


def _say_its_form(file: YamlFile, at: tuple[str | int, ...], full: dict[str, Any]) -> None:
    """What a question leaves out about its form: several answers, items to put in order, texts to type."""
    if isinstance(full.get("items"), list) and "options" not in full:
        full.setdefault("form", "order")
        items = [_shown(file, (*at, "items", index), one, "option") for index, one in enumerate(full.pop("items"))]
        full["options"] = [{"text": _line(item)} for item in items]
    if isinstance(full.get("lines"), list) and "options" not in full:
        full.setdefault("form", "order")
        full["items_are_code"] = True
        full["options"] = [{"text": line} for line in _texts(file, (*at, "lines"), full.pop("lines"))]
    if "accepted" in full:
        full.setdefault("form", "typed")
        one = full["accepted"]
        texts = _texts(file, (*at, "accepted"), one) if isinstance(one, list) else [_text(file, (*at, "accepted"), one)]
        full["accepted"] = texts
    if "number" in full:
        full.setdefault("form", "typed")
    if isinstance(full.get("answer"), list):
        full.setdefault("form", "several")
    if full.get("form") == "typed" and "answer" in full and "number" not in full and "accepted" not in full:
        full["accepted"] = [_text(file, (*at, "answer"), full.pop("answer"))]


def _options(file: YamlFile, at: tuple[str | int, ...], options: list[Any], answer: Any) -> list[Any]:
    """The options as mappings. ``answer`` is the right one's text or letter."""
    full: list[Any] = []
    for index, one in enumerate(options):
        place = (*at, "options", index)
        if not isinstance(one, dict):
            full.append({"text": _line(_shown(file, place, one, "option"))})
            continue
        kinds = {"text": "option", "why": "prose"}
        shown = {f: _shown(file, (*place, f), one[f], kind) for f, kind in kinds.items() if f in one}
        full.append({**one, **shown} | ({"text": _line(shown["text"])} if "text" in shown else {}))
    if answer is not None:
        texts = [_text(file, (*at, "options", i), one) for i, one in enumerate(options)]
        written = [one.get("text") if isinstance(one, dict) else text for one, text in zip(options, texts, strict=True)]
        for right in _right_ones(file, (*at, "answer"), answer, written):
            full[right] = {**full[right], "correct": True}
    return full


def _right_ones(file: YamlFile, at: tuple[str | int, ...], answer: Any, texts: list[Any]) -> list[int]:
    given = _texts(file, at, answer) if isinstance(answer, list) else [_text(file, at, answer)]
    found = []
    for one in given:
        letter = one.strip().upper()
        if one in texts:
            found.append(texts.index(one))
        elif len(letter) == 1 and letter in LETTERS[: len(texts)]:
            found.append(LETTERS.index(letter))
    return found


def _id_of(question: dict[str, Any]) -> str:
    """An id for a question without one, made from what it asks: another question gets another one."""
    options = question.get("options")
    texts = [one.get("text") for one in options if isinstance(one, dict)] if isinstance(options, list) else []
    asked = [question.get("stem"), question.get("code"), texts]
    if "picture" in question:  # *Which bee is this?* may be asked of many
        asked.append(question["picture"])
    content = json.dumps(asked, ensure_ascii=False, default=str)
    return f"q-{hashlib.sha256(content.encode()).hexdigest()[:12]}"


def _shown(file: YamlFile, at: tuple[str | int, ...], value: Any, kind: str) -> Any:
    text = value if isinstance(value, str) else file.written(at)
    return value if text is None else as_typed(text, kind)


def _text(file: YamlFile, at: tuple[str | int, ...], value: Any) -> str:
    """A value as its author wrote it: `007` and `true` are texts here."""
    return value if isinstance(value, str) else (file.written(at) or str(value))


def _texts(file: YamlFile, at: tuple[str | int, ...], values: Any) -> list[str]:
    if not isinstance(values, list):
        return []
    return [_text(file, (*at, index), one) for index, one in enumerate(values)]


def _line(text: Any) -> Any:
    return " ".join(text.split()) if isinstance(text, str) and "\n" in text else text
