"""What was typed, held against what is right: texts forgivingly, numbers by the way a language writes them."""

import math
import re
import unicodedata
from collections.abc import Sequence

_HYPHEN = re.compile(r"(?<=[^\W\d_])[-‐-―](?=[^\W\d_])")
_PLAIN_MARKS = re.compile("[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]")
"""The marks of Latin, Greek, Cyrillic, Hebrew and Arabic letters. Others make another letter: が is not か."""
_LETTERS_WITH_PLAIN_MARKS = ("LATIN", "GREEK", "CYRILLIC", "HEBREW", "ARABIC")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "′": "'", "“": '"', "”": '"', "„": '"'})
_UNMARKED = str.maketrans({"ø": "o", "đ": "d", "ł": "l"})
_AROUND = " .,;:!?…。、！？؟"
_NUMBER = re.compile(r"([+-]?)(\d[\d.,'\u00a0\u202f\u2009 ]*|[.,]\d+)(?:[eE]([+-]?\d{1,3}))?\s*%?")
_WITH_COMMA = (
    "be,bg,bs,ca,cs,da,de,el,es,et,eu,fi,fr,gl,hr,hu,hy,id,is,it,ka,kk,"
    "lt,lv,mk,nb,nl,nn,no,pl,pt,ro,ru,sk,sl,sq,sr,sv,tr,uk,vi"
)
DECIMAL_COMMA = frozenset(_WITH_COMMA.split(","))
"""Languages that write 3,14 (Unicode's CLDR: the symbol *decimal* of each locale); in the others it is 3.14."""
A_SLIP_FROM = 6
"""From so many letters on a word forgives one."""


def folded(text: str, *, marks: bool = False) -> str:
    """A text for comparing: without case, width, extra spaces and signs around it; without accents, unless ``marks``."""
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold()).translate(_QUOTES)
    if not marks:
        plain = "".join(_bare(one) for one in plain.translate(_UNMARKED))
    spaced = " ".join(_HYPHEN.sub(" ", plain).split())
    return spaced.strip(_AROUND) or spaced


def _bare(letter: str) -> str:
    """A letter without its marks, where its alphabet's marks are no part of it."""
    apart = unicodedata.normalize("NFD", letter)
    if len(apart) == 1:
        return "" if _PLAIN_MARKS.fullmatch(letter) else letter
    if unicodedata.name(apart[0], "").startswith(_LETTERS_WITH_PLAIN_MARKS):
        return _PLAIN_MARKS.sub("", apart)
    return letter


def is_accepted(typed: str, accepted: Sequence[str], *, marks: bool = False) -> bool:
    """Whether what was typed is one of the accepted texts."""
    found = folded(typed, marks=marks)
    return bool(found) and any(found == folded(one, marks=marks) for one in accepted)


def is_near(typed: str, accepted: Sequence[str]) -> bool:
    """Whether it is not accepted, but one letter in a word of six or more away from it."""
    found = folded(typed)
    return any(_a_slip_apart(found, folded(one)) for one in accepted)


def _a_slip_apart(typed: str, right: str) -> bool:
    mine, theirs = typed.split(" "), right.split(" ")
    if len(mine) != len(theirs):
        return False
    apart = [(one, other) for one, other in zip(mine, theirs, strict=True) if one != other]
    return len(apart) == 1 and len(apart[0][1]) >= A_SLIP_FROM and apart[0][1].isalpha() and _one_edit(*apart[0])


def _one_edit(one: str, other: str) -> bool:
    """Whether a letter more, less, another one, or two that changed places make one of the other."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, others = one[start:], other[start:]
    swapped = rest[:2] == others[1::-1] and rest[2:] == others[2:] and len(rest) == len(others) >= 2
    return rest[1:] == others[1:] or rest[1:] == others or rest == others[1:] or swapped


def number_of(typed: str, language: str = "en") -> float | None:
    """The number that was typed, as the language writes numbers; None where there is none, or it could be two.

    A sign that stands once and is followed by anything but three digits is a decimal sign in every language.
    """
    text = unicodedata.normalize("NFKC", typed).replace("−", "-").strip()
    found = _NUMBER.fullmatch(text)
    if not found:
        return None
    sign, digits, exponent = found.groups()
    digits = re.sub(r"['\s]", "", digits)
    decimal = "," if language.partition("-")[0] in DECIMAL_COMMA else "."
    signs = [one for one in digits if one in ".,"]
    if len(set(signs)) == 2:
        decimal = signs[-1]
        if signs.count(decimal) > 1:
            return None
    elif len(signs) == 1 and not re.fullmatch(r"\d{1,3}[.,]\d{3}", digits):
        decimal = signs[0]
    elif len(signs) > 1:
        if not re.fullmatch(r"\d{1,3}([.,]\d{3})+", digits):
            return None
        decimal = "," if signs[0] == "." else "."
    grouping = "." if decimal == "," else ","
    plain = digits.replace(grouping, "").replace(decimal, ".")
    value = float(f"{sign}{plain}e{exponent or 0}")
    return value if math.isfinite(value) else None


def is_near_enough(value: float | None, number: float, tolerance: float) -> bool:
    """Whether a number is right; what binary numbers lose of decimals counts for nothing."""
    return value is not None and abs(value - number) <= tolerance + 1e-9 * max(1.0, abs(number))
