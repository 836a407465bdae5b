"""What members choose for themselves: extra time, boards, reminders, how much to remember."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.errors import UserError
from bot.facts import Code, fact
from bot.model.members import Chosen
from bot.services.happenings import Happenings, MemberChosen
from bot.services.practice.respacing import Respacing
from bot.services.server.zones import Zones
from bot.storage import member_settings
from bot.storage.locks import of_member
from bot.storage.store import Store, Transaction

TIME_FACTORS = (1.0, 1.5, 2.0)
RETENTIONS = (0.85, 0.9, 0.95)


class MemberSettings:
    """What `/settings` does.

    Who asked for extra time is kept in memory as well, so that an answer in a competition needs no query for it.
    """

    def __init__(self, store: Store, zones: Zones, respacing: Respacing, happenings: Happenings | None = None) -> None:
        self._happenings = happenings or Happenings()
        self._store = store
        self._zones = zones
        self._respacing = respacing
        self._time_factors: dict[int, float] = {}

    async def load(self) -> None:
        """Learn who asked for extra time; to be called before anybody can play."""
        self._time_factors = await member_settings.time_factors(self._store)

    def time_factor(self, member_id: int) -> float:
        """How many times the usual time a member has in competitions: 1, 1.5 or 2."""
        return self._time_factors.get(member_id, 1.0)

    async def show(self, member_id: int) -> Chosen:
        """What a member has chosen."""
        return await member_settings.load(self._store, member_id)

    async def set_time_factor(self, member_id: int, time_factor: float) -> Chosen:
        """Ask for so much time, from the next competition on. Raises UserError for any but 1, 1.5 and 2."""
        if time_factor not in TIME_FACTORS:
            raise UserError(fact(Code.NO_SUCH_TIME_FACTOR))
        return await self._change(member_id, time_factor=time_factor)

    async def set_hidden(self, member_id: int, hidden: bool) -> Chosen:
        """Hide from boards, or be shown again."""
        return await self._change(member_id, hidden=hidden)

    async def set_time_zone(self, member_id: int, text: str) -> Chosen:
        """Where it is the member's own day. Raises UserError for a name that is no time zone's."""
        return await self._change(member_id, time_zone=self._zones.find(text))

    def time_zones(self, typed: str) -> list[str]:
        """Names of time zones for what was typed so far."""
        return self._zones.offered(typed)

    async def set_reminder_hour(self, member_id: int, hour: int | None) -> Chosen:
        """Be reminded of reviews at that hour of the day, or (None) never. Raises UserError for an hour that no day has."""
        if hour is not None and not 0 <= hour <= 23:
            raise UserError(fact(Code.NO_SUCH_HOUR))
        return await self._change(member_id, reminder_hour=hour)

    async def set_retention(self, member_id: int, retention: float) -> Chosen:
        """How much reviews aim to keep known; every card is recomputed. Raises UserError for any but those offered."""
        if retention not in RETENTIONS:
            raise UserError(fact(Code.NO_SUCH_RETENTION))

        async def respace(tx: Transaction) -> None:
            await self._respacing.member(tx, member_id)

        return await self._change(member_id, respace, retention=retention)

    def forget(self, member_id: int) -> None:
        """A member was deleted."""
        self._time_factors.pop(member_id, None)

    async def _change(
        self, member_id: int, then: Callable[[Transaction], Awaitable[None]] | None = None, **change: object
    ) -> Chosen:
        async def job(tx: Transaction) -> Chosen:
            chosen = replace(await member_settings.load(tx, member_id), **change)  # type: ignore[arg-type]
            await member_settings.save(tx, member_id, chosen)
            if then:
                await then(tx)
            return chosen

        chosen = await self._store.write(job, of_member(member_id))
        self._note(member_id, chosen)
        await self._happenings.tell(MemberChosen(member_id))
        return chosen

    async def look_again(self, member_id: int) -> None:
        """A member has chosen something in another process."""
        self._note(member_id, await member_settings.load(self._store, member_id))

    def _note(self, member_id: int, chosen: Chosen) -> None:
        if chosen.time_factor == 1:
            self._time_factors.pop(member_id, None)
        else:
            self._time_factors[member_id] = chosen.time_factor
