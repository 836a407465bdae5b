"""The file beside the database that remembers deletions, for a database that is brought back from before them."""

import errno
import hashlib
import json
import os
import sqlite3
import stat
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

NAME = "deletions.jsonl"
RETENTION = "retention"


class Deletion(NamedTuple):
    """That somebody was deleted at that time; who, only those can tell who know the member's id.

    ``by_retention``: they had not asked for it. Of deletions from before that was noted it is False.
    """

    salt: bytes
    hash: bytes
    at_ms: int
    by_retention: bool = False

    @property
    def event(self) -> tuple[bytes, bytes, int]:
        """Which deletion it is, whatever is known of it."""
        return self.salt, self.hash, self.at_ms


def hash_of(salt: bytes, member_id: int) -> bytes:
    """What is remembered of a deleted member: SHA-256 of salt and id."""
    return hashlib.sha256(salt + str(member_id).encode()).digest()


def deletions_file(database: Path) -> Path:
    """Where the deletions of a database are kept."""
    return database.with_name(NAME)


def read_deletions(file: Path) -> list[Deletion]:
    """Every deletion of the file that holds, in order; a line that can't be read was cut off by a crash.

    Raises OSError for a file that is there and can't be read.
    """
    found: dict[tuple[bytes, bytes, int], Deletion] = {}
    for line in _lines(file):
        if parsed := _parsed(line):
            deletion, undone = parsed
            if undone:
                found.pop(deletion.event, None)
            else:
                found.setdefault(deletion.event, deletion)
    return list(found.values())


def unreadable_lines(file: Path) -> int:
    """How many lines of the file say nothing. Raises OSError for a file that is there and can't be read."""
    return sum(bool(line.strip()) and _parsed(line) is None for line in _lines(file))


def _lines(file: Path) -> list[str]:
    if not os.path.lexists(file):
        return []
    if not stat.S_ISREG(file.stat().st_mode):
        raise OSError(errno.EINVAL, "it is no file")
    return file.read_text("utf-8", "replace").splitlines()


def _parsed(line: str) -> tuple[Deletion, bool] | None:
    """The deletion of a line, and whether the line undoes it."""
    try:
        entry = json.loads(line)
        salt, hash_, at_ms = bytes.fromhex(entry["salt"]), bytes.fromhex(entry["hash"]), int(entry["at_ms"])
        return Deletion(salt, hash_, at_ms, entry.get("by") == RETENTION), bool(entry.get("undone"))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def add_deletions(file: Path, deletions: Iterable[Deletion]) -> tuple[int, int]:
    """Append those that the file does not have yet; they are on the disk when this returns.

    Returns how many deletions the file lists then, and how many of them are new.
    """
    known = {one.event for one in read_deletions(file)}
    new = [one for one in deletions if one.event not in known]
    _append(file, [_entry(one) for one in new])
    return len(known) + len(new), len(new)


def undo_deletions(file: Path, deletions: Iterable[Deletion]) -> None:
    """Note that these deletions hold no longer; that is on the disk when this returns."""
    _append(file, [_entry(one) | {"undone": True} for one in deletions])


def _entry(one: Deletion) -> dict[str, object]:
    by = {"by": RETENTION} if one.by_retention else {}
    return {"salt": one.salt.hex(), "hash": one.hash.hex(), "at_ms": one.at_ms} | by


def _append(file: Path, entries: list[dict[str, object]]) -> None:
    if not entries:
        return
    lines = "".join(json.dumps(one) + "\n" for one in entries)
    descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as stream:
        if stream.seek(0, os.SEEK_END) and stream.seek(-1, os.SEEK_END) and stream.read(1) != b"\n":
            lines = "\n" + lines
        stream.write(lines.encode())
        stream.flush()
        os.fsync(stream.fileno())


def deletions_in(database: Path) -> list[Deletion]:
    """The deletions that a database remembers which is not open here; none when it can't be read."""
    if not database.is_file():
        return []
    try:
        with closing(sqlite3.connect(database.absolute().as_uri() + "?mode=ro", uri=True)) as connection:
            columns = [name for (name,) in connection.execute("SELECT name FROM pragma_table_info('deleted_member')")]
            by = "by_retention" if "by_retention" in columns else "0"
            rows = connection.execute(f"SELECT salt, hash, at_ms, {by} FROM deleted_member, privacy ORDER BY at_ms")
            return [Deletion(salt, hash_, at_ms, bool(by_retention)) for salt, hash_, at_ms, by_retention in rows]
    except sqlite3.Error:
        return []
