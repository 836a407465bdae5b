"""Reminders of reviews, by direct message, and the button that ends them."""

import discord

from bot.services.member.settings import MemberSettings
from bot.services.practice.reminders import DirectMessagesClosedError
from bot.services.practice.reviews import CourseDue
from bot.ui import ids
from bot.ui.layouts import BLURPLE, GREY, Button, Row, Screen, note
from bot.ui.marks import Marks
from bot.ui.practice.review import review_buttons
from bot.ui.replies import Reply
from bot.ui.routing import Router
from bot.ui.sending import SendScheduler
from bot.ui.shards import Shards


class RemindersFeature:
    """Writes the reminders, and does what their button says."""

    def __init__(self, settings: MemberSettings, shards: Shards, scheduler: SendScheduler, marks: Marks) -> None:
        self._settings = settings
        self._shards = shards
        self._scheduler = scheduler
        self._marks = marks

    def add_to(self, router: Router) -> None:
        """Register the action."""
        router.add("reminders.off", self._off)

    async def remind(self, member_id: int, courses: list[CourseDue]) -> None:
        """Write to a member what is due. Raises DirectMessagesClosedError when they take no direct messages."""

        async def write() -> None:
            channel = await self._shards.first.create_dm(discord.Object(member_id))
            await channel.send(view=reminder_screen(courses).view(self._marks))

        try:
            await self._scheduler.call(write)
        except discord.Forbidden as closed:
            raise DirectMessagesClosedError from closed

    async def _off(self, reply: Reply) -> None:
        await self._settings.set_reminder_hour(reply.member_id, None)
        await reply.update(note("Reminders are off. Turn them back on in </settings:0>.", GREY))


def reminder_screen(courses: list[CourseDue]) -> Screen:
    """How many are due, with a button to begin and one to be left alone."""
    due = [course for course in courses if course.due.now]
    count = sum(course.due.now for course in due)
    ideas = "**1 idea is**" if count == 1 else f"**{count} ideas are**"
    where = f" in {due[0].title}" if len(due) == 1 else ""
    return Screen(
        [
            f"⏰ {ideas} due for review{where}: a quick look now saves you from learning it again.",
            Row([*review_buttons(courses)[:4], Button("No more reminders", ids.encode("reminders.off"))]),
        ],
        BLURPLE,
    )
