"""`/studyhall schedule`: what happens by itself in a server, as managers see and change it."""

from collections.abc import Awaitable, Callable
from typing import Literal

import discord
from discord import app_commands

from bot.clock import utc, zone_words
from bot.errors import UserError
from bot.facts import Code, Say, fact
from bot.model.schedules import COMPETITION, DAILY, Recurring, Schedule
from bot.model.servers import Server
from bot.packs.library import Library
from bot.quiz.calendar.schedule import Weekly
from bot.quiz.competition.pace import PACE_SECONDS
from bot.quiz.competition.scoring import Scoring, preset
from bot.services.calendar.schedules import MOST, NewSchedule, Schedules
from bot.services.server.servers import Servers
from bot.ui import ids
from bot.ui.calendar.events import ServerEvents
from bot.ui.calendar.schedule_forms import (
    LEVELS,
    USUAL,
    about,
    plan_form,
    read_sections,
    rules,
    rules_form,
    what_words,
    when,
)
from bot.ui.forms import Filled, Form
from bot.ui.layouts import BLURPLE, GREY, RULE, Block, Button, Row, Screen, asking
from bot.ui.lesson.lessons import section_choices
from bot.ui.options import scoring_choices
from bot.ui.reach import server_of
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router
from bot.ui.server.managers import managed
from bot.ui.times import days_offered, read_days, read_time, times_offered, weekly_words

LIST = "list"
CHANGED = "✅ Scheduled."
NEEDED = ("view_channel", "send_messages", "attach_files", "read_message_history")
MOST_DRAFTS = 100
"""Forms that could not be used as filled in are kept for another try, so many of them."""


class ScheduleFeature:
    """The command, and what its buttons and menus do."""

    def __init__(self, schedules: Schedules, servers: Servers, events: ServerEvents) -> None:
        self._schedules = schedules
        self._servers = servers
        self._events = events
        self._drafts: dict[tuple[int, str], Filled] = {}

    def add_to(self, group: app_commands.Group, router: Router, desk: Desk) -> None:
        """Register the command and its actions."""

        @group.command(name="schedule", description="What happens automatically: daily questions, weekly competitions")
        @app_commands.describe(
            what="What to schedule; leave it out to see the schedule",
            time="When, in the server's time zone, such as 19:00",
            days="On which days: every day, weekdays, Friday, or several such as Mon, Wed",
            channel="Where (default: this channel)",
            section="For a competition: sections with ; between them, or a course (default: every course in turn)",
            difficulty="For a competition: how hard the questions are (default: all)",
            rounds="For a competition: how many questions, 3 to 30 (default 10)",
            pace="For a competition: calm 45 s, standard 25 s, quick 12 s a question",
            scoring=f"For a competition: how answers count (default {Scoring.CLASSIC})",
            lobby="For a competition: how many minutes players can join, 1 to 60 (default 5)",
        )
        @app_commands.choices(scoring=scoring_choices())
        async def schedule(
            interaction: discord.Interaction,
            what: Literal["list", "daily", "competition"] | None = None,
            time: str | None = None,
            days: str | None = None,
            channel: discord.TextChannel | None = None,
            section: str | None = None,
            difficulty: Literal["easy", "medium", "hard"] | None = None,
            rounds: app_commands.Range[int, 3, 30] = 10,
            pace: Literal["calm", "standard", "quick"] = "standard",
            scoring: str = Scoring.CLASSIC.value,
            lobby: app_commands.Range[int, 1, 60] = 5,
        ) -> None:
            async def run(reply: Reply) -> None:
                guild_id = managed(reply)
                if what not in (None, LIST, DAILY, COMPETITION):
                    raise UserError(fact(Code.CANT_BE_SCHEDULED))
                if what is None and any((time, days, channel, section, difficulty)):
                    raise UserError(fact(Code.SAY_WHAT_TO_SCHEDULE))
                if what in (None, LIST):
                    await reply.show(await self._screen(reply, guild_id))
                    return
                weekly = _weekly(what, time, days)
                setup = None
                if what == COMPETITION:
                    marked = preset(scoring)
                    if pace not in PACE_SECONDS or marked is None or difficulty not in (None, *LEVELS):
                        raise UserError(fact(Code.NO_SUCH_SCHEDULE_CHOICE))
                    library = self._servers.library(guild_id)
                    pack_id, sections = read_sections(library, section)
                    setup = Recurring(pack_id, sections, difficulty, rounds, pace, marked, lobby)
                channel_id = _channel(interaction, channel)
                await self._schedules.add(NewSchedule(guild_id, channel_id, reply.learner, weekly, setup))
                await reply.show(await self._screen(reply, guild_id, CHANGED))

            await desk.serve(interaction, run)

        @schedule.autocomplete("time")
        async def times(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return [app_commands.Choice(name=one, value=one) for one in times_offered(typed)]

        @schedule.autocomplete("days")
        async def days_(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return [app_commands.Choice(name=one, value=one) for one in days_offered(typed)]

        @schedule.autocomplete("section")
        async def sections(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return _section_choices(self._servers.library(server_of(interaction)), typed)

        router.add("schedule.pause", self._pause)
        router.add("schedule.resume", self._resume)
        router.add("schedule.remove", self._ask_remove, new=True)
        router.add("schedule.remove_yes", self._remove)
        router.add("schedule.keep", self._keep)
        router.add("schedule.add", self._open_new)
        router.add("schedule.edit", self._open_plan)
        router.add("schedule.rules", self._open_rules)
        router.add_form("schedule.new", self._save_new)
        router.add_form("schedule.plan", self._save_plan)
        router.add_form("schedule.set_rules", self._save_rules)

    async def _pause(self, reply: Reply, one: str, made: str) -> None:
        await self._change(reply, self._schedules.pause, one, made)

    async def _resume(self, reply: Reply, one: str, made: str) -> None:
        await self._change(reply, self._schedules.resume, one, made)

    async def _ask_remove(self, reply: Reply, one: str, made: str) -> None:
        which = ids.number(one), ids.number(made)
        guild_id = managed(reply)
        found = await self._schedules.one(guild_id, *which)
        what = "the question of the day" if found.setup is None else "this competition"
        await reply.show(
            asking(
                f"**Remove {what}** ({weekly_words(found.weekly)} in <#{found.channel_id}>) **from the schedule?**",
                Button("No, keep it", ids.encode("schedule.keep")),
                Button("Yes, remove it", ids.encode("schedule.remove_yes", *which)),
            )
        )

    async def _remove(self, reply: Reply, one: str, made: str) -> None:
        await self._change(reply, self._schedules.remove, one, made)

    async def _keep(self, reply: Reply) -> None:
        await reply.update(await self._screen(reply, managed(reply)))

    async def _open_new(self, reply: Reply, what: str) -> None:
        if what not in (DAILY, COMPETITION):
            raise ids.stale()
        library, here = self._servers.library(managed(reply)), reply.interaction.channel
        place = here.id if isinstance(here, discord.TextChannel) else None
        form_id = ids.encode("schedule.new", what)
        await self._ask(reply, plan_form(form_id, library, None, game=what == COMPETITION, channel_id=place))

    async def _save_new(self, reply: Reply, filled: Filled, what: str) -> None:
        guild_id = managed(reply)
        if what not in (DAILY, COMPETITION):
            raise ids.stale()

        async def save() -> None:
            planned = when(filled)
            library = self._servers.library(guild_id)
            setup = about(filled, library, USUAL) if what == COMPETITION else None
            channel_id = _may_write(reply.interaction, planned.channel_id)
            await self._schedules.add(NewSchedule(guild_id, channel_id, reply.learner, planned.weekly, setup))

        await self._save(reply, filled, save, ids.encode("schedule.new", what), ids.encode("schedule.add", what))

    async def _open_plan(self, reply: Reply, one: str, made: str) -> None:
        guild_id, which = managed(reply), (ids.number(one), ids.number(made))
        found = await self._schedules.one(guild_id, *which)
        library, game = self._servers.library(guild_id), found.setup is not None
        await self._ask(
            reply, plan_form(ids.encode("schedule.plan", *which), library, found, game=game, channel_id=None)
        )

    async def _save_plan(self, reply: Reply, filled: Filled, one: str, made: str) -> None:
        guild_id, which = managed(reply), (ids.number(one), ids.number(made))
        found = await self._schedules.one(guild_id, *which)

        async def save() -> None:
            planned = when(filled)
            setup = about(filled, self._servers.library(guild_id), found.setup) if found.setup else None
            channel_id = _may_write(reply.interaction, planned.channel_id)
            changed = NewSchedule(guild_id, channel_id, reply.learner, planned.weekly, setup)
            await self._schedules.change(guild_id, *which, changed)

        await self._save(reply, filled, save, ids.encode("schedule.plan", *which), ids.encode("schedule.edit", *which))

    async def _open_rules(self, reply: Reply, one: str, made: str) -> None:
        which = ids.number(one), ids.number(made)
        found = await self._schedules.one(managed(reply), *which)
        if found.setup is None:
            raise ids.stale()
        await self._ask(reply, rules_form(ids.encode("schedule.set_rules", *which), found.setup))

    async def _save_rules(self, reply: Reply, filled: Filled, one: str, made: str) -> None:
        guild_id, which = managed(reply), (ids.number(one), ids.number(made))
        found = await self._schedules.one(guild_id, *which)
        if found.setup is None:
            raise ids.stale()
        setup = rules(filled, found.setup)
        changed = NewSchedule(guild_id, found.channel_id, reply.learner, found.weekly, setup)
        await self._schedules.change(guild_id, *which, changed)
        await reply.update(await self._screen(reply, guild_id, CHANGED))

    async def _ask(self, reply: Reply, form: Form) -> None:
        """Open a form, as it was filled in where that could not be used."""
        await reply.ask(form.filled(self._drafts.pop((reply.member_id, form.id), {})))

    async def _save(
        self, reply: Reply, filled: Filled, save: Callable[[], Awaitable[None]], form_id: str, again: str
    ) -> None:
        """Do it and show what is scheduled; what can't be used is kept for another try, which a button offers."""
        try:
            await save()
        except UserError as wrong:
            while len(self._drafts) >= MOST_DRAFTS:
                del self._drafts[next(iter(self._drafts))]
            self._drafts[reply.member_id, form_id] = filled
            button = Button("Back to the form", again, discord.ButtonStyle.primary)
            await reply.show(Screen([f"⚠️ {reply.words(wrong.fact)}", Row([button])], GREY))
            return
        await reply.update(await self._screen(reply, managed(reply), CHANGED))

    async def _change(
        self, reply: Reply, change: Callable[[int, int, int], Awaitable[None]], one: str, made: str
    ) -> None:
        which = ids.number(one), ids.number(made)
        guild_id = managed(reply)
        await change(guild_id, *which)
        await reply.update(await self._screen(reply, guild_id))

    async def _screen(self, reply: Reply, guild_id: int, done: str = "") -> Screen:
        return schedule_screen(
            await self._schedules.of(guild_id),
            await self._servers.of(guild_id),
            self._servers.library(guild_id),
            reply.stamp_ms,
            reply.words,
            done,
            with_events=self._events.may_write(guild_id),
        )


def _weekly(what: str, time: str | None, days: str | None) -> Weekly:
    if time is None:
        raise UserError(fact(Code.TIME_MISSING))
    if days is None and what == COMPETITION:
        raise UserError(fact(Code.DAYS_MISSING))
    return Weekly(*read_time(time), read_days(days or "every day"))


def _section_choices(library: Library, typed: str) -> list[app_commands.Choice[str]]:
    """Sections for what was typed; after a semicolon another one."""
    before, semicolon, last = typed.rpartition(";")
    begin = f"{before.strip()}; " if semicolon else ""
    choices = section_choices(library, last)
    whole = [app_commands.Choice(name=f"{begin}{one.name}"[:100], value=f"{begin}{one.value}") for one in choices]
    return [one for one in whole if len(one.value) <= 100]


def _channel(interaction: discord.Interaction, chosen: discord.TextChannel | None) -> int:
    """Where it will happen. Raises UserError for a place that is none, or where the bot may not write."""
    place = chosen or interaction.channel
    if not isinstance(place, discord.TextChannel):
        raise UserError(fact(Code.NO_TEXT_CHANNEL))
    may = interaction.app_permissions if chosen is None else None
    return _writable(place, may)


def _may_write(interaction: discord.Interaction, channel_id: int) -> int:
    """The channel that was chosen in a form. Raises UserError as above."""
    place = interaction.guild.get_channel(channel_id) if interaction.guild else None
    if not isinstance(place, discord.TextChannel):
        raise UserError(fact(Code.CHANNEL_ELSEWHERE))
    return _writable(place)


def _writable(place: discord.TextChannel, may: discord.Permissions | None = None) -> int:
    me = place.guild.me
    may = may or (place.permissions_for(me) if me else None)
    if missing := tuple(one for one in NEEDED if may is not None and not getattr(may, one)):
        raise UserError(fact(Code.MAY_NOT_THERE, permissions=missing, channel=place.mention))
    return place.id


def schedule_screen(
    schedules: list[Schedule],
    server: Server,
    library: Library,
    now_ms: int,
    say: Say,
    done: str = "",
    *,
    with_events: bool,
) -> Screen:
    """What is scheduled, each with its buttons."""
    zone = zone_words(server.time_zone)
    head = (
        f"## Schedule\n{done}\n-# Only you see this. Times are in {zone}, where it is "
        f"{utc(now_ms).astimezone(server.zone):%H:%M} now; </studyhall setup:0> `time_zone` changes it."
    )
    blocks: list[Block] = [head.replace("\n\n", "\n")]
    for number, one in enumerate(schedules, 1):
        blocks += _one(one, library, say, f" {number}" if len(schedules) > 1 else "")
    foot = [] if schedules else ["Nothing is scheduled yet."]
    if any(one.setup for one in schedules) and not with_events:
        foot.append("-# If you allow me to *Create Events*, the next competition appears in the server's event list.")
    if foot:
        blocks.append("\n".join(foot))
    add = []
    if len(schedules) < MOST:
        if all(one.setup for one in schedules):
            add.append(_add("Add a daily question", DAILY))
        add.append(_add("Add a weekly competition", COMPETITION))
    if add:
        blocks += [RULE, Row(add)]
    return Screen(blocks, BLURPLE)


def _add(label: str, what: str) -> Button:
    return Button(label, ids.encode("schedule.add", what), discord.ButtonStyle.primary)


def _one(one: Schedule, library: Library, say: Say, number: str) -> list[Block]:
    what = "Question of the day" if one.setup is None else f"Competition · {what_words(one.setup, library)}"
    lines = [f"**{number.strip() + '. ' if number else ''}{what}**"]
    if one.setup:
        level = one.setup.difficulty or "every difficulty"
        lines.append(
            f"{one.setup.rounds} rounds · {one.setup.pace} pace · {one.setup.scoring.value} · {level} · "
            f"lobby {one.setup.lobby_minutes} min"
        )
    when = weekly_words(one.weekly)
    lines.append(f"{when[0].upper()}{when[1:]} in <#{one.channel_id}>")
    if one.next_ms is not None:
        lines.append(f"Next: <t:{one.next_ms // 1000}:f>, <t:{one.next_ms // 1000}:R>")
    else:
        lines.append(f"⏸️ **Paused.** {say(one.reason)}".strip())
    if one.remark:
        lines.append(f"-# {say(one.remark)}")
    which = (one.id, one.made_ms)
    hold = (
        Button(f"Resume{number}", ids.encode("schedule.resume", *which), discord.ButtonStyle.success)
        if one.next_ms is None
        else Button(f"Pause{number}", ids.encode("schedule.pause", *which))
    )
    remove = Button(f"Remove{number}", ids.encode("schedule.remove", *which), discord.ButtonStyle.danger)
    change = [Button(f"Change{number}", ids.encode("schedule.edit", *which))]
    if one.setup:
        change.append(Button(f"Rules{number}", ids.encode("schedule.rules", *which)))
    return ["\n".join(lines), Row([*change, hold, remove])]
