"""Which files of a folder make a pack. What looks as if it were meant to be read, and is not, is named."""

import os
import stat
from pathlib import Path
from typing import NamedTuple

from bot.packs.faults import Fault

ENDINGS = (".yaml", ".yml")
FOLDERS = ("lessons", "questions")
PICTURES = "pictures"
_OF_SYSTEMS = {"@eadir", "lost+found", "#recycle", "$recycle.bin", "system volume information", "__pycache__"}
"""What storage and operating systems put into every folder."""
_FOR_READERS = ("readme", "license", "licence", "notice", "copying", "changelog", "contributing")


LEVELS = 3
"""So deep lie the files of packs: course, questions/, file."""
Stamps = dict[str, tuple[int, int, int]]
"""Of each file and folder: its inode, its size, and when it was changed, in nanoseconds."""


def stamps_of(packs_dir: Path) -> Stamps:
    """What tells whether anything of the packs was changed; what vanishes while it is looked at is left out."""
    stamps: Stamps = {}
    _stamp(packs_dir, LEVELS, stamps)
    return stamps


def _stamp(path: Path, levels: int, stamps: Stamps) -> None:
    try:
        about = path.stat()
        stamps[str(path)] = (about.st_ino, about.st_size, about.st_mtime_ns)
        inside = list(path.iterdir()) if levels and stat.S_ISDIR(about.st_mode) else []
    except OSError:
        return
    for entry in inside:
        _stamp(entry, levels - 1, stamps)


class PackFiles(NamedTuple):
    """The names of a pack's files below its folder, in order, and a warning for each thing that is not read."""

    head: str | None
    glossary: str | None
    lessons: list[str]
    questions: list[str]
    pictures: list[str]
    unread: list[Fault]


def pack_folders(packs_dir: Path) -> tuple[list[Path], list[Fault]]:
    """The folders below ``packs_dir`` that hold a pack, by name, or the folder itself if it is one; and what is not read.

    A folder without a ``pack.yaml`` is none; it is named where it holds what a pack would hold. Raises OSError when
    ``packs_dir`` can't be looked into; what can't be looked into below it is an error.
    """
    inside = _entries(packs_dir)
    if _has_head(inside):
        return [packs_dir], []
    found: list[Path] = []
    unread: list[Fault] = []
    for path in inside:
        if path.name.startswith("_") and path.suffix.lower() not in ENDINGS:
            continue
        try:
            entries = _entries(path) if path.is_dir() or not path.exists() else []
        except OSError as problem:
            unread.append(_unreadable(path.name, problem))
            continue
        if _has_head(entries):
            found.append(path)
        elif path.is_dir() and _looks_like_a_pack(entries):
            unread.append(_not_read(f"{path.name}/pack.yaml", "this file; without it the folder is no course"))
        elif path.suffix.lower() in ENDINGS:
            unread.append(_not_read(path.name, "a folder for each course; this file is not read"))
    return found, unread


def files_of(folder: Path) -> PackFiles:
    """The files of one pack's folder. Raises OSError when it can't be looked into."""
    unread: list[Fault] = []
    named: dict[str, str] = {}
    for path in _entries(folder):
        stem = path.stem if path.suffix.lower() in ENDINGS else ""
        if stem in ("pack", "glossary") and stem not in named and not path.is_dir():
            named[stem] = path.name
        elif path.name not in (*FOLDERS, PICTURES) and not _is_for_readers(path):
            what = "pack.yaml, glossary.yaml, lessons/, questions/ and pictures/; this is not read"
            unread.append(_not_read(f"{folder.name}/{path.name}", what))
    lessons, questions = (_inside(folder, name, unread) for name in FOLDERS)
    pictures = [name.partition("/")[2] for name in _inside(folder, PICTURES, unread)]
    return PackFiles(named.get("pack"), named.get("glossary"), lessons, questions, pictures, unread)


def unused_picture(folder: Path, name: str) -> Fault:
    """The warning that nothing shows a picture."""
    return _not_read(f"{folder.name}/{PICTURES}/{name}", "a question, a page or a term that shows it; none does")


def _inside(folder: Path, name: str, unread: list[Fault]) -> list[str]:
    """The files of ``lessons/``, ``questions/`` or ``pictures/``."""
    names = []
    try:
        inside = _entries(folder / name) if os.path.lexists(folder / name) else []
    except OSError as problem:
        unread.append(_unreadable(f"{folder.name}/{name}", problem))
        return []
    for path in inside:
        if path.is_dir():
            unread.append(
                _not_read(f"{folder.name}/{name}/{path.name}", f"files right in {name}/; this folder is not read")
            )
        elif name == PICTURES or path.suffix.lower() in ENDINGS:
            names.append(f"{name}/{path.name}")
        else:
            what = "a file whose name ends in .yaml or .yml; this one is not read"
            unread.append(_not_read(f"{folder.name}/{name}/{path.name}", what))
    return names


def _entries(folder: Path) -> list[Path]:
    """What is in a folder, by name, but for what is hidden or of the system. Raises OSError when it can't be looked into."""
    found = sorted(folder.iterdir())
    return [path for path in found if not path.name.startswith(".") and path.name.lower() not in _OF_SYSTEMS]


def _has_head(entries: list[Path]) -> bool:
    return any(path.stem == "pack" and path.suffix.lower() in ENDINGS for path in entries)


def _looks_like_a_pack(entries: list[Path]) -> bool:
    return any(path.name.lower() in FOLDERS or path.suffix.lower() in ENDINGS for path in entries)


def _is_for_readers(path: Path) -> bool:
    return path.stem.lower().startswith(_FOR_READERS)


def _unreadable(name: str, problem: OSError) -> Fault:
    what = "a folder; this is none" if isinstance(problem, NotADirectoryError) else "a folder that can be read"
    return Fault(name, 1, 1, "", f"{what} ({problem.strerror})")


def _not_read(name: str, what: str) -> Fault:
    return Fault(name, 1, 1, "", what, "warning")
