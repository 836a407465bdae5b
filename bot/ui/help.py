"""`/help`: what to do first, in one screen."""

import discord
from discord import app_commands

from bot.packs.library import Library
from bot.quiz.board.points import POINTS_FOR_RIGHT
from bot.services.server.servers import Servers
from bot.ui import ids
from bot.ui.layouts import RULE, Button, Row, Screen
from bot.ui.reach import anywhere
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router
from bot.ui.server.managers import is_manager

NAMED = 5
"""How many courses are named; the others are counted."""


class HelpFeature:
    """The command, and its first steps."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers

    def add_to(self, tree: app_commands.CommandTree, router: Router, desk: Desk) -> None:
        """Register the command."""

        @anywhere
        @tree.command(name="help", description="What I can do, and where to start")
        async def help_(interaction: discord.Interaction) -> None:
            await desk.serve(interaction, self._show)

    async def _show(self, reply: Reply) -> None:
        in_server = reply.server_id is not None
        library = self._servers.library(reply.server_id)
        await reply.show(help_screen(library, in_server=in_server, manager=is_manager(reply)))


def help_screen(library: Library, *, in_server: bool, manager: bool = False) -> Screen:
    """The commands that work here, each in a line, and the first steps into a course."""
    pack, demos = library.packs[0], bool(library.demos)
    term = "; **`/term`** explains a word" if library.terms else ""
    lines = [
        f"**`/lesson`** reads the {'course' if len(library.packs) == 1 else 'courses'}, a page at a time{term}.",
        "**`/quiz`** asks what is best for you next, and explains every option.",
        "**`/review`** brings back what you are about to forget.",
        "**`/progress`** shows what you know, what you mix up, and what to do next.",
    ]
    if in_server:
        lines += [
            "**`/compete`** opens a competition in the channel; **`/duel`** challenges one member.",
            "**`/daily`** is the question of the day: answer in private, the result comes tomorrow.",
            *(["**`/demo`** measures a claim of the lesson live: predict, run, see the chart."] if demos else []),
            "**`/leaderboard`** shows who stands where.",
        ]
    else:
        demo = "`/demo` " if demos else ""
        lines.append(f"`/compete`, `/daily`, {demo}and `/leaderboard` belong to a server.")
    lines.append("**`/settings`**: extra time, reminders, hiding from boards. **`/privacy`**: what is stored of you.")
    if manager:
        lines.append(
            "**`/studyhall setup`** is for you as a manager; so are `schedule`, `group`, `flags`, `items` and `health`."
        )
    points = (
        f"A right answer earns {POINTS_FOR_RIGHT} points when the question is new to you or due again, "
        "so repeating pays only when it helps."
    )
    buttons = [
        Button(
            "Open the lesson",
            ids.encode("lesson.read", pack.id, pack.sections[0].id),
            discord.ButtonStyle.primary,
        ),
        Button(
            "Try five questions",
            ids.encode("quiz.start", pack.id, pack.sections[0].id),
            discord.ButtonStyle.success,
        ),
    ]
    return Screen(
        [f"## Studyhall\nA study hall for {_courses(library)}.", "\n".join(lines), RULE, points, Row(buttons)]
    )


def _courses(library: Library) -> str:
    titles = [f"**{pack.head.title}**" for pack in library.packs]
    if len(titles) > NAMED:
        return f"{', '.join(titles[:NAMED])} and {len(titles) - NAMED} more courses"
    return " and ".join([", ".join(titles[:-1]), titles[-1]] if titles[1:] else titles)
