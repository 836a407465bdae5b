"""`/settings`: what a member chooses for themselves, in every server."""

import discord
from discord import app_commands

from bot.clock import utc, zone_of, zone_words
from bot.model.members import Chosen
from bot.services.member.settings import RETENTIONS, MemberSettings
from bot.ui import ids
from bot.ui.layouts import BLURPLE, RULE, Pick, Row, Screen, choice
from bot.ui.reach import anywhere
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router

TIMES = {"10": (1.0, "Usual time"), "15": (1.5, "1.5 times"), "20": (2.0, "2 times")}
"""What stands in a button's id (tenths), what it means, and how the button is called."""


class SettingsFeature:
    """The command, and what its buttons do."""

    def __init__(self, member_settings: MemberSettings) -> None:
        self._settings = member_settings

    def add_to(self, tree: app_commands.CommandTree, router: Router, desk: Desk) -> None:
        """Register the command and its actions."""

        @anywhere
        @tree.command(name="settings", description="Your own extra time, reminders, time zone, reviews and boards")
        @app_commands.describe(time_zone="Where you are, such as Europe/Berlin: used for your days and reminders")
        async def settings(interaction: discord.Interaction, time_zone: str | None = None) -> None:
            await desk.serve(interaction, lambda reply: self._open(reply, time_zone))

        @settings.autocomplete("time_zone")
        async def time_zones(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return [app_commands.Choice(name=name, value=name) for name in self._settings.time_zones(typed)]

        router.add("settings.time", self._set_time)
        router.add("settings.boards", self._set_boards)
        router.add("settings.remind", self._set_reminder)
        router.add("settings.silent", self._set_silent)
        router.add("settings.retention", self._set_retention)

    async def _open(self, reply: Reply, time_zone: str | None) -> None:
        member_id = reply.member_id
        chosen = await (
            self._settings.set_time_zone(member_id, time_zone) if time_zone else self._settings.show(member_id)
        )
        await reply.show(settings_screen(chosen, reply.stamp_ms))

    async def _set_reminder(self, reply: Reply, hour: str) -> None:
        await reply.update(
            settings_screen(await self._settings.set_reminder_hour(reply.member_id, ids.number(hour)), reply.stamp_ms)
        )

    async def _set_silent(self, reply: Reply) -> None:
        await reply.update(
            settings_screen(await self._settings.set_reminder_hour(reply.member_id, None), reply.stamp_ms)
        )

    async def _set_retention(self, reply: Reply, percent: str) -> None:
        chosen = await self._settings.set_retention(reply.member_id, ids.number(percent) / 100)
        await reply.update(settings_screen(chosen, reply.stamp_ms))

    async def _set_time(self, reply: Reply, tenths: str) -> None:
        if tenths not in TIMES:
            raise ids.stale()
        chosen = await self._settings.set_time_factor(reply.member_id, TIMES[tenths][0])
        await reply.update(settings_screen(chosen, reply.stamp_ms))

    async def _set_boards(self, reply: Reply, shown: str) -> None:
        if shown not in ("show", "hide"):
            raise ids.stale()
        await reply.update(
            settings_screen(await self._settings.set_hidden(reply.member_id, shown == "hide"), reply.stamp_ms)
        )


def settings_screen(chosen: Chosen, now_ms: int) -> Screen:
    """What is chosen, in words and by the button that can't be pressed."""
    factor = "the usual time" if chosen.time_factor == 1 else f"**{chosen.time_factor:g} times** the usual time"
    boards = "**not shown** to others; you still see your own place" if chosen.hidden else "shown to the others"
    return Screen(
        [
            "## Settings\n-# Only you see this. It applies in every server.",
            f"**Extra time**\nYou have {factor} in competitions, starting with the next one you join. A round stays open "
            "for everybody until the player with the most time has had it, so nobody can tell who that is.",
            Row(
                [
                    choice(name, ids.encode("settings.time", tenths), chosen.time_factor == factor_)
                    for tenths, (factor_, name) in TIMES.items()
                ]
            ),
            RULE,
            f"**Reminders**\n{_reminders(chosen, now_ms)}",
            Pick(
                ids.encode("settings.remind"),
                "Remind me at…",
                [(f"{hour:02}:00", str(hour), "") for hour in range(24)],
                () if chosen.reminder_hour is None else (str(chosen.reminder_hour),),
            ),
            Row([choice("No reminders", ids.encode("settings.silent"), chosen.reminder_hour is None)]),
            RULE,
            "**Reviews**\nHow much you want to remember. Higher means more reviews; 90 % suits most people.",
            Row(
                [
                    choice(
                        f"{share:.0%}", ids.encode("settings.retention", f"{share:.0%}"[:-1]), chosen.retention == share
                    )
                    for share in RETENTIONS
                ]
            ),
            RULE,
            f"**Leaderboards**\nYou are {boards}.",
            Row(
                [
                    choice("Show me", ids.encode("settings.boards", "show"), not chosen.hidden),
                    choice("Hide me", ids.encode("settings.boards", "hide"), chosen.hidden),
                ]
            ),
        ],
        BLURPLE,
    )


def _reminders(chosen: Chosen, now_ms: int) -> str:
    there = utc(now_ms).astimezone(zone_of(chosen.time_zone))
    zone = f"in {zone_words(chosen.time_zone)}, where it is {there:%H:%M} now (</settings:0> `time_zone` changes that)"
    if chosen.reminder_hour is None:
        return f"Off. When on, I send you a message once a day if something is due for review, at your hour {zone}."
    return (
        f"I message you at **{chosen.reminder_hour:02}:00** {zone}, once a day at most, if something is due for review."
    )
