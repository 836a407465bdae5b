"""What a competition asks about: a section or a course as it is typed, or a set of questions."""

import discord
from discord import app_commands

from bot.errors import UserError
from bot.facts import Code, fact
from bot.model.games import Setup
from bot.quiz.competition.pace import PACES_FOR_ORDERS
from bot.services.course.own import OwnCourses
from bot.services.server.servers import Servers
from bot.ui.course.sets import offered_sets
from bot.ui.lesson.lessons import section_choices
from bot.ui.options import whole
from bot.ui.reach import server_of
from bot.ui.replies import Reply


class Choosing:
    """Reads the options, and offers what can be typed into them."""

    def __init__(self, servers: Servers, own: OwnCourses) -> None:
        self._servers = servers
        self._own = own

    async def sections(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The courses and sections whose titles hold what was typed."""
        return section_choices(self._servers.library(server_of(interaction)), typed)

    async def sets(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The sets whose titles hold it."""
        return await offered_sets(self._own, interaction, typed)

    def part(self, reply: Reply, section: str | None) -> tuple[str | None, tuple[str, ...]]:
        """The course and the sections that were typed; none of either where nothing was. Raises NotFound."""
        if not section:
            return None, ()
        part = self._servers.library(reply.server_id).find_part(section)
        return part.pack.id, (part.section.id,) if part.section else ()

    async def setup(
        self, reply: Reply, section: str | None, difficulty: str | None, pace: str, question_set: str | None
    ) -> tuple[str | None, Setup]:
        """The course, and what is asked of it. Raises NotFound, and UserError for a set with nothing in it."""
        if question_set is None or reply.server_id is None:
            pack_id, asked = self.part(reply, section)
            return pack_id, Setup(asked, difficulty, pace)
        course, chosen = await self._own.find_set(reply.server_id, whole(question_set))
        if not chosen.question_ids:
            raise UserError(fact(Code.EMPTY_SET))
        if await self._own.has_orders(course, chosen.question_ids) and pace not in PACES_FOR_ORDERS:
            pace = PACES_FOR_ORDERS[0]  # there is no time for them at any other
        return course.pack_id, Setup((), None, pace, set_title=chosen.title, set_ids=chosen.question_ids)
