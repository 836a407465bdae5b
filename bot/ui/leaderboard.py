"""`/leaderboard`: this server's members by points, competitions, accuracy or rating, and always one's own place."""

from typing import Literal

import discord
from discord import app_commands

from bot.errors import UserError
from bot.quiz.periods import Period
from bot.quiz.points import POINTS_FOR_RIGHT
from bot.quiz.ranking import ACCURACY_FROM, BoardKind
from bot.quiz.rating import START_SHOWN
from bot.services.boards import Board, BoardLine, Boards
from bot.storage.boards import Rated
from bot.ui import ids
from bot.ui.layouts import BLURPLE, RULE, Block, Button, Row, Screen
from bot.ui.names import safe
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router

TITLES = {
    Period.WEEK: "This week",
    Period.MONTH: "This month",
    Period.SEASON: "This season",
    Period.ALL: "All time",
}
KINDS = {
    BoardKind.POINTS: "Points",
    BoardKind.COMPETITION: "Competitions",
    BoardKind.ACCURACY: "Accuracy",
    BoardKind.RATING: "Rating",
}
COUNTS = {
    BoardKind.POINTS: f"Points: {POINTS_FOR_RIGHT} for a right answer to a question that was new or due, and what the "
    "first three of a competition get on top.",
    BoardKind.COMPETITION: "Competitions: the points of answers in competitions, and what the first three of each get "
    "on top.",
    BoardKind.ACCURACY: f"Accuracy: the share of right answers, from {ACCURACY_FROM} answers on.",
    BoardKind.RATING: f"Rating: how strong your results in competitions are, and against whom. It begins at "
    f"{START_SHOWN:,} and is careful: you are at least that good. ± is how unsure it still is.",
}
NOBODY = {
    BoardKind.POINTS: "Nobody has answered a question in this time yet. `/quiz` puts you first.",
    BoardKind.COMPETITION: "Nobody has answered in a competition in this time yet. `/compete` opens one.",
    BoardKind.ACCURACY: f"Nobody has given {ACCURACY_FROM} answers in this time yet.",
    BoardKind.RATING: "No competition in which two or more answered has ended here yet. `/compete` opens one.",
}
NOT_YET = {
    BoardKind.POINTS: "not on this board yet. An answer in `/quiz` puts you on it.",
    BoardKind.COMPETITION: "not on this board yet. An answer in a competition puts you on it.",
    BoardKind.RATING: "not on this board yet. A competition in which two or more answer puts you on it.",
}
MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}


class LeaderboardFeature:
    """The command, and what its buttons do."""

    def __init__(self, boards: Boards) -> None:
        self._boards = boards

    def add_to(self, tree: app_commands.CommandTree, router: Router, desk: Desk) -> None:
        """Register the command and its actions."""

        @tree.command(name="leaderboard", description="Who stands where in this server, and where you stand")
        @app_commands.describe(
            board="What counts; without it, points", period="Which stretch of time counts; without it, all time"
        )
        @app_commands.guild_only()
        async def leaderboard(
            interaction: discord.Interaction,
            board: Literal["points", "competition", "accuracy", "rating"] = "points",
            period: Literal["week", "month", "season", "all"] = "all",
        ) -> None:
            await desk.serve(interaction, lambda reply: self._open(reply, board, period), private=False)

        router.add("board.show", self._turn)

    async def _open(self, reply: Reply, kind: str, period: str) -> None:
        if kind not in list(BoardKind):
            raise UserError("There is no such board. Pick one from the list.")
        if period not in TITLES:
            raise UserError("There is no such period. Pick one from the list.")
        asked = Period(period)
        board = await self._boards.show(_server(reply), reply.member_id, asked, kind=BoardKind(kind))
        await reply.show(board_screen(board, reply.member_id, asked), private=board.hidden)

    async def _turn(self, reply: Reply, owner: str, kind: str, period: str, page: str, _place: str) -> None:
        if kind not in list(BoardKind) or period not in TITLES:
            raise ids.stale()
        whose, asked = ids.number(owner), Period(period)
        board = await self._boards.show(_server(reply), reply.member_id, asked, ids.number(page), BoardKind(kind))
        screen = board_screen(board, reply.member_id, asked)
        if whose == reply.member_id and not (board.hidden and _is_public(reply)):
            await reply.update(screen)
        else:  # somebody else's board stays as it is; they get a copy with their own place
            await reply.show(screen)


def _server(reply: Reply) -> int:
    if reply.interaction.guild_id is None:
        raise UserError("A leaderboard belongs to a server. Use `/leaderboard` there.")
    return reply.interaction.guild_id


def _is_public(reply: Reply) -> bool:
    message = reply.interaction.message
    return message is not None and not message.flags.ephemeral


def board_screen(board: Board, owner: int, asked: Period | None = None) -> Screen:
    """One page of the board, the member's own line, and the ways to turn it."""
    head = f"## Leaderboard · {TITLES[board.period]}\n-# {COUNTS[board.kind]}"
    if remark := _remark(board, asked):
        head += f"\n-# {remark}"
    if board.lines:
        body = "\n".join(_line(line, board.kind, own=line.member_id == owner) for line in board.lines)
    else:
        body = NOBODY[board.kind]
    blocks: list[Block] = [head, body]
    if own := _own(board):
        blocks += [RULE, f"**Your place**: {own}"]
    if board.pages > 1:
        blocks.append(f"-# Page {board.page + 1} of {board.pages} · {board.members:,} members")

    def turn(
        label: str, place: str, kind: BoardKind, period: Period, page: int = 0, *, disabled: bool = False
    ) -> Button:
        return Button(label, ids.encode("board.show", owner, kind, period, page, place), disabled=disabled)

    blocks.append(Row([turn(KINDS[k], "board", k, board.period, disabled=k is board.kind) for k in BoardKind]))
    if board.kind is not BoardKind.RATING:
        periods = [p for p in Period if p is not Period.SEASON or board.season_ends_ms is not None]
        blocks.append(Row([turn(TITLES[p], "period", board.kind, p, disabled=p is board.period) for p in periods]))
    if board.pages > 1:
        before, after = max(0, board.page - 1), board.page + 1
        blocks.append(
            Row(
                [
                    turn("◀ Previous", "before", board.kind, board.period, before, disabled=board.page == 0),
                    turn("Next ▶", "after", board.kind, board.period, after, disabled=after >= board.pages),
                ]
            )
        )
    return Screen(blocks, BLURPLE)


def _remark(board: Board, asked: Period | None) -> str:
    if board.kind is BoardKind.RATING:
        return "" if asked in (None, Period.ALL) else "A rating comes from all games here, whenever they were."
    if asked is Period.SEASON and board.period is not Period.SEASON:
        return "There are no seasons here, so this is all time. A manager begins them in `/studyhall setup`."
    if board.period is Period.SEASON and board.season_ends_ms is not None:
        return f"It ends <t:{board.season_ends_ms // 1000}:R>."
    return ""


def _own(board: Board) -> str:
    if board.own:
        hidden = "\n-# You hide from boards: nobody else sees this line. `/settings` changes that."
        return _line(board.own, board.kind, own=True) + (hidden if board.hidden else "")
    if board.kind is BoardKind.ACCURACY:
        more = "1 more answer puts" if board.missing == 1 else f"{board.missing} more answers put"
        return f"{more} you on this board."
    return NOT_YET[board.kind] if board.lines else ""


def _line(line: BoardLine, kind: BoardKind, *, own: bool) -> str:
    place = MEDALS.get(line.place, "") + f" **{line.place:,}.**"
    name = f"**{safe(line.name)}**" if own else safe(line.name)
    return f"{place.strip()} {name} · {_value(line, kind)}"


def _value(line: BoardLine, kind: BoardKind) -> str:
    if isinstance(line.of, Rated):
        rating = line.of.rating
        games = "1 game" if rating.games == 1 else f"{rating.games:,} games"
        return f"{rating.shown:,} ± {rating.unsure:,} · {games}"
    right = f"{line.of.correct:,} of {line.of.answers:,} right"
    if kind is BoardKind.ACCURACY:
        return f"{100 * line.of.correct / line.of.answers:.1f} % · {right}"
    return f"{line.of.points:,} points · {right}"
