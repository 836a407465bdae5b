"""Regrading: answers are regraded after a decision of managers, beside everything else, and those who moved are told."""

import asyncio
import functools
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from bot.clock import DAY_MS, Clock
from bot.errors import StorageError
from bot.model.posts import Kind
from bot.model.rulings import Regrade, Subject
from bot.model.servers import Server
from bot.model.shards import Fence
from bot.quiz.board.totals import Periods
from bot.quiz.question.regraded import Change, GameChange, MemberChange, game_change, member_change, rating_changes
from bot.quiz.question.regrading import Rulings, RulingsOf
from bot.services.channels import ChannelLostError, Moves
from bot.services.happenings import Regraded
from bot.services.lifecycle import Lifecycle
from bot.services.posts import Posts
from bot.storage import members, posts, servers
from bot.storage.question import regrading, rulings
from bot.storage.question.regrading import ROWS_A_PIECE, Scope
from bot.storage.store import Job, Store, Transaction
from bot.telemetry import Durations

T = TypeVar("T")

Bonuses = Mapping[int, Mapping[int, tuple[int, int]]]
"""By member and competition: the new bonus, and when the competition ended."""
READ_AT_ONCE, ANSWERS_AT_ONCE, COUNTED_AT_ONCE = 16, 4_000, 100
"""Members whose answers are read and replayed together, and how many answers: some tens of milliseconds in a thread."""
BREATH_SECONDS = 0.0005
"""After each member the thread lets the event loop go first; else it would wait 5 ms for every turn."""
TOLD_DAYS = 14
AGAIN_SECONDS = 5.0

_log = logging.getLogger(__name__)


class Regrading:
    """Does the regrades that wait in the database, one after the other; one that a stop interrupted begins again.

    Everything is computed first and then swapped in by pieces: competitions, then member by member (answers, cards, totals,
    bonuses of one are never seen half), then ratings. Only what changes is written, so doing it again changes nothing.
    """

    def __init__(self, store: Store, clock: Clock, out: Posts, life: Lifecycle) -> None:
        self._ours = life.ours
        self._fence: tuple[Fence, ...] = ()
        self._store = store
        self._clock = clock
        self._out = out
        background = life.background("regrading")
        self._working = background.routine(self._work, again_seconds=AGAIN_SECONDS)
        self.pieces = Durations()
        """How long the pieces held the write lane, without the flush that they share with others."""
        self._happenings = life.happenings

    async def resume(self) -> None:
        """Take up what a stop or a crash interrupted."""
        self.wake()

    def wake(self) -> None:
        """Look for what waits; to be called when something was added."""
        self._working.wake()

    async def done(self) -> None:
        """Wait until nothing waits any more."""
        await self._working.done()

    async def _work(self) -> float | None:
        try:
            while (regrade := await rulings.next_regrade(self._store, self._ours())) is not None:
                self._fence = self._ours().fence(regrade.subject.guild_id)
                await self._regrade(regrade)
            return None if await self._told() else AGAIN_SECONDS
        except StorageError:
            raise
        except Exception:
            _log.exception("a regrade failed; it is tried again at the next start")
            return None

    # Reckoning and swapping

    async def _regrade(self, regrade: Regrade) -> None:
        subject = regrade.subject
        touched = await regrading.scope(self._store, subject)
        own = await rulings.here(self._store, subject.guild_id, subject.pack_id)
        grading: RulingsOf = {subject.guild_id: own}  # what other servers decided is put in force by their own regrades
        games = [one for game in sorted(touched.competitions) if (one := await self._game(game, own))]
        bonuses = _bonuses_by_member(games)
        server = await servers.load(self._store, subject.guild_id)
        families = _families(touched, bonuses)
        changes: list[MemberChange] = []
        for ids in await self._small(families):
            changes += await self._members(subject, {m: families[m] for m in ids}, grading, server, bonuses)
        since_ms = self._clock.now_ms() - TOLD_DAYS * DAY_MS
        await self._in_pieces(c for one in games if one.ended_ms >= since_ms for c in one.noted(regrade.id))
        await self._in_pieces(c for one in games for c in one.changes)
        await self._swap(subject, changes, grading, server, bonuses)
        await self._in_pieces(c for one in games for c in one.gone)
        await self._stand_ins(subject, own)
        if touched.competitions:
            await self._ratings(subject.guild_id, touched)
        await self._write(lambda tx: regrading.finish(tx, regrade, self._clock.now_ms(), since_ms))
        await self._happenings.tell(Regraded(subject))
        _log.info(
            "regraded %s of %s in server %d: %d of %d member(s), %d of %d competition(s) changed; %d pieces so far, "
            "p99 %.1f ms, longest of the last %.1f ms",
            *(subject.question_id, subject.pack_id, subject.guild_id, len(changes), len(touched.member_ids)),
            *(len(games), len(touched.competitions)),
            *(self.pieces.count, self.pieces.milliseconds(0.99), self.pieces.milliseconds(1.0)),
        )

    async def _game(self, competition_id: int, own: Rulings) -> GameChange | None:
        found = await regrading.record(self._store, competition_id)
        if found is None:
            return None
        of = await asyncio.to_thread(game_change, found, own)
        return of or None

    async def _small(self, member_ids: Iterable[int]) -> list[list[int]]:
        """The members in batches that are read at once: few of them, and few answers."""
        found: list[list[int]] = []
        answered = 0
        for ids in _batches(sorted(member_ids), COUNTED_AT_ONCE):
            for member_id, count in (await regrading.answer_counts(self._store, ids)).items():
                if not found or answered + count > ANSWERS_AT_ONCE or len(found[-1]) == READ_AT_ONCE:
                    found.append([])
                    answered = 0
                found[-1].append(member_id)
                answered += count
        return found

    async def _members(
        self,
        subject: Subject,
        families: Mapping[int, set[str]],
        grading: RulingsOf,
        server: Server,
        bonuses: Bonuses,
    ) -> list[MemberChange]:
        """What becomes of these members; who does not change is left out."""
        read = await regrading.inputs(self._store, subject, families)

        def compute() -> list[MemberChange]:
            periods, found = Periods(server.zone, server.season), []
            for one in read:
                own = bonuses.get(one.member_id, {})
                found.append(member_change(one, grading, subject.guild_id, periods, own))
                time.sleep(BREATH_SECONDS)
            return [one for one in found if one]

        return await asyncio.to_thread(compute)

    async def _swap(
        self,
        subject: Subject,
        changes: Sequence[MemberChange],
        grading: RulingsOf,
        server: Server,
        bonuses: Bonuses,
    ) -> None:
        """Put changes into force, some members at a time; who has answered meanwhile is computed again."""
        waiting = list(changes)
        while waiting:
            again: dict[int, set[str]] = {}
            for piece in _pieces(waiting):
                swap = functools.partial(regrading.swap_members, subject=subject, changes=piece, server=server)
                missed = await self._write(swap)
                again |= {
                    one.inputs.member_id: set(one.inputs.histories) for one in piece if one.inputs.member_id in missed
                }
            server = await servers.load(self._store, subject.guild_id)
            waiting = []
            for ids in await self._small(again):
                waiting += await self._members(subject, {m: again[m] for m in ids}, grading, server, bonuses)

    async def _stand_ins(self, subject: Subject, own: Rulings) -> None:
        ruling = own.on(subject.question_id, subject.question_hash)
        after: int | None = 0
        while ruling is not None and after is not None:
            right, void = ruling.grading
            grade = functools.partial(regrading.grade_stand_ins, subject=subject, right=right, after=after, void=void)
            after = await self._write(grade)

    async def _ratings(self, guild_id: int, touched: Scope) -> None:
        """Replay the ratings; a competition that ends meanwhile has it done again, with that one in it."""
        first = await regrading.first_of(self._store, touched.competitions)
        while True:
            given = await regrading.rated(self._store, guild_id, first)
            changes = await asyncio.to_thread(rating_changes, guild_id, given)
            if await self._swap_ratings(guild_id, changes, given.finished):
                return

    async def _swap_ratings(self, guild_id: int, changes: Sequence[Change], finished: int) -> bool:
        for piece in _batches(changes, ROWS_A_PIECE):
            swap = functools.partial(regrading.swap_ratings, guild_id=guild_id, changes=piece, finished=finished)
            if not await self._write(swap):
                return False
        return True

    async def _in_pieces(self, changes: Iterable[Change]) -> None:
        for piece in _batches(changes, ROWS_A_PIECE):
            await self._write(functools.partial(regrading.change, changes=piece))

    async def _write(self, piece: Job[T]) -> T:
        async def timed(tx: Transaction) -> T:
            began = time.perf_counter()
            try:
                return await piece(tx)
            finally:
                self.pieces.add(time.perf_counter() - began)

        return await self._store.write(timed, *self._fence)

    # Telling

    async def _told(self) -> bool:
        """Post what waits to be told, once each; says whether nothing waits any more."""
        done = True
        for post in await posts.waiting(self._store, Kind.MOVES, held=self._ours()):
            self._fence = self._ours().fence(post.guild_id)
            try:
                moves = functools.partial(self.moves, post.what.of, post.channel_id)
                message_id = await self._out.post(post, moves)
            except ChannelLostError as lost:
                _log.info("changed places can't be told in channel %d (%s)", post.channel_id, lost)
                await self._write(functools.partial(posts.drop, post_id=post.id))
            except Exception as problem:
                _log.warning("changed places were not told yet: %s", problem)
                done = False
            else:
                posted = functools.partial(posts.posted, post_id=post.id, message_id=message_id)
                await self._write(posted)
        return done

    async def moves(self, regrade_id: int, channel_id: int | None = None) -> Moves:
        """Who moved by a regrade, in the competitions of a channel or anywhere. Raises LookupError when it is not there."""
        subject, decision = await rulings.latest_kind(self._store, regrade_id)
        moved = await regrading.moved(self._store, regrade_id, channel_id)
        names = await members.names(self._store, subject.guild_id, {one.member_id for one in moved if not one.hidden})
        return Moves(regrade_id, channel_id or 0, subject, decision, moved, names)


def _bonuses_by_member(games: Iterable[GameChange]) -> Bonuses:
    found: dict[int, dict[int, tuple[int, int]]] = {}
    for one in games:
        for member_id, bonus in one.bonuses.items():
            if member_id > 0:
                found.setdefault(member_id, {})[one.game_id] = bonus, one.ended_ms
    return found


def _families(touched: Scope, bonuses: Iterable[int]) -> dict[int, set[str]]:
    """The families to replay of each member; none of who only gets or loses a bonus."""
    found: dict[int, set[str]] = {member_id: set() for member_id in bonuses}
    for member_id, family in touched.families:
        found.setdefault(member_id, set()).add(family)
    return found


def _batches(things: Iterable[T], size: int) -> Iterable[list[T]]:
    rest = iter(things)
    while batch := list(islice(rest, size)):
        yield batch


def _pieces(changes: Iterable[MemberChange]) -> Iterable[list[MemberChange]]:
    """Some members at a time: as many as make a small piece, and at least one."""
    piece: list[MemberChange] = []
    rows = 0
    for one in changes:
        if piece and rows + one.rows > ROWS_A_PIECE:
            yield piece
            piece, rows = [], 0
        piece.append(one)
        rows += one.rows
    if piece:
        yield piece
