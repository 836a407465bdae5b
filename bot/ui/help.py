"""`/help`: what to do first, in one screen."""

import discord
from discord import ButtonStyle, app_commands

from bot.packs.library import Library
from bot.packs.models import Pack, Section
from bot.quiz.board.points import POINTS_FOR_RIGHT
from bot.services.server.servers import Servers
from bot.ui import ids
from bot.ui.layouts import Block, Button, Row, Screen
from bot.ui.reach import anywhere
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router
from bot.ui.server.managers import is_manager, managed

NAMED = 5
"""How many courses are named; the others are counted."""


class HelpFeature:
    """The command, and what managers see more."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers

    def add_to(self, tree: app_commands.CommandTree, router: Router, desk: Desk) -> None:
        """Register the command and its action."""

        @anywhere
        @tree.command(name="help", description="What I can do, and where to start")
        async def help_(interaction: discord.Interaction) -> None:
            await desk.serve(interaction, self._show)

        router.add("help.managers", self._managers, new=True)

    async def _show(self, reply: Reply) -> None:
        in_server = reply.server_id is not None
        library = self._servers.library(reply.server_id)
        await reply.show(help_screen(library, in_server=in_server, manager=is_manager(reply)))

    async def _managers(self, reply: Reply) -> None:
        managed(reply)
        await reply.show(managers_screen())


def help_screen(library: Library, *, in_server: bool, manager: bool = False) -> Screen:
    """The commands that work here, each in a line, and the first steps into a course."""
    # A newcomer starts where there is something to read.
    pack = next((one for one in library.packs if _first_to_read(one)), library.packs[0])
    courses = "the course" if len(library.packs) == 1 else "the courses"
    lines = [
        f"</lesson:0> · read {courses}, a page at a time",
        "</quiz:0> · the questions that help you most now, every option explained",
        "</review:0> · what you are about to forget, just in time",
        "</progress:0> · what you know, and what to do next",
    ]
    if in_server:
        lines += [
            "</compete:0> · a quiz for everybody in the channel; </duel:0> is for two",
            "</daily:0> · one question a day for the whole server",
        ]
    points = f"-# A right answer to a new or due question earns {POINTS_FOR_RIGHT} study points."
    first = _first_to_read(pack)
    buttons = [Button("Try 5 questions", ids.encode("quiz.start", pack.id, pack.sections[0].id), ButtonStyle.success)]
    if first:
        start = Button("Start the lesson", ids.encode("lesson.read", pack.id, first.id), ButtonStyle.primary)
        buttons.insert(0, start)
    blocks: list[Block] = [
        f"## Studyhall\nA study hall for {_courses(library)}.",
        "\n".join(lines),
        f"{_also(library, in_server=in_server)}\n{points}",
    ]
    if manager:
        blocks.append("**You manage this server.** Set it up: </studyhall setup:0>")
        buttons.append(Button("What managers can do", ids.encode("help.managers")))
    return Screen([*blocks, Row(buttons)])


def _first_to_read(pack: Pack) -> Section | None:
    return next((section for section in pack.sections if section.pages), None)


def _also(library: Library, *, in_server: bool) -> str:
    words = ["a word of the course: </term:0>"] if library.terms else []
    if in_server:
        words += ["who is ahead: </leaderboard:0>"]
        words += ["a claim of the lesson, measured live: </demo:0>"] if library.demos else []
    words += ["extra time, reminders: </settings:0>", "your data: </privacy show:0>"]
    more = "" if in_server else "\n-# In a server with me: competitions, a question a day, leaderboards."
    return f"-# Also: {' · '.join(words)}{more}"


def managers_screen() -> Screen:
    """What managers can do, each in a line."""
    lines = [
        "</studyhall setup:0> · courses, who may open competitions and where, seasons, time zone",
        "</studyhall schedule:0> · a daily question and weekly competitions that open by themselves",
        "</studyhall flags:0> · questions that were reported or look wrong: answer, change the key, retire",
        "</studyhall group:0> · what the group knows and which myths it believes, without names",
        "</studyhall items:0> · how hard each question is, and how well it tells learners apart",
        "</studyhall export:0> · results as CSV, for a spreadsheet",
        "</course list:0> · this server's own courses: write them here, or bring a table, a Moodle bank, an Anki deck",
        "</question review:0> · what members suggest",
        "</studyhall health:0> · whether I am well: connection, database, backups",
    ]
    return Screen(["## For managers\n-# Only you see this.", "\n".join(lines)])


def _courses(library: Library) -> str:
    titles = [f"**{pack.head.title}**" for pack in library.packs]
    if len(titles) > NAMED:
        return f"{', '.join(titles[:NAMED])} and {len(titles) - NAMED} more courses"
    return " and ".join([", ".join(titles[:-1]), titles[-1]] if titles[1:] else titles)
