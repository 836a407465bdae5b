"""A server's own courses with their questions, versions, pictures and sets."""

import asyncio
import functools
import json
import re
from collections.abc import Iterable, Mapping, Sequence

from pydantic import TypeAdapter

from bot.exchange.compiling import Outline
from bot.model.courses import OWN, OwnCourse, OwnQuestion, QuestionSet, Usage, Whole
from bot.model.shards import Holdings
from bot.packs.models import PictureFile, Question
from bot.storage.competitions import IS_LIVE
from bot.storage.lists import listed, of_held, words
from bot.storage.store import Reads, Row, Transaction

MANY = 500
"""So many questions take long enough to read that the event loop goes on meanwhile."""
_KEYS, _KEY = "%picture-%", re.compile(r"picture-[0-9a-f]{16}\.\w+")
_COURSE = "id, guild_id, outline, is_on, is_shut, made_ms, deleted_ms"
_QUESTION = "course_id, question, is_live, version, typed, member_id, changed_ms"


@functools.cache
def _outline_json() -> TypeAdapter[Outline]:
    return TypeAdapter(Outline)


def _course(row: Row) -> OwnCourse:
    number, guild_id, outline, is_on, is_shut, made_ms, deleted_ms = row
    known = _outline_json().validate_json(outline)
    return OwnCourse(number, guild_id, known, bool(is_on), bool(is_shut), made_ms, deleted_ms)


def _question(row: Row) -> OwnQuestion:
    course_id, question, is_live, version, typed, member_id, changed_ms = row
    known = Question.model_validate_json(question)
    return OwnQuestion(course_id, known, bool(is_live), version, typed, member_id, changed_ms)


async def in_use(db: Reads, held: Holdings) -> list[int]:
    """The servers of these with a game on, or a question of the day open, about a course of their own."""
    ours, values = of_held(held)
    rows = await db.rows(
        f"SELECT guild_id FROM competition WHERE {IS_LIVE} AND pack_id LIKE ? AND {ours}"
        f" UNION SELECT guild_id FROM daily WHERE closed_ms IS NULL AND pack_id LIKE ? AND {ours}",
        (f"{OWN}%", *values, f"{OWN}%", *values),
    )
    return [int(guild_id) for (guild_id,) in rows]


async def create(tx: Transaction, guild_id: int, outline: Outline, now_ms: int) -> int:
    """Make a course; returns its number."""
    [(number,)] = await tx.rows(
        "INSERT INTO course (guild_id, outline, made_ms) VALUES (?, ?, ?) RETURNING id",
        (guild_id, _outline_json().dump_json(outline).decode(), now_ms),
    )
    return int(number)


async def of(db: Reads, guild_id: int) -> list[OwnCourse]:
    """A server's own courses, deleted ones too, in the order in which they were made."""
    rows = await db.rows(f"SELECT {_COURSE} FROM course WHERE guild_id = ? ORDER BY id", (guild_id,))
    return [_course(row) for row in rows]


async def load(db: Reads, course_id: int) -> OwnCourse | None:
    """A course; None where there is none of that number."""
    rows = await db.rows(f"SELECT {_COURSE} FROM course WHERE id = ?", (course_id,))
    return _course(rows[0]) if rows else None


async def save(tx: Transaction, course: OwnCourse) -> None:
    """Store what was changed of a course itself."""
    outline = _outline_json().dump_json(course.outline).decode()
    await tx.run(
        "UPDATE course SET outline = ?, is_on = ?, is_shut = ?, deleted_ms = ? WHERE id = ?",
        (outline, course.is_on, course.is_shut, course.deleted_ms, course.id),
    )


async def drop(tx: Transaction, course_id: int) -> None:
    """Remove a course and all that it holds for good."""
    for table in ("course_question", "course_version", "course_picture", "course_draft", "course_import", "course_set"):
        await tx.run(f"DELETE FROM {table} WHERE course_id = ?", (course_id,))
    await tx.run("DELETE FROM course WHERE id = ?", (course_id,))


async def deleted_before(db: Reads, before_ms: int) -> list[int]:
    """The courses that were deleted before that moment."""
    rows = await db.rows("SELECT id FROM course WHERE deleted_ms < ?", (before_ms,))
    return [int(number) for (number,) in rows]


async def whole(db: Reads, course: OwnCourse) -> Whole:
    """A course with its questions, live and retired, and its pictures."""
    return Whole(course, tuple(await questions(db, course.id)), await pictures(db, course.id))


async def questions(db: Reads, course_id: int) -> list[OwnQuestion]:
    """The questions of a course that were published, in the order of their numbers."""
    rows = await db.rows(
        f"SELECT {_QUESTION} FROM course_question WHERE course_id = ? ORDER BY length(question_id), question_id",
        (course_id,),
    )
    if len(rows) < MANY:
        return [_question(row) for row in rows]
    return await asyncio.to_thread(lambda: [_question(row) for row in rows])


async def question(db: Reads, course_id: int, question_id: str) -> OwnQuestion | None:
    """One of them."""
    rows = await db.rows(
        f"SELECT {_QUESTION} FROM course_question WHERE course_id = ? AND question_id = ?", (course_id, question_id)
    )
    return _question(rows[0]) if rows else None


async def ids_ever(db: Reads, course_id: int) -> set[str]:
    """The ids that questions of a course have or had."""
    rows = await db.rows("SELECT DISTINCT question_id FROM course_version WHERE course_id = ?", (course_id,))
    return {name for (name,) in rows}


async def free_id(db: Reads, course_id: int) -> str:
    """An id that no question of a course has or had."""
    taken = await ids_ever(db, course_id)
    number = len(taken) + 1
    while f"q{number}" in taken:
        number += 1
    return f"q{number}"


async def versions(db: Reads, course_id: int, question_id: str) -> list[OwnQuestion]:
    """Every version of a question that was published, the newest first."""
    rows = await db.rows(
        "SELECT course_id, question, 1, version, typed, member_id, changed_ms FROM course_version"
        " WHERE course_id = ? AND question_id = ? ORDER BY version DESC",
        (course_id, question_id),
    )
    return [_question(row) for row in rows]


async def publish(tx: Transaction, course_id: int, found: Iterable[OwnQuestion]) -> None:
    """Put these versions of questions in force; each version is kept."""
    rows = [
        (
            *(course_id, one.id, one.is_live, one.version, one.question.model_dump_json(exclude_defaults=True)),
            *(one.typed, one.member_id, one.changed_ms),
        )
        for one in found
    ]
    await tx.run_many(
        "INSERT INTO course_question (course_id, question_id, is_live, version, question, typed, member_id, changed_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (course_id, question_id) DO UPDATE SET"
        " is_live = excluded.is_live, version = excluded.version, question = excluded.question, typed = excluded.typed,"
        " member_id = excluded.member_id, changed_ms = excluded.changed_ms",
        rows,
    )
    await tx.run_many(
        "INSERT INTO course_version (course_id, question_id, version, question, typed, member_id, changed_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (course_id, question_id, version) DO UPDATE SET"
        " question = excluded.question, typed = excluded.typed, member_id = excluded.member_id,"
        " changed_ms = excluded.changed_ms",
        [(*row[:2], *row[3:]) for row in rows],
    )


async def set_live(tx: Transaction, course_id: int, question_id: str, *, is_live: bool, now_ms: int) -> None:
    """Retire a question, or bring it back."""
    await tx.run(
        "UPDATE course_question SET is_live = ?, changed_ms = ? WHERE course_id = ? AND question_id = ?",
        (is_live, now_ms, course_id, question_id),
    )


async def take_back(tx: Transaction, course_id: int, question_id: str, version: int) -> None:
    """Undo a version of a question that was published last: the one before it is in force, or the question is gone.

    The id of one that is gone is not given to another question: what members remember goes by it.
    """
    which = (course_id, question_id, version)
    await tx.run("DELETE FROM course_question WHERE course_id = ? AND question_id = ? AND version = ?", which)
    if version == 1:
        return
    await tx.run("DELETE FROM course_version WHERE course_id = ? AND question_id = ? AND version = ?", which)
    await tx.run(
        "INSERT INTO course_question (course_id, question_id, is_live, version, question, typed, member_id, changed_ms)"
        " SELECT course_id, question_id, 1, version, question, typed, member_id, changed_ms FROM course_version"
        " WHERE course_id = ? AND question_id = ? ORDER BY version DESC LIMIT 1",
        (course_id, question_id),
    )


async def counts(db: Reads, course_id: int) -> tuple[int, int, int]:
    """How many questions of a course are live, how many retired, and how many wait for a reviewer."""
    [(live, retired, waiting)] = await db.rows(
        "SELECT (SELECT count(*) FROM course_question WHERE course_id = ? AND is_live = 1),"
        " (SELECT count(*) FROM course_question WHERE course_id = ? AND is_live = 0),"
        " (SELECT count(*) FROM course_draft WHERE course_id = ? AND state = 'proposed')",
        (course_id,) * 3,
    )
    return int(live), int(retired), int(waiting)


async def hanging_on(db: Reads, course_id: int, pack_id: str) -> tuple[int, ...]:
    """How many questions, retired ones, drafts and sets a course has; how many answers were given, by how many members."""
    live, retired, _ = await counts(db, course_id)
    [row] = await db.rows(
        "SELECT (SELECT count(*) FROM course_draft WHERE course_id = ?),"
        " (SELECT count(*) FROM course_set WHERE course_id = ?), (SELECT count(*) FROM answer WHERE pack_id = ?),"
        " (SELECT count(DISTINCT member_id) FROM answer WHERE pack_id = ?)",
        (course_id, course_id, pack_id, pack_id),
    )
    return live, retired, *map(int, row)


async def met_by(db: Reads, pack_id: str) -> dict[str, int]:
    """How many members have answered each question of a course."""
    rows = await db.rows(
        "SELECT question_id, count(DISTINCT member_id) FROM answer WHERE pack_id = ? GROUP BY question_id", (pack_id,)
    )
    return {question_id: int(count) for question_id, count in rows}


async def pictures(db: Reads, course_id: int) -> dict[str, PictureFile]:
    """The pictures of a course by their keys."""
    rows = await db.rows("SELECT key, name, data FROM course_picture WHERE course_id = ?", (course_id,))
    return {key: PictureFile(name, bytes(data)) for key, name, data in rows}


async def picture_keys(db: Reads, course_id: int) -> set[str]:
    """The keys of a course's pictures."""
    return {key for (key,) in await db.rows("SELECT key FROM course_picture WHERE course_id = ?", (course_id,))}


async def shown_pictures(db: Reads, course_id: int) -> set[str]:
    """The keys of the pictures that anything of a course shows or may show again."""
    rows = await db.rows("SELECT outline FROM course WHERE id = ?", (course_id,))
    there = "question_id IN (SELECT question_id FROM course_question q WHERE q.course_id = ?)"
    rows += await db.rows(
        "SELECT question FROM course_question WHERE course_id = ? AND question LIKE ?"
        f" UNION SELECT question FROM course_version WHERE course_id = ? AND question LIKE ? AND {there}"
        " UNION SELECT typed FROM course_draft WHERE course_id = ? AND typed LIKE ?",
        (course_id, _KEYS, course_id, _KEYS, course_id, course_id, _KEYS),
    )
    rows += await db.rows(
        "SELECT content FROM course_import WHERE course_id = ? AND state = 'read' AND content LIKE ?",
        (course_id, _KEYS),
    )
    return {key for (text,) in rows for key in _KEY.findall(text)}


async def add_pictures(tx: Transaction, course_id: int, found: Mapping[str, PictureFile]) -> None:
    """Keep these pictures; one that is there already stays."""
    await tx.run_many(
        "INSERT INTO course_picture (course_id, key, name, data) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(course_id, key, one.name, one.data) for key, one in found.items()],
    )


async def drop_pictures(tx: Transaction, course_id: int, keys: Iterable[str]) -> None:
    """Forget these pictures."""
    await tx.run(
        f"DELETE FROM course_picture WHERE course_id = ? AND key IN {words()}",
        (course_id, listed(keys)),
    )


async def usage(db: Reads, guild_id: int | None = None) -> dict[int, Usage]:
    """What each server's own courses hold; of one server, or of all."""
    of_one, values = ("1 = 1", ()) if guild_id is None else ("guild_id = ?", (guild_id,))
    rows = await db.rows(
        "SELECT guild_id, count(*),"
        " coalesce(sum((SELECT count(*) FROM course_question q WHERE q.course_id = course.id)), 0),"
        " coalesce(sum((SELECT sum(length(p.data)) FROM course_picture p WHERE p.course_id = course.id)), 0)"
        f" FROM course WHERE {of_one} GROUP BY guild_id ORDER BY guild_id",
        values,
    )
    return {guild: Usage(int(courses), int(asked), int(size)) for guild, courses, asked, size in rows}


async def sets(db: Reads, course_id: int) -> list[QuestionSet]:
    """The sets of a course by their titles."""
    rows = await db.rows(
        "SELECT course_id, title, question_ids FROM course_set WHERE course_id = ? ORDER BY title", (course_id,)
    )
    return [QuestionSet(course, title, tuple(json.loads(chosen))) for course, title, chosen in rows]


async def save_set(tx: Transaction, chosen: QuestionSet, now_ms: int) -> None:
    """Store a set, in the place of one with that title."""
    await tx.run(
        "INSERT INTO course_set (course_id, title, question_ids, changed_ms) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (course_id, title) DO UPDATE SET question_ids = excluded.question_ids,"
        " changed_ms = excluded.changed_ms",
        (chosen.course_id, chosen.title, json.dumps(chosen.question_ids), now_ms),
    )


async def drop_set(tx: Transaction, course_id: int, title: str) -> None:
    """Remove a set."""
    await tx.run("DELETE FROM course_set WHERE course_id = ? AND title = ?", (course_id, title))


def as_json(found: Sequence[Question]) -> list[object]:
    """Questions as values of JSON."""
    return [one.model_dump(mode="json", exclude_defaults=True) for one in found]


def of_json(found: Iterable[object]) -> list[Question]:
    """Questions from values of JSON."""
    return [Question.model_validate(one) for one in found]
