"""A server's own courses: made, changed, deleted, taken away as a file; and who may."""

import asyncio
import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeVar

from bot.clock import Clock
from bot.errors import NotFound, UserError
from bot.exchange.compiling import NO_SECTION, Outline, refused
from bot.exchange.formats import OF_DRAFTS, ZIP, template, write
from bot.exchange.packs import drafts_of
from bot.exchange.zips import packed_course
from bot.facts import Code, fact
from bot.model.courses import OwnCourse, OwnQuestion, QuestionSet, Usage, Whole
from bot.model.members import Face
from bot.packs.models import LONGEST_LINE, LONGEST_TITLE, MOST_SECTIONS, STANDARDS, Question, Standard
from bot.packs.shorthand import made_id
from bot.packs.words import called
from bot.services.course.apart import apart
from bot.services.course.shelf import Shelf, as_pack
from bot.storage import servers
from bot.storage.course import courses
from bot.storage.store import Job, Store
from bot.workers import Workers

T = TypeVar("T")
KEPT_DAYS = 7
"""A deleted course can be brought back for so long."""
OFFERED_STANDARDS: tuple[Standard, ...] = tuple(one for one in STANDARDS if one != "proven")


class OwnLimits(NamedTuple):
    """How much a server's own courses may hold; ``all_questions`` is for all servers together (0: no limit)."""

    courses: int = 50
    questions: int = 5_000
    picture_bytes: int = 10 * 1024 * 1024
    suggestions: int = 20
    all_questions: int = 0


class Writer(NamedTuple):
    """Who acts in a server, as the rules about courses see them."""

    member_id: int
    guild_id: int
    role_ids: Collection[int]
    is_manager: bool
    face: Face


class CourseView(NamedTuple):
    """A course and what it holds, as it is listed."""

    course: OwnCourse
    live: int
    retired: int
    waiting: int


class Hanging(NamedTuple):
    """What hangs on a course: what goes with it, and the answers that stay."""

    questions: int
    retired: int
    drafts: int
    sets: int
    answers: int
    members: int


class Rehearsal(NamedTuple):
    """A set as its host goes through it alone: the questions, and how many members have answered each before."""

    title: str
    questions: Sequence[Question]
    met: dict[str, int]


class Exported(NamedTuple):
    """A course as a file, and what the format could not keep."""

    name: str
    data: bytes
    questions: int
    losses: list[tuple[str, str]]


class OwnCourses:
    """What `/course` does but for imports, and who may write."""

    def __init__(self, store: Store, clock: Clock, shelf: Shelf, most: OwnLimits, workers: Workers) -> None:
        self._store = store
        self._clock = clock
        self._shelf = shelf
        self.most = most
        self._workers = workers

    # Who may

    async def may_write(self, writer: Writer) -> bool:
        """Whether somebody is a manager, or has the role of authors."""
        return _writes(writer, (await servers.load(self._store, writer.guild_id)).authors_role)

    async def refuse_reader(self, writer: Writer) -> None:
        """Raise UserError for a member who may not write here."""
        role = (await servers.load(self._store, writer.guild_id)).authors_role
        if not _writes(writer, role):
            raise UserError(fact(Code.ONLY_AUTHORS, role=role) if role else fact(Code.ONLY_MANAGERS_WRITE))

    # Finding

    async def of(self, guild_id: int) -> list[OwnCourse]:
        """The server's courses that are not deleted."""
        return [one for one in await courses.of(self._store, guild_id) if one.deleted_ms is None]

    async def deleted(self, guild_id: int) -> list[OwnCourse]:
        """The server's courses that were deleted and can be brought back."""
        return [one for one in await courses.of(self._store, guild_id) if one.deleted_ms is not None]

    async def views(self, guild_id: int) -> list[CourseView]:
        """The same with what each holds."""
        found = []
        for one in await self.of(guild_id):
            live, retired, waiting = await courses.counts(self._store, one.id)
            found.append(CourseView(one, live, retired, waiting))
        return found

    async def find(self, guild_id: int, text: str) -> OwnCourse:
        """The course that a person means by its number or its title, in any spelling that is unique. Raises NotFound."""
        here = await self.of(guild_id)
        if not here:
            raise NotFound(fact(Code.NO_OWN_COURSES))
        found = called(text, [([one.pack_id, one.outline.title], one) for one in here])
        if len(found) == 1:
            return found[0]
        raise NotFound(fact(Code.NO_SUCH_OWN_COURSE, titles=tuple(one.outline.title for one in here)))

    async def the(self, guild_id: int, course_id: int) -> OwnCourse:
        """The course of that number. Raises NotFound for one that is gone, or is another server's."""
        course = await courses.load(self._store, course_id)
        if course is None or course.guild_id != guild_id or course.deleted_ms is not None:
            raise NotFound(fact(Code.OWN_COURSE_GONE))
        return course

    async def whole(self, guild_id: int, course_id: int) -> Whole:
        """All of a course. Raises NotFound."""
        return await courses.whole(self._store, await self.the(guild_id, course_id))

    async def question(self, guild_id: int, course_id: int, question_id: str) -> OwnQuestion:
        """A question of it that was published. Raises NotFound."""
        await self.the(guild_id, course_id)
        found = await courses.question(self._store, course_id, question_id)
        if found is None:
            raise NotFound(fact(Code.OWN_QUESTION_GONE))
        return found

    async def versions(self, guild_id: int, course_id: int, question_id: str) -> list[OwnQuestion]:
        """Every version of it, the newest first. Raises NotFound."""
        await self.question(guild_id, course_id, question_id)
        return await courses.versions(self._store, course_id, question_id)

    async def usage(self, guild_id: int) -> Usage:
        """What the server's courses hold together."""
        return (await courses.usage(self._store, guild_id)).get(guild_id, Usage(0, 0, 0))

    async def refuse_more(self, guild_id: int, *, questions: int = 0, picture_bytes: int = 0, new: int = 0) -> None:
        """Raise UserError where so much more would be too much."""
        now = await self.usage(guild_id)
        if new and now.courses + new > self.most.courses:
            raise UserError(fact(Code.TOO_MANY_COURSES, most=self.most.courses))
        if questions and now.questions + questions > self.most.questions:
            raise UserError(fact(Code.TOO_MANY_OWN_QUESTIONS, most=self.most.questions, there=now.questions))
        if picture_bytes and now.picture_bytes + picture_bytes > self.most.picture_bytes:
            raise UserError(fact(Code.TOO_MANY_PICTURES, mib=self.most.picture_bytes // 1024 // 1024))
        if questions and self.most.all_questions:
            everywhere = sum(one.questions for one in (await courses.usage(self._store)).values())
            if everywhere + questions > self.most.all_questions:
                raise UserError(fact(Code.HOST_IS_FULL))

    async def hanging_on(self, course: OwnCourse) -> Hanging:
        """What goes with a course when it is deleted, and what stays."""
        return Hanging(*await courses.hanging_on(self._store, course.id, course.pack_id))

    # Changing

    async def new(
        self, writer: Writer, title: str, *, language: str = "en", standard: str = "plain", sections: Sequence[str] = ()
    ) -> OwnCourse:
        """Make a course. Raises UserError for a title that is taken, and for one too many."""
        await self.refuse_reader(writer)
        wanted = Outline(title, language, _standard(standard), sections=tuple(sections) or (NO_SECTION,))
        outline = await _sound(wanted)
        await self._refuse_title(writer.guild_id, outline.title)
        await self.refuse_more(writer.guild_id, new=1)
        now_ms = self._clock.now_ms()
        number = await self._store.write(lambda tx: courses.create(tx, writer.guild_id, outline, now_ms))
        await self._shelf.load(writer.guild_id)
        return await self.the(writer.guild_id, number)

    async def change(
        self,
        writer: Writer,
        course_id: int,
        *,
        title: str,
        language: str,
        standard: str,
        sections: Sequence[str],
        description: str = "",
    ) -> OwnCourse:
        """Change a course's title, language, standard and sections. Raises UserError for what can't be."""
        await self.refuse_reader(writer)
        course = await self.the(writer.guild_id, course_id)
        outline = replace(
            course.outline,
            title=title,
            language=language,
            standard=_standard(standard),
            sections=tuple(sections),
            description=description,
        )
        outline = await _sound(outline)
        if made_id(outline.title) != made_id(course.outline.title):
            await self._refuse_title(writer.guild_id, outline.title)
        kept = {outline.section_id(one) for one in outline.sections}
        asked = await courses.questions(self._store, course_id)
        if lost := {one.question.section for one in asked if one.is_live} - kept:
            titles = tuple(course.outline.section_title(one) for one in sorted(lost))
            raise UserError(fact(Code.SECTION_HAS_QUESTIONS, titles=titles))
        return await self._save(writer, replace(course, outline=outline))

    async def switch(self, writer: Writer, course_id: int, *, on: bool) -> OwnCourse:
        """Have members asked its questions, or not."""
        await self.refuse_reader(writer)
        return await self._save(writer, replace(await self.the(writer.guild_id, course_id), is_on=on))

    async def delete(self, writer: Writer, course_id: int) -> OwnCourse:
        """Delete a course; it can be brought back for a week."""
        await self.refuse_reader(writer)
        course = await self.the(writer.guild_id, course_id)
        return await self._save(writer, replace(course, deleted_ms=self._clock.now_ms()))

    async def bring_back(self, writer: Writer, course_id: int) -> OwnCourse:
        """Have a deleted course back. Raises NotFound for one that is gone for good, UserError for one too many."""
        await self.refuse_reader(writer)
        course = await courses.load(self._store, course_id)
        if course is None or course.guild_id != writer.guild_id:
            raise NotFound(fact(Code.OWN_COURSE_GONE))
        if course.deleted_ms is None:
            return course
        await self._refuse_title(writer.guild_id, course.outline.title)
        return await self._save(writer, replace(course, deleted_ms=None))

    async def write(self, guild_id: int, job: Job[T]) -> T:
        """Store a change of a course's questions, and have it in force at once."""
        done = await self._store.write(job)
        await self._shelf.load(guild_id)
        return done

    async def _save(self, writer: Writer, course: OwnCourse) -> OwnCourse:
        await self.write(writer.guild_id, lambda tx: courses.save(tx, course))
        return course

    async def _refuse_title(self, guild_id: int, title: str) -> None:
        if any(made_id(one.outline.title) == made_id(title) for one in await self.of(guild_id)):
            raise UserError(fact(Code.TITLE_TAKEN, title=title))

    # Sets

    async def sets(self, guild_id: int, course_id: int | None = None) -> list[tuple[OwnCourse, QuestionSet]]:
        """The sets of a course, or of all that are offered in a server."""
        found = []
        for course in await self.of(guild_id):
            if course_id in (None, course.id):
                found += [(course, one) for one in await courses.sets(self._store, course.id)]
        return found

    async def find_set(self, guild_id: int, text: str) -> tuple[OwnCourse, QuestionSet]:
        """The set that a person means by its title. Raises NotFound."""
        here = await self.sets(guild_id)
        found = called(text, [([one.title], (course, one)) for course, one in here])
        if len(found) == 1:
            return found[0]
        raise NotFound(fact(Code.NO_SUCH_SET, titles=tuple(one.title for _, one in here)))

    async def named_set(self, writer: Writer, course_id: int, title: str) -> QuestionSet:
        """The set of that title in a course, made where there is none. Raises UserError for an empty title."""
        known = await courses.sets(self._store, course_id)
        wanted = " ".join(title.split())[:LONGEST_TITLE]
        found = next((one for one in known if one.title.casefold() == wanted.casefold()), None)
        return found or await self.save_set(writer, course_id, wanted, ())

    async def set_of_mark(self, writer: Writer, course_id: int, mark: str) -> QuestionSet:
        """The set of a course whose title has that mark. Raises NotFound for one that is gone."""
        await self.the(writer.guild_id, course_id)
        known = await courses.sets(self._store, course_id)
        found = next((one for one in known if mark_of(one.title) == mark), None)
        if found is None:
            raise NotFound(fact(Code.NO_SUCH_SET, titles=tuple(one.title for one in known)))
        return found

    async def save_set(self, writer: Writer, course_id: int, title: str, question_ids: Sequence[str]) -> QuestionSet:
        """Keep these questions in this order, but for those that are not asked. Raises UserError for an empty title."""
        await self.refuse_reader(writer)
        await self.the(writer.guild_id, course_id)
        live = {one.id for one in await courses.questions(self._store, course_id) if one.is_live}
        kept = tuple(dict.fromkeys(one for one in question_ids if one in live))
        if not title:
            raise UserError(fact(Code.EMPTY_SET))
        chosen = QuestionSet(course_id, title, kept)
        await self._store.write(lambda tx: courses.save_set(tx, chosen, self._clock.now_ms()))
        return chosen

    async def has_orders(self, course: OwnCourse, question_ids: Collection[str]) -> bool:
        """Whether one of these questions asks for an order, which takes time."""
        known = await courses.questions(self._store, course.id)
        return any(one.id in question_ids and one.question.form == "order" for one in known)

    async def rehearse(self, writer: Writer, course_id: int, mark: str) -> Rehearsal:
        """A set's questions as they are now, and how many members have met each. Raises UserError for an empty set."""
        await self.refuse_reader(writer)
        chosen = await self.set_of_mark(writer, course_id, mark)
        course = await self.the(writer.guild_id, course_id)
        live = {one.id: one.question for one in await courses.questions(self._store, course_id) if one.is_live}
        asked = [live[one] for one in chosen.question_ids if one in live]
        if not asked:
            raise UserError(fact(Code.EMPTY_SET))
        return Rehearsal(chosen.title, asked, await courses.met_by(self._store, course.pack_id))

    async def drop_set(self, writer: Writer, course_id: int, title: str) -> None:
        """Remove a set; its questions stay."""
        await self.refuse_reader(writer)
        await self.the(writer.guild_id, course_id)
        await self._store.write(lambda tx: courses.drop_set(tx, course_id, title))

    # Taking away

    async def template(self, writer: Writer) -> bytes:
        """The table to fill in, as a spreadsheet."""
        await self.refuse_reader(writer)
        return await asyncio.to_thread(template)

    async def export(self, writer: Writer, course_id: int, format_name: str) -> Exported:
        """The live questions of a course in a format. Raises UserError for a format that there is none of."""
        await self.refuse_reader(writer)
        whole = await self.whole(writer.guild_id, course_id)
        pack = as_pack(whole)
        stem = made_id(whole.course.outline.title)
        if format_name == ZIP:
            packed = await asyncio.to_thread(packed_course, pack, whole.course.outline)
            return Exported(f"{stem}.zip", packed, len(pack.questions), [])
        if format_name not in OF_DRAFTS:
            raise UserError(fact(Code.NO_SUCH_FORMAT, known=(*OF_DRAFTS, ZIP)))
        found, lost = await apart(self._workers, write, list(drafts_of(pack)), format_name)
        data = found.encode() if isinstance(found, str) else found
        return Exported(f"{stem}.{ENDINGS[format_name]}", data, len(pack.questions), [(o.place, o.why) for o in lost])


_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
ENDINGS = {"csv": "csv", "xlsx": "xlsx", "gift": "gift.txt", "moodle-xml": "xml", "markdown": "md", "anki": "apkg"}


def mark_of(title: str) -> str:
    """What stands for a set's title in a custom id."""
    return hashlib.sha256(title.encode()).hexdigest()[:10]


def _standard(text: str) -> Standard:
    for one in OFFERED_STANDARDS:
        if one == text:
            return one
    raise UserError(fact(Code.NO_SUCH_STANDARD))


async def _sound(outline: Outline) -> Outline:
    """The outline with its texts in one line each. Raises UserError for one that can't be shown."""
    title = " ".join(outline.title.split())
    sections = tuple(dict.fromkeys(line for one in outline.sections if (line := " ".join(one.split()))))
    if not made_id(title) or not title:
        raise UserError(fact(Code.COURSE_NEEDS_TITLE))
    if len(title) > LONGEST_TITLE or any(len(one) > LONGEST_TITLE for one in sections):
        raise UserError(fact(Code.TITLE_TOO_LONG, most=LONGEST_TITLE))
    if not 1 <= len(sections) <= MOST_SECTIONS:
        raise UserError(fact(Code.SECTIONS_OUT_OF_RANGE, most=MOST_SECTIONS))
    language = outline.language.strip().replace("_", "-")
    if not _LANGUAGE.fullmatch(language):
        raise UserError(fact(Code.NO_SUCH_LANGUAGE))
    description = " ".join(outline.description.split())[:LONGEST_LINE]
    found = replace(outline, title=title, sections=sections, language=language, description=description)
    if faults := await asyncio.to_thread(refused, found):
        raise UserError(fact(Code.OUTLINE_HAS_FAULTS, faults=tuple(faults[:5])))
    return found


def _writes(writer: Writer, authors_role: int | None) -> bool:
    return writer.is_manager or (authors_role is not None and authors_role in writer.role_ids)
