"""Questions that are written in Discord: typed into a form, seen as learners will see them, published, proposed, reviewed."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import NamedTuple

from bot.clock import DAY_MS, Clock
from bot.errors import NotFound, UserError
from bot.exchange.compiling import compiled
from bot.exchange.drafts import LeftOut
from bot.exchange.packs import draft_of
from bot.exchange.typed_form import Typed, read_typed, typed_of
from bot.facts import Code, fact
from bot.model.courses import DraftState, OwnCourse, OwnDraft, OwnQuestion
from bot.packs.models import PictureFile, Question
from bot.packs.pictures import MOST_BYTES, all_opened, key_of
from bot.packs.words import spellings
from bot.services.course.own import OwnCourses, Writer
from bot.storage import members, notices, servers
from bot.storage.course import courses, drafts
from bot.storage.store import Job, Store, Transaction

ALIKE = 0.85
"""So much of two stems is the same where one may be the other, written twice."""
MOST_ALIKE = 3
LONGEST_NOTE = 300
MOST_DRAFTS = 200
"""So many drafts of one member are kept in a server."""


class DraftView(NamedTuple):
    """A draft with what it comes to: the question as learners would see it, or why it can't be asked yet.

    ``alike`` are live questions that ask nearly the same; ``meanwhile`` is the version that somebody else has published
    since it was begun; ``author`` is how the member is called.
    """

    draft: OwnDraft
    course: OwnCourse
    question: Question | None
    faults: list[str]
    advice: list[str]
    alike: list[Question]
    meanwhile: OwnQuestion | None
    author: str | None
    needs_reader: bool


class Found(NamedTuple):
    """A question of a course, as it is listed."""

    course: OwnCourse
    question: OwnQuestion


class Authoring:
    """What `/question` and `/suggest` do."""

    def __init__(self, store: Store, clock: Clock, own: OwnCourses) -> None:
        self._store = store
        self._clock = clock
        self._own = own

    # Writing

    async def take_picture(self, writer: Writer, course_id: int, data: bytes) -> str:
        """Keep a picture for a question that is being written; returns its key.

        Raises UserError for one that can't be shown, and for too many.
        """
        await self._own.the(writer.guild_id, course_id)
        if len(data) > MOST_BYTES:
            raise UserError(fact(Code.PICTURE_NOT_TAKEN, why="a picture of at most 1 MiB; save it smaller, or as JPEG"))
        await self._own.refuse_more(writer.guild_id, picture_bytes=len(data))
        [opened] = await asyncio.to_thread(all_opened, [data])
        if isinstance(opened, str):
            raise UserError(fact(Code.PICTURE_NOT_TAKEN, why=opened))
        shown, ending = opened
        key = key_of(shown, ending)
        file = {key: PictureFile(f"{key.partition('.')[0]}.{ending}", shown)}
        await self._own.write(writer.guild_id, lambda tx: courses.add_pictures(tx, course_id, file))
        return key

    async def write(
        self,
        writer: Writer,
        course_id: int,
        typed: Typed,
        *,
        question_id: str | None = None,
        draft_id: int | None = None,
        as_suggestion: bool = False,
    ) -> DraftView:
        """Keep what was typed: as a new draft, in the place of one, or as another version of a question.

        Nothing that was typed is lost: what can't be asked yet is kept too, and told. Raises UserError and NotFound.
        """
        await (self.refuse_suggesting(writer) if as_suggestion else self._own.refuse_reader(writer))
        course, now_ms = await self._own.the(writer.guild_id, course_id), self._clock.now_ms()
        before = await self._mine(writer, draft_id) if draft_id is not None else None
        if before:
            typed = replace(typed, form=before.typed.form, section=before.typed.section)
            typed = replace(typed, picture=before.typed.picture, alt=before.typed.alt)
            state = DraftState.DRAFT if before.state is DraftState.RETURNED else before.state
            draft = replace(before, typed=typed, state=state, changed_ms=now_ms)
            await self._store.write(lambda tx: drafts.save(tx, draft))
            return await self.view(writer, draft.id)
        known = await self._own.question(writer.guild_id, course_id, question_id) if question_id else None
        if typed.section and course.outline.section_id(typed.section) not in map(
            course.outline.section_id, course.outline.sections
        ):
            raise UserError(fact(Code.NO_SUCH_SECTION, titles=course.outline.sections))
        typed = replace(typed, section=typed.section or course.outline.sections[0])
        draft = OwnDraft(
            0,
            course_id,
            writer.member_id,
            typed,
            question_id=known.id if known else None,
            base_version=known.version if known else None,
            changed_ms=now_ms,
        )
        if len(await drafts.of_member(self._store, writer.member_id, writer.guild_id)) >= MOST_DRAFTS:
            raise UserError(fact(Code.TOO_MANY_DRAFTS, most=MOST_DRAFTS))
        number = await self._store.write(lambda tx: drafts.create(tx, draft))
        return await self.view(writer, number)

    async def draw(self, writer: Writer, draft_id: int, picture: str) -> DraftView:
        """Let one's own draft show a picture (its key), or none."""
        draft = await self._mine(writer, draft_id)
        alt = draft.typed.alt if picture else ""
        drawn = replace(draft, typed=replace(draft.typed, picture=picture, alt=alt))
        await self._store.write(lambda tx: drafts.save(tx, drawn))
        return await self.view(writer, draft_id)

    async def names(self, writer: Writer, found: Sequence[OwnQuestion]) -> dict[int, str]:
        """How the authors of these versions are called here, as far as that is known."""
        return await members.names(self._store, writer.guild_id, {one.member_id for one in found if one.member_id})

    async def typed(
        self, writer: Writer, course_id: int, question_id: str
    ) -> tuple[OwnQuestion, Typed, OwnDraft | None]:
        """A question with what the form shows of it; a draft of the writer's own goes before what is in force."""
        await self._own.refuse_reader(writer)
        course = await self._own.the(writer.guild_id, course_id)
        known = await self._own.question(writer.guild_id, course_id, question_id)
        mine = [
            one
            for one in await drafts.of_member(self._store, writer.member_id, writer.guild_id)
            if one.course_id == course_id and one.question_id == question_id
        ]
        if mine:
            return known, mine[-1].typed, mine[-1]
        if known.typed:
            return known, drafts.typed_of_text(known.typed), None
        title = course.outline.section_title(known.question.section)
        typed = typed_of(draft_of(known.question, title, course.outline.code_language))
        return known, replace(typed, picture=known.question.picture or "", alt=known.question.alt), None

    async def view(self, writer: Writer, draft_id: int) -> DraftView:
        """A draft of one's own, or (for authors) a proposed one, with what it comes to. Raises NotFound."""
        draft = await drafts.load(self._store, draft_id)
        if draft is None:
            raise NotFound(fact(Code.DRAFT_GONE))
        course = await self._own.the(writer.guild_id, draft.course_id)
        if draft.member_id != writer.member_id and not (
            draft.state is DraftState.PROPOSED and await self._own.may_write(writer)
        ):
            raise NotFound(fact(Code.DRAFT_GONE))
        now = await courses.question(self._store, course.id, draft.question_id) if draft.question_id else None
        question, faults, advice = await self._checked(course, draft, now)
        live = [one.question for one in await courses.questions(self._store, course.id) if one.is_live]
        alike = await asyncio.to_thread(_alike, question, live, draft.question_id) if question else []
        known = await members.names(self._store, writer.guild_id, [draft.member_id])
        server = await servers.load(self._store, writer.guild_id)
        return DraftView(
            draft,
            course,
            question,
            faults,
            advice,
            alike,
            now if now and now.version != draft.base_version else None,
            known.get(draft.member_id),
            server.second_reader or not await self._own.may_write(writer),
        )

    async def _checked(
        self, course: OwnCourse, draft: OwnDraft, now: OwnQuestion | None
    ) -> tuple[Question | None, list[str], list[str]]:
        """What was typed as a question, why it can't be one, and what its author may want to know."""
        name = draft.question_id or f"draft-{draft.id}"
        found = read_typed(draft.typed, name)
        if isinstance(found, LeftOut):
            return None, [f"{found.place}: {found.why}"], []
        outline = course.outline.with_sections([found.section])
        made = await asyncio.to_thread(compiled, outline, [found])
        faults, advice = made.faults.get(name, []), made.advice.get(name, [])
        if faults or not made.questions:
            return None, faults, advice
        return _with_what_no_form_has(made.questions[0], draft.typed, now), [], advice

    # Publishing

    async def publish(self, writer: Writer, draft_id: int, *, over: bool = False) -> OwnQuestion:
        """Have an author's own draft asked.

        ``over`` puts it in the place of what somebody else has published meanwhile. Raises UserError where a second reader
        has to look at it, where it has faults, and where somebody else was faster.
        """
        await self._own.refuse_reader(writer)
        view = await self.view(writer, draft_id)
        if view.draft.member_id != writer.member_id:
            raise NotFound(fact(Code.DRAFT_GONE))
        if view.needs_reader:
            raise UserError(fact(Code.NEEDS_SECOND_READER))
        return await self._put(writer, view, over=over)

    async def _put(self, writer: Writer, view: DraftView, *, over: bool) -> OwnQuestion:
        draft, course, question = view.draft, view.course, view.question
        if question is None:
            raise UserError(fact(Code.DRAFT_HAS_FAULTS, faults=tuple(view.faults)))
        if draft.question_id is None:
            await self._own.refuse_more(writer.guild_id, questions=1)

        async def job(tx: Transaction) -> OwnQuestion:
            there = await drafts.load(tx, draft.id)
            fresh = await courses.load(tx, course.id)
            if (
                there is None or there.typed != draft.typed or fresh is None
            ):  # it was published, or typed again, meanwhile
                raise UserError(fact(Code.DRAFT_CHANGED))
            known = await courses.question(tx, course.id, draft.question_id) if draft.question_id else None
            if known and known.version != draft.base_version and not over:
                raise UserError(fact(Code.CHANGED_MEANWHILE))
            name = draft.question_id or await courses.free_id(tx, course.id)
            version = (known.version if known else 0) + 1
            put = OwnQuestion(
                course.id,
                _called(question, name),
                is_live=True,
                version=version,
                typed=drafts.typed_text(draft.typed),
                member_id=draft.member_id,
                changed_ms=self._clock.now_ms(),
            )
            await courses.save(tx, replace(fresh, outline=fresh.outline.with_sections([draft.typed.section])))
            await courses.publish(tx, course.id, [put])
            await drafts.drop(tx, draft.id)
            if writer.member_id != draft.member_id:
                told = fact(Code.SUGGESTION_ACCEPTED, stem=question.stem[:100], course=course.outline.title)
                await notices.add(tx, draft.member_id, told, self._clock.now_ms())
            return put

        return await self._own.write(writer.guild_id, job)

    async def drop(self, writer: Writer, draft_id: int) -> None:
        """Throw one's own draft away."""
        draft = await self._mine(writer, draft_id)
        await self._store.write(lambda tx: drafts.drop(tx, draft.id))

    async def mine(self, writer: Writer) -> list[OwnDraft]:
        """What somebody has written here and not published, the oldest first."""
        return await drafts.of_member(self._store, writer.member_id, writer.guild_id)

    async def _mine(self, writer: Writer, draft_id: int) -> OwnDraft:
        draft = await drafts.load(self._store, draft_id)
        if draft is None or draft.member_id != writer.member_id:
            raise NotFound(fact(Code.DRAFT_GONE))
        await self._own.the(writer.guild_id, draft.course_id)
        return draft

    async def refuse_suggesting(self, writer: Writer) -> None:
        """Raise UserError where only authors write, for somebody who is none."""
        takes = (await servers.load(self._store, writer.guild_id)).suggestions
        if not takes and not await self._own.may_write(writer):
            raise UserError(fact(Code.NO_SUGGESTIONS))

    # Suggesting and reviewing

    async def propose(self, writer: Writer, draft_id: int) -> OwnDraft:
        """Hand one's own draft to those who may write here. Raises UserError for one with faults, and for one too many."""
        await self.refuse_suggesting(writer)
        view = await self.view(writer, draft_id)
        if view.draft.member_id != writer.member_id:
            raise NotFound(fact(Code.DRAFT_GONE))
        if view.question is None:
            raise UserError(fact(Code.DRAFT_HAS_FAULTS, faults=tuple(view.faults)))
        if view.draft.state is DraftState.PROPOSED:
            return view.draft
        since_ms = self._clock.now_ms() - DAY_MS
        most = self._own.most.suggestions
        if await drafts.suggested_since(self._store, writer.member_id, since_ms) >= most:
            raise UserError(fact(Code.TOO_MANY_SUGGESTIONS, most=most))
        now_ms = self._clock.now_ms()

        async def remember(tx: Transaction) -> None:
            await members.remember(tx, writer.guild_id, writer.member_id, writer.face, now_ms)

        return await self._moved(view.draft, DraftState.PROPOSED, "", remember)

    async def queue(self, guild_id: int) -> list[tuple[OwnCourse, OwnDraft]]:
        """What waits for a reviewer, the oldest first."""
        found = [
            (course, draft)
            for course in await self._own.of(guild_id)
            for draft in await drafts.of_course(self._store, course.id, DraftState.PROPOSED)
        ]
        return sorted(found, key=lambda one: one[1].id)

    async def accept(self, writer: Writer, draft_id: int, *, over: bool = False) -> OwnQuestion:
        """Have somebody else's suggestion asked; its author is told."""
        return await self._put(writer, await self._to_review(writer, draft_id), over=over)

    async def send_back(self, writer: Writer, draft_id: int, words: str) -> OwnDraft:
        """Give a suggestion back to its author with a word; they can mend it and propose it again."""
        return await self._answered(writer, draft_id, DraftState.RETURNED, words, Code.SUGGESTION_RETURNED)

    async def decline(self, writer: Writer, draft_id: int, words: str) -> OwnDraft:
        """Turn a suggestion down, with a word; its author keeps the text."""
        return await self._answered(writer, draft_id, DraftState.DECLINED, words, Code.SUGGESTION_DECLINED)

    async def _answered(self, writer: Writer, draft_id: int, state: DraftState, words: str, code: Code) -> OwnDraft:
        view = await self._to_review(writer, draft_id)
        words = " ".join(words.split())[:LONGEST_NOTE]
        if not words:
            raise UserError(fact(Code.SAY_WHY))
        stem = view.question.stem if view.question else view.draft.typed.question
        told = fact(code, stem=stem[:100], words=words)

        async def tell(tx: Transaction) -> None:
            await notices.add(tx, view.draft.member_id, told, self._clock.now_ms())

        return await self._moved(view.draft, state, words, tell)

    async def _to_review(self, writer: Writer, draft_id: int) -> DraftView:
        await self._own.refuse_reader(writer)
        draft = await drafts.load(self._store, draft_id)
        if draft is None:
            raise NotFound(fact(Code.DRAFT_GONE))
        await self._own.the(writer.guild_id, draft.course_id)
        if draft.state is not DraftState.PROPOSED:
            raise UserError(fact(Code.ALREADY_REVIEWED))
        view = await self.view(writer, draft_id)
        if view.draft.member_id == writer.member_id:
            raise UserError(fact(Code.NOT_YOUR_OWN))
        return view

    async def _moved(self, draft: OwnDraft, state: DraftState, note: str, also: Job[None]) -> OwnDraft:
        moved = replace(draft, state=state, note=note, changed_ms=self._clock.now_ms())

        async def job(tx: Transaction) -> None:
            there = await drafts.load(tx, draft.id)
            if there is None or there.state is not draft.state:
                raise UserError(fact(Code.ALREADY_REVIEWED))
            await drafts.save(tx, moved)
            await also(tx)

        await self._store.write(job)
        return moved

    # What is in force

    async def retire(self, writer: Writer, course_id: int, question_id: str) -> OwnQuestion:
        """Have a question asked no more; what was answered stays."""
        return await self._set_live(writer, course_id, question_id, is_live=False)

    async def revive(self, writer: Writer, course_id: int, question_id: str) -> OwnQuestion:
        """Have a retired question asked again."""
        return await self._set_live(writer, course_id, question_id, is_live=True)

    async def _set_live(self, writer: Writer, course_id: int, question_id: str, *, is_live: bool) -> OwnQuestion:
        await self._own.refuse_reader(writer)
        known = await self._own.question(writer.guild_id, course_id, question_id)
        now_ms = self._clock.now_ms()
        await self._own.write(
            writer.guild_id, lambda tx: courses.set_live(tx, course_id, known.id, is_live=is_live, now_ms=now_ms)
        )
        return known._replace(is_live=is_live)

    async def find(
        self,
        writer: Writer,
        text: str = "",
        *,
        course_id: int | None = None,
        section: str = "",
        live: bool | None = None,
    ) -> list[Found]:
        """The questions of the server's courses whose text has these words; ``live``: only such, or (False) retired ones."""
        await self._own.refuse_reader(writer)
        wanted = spellings(text)[1].split()
        found = []
        for course in await self._own.of(writer.guild_id):
            if course_id not in (None, course.id):
                continue
            for one in await courses.questions(self._store, course.id):
                told = spellings(" ".join((one.id, one.question.stem, *(o.text for o in one.question.options))))[1]
                at_home = not section or one.question.section == course.outline.section_id(section)
                if at_home and live in (None, one.is_live) and all(word in told for word in wanted):
                    found.append(Found(course, one))
        return found


def _with_what_no_form_has(question: Question, typed: Typed, now: OwnQuestion | None) -> Question:
    """The question with its picture, and with what the one before it has that the form doesn't show."""
    kept: dict[str, object] = {"picture": typed.picture or None, "alt": typed.alt} if typed.picture else {}
    if now:
        before = now.question
        names = ("kind", "difficulty", "core", "family", "enemies", "licence", "marks", "near_counts")
        kept |= {name: getattr(before, name) for name in (*names, "explanation_picture", "explanation_alt")}
        beliefs = {option.text: option.misconception for option in before.options}
        options = [one.model_copy(update={"misconception": beliefs.get(one.text)}) for one in question.options]
        kept["options"] = options
    return question.model_copy(update=kept)


def _called(question: Question, name: str) -> Question:
    family = name if question.family.startswith("draft-") else question.family
    return question.model_copy(update={"id": name, "family": family})


def _alike(question: Question, others: Sequence[Question], but: str | None) -> list[Question]:
    """The questions whose stems are nearly the same."""
    matcher = SequenceMatcher(b=" ".join(question.stem.casefold().split()), autojunk=False)
    found = []
    for one in others:
        matcher.set_seq1(" ".join(one.stem.casefold().split()))
        if one.id != but and matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE:
            found.append((matcher.ratio(), one))
    return [one for ratio, one in sorted(found, key=lambda pair: -pair[0]) if ratio >= ALIKE][:MOST_ALIKE]
