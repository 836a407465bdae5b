"""`/leaderboard`: this server's members by what a board counts, seasons that are over too; always one's own place."""

import hashlib
from collections.abc import Iterable
from datetime import tzinfo
from typing import Literal

import discord
from discord import app_commands

from bot.clock import utc
from bot.errors import UserError
from bot.facts import Code, fact
from bot.model.boards import Improved, InARow, Rated, Total
from bot.model.seasons import HeldSeason
from bot.packs.library import SectionRef
from bot.quiz.board.improvement import IMPROVED_FROM, WINDOW_DAYS
from bot.quiz.board.points import POINTS_FOR_RIGHT
from bot.quiz.board.ranking import ACCURACY_FROM, BY_PERIOD, OF_A_SECTION, BoardKind
from bot.quiz.board.rating import SETTLED_FROM, START_SHOWN
from bot.quiz.calendar.periods import Period
from bot.services.board.boards import Board, BoardLine, Boards, Wanted
from bot.services.member.presence import Presence
from bot.services.server.servers import Servers
from bot.ui import ids
from bot.ui.layouts import BLURPLE, RULE, Block, Button, Pick, Row, Screen
from bot.ui.lesson.lessons import section_choices
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
    BoardKind.STREAK: "Streak",
    BoardKind.IMPROVED: "Most improved",
}
KINDS_A_ROW = 3
COUNTS = {
    BoardKind.POINTS: f"Points: {POINTS_FOR_RIGHT} for a right answer to a question that was new or due, and what the "
    "first three of a competition get on top.",
    BoardKind.COMPETITION: "Competitions: the points of answers in competitions, and what the first three of each get "
    "on top.",
    BoardKind.ACCURACY: f"Accuracy: the share of right answers, from {ACCURACY_FROM} answers on.",
    BoardKind.RATING: f"Rating: how strong your results in competitions are, and against whom. It begins at "
    f"{START_SHOWN:,} and is careful: you are at least that good. ± is how far off the estimate behind it may still be; "
    f"it shrinks with every game, and before {SETTLED_FROM} games a rating is *settling*.",
    BoardKind.STREAK: "Streak: days in a row with an answer in this server. One missed day a week is forgiven.",
    BoardKind.IMPROVED: f"Most improved: how much more is right at first sight in the last {WINDOW_DAYS} days than in the "
    f"{WINDOW_DAYS} before, by what is all but certain of the rise; from {IMPROVED_FROM} questions new to you in each.",
}
NOBODY = {
    BoardKind.POINTS: "Nobody has answered a question in this time yet. `/quiz` puts you first.",
    BoardKind.COMPETITION: "Nobody has answered in a competition in this time yet. `/compete` opens one.",
    BoardKind.ACCURACY: f"Nobody has given {ACCURACY_FROM} answers in this time yet.",
    BoardKind.RATING: "No competition in which two or more answered has ended here yet. `/compete` opens one.",
    BoardKind.STREAK: "Nobody has a streak here now. An answer in `/quiz` begins one.",
    BoardKind.IMPROVED: "Nobody has met enough new questions in both months and done better in the second yet.",
}
NOT_YET = {
    BoardKind.POINTS: "not on this board yet. An answer in `/quiz` puts you on it.",
    BoardKind.COMPETITION: "not on this board yet. An answer in a competition puts you on it.",
    BoardKind.RATING: "not on this board yet. A competition in which two or more answer puts you on it.",
    BoardKind.STREAK: "not on this board now. An answer in `/quiz` begins a streak.",
    BoardKind.IMPROVED: f"not on this board. It takes {IMPROVED_FROM} questions that are new to you in each of both "
    "months, and more of them right in the second.",
}
MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}


class LeaderboardFeature:
    """The command, and what its buttons do."""

    def __init__(self, boards: Boards, servers: Servers, presence: Presence) -> None:
        self._boards = boards
        self._servers = servers
        self._presence = presence

    def add_to(self, tree: app_commands.CommandTree, router: Router, desk: Desk) -> None:
        """Register the command and its actions."""

        @tree.command(name="leaderboard", description="Who stands where in this server, and where you stand")
        @app_commands.describe(
            board="What counts; without it, points",
            period="Which stretch of time counts; without it, all time",
            section="Only one section counts, for points and accuracy",
        )
        @app_commands.guild_only()
        async def leaderboard(
            interaction: discord.Interaction,
            board: Literal["points", "competition", "accuracy", "rating", "streak", "improved"] = "points",
            period: Literal["week", "month", "season", "all"] = "all",
            section: str | None = None,
        ) -> None:
            await desk.serve(interaction, lambda reply: self._open(reply, board, period, section), private=False)

        @leaderboard.autocomplete("section")
        async def sections(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return section_choices(self._servers.library(interaction.guild_id), typed, courses=False)

        router.add("board.show", self._turn, page=True)
        router.add("board.seasons", self._season, page=True)
        router.add("board.past", self._past, new=True)

    async def _open(self, reply: Reply, kind: str, period: str, section: str | None) -> None:
        if kind not in list(BoardKind):
            raise UserError(fact(Code.NO_SUCH_BOARD))
        if period not in TITLES:
            raise UserError(fact(Code.NO_SUCH_PERIOD))
        guild_id = _server(reply)
        ref = self._servers.library(guild_id).find_section(section) if section else None
        if ref and kind not in OF_A_SECTION:
            raise UserError(fact(Code.NOT_BY_SECTION))
        wanted = Wanted(BoardKind(kind), Period(period), section=ref.key if ref else "")
        board = await self._find(reply, wanted)
        await reply.show(self._screen(reply, board, wanted), private=board.hidden)

    async def _turn(
        self, reply: Reply, owner: str, kind: str, period: str, page: str, _place: str, section: str = ""
    ) -> None:
        if kind not in list(BoardKind) or not (period in TITLES or period.isdecimal()):
            raise ids.stale()
        whose, number = ids.number(owner), ids.number(page)
        key = self._section(_server(reply), section).key if section else ""
        if period in TITLES:
            wanted = Wanted(BoardKind(kind), Period(period), section=key)
        else:
            wanted = Wanted(BoardKind(kind), Period.SEASON, ids.number(period), key)
        await self._answer(reply, whose, wanted, number)

    async def _season(self, reply: Reply, owner: str, kind: str, section: str, chosen: str) -> None:
        """An earlier season was picked from the menu."""
        if kind not in list(BoardKind):
            raise ids.stale()
        whose, season_ms = ids.number(owner), ids.number(chosen)
        key = self._section(_server(reply), section).key if section else ""
        known = BoardKind(kind) if kind in BY_PERIOD else BoardKind.POINTS
        await self._answer(reply, whose, Wanted(known, Period.SEASON, season_ms, key), 0)

    async def _past(self, reply: Reply, started: str) -> None:
        """The whole board of a season whose result was posted."""
        wanted = Wanted(BoardKind.POINTS, Period.SEASON, ids.number(started))
        await reply.show(self._screen(reply, await self._find(reply, wanted), wanted))

    async def _answer(self, reply: Reply, whose: int, wanted: Wanted, page: int) -> None:
        board = await self._find(reply, wanted, page)
        screen = self._screen(reply, board, wanted)
        if whose == reply.member_id and not (board.hidden and _is_public(reply)):
            await reply.update(screen)
        else:  # somebody else's board stays as it is; they get a copy with their own place
            await reply.show(screen)

    async def _find(self, reply: Reply, wanted: Wanted, page: int = 0) -> Board:
        guild_id = _server(reply)
        board = await self._boards.find(guild_id, reply.member_id, wanted, page)
        self._presence.shown(guild_id, [line.member_id for line in board.lines])
        return board

    def _section(self, guild_id: int, token: str) -> SectionRef:
        found = next((ref for ref in self._servers.library(guild_id).sections if section_token(ref.key) == token), None)
        if found is None:
            raise ids.stale()
        return found

    def _screen(self, reply: Reply, board: Board, wanted: Wanted) -> Screen:
        library = self._servers.library(reply.interaction.guild_id)
        titles = (library.title(ref) for ref in library.sections if board.section and ref.key == board.section)
        return board_screen(board, reply.member_id, wanted, next(titles, ""))


def _server(reply: Reply) -> int:
    if reply.interaction.guild_id is None:
        raise UserError(fact(Code.BOARD_NEEDS_SERVER))
    return reply.interaction.guild_id


def _is_public(reply: Reply) -> bool:
    message = reply.interaction.message
    return message is not None and not message.flags.ephemeral


def section_token(key: str) -> str:
    """A section's name in a custom id, which has no room for long ones."""
    return hashlib.blake2s(key.encode(), digest_size=4).hexdigest()


def board_screen(board: Board, owner: int, asked: Wanted, section_title: str = "") -> Screen:
    """One page of the board, the member's own line, and the ways to turn it."""
    of = f" · {section_title}" if section_title else ""
    when = f" · {season_days(board.season, board.zone)}" if board.season else f" · {TITLES[board.period]}"
    head = (
        f"## Leaderboard{when if board.kind in BY_PERIOD else f' · {KINDS[board.kind]}'}{of}\n-# {COUNTS[board.kind]}"
    )
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
    token = section_token(board.section) if board.section else ""
    shown_period = str(board.season.started_ms) if board.season else str(board.period)

    def turn(label: str, place: str, kind: BoardKind, period: str, page: int = 0, *, disabled: bool = False) -> Button:
        end = (token,) if token else ()
        return Button(label, ids.encode("board.show", owner, kind, period, page, place, *end), disabled=disabled)

    kinds = OF_A_SECTION if board.section else tuple(BoardKind)
    for some in (kinds[first : first + KINDS_A_ROW] for first in range(0, len(kinds), KINDS_A_ROW)):
        blocks.append(Row([turn(KINDS[k], "board", k, shown_period, disabled=k is board.kind) for k in some]))
    if board.kind in BY_PERIOD:
        periods = [p for p in Period if p is not Period.SEASON or board.season_ends_ms is not None]
        blocks.append(Row([turn(TITLES[p], "period", board.kind, p, disabled=shown_period == p) for p in periods]))
        if board.seasons:
            menu = ids.encode("board.seasons", owner, board.kind, token)
            blocks.append(Pick(menu, "Earlier seasons…", list(_choices(board)), (shown_period,)))
    if board.pages > 1:
        before, after = max(0, board.page - 1), board.page + 1
        blocks.append(
            Row(
                [
                    turn("◀ Previous", "before", board.kind, shown_period, before, disabled=board.page == 0),
                    turn("Next ▶", "after", board.kind, shown_period, after, disabled=after >= board.pages),
                ]
            )
        )
    return Screen(blocks, BLURPLE)


def _choices(board: Board) -> Iterable[tuple[str, str, str]]:
    for season in board.seasons:
        yield season_days(season, board.zone), str(season.started_ms), ""


def season_days(season: HeldSeason, zone: tzinfo) -> str:
    """From which day to which a season went, by the server's clocks."""
    first, last = (utc(ms).astimezone(zone) for ms in (season.started_ms, season.ends_ms))
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%B}{year} to {last.day} {last:%B %Y}"


def _remark(board: Board, asked: Wanted) -> str:
    if board.kind is BoardKind.RATING:
        return "" if asked.period is Period.ALL else "A rating comes from all games here, whenever they were."
    if board.kind not in BY_PERIOD:
        return "Counted anew every ten minutes."
    if asked.season_ms is not None:
        return "This season is over." if board.season else "That season is not kept any more, so this is all time."
    if asked.period is Period.SEASON and board.period is not Period.SEASON:
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
    return f"{place_and_name(line, kind, own=own)} · {_value(line, kind)}"


def place_and_name(line: BoardLine, kind: BoardKind = BoardKind.POINTS, *, own: bool = False) -> str:
    """How a line begins: the medal (none for a zero), the place, the name made safe."""
    won = not isinstance(line.of, Total) or (line.of.correct if kind is BoardKind.ACCURACY else line.of.points) > 0
    place = (MEDALS.get(line.place, "") if won else "") + f" **{line.place:,}.**"
    name = f"**{safe(line.name)}**" if own else safe(line.name)
    return f"{place.strip()} {name}"


def _value(line: BoardLine, kind: BoardKind) -> str:
    if isinstance(line.of, Rated):
        rating = line.of.rating
        games = "1 game" if rating.games == 1 else f"{rating.games:,} games"
        return f"{rating.shown:,} ± {rating.unsure:,} · {games}" + (" · *settling*" if rating.settling else "")
    if isinstance(line.of, InARow):
        streak = line.of.streak
        days = "1 day" if streak.days == 1 else f"{streak.days:,} days"
        return days if streak.today else f"{days}, not yet today"
    if isinstance(line.of, Improved):
        before, now = line.of.improvement.before, line.of.improvement.now
        return f"{before.share:.0%} → {now.share:.0%} · {before.answers} and {now.answers} new questions"
    right = f"{line.of.correct:,} of {line.of.answers:,} right"
    if kind is BoardKind.ACCURACY:
        return f"{100 * line.of.correct / line.of.answers:.1f} % · {right}"
    return f"{line.of.points:,} points · {right}"
