"""A server's results as tables for its managers."""

import asyncio
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from bot.clock import Clock, utc
from bot.errors import NotFound
from bot.model.boards import Total
from bot.packs.library import LibraryOf
from bot.quiz.board.ranking import places
from bot.quiz.calendar.periods import Period, period_key
from bot.services.board.boards import lines_of
from bot.storage import exports, servers
from bot.storage.exports import MOST_ROWS
from bot.storage.store import Store

Cell = str | int | float


class Export(StrEnum):
    """What `/studyhall export what` offers."""

    POINTS = "points"
    COMPETITIONS = "competitions"
    ANSWERS = "answers"


class Table(NamedTuple):
    """Rows below a head; ``cut`` says that there were more than anybody can take along at once."""

    what: Export
    period: Period
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    cut: bool


class Exports:
    """What `/studyhall export` does."""

    def __init__(self, store: Store, clock: Clock, library_of: LibraryOf) -> None:
        self._store = store
        self._clock = clock
        self._library_of = library_of

    async def table(self, guild_id: int, what: Export, period: Period) -> Table:
        """Points and answers of a period (without seasons, that of seasons is all time); competitions are all of them."""
        server = await servers.load(self._store, guild_id)
        key = period_key(period, self._clock.now_ms(), server.zone, server.season)
        if key is None:
            period, key = Period.ALL, "all"
        if what is Export.POINTS:
            head, rows = await self._points(guild_id, key)
        elif what is Export.ANSWERS:
            head, rows = await self._answers(guild_id, key)
        else:
            period = Period.ALL
            found = await exports.competitions(self._store, guild_id)
            head = ("competition", "ended", "course", "place", "name", "member", "score", "right", "answered", "bonus")
            numbers = member_numbers(one.member_id for one in found)
            rows = [
                (
                    one.competition_id,
                    f"{utc(one.ended_ms).astimezone(server.zone):%Y-%m-%d %H:%M}",
                    one.pack_id,
                    one.place,
                    one.name or "someone",
                    numbers[one.member_id],
                    one.score,
                    one.right,
                    one.answered,
                    one.bonus,
                )
                for one in found
            ]
        return Table(what, period, head, rows[:MOST_ROWS], len(rows) > MOST_ROWS)

    async def _points(self, guild_id: int, key: str) -> tuple[Sequence[str], list[Sequence[Cell]]]:
        entries = await exports.points(self._store, guild_id, key)
        by_value = places([entry.value for entry in entries], 0, 1)
        lines = await lines_of(self._store, guild_id, entries, by_value)
        numbers = member_numbers(line.member_id for line in lines)
        rows: list[Sequence[Cell]] = [
            (line.place, line.name, numbers[line.member_id], total.points, total.answers, total.correct)
            for line in lines
            if isinstance(total := line.of, Total)
        ]
        return ("place", "name", "member", "points", "answers", "right"), rows

    async def _answers(self, guild_id: int, key: str) -> tuple[Sequence[str], list[Sequence[Cell]]]:
        found = await exports.answers(self._store, guild_id, key)
        titles = {one.section: self._title(guild_id, one.section) for one in found}
        numbers = member_numbers(one.member_id for one in found)
        rows: list[Sequence[Cell]] = await asyncio.to_thread(
            lambda: [
                (numbers[o.member_id], o.name or "someone", titles[o.section], o.answers, o.right, o.points)
                for o in found
            ]
        )
        return ("member", "name", "section", "answers", "right", "points"), rows

    def _title(self, guild_id: int, key: str) -> str:
        pack_id, _, section_id = key.partition("/")
        library = self._library_of(guild_id)
        try:
            return library.title(library.section(pack_id, section_id))
        except NotFound:
            return key


def member_numbers(member_ids: Iterable[int]) -> dict[int, int]:
    """What tells members of one name apart in a file: a number, by their order there, that says nothing of them."""
    return {member_id: number for number, member_id in enumerate(dict.fromkeys(member_ids), 1)}
