"""Options of commands, held against what was registered before discord.py reads them.

Discord's own clients send what was registered; a client that is old, or made by somebody else, may send anything.
"""

from collections.abc import Iterable
from typing import Any

from discord import AppCommandOptionType, AppCommandType, app_commands

from bot.quiz.competition.scoring import Scoring

Command = app_commands.Command[Any, ..., Any]
Group = app_commands.Group
Root = Command | Group | app_commands.ContextMenu

_ENTITIES = {
    AppCommandOptionType.user,
    AppCommandOptionType.channel,
    AppCommandOptionType.role,
    AppCommandOptionType.mentionable,
    AppCommandOptionType.attachment,
}
MOST_CHARACTERS = 6_000
MOST_NUMBER = 2**53


def fits(roots: Iterable[Root], data: Any, *, autocomplete: bool = False) -> bool:
    """Whether a command is one of ``roots`` and its options have the declared types.

    Numbers out of their range are put to its nearest end, in place, and characters that are none are replaced. A command
    that is not there at all fits: discord.py says so itself.
    """
    if not isinstance(data, dict) or not isinstance(data.get("name"), str):
        return False
    if not isinstance(data.get("resolved", {}), dict):
        return False
    if data.get("type", 1) == AppCommandType.message.value:
        return not autocomplete and _has_message(data)
    if data.get("type", 1) != 1:
        return False
    slash = (one for one in roots if not isinstance(one, app_commands.ContextMenu))
    command: Any = next((one for one in slash if one.name == data["name"]), None)
    if command is None:
        return True
    options = data.get("options", [])
    while isinstance(command, Group):
        if not isinstance(options, list) or len(options) != 1 or not isinstance(options[0], dict):
            return False
        inner, part = options[0].get("name"), options[0].get("type")
        if part not in (1, 2) or not isinstance(inner, str):
            return False
        command, options = command.get_command(inner), options[0].get("options", [])
    if not isinstance(command, app_commands.Command) or not isinstance(options, list):
        return False
    declared = {one.display_name: one for one in command.parameters}
    if not all(isinstance(option, dict) and _fits(option, declared, autocomplete) for option in options):
        return False
    return not autocomplete or sum(bool(option.get("focused")) for option in options) == 1


def _has_message(data: dict[str, Any]) -> bool:
    """Whether a message menu came with its message."""
    target, messages = data.get("target_id"), data.get("resolved", {}).get("messages")
    return isinstance(target, str) and isinstance(messages, dict) and isinstance(messages.get(target), dict)


def _fits(option: dict[str, Any], declared: dict[str, app_commands.Parameter], autocomplete: bool) -> bool:
    name, value = option.get("name"), option.get("value")
    parameter = declared.get(name) if isinstance(name, str) else None
    if parameter is None:
        return False
    kind = parameter.type
    if option.get("type") != kind.value:
        return False
    if autocomplete and option.get("focused"):
        return parameter.autocomplete and kind is AppCommandOptionType.string and _plain(option)
    if kind is AppCommandOptionType.string:
        return _plain(option)
    if kind is AppCommandOptionType.boolean:
        return isinstance(value, bool)
    if kind in (AppCommandOptionType.integer, AppCommandOptionType.number):
        wanted = int if kind is AppCommandOptionType.integer else int | float
        if not isinstance(value, wanted) or isinstance(value, bool) or value != value:
            return False
        low = parameter.min_value if parameter.min_value is not None else -MOST_NUMBER
        high = parameter.max_value if parameter.max_value is not None else MOST_NUMBER
        option["value"] = min(max(value, low), high)
        return True
    return kind in _ENTITIES and isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 20


def _plain(option: dict[str, Any]) -> bool:
    value = option.get("value")
    if not isinstance(value, str) or len(value) > MOST_CHARACTERS:
        return False
    option["value"] = whole(value)
    return True


def scoring_choices() -> list[app_commands.Choice[str]]:
    """The presets of scoring, each with its point in a few words."""
    return [app_commands.Choice(name=f"{one.value} · {one.summary}", value=one.value) for one in Scoring]


def whole(text: str) -> str:
    """The text without halves of characters (lone surrogates), which neither a file nor a message can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")
