"""The command group `/studyhall`, for those who manage a server."""

import discord
from discord import app_commands

from bot.errors import UserError
from bot.facts import Code, fact
from bot.ui.replies import Reply


def managers_group() -> app_commands.Group:
    """The group; Discord shows it to managers alone, and each handler asks again with `managed`."""
    return app_commands.Group(
        name="studyhall",
        description="For managers: how Studyhall works in this server",
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
        default_permissions=discord.Permissions(manage_guild=True),
    )


def managed(reply: Reply) -> int:
    """The server that the person manages. Raises UserError for everybody else."""
    guild_id = reply.server_id
    if guild_id is None:
        raise UserError(fact(Code.MANAGED_IN_SERVER))
    if not is_manager(reply):
        raise UserError(fact(Code.MANAGERS_ONLY))
    return guild_id


def is_manager(reply: Reply) -> bool:
    """Whether who acted may manage the server they are in."""
    return reply.server_id is not None and reply.interaction.permissions.manage_guild
