"""One bot for each data folder, where the system can tell."""

import contextlib
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from bot.errors import StorageError
from bot.private import make_private_folder

NAME = "studyhall.lock"


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the data folder for this process alone.

    Raises StorageError when another holds it, or when the folder can't be used. The lock ends with the process, however
    that ends; the file stays.
    """
    try:
        make_private_folder(folder)
        descriptor = _opened(folder / NAME)
    except OSError as problem:
        raise StorageError(
            f"The data folder {folder} can't be used ({problem.strerror}). Make it writable, or set STUDYHALL_DATA_DIR."
        ) from problem
    try:
        _lock(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def _opened(file: Path) -> int:
    """The lock file's descriptor. A link is not followed: what it leads to would be emptied and written."""
    not_followed = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    if file.is_symlink():
        raise StorageError(f"{file} is a link, which Studyhall does not write through. Remove it, and start again.")
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | not_followed, 0o600)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise StorageError(f"{file} is no file. Remove it, and start again.")
    return descriptor


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
