"""`/course set`: chosen questions in a fixed order, and their rehearsal."""

import discord
from discord import app_commands

from bot.model.courses import QuestionSet
from bot.packs.words import spellings
from bot.services.course.own import OwnCourses, Writer
from bot.ui import ids
from bot.ui.course.course_screens import MENU, TITLE, rehearsal_screen, set_screen
from bot.ui.course.writers import offered_courses, writer
from bot.ui.layouts import GREY, Screen, note
from bot.ui.names import safe
from bot.ui.options import whole
from bot.ui.reach import server_of
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router


class SetFeature:
    """The command, and what its buttons do."""

    def __init__(self, own: OwnCourses) -> None:
        self._own = own

    def add_to(self, group: app_commands.Group, router: Router, desk: Desk) -> None:
        """Register the command and its actions."""

        @group.command(name="set", description="Choose questions in a fixed order, for a competition")
        @app_commands.describe(course="Which course", title="What the set is called")
        async def set_(interaction: discord.Interaction, course: str, title: str) -> None:
            await desk.serve(interaction, lambda reply: self._set(reply, course, title))

        @set_.autocomplete("course")
        async def courses(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return await offered_courses(self._own, interaction, typed)

        @set_.autocomplete("title")
        async def titles(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return await offered_sets(self._own, interaction, typed)

        router.add("course.chose", self._chose)
        router.add("course.page", self._set_page, page=True)
        router.add("course.unchoose", self._unchoose)
        router.add("course.drop_set", self._drop_set)
        router.add("course.rehearse", self._rehearse, new=True)
        router.add("course.rehearse_at", self._rehearse_at, page=True)

    async def _set(self, reply: Reply, course: str, title: str) -> None:
        who = writer(reply)
        await self._own.refuse_reader(who)
        known = await self._own.find(who.guild_id, course)
        await reply.show(await self._set_screen(who, known.id, await self._own.named_set(who, known.id, whole(title))))

    async def _set_screen(self, who: Writer, course_id: int, chosen: QuestionSet, page: int = 0) -> Screen:
        kept = await self._own.whole(who.guild_id, course_id)
        live = [one.question for one in kept.questions if one.is_live]
        return set_screen(kept.course, chosen, live, page)

    async def _chose(self, reply: Reply, of: str, course: str, page: str, mark: str, *question_ids: str) -> None:
        who = writer(reply)
        if ids.number(of) != who.guild_id:
            raise ids.stale()
        number = ids.number(course)
        chosen = await self._own.set_of_mark(who, number, mark)
        now = await self._own.save_set(who, number, chosen.title, (*chosen.question_ids, *question_ids))
        await reply.update(await self._set_screen(who, number, now, ids.number(page)))

    async def _set_page(self, reply: Reply, course: str, page: str, mark: str) -> None:
        who, number = writer(reply), ids.number(course)
        chosen = await self._own.set_of_mark(who, number, mark)
        await reply.update(await self._set_screen(who, number, chosen, ids.number(page)))

    async def _unchoose(self, reply: Reply, course: str, page: str, mark: str) -> None:
        who, number = writer(reply), ids.number(course)
        chosen = await self._own.set_of_mark(who, number, mark)
        now = await self._own.save_set(who, number, chosen.title, chosen.question_ids[:-1])
        await reply.update(await self._set_screen(who, number, now, ids.number(page)))

    async def _drop_set(self, reply: Reply, course: str, mark: str) -> None:
        who, number = writer(reply), ids.number(course)
        chosen = await self._own.set_of_mark(who, number, mark)
        await self._own.drop_set(who, number, chosen.title)
        await reply.update(note(f"The set **{safe(chosen.title, TITLE)}** is gone. Its questions stay.", GREY))

    async def _rehearse(self, reply: Reply, course: str, mark: str) -> None:
        await reply.show(await self._rehearsal(reply, course, mark, 0))

    async def _rehearse_at(self, reply: Reply, course: str, mark: str, place: str) -> None:
        await reply.update(await self._rehearsal(reply, course, mark, ids.number(place)))

    async def _rehearsal(self, reply: Reply, course: str, mark: str, place: int) -> Screen:
        number = ids.number(course)
        return rehearsal_screen(await self._own.rehearse(writer(reply), number, mark), number, mark, place)


async def offered_sets(own: OwnCourses, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """The server's sets whose titles hold what was typed."""
    guild_id = server_of(interaction)
    here = await own.sets(guild_id) if guild_id is not None else []
    wanted = spellings(typed)[1]
    titles = dict.fromkeys(one.title for _, one in here if wanted in spellings(one.title)[1])
    return [app_commands.Choice(name=title[:100], value=title[:100]) for title in list(titles)[:MENU]]
