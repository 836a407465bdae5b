"""`/progress`: what one knows, which myths they may believe, and what to do next."""

from collections.abc import Sequence

import discord
from discord import app_commands

from bot.charts.history import alt_text
from bot.errors import NotFound, UserError
from bot.facts import Code, fact
from bot.model.boards import Rated, Total
from bot.quiz.board.ranking import BoardKind
from bot.quiz.calendar.periods import Period
from bot.quiz.practice.mastery import Level, Mastery
from bot.quiz.question.asking import Sureness
from bot.services.board.boards import BoardLine, Boards
from bot.services.demo.charts import ChartDrawer
from bot.services.practice.practising import Practice
from bot.services.practice.progress import MixupView, Next, Progress, ProgressOf, SectionProgress
from bot.ui import ids
from bot.ui.layouts import (
    BLURPLE,
    GREEN,
    RULE,
    Block,
    Button,
    Pick,
    Picture,
    Row,
    Screen,
    bar,
    note,
    unstressed,
)
from bot.ui.lesson.lessons import course_menu
from bot.ui.names import safe
from bot.ui.options import whole
from bot.ui.practice.quiz import current_screen, plan_words
from bot.ui.practice.streaks import streak_words
from bot.ui.reach import anywhere
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router
from bot.wording import counted

MIXUPS_SHOWN = 3
MOST_BARS = 25
"""Of a course with more sections, those that were begun are shown."""
CALIBRATED_FROM = 10
"""Answers of one sureness before it is told how many of them were right."""
BOARDS = {BoardKind.POINTS: "points", BoardKind.ACCURACY: "accuracy", BoardKind.RATING: "rating"}


class ProgressFeature:
    """The command, and what its buttons do."""

    def __init__(
        self, progress: ProgressOf, practice: Practice, boards: Boards, charts: ChartDrawer, demo_titles: dict[str, str]
    ) -> None:
        self._progress = progress
        self._practice = practice
        self._boards = boards
        self._charts = charts
        self._demo_titles = demo_titles

    def add_to(self, tree: app_commands.CommandTree, router: Router, desk: Desk) -> None:
        """Register the command and its actions."""

        @anywhere
        @tree.command(name="progress", description="What you know, which myths you may believe, and what to do next")
        @app_commands.describe(member="Somebody else: you see what leaderboards show")
        async def progress(interaction: discord.Interaction, member: discord.User | None = None) -> None:
            await desk.serve(interaction, lambda reply: self._open(reply, member))

        router.add("progress.course", self._course, page=True)
        router.add("progress.history", self._history, new=True)
        router.add("progress.mixup", self._mixup, new=True)
        router.add("progress.aim", self._aim, new=True)
        router.add("progress.next", self._next, new=True)

    async def _open(self, reply: Reply, member: discord.User | discord.Member | None) -> None:
        if member is not None and not isinstance(member, discord.User | discord.Member):
            raise UserError(fact(Code.NO_SUCH_MEMBER))
        if member is None or member.id == reply.member_id:
            await reply.show(progress_screen(await self._progress.show(reply.learner)))
        else:
            await reply.show(await self._of_another(reply, member))

    async def _course(self, reply: Reply, pack_id: str) -> None:
        await reply.update(progress_screen(await self._progress.show(reply.learner, pack_id)))

    async def _history(self, reply: Reply, pack_id: str) -> None:
        history = await self._progress.history(reply.learner, pack_id)
        if not any(day.right or day.wrong for day in history.days):
            raise UserError(fact(Code.NO_RECENT_ANSWERS))
        drawn = await self._charts.draw(history)
        if drawn is None:
            raise UserError(fact(Code.CHART_NOT_DRAWN))
        await reply.show(Screen([Picture("history.png", drawn, alt_text(history))]))

    async def _mixup(self, reply: Reply, pack_id: str, misconception_id: str) -> None:
        shown = await self._progress.show(reply.learner, pack_id)
        view = next((one for one in shown.mixups if one.misconception.id == misconception_id), None)
        if view is None:
            raise NotFound(fact(Code.MIXUP_GONE))
        in_server = reply.server_id is not None
        await reply.show(mixup_screen(pack_id, view, self._demo_titles if in_server else {}))

    async def _aim(self, reply: Reply, pack_id: str, misconception_id: str) -> None:
        run = await self._progress.aim(reply.learner, pack_id, misconception_id)
        current = await self._practice.current(run.id, reply.member_id)
        await reply.show(current_screen(current, "Questions in which this myth is one of the options."))

    async def _next(self, reply: Reply, pack_id: str) -> None:
        pack_id, ahead = await self._progress.plan(reply.learner, pack_id)
        await reply.show(Screen(_next_blocks(pack_id, ahead), BLURPLE))

    async def _of_another(self, reply: Reply, member: discord.User | discord.Member) -> Screen:
        guild_id = reply.server_id
        if guild_id is None:
            raise UserError(fact(Code.OTHERS_NEED_SERVER))
        lines: list[tuple[BoardKind, BoardLine]] = []
        for kind in BOARDS:
            board = await self._boards.show(guild_id, member.id, Period.ALL, kind=kind)
            if board.own and not board.hidden:
                lines.append((kind, board.own))
        name = safe(whole(member.display_name))
        if not lines:
            return note(f"**{name}** is on no board here, so there is nothing to show. Only you see this.")
        told = "\n".join(f"- {_board_words(kind, line)}" for kind, line in lines)
        return Screen([f"## {name}\n-# What this server's boards show, all time. Only you see this.\n{told}"], BLURPLE)


def _board_words(kind: BoardKind, line: BoardLine) -> str:
    place = f"place **{line.place}** by {BOARDS[kind]}"
    if isinstance(line.of, Rated):
        return f"{place}: {line.of.rating.games} competitions"
    if kind is BoardKind.ACCURACY and isinstance(line.of, Total):
        return f"{place}: {line.of.correct / max(1, line.of.answers):.0%} of {line.of.answers} right"
    return f"{place}: {line.points:,} points"


def progress_screen(progress: Progress) -> Screen:
    """Mastery by section, streak, calibration, myths, and what next."""
    blocks: list[Block] = [f"## Your progress\n-# {progress.title} · only you see this\n{_totals(progress)}"]
    if progress.answered:
        blocks += [RULE, _sections(progress.sections)]
        blocks.append("-# Out of 10 questions today: █ you'd know, ░ you might miss. What isn't asked again fades.")
    if sure := _calibration(progress):
        blocks.append(sure)
    blocks += _mixups(progress)
    blocks += [RULE, *_next_blocks(progress.pack_id, progress.next)]
    if progress.answered:
        history = Button("My last four weeks", ids.encode("progress.history", progress.pack_id))
        last = blocks.pop()
        blocks.append(Row([*last.buttons, history]) if isinstance(last, Row) else last)
    courses = [(title, pack_id, "") for pack_id, title in progress.courses]
    blocks += course_menu("progress.course", courses, progress.pack_id)
    return Screen(blocks, BLURPLE)


def _sections(sections: Sequence[SectionProgress]) -> str:
    """A bar for each section; of very many those that were begun, as far as a message holds them."""
    begun = [one for one in sections if one.mastery.answers] if len(sections) > MOST_BARS else sections
    lines = [_section_line(one.ref.section.title, one.mastery) for one in begun[:MOST_BARS]]
    left = len(sections) - len(lines)
    return "\n".join([*lines, *([f"-# and {counted(left, 'more section')}"] if left else [])])


def _totals(progress: Progress) -> str:
    if not progress.answered:
        return "Nothing answered yet. Your first quiz takes two minutes, and then this page fills up."
    points = f"**{progress.points:,} study points** · {progress.first.share:.0%} right first time"
    return f"{points}\n{streak_words(progress.streak)}"


def _section_line(title: str, known: Mastery) -> str:
    drawn = f"**{title}**\n`{bar(known.cells / 10, known.cells / 10)}`"
    if not known.cells:
        return f"{drawn} {known.level}"
    low, high = round(known.low * 10), round(known.high * 10)
    level = "" if known.level is Level.TOO_EARLY else f" · {known.level}"
    between = f" ({low}–{high})" if low < high else ""
    return f"{drawn} **{known.cells}** of 10{between}{level}"


def _calibration(progress: Progress) -> str:
    told = {sure: given for sure, given in progress.calibration.items() if given[0] >= CALIBRATED_FROM}
    if Sureness.SURE not in told:
        return ""
    given, right = told[Sureness.SURE]
    share = right / given
    verdict = "You know what you know." if share > 0.8 else "Look twice when you feel sure: aim for over 80 %."
    line = f"**How sure you are**: of your {given} *sure* answers, {share:.0%} were right. {verdict}"
    if Sureness.GUESS in told:
        guesses, lucky = told[Sureness.GUESS]
        line += f" Of your {guesses} guesses, {lucky / guesses:.0%}."
    return line


def _mixups(progress: Progress) -> list[Block]:
    active = [one for one in progress.mixups if not one.mixup.gone]
    gone = len(progress.mixups) - len(active)
    blocks: list[Block] = []
    if active:
        lines = [f"- “{one.misconception.belief}”" for one in active[:MIXUPS_SHOWN]]
        blocks += [RULE, "**Myths you may believe** (likeliest first)\n" + "\n".join(lines)]
        options = [
            (
                unstressed(one.misconception.belief).replace("`", ""),
                one.misconception.id,
                f"behind {_times(one.mixup.times)}",
            )
            for one in active[:25]
        ]
        blocks.append(Pick(ids.encode("progress.mixup", progress.pack_id), "Fix one of these…", options))
    if gone:
        blocks.append(
            f"-# ✅ You overcame {counted(gone, 'myth')}: you got two different questions right, a day apart."
        )
    return blocks


def mixup_screen(pack_id: str, view: MixupView, demo_titles: dict[str, str]) -> Screen:
    """A belief, what is true instead, and the ways to put it right: page, demo, five questions."""
    one, belief = view.mixup, view.misconception
    state = "dropped" if one.gone else f"behind {_times(one.times)}, the last <t:{one.last_ms // 1000}:R>"
    blocks: list[Block] = [
        f"### “{belief.belief}”\n-# {state}\n**Actually**: {belief.correction}",
        "-# You've overcome it once you get two different questions about it right, a day apart.",
    ]
    buttons = [
        Button("Five questions on it", ids.encode("progress.aim", pack_id, belief.id), discord.ButtonStyle.success)
    ]
    if view.page:
        ref, number = view.page
        where = ids.encode("lesson.look", pack_id, ref.section.id, number)
        buttons.append(Button(f"Read: {ref.section.pages[number].title}", where))
    if belief.demo and belief.demo in demo_titles:
        buttons.append(Button(f"Demo: {demo_titles[belief.demo]}", ids.encode("demo.open", belief.demo)))
    blocks.append(Row(buttons))
    return Screen(blocks, GREEN if one.gone else BLURPLE)


def _times(times: int) -> str:
    return "1 wrong choice" if times == 1 else f"{times} wrong choices"


def _next_blocks(pack_id: str, ahead: Next) -> list[Block]:
    start = Button("Start", ids.encode("quiz.plan", pack_id), discord.ButtonStyle.success)
    if ahead.is_empty:
        words = "**What next**: nothing is due, and you have met every question. A quiz keeps it all fresh."
        return [words, Row([start])]
    words = plan_words(ahead).removeprefix("Next for you: ") or f"{ahead.new} new questions."
    return [f"**What next**, in about ten minutes: {words}", Row([start])]
