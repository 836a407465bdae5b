"""Leaderboards: a page of a server's members by what a board counts, and always one's own place."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, tzinfo
from typing import NamedTuple

from bot.clock import Clock
from bot.model.boards import Entry, Of, Total
from bot.model.members import Face
from bot.model.seasons import HeldSeason
from bot.quiz.board.ranking import ACCURACY_FROM, BY_PERIOD, OF_A_SECTION, BoardKind, places
from bot.quiz.calendar.periods import Period, period_key
from bot.services.board.computed import Computed
from bot.storage import boards, member_settings, members, servers
from bot.storage.boards import Ranked
from bot.storage.calendar import seasons
from bot.storage.store import Store

PAGE_SIZE = 10
SEASONS_KEPT = 21
"""How many earlier seasons are offered: with the four periods of now they fill a menu."""


class BoardLine(NamedTuple):
    """One member's line."""

    place: int
    member_id: int
    face: Face
    of: Of

    @property
    def name(self) -> str:
        """What the member goes by."""
        return self.face.name

    @property
    def points(self) -> int:
        """The points of a line that counts them."""
        return self.of.points if isinstance(self.of, Total) else 0


class Wanted(NamedTuple):
    """Which board: of a period or of the earlier season that began at ``season_ms``, of a ``section`` or all of them."""

    kind: BoardKind = BoardKind.POINTS
    period: Period = Period.ALL
    season_ms: int | None = None
    section: str = ""


class Board(NamedTuple):
    """One page of a board; ``own`` is the asking member's line even when it is on another page.

    ``own`` is None for who does not stand on it; ``missing`` is then how many answers it takes. ``ahead`` is the next
    better line, None for who leads. ``hidden`` tells that others do not see the asking member. ``season_ends_ms`` is None
    where there are no seasons. ``season`` is the earlier one that the board is of, ``seasons`` all of them for a board of a
    stretch of time, and ``zone`` the server's. ``shared``: others have the same place as ``own``.
    """

    kind: BoardKind
    period: Period
    page: int
    pages: int
    members: int
    lines: list[BoardLine]
    own: BoardLine | None
    ahead: BoardLine | None = None
    missing: int = 0
    hidden: bool = False
    season_ends_ms: int | None = None
    section: str = ""
    season: HeldSeason | None = None
    seasons: Sequence[HeldSeason] = ()
    zone: tzinfo = UTC
    shared: bool = False


class _Page(NamedTuple):
    number: int
    size: int
    entries: Sequence[Entry]
    places: Sequence[int]
    own: tuple[Entry, int] | None
    ahead: Entry | None
    shared: bool

    @property
    def pages(self) -> int:
        return _pages(self.size)


class Boards:
    """What `/leaderboard` does."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._computed = Computed(store, clock)

    async def show(
        self, guild_id: int, member_id: int, period: Period, page: int = 0, kind: BoardKind = BoardKind.POINTS
    ) -> Board:
        """The board of a kind and a period, of all sections."""
        return await self.find(guild_id, member_id, Wanted(kind, period), page)

    async def find(self, guild_id: int, member_id: int, wanted: Wanted, page: int = 0) -> Board:
        """The board of a server; a page beyond its end becomes the last one.

        Without seasons the season's board is that of all time; a board of now, such as that of ratings, is always of all
        time. Of a section there are points and accuracy: any other kind becomes points.
        """
        now_ms = self._clock.now_ms()
        server = await servers.load(self._store, guild_id)
        kind = wanted.kind if not wanted.section or wanted.kind in OF_A_SECTION else BoardKind.POINTS
        period, season = wanted.period, None
        key = period_key(period, now_ms, server.zone, server.season)
        if wanted.season_ms is not None:
            period, key = Period.SEASON, None
            season = await seasons.load(self._store, guild_id, wanted.season_ms)
            key = season.key if season else None
        if key is None or kind not in BY_PERIOD:
            period, key, season = Period.ALL, "all", None
        ranked = boards.ranked(kind, guild_id, key, wanted.section)
        if kind in (BoardKind.STREAK, BoardKind.IMPROVED):
            shown = await self._computed_page(guild_id, member_id, kind, page)
        else:
            shown = await self._ranked_page(ranked, member_id, page)
        missing = 0
        if shown.own is None and kind is BoardKind.ACCURACY:
            given = await boards.answers_given(self._store, guild_id, key, member_id, wanted.section)
            missing = ACCURACY_FROM - given
        own = ahead = None
        if shown.own:
            [own] = await lines_of(self._store, guild_id, [shown.own[0]], [shown.own[1]])
        if shown.ahead:
            [ahead] = await lines_of(self._store, guild_id, [shown.ahead], [0])
        past = await seasons.past(self._store, guild_id, SEASONS_KEPT) if kind in BY_PERIOD else []
        return Board(
            kind=kind,
            period=period,
            page=shown.number,
            pages=shown.pages,
            members=shown.size,
            lines=await lines_of(self._store, guild_id, shown.entries, shown.places),
            own=own,
            ahead=ahead,
            missing=missing,
            hidden=(await member_settings.load(self._store, member_id)).hidden,
            season_ends_ms=server.season.end(now_ms) if server.season else None,
            section=wanted.section,
            season=season,
            seasons=past,
            zone=server.zone,
            shared=shown.shared,
        )

    async def _ranked_page(self, ranked: Ranked, member_id: int, page: int) -> _Page:
        size = await boards.size(self._store, ranked)
        page = max(0, min(page, _pages(size) - 1))
        entries = await boards.page(self._store, ranked, page * PAGE_SIZE, PAGE_SIZE)
        first = await boards.place(self._store, ranked, entries[0].value) if entries else 1
        own = await boards.of_member(self._store, ranked, member_id)
        return _Page(
            page,
            size,
            entries,
            places([entry.value for entry in entries], page * PAGE_SIZE, first),
            (own, await boards.place(self._store, ranked, own.value)) if own else None,
            await boards.ahead(self._store, ranked, own.value) if own else None,
            await boards.is_shared(self._store, ranked, own) if own else False,
        )

    async def _computed_page(self, guild_id: int, member_id: int, kind: BoardKind, page: int) -> _Page:
        everybody = await self._computed.entries(guild_id, kind)
        absent = await boards.absent(self._store, guild_id, [one.of.member_id for one in everybody])
        shown = [one for one in everybody if one.of.member_id not in absent]
        page = max(0, min(page, _pages(len(shown)) - 1))
        begin = page * PAGE_SIZE
        falling = [-one.value for one in shown]
        entries = shown[begin : begin + PAGE_SIZE]
        own = next((one for one in everybody if one.of.member_id == member_id), None)
        better = bisect_left(falling, -own.value) if own else 0
        return _Page(
            page,
            len(shown),
            entries,
            [bisect_left(falling, -one.value) + 1 for one in entries],
            (own, better + 1) if own else None,
            shown[better - 1] if better else None,
            own is not None and any(one.value == own.value and one.of.member_id != member_id for one in shown),
        )


def _pages(size: int) -> int:
    return max(1, -(-size // PAGE_SIZE))


async def lines_of(store: Store, guild_id: int, entries: Sequence[Entry], on_page: Sequence[int]) -> list[BoardLine]:
    """Entries with their places, and the names and avatars of their members."""
    faces = await members.faces(store, guild_id, [entry.of.member_id for entry in entries])
    return [
        BoardLine(place, entry.of.member_id, faces.get(entry.of.member_id, Face("someone")), entry.of)
        for entry, place in zip(entries, on_page, strict=True)
    ]
