"""`/review`: what is due today, and when to come back."""

import discord
from discord import app_commands

from bot.quiz.practice.picking import DEFAULT_QUESTIONS
from bot.quiz.practice.reviewing import Due
from bot.services.practice.practising import Practice
from bot.services.practice.reviews import AT_ONCE, CourseDue, Reviews
from bot.ui import ids
from bot.ui.layouts import BLURPLE, GREEN, Block, Button, Row, Screen
from bot.ui.practice.quiz import current_screen
from bot.ui.practice.summary import about, questions_are
from bot.ui.reach import anywhere
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router
from bot.wording import as_many, counted

APART = 10
"""Up to so many courses each stands by itself."""


class ReviewFeature:
    """The command, and the button that starts a sitting."""

    def __init__(self, reviews: Reviews, practice: Practice) -> None:
        self._reviews = reviews
        self._practice = practice

    def add_to(self, tree: app_commands.CommandTree, router: Router, desk: Desk) -> None:
        """Register the command and its action."""

        @anywhere
        @tree.command(name="review", description="Review what is due today, before you forget it")
        async def review(interaction: discord.Interaction) -> None:
            await desk.serve(interaction, self._show)

        router.add("review.start", self._start, new=True)
        router.add("review.new", self._new, new=True)
        router.add("review.mixed", self._mixed, new=True)

    async def _show(self, reply: Reply) -> None:
        await reply.show(review_screen(await self._reviews.due(reply.learner)))

    async def _start(self, reply: Reply, pack_id: str) -> None:
        run = await self._reviews.start(reply.learner, pack_id)
        current = await self._practice.current(run.id, reply.member_id)
        await reply.show(current_screen(current, "Review: one question for each idea that is due."))

    async def _new(self, reply: Reply, pack_id: str) -> None:
        run = await self._practice.start_new(reply.learner, pack_id)
        await reply.show(current_screen(await self._practice.current(run.id, reply.member_id)))

    async def _mixed(self, reply: Reply, pack_id: str) -> None:
        run = await self._practice.start_met(reply.learner, pack_id)
        current = await self._practice.current(run.id, reply.member_id)
        await reply.show(
            current_screen(current, "Mixed practice: questions you have met. They earn points only once they are due.")
        )


def review_screen(courses: list[CourseDue]) -> Screen:
    """How many are due now and soon, and a button for each course that has something; else what to do instead."""
    told = [_only_course(courses[0].due)] if len(courses) == 1 else [_line(course) for course in courses]
    blocks: list[Block] = ["## Review\n-# Each idea comes back shortly before you would forget it."]
    blocks += told if len(told) <= APART else [as_many(told, 3_000, "\n")]
    buttons = review_buttons(courses)
    if buttons:
        return Screen([*blocks, Row(buttons[:5])], BLURPLE)
    if instead := _instead(courses):
        blocks.append(Row(instead))
    return Screen(blocks, GREEN)


def _only_course(due: Due) -> str:
    if not due.any:
        return "**Nothing to review yet.** What you answer in quizzes and competitions comes back here."
    if due.now:
        return f"**{questions_are(due.now)} due now**, {about(due.now)}.{_soon(due)}"
    return f"✅ **Nothing is due right now.** The next question: <t:{(due.next_ms or 0) // 1000}:f>.{_soon(due)}"


def _soon(due: Due) -> str:
    counted = (
        (due.tomorrow, "by this time tomorrow"),
        (due.this_week, "later this week"),
        (due.later, "after that"),
    )
    told = " · ".join(f"{count} {when}" for count, when in counted if count)
    return f"\n-# {told}" if told else ""


def _line(course: CourseDue) -> str:
    due = course.due
    if not due.any:
        return f"**{course.title}**: nothing to review yet"
    return (
        f"**{course.title}**: **{due.now}** due now · {due.tomorrow} by this time tomorrow"
        f" · {due.this_week} later this week · {due.later} after that"
    )


def _instead(courses: list[CourseDue]) -> list[Button]:
    """What to do when nothing is due: questions never met, or (no points in it) those met already."""
    new = next((course for course in courses if course.new), None)
    met = max(courses, key=lambda course: course.met, default=None)
    ways = []
    if new:
        what = counted(min(new.new, DEFAULT_QUESTIONS), "new question")
        where = ids.encode("review.new", new.pack_id)
        ways.append(Button(_of(courses, new, what), where, discord.ButtonStyle.primary))
    if met and met.met:
        ways.append(Button(_of(courses, met, "Mixed practice, for fun"), ids.encode("review.mixed", met.pack_id)))
    return ways


def _of(courses: list[CourseDue], course: CourseDue, what: str) -> str:
    return what if len(courses) == 1 else f"{course.title}: {what}"


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
