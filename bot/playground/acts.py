"""What members can do: run a command, click, submit a form, say something. Checked as Discord's own client would."""

from collections.abc import Iterator
from typing import Any

from bot.playground.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    FORM,
    SERVER_INSTALL,
    Answered,
    Interaction,
    Interactions,
)
from bot.playground.things import Channel
from bot.playground.world import MAX_MEMBERS, Json, World

SUBCOMMAND, SUBCOMMAND_GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, NUMBER = 1, 2, 3, 4, 5, 6, 7, 8, 10
ROLE_SELECT, CHANNEL_SELECT = 6, 8
ON_MESSAGE = 3
"""The type of a command in the menu of a message."""


class ActError(Exception):
    """Something a member can't do; the text says why."""


class Acts:
    """A member's side of the small Discord. Raises ActError with a sentence for what can't be done."""

    def __init__(self, world: World, interactions: Interactions) -> None:
        self._world = world
        self._interactions = interactions

    def run_command(
        self,
        member_id: str,
        channel_id: str,
        command_id: str,
        options: list[Json],
        answered: Answered,
        *,
        autocomplete: bool = False,
    ) -> Interaction:
        """Type a slash command, or (``autocomplete``) a part of one."""
        channel = self._channel(member_id, channel_id)
        command, owners = self._offered(member_id, channel, command_id)
        if not autocomplete:
            _check_options(command.get("options") or [], options)
            self._check_people(options)
        data: Json = {"id": command["id"], "name": command["name"], "type": 1, "options": options}
        if resolved := self._resolved(options):
            data["resolved"] = resolved
        kind = AUTOCOMPLETE if autocomplete else COMMAND
        return self._interactions.start(kind, member_id, channel, data, answered, owners)

    def run_on_message(
        self, member_id: str, channel_id: str, command_id: str, message_id: str, answered: Answered
    ) -> Interaction:
        """Choose a command from the menu of a message."""
        channel = self._channel(member_id, channel_id)
        command, owners = self._offered(member_id, channel, command_id)
        message = _visible(member_id, channel, message_id)
        data: Json = {"id": command["id"], "name": command["name"], "type": ON_MESSAGE, "target_id": message_id}
        data["resolved"] = {"messages": {message_id: message}}
        return self._interactions.start(COMMAND, member_id, channel, data, answered, owners)

    def _offered(self, member_id: str, channel: Channel, command_id: str) -> tuple[Json, Json]:
        """A command, and by whose installations it is offered to a member in a channel."""
        command = next((c for c in self._world.commands if c["id"] == command_id), None)
        if command is None:
            raise ActError("This command is gone. Type / to see what there is.")
        allowed = command.get("contexts")
        owners = self._interactions.owners_here(
            member_id, channel, command.get("integration_types") or [SERVER_INSTALL]
        )
        if (allowed is not None and channel.context not in allowed) or not owners:
            raise ActError("This command can't be used here.")
        needed = int(command.get("default_member_permissions") or 0)
        if channel.in_server and needed & ~self._world.permissions_of(member_id):
            raise ActError("You're not allowed to use this command here.")
        return command, owners

    def click(
        self,
        member_id: str,
        channel_id: str,
        message_id: str,
        custom_id: str,
        answered: Answered,
        values: list[str] | None = None,
    ) -> Interaction:
        """Press a button, or choose ``values`` in a select menu."""
        channel = self._channel(member_id, channel_id)
        message = _visible(member_id, channel, message_id)
        component = next((c for c in _walk(message["components"]) if c.get("custom_id") == custom_id), None)
        if component is None or component.get("disabled"):
            raise ActError("This button can't be pressed now.")
        return self.forge(member_id, channel, message, custom_id, component["type"], answered, values)

    def forge(
        self,
        member_id: str,
        channel: Channel,
        message: Json,
        custom_id: str,
        component_type: int,
        answered: Answered,
        values: list[str] | None = None,
    ) -> Interaction:
        """Send a component interaction whether or not the message has such a component."""
        data: Json = {"custom_id": custom_id, "component_type": component_type, "id": 1}
        if component_type != 2:
            data["values"] = values or []
            kind = {ROLE_SELECT: ROLE, CHANNEL_SELECT: CHANNEL}.get(component_type, USER)
            if resolved := self._resolved([{"type": kind, "value": value} for value in values or []]):
                data["resolved"] = resolved
        owners = self._interactions.owners_of(message, channel)
        return self._interactions.start(COMPONENT, member_id, channel, data, answered, owners, message)

    def submit(
        self, member_id: str, interaction_id: str, custom_id: str, components: list[Json], answered: Answered
    ) -> Interaction:
        """Send a form that the interaction opened."""
        opener = self._interactions.get(interaction_id)
        if opener is None or opener.member_id != member_id or opener.response_type != 9:
            raise ActError("This form is no longer open.")
        message = None
        if opener.message_id and opener.message_id in opener.channel.messages:
            message = opener.channel.messages[opener.message_id].message
        data = {"custom_id": custom_id, "components": components}
        return self._interactions.start(FORM, member_id, opener.channel, data, answered, opener.owners, message)

    def say(self, member_id: str, channel_id: str, content: str) -> None:
        """Write a plain message."""
        channel = self._channel(member_id, channel_id)
        if not content.strip() or len(content) > 2000:
            raise ActError("A message has 1 to 2,000 characters.")
        self._world.create_message(channel, self._world.members[member_id], {"content": content}, {})

    def delete(self, member_id: str, channel_id: str, message_id: str) -> None:
        """Delete a message, or dismiss a private one."""
        channel = self._channel(member_id, channel_id)
        stored = channel.messages.get(message_id)
        if stored is not None and stored.viewer in (None, member_id):
            self._world.delete_message(channel_id, message_id)

    def add_member(self, name: str) -> Json:
        """Bring in another member."""
        name = " ".join(name.split())
        if not 1 <= len(name) <= 32:
            raise ActError("A name has 1 to 32 characters.")
        if len(self._world.members) >= MAX_MEMBERS:
            raise ActError(f"The playground holds {MAX_MEMBERS} members.")
        return self._world.add_member(name)

    def remove_member(self, member_id: str) -> None:
        """Let a member leave the server. What they wrote stays; the first one owns the server and can't leave."""
        if member_id not in self._world.members:
            raise ActError("This member is gone.")
        if member_id == next(iter(self._world.members)):
            raise ActError("The owner of the server can't leave it.")
        self._world.remove_member(member_id)

    def _check_people(self, options: list[Json]) -> None:
        for option in options:
            self._check_people(option.get("options") or [])
            if option.get("type") == USER and self._world.user_here(str(option.get("value"))) is None:
                raise ActError(f"{option['name']} should be somebody of this server. Pick one from the list.")

    def _channel(self, member_id: str, channel_id: str) -> Channel:
        channel = self._world.channels.get(channel_id)
        if channel is None or channel.recipient not in (None, member_id):
            raise ActError("This channel is gone.")
        return channel

    def _resolved(self, options: list[Json]) -> Json:
        world = self._world
        users: Json = {}
        wanted = {kind: [str(o.get("value")) for o in options if o.get("type") == kind] for kind in (CHANNEL, ROLE)}
        channels = {one: world.channel_object(world.channels[one]) for one in wanted[CHANNEL] if one in world.channels}
        roles = {role["id"]: role for role in world.roles() if role["id"] in wanted[ROLE]}
        found: Json = {"channels": channels} if channels else {}
        found |= {"roles": roles} if roles else {}
        for option in options:
            inner = self._resolved(option.get("options") or [])
            users |= inner.get("users", {})
            if option.get("type") == USER and (user := self._world.user_here(str(option.get("value")))):
                users[user["id"]] = user
        if not users:
            return found
        members = {
            user_id: self._world.member(user_id) | {"permissions": str(self._world.permissions_of(user_id))}
            for user_id in users
        }
        return found | {"users": users, "members": members}


def _visible(member_id: str, channel: Channel, message_id: str) -> Json:
    stored = channel.messages.get(message_id)
    if stored is None or stored.viewer not in (None, member_id):
        raise ActError("This message is gone.")
    return stored.message


def _walk(components: list[Json]) -> Iterator[Json]:
    for component in components:
        yield component
        yield from _walk(component.get("components") or [])
        if component.get("accessory"):
            yield component["accessory"]


def _check_options(declared: list[Json], given: list[Json]) -> None:
    """Hold what was typed against what the command declares, as Discord's client does before it sends."""
    names = {option["name"]: option for option in declared}
    values = {option["name"]: option for option in given}
    for name, option in values.items():
        if name not in names:
            raise ActError(f"This command has no option {name}.")
        if names[name]["type"] in (SUBCOMMAND, SUBCOMMAND_GROUP):
            _check_options(names[name].get("options") or [], option.get("options") or [])
        else:
            _check_value(names[name], option.get("value"))
    subcommands = [option for option in declared if option["type"] in (SUBCOMMAND, SUBCOMMAND_GROUP)]
    if subcommands and not values:
        raise ActError("Choose one of the command's parts.")
    for name, option in names.items():
        if option.get("required") and name not in values:
            raise ActError(f"The option {name} is required.")


def _check_value(option: Json, value: Any) -> None:
    name, kind = option["name"], option["type"]
    low, high = option.get("min_value"), option.get("max_value")
    wrong = {
        STRING: not isinstance(value, str),
        INTEGER: not isinstance(value, int) or isinstance(value, bool),
        NUMBER: not isinstance(value, int | float) or isinstance(value, bool),
        BOOLEAN: not isinstance(value, bool),
    }.get(kind, not isinstance(value, str))
    if wrong:
        words = {STRING: "text", INTEGER: "a whole number", NUMBER: "a number", BOOLEAN: "True or False"}
        raise ActError(f"{name} should be {words.get(kind, 'one of the list')}.")
    if kind in (INTEGER, NUMBER) and ((low is not None and value < low) or (high is not None and value > high)):
        raise ActError(f"{name} should be from {low} to {high}.")
    if kind == STRING and not option.get("min_length", 0) <= len(value) <= option.get("max_length", 6000):
        raise ActError(f"{name} is too short or too long.")
    choices = [choice["value"] for choice in option.get("choices") or []]
    if choices and value not in choices:
        raise ActError(f"{name} should be one of the list.")
