"""Keeps this process's leases on shards: takes, renews, hands over in order, and lets go of what is lost.

Once a second the database is told that we are alive, and asked how everything is; what is to be done follows from that by
`sharing.moves`. A shard is served in three steps: its lease is had, its connection to Discord hears, its servers are taken
up. Whoever takes one over in order connects first, so that for a moment both hear, and only the holder answers.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from bot.errors import LeaseLostError, StorageError
from bot.model.processes import Cluster, Lease
from bot.model.shards import Holdings
from bot.services.lifecycle import Lifecycle
from bot.services.processes.hold import Hold, is_dead
from bot.services.processes.sharing import moves
from bot.wording import as_many

if TYPE_CHECKING:  # with asyncpg, which not everybody has
    from bot.storage.postgres.leases import LeaseTable

LOOK_SECONDS = 1.0
"""How often leases are renewed, and what others do is looked at."""
PENDING_SECONDS = 1.0
"""An answer that takes longer tells that the database is out of reach."""
REGAIN_SECONDS = 3.0
"""For so long after the database was away members are still told so, until their servers are served again."""
ANSWERED_SECONDS = 3.0
"""For so long what members have asked is waited for before a shard is handed over."""
STORED_SECONDS = 2.0
"""For so long what is being stored is waited for then."""
HAND_OVER_SECONDS = 60.0
"""For so long a stop waits for others to take over; each shard may have to wait for its turn to connect."""
SHOWN_SHARDS = 60

_log = logging.getLogger(__name__)


class Connections(Protocol):
    """This process's connections to Discord, one a shard."""

    @property
    def waiting(self) -> int:
        """How many wait for their turn to connect."""
        ...

    def begin(self, shard: int, shards: int) -> None:
        """Connect a shard, of so many, and let nobody in yet; nothing where that is done already."""
        ...

    def hears(self, shard: int) -> bool:
        """Whether it is connected."""
        ...

    def serve(self, shard: int, after: int | None) -> None:
        """Let everybody in, who came meanwhile too; ``after`` is the last interaction that another process has taken."""
        ...

    async def shut(self, shard: int, within_seconds: float) -> int | None:
        """Let nobody in any more, and wait so long until all have their answers; returns the last who was let in."""
        ...

    async def end(self, shard: int) -> None:
        """Disconnect a shard."""
        ...


class Identity(NamedTuple):
    """How a process is listed: its name, its version, and what others on its machine tell its death by."""

    name: str
    version: str
    schema: int
    body: str = ""


class Duties(NamedTuple):
    """What is done for servers whose shard is ours from now on, or no longer; and when an upgrade asks us to stop."""

    take_up: Callable[[Holdings], Awaitable[None]]
    leave: Callable[[Holdings, bool], Awaitable[None]]
    stop: Callable[[], None]


class Leases:
    """This process's part. ``packs`` is the hash of the courses that it has."""

    def __init__(
        self,
        table: "LeaseTable",
        hold: Hold,
        connections: Connections,
        life: Lifecycle,
        identity: Identity,
        packs: Callable[[], str],
    ) -> None:
        self._table = table
        self._hold = hold
        self._connections = connections
        self._identity = identity
        self._packs = packs
        self._duties: Duties | None = None
        self._background = life.background("leases")
        self._looking = self._background.routine(self._look, again_seconds=LOOK_SECONDS, name="leases-look")
        self.me = 0
        self.cluster = Cluster("", (), ())
        self._taken: dict[int, int] = {}
        self._serving: set[int] = set()
        self._changing: set[int] = set()
        self._claimed: set[int] = set()
        self._let_go_of: set[int] = set()
        self._to_regain: set[int] = set()
        self._back_at = 0.0
        self._lapsed = False
        self._stopping = False
        self._refused = False
        self._asked_at: float | None = None
        self._looked = asyncio.Event()
        self._told = ""

    # For others

    @property
    def out_of_reach(self) -> bool:
        """Whether nobody can be answered, as the database does not answer, or did not until a moment ago."""
        return self._is_silent or (bool(self._to_regain) and self._hold.asking() - self._back_at < REGAIN_SECONDS)

    @property
    def _is_silent(self) -> bool:
        pending = self._asked_at is not None and self._hold.asking() - self._asked_at > PENDING_SECONDS
        return self._refused or pending

    @property
    def processes(self) -> int:
        """How many are known; before it is known that this is the only one, two."""
        others = sum(one.alive and one.id != self.me for one in self.cluster.processes)
        return others + 1 if self.cluster.processes else 2

    def wake(self) -> None:
        """Look now: somebody has changed something. Nothing before `start`."""
        if self.me:
            self._looking.wake()

    # Beginning and ending

    async def start(self, duties: Duties, wanted_shards: int) -> None:
        """Be listed, settle how many shards there are if nobody holds any, and begin. Raises StorageError."""
        self._duties = duties
        self.me = await self._join()
        self.cluster = await self._without_dead()
        in_force = await self._table.put_packs_in_force(self._packs())
        if in_force == self._packs() and (self.processes == 1 or not self.cluster.leases):
            await self._table.settle_shards(wanted_shards)
        elif len(self.cluster.leases) != wanted_shards:
            _log.info("the processes that run share %d shards; that is left as it is", len(self.cluster.leases))
        self._looking.wake()

    async def stop(self) -> None:
        """Hand everything over in order, to whoever is ready within `HAND_OVER_SECONDS`; the rest is let go of."""
        if not self.me:
            return
        self._stopping = True
        try:
            await self._table.set_draining(str(self.me), draining=True)
            async with asyncio.timeout(HAND_OVER_SECONDS):
                while self._taken and not self._is_silent:
                    self._looked.clear()
                    self.wake()
                    await self._looked.wait()
                    if not [one for one in self.cluster.able() if one.id != self.me]:
                        break
        except (TimeoutError, StorageError) as problem:
            _log.warning("not every shard was handed over: %s", problem)
        await self._background.done()
        for shard in sorted(self._serving):
            await self._let_go(shard, in_order=not self._is_silent)
        me, self.me = self.me, 0
        try:
            await self._table.leave(me)
        except StorageError as refused:
            _log.warning("the leases end by themselves: %s", refused)

    # Looking

    async def _look(self) -> float | None:
        if not self.me:  # it has stopped
            return None
        if self._serving:  # we may have slept
            await self._lapse_when_over()
        self._let_go_of.clear()
        asked = self._asked_at = self._hold.asking()
        try:
            renewed = await self._table.renew(self.me, self._packs(), self._connections.waiting)
            self._hold.renewed(asked)
            self.cluster = await self._without_dead()
        except StorageError:
            if not self._refused:
                _log.warning(
                    "the database is out of reach; for %.1f s what is going on goes on", self._hold.left_seconds
                )
            self._refused = True
            self._asked_at = None
            await self._lapse_when_over()
            self._looked.set()
            return LOOK_SECONDS / 2
        self._asked_at = None
        if self._refused:
            self._back_at = self._hold.asking()
            _log.info("the database answers again")
        self._refused = False
        self._background.later("lapse", self._hold.left_seconds + 0.01, self._lapse_when_over, "leases-lapse")
        if not renewed.listed:
            if self._stopping:
                return None
            await self._begin_again()
            return 0.0
        try:
            await self._react(renewed.fences)
        finally:
            self._looked.set()
        return LOOK_SECONDS

    async def _begin_again(self) -> None:
        """We were away for so long that we are not listed any more: nothing is ours."""
        for shard in [*self._taken]:
            await self._lost(shard)
        self.me = await self._join()

    async def _join(self) -> int:
        identity = self._identity
        return await self._table.join(identity.name, identity.version, self._packs(), identity.body)

    async def _without_dead(self) -> Cluster:
        """Everything as it is; what a process had is free that is known to have died on this machine."""
        cluster = await self._table.cluster()
        dead = [one for one in cluster.processes if one.id != self.me and is_dead(one.body)]
        for one in dead:
            _log.warning("process %s has died; its shards are free", one.name)
            await self._table.leave(one.id)
        return await self._table.cluster() if dead else cluster

    async def _react(self, fences: dict[int, int]) -> None:
        """Do what follows from how everything is."""
        cluster = self.cluster
        leases = {one.shard: one for one in cluster.leases}
        if not any(one.alive and one.packs == cluster.packs for one in cluster.processes) and not self._stopping:
            await self._table.put_packs_in_force(self._packs())  # nobody has those that were in force any more
            self.wake()
        if cluster.least_schema > self._identity.schema and self._duties and not self._stopping:
            _log.warning("a newer version asks this one to stop: it is about to change the schema")
            self._duties.stop()
        for shard in self._let_go_of:  # while we asked
            fences.pop(shard, None)
        for shard, fence in [*self._taken.items()]:
            if fences.get(shard) != fence and shard not in self._changing:
                await self._lost(shard)
        if self._lapsed:  # nobody was faster: under a new fence, so that what hangs from before writes nothing
            self._lapsed = False
            for shard in self._to_regain & set(fences):
                await self._take(shard, leases)
        for shard, fence in fences.items():
            self._taken.setdefault(shard, fence)
            if shard in leases:
                self._connections.begin(shard, len(leases))
        await self._share(leases)
        for shard in [*self._taken] if not self._stopping else []:
            if shard not in self._serving | self._changing and shard in leases and self._connections.hears(shard):
                self._changing.add(shard)
                self._background.spawn(self._gain(leases[shard], len(leases)), f"shard {shard} begins")
        self._say_what_is_held(len(leases))

    async def _share(self, leases: dict[int, Lease]) -> None:
        """Take, claim and hand over, as the rule says."""
        cluster = self.cluster
        if cluster.wanted_shards not in (0, len(leases)):
            await self._change_number(cluster.wanted_shards)
            return
        with_games: set[int] = set()
        if any(one.free for one in leases.values()) and len(leases) > 1:
            with_games = await self._table.with_games(len(leases))
        connected = {one for one in self._serving if self._connections.hears(one)}
        todo = moves(self.me, cluster, with_games=with_games, connected=connected)
        for shard in todo.take:
            await self._take(shard, leases)
        named = [one.shard for one in leases.values() if one.heir == self.me and one.shard not in self._taken]
        for shard in todo.claim:
            await self._table.claim(self.me, shard)
        for shard in (*todo.claim, *named):  # named by a claim whose answer never came, too
            self._connections.begin(shard, len(leases))
            self._claimed.add(shard)
        for shard in [*self._claimed]:
            lease = leases.get(shard)
            if shard in self._taken or lease is None:
                self._claimed.discard(shard)
            elif lease.heir == self.me and not lease.heir_ready and self._connections.hears(shard):
                await self._table.ready(self.me, shard)
            elif self.me not in (lease.heir, lease.holder) and shard not in todo.claim:  # somebody else was faster
                await self._unclaim(shard)
        for shard in todo.hand:
            if shard not in self._changing:
                self._changing.add(shard)
                self._background.spawn(self._hand_over(shard), f"shard {shard} is handed over")

    async def _unclaim(self, shard: int) -> None:
        self._claimed.discard(shard)
        await self._connections.end(shard)

    async def _take(self, shard: int, leases: dict[int, Lease]) -> None:
        if lease := await self._table.take(self.me, shard, len(leases)):
            self._taken[shard] = lease.fence
            leases[shard] = lease
            self._claimed.discard(shard)
            self._connections.begin(shard, len(leases))

    async def _change_number(self, wanted: int) -> None:
        """Another number of shards was asked for: let ours go, and begin again when nobody has any."""
        for shard in [*self._claimed]:
            await self._unclaim(shard)
        for shard in [*self._taken]:
            if shard not in self._changing:
                self._changing.add(shard)
                self._background.spawn(self._release(shard), f"shard {shard} is let go of")
        if all(one.free for one in self.cluster.leases) and await self._table.settle_shards(wanted):
            _log.info("there are %d shards from now on", wanted)
            self.wake()

    # One shard

    async def _gain(self, lease: Lease, shards: int) -> None:
        """Its lease is ours, and it hears: take up its servers, and let everybody in."""
        assert self._duties
        shard, fence, began = lease.shard, self._taken[lease.shard], self._hold.asking()
        part = self._hold.add(shards, shard, fence)
        try:
            await self._duties.take_up(part)
            if self._taken.get(shard) != fence or not self._hold.left_seconds:
                raise LeaseLostError  # while the database was away; the next look starts fresh
        except BaseException:
            await self._duties.leave(part, False)  # noqa: FBT003
            self._hold.remove(shard)
            raise
        else:
            _log.info("shard %d was taken up in %.0f ms", shard, 1000 * (self._hold.asking() - began))
            self._serving.add(shard)
            self._to_regain.discard(shard)
            self._connections.serve(shard, lease.after_interaction)
        finally:
            self._changing.discard(shard)

    async def _hand_over(self, shard: int) -> None:
        """Give it to its heir, who is ready: answer what was asked, store, let go."""
        began = self._hold.asking()

        async def give(last: int | None) -> None:
            await self._table.hand_over(self.me, shard, last)
            _log.info("shard %d was handed over in %.0f ms", shard, 1000 * (self._hold.asking() - began))

        await self._part_with(shard, give)

    async def _release(self, shard: int) -> None:
        """Give it to nobody."""
        await self._part_with(shard, lambda _last: self._table.release(self.me, shard))

    async def _part_with(self, shard: int, give: Callable[[int | None], Awaitable[None]]) -> None:
        """Answer for it no more, in order, and ``give`` it away, who hears which interaction was the last one."""
        try:
            await give(await self._let_go(shard, in_order=True))
            self._let_go_of.add(shard)
            self._taken.pop(shard, None)
            await self._connections.end(shard)
        finally:
            self._changing.discard(shard)
            self.wake()

    async def _let_go(self, shard: int, *, in_order: bool) -> int | None:
        """Answer for a shard no more. In order: after everybody who was let in was answered, and all is stored."""
        assert self._duties
        last = await self._connections.shut(shard, ANSWERED_SECONDS if in_order else 0.0)
        served = shard in self._serving
        self._serving.discard(shard)
        part = Holdings(self._hold.now().shards, {shard: self._taken.get(shard)})
        try:
            if served and in_order:
                await self._leave_in_order(part)
            elif served:
                await self._duties.leave(part, False)  # noqa: FBT003
        finally:
            self._hold.remove(shard)
        return last

    async def _leave_in_order(self, part: Holdings) -> None:
        """Wait for what is being stored, but not long, as nobody is answered meanwhile; the fence refuses the rest."""
        assert self._duties
        try:
            async with asyncio.timeout(STORED_SECONDS):
                await self._duties.leave(part, True)  # noqa: FBT003
        except TimeoutError:
            await self._duties.leave(part, False)  # noqa: FBT003

    async def _lost(self, shard: int) -> None:
        """Somebody else has taken it: write nothing, send nothing."""
        _log.warning("shard %d is another process's now", shard)
        self._hold.remove(shard)
        self._to_regain.discard(shard)
        await self._let_go(shard, in_order=False)
        self._taken.pop(shard, None)
        await self._connections.end(shard)

    async def _lapse_when_over(self) -> None:
        """The leases were not renewed in time: others may have them. Connections stay, as nothing may be amiss there."""
        if self._hold.left_seconds > 0 or self._lapsed:
            return
        self._lapsed = True
        _log.warning("no lease is known to be ours any more; games pause until the database answers")
        self._to_regain |= self._serving
        for shard in [*self._serving]:
            await self._let_go(shard, in_order=False)

    def _say_what_is_held(self, shards: int) -> None:
        courses_differ = self._packs() != self.cluster.packs
        if courses_differ:
            words = (
                "this process takes no shard: its courses are not those in force. Give it the same packs as the others, or "
                "reload the courses on one of them"
            )
        else:
            held = [str(one) for one in sorted(self._serving)]
            words = f"serving {f'shard {as_many(held, SHOWN_SHARDS)}' if held else 'no shard'} of {shards}"
        if words != self._told:
            self._told = words
            _log.log(logging.WARNING if courses_differ else logging.INFO, "%s", words)
