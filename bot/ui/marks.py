"""Commands that can be clicked: a text names one with the id 0, and gets the one that Discord gave it.

A text says `</quiz:0>`, or `</studyhall setup:0>` for a part of a command. What has no id yet is shown as plain `/quiz`.
https://discord.com/developers/docs/reference#message-formatting-formats
"""

import re
from collections.abc import Mapping

_COMMAND = re.compile(r"</([a-z_]+)((?: [a-z_]+)*):0>")
_UNKNOWN = ":0>"
ID_DIGITS = 19
ROOM = ID_DIGITS - 1
"""So many characters longer is a mark with its id."""


class Marks:
    """The ids that Discord gave; those that are learnt later hold for what is shown from then on."""

    def __init__(self) -> None:
        self._commands: dict[str, int] = {}

    def learn_commands(self, ids: Mapping[str, int]) -> None:
        """Note the ids of the registered commands, by their names."""
        self._commands = dict(ids)

    def put_in(self, text: str) -> str:
        """The text as Discord shows it."""
        return _COMMAND.sub(self._command, text) if _UNKNOWN in text else text

    def _command(self, found: re.Match[str]) -> str:
        name, part = found.groups()
        known = self._commands.get(name)
        return f"`/{name}{part}`" if known is None else f"</{name}{part}:{known}>"


PLAIN = Marks()
"""Knows no id: for the log, the command line, and screens that are only looked at."""


def longer_by(text: str) -> int:
    """How many characters a text gains at most by its ids."""
    return ROOM * text.count(_UNKNOWN)
