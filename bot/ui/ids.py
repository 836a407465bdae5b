"""Custom ids: ``sh:<action>[:<argument>…]``. They name things; they never tell a right option."""

import re

from bot.errors import UserError
from bot.facts import Code, fact

PREFIX = "sh"
_ACTION = re.compile(r"[a-z]+\.[a-z_]+")


def encode(action: str, *arguments: object) -> str:
    """The custom id of a component or a form. Raises ValueError when Discord would refuse it (over 100 characters)."""
    custom_id = ":".join([PREFIX, action, *map(str, arguments)])
    if len(custom_id) > 100:
        raise ValueError(f"custom id of {len(custom_id)} characters: {custom_id}")
    return custom_id


def decode(custom_id: str) -> tuple[str, list[str]] | None:
    """Action and arguments, or None for an id that is not of ours."""
    prefix, _, rest = custom_id.partition(":")
    action, *arguments = rest.split(":")
    if prefix != PREFIX or not _ACTION.fullmatch(action):
        return None
    return action, arguments


def number(argument: str) -> int:
    """A number in a custom id, 0 to 2**63 - 1. Raises UserError for anything else: the id was made by somebody else."""
    if not re.fullmatch(r"[0-9]{1,19}", argument) or int(argument) >= 2**63:
        raise stale()
    return int(argument)


def stale() -> UserError:
    """What to raise for a custom id that no longer means anything."""
    return UserError(fact(Code.STALE_BUTTON))
