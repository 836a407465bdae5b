"""`/review`: what is due today, and when to come back."""

import discord
from discord import app_commands

from bot.services.practice.practising import Practice
from bot.services.practice.reviews import AT_ONCE, CourseDue, Reviews
from bot.ui import ids
from bot.ui.layouts import BLURPLE, GREEN, Block, Button, Row, Screen
from bot.ui.practice.quiz import current_screen
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router
from bot.wording import as_many

APART = 10
"""Up to so many courses each stands by itself."""


class ReviewFeature:
    """The command, and the button that starts a sitting."""

    def __init__(self, reviews: Reviews, practice: Practice) -> None:
        self._reviews = reviews
        self._practice = practice

    def add_to(self, tree: app_commands.CommandTree, router: Router, desk: Desk) -> None:
        """Register the command and its action."""

        @tree.command(name="review", description="What is due for you today, before you forget it")
        async def review(interaction: discord.Interaction) -> None:
            await desk.serve(interaction, self._show)

        router.add("review.start", self._start, new=True)

    async def _show(self, reply: Reply) -> None:
        await reply.show(review_screen(await self._reviews.due(reply.learner)))

    async def _start(self, reply: Reply, pack_id: str) -> None:
        run = await self._reviews.start(reply.learner, pack_id)
        current = await self._practice.current(run.id, reply.member_id)
        await reply.show(current_screen(current, "Review: one question for each idea that is due."))


def review_screen(courses: list[CourseDue]) -> Screen:
    """How many are due now, tomorrow and this week; a button for each course that has something."""
    blocks: list[Block] = ["## Review\n-# Each idea comes back shortly before you would forget it."]
    buttons = review_buttons(courses)
    told = []
    for course in courses:
        due = course.due
        if not any((due.now, due.tomorrow, due.this_week, due.later)):
            told.append(
                f"**{course.title}**: nothing yet. What you answer in `/quiz` or in competitions comes back here."
            )
            continue
        told.append(
            f"**{course.title}**: **{due.now}** due now · {due.tomorrow} within a day · {due.this_week} within a week · "
            f"{due.later} later"
        )
        if not due.now and len(courses) == 1:
            told.append("✅ Nothing is due now. Come back tomorrow, or learn something new with `/quiz`.")
    blocks += told if len(told) <= APART else [as_many(told, 3_000, "\n")]
    if buttons:
        blocks.append(Row(buttons[:5]))
    return Screen(blocks, BLURPLE if buttons else GREEN)


def review_buttons(courses: list[CourseDue]) -> list[Button]:
    """A button for each course with something due."""
    return [
        Button(
            f"Review {_at_once(course)} now" if len(courses) == 1 else f"{course.title}: {_at_once(course)}",
            ids.encode("review.start", course.pack_id),
            discord.ButtonStyle.success,
        )
        for course in courses
        if course.due.now
    ]


def _at_once(course: CourseDue) -> int:
    return min(course.due.now, AT_ONCE)
