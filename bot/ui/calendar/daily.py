"""`/daily`: the question of the day for a channel, private answers, and the result that takes the question's place."""

from datetime import date
from functools import partial
from typing import TypeVar

import discord
from discord import app_commands

from bot.errors import UserError
from bot.facts import Code, fact
from bot.model.dailies import Daily
from bot.quiz.question.asking import Submission, is_right
from bot.services.calendar.daily import DailyQuestions
from bot.services.calendar.daily_views import DailyView, Locked, MyDaily
from bot.services.channels import ChannelLostError
from bot.ui import ids
from bot.ui.layouts import (
    BLURPLE,
    GREEN,
    GREY,
    RULE,
    Block,
    Button,
    Row,
    Screen,
    bold,
    note,
)
from bot.ui.presses import own_message
from bot.ui.question import answering
from bot.ui.question import card as question_card
from bot.ui.question.counting import DAILY, count_buttons
from bot.ui.question.reports import report_button
from bot.ui.reach import require
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router

T = TypeVar("T")

NEEDED = ("view_channel", "send_messages", "attach_files", "read_message_history")


class DailyFeature:
    """The command and its buttons."""

    def __init__(self, daily: DailyQuestions) -> None:
        self._daily = daily

    def add_to(self, tree: app_commands.CommandTree, router: Router, desk: Desk) -> None:
        """Register the command and its actions."""

        @tree.command(name="daily", description="The question of the day: one for everybody, with the result tomorrow")
        @app_commands.guild_only()
        async def daily(interaction: discord.Interaction) -> None:
            await desk.serve(interaction, self._open)

        router.add("daily.pick", self._pick, new=True)
        router.add("daily.begin", self._begin, new=True)
        router.add("daily.order", self._order, page=True)
        router.add("daily.ordered", self._ordered)
        router.add_form("daily.send", self._send)
        router.add("daily.mine", self._mine, new=True)

    async def _open(self, reply: Reply) -> None:
        interaction = reply.interaction
        guild_id, channel_id = reply.server_id, interaction.channel_id
        if guild_id is None or channel_id is None:
            raise UserError(fact(Code.DAILY_NEEDS_SERVER))
        require(interaction, *NEEDED)
        try:
            daily = await self._daily.ask(guild_id, channel_id)
        except ChannelLostError as lost:
            raise UserError(fact(Code.CANT_POST_HERE, why=lost.why)) from lost
        own, streak = await self._daily.streak(guild_id, reply.member_id), await self._daily.streak(guild_id)
        if daily is None or daily.message_id is None:
            await reply.show(note("Today's question will appear in the channel in a moment.", BLURPLE))
        else:
            words = (
                f"[Today's question]({link_to(daily.guild_id, daily.channel_id, daily.message_id)}) is in the channel."
            )
            await reply.show(note(f"{words}\n-# {streaks_line(own, streak)}" if streak else words, BLURPLE))

    async def _pick(self, reply: Reply, daily: str, place: str) -> None:
        await reply.show(await self._submitted(reply, daily, ids.number(place)))

    async def _submitted(self, reply: Reply, daily: str, submitted: Submission) -> Screen:
        guild_id, daily_id = reply.server_id, ids.number(daily)
        channel_id = (await self._daily.of(daily_id, guild_id)).channel_id
        pressed = (ids.encode("daily.pick", daily_id), ids.encode("daily.begin", daily_id))
        message_id = own_message(reply.interaction, channel_id, *pressed)
        return locked_screen(
            await self._daily.answer(daily_id, guild_id, submitted, reply.learner, reply.stamp_ms, message_id)
        )

    async def _begin(self, reply: Reply, daily: str) -> None:
        found = await self._daily.of(ids.number(daily), reply.server_id)
        if found.question.form == "order":
            await reply.show(_ordering_screen(found, ()))
        else:
            await reply.ask(answering.form_of(found.question, found.lettering, ids.encode("daily.send", daily)))

    async def _send(self, reply: Reply, fields: dict[str, str], daily: str) -> None:
        found = await self._daily.of(ids.number(daily), reply.server_id)
        await reply.show(await self._submitted(reply, daily, answering.submitted(found.question, fields)))

    async def _order(self, reply: Reply, daily: str, picked: str) -> None:
        found = await self._daily.of(ids.number(daily), reply.server_id)
        await reply.update(_ordering_screen(found, answering.picked_of(picked)))

    async def _ordered(self, reply: Reply, daily: str, picked: str) -> None:
        await reply.update(await self._submitted(reply, daily, answering.picked_of(picked)))

    async def _mine(self, reply: Reply, daily: str) -> None:
        guild_id = reply.server_id
        await reply.show(my_answer_screen(await self._daily.mine(ids.number(daily), guild_id, reply.member_id)))


def link_to(guild_id: int, channel_id: int, message_id: int) -> str:
    """Where a message is."""
    return f"https://discord.com/channels/{guild_id}/{channel_id}/{message_id}"


def daily_screen(view: DailyView) -> Screen:
    """The question while it is open, or its result."""
    return _open_screen(view) if view.daily.closed_ms is None else _result_screen(view)


def _head(view: DailyView, what: str) -> str:
    day = f"{date.fromisoformat(view.daily.day):%A, %d %B}".replace(" 0", " ")
    return f"-# {what} · {day} · {view.section} · {view.daily.question.difficulty}"


def _open_screen(view: DailyView) -> Screen:
    daily = view.daily
    question, head = daily.question, f"{_head(view, 'Question of the day')}\n"
    pick, begin = partial(ids.encode, "daily.pick", daily.id), ids.encode("daily.begin", daily.id)
    letters = answering.ways_to_answer(question, daily.lettering, pick, begin)
    answered = f"**{view.answered}** answered" if view.answered else "Nobody has answered yet"
    foot = f"🔒 {answered} · result: <t:{daily.closes_ms // 1000}:f>"
    more = ["Your answer is private, and the first one counts: you see at once whether it's right."]
    if view.streak > 1:
        more.append(f"Here {view.streak} questions in a row have been answered.")
    if view.last:
        more.append(f"[The last result]({link_to(daily.guild_id, *view.last)})")
    return Screen(
        [
            head + question_card.stem(question),
            *answering.asked(question, daily.lettering, once=True),
            *letters,
            f"{foot}\n-# {' '.join(more)}",
        ],
        BLURPLE,
    )


def _result_screen(view: DailyView) -> Screen:
    daily, question = view.daily, view.daily.question
    lines = question_card.bars_with_reasons(question, daily.lettering, view.right, view.shares)
    knew = f"**{view.shares.right} of {view.answered}** got it right."
    who = knew if view.answered else "Nobody answered this one."
    row = " This server's streak: " + _days(view.streak) + "." if view.streak > 1 else ""
    head = f"{_head(view, 'Result')}\n"
    verdict = f"### ✅ {question_card.answer(question, daily.lettering, view.right)}\n{who}{row}"
    ruled = question_card.ruled(question, daily.lettering, view.right, retired=view.retired)
    read = Button("Read the section", ids.encode("lesson.read", daily.pack_id, question.section))
    buttons = Row(
        [
            Button("My answer", ids.encode("daily.mine", daily.id), discord.ButtonStyle.primary),
            *([read] if view.to_read else []),
            report_button(daily.pack_id, question.id),
        ]
    )
    result, rule = [RULE, verdict, *ruled, *question_card.forgiven(question)], question_card.rule(question)
    short: list[Block] = [f"{head}{bold(question.stem)}", *answering.pictured(question), *result]
    whole: list[Block] = [head + question_card.stem(question), *short[1:], *lines, *rule]
    without_code: list[Block] = [*short, *lines, *rule]
    without_rule: list[Block] = [*short, *lines, *question_card.credit(question)]
    bars = question_card.bars(question, daily.lettering, view.right, view.shares)
    shortest: list[Block] = [*short, *bars, *question_card.credit(question)]
    ways = (whole, without_code, without_rule)
    fitting = next((one for one in ways if Screen(one).fits(reserve=50)), shortest)
    return Screen([*fitting, buttons], GREEN)


def _ordering_screen(daily: Daily, picked: tuple[int, ...]) -> Screen:
    step, send = partial(ids.encode, "daily.order", daily.id), partial(ids.encode, "daily.ordered", daily.id)
    return answering.ordering_screen(daily.question, daily.lettering, picked, step, send)


def locked_screen(locked: Locked) -> Screen:
    """What a click came to: right or wrong; the key and the reasons only where the server tells them at once."""
    if locked.given is None:
        return note("This question has closed, so your click came too late to count. </daily:0> shows today's.")
    daily = locked.daily
    letter, closes = locked.called, f"<t:{daily.closes_ms // 1000}:f>"
    said = f"Locked in **{letter}**." if locked.new else f"You had locked in **{letter}**; the first answer counts."
    blocks: list[Block] = [
        {None: "🔒", True: "✅ **Right!**", False: "❌ **Not this time.**"}[locked.correct] + f" {said}"
    ]
    if locked.key is None:
        blocks.append(f"The answer and the reasons come with everybody's result: {closes}.")
    else:
        if not locked.correct and locked.given.option is not None:
            blocks.append(f"**You chose** {question_card.reasoned(daily.question, locked.given.option)}")
        blocks.append(question_card.right_one(daily.question, daily.lettering, locked.key, "**The answer is {}**"))
        blocks += [] if locked.accepted else question_card.spelling(daily.question, locked.given)
        blocks += question_card.ruled(daily.question, daily.lettering, locked.key)
        blocks += question_card.rule(daily.question)
        blocks.append(f"Everybody's result: {closes}.")
    blocks += [question_card.ACCEPTED] if locked.accepted else []
    blocks.append(f"-# {streaks_line(locked.own_streak, locked.streak)}")
    unsettled = locked.correct is not False
    if asking := count_buttons(DAILY, daily.id, question=daily.question, given=locked.given, right=unsettled):
        blocks.append(Row(asking))
    return Screen(blocks, {None: BLURPLE, True: GREEN, False: GREY}[locked.correct])


def my_answer_screen(mine: MyDaily) -> Screen:
    """A member's own answer to a closed question, and why it was right or not: by what their managers decided, too."""
    daily, question = mine.daily, mine.daily.question
    blocks: list[Block] = [question_card.stem(question), *answering.pictured(question)]
    blocks += question_card.ruled(question, daily.lettering, mine.key, retired=mine.retired, accepted=mine.accepted)
    right = question_card.right_one(question, daily.lettering, mine.key)
    if mine.given is None:
        blocks.append(f"You didn't answer this one. {right}")
        return Screen(blocks, GREY)
    correct = is_right(mine.given, mine.key)
    blocks.append(question_card.verdict(question, daily.lettering, mine.given, mine.key))
    blocks += [] if mine.accepted else question_card.spelling(question, mine.given)
    if not correct:
        blocks.append(right)
    earned = f"+{mine.points} points" if mine.points else "No points"
    blocks.append(f"-# {earned}. Your streak at that time: {_days(mine.own_streak)}.")
    decided = correct or mine.retired
    if asking := count_buttons(DAILY, daily.id, question=question, given=mine.given, right=decided):
        blocks.append(Row(asking))
    return Screen(blocks, GREEN if correct else GREY)


def streaks_line(own: int, server: int) -> str:
    """Both streaks in a sentence."""
    return f"Streaks: you {_days(own)}, this server {_days(server)}."


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
