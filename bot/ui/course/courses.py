"""`/course`: the server's own courses, made, changed, imported, exported, deleted."""

from typing import Any

import discord
from discord import app_commands

from bot.clock import DAY_MS
from bot.model.courses import OwnCourse
from bot.services.course.imports import MOST_FILE_BYTES, CourseImports, ImportReport
from bot.services.course.own import (
    KEPT_DAYS,
    OFFERED_STANDARDS,
    OwnCourses,
)
from bot.ui import ids
from bot.ui.course.attachments import Attachments, attached
from bot.ui.course.course_screens import STANDARDS, TITLE, course_form, course_screen, exported_screen, list_screen
from bot.ui.course.import_screens import faulty_screen, import_screen, look_screen, undone_screen
from bot.ui.course.sets import SetFeature
from bot.ui.course.writers import IN_SERVERS_ONLY, offered_courses, writer
from bot.ui.forms import Filled
from bot.ui.layouts import (
    BLURPLE,
    GREEN,
    GREY,
    Button,
    Download,
    Row,
    Screen,
    asking,
    note,
)
from bot.ui.names import safe
from bot.ui.options import whole
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router
from bot.wording import counted, in_a_list

FORMATS = {
    "xlsx": "spreadsheet (.xlsx)",
    "csv": "table (.csv)",
    "zip": "whole course with pictures (.zip)",
    "gift": "Moodle GIFT",
    "moodle-xml": "Moodle XML",
    "anki": "Anki deck (.apkg)",
    "markdown": "Markdown (.md)",
}


class CourseFeature:
    """The command group, and what its buttons do."""

    def __init__(self, own: OwnCourses, imports: CourseImports, attachments: Attachments) -> None:
        self._own = own
        self._imports = imports
        self._attachments = attachments

    def add_to(self, tree: app_commands.CommandTree, router: Router, desk: Desk) -> None:
        """Register the commands and their actions."""
        group = app_commands.Group(
            name="course",
            description="For authors: this server's own courses",
            allowed_contexts=IN_SERVERS_ONLY,
        )

        @group.command(name="new", description="Make a course of this server's own")
        @app_commands.describe(
            title="What it is called",
            language="The code of the language it is written in: en (default), es, ja, pt-BR",
            standard="Must authors give reasons? plain: no (default), explained: yes",
        )
        @app_commands.choices(
            standard=[app_commands.Choice(name=STANDARDS[one], value=one) for one in OFFERED_STANDARDS]
        )
        async def new(
            interaction: discord.Interaction, title: str, language: str = "en", standard: str = "plain"
        ) -> None:
            await desk.serve(interaction, lambda reply: self._new(reply, title, language, standard))

        @group.command(name="list", description="This server's own courses, and what they hold")
        async def list_(interaction: discord.Interaction) -> None:
            await desk.serve(interaction, self._list)

        @group.command(
            name="edit", description="Change a course's title, sections, language, standard; switch it on or off"
        )
        @app_commands.describe(course="Which course")
        async def edit(interaction: discord.Interaction, course: str) -> None:
            await desk.serve(interaction, lambda reply: self._open(reply, course))

        @group.command(name="template", description="A table to fill in and attach to /course import")
        async def table(interaction: discord.Interaction) -> None:
            await desk.serve(interaction, self._template)

        @group.command(
            name="import", description="Take questions from a file: a table, Moodle, Anki, Kahoot, Markdown, …"
        )
        @app_commands.describe(file="The file, up to 10 MiB", course="Which course (default: a new one)")
        async def import_(
            interaction: discord.Interaction, file: discord.Attachment, course: str | None = None
        ) -> None:
            await desk.serve(interaction, lambda reply: self._import(reply, file, course))

        @group.command(name="export", description="Take a course away as a file")
        @app_commands.describe(course="Which course", file_format="The kind of file (default: a spreadsheet)")
        @app_commands.rename(file_format="format")
        @app_commands.choices(file_format=[app_commands.Choice(name=name, value=one) for one, name in FORMATS.items()])
        async def export(interaction: discord.Interaction, course: str, file_format: str = "xlsx") -> None:
            await desk.serve(interaction, lambda reply: self._export(reply, course, file_format))

        @group.command(name="delete", description="Delete a course; you have a week to bring it back")
        @app_commands.describe(course="Which course")
        async def delete(interaction: discord.Interaction, course: str) -> None:
            await desk.serve(interaction, lambda reply: self._ask_delete(reply, course))

        async def courses(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return await offered_courses(self._own, interaction, typed)

        offering: list[Any] = [edit, import_, export, delete]
        for command in offering:
            command.autocomplete("course")(courses)

        SetFeature(self._own).add_to(group, router, desk)
        tree.add_command(group)
        self._add_actions(router)

    def _add_actions(self, router: Router) -> None:
        router.add("course.open", self._opened, new=True)
        router.add("course.form", self._form)
        router.add_form("course.change", self._change, new=False)
        router.add("course.on", self._switch)
        router.add("course.template", self._template, new=True)
        router.add("course.export", self._export_one, new=True)
        router.add("course.delete", self._ask_again, new=True)
        router.add("course.delete_sure", self._ask_last)
        router.add("course.delete_yes", self._delete)
        router.add("course.keep", self._keep)
        router.add("course.back", self._bring_back)
        router.add("course.publish", self._publish)
        router.add("course.faults", self._faults, new=True)
        router.add("course.look", self._look, new=True)
        router.add("course.look_at", self._look_at, page=True)
        router.add("course.undo", self._undo)

    # Courses

    async def _new(self, reply: Reply, title: str, language: str, standard: str) -> None:
        course = await self._own.new(writer(reply), whole(title), language=whole(language), standard=standard)
        await reply.show(await self._screen(reply, course, "Made. It has no questions yet: add one, or attach a file."))

    async def _list(self, reply: Reply) -> None:
        who = writer(reply)
        await self._own.refuse_reader(who)
        deleted = await self._own.deleted(who.guild_id)
        await reply.show(list_screen(await self._own.views(who.guild_id), deleted))

    async def _open(self, reply: Reply, course: str) -> None:
        who = writer(reply)
        await self._own.refuse_reader(who)
        await reply.show(await self._screen(reply, await self._own.find(who.guild_id, course)))

    async def _opened(self, reply: Reply, course: str) -> None:
        who = writer(reply)
        await self._own.refuse_reader(who)
        await reply.show(await self._screen(reply, await self._own.the(who.guild_id, ids.number(course))))

    async def _screen(self, reply: Reply, course: OwnCourse, remark: str = "") -> Screen:
        views = {one.course.id: one for one in await self._own.views(writer(reply).guild_id)}
        kept = await self._own.whole(course.guild_id, course.id)
        by_section = dict.fromkeys(course.outline.sections, 0)
        for one in kept.questions:
            if one.is_live:
                title = course.outline.section_title(one.question.section)
                by_section[title] = by_section.get(title, 0) + 1
        return course_screen(views[course.id], by_section, remark)

    async def _form(self, reply: Reply, course: str) -> None:
        who = writer(reply)
        await self._own.refuse_reader(who)
        known = await self._own.the(who.guild_id, ids.number(course))
        await reply.ask(course_form(known))

    async def _change(self, reply: Reply, filled: Filled, course: str) -> None:
        who = writer(reply)
        changed = await self._own.change(
            who,
            ids.number(course),
            title=filled.get("title", ""),
            description=filled.get("description", ""),
            language=filled.get("language", ""),
            standard=filled.get("standard", ""),
            sections=filled.get("sections", "").split("\n"),
        )
        await reply.update(await self._screen(reply, changed, "Changed."))

    async def _switch(self, reply: Reply, course: str, on: str) -> None:
        changed = await self._own.switch(writer(reply), ids.number(course), on=on == "1")
        await reply.update(await self._screen(reply, changed))

    async def _template(self, reply: Reply) -> None:
        table = await self._own.template(writer(reply))
        words = (
            "## A table to fill in\nOne question a row; the first row says what goes where. You need `question`, `answer` "
            "and, for a choice, `option a`, `option b`, …\nThen attach it to </course import:0>. When something is wrong "
            "with a row, I say which: mend the table and attach it again, and nothing comes twice."
        )
        await reply.show(Screen([words, Download("questions.xlsx", table)], BLURPLE))

    async def _export(self, reply: Reply, course: str, file_format: str) -> None:
        who = writer(reply)
        await self._own.refuse_reader(who)
        known = await self._own.find(who.guild_id, course)
        await reply.show(exported_screen(await self._own.export(who, known.id, file_format), FORMATS[file_format]))

    async def _export_one(self, reply: Reply, course: str) -> None:
        await reply.show(
            exported_screen(await self._own.export(writer(reply), ids.number(course), "zip"), FORMATS["zip"])
        )

    # Deleting

    async def _ask_delete(self, reply: Reply, course: str) -> None:
        who = writer(reply)
        await self._own.refuse_reader(who)
        await self._ask(reply, await self._own.find(who.guild_id, course))

    async def _ask_again(self, reply: Reply, course: str) -> None:
        who = writer(reply)
        await self._own.refuse_reader(who)
        await self._ask(reply, await self._own.the(who.guild_id, ids.number(course)))

    async def _ask(self, reply: Reply, course: OwnCourse) -> None:
        kept = await self._own.hanging_on(course)
        title = safe(course.outline.title, TITLE)
        more = [(kept.retired, "retired question"), (kept.drafts, "draft"), (kept.sets, "set")]
        held = in_a_list([counted(kept.questions, "question"), *(counted(n, what) for n, what in more if n)])
        by = f"{counted(kept.answers, 'answer')} of {counted(kept.members, 'member')}"
        given = f" {by} stay: points and boards don't change." if kept.answers else ""
        words = f"**Delete {title}?** It has {held}.{given} You have {KEPT_DAYS} days to bring it back."
        no = Button("No, keep it", ids.encode("course.keep", course.id))
        await reply.show(asking(words, no, Button("Yes, delete it", ids.encode("course.delete_sure", course.id))))

    async def _ask_last(self, reply: Reply, course: str) -> None:
        who = writer(reply)
        await self._own.refuse_reader(who)
        known = await self._own.the(who.guild_id, ids.number(course))
        words = f"**Are you sure?** {safe(known.outline.title, TITLE)} won't be asked any more."
        yes = Button("Yes, I'm sure", ids.encode("course.delete_yes", known.id))
        await reply.update(asking(words, Button("No, keep it", ids.encode("course.keep", known.id)), yes))

    async def _delete(self, reply: Reply, course: str) -> None:
        gone = await self._own.delete(writer(reply), ids.number(course))
        until = (gone.deleted_ms or 0) + KEPT_DAYS * DAY_MS
        words = f"**{safe(gone.outline.title, TITLE)}** is deleted. You can bring it back until <t:{until // 1000}:f>."
        await reply.update(Screen([words, Row([Button("Bring it back", ids.encode("course.back", gone.id))])], GREY))

    async def _keep(self, reply: Reply, course: str) -> None:
        known = await self._own.the(writer(reply).guild_id, ids.number(course))
        await reply.update(note(f"**{safe(known.outline.title, TITLE)}** stays as it is.", GREEN))

    async def _bring_back(self, reply: Reply, course: str) -> None:
        back = await self._own.bring_back(writer(reply), ids.number(course))
        await reply.update(await self._screen(reply, back, "It's back."))

    # Imports

    async def _import(self, reply: Reply, file: discord.Attachment, course: str | None) -> None:
        who = writer(reply)
        await self._own.refuse_reader(who)
        known, file = await self._own.find(who.guild_id, course) if course else None, attached(file)
        await reply.announce()
        data = await self._attachments.fetch(file.url, file.size, MOST_FILE_BYTES)
        report = await self._imports.read(who, known.id if known else None, whole(file.filename), data)
        await reply.show(import_screen(report))

    async def _publish(self, reply: Reply, number: str) -> None:
        await reply.update(import_screen(await self._imports.publish(writer(reply), ids.number(number))))

    async def _faults(self, reply: Reply, number: str) -> None:
        who = writer(reply)
        await self._own.refuse_reader(who)
        await reply.show(faulty_screen(await self._imports.the(who, ids.number(number))))

    async def _look(self, reply: Reply, number: str) -> None:
        await reply.show(look_screen(await self._readable(reply, number), 0))

    async def _look_at(self, reply: Reply, number: str, place: str) -> None:
        await reply.update(look_screen(await self._readable(reply, number), ids.number(place)))

    async def _readable(self, reply: Reply, number: str) -> ImportReport:
        who = writer(reply)
        await self._own.refuse_reader(who)
        report = await self._imports.the(who, ids.number(number))
        if not report.passing:
            raise ids.stale()
        return report

    async def _undo(self, reply: Reply, number: str) -> None:
        report: ImportReport = await self._imports.undo(writer(reply), ids.number(number))
        await reply.update(undone_screen(report))
