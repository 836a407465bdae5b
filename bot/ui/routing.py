"""One table from action to handler, and one net for whatever no handler matches.

discord.py drops a click silently when no view is registered for it, when its item is not in the message any more, and a
form submitted after a restart. So components and forms are not registered with it at all: they come in through
``on_interaction``, are read by their custom id, and every one of them is answered.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, NamedTuple

import discord

from bot.clock import snowflake_ms
from bot.errors import UserError
from bot.facts import Code, fact
from bot.ui import ids
from bot.ui.options import whole
from bot.ui.presses import Presses, components, offered
from bot.ui.replies import Desk, Reply

Handler = Callable[..., Awaitable[object]]

MORE: tuple[str, list[str]] = ("more.pick", [])
"""The menu of `layouts.more`, whose values are the custom ids of buttons."""


class _Entry(NamedTuple):
    handler: Handler
    new: bool
    private: bool
    page: bool
    signature: inspect.Signature  # read once here: every click is held against it


class Router:
    """Finds the handler of a click or a form."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._entries: dict[str, _Entry] = {}
        self._forms: dict[str, _Entry] = {}
        self._presses = Presses()

    def add(
        self, action: str, handler: Handler, *, new: bool = False, private: bool = True, page: bool = False
    ) -> None:
        """Let ``handler(reply, *arguments)`` answer an action.

        ``new``: it answers with a message of its own, which others see too unless it is ``private``. A ``page`` may be
        turned as fast as one likes: its button is heard also where it has just taken another's place.
        A handler takes the custom id's arguments as text and reads numbers with ``ids.number``.
        """
        assert action not in self._entries, action
        self._entries[action] = _Entry(handler, new, private, page, inspect.signature(handler))

    def add_form(self, action: str, handler: Handler, *, new: bool = True) -> None:
        """Let ``handler(reply, fields, *arguments)`` take a submitted form; not ``new``: it changes the message below it.

        It works on what was submitted (``fields`` by their ids), so a form opened before a restart is not lost.
        """
        assert action not in self._forms, action
        self._forms[action] = _Entry(handler, new=new, private=True, page=False, signature=inspect.signature(handler))

    async def dispatch(self, interaction: discord.Interaction) -> None:
        """Answer a component or form interaction; others are left alone."""
        if interaction.type not in (discord.InteractionType.component, discord.InteractionType.modal_submit):
            return
        data: Any = interaction.data or {}
        found, values = ids.decode(whole(str(data.get("custom_id", "")))), data.get("values", [])
        is_form = interaction.type is discord.InteractionType.modal_submit
        if found == MORE and not is_form:  # a menu of buttons: what was chosen is the button
            found, values = _chosen_button(values), []
        entry = (self._forms if is_form else self._entries).get(found[0]) if found else None

        if not is_form and not (entry and entry.page) and self._is_repeat(interaction, data):
            await self._desk.serve(interaction, Reply.announce, private=True, new=False)
            return

        def stale() -> UserError:
            return UserError(fact(Code.STALE_FORM)) if is_form else ids.stale()

        async def handle(reply: Reply) -> None:
            if not found or not entry:
                raise stale()
            arguments: list[Any] = [*found[1], *_values(values)]
            if not is_form and not _is_offered(interaction.message, data):
                raise ids.stale()
            if is_form:
                arguments.insert(0, dict(_fields(data.get("components", []))))
            try:
                entry.signature.bind(reply, *arguments)
            except TypeError:
                raise stale() from None
            await entry.handler(reply, *arguments)

        await self._desk.serve(interaction, handle, private=not entry or entry.private, new=bool(entry and entry.new))

    def _is_repeat(self, interaction: discord.Interaction, data: Any) -> bool:
        """Whether a press counts as the one before it; what a menu offers is chosen, not hit."""
        message = interaction.message
        if message is None or data.get("component_type") != discord.ComponentType.button.value:
            return False
        custom_id, stamp_ms = str(data.get("custom_id", "")), snowflake_ms(interaction.id)
        return self._presses.is_repeat(interaction.user.id, message.id, custom_id, offered(message), stamp_ms)


def _chosen_button(values: Any) -> tuple[str, list[str]] | None:
    """The action and arguments of the button that was chosen in a menu; None for what no such menu sends."""
    return ids.decode(whole(values[0])) if isinstance(values, list) and values and isinstance(values[0], str) else None


def _values(values: Any) -> list[str]:
    """What was chosen in a select menu. Raises UserError for what no menu sends."""
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ids.stale()
    return [whole(value) for value in values]


def _is_offered(message: discord.Message | None, data: Any) -> bool:
    """Whether every value is among those that the pressed menu of this message offers, as far as it lists any."""
    for one in components(message) if message else ():
        if isinstance(one, discord.SelectMenu) and one.custom_id == data.get("custom_id") and one.options:
            return set(data.get("values", [])) <= {option.value for option in one.options}
    return True


def _fields(components: Any, depth: int = 3) -> Iterator[tuple[str, str]]:
    """What was typed and chosen in a submitted form, by the fields' ids, whether they stand in labels or in rows.

    What is neither is left out.
    """
    for component in components if isinstance(components, list) and depth else ():
        if not isinstance(component, dict):
            continue
        yield from _fields([component.get("component")], depth - 1)
        yield from _fields(component.get("components"), depth - 1)
        values = component.get("values")
        if isinstance(values, list) and all(isinstance(one, str) for one in values):
            yield whole(str(component.get("custom_id", ""))), "\n".join(whole(one) for one in values)
        if isinstance(component.get("value"), str):
            yield whole(str(component.get("custom_id", ""))), whole(component["value"])
        elif isinstance(component.get("values"), list):
            chosen = [one for one in component["values"] if isinstance(one, str)]
            yield whole(str(component.get("custom_id", ""))), whole("\n".join(chosen))
