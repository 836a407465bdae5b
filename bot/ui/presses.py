"""A press that hits a button which came to lie under the finger counts as the press before it.

Somebody who presses twice means the button that they saw. Where the first press (or anything else) put another button in its
place, the second one must not do what that one says.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import discord

TWICE_MS = 700
"""So long after a press a button that was not there when it was made is nobody's choice."""
MOST_KEPT = 2_000


class Presses:
    """The last press of each member on each message, for as long as it matters."""

    def __init__(self) -> None:
        self._last: dict[tuple[int, int], tuple[int, frozenset[str]]] = {}

    def is_repeat(
        self, member_id: int, message_id: int, custom_id: str, offered: frozenset[str], stamp_ms: int
    ) -> bool:
        """Note a press at ``stamp_ms``; say whether it counts as the one before.

        ``offered`` are the custom ids that the message had when it was pressed.
        """
        place = member_id, message_id
        before_ms, offered_before = self._last.get(place, (0, offered))
        is_new_there = custom_id in offered and custom_id not in offered_before
        if is_new_there and 0 <= stamp_ms - before_ms < TWICE_MS:
            return True
        if len(self._last) >= MOST_KEPT:
            self._last = {key: one for key, one in self._last.items() if stamp_ms - one[0] < TWICE_MS}
        self._last[place] = stamp_ms, offered
        return False


def offered(message: discord.Message) -> frozenset[str]:
    """The custom ids of a message's components."""
    return frozenset(one.custom_id for one in components(message) if getattr(one, "custom_id", None))


def components(message: discord.Message) -> Iterator[Any]:
    """A message's components, and all that is in them."""
    return _walked(message.components)


def own_message(interaction: discord.Interaction, channel_id: int, *names: str) -> int | None:
    """The id of the pressed message, if it is the bot's own in that channel and one of its components has such a name.

    A name is a custom id, or its beginning up to an argument.

    Whatever else a press claims to come from tells nothing of where that component stands.
    """
    message = interaction.message
    if message is None or message.author != interaction.client.user or message.channel.id != channel_id:
        return None
    named = (one == name or one.startswith(f"{name}:") for one in offered(message) for name in names)
    return message.id if any(named) else None


def _walked(found: Iterable[Any]) -> Iterator[Any]:
    for component in found:
        yield component
        yield from _walked(getattr(component, "children", ()))
        if (accessory := getattr(component, "accessory", None)) is not None:
            yield accessory
