"""Reading what members suggest: `/question review`."""

import discord
from discord import app_commands

from bot.facts import Code, fact
from bot.services.course.authoring import LONGEST_NOTE, Authoring
from bot.services.course.own import OwnCourses, Writer
from bot.ui import ids
from bot.ui.course.question_screens import answered_screen, published_screen, review_screen
from bot.ui.course.writers import writer
from bot.ui.forms import Field, Filled, Form
from bot.ui.layouts import GREEN, Screen, note
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router

READ_BY = "Its author reads this"


class ReviewingFeature:
    """The command, and what its buttons and forms do."""

    def __init__(self, own: OwnCourses, authoring: Authoring) -> None:
        self._own = own
        self._authoring = authoring

    def add_to(self, group: app_commands.Group, router: Router, desk: Desk) -> None:
        """Register the command and its actions."""

        @group.command(name="review", description="Read what members suggest: accept it, send it back, turn it down")
        async def review(interaction: discord.Interaction) -> None:
            await desk.serve(interaction, self._queue)

        router.add("question.queue", self._queue, new=True)
        router.add("question.skip", self._skip, page=True)
        router.add("question.accept", self._accept)
        router.add("question.accept_over", self._accept_over)
        router.add("question.send_back", self._ask_word)
        router.add("question.decline", self._ask_no)
        router.add_form("question.returned", self._returned, new=False)
        router.add_form("question.declined", self._declined, new=False)

    # Reviewing

    async def _queue(self, reply: Reply) -> None:
        await reply.show(await self._next_to_read(reply))

    async def _skip(self, reply: Reply, after: str) -> None:
        await reply.update(await self._next_to_read(reply, ids.number(after)))

    async def _next_to_read(self, reply: Reply, after: int = 0) -> Screen:
        who = writer(reply)
        await self._own.refuse_reader(who)
        queue = [draft for _, draft in await self._authoring.queue(who.guild_id)]
        if not queue:
            return note(reply.words(fact(Code.NOTHING_WAITS)), GREEN)
        draft = next((one for one in queue if one.id > after), queue[0])
        view = await self._authoring.view(who, draft.id)
        return review_screen(view, queue.index(draft) + 1, len(queue), who.member_id)

    async def _accept(self, reply: Reply, draft: str) -> None:
        await self._accepted(reply, draft, over=False)

    async def _accept_over(self, reply: Reply, draft: str) -> None:
        await self._accepted(reply, draft, over=True)

    async def _accepted(self, reply: Reply, draft: str, *, over: bool) -> None:
        who = writer(reply)
        view = await self._authoring.view(who, ids.number(draft))
        put = await self._authoring.accept(who, view.draft.id, over=over)
        await reply.update(published_screen(view.course, put, waiting=await self._waiting(who)))

    async def _ask_word(self, reply: Reply, draft: str) -> None:
        word = Field(
            "word", "What should change?", "The second answer is right too", LONGEST_NOTE, hint="Its author reads this"
        )
        await reply.ask(Form("Send it back", ids.encode("question.returned", ids.number(draft)), [word]))

    async def _ask_no(self, reply: Reply, draft: str) -> None:
        word = Field("word", "Why not?", "We have this question already", LONGEST_NOTE, hint=READ_BY)
        await reply.ask(Form("Turn it down", ids.encode("question.declined", ids.number(draft)), [word]))

    async def _returned(self, reply: Reply, filled: Filled, draft: str) -> None:
        who = writer(reply)
        await self._authoring.send_back(who, ids.number(draft), filled.get("word", ""))
        words = "Sent back. I'll tell its author when they use a command next; they can mend it."
        await reply.update(answered_screen(words, await self._waiting(who)))

    async def _declined(self, reply: Reply, filled: Filled, draft: str) -> None:
        who = writer(reply)
        await self._authoring.decline(who, ids.number(draft), filled.get("word", ""))
        words = "Turned down. I'll tell its author when they use a command next."
        await reply.update(answered_screen(words, await self._waiting(who)))

    async def _waiting(self, who: Writer) -> int:
        return len(await self._authoring.queue(who.guild_id))
