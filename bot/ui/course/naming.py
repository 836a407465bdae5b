"""Which question or section is meant: what commands offer as somebody types, and what they find."""

from collections.abc import Sequence

import discord
from discord import app_commands

from bot.errors import NotFound
from bot.facts import Code, fact
from bot.model.courses import OwnCourse, OwnQuestion, course_id_of
from bot.model.members import Face
from bot.packs.words import spellings
from bot.services.course.authoring import Authoring
from bot.services.course.own import OwnCourses, Writer
from bot.ui.course.question_screens import key_of
from bot.ui.layouts import in_short
from bot.ui.reach import server_of

MENU = 25


async def offered_sections(
    own: OwnCourses, interaction: discord.Interaction, typed: str
) -> list[app_commands.Choice[str]]:
    """Sections of the course that was chosen, or of all, whose titles hold what was typed."""
    guild_id = server_of(interaction)
    named = getattr(interaction.namespace, "course", "") or ""
    if guild_id is None:
        return []
    try:
        here: Sequence[OwnCourse] = [await own.find(guild_id, named)] if named else await own.of(guild_id)
    except NotFound:
        return []
    wanted = spellings(typed)[1]
    titles = dict.fromkeys(one for course in here for one in course.outline.sections if wanted in spellings(one)[1])
    return [app_commands.Choice(name=one[:100], value=one[:100]) for one in list(titles)[:MENU]]


async def offered_questions(
    own: OwnCourses, authoring: Authoring, interaction: discord.Interaction, typed: str
) -> list[app_commands.Choice[str]]:
    """Questions whose text has the words typed so far; nothing for somebody who may not write here."""
    guild_id = server_of(interaction)
    if guild_id is None or not isinstance(interaction.user, discord.Member):
        return []
    roles = {role.id for role in interaction.user.roles}
    manager = interaction.permissions.manage_guild
    who = Writer(interaction.user.id, guild_id, roles, manager, Face(""))
    if not await own.may_write(who):
        return []
    found = await authoring.find(who, typed)
    named = [(f"{one.question.question.stem} ({one.course.outline.title})", key_of(one)) for one in found[:MENU]]
    return [app_commands.Choice(name=in_short(name, 100), value=key) for name, key in named]


async def meant(own: OwnCourses, authoring: Authoring, who: Writer, text: str) -> tuple[OwnCourse, OwnQuestion]:
    """The question that was picked from the list, or typed so that only one fits. Raises NotFound."""
    await own.refuse_reader(who)
    pack_id, _, question_id = text.partition("/")
    course_id = course_id_of(pack_id)
    if course_id is not None and question_id:
        return await own.the(who.guild_id, course_id), await own.question(who.guild_id, course_id, question_id)
    found = await authoring.find(who, text)
    exact = [one for one in found if spellings(one.question.question.stem)[1] == spellings(text)[1]] or found
    if len(exact) != 1:
        raise NotFound(fact(Code.OWN_QUESTION_GONE) if not exact else fact(Code.QUESTION_AMBIGUOUS, many=len(exact)))
    return exact[0].course, exact[0].question
