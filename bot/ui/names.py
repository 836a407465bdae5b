"""Names and texts of members, made safe to stand in a message."""

import re
import unicodedata

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_WORD_JOINER = "\u2060"
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"  # letters and symbols that show nothing
_JOINERS = "\u200c\u200d"  # Persian and the scripts of India need them between letters, emoji to hold together
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # which form of a sign is meant
_TAGS = re.compile("[\U000e0020-\U000e007f]")  # after a black flag: England, Scotland, Wales
_NOT_YET_GIVEN = re.compile("[\U0001f000-\U0001faff\U00020000-\U0003ffff]")  # emoji, letters newer than this Python
_ANY_LETTERS_MARK = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
"""Marks that go on every letter: what stacks of marks that cover other lines (*zalgo*) are made of."""
ON_ANY_LETTER = 2
IN_A_SCRIPT = 6
"""So many marks of its own script a letter has at most (a Hebrew one with point, vowel and accents; Tibetan stacks)."""


def safe(text: str, limit: int = 32) -> str:
    """The text as plain words: nothing in it formats, links, pings, runs over lines or turns the writing direction.

    Every ASCII punctuation mark is escaped (Discord drops the backslash before any of them), and those that begin a
    mention or an address are cut from what follows by a word joiner, which no reader sees. What belongs to the writing
    of any language stays as it was written.
    """
    escaped = _PUNCTUATION.sub(r"\\\1", plain(text, limit))
    return re.sub(r"(\\[@:./#])", rf"\1{_WORD_JOINER}", escaped)


def plain(text: str, limit: int) -> str:
    """The same for a label, where Discord formats nothing."""
    shown = _cut(" ".join(_shown(unicodedata.normalize("NFC", text)).split()).strip(_JOINERS), limit)
    return shown if _SELECTORS.sub("", shown).strip(_WORD_JOINER + _JOINERS + " ") else "someone"


def _shown(text: str) -> str:
    """The text without what shows nothing or does harm; whatever is a space or ends a line is a plain space."""
    kept: list[str] = []
    marks: list[str] = []
    for character in text:
        category = unicodedata.category(character)
        if category in {"Zs", "Zl", "Zp", "Cc"} or character in _BLANK:
            character = " "
        elif _TAGS.match(character):
            if not kept or not (kept[-1] == "\U0001f3f4" or _TAGS.match(kept[-1])):
                continue
        elif category in {"Cf", "Cs", "Co"} or (category == "Cn" and not _NOT_YET_GIVEN.match(character)):
            if character not in _JOINERS or (kept and kept[-1] in _JOINERS):
                continue
        elif category in {"Mn", "Me"} and not _SELECTORS.match(character):
            if not _bearable(marks, character):
                continue
            marks.append(character)
        elif category not in {"Mn", "Mc", "Me"}:
            marks.clear()
        kept.append(character)
    return "".join(kept)


def _bearable(marks: list[str], mark: str) -> bool:
    """Whether a letter that has these marks can have this one too without growing over its line."""
    on_any = sum(bool(_ANY_LETTERS_MARK.match(one)) for one in marks)
    if _ANY_LETTERS_MARK.match(mark):
        return on_any < ON_ANY_LETTER
    return len(marks) - on_any < IN_A_SCRIPT and marks.count(mark) < 2


def _cut(plain: str, limit: int) -> str:
    """At most so many characters, cut between two letters and not before a letter's mark."""
    if len(plain) <= limit:
        return plain
    end = limit - 1
    while end and (unicodedata.category(plain[end])[0] == "M" or plain[end] in _JOINERS or plain[end - 1] in _JOINERS):
        end -= 1
    return (plain[:end] or plain[: limit - 1]).rstrip() + "…"
