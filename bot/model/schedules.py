"""What happens by itself in a server: when, where and what."""

from dataclasses import dataclass

from bot.facts import Fact
from bot.quiz.calendar.schedule import Weekly
from bot.quiz.competition.scoring import Scoring

DAILY, COMPETITION = "daily", "competition"


@dataclass(frozen=True)
class Recurring:
    """What a recurring competition plays; no ``sections``: all of the course; no ``pack_id``: the courses by turns."""

    pack_id: str
    sections: tuple[str, ...]
    difficulty: str | None
    rounds: int
    pace: str
    scoring: Scoring
    lobby_minutes: int


@dataclass(frozen=True)
class Schedule:
    """One thing that is scheduled; ``setup`` is None for the question of the day.

    ``next_ms`` is None while it is paused, and ``reason`` then says why, unless a manager did it. ``remark`` tells why the
    last occurrence did not take place.
    """

    guild_id: int
    channel_id: int
    member_id: int
    weekly: Weekly
    setup: Recurring | None
    made_ms: int
    next_ms: int | None
    id: int = 0
    reason: Fact | None = None
    remark: Fact | None = None
    event_id: int | None = None
    event_ms: int | None = None

    @property
    def kind(self) -> str:
        """DAILY or COMPETITION."""
        return DAILY if self.setup is None else COMPETITION
