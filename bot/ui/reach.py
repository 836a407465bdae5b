"""How far the bot reaches: where it is installed, what it may do in a channel, and what Discord's refusals mean.

https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
"""

import re
from typing import Any, TypeVar

import discord
from discord import app_commands

from bot.errors import UserError
from bot.facts import Code, Say, fact, said
from bot.services.channels import ChannelLostError, MessageGoneError
from bot.ui.presses import offered
from bot.ui.worded import in_language

UNKNOWN_CHANNEL, UNKNOWN_MESSAGE = 10003, 10008
HISTORY = 50
"""How many messages back one is looked for whose id was not stored."""


Offered = TypeVar(
    "Offered", bound="app_commands.Command[Any, ..., Any] | app_commands.ContextMenu | app_commands.Group"
)

IN_SERVERS = app_commands.AppInstallationType(guild=True, user=False)
"""Commands are for servers that the bot was added to, and for direct messages with it, unless they are `anywhere`."""
_ANYWHERE = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
_BY_ANYBODY = app_commands.AppInstallationType(guild=True, user=True)


def anywhere(command: Offered) -> Offered:
    """Offer a command also to those who added the bot to their own account, wherever they are."""
    command.allowed_contexts, command.allowed_installs = _ANYWHERE, _BY_ANYBODY
    return command


def server_of(interaction: discord.Interaction) -> int | None:
    """The server that an interaction counts for: the one that it comes from, if the bot is installed there.

    https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object-authorizing-integration-owners-object
    """
    return interaction.guild_id if interaction.is_guild_integration() else None


def is_abroad(interaction: discord.Interaction) -> bool:
    """Whether it comes from a server or a group without the bot, where only the person's own account has it."""
    return not interaction.is_guild_integration() and not interaction.context.dm_channel


def require(interaction: discord.Interaction, *permissions: str) -> None:
    """Raise UserError naming the permissions that the bot lacks where the interaction came from.

    In a thread the right to send messages is one of its own, and asked for in its place.
    """
    in_thread = isinstance(interaction.channel, discord.Thread)
    needed = ["send_messages_in_threads" if in_thread and one == "send_messages" else one for one in permissions]
    if missing := tuple(one for one in needed if not getattr(interaction.app_permissions, one)):
        raise UserError(fact(Code.MAY_NOT_HERE, permissions=missing))


def as_lost(problem: discord.HTTPException) -> Exception:
    """The refusal as services know it: the message or the channel is out of reach; or the refusal itself."""
    if problem.code == UNKNOWN_MESSAGE:
        return MessageGoneError(said(problem.text))
    # Whatever the reason that Discord gives; a page without one is of something that stands between.
    forbidden = problem.status == 403 and problem.code != 0
    if forbidden or problem.code == UNKNOWN_CHANNEL:
        return ChannelLostError(said(problem.text))
    return problem


def channel_in(client: discord.Client, channel_id: int, guild_id: int | None) -> discord.PartialMessageable:
    """A channel to write to. Raises ChannelLostError where it is known to be in another server: its id was made up."""
    known: Any = client.get_channel(channel_id)
    if (
        known is not None
        and guild_id is not None
        and getattr(getattr(known, "guild", None), "id", guild_id) != guild_id
    ):
        raise ChannelLostError(fact(Code.OTHER_SERVER))
    return client.get_partial_messageable(channel_id, guild_id=guild_id)


def for_server(client: discord.Client, guild_id: int | None) -> Say:
    """What words facts where a whole server reads them: in its language."""
    guild = client.get_guild(guild_id) if guild_id is not None else None
    return in_language((guild.preferred_locale if guild else discord.Locale.american_english).value)


async def find_message(client: discord.Client, channel_id: int, wanted: re.Pattern[str]) -> int | None:
    """The newest message of the bot in a channel with a button whose custom id matches. Raises ChannelLostError."""
    try:
        async for message in client.get_partial_messageable(channel_id).history(limit=HISTORY):
            if message.author == client.user and any(map(wanted.match, offered(message))):
                return message.id
    except discord.HTTPException as problem:
        raise as_lost(problem) from problem
    return None
