"""Output for terminals that can't show every character: they get a plain one in its place, never a traceback."""

import codecs
import io
import unicodedata

_PLAIN = {
    "·": "-",
    "…": "...",
    "–": "-",
    "—": "-",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "›": ">",
    "→": "->",
    "▶": ">",
    "◀": "<",
    "×": "x",
    "±": "+/-",
    "≤": "<=",
    "≥": ">=",
    "≈": "~",
    "█": "#",
    "▒": "+",
    "░": ".",
    "▫": "-",
    "✅": "[right]",
    "❌": "[wrong]",
    "µ": "u",
    "μ": "u",
    "\u00a0": " ",
    "\u202f": " ",
    "\u2009": " ",
    "\u2060": "",
    "\ufe0f": "",
}
_NAME = "studyhall.plain"


def make_printable(stream: object) -> None:
    """From here on the stream writes something readable for what its encoding lacks, if it is one with an encoding."""
    codecs.register_error(_NAME, _plain)
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors=_NAME)


def _plain(problem: UnicodeError) -> tuple[str, int]:
    """For `codecs`: the characters that can't be written in plain ones, and where to go on."""
    assert isinstance(problem, UnicodeEncodeError)
    lacking = problem.object[problem.start : problem.end]
    return "".join(map(_in_ascii, lacking)), problem.end


def _in_ascii(character: str) -> str:
    if character in _PLAIN:
        return _PLAIN[character]
    base = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return base or character.encode("ascii", "backslashreplace").decode()
