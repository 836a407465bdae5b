"""`/settings`: what a member chooses for themselves, in every server."""

import discord
from discord import app_commands

from bot.services.member_settings import MemberSettings
from bot.storage.member_settings import Chosen
from bot.ui import ids
from bot.ui.layouts import BLURPLE, RULE, Button, Row, Screen
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

        @tree.command(name="settings", description="Extra time in competitions, and whether boards show you")
        async def settings(interaction: discord.Interaction) -> None:
            await desk.serve(interaction, self._open)

        router.add("settings.time", self._set_time)
        router.add("settings.boards", self._set_boards)

    async def _open(self, reply: Reply) -> None:
        await reply.show(settings_screen(await self._settings.show(reply.member_id)))

    async def _set_time(self, reply: Reply, tenths: str) -> None:
        if tenths not in TIMES:
            raise ids.stale()
        chosen = await self._settings.set_time_factor(reply.member_id, TIMES[tenths][0])
        await reply.update(settings_screen(chosen))

    async def _set_boards(self, reply: Reply, shown: str) -> None:
        if shown not in ("show", "hide"):
            raise ids.stale()
        await reply.update(settings_screen(await self._settings.set_hidden(reply.member_id, shown == "hide")))


def settings_screen(chosen: Chosen) -> Screen:
    """What is chosen, in words and by the button that can't be pressed."""
    factor = "the usual time" if chosen.time_factor == 1 else f"**{chosen.time_factor:g} times** the usual time"
    boards = "**not shown** to others; you still see your own place" if chosen.hidden else "shown to the others"
    return Screen(
        [
            "## Settings\n-# Only you see this. It holds in every server.",
            f"**Extra time**\nYou have {factor} in competitions, from the next one that you join. A round stays open for "
            "everybody until the longest such time among its players is over, so nobody can tell for whom it is longer.",
            Row(
                [
                    _choice(name, ids.encode("settings.time", tenths), chosen.time_factor == factor_)
                    for tenths, (factor_, name) in TIMES.items()
                ]
            ),
            RULE,
            f"**Leaderboards**\nYou are {boards}.",
            Row(
                [
                    _choice("Show me", ids.encode("settings.boards", "show"), not chosen.hidden),
                    _choice("Hide me", ids.encode("settings.boards", "hide"), chosen.hidden),
                ]
            ),
        ],
        BLURPLE,
    )


def _choice(label: str, custom_id: str, is_chosen: bool) -> Button:
    style = discord.ButtonStyle.primary if is_chosen else discord.ButtonStyle.secondary
    return Button(f"✓ {label}" if is_chosen else label, custom_id, style, disabled=is_chosen)
