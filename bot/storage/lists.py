"""Lists as one parameter of a statement: what the text says of them, and the value.

A list travels as JSON. The text is one that SQLite reads as it is, and another engine whose schema has functions
``json_each(text)``, with the elements as text, and ``json_extract(text, path)``.
"""

import json
from collections.abc import Iterable, Sequence

from bot.model.shards import EVERY_SERVER, TIMESTAMP_BITS, Holdings

_TYPES = {int: "BIGINT", float: "DOUBLE PRECISION", str: "TEXT"}


def listed(values: Iterable[object]) -> str:
    """The value of the parameter: ids, words, or rows."""
    return json.dumps(list(values))


def ids(parameter: str = "?") -> str:
    """A list of ids as a subquery with the column ``id``: to stand behind IN, or FROM."""
    return f"(SELECT CAST(value AS BIGINT) AS id FROM json_each({parameter}))"


def words(parameter: str = "?") -> str:
    """A list of texts as a subquery with the column ``word``."""
    return f"(SELECT value AS word FROM json_each({parameter}))"


def rows_of(parameter: str = "?", **columns: type) -> str:
    """A list of rows as a subquery with these columns, in order, each an int, float or str."""
    cells = (
        f"CAST(json_extract(value, '$[{place}]') AS {_TYPES[kind]}) AS {name}"
        for place, (name, kind) in enumerate(columns.items())
    )
    return f"(SELECT {', '.join(cells)} FROM json_each({parameter}))"


def of_held(held: Holdings, column: str = "guild_id") -> tuple[str, Sequence[object]]:
    """The condition that a row is about a server whose shard is held, and its values; none where every server is."""
    if held is EVERY_SERVER:
        return "1 = 1", ()
    return f"(coalesce({column}, 0) >> {TIMESTAMP_BITS}) % ? IN {ids()}", (held.shards, listed(held.fences))
