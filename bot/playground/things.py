"""What the small Discord is made of: messages and channels, and what Discord adds to a message."""

from dataclasses import dataclass, field
from typing import Any

from bot.playground.limits import SELECTS

VIEW_CHANNEL, SEND_MESSAGES, ATTACH_FILES, READ_HISTORY = 1 << 10, 1 << 11, 1 << 15, 1 << 16
SEND_IN_THREADS, CREATE_THREADS, MANAGE_GUILD, CREATE_EVENTS = 1 << 38, 1 << 35, 1 << 5, 1 << 44
MANAGE_MESSAGES, MANAGE_ROLES = 1 << 13, 1 << 28
BOT_PERMISSIONS = VIEW_CHANNEL | SEND_MESSAGES | ATTACH_FILES | READ_HISTORY | SEND_IN_THREADS | CREATE_THREADS
SERVER_CONTEXT, DM_CONTEXT, GROUP_CONTEXT = 0, 1, 2
MEMBER_PERMISSIONS = BOT_PERMISSIONS | (1 << 31)

Json = dict[str, Any]


@dataclass
class Stored:
    """A message; ``viewer`` is who alone may see it (ephemeral), ``token`` the interaction it answered."""

    message: Json
    viewer: str | None = None


@dataclass
class Channel:
    """A text channel of the server, a thread (``parent``), or a member's direct messages with the bot (``recipient``).

    Where the bot is not: a text channel of another server (``elsewhere`` is that server's id), or a ``group`` of members.
    """

    id: str
    name: str
    topic: str = ""
    recipient: str | None = None
    parent: str | None = None
    messages: dict[str, Stored] = field(default_factory=dict)
    nonces: dict[str, tuple[float, str]] = field(default_factory=dict)
    bot_permissions: int = BOT_PERMISSIONS
    guild_id: str | None = None
    """Its server, where that is not the first one."""
    elsewhere: str | None = None
    group: bool = False

    @property
    def in_server(self) -> bool:
        """Whether it belongs to the server that the bot is in."""
        return self.recipient is None and not self.abroad

    @property
    def abroad(self) -> bool:
        """Whether the bot is not there: it can be used by those who added it to their own account."""
        return self.group or self.elsewhere is not None

    @property
    def context(self) -> int:
        """Where an interaction takes place: a server, direct messages with the bot, other direct messages."""
        return GROUP_CONTEXT if self.group else DM_CONTEXT if self.recipient is not None else SERVER_CONTEXT


def event_fields(payload: Json) -> Json:
    """What of a body is kept of an event."""
    known = ("name", "description", "privacy_level", "entity_type", "entity_metadata")
    times = {key: payload[key] for key in ("scheduled_start_time", "scheduled_end_time") if key in payload}
    return {key: payload[key] for key in known if key in payload} | times


def embed_as_shown(embed: Json) -> Json:
    """An embed without what it has not."""
    return {"type": "rich", **{key: value for key, value in embed.items() if value is not None}}


class Finisher:
    """Fills in what Discord adds to components: ids, defaults, addresses of attachments."""

    def __init__(self, attachments: list[Json]) -> None:
        self._by_name = {attachment["filename"]: attachment for attachment in attachments}
        self._next = 0

    def components(self, components: list[Json]) -> list[Json]:
        """The components as a message shows them."""
        return [self._component(component) for component in components]

    def _component(self, component: Json) -> Json:
        self._next += 1
        done = {key: value for key, value in component.items() if value is not None} | {"id": self._next}
        kind = component["type"]
        if "components" in component:
            done["components"] = self.components(component["components"])
        if "component" in component:
            done["component"] = self._component(component["component"])
        if "accessory" in component:
            done["accessory"] = self._component(component["accessory"])
        if kind == 17:
            done |= {"accent_color": component.get("accent_color"), "spoiler": bool(component.get("spoiler"))}
        elif kind == 14:
            done = {"divider": True, "spacing": 1} | done
        elif kind == 12:
            done["items"] = [
                {
                    "media": self._media(item["media"]),
                    "description": item.get("description"),
                    "spoiler": bool(item.get("spoiler")),
                }
                for item in component["items"]
            ]
        elif kind == 13:
            attachment = self._by_name.get(component["file"]["url"].removeprefix("attachment://"), {})
            done |= {
                "file": self._media(component["file"]),
                "name": attachment.get("filename"),
                "size": attachment.get("size"),
                "spoiler": bool(component.get("spoiler")),
            }
        elif kind == 11:
            done |= {
                "media": self._media(component["media"]),
                "description": component.get("description"),
                "spoiler": bool(component.get("spoiler")),
            }
        elif kind in SELECTS:
            done = {"min_values": 1, "max_values": 1} | done
            if "default_values" in done:
                done["default_values"] = [one | {"id": str(one["id"])} for one in done["default_values"]]
        return done

    def _media(self, media: Json) -> Json:
        attachment = self._by_name.get(media["url"].removeprefix("attachment://"))
        if attachment is None:
            return {"id": "0", "url": media["url"], "proxy_url": media["url"]}
        result = {"id": attachment["id"], "attachment_id": attachment["id"]}
        return result | {
            key: attachment[key] for key in ("url", "proxy_url", "width", "height", "content_type") if key in attachment
        }
