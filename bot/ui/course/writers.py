"""Who acts, as the rules about a server's own courses see them; and the courses that commands offer."""

import discord
from discord import app_commands

from bot.errors import UserError
from bot.facts import Code, fact
from bot.model.members import Face
from bot.packs.words import spellings
from bot.services.course.own import OwnCourses, Writer
from bot.ui.reach import server_of
from bot.ui.replies import Reply
from bot.ui.server.managers import is_manager

MOST_OFFERED = 25
IN_SERVERS_ONLY = app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False)


def writer(reply: Reply) -> Writer:
    """Who acts, in which server. Raises UserError in direct messages."""
    if reply.server_id is None:
        raise UserError(fact(Code.MANAGED_IN_SERVER))
    learner = reply.learner
    return Writer(
        learner.member_id,
        reply.server_id,
        _roles(reply.interaction),
        is_manager(reply),
        Face(learner.name, learner.avatar),
    )


def _roles(interaction: discord.Interaction) -> set[int]:
    return {role.id for role in interaction.user.roles} if isinstance(interaction.user, discord.Member) else set()


async def offered_courses(
    own: OwnCourses, interaction: discord.Interaction, typed: str
) -> list[app_commands.Choice[str]]:
    """The server's own courses whose titles hold what was typed."""
    guild_id = server_of(interaction)
    here = await own.of(guild_id) if guild_id is not None else []
    wanted = spellings(typed)[1]
    found = [one for one in here if wanted in spellings(one.outline.title)[1]]
    return [app_commands.Choice(name=one.outline.title[:100], value=one.pack_id) for one in found[:MOST_OFFERED]]
