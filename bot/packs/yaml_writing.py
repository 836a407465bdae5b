"""Values as YAML text, as an author would write them: plain where nobody can mistake it, else quoted or a block."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bot.packs.yaml_files import YamlFile, read_text

WIDTH = 118
"""A longer text is folded."""
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_BREAKS = re.compile(r"\n+")


def inline(value: Any, *, flow: bool = False, like: str = "") -> str:
    """The value in one line; ``flow``: between brackets. ``like`` are the quotes of what stood there (``'``, ``"``)."""
    if isinstance(value, str):
        return next(_one_line(value, flow=flow, like=like))
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{inline(key, flow=True)}: {inline(one, flow=True)}" for key, one in value.items()) + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(inline(one, flow=True) for one in value) + "]"
    return json.dumps(value, allow_nan=False)


def after_key(value: Any, column: int, *, dashes: int = 2, like: str = "") -> str:
    """What follows ``key:`` where the key stands in ``column``; lists begin so many columns (``dashes``) further right.

    ``like`` is the style of the text that stood there, as PyYAML calls it; ``plain-folded`` is one in several lines.
    """
    if isinstance(value, dict) and value:
        return "\n" + _keys(value, column + 2, dashes)
    if isinstance(value, list) and not _fits(value, column):
        return "\n" + "\n".join(item(one, column + dashes, dashes=dashes) for one in value)
    return f" {_text(value, column, like)}"


def item(value: Any, column: int, *, dashes: int = 2, indented: bool = True) -> str:
    """The value as an item of a list whose dashes stand in ``column``."""
    pad = " " * column if indented else ""
    return f"{pad}-{after_dash(value, column, dashes=dashes)}"


def after_dash(value: Any, column: int, *, dashes: int = 2, like: str = "") -> str:
    """What follows the dash of an item in ``column``."""
    if isinstance(value, dict) and value:
        return f" {_keys(value, column + 2, dashes).lstrip(' ')}"
    return f" {_text(value, column, like)}"


def key_and_value(key: str, value: Any, column: int, *, dashes: int = 2) -> str:
    """An entry of a mapping whose keys stand in ``column``, without the spaces before it."""
    return f"{inline(key)}:{after_key(value, column, dashes=dashes)}"


def _keys(value: dict[str, Any], column: int, dashes: int) -> str:
    return "\n".join(" " * column + key_and_value(key, one, column, dashes=dashes) for key, one in value.items())


def _fits(value: list[Any], column: int) -> bool:
    """Whether a list goes into the line of its key: short texts and numbers, or nothing."""
    if any(
        isinstance(one, dict) or (isinstance(one, list) and one and isinstance(one[0], dict | list)) for one in value
    ):
        return False
    return not value or len(inline(value)) + column <= WIDTH - 20


def _text(value: Any, column: int, like: str) -> str:
    """A scalar, in one line or as a block; a list or a mapping between brackets."""
    if not isinstance(value, str):
        return inline(value)
    return next(found for found in _styles(value, column, like) if found is not None)


def _styles(value: str, column: int, like: str) -> Iterator[str | None]:
    """The ways to write a text below ``column``, the best first; None for one by which it would not be read."""
    is_long = len(value) + column > WIDTH
    if like == ">" or (is_long and "\n" not in value.rstrip("\n") and like not in ("|", '"', "'", "plain-folded")):
        yield _folded(value, column)
    if like == "plain-folded" and is_long:
        yield _plain_folded(value, column)
    if like == "|" or "\n" in value:
        yield _literal(value, column)
    yield from _one_line(value, flow=False, like=like)


def _one_line(value: str, *, flow: bool, like: str) -> Iterator[str]:
    before, after = ("[", "]") if flow else ("- ", "")
    if value.isprintable() and like not in ("'", '"') and _is_read(f"{before}{value}{after}", value):
        yield value
    single = "'" + value.replace("'", "''") + "'"
    if value.isprintable() and like == "'" and _is_read(f"{before}{single}{after}", value):
        yield single
    yield _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04X}", json.dumps(value, ensure_ascii=False))


def _literal(value: str, column: int) -> str | None:
    return _block("|", value, value.rstrip("\n").split("\n"), column)


def _folded(value: str, column: int) -> str | None:
    body = value.rstrip("\n")
    if "  " in body or body != body.strip(" "):
        return None
    lines: list[str] = []
    for paragraph in _BREAKS.sub(lambda found: "\n" + found.group(), body).split("\n"):
        lines += _wrapped(paragraph.split(" "), WIDTH - column - 2)
    return _block(">", value, lines, column)


def _block(kind: str, value: str, lines: Sequence[str], column: int) -> str | None:
    """A block of these lines below ``column``, if that is read as the text."""
    ends = len(value) - len(value.rstrip("\n"))
    if ends > 1 or not lines[0] or any(one != one.rstrip() or not one.replace("\t", "").isprintable() for one in lines):
        return None
    pad = " " * (column + 2)
    found = "\n".join([kind if ends else f"{kind}-", *(f"{pad}{one}" if one else "" for one in lines)])
    return found if _is_read(f"{' ' * column}- {found}\n", value) else None


def _plain_folded(value: str, column: int) -> str | None:
    found = f"\n{' ' * (column + 2)}".join(_wrapped(value.split(" "), WIDTH - column - 2))
    return found if value.isprintable() and _is_read(f"{' ' * column}- {found}", value) else None


def _wrapped(words: Iterable[str], width: int) -> list[str]:
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word) <= max(width, 40):
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _is_read(text: str, value: str) -> bool:
    """Whether a list of this one item holds just this text."""
    found = read_text(text, "")
    return isinstance(found, YamlFile) and found.data == [value]
