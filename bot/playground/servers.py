"""A server of the small Discord: who is in it, its roles, and who has which."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.playground.objects import Json, role_object
from bot.playground.things import MANAGE_GUILD, MANAGE_MESSAGES, MANAGE_ROLES, MEMBER_PERMISSIONS

BOT_ROLE = "Studyhall"
ROLES = (
    ("Season champion", 0),
    ("Threads expert", 0),
    ("Authors", 0),
    ("Moderators", MANAGE_MESSAGES),
    ("Managers", MANAGE_GUILD),
    (BOT_ROLE, 0),
    ("Founders", 0),
)
"""A server's roles by name and permissions, the lowest first; the bot's own stands below the last one."""


class Role(NamedTuple):
    """A role, without its place among the others."""

    id: str
    name: str
    permissions: int


@dataclass
class Server:
    """A server that the bot is in. ``members`` are its users by their ids, the first of whom owns it."""

    id: str
    name: str
    members: dict[str, Json]
    roles: list[Role]
    held: dict[str, set[str]] = field(default_factory=dict)
    """The ids of each member's roles."""

    @property
    def owner_id(self) -> str | None:
        """Who owns it, if there is anybody."""
        return next(iter(self.members), None)

    def permissions_of(self, member_id: str) -> int:
        """A member's permissions: what everybody may, what their roles add, and what the owner may."""
        permissions = MEMBER_PERMISSIONS
        for role in self.roles:
            if role.id in self.held.get(member_id, ()):
                permissions |= role.permissions
        return permissions | (MANAGE_GUILD | MANAGE_ROLES if member_id == self.owner_id else 0)

    def role_named(self, name: str) -> Role:
        """A role by its name."""
        return next(role for role in self.roles if role.name == name)

    def hold(self, member_id: str, role_id: str, *, take: bool) -> None:
        """Let a member have a role, or no more."""
        had = self.held.setdefault(member_id, set())
        self.held[member_id] = had - {role_id} if take else had | {role_id}

    def role_objects(self, bot_id: str, everyone: int, of_bot: int) -> list[Json]:
        """The roles as the API shows them: the one that everybody has, which may ``everyone``, and its own, the lowest first.

        ``of_bot`` is what the bot's own role may.
        """
        found = [role_object("@everyone", self.id, everyone)]
        for position, role in enumerate(self.roles, 1):
            shown = role_object(role.name, role.id, role.permissions, position)
            if role.name == BOT_ROLE:
                own = str(role.permissions | of_bot)
                shown |= {"managed": True, "permissions": own, "tags": {"bot_id": bot_id}}
            found.append(shown)
        return found


def new_roles(new_id: Callable[[], str]) -> list[Role]:
    """A server's roles, with ids of their own."""
    return [Role(new_id(), name, permissions) for name, permissions in ROLES]
