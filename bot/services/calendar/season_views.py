"""A season as its result is shown."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import NamedTuple

from bot.model.seasons import HeldSeason
from bot.services.board.boards import BoardLine


class SeasonView(NamedTuple):
    """The first three places of a season; ``more`` share the last one of them and have no line.

    ``next_ends_ms`` is when the season after it ends; None where there is none.
    """

    season: HeldSeason
    channel_id: int
    lines: Sequence[BoardLine]
    more: int
    played: int
    zone: tzinfo
    next_ends_ms: int | None
