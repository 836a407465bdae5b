"""*Quiz me on this*, in the menu of a message: questions about what it speaks of."""

from collections.abc import Iterator

import discord
from discord import app_commands

from bot.services.practice.about import AskAbout
from bot.services.practice.practising import Practice
from bot.ui.options import whole
from bot.ui.practice.quiz import current_screen
from bot.ui.presses import components
from bot.ui.reach import anywhere
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router
from bot.wording import as_many

NAME = "Quiz me on this"
MOST_READ = 8_000
"""So many characters of a message are read."""
MOST_NAMED = 300
"""So many characters of the list of found words are shown."""


class AboutFeature:
    """The menu's entry."""

    def __init__(self, about: AskAbout, practice: Practice) -> None:
        self._about = about
        self._practice = practice

    def add_to(self, tree: app_commands.CommandTree, router: Router, desk: Desk) -> None:
        """Register it."""

        async def about(interaction: discord.Interaction, message: discord.Message) -> None:
            await desk.serve(interaction, lambda reply: self._ask(reply, message))

        tree.add_command(anywhere(app_commands.ContextMenu(name=NAME, callback=about)))

    async def _ask(self, reply: Reply, message: discord.Message) -> None:
        found = await self._about.start(reply.learner, text_of(message))
        current = await self._practice.current(found.run.id, reply.member_id)
        await reply.show(current_screen(current, f"From that message: {as_many(found.words, MOST_NAMED)}"))


def text_of(message: discord.Message) -> str:
    """All that a message says, its embeds and its components included."""
    return whole("\n".join(_texts(message)))[:MOST_READ]


def _texts(message: discord.Message) -> Iterator[str]:
    yield message.content
    for embed in message.embeds:
        yield from (embed.title or "", embed.description or "")
        yield from (f"{field.name}\n{field.value}" for field in embed.fields)
    for one in components(message):
        if isinstance(one, discord.TextDisplay):
            yield one.content
