"""Time as an argument: wall time in epoch milliseconds, and the stamps inside Discord's ids."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo

DISCORD_EPOCH_MS = 1_420_070_400_000
"""The first second of 2015, from which Discord counts
(https://discord.com/developers/docs/reference#snowflakes)."""
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
DATE_SLACK_MS = 60_000
"""How late an answer may arrive, and its ``Date`` with it."""


class Clock(Protocol):
    """What the rest of the house asks for the time."""

    def now_ms(self) -> int:
        """Wall time in milliseconds since 1970 UTC."""
        ...


class WallClock:
    """The machine's wall clock, moved by a shift (the playground's *next day*)."""

    def __init__(self, shift_ms: int = 0) -> None:
        self.shift_ms = shift_ms

    def now_ms(self) -> int:
        """Wall time in milliseconds since 1970 UTC, shift included."""
        return time.time_ns() // 1_000_000 + self.shift_ms


class DiscordClock:
    """Discord's *now*: a monotonic clock plus an offset learnt from the ids and dates that Discord returns.

    An id is stamped before it reaches us, so the largest offset seen is the nearest to the truth; until the first one the
    wall clock has to do. Steps of the machine's wall clock change nothing.
    """

    def __init__(self, wall: Clock, monotonic_ms: Callable[[], float] = lambda: time.monotonic() * 1000) -> None:
        self._wall = wall
        self._monotonic_ms = monotonic_ms
        self._offset_ms: float | None = None

    def learn(self, snowflake: int) -> None:
        """Take note of an id that has just arrived."""
        self._learn(snowflake_ms(snowflake))

    def learn_date(self, date_ms: int) -> None:
        """Take note of the ``Date`` of an answer that has just arrived; it is fresh, so it can also set the clock back."""
        if self._offset_ms is not None and self.now_ms() - date_ms > DATE_SLACK_MS:
            self._offset_ms = None
        self._learn(date_ms)

    def _learn(self, stamp_ms: int) -> None:
        offset = stamp_ms - self._monotonic_ms()
        if self._offset_ms is None or offset > self._offset_ms:
            self._offset_ms = offset

    def now_ms(self) -> int:
        """Discord's time in milliseconds since 1970 UTC."""
        if self._offset_ms is None:
            return self._wall.now_ms()
        return round(self._monotonic_ms() + self._offset_ms)

    @property
    def heard(self) -> bool:
        """Whether Discord has told its time yet."""
        return self._offset_ms is not None

    @property
    def wall_ahead_ms(self) -> int:
        """How far the wall clock is ahead of Discord's time; negative when it is behind, 0 until that was heard."""
        return self._wall.now_ms() - self.now_ms() if self.heard else 0


def snowflake_ms(snowflake: int) -> int:
    """When Discord made this id, in milliseconds since 1970 UTC."""
    return (snowflake >> 22) + DISCORD_EPOCH_MS


def snowflake_at(ms: int, sequence: int = 0) -> int:
    """An id whose stamp is ``ms``; ``sequence`` (0 to 4,194,303) tells ids of one millisecond apart."""
    return ((ms - DISCORD_EPOCH_MS) << 22) | sequence


def utc(ms: int) -> datetime:
    """The moment as an aware datetime in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)


_OFFSET = re.compile(r"UTC([+-])(\d{2}):(\d{2})")
_POSIX = re.compile(r"Etc/GMT([+-])(\d{1,2})")


def zone_of(name: str) -> tzinfo:
    """The time zone of that name: one of the tz database, or ``UTC+05:30``. UTC where this machine doesn't know it."""
    try:
        if found := _OFFSET.fullmatch(name):
            offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
            return timezone(offset if found[1] == "+" else -offset)
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return UTC


def zone_words(name: str) -> str:
    """A time zone as people read it: *America/New York*, *UTC+5:30*; never with the sign of ``Etc/GMT+2``."""
    if found := _OFFSET.fullmatch(name):
        minutes = f":{found[3]}" if found[3] != "00" else ""
        return f"UTC{found[1]}{int(found[2])}{minutes}"
    if found := _POSIX.fullmatch(name):  # POSIX counts west of Greenwich as positive
        return f"UTC{'-' if found[1] == '+' else '+'}{int(found[2])}" if int(found[2]) else "UTC"
    return name.replace("_", " ")
