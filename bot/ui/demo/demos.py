"""`/demo`: predict, run with live progress, the chart, and what it shows."""

from collections.abc import Iterator, Sequence
from typing import Literal

import discord
from discord import app_commands

from bot.charts import bars, timeline
from bot.demos.model import Demo
from bot.demos.script import file_name
from bot.errors import UserError
from bot.facts import Code, Say, fact
from bot.packs.words import spellings
from bot.services.demo.demos import Demos
from bot.services.demo.views import DemoResult, DemoView
from bot.services.server.servers import Servers
from bot.ui import ids
from bot.ui.demo import inside
from bot.ui.demo.inside import InsideFeature
from bot.ui.layouts import (
    BLURPLE,
    GREEN,
    GREY,
    RULE,
    Block,
    Button,
    Download,
    Gallery,
    Pick,
    Picture,
    Row,
    Screen,
    asking,
    note,
)
from bot.ui.names import safe
from bot.ui.reach import require, server_of
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router
from bot.ui.server.managers import is_manager

NEEDED = ("view_channel", "send_messages", "attach_files")


class DemoFeature:
    """The command, what its buttons do, and what comes of each."""

    def __init__(self, demos: Demos, servers: Servers, inside: InsideFeature) -> None:
        self._inside = inside
        self._demos = demos
        self._servers = servers

    def add_to(self, tree: app_commands.CommandTree, router: Router, desk: Desk) -> None:
        """Register the command and its actions."""

        @tree.command(name="demo", description="Measure one of the lesson's claims live: predict, run, see the chart")
        @app_commands.describe(name="Which demo (leave it out to see the list)")
        @app_commands.guild_only()
        async def demo(interaction: discord.Interaction, name: str | None = None) -> None:
            await desk.serve(interaction, lambda reply: self._command(reply, name), private=name is None)

        @demo.autocomplete("name")
        async def names(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return self._choices(server_of(interaction), typed)

        router.add("demo.open", self._open, new=True, private=False)
        router.add("demo.predict", self._predict, new=True)
        router.add("demo.run", self._run)
        router.add("demo.cancel", self._ask_cancel, new=True)
        router.add("demo.cancel_yes", self._cancel)
        router.add("demo.keep", self._keep)
        router.add("demo.code", self._code, new=True)

    def _choices(self, guild_id: int | None, typed: str) -> list[app_commands.Choice[str]]:
        known = self._servers.library(guild_id).demos
        offered = [(demo.title, demo.id) for demo in self._demos.demos.values() if demo.id in known]
        offered += [(inside.TITLE, inside.NAME)] if offered else []
        wanted = spellings(typed)[1]
        found = [(title, demo_id) for title, demo_id in offered if wanted in spellings(title)[1]]
        return [app_commands.Choice(name=title, value=demo_id) for title, demo_id in found[:25]]

    async def _command(self, reply: Reply, name: str | None) -> None:
        library = self._servers.library(reply.server_id)
        here = [demo for demo in self._demos.demos.values() if demo.id in library.demos]
        if not here:
            courses = tuple(pack.head.title for pack in library.packs[:3])
            raise UserError(fact(Code.NO_DEMOS_HERE, courses=courses))
        if name is None:
            await reply.show(list_screen(here))
        else:
            meant = [demo.id for demo in here if spellings(name) in {spellings(demo.id), spellings(demo.title)}]
            await self._open(reply, meant[0] if meant else name)

    async def _open(self, reply: Reply, demo_id: str) -> None:
        interaction, guild_id = reply.interaction, reply.server_id
        if demo_id == inside.NAME:
            await self._inside.open(reply)
            return
        if guild_id is None or interaction.channel_id is None:
            raise UserError(fact(Code.DEMO_NEEDS_SERVER))
        require(interaction, *NEEDED)
        view = await self._demos.open(demo_id, guild_id, interaction.channel_id, reply.member_id)
        message_id = None
        try:
            message_id = await reply.show(self.screen(view, reply.words_for_all), private=False)
        finally:
            if message_id is None:  # nobody sees it, so nobody could predict
                await self._demos.cancel(view.run.id, reply.member_id, manager=True)
        if message_id is not None:
            await self._demos.shown(view.run.id, message_id)

    async def _predict(self, reply: Reply, run: str, choice: str) -> None:
        learner = reply.learner
        await self._require_here(reply, run)
        view = await self._demos.predict(ids.number(run), learner.member_id, learner.guild_id, learner.face, choice)
        await reply.show(
            note(f"You predict: **{view.demo.label(choice)}**. You can change your mind until it runs.", BLURPLE)
        )

    async def _run(self, reply: Reply, run: str, again: Literal["first", "again"]) -> None:
        await self._require_here(reply, run)
        await reply.announce()
        await self._demos.run(ids.number(run), again=again == "again")

    async def _ask_cancel(self, reply: Reply, run: str) -> None:
        await self._require_here(reply, run)
        await self._demos.refuse_cancel(ids.number(run), reply.member_id, manager=is_manager(reply))
        keep = Button("No, keep it", ids.encode("demo.keep"))
        yes = Button("Yes, cancel it", ids.encode("demo.cancel_yes", ids.number(run)))
        await reply.show(asking("**Cancel this demo for everyone?** Its predictions are discarded.", keep, yes))

    async def _cancel(self, reply: Reply, run: str) -> None:
        await self._require_here(reply, run)
        await self._demos.cancel(ids.number(run), reply.member_id, manager=is_manager(reply))
        await reply.update(note("You cancelled the demo."))

    async def _keep(self, reply: Reply) -> None:
        await reply.update(note("Nothing was changed."))

    async def _require_here(self, reply: Reply, run: str) -> None:
        """Raise UserError for a demo of another server: a manager of this one is none there."""
        view = await self._demos.view(ids.number(run))
        if view.run.guild_id != reply.server_id:
            raise UserError(fact(Code.DEMO_ELSEWHERE))

    async def _code(self, reply: Reply, demo_id: str) -> None:
        if demo_id not in self._demos.demos:
            raise ids.stale()
        name = file_name(demo_id)
        words = f"The code that ran, in one file. Save it and run it with `python {name}`: it needs nothing but Python."
        await reply.show(Screen([words, Download(name, self._demos.code(demo_id))]))

    def screen(self, view: DemoView, say: Say) -> Screen:
        """A demo at whatever stage it is."""
        return demo_screen(view, self._section_id(view.run.guild_id, view.demo.section), say)

    def _section_id(self, guild_id: int | None, section: str) -> str | None:
        for ref in self._servers.library(guild_id).sections:
            if ref.section.id == section:
                return ids.encode("lesson.read", ref.pack.id, section)
        return None


def list_screen(demos: Sequence[Demo]) -> Screen:
    """Demos with what each measures."""
    lines = [f"- **{demo.title}** · up to {demo.bound_seconds:.0f} s" for demo in demos]
    options = [(demo.title, demo.id, demo.question) for demo in demos]
    options.append((inside.TITLE, inside.NAME, "This bot itself: its tasks, threads, processes and queues, live"))
    words = "Each runs live on this bot's own machine. Members predict first."
    return Screen([f"## Demos\n{words}", "\n".join(lines), Pick(ids.encode("demo.open"), "Open a demo here…", options)])


def demo_screen(view: DemoView, read_id: str | None, say: Say) -> Screen:
    """A demo at whatever stage it is."""
    state = view.run.state
    if view.result:
        return _result_screen(view, view.result, read_id)
    head: list[Block] = [f"## Demo · {view.demo.title}\n{view.demo.workload}."]
    if state == "predicting":
        return Screen([*head, *_predicting(view)], BLURPLE)
    if state == "queued":
        ahead = f"{view.ahead} ahead of it" if view.ahead else "it is next"
        return Screen(
            [
                *head,
                f"⏳ In the queue: {ahead}. Demos run one at a time, so that they don't disturb each other.",
                _waiting_buttons(view),
            ],
            GREY,
        )
    if state == "failed":
        again = Button("Run again", ids.encode("demo.run", view.run.id, "again"), discord.ButtonStyle.primary)
        return Screen([*head, f"⚠️ {say(view.problem) or 'This demo did not finish.'}", Row([again])], GREY)
    done, steps, label = view.progress or (0, 1, "")
    filled = round(12 * done / steps)
    words = f"{done} of {steps} measured" + (f", last: {label}" if label else "") if done else "getting ready"
    return Screen([*head, f"🔬 Running\n`{'█' * filled}{'░' * (12 - filled)}` {words}", _votes(view)], BLURPLE)


def _predicting(view: DemoView) -> list[Block]:
    choices = [Button(choice.label, ids.encode("demo.predict", view.run.id, choice.id)) for choice in view.demo.choices]
    rule = "Predict before it runs. Nobody sees your choice. The result names everybody who was right."
    return [
        f"### {view.demo.question}\n{rule}",
        Row(choices),
        RULE,
        f"{_votes(view)} It starts <t:{-(-view.starts_ms // 1000)}:R>.",
        _waiting_buttons(view),
    ]


def _waiting_buttons(view: DemoView) -> Row:
    """The same two in the same places until it runs."""
    queued = view.run.state == "queued"
    run_id = ids.encode("demo.run", view.run.id, "first")
    run = Button("▶ Run it now", run_id, discord.ButtonStyle.success, disabled=queued)
    return Row([run, Button("Cancel", ids.encode("demo.cancel", view.run.id))])


def _votes(view: DemoView) -> str:
    count = sum(view.votes.values())
    return f"{count} prediction{'s' * (count != 1)} so far."


def _result_screen(view: DemoView, result: DemoResult, read_id: str | None) -> Screen:
    blocks: list[Block] = [f"## {result.verdict.headline}\n-# Demo · {view.demo.title} · {view.demo.workload}"]
    if pictures := list(_pictures(view.demo, result)):
        blocks.append(Gallery(pictures))
    if not result.picture:
        told = "\n".join(f"{bar.label}: **{bar.shown}**" for bar in result.chart.bars)
        blocks.append(f"{result.chart.title}\n{told}")
    blocks.append("\n".join(f"- {sentence}" for sentence in result.verdict.sentences))
    if result.reference:
        told = "\n".join(f"- {label}: **{shown}**" for label, shown in result.reference.bars)
        blocks.append(f"**What a quiet machine measured**\n{told}\n-# {result.reference.host}")
    blocks.append(_predicted(view, result))
    blocks.append(f"-# {result.chart.footer}")
    buttons = [Button("Read the section", read_id, discord.ButtonStyle.primary)] if read_id else []
    buttons.append(Button("Try it yourself", ids.encode("demo.code", view.demo.id)))
    buttons.append(Button("Run again", ids.encode("demo.run", view.run.id, "again")))
    blocks.append(Row(buttons))
    return Screen(blocks, GREEN if result.verdict.right_choice else GREY)


def _pictures(demo: Demo, result: DemoResult) -> Iterator[Picture]:
    """The chart, and the timeline where there is one."""
    if result.picture:
        yield Picture(f"{demo.id}.png", result.picture, bars.alt_text(result.chart))
    if result.timeline and result.timeline_picture:
        yield Picture(f"{demo.id}-timeline.png", result.timeline_picture, timeline.alt_text(result.timeline))


def _predicted(view: DemoView, result: DemoResult) -> str:
    if not result.predicted:
        return "Nobody predicted this time."
    if result.verdict.right_choice is None:
        members = "1 member" if result.predicted == 1 else f"{result.predicted:,} members"
        return f"{members} predicted, but without a clear result nobody was right or wrong."
    right = view.demo.label(result.verdict.right_choice)
    if not result.predicted_right:
        return f"The answer: **{right}**. Nobody called it."
    names = ", ".join(safe(name) for name in result.predicted_right[:20])
    more = len(result.predicted_right) - 20
    return f"The answer: **{right}**. Called by {names}{f' and {more} more' if more > 0 else ''}."
