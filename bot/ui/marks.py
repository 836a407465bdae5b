"""What a screen names and gets when it is sent: commands that can be clicked, emojis of our own, pictures of courses.

In texts commands and emojis have the id 0, and get the one that Discord gave: `</quiz:0>`, `</studyhall setup:0>` for a part
of a command, or `<:letter_a:0>`. What has no id yet is shown plain: `/quiz` as code, each emoji as what stands for it below.
https://discord.com/developers/docs/reference#message-formatting-formats
"""

import re
from collections.abc import Callable, Mapping

from bot.packs.models import LETTERS

EMOJIS = {
    **{f"letter_{one.lower()}": f"**{one}**" for one in LETTERS},
    "medal_1": "🥇",
    "medal_2": "🥈",
    "medal_3": "🥉",
}
"""The emojis that the bot has of its own (`emojis/`), and what is shown where it could not upload them."""
_COMMAND = re.compile(r"</([a-z_]+)((?: [a-z_]+)*):0>")
_EMOJI = re.compile(rf"<:({'|'.join(EMOJIS)}):0>")
_UNKNOWN = ":0>"
ID_DIGITS = 19
ROOM = ID_DIGITS - 1
"""So many characters longer is a mark with its id."""


class Marks:
    """The ids that Discord gave, and where pictures are; what is learnt later holds for what is shown from then on."""

    def __init__(self) -> None:
        self.picture: Callable[[str], bytes | None] = lambda _key: None
        """The bytes of a course's picture by its key."""
        self._commands: dict[str, int] = {}
        self._emojis: dict[str, int] = {}

    def learn_commands(self, ids: Mapping[str, int]) -> None:
        """Note the ids of the registered commands, by their names."""
        self._commands = dict(ids)

    def learn_emojis(self, ids: Mapping[str, int]) -> None:
        """Note the ids of the uploaded emojis, by their names."""
        self._emojis = dict(ids)

    def learn_pictures(self, picture: Callable[[str], bytes | None]) -> None:
        """Note what finds the pictures of courses."""
        self.picture = picture

    def put_in(self, text: str) -> str:
        """The text as Discord shows it."""
        if _UNKNOWN not in text:
            return text
        return _EMOJI.sub(self._emoji, _COMMAND.sub(self._command, text))

    def _command(self, found: re.Match[str]) -> str:
        name, part = found.groups()
        known = self._commands.get(name)
        return f"`/{name}{part}`" if known is None else f"</{name}{part}:{known}>"

    def _emoji(self, found: re.Match[str]) -> str:
        known = self._emojis.get(found[1])
        return EMOJIS[found[1]] if known is None else f"<:{found[1]}:{known}>"


PLAIN = Marks()
"""Knows no id: for the log, the command line, and screens that are only looked at."""


def letter(one: str) -> str:
    """An option's letter at the head of its line."""
    return f"<:letter_{one.lower()}:0>"


def medal(place: int) -> str | None:
    """The medal of one of the first three places."""
    return f"<:medal_{place}:0>" if 1 <= place <= 3 else None


def longer_by(text: str) -> int:
    """How many characters a text gains at most by its ids."""
    return ROOM * text.count(_UNKNOWN)
