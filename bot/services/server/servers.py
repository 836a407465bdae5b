"""What managers choose for their server, and what `/compete` asks of it."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from typing import NamedTuple

from bot.errors import UserError
from bot.facts import Code, fact
from bot.model.servers import EVERYONE, MANAGERS, Server
from bot.packs.library import Library
from bot.packs.models import Pack
from bot.quiz.calendar.periods import Season
from bot.services.happenings import SeasonChanged, ZoneChanged
from bot.services.lifecycle import Lifecycle
from bot.services.server.zones import Zones
from bot.storage import servers
from bot.storage.calendar import seasons
from bot.storage.store import Job, Store, Transaction

SEASON_DAYS = (30, 60, 90)


class Opener(NamedTuple):
    """Who wants to open a competition, and where; a thread counts as the channel that it hangs in."""

    role_ids: Collection[int]
    is_manager: bool
    channel_ids: Collection[int]


Ready = Callable[[int | None], Awaitable[None]]


async def _nothing_to_load(_guild_id: int | None) -> None:
    pass


NO_PACKS = ("-",)
"""What a server has chosen that wants its own courses alone; no pack has such an id."""


class _WithOwn(NamedTuple):
    own: tuple[Pack, ...]
    packs: tuple[Pack, ...]
    library: Library


class Servers:
    """What `/studyhall setup` does.

    Which courses a server has is kept in memory as well, so that nothing needs a query for it.
    """

    def __init__(
        self, store: Store, library: Library, zones: Zones, life: Lifecycle, ready: Ready = _nothing_to_load
    ) -> None:
        self._store = store
        self._library = library
        self._zones = zones
        self._libraries: dict[int, Library] = {}
        self._with_own: dict[int, _WithOwn] = {}
        self._own_alone = set[int]()
        self._happenings = life.happenings
        self.ready = ready
        """Have a server's own courses in memory: to be awaited before anything of the server is looked up."""

    async def load(self) -> None:
        """Learn which courses the servers have; to be called before anybody can ask for one."""
        chosen = await servers.courses(self._store)
        self._libraries = {guild_id: self._library.only(courses) for guild_id, courses in chosen.items()}
        self._own_alone = {guild_id for guild_id, courses in chosen.items() if courses == NO_PACKS}

    def library(self, guild_id: int | None) -> Library:
        """The courses of a server, its own too; in direct messages (None) every pack on disk."""
        if guild_id is None:
            return self._library
        chosen = self._libraries.get(guild_id, self._library)
        if not (own := self._library.own(guild_id)):
            return chosen
        found = self._with_own.get(guild_id)
        if found is None or found.own is not own or found.packs is not chosen.packs:
            alone = guild_id in self._own_alone
            found = self._with_own[guild_id] = _WithOwn(own, chosen.packs, chosen.beside(own, alone=alone))
        return found.library

    async def of(self, guild_id: int) -> Server:
        """What a server's managers have chosen."""
        return await servers.load(self._store, guild_id)

    async def refuse_opening(self, guild_id: int, opener: Opener) -> None:
        """Raise UserError when this member may not open a competition here. Managers may everywhere that is chosen."""
        server = await self.of(guild_id)
        if server.may_host == MANAGERS and not opener.is_manager:
            raise UserError(fact(Code.ONLY_MANAGERS_OPEN))
        is_role = server.may_host not in (EVERYONE, MANAGERS)
        if is_role and not opener.is_manager and int(server.may_host) not in opener.role_ids:
            raise UserError(fact(Code.ONLY_ROLE_OPENS, role=server.may_host))
        if server.channels and not set(server.channels) & set(opener.channel_ids):
            raise UserError(fact(Code.PLAYED_ELSEWHERE, channels=server.channels))

    async def set_hosts(self, guild_id: int, may_host: str) -> Server:
        """Let everybody, only managers, or only a role open competitions."""
        return await self._change(guild_id, may_host=may_host)

    async def set_channels(self, guild_id: int, channel_ids: Collection[int]) -> Server:
        """Where competitions may be opened; none for everywhere."""
        return await self._change(guild_id, channels=tuple(sorted(channel_ids)))

    async def set_courses(self, guild_id: int, pack_ids: Collection[str]) -> Server:
        """Which courses the server has; all of them is no choice, so that a new one is in too."""
        known = [pack.id for pack in self._library.packs]
        courses = tuple(pack_id for pack_id in known if pack_id in pack_ids)
        if len(courses) != len(set(pack_ids)):
            raise UserError(fact(Code.COURSE_NOT_HERE))
        if not courses and not self._library.own(guild_id):
            raise UserError(fact(Code.ONE_COURSE_AT_LEAST))
        return await self._change(guild_id, courses=() if len(courses) == len(known) else courses or NO_PACKS)

    async def set_reasons(self, guild_id: int, *, at_once: bool) -> Server:
        """When members see the reasons of the question of the day: when they answer, or with its result."""
        return await self._change(guild_id, reasons_at_once=at_once)

    async def set_authors(self, guild_id: int, role_id: int | None) -> Server:
        """Let members with a role write the server's own courses, as managers do; None: managers alone."""
        return await self._change(guild_id, authors_role=role_id)

    async def set_suggestions(self, guild_id: int, *, on: bool) -> Server:
        """Let everybody suggest questions, or nobody."""
        return await self._change(guild_id, suggestions=on)

    async def set_second_reader(self, guild_id: int, *, on: bool) -> Server:
        """Have somebody else read what an author wrote before it is asked, or not."""
        return await self._change(guild_id, second_reader=on)

    def has_own(self, guild_id: int) -> bool:
        """Whether a server has courses of its own that are asked."""
        return bool(self._library.own(guild_id))

    async def set_season(self, guild_id: int, days: int, now_ms: int) -> Server:
        """Begin a season of so many days, and another whenever one ends; 0 days: no seasons.

        The one that is on ends by this, with its result kept and posted like any other's.
        """
        if days not in (0, *SEASON_DAYS):
            raise UserError(fact(Code.NO_SUCH_SEASON))
        chosen = Season(now_ms, days) if days else None
        server = await self._change(
            guild_id, also=lambda tx: seasons.change(tx, guild_id, chosen, now_ms), season=chosen
        )
        await self._happenings.tell(SeasonChanged())
        return server

    async def set_time_zone(self, guild_id: int, text: str) -> Server:
        """Let weeks and months begin at midnight there. Raises UserError for a name that is no time zone's."""
        server = await self._change(guild_id, time_zone=self._zones.find(text))
        await self._happenings.tell(ZoneChanged(guild_id))
        return server

    def time_zones(self, typed: str) -> list[str]:
        """Names of time zones for what was typed so far."""
        return self._zones.offered(typed)

    async def season_channel(self, guild_id: int) -> int | None:
        """Where the result of a season is posted; None where nothing was chosen and nothing has happened yet."""
        channels = await seasons.channels_of(self._store, guild_id)
        return channels[0] if channels else None

    async def _change(self, guild_id: int, also: Job[None] | None = None, **change: object) -> Server:
        async def job(tx: Transaction) -> Server:
            if also:
                await also(tx)
            server = replace(await servers.load(tx, guild_id), **change)  # type: ignore[arg-type]
            await servers.save(tx, guild_id, server)
            return server

        server = await self._store.write(job)
        self._libraries[guild_id] = self._library.only(server.courses)
        (self._own_alone.add if server.courses == NO_PACKS else self._own_alone.discard)(guild_id)
        self._with_own.pop(guild_id, None)
        return server
