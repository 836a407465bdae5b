"""Screens as values, and how they become Components V2 messages.

A screen is built fresh for every send and its view is stopped before: discord.py then keeps no copy of it, and clicks
are found by their custom id alone, before and after a restart.
"""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import discord
from discord import ui

from bot.ui import ids, sheets
from bot.ui.marks import PLAIN, Marks, longer_by

BLURPLE, GREEN, RED, GREY = 0x5865F2, 0x3BA55D, 0xD83C3E, 0x6D7480
MAX_TEXT = 4_000
MAX_BYTES = 10_000
"""Of all text of a message in UTF-8: above about 10,170 Discord refuses it, which its documentation doesn't say."""
MAX_COMPONENTS = 39
"""A message takes 40, the frame among them."""
NO_PINGS = discord.AllowedMentions.none()
"""For edits: only to what is sent does discord.py add the client's own setting."""
_STRESSED = re.compile(r"``.+?``|`[^`]+`|\\.|\*\*(?P<bold>.+?)\*\*|\*(?=\S)(?P<italic>[^*]+)\*", re.DOTALL)
"""What an author stresses, and before it what is passed over: code, and what is escaped."""
RULE = "\x00rule"
"""A block that draws a line."""
NOWHERE: Mapping[str, str] = MappingProxyType({})


class Button(NamedTuple):
    """A button; ``id`` is a custom id made by ``ids.encode``."""

    label: str
    id: str
    style: discord.ButtonStyle = discord.ButtonStyle.secondary
    disabled: bool = False


class Row(NamedTuple):
    """Up to five buttons beside each other."""

    buttons: Sequence[Button]


class Pick(NamedTuple):
    """A select menu of up to 25 (label, value, description); with ``most`` over 1 several can be chosen."""

    id: str
    placeholder: str
    options: Sequence[tuple[str, str, str]]
    chosen: Sequence[str] = ()
    most: int = 1
    least: int = 1


class ChannelPick(NamedTuple):
    """A select menu of the server's channels; any number of them, none too."""

    id: str
    placeholder: str
    chosen: Sequence[int] = ()


class RolePick(NamedTuple):
    """A select menu of the server's roles; one of them."""

    id: str
    placeholder: str
    chosen: Sequence[int] = ()


class Picture(NamedTuple):
    """A PNG with the words for those who don't see it."""

    name: str
    data: bytes
    alt: str


class Gallery(NamedTuple):
    """Pictures side by side; each is seen large at a tap."""

    pictures: Sequence[Picture]


class CoursePicture(NamedTuple):
    """A picture of a course by its key, which also is its file's name; the bytes are found when the screen is sent."""

    key: str
    alt: str


class Beside(NamedTuple):
    """A text with a small picture beside it, by its address and with the words for those who don't see it."""

    text: str
    address: str
    alt: str


class Download(NamedTuple):
    """A file to download: a text, of which a table is written as spreadsheets read it, or bytes."""

    name: str
    text: str | bytes

    @property
    def data(self) -> bytes:
        """The file's bytes."""
        if isinstance(self.text, bytes):
            return self.text
        return self.text.encode(sheets.ENCODING if self.name.endswith(".csv") else "utf-8")


Block = str | Beside | Row | Pick | ChannelPick | RolePick | Picture | Gallery | CoursePicture | Download


class Ready(NamedTuple):
    """A screen to be sent: its view, and the files that are uploaded with it."""

    view: ui.LayoutView
    files: list[discord.File]


class Change(NamedTuple):
    """A screen that takes another's place: its view, and the message's files as an edit has them.

    What the message bears already is not uploaded again. Where it bears all of them and nothing else ``attachments`` is left
    out, and Discord keeps them (https://discord.com/developers/docs/resources/message#edit-message).
    """

    view: ui.LayoutView
    attachments: Any


class Screen(NamedTuple):
    """One message: blocks from top to bottom, in a frame of one colour."""

    blocks: Sequence[Block]
    accent: int = BLURPLE

    def ready(self, marks: Marks = PLAIN, near: Sequence[discord.Attachment] = ()) -> Ready:
        """The screen to be sent; a picture that is one of the attachments ``near`` is shown from there, not uploaded."""
        where = {one.filename: one.url for one in near}
        files = [*self._uploads(marks, where), *self.files()]
        return Ready(self.view(marks, where), files)

    def change(
        self,
        marks: Marks = PLAIN,
        borne: Sequence[discord.Attachment] | None = None,
        linked: Mapping[str, str] = NOWHERE,
    ) -> Change:
        """The screen for a message that bears these attachments (None: nobody knows which).

        ``linked`` has the addresses of pictures that it shows from elsewhere, by their keys.
        """
        shown = {block.key for block in self.blocks if isinstance(block, CoursePicture)}
        kept = [one for one in borne or () if one.filename in shown]
        where = {**linked, **{one.filename: f"attachment://{one.filename}" for one in kept}}
        files = [*self._uploads(marks, where), *self.files()]
        same = borne is not None and not files and len(kept) == len(borne)
        return Change(self.view(marks, where), discord.utils.MISSING if same else [*kept, *files])

    def _uploads(self, marks: Marks, where: dict[str, str]) -> list[discord.File]:
        """The pictures of the course that are nowhere yet; adds where they will be."""
        files = []
        for block in self.blocks:
            data = marks.picture(block.key) if isinstance(block, CoursePicture) and block.key not in where else None
            if isinstance(block, CoursePicture) and data is not None:
                where[block.key] = f"attachment://{block.key}"
                files.append(discord.File(io.BytesIO(data), block.key, description=block.alt))
        return files

    def view(self, marks: Marks = PLAIN, pictures: Mapping[str, str] = NOWHERE) -> ui.LayoutView:
        """A fresh view of the screen; what is more than a message takes is cut, so that there always is an answer.

        ``pictures`` has the addresses of the course's pictures by their keys; of one without there is what it showed.
        """
        found = [
            _told(one) if isinstance(one, CoursePicture) and one.key not in pictures else one for one in self.blocks
        ]
        screen = Screen(found, self.accent)
        container: ui.Container[ui.LayoutView] = ui.Container(accent_colour=self.accent)
        for block in found if screen.fits() else fitting(found, self.accent).blocks:
            container.add_item(_item(block, marks, pictures))
        view = ui.LayoutView(timeout=None)
        view.add_item(container)
        view.stop()
        return view

    def files(self) -> list[discord.File]:
        """Fresh file objects for what the screen itself attaches."""
        files = []
        for block in self.blocks:
            if isinstance(block, (Picture, Gallery)):
                shown = block.pictures if isinstance(block, Gallery) else [block]
                files += [discord.File(io.BytesIO(one.data), one.name, description=one.alt) for one in shown]
            elif isinstance(block, Download):
                files.append(discord.File(io.BytesIO(block.data), block.name))
        return files

    @property
    def text_length(self) -> int:
        """Characters of text, which Discord limits to 4,000 a message."""
        return sum(len(_text(block)) + longer_by(_text(block)) for block in self.blocks)

    def fits(self, more: str = "", reserve: int = 0) -> bool:
        """Whether a message takes it, with ``more`` text and ``reserve`` characters left for what is added."""
        return sum(map(_components, self.blocks)) <= MAX_COMPONENTS and self.fits_text(more, reserve)

    def fits_text(self, more: str = "", reserve: int = 0) -> bool:
        """Whether a message takes its text, with ``more`` of it and ``reserve`` characters left for what is added."""
        reserve += longer_by(more)
        size = sum(len(_text(block).encode()) + longer_by(_text(block)) for block in self.blocks)
        size += len(more.encode()) + reserve
        return self.text_length + len(more) + reserve <= MAX_TEXT and size <= MAX_BYTES


def _text(block: Block) -> str:
    """What a block says that counts as text of the message."""
    if isinstance(block, Beside):
        return block.text
    return block if isinstance(block, str) and block != RULE else ""


def _components(block: Block) -> int:
    """How many of the message's components a block is."""
    if isinstance(block, Row):
        return 1 + len(block.buttons)
    if isinstance(block, Beside):
        return 3
    return 2 if isinstance(block, (Pick, ChannelPick, RolePick)) else 1


def _told(picture: CoursePicture) -> str:
    """What stands in the place of a picture that its course no longer has."""
    return f"-# 🖼️ The course no longer has this picture. It showed: {discord.utils.escape_markdown(picture.alt)}"


def _item(block: Block, marks: Marks, pictures: Mapping[str, str]) -> ui.Item[ui.LayoutView]:
    if isinstance(block, str):
        return ui.Separator() if block == RULE else ui.TextDisplay(marks.put_in(block))
    if isinstance(block, Beside):
        thumbnail: ui.Thumbnail[ui.LayoutView] = ui.Thumbnail(block.address, description=block.alt)
        return ui.Section(ui.TextDisplay(marks.put_in(block.text)), accessory=thumbnail)
    if isinstance(block, Row):
        buttons: list[ui.Button[ui.LayoutView]] = [
            ui.Button(label=label(b.label, 80), custom_id=b.id, style=b.style, disabled=b.disabled)
            for b in block.buttons
        ]
        return ui.ActionRow(*buttons)
    if isinstance(block, Pick):
        options = [
            discord.SelectOption(
                label=label(name, 100),
                value=value,
                description=label(description, 100) if description else None,
                default=value in block.chosen,
            )
            for name, value, description in block.options[:25]
        ]
        most = min(block.most, len(options))
        return ui.ActionRow(
            ui.Select(
                custom_id=block.id,
                placeholder=block.placeholder[:150],
                options=options,
                min_values=block.least,
                max_values=most,
            )
        )
    if isinstance(block, ChannelPick):
        channels: ui.ChannelSelect[ui.LayoutView] = ui.ChannelSelect(
            custom_id=block.id,
            placeholder=block.placeholder[:150],
            channel_types=[discord.ChannelType.text, discord.ChannelType.news, discord.ChannelType.voice],
            min_values=0,
            max_values=25,
            default_values=[discord.SelectDefaultValue.from_channel(discord.Object(one)) for one in block.chosen[:25]],
        )
        return ui.ActionRow(channels)
    if isinstance(block, RolePick):
        roles: ui.RoleSelect[ui.LayoutView] = ui.RoleSelect(
            custom_id=block.id,
            placeholder=block.placeholder[:150],
            default_values=[discord.SelectDefaultValue.from_role(discord.Object(one)) for one in block.chosen[:1]],
        )
        return ui.ActionRow(roles)
    if isinstance(block, (Picture, Gallery, CoursePicture)):
        gallery: ui.MediaGallery[ui.LayoutView] = ui.MediaGallery()
        for one in block.pictures if isinstance(block, Gallery) else [block]:
            address = pictures[one.key] if isinstance(one, CoursePicture) else f"attachment://{one.name}"
            gallery.add_item(media=address, description=one.alt[:1024])
        return gallery
    return ui.File(f"attachment://{block.name}")


def linked_in(components: Iterable[object]) -> dict[str, str]:
    """The addresses of the pictures that a message shows, by their files' names."""
    found: dict[str, str] = {}
    for one in components:
        if isinstance(one, discord.MediaGalleryComponent):
            addresses = [item.media.url for item in one.items]
            found |= {address.partition("?")[0].rpartition("/")[2]: address for address in addresses}
        found |= linked_in(getattr(one, "children", ()))
    return found


def label(text: str, limit: int) -> str:
    """A text as Discord takes it where it formats nothing: one line, and not longer than that."""
    return " ".join(text.split())[:limit]


def bold(text: str) -> str:
    """An author's text in bold. What it stresses is underlined: bold letters in bold, or slanted ones, hardly show."""
    return f"**{_STRESSED.sub(_underlined, text.strip())}**"


def _underlined(found: re.Match[str]) -> str:
    stressed = found["bold"] or found["italic"]
    return f"__{stressed}__" if stressed else found.group()


def unstressed(text: str) -> str:
    """An author's text without its stars, so that it can be cut anywhere; its code stays code."""
    return _STRESSED.sub(lambda found: found["bold"] or found["italic"] or found.group(), text)


def pings(member_ids: Iterable[int]) -> discord.AllowedMentions:
    """Whom a message may notify, where it mentions them; without any, nobody."""
    users = [discord.Object(one) for one in member_ids]
    return discord.AllowedMentions(users=users) if users else NO_PINGS


def in_short(text: str, limit: int) -> str:
    """An author's text in one plain line of so many characters at most, cut between words where it has such."""
    words = " ".join(unstressed(text).split())
    if len(words) > limit and (end := words.rfind(" ", limit // 2, limit)) > 0:
        limit = end + 1
    return cut(words, limit)


def cut(text: str, limit: int) -> str:
    """The text, or as much of it as ``limit`` characters hold and a mark that it was cut; no code in it is left open."""
    if len(text) <= limit:
        return text
    shorter = text[: limit - 1].rstrip() + "…"
    if shorter.count("```") % 2:
        return shorter + "\n```"
    return shorter + "`" * (shorter.count("`") % 2)


def fitting(blocks: Sequence[Block], accent: int = BLURPLE) -> Screen:
    """The screen; its longest texts are cut where it is more than a message takes.

    Texts one below the other become one where there are too many of them.
    """
    found = list(blocks)
    if sum(map(_components, found)) > MAX_COMPONENTS:
        found = _joined(found)
    while not Screen(found).fits_text():
        longest = max(range(len(found)), key=lambda i: len(_text(found[i])))
        block, text = found[longest], _text(found[longest])
        shorter = cut(text, max(200, len(text) * 9 // 10))
        found[longest] = block._replace(text=shorter) if isinstance(block, Beside) else shorter
    return Screen(found, accent)


def _joined(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, with texts that follow one another as one."""
    found: list[Block] = []
    for block in blocks:
        above = found[-1] if found else None
        if isinstance(block, str) and isinstance(above, str) and RULE not in (block, above):
            found[-1] = f"{above}\n{block}"
        else:
            found.append(block)
    return found


def bar(low: float, high: float) -> str:
    """A share known to lie between the two (0 to 1) as ten cells: full up to the lower, half full up to the upper."""
    full, reached = round(low * 10), round(high * 10)
    return "█" * full + "▒" * (reached - full) + "░" * (10 - reached)


def code_block(code: str, language: str = "python") -> str:
    """Code as Discord highlights it."""
    return f"```{language}\n{code.rstrip()}\n```"


def asking(words: str, no: Button, yes: Button) -> Screen:
    """What ends, voids or deletes asks first, in a message of its own: nothing lies there where another button was."""
    return Screen([words, Row([no, yes._replace(style=discord.ButtonStyle.danger)])], RED)


def choice(label: str, custom_id: str, is_chosen: bool) -> Button:
    """One button of several of which one holds: that one is marked, and can't be pressed."""
    style = discord.ButtonStyle.primary if is_chosen else discord.ButtonStyle.secondary
    return Button(f"✓ {label}" if is_chosen else label, custom_id, style, disabled=is_chosen)


def more(buttons: Sequence[Button]) -> Pick:
    """Buttons that a message offers in one menu, to leave its rows to the two that most people press."""
    return Pick(ids.encode("more.pick"), "More…", [(button.label, button.id, "") for button in buttons])


def note(text: str, accent: int = GREY) -> Screen:
    """A screen of a few words."""
    return Screen([text], accent)
