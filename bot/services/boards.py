"""Leaderboards: a page of a server's members by points, and always one's own place."""

from dataclasses import dataclass
from datetime import UTC

from bot.clock import Clock
from bot.quiz.periods import Period, period_key
from bot.quiz.ranking import places
from bot.storage import boards, members
from bot.storage.boards import Total
from bot.storage.store import Store

PAGE_SIZE = 10


@dataclass(frozen=True)
class BoardLine:
    """One member's line."""

    place: int
    member_id: int
    name: str
    points: int
    answers: int
    correct: int


@dataclass(frozen=True)
class Board:
    """One page of a board; ``own`` is the asking member's line even when it is on another page (None: no answer yet)."""

    period: Period
    page: int
    pages: int
    members: int
    lines: list[BoardLine]
    own: BoardLine | None


class Boards:
    """What `/leaderboard` does."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def show(self, guild_id: int, member_id: int, period: Period, page: int = 0) -> Board:
        """The board of a server; a page beyond its end becomes the last one."""
        key = period_key(period, self._clock.now_ms(), UTC)
        size = await boards.size(self._store, guild_id, key, "")
        pages = max(1, -(-size // PAGE_SIZE))
        page = max(0, min(page, pages - 1))
        totals = await boards.page(self._store, guild_id, key, "", page * PAGE_SIZE, PAGE_SIZE)
        own = await boards.of_member(self._store, guild_id, key, "", member_id)
        names = await members.names(self._store, guild_id, [t.member_id for t in totals] + [member_id])
        first = await boards.place(self._store, guild_id, key, "", totals[0].points) if totals else 1
        lines = [
            _line(total, place, names)
            for total, place in zip(totals, places([t.points for t in totals], page * PAGE_SIZE, first), strict=True)
        ]
        own_line = None
        if own:
            own_line = _line(own, await boards.place(self._store, guild_id, key, "", own.points), names)
        return Board(period, page, pages, size, lines, own_line)


def _line(total: Total, place: int, names: dict[int, str]) -> BoardLine:
    name = names.get(total.member_id, "someone")
    return BoardLine(place, total.member_id, name, total.points, total.answers, total.correct)
