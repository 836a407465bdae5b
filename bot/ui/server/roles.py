"""*Roles* in `/studyhall setup`: which roles members get for what they achieve."""

from collections.abc import Sequence

import discord

from bot.errors import UserError
from bot.facts import Code, Say, fact
from bot.model.roles import SEASON, Reward
from bot.packs.library import Library
from bot.services.server.roles import RoleChoices, Roles, title_of
from bot.services.server.servers import Servers
from bot.ui import ids
from bot.ui.layouts import BLURPLE, RULE, Block, Button, Pick, RolePick, Row, Screen, choice
from bot.ui.replies import Reply
from bot.ui.routing import Router
from bot.ui.server.managers import managed
from bot.ui.server.role_rules import refuse_chooser, refuse_role
from bot.ui.shards import Shards
from bot.wording import counted

MENU = 25
"""As many options a menu holds."""
NAMED = 12
"""How many rewards for mastery are listed; the others are counted."""
HAND_ON, KEEP = "next", "keep"


class RolesFeature:
    """The panel, and what its buttons and menus do."""

    def __init__(self, roles: Roles, servers: Servers, shards: Shards) -> None:
        self._roles = roles
        self._shards = shards
        self._servers = servers

    def add_to(self, router: Router) -> None:
        """Register the actions."""
        router.add("roles.open", self._open, new=True)
        router.add("roles.part", self._part)
        router.add("roles.set", self._set)
        router.add("roles.drop", self._drop)
        router.add("roles.season", self._season)

    async def _open(self, reply: Reply) -> None:
        await reply.show(await self._screen(reply, managed(reply)))

    async def _part(self, reply: Reply, part: str) -> None:
        guild_id = managed(reply)
        self._known(guild_id, part)
        await reply.update(await self._screen(reply, guild_id, part))

    async def _set(self, reply: Reply, of: str, part: str, role: str) -> None:
        guild_id = managed(reply)
        if ids.number(of) != guild_id:
            raise ids.stale()
        self._known(guild_id, part)
        await self._roles.choose(guild_id, part, self._allowed(reply, ids.number(role)))
        await reply.update(await self._screen(reply, guild_id, part))

    async def _drop(self, reply: Reply, part: str) -> None:
        guild_id = managed(reply)
        await self._roles.drop(guild_id, part)
        await reply.update(await self._screen(reply, guild_id, part))

    async def _season(self, reply: Reply, what: str) -> None:
        guild_id = managed(reply)
        if what not in (HAND_ON, KEEP):
            raise ids.stale()
        await self._roles.hand_on(guild_id, yes=what == HAND_ON)
        await reply.update(await self._screen(reply, guild_id))

    def _allowed(self, reply: Reply, role_id: int) -> int:
        """The role, if the bot may give it and this manager could. Raises UserError."""
        interaction = reply.interaction
        guild, chooser = interaction.guild, interaction.user
        role = guild.get_role(role_id) if guild else None
        if guild is None or role is None or guild.me is None or not isinstance(chooser, discord.Member):
            raise UserError(fact(Code.ROLE_ELSEWHERE))
        refuse_chooser(role, chooser, interaction.permissions)
        ask = self._shards.of(guild.id).asks_for_roles(guild.id)
        refuse_role(role, guild.me, interaction.app_permissions, ask)
        return role.id

    def _known(self, guild_id: int, part: str) -> None:
        if part != SEASON and part not in {value for _, value in _parts(self._servers.library(guild_id))}:
            raise ids.stale()

    async def _screen(self, reply: Reply, guild_id: int, part: str = "") -> Screen:
        chosen = await self._roles.of(guild_id)
        has_seasons = (await self._servers.of(guild_id)).season is not None
        library = self._servers.library(guild_id)
        return roles_screen(chosen, library, guild_id, reply.words, part, has_seasons=has_seasons)


def roles_screen(
    chosen: RoleChoices, library: Library, guild_id: int, say: Say, part: str = "", *, has_seasons: bool
) -> Screen:
    """What roles are given for, and the menus that change it; ``part`` is the one that a role is chosen for."""
    by_part = {one.part: one for one in chosen.rewards}
    blocks: list[Block] = [
        "## Roles for what members achieve\n-# Only you see this. No role is given unless you choose one here. A role is "
        "given once; only a winner's role is ever taken, when it is handed on, and the member is told."
    ]
    if chosen.waiting:
        why = f" {say(chosen.why)}" if chosen.why else ""
        blocks.append(f"⏳ **{counted(chosen.waiting, 'role')} still to be given.**{why}")
    blocks += _season_blocks(by_part.get(SEASON), guild_id, has_seasons=has_seasons)
    blocks += [RULE, *_mastery_blocks(by_part, library, guild_id, part if part != SEASON else "")]
    return Screen(blocks, BLURPLE)


def _season_blocks(reward: Reward | None, guild_id: int, *, has_seasons: bool) -> list[Block]:
    if reward is None:
        told = "no role"
    else:
        then = "handed on to the next winner" if reward.hand_on else "winners keep it"
        told = f"<@&{reward.role_id}>, {then}"
    hint = "" if has_seasons else "\n-# This server has no seasons yet: choose their length in </studyhall setup:0>."
    blocks: list[Block] = [
        f"**The season's winner** gets: {told}{hint}",
        RolePick(
            ids.encode("roles.set", guild_id, SEASON), "A role for the winner…", [reward.role_id] if reward else []
        ),
    ]
    if reward:
        blocks.append(
            Row(
                [
                    choice("Hand it on", ids.encode("roles.season", HAND_ON), reward.hand_on),
                    choice("Winners keep it", ids.encode("roles.season", KEEP), not reward.hand_on),
                    Button("No role for winners", ids.encode("roles.drop", SEASON)),
                ]
            )
        )
    return blocks


def _mastery_blocks(by_part: dict[str, Reward], library: Library, guild_id: int, part: str) -> list[Block]:
    lines = [f"**{title_of(library, key)}**: <@&{one.role_id}>" for key, one in by_part.items() if key != SEASON]
    more = [f"and {len(lines) - NAMED} more"] if len(lines) > NAMED else []
    told = "\n".join(lines[:NAMED] + more) or "no role yet"
    blocks: list[Block] = [
        f"**Mastery**: whoever is *solid* in a section, or in every section of a course, gets its role with their next "
        f"answer here.\n{told}",
        Pick(
            ids.encode("roles.part"),
            "For which section or course?",
            [(title, key, "") for title, key in _parts(library)],
            [part] if part else [],
        ),
    ]
    if part:
        reward = by_part.get(part)
        placeholder = f"A role for {title_of(library, part)}…"
        blocks.append(
            RolePick(ids.encode("roles.set", guild_id, part), placeholder, [reward.role_id] if reward else [])
        )
        if reward:
            blocks.append(Row([Button("No role for this", ids.encode("roles.drop", part))]))
    return blocks


def _parts(library: Library) -> Sequence[tuple[str, str]]:
    """What a role can be given for, as many as a menu holds: each course, then sections with questions."""
    courses = [(f"{pack.head.title} (the whole course)", pack.id) for pack in library.packs]
    asked = {f"{pack.id}/{question.section}" for pack in library.packs for question in pack.questions}
    return (courses + [(library.title(ref), ref.key) for ref in library.sections if ref.key in asked])[:MENU]
