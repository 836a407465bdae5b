"""``python -m bot import``: questions of other programs become a course, or go into one that is there."""

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bot.demos.registry import DEMOS
from bot.errors import StudyhallError
from bot.exchange import zips
from bot.exchange.drafts import Draft
from bot.exchange.drawings import ready
from bot.exchange.formats import ZIP, Reading
from bot.exchange.importing import Import, compared
from bot.exchange.packs import drafts_of, files_of, head_of
from bot.exchange.reading import read_apart
from bot.facts import said
from bot.packs.files import PICTURES
from bot.packs.loading import read_pack
from bot.packs.models import Pack
from bot.packs.shorthand import made_id
from bot.wording import counted, visible

ALL_TAKEN, SOME_LEFT_OUT, NOTHING_TAKEN = 0, 3, 4
"""The exit status, so that a script knows."""
NOTES = ".imported.json"
"""Beside the course's files: which question came from which place of which file."""
MOST_LISTED = 20


class Taken(NamedTuple):
    """What came of one file: the exit status, and a report of some lines for whoever asked."""

    status: int
    lines: list[str]


def import_files(
    files: Sequence[Path],
    packs_dir: Path,
    *,
    into: Path | None = None,
    format_name: str = "",
    encoding: str | None = None,
    update: bool = False,
    front: str = "",
    back: str = "",
) -> int:
    """Take the questions of these files into a course; prints what was taken, and what was not with its place.

    Raises StudyhallError for a file or a course that can't be read; then nothing of it was written.
    """
    folder = into or packs_dir / made_id(files[0].stem, 30)
    status = []
    for taken in take_files(
        files, folder, format_name=format_name, encoding=encoding, update=update, front=front, back=back
    ):
        print("\n".join(taken.lines))
        status.append(taken.status)
    return max(status)


def take_files(
    files: Sequence[Path],
    folder: Path,
    *,
    format_name: str = "",
    encoding: str | None = None,
    update: bool = False,
    front: str = "",
    back: str = "",
    section: str = "",
) -> Iterator[Taken]:
    """Take the questions of each file into the course of a folder, and report; ``section`` is for those without one.

    Raises StudyhallError.
    """
    for file in files:
        pack = _pack(folder)
        language = pack.head.language if pack else "en"
        reading = read_apart(file, format_name, encoding=encoding, language=language, front=front, back=back)
        if reading.format == ZIP and pack is None:
            yield _whole(file, folder, reading)
            continue
        notes = _notes(folder)
        there = list(drafts_of(pack)) if pack else []
        rows = notes.get("files", {}).get(file.name, {})
        found = ready(reading.found, [file.parent, file.parent / PICTURES, folder / PICTURES])
        result = compared(found, there, rows, section or _usual_section(pack, file))
        _write(folder, file, pack, there, result, notes, update=update)
        yield _report(file, folder, reading, result, update=update)


def _whole(file: Path, folder: Path, reading: Reading) -> Taken:
    """Take a zipped course as it is, with its lessons; reports how many questions it has, and what was none of its files."""
    beside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    zips.written(reading.files or {}, beside)
    beside.rename(folder)
    lines = [visible(f"{file.name} (zip): a course with {counted(len(reading.drafts), 'question')}.")]
    lines += [visible(f"  {one.place}: left out, {one.why}.") for one in reading.left_out[:MOST_LISTED]]
    if len(reading.left_out) > MOST_LISTED:
        lines.append(f"  and {len(reading.left_out) - MOST_LISTED:,} more")
    lines.append(visible(f"  The course is in {folder}; `python -m bot check {folder}` looks it over."))
    return Taken(SOME_LEFT_OUT if reading.left_out else ALL_TAKEN, lines)


def _pack(folder: Path) -> Pack | None:
    if not folder.exists():
        return None
    loaded = read_pack(folder, DEMOS)
    if loaded.errors or loaded.left_out or loaded.pack is None:
        faults = "\n".join(map(str, [*loaded.errors, *loaded.left_out][:5]))
        raise StudyhallError(said(f"{folder} is no course that can be read; mend it first:\n{faults}"))
    if loaded.pack.head.standard == "proven":
        raise StudyhallError(
            said(f"{folder} is a proven course, written by hand. Leave --into out for a course of its own.")
        )
    return loaded.pack


def _notes(folder: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((folder / NOTES).read_text("utf-8")))
    except (OSError, ValueError):
        return {}


def _usual_section(pack: Pack | None, file: Path) -> str:
    if pack and len(pack.sections) == 1:
        return pack.sections[0].title
    return file.stem.replace("_", " ")


def _write(
    folder: Path,
    file: Path,
    pack: Pack | None,
    there: Sequence[Draft],
    result: Import,
    notes: dict[str, Any],
    *,
    update: bool,
) -> None:
    """Write what is new, and with ``update`` what has changed; files of the course that no import wrote stay as they are."""
    changed = {one.now.name: one.now for one in result.changed} if update else {}
    if not result.new and not changed and pack is not None:
        _note(folder, file, result, notes)
        return
    if not result.new and pack is None:
        return
    owned: dict[str, list[str]] = notes.setdefault("questions", {})
    mine = f"{made_id(file.stem, 40)}"
    by_name = {draft.name: draft for draft in there}
    elsewhere = [name for name in changed if not any(name in names for names in owned.values())]
    if elsewhere:
        raise StudyhallError(
            said(f"{', '.join(elsewhere[:5])}: written by hand, so change it there. Nothing was written.")
        )
    if pack is not None:
        _refuse_unlisted(folder / "pack.yaml", pack, (draft.section for draft in (*result.new, *changed.values())))
    touched = {stem for stem, names in owned.items() if any(name in changed for name in names)}
    if result.new:
        owned.setdefault(mine, []).extend(draft.name for draft in result.new)
        touched.add(mine)
    drafts = by_name | {draft.name: draft for draft in result.new} | changed
    (folder / "questions").mkdir(parents=True, exist_ok=True)
    for draft in (*result.new, *changed.values()):
        for picture in (draft.picture, draft.explanation_picture):
            if picture and picture.data is not None:
                (folder / PICTURES).mkdir(exist_ok=True)
                (folder / PICTURES / picture.name).write_bytes(picture.data)
    if pack is None:
        _put(folder / "pack.yaml", head_of(file.stem.replace("_", " ").strip() or "Questions"))
    for stem in sorted(touched):
        for number, packed in enumerate(files_of(drafts[name] for name in owned[stem]), 1):
            _put(folder / "questions" / f"{stem}{'' if number == 1 else f'-{number}'}.yaml", packed.text)
    _note(folder, file, result, notes)


def _refuse_unlisted(head: Path, pack: Pack, sections: Iterable[str]) -> None:
    """Raise StudyhallError for a section that the head, which lists its sections, lacks."""
    if "\nsections:" not in f"\n{head.read_text('utf-8')}":  # then they are those of the questions
        return
    known = {name for section in pack.sections for name in (section.title, section.id)}
    if new := [one for one in dict.fromkeys(sections) if one and one not in known]:
        raise StudyhallError(said(f"Add these sections to {head}, then import again: {', '.join(new)}."))


def _note(folder: Path, file: Path, result: Import, notes: dict[str, Any]) -> None:
    rows = {draft.place: draft.name for draft in (*result.new, *result.same, *(one.now for one in result.changed))}
    notes.setdefault("files", {})[file.name] = rows
    _put(folder / NOTES, json.dumps(notes, ensure_ascii=False, indent=1) + "\n")


def _put(path: Path, text: str) -> None:
    """Write a file whole, or not at all."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, "utf-8")
    beside.replace(path)


def _report(file: Path, folder: Path, reading: Reading, result: Import, *, update: bool) -> Taken:
    taken = len(result.new) + (len(result.changed) if update else 0)
    parts = [f"{len(result.new):,} imported"] if result.new or not result.same else []
    if result.changed:
        parts.append(f"{len(result.changed):,} {'updated' if update else 'changed (--update takes the changes)'}")
    if result.same:
        parts.append(f"{len(result.same):,} there already")
    if result.left_out:
        why = ", ".join(f"{one.why} ({one.place})" for one in result.left_out[:MOST_LISTED])
        more = len(result.left_out) - MOST_LISTED
        parts.append(f"{len(result.left_out):,} left out: {why}" + (f" and {more:,} more" if more > 0 else ""))
    lines = [visible(f"{file.name} ({reading.format}): {', '.join(parts)}.")]
    if reading.encoding and reading.encoding.line:
        guess = reading.encoding
        lines.append(f"  Read as {guess.encoding}; it matters first in line {guess.line}. --encoding names another.")
    lines += [
        visible(f"  {one.now.place}: taken as a new question; {one.before.name} stood there before.")
        for one in result.doubtful[:MOST_LISTED]
    ]
    if not update:
        lines += [
            visible(f"  {one.now.place}: {one.before.name} reads otherwise now.")
            for one in result.changed[:MOST_LISTED]
        ]
    lines += [visible(f"  {place}: without {loss}.") for place, loss in result.losses[:MOST_LISTED]]
    if len(result.losses) > MOST_LISTED:
        lines.append(f"  and {counted(len(result.losses) - MOST_LISTED, 'more loss')}")
    if taken:
        lines.append(visible(f"  The course is in {folder}; `python -m bot check {folder}` looks it over."))
    if not taken and not result.same and not result.changed:
        return Taken(NOTHING_TAKEN, lines)
    return Taken(SOME_LEFT_OUT if result.left_out else ALL_TAKEN, lines)
