"""`/leaderboard`: this server's members by points, and always one's own place."""

from typing import Literal

import discord
from discord import app_commands

from bot.errors import UserError
from bot.quiz.periods import Period
from bot.services.boards import Board, BoardLine, Boards
from bot.ui import ids
from bot.ui.layouts import BLURPLE, RULE, Block, Button, Row, Screen
from bot.ui.names import safe
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router

TITLES = {Period.WEEK: "This week", Period.MONTH: "This month", Period.ALL: "All time"}
MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}


class LeaderboardFeature:
    """The command, and what its buttons do."""

    def __init__(self, boards: Boards) -> None:
        self._boards = boards

    def add_to(self, tree: app_commands.CommandTree, router: Router, desk: Desk) -> None:
        """Register the command and its actions."""

        @tree.command(name="leaderboard", description="Who has the most points in this server, and where you stand")
        @app_commands.describe(period="Which stretch of time counts; without it, all time")
        @app_commands.guild_only()
        async def leaderboard(
            interaction: discord.Interaction, period: Literal["week", "month", "all"] = "all"
        ) -> None:
            await desk.serve(interaction, lambda reply: self._open(reply, period), private=False)

        router.add("board.show", self._turn)

    async def _open(self, reply: Reply, period: str) -> None:
        if period not in TITLES:
            raise UserError("There is no such period. Pick one from the list.")
        board = await self._boards.show(_server(reply), reply.member_id, Period(period))
        await reply.show(board_screen(board, reply.member_id), private=False)

    async def _turn(self, reply: Reply, owner: str, period: str, page: str, _place: str) -> None:
        if period not in TITLES:
            raise ids.stale()
        whose = ids.number(owner)
        board = await self._boards.show(_server(reply), reply.member_id, Period(period), ids.number(page))
        if whose == reply.member_id:
            await reply.update(board_screen(board, reply.member_id))
        else:  # somebody else's board stays as it is; they get a copy with their own place
            await reply.show(board_screen(board, reply.member_id))


def _server(reply: Reply) -> int:
    if reply.interaction.guild_id is None:
        raise UserError("A leaderboard belongs to a server. Use `/leaderboard` there.")
    return reply.interaction.guild_id


def board_screen(board: Board, owner: int) -> Screen:
    """One page of the board, the member's own line, and the ways to turn it."""
    heading = f"## Leaderboard · {TITLES[board.period]}"
    if board.lines:
        body = "\n".join(_line(line, own=line.member_id == owner) for line in board.lines)
    else:
        body = "Nobody has answered a question in this time yet. `/quiz` puts you first."
    blocks: list[Block] = [heading, body]
    if board.own:
        blocks += [RULE, f"**Your place**: {_line(board.own, own=True)}"]
    elif board.lines:
        blocks += [RULE, "**Your place**: not on this board yet. An answer in `/quiz` puts you on it."]
    if board.pages > 1:
        blocks.append(f"-# Page {board.page + 1} of {board.pages} · {board.members:,} members")

    def turn(label: str, place: str, period: Period, page: int, *, disabled: bool = False) -> Button:
        return Button(label, ids.encode("board.show", owner, period.value, page, place), disabled=disabled)

    blocks.append(Row([turn(TITLES[p], "period", p, 0, disabled=p is board.period) for p in Period]))
    if board.pages > 1:
        blocks.append(
            Row(
                [
                    turn("◀ Previous", "before", board.period, max(0, board.page - 1), disabled=board.page == 0),
                    turn("Next ▶", "after", board.period, board.page + 1, disabled=board.page + 1 >= board.pages),
                ]
            )
        )
    return Screen(blocks, BLURPLE)


def _line(line: BoardLine, *, own: bool) -> str:
    place = MEDALS.get(line.place, "") + f" **{line.place:,}.**"
    name = f"**{safe(line.name)}**" if own else safe(line.name)
    return f"{place.strip()} {name} · {line.points:,} points · {line.correct} of {line.answers} right"
