"""A server's list of events in Discord, where the bot may write to it."""

from typing import Any

import discord

from bot.clock import utc
from bot.model.schedules import Recurring
from bot.services.calendar.daily_views import EventView
from bot.ui.sending import SendScheduler
from bot.ui.shards import Shards

UNKNOWN_EVENT = 10070
NAME_LENGTH = 100


class ServerEvents:
    """Keeps events; the permission *Create Events* is enough, and without it nothing is asked of Discord."""

    def __init__(self, shards: Shards, scheduler: SendScheduler) -> None:
        self._shards = shards
        self._scheduler = scheduler

    def may_write(self, guild_id: int) -> bool:
        """Whether the bot may put events there, as far as it knows."""
        guild = self._shards.of(guild_id).get_guild(guild_id)
        if guild is None or guild.me is None:
            return False
        may = guild.me.guild_permissions
        return may.create_events or may.manage_events

    async def put(self, event: EventView) -> int:
        """Show an occurrence, in the place of an earlier one if there is an id; returns the event's id."""
        guild = self._shards.of(event.guild_id).get_guild(event.guild_id)
        channel = guild.get_channel(event.channel_id) if guild else None
        body: dict[str, Any] = {
            "name": f"Competition: {', '.join(event.section_titles) or 'all sections'}"[:NAME_LENGTH],
            "description": _description(event.setup),
            "privacy_level": discord.PrivacyLevel.guild_only.value,
            "entity_type": discord.EntityType.external.value,
            "entity_metadata": {"location": f"#{channel.name}"[:100] if channel else "here"},
            "scheduled_start_time": utc(event.starts_ms).isoformat(),
            "scheduled_end_time": utc(event.ends_ms).isoformat(),
        }
        http, call = self._shards.of(event.guild_id).http, self._scheduler.call
        self._shards.refuse_others(event.guild_id)
        if event.event_id is not None:
            event_id = event.event_id
            try:
                await call(lambda: http.edit_scheduled_event(event.guild_id, event_id, **body))
                return event_id
            except (discord.NotFound, discord.Forbidden):  # somebody deleted it, or it is over
                pass
        made = await call(lambda: http.create_guild_scheduled_event(event.guild_id, **body))
        return int(made["id"])

    async def remove(self, guild_id: int, event_id: int) -> None:
        """Take an event away; that it is gone already is fine."""
        try:
            http = self._shards.of(guild_id).http
            await self._scheduler.call(lambda: http.delete_scheduled_event(guild_id, event_id))
        except discord.NotFound as problem:
            if problem.code != UNKNOWN_EVENT:
                raise


def _description(setup: Recurring) -> str:
    return (
        f"{setup.rounds} rounds at {setup.pace} pace, {setup.scoring.value} scoring. "
        f"The lobby is open for {setup.lobby_minutes} minutes; press Join there."
    )
