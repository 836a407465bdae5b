"""Forms as values: lines of text, menus, and a choice of a channel, each below its label.

https://discord.com/developers/docs/components/reference#label
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import discord

Filled = Mapping[str, str]
"""What was submitted, by the fields' ids; of a menu what was chosen, one a line."""


class Field(NamedTuple):
    """Text: a few lines of it, or (``short``) one, beginning with ``text``; ``optional``: it may stay empty."""

    id: str
    label: str
    placeholder: str
    most_characters: int
    short: bool = False
    text: str = ""
    hint: str = ""
    optional: bool = False


class Menu(NamedTuple):
    """One or more of up to 25 choices, each a name and a value."""

    id: str
    label: str
    options: Sequence[tuple[str, str]]
    chosen: Sequence[str] = ()
    most: int = 1
    hint: str = ""


class Checks(NamedTuple):
    """Things to check, each a name and a value; one of them at least."""

    id: str
    label: str
    options: Sequence[tuple[str, str]]


class ChannelField(NamedTuple):
    """One of the server's text channels."""

    id: str
    label: str
    chosen: int | None = None


AnyField = Field | Menu | Checks | ChannelField


class Form(NamedTuple):
    """A form; ``id`` is a custom id made by ``ids.encode``."""

    title: str
    id: str
    fields: Sequence[AnyField]

    def filled(self, before: Filled) -> "Form":
        """The form with what was filled in before, where it was."""
        return self._replace(fields=[_filled(field, before) for field in self.fields])

    def modal(self) -> discord.ui.Modal:
        """A fresh modal, which discord.py is not to keep: the router takes what is submitted."""
        modal = discord.ui.Modal(title=self.title, custom_id=self.id, timeout=None)
        for field in self.fields:
            hint = getattr(field, "hint", "") or None
            modal.add_item(discord.ui.Label(text=field.label, description=hint, component=_component(field)))
        modal.stop()
        return modal


def chosen(filled: Filled, field_id: str) -> list[str]:
    """What was chosen in a menu."""
    return filled.get(field_id, "").split("\n") if filled.get(field_id) else []


def _filled(field: AnyField, before: Filled) -> AnyField:
    if field.id not in before or isinstance(field, Checks):
        return field
    if isinstance(field, Field):
        return field._replace(text=before[field.id])
    if isinstance(field, Menu):
        return field._replace(chosen=chosen(before, field.id))
    return field._replace(chosen=int(before[field.id])) if before[field.id].isdecimal() else field


def _component(field: AnyField) -> discord.ui.Item[Any]:
    if isinstance(field, Field):
        return discord.ui.TextInput(
            custom_id=field.id,
            placeholder=field.placeholder or None,
            default=field.text or None,
            max_length=field.most_characters,
            required=not field.optional,
            style=discord.TextStyle.short if field.short else discord.TextStyle.paragraph,
        )
    if isinstance(field, Menu):
        options = [
            discord.SelectOption(label=name[:100], value=value, default=value in field.chosen)
            for name, value in field.options
        ]
        return discord.ui.Select(
            custom_id=field.id, options=options, min_values=1, max_values=min(field.most, len(options))
        )
    if isinstance(field, Checks):
        boxes = [discord.CheckboxGroupOption(label=name, value=value) for name, value in field.options]
        return discord.ui.CheckboxGroup(custom_id=field.id, options=boxes, min_values=1, max_values=len(boxes))
    before = [discord.SelectDefaultValue.from_channel(discord.Object(field.chosen))] if field.chosen else []
    return discord.ui.ChannelSelect(
        custom_id=field.id, channel_types=[discord.ChannelType.text], default_values=before, required=True
    )
