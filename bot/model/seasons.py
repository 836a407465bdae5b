"""Seasons that were held, and the one that is on."""

from typing import NamedTuple

from bot.quiz.calendar.periods import SEASON_KEY


class HeldSeason(NamedTuple):
    """One season of a server, from its first millisecond to its end."""

    guild_id: int
    started_ms: int
    ends_ms: int

    @property
    def key(self) -> str:
        """The period under which its totals are kept."""
        return f"{SEASON_KEY}{self.started_ms}"
