"""What Discord refuses in a message, a form or a command.

Sources: https://discord.com/developers/docs/components/reference,
https://discord.com/developers/docs/resources/message#create-message,
https://discord.com/developers/docs/interactions/application-commands,
https://discord.com/developers/docs/resources/guild-scheduled-event,
https://discord.com/developers/docs/resources/emoji#create-application-emoji.
"""

import base64
import re
from collections.abc import Collection
from datetime import datetime
from typing import Any

from bot.playground.api_errors import EMPTY_MESSAGE, ApiError, FormFaults

COMPONENTS_V2 = 1 << 15
ACTION_ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = {3, 5, 6, 7, 8}
SECTION, TEXT_DISPLAY, THUMBNAIL, MEDIA_GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 11, 12, 13, 14, 17, 18
FILE_UPLOAD = 19
TOP_LEVEL_V2 = {ACTION_ROW, SECTION, TEXT_DISPLAY, MEDIA_GALLERY, FILE, SEPARATOR, CONTAINER}
CHAT_INPUT = 1
"""The type of a slash command; the others stand in menus of members and messages."""
MAX_EMOJI_BYTES = 256 * 1024
LINK_STYLE, PREMIUM_STYLE = 5, 6
_COMMAND_NAME = re.compile(r"^[-_'\w]{1,32}$")

Path = tuple[str | int, ...]


def check_message(payload: dict[str, Any], *, v2: bool, files: Collection[str], has_attachments: bool) -> None:
    """Raise ApiError for a message that Discord would refuse; ``files`` are the names that can be referred to."""
    faults = FormFaults()
    components = payload.get("components") or []
    faults.length(("content",), payload.get("content"), 0, 2000, required=False)
    if v2:
        for field in ("content", "embeds", "poll", "sticker_ids"):
            if payload.get(field):
                message = f"The '{field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
                faults.add((field,), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)
        _Components(faults, files).check_message(components)
    else:
        _check_embeds(faults, payload.get("embeds") or [])
        if faults.count(("components",), components, 0, 5):
            _Components(faults, files).check_rows(components)
    faults.raise_if_any()
    if not (payload.get("content") or payload.get("embeds") or components or has_attachments):
        raise ApiError(EMPTY_MESSAGE)


def check_modal(modal: dict[str, Any]) -> None:
    """Raise ApiError for a form that Discord would refuse."""
    faults = FormFaults()
    faults.length(("title",), modal.get("title"), 1, 45)
    faults.length(("custom_id",), modal.get("custom_id"), 1, 100)
    if faults.count(("components",), modal.get("components"), 1, 5):
        for index, component in enumerate(modal["components"]):
            if component.get("type") not in {ACTION_ROW, LABEL, TEXT_DISPLAY}:
                faults.add(("components", index, "type"), "UNION_TYPE_CHOICES", "Value must be one of {1, 10, 18}.")
            if component.get("type") == LABEL:
                _check_label(faults, ("components", index), component)
    faults.raise_if_any()


def _check_label(faults: FormFaults, path: Path, label: dict[str, Any]) -> None:
    faults.length((*path, "label"), label.get("label"), 1, 45)
    faults.length((*path, "description"), label.get("description"), 1, 100, required=False)
    inner, at = label.get("component") or {}, (*path, "component")
    faults.length((*at, "custom_id"), inner.get("custom_id"), 1, 100)
    if inner.get("type") == TEXT_INPUT:
        faults.length((*at, "placeholder"), inner.get("placeholder"), 0, 100, required=False)
        faults.length((*at, "value"), inner.get("value"), 0, inner.get("max_length") or 4000, required=False)
    elif inner.get("type") == FILE_UPLOAD:
        for name, low in (("min_values", 0), ("max_values", 1)):
            faults.number((*at, name), inner.get(name), low, 10)
    elif inner.get("type") == STRING_SELECT and faults.count((*at, "options"), inner.get("options"), 1, 25):
        for place, option in enumerate(inner["options"]):
            faults.length((*at, "options", place, "label"), option.get("label"), 1, 100)
            faults.length((*at, "options", place, "value"), option.get("value"), 1, 100)


def check_choices(choices: Any) -> None:
    """Raise ApiError for autocomplete choices that Discord would refuse."""
    faults = FormFaults()
    if faults.count(("data", "choices"), choices, 0, 25):
        for index, choice in enumerate(choices):
            faults.length(("data", "choices", index, "name"), choice.get("name"), 1, 100)
            if isinstance(choice.get("value"), str):
                faults.length(("data", "choices", index, "value"), choice["value"], 1, 100)
    faults.raise_if_any()


def check_commands(commands: Any) -> None:
    """Raise ApiError for a list of commands that Discord would refuse."""
    faults = FormFaults()
    if not isinstance(commands, list) or len(commands) > 100:
        faults.add((), "MAX_APPLICATION_COMMANDS", "Must be 100 or fewer commands.")
        faults.raise_if_any()
    names = [(command.get("name"), command.get("type", 1)) for command in commands]
    for index, command in enumerate(commands):
        if command.get("type", 1) == CHAT_INPUT:
            _check_named(faults, (index,), command)
        else:
            faults.length((index, "name"), command.get("name"), 1, 32)
            if command.get("description") or command.get("options"):
                message = "Context menu commands have neither a description nor options"
                faults.add((index, "description"), "APPLICATION_COMMAND_INVALID_DESCRIPTION", message)
        if names.index(names[index]) < index:
            message = "Application command names must be unique"
            faults.add((index, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
        _check_options(faults, (index,), command)
    faults.raise_if_any()


def check_event(event: dict[str, Any], now_ms: int) -> None:
    """Raise ApiError for a scheduled event that Discord would refuse; the playground knows external ones only."""
    faults = FormFaults()
    faults.length(("name",), event.get("name"), 1, 100)
    faults.length(("description",), event.get("description"), 0, 1000, required=False)
    if event.get("privacy_level") != 2:
        faults.add(("privacy_level",), "BASE_TYPE_CHOICES", "Value must be one of {2}.")
    if event.get("entity_type") != 3:
        faults.add(("entity_type",), "BASE_TYPE_CHOICES", "Value must be one of {3}.")
    metadata = event.get("entity_metadata")
    location = metadata.get("location") if isinstance(metadata, dict) else None
    faults.length(("entity_metadata", "location"), location, 1, 100)
    starts_ms = _moment_ms(faults, "scheduled_start_time", event)
    ends_ms = _moment_ms(faults, "scheduled_end_time", event)
    if starts_ms is not None and starts_ms <= now_ms:
        message = "Cannot schedule event in the past."
        faults.add(("scheduled_start_time",), "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST", message)
    if starts_ms is not None and ends_ms is not None and ends_ms <= starts_ms:
        message = "The event cannot end before it starts."
        faults.add(("scheduled_end_time",), "GUILD_SCHEDULED_EVENT_END_BEFORE_START", message)
    faults.raise_if_any()


def check_emoji(emoji: dict[str, Any], taken: Collection[str]) -> bytes:
    """The picture of an application's new emoji. Raises ApiError for one that Discord would refuse."""
    faults, name, image = FormFaults(), emoji.get("name"), emoji.get("image")
    faults.length(("name",), name, 2, 32)
    if isinstance(name, str) and not re.fullmatch(r"\w*", name, re.ASCII):
        faults.add(("name",), "STRING_TYPE_REGEX", "String value did not match validation regex.")
    if name in taken:
        faults.add(("name",), "APPLICATION_EMOJI_NAME_ALREADY_TAKEN", "This name is taken already.")
    picture = b""
    try:
        head, _, data = str(image).partition(",")
        picture = base64.b64decode(data, validate=True)
    except ValueError:
        head = ""
    if head not in ("data:image/png;base64", "data:image/jpeg;base64", "data:image/gif;base64") or not picture:
        faults.add(("image",), "IMAGE_INVALID", "Invalid image data")
    elif len(picture) > MAX_EMOJI_BYTES:
        faults.add(("image",), "BINARY_TYPE_MAX_SIZE", "File cannot be larger than 256.0 kb.")
    faults.raise_if_any()
    return picture


def _moment_ms(faults: FormFaults, name: str, event: dict[str, Any]) -> float | None:
    try:
        return datetime.fromisoformat(event[name]).timestamp() * 1000
    except (KeyError, TypeError, ValueError):
        faults.add((name,), "DATE_TIME_TYPE_PARSE", "Could not parse a date and time. Should be ISO8601.")
        return None


def _check_named(faults: FormFaults, path: Path, entry: dict[str, Any]) -> None:
    name = entry.get("name")
    if not isinstance(name, str) or not _COMMAND_NAME.match(name) or name != name.lower():
        faults.add((*path, "name"), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    faults.length((*path, "description"), entry.get("description"), 1, 100)


def _check_options(faults: FormFaults, path: Path, entry: dict[str, Any]) -> None:
    options = entry.get("options") or []
    if not faults.count((*path, "options"), options, 0, 25):
        return
    optional_seen = False
    for index, option in enumerate(options):
        at = (*path, "options", index)
        _check_named(faults, at, option)
        if option.get("type") in {1, 2}:
            _check_options(faults, at, option)
            continue
        if option.get("required") and optional_seen:
            message = "Required options must be placed before non-required options"
            faults.add(at, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional_seen = optional_seen or not option.get("required")
        choices = option.get("choices") or []
        if faults.count((*at, "choices"), choices, 0, 25):
            for place, choice in enumerate(choices):
                faults.length((*at, "choices", place, "name"), choice.get("name"), 1, 100)
        if choices and option.get("autocomplete"):
            faults.add((*at, "autocomplete"), "APPLICATION_COMMAND_AUTOCOMPLETE", "Not together with choices")


def _check_embeds(faults: FormFaults, embeds: list[dict[str, Any]]) -> None:
    if not faults.count(("embeds",), embeds, 0, 10):
        return
    total = 0
    for index, embed in enumerate(embeds):
        texts: list[tuple[Path, Any, int]] = [(("title",), embed.get("title"), 256)]
        texts.append((("description",), embed.get("description"), 4096))
        texts.append((("footer", "text"), (embed.get("footer") or {}).get("text"), 2048))
        for place, field in enumerate(embed.get("fields") or []):
            texts.append((("fields", place, "name"), field.get("name"), 256))
            texts.append((("fields", place, "value"), field.get("value"), 1024))
        for path, text, limit in texts:
            faults.length(("embeds", index, *path), text, 0, limit, required=False)
            total += len(text or "")
    if total > 6000:
        faults.add(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


class _Components:
    """Walks a message's components, counting what Discord limits for the message as a whole."""

    def __init__(self, faults: FormFaults, files: Collection[str]) -> None:
        self._faults = faults
        self._files = files
        self._count = 0
        self._text = 0
        self._custom_ids: set[str] = set()

    def check_message(self, components: list[dict[str, Any]]) -> None:
        """A Components V2 message."""
        for index, component in enumerate(components):
            if component.get("type") not in TOP_LEVEL_V2:
                self._faults.add(
                    ("components", index, "type"), "UNION_TYPE_CHOICES", "This component can't stand alone."
                )
            else:
                self._check(("components", index), component)
        if self._count > 40:
            message = "Must be 40 or fewer in total, nested ones included."
            self._faults.add(("components",), "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message)
        if self._text > 4000:
            message = "The total text of the message's components must be 4000 or fewer in length."
            self._faults.add(("components",), "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message)

    def check_rows(self, components: list[dict[str, Any]]) -> None:
        """A classic message, which holds action rows alone."""
        for index, component in enumerate(components):
            if component.get("type") != ACTION_ROW:
                message = "Value must be one of {1}."
                self._faults.add(("components", index, "type"), "UNION_TYPE_CHOICES", message)
            else:
                self._check(("components", index), component)

    def _check(self, at: Path, component: dict[str, Any]) -> None:
        self._count += 1
        kind = component.get("type")
        if kind in {ACTION_ROW, CONTAINER, SECTION}:
            self._check_nested(at, component)
        elif kind == TEXT_DISPLAY:
            self._text += len(component.get("content") or "")
            self._faults.length((*at, "content"), component.get("content"), 1, 4000)
        elif kind == BUTTON:
            self._check_button(at, component)
        elif kind in SELECTS:
            self._check_select(at, component)
        elif kind == MEDIA_GALLERY:
            if self._faults.count((*at, "items"), component.get("items"), 1, 10):
                for index, item in enumerate(component["items"]):
                    self._check_media((*at, "items", index, "media"), item.get("media"))
                    description = item.get("description")
                    self._faults.length((*at, "items", index, "description"), description, 0, 1024, required=False)
        elif kind == FILE:
            self._check_media((*at, "file"), component.get("file"))
        elif kind == THUMBNAIL:
            self._check_media((*at, "media"), component.get("media"))
        elif kind != SEPARATOR:
            self._faults.add((*at, "type"), "UNION_TYPE_CHOICES", "Unknown component type.")

    def _check_nested(self, at: Path, component: dict[str, Any]) -> None:
        kind, inner = component["type"], component.get("components")
        most = {ACTION_ROW: 5, SECTION: 3, CONTAINER: 40}[kind]
        if not self._faults.count((*at, "components"), inner, 1, most):
            return
        assert isinstance(inner, list)
        kinds = {part.get("type") for part in inner}
        allowed = {
            ACTION_ROW: {BUTTON, *SELECTS},
            SECTION: {TEXT_DISPLAY},
            CONTAINER: TOP_LEVEL_V2 - {CONTAINER},
        }[kind]
        if kinds - allowed or (kind == ACTION_ROW and kinds & SELECTS and len(inner) > 1):
            self._faults.add((*at, "components"), "UNION_TYPE_CHOICES", "These components can't stand together here.")
            return
        for index, part in enumerate(inner):
            self._check((*at, "components", index), part)
        if kind == SECTION:
            accessory = component.get("accessory") or {}
            if accessory.get("type") not in {BUTTON, THUMBNAIL}:
                self._faults.add((*at, "accessory"), "BASE_TYPE_REQUIRED", "This field is required")
            else:
                self._check((*at, "accessory"), accessory)

    def _check_button(self, at: Path, button: dict[str, Any]) -> None:
        self._faults.length((*at, "label"), button.get("label"), 0, 80, required=False)
        if not button.get("label") and not button.get("emoji") and button.get("style") != PREMIUM_STYLE:
            self._faults.add(at, "BUTTON_COMPONENT_LABEL_REQUIRED", "A label or an emoji is required")
        if button.get("style") == LINK_STYLE:
            if button.get("custom_id"):
                message = "A custom id and url cannot both be specified"
                self._faults.add(at, "BUTTON_COMPONENT_CUSTOM_ID_AND_URL", message)
            self._faults.length((*at, "url"), button.get("url"), 1, 512)
        else:
            self._check_custom_id(at, button)

    def _check_select(self, at: Path, select: dict[str, Any]) -> None:
        self._check_custom_id(at, select)
        self._faults.length((*at, "placeholder"), select.get("placeholder"), 0, 150, required=False)
        if select["type"] != STRING_SELECT or not self._faults.count((*at, "options"), select.get("options"), 1, 25):
            return
        values = [option.get("value") for option in select["options"]]
        for index, option in enumerate(select["options"]):
            for field, required in (("label", True), ("value", True), ("description", False)):
                self._faults.length((*at, "options", index, field), option.get(field), 1, 100, required=required)
            if values.index(values[index]) < index:
                message = "The specified option value is already used"
                self._faults.add((*at, "options", index, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)

    def _check_custom_id(self, at: Path, component: dict[str, Any]) -> None:
        custom_id = component.get("custom_id")
        self._faults.length((*at, "custom_id"), custom_id, 1, 100)
        if isinstance(custom_id, str):
            if custom_id in self._custom_ids:
                message = "Component custom id cannot be duplicated"
                self._faults.add((*at, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", message)
            self._custom_ids.add(custom_id)

    def _check_media(self, at: Path, media: Any) -> None:
        url = (media or {}).get("url")
        if not isinstance(url, str):
            self._faults.add((*at, "url"), "BASE_TYPE_REQUIRED", "This field is required")
        elif url.startswith("attachment://") and url.removeprefix("attachment://") not in self._files:
            message = "The referenced attachment was not found"
            self._faults.add((*at, "url"), "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", message)
