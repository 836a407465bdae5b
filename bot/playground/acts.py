"""What members can do: run a command, click, submit a form, upload, say something; checked as Discord's client does."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bot.playground.files import MAX_FILE_BYTES, read_upload
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
from bot.playground.servers import BOT_ROLE, Server
from bot.playground.things import Channel
from bot.playground.world import MAX_MEMBERS, Json, World

SUBCOMMAND, SUBCOMMAND_GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE = 1, 2, 3, 4, 5, 6, 7, 8
NUMBER, ATTACHMENT = 10, 11
KINDS = {5: USER, 6: ROLE, 8: CHANNEL, 19: ATTACHMENT}
"""What the values of a component name: of the menus of members, roles and channels, and of an upload in a form."""
MOST_FILES = 10
"""Of one message."""
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
            self._check_things(member_id, channel, options)
        data: Json = {"id": command["id"], "name": command["name"], "type": 1, "options": options}
        if resolved := self._resolved(member_id, channel, _leaves(options)):
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
        if channel.in_server and needed & ~self._world.permissions_of(member_id, self._world.guild_of(channel)):
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
            if resolved := self._resolved(
                member_id, channel, _named_by({"type": component_type, "values": data["values"]})
            ):
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
        named = [thing for component in _walk(components) for thing in _named_by(component)]
        self._check_things(member_id, opener.channel, named)
        data: Json = {"custom_id": custom_id, "components": components}
        if resolved := self._resolved(member_id, opener.channel, named):
            data["resolved"] = resolved
        return self._interactions.start(FORM, member_id, opener.channel, data, answered, opener.owners, message)

    def upload(self, member_id: str, filename: str, data: bytes) -> Json:
        """Choose a file for what comes next: an option, a form, a message. Returns its attachment, known by its id."""
        world, name = self._world, " ".join(filename.split())
        if member_id not in world.players:
            raise ActError("This member has left the server. Play as another one.")
        if len(data) > MAX_FILE_BYTES:
            raise ActError("This file is too large. Choose one of at most 10 MB.")
        if not 1 <= len(name) <= 1024:
            raise ActError("This file needs a name. Give it one and choose it again.")
        return world.files.upload(world.new_id(), member_id, read_upload(name, data), world.now_ms())

    def say(self, member_id: str, channel_id: str, content: str, files: Sequence[str] = ()) -> None:
        """Write a plain message, with ``files`` that were uploaded, by their ids."""
        channel = self._channel(member_id, channel_id)
        if len(content) > 2000 or not (content.strip() or files):
            raise ActError("A message has 1 to 2,000 characters.")
        if len(files) > MOST_FILES:
            raise ActError(f"A message takes {MOST_FILES} files at most.")
        attachments = [self._uploaded(member_id, one) for one in files]
        uploads = {at: self._world.files.content(member_id, one) for at, one in enumerate(attachments)}
        self._world.create_message(channel, self._world.users[member_id], {"content": content}, uploads)

    def delete(self, member_id: str, channel_id: str, message_id: str) -> None:
        """Delete a message, or dismiss a private one."""
        channel = self._channel(member_id, channel_id)
        stored = channel.messages.get(message_id)
        if stored is not None and stored.viewer in (None, member_id):
            self._world.delete_message(channel_id, message_id)

    def add_member(self, name: str, guild_id: str | None = None) -> Json:
        """Bring another member into a server, the first one unless given."""
        name = " ".join(name.split())
        if not 1 <= len(name) <= 32:
            raise ActError("A name has 1 to 32 characters.")
        if len(self._world.players) >= MAX_MEMBERS:
            raise ActError(f"The playground holds {MAX_MEMBERS} members.")
        return self._world.add_member(name, self._server(guild_id).id)

    def remove_member(self, member_id: str, guild_id: str | None = None) -> None:
        """Let a member leave a server. What they wrote stays; the first one owns the server and can't leave."""
        server = self._server(guild_id)
        if member_id not in server.members:
            raise ActError("This member is gone.")
        if member_id == server.owner_id:
            raise ActError("The owner of the server can't leave it.")
        self._world.remove_member(member_id, server.id)

    def hold_role(self, member_id: str, role_id: str, guild_id: str | None = None, *, take: bool = False) -> None:
        """Give a member a role, or take it away, as whoever looks after the server does."""
        server = self._server(guild_id)
        if member_id not in server.members:
            raise ActError("This member is gone.")
        if role_id not in {role.id for role in server.roles if role.name != BOT_ROLE}:
            raise ActError("This role can't be given. Pick one from the list.")
        self._world.hold_role(member_id, role_id, server.id, take=take)

    def _server(self, guild_id: str | None) -> Server:
        if guild_id is not None and guild_id not in self._world.servers:
            raise ActError("This server is gone. Reload the page.")
        return self._world.server(guild_id)

    def _check_things(self, member_id: str, channel: Channel, options: list[Json]) -> None:
        for option in _leaves(options):
            value = str(option.get("value"))
            if option.get("type") == USER and self._world.user_here(value, self._world.guild_of(channel)) is None:
                raise ActError(f"{option['name']} should be somebody of this server. Pick one from the list.")
            if option.get("type") == ATTACHMENT:
                self._uploaded(member_id, value)

    def _uploaded(self, member_id: str, file_id: str) -> Json:
        attachment = self._world.files.uploaded(member_id, file_id)
        if attachment is None:
            raise ActError("The playground no longer has this file. Choose it again.")
        return attachment

    def _channel(self, member_id: str, channel_id: str) -> Channel:
        channel = self._world.channels.get(channel_id)
        if channel is None or not self._world.sees(member_id, channel):
            raise ActError("This channel is gone.")
        return channel

    def _resolved(self, member_id: str, channel: Channel, things: Iterable[Json]) -> Json:
        """The objects that values of options or components name, as an interaction of that member brings them."""
        world = self._world
        here = world.guild_of(channel)
        wanted: dict[int, list[str]] = {kind: [] for kind in KINDS.values()}
        for thing in things:
            wanted.get(thing.get("type", 0), []).append(str(thing.get("value")))
        users = {one: user for one in wanted[USER] if (user := world.user_here(one, here))}
        found = {
            "users": users,
            "members": {
                one: world.member(one, here) | {"permissions": str(world.permissions_of(one, here))} for one in users
            },
            "channels": {
                one: world.channel_object(world.channels[one])
                | {"permissions": str(world.permissions_of(member_id, here))}
                for one in wanted[CHANNEL]
                if one in world.channels
            },
            "roles": {
                role["id"]: role
                for role in ([] if channel.elsewhere else world.roles(here))
                if role["id"] in wanted[ROLE]
            },
            "attachments": {one: kept for one in wanted[ATTACHMENT] if (kept := world.files.uploaded(member_id, one))},
        }
        return {name: objects for name, objects in found.items() if objects}


def _visible(member_id: str, channel: Channel, message_id: str) -> Json:
    stored = channel.messages.get(message_id)
    if stored is None or stored.viewer not in (None, member_id):
        raise ActError("This message is gone.")
    return stored.message


def _walk(components: list[Json]) -> Iterator[Json]:
    for component in components:
        yield component
        yield from _walk(component.get("components") or [])
        for inner in ("accessory", "component"):
            if component.get(inner):
                yield component[inner]


def _leaves(options: Iterable[Json]) -> Iterator[Json]:
    """The options that have values, those inside a subcommand too."""
    for option in options:
        yield option
        yield from _leaves(option.get("options") or [])


def _named_by(component: Json) -> list[Json]:
    """What a component's values name, as options that name the same."""
    kind = KINDS.get(component.get("type", 0))
    name = component.get("custom_id")
    return [{"type": kind, "name": name, "value": value} for value in component.get("values") or [] if kind]


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
        words = {
            STRING: "text",
            INTEGER: "a whole number",
            NUMBER: "a number",
            BOOLEAN: "True or False",
            ATTACHMENT: "a file",
        }
        raise ActError(f"{name} should be {words.get(kind, 'one of the list')}.")
    if kind in (INTEGER, NUMBER) and ((low is not None and value < low) or (high is not None and value > high)):
        raise ActError(f"{name} should be from {low} to {high}.")
    if kind == STRING and not option.get("min_length", 0) <= len(value) <= option.get("max_length", 6000):
        raise ActError(f"{name} is too short or too long.")
    choices = [choice["value"] for choice in option.get("choices") or []]
    if choices and value not in choices:
        raise ActError(f"{name} should be one of the list.")
