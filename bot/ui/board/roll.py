"""A server's list of members, asked one by one: the bot may not see them all."""

import logging

import discord

from bot.ui.sending import SendScheduler
from bot.ui.shards import Shards

NOT_THERE = (10007, 10013)
"""Unknown Member, Unknown User: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json"""

_log = logging.getLogger(__name__)


class MemberRoll:
    """Asks Discord when nothing else is to be sent."""

    def __init__(self, shards: Shards, scheduler: SendScheduler) -> None:
        self._shards = shards
        self._scheduler = scheduler

    async def is_member(self, guild_id: int, member_id: int) -> bool | None:
        """Whether they are in the server; None when Discord does not tell now."""
        guild = self._shards.of(guild_id).get_guild(guild_id)
        if guild is None:
            return None
        try:
            await self._scheduler.call(lambda: guild.fetch_member(member_id), urgency=SendScheduler.LOW)
        except discord.HTTPException as problem:
            if problem.code in NOT_THERE:
                return False
            _log.info("whether a member is in server %d is not known: %s", guild_id, problem)
            return None
        return True
