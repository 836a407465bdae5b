"""One bot for each data folder, where the system can tell."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from bot.errors import StorageError

NAME = "studyhall.lock"


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the data folder for this process alone.

    Raises StorageError when another holds it, or when the folder can't be used. The lock ends with the process, however
    that ends; the file stays.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as problem:
        raise StorageError(
            f"The data folder {folder} can't be used ({problem.strerror}). Make it writable, or set STUDYHALL_DATA_DIR."
        ) from problem
    try:
        _lock(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: Path) -> None:
    if sys.platform == "win32":
        return
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StorageError(
            f"A Studyhall is running on the data folder {folder}{_whose(descriptor)}. Stop it first, or give this one "
            "another folder with STUDYHALL_DATA_DIR."
        ) from None
    except OSError:  # a file system without locks
        return
    os.truncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)


def _whose(descriptor: int) -> str:
    number = os.pread(descriptor, 20, 0).decode("ascii", "replace")
    return f" (process {number})" if number.isdecimal() else ""
