"""*Authors* in `/studyhall setup`: who writes the server's own courses, and what members may suggest."""

from bot.errors import UserError
from bot.facts import Code, fact
from bot.model.servers import Server
from bot.services.server.servers import Servers
from bot.ui import ids
from bot.ui.layouts import BLURPLE, Button, RolePick, Row, Screen, choice
from bot.ui.replies import Reply
from bot.ui.routing import Router
from bot.ui.server.managers import managed

ON, OFF = "on", "off"


class AuthorsFeature:
    """The panel, and what its buttons and menu do."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers

    def add_to(self, router: Router) -> None:
        """Register the actions."""
        router.add("authors.open", self._open, new=True)
        router.add("authors.role", self._set_role)
        router.add("authors.none", self._no_role)
        router.add("authors.suggest", self._set_suggestions)
        router.add("authors.second", self._set_second)

    async def _open(self, reply: Reply) -> None:
        guild_id = managed(reply)
        await reply.show(authors_screen(await self._servers.of(guild_id), guild_id))

    async def _set_role(self, reply: Reply, of: str, role: str) -> None:
        guild_id, number = managed(reply), ids.number(role)
        guild = reply.interaction.guild
        if ids.number(of) != guild_id:
            raise ids.stale()
        if guild is None or guild.get_role(number) is None or number == guild_id:
            raise UserError(fact(Code.ROLE_ELSEWHERE))
        await reply.update(authors_screen(await self._servers.set_authors(guild_id, number), guild_id))

    async def _no_role(self, reply: Reply) -> None:
        guild_id = managed(reply)
        await reply.update(authors_screen(await self._servers.set_authors(guild_id, None), guild_id))

    async def _set_suggestions(self, reply: Reply, on: str) -> None:
        guild_id = managed(reply)
        await reply.update(authors_screen(await self._servers.set_suggestions(guild_id, on=_is_on(on)), guild_id))

    async def _set_second(self, reply: Reply, on: str) -> None:
        guild_id = managed(reply)
        await reply.update(authors_screen(await self._servers.set_second_reader(guild_id, on=_is_on(on)), guild_id))


def _is_on(text: str) -> bool:
    if text not in (ON, OFF):
        raise ids.stale()
    return text == ON


def authors_screen(server: Server, guild_id: int) -> Screen:
    """Who writes here, and the menus that change it."""
    role = f"managers, and members with <@&{server.authors_role}>" if server.authors_role else "only managers"
    row = [Button("Only managers", ids.encode("authors.none"), disabled=server.authors_role is None)]
    return Screen(
        [
            "## Authors of this server's own courses\n-# Only you see this. Changes apply immediately. Discord shows "
            "</course list:0> and </question find:0> to everybody; I refuse those who may not write.",
            f"**Who writes**: {role}",
            RolePick(
                ids.encode("authors.role", guild_id),
                "A role that writes too…",
                [server.authors_role] if server.authors_role else [],
            ),
            Row(row),
            f"**Suggestions**: {'everybody may suggest questions' if server.suggestions else 'off'}\n"
            "-# With </suggest:0>. An author reads each one before it is asked.",
            Row(
                [
                    choice("No suggestions", ids.encode("authors.suggest", OFF), not server.suggestions),
                    choice("Everybody may suggest", ids.encode("authors.suggest", ON), server.suggestions),
                ]
            ),
            f"**Second reader**: {'another author reads each question first' if server.second_reader else 'off'}",
            Row(
                [
                    choice("Authors publish their own", ids.encode("authors.second", OFF), not server.second_reader),
                    choice("Somebody else reads first", ids.encode("authors.second", ON), server.second_reader),
                ]
            ),
        ],
        BLURPLE,
    )
