"""Roles that a server gives: to whom has mastered a section or a course, and to the winner of a season.

Who earned one is stored first; then it is given in Discord, and tried again until it could be. Given once: whoever loses a
role otherwise, or forgets what they knew, is not given it again, and nothing is taken but a winner's role that is handed on.
"""

import logging
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from bot.clock import Clock
from bot.errors import StudyhallError
from bot.facts import Code, Fact, fact
from bot.model.roles import SEASON, Grant, Reward
from bot.packs.library import Library
from bot.quiz.practice.mastery import Level
from bot.services.calendar.seasons import Seasons
from bot.services.lifecycle import Lifecycle
from bot.services.practice.practising import Learner
from bot.services.practice.progress import ProgressOf
from bot.services.server.servers import Servers
from bot.storage import notices
from bot.storage.calendar import seasons as held_seasons
from bot.storage.server import roles as storage
from bot.storage.store import Store, Transaction

LOOK_SECONDS = 60.0
ANSWERS_AGAIN = 2_000
"""So many of the newest answers are looked at again after a start: what they earned may not have been stored."""

ANSWERS_OVERLAP = 200
"""So many are looked at again each time: where several write at once, one may be seen later than one with a higher number."""

_log = logging.getLogger(__name__)


class RoleNames(NamedTuple):
    """How a role and its server are called."""

    role: str
    server: str


class MemberGoneError(Exception):
    """The member is not in the server any more."""


class RoleRefusedError(StudyhallError):
    """Discord, or our own rule, does not let the role be given; what is said tells managers what to do."""


class RoleKeeper(Protocol):
    """Gives and takes roles in Discord. Raises MemberGoneError and RoleRefusedError."""

    async def give(self, guild_id: int, member_id: int, role_id: int) -> RoleNames:
        """Let a member have a role."""
        ...

    async def take(self, guild_id: int, member_id: int, role_id: int) -> RoleNames:
        """Let a member have it no more."""
        ...


class RoleChoices(NamedTuple):
    """What a server gives roles for, how many wait to be given, and why they wait."""

    rewards: list[Reward]
    waiting: int
    why: Fact | None


class Roles:
    """What *Roles* in `/studyhall setup` does, and what comes of it."""

    def __init__(
        self, store: Store, clock: Clock, servers: Servers, progress: ProgressOf, seasons: Seasons, life: Lifecycle
    ) -> None:
        self._store = store
        self._clock = clock
        self._servers = servers
        self._progress = progress
        self._seasons = seasons
        self._keeper: RoleKeeper | None = None
        self._ours = life.ours
        self._seen_answer: int | None = None
        self._why: dict[int, Fact] = {}
        background = life.background("roles")
        self._looking = background.routine(self.look, again_seconds=LOOK_SECONDS, steady=True)

    def attach(self, keeper: RoleKeeper) -> None:
        """Say who gives roles in Discord."""
        self._keeper = keeper

    def start(self) -> None:
        """Begin to look, also at servers that have become ours."""
        self._seen_answer = None
        self._looking.wake()

    def wake(self) -> None:
        """Look now: something was decided by which a role may have been earned. Nothing before `start`."""
        if self._looking.began:
            self._looking.wake()

    # What managers do

    async def of(self, guild_id: int) -> RoleChoices:
        """What a server gives roles for."""
        waiting = await storage.waiting(self._store, guild_id)
        return RoleChoices(await storage.rewards(self._store, guild_id), len(waiting), self._why.get(guild_id))

    async def choose(self, guild_id: int, part: str, role_id: int) -> None:
        """Give a role for mastery of a part, or to the winner of each season from the one that is on."""
        await self._store.write(
            lambda tx: storage.set_reward(tx, Reward(guild_id, part, role_id, self._clock.now_ms()))
        )
        self._why.pop(guild_id, None)
        self.wake()

    async def drop(self, guild_id: int, part: str) -> None:
        """Give no role for it any more; whoever has one keeps it."""
        await self._store.write(lambda tx: storage.drop_reward(tx, guild_id, part))

    async def hand_on(self, guild_id: int, *, yes: bool) -> None:
        """Let the winner's role go to the next winner, or stay."""
        await self._store.write(lambda tx: storage.set_hand_on(tx, guild_id, hand_on=yes))

    # What comes of it

    async def look(self) -> float | None:
        """Find who earned a role, and give what waits. Comes again only while some server gives roles."""
        rewards = await storage.rewards(self._store, self._ours())
        if not rewards and not await storage.waiting(self._store, self._ours()):
            self._seen_answer = None
            return None
        for reward in rewards:
            if reward.part == SEASON:
                await self._crown(reward)
        await self._find_masters([one for one in rewards if one.part != SEASON])
        await self._deliver({(one.guild_id, one.part): one for one in rewards})
        return LOOK_SECONDS

    async def _crown(self, reward: Reward) -> None:
        """The winners of the last season get the role; where it is handed on, those who had it have it no more."""
        guild_id = reward.guild_id
        last = next(iter(await held_seasons.past(self._store, guild_id, 1)), None)
        if last is None or last.ends_ms < reward.chosen_ms or last.started_ms == reward.handled_ms:
            return
        view = await self._seasons.view(last, 0)
        winners = {line.member_id for line in view.lines if line.place == 1}
        holding = await storage.held(self._store, guild_id)
        now_ms = self._clock.now_ms()

        async def job(tx: Transaction) -> None:
            for member_id in sorted(winners):
                await storage.earn(tx, Grant(guild_id, member_id, f"{SEASON}:{last.started_ms}", now_ms))
            for grant in holding if winners and reward.hand_on else ():
                if grant.member_id in winners:
                    await storage.taken(tx, grant, now_ms)  # by this season they have it; it is held by the next one
                else:
                    await storage.take(tx, grant, now_ms)
            await storage.handled(tx, guild_id, last.started_ms)

        await self._store.write(job, *self._ours().fence(guild_id))

    async def _find_masters(self, rewards: list[Reward]) -> None:
        if not rewards:
            return
        if self._seen_answer is None:
            self._seen_answer = max(0, await storage.last_answer(self._store) - ANSWERS_AGAIN)
        seen = max(0, self._seen_answer - ANSWERS_OVERLAP)
        newest, answered = await storage.answered_since(self._store, seen)
        for guild_id, member_id, pack_id in sorted(answered):
            here = [one.part for one in rewards if one.guild_id == guild_id and one.part.split("/")[0] == pack_id]
            if open_ := set(here) - await storage.earned(self._store, guild_id, member_id) if here else set():
                await self._find_master(guild_id, member_id, pack_id, open_)
        self._seen_answer = max(newest, self._seen_answer)

    async def _find_master(self, guild_id: int, member_id: int, pack_id: str, parts: set[str]) -> None:
        try:
            levels = await self._progress.levels(Learner(member_id, guild_id, ""), pack_id)
        except StudyhallError:  # the server does not have this course any more
            return
        won = [Grant(guild_id, member_id, part, self._clock.now_ms()) for part in mastered(pack_id, levels, parts)]
        if won:

            async def job(tx: Transaction) -> None:
                for grant in won:
                    await storage.earn(tx, grant)

            await self._store.write(job, *self._ours().fence(guild_id))

    async def _deliver(self, rewards: dict[tuple[int, str], Reward]) -> None:
        self._why = {}
        for grant in await storage.waiting(self._store, self._ours()):
            if (
                grant.guild_id in self._why or self._keeper is None
            ):  # what stands in the way of one stands in all others'
                continue
            try:
                await self._hand(self._keeper, grant, rewards)
            except MemberGoneError:
                await self._forget(grant)
            except RoleRefusedError as refused:
                self._why[grant.guild_id] = refused.fact
                _log.info("a role in server %d waits: %s", grant.guild_id, refused)
            except Exception as problem:
                _log.warning("a role in server %d waits for Discord: %s", grant.guild_id, problem)

    async def _hand(self, keeper: RoleKeeper, grant: Grant, rewards: dict[tuple[int, str], Reward]) -> None:
        now_ms = self._clock.now_ms()
        reward = rewards.get((grant.guild_id, grant.reward))
        if grant.given_ms is None and reward is None:
            await self._forget(grant)
            return
        fence = self._ours().fence(grant.guild_id)
        if grant.given_ms is None and reward is not None:
            named = await keeper.give(grant.guild_id, grant.member_id, reward.role_id)
            told = self._told(Code.ROLE_WON if grant.reward == SEASON else Code.ROLE_MASTERED, grant, named)

            async def given(tx: Transaction) -> None:
                await storage.given(tx, grant, reward.role_id, now_ms)
                await notices.add(tx, grant.member_id, told, now_ms)

            await self._store.write(given, *fence)
            return
        if any(one.member_id == grant.member_id and one.part != grant.part for one in await self._holding(grant)):
            await self._store.write(lambda tx: storage.taken(tx, grant, now_ms), *fence)
            return
        named = await keeper.take(grant.guild_id, grant.member_id, grant.role_id or 0)
        handed = self._told(Code.ROLE_HANDED_ON, grant, named)

        async def taken(tx: Transaction) -> None:
            await storage.taken(tx, grant, now_ms)
            await notices.add(tx, grant.member_id, handed, now_ms)

        await self._store.write(taken, *fence)

    async def _forget(self, grant: Grant) -> None:
        await self._store.write(lambda tx: storage.forget_grant(tx, grant), *self._ours().fence(grant.guild_id))

    async def _holding(self, grant: Grant) -> list[Grant]:
        return [one for one in await storage.held(self._store, grant.guild_id) if one.taking_ms is None]

    def _told(self, code: Code, grant: Grant, named: RoleNames) -> Fact:
        if code is not Code.ROLE_MASTERED:
            return fact(code, role=named.role, server=named.server)
        library = self._servers.library(grant.guild_id)
        return fact(code, role=named.role, server=named.server, what=title_of(library, grant.part))


def mastered(pack_id: str, levels: dict[str, Level], parts: Iterable[str]) -> list[str]:
    """Those of the parts that are solid today: a section by itself, a course when all of its sections are."""
    whole = bool(levels) and all(level is Level.SOLID for level in levels.values())
    solid = {f"{pack_id}/{section_id}" for section_id, level in levels.items() if level is Level.SOLID}
    return sorted(one for one in parts if one in solid or (one == pack_id and whole))


def title_of(library: Library, part: str) -> str:
    """How a part is called; its id where the course is gone."""
    titles = {ref.key: library.title(ref) for ref in library.sections}
    titles |= {pack.id: pack.head.title for pack in library.packs}
    return titles.get(part, part)
