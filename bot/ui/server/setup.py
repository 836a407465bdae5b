"""`/studyhall setup`: what managers choose for their server; and the hint to them when the bot joins."""

import logging
from collections.abc import Awaitable, Callable

import discord
from discord import app_commands

from bot.clock import utc, zone_words
from bot.errors import UserError
from bot.facts import Code, fact
from bot.model.servers import EVERYONE, MANAGERS, Server
from bot.packs.library import Library
from bot.services.lesson.courses import Amount, Courses, WouldLose
from bot.services.server.servers import NO_PACKS, SEASON_DAYS, Opener, Servers
from bot.ui import ids
from bot.ui.forms import Field, Filled, Form
from bot.ui.layouts import BLURPLE, RULE, Block, Button, ChannelPick, Pick, RolePick, Row, Screen, asking, choice, note
from bot.ui.lesson.lessons import MENU
from bot.ui.marks import Marks
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router
from bot.ui.sending import SendScheduler
from bot.ui.server.managers import is_manager, managed
from bot.wording import as_many, counted

WITH_RESULT, AT_ONCE = "result", "at-once"
"""When the reasons of the question of the day are told, as its buttons name it."""
NAMED_CHARACTERS = 500
"""So long may the list of chosen courses be."""
HINT = (
    "Thanks for adding me. **Managers**: </studyhall setup:0> sets who may open competitions and where, seasons "
    "and the time zone. **Everybody**: start with </help:0>."
)

_log = logging.getLogger(__name__)


class SetupFeature:
    """The command, what its buttons and menus do, and the hint."""

    def __init__(
        self, servers: Servers, library: Library, courses: Courses, scheduler: SendScheduler, marks: Marks
    ) -> None:
        self._servers = servers
        self._courses = courses
        self._library = library
        self._scheduler = scheduler
        self._marks = marks

    def add_to(self, group: app_commands.Group, router: Router, desk: Desk) -> None:
        """Register the command and its actions."""

        @group.command(name="setup", description="Who may open competitions and where, seasons, time zone, courses")
        @app_commands.describe(time_zone="The server's time zone, such as Europe/Berlin: when weeks and months begin")
        async def setup(interaction: discord.Interaction, time_zone: str | None = None) -> None:
            await desk.serve(interaction, lambda reply: self._open(reply, time_zone))

        @setup.autocomplete("time_zone")
        async def time_zones(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return [app_commands.Choice(name=name, value=name) for name in self._servers.time_zones(typed)]

        router.add("setup.hosts", self._set_hosts)
        router.add("setup.role", self._set_role)
        router.add("setup.channels", self._set_channels)
        router.add("setup.anywhere", self._set_anywhere)
        router.add("setup.zone", self._ask_zone)
        router.add_form("setup.set_zone", self._set_zone)
        router.add("setup.season", self._choose_season, new=True)
        router.add("setup.season_yes", self._set_season)
        router.add("setup.keep", self._keep)
        router.add("setup.reasons", self._set_reasons)
        router.add("setup.courses", self._set_courses)
        router.add("setup.every", self._every_course)
        router.add("setup.turn", self._turn)
        router.add("setup.reload", self._reload, new=True)
        router.add("setup.reload_yes", self._reload_anyway)

    async def greet(self, guild: discord.Guild) -> None:
        """Tell who added the bot that there is something to set up, where the server lets bots say so."""
        channel = guild.system_channel
        if channel is None or guild.me is None:
            return
        may = channel.permissions_for(guild.me)
        if not (may.view_channel and may.send_messages):
            return
        try:
            await self._scheduler.call(lambda: channel.send(view=note(HINT, BLURPLE).view(self._marks)))
        except discord.HTTPException as problem:
            _log.info("the hint about the setup was not posted: %s", problem)

    async def _open(self, reply: Reply, time_zone: str | None) -> None:
        guild_id = managed(reply)
        server = await (self._servers.set_time_zone(guild_id, time_zone) if time_zone else self._servers.of(guild_id))
        await reply.show(await self._screen(reply, server))

    async def _set_hosts(self, reply: Reply, hosts: str) -> None:
        if hosts not in (EVERYONE, MANAGERS):
            raise ids.stale()
        await self._change(reply, lambda guild_id: self._servers.set_hosts(guild_id, hosts))

    async def _set_role(self, reply: Reply, of: str, role: str) -> None:
        _same_server(reply, of)
        managed(reply)
        guild, number = reply.interaction.guild, ids.number(role)
        if guild is None or guild.get_role(number) is None:
            raise UserError(fact(Code.ROLE_ELSEWHERE))
        # The role that everybody has bears the server's own id.
        hosts = EVERYONE if role == of else str(number)
        await self._change(reply, lambda guild_id: self._servers.set_hosts(guild_id, hosts))

    async def _set_channels(self, reply: Reply, of: str, *channels: str) -> None:
        _same_server(reply, of)
        managed(reply)
        guild, chosen = reply.interaction.guild, [ids.number(channel) for channel in channels]
        if guild is None or any(guild.get_channel(channel) is None for channel in chosen):
            raise UserError(fact(Code.CHANNEL_ELSEWHERE))
        await self._change(reply, lambda guild_id: self._servers.set_channels(guild_id, chosen))

    async def _set_anywhere(self, reply: Reply, of: str) -> None:
        _same_server(reply, of)
        await self._change(reply, lambda guild_id: self._servers.set_channels(guild_id, ()))

    async def _ask_zone(self, reply: Reply) -> None:
        zone = (await self._servers.of(managed(reply))).time_zone
        name = Field(
            "zone", "Where are you?", "Europe/Berlin", 60, short=True, text=zone, hint="A continent and a city"
        )
        await reply.ask(Form("Time zone", ids.encode("setup.set_zone"), [name]))

    async def _set_zone(self, reply: Reply, filled: Filled) -> None:
        await self._change(reply, lambda guild_id: self._servers.set_time_zone(guild_id, filled.get("zone", "")))

    async def _choose_season(self, reply: Reply, days: str) -> None:
        """Ask first where a season is on, which ends by this; else begin one."""
        server = await self._servers.of(managed(reply))
        if server.season is None or days not in map(str, (0, *SEASON_DAYS)):
            await self._set_season(reply, days)
            return
        then = f"a new one of {days} days starts" if days != "0" else "none follows"
        await reply.show(
            asking(
                f"**End the current season?** It ends now, with its result, and {then}.",
                Button("No, keep it", ids.encode("setup.keep")),
                Button("Yes, end it", ids.encode("setup.season_yes", days)),
            )
        )

    async def _keep(self, reply: Reply) -> None:
        await reply.update(await self._screen(reply, await self._servers.of(managed(reply))))

    async def _set_season(self, reply: Reply, days: str) -> None:
        if days not in map(str, (0, *SEASON_DAYS)):
            raise ids.stale()
        await self._change(reply, lambda guild_id: self._servers.set_season(guild_id, int(days), reply.stamp_ms))

    async def _set_reasons(self, reply: Reply, when: str) -> None:
        if when not in (WITH_RESULT, AT_ONCE):
            raise ids.stale()
        await self._change(reply, lambda guild_id: self._servers.set_reasons(guild_id, at_once=when == AT_ONCE))

    async def _set_courses(self, reply: Reply, of: str, page: str, *pack_ids: str) -> None:
        _same_server(reply, of)
        number, all_ = ids.number(page), [pack.id for pack in self._library.packs]
        offered = all_[number * MENU : (number + 1) * MENU]
        if not set(pack_ids) <= set(offered):
            raise UserError(fact(Code.COURSE_NOT_HERE))

        async def change(guild_id: int) -> Server:
            before = (await self._servers.of(guild_id)).courses
            # Where no menu holds all of them, the first choice is a choice of these alone.
            others = set(before or (all_ if len(all_) <= MENU else ())) - set(offered)
            return await self._servers.set_courses(guild_id, others | set(pack_ids))

        await self._change(reply, change, number)

    async def _every_course(self, reply: Reply, of: str) -> None:
        _same_server(reply, of)
        every = [pack.id for pack in self._library.packs]
        await self._change(reply, lambda guild_id: self._servers.set_courses(guild_id, every))

    async def _turn(self, reply: Reply, of: str, page: str) -> None:
        _same_server(reply, of)
        await self._change(reply, self._servers.of, ids.number(page))

    async def _change(self, reply: Reply, change: Callable[[int], Awaitable[Server]], page: int = 0) -> None:
        server = await change(managed(reply))
        await reply.update(await self._screen(reply, server, page))

    async def _reload(self, reply: Reply) -> None:
        managed(reply)
        await reply.announce()
        try:
            amount = await self._courses.reload()
        except WouldLose as problem:
            no = Button("No, keep them", ids.encode("setup.keep"))
            yes = Button("Yes, reload", ids.encode("setup.reload_yes"))
            await reply.show(asking(f"**Reload the courses anyway?** {reply.words(problem.fact)}", no, yes))
            return
        await reply.show(_reloaded(amount))

    async def _reload_anyway(self, reply: Reply) -> None:
        managed(reply)
        await reply.announce()
        await reply.update(_reloaded(await self._courses.reload(though_less=True)))

    async def _screen(self, reply: Reply, server: Server, page: int = 0) -> Screen:
        courses = [(pack.head.title, pack.id, pack.head.description) for pack in self._library.packs]
        guild_id = reply.server_id or 0
        posted_in = await self._servers.season_channel(guild_id)
        own = self._servers.has_own(guild_id)
        return setup_screen(server, guild_id, reply.stamp_ms, courses, posted_in, page, own=own)


def opener(reply: Reply) -> Opener:
    """Who acts, as the setup's rules about opening competitions see them."""
    interaction = reply.interaction
    roles = interaction.user.roles if isinstance(interaction.user, discord.Member) else []
    places = (interaction.channel_id, getattr(interaction.channel, "parent_id", None))
    return Opener(
        role_ids={role.id for role in roles},
        is_manager=is_manager(reply),
        channel_ids={place for place in places if place is not None},
    )


def _same_server(reply: Reply, of: str) -> None:
    if ids.number(of) != reply.server_id:
        raise ids.stale()


def setup_screen(
    server: Server,
    guild_id: int,
    now_ms: int,
    courses: list[tuple[str, str, str]],
    posted_in: int | None = None,
    page: int = 0,
    *,
    own: bool = False,
) -> Screen:
    """What is chosen, and the buttons and menus that change it; courses only where there are several.

    ``posted_in`` is the channel for the results of seasons, ``page`` the part of the courses that is offered, from 0.
    With courses of its ``own`` a server may do without all of these.
    """
    blocks: list[Block] = [
        "## Setup\n-# Only you see this. Changes apply immediately.",
        f"**Who opens competitions**: {_hosts(server)}",
        Row(
            [
                choice("Everybody", ids.encode("setup.hosts", EVERYONE), server.may_host == EVERYONE),
                choice("Only managers", ids.encode("setup.hosts", MANAGERS), server.may_host == MANAGERS),
            ]
        ),
        RolePick(
            ids.encode("setup.role", guild_id),
            "…or only members with a role",
            [] if server.may_host in (EVERYONE, MANAGERS) else [int(server.may_host)],
        ),
        f"**Where**: {', '.join(f'<#{channel_id}>' for channel_id in server.channels) or 'in every channel'}",
        ChannelPick(ids.encode("setup.channels", guild_id), "Only in these channels", server.channels),
    ]
    blocks.append(Row([choice("In every channel", ids.encode("setup.anywhere", guild_id), not server.channels)]))
    days = server.season.days if server.season else 0
    blocks += [
        RULE,
        f"**Seasons**: {_season(server, now_ms)}\n-# Any choice ends the current season; a "
        f"length also starts a new one. {_results(posted_in)}",
        Row(
            [
                choice(f"{n} days" if n else "No seasons", ids.encode("setup.season", n), n == days)
                for n in (0, *SEASON_DAYS)
            ]
        ),
        f"**Time zone**: {zone_words(server.time_zone)}, where it is "
        f"{utc(now_ms).astimezone(server.zone):%H:%M} now. Weeks and months begin there at midnight.",
        Row([Button("Change the time zone", ids.encode("setup.zone"))]),
    ]
    at_once = server.reasons_at_once
    blocks += [
        RULE,
        "**Question of the day**: whoever answers sees at once whether they're right. The answer and the reasons come "
        f"{'at once too' if at_once else 'with the result'}.\n"
        "-# At once teaches sooner; with the result it is harder to pass the answer on.",
        Row(
            [
                choice("Reasons with the result", ids.encode("setup.reasons", WITH_RESULT), not at_once),
                choice("Reasons at once", ids.encode("setup.reasons", AT_ONCE), at_once),
            ]
        ),
    ]
    last = [
        Button("Roles…", ids.encode("roles.open")),
        Button("Authors…", ids.encode("authors.open")),
        Button("Reload courses", ids.encode("setup.reload")),
    ]
    if len(courses) > 1 or own:
        blocks += [RULE, *_courses(server, guild_id, courses, page, own=own)]
    return Screen([*blocks, Row(last)], BLURPLE)


def _courses(
    server: Server, guild_id: int, courses: list[tuple[str, str, str]], page: int, *, own: bool
) -> list[Block]:
    pages = -(-len(courses) // MENU)
    page = min(page, pages - 1)
    offered = courses[page * MENU : (page + 1) * MENU]
    chosen = [title for title, pack_id, _ in courses if pack_id in server.courses]
    alone = own and server.courses == NO_PACKS
    shown = chosen or [title for title, _, _ in courses]
    words = "only this server's own" if alone else as_many(shown, NAMED_CHARACTERS)
    more = "\n-# This server's own courses are asked too: </course list:0>" if own and not alone else ""
    every = f"all {len(courses)}: " if not chosen and pages > 1 and not alone else ""
    ticked = server.courses or ([pack_id for _, pack_id, _ in courses] if pages == 1 else ())
    which = "Which courses" if pages == 1 else f"Which courses: {page * MENU + 1} to {page * MENU + len(offered)}"
    menu = ids.encode("setup.courses", guild_id, page)
    blocks: list[Block] = [
        f"**Courses**: {every}{words}{more}",
        Pick(menu, which, offered, ticked, most=len(offered), least=1 if pages == 1 and not own else 0),
    ]
    if pages > 1:
        back, on = (ids.encode("setup.turn", guild_id, one) for one in (max(0, page - 1), page + 1))
        blocks.append(
            Row(
                [
                    Button("◀ Courses before", back, disabled=page == 0),
                    Button("More courses ▶", on, disabled=page == pages - 1),
                    Button("All courses", ids.encode("setup.every", guild_id), disabled=not chosen),
                ]
            )
        )
    return blocks


def _reloaded(amount: Amount) -> Screen:
    words = f"{counted(amount.courses, 'course')} with {counted(amount.questions, 'question')}"
    left_out = (
        f"{counted(amount.left_out, 'question')} can't be shown and {'is' if amount.left_out == 1 else 'are'} left out"
    )
    without = f" {left_out}: the bot's log says why." if amount.left_out else ""
    return note(f"Reloaded: {words}.{without} Games and quizzes in progress keep their questions.", BLURPLE)


def _hosts(server: Server) -> str:
    if server.may_host == EVERYONE:
        return "everybody"
    return "only managers" if server.may_host == MANAGERS else f"members with <@&{server.may_host}>, and managers"


def _season(server: Server, now_ms: int) -> str:
    if server.season is None:
        return "none"
    end_ms = server.season.end(now_ms)
    ends = f"; this one ends <t:{end_ms // 1000}:R>" if end_ms is not None else ""
    return f"{counted(server.season.days, 'day')} each{ends}"


def _results(posted_in: int | None) -> str:
    where = f"posted in <#{posted_in}>" if posted_in else "posted where you play"
    return f"The first three of each are {where} when it ends; </leaderboard:0> `period: season` keeps them."
