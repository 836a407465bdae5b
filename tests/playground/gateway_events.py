"""What the Gateway sends, written down from its documentation: the OpenAPI document leaves it out.

https://discord.com/developers/docs/events/gateway-events
"""

from typing import Any

ID = {"type": "string", "pattern": "^[0-9]{1,20}$"}
TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
FLAG = {"type": "boolean"}
LIST = {"type": "array"}
NOTHING = {"type": "null"}


def record(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    """An object with these fields; others may stand beside them."""
    return {"type": "object", "required": list(required), "properties": {**required, **(optional or {})}}


USER = record(
    {"id": ID, "username": TEXT, "discriminator": TEXT, "global_name": {"type": ["string", "null"]}},
    {"bot": FLAG, "avatar": {"type": ["string", "null"]}, "public_flags": NUMBER},
)
MEMBER = record(
    {
        "roles": {"type": "array", "items": ID},
        "joined_at": {"type": "string"},
        "deaf": FLAG,
        "mute": FLAG,
        "flags": NUMBER,
    },
    {"user": USER, "permissions": {"type": "string", "pattern": "^[0-9]+$"}},
)
CHANNEL = record(
    {"id": ID, "type": NUMBER}, {"guild_id": ID, "name": TEXT, "recipients": {"type": "array", "items": USER}}
)
MESSAGE = record({"id": ID, "channel_id": ID, "author": USER, "content": TEXT, "components": LIST, "flags": NUMBER})

EVENTS: dict[str, dict[str, Any]] = {
    "READY": record(
        {
            "v": {"const": 10},
            "user": USER,
            "guilds": {"type": "array", "items": record({"id": ID, "unavailable": {"const": True}})},
            "session_id": TEXT,
            "resume_gateway_url": TEXT,
            "application": record({"id": ID, "flags": NUMBER}),
        },
        {"shard": {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2}},
    ),
    "GUILD_CREATE": record(
        {
            "id": ID,
            "name": TEXT,
            "owner_id": ID,
            "roles": {"type": "array", "minItems": 1, "items": record({"id": ID, "name": TEXT, "permissions": TEXT})},
            "emojis": LIST,
            "features": LIST,
            "joined_at": TEXT,
            "large": FLAG,
            "unavailable": FLAG,
            "member_count": NUMBER,
            "voice_states": LIST,
            "members": {"type": "array", "items": MEMBER},
            "channels": {"type": "array", "items": CHANNEL},
            "threads": LIST,
            "presences": LIST,
            "stage_instances": LIST,
            "guild_scheduled_events": LIST,
            "soundboard_sounds": LIST,
        }
    ),
    "INTERACTION_CREATE": record(
        {
            "id": ID,
            "application_id": ID,
            "type": {"enum": [2, 3, 4, 5]},
            "data": {"type": "object"},
            "channel": CHANNEL,
            "channel_id": ID,
            "token": {"type": "string", "minLength": 20},
            "version": {"const": 1},
            "app_permissions": {"type": "string", "pattern": "^[0-9]+$"},
            "locale": TEXT,
            "entitlements": LIST,
            "authorizing_integration_owners": {"type": "object"},
            "context": {"enum": [0, 1, 2]},
            "attachment_size_limit": NUMBER,
        },
        {"guild_id": ID, "member": MEMBER, "user": USER, "message": MESSAGE, "guild_locale": TEXT},
    ),
    "RESUMED": {"type": "object"},
    "CHANNEL_DELETE": CHANNEL,
    "THREAD_CREATE": record(
        {"id": ID, "type": {"const": 11}, "parent_id": ID, "thread_metadata": {"type": "object"}},
        {"newly_created": FLAG},
    ),
}
