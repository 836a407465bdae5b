"""The smallest discord.py + aiosqlite bot that takes answers: one row, one commit, one private reply a click.

What Studyhall's burst of answers is compared with. ``/ask`` posts a question with four buttons.
"""

import asyncio
import os

import aiosqlite
import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

Route.BASE = os.environ["STUDYHALL_API_URL"]
DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["STUDYHALL_GATEWAY_URL"])


class Letters(discord.ui.View):
    """Four letters; the first answer of a member counts."""

    def __init__(self, database: aiosqlite.Connection) -> None:
        super().__init__(timeout=None)
        self._database = database
        self._lock = asyncio.Lock()
        for place, letter in enumerate("ABCD"):
            button: discord.ui.Button[Letters] = discord.ui.Button(label=letter, custom_id=f"answer:{place}")
            button.callback = self._callback(place, letter)  # type: ignore[method-assign]
            self.add_item(button)

    def _callback(self, place: int, letter: str):
        async def answer(interaction: discord.Interaction) -> None:
            async with self._lock:  # one transaction at a time on the one connection
                await self._database.execute(
                    "INSERT OR IGNORE INTO answer VALUES (?, ?, ?)",
                    (interaction.message.id, interaction.user.id, place),
                )
                await self._database.commit()
            await interaction.response.send_message(f"Locked in **{letter}**.", ephemeral=True)

        return answer


class Answering(discord.Client):
    """Opens its database and registers its command before it connects."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True))
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        self.database = await aiosqlite.connect(os.environ["ANSWERS"])
        await self.database.execute("PRAGMA journal_mode = WAL")
        await self.database.execute("PRAGMA synchronous = FULL")
        await self.database.execute(
            "CREATE TABLE answer (message_id INTEGER, member_id INTEGER, choice INTEGER,"
            " PRIMARY KEY (message_id, member_id))"
        )
        self.letters = Letters(self.database)
        self.add_view(self.letters)
        await self.tree.sync()

    async def close(self) -> None:
        await super().close()
        await self.database.close()


client = Answering()


@client.tree.command(description="Ask a question")
async def ask(interaction: discord.Interaction) -> None:
    """Post the question with its letters."""
    await interaction.response.send_message("Which one?", view=client.letters)


client.run(os.environ["DISCORD_TOKEN"], log_handler=None)
