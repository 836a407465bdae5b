"""The end of a season, posted for all: its first three, and the way to the whole board."""

import re

import discord

from bot.model.boards import Total
from bot.services.calendar.season_views import SeasonView
from bot.ui import ids
from bot.ui.board.leaderboard import place_and_name, season_days
from bot.ui.layouts import BLURPLE, Block, Button, Row, Screen
from bot.ui.reach import as_lost, channel_in, find_message
from bot.ui.sending import SendScheduler


class SeasonPosts:
    """Posts them (as a SeasonStage)."""

    def __init__(self, client: discord.Client, scheduler: SendScheduler) -> None:
        self._client = client
        self._scheduler = scheduler

    async def post_season(self, view: SeasonView, nonce: str) -> int:
        """Post the result of a season; returns the message's id."""
        channel = channel_in(self._client, view.channel_id, view.season.guild_id)

        async def send() -> int:
            return (await channel.send(view=season_screen(view).view(), nonce=nonce)).id

        try:
            return await self._scheduler.call(send)
        except discord.HTTPException as problem:
            raise as_lost(problem) from problem

    async def find_season(self, channel_id: int, started_ms: int) -> int | None:
        """Look in the channel's history for a message whose id was not stored: its button names the season."""
        return await find_message(self._client, channel_id, re.compile(rf"sh:board\.past:{started_ms}$"))


def season_screen(view: SeasonView) -> Screen:
    """Who stands on the first three places."""
    played = "1 member took part" if view.played == 1 else f"{view.played:,} members took part"
    head = f"## 🏁 The season is over\n-# {season_days(view.season, view.zone)} · {played}"
    lines = [f"{place_and_name(line)} · {line.points:,} points" for line in view.lines if isinstance(line.of, Total)]
    if view.more:
        lines.append(f"-# and {view.more:,} more on that place")
    if view.next_ends_ms is None:
        foot = "-# No season follows for now."
    else:
        foot = f"-# The next one has begun; it ends <t:{view.next_ends_ms // 1000}:R>. Everybody starts at 0."
    button = Button("The whole board", ids.encode("board.past", view.season.started_ms))
    blocks: list[Block] = [head, "\n".join(lines), foot, Row([button])]
    return Screen(blocks, BLURPLE)
