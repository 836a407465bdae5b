"""Copies of the database: written beside a running bot, checked, and put back in its place."""

import contextlib
import os
import re
import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from bot.clock import utc
from bot.errors import StorageError
from bot.facts import Code, Fact, Value, fact, said
from bot.storage.sqlite.copying import copy_into, flush, put
from bot.storage.sqlite.layout import differences, told
from bot.storage.sqlite.migrations import migrate, migrations

CHECKED_BYTES = 50 << 20
"""Up to this size a file is read in full before it is used."""
_NAME = re.compile(r"^studyhall-(\d{8}-\d{6})\.db$")
_STAMP = "%Y%m%d-%H%M%S"
_PART = ".part"
_COUNTED = ("member", "answer", "competition")
_GROWING = ("answer", "competition")
"""Rows of these are never deleted, so a backup has at least as many as there were before it began."""


class Backup(NamedTuple):
    """A backup in its folder."""

    path: Path
    made: datetime


@dataclass(frozen=True)
class Facts:
    """What a database holds."""

    schema: int
    bytes: int
    rows: dict[str, int]

    def __str__(self) -> str:
        counted = ", ".join(f"{count:,} {table}{'s' * (count != 1)}" for table, count in self.rows.items())
        return f"schema {self.schema}, {counted}, {self.bytes:,} bytes"


def backup_folder(database: Path) -> Path:
    """Where the backups of a database are."""
    return database.parent / "backups"


def backup_path(database: Path, at_ms: int) -> Path:
    """What a backup made at that time is called."""
    return backup_folder(database) / f"studyhall-{utc(at_ms):{_STAMP}}.db"


def backups_in(folder: Path) -> list[Backup]:
    """The backups in a folder, oldest first."""
    names = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
    found = []
    for name in names:
        if match := _NAME.match(name):
            with contextlib.suppress(ValueError):
                found.append(Backup(folder / name, datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)))
    return found


def unusable(database: Path, why: Fact | Exception) -> Fact:
    """That a database can't be used; it names the newest copy where there is one."""
    about: dict[str, Value] = {"path": str(database), "why": why if isinstance(why, Fact) else said(str(why))}
    if newest := _newest_copy(database):
        return fact(Code.DATABASE_UNUSABLE_COPY, **about, **_named(newest))
    return fact(Code.DATABASE_UNUSABLE, **about)


def missing(database: Path) -> Fact | None:
    """That a database is not there although copies or its journal are; None where there are none."""
    if newest := _newest_copy(database):
        away = newest.path.parent if newest.made else newest.path
        return fact(Code.DATABASE_GONE_COPY, path=str(database), away=str(away), **_named(newest))
    if _has_journal(database):
        return fact(Code.DATABASE_GONE_JOURNAL, path=str(database), journal=str(journals(database)[0]))
    return None


class _Copy(NamedTuple):
    path: Path
    made: datetime | None


def _newest_copy(database: Path) -> _Copy | None:
    """The newest backup; else the newest copy that was put beside the database. Empty files are none."""
    if found := [one for one in backups_in(backup_folder(database)) if one.path.stat().st_size]:
        return _Copy(*found[-1])
    beside = [
        file
        for file in database.parent.glob(f"{database.name}.before-*")
        if not file.name.endswith(("-wal", "-shm")) and file.stat().st_size
    ]
    return _Copy(max(beside, key=lambda file: file.stat().st_mtime), None) if beside else None


def _named(copy: _Copy) -> dict[str, str]:
    """A copy as facts name it; a backup says when it was made."""
    return {"copy": str(copy.path), "made": f"{copy.made:%Y-%m-%d %H:%M}" if copy.made else ""}


def damage(file: Path) -> Fact | None:
    """What is wrong with a database file; None when nothing is known to be. It is only read.

    A small file is checked in full; of a larger one, whether its end is there.
    """
    if not file.is_file():
        return None
    size = file.stat().st_size
    if not size:
        return fact(Code.FILE_EMPTY)
    try:
        with closing(_reading(file)) as connection:
            [[pages, page_bytes]] = connection.execute(
                "SELECT page_count, page_size FROM pragma_page_count, pragma_page_size"
            ).fetchall()
            if not _has_journal(file) and size < pages * page_bytes:
                return fact(Code.FILE_CUT, bytes=size, whole=pages * page_bytes)
            [[schema]] = connection.execute("PRAGMA user_version").fetchall()
            if not schema:
                return fact(Code.NO_TABLES)
            if pages * page_bytes <= CHECKED_BYTES:
                [[found]] = connection.execute("PRAGMA quick_check(1)").fetchall()
                return None if found == "ok" else said(str(found).replace("\n", " "))
    except sqlite3.OperationalError:
        return None  # locked, or not to be read: whoever opens it is told
    except (sqlite3.DatabaseError, UnicodeDecodeError) as problem:
        return fact(Code.FILE_DAMAGED, why=str(problem), bytes=size)
    return None


def _has_journal(file: Path) -> bool:
    journal = file.with_name(file.name + "-wal")
    return journal.is_file() and journal.stat().st_size > 0


def _reading(file: Path) -> sqlite3.Connection:
    """A connection that changes nothing and, where no journal belongs to the file, leaves no files beside it either."""
    how = "mode=ro" if _has_journal(file) else "mode=ro&immutable=1"
    return sqlite3.connect(f"{file.absolute().as_uri()}?{how}", uri=True, isolation_level=None, timeout=5)


# Writing one


class BackupWriter:
    """Writes backups; `stop` ends one that is under way, from any thread."""

    def __init__(self) -> None:
        self._connection: sqlite3.Connection | None = None
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End what is under way; what was written of it is removed."""
        self._stopped.set()
        if connection := self._connection:
            with contextlib.suppress(sqlite3.ProgrammingError):
                connection.interrupt()

    def write(self, database: Path, target: Path) -> Facts:
        """Copy the database as it is now, while it may be in use; the file is there only once it is whole and checked.

        Raises StorageError with what to do; then there is no file of that name.
        """
        part = target.with_name(f".{target.name}.{os.getpid()}{_PART}")
        try:
            _refuse_target(database, target)
            facts = self._copy(database, part)
            put(part, target)
        except (sqlite3.Error, UnicodeDecodeError) as problem:
            raise StorageError(fact(Code.BACKUP_FAILED, target=str(target), why=str(problem))) from problem
        except OSError as problem:
            raise StorageError(
                fact(Code.BACKUP_NOT_WRITTEN, target=str(target), why=str(problem.strerror))
            ) from problem
        finally:
            with contextlib.suppress(OSError):
                part.unlink()
        return facts

    def _copy(self, database: Path, part: Path) -> Facts:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True, timeout=10)) as source:
            source.isolation_level = None
            self._connection = source
            try:
                if self._stopped.is_set():
                    raise sqlite3.OperationalError("interrupted")
                before = _facts(source, database)
                copy_into(source, part)
            finally:
                self._connection = None
        facts = examine(part, thorough=False)
        fewer = [table for table in _GROWING if facts.rows.get(table, 0) < before.rows.get(table, 0)]
        if facts.schema != before.schema or fewer:
            raise sqlite3.DatabaseError(f"it holds {facts}, the database held {before}")
        return facts


def _refuse_target(database: Path, target: Path) -> None:
    if not database.is_file():
        raise StorageError(fact(Code.NO_DATABASE, path=str(database)))
    if target.exists():
        raise StorageError(fact(Code.BACKUP_EXISTS, target=str(target)))
    if target.parent == backup_folder(database):
        target.parent.mkdir(mode=0o700, exist_ok=True)
    if not target.parent.is_dir():
        raise StorageError(fact(Code.NO_BACKUP_FOLDER, folder=str(target.parent)))


def remove_leftovers(folder: Path, before_ms: int) -> None:
    """Remove what backups left behind that were cut off before then."""
    for part in folder.glob(f".studyhall-*{_PART}") if folder.is_dir() else ():
        with contextlib.suppress(OSError):
            if part.stat().st_mtime * 1000 < before_ms:
                part.unlink()


# Reading one


def examine(file: Path, *, thorough: bool = True) -> Facts:
    """What a backup holds. Raises StorageError for one that is no sound database of Studyhall, or of a newer one."""
    if not file.is_file():
        raise StorageError(fact(Code.NO_BACKUP_FILE, file=str(file)))
    try:
        with closing(_reading(file)) as connection:
            check = "integrity_check" if thorough else "quick_check"
            [found] = connection.execute(f"PRAGMA {check}(1)").fetchone()
            if found != "ok":
                raise sqlite3.DatabaseError(str(found).replace("\n", " "))
            facts = _facts(connection, file)
    except (sqlite3.Error, UnicodeDecodeError) as problem:
        raise StorageError(fact(Code.BACKUP_UNSOUND, file=str(file), why=str(problem))) from problem
    if facts.schema > max(migrations()):
        raise StorageError(fact(Code.BACKUP_TOO_NEW, file=str(file), schema=facts.schema, known=max(migrations())))
    return facts


def _facts(connection: sqlite3.Connection, file: Path) -> Facts:
    [schema] = connection.execute("PRAGMA user_version").fetchone()
    known = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if schema < 1 or not {"member", "answer"} <= known:
        raise sqlite3.DatabaseError("it has none of its tables")
    rows = {
        table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in _COUNTED if table in known
    }
    return Facts(schema, file.stat().st_size, rows)


def unpack(file: Path, copy: Path) -> Facts:
    """Check a backup and copy it. Raises StorageError; then there is no copy."""
    facts = examine(file)
    _refuse_other_layout(file)
    remove(copy)
    try:
        with closing(_reading(file)) as connection:
            copy_into(connection, copy)
    except (sqlite3.Error, OSError, UnicodeDecodeError) as problem:
        raise StorageError(
            fact(Code.BACKUP_NOT_COPIED, file=str(file), folder=str(copy.parent), why=str(problem))
        ) from problem
    return facts


def other_layout(file: Path) -> Fact | None:
    """What keeps a database's tables from being those of its schema number; None where nothing does."""
    try:
        with closing(_reading(file)) as connection:
            [schema] = connection.execute("PRAGMA user_version").fetchone()
            lacking, besides = differences(connection, schema)
    except (sqlite3.Error, UnicodeDecodeError):
        return None  # whoever opens it is told
    if besides:
        return told(Code.LAYOUT_BESIDES, schema, besides)
    return told(Code.LAYOUT_LACKS, schema, lacking) if lacking else None


def _refuse_other_layout(file: Path) -> None:
    """Raise StorageError for a file with other tables than its schema has, or with a trigger or view: those would run."""
    if found := other_layout(file):
        raise StorageError(fact(Code.BACKUP_UNUSABLE, file=str(file), why=found))


def place_for_copy(database: Path, file: Path) -> Path:
    """Where a copy of a backup is made ready: never ``file`` itself, for what was left there by an earlier one is removed."""
    place = database.with_name(f"{database.name}.restoring")
    if file.exists() and any(one.exists() and one.samefile(file) for one in (place, *journals(place))):
        return database.with_name(f"{database.name}.restoring-again")
    return place


def bring_up_to_date(copy: Path) -> list[int]:
    """Apply what is missing of the layout to a copy; returns the migrations. Raises StorageError."""
    try:
        return migrate(copy, "", keep_copy=False)
    except (sqlite3.Error, UnicodeDecodeError) as problem:
        raise not_ready(copy, problem) from problem


def not_ready(copy: Path, problem: Exception) -> StorageError:
    """What to raise when a copy could not be made ready to take the database's place."""
    return StorageError(fact(Code.BACKUP_NOT_READY, folder=str(copy.parent), why=str(problem)))


def remove(database: Path) -> None:
    """Remove a database file with its journal, if it is there."""
    for left in (database, *journals(database)):
        left.unlink(missing_ok=True)


def put_in_place(copy: Path, database: Path, at_ms: int) -> Path | None:
    """Make ``copy`` the database; returns where the one before is kept, None when there was none.

    Where files can have two names, there is a database in its place at every moment. Raises StorageError when another
    program uses it.
    """
    flush(copy)
    kept = None
    if database.exists():
        kept = database.with_name(f"{database.name}.before-restore-{utc(at_ms):{_STAMP}}")
        _keep(database, kept)
    put(copy, database)
    return kept


def _keep(database: Path, kept: Path) -> None:
    try:
        with closing(sqlite3.connect(database, isolation_level=None, timeout=2)) as connection:
            [busy, _, _] = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:
        busy = 1
    except (sqlite3.DatabaseError, UnicodeDecodeError):  # a broken one is kept as it is, with its journal
        busy = 0
    if busy:
        raise StorageError(fact(Code.DATABASE_IN_USE, path=str(database)))
    for journal in journals(database):
        if journal.exists():
            if journal.stat().st_size and journal.name.endswith("-wal"):
                journal.replace(kept.with_name(kept.name + "-wal"))
            else:
                journal.unlink()
    try:
        kept.hardlink_to(database)
    except OSError:  # a file system without links
        database.replace(kept)


def journals(database: Path) -> tuple[Path, Path]:
    """The files that SQLite keeps beside a database while it is in use."""
    return database.with_name(database.name + "-wal"), database.with_name(database.name + "-shm")
