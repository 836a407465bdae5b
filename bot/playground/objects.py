"""Objects as Discord's API shows them: a user, a member, a role, a server without what is its own.

https://discord.com/developers/docs/resources/guild
"""

import hashlib
from typing import Any

Json = dict[str, Any]

MEMBER: Json = {
    "nick": None,
    "avatar": None,
    "banner": None,
    "joined_at": "2026-01-01T00:00:00+00:00",
    "premium_since": None,
    "communication_disabled_until": None,
    "pending": False,
    "deaf": False,
    "mute": False,
    "flags": 0,
}
"""A member, without user and roles."""

GUILD: Json = {
    "icon": None,
    "splash": None,
    "discovery_splash": None,
    "region": "deprecated",
    "afk_channel_id": None,
    "afk_timeout": 300,
    "verification_level": 0,
    "default_message_notifications": 1,
    "explicit_content_filter": 0,
    "emojis": [],
    "stickers": [],
    "features": [],
    "mfa_level": 0,
    "application_id": None,
    "system_channel_id": None,
    "system_channel_flags": 0,
    "rules_channel_id": None,
    "public_updates_channel_id": None,
    "safety_alerts_channel_id": None,
    "max_presences": None,
    "max_members": 500_000,
    "vanity_url_code": None,
    "description": None,
    "banner": None,
    "premium_tier": 0,
    "premium_subscription_count": 0,
    "premium_progress_bar_enabled": False,
    "preferred_locale": "en-US",
    "nsfw": False,
    "nsfw_level": 0,
    "joined_at": "2026-01-01T00:00:00+00:00",
    "large": False,
    "unavailable": False,
    "presences": [],
    "voice_states": [],
    "stage_instances": [],
    "soundboard_sounds": [],
}
"""A server, without its name, roles, members, channels and events."""


def user_object(name: str, user_id: str, *, bot: bool = False) -> Json:
    """A user; members have a picture, of which only the hash is ever used."""
    username = "".join(c for c in name.lower() if c.isascii() and (c.isalnum() or c in "_.")) or "member"
    user: Json = {
        "id": user_id,
        "username": username[:32],
        "global_name": None if bot else name,
        "discriminator": "0000" if bot else "0",
        "avatar": None if bot else hashlib.blake2s(user_id.encode(), digest_size=16).hexdigest(),
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }
    return user | {"username": name, "bot": True} if bot else user


def role_object(name: str, role_id: str, permissions: int, position: int = 0) -> Json:
    """A role; a higher position stands above a lower one."""
    return {
        "id": role_id,
        "name": name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": position,
        "permissions": str(permissions),
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }
