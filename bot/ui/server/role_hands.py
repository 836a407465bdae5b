"""Gives and takes roles in Discord (a `RoleKeeper`)."""

from collections.abc import Awaitable, Callable

import discord

from bot.errors import UserError
from bot.facts import Code, fact
from bot.services.server.roles import MemberGoneError, RoleNames, RoleRefusedError
from bot.ui.names import safe
from bot.ui.sending import SendScheduler
from bot.ui.server.role_rules import refuse_role
from bot.ui.shards import Shards

NOT_THERE = (10007, 10013)
"""Unknown Member, Unknown User: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json"""
UNKNOWN_ROLE = 10011


class RoleHands:
    """Looks at each role again when it is given: what it allows may have been changed since it was chosen."""

    def __init__(self, shards: Shards, scheduler: SendScheduler) -> None:
        self._shards = shards
        self._scheduler = scheduler

    async def give(self, guild_id: int, member_id: int, role_id: int) -> RoleNames:
        """Let a member have a role."""
        guild, role = self._find(guild_id, role_id)
        if guild.me is not None:
            try:
                refuse_role(role, guild.me, guild.me.guild_permissions, self._ask(guild_id))
            except UserError as refused:
                raise RoleRefusedError(refused.fact) from refused
        http = self._shards.of(guild_id).http
        give = http.add_role
        await self._call(guild_id, lambda: give(guild_id, member_id, role_id, reason="Earned in Studyhall"))
        return _named(guild, role)

    async def take(self, guild_id: int, member_id: int, role_id: int) -> RoleNames:
        """Let a member have it no more."""
        guild, role = self._find(guild_id, role_id)
        http = self._shards.of(guild_id).http
        take = http.remove_role
        await self._call(guild_id, lambda: take(guild_id, member_id, role_id, reason="Handed on in Studyhall"))
        return _named(guild, role)

    def _find(self, guild_id: int, role_id: int) -> tuple[discord.Guild, discord.Role]:
        guild = self._shards.of(guild_id).get_guild(guild_id)
        role = guild.get_role(role_id) if guild else None
        if guild is None or role is None:
            raise RoleRefusedError(fact(Code.ROLE_GONE))
        return guild, role

    def _ask(self, guild_id: int) -> str:
        return self._shards.of(guild_id).asks_for_roles(guild_id)

    async def _call(self, guild_id: int, ask: Callable[[], Awaitable[None]]) -> None:
        async def ask_for_ours() -> None:
            self._shards.refuse_others(guild_id)
            await ask()

        try:
            await self._scheduler.call(ask_for_ours, urgency=SendScheduler.LOW)
        except discord.HTTPException as problem:
            if problem.code in NOT_THERE:
                raise MemberGoneError from problem
            if problem.code == UNKNOWN_ROLE:
                raise RoleRefusedError(fact(Code.ROLE_GONE)) from problem
            if isinstance(problem, discord.Forbidden):
                raise RoleRefusedError(fact(Code.BOT_NEEDS_MANAGE_ROLES, link=self._ask(guild_id))) from problem
            raise


def _named(guild: discord.Guild, role: discord.Role) -> RoleNames:
    return RoleNames(safe(role.name, 100), safe(guild.name, 100))
