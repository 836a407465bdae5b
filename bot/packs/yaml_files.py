"""YAML as authors mean it, with the place of every value.

PyYAML reads YAML 1.1, in which ``no`` is a boolean and ``12:30`` a number; this reads the core types of YAML 1.2.
Anchors are refused (they can explode), so are duplicate keys, deep nesting and large files.
"""

import difflib
import functools
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from bot.packs.faults import MOST_FAULTS, Fault, and_more, leaving_out

MAX_BYTES = 1_048_576
MAX_DEPTH = 40
COMPOSABLE_DEPTH = 3_000
"""PyYAML composes by recursion in C: 5,000 levels go well in a thread of 8 MiB, 100,000 end the process."""
MAX_DIGITS = 300
LONGEST_WORD = 60
"""Longer ones are like the name of no field."""
_HINT = (
    "a line that begins where its neighbours begin, every quote and bracket closed, and text in quotes if it holds ': '"
    " or starts with a special character"
)
_SPECIAL = ("@", "`", "%")
_TOO_DEEP = f"nesting at most {MAX_DEPTH} levels deep"
_SIGN = re.compile(r"[&*!](?:(?<=!)(?!=)|(?<!!)(?=[\w-]))")
"""What may begin an anchor, an alias or a tag, if it stands where a value begins: see `_begins_a_value`."""
_BRACKET = re.compile(r"[][{}]")
M = TypeVar("M", bound=BaseModel)


_TAG_OF_KIND: dict[type[yaml.Node], str] = {
    yaml.ScalarNode: "tag:yaml.org,2002:str",
    yaml.SequenceNode: "tag:yaml.org,2002:seq",
    yaml.MappingNode: "tag:yaml.org,2002:map",
}


class _CoreLoader(yaml.CSafeLoader):
    """PyYAML's C loader with the resolvers of YAML 1.2's core schema (https://yaml.org/spec/1.2.2/#103-core-schema)."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 — PyYAML's own class attribute

    def resolve(self, kind: type[yaml.Node], value: str, implicit: tuple[bool, bool]) -> str:
        """The tag of a node that has none: PyYAML's own way, less its resolvers by path."""
        if kind is yaml.ScalarNode and implicit[0]:
            for tag, pattern in self.yaml_implicit_resolvers.get(value[:1], ()):
                if pattern.match(value):
                    return str(tag)
        return _TAG_OF_KIND[kind]


for _tag, _pattern, _first in [
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", list("-+.0123456789")),
]:
    _CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)
_OF_SCALAR: dict[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:null": lambda _text: None,
    "tag:yaml.org,2002:bool": lambda text: text[0] in "tT",
    "tag:yaml.org,2002:int": int,  # YAML 1.2 has no octal by a leading zero
    "tag:yaml.org,2002:float": float,
}
_NUMBERS = {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}
_TAGS = {*_OF_SCALAR, *_TAG_OF_KIND.values()}


class YamlFile(NamedTuple):
    """A file's data together with its node tree, from which positions are read."""

    name: str
    data: Any
    node: yaml.Node
    text: str

    def fault(self, loc: tuple[str | int, ...], expected: str, level: str = "error") -> Fault:
        """A fault at the value that ``loc`` leads to, or at its nearest parent that is there."""
        node, on_key = _walk(self.node, loc)
        mark = on_key.start_mark if on_key is not None else node.start_mark
        return Fault(self.name, mark.line + 1, mark.column + 1, ".".join(map(str, loc)), expected, level)

    def written(self, loc: tuple[str | int, ...]) -> str | None:
        """What stands at ``loc`` as its author wrote it, where that is one value."""
        node, _ = _walk(self.node, loc)
        return node.value if isinstance(node, yaml.ScalarNode) else None

    def as_written(self, loc: tuple[str | int, ...]) -> Any:
        """What stands at ``loc``, or at its nearest parent, each single value as its author wrote it: `007`, `true`."""
        return _as_written(_walk(self.node, loc)[0])

    def source(self, loc: tuple[str | int, ...]) -> str:
        """The lines in which the value at ``loc`` stands, from its own first one to where the next begins."""
        node, _ = _walk(self.node, loc)
        start, end = node.start_mark.index, node.end_mark.index
        line = max(self.text.rfind("\n", 0, start), self.text.rfind("\r", 0, start)) + 1
        return self.text[line:end].rstrip()


def read_yaml(path: Path, name: str) -> YamlFile | list[Fault]:
    """Read one file; ``name`` is how faults call it. Returns the file, or its faults."""
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):  # to open a FIFO would wait for ever
            return [Fault(name, 1, 1, "", "a file that can be read; this is a folder, a device or a pipe")]
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return [Fault(name, 1, 1, "", "this file; it is missing")]
    except OSError as problem:
        return [Fault(name, 1, 1, "", f"a file that can be read ({problem.strerror})")]
    if len(data) > MAX_BYTES:
        return [Fault(name, 1, 1, "", f"a file of at most {MAX_BYTES // 1024} KiB; split it into several")]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        return [Fault(name, line, 1, "", "text in UTF-8; save the file in that encoding")]
    return read_text(text, name)


def read_text(text: str, name: str) -> YamlFile | list[Fault]:
    """Read the text of a file, which faults call ``name``. Returns the file, or its faults."""
    try:
        return _read_text(text, name)
    except yaml.reader.ReaderError as problem:
        line = text.encode()[: problem.position].count(b"\n") + 1  # the C parser counts bytes
        return [Fault(name, line, 1, "", f"no control characters (found U+{_code_point(problem.character):04X})")]
    except yaml.YAMLError as problem:
        return _hostile(text, name) or [_not_yaml(problem, text, name)]


def _read_text(text: str, name: str) -> YamlFile | list[Fault]:
    """The text's data and nodes, or its faults. Raises YAMLError for what is no YAML."""
    if (_may_have_anchors_or_tags(text) or _may_nest_too_deeply(text)) and (faults := _hostile(text, name)):
        return faults
    node = _CoreLoader(text).get_single_node()
    if node is None:
        return [Fault(name, 1, 1, "", "some content; the file is empty")]
    faults = []
    data = _built(node, name, faults)
    return faults or YamlFile(name, data, node, text)


def _not_yaml(problem: yaml.YAMLError, text: str, name: str) -> Fault:
    """What the parser refused, in our words: its own differ from version to version."""
    mark = (problem.problem_mark or problem.context_mark) if isinstance(problem, yaml.MarkedYAMLError) else None
    if mark is None:
        return Fault(name, 1, 1, "", f"valid YAML: {_HINT}")
    line = (text.splitlines()[mark.line : mark.line + 1] or [""])[0]
    rest = line[mark.column :]
    what = f"valid YAML: {_HINT}"
    if isinstance(problem, yaml.composer.ComposerError):
        what = "valid YAML: one document in a file, and another document begins here; take the --- out"
    elif rest.startswith("\t") or (line[: mark.column].isspace() and "\t" in line[: mark.column]):
        what = "valid YAML: spaces instead of a tab"
    elif rest.startswith(": ") or rest == ":":
        what = "valid YAML: no ': ' here; put text that holds one in quotes, and close what is open before it"
    elif rest[:1] in _SPECIAL:
        what = f"valid YAML: quotes around text that starts with {rest[:1]}"
    return Fault(name, mark.line + 1, mark.column + 1, "", what)


def validate(file: YamlFile, model: type[M], *, lenient: bool = False) -> M | list[Fault]:
    """The file as ``model``, or every fault found in it.

    With ``lenient`` a question is only left out whose values have the right shape, and don't fit or are missing.
    """
    try:
        return model.model_validate(file.data)
    except ValidationError as problem:
        errors = problem.errors(include_url=False)
        misfits = [error for error in errors if lenient and error["type"] in _MISFITS]
        others = [error for error in errors if not lenient or error["type"] not in _MISFITS]
        faults = leaving_out(_fault_of(file, error, model) for error in misfits)
        faults += [_fault_of(file, error, model) for error in others[:MOST_FAULTS]]
        return faults + [and_more(file.name, len(others) - MOST_FAULTS)] * (len(others) > MOST_FAULTS)


def _may_have_anchors_or_tags(text: str) -> bool:
    """Whether a sign of one stands where a value begins, as hardly ever in prose or code (`a != b`)."""
    return any(_begins_a_value(text, sign.start()) for sign in _SIGN.finditer(text))


def _begins_a_value(text: str, at: int) -> bool:
    """Whether only spaces stand between this place and the line's beginning or a mark that a value follows."""
    while at and text[at - 1] in " \t":
        at -= 1
    return at == 0 or text[at - 1] in "\n\r\x85\u2028\u2029,[{:?-"


def _may_nest_too_deeply(text: str) -> bool:
    """Whether composing it could go deeper than the C stack bears.

    Each level of a block begins further to the right, or is a list in its parent's column; each other level has a bracket.
    """
    return 2 * max(map(len, text.split("\n"))) + text.count("[") + text.count("{") > COMPOSABLE_DEPTH


def _hostile(text: str, name: str) -> list[Fault]:
    """Anchors, aliases, tags and deep nesting: found on the event stream, before anything is built from it."""
    depth = at = 0
    try:
        for event in yaml.parse(text, Loader=_CoreLoader):
            mark = event.start_mark
            place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            at = event.end_mark.index if event.end_mark else at
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                return [
                    Fault(name, *place, "", "no anchors (&) or aliases (*); write the value out, or put it in quotes")
                ]
            if getattr(event, "tag", None):
                return [Fault(name, *place, "", "no tags (!); put the value in quotes")]
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    return [Fault(name, *place, "", _TOO_DEEP)]
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except yaml.YAMLError:
        # The parser looks ahead to the line's end for the colon of a key, and some versions give up there.
        return _nests_too_deeply_ahead(text, at, depth, name)
    return []


def _nests_too_deeply_ahead(text: str, at: int, depth: int, name: str) -> list[Fault]:
    line_end = text.find("\n", at)
    for match in _BRACKET.finditer(text, at):
        depth += 1 if match.group() in "[{" else -1
        if depth > MAX_DEPTH:
            start = match.start()
            line_start = text.rfind("\n", 0, start) + 1
            return [Fault(name, text.count("\n", 0, start) + 1, start - line_start + 1, "", _TOO_DEEP)]
        if 0 <= line_end < match.start():
            break
    return []


def _built(node: yaml.Node, name: str, faults: list[Fault], depth: int = 1) -> Any:
    """What a node holds, as Python has it; adds the faults of its keys. PyYAML's own takes three times as long."""
    if node.tag not in _TAGS:
        faults.append(_fault_at(node, name, "", "no tags (!); put the value in quotes"))
        return None
    if isinstance(node, yaml.ScalarNode):
        if len(node.value) > MAX_DIGITS and node.tag in _NUMBERS:  # Python refuses very long ones in its own words
            faults.append(_fault_at(node, name, "", f"valid YAML: a number of at most {MAX_DIGITS} digits, or quotes"))
            return None
        return _OF_SCALAR[node.tag](node.value)
    if depth > MAX_DEPTH:
        faults.append(_fault_at(node, name, "", _TOO_DEEP))
        return None
    if isinstance(node, yaml.SequenceNode):
        return [_built(item, name, faults, depth + 1) for item in node.value]
    built: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            faults.append(_fault_at(key, name, "", "a plain word as a key"))
        elif key.value in built:
            expected = f'key "{key.value}" once; it is there already in line {lines[key.value]}'
            faults.append(_fault_at(key, name, key.value, expected))
        else:
            lines[key.value] = key.start_mark.line + 1
            built[key.value] = _built(value, name, faults, depth + 1)
    return built


def scalar(node: yaml.ScalarNode) -> Any:
    """The text, number or other single value that a node holds."""
    return _OF_SCALAR[node.tag](node.value)


def _as_written(node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [_as_written(one) for one in node.value]
    if isinstance(node, yaml.MappingNode):
        return {key.value: _as_written(one) for key, one in node.value}
    return None if node.tag == "tag:yaml.org,2002:null" else node.value


def _fault_at(node: yaml.Node, name: str, path: str, expected: str) -> Fault:
    return Fault(name, node.start_mark.line + 1, node.start_mark.column + 1, path, expected)


def _walk(node: yaml.Node, loc: tuple[str | int, ...]) -> tuple[yaml.Node, yaml.Node | None]:
    """The node at ``loc``, or its nearest parent; with the key's node when the last step is one of a mapping."""
    on_key = None
    for step in loc:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node, on_key = node.value[step], None
        elif isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            if found is None:
                return node, None
            on_key, node = found[0], found[1]
        else:
            return node, on_key
    return node, None if isinstance(node, yaml.ScalarNode) else on_key


_MISFITS = {
    *("missing", "string_too_long", "string_too_short", "too_long", "too_short", "string_pattern_mismatch"),
    *("greater_than_equal", "less_than_equal", "finite_number", "literal_error"),
}
"""What is wrong with a value of the right shape; a wrong shape or key is a slip in the file itself."""
_EXPECTED = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a smaller number",
    "float_type": "a number",
    "missing": "this field is required",
    "string_type": "text",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "bool_type": "true or false",
}


def _fault_of(file: YamlFile, error: Any, model: type[BaseModel]) -> Fault:
    loc, kind, context = tuple(error["loc"]), error["type"], error.get("ctx", {})
    loc = loc[:-1] if loc[-1:] == ("[key]",) else loc  # pydantic's mark for a mapping's key
    found = error.get("input")
    if kind == "extra_forbidden":
        word = str(loc[-1])
        near = difflib.get_close_matches(word, _field_names(model), 1) if len(word) <= LONGEST_WORD else []
        return _at_key(file, loc, f'no key "{loc[-1]}" here' + (f'; did you mean "{near[0]}"?' if near else ""))
    if kind == "string_type" and isinstance(found, dict):
        return file.fault(loc, 'text; found "key: value", so put the line in quotes')
    if kind in {"bool_type", "bool_parsing"}:
        return file.fault(loc, f"true or false, not {_short(found)}")
    if kind == "literal_error":
        return file.fault(loc, f"{context['expected']}, not {_short(found)}")
    if kind == "string_pattern_mismatch":
        return file.fault(loc, f"{_pattern_in_words(context['pattern'])}, not {_short(found)}")
    if kind == "string_too_long":
        return file.fault(loc, f"at most {context['max_length']} characters, not {len(str(found))}")
    if kind == "missing":
        return file.fault(loc, _EXPECTED[kind])
    return file.fault(loc, f"{_bound(kind, context) or _EXPECTED.get(kind, 'another value')}, not {_short(found)}")


def _bound(kind: str, context: dict[str, Any]) -> str | None:
    """What a limit of the model asks for, in our words: pydantic's differ from version to version."""
    if kind == "string_too_short":
        least = context["min_length"]
        return "some text" if least == 1 else f"at least {least} characters"
    if kind == "too_short":
        return f"at least {context['min_length']} in the list"
    if kind == "too_long":
        return f"at most {context['max_length']} in the list"
    if kind == "greater_than_equal":
        return f"at least {context['ge']}"
    if kind == "less_than_equal":
        return f"at most {context['le']}"
    return None


def _at_key(file: YamlFile, loc: tuple[str | int, ...], expected: str) -> Fault:
    parent, _ = _walk(file.node, loc[:-1])
    if isinstance(parent, yaml.MappingNode):
        for key, _value in parent.value:
            if key.value == str(loc[-1]):
                mark = key.start_mark
                return Fault(file.name, mark.line + 1, mark.column + 1, ".".join(map(str, loc)), expected)
    return file.fault(loc, expected)


@functools.cache
def _field_names(model: type[BaseModel]) -> list[str]:
    names: list[str] = []
    for definition in [model.model_json_schema(), *model.model_json_schema().get("$defs", {}).values()]:
        names += list(definition.get("properties", {}))
    return names


def _pattern_in_words(pattern: str) -> str:
    return {
        r"^[a-z0-9]+(-[a-z0-9]+)*$": "small letters, digits and single hyphens",
        r"^https://[^\s]+$": "an address that starts with https://",
        r"^3\.\d{1,2}$": 'a Python version in quotes, such as "3.13"',
        r"^[^\n]*$": "a single line",
        r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$": "a locale such as en, ja or pt-BR",
        r"^[a-z0-9+#.-]{0,20}$": "the name of a language for code, such as sql",
    }.get(pattern, f"text like {pattern}")


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."


def _code_point(character: Any) -> int:
    return character if isinstance(character, int) else ord(character)
