"""What is there already: `/question find`, `history`, `retire`."""

from typing import Any, Literal

import discord
from discord import app_commands

from bot.model.courses import OwnCourse
from bot.services.course.authoring import Authoring
from bot.services.course.own import OwnCourses, Writer
from bot.ui import ids
from bot.ui.course.naming import meant, offered_questions, offered_sections
from bot.ui.course.question_screens import found_screen, history_screen, question_screen, retiring_screen
from bot.ui.course.writers import offered_courses, writer
from bot.ui.layouts import GREY, Button, Row, Screen
from bot.ui.options import whole
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router


class FindingFeature:
    """The commands, and what their buttons do."""

    def __init__(self, own: OwnCourses, authoring: Authoring) -> None:
        self._own = own
        self._authoring = authoring

    def add_to(self, group: app_commands.Group, router: Router, desk: Desk) -> None:
        """Register the commands and their actions."""

        @group.command(name="find", description="Find questions of this server's own courses")
        @app_commands.describe(
            text="Words of the question or its answers",
            course="Only in this course",
            section="Only in this section",
            state="Which: those that are asked, or retired ones (default: both)",
        )
        async def find(
            interaction: discord.Interaction,
            text: str = "",
            course: str | None = None,
            section: str = "",
            state: Literal["live", "retired"] | None = None,
        ) -> None:
            await desk.serve(interaction, lambda reply: self._find(reply, text, course, section, state))

        @group.command(name="history", description="Every version of a question, and when it changed")
        @app_commands.describe(question="Which question; type some of its words")
        async def history(interaction: discord.Interaction, question: str) -> None:
            await desk.serve(interaction, lambda reply: self._history(reply, question))

        @group.command(name="retire", description="Ask a question no more; what was answered stays")
        @app_commands.describe(question="Which question; type some of its words")
        async def retire(interaction: discord.Interaction, question: str) -> None:
            await desk.serve(interaction, lambda reply: self._ask_retire(reply, question))

        async def courses(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return await offered_courses(self._own, interaction, typed)

        async def sections(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return await offered_sections(self._own, interaction, typed)

        offering: list[Any] = [find]
        for command in offering:
            command.autocomplete("course")(courses)
            command.autocomplete("section")(sections)

        async def questions(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return await offered_questions(self._own, self._authoring, interaction, typed)

        offering = [history, retire]
        for command in offering:
            command.autocomplete("question")(questions)
        router.add("question.list", self._listed, new=True)
        router.add("question.turn", self._turned, page=True)
        router.add("question.open", self._opened, new=True)
        router.add("question.history", self._history_of, new=True)
        router.add("question.version", self._version, page=True)
        router.add("question.retire", self._ask_retire_one, new=True)
        router.add("question.retire_yes", self._retire)
        router.add("question.keep", self._kept)
        router.add("question.revive", self._revive)

    # What is there

    async def _find(self, reply: Reply, text: str, course: str | None, section: str, state: str | None) -> None:
        who = writer(reply)
        await self._own.refuse_reader(who)
        known = await self._own.find(who.guild_id, course) if course else None
        live = {"live": True, "retired": False}.get(state or "")
        found = await self._authoring.find(
            who, whole(text), course_id=known.id if known else None, section=whole(section), live=live
        )
        await reply.show(found_screen(found))

    async def _listed(self, reply: Reply, course: str, page: str) -> None:
        await reply.show(await self._list(reply, course, page))

    async def _turned(self, reply: Reply, course: str, page: str) -> None:
        await reply.update(await self._list(reply, course, page))

    async def _list(self, reply: Reply, course: str, page: str) -> Screen:
        who, number = writer(reply), ids.number(course)
        found = await self._authoring.find(who, course_id=number)
        await self._own.the(who.guild_id, number)
        return found_screen(found, course_id=number, page=ids.number(page))

    async def _opened(self, reply: Reply, key: str) -> None:
        who = writer(reply)
        known, one = await meant(self._own, self._authoring, who, key)
        await reply.show(question_screen(known, one))

    async def _history(self, reply: Reply, question: str) -> None:
        who = writer(reply)
        known, one = await meant(self._own, self._authoring, who, whole(question))
        await reply.show(await self._versions(who, known, one.id))

    async def _history_of(self, reply: Reply, course: str, question_id: str) -> None:
        who = writer(reply)
        await self._own.refuse_reader(who)
        await reply.show(await self._versions(who, await self._own.the(who.guild_id, ids.number(course)), question_id))

    async def _version(self, reply: Reply, course: str, question_id: str, version: str) -> None:
        who = writer(reply)
        await self._own.refuse_reader(who)
        known = await self._own.the(who.guild_id, ids.number(course))
        await reply.update(await self._versions(who, known, question_id, ids.number(version)))

    async def _versions(self, who: Writer, known: OwnCourse, question_id: str, version: int | None = None) -> Screen:
        found = await self._own.versions(who.guild_id, known.id, question_id)
        return history_screen(known, found, await self._authoring.names(who, found), version)

    async def _ask_retire(self, reply: Reply, question: str) -> None:
        who = writer(reply)
        known, one = await meant(self._own, self._authoring, who, whole(question))
        await reply.show(retiring_screen(known, one))

    async def _ask_retire_one(self, reply: Reply, course: str, question_id: str) -> None:
        who, number = writer(reply), ids.number(course)
        await self._own.refuse_reader(who)
        one = await self._own.question(who.guild_id, number, question_id)
        await reply.show(retiring_screen(await self._own.the(who.guild_id, number), one))

    async def _retire(self, reply: Reply, course: str, question_id: str) -> None:
        await self._authoring.retire(writer(reply), ids.number(course), question_id)
        back = Button("Ask it again", ids.encode("question.revive", ids.number(course), question_id))
        await reply.update(
            Screen(["**Retired.** It won't be asked any more; answers already given stay.", Row([back])], GREY)
        )

    async def _kept(self, reply: Reply, course: str, question_id: str) -> None:
        who, number = writer(reply), ids.number(course)
        await self._own.refuse_reader(who)
        one = await self._own.question(who.guild_id, number, question_id)
        await reply.update(question_screen(await self._own.the(who.guild_id, number), one))

    async def _revive(self, reply: Reply, course: str, question_id: str) -> None:
        who, number = writer(reply), ids.number(course)
        one = await self._authoring.revive(who, number, question_id)
        await reply.update(question_screen(await self._own.the(who.guild_id, number), one))
