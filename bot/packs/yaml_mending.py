"""Changes one value in the text of a YAML file, and nothing else of it.

Comments, order and quoting elsewhere stay byte for byte: only what differs from the value that is wanted is rewritten, at the
places that the parser knows.
"""

import json
import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

import yaml

from bot.packs.yaml_files import YamlFile, read_text, scalar
from bot.packs.yaml_writing import after_dash, after_key, inline, key_and_value

Place = tuple[str | int, ...]
_BOM = "\ufeff"
_BREAK = re.compile(r"\r\n|\n|\r|\x85|\u2028|\u2029")
_LAST_BREAKS = re.compile(r"(?:\r\n|\n|\r)(?:[ \t]*(?:\r\n|\n|\r))*\Z")
_HEADER = re.compile(r"[|>][-+0-9]*([ \t]*(?:#[^\r\n]*)?)")
_INSIDE = "\x00"
"""Stands for no place of a line."""


def rewritten(text: str, loc: Place, value: Any, *, order: Sequence[str] = (), as_written: bool = False) -> str:
    """The text of a file in which ``value`` stands at ``loc``, and all else is as it was.

    ``value`` is made of dicts, lists, texts, numbers, booleans and None. A key that is new comes behind those that stand
    before it in ``order``. ``as_written``: a text counts as there already where just its letters stand without quotes
    (`007`, `true`). Raises LookupError where the parent of ``loc`` is not there, ValueError for what is no YAML.
    """
    bom = _BOM if text.startswith(_BOM) else ""
    body = text.removeprefix(_BOM)
    read = _read(body)
    parent, step = _parent(read.node, loc)
    wanted = _with(read.data, loc, value)
    whole = body if body.endswith(("\n", "\r")) else f"{body}{_newline_of(body)}"
    for narrowly, start in ((True, body), (True, whole), (False, whole)):  # a block at the end may need its line break
        found = _Mending(start, order, as_written=as_written, narrowly=narrowly).done(read.node, parent, step, value)
        if found is not None and _says(found, wanted, as_written=as_written):
            return bom + found
    raise ValueError("a value that can't be written there")


class _Edit(NamedTuple):
    """What stands from ``start`` to ``end`` gives way to ``text``."""

    start: int
    end: int
    text: str


class _Spot(NamedTuple):
    """Where a value stands: behind its key's colon or its item's dash, which stand in ``column``; between brackets or not."""

    opener: int
    column: int
    flow: bool = False
    is_item: bool = False


class _OverlapError(Exception):
    """Two changes that touch the same text."""


class _Mending:
    """The edits of one text."""

    def __init__(self, text: str, order: Sequence[str], *, as_written: bool, narrowly: bool) -> None:
        self._text = text
        self._order = order
        self._as_written = as_written
        self._narrowly = narrowly
        self._newline = _newline_of(text)
        self._edits: list[_Edit] = []
        self._dashes = 2

    def done(self, root: yaml.Node, parent: yaml.Node, step: str | int | None, value: Any) -> str | None:
        """The text with the value at ``step`` of ``parent``; None where that can't be done so narrowly."""
        self._dashes = _dashes_of(root)
        if step is None:
            self._change(parent, value, _Spot(0, -2))
        elif isinstance(parent, yaml.MappingNode):
            self._change_keys(parent, {**_kept(parent), str(step): value}, only=str(step))
        else:
            assert isinstance(parent, yaml.SequenceNode) and isinstance(step, int)
            if step == len(parent.value):
                self._insert(parent, step, [value])
            else:
                self._change(parent.value[step], value, self._item_spot(parent, step))
        try:
            return self._applied()
        except _OverlapError:
            return None

    def _applied(self) -> str:
        pieces, at = [], 0
        for edit in sorted(self._edits, key=lambda one: (one.start, one.end > one.start)):
            if edit.start < at:
                raise _OverlapError
            pieces += [self._text[at : edit.start], edit.text]
            at = edit.end
        return "".join([*pieces, self._text[at:]])

    def _edit(self, start: int, end: int, text: str) -> None:
        self._edits.append(_Edit(start, end, text.replace("\n", self._newline)))

    def _change(self, node: yaml.Node, value: Any, spot: _Spot) -> None:
        if _same(node, value, as_written=self._as_written):
            return
        if self._narrowly and isinstance(node, yaml.MappingNode) and isinstance(value, dict):
            if any(key.value in value for key, _ in node.value):
                return self._change_keys(node, value, flow=spot.flow)
        elif (
            self._narrowly and isinstance(node, yaml.SequenceNode) and isinstance(value, list) and node.value and value
        ):
            of_mappings = any(isinstance(one, dict) for one in value)
            had_mappings = any(isinstance(one, yaml.MappingNode) for one in node.value)
            if not _is_flow(node) or spot.flow or had_mappings or not of_mappings:
                return self._change_items(node, value, flow=spot.flow)
        return self._replace(node, value, spot)

    def _replace(self, node: yaml.Node, value: Any, spot: _Spot) -> None:
        """Write a value again, whatever stood there."""
        start, end = node.start_mark.index, self._end(node)
        if spot.flow:
            lead = "" if start < end else " " if self._text[:start].rstrip().endswith(":") else ": "
            return self._edit(start, end, lead + inline(value, flow=True, like=_style(node)))
        write = after_dash if spot.is_item else after_key
        new = write(value, spot.column, dashes=self._dashes, like=_style(node))
        rest, until = "", end
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            header = _HEADER.match(self._text, start)
            rest = header[1] if header and "#" in header[1] else ""
        else:
            is_inline = isinstance(node, yaml.ScalarNode) or _is_flow(node)
            if "\n" not in new and is_inline and spot.opener < start < end:
                return self._edit(start, end, new[1:])
            if "\n" in new:
                until = self._line_end(end)
                rest = self._text[end:until]
        first, _, others = new.partition("\n")
        return self._edit(spot.opener, until, first + rest + (f"\n{others}" if "\n" in new else ""))

    # Mappings

    def _change_keys(
        self, node: yaml.MappingNode, value: dict[str, Any], *, flow: bool = False, only: str = ""
    ) -> None:
        """Make a mapping hold this; with ``only`` nothing but that key is looked at."""
        flow = flow or _is_flow(node)
        pairs = [(key.value, key, one) for key, one in node.value]
        there = [name for name, _, _ in pairs]
        for name, key, one in pairs:
            if name in value and only in ("", name):
                opener = self._text.find(":", key.end_mark.index) + 1
                empty = one.start_mark.index == self._end(one)
                opener = one.start_mark.index if empty else min(opener or one.start_mark.index, one.start_mark.index)
                self._change(one, value[name], _Spot(opener, key.start_mark.column, flow=flow))
        kept = [index for index, name in enumerate(there) if name in value]
        ends = [(key.start_mark.index, max(self._end(one), key.end_mark.index)) for _, key, one in pairs]
        for name in (one for one in value if one not in there):
            self._add_key(node, name, value[name], [(there[index], ends[index]) for index in kept], flow=flow)
        if not only:
            self._remove([index for index in range(len(there)) if index not in kept], ends, flow=flow)

    def _add_key(
        self, node: yaml.MappingNode, name: str, value: Any, kept: list[tuple[str, tuple[int, int]]], *, flow: bool
    ) -> None:
        if not kept:
            return self._edit(node.start_mark.index, self._end(node), inline({name: value}))
        rank = {one: place for place, one in enumerate(self._order)}
        mine = rank.get(name, len(rank))
        before = [ends for one, ends in kept if rank.get(one, mine) < mine]
        behind = [ends for one, ends in kept if rank.get(one, -1) > mine]
        if not before and not behind:
            before = [ends for _, ends in kept]
        if flow:
            written = f"{inline(name, flow=True)}: {inline(value, flow=True)}"
            at = before[-1][1] if before else behind[0][0]
            return self._edit(at, at, f", {written}" if before else f"{written}, ")
        column = node.value[0][0].start_mark.column
        written = key_and_value(name, value, column, dashes=self._dashes)
        if before:
            at = self._line_end(max(end for _, end in before))
            return self._edit(at, at, f"\n{' ' * column}{written}")
        at = behind[0][0]
        return self._edit(at, at, f"{written}\n{' ' * column}")

    # Lists

    def _change_items(self, node: yaml.SequenceNode, value: list[Any], *, flow: bool = False) -> None:
        """Make a list hold this: items that stay are left where they are, others are changed, removed, put in."""
        flow = flow or _is_flow(node)
        before = [_canonical(one, as_written=self._as_written) for one in node.value]
        after = [_canonical(one, as_written=self._as_written) for one in value]
        gone: list[int] = []
        for kind, b_from, b_to, a_from, a_to in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            if kind == "equal":
                continue
            pairs = min(b_to - b_from, a_to - a_from)
            for index in range(pairs):
                spot = self._item_spot(node, b_from + index, flow=flow)
                self._change(node.value[b_from + index], value[a_from + index], spot)
            gone += range(b_from + pairs, b_to)
            if a_to - a_from > pairs:
                self._insert(node, b_from + pairs, value[a_from + pairs : a_to], flow=flow)
        starts = [self._dash(node, index) if not flow else one.start_mark.index for index, one in enumerate(node.value)]
        ends = [self._end(one) for one in node.value]
        self._remove(gone, list(zip(starts, ends, strict=True)), flow=flow)

    def _item_spot(self, node: yaml.SequenceNode, index: int, *, flow: bool = False) -> _Spot:
        if flow or _is_flow(node):
            return _Spot(node.value[index].start_mark.index, 0, flow=True, is_item=True)
        return _Spot(self._dash(node, index) + 1, node.start_mark.column, is_item=True)

    def _insert(self, node: yaml.SequenceNode, index: int, values: list[Any], *, flow: bool = False) -> None:
        """Put items before the one at ``index``, or at the end."""
        if flow or _is_flow(node):
            written = ", ".join(inline(one, flow=True) for one in values)
            if not node.value:
                return self._edit(node.start_mark.index, node.end_mark.index, f"[{written}]")
            at = self._end(node.value[index - 1]) if index else node.value[0].start_mark.index
            return self._edit(at, at, f", {written}" if index else f"{written}, ")
        column = node.start_mark.column
        pad = " " * column
        items = [f"-{after_dash(one, column, dashes=self._dashes)}" for one in values]
        apart = "\n" * (1 + self._are_apart(node))
        if index == 0:
            at = node.start_mark.index
            return self._edit(at, at, "".join(f"{one}{apart}{pad}" for one in items))
        at = self._line_end(self._end(node.value[index - 1]))
        return self._edit(at, at, "".join(f"{apart}{pad}{one}" for one in items))

    def _are_apart(self, node: yaml.SequenceNode) -> bool:
        """Whether an empty line stands between the items of a list."""
        if len(node.value) < 2:
            return False
        between = self._text[self._end(node.value[0]) : self._dash(node, 1)]
        return len(_BREAK.findall(between)) > 1 and not between.strip()

    def _dash(self, node: yaml.SequenceNode, index: int) -> int:
        """Where the dash of an item stands."""
        if index == 0:
            return node.start_mark.index
        column, at = node.start_mark.column, self._next_line(self._end(node.value[index - 1]))
        while at < len(self._text):
            head = self._text[at : at + column + 1]
            if head.endswith("-") and not head[:-1].strip():
                return at + column
            at = self._next_line(at)
        raise ValueError("an item without a dash")

    # What both share

    def _remove(self, gone: list[int], ends: list[tuple[int, int]], *, flow: bool) -> None:
        """Take out entries, of each of which it is known where it starts and ends; at least one stays.

        Empty lines before one go with it; comments that stand alone stay.
        """
        first_kept = next(index for index in range(len(ends)) if index not in gone)
        if first_kept:
            start, end, until = ends[0][0], ends[first_kept - 1][1], ends[first_kept][0]
            if flow or not self._text[end:until].strip():
                self._edit(start, until, "")
            elif self._text[self._line_start(start) : start].strip():  # it stands behind a dash
                self._edit(start, end, "")
            else:
                self._edit(self._line_above(start), self._line_end(end), "")
        for index in (one for one in gone if one > first_kept):
            (_, above), (start, end) = ends[index - 1], ends[index]
            if flow:
                self._edit(above, end, "")
            elif not self._text[self._line_end(above) : start].strip():
                self._edit(self._line_end(above), self._line_end(end), "")
            else:
                self._edit(self._line_above(start), self._line_end(end), "")

    def _end(self, node: yaml.Node) -> int:
        """Where what is written of a node ends: before the last line break of a block, and before comments that follow."""
        if isinstance(node, yaml.ScalarNode):
            start, end = node.start_mark.index, node.end_mark.index
            if node.style not in ("|", ">"):
                return end
            whole = self._text[start:end]
            header = _HEADER.match(whole)
            if header and "+" in header.group().partition("#")[0]:
                return end - len(found.group()) if (found := re.search(r"(?:\r\n|\n|\r)\Z", whole)) else end
            return start + (found.start() if (found := _LAST_BREAKS.search(whole)) else len(whole))
        if _is_flow(node) or not node.value:
            return node.end_mark.index
        last = node.value[-1]
        return max(self._end(last[1]), last[0].end_mark.index) if isinstance(last, tuple) else self._end(last)

    def _line_end(self, at: int) -> int:
        found = _BREAK.search(self._text, at)
        return found.start() if found else len(self._text)

    def _next_line(self, at: int) -> int:
        found = _BREAK.search(self._text, at)
        return found.end() if found else len(self._text)

    def _line_start(self, at: int) -> int:
        return max((found.end() for found in _BREAK.finditer(self._text, 0, at)), default=0)

    def _line_above(self, at: int) -> int:
        """Where the line above this place ends."""
        return max((found.start() for found in _BREAK.finditer(self._text, 0, at)), default=0)


def _newline_of(text: str) -> str:
    found = re.search(r"\r\n|\n|\r", text)
    return found.group() if found else "\n"


def _read(text: str) -> YamlFile:
    found = read_text(text, "the file")
    if not isinstance(found, YamlFile):
        raise ValueError("; ".join(map(str, found[:3])))
    return found


def _parent(node: yaml.Node, loc: Place) -> tuple[yaml.Node, str | int | None]:
    """The node that holds what stands, or will stand, at ``loc``, and the last step to it; the root itself has none."""
    for step in loc[:-1]:
        node = _child(node, step)
    if not loc:
        return node, None
    last = loc[-1]
    if isinstance(node, yaml.SequenceNode) and isinstance(last, int) and 0 <= last <= len(node.value):
        return node, last
    if isinstance(node, yaml.MappingNode) and isinstance(last, str):
        return node, last
    raise LookupError(loc)


def _child(node: yaml.Node, step: str | int) -> yaml.Node:
    entries: dict[str | int, yaml.Node] = {}
    if isinstance(node, yaml.SequenceNode):
        entries = dict(enumerate(node.value))
    elif isinstance(node, yaml.MappingNode):
        entries = {key.value: value for key, value in node.value}
    return entries[step]


def _is_flow(node: yaml.Node) -> bool:
    """Whether a list or a mapping stands between brackets."""
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)


def _with(data: Any, loc: Place, value: Any) -> Any:
    """The data with ``value`` at ``loc``."""
    if not loc:
        return value
    step, rest = loc[0], loc[1:]
    if isinstance(data, list) and isinstance(step, int):
        return [*data[:step], _with(data[step] if step < len(data) else None, rest, value), *data[step + 1 :]]
    return {**data, step: _with(data.get(step), rest, value)}


def _says(text: str, wanted: Any, *, as_written: bool) -> bool:
    found = read_text(text, "")
    return isinstance(found, YamlFile) and _same(found.node, wanted, as_written=as_written)


def _same(node: yaml.Node, value: Any, *, as_written: bool) -> bool:
    return _canonical(node, as_written=as_written) == _canonical(value, as_written=as_written)


def _canonical(thing: Any, *, as_written: bool) -> str:
    """A value or a node as a text, the same for what is the same; mappings whatever the order of their keys."""
    return json.dumps(_plain(thing, as_written), ensure_ascii=False, sort_keys=True)


def _plain(thing: Any, as_written: bool) -> Any:
    if isinstance(thing, yaml.MappingNode):
        return {key.value: _plain(one, as_written) for key, one in thing.value}
    if isinstance(thing, yaml.SequenceNode):
        return [_plain(one, as_written) for one in thing.value]
    if isinstance(thing, yaml.ScalarNode):
        held = scalar(thing)
        return held if isinstance(held, str) else {"": held} if not as_written else thing.value or "null"
    if isinstance(thing, dict):
        return {key: _plain(one, as_written) for key, one in thing.items()}
    if isinstance(thing, list):
        return [_plain(one, as_written) for one in thing]
    if isinstance(thing, str):
        return thing
    return json.dumps(thing) if as_written else {"": thing}


def _kept(node: yaml.MappingNode) -> dict[str, Any]:
    """The keys of a mapping, for those who look at one of them alone."""
    return dict.fromkeys((key.value for key, _ in node.value), _INSIDE)


def _style(node: yaml.Node) -> str:
    """The style of a text, for the one that takes its place."""
    if not isinstance(node, yaml.ScalarNode):
        return ""
    if not node.style and node.start_mark.line != node.end_mark.line:
        return "plain-folded"
    return node.style or ""


def _dashes_of(node: yaml.Node) -> int:
    """How many columns further right than its key a list begins, by the first one of the file."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(value, yaml.SequenceNode) and not _is_flow(value):
                return max(0, int(value.start_mark.column) - int(key.start_mark.column))
    return 2
