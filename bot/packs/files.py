"""Which files of a folder make a pack. What looks as if it were meant to be read, and is not, is named."""

from pathlib import Path
from typing import NamedTuple

from bot.packs.faults import Fault

ENDINGS = (".yaml", ".yml")
_OF_SYSTEMS = {"@eadir", "lost+found", "#recycle", "$recycle.bin", "system volume information", "__pycache__"}
"""What storage and operating systems put into every folder."""
_FOR_READERS = ("readme", "license", "licence", "notice", "copying", "changelog", "contributing")


class PackFiles(NamedTuple):
    """The names of a pack's files below its folder, in order, and a warning for each thing that is not read."""

    head: str | None
    glossary: str | None
    lessons: list[str]
    questions: list[str]
    unread: list[Fault]


def pack_folders(packs_dir: Path) -> tuple[list[Path], list[Fault]]:
    """The folders below ``packs_dir`` that hold a pack, by name, or the folder itself if it is one; and what is not read.

    A folder without a ``pack.yaml`` is none; it is named where it holds what a pack would hold.
    """
    if _is_pack(packs_dir):
        return [packs_dir], []
    found, unread = [], []
    for path in _entries(packs_dir):
        if path.is_dir() and not path.name.startswith("_") and _is_pack(path):
            found.append(path)
        elif path.is_dir() and _looks_like_a_pack(path):
            unread.append(_not_read(f"{path.name}/pack.yaml", "this file; without it the folder is no course"))
        elif path.suffix.lower() in ENDINGS:
            unread.append(_not_read(path.name, "a folder for each course; this file is not read"))
    return found, unread


def files_of(folder: Path) -> PackFiles:
    """The files of one pack's folder."""
    unread: list[Fault] = []
    named: dict[str, str] = {}
    for path in _entries(folder):
        stem = path.stem if path.suffix.lower() in ENDINGS else ""
        if stem in ("pack", "glossary") and stem not in named and not path.is_dir():
            named[stem] = path.name
        elif not (path.name in ("lessons", "questions") and path.is_dir()) and not _is_for_readers(path):
            what = "pack.yaml, glossary.yaml, lessons/ and questions/; this is not read"
            unread.append(_not_read(f"{folder.name}/{path.name}", what))
    lessons, questions = (_inside(folder, name, unread) for name in ("lessons", "questions"))
    return PackFiles(named.get("pack"), named.get("glossary"), lessons, questions, unread)


def _inside(folder: Path, name: str, unread: list[Fault]) -> list[str]:
    """The files of ``lessons/`` or ``questions/``."""
    names = []
    for path in _entries(folder / name):
        if path.is_dir():
            unread.append(
                _not_read(f"{folder.name}/{name}/{path.name}", f"files right in {name}/; this folder is not read")
            )
        elif path.suffix.lower() in ENDINGS:
            names.append(f"{name}/{path.name}")
        else:
            what = "a file whose name ends in .yaml or .yml; this one is not read"
            unread.append(_not_read(f"{folder.name}/{name}/{path.name}", what))
    return names


def _entries(folder: Path) -> list[Path]:
    """What is in a folder, by name, but for what is hidden or of the system; nothing where it can't be looked into."""
    try:
        found = sorted(folder.iterdir())
    except OSError:
        return []
    return [path for path in found if not path.name.startswith(".") and path.name.lower() not in _OF_SYSTEMS]


def _is_pack(folder: Path) -> bool:
    return any(path.stem == "pack" and path.suffix.lower() in ENDINGS for path in _entries(folder))


def _looks_like_a_pack(folder: Path) -> bool:
    return not folder.name.startswith("_") and any(
        path.name.lower() in ("lessons", "questions") or path.suffix.lower() in ENDINGS for path in _entries(folder)
    )


def _is_for_readers(path: Path) -> bool:
    return path.stem.lower().startswith(_FOR_READERS)


def _not_read(name: str, what: str) -> Fault:
    return Fault(name, 1, 1, "", what, "warning")
