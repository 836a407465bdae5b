"""Writing a question: `/question add`, `edit`, `drafts`, `/suggest`, and *Make a question of this*."""

from dataclasses import replace
from typing import Any

import discord
from discord import app_commands

from bot.errors import UserError
from bot.exchange.typed_form import Typed
from bot.facts import Code, fact
from bot.model.courses import OwnCourse
from bot.packs.models import LONGEST_LINE
from bot.packs.pictures import MOST_BYTES
from bot.services.course.authoring import Authoring, DraftView
from bot.services.course.own import OwnCourses, Writer
from bot.ui import ids
from bot.ui.course.attachments import Attachments, attached
from bot.ui.course.naming import meant, offered_questions, offered_sections
from bot.ui.course.question_forms import (
    FORMS,
    LONGEST_FIELD,
    form_name,
    form_of_typed,
    question_form,
    section_number,
    typed_of_form,
)
from bot.ui.course.question_screens import begins, draft_screen, drafts_screen, published_screen
from bot.ui.course.writers import IN_SERVERS_ONLY, offered_courses, writer
from bot.ui.forms import Filled, Form, Menu, chosen
from bot.ui.layouts import GREEN, GREY, Button, Row, Screen, asking, in_short, note
from bot.ui.options import whole
from bot.ui.practice.about import text_of
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router

MENU_NAME = "Make a question of this"
MENU = 25


class WritingFeature:
    """The commands, and what their buttons and forms do."""

    def __init__(self, own: OwnCourses, authoring: Authoring, attachments: Attachments) -> None:
        self._own = own
        self._authoring = authoring
        self._attachments = attachments

    def add_to(self, group: app_commands.Group, tree: app_commands.CommandTree, router: Router, desk: Desk) -> None:
        """Register the commands and their actions."""
        self._add_suggesting(tree, desk)
        self._add_actions(router)
        forms = [app_commands.Choice(name=name, value=one) for one, name in FORMS.items()]

        @group.command(name="add", description="Write a question: a form, then a preview as learners will see it")
        @app_commands.describe(
            course="Which course",
            section="Which section (default: the first)",
            form="How it is answered (default: choice)",
            picture="A picture to ask about: PNG, JPEG or WebP, up to 1 MiB",
            alt="What the picture shows, for those who can't see it",
        )
        @app_commands.choices(form=forms)
        async def add(
            interaction: discord.Interaction,
            course: str,
            section: str | None = None,
            form: str = "choice",
            picture: discord.Attachment | None = None,
            alt: str = "",
        ) -> None:
            await desk.serve(interaction, lambda reply: self._add(reply, course, section, form, picture, alt))

        @group.command(name="edit", description="Write another version of a question")
        @app_commands.describe(question="Which question; type some of its words")
        async def edit(interaction: discord.Interaction, question: str) -> None:
            await desk.serve(interaction, lambda reply: self._edit(reply, question))

        @group.command(name="drafts", description="What you have written here and not published")
        async def drafts(interaction: discord.Interaction) -> None:
            await desk.serve(interaction, self._drafts)

        async def questions(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return await offered_questions(self._own, self._authoring, interaction, typed)

        edit.autocomplete("question")(questions)
        self._offer(add)

    def _add_suggesting(self, tree: app_commands.CommandTree, desk: Desk) -> None:
        forms = [app_commands.Choice(name=name, value=one) for one, name in FORMS.items()]

        @tree.command(name="suggest", description="Suggest a question for a course of this server")
        @app_commands.describe(
            course="Which course",
            section="Which section (default: the first)",
            form="How it is answered (default: choice)",
        )
        @app_commands.choices(form=forms)
        @app_commands.guild_only()
        async def suggest(
            interaction: discord.Interaction, course: str, section: str | None = None, form: str = "choice"
        ) -> None:
            await desk.serve(interaction, lambda reply: self._suggest(reply, course, section, form))

        self._offer(suggest)

        async def of_message(interaction: discord.Interaction, message: discord.Message) -> None:
            await desk.serve(interaction, lambda reply: self._of_message(reply, message))

        menu: app_commands.ContextMenu = app_commands.ContextMenu(name=MENU_NAME, callback=of_message)
        menu.allowed_contexts = IN_SERVERS_ONLY
        tree.add_command(menu)

    def _offer(self, command: Any) -> None:
        """Offer courses and sections as somebody types."""

        async def courses(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return await offered_courses(self._own, interaction, typed)

        async def sections(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return await offered_sections(self._own, interaction, typed)

        command.autocomplete("course")(courses)
        command.autocomplete("section")(sections)

    def _add_actions(self, router: Router) -> None:
        router.add("question.add", self._add_to_course)
        router.add("question.form", self._edit_one)
        router.add_form("question.write", self._written)
        router.add_form("question.message", self._written_of_message)
        router.add_form("question.rewrite", self._rewritten)
        router.add_form("question.redraft", self._redrafted, new=False)
        router.add_form("question.drawn", self._redrafted)
        router.add("question.edit_draft", self._edit_draft)
        router.add("question.draft", self._show_draft, new=True)
        router.add("question.publish", self._publish)
        router.add("question.over", self._publish_over)
        router.add("question.propose", self._propose)
        router.add("question.drop", self._ask_drop, new=True)
        router.add("question.drop_yes", self._drop)

    # Writing

    async def _add(
        self,
        reply: Reply,
        course: str,
        section: str | None,
        form: str,
        picture: discord.Attachment | None,
        alt: str,
    ) -> None:
        who = writer(reply)
        await self._own.refuse_reader(who)
        known = await self._own.find(who.guild_id, course)
        number = section_number(known, section)
        if picture is None:
            await reply.ask(question_form(known, form, ids.encode("question.write", known.id, form, number, "a")))
            return
        picture = attached(picture)
        if not whole(alt).strip():
            raise UserError(fact(Code.PICTURE_NEEDS_WORDS))
        if picture.size > MOST_BYTES:
            raise UserError(fact(Code.PICTURE_NOT_TAKEN, why="a picture of at most 1 MiB; save it smaller, or as JPEG"))
        typed = Typed("", "", form=form_name(form), section=known.outline.sections[number])
        typed = replace(typed, picture=picture.url, alt=" ".join(whole(alt).split())[:LONGEST_LINE])
        view = await self._authoring.write(who, known.id, typed)
        await reply.ask(question_form(known, form, ids.encode("question.drawn", view.draft.id)))

    async def _add_to_course(self, reply: Reply, course: str) -> None:
        who = writer(reply)
        await self._own.refuse_reader(who)
        known = await self._own.the(who.guild_id, ids.number(course))
        await reply.ask(question_form(known, "choice", ids.encode("question.write", known.id, "choice", 0, "a")))

    async def _suggest(self, reply: Reply, course: str, section: str | None, form: str) -> None:
        who = writer(reply)
        await self._authoring.refuse_suggesting(who)
        known = await self._own.find(who.guild_id, course)
        await reply.ask(
            question_form(
                known, form, ids.encode("question.write", known.id, form, section_number(known, section), "s")
            )
        )

    async def _written(self, reply: Reply, filled: Filled, course: str, form: str, section: str, how: str) -> None:
        who = writer(reply)
        known = await self._own.the(who.guild_id, ids.number(course))
        number = min(ids.number(section), len(known.outline.sections) - 1)
        typed = typed_of_form(filled, form=form_name(form), section=known.outline.sections[number])
        await reply.show(draft_screen(await self._authoring.write(who, known.id, typed, as_suggestion=how == "s")))

    async def _of_message(self, reply: Reply, message: discord.Message) -> None:
        who = writer(reply)
        as_author = await self._own.may_write(who)
        if not as_author:
            await self._authoring.refuse_suggesting(who)
        here = await self._own.of(who.guild_id)
        if not here:
            raise UserError(fact(Code.NO_OWN_COURSES))
        courses = [(in_short(one.outline.title, 100), str(one.id)) for one in here[:MENU]]
        form = question_form(here[0], "choice", ids.encode("question.message", "a" if as_author else "s"))
        fields = [field for field in form.fields if field.id != "source"]
        begun = Form("Make a question", form.id, [*fields, Menu("course", "Course", courses, [courses[0][1]])])
        await reply.ask(begun.filled({"question": text_of(message)[:LONGEST_FIELD]}))

    async def _written_of_message(self, reply: Reply, filled: Filled, how: str) -> None:
        who = writer(reply)
        [course] = chosen(filled, "course") or ["0"]
        known = await self._own.the(who.guild_id, ids.number(course))
        typed = typed_of_form(filled, form="choice", section=known.outline.sections[0])
        await reply.show(draft_screen(await self._authoring.write(who, known.id, typed, as_suggestion=how == "s")))

    async def _edit(self, reply: Reply, question: str) -> None:
        who = writer(reply)
        known, one = await meant(self._own, self._authoring, who, whole(question))
        await self._ask_again(reply, who, known, one.id)

    async def _edit_one(self, reply: Reply, course: str, question_id: str) -> None:
        who = writer(reply)
        await self._own.refuse_reader(who)
        await self._ask_again(reply, who, await self._own.the(who.guild_id, ids.number(course)), question_id)

    async def _ask_again(self, reply: Reply, who: Writer, known: OwnCourse, question_id: str) -> None:
        _, typed, mine = await self._authoring.typed(who, known.id, question_id)
        form_id = (
            ids.encode("question.drawn", mine.id)
            if mine
            else ids.encode("question.rewrite", known.id, typed.form, question_id)
        )
        await reply.ask(question_form(known, typed.form, form_id).filled(form_of_typed(typed)))

    async def _rewritten(self, reply: Reply, filled: Filled, course: str, form: str, question_id: str) -> None:
        who = writer(reply)
        _, before, _ = await self._authoring.typed(who, ids.number(course), question_id)
        typed = typed_of_form(filled, form=form_name(form), section=before.section)
        typed = replace(typed, picture=before.picture, alt=before.alt)
        view = await self._authoring.write(who, ids.number(course), typed, question_id=question_id)
        await reply.show(draft_screen(view))

    async def _edit_draft(self, reply: Reply, draft: str) -> None:
        view = await self._authoring.view(writer(reply), ids.number(draft))
        form = question_form(view.course, view.draft.typed.form, ids.encode("question.redraft", view.draft.id))
        await reply.ask(form.filled(form_of_typed(view.draft.typed)))

    async def _redrafted(self, reply: Reply, filled: Filled, draft: str) -> None:
        who, number = writer(reply), ids.number(draft)
        before = await self._authoring.view(who, number)
        typed = typed_of_form(filled, form=before.draft.typed.form, section=before.draft.typed.section)
        view = await self._authoring.write(who, before.course.id, typed, draft_id=number, as_suggestion=True)
        if view.draft.typed.picture.startswith("http"):
            await reply.announce()
            view = await self._with_picture(who, view)
        await (reply.update if reply.interaction.message else reply.show)(draft_screen(view))

    async def _with_picture(self, who: Writer, view: DraftView) -> DraftView:
        """The draft with the picture that was attached, fetched only now: a form has to be opened at once."""
        try:
            data = await self._attachments.fetch(view.draft.typed.picture, 0, MOST_BYTES)
            key = await self._authoring.take_picture(who, view.course.id, data)
        except UserError:
            await self._authoring.draw(who, view.draft.id, "")
            raise
        return await self._authoring.draw(who, view.draft.id, key)

    # Drafts

    async def _drafts(self, reply: Reply) -> None:
        who = writer(reply)
        titles = {one.id: one.outline.title for one in await self._own.of(who.guild_id)}
        await reply.show(drafts_screen(await self._authoring.mine(who), titles))

    async def _show_draft(self, reply: Reply, draft: str) -> None:
        await reply.show(draft_screen(await self._authoring.view(writer(reply), ids.number(draft))))

    async def _publish(self, reply: Reply, draft: str) -> None:
        await self._put(reply, draft, over=False)

    async def _publish_over(self, reply: Reply, draft: str) -> None:
        await self._put(reply, draft, over=True)

    async def _put(self, reply: Reply, draft: str, *, over: bool) -> None:
        who = writer(reply)
        view = await self._authoring.view(who, ids.number(draft))
        put = await self._authoring.publish(who, view.draft.id, over=over)
        await reply.update(published_screen(view.course, put))

    async def _propose(self, reply: Reply, draft: str) -> None:
        moved = await self._authoring.propose(writer(reply), ids.number(draft))
        words = "**Proposed.** An author reads it next, and I'll tell you what they say when you use a command next."
        take_back = Button("Edit", ids.encode("question.edit_draft", moved.id))
        await reply.update(Screen([words, Row([take_back])], GREEN))

    async def _ask_drop(self, reply: Reply, draft: str) -> None:
        view = await self._authoring.view(writer(reply), ids.number(draft))
        no = Button("No, keep it", ids.encode("question.draft", view.draft.id))
        yes = Button("Yes, delete it", ids.encode("question.drop_yes", view.draft.id))
        await reply.show(asking(f"**Delete this draft?** {begins(view.draft)}", no, yes))

    async def _drop(self, reply: Reply, draft: str) -> None:
        await self._authoring.drop(writer(reply), ids.number(draft))
        await reply.update(note("The draft is gone.", GREY))
