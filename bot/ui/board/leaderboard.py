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
from bot.quiz.board.points import BONUSES, POINTS_FOR_RIGHT
from bot.quiz.board.ranking import ACCURACY_FROM, BY_PERIOD, OF_A_SECTION, BoardKind
from bot.quiz.board.rating import SETTLED_FROM, START_SHOWN
from bot.quiz.calendar.periods import Period
from bot.services.board.boards import Board, BoardLine, Boards, Wanted
from bot.services.member.presence import Presence
from bot.services.practice.practising import Learner
from bot.services.server.servers import Servers
from bot.ui import ids
from bot.ui.faces import with_face
from bot.ui.layouts import BLURPLE, RULE, Block, Button, Pick, Row, Screen
from bot.ui.lesson.lessons import section_choices
from bot.ui.marks import medal as medal_of
from bot.ui.names import safe
from bot.ui.reach import server_of
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router
from bot.wording import counted, ordinal

TITLES = {
    Period.WEEK: "This week",
    Period.MONTH: "This month",
    Period.SEASON: "This season",
    Period.ALL: "All time",
}
KINDS = {
    BoardKind.POINTS: "Study points",
    BoardKind.COMPETITION: "Points from competitions",
    BoardKind.ACCURACY: "Accuracy",
    BoardKind.RATING: "Rating",
    BoardKind.STREAK: "Streak",
    BoardKind.IMPROVED: "Most improved",
}
IN_SHORT = {
    BoardKind.POINTS: "Right answers to new or due questions",
    BoardKind.COMPETITION: "Study points earned in competitions",
    BoardKind.ACCURACY: "Share of right answers",
    BoardKind.RATING: "Strength in competitions",
    BoardKind.STREAK: "Days in a row with an answer",
    BoardKind.IMPROVED: "Rise in first-try accuracy",
}
_FIRST, _SECOND, _THIRD = BONUSES
COUNTS = {
    BoardKind.POINTS: f"Study points: {POINTS_FOR_RIGHT} for a right answer to a question that is new or due for you, plus "
    f"{_FIRST}, {_SECOND} and {_THIRD} for the top three of a competition.",
    BoardKind.COMPETITION: f"Study points earned in competitions, with {_FIRST}, {_SECOND} and {_THIRD} for the top three.",
    BoardKind.ACCURACY: f"The share of right answers. It takes {ACCURACY_FROM} answers to be listed.",
    BoardKind.RATING: f"Your strength in competitions, given who you played. It starts at {START_SHOWN:,} and is careful: "
    f"you're at least that good. ± shows how uncertain it still is; under {SETTLED_FROM} games it is *settling*.",
    BoardKind.STREAK: "Days in a row with an answer in this server. One missed day a week is forgiven.",
    BoardKind.IMPROVED: f"Rise in first-try accuracy: the last {WINDOW_DAYS} days against the {WINDOW_DAYS} before. It takes "
    f"{IMPROVED_FROM} new questions in each, and the surest rise comes first.",
}
NOBODY = {
    BoardKind.POINTS: "No answers in this period yet. Be the first: </quiz:0>",
    BoardKind.COMPETITION: "No answers in a competition in this period yet. Open one: </compete:0>",
    BoardKind.ACCURACY: f"Nobody has given {ACCURACY_FROM} answers in this period yet. Get there first: </quiz:0>",
    BoardKind.RATING: "No competition with two or more players has ended here yet. Open one: </compete:0>",
    BoardKind.STREAK: "Nobody has a streak here right now. Start one: </quiz:0>",
    BoardKind.IMPROVED: "Nobody has answered enough new questions in both months and improved yet.",
}
NOT_YET = {
    BoardKind.POINTS: "An answer in </quiz:0> puts you on it.",
    BoardKind.COMPETITION: "An answer in a competition puts you on it.",
    BoardKind.RATING: "A competition with two or more players puts you on it.",
    BoardKind.STREAK: "An answer in </quiz:0> starts a streak.",
    BoardKind.IMPROVED: f"It takes {IMPROVED_FROM} questions that are new to you in each of the two months, and more of them "
    "right in the second.",
}
MOST_LEADERS = 3
"""So many who share the first place are shown with their avatars."""


class LeaderboardFeature:
    """The command, and what its buttons do."""

    def __init__(self, boards: Boards, servers: Servers, presence: Presence) -> None:
        self._boards = boards
        self._servers = servers
        self._presence = presence

    def add_to(self, tree: app_commands.CommandTree, router: Router, desk: Desk) -> None:
        """Register the command and its actions."""

        @tree.command(name="leaderboard", description="This server's leaderboard, and your own place on it")
        @app_commands.describe(
            board="What counts (default: points)",
            period="Which period counts (default: all time)",
            section="Count one section only (for points and accuracy)",
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
            return section_choices(self._servers.library(server_of(interaction)), typed, courses=False)

        router.add("board.show", self._turn, page=True)
        router.add("board.kind", self._pick_kind, page=True)
        router.add("board.period", self._pick_period, page=True)
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
        whose, number = ids.number(owner), ids.number(page)
        await self._answer(reply, whose, self._wanted(reply, kind, period, section), number)

    async def _pick_kind(self, reply: Reply, owner: str, period: str, section: str, kind: str) -> None:
        await self._answer(reply, ids.number(owner), self._wanted(reply, kind, period, section), 0)

    async def _pick_period(self, reply: Reply, owner: str, kind: str, section: str, period: str) -> None:
        await self._answer(reply, ids.number(owner), self._wanted(reply, kind, period, section), 0)

    def _wanted(self, reply: Reply, kind: str, period: str, section: str) -> Wanted:
        """The board that a custom id names; a period is one of now, or when an earlier season began."""
        if kind not in list(BoardKind):
            raise ids.stale()
        key = self._section(_server(reply), section).key if section else ""
        if period in TITLES:
            return Wanted(BoardKind(kind), Period(period), section=key)
        return Wanted(BoardKind(kind), Period.SEASON, ids.number(period), key)

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
        library = self._servers.library(reply.server_id)
        titles = (library.title(ref) for ref in library.sections if board.section and ref.key == board.section)
        return board_screen(board, reply.learner, wanted, next(titles, ""))


def _server(reply: Reply) -> int:
    if reply.server_id is None:
        raise UserError(fact(Code.BOARD_NEEDS_SERVER))
    return reply.server_id


def _is_public(reply: Reply) -> bool:
    message = reply.interaction.message
    return message is not None and not message.flags.ephemeral


def section_token(key: str) -> str:
    """A section's name in a custom id, which has no room for long ones."""
    return hashlib.blake2s(key.encode(), digest_size=4).hexdigest()


def board_screen(board: Board, owner: Learner, asked: Wanted, section_title: str = "") -> Screen:
    """One page of the board, the place of the member who asked, and two menus to choose another board."""
    blocks: list[Block] = [_head(board, section_title), *_lines(board, owner.member_id)]
    blocks.append(f"-# {COUNTS[board.kind]}" + (f"\n-# {remark}" if (remark := _remark(board, asked)) else ""))
    if own := _own(board, safe(owner.name)):
        blocks += [RULE, own]
    if board.pages > 1:
        blocks.append(f"-# Page {board.page + 1} of {board.pages} · {board.members:,} members")
    token = section_token(board.section) if board.section else ""
    period = str(board.season.started_ms) if board.season else str(board.period)
    kinds = OF_A_SECTION if board.section else tuple(BoardKind)
    by_kind = ids.encode("board.kind", owner.member_id, period, token)
    blocks.append(Pick(by_kind, "Which board?", [(KINDS[k], k, IN_SHORT[k]) for k in kinds], (board.kind,)))
    if board.kind in BY_PERIOD:
        by_period = ids.encode("board.period", owner.member_id, board.kind, token)
        blocks.append(Pick(by_period, "Which period?", list(_periods(board)), (period,)))
    if board.pages > 1:

        def turn(label: str, place: str, page: int, *, disabled: bool) -> Button:
            end = (token,) if token else ()
            custom_id = ids.encode("board.show", owner.member_id, board.kind, period, page, place, *end)
            return Button(label, custom_id, disabled=disabled)

        before, after = max(0, board.page - 1), board.page + 1
        blocks.append(
            Row(
                [
                    turn("◀ Previous", "before", before, disabled=board.page == 0),
                    turn("Next ▶", "after", after, disabled=after >= board.pages),
                ]
            )
        )
    return Screen(blocks, BLURPLE)


def _head(board: Board, section_title: str) -> str:
    if board.kind not in BY_PERIOD:
        when = KINDS[board.kind]
    else:
        when = season_days(board.season, board.zone) if board.season else TITLES[board.period]
    return f"## Leaderboard · {when}" + (f" · {section_title}" if section_title else "")


def _lines(board: Board, owner: int) -> list[Block]:
    """The page's lines; whoever leads has their avatar beside theirs."""
    if not board.lines:
        return [NOBODY[board.kind]]
    leaders = [line for line in board.lines[:MOST_LEADERS] if line.place == 1 and _counts(line, board.kind)]
    blocks: list[Block] = [
        with_face(f"{_line(one, board.kind, owner)}\n-# {_detail(one, board.kind)}", one.member_id, one.face)
        for one in leaders
    ]
    if rest := board.lines[len(leaders) :]:
        blocks.append("\n".join(_line(line, board.kind, owner) for line in rest))
    return blocks


def _periods(board: Board) -> Iterable[tuple[str, str, str]]:
    for period in Period:
        if period is not Period.SEASON or board.season_ends_ms is not None:
            yield TITLES[period], str(period), ""
    for season in board.seasons:
        yield season_days(season, board.zone), str(season.started_ms), "An earlier season"


def season_days(season: HeldSeason, zone: tzinfo) -> str:
    """From which day to which a season went, by the server's clocks."""
    first, last = (utc(ms).astimezone(zone) for ms in (season.started_ms, season.ends_ms))
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%B}{year} to {last.day} {last:%B %Y}"


def _remark(board: Board, asked: Wanted) -> str:
    if board.kind is BoardKind.RATING:
        return "" if asked.period is Period.ALL else "Ratings count every game played here, old or new."
    if board.kind not in BY_PERIOD:
        return "Updated every ten minutes."
    if asked.season_ms is not None:
        return "This season is over." if board.season else "That season is no longer stored, so this is all time."
    if asked.period is Period.SEASON and board.period is not Period.SEASON:
        return "This server has no seasons, so this is all time. A manager can start them: </studyhall setup:0>"
    if board.period is Period.SEASON and board.season_ends_ms is not None:
        return f"Season's end: <t:{board.season_ends_ms // 1000}:f>"
    return ""


def _own(board: Board, name: str) -> str:
    """Where the member stands who asked, by name: on a public message everybody reads it."""
    if board.own is None:
        return _not_yet(board, name)
    hidden = "\n-# You're hidden from boards: only you see this line. Change it: </settings:0>" if board.hidden else ""
    of = "" if board.hidden else f" of {board.members:,}"
    behind = _behind(board.own, board.ahead, board.kind) if board.ahead else ""
    place = ordinal(board.own.place)
    stands = f"you share {place} place{of}" if board.shared else f"you're {place}{of}"
    return (
        f"**{name}, {stands}**{behind}\n-# {_value(board.own, board.kind)} · {_detail(board.own, board.kind)}{hidden}"
    )


def _not_yet(board: Board, name: str) -> str:
    if board.kind is BoardKind.ACCURACY:
        more = "1 more answer puts" if board.missing == 1 else f"{board.missing} more answers put"
        return f"**{name}, you're not on this board yet.** {more[0].upper()}{more[1:]} you on it."
    return f"**{name}, you're not on this board yet.** {NOT_YET[board.kind]}" if board.lines else ""


def _behind(own: BoardLine, ahead: BoardLine, kind: BoardKind) -> str:
    """How far the next better member is away, where that is a number that one can catch up with."""
    match own.of, ahead.of:
        case Total(), Total() if kind is not BoardKind.ACCURACY:
            gap = counted(ahead.of.points - own.of.points, "point")
        case Rated(), Rated():
            gap = counted(ahead.of.rating.shown - own.of.rating.shown, "point")
        case InARow(), InARow():
            gap = counted(ahead.of.streak.days - own.of.streak.days, "day")
        case _:
            return f", right behind {safe(ahead.name)}"
    return f", {gap} behind {safe(ahead.name)}"


def _line(line: BoardLine, kind: BoardKind, owner: int) -> str:
    return f"{place_and_name(line, kind, own=line.member_id == owner)} · {_value(line, kind)}"


def place_and_name(line: BoardLine, kind: BoardKind = BoardKind.POINTS, *, own: bool = False) -> str:
    """How a line begins: the medal or else (also for a zero) the place, and the name made safe."""
    medal = medal_of(line.place) if _counts(line, kind) else None
    name = f"**{safe(line.name)}**" if own else safe(line.name)
    return f"{medal or f'**{line.place:,}.**'} {name}"


def _counts(line: BoardLine, kind: BoardKind) -> bool:
    """Whether there is anything to honour in a line."""
    if not isinstance(line.of, Total):
        return True
    return (line.of.correct if kind is BoardKind.ACCURACY else line.of.points) > 0


def _value(line: BoardLine, kind: BoardKind) -> str:
    """What the board orders by."""
    if isinstance(line.of, Rated):
        return f"{line.of.rating.shown:,}" + (" · *settling*" if line.of.rating.settling else "")
    if isinstance(line.of, InARow):
        return counted(line.of.streak.days, "day")
    if isinstance(line.of, Improved):
        return f"{line.of.improvement.before.share:.0%} → {line.of.improvement.now.share:.0%}"
    if kind is BoardKind.ACCURACY:
        return f"{100 * line.of.correct / line.of.answers:.1f} %"
    return counted(line.of.points, "point")


def _detail(line: BoardLine, kind: BoardKind) -> str:
    """What stands behind it, for the first line and one's own."""
    if isinstance(line.of, Rated):
        return f"± {line.of.rating.unsure:,} · {counted(line.of.rating.games, 'game')}"
    if isinstance(line.of, InARow):
        return "today done" if line.of.streak.today else "not yet today"
    if isinstance(line.of, Improved):
        before, now = line.of.improvement.before, line.of.improvement.now
        return f"{before.answers:,}, then {counted(now.answers, 'new question')}"
    return f"{line.of.correct:,} of {line.of.answers:,} right"
