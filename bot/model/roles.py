"""The roles that a server gives to its members for what they achieve."""

from typing import NamedTuple

SEASON = "season"
"""The part of a reward for the winner of a season; any other is a pack's id, or *pack/section*: mastery of it."""


class Reward(NamedTuple):
    """What a server gives a role for.

    ``hand_on``: the winner's role goes to the next winner. ``handled_ms`` is when the last season began that was dealt with.
    """

    guild_id: int
    part: str
    role_id: int
    chosen_ms: int
    hand_on: bool = True
    handled_ms: int | None = None


class Grant(NamedTuple):
    """A role that a member earned: to be given, given (``role_id``), to be taken, or taken.

    ``part`` is that of the reward; a season's has the season's key.
    """

    guild_id: int
    member_id: int
    part: str
    won_ms: int
    role_id: int | None = None
    given_ms: int | None = None
    taking_ms: int | None = None
    taken_ms: int | None = None

    @property
    def reward(self) -> str:
        """The part of the reward that it comes from."""
        return SEASON if self.part.startswith(f"{SEASON}:") else self.part
