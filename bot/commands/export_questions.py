"""``python -m bot export``: the questions of a course, for other programs."""

from pathlib import Path
from typing import NamedTuple

from bot.demos.registry import DEMOS
from bot.errors import StudyhallError
from bot.exchange import zips
from bot.exchange.drafts import Draft, LeftOut
from bot.exchange.formats import ZIP, write
from bot.exchange.packs import drafts_of
from bot.facts import said
from bot.packs.faults import Fault
from bot.packs.loading import read_pack
from bot.wording import counted, visible

MOST_LISTED = 20


class ExportedFile(NamedTuple):
    """The bytes of a file, and a report of what the format could not take or keep."""

    data: bytes
    lines: list[str]


def export_pack(folder: Path, format_name: str, file: Path) -> int:
    """Write a course's questions to a file in a format; prints what the format could not take or keep.

    Without a course in the folder it writes the template of a table, to fill in. Raises StudyhallError.
    """
    found = exported(folder, format_name)
    try:
        with file.open("xb") as stream:
            stream.write(found.data)
    except FileExistsError:
        raise StudyhallError(said(f"{file} is there already. Name another, or take it away.")) from None
    except OSError as problem:
        raise StudyhallError(said(f"{file} can't be written ({problem.strerror}).")) from None
    print(visible(f"{file}: {found.lines[0]}"))
    for line in found.lines[1:]:
        print(line)
    return 0


def exported(folder: Path, format_name: str) -> ExportedFile:
    """A course's questions in a format; the same. Raises StudyhallError."""
    drafts, pack, missing = list[Draft](), None, list[Fault]()
    if folder.exists():
        loaded = read_pack(folder, DEMOS)
        if loaded.pack is None:
            raise StudyhallError(
                said(f"{folder} is no course that can be read; `python -m bot check {folder}` says why.")
            )
        pack, missing = loaded.pack, loaded.left_out if format_name != ZIP else []
        drafts = list(drafts_of(pack))
    elif format_name not in ("csv", "xlsx"):
        raise StudyhallError(said(f"There is no course in {folder}."))
    found, lost = (
        (zips.packed(folder, pack), list[LeftOut]()) if pack and format_name == ZIP else write(drafts, format_name)
    )
    lines = [f"{counted(len(drafts), 'question')} as {format_name}."]
    lines += [f"  {fault}" for fault in missing[:MOST_LISTED]]
    lines += [visible(f"  {one.place}: without {one.why}.") for one in lost[:MOST_LISTED]]
    if len(lost) > MOST_LISTED:
        lines.append(f"  and {len(lost) - MOST_LISTED:,} more")
    return ExportedFile(found.encode() if isinstance(found, str) else found, lines)
