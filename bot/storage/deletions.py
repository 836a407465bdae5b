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


class Deletion(NamedTuple):
    """That somebody was deleted at that time; who, only those can tell who know the member's id."""

    salt: bytes
    hash: bytes
    at_ms: int


def hash_of(salt: bytes, member_id: int) -> bytes:
    """What is remembered of a deleted member: SHA-256 of salt and id."""
    return hashlib.sha256(salt + str(member_id).encode()).digest()


def deletions_file(database: Path) -> Path:
    """Where the deletions of a database are kept."""
    return database.with_name(NAME)


def read_deletions(file: Path) -> list[Deletion]:
    """Every line of the file that can be read, in order; the last one may be cut off by a crash.

    Raises OSError for a file that is there and can't be read.
    """
    return [deletion for line in _lines(file) if (deletion := _parsed(line))]


def unreadable_lines(file: Path) -> int:
    """How many lines of the file say nothing. Raises OSError for a file that is there and can't be read."""
    return sum(bool(line.strip()) and _parsed(line) is None for line in _lines(file))


def _lines(file: Path) -> list[str]:
    if not os.path.lexists(file):
        return []
    if not stat.S_ISREG(file.stat().st_mode):
        raise OSError(errno.EINVAL, "it is no file")
    return file.read_text("utf-8", "replace").splitlines()


def _parsed(line: str) -> Deletion | None:
    try:
        entry = json.loads(line)
        return Deletion(bytes.fromhex(entry["salt"]), bytes.fromhex(entry["hash"]), int(entry["at_ms"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def add_deletions(file: Path, deletions: Iterable[Deletion]) -> None:
    """Append those that the file does not have yet; they are on the disk when this returns."""
    known = set(read_deletions(file))
    missing = [one for one in deletions if one not in known]
    if not missing:
        return
    lines = "".join(
        json.dumps({"salt": one.salt.hex(), "hash": one.hash.hex(), "at_ms": one.at_ms}) + "\n" for one in missing
    )
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
            rows = connection.execute("SELECT salt, hash, at_ms FROM deleted_member, privacy ORDER BY at_ms").fetchall()
    except sqlite3.Error:
        return []
    return [Deletion(*row) for row in rows]
