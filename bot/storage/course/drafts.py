"""What members write for a server's own courses before it is published, and what files brought."""

import functools
import json
from typing import Any

from pydantic import TypeAdapter

from bot.exchange.typed_form import Typed
from bot.model.courses import DraftState, ImportState, OwnDraft, OwnImport
from bot.storage.lists import listed, words
from bot.storage.store import Reads, Row, Transaction

_DRAFT = "id, course_id, member_id, typed, state, question_id, base_version, note, changed_ms"
_IMPORT = "id, course_id, member_id, file_name, state, content, made_ms"


@functools.cache
def _typed_json() -> TypeAdapter[Typed]:
    return TypeAdapter(Typed)


def typed_text(typed: Typed) -> str:
    """How what was typed is kept."""
    return _typed_json().dump_json(typed).decode()


def typed_of_text(text: str) -> Typed:
    """What was typed, from how it is kept."""
    return _typed_json().validate_json(text)


def _draft(row: Row) -> OwnDraft:
    number, course_id, member_id, typed, state, question_id, base, note, changed_ms = row
    known = _typed_json().validate_json(typed)
    return OwnDraft(number, course_id, member_id, known, DraftState(state), question_id, base, note, changed_ms)


async def create(tx: Transaction, draft: OwnDraft) -> int:
    """Store a new draft; returns its number."""
    [(number,)] = await tx.rows(
        "INSERT INTO course_draft (course_id, member_id, typed, state, question_id, base_version, note, changed_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            *(draft.course_id, draft.member_id, typed_text(draft.typed), draft.state, draft.question_id),
            *(draft.base_version, draft.note, draft.changed_ms),
        ),
    )
    return int(number)


async def save(tx: Transaction, draft: OwnDraft) -> None:
    """Store what was changed of a draft."""
    await tx.run(
        "UPDATE course_draft SET typed = ?, state = ?, base_version = ?, note = ?, changed_ms = ? WHERE id = ?",
        (typed_text(draft.typed), draft.state, draft.base_version, draft.note, draft.changed_ms, draft.id),
    )


async def load(db: Reads, draft_id: int) -> OwnDraft | None:
    """A draft; None where there is none of that number."""
    rows = await db.rows(f"SELECT {_DRAFT} FROM course_draft WHERE id = ?", (draft_id,))
    return _draft(rows[0]) if rows else None


async def drop(tx: Transaction, draft_id: int) -> None:
    """Remove a draft."""
    await tx.run("DELETE FROM course_draft WHERE id = ?", (draft_id,))


async def of_course(db: Reads, course_id: int, *states: DraftState) -> list[OwnDraft]:
    """The drafts of a course in these states, the oldest first."""
    rows = await db.rows(
        f"SELECT {_DRAFT} FROM course_draft WHERE course_id = ? AND state IN {words()} ORDER BY id",
        (course_id, listed(states)),
    )
    return [_draft(row) for row in rows]


async def of_member(db: Reads, member_id: int, guild_id: int) -> list[OwnDraft]:
    """What a member has written in a server and not published, the oldest first."""
    columns = ", ".join(f"d.{one}" for one in _DRAFT.split(", "))
    rows = await db.rows(
        f"SELECT {columns} FROM course_draft d JOIN course c ON c.id = d.course_id"
        " WHERE d.member_id = ? AND c.guild_id = ? ORDER BY d.id",
        (member_id, guild_id),
    )
    return [_draft(row) for row in rows]


async def suggested_since(db: Reads, member_id: int, since_ms: int) -> int:
    """How many suggestions of a member that wait or were answered are younger than that."""
    [(count,)] = await db.rows(
        "SELECT count(*) FROM course_draft WHERE member_id = ? AND state <> ? AND changed_ms >= ?",
        (member_id, DraftState.DRAFT, since_ms),
    )
    return int(count)


def _import(row: Row) -> OwnImport:
    number, course_id, member_id, name, state, content, made_ms = row
    return OwnImport(number, course_id, member_id, name, ImportState(state), json.loads(content), made_ms)


async def add_import(
    tx: Transaction, course_id: int, member_id: int, file_name: str, content: dict[str, Any], now_ms: int
) -> int:
    """Keep what came of a file; returns its number."""
    [(number,)] = await tx.rows(
        "INSERT INTO course_import (course_id, member_id, file_name, state, content, made_ms)"
        " VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
        (course_id, member_id, file_name, ImportState.READ, json.dumps(content, ensure_ascii=False), now_ms),
    )
    return int(number)


async def save_import(tx: Transaction, one: OwnImport) -> None:
    """Store what was changed of an import."""
    await tx.run(
        "UPDATE course_import SET state = ?, content = ? WHERE id = ?",
        (one.state, json.dumps(one.content, ensure_ascii=False), one.id),
    )


async def load_import(db: Reads, import_id: int) -> OwnImport | None:
    """An import; None where there is none of that number."""
    rows = await db.rows(f"SELECT {_IMPORT} FROM course_import WHERE id = ?", (import_id,))
    return _import(rows[0]) if rows else None


async def imports_of(db: Reads, course_id: int) -> list[OwnImport]:
    """The imports of a course, the newest first."""
    rows = await db.rows(f"SELECT {_IMPORT} FROM course_import WHERE course_id = ? ORDER BY id DESC", (course_id,))
    return [_import(row) for row in rows]


async def drop_read_before(tx: Transaction, before_ms: int) -> set[int]:
    """Forget imports that were read before that and never published; returns their courses."""
    rows = await tx.rows(
        "DELETE FROM course_import WHERE state = ? AND made_ms < ? RETURNING course_id", (ImportState.READ, before_ms)
    )
    return {int(course_id) for (course_id,) in rows}


async def drop_empty_before(tx: Transaction, before_ms: int) -> set[int]:
    """Forget drafts in which nobody typed anything, begun before that; returns their courses."""
    rows = await tx.rows(
        "DELETE FROM course_draft WHERE changed_ms < ? AND typed LIKE ? RETURNING course_id",
        (before_ms, '{"question":"",%'),
    )
    return {int(course_id) for (course_id,) in rows}
