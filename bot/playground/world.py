"""The state of the small Discord: its servers, their channels, members and messages."""

import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

from bot.clock import snowflake_at, utc
from bot.playground.api_errors import (
    MISSING_ACCESS,
    MISSING_PERMISSIONS,
    NOT_THE_AUTHOR,
    THREAD_EXISTS,
    UNKNOWN_CHANNEL,
    UNKNOWN_GUILD,
    UNKNOWN_MEMBER,
    UNKNOWN_MESSAGE,
    UNKNOWN_ROLE,
    ApiError,
)
from bot.playground.files import Files, Upload
from bot.playground.limits import COMPONENTS_V2, check_emoji, check_message
from bot.playground.objects import GUILD, MEMBER, user_object
from bot.playground.servers import BOT_ROLE, Server, new_roles
from bot.playground.things import (
    CREATE_EVENTS,
    MANAGE_ROLES,
    MEMBER_PERMISSIONS,
    VIEW_CHANNEL,
    Channel,
    Finisher,
    Stored,
    embed_as_shown,
)

EPHEMERAL, LOADING = 1 << 6, 1 << 7
NONCE_SECONDS = 300
MAX_MEMBERS = 2_000
SECOND = "Chess Club"
CHANNELS = {
    "study-hall": "Type / to see what Studyhall can do",
    "quiz-night": "Predict, compete, compare",
}
CHANNELS_OF_SECOND = {"openings": "Another server that the bot is in", "endgames": "Its courses and boards are its own"}

Json = dict[str, Any]
Listener = Callable[[str, Json, str | None], None]
"""Gets (event, data, who alone may see it)."""


class World:
    """Everything there is. Listeners hear of each change; nothing here waits for anything."""

    def __init__(self, origin: str, members: tuple[str, ...] = ("Ada", "Grace", "Linus")) -> None:
        self.shift_ms = 0
        self._last_id = 0
        self.listeners: list[Listener] = []
        self.files = Files(origin)
        self.commands: list[Json] = []
        self.events: dict[str, Json] = {}
        self.emojis: dict[str, Json] = {}
        self.emoji_pictures: dict[str, bytes] = {}
        self.bot_may_create_events = True
        self.bot_may_manage_roles = True
        self.application_id = self.new_id()
        self.bot = user_object("Studyhall", self.application_id, bot=True)
        self.guild_id = self.new_id()
        self.home = Server(self.guild_id, "The Study Hall", {}, new_roles(self.new_id))
        self.servers = {self.guild_id: self.home}
        self.users: dict[str, Json] = {}
        self.channels: dict[str, Channel] = {}
        for name, topic in CHANNELS.items():
            self._open(Channel(self.new_id(), name, topic))
        self.elsewhere_id = self.new_id()
        self.user_installs: set[str] = set()
        """Who added the bot to their own account: everybody, unless a test says otherwise."""
        for member in members:
            self.add_member(member)
        words = "The bot isn't here. You added it to your account, so its commands for learners work."
        for abroad in (
            Channel(self.new_id(), "book-club", words, elsewhere=self.elsewhere_id, bot_permissions=0),
            Channel(self.new_id(), "A group of friends", words, group=True, bot_permissions=0),
        ):
            self._open(abroad)

    # Time and ids

    def now_ms(self) -> int:
        """The playground's clock, shift included."""
        return time.time_ns() // 1_000_000 + self.shift_ms

    def new_id(self) -> str:
        """A fresh snowflake, later than every one before."""
        self._last_id = max(snowflake_at(self.now_ms()), self._last_id + 1)
        return str(self._last_id)

    def stamp(self) -> str:
        """Now, as the API writes it."""
        return utc(self.now_ms()).isoformat()

    def shift(self, seconds: int) -> None:
        """Move the clock forward."""
        self.shift_ms += seconds * 1000
        self.tell("clock", {"now_ms": self.now_ms(), "shift_ms": self.shift_ms})

    def tell(self, event: str, data: Json, viewer: str | None = None) -> None:
        """Let every listener hear of a change."""
        for listener in list(self.listeners):
            listener(event, data, viewer)

    # Members

    @property
    def members(self) -> dict[str, Json]:
        """The members of the first server."""
        return self.home.members

    @property
    def players(self) -> dict[str, Json]:
        """Everybody who is in a server, those of the first one first."""
        own = (server.members for server in self.servers.values() if server.members is not self.members)
        return dict(itertools.chain(self.members.items(), *(members.items() for members in own)))

    def server(self, guild_id: str | None = None) -> Server:
        """A server, the first one unless given. Raises ApiError when the bot is in none with that id."""
        if guild_id is None:
            return self.home
        if guild_id not in self.servers:
            raise ApiError(UNKNOWN_GUILD)
        return self.servers[guild_id]

    def add_member(self, name: str, guild_id: str | None = None) -> Json:
        """A new member of a server, with direct messages of their own."""
        user = user_object(name, self.new_id())
        self.server(guild_id).members[user["id"]] = self.users[user["id"]] = user
        self.user_installs.add(user["id"])
        self._open(Channel(self.new_id(), self.bot["username"], recipient=user["id"]))
        self.tell("members", self.people(guild_id))
        return user

    def remove_member(self, member_id: str, guild_id: str | None = None) -> None:
        """Let a member leave a server; a bot with the intent `guilds` alone hears nothing of it."""
        server = self.server(guild_id)
        del server.members[member_id]
        server.held.pop(member_id, None)
        if member_id not in self.players:
            for channel in [one for one in self.channels.values() if one.recipient == member_id]:
                self.delete_channel(channel.id)
        self.tell("members", self.people(guild_id))

    def permissions_of(self, member_id: str, guild_id: str | None = None) -> int:
        """A member's permissions in a server; in one that the bot is not in, those that everybody has."""
        if guild_id == self.elsewhere_id:
            return MEMBER_PERMISSIONS
        return self.server(guild_id).permissions_of(member_id)

    def user_here(self, user_id: str, guild_id: str | None = None) -> Json | None:
        """The user of that id who is in a server: a member, or the bot."""
        if user_id == self.bot["id"]:
            return self.bot
        return (self.home if guild_id == self.elsewhere_id else self.server(guild_id)).members.get(user_id)

    def member(self, user_id: str, guild_id: str | None = None) -> Json:
        """The guild member object, without its user; in a server that the bot is not in, without roles."""
        held: set[str] = set()
        if guild_id != self.elsewhere_id:
            server = self.server(guild_id)
            bots_own = {server.role_named(BOT_ROLE).id}
            held = bots_own if user_id == self.bot["id"] else server.held.get(user_id, set())
        return {**MEMBER, "roles": sorted(held)}

    def give_role(self, user_id: str, role_id: str, guild_id: str | None = None, *, take: bool = False) -> None:
        """Let the bot give a member a role, or take it. Raises ApiError where it may not, or there is none of them."""
        server = self.server(guild_id)
        places = {role["id"]: role["position"] for role in self.roles(server.id)}
        if role_id not in places:
            raise ApiError(UNKNOWN_ROLE)
        if user_id not in server.members:
            raise ApiError(UNKNOWN_MEMBER)
        if not self.bot_may_manage_roles or places[role_id] >= places[server.role_named(BOT_ROLE).id]:
            raise ApiError(MISSING_PERMISSIONS)
        self.hold_role(user_id, role_id, server.id, take=take)

    def hold_role(self, user_id: str, role_id: str, guild_id: str, *, take: bool = False) -> None:
        """Let a member have a role, or no more, whoever gave it."""
        self.server(guild_id).hold(user_id, role_id, take=take)
        self.tell("members", self.people(guild_id))

    def role_named(self, name: str, guild_id: str | None = None) -> Json:
        """A role by its name."""
        return next(one for one in self.roles(guild_id) if one["name"] == name)

    def people(self, guild_id: str | None = None) -> Json:
        """The members of a server, and the names of each one's roles."""
        server = self.server(guild_id)
        names = {role.id: role.name for role in server.roles}
        roles = {one: sorted(names[role] for role in server.held.get(one, ())) for one in server.members}
        return {"members": list(server.members.values()), "roles": roles}

    def roles(self, guild_id: str | None = None) -> list[Json]:
        """A server's roles: the one that everybody has, and those of `ROLES`, the lowest first."""
        everyone = MEMBER_PERMISSIONS | (CREATE_EVENTS if self.bot_may_create_events else 0)
        of_bot = MANAGE_ROLES if self.bot_may_manage_roles else 0
        return self.server(guild_id).role_objects(self.bot["id"], everyone, of_bot)

    # Channels

    def add_guild(self, guild_id: str, name: str) -> Channel:
        """Another server with the members of the first one, and one channel, which is returned.

        A bot that is connected already hears nothing of it.
        """
        self.servers[guild_id] = Server(guild_id, name, self.members, new_roles(self.new_id))
        return self._open(Channel(self.new_id(), "study-hall", guild_id=guild_id))

    def add_second(self) -> Server:
        """A second server that the bot is in: channels, roles, an owner and a member of its own; the last ones aren't in it.

        As `add_guild`, to be called before a bot connects.
        """
        first, second, *_others = self.members.items()
        server = Server(self.new_id(), SECOND, dict((second, first)), new_roles(self.new_id))
        self.servers[server.id] = server
        for name, topic in CHANNELS_OF_SECOND.items():
            self._open(Channel(self.new_id(), name, topic, guild_id=server.id))
        self.add_member("Magnus", server.id)
        return server

    def _open(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        return channel

    def guild_of(self, channel: Channel) -> str:
        """The server of a channel or a thread."""
        return channel.elsewhere or channel.guild_id or self.guild_id

    def guild(self, guild_id: str | None = None) -> Json:
        """A server, the first one unless given, as GUILD_CREATE sends it."""
        guild_id = guild_id or self.guild_id
        channels = [one for one in self.channels.values() if one.in_server and self.guild_of(one) == guild_id]
        server = self.server(guild_id)
        return {
            **GUILD,
            "id": guild_id,
            "name": server.name,
            "owner_id": server.owner_id or self.bot["id"],
            "roles": self.roles(guild_id),
            "member_count": len(server.members) + 1,
            "members": [self.member(self.bot["id"], guild_id) | {"user": self.bot}],
            "channels": [self.channel_object(one) for one in channels if one.parent is None],
            "threads": [self.channel_object(one) for one in channels if one.parent is not None],
            "guild_scheduled_events": [one for one in self.events.values() if one["guild_id"] == guild_id],
        }

    def channel_object(self, channel: Channel) -> Json:
        """The channel as the API shows it."""
        last = max(channel.messages, key=int, default=None)
        common = {"id": channel.id, "last_message_id": last, "flags": 0}
        if channel.recipient is not None:
            return common | {"type": 1, "recipients": [self.users[channel.recipient]]}
        if channel.group:
            people = list(self.members.values())
            return common | {
                "type": 3,
                "name": channel.name,
                "icon": None,
                "owner_id": people[0]["id"],
                "recipients": people,
            }
        if channel.parent is not None:
            return common | {
                "type": 11,
                "guild_id": self.guild_of(channel),
                "name": channel.name,
                "parent_id": channel.parent,
                "owner_id": self.bot["id"],
                "message_count": len(channel.messages),
                "total_message_sent": len(channel.messages),
                "member_count": 1,
                "rate_limit_per_user": 0,
                "thread_metadata": {
                    "archived": False,
                    "archive_timestamp": self.stamp(),
                    "auto_archive_duration": 60,
                    "locked": False,
                    "create_timestamp": self.stamp(),
                },
            }
        return common | {
            "type": 0,
            "guild_id": self.guild_of(channel),
            "name": channel.name,
            "topic": channel.topic,
            "position": list(self.channels).index(channel.id),
            "permission_overwrites": [],
            "nsfw": False,
            "rate_limit_per_user": 0,
            "parent_id": None,
        }

    def channel(self, channel_id: str) -> Channel:
        """A channel by its id. Raises ApiError when it is not there."""
        if channel_id not in self.channels:
            raise ApiError(UNKNOWN_CHANNEL)
        return self.channels[channel_id]

    def channels_of(self, member_id: str) -> Iterator[Channel]:
        """The channels that a member sees."""
        return (channel for channel in self.channels.values() if self.sees(member_id, channel))

    def sees(self, member_id: str, channel: Channel) -> bool:
        """Whether a channel is shown to a member: direct messages are to their owner, others where they are in the server."""
        if channel.recipient is not None:
            return channel.recipient == member_id
        return member_id in (self.home if channel.abroad else self.server(self.guild_of(channel))).members

    def start_thread(self, channel: Channel, message_id: str, name: str) -> Channel:
        """A thread on a message; it gets the message's id. Raises ApiError when there is one already."""
        self.message(channel.id, message_id)
        if message_id in self.channels:
            raise ApiError(THREAD_EXISTS)
        thread = Channel(message_id, name, parent=channel.id, bot_permissions=channel.bot_permissions)
        thread.guild_id = channel.guild_id
        self._open(thread)
        self.tell("thread_create", self.channel_object(thread))
        return thread

    def delete_channel(self, channel_id: str) -> None:
        """Take a channel away with all that is in it."""
        gone = self.channel_object(self.channel(channel_id))
        del self.channels[channel_id]
        self.tell("channel_delete", gone)

    def delete_guild(self) -> None:
        """Take the first server away; direct messages stay."""
        for channel in [one for one in self.channels.values() if one.in_server and self.guild_of(one) == self.guild_id]:
            del self.channels[channel.id]
        self.events = {one: event for one, event in self.events.items() if event["guild_id"] != self.guild_id}
        self.tell("guild_delete", {"id": self.guild_id})

    # Emojis

    def create_emoji(self, payload: Json) -> Json:
        """Keep an emoji of the application. Raises ApiError for a body that Discord would refuse."""
        picture = check_emoji(payload, {one["name"] for one in self.emojis.values()})
        emoji_id = self.new_id()
        self.emoji_pictures[emoji_id] = picture
        kept = {"id": emoji_id, "name": payload["name"], "user": self.bot, "roles": [], "require_colons": True}
        self.emojis[emoji_id] = kept | {"managed": False, "animated": False, "available": True}
        return self.emojis[emoji_id]

    # Messages

    def bot_may(self, channel: Channel, permission: int) -> None:
        """Raise ApiError when the bot lacks the permission in the channel."""
        if not channel.bot_permissions & VIEW_CHANNEL:
            raise ApiError(MISSING_ACCESS)
        if not channel.bot_permissions & permission:
            raise ApiError(MISSING_PERMISSIONS)

    def message(self, channel_id: str, message_id: str) -> Stored:
        """A message by its id. Raises ApiError when it is not there."""
        stored = self.channel(channel_id).messages.get(message_id)
        if stored is None:
            raise ApiError(UNKNOWN_MESSAGE)
        return stored

    def create_message(
        self,
        channel: Channel,
        author: Json,
        payload: Json,
        uploads: dict[int, Upload],
        *,
        viewer: str | None = None,
        extra: Json | None = None,
        loading: bool = False,
    ) -> Json:
        """Post a message; with an enforced nonce that was used lately, return the one that it made.

        Raises ApiError for a body that Discord would refuse.
        """
        nonce = payload.get("nonce")
        if nonce is not None and payload.get("enforce_nonce"):
            known = channel.nonces.get(str(nonce))
            if known and time.monotonic() - known[0] < NONCE_SECONDS and known[1] in channel.messages:
                return channel.messages[known[1]].message
        flags = (payload.get("flags") or 0) & (EPHEMERAL | COMPONENTS_V2 | 1 << 2 | 1 << 12)
        attachments = self._attachments(payload, uploads, [], channel.id)
        names = {attachment["filename"] for attachment in attachments}
        if not loading:
            v2 = bool(flags & COMPONENTS_V2)
            check_message(payload, v2=v2, files=names, has_attachments=bool(attachments))
        message: Json = {
            "id": self.new_id(),
            "channel_id": channel.id,
            "type": 0,
            "author": author,
            "content": payload.get("content") or "",
            "mentions": [],
            "mention_roles": [],
            "mention_everyone": False,
            "attachments": attachments,
            "embeds": [embed_as_shown(embed) for embed in payload.get("embeds") or []],
            "components": Finisher(attachments).components(payload.get("components") or []),
            "flags": flags | (LOADING if loading else 0),
            "timestamp": self.stamp(),
            "edited_timestamp": None,
            "pinned": False,
            "tts": False,
        }
        message |= extra or {}
        if nonce is not None:
            message["nonce"] = nonce
            channel.nonces[str(nonce)] = (time.monotonic(), message["id"])
        channel.messages[message["id"]] = Stored(message, viewer)
        self.tell("message", message, viewer)
        return message

    def edit_message(self, channel: Channel, message_id: str, payload: Json, uploads: dict[int, Upload]) -> Json:
        """Change a message of the bot. Raises ApiError as for a new one."""
        stored = self.message(channel.id, message_id)
        message = stored.message
        if message["author"]["id"] != self.bot["id"]:
            raise ApiError(NOT_THE_AUTHOR)
        flags = message["flags"] | ((payload.get("flags") or 0) & COMPONENTS_V2)
        attachments = message["attachments"]
        if uploads or "attachments" in payload:
            attachments = self._attachments(payload, uploads, attachments, channel.id)
        fields = {key: message[key] for key in ("content", "embeds", "components")}
        fields |= {key: payload[key] for key in fields if key in payload}
        names = {attachment["filename"] for attachment in attachments}
        check_message(fields, v2=bool(flags & COMPONENTS_V2), files=names, has_attachments=bool(attachments))
        if "components" in payload:
            fields["components"] = Finisher(attachments).components(payload["components"] or [])
        if "embeds" in payload:
            fields["embeds"] = [embed_as_shown(embed) for embed in payload["embeds"] or []]
        changed = message | fields | {"content": fields["content"] or "", "attachments": attachments}
        # A first answer to "is thinking…" is not an edit in Discord's eyes.
        was_loading = bool(message["flags"] & LOADING)
        changed["flags"] = flags & ~LOADING
        changed["edited_timestamp"] = message["edited_timestamp"] if was_loading else self.stamp()
        stored.message = changed
        self.tell("message", changed, stored.viewer)
        return changed

    def delete_message(self, channel_id: str, message_id: str) -> None:
        """Take a message away."""
        stored = self.message(channel_id, message_id)
        del self.channels[channel_id].messages[message_id]
        self.tell("message_delete", {"id": message_id, "channel_id": channel_id}, stored.viewer)

    def history(self, channel: Channel, query: dict[str, str]) -> list[Json]:
        """A channel's public messages, newest first, as ``limit``, ``before``, ``after`` and ``around`` ask."""
        limit = max(1, min(100, int(query.get("limit", "50"))))
        found = [s.message for s in channel.messages.values() if s.viewer is None]
        found.sort(key=lambda message: int(message["id"]), reverse=True)
        if "before" in query:
            found = [message for message in found if int(message["id"]) < int(query["before"])]
        if "after" in query:
            found = [message for message in found if int(message["id"]) > int(query["after"])][-limit:]
        return found[:limit]

    def _attachments(
        self, payload: Json, uploads: dict[int, Upload], before: list[Json], channel_id: str
    ) -> list[Json]:
        described = {str(entry.get("id")): entry for entry in payload.get("attachments") or []}
        result = [attachment for attachment in before if attachment["id"] in described]
        for index, upload in sorted(uploads.items()):
            entry = described.get(str(index), {})
            named = upload._replace(filename=str(entry.get("filename") or upload.filename))
            result.append(self.files.attach(self.new_id(), channel_id, named, entry.get("description")))
        return result
