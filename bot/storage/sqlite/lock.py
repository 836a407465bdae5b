"""One bot for each data folder, where the system can tell."""

import contextlib
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bot.errors import StorageError
from bot.facts import Code, Fact, fact
from bot.private import make_private_folder
from bot.storage.sqlite.backup import journals

NAME = "studyhall.lock"
NOTE_BYTES = 80


class _Noted(NamedTuple):
    """How the files of a database were after a commit: the journal's bytes, and when the file itself was last written."""

    journal_bytes: int
    written_ns: int


class Held:
    """A data folder that this process holds, with what its lock file says: whose it is, and how the journal was.

    That is noted after each commit, so that a journal that is gone or cut after an unclean end is noticed: SQLite itself
    goes on without what was in it, and says nothing.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        numbers = _read(descriptor).split()[1:]
        is_noted = len(numbers) == 2 and all(number.isdigit() for number in numbers)
        self._noted = _Noted(*map(int, numbers)) if is_noted else None

    def lost(self, database: Path) -> Fact | None:
        """What is missing of the journal since the last process ended without closing it; None where nothing is known to be.

        A journal that another program has written into the file since is not missing.
        """
        now, noted = _noted(database), self._noted
        if noted is None or now.journal_bytes >= noted.journal_bytes or now.written_ns != noted.written_ns:
            return None
        return fact(
            Code.JOURNAL_LOST,
            journal=str(journals(database)[0]),
            has=now.journal_bytes,
            had=noted.journal_bytes,
            database=database.name,
        )

    def note(self, database: Path) -> None:
        """Note how the journal is now: what was just stored is in it."""
        noted, before = _noted(database), self._noted
        if noted != before:
            self._noted = noted
            self._write()
            if before and noted.journal_bytes < before.journal_bytes:  # a power cut must not leave the larger number
                os.fsync(self._descriptor)

    def closed(self) -> None:
        """The database was closed in order: there is no journal to miss."""
        self._noted = None
        self._write()

    def _write(self) -> None:
        words = [os.getpid(), *(self._noted or ())]
        text = " ".join(map(str, words)).encode()
        with contextlib.suppress(OSError):  # a full disk: the note is a help, not a must
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.write(self._descriptor, text.ljust(NOTE_BYTES))


def _noted(database: Path) -> _Noted:
    journal, file = _stat(journals(database)[0]), _stat(database)
    return _Noted(journal.st_size if journal else 0, file.st_mtime_ns if file else 0)


def _stat(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except FileNotFoundError:
        return None


def _read(descriptor: int) -> bytes:
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.read(descriptor, NOTE_BYTES)


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[Held]:
    """Hold the data folder for this process alone.

    Raises StorageError when another holds it, or when the folder can't be used. The lock ends with the process, however
    that ends; the file stays.
    """
    try:
        make_private_folder(folder)
        descriptor = _opened(folder / NAME)
    except OSError as problem:
        raise StorageError(fact(Code.DATA_FOLDER_UNUSABLE, folder=str(folder), why=str(problem.strerror))) from problem
    try:
        held = Held(descriptor)
        _lock(descriptor, folder)
        held._write()
        yield held
    finally:
        os.close(descriptor)


def _opened(file: Path) -> int:
    """The lock file's descriptor. A link is not followed: what it leads to would be emptied and written."""
    not_followed = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    if file.is_symlink():
        raise StorageError(fact(Code.LOCK_IS_LINK, file=str(file)))
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | not_followed, 0o600)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise StorageError(fact(Code.LOCK_IS_NO_FILE, file=str(file)))
    return descriptor


def _lock(descriptor: int, folder: Path) -> None:
    if sys.platform == "win32":
        return
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StorageError(fact(Code.ANOTHER_RUNNING, folder=str(folder), process=_whose(descriptor))) from None
    except OSError:  # a file system without locks
        return


def _whose(descriptor: int) -> str:
    """The number of the process that holds it; empty where it is not known."""
    number = next(iter(_read(descriptor).split()), b"").decode("ascii", "replace")
    return number if number.isdecimal() else ""
