"""Files that are attached in Discord: read in a worker, told, published with one press, and taken back with another.

What came of a file is stored before anybody is told, so a restart between reading and publishing loses nothing. Its
``content`` holds the items (each with its question, or why it can't be asked), what was left out, and where each stood.
"""

import asyncio
import itertools
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from bot.clock import Clock
from bot.errors import NotFound, StudyhallError, UserError
from bot.exchange.compiling import Outline, compiled
from bot.exchange.drafts import Draft, Found
from bot.exchange.drawings import ready
from bot.exchange.formats import ZIP, Reading
from bot.exchange.importing import compared
from bot.exchange.packs import drafts_of
from bot.exchange.reading import read_apart
from bot.exchange.zips import course_of
from bot.facts import Code, fact
from bot.model.courses import ImportState, OwnCourse, OwnImport, OwnQuestion, Whole
from bot.packs.models import PictureFile, Question
from bot.services.course.apart import apart
from bot.services.course.own import OwnCourses, Writer
from bot.services.course.shelf import as_pack
from bot.storage.course import courses, drafts
from bot.storage.store import Store, Transaction
from bot.workers import Workers

MOST_FILE_BYTES = 10 * 1024 * 1024


class Item(NamedTuple):
    """A question that a file brought. ``base`` is the version that it would take the place of, ``faults`` why it can't."""

    place: str
    stem: str
    question_id: str
    question: Question | None
    base: int | None
    faults: list[str]


@dataclass(frozen=True)
class ImportReport:
    """What came of a file, and what has become of it."""

    id: int
    course: OwnCourse
    file_name: str
    format: str
    state: ImportState
    items: list[Item]
    same: int
    left_out: list[tuple[str, str]]
    losses: list[tuple[str, str]]
    doubtful: list[tuple[str, str]]
    fresh: bool = False
    """Whether the course was made for it."""
    published: int = 0
    kept_as: int = 0
    """How many could not be taken back, as they were changed since."""

    @property
    def passing(self) -> list[Item]:
        """Those that can be published."""
        return [one for one in self.items if one.question is not None]

    @property
    def faulty(self) -> list[Item]:
        """Those that can't."""
        return [one for one in self.items if one.question is None]


class _Checked(NamedTuple):
    items: list[Item]
    pictures: dict[str, PictureFile]


class CourseImports:
    """What `/course import` does."""

    def __init__(self, store: Store, clock: Clock, own: OwnCourses, workers: Workers) -> None:
        self._store = store
        self._clock = clock
        self._own = own
        self._workers = workers
        self._one_at_a_time = asyncio.Semaphore(1)

    async def read(self, writer: Writer, course_id: int | None, file_name: str, data: bytes) -> ImportReport:
        """Read a file for a course, or (None) for a new one that is called as the file is.

        Nothing is asked before it is published. Raises StudyhallError for a file that can't be read.
        """
        await self._own.refuse_reader(writer)
        if len(data) > MOST_FILE_BYTES:
            raise UserError(fact(Code.FILE_TOO_LARGE, mib=MOST_FILE_BYTES // 1024 // 1024))
        course = await self._own.the(writer.guild_id, course_id) if course_id is not None else None
        async with self._one_at_a_time:  # each takes a core for a while
            reading = await self._reading(file_name, data, course.outline.language if course else "en")
            if course is None:
                return await self._into_new(writer, file_name, reading)
            return await self._into(writer, course, file_name, reading)

    async def _reading(self, file_name: str, data: bytes, language: str) -> Reading:
        try:
            return await asyncio.to_thread(_read, file_name, data, language)
        except StudyhallError as problem:  # it is the file's fault, and no trouble of ours
            unknown = problem.fact.code is Code.UNKNOWN_FORMAT
            raise UserError(fact(Code.UNKNOWN_FILE) if unknown else problem.fact) from None

    async def _into_new(self, writer: Writer, file_name: str, reading: Reading) -> ImportReport:
        if reading.format != ZIP:
            if not reading.drafts:
                raise UserError(fact(Code.NOTHING_IN_FILE, why=_first_reason(reading)))
            title = " ".join(Path(file_name).stem.replace("_", " ").split())[:60] or "Questions"
            course = await self._own.new(writer, await self._free_title(writer.guild_id, title))
            return await self._into(writer, course, file_name, reading, fresh=True)
        pack, outline, left_out = await apart(self._workers, course_of, reading.files or {})
        await self._own.refuse_more(writer.guild_id, questions=len(pack.questions), picture_bytes=_bytes(pack.pictures))
        outline = replace(outline, title=await self._free_title(writer.guild_id, outline.title))
        course = await self._own.new(writer, outline.title, language=outline.language, sections=outline.sections)
        course = replace(course, outline=outline)
        items = [Item(one.id, one.stem, one.id, one, None, []) for one in pack.questions]
        content = _content(reading.format, items, 0, [(o.place, o.why) for o in left_out], [], [], {}, fresh=True)
        pictures = dict(pack.pictures)

        async def job(tx: Transaction) -> int:
            await courses.save(tx, course)
            await courses.add_pictures(tx, course.id, pictures)
            return await drafts.add_import(tx, course.id, writer.member_id, file_name, content, self._clock.now_ms())

        return await self.the(writer, await self._own.write(writer.guild_id, job))

    async def _into(
        self, writer: Writer, course: OwnCourse, file_name: str, reading: Reading, *, fresh: bool = False
    ) -> ImportReport:
        whole = await courses.whole(self._store, course)
        there = list(drafts_of(as_pack(whole, live=False)))
        rows = await self._rows(course.id, file_name)
        usual = course.outline.sections[0]
        found = await asyncio.to_thread(ready, reading.found, [])
        result = await asyncio.to_thread(compared, found, there, rows, usual)
        new = _numbered(result.new, found, await courses.ids_ever(self._store, course.id))
        wanted = [*new, *(one.now for one in result.changed)]
        outline = course.outline.with_sections(one.section for one in wanted)
        checked = await self._checked(whole, outline, wanted)
        await self._own.refuse_more(
            writer.guild_id,
            questions=sum(one.question is not None and one.base is None for one in checked.items),
            picture_bytes=_bytes({key: one for key, one in checked.pictures.items() if key not in whole.pictures}),
        )
        content = _content(
            reading.format,
            checked.items,
            len(result.same),
            [(one.place, one.why) for one in result.left_out],
            result.losses,
            [(one.now.place, one.before.name) for one in result.doubtful],
            {draft.place: draft.name for draft in (*wanted, *result.same)},
            fresh=fresh,
        )
        content["sections"] = list(outline.sections)

        async def job(tx: Transaction) -> int:
            await courses.add_pictures(tx, course.id, checked.pictures)
            return await drafts.add_import(tx, course.id, writer.member_id, file_name, content, self._clock.now_ms())

        return await self.the(writer, await self._store.write(job))

    async def _checked(self, whole: Whole, outline: Outline, wanted: Sequence[Draft]) -> _Checked:
        """The drafts as questions, checked in a worker, each with the version that it would replace."""
        if not wanted:
            return _Checked([], {})
        made = await apart(self._workers, compiled, outline, list(wanted))
        by_id = {one.id: one for one in made.questions}
        before = {one.id: one.version for one in whole.questions}
        items = [
            Item(
                one.place,
                one.stem,
                one.name,
                by_id.get(one.name) if one.name not in made.faults else None,
                before.get(one.name),
                made.faults.get(one.name, []),
            )
            for one in wanted
        ]
        return _Checked(items, made.pictures)

    async def _free_title(self, guild_id: int, title: str) -> str:
        taken = {one.outline.title.casefold() for one in await self._own.of(guild_id)}
        number, found = 2, title
        while found.casefold() in taken:
            found, number = f"{title[:55]} {number}", number + 1
        return found

    async def _rows(self, course_id: int, file_name: str) -> dict[str, str]:
        """Which question each place of this file became when it was imported last."""
        for one in await drafts.imports_of(self._store, course_id):
            if one.file_name == file_name and one.state is ImportState.PUBLISHED:
                return dict(one.content.get("rows", {}))
        return {}

    async def the(self, writer: Writer, import_id: int) -> ImportReport:
        """What came of a file. Raises NotFound for one that is gone, or was another server's."""
        one = await drafts.load_import(self._store, import_id)
        if one is None:
            raise NotFound(fact(Code.IMPORT_GONE))
        course = await self._own.the(writer.guild_id, one.course_id)
        return _report(one, course)

    async def publish(self, writer: Writer, import_id: int) -> ImportReport:
        """Have all that pass asked; a question that was changed since the file was read keeps that change."""
        await self._own.refuse_reader(writer)
        report = await self.the(writer, import_id)
        if report.state is not ImportState.READ:
            raise UserError(fact(Code.IMPORT_DONE))
        now_ms, course = self._clock.now_ms(), report.course

        async def job(tx: Transaction) -> int:
            one = await drafts.load_import(tx, import_id)
            fresh_course = await courses.load(tx, course.id)
            if one is None or one.state is not ImportState.READ or fresh_course is None:
                raise UserError(fact(Code.IMPORT_DONE))
            there = {found.id: found for found in await courses.questions(tx, course.id)}
            put = []
            for item in report.passing:
                known = there.get(item.question_id)
                if item.question is None or (known.version if known else None) != item.base:
                    continue
                put.append(
                    OwnQuestion(
                        course.id,
                        item.question,
                        is_live=True,
                        version=(item.base or 0) + 1,
                        typed=None,
                        member_id=writer.member_id,
                        changed_ms=now_ms,
                    )
                )
            outline = fresh_course.outline.with_sections(one.content.get("sections", ()))
            await courses.save(tx, replace(fresh_course, outline=outline))
            await courses.publish(tx, course.id, put)
            content = one.content | {"put": [[found.id, found.version] for found in put]}
            await drafts.save_import(tx, one._replace(state=ImportState.PUBLISHED, content=content))
            return len(put)

        await self._own.write(writer.guild_id, job)
        return await self.the(writer, import_id)

    async def undo(self, writer: Writer, import_id: int) -> ImportReport:
        """Take an import back: what it brought is gone, what it changed is as before, but for what was changed since."""
        await self._own.refuse_reader(writer)
        report = await self.the(writer, import_id)
        if report.state is ImportState.UNDONE:
            raise UserError(fact(Code.IMPORT_DONE))

        async def job(tx: Transaction) -> int:
            one = await drafts.load_import(tx, import_id)
            if one is None or one.state is ImportState.UNDONE:
                raise UserError(fact(Code.IMPORT_DONE))
            there = {found.id: found.version for found in await courses.questions(tx, report.course.id)}
            kept = 0
            for question_id, version in one.content.get("put", ()):
                if there.get(question_id) == version:
                    await courses.take_back(tx, report.course.id, question_id, version)
                else:
                    kept += 1
            content = one.content | {"kept": kept}
            await drafts.save_import(tx, one._replace(state=ImportState.UNDONE, content=content))
            await drop_unused_pictures(tx, report.course.id)
            if one.content.get("fresh") and not await courses.questions(tx, report.course.id):
                await courses.save(tx, replace(report.course, deleted_ms=self._clock.now_ms()))
            return kept

        kept = await self._own.write(writer.guild_id, job)
        return replace(report, state=ImportState.UNDONE, kept_as=kept)


async def drop_unused_pictures(tx: Transaction, course_id: int) -> None:
    """Forget the pictures of a course that no question, version, draft or import shows."""
    used = await courses.shown_pictures(tx, course_id)
    there = await courses.picture_keys(tx, course_id)
    await courses.drop_pictures(tx, course_id, there - used)


def _numbered(new: Sequence[Draft], found: Sequence[Found], taken: set[str]) -> list[Draft]:
    """The new questions, with a running number where their file calls them nothing."""
    called = {one.place for one in found if isinstance(one, Draft) and one.name}
    taken = taken | {one.name for one in new if one.place in called}
    numbers = (f"q{number}" for number in itertools.count(len(taken) + 1))
    free = (name for name in numbers if name not in taken)
    return [one if one.place in called else replace(one, name=next(free)) for one in new]


def _read(file_name: str, data: bytes, language: str) -> Reading:
    with tempfile.TemporaryDirectory(prefix="studyhall-") as place:
        file = Path(place) / f"attached{Path(file_name).suffix[:10] if Path(file_name).suffix.isascii() else ''}"
        file.write_bytes(data)
        return read_apart(file, language=language)


def _first_reason(reading: Reading) -> str:
    return reading.left_out[0].why if reading.left_out else "it has no questions"


def _bytes(pictures: dict[str, PictureFile]) -> int:
    return sum(len(one.data) for one in pictures.values())


def _content(
    format_name: str,
    items: Sequence[Item],
    same: int,
    left_out: Sequence[tuple[str, str]],
    losses: Sequence[tuple[str, str]],
    doubtful: Sequence[tuple[str, str]],
    rows: dict[str, str],
    *,
    fresh: bool,
) -> dict[str, Any]:
    stored = [
        {
            "place": one.place,
            "stem": one.stem,
            "id": one.question_id,
            "question": courses.as_json([one.question])[0] if one.question else None,
            "base": one.base,
            "faults": one.faults,
        }
        for one in items
    ]
    return {
        "format": format_name,
        "items": stored,
        "same": same,
        "left_out": list(left_out),
        "losses": list(losses),
        "doubtful": list(doubtful),
        "rows": rows,
        "fresh": fresh,
    }


def _report(one: OwnImport, course: OwnCourse) -> ImportReport:
    content = one.content
    items = [
        Item(
            item["place"],
            item["stem"],
            item["id"],
            courses.of_json([item["question"]])[0] if item["question"] else None,
            item["base"],
            item["faults"],
        )
        for item in content["items"]
    ]
    return ImportReport(
        one.id,
        course,
        one.file_name,
        content["format"],
        one.state,
        items,
        content["same"],
        [(place, why) for place, why in content["left_out"]],
        [(place, why) for place, why in content["losses"]],
        [(place, before) for place, before in content["doubtful"]],
        fresh=content["fresh"],
        published=len(content.get("put", ())),
        kept_as=content.get("kept", 0),
    )
