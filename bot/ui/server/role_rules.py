"""Which roles a server may have the bot give: harmless ones, below the bot's and the chooser's highest.

https://discord.com/developers/docs/topics/permissions#permission-hierarchy
"""

import discord

from bot.errors import UserError
from bot.facts import Code, fact

HARMLESS = discord.Permissions(
    view_channel=True,
    create_instant_invite=True,
    change_nickname=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    create_private_threads=True,
    embed_links=True,
    attach_files=True,
    add_reactions=True,
    external_emojis=True,
    external_stickers=True,
    read_message_history=True,
    use_application_commands=True,
    use_external_apps=True,
    send_voice_messages=True,
    send_polls=True,
    connect=True,
    speak=True,
    stream=True,
    use_voice_activation=True,
    use_soundboard=True,
    use_external_sounds=True,
    use_embedded_activities=True,
    request_to_speak=True,
)
"""All that a role may allow. Whatever is not listed here (what moderates or manages, and what Discord may add) is refused."""


def refuse_role(role: discord.Role, me: discord.Member, may: discord.Permissions, ask: str) -> None:
    """Raise UserError where the bot can't, or should not, give a role.

    ``may`` is what it is allowed in the server, ``ask`` the link that asks for more.
    """
    if role.is_default() or role.managed:
        raise UserError(fact(Code.ROLE_NOT_OURS, role=role.id))
    if mighty := [name for name, on in discord.Permissions(role.permissions.value & ~HARMLESS.value) if on]:
        raise UserError(fact(Code.ROLE_TOO_MIGHTY, role=role.id, permissions=tuple(mighty[:3])))
    if not (may.manage_roles or may.administrator):
        raise UserError(fact(Code.BOT_NEEDS_MANAGE_ROLES, link=ask))
    if role.position >= me.top_role.position:
        raise UserError(fact(Code.ROLE_ABOVE_BOT, role=role.id))


def refuse_chooser(role: discord.Role, chooser: discord.Member, may: discord.Permissions) -> None:
    """Raise UserError where a manager could not give that role themselves."""
    if not (may.manage_roles or may.administrator):
        raise UserError(fact(Code.ROLE_NEEDS_MANAGE))
    if chooser.id != chooser.guild.owner_id and role.position >= chooser.top_role.position:
        raise UserError(fact(Code.ROLE_ABOVE_YOU, role=role.id))
