"""What happened, told by name to those who need to know; `services/all.py` says who hears what."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.model.rulings import Subject


@dataclass(frozen=True)
class GameEnded:
    """A game is over, and its podium in the channel."""


@dataclass(frozen=True)
class DailyAsked:
    """There is a new question of the day, with a close of its own."""


@dataclass(frozen=True)
class DailyClosed:
    """A question of the day has closed, and its answers count."""


@dataclass(frozen=True)
class Ruled:
    """Managers decided about a question; answers are to be graded again."""


@dataclass(frozen=True)
class Regraded:
    """All that follows from a ruling is in force."""

    subject: Subject


@dataclass(frozen=True)
class ZoneChanged:
    """A server has another time zone."""

    guild_id: int


@dataclass(frozen=True)
class SeasonChanged:
    """A server's season begins, or ends, at another time."""


@dataclass(frozen=True)
class MemberChosen:
    """A member has chosen something for themselves."""

    member_id: int


@dataclass(frozen=True)
class MemberLeavesGames:
    """A member is being deleted, and plays a game that is on in another process."""

    member_id: int


@dataclass(frozen=True)
class MemberDeleted:
    """A member is deleted."""

    member_id: int


@dataclass(frozen=True)
class SeasonEnded:
    """A season is over, and its result is known."""


@dataclass(frozen=True)
class TimeHeard:
    """Discord's time is known for the first time."""


E = TypeVar("E")


class Happenings:
    """Tells each event to those who hear it, in the order in which they began to."""

    def __init__(self) -> None:
        self._hearers: defaultdict[type, list[Callable[[Any], Awaitable[None] | None]]] = defaultdict(list)

    def hear(self, event: type[E], do: Callable[[E], Awaitable[None] | None]) -> None:
        """Call ``do`` with each such event; it is waited for if it is to be."""
        self._hearers[event].append(do)

    async def tell(self, event: object) -> None:
        """It has happened, and is stored."""
        for do in self._hearers[type(event)]:
            if (doing := do(event)) is not None:
                await doing
