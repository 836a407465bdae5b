"""A game that is on, and the timer that each has: deadlines are data, so a restart sets them anew."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bot.clock import Clock
from bot.errors import StorageError
from bot.quiz.competition.state import LIVE, Phase
from bot.services.competition.shown import ShownGame
from bot.services.lifecycle import Background

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
        """Set anew the timers that would come too late: Discord's clock has moved on, as after a sleep of the host."""
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
        if wake_ms is None or live.game.state.phase not in LIVE:
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
