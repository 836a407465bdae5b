"""Whether a database's tables are those of its schema: compared with a fresh one, made in memory."""

import sqlite3
from collections.abc import Mapping, Set
from contextlib import closing

from bot.facts import Code, Fact, fact
from bot.storage.sqlite.migrations import migrations, statements

Part = tuple[str, str, str]
"""What it is (table, column, index, trigger, view), its table or name, and more of it."""

_EVERYTHING = """
SELECT type, name, '' FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
UNION ALL
SELECT 'column', one.name, printf('%s %s %d %d %d', part.name, part.type, part."notnull", part.pk, part.hidden)
FROM sqlite_schema one, pragma_table_xinfo(one.name) part
WHERE one.type = 'table' AND one.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
"""


def differences(
    connection: sqlite3.Connection, schema: int, known: Mapping[int, str] | None = None
) -> tuple[Set[Part], Set[Part]]:
    """What the database lacks of that schema, and what it has besides. Raises sqlite3.Error for one that can't be read."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        for number, sql in (known or migrations()).items():
            for statement in statements(sql) if number <= schema else ():
                fresh.execute(statement)
        ours, theirs = (set(one.execute(_EVERYTHING).fetchall()) for one in (fresh, connection))
    return ours - theirs, theirs - ours


def told(code: Code, schema: int, parts: Set[Part]) -> Fact:
    """One of the differences from that schema, and how many more there are."""
    what, name, more = min(parts)
    column = more.split()[0] if what == "column" else ""
    return fact(code, schema=schema, what=what, name=name, column=column, more=len(parts) - 1)
