"""Leaderboards: a page of a server's members by what a board counts, and always one's own place."""

from dataclasses import dataclass

from bot.clock import Clock
from bot.quiz.periods import Period, period_key
from bot.quiz.ranking import ACCURACY_FROM, BoardKind, places
from bot.storage import boards, member_settings, members, servers
from bot.storage.boards import Entry, Rated, Total
from bot.storage.store import Store

PAGE_SIZE = 10


@dataclass(frozen=True)
class BoardLine:
    """One member's line."""

    place: int
    member_id: int
    name: str
    of: Total | Rated


@dataclass(frozen=True)
class Board:
    """One page of a board; ``own`` is the asking member's line even when it is on another page.

    ``own`` is None for who does not stand on it; ``missing`` is then how many answers it takes. ``hidden`` tells that
    others do not see the asking member. ``season_ends_ms`` is None where there are no seasons.
    """

    kind: BoardKind
    period: Period
    page: int
    pages: int
    members: int
    lines: list[BoardLine]
    own: BoardLine | None
    missing: int = 0
    hidden: bool = False
    season_ends_ms: int | None = None


class Boards:
    """What `/leaderboard` does."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def show(
        self, guild_id: int, member_id: int, period: Period, page: int = 0, kind: BoardKind = BoardKind.POINTS
    ) -> Board:
        """The board of a server; a page beyond its end becomes the last one.

        Without seasons the season's board is that of all time, and the board of ratings is always of all time.
        """
        now_ms = self._clock.now_ms()
        server = await servers.load(self._store, guild_id)
        key = period_key(period, now_ms, server.zone, server.season)
        if key is None or kind is BoardKind.RATING:
            period, key = Period.ALL, "all"
        ranked = boards.ranked(kind, guild_id, key)
        size = await boards.size(self._store, ranked)
        pages = max(1, -(-size // PAGE_SIZE))
        page = max(0, min(page, pages - 1))
        entries = await boards.page(self._store, ranked, page * PAGE_SIZE, PAGE_SIZE)
        own = await boards.of_member(self._store, ranked, member_id)
        missing = 0
        if own is None and kind is BoardKind.ACCURACY:
            missing = ACCURACY_FROM - await boards.answers_given(self._store, guild_id, key, member_id)
        names = await members.names(self._store, guild_id, [e.of.member_id for e in entries] + [member_id])
        first = await boards.place(self._store, ranked, entries[0].value) if entries else 1
        on_page = places([entry.value for entry in entries], page * PAGE_SIZE, first)
        return Board(
            kind=kind,
            period=period,
            page=page,
            pages=pages,
            members=size,
            lines=[_line(entry, place, names) for entry, place in zip(entries, on_page, strict=True)],
            own=_line(own, await boards.place(self._store, ranked, own.value), names) if own else None,
            missing=missing,
            hidden=(await member_settings.load(self._store, member_id)).hidden,
            season_ends_ms=server.season.end(now_ms) if server.season else None,
        )


def _line(entry: Entry, place: int, names: dict[int, str]) -> BoardLine:
    member_id = entry.of.member_id
    return BoardLine(place, member_id, names.get(member_id, "someone"), entry.of)
