"""A copy of a whole database, private to the user from its first byte."""

import os
import sqlite3
from pathlib import Path


def copy_into(connection: sqlite3.Connection, target: Path) -> None:
    """Copy the connection's database, as it is now, to a file that is not there yet.

    One that can't be finished leaves nothing behind. Raises sqlite3.Error, or OSError where the file can't be made.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        connection.execute("VACUUM INTO ?", (str(target),))
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def put(part: Path, target: Path) -> None:
    """Give a file that is whole its final name, on the disk: at no moment is there half a file of that name."""
    flush(part)
    part.replace(target)
    flush(target.parent)


def flush(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except PermissionError:  # Windows opens no folders
        return
    try:
        os.fsync(descriptor)
    except OSError:
        if not path.is_dir():
            raise
    finally:
        os.close(descriptor)
