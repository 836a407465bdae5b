"""Names and texts of members, made safe to stand in a message."""

import re
import unicodedata

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_WORD_JOINER = "\u2060"
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"  # letters and symbols that show nothing
_KEPT_FORMAT = {"\u200d", "\ufe0f"}  # they hold emoji together


def safe(text: str, limit: int = 32) -> str:
    """The text as plain words: nothing in it formats, links, pings, runs over lines or turns the writing direction.

    Every ASCII punctuation mark is escaped (Discord drops the backslash before any of them), and those that begin a
    mention or an address are cut from what follows by a word joiner, which no reader sees.
    """
    visible = []
    marks = 0
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if category in {"Zs", "Zl", "Zp", "Cc"} or character in _BLANK:
            character = " "
        elif category in {"Cf", "Cs", "Co", "Cn"} and character not in _KEPT_FORMAT:
            continue
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks <= 2:
            visible.append(character)
    plain = " ".join("".join(visible).split())
    if len(plain) > limit:
        plain = plain[: limit - 1].rstrip() + "…"
    if not plain.strip(_WORD_JOINER + "\u200d\ufe0f "):
        return "someone"
    escaped = _PUNCTUATION.sub(r"\\\1", plain)
    return re.sub(r"(\\[@:./#])", rf"\1{_WORD_JOINER}", escaped)
