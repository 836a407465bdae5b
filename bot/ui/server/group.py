"""`/studyhall group`: what a server's members find hard, without names, and a competition that aims at it."""

import discord
from discord import app_commands

from bot.errors import UserError
from bot.facts import Code, fact
from bot.services.server.groups import MEMBERS_FROM, Group, Groups
from bot.ui import ids
from bot.ui.competition.compete import CompeteFeature
from bot.ui.layouts import BLURPLE, RULE, Block, Button, Row, Screen, bar
from bot.ui.lesson.lessons import course_menu
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router
from bot.ui.server.managers import managed

SECTIONS_SHOWN = 25
BELIEFS_SHOWN = 6


class GroupFeature:
    """The command, and what its buttons do."""

    def __init__(self, groups: Groups, compete: CompeteFeature) -> None:
        self._groups = groups
        self._compete = compete

    def add_to(self, group: app_commands.Group, router: Router, desk: Desk) -> None:
        """Register the command and its actions."""

        @group.command(name="group", description="What your group finds hard, without names, and a game about it")
        async def show(interaction: discord.Interaction) -> None:
            await desk.serve(interaction, self._open)

        router.add("group.course", self._course)
        router.add("group.compete", self._open_game, new=True, private=False)

    async def _open(self, reply: Reply) -> None:
        await reply.show(group_screen(await self._groups.show(managed(reply))))

    async def _course(self, reply: Reply, pack_id: str) -> None:
        await reply.update(group_screen(await self._groups.show(managed(reply), pack_id)))

    async def _open_game(self, reply: Reply, pack_id: str) -> None:
        group = await self._groups.show(managed(reply), pack_id)
        sections, beliefs = group.aim
        if not sections:
            raise UserError(fact(Code.TOO_FEW_TO_AIM))
        await self._compete.open_aimed(reply, pack_id, sections, beliefs)


def group_screen(group: Group) -> Screen:
    """Sections, weakest first, and the beliefs that are common."""
    small = f"{group.title} · the last two months · no names, and nothing about fewer than {MEMBERS_FROM} members"
    head = f"## The group\n-# {small}"
    blocks: list[Block] = [head]
    if not group.sections:
        answered = "1 member has" if group.members == 1 else f"{group.members} members have"
        blocks.append(
            f"{answered} answered here so far. A section is shown once {MEMBERS_FROM} members have answered in it."
        )
    else:
        lines = [
            f"`{bar(one.low, one.high)}` **{one.ref.section.title}** · {one.share:.0%} of {one.answers:,} right"
            for one in group.sections[:SECTIONS_SHOWN]
        ]
        blocks += [f"{group.members} members answered. Weakest sections first:", "\n".join(lines), RULE]
        if group.beliefs:
            beliefs = "\n".join(
                f"- {one.misconception.belief} · {one.held_by} of {one.met_by} who saw it"
                for one in group.beliefs[:BELIEFS_SHOWN]
            )
            blocks.append(f"**Myths that several members believe**\n{beliefs}")
        else:
            blocks.append("No myth is shared by several of them.")
        button = Button(
            "Open a competition on this", ids.encode("group.compete", group.pack_id), discord.ButtonStyle.success
        )
        blocks.append(Row([button]))
    courses = [(title, pack_id, "") for pack_id, title in group.courses]
    blocks += course_menu("group.course", courses, group.pack_id)
    return Screen(blocks, BLURPLE)
