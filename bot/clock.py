"""Time as an argument: wall time in epoch milliseconds, and the stamps inside Discord's ids."""

import time
from datetime import UTC, datetime
from typing import Protocol

DISCORD_EPOCH_MS = 1_420_070_400_000
"""The first second of 2015, from which Discord counts
(https://discord.com/developers/docs/reference#snowflakes)."""


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


def snowflake_ms(snowflake: int) -> int:
    """When Discord made this id, in milliseconds since 1970 UTC."""
    return (snowflake >> 22) + DISCORD_EPOCH_MS


def snowflake_at(ms: int, sequence: int = 0) -> int:
    """An id whose stamp is ``ms``; ``sequence`` (0 to 4,194,303) tells ids of one millisecond apart."""
    return ((ms - DISCORD_EPOCH_MS) << 22) | sequence


def utc(ms: int) -> datetime:
    """The moment as an aware datetime in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)
