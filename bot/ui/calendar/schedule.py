"""`/studyhall schedule`: what happens by itself in a server, as managers see and change it."""

from collections.abc import Awaitable, Callable
from typing import Literal

import discord
from discord import app_commands

from bot.clock import utc, zone_words
from bot.errors import NotFound, UserError
from bot.facts import Code, Say, fact
from bot.model.schedules import COMPETITION, DAILY, Recurring, Schedule
from bot.model.servers import Server
from bot.packs.library import Library, whole_title
from bot.packs.words import spellings
from bot.quiz.calendar.schedule import WEEKDAYS, Weekly
from bot.quiz.competition.pace import PACE_SECONDS
from bot.quiz.competition.scoring import Scoring, preset
from bot.services.calendar.schedules import MOST, NewSchedule, Schedules
from bot.services.server.servers import Servers
from bot.ui import ids
from bot.ui.calendar.events import ServerEvents
from bot.ui.layouts import BLURPLE, Block, Button, Pick, Row, Screen, asking
from bot.ui.lesson.lessons import section_choices
from bot.ui.options import scoring_choices
from bot.ui.reach import server_of
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router
from bot.ui.server.managers import managed
from bot.ui.times import days_offered, read_days, read_time, times_offered, weekly_words

LIST = "list"
EVERYTHING, EVERY_COURSE = "All sections", "Every course in turn"
NEEDED = ("view_channel", "send_messages", "attach_files", "read_message_history")
LEVELS = ("easy", "medium", "hard")
HOW = (
    "-# </studyhall schedule:0> with `what: daily` and `time: 09:00` asks a question every day; with `what: competition`, "
    "`time: 19:00` and `days: Friday` it opens a lobby every Friday."
)


class ScheduleFeature:
    """The command, and what its buttons and menus do."""

    def __init__(self, schedules: Schedules, servers: Servers, events: ServerEvents) -> None:
        self._schedules = schedules
        self._servers = servers
        self._events = events

    def add_to(self, group: app_commands.Group, router: Router, desk: Desk) -> None:
        """Register the command and its actions."""

        @group.command(name="schedule", description="What happens by itself: the question of the day, competitions")
        @app_commands.describe(
            what="What to schedule; without it you see what is scheduled",
            time="When, by the server's time zone, such as 19:00",
            days="On which days: every day, weekdays, Friday, or several such as Mon, Wed",
            channel="Where; without it, in this channel",
            section="For a competition: sections with ; between them, or a course; without it, every course in turn",
            difficulty="For a competition: how hard the questions are; without it, all of them",
            rounds="For a competition: how many questions, 3 to 30 (default 10)",
            pace="For a competition: calm 45 s, standard 25 s, quick 12 s a round",
            scoring=f"For a competition: how answers count (default {Scoring.CLASSIC})",
            lobby="For a competition: for how many minutes one can join, 1 to 60 (default 5)",
        )
        @app_commands.choices(scoring=scoring_choices())
        async def schedule(
            interaction: discord.Interaction,
            what: Literal["list", "daily", "competition"] = "list",
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
                if what not in (LIST, DAILY, COMPETITION):
                    raise UserError(fact(Code.CANT_BE_SCHEDULED))
                if what == LIST:
                    await reply.show(await self._screen(reply, guild_id))
                    return
                weekly = _weekly(what, time, days)
                setup = None
                if what == COMPETITION:
                    marked = preset(scoring)
                    if pace not in PACE_SECONDS or marked is None or difficulty not in (None, *LEVELS):
                        raise UserError(fact(Code.NO_SUCH_SCHEDULE_CHOICE))
                    library = self._servers.library(guild_id)
                    pack_id, sections = _sections(library, section)
                    setup = Recurring(pack_id, sections, difficulty, rounds, pace, marked, lobby)
                channel_id = _channel(interaction, channel)
                await self._schedules.add(NewSchedule(guild_id, channel_id, reply.learner, weekly, setup))
                await reply.show(await self._screen(reply, guild_id, "✅ Scheduled."))

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
        router.add("schedule.days", self._days)

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

    async def _days(self, reply: Reply, one: str, made: str, *days: str) -> None:
        if not days or not set(days) <= set("0123456"):
            raise ids.stale()
        chosen = frozenset(map(int, days))

        async def set_days(guild_id: int, schedule_id: int, made_ms: int) -> None:
            await self._schedules.set_days(guild_id, schedule_id, made_ms, chosen)

        await self._change(reply, set_days, one, made)

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


def _sections(library: Library, text: str | None) -> tuple[str, tuple[str, ...]]:
    """The course and its sections that were typed: no sections for all of it, and no course for every one in turn."""
    typed = text or ""
    if spellings(typed) in (spellings(""), spellings(EVERYTHING), spellings(EVERY_COURSE)):
        return "", ()
    try:
        parts = [library.find_part(part) for part in typed.split(";") if part.strip()]
    except NotFound:
        if "," not in typed:
            raise
        parts = [library.find_part(part) for part in typed.split(",") if part.strip()]  # as the screen lists them
    if len({part.pack.id for part in parts}) > 1:
        raise UserError(fact(Code.SECTIONS_OF_TWO_COURSES))
    sections = [part.section for part in parts]
    return parts[0].pack.id, tuple(dict.fromkeys(one.id for one in sections if one)) if all(sections) else ()


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
    me = place.guild.me
    may = interaction.app_permissions if chosen is None else place.permissions_for(me) if me else None
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
        f"## Schedule\n{done}\n-# Only you see this. Times are those of {zone}, where it is "
        f"{utc(now_ms).astimezone(server.zone):%H:%M} now; </studyhall setup:0> `time_zone` changes it."
    )
    blocks: list[Block] = [head.replace("\n\n", "\n")]
    for number, one in enumerate(schedules, 1):
        blocks += _one(one, library, say, f" {number}" if len(schedules) > 1 else "")
    foot = [] if schedules else ["Nothing is scheduled yet."]
    if len(schedules) < MOST:
        foot.append(HOW)
    if any(one.setup for one in schedules) and not with_events:
        foot.append("-# Allow me to *Create Events*, and the next competition stands in the server's list of events.")
    if foot:
        blocks.append("\n".join(foot))
    return Screen(blocks, BLURPLE)


def _one(one: Schedule, library: Library, say: Say, number: str) -> list[Block]:
    what = "Question of the day" if one.setup is None else f"Competition · {_what(one.setup, library)}"
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
    days = [(name, str(n), "") for n, name in enumerate(WEEKDAYS)]
    chosen = [str(day) for day in one.weekly.weekdays]
    return [
        "\n".join(lines),
        Pick(ids.encode("schedule.days", *which), "On which days", days, chosen, most=7),
        Row([hold, remove]),
    ]


def _what(setup: Recurring, library: Library) -> str:
    of_course = [ref for ref in library.sections if ref.pack.id == setup.pack_id]
    titles = [library.title(ref) for ref in of_course if ref.section.id in setup.sections]
    if titles or len(library.packs) == 1:
        return ", ".join(titles) or EVERYTHING
    return whole_title(of_course[0].pack) if of_course else EVERY_COURSE
