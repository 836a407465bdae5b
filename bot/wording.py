"""Texts that are made of several things, or of what others wrote."""

import unicodedata
from collections.abc import Sequence

_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def as_many(parts: Sequence[str], most: int, separator: str = ", ") -> str:
    """The parts in a row, or as many of them as ``most`` characters hold and *and 38 more*; the first in any case, cut."""
    whole = separator.join(parts)
    if len(whole) <= most:
        return whole
    room, count = most - len(f" and {len(parts):,} more"), 0
    for part in parts:
        room -= len(part) + len(separator) * bool(count)
        if room < 0:
            break
        count += 1
    kept = list(parts[:count]) or [parts[0][: max(1, room + len(parts[0]) - 1)] + "…"]
    left = len(parts) - len(kept)
    end = f"{separator if separator.isspace() else ' '}and {left:,} more"
    return separator.join(kept) + (end if left else "")


def cut(text: str, most: int) -> str:
    """The text, or as much of it as ``most`` characters hold and a mark that it was cut."""
    return text if len(text) <= most else text[: most - 1] + "…"


def visible(text: str, keep: str = "") -> str:
    """The text with what steers a terminal or forges a line written out, such as ``\\x1b``, but for what is in ``keep``."""
    if text.isprintable():
        return text
    return "".join(
        character
        if character in keep or unicodedata.category(character) not in _UNSEEN
        else character.encode("unicode_escape", "surrogatepass").decode("ascii")
        for character in text
    )


def in_a_list(parts: Sequence[str]) -> str:
    """*Ada*, *Ada and Grace*, *Ada, Grace and Linus*."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def counted(number: int, what: str) -> str:
    """A number of things: *1 answer*, *1,200 answers*."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def ordinal(number: int, *, shared: bool = False) -> str:
    """A place as people say it: *1st*, *12th*, *1,023rd*, *shared 2nd*."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{'shared ' if shared else ''}{number:,}{ending}"
