"""What a pack's texts may hold, wherever in its files they stand: what is read is what the author wrote.

Most texts stand in a message between others, and Discord formats the message as a whole. So whatever it would take for
markup that the author hardly meant is a fault, and the fault says how to write it.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from bot.packs.faults import Fault
from bot.packs.yaml_files import YamlFile
from bot.wording import cut

Place = tuple[str | int, ...]

_KINDS = {
    **dict.fromkeys(("title", "name", "also", "belief"), "title"),
    **dict.fromkeys(("summary", "subtitle", "description", "remember", "meaning", "correction"), "line"),
    **dict.fromkeys(("why", "explanation"), "prose"),
    **dict.fromkeys(("stem", "opening"), "stem"),
    "after": "page",
}
"""By the field's name: a title stands bold, a line within a line, a stem bold below a line; a page may hold all markup."""
_MAY_BE_BLANK = {"prints", "output"}

_SHAPELESS_SIGNS = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff"
)
_INVISIBLE = f"\\s{_SHAPELESS_SIGNS}"
_SHAPELESS = re.compile(f"[{_SHAPELESS_SIGNS}]")
_BLANK = re.compile(f"[{_INVISIBLE}]*")
_NEVER = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff\ufffe\uffff"
_UNSHOWABLE = re.compile(f"[{_NEVER}]")
_ODD = re.compile(rf"[|~*_`\\<@{_NEVER}]|^[ \t]*(?:[#>+-]|\d+[.)])|\A[{_INVISIBLE}]*\Z", re.MULTILINE)
"""Without one of these nothing of the below is in a text."""
_CODE = re.compile(r"```.*?```|``.+?``|`[^`]+`", re.DOTALL)
_ESCAPED = re.compile(r"\\[!-/:-@\[-`{-~]")
_FORMED = re.compile(r"@everyone|@here|<@[!&]?\d+>|<#\d+>|<id:\w+>|<t:-?\d+(?::\w)?>|<a?:\w+:\d+>|</[^<>:]+:\d+>")
_UNDERLINED = re.compile(r"__\w+?__|__")
_UNDERSCORED = re.compile(r"(?<![^\W_])_[^\s_]\w*")
_STRESSED = re.compile(
    r"\*\*(?P<bold>(?:[^*]|\*(?!\*))+?)\*\*(?!\*)|\*(?=[^\s*])(?P<italic>(?:\*\*|\s+(?:[^*\s]|\*\*)|[^\s*])+?)\*(?!\*)",
    re.DOTALL,
)
"""What Discord's clients render bold or in italics."""
_LISTED = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s", re.MULTILINE)
_HEADED = re.compile(r"^\s*(?:#{1,3}|-#|>{1,3})\s", re.MULTILINE)
_GONE = "\ue000"
"""Stands for code and for what is escaped."""
_LITERAL = re.compile(f"{_CODE.pattern}|{_ESCAPED.pattern}", re.DOTALL)
_LETTER = re.compile(r"\w")
_COMMENT = re.compile(r"\S[ \t]+#")


def seen(text: str) -> str:
    """The text as a reader sees it: without markup, without what has no shape, with single spaces."""
    literal: list[str] = []

    def put_aside(found: re.Match[str]) -> str:
        whole = found.group()
        literal.append(whole.strip("`").strip() if whole.startswith("`") else whole[1:])
        return _GONE

    plain = _LITERAL.sub(put_aside, text.replace(_GONE, ""))
    while (less := _STRESSED.sub(lambda found: found["bold"] or found["italic"], plain)) != plain:
        plain = less
    rest = iter(literal)
    whole = re.sub(_GONE, lambda _: next(rest), plain)
    return " ".join(_SHAPELESS.sub("", whole).split())


def check_prose(file: YamlFile) -> list[Fault]:
    """The faults of every text in a file."""
    faults = [
        file.fault(loc, expected)
        for loc, text in _odd_texts(file.data, ())
        if (expected := _unshowable(loc, text) or _misread(text, _kind(loc)))
    ]
    return faults + _cut_by_comments(file)


def as_typed(text: str, kind: str) -> str:
    """The text with a backslash before each sign that Discord would take for markup its author hardly meant.

    ``kind`` is where it stands: ``title``, ``line``, ``stem``, ``option``, ``prose`` or ``page``. Markup that is sound stays.
    """
    while wrong := _misread(text, kind):
        for escape in _ESCAPES:
            tried = escape(text)
            if tried != text and _misread(tried, kind) != wrong:
                text = tried
                break
        else:
            return text
    return text


def _escaping(signs: str) -> Callable[[str], str]:
    """Puts a backslash before each of these signs that is neither code nor has one."""
    return lambda text: _LITERAL_OR.sub(
        lambda found: f"\\{found.group()}" if found.group() in signs else found.group(), text
    )


_LITERAL_OR = re.compile(f"{_LITERAL.pattern}|[|~_*`]", re.DOTALL)
_BEGINNING = re.compile(r"^([ \t]*)(#{1,3}|-#|>{1,3}|[-+*])(?=\s)", re.MULTILINE)
_NUMBERED = re.compile(r"^([ \t]*\d+)([.)])(?=\s)", re.MULTILINE)
_ESCAPES: tuple[Callable[[str], str], ...] = (
    _escaping("|"),
    _escaping("~"),
    _escaping("_"),
    _escaping("*"),
    lambda text: _NUMBERED.sub(r"\1\\\2", _BEGINNING.sub(r"\1\\\2", text)),
    lambda text: text + "\\" if text.endswith("\\") else text,
    _escaping("`"),
    lambda text: re.sub(r"(?<!\\)((?:\\\\)*)`", r"\1\\`", text),
)


def _odd_texts(data: Any, loc: Place) -> Iterator[tuple[Place, str]]:
    """The texts below a mapping or a list that need a closer look; most need none, and a bank has many thousands."""
    if isinstance(data, dict | list):
        for step, value in data.items() if isinstance(data, dict) else enumerate(data):
            if isinstance(value, str):
                if _ODD.search(value):
                    yield (*loc, step), value
            elif isinstance(value, dict | list):
                yield from _odd_texts(value, (*loc, step))


def _field(loc: Place) -> str:
    return next((step for step in reversed(loc) if isinstance(step, str)), "")


def _kind(loc: Place) -> str:
    field = _field(loc)
    if field == "text":
        return "option" if "options" in loc else "prose" if "figure" in loc else "page"
    return _KINDS.get(field, "")


def _unshowable(loc: Place, text: str) -> str:
    """Whether nothing of it would be seen, or something in it can't be sent."""
    shown = seen(text) if _kind(loc) and not _LETTER.search(text) else text
    if text and _BLANK.fullmatch(shown) and _field(loc) not in _MAY_BE_BLANK:
        return "some text that can be seen, not only blanks"
    if found := _UNSHOWABLE.search(text):
        return f"no control characters, and none that turn the writing direction (found U+{ord(found.group()):04X})"
    return ""


def _misread(text: str, kind: str) -> str:
    """What Discord would show otherwise than it is written, and how to write it; nothing where all is well."""
    if not kind:
        return ""
    if found := _FORMED.search(text):
        return f"nothing that pings, links to a channel or turns into something else ({found.group()})"
    if text.count("```") % 2:
        return "every ``` closed by another"
    if "```" in text and kind not in ("page", "prose"):
        return "no block of code in this text; a question has `code` for it"
    plain = _ESCAPED.sub(_GONE * 2, _CODE.sub(_GONE, text))
    if "`" in plain:
        return "every ` closed by another"
    if plain.rstrip().endswith("\\"):
        return "no backslash at the end: it would take effect on what follows"
    return _marked(plain, kind) or _begun(plain, kind)


def _marked(plain: str, kind: str) -> str:
    for mark, effect in (("||", "hides"), ("~~", "strikes out")):
        if mark in plain:
            written = "".join(f"\\{character}" for character in mark)
            return f"`{mark}` in backticks, or {written}: Discord {effect} what stands between two of them"
    if found := _UNDERLINED.search(plain):
        return f"`{found.group()}` in backticks: Discord underlines what stands between double underscores"
    if found := _UNDERSCORED.search(plain):
        return f"`{found.group()}` in backticks, or *stars* to stress a word: Discord takes underscores for italics"
    if "*" not in plain:
        return ""
    for found in _STRESSED.finditer(plain):
        inner = found["bold"] or found["italic"]
        around = plain[max(0, found.start() - 1) : found.start()] + plain[found.end() : found.end() + 1]
        if inner != inner.strip() or any(one.isascii() and one.isalnum() for one in around):
            return f"`*` in backticks, or \\*: Discord stresses what stands between two of them (*{_short(inner)}*)"
        if kind == "title" and found["bold"]:
            return f"no ** here, where everything is bold already; *{_short(inner)}* stresses it"
    rest = _LISTED.sub("", _STRESSED.sub(_GONE, plain))
    if re.search(r"\*(?=\S)", rest):
        return "`*` in backticks, or \\*: with another one Discord stresses what stands between them"
    return ""


def _begun(plain: str, kind: str) -> str:
    """A line that begins like a heading, a quote or a list where none can be meant."""
    if kind == "page":
        return ""
    below = plain.partition("\n")[2] if kind == "stem" else plain
    found = _HEADED.search(below) or (_LISTED.search(below) if kind not in ("prose", "stem") else None)
    if not found:
        return ""
    begin = found.group().strip()
    return f"`{begin}` in backticks, or \\ before its sign: Discord makes a heading, a quote or a list of such a line"


def _short(text: str) -> str:
    return cut(" ".join(text.replace(_GONE, "…").split()), 30)


def _cut_by_comments(file: YamlFile) -> list[Fault]:
    """Texts that YAML cut at a `#`: what follows is a comment, whatever the author meant."""
    if not _COMMENT.search(file.text):
        return []
    lines = file.text.splitlines()
    with_comments = [number for number, line in enumerate(lines) if _COMMENT.search(line)]
    return [
        Fault(
            file.name,
            node.end_mark.line + 1,
            len(lines[node.end_mark.line]) - len(rest) + 1,
            ".".join(map(str, loc)),
            f"the text in quotes if “{_short(rest)}” belongs to it: from here on it is a comment",
            "warning",
        )
        for loc, node in _plain_texts(file.node, (), with_comments)
        if (rest := lines[node.end_mark.line][node.end_mark.column :].strip()).startswith("#")
    ]


def _plain_texts(node: yaml.Node, loc: Place, lines: list[int]) -> Iterator[tuple[Place, yaml.ScalarNode]]:
    """The texts on one of these lines that stand in the file without quotes, and not as a block."""
    first = bisect_left(lines, node.start_mark.line)
    if first == len(lines) or lines[first] > node.end_mark.line:
        return
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _plain_texts(value, (*loc, key.value), lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _plain_texts(value, (*loc, index), lines)
    elif isinstance(node, yaml.ScalarNode) and not node.style and _kind(loc):
        yield loc, node
