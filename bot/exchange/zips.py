"""A whole course as a zip: its files as they lie in its folder, its ``pack.yaml`` at the root or in one folder there.

A zip comes from a stranger. Only names that a course has are taken, one file for each; sizes are counted while it is
unpacked, whatever its list of contents says.
"""

import io
import json
import re
import stat
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from bot.errors import StudyhallError
from bot.exchange.compiling import Outline
from bot.exchange.drafts import Found, LeftOut
from bot.exchange.packages import BROKEN, names_in_zip
from bot.exchange.packs import drafts_of, head_of
from bot.exchange.packs import files_of as files_of_drafts
from bot.facts import said
from bot.packs.faults import Fault
from bot.packs.files import PICTURES, files_of
from bot.packs.loading import read_pack
from bot.packs.models import Pack, Question, Section, Term
from bot.packs.shorthand import made_id
from bot.wording import cut

MOST_FILES = 5_000
MOST_FILE_BYTES = 1_048_576
"""Of a course's file of text and of a picture alike."""
MOST_UNPACKED_BYTES = 128 * 1024 * 1024
MOST_FAULTS = 5
_HEAD = re.compile(r"(?:[^/]+/)?pack\.ya?ml")
_OURS = re.compile(r"(?:pack|glossary)\.ya?ml|(?:lessons|questions)/[^/]+\.ya?ml|pictures/[^/]+")
_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]|[. ](?:/|$)|(?:^|/)[. ]')
"""Signs that a file's name can't have somewhere, and names that are hidden or lead up."""
_OF_WINDOWS = re.compile(r"(?:^|/)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|/|$)", re.IGNORECASE)
_SAME_DAY = (1980, 1, 1, 0, 0, 0)


class Unpacked(NamedTuple):
    """The files of a course by their names below its folder, and what of the zip is none of them."""

    files: dict[str, bytes]
    left_out: list[LeftOut]


def is_course(data: bytes) -> bool:
    """Whether it is a zip with a ``pack.yaml``."""
    return any(_HEAD.fullmatch(name) for name in names_in_zip(data))


def unpacked(data: bytes) -> Unpacked:
    """The files of a course. Raises StudyhallError for a zip that is broken, or holds more than a course may."""
    files: dict[str, bytes] = {}
    left_out: list[LeftOut] = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            entries = [one for one in opened.infolist() if not one.is_dir()]
            if len(entries) > MOST_FILES:
                raise StudyhallError(said(f"The zip has more than {MOST_FILES:,} files, and no course has so many."))
            heads = [one.filename for one in entries if _HEAD.fullmatch(one.filename)]
            folder = min(heads, key=lambda name: name.count("/")).rpartition("/")[0]
            left_bytes = MOST_UNPACKED_BYTES
            for entry in entries:
                name = entry.filename.removeprefix(f"{folder}/") if folder else entry.filename
                content, why = b"", _refused(entry, name, files)
                if not why:
                    with opened.open(entry) as stream:
                        content = stream.read(MOST_FILE_BYTES + 1)
                    why = "a file of more than 1 MiB" if len(content) > MOST_FILE_BYTES else ""
                left_bytes -= len(content)
                if left_bytes < 0:
                    most = MOST_UNPACKED_BYTES // 1024 // 1024
                    raise StudyhallError(said(f"The zip unpacks to more than {most} MiB, and no course has so much."))
                if why:
                    left_out.append(LeftOut(cut(entry.filename, 80), why))
                else:
                    files[name] = content
    except BROKEN as problem:
        raise StudyhallError(said(f"The zip can't be unpacked ({type(problem).__name__}). Make it again.")) from None
    return Unpacked(files, left_out)


def _refused(entry: zipfile.ZipInfo, name: str, taken: dict[str, bytes]) -> str:
    """Why a file of a zip is not taken; nothing where it is."""
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "a link, which is not followed"
    if _UNFIT.search(name) or _OF_WINDOWS.search(name):
        return "a name that no file of a course has"
    if not _OURS.fullmatch(name):
        return "no file of a course"
    if name.casefold() in {one.casefold() for one in taken}:
        return "a second file of this name"
    return ""


def written(files: dict[str, bytes], folder: Path) -> None:
    """Write the files of a course into a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def read(found: Unpacked) -> Iterator[Found]:
    """The questions of an unpacked course. Raises StudyhallError for one that has faults."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "course"
        written(found.files, folder)
        pack, left_out = sound(folder)
        yield from drafts_of(pack)
    yield from (LeftOut(f"{one.file.partition('/')[2]}:{one.line}", f"expected {one.expected}") for one in left_out)
    yield from found.left_out


def sound(folder: Path) -> tuple[Pack, list[Fault]]:
    """The course in a folder, and why questions of it are left out. Raises StudyhallError naming its first faults."""
    loaded = read_pack(folder)
    if loaded.pack is None or loaded.errors:
        faults = "\n".join(str(one) for one in loaded.errors[:MOST_FAULTS])
        raise StudyhallError(said(f"The zip is no course that can be read; mend it first:\n{faults}"))
    return loaded.pack, loaded.left_out


def packed(folder: Path, pack: Pack) -> bytes:
    """A course as a zip: the files that are read of its folder, and the pictures that it shows, as they are shown."""
    names = files_of(folder)
    texts = [one for one in (names.head, names.glossary, *names.lessons, *names.questions) if one]
    files = {name: (folder / name).read_bytes() for name in texts}
    return _zipped(files | {f"{PICTURES}/{one.name}": one.data for one in pack.pictures.values()})


def packed_course(pack: Pack, outline: Outline) -> bytes:
    """A course that lies in no folder as a zip: a pack like any other."""
    fields: dict[str, str | Sequence[str]] = {
        "standard": outline.standard,
        "language": outline.language,
        "code_language": outline.code_language,
        "sections": [outline.section_id(one) for one in outline.sections] if outline.lessons else outline.sections,
    }
    fields |= {name: text for name in ("description", "licence") if (text := getattr(outline, name))}
    head = head_of(outline.title, fields)
    if outline.misconceptions:  # JSON is YAML too
        head += f"misconceptions: {_json([one.model_dump(exclude_defaults=True) for one in outline.misconceptions])}\n"
    files = {"pack.yaml": head.encode()}
    kept = {section.id for section in outline.lessons}
    for number, section in enumerate((one for one in pack.sections if one.id in kept), 1):
        files[f"lessons/{number:02}-{section.id}.yaml"] = _json(_named(section, pack)).encode()
    if outline.terms:
        files["glossary.yaml"] = _json({"terms": [_named(one, pack) for one in outline.terms]}).encode()
    drafts = {draft.name: draft for draft in drafts_of(pack)}
    plain = [drafts[one.id] for one in pack.questions if _is_plain(one)]
    if outline.lessons:
        plain = [replace(one, section=outline.section_id(one.section)) for one in plain]
    for number, file in enumerate(files_of_drafts(plain), 1):
        files[f"questions/questions-{number:02}.yaml"] = file.text.encode()
    rest = [_named(one, pack) for one in pack.questions if not _is_plain(one)]
    for number in range(0, len(rest), 200):
        files[f"questions/more-{number // 200 + 1:02}.yaml"] = _json(
            {"questions": rest[number : number + 200]}
        ).encode()
    return _zipped(files | {f"{PICTURES}/{one.name}": one.data for one in pack.pictures.values()})


def _is_plain(question: Question) -> bool:
    """Whether a draft keeps all of it."""
    usual = (question.kind, question.difficulty, question.family, question.core) == (
        "recall",
        "medium",
        question.id,
        True,
    )
    more = (question.enemies, question.since, question.until, question.build, question.proof, question.repaired)
    return (
        usual and not any(more) and not any(one.misconception for one in question.options) and not question.near_counts
    )


def _named(thing: Section | Term | Question, pack: Pack) -> dict[str, Any]:
    """A section, term or question as its file has it: with its author's names for pictures."""
    names = {key: one.name for key, one in pack.pictures.items()}
    found = thing.model_dump(mode="json", exclude_defaults=True)
    for one in (found, *found.get("pages", ())):
        for field in ("picture", "explanation_picture"):
            if field in one:
                one[field] = names.get(one[field], one[field])
    if isinstance(thing, Question):
        found.pop("language", None)
    return found


def _json(thing: object) -> str:
    return json.dumps(thing, ensure_ascii=False, indent=1)


def course_of(files: dict[str, bytes]) -> tuple[Pack, Outline, list[LeftOut]]:
    """The course of an unpacked zip, its outline, and the questions of it that can't be asked. Raises StudyhallError."""
    with tempfile.TemporaryDirectory(prefix="studyhall-") as place:
        folder = Path(place) / "course"
        written(files, folder)
        pack, faults = sound(folder)
    outline = Outline(
        title=pack.head.title,
        language=pack.head.language,
        standard="plain" if pack.head.standard == "plain" else "explained",
        code_language=pack.head.code_language,
        licence=pack.head.licence or "",
        description=pack.head.description,
        sections=tuple(section.title for section in pack.sections),
        lessons=tuple(
            section for section in pack.sections if section.pages or section.id != made_id(section.title, 40)
        ),
        terms=tuple(pack.terms),
        misconceptions=tuple(pack.head.misconceptions),
    )
    left_out = [LeftOut(f"{one.file.partition('/')[2]}:{one.line}", f"expected {one.expected}") for one in faults]
    return pack, outline, left_out


def _zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in files.items():
            made.writestr(zipfile.ZipInfo(name, _SAME_DAY), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
