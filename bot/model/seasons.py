"""Seasons that were held, the one that is on, and results to be posted."""

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


class SeasonPost(NamedTuple):
    """The result of a season, to be posted in a channel; its id makes the nonce."""

    id: int
    season: HeldSeason
    channel_id: int
    created_ms: int
