"""Flags: the questions of a server that need a look, and what its managers decide about them."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.clock import Clock
from bot.errors import NotFound, UserError
from bot.facts import Code, fact
from bot.model.rulings import MOST_CHARACTERS, Decision, DecisionKind, Extent, Said, Subject
from bot.packs.library import Library, LibraryOf
from bot.packs.models import Question
from bot.quiz.question.accepting import NOTHING_MORE, TypedText, forgiveness_of, worth_a_look
from bot.quiz.question.items import ItemReport
from bot.quiz.question.regrading import Ruling
from bot.services.happenings import Ruled
from bot.services.lifecycle import Lifecycle
from bot.services.question.items import Items
from bot.storage import notices
from bot.storage.question import rulings
from bot.storage.store import Store, Transaction

SUSPECT = ("suspect key", "negative")
"""The flags of item statistics that bring a question here by themselves."""


class FlaggedQuestion(NamedTuple):
    """A line of the queue. ``ruling`` is what is in force here, None for nothing; ``waits``: it needs a decision.

    ``claims`` are the members who say that what they typed should count, ``reports`` all that was said in words.
    """

    pack_id: str
    question: Question
    reports: int
    suspect: bool
    ruling: Ruling | None
    waits: bool
    since_ms: int
    claims: int = 0

    @property
    def rank(self) -> tuple[object, ...]:
        """What sorts the most urgent first: those that wait; two signs before one; many reports; the oldest."""
        said = self.reports + self.claims
        both = bool(said) and self.suspect
        return not self.waits, not both, -said, not self.suspect, self.since_ms, self.question.id


class FlaggedItem(NamedTuple):
    """A question with all that managers need: figures, what was said, what was decided, and what is in force.

    ``earlier`` tells that a ruling on an earlier version is not in force for this one. ``typed`` are the wrong answers that
    managers may see, and those that they have count.
    """

    subject: Subject
    question: Question
    report: ItemReport | None
    said: Sequence[Said]
    decisions: Sequence[Decision]
    ruling: Ruling | None
    earlier: bool
    typed: Sequence[TypedText] = ()

    def typed_as(self, mark: str) -> TypedText:
        """The typed answer that is called so. Raises UserError when it is not there, or the question was edited since."""
        found = next((one for one in self.typed if one.mark(self.subject.question_hash) == mark), None)
        if found is None:
            raise UserError(fact(Code.TYPED_GONE))
        return found


class ProposedDecision(NamedTuple):
    """A decision that is not made yet, and how much it would regrade; ``typed`` is the answer that it is about, if any."""

    item: FlaggedItem
    kind: DecisionKind
    key: int | None
    extent: Extent
    typed: TypedText | None = None


class Flags:
    """What `/studyhall flags` does."""

    def __init__(
        self,
        library: Library,
        store: Store,
        clock: Clock,
        items: Items,
        library_of: LibraryOf,
        life: Lifecycle,
    ) -> None:
        self._library = library
        self._library_of = library_of
        self._store = store
        self._clock = clock
        self._items = items
        self._happenings = life.happenings

    async def queue(self, guild_id: int) -> list[FlaggedQuestion]:
        """The questions of this server that need a look, the most urgent first; then those with a ruling in force."""
        reported = {(one.pack_id, one.question_id): one for one in await rulings.reported(self._store, guild_id)}
        decided = await rulings.decided(self._store, guild_id)
        suspects = await self._suspects(guild_id)
        found = []
        for pack in self._library_of(guild_id).packs:
            here = await rulings.here(self._store, guild_id, pack.id)
            for question in pack.questions:
                own = reported.get((pack.id, question.id))
                suspect = (pack.id, question.id) in suspects
                unseen = suspect and (pack.id, question.id, question.content_hash) not in decided
                ruling = here.on(question.id, question.content_hash)
                ruling = ruling if ruling and ruling.in_force else None
                if own or unseen or ruling:
                    reports, claims, since_ms = (own.reports, own.claims, own.first_ms) if own else (0, 0, 0)
                    waits = bool(own) or unseen
                    found.append(FlaggedQuestion(pack.id, question, reports, suspect, ruling, waits, since_ms, claims))
        return sorted(found, key=lambda one: one.rank)

    async def item(self, guild_id: int, pack_id: str, question_id: str) -> FlaggedItem:
        """A question as managers look at it. Raises NotFound for one that is gone."""
        bank = await self._items.bank(guild_id)
        report = next(
            (r for r in bank.reports if (r.figures.pack_id, r.figures.question.id) == (pack_id, question_id)), None
        )
        return await self._item(guild_id, pack_id, question_id, report)

    async def _item(
        self, guild_id: int, pack_id: str, question_id: str, report: ItemReport | None = None
    ) -> FlaggedItem:
        question = self._question(guild_id, pack_id, question_id)
        subject = Subject(guild_id, pack_id, question_id, question.content_hash)
        here = await rulings.here(self._store, guild_id, pack_id)
        own = here.on(question.id, question.content_hash)
        others = [
            one
            for one in await rulings.in_force(self._store, guild_id)
            if (one.pack_id, one.question_id) == (pack_id, question_id) and one != subject
        ]
        typed: list[TypedText] = []
        if question.form == "typed":
            typed = worth_a_look(
                await rulings.typed_wrong(self._store, subject),
                await rulings.said_to_count(self._store, subject),
                forgiveness_of(question),
                own.accepted if own else NOTHING_MORE,
            )
        return FlaggedItem(
            subject=subject,
            question=question,
            report=report,
            said=await rulings.said(self._store, guild_id, pack_id, question_id),
            decisions=await rulings.decisions(self._store, guild_id, pack_id, question_id),
            ruling=own if own and own.in_force else None,
            earlier=bool(others),
            typed=typed,
        )

    async def weigh(
        self, guild_id: int, pack_id: str, question_id: str, kind: DecisionKind, key: int | None = None
    ) -> ProposedDecision:
        """How much a decision would change. Raises UserError for one that makes no sense now."""
        item = await self._item(guild_id, pack_id, question_id)
        ruling = _ruling(item.question, item.ruling, kind, key)
        extent = Extent(0, 0, 0)
        if ruling is not None:
            extent = await rulings.extent(self._store, item.subject, ruling)
        return ProposedDecision(item, kind, key, extent)

    async def weigh_typed(self, guild_id: int, pack_id: str, question_id: str, mark: str) -> ProposedDecision:
        """The same of having a typed answer count, or taking that back, where managers have it count now.

        Raises UserError for one that is gone, or can't count.
        """
        item = await self._item(guild_id, pack_id, question_id)
        typed = item.typed_as(mark)
        kind = DecisionKind.UNDO if typed.accepted else DecisionKind.COUNT
        ruling = _ruling(item.question, item.ruling, kind, text=typed.text)
        assert ruling is not None
        return ProposedDecision(item, kind, None, await rulings.extent(self._store, item.subject, ruling), typed)

    async def decide_typed(
        self, guild_id: int, pack_id: str, question_id: str, mark: str, kind: DecisionKind
    ) -> FlaggedItem:
        """Have a typed answer count (``COUNT``) or take that back (``UNDO``): noted, and regraded.

        Who says that it should count is told that it does. Raises UserError when it is gone, the question was edited
        since, or nothing would change.
        """
        item = await self._item(guild_id, pack_id, question_id)
        text = item.typed_as(mark).text
        decision = Decision(item.subject, kind, self._clock.now_ms(), words=text)
        await self._store.write(lambda tx: self._decided(tx, item, decision))
        await self._happenings.tell(Ruled())
        return await self.item(guild_id, pack_id, question_id)

    async def decide(
        self, guild_id: int, pack_id: str, question_id: str, version: str, kind: DecisionKind, key: int | None = None
    ) -> FlaggedItem:
        """Make a decision about the version whose hash begins so: noted, reports closed, and regraded where it rules.

        Raises UserError when the question was edited since, or the decision makes no sense any more.
        """
        item = await self._item(guild_id, pack_id, question_id)
        if not version or not item.subject.question_hash.startswith(version):
            raise UserError(fact(Code.FLAGGED_EDITED))
        await self._store.write(
            lambda tx: self._decided(tx, item, Decision(item.subject, kind, self._clock.now_ms(), key))
        )
        if kind in rulings.GRADES:
            await self._happenings.tell(Ruled())
        return await self.item(guild_id, pack_id, question_id)

    async def answer(self, guild_id: int, pack_id: str, question_id: str, words: str) -> int:
        """Keep the managers' words on the reports, and close them; returns to how many members it is told.

        Each of them reads it in private. Raises UserError for an empty answer, and when no report is open.
        """
        words = words.strip()[:MOST_CHARACTERS]
        if not words:
            raise UserError(fact(Code.EMPTY_ANSWER))
        question = self._question(guild_id, pack_id, question_id)
        subject = Subject(guild_id, pack_id, question_id, question.content_hash)
        now_ms, told = self._clock.now_ms(), fact(Code.REPORT_ANSWERED, stem=question.stem, words=words)

        async def job(tx: Transaction) -> int:
            reporters = await rulings.close_reports(tx, subject, now_ms)
            if not reporters:
                raise UserError(fact(Code.NO_OPEN_REPORT))
            await rulings.add(tx, Decision(subject, DecisionKind.ANSWER, now_ms, words=words))
            for member_id in reporters:
                await notices.add(tx, member_id, told, now_ms)
            return len(reporters)

        return await self._store.write(job)

    def known(self, guild_id: int, pack_id: str, question_id: str) -> Question | None:
        """A question as its course has it now."""
        return self._library.known(guild_id).question(pack_id, question_id)

    async def _decided(self, tx: Transaction, item: FlaggedItem, decision: Decision) -> None:
        here = await rulings.here(tx, item.subject.guild_id, item.subject.pack_id)
        now = here.on(item.question.id, item.question.content_hash)
        ruling = _ruling(
            item.question, now if now and now.in_force else None, decision.kind, decision.key, decision.words
        )
        await rulings.add(tx, decision)
        if not decision.words:
            await rulings.close_reports(tx, item.subject, decision.at_ms)
        elif decision.kind is DecisionKind.COUNT:
            await self._tell_who_asked(tx, item, decision)
        if ruling is not None:
            await rulings.rule(tx, item.subject, ruling, decision.at_ms)
            await rulings.ask_regrades(tx, [item.subject], decision.at_ms)

    async def _tell_who_asked(self, tx: Transaction, item: FlaggedItem, decision: Decision) -> None:
        by = forgiveness_of(item.question)
        told = fact(Code.TYPED_COUNTS, stem=item.question.stem, typed=decision.words)
        for member_id in await rulings.close_claims(
            tx, item.subject, by.form(decision.words), by, decision.at_ms
        ):  # of what else they said a decision is still due
            await notices.add(tx, member_id, told, decision.at_ms)

    def _question(self, guild_id: int, pack_id: str, question_id: str) -> Question:
        question = self._library_of(guild_id).question(pack_id, question_id)
        if question is None:
            raise NotFound(fact(Code.FLAGGED_GONE))
        return question

    async def _suspects(self, guild_id: int) -> set[tuple[str, str]]:
        bank = await self._items.bank(guild_id)
        return {
            (one.figures.pack_id, one.figures.question.id)
            for one in bank.reports
            if any(flag.name in SUSPECT for flag in one.flags)
        }


def _ruling(
    question: Question, now: Ruling | None, kind: DecisionKind, key: int | None = None, text: str = ""
) -> Ruling | None:
    """The ruling that a decision puts in the place of what is in force; None for a decision that grades nothing.

    ``text`` is the typed answer that is to count, or to count no more. Raises UserError for one that makes no sense.
    """
    accepted = now.accepted if now else NOTHING_MORE
    if kind is DecisionKind.COUNT:
        if now and now.key is None:
            raise UserError(fact(Code.RETIRED_ALREADY))
        if text in accepted:
            raise UserError(fact(Code.COUNTS_ALREADY))
        return Ruling(question.key, question.key, accepted.with_(text, forgiveness_of(question)))
    if kind is DecisionKind.UNDO and text:
        if text not in accepted:
            raise UserError(fact(Code.NOTHING_TO_UNDO))
        return Ruling(question.key, question.key, accepted.without(text))
    if kind is DecisionKind.OVERRIDE:
        if key is None or question.form != "choice" or not 0 <= key < len(question.options):
            raise UserError(fact(Code.NO_SUCH_KEY))
        if key == (now.key if now else question.key):
            raise UserError(fact(Code.KEY_ALREADY))
        return Ruling(question.key, key)
    if kind is DecisionKind.RETIRE:
        if now and now.key is None:
            raise UserError(fact(Code.RETIRED_ALREADY))
        return Ruling(question.key, None)
    if kind is DecisionKind.UNDO:
        if now is None:
            raise UserError(fact(Code.NOTHING_TO_UNDO))
        return Ruling(question.key, question.key)
    return None
