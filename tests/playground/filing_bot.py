"""A small bot that takes files wherever Discord lets members give one, and says what it got; a program of its own.

It is told where to connect by the environment, as ours is; `filing.py` starts it for a test.
"""

import hashlib
import os

import discord
from discord import app_commands

from bot.ui.client import set_addresses

client = discord.Client(intents=discord.Intents(guilds=True))
tree = app_commands.CommandTree(client)


async def told(attachment: discord.Attachment) -> str:
    """What a file is, as Discord says it, and a digest of what was fetched from its address."""
    size = f"{attachment.width}x{attachment.height}" if attachment.width else "no picture"
    digest = hashlib.sha256(await attachment.read()).hexdigest()[:12]
    kind = (attachment.content_type or "").partition(";")[0]
    return f"{attachment.filename} · {attachment.size} bytes · {kind} · {size} · {digest}"


@tree.command()
async def take(interaction: discord.Interaction, file: discord.Attachment, picture: discord.Attachment | None = None):
    """Take a file"""
    lines = [await told(one) for one in (file, picture) if one]
    await interaction.response.send_message("\n".join(lines), ephemeral=True)


class Form(discord.ui.Modal, title="Hand in"):
    """A form with room for files."""

    note = discord.ui.Label(text="A note", component=discord.ui.TextInput(custom_id="note", required=False))
    files = discord.ui.Label(text="Your work", component=discord.ui.FileUpload(custom_id="work", max_values=2))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Say what came."""
        given = self.files.component
        assert isinstance(given, discord.ui.FileUpload)
        lines = [await told(one) for one in given.values]
        await interaction.response.send_message("\n".join(lines), ephemeral=True)


@tree.command()
async def hand_in(interaction: discord.Interaction):
    """Open a form for files"""
    await interaction.response.send_modal(Form())


@tree.context_menu(name="Take its files")
async def take_from(interaction: discord.Interaction, message: discord.Message):
    """The files of a message."""
    lines = [await told(one) for one in message.attachments]
    await interaction.response.send_message("\n".join(lines) or "No files", ephemeral=True)


@tree.context_menu(name="Count its letters")
async def count(interaction: discord.Interaction, message: discord.Message):
    """How long a message is, and how much of it is code."""
    blocks = message.content.count("```") // 2
    await interaction.response.send_message(f"{len(message.content)} letters, {blocks} blocks", ephemeral=True)


@client.event
async def setup_hook() -> None:
    """Offer the commands."""
    await tree.sync()


if __name__ == "__main__":
    set_addresses(os.environ["STUDYHALL_API_URL"], os.environ["STUDYHALL_GATEWAY_URL"])
    client.run(os.environ["DISCORD_TOKEN"])
