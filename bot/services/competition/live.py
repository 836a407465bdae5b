"""A game that is on, and the timer that each has: deadlines are data, so a restart sets them again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field

from bot.clock import Clock, DiscordClock, snowflake_ms
from bot.errors import LeaseLostError, StorageError
from bot.facts import Code, fact
from bot.model.shards import EVERY_SERVER, Fence, Holdings
from bot.quiz.competition.events import Event, Lost, Opened
from bot.quiz.competition.state import LIVE, Phase
from bot.services.competition.messages import GameMessages
from bot.services.competition.shown import ShownGame
from bot.services.lifecycle import Background
from bot.storage import competitions
from bot.storage.locks import of_beat
from bot.storage.store import Store, Transaction

BEAT_SECONDS = 1.0
PAUSED_BEAT_SECONDS = 30.0
"""How often it is noted that the bot is alive while every game that is on is paused."""
BEHIND_SECONDS = 0.2
"""How often it is looked whether the end of a round still waits for clicks that have arrived and are not stored yet."""
AGAIN_SECONDS = 1.0
"""How long a game waits for a database that refuses."""
FAILED_AGAIN_SECONDS = 60.0
"""How long a game waits after a failure of ours, so that it does not stay on for ever."""

_log = logging.getLogger(__name__)


@dataclass
class LiveGame(ShownGame):
    """A game that is on."""

    deadlines: dict[int, int] = field(default_factory=dict)
    known_names: set[int] = field(default_factory=set)
    taken_out: dict[int, int] = field(default_factory=dict)


class GameTimers:
    """Wakes each game at what its state waits for, and beats while any is on."""

    def __init__(
        self,
        live: Mapping[int, LiveGame],
        clock: Clock,
        background: Background,
        *,
        woken: Callable[[LiveGame], Awaitable[None]],
        beat: Callable[[], Awaitable[None]],
    ) -> None:
        """``woken`` is called when a game's time has come, ``beat`` every second while games are on."""
        self._live = live
        self._clock = clock
        self._background = background
        self._woken = woken
        self._store_beat = beat
        self._beat = background.routine(
            self._beat_now, again_seconds=BEAT_SECONDS, name="competition-beat", overlaps=True, steady=True
        )

    def look(self) -> None:
        """Set again the timers that would come too late: Discord's clock has moved on, as after a sleep of the host."""
        now_ms = self._clock.now_ms()
        for live in self._live.values():
            left_seconds, wake_ms = self._background.left_seconds(live.game.id), live.game.state.wake_ms
            if left_seconds is None or wake_ms is None:
                continue
            if left_seconds > max((wake_ms - now_ms) / 1000, FAILED_AGAIN_SECONDS) + 1:  # what is tried again waits
                self.arm(live)

    def arm(self, live: LiveGame) -> None:
        """Set the timer to what the state waits for."""
        self.forget(live)
        wake_ms = live.game.state.wake_ms
        if live.game.state.deadline_ms is not None:
            live.deadlines[live.game.state.round] = live.game.state.deadline_ms
        if wake_ms is None or live.left or live.game.state.phase not in LIVE:
            return
        self.wake_later(live, max(0.0, (wake_ms - self._clock.now_ms()) / 1000))
        self._beat.wake(self._beat_seconds)

    def forget(self, live: LiveGame) -> None:
        """Wake it no more."""
        self._background.forget(live.game.id)

    def wake_later(self, live: LiveGame, seconds: float) -> None:
        """Wake a game in so many seconds, whatever it waits for."""
        self._background.later(live.game.id, seconds, lambda: self._wake(live), "competition-wake")

    @property
    def _beat_seconds(self) -> float:
        phases = {live.game.state.phase for live in self._live.values()}
        return BEAT_SECONDS if phases & {Phase.LOBBY, Phase.ASKING, Phase.REVEALING} else PAUSED_BEAT_SECONDS

    async def _wake(self, live: LiveGame) -> None:
        """The time has come; a database that refuses just now is asked again, so that no game hangs."""
        try:
            await self._woken(live)
        except LeaseLostError:
            raise
        except StorageError as refused:
            _log.warning("competition %d waits for the database: %s", live.game.id, refused)
            self.wake_later(live, AGAIN_SECONDS)
        except Exception:
            self.wake_later(live, FAILED_AGAIN_SECONDS)
            raise

    async def _beat_now(self) -> float | None:
        if not any(live.game.state.phase in LIVE for live in self._live.values()):
            return None
        self.look()
        self._beat.wake(self._beat_seconds)  # whatever becomes of this one
        await self._store_beat()
        return None


class TakingUp:
    """Goes on with the games of servers that are ours since a start, or since another process ended; and lets them go.

    ``load`` puts a game among those that are on, ``apply`` runs an event through it.
    """

    def __init__(
        self,
        live: MutableMapping[int, LiveGame],
        store: Store,
        clock: DiscordClock,
        messages: GameMessages,
        background: Background,
        *,
        ours: Callable[[], Holdings],
        load: Callable[[int], Awaitable[LiveGame | None]],
        apply: Callable[[LiveGame, Event], Awaitable[object]],
    ) -> None:
        self._ours = ours
        self._live = live
        self._store = store
        self._clock = clock
        self._messages = messages
        self._background = background
        self._load = load
        self._apply = apply
        self._to_take_up: set[int] = set()

    async def resume(self, part: Holdings = EVERY_SERVER) -> None:
        """Take up every game that was on in these servers when whoever ran it stopped; the time since is given back."""
        beats = {shard: await competitions.last_beat(self._store, shard) for shard in part.fences}
        now_ms = self._clock.now_ms()
        for competition_id in await competitions.live_ids(self._store, part):
            live = await self._load(competition_id)
            if live is None:
                continue
            since = beats[part.shard(live.game.guild_id)]
            away = now_ms - since if since is not None else 0
            if live.game.state.phase is Phase.ASKING and away > 0:
                live.note = fact(Code.WAS_AWAY, seconds=-(-away // 1000))
            self._to_take_up.add(competition_id)
            self._background.spawn(self._take_up(live, since if since is not None else now_ms), "competition-resume")
        await self._messages.finish_all_but(self._live.keys(), part)

    async def leave(self, part: Holdings, *, in_order: bool) -> None:
        """Let go of the games in these servers: another process goes on with them.

        ``in_order``, while they are still ours: what is being stored is waited for, and when we stopped is noted.
        """
        leaving = [live for live in self._live.values() if part.has(live.game.guild_id)]
        for live in leaving:
            if in_order:
                async with live.lock:
                    live.left = True
            live.left = True
            self._background.forget(live.game.id)
            self._live.pop(live.game.id, None)
        if in_order and leaving:
            await self._beat_of(part.fences)
        self._to_take_up.difference_update(live.game.id for live in leaving)

    async def _take_up(self, live: LiveGame, since_ms: int) -> None:
        try:
            while not await self._given_back(live, since_ms):  # noqa: ASYNC110  another process holds the database
                await asyncio.sleep(AGAIN_SECONDS)
        finally:
            if not self._background.closing and self._live.get(live.game.id) is live:
                self._to_take_up.discard(live.game.id)
        await self._messages.take_up(live)

    async def _given_back(self, live: LiveGame, since_ms: int) -> bool:
        """Give back the time that the bot was away; False when the database refused."""
        try:
            if message_id := live.round_message_id:
                await self._apply(live, Opened(live.game.state.round, snowflake_ms(message_id)))
            await self._apply(live, Lost(since_ms))
        except LeaseLostError:
            raise
        except StorageError as refused:
            _log.warning("competition %d waits for the database: %s", live.game.id, refused)
            return False
        return True

    async def beat(self) -> None:
        """Note that the bot is alive, for every shard on which it has games."""
        ours = self._ours()
        await self._beat_of({ours.shard(live.game.guild_id) for live in self._live.values()} & set(ours.fences))

    async def _beat_of(self, shards: Iterable[int]) -> None:
        ours, now_ms = self._ours(), self._clock.now_ms()
        for shard in shards:
            number = ours.fences.get(shard)
            fence = () if number is None else (Fence(shard, number),)
            await self._store.write(lambda tx, of=shard: self._beat_on(tx, now_ms, of), *fence, of_beat(shard))  # type: ignore[misc]

    async def beat_in(self, tx: Transaction, now_ms: int, guild_id: int) -> None:
        """The same in the transaction of a game there."""
        await self._beat_on(tx, now_ms, self._ours().shard(guild_id))

    async def _beat_on(self, tx: Transaction, now_ms: int, shard: int) -> None:
        """Note that the bot is alive; not before every game of that shard was given back the time since it was last."""
        ours, waiting = self._ours(), (self._live.get(one) for one in self._to_take_up)
        if not any(live and ours.shard(live.game.guild_id) == shard for live in waiting):
            await competitions.beat(tx, now_ms, shard)
