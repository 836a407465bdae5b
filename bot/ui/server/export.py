"""`/studyhall export`: a server's results as a file for a spreadsheet, for its managers alone."""

import asyncio
from collections.abc import Sequence
from typing import Literal

import discord
from discord import app_commands

from bot.errors import UserError
from bot.facts import Code, fact
from bot.quiz.calendar.periods import Period
from bot.services.server.exports import Cell, Export, Exports, Table
from bot.ui.board.leaderboard import TITLES
from bot.ui.layouts import BLURPLE, Download, Screen, note
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router
from bot.ui.server.managers import managed
from bot.ui.sheets import sheet

MOST_BYTES = 9_000_000
"""What Discord takes as a file, with some room."""
WORDS = {
    Export.POINTS: "The points board: place, name, points, answers, right answers.",
    Export.COMPETITIONS: "Every finished competition, newest first, with each player's place.",
    Export.ANSWERS: "How many answers each member gave in each section, how many were right, and the points.",
}


class ExportFeature:
    """The command."""

    def __init__(self, exports: Exports) -> None:
        self._exports = exports

    def add_to(self, group: app_commands.Group, router: Router, desk: Desk) -> None:
        """Register the command."""

        @group.command(name="export", description="Results as a file for a spreadsheet: points, competitions, answers")
        @app_commands.describe(what="Which results", period="For points and answers: which period")
        async def export(
            interaction: discord.Interaction,
            what: Literal["points", "competitions", "answers"],
            period: Literal["week", "month", "season", "all"] = "all",
        ) -> None:
            await desk.serve(interaction, lambda reply: self._export(reply, what, period))

    async def _export(self, reply: Reply, what: str, period: str) -> None:
        guild_id = managed(reply)
        if what not in list(Export):
            raise UserError(fact(Code.NO_SUCH_TABLE))
        if period not in TITLES:
            raise UserError(fact(Code.NO_SUCH_PERIOD))
        table = await self._exports.table(guild_id, Export(what), Period(period))
        if not table.rows:
            await reply.show(note("There is nothing to export yet: nobody answered in this period."))
            return
        # In a thread: tens of thousands of rows take a moment.
        text, rows = await asyncio.to_thread(fitting, table.head, table.rows, MOST_BYTES)
        await reply.show(export_screen(table, text, rows))


def fitting(head: Sequence[str], rows: Sequence[Sequence[Cell]], most_bytes: int) -> tuple[str, int]:
    """The table as a file of at most so many bytes, and how many of its rows are in it, from the top."""
    count = len(rows)
    while True:
        text = sheet(head, rows[:count])
        size = len(text.encode())
        if size <= most_bytes or not count:
            return text, count
        count = min(count - 1, count * most_bytes // size)


def export_screen(table: Table, text: str, rows: int) -> Screen:
    """The file, with what is in it and what is not."""
    when = "" if table.what is Export.COMPETITIONS else f" · {TITLES[table.period]}"
    lines = [f"## Results{when}\n{WORDS[table.what]}"]
    if table.cut or rows < len(table.rows):
        lines.append(f"**Cut**: only the first {rows:,} rows are in it, because Discord limits the file size.")
    small = "Only you see this."
    if table.what is not Export.COMPETITIONS:
        small += " Members who hide from boards or left are not in it."
    lines.append(f"-# {small} Names are as last seen. No file has questions or keys in it.")
    name = f"studyhall-{table.what}" + ("" if table.what is Export.COMPETITIONS else f"-{table.period}")
    return Screen(["\n".join(lines), Download(f"{name}.csv", text)], BLURPLE)
