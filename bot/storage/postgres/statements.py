"""Statements that are written once for both engines, as PostgreSQL takes them."""

import functools
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

_PARTS = re.compile(r"('(?:[^']|'')*')|(\?)|(?<![:\w]):([a-z_]\w*)| INDEXED BY \w+")


class Statement(NamedTuple):
    """A statement with ``$1`` for its parameters; ``names`` are those of parameters by name, in order."""

    text: str
    names: tuple[str, ...]

    def arguments(self, values: Sequence[object] | Mapping[str, object]) -> list[object]:
        """The values by place; a NUL, which PostgreSQL refuses and nobody means, is left out of a text."""
        given = [values[name] for name in self.names] if isinstance(values, Mapping) else values
        return [one.replace("\0", "") if isinstance(one, str) and "\0" in one else one for one in given]


@functools.lru_cache(maxsize=2000)
def statement(sql: str) -> Statement:
    """Number the parameters ``?`` and ``:name`` (one name is one parameter), and leave SQLite's hints out."""
    names: dict[str, int] = {}
    places = 0

    def numbered(part: re.Match[str]) -> str:
        nonlocal places
        quoted, place, name = part.groups()
        if quoted:
            return quoted
        if place:
            places += 1
            return f"${places}"
        return f"${names.setdefault(name, len(names) + 1)}" if name else ""

    return Statement(_PARTS.sub(numbered, sql), tuple(names))
