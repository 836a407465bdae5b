"""The smallest useful discord.py bot: one slash command. What Studyhall's start and size are compared with."""

import os

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

Route.BASE = os.environ["STUDYHALL_API_URL"]
DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["STUDYHALL_GATEWAY_URL"])


class Minimal(discord.Client):
    """Registers its command before it connects."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True))
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        await self.tree.sync()


client = Minimal()


@client.tree.command(description="Say hello")
async def hello(interaction: discord.Interaction) -> None:
    """Answer at once."""
    await interaction.response.send_message("Hello!", ephemeral=True)


client.run(os.environ["DISCORD_TOKEN"], log_handler=None)
