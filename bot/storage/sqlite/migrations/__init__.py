"""Numbered SQL files and the function that brings a database up to the newest of them."""

import itertools
import os
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.errors import StorageError
from bot.facts import Code, fact
from bot.storage.numbered import numbered
from bot.storage.sqlite.copying import copy_into, put


def migrations() -> dict[int, str]:
    """Every migration's SQL by its number, in order."""
    return numbered(__name__)


def migrate(path: Path, stamp: str, known: Mapping[int, str] | None = None, *, keep_copy: bool = True) -> list[int]:
    """Bring the file at ``path`` up to date, each migration in a transaction of its own; returns the numbers applied.

    ``known`` are the migrations by number, those of this package unless given. An existing file is copied to
    ``<name>.before-<version>.<stamp>`` first, unless ``keep_copy`` says no; where nothing could be applied, no copy stays.
    Raises StorageError for a database from a newer Studyhall, which is left untouched.
    """
    known = known if known is not None else migrations()
    newest_known = max(known)
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    try:
        version = _version(connection)
        if version > newest_known:
            raise StorageError(fact(Code.SCHEMA_TOO_NEW, path=str(path), schema=version, known=newest_known))
        if version < newest_known:
            _refuse_foreign(connection, path, version)
        todo = {number: sql for number, sql in sorted(known.items()) if number > version}
        copy = _copied(connection, path, f"before-{newest_known}.{stamp}") if todo and version and keep_copy else None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA synchronous = NORMAL")  # what a power cut takes back is done again at the next start
        try:
            return [number for number, sql in todo.items() if _apply(connection, number, sql)]
        except BaseException:
            if copy and _version(connection) == version:  # nothing has changed, so nothing is to be gone back to
                copy.unlink(missing_ok=True)
            raise
    finally:
        connection.close()


def _refuse_foreign(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Raise StorageError for a database of another program, before anything of ours is put into it."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if version < 0 or (version > 0) != bool(tables):
        raise StorageError(fact(Code.FOREIGN_DATABASE, path=str(path), schema=version, tables=len(tables)))


def _copied(connection: sqlite3.Connection, path: Path, name: str) -> Path:
    """A copy of the database beside it, which has its name only once it is whole; one of an earlier start is kept."""
    for left in path.parent.glob(f".{path.name}.before-*.part"):  # of a start that was killed
        left.unlink(missing_ok=True)
    names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
    copy = next(one for one in (path.with_name(f"{path.name}.{name}") for name in names) if not one.exists())
    part = path.with_name(f".{path.name}.before-{os.getpid()}.part")
    try:
        copy_into(connection, part)
        put(part, copy)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return copy


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _apply(connection: sqlite3.Connection, number: int, sql: str) -> bool:
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _version(connection) >= number:  # another process was faster
            connection.execute("ROLLBACK")
            return False
        for statement in statements(sql):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return True


def statements(sql: str) -> Iterator[str]:
    """The single statements of a script; SQLite itself says where one is complete."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip() and not all(line.startswith("--") for line in statement.strip().splitlines()):
        raise StorageError(fact(Code.MIGRATION_CUT, statement=statement.strip()[:80]))
