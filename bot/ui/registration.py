"""The commands that Discord shows: compared with ours at each start, and sent only when they differ."""

import logging
from typing import Any

import discord
from discord import app_commands

from bot.ui.marks import Marks

_log = logging.getLogger(__name__)

_COMMAND_DEFAULTS: dict[str, Any] = {
    "type": 1,
    "description": "",
    "nsfw": False,
    "default_member_permissions": None,
    "options": [],
}
_OPTION_DEFAULTS: dict[str, Any] = {
    "required": False,
    "autocomplete": False,
    "choices": [],
    "channel_types": [],
    "options": [],
}


async def register(client: discord.Client, tree: app_commands.CommandTree, marks: Marks) -> bool:
    """Sync the commands, and note their ids for texts that name them; says whether Discord's list had to change."""
    assert client.application_id is not None
    ours = [command.to_dict(tree) for command in tree.get_commands()]
    theirs: Any = await client.http.get_global_commands(client.application_id)
    if _normal(ours) == _normal(theirs):
        _log.info("the %d commands were registered already", len(ours))
        marks.learn_commands({one["name"]: int(one["id"]) for one in theirs})
        return False
    marks.learn_commands({one.name: one.id for one in await tree.sync()})
    _log.info("registered %d commands", len(ours))
    return True


def _normal(commands: list[Any]) -> list[dict[str, Any]]:
    """Commands without what Discord adds and with its defaults filled in, in one order."""
    return sorted((_normal_command(command) for command in commands), key=lambda command: str(command["name"]))


def _normal_command(command: dict[str, Any]) -> dict[str, Any]:
    kept = {key: command.get(key) or default for key, default in _COMMAND_DEFAULTS.items()}
    contexts = command.get("contexts")
    if contexts is None:  # registered without contexts, Discord derives them from the older flag
        contexts = [0, 1, 2] if command.get("dm_permission", True) else [0]
    kept |= {
        "name": command["name"],
        "contexts": sorted(contexts),
        "integration_types": sorted(command.get("integration_types") or [0]),
        "options": [_normal_option(option) for option in command.get("options") or []],
    }
    permissions = kept["default_member_permissions"]
    kept["default_member_permissions"] = None if permissions is None else str(permissions)
    return kept


def _normal_option(option: dict[str, Any]) -> dict[str, Any]:
    kept = {key: option.get(key) or default for key, default in _OPTION_DEFAULTS.items()}
    limits = ("min_value", "max_value", "min_length", "max_length")
    kept |= {key: option[key] for key in limits if option.get(key) is not None}
    kept |= {key: option[key] for key in ("type", "name", "description")}
    kept["choices"] = [{"name": c["name"], "value": c["value"]} for c in kept["choices"]]
    kept["options"] = [_normal_option(inner) for inner in kept["options"]]
    return kept
