"""How members are shown, and what they chose for themselves."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Face(NamedTuple):
    """How a member is shown: the name in a server, and the hash of the avatar (None: Discord's default picture)."""

    name: str
    avatar: str | None = None


@dataclass(frozen=True)
class Chosen:
    """A member's choices.

    ``time_factor`` is 1, 1.5 or 2; ``reminder_hour`` that of the day in ``time_zone``, None for no reminders;
    ``retention`` the share that reviews aim to keep known.
    """

    time_factor: float = 1.0
    hidden: bool = False
    time_zone: str = "UTC"
    reminder_hour: int | None = None
    retention: float = 0.9


class Reminded(NamedTuple):
    """A member who wants reminders, when, and the day (there) of the last one."""

    member_id: int
    time_zone: str
    hour: int
    last: date | None
