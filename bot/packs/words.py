"""Small measures of text that several rules share."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

Thing = TypeVar("Thing")
_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
_WORD = re.compile(r"[\w']+")
_SENTENCE_END = re.compile(r"[.?!:](?:\s+|$)")
_VOWELS = re.compile(r"[aeiouy]+")


def spellings(text: str) -> tuple[str, str, str]:
    """A text for comparing, ever more freely: without case, width and extra spaces; without accents; letters and digits."""
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    bare = "".join(one for one in unicodedata.normalize("NFD", plain) if not unicodedata.combining(one))
    return plain, bare, "".join(one for one in bare if one.isalnum())


def called(text: str, named: Iterable[tuple[Sequence[str], Thing]]) -> list[Thing]:
    """The things with a name that is the text, compared as strictly as finds any. A name given first is the better one."""
    wanted = spellings(text)
    spelt = [([spellings(name) for name in names], thing) for names, thing in named]
    for how, typed in enumerate(wanted):
        for place in range(max((len(names) for names, _ in spelt), default=0)):
            found = [thing for names, thing in spelt if typed and place < len(names) and names[place][how] == typed]
            if found:
                return found
    return []


def words(text: str) -> list[str]:
    """The words of a text in small letters, code included."""
    return _WORD.findall(text.lower())


def without_code(text: str) -> str:
    """The text with each piece of code as one plain word, so that prose is measured and code is not."""
    return _CODE.sub("code", text)


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [one for one in _SENTENCE_END.split(without_code(text)) if one.strip()]


def likeness(one: Iterable[str], other: Iterable[str]) -> float:
    """Jaccard's index of two sets of words: 0 nothing in common, 1 the same."""
    mine, theirs = set(one), set(other)
    return len(mine & theirs) / len(mine | theirs) if mine | theirs else 1.0


def cosine(one: Counter[str], other: Counter[str]) -> float:
    """The cosine of two texts' word counts."""
    together = sum(count * other[word] for word, count in one.items())
    lengths = math.sqrt(sum(n * n for n in one.values()) * sum(n * n for n in other.values()))
    return together / lengths if lengths else 0.0


def grade(text: str) -> float:
    """The Flesch-Kincaid grade: years of school that a text asks for.

    0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid et al. 1975, Navy research report 8-75); syllables are
    counted as groups of vowels, a silent *e* at the end left out.
    """
    found = words(without_code(text))
    if not found:
        return 0.0
    syllables = sum(max(1, len(_VOWELS.findall(word.removesuffix("e")))) for word in found)
    return 0.39 * len(found) / max(1, len(sentences(text))) + 11.8 * syllables / len(found) - 15.59
