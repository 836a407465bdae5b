"""A value of a YAML file is changed, and every other byte of the file stays."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.packs.yaml_files import YamlFile, read_text
from bot.packs.yaml_mending import rewritten

BEES = """\
# The bees' own file.
questions:
  # The first one is easy.
  - id: queen   # keep this id
    section: The colony
    stem: Who lays the eggs?
    options: [The queen, 'The drones', "Nobody"]  # in this order
    answer: The queen
    explanation: >-
      Only the queen is fed so
      that she can lay.

  - id: drones
    stem: 'It''s autumn. What becomes of the drones?'   # in the northern half
    code: |
      for drone in hive:

          drone.leave()   # not a comment

    options:
    # they are let out
    - text: "They leave"
      correct: true
      why: They eat, and do nothing.
    - text: They stay
      why: >
        Nobody feeds
        them.
    # nothing more
    number: 007
    source:

# The end.
"""


def data_of(text: str) -> Any:
    read = read_text(text.removeprefix("\ufeff"), "bees.yaml")
    assert isinstance(read, YamlFile), read
    return read.data


def put(data: Any, loc: tuple[Any, ...], value: Any) -> Any:
    if not loc:
        return value
    if isinstance(data, list):
        return [put(one, loc[1:], value) if at == loc[0] else one for at, one in enumerate(data)]
    return data | {loc[0]: put(data.get(loc[0]), loc[1:], value)}


def changed_lines(before: str, after: str) -> tuple[list[str], list[str]]:
    """What differs, as lines: those between what both begin with and what both end with."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    while old and new and old[0] == new[0]:
        old, new = old[1:], new[1:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return old, new


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("loc", "value", "before", "after"),
    [
        (("questions", 0, "section"), "Winter", ["    section: The colony"], ["    section: Winter"]),
        (("questions", 0, "id"), "king", ["  - id: queen   # keep this id"], ["  - id: king   # keep this id"]),
        (
            ("questions", 0, "stem"),
            "Who: lays?",
            ["    stem: Who lays the eggs?"],
            ['    stem: "Who: lays?"'],
        ),
        (
            ("questions", 0, "options", 1),
            "It's a drone, or two",
            ["""    options: [The queen, 'The drones', "Nobody"]  # in this order"""],
            ["""    options: [The queen, 'It''s a drone, or two', "Nobody"]  # in this order"""],
        ),
        (
            ("questions", 0, "options"),
            ["The queen", "Nobody"],
            ["""    options: [The queen, 'The drones', "Nobody"]  # in this order"""],
            ["""    options: [The queen, "Nobody"]  # in this order"""],
        ),
        (
            ("questions", 0, "options"),
            ["The queen", "The drones", "Nobody", "[All]"],
            ["""    options: [The queen, 'The drones', "Nobody"]  # in this order"""],
            ["""    options: [The queen, 'The drones', "Nobody", "[All]"]  # in this order"""],
        ),
        (
            ("questions", 0, "explanation"),
            "Only she can.",
            ["    explanation: >-", "      Only the queen is fed so", "      that she can lay."],
            ["    explanation: >-", "      Only she can."],
        ),
        (
            ("questions", 1, "stem"),
            "It's winter?",
            ["    stem: 'It''s autumn. What becomes of the drones?'   # in the northern half"],
            ["    stem: 'It''s winter?'   # in the northern half"],
        ),
        (
            ("questions", 1, "stem"),
            "One.\nTwo?",
            ["    stem: 'It''s autumn. What becomes of the drones?'   # in the northern half"],
            ["    stem: |-   # in the northern half", "      One.", "      Two?"],
        ),
        (("questions", 1, "code"), "leave()\n", None, ["      leave()"]),
        (("questions", 1, "source"), "https://bees.example", ["    source:"], ["    source: https://bees.example"]),
        (("questions", 1, "number"), 8, ["    number: 007"], ["    number: 8"]),
        (
            ("questions", 1, "options", 1, "text"),
            "Ça reste: 蜂",
            ["    - text: They stay"],
            ['    - text: "Ça reste: 蜂"'],
        ),
        (("questions", 1, "options", 1, "correct"), True, [], ["      correct: true"]),
        (("questions", 0, "difficulty"), "easy", [], ["    difficulty: easy"]),
    ],
)
def test_only_the_lines_of_what_was_changed_differ(newline, loc, value, before, after):
    text = BEES.replace("\n", newline)
    found = rewritten(text, loc, value, order=["id", "section", "stem", "text", "correct", "why", "options"])
    assert data_of(found) == put(data_of(text), loc, value)
    old, new = changed_lines(text, found)
    if before is not None:
        assert [one.rstrip("\r\n") for one in old] == [one for one in before if one not in after]
    assert [one.rstrip("\r\n") for one in new] == [one for one in after if one not in (before or [])]
    assert all(one.endswith(newline) for one in new)


def test_a_new_key_stands_where_the_order_has_it():
    found = rewritten(BEES, ("questions", 0, "picture"), "q.png", order=["id", "section", "picture", "stem", "options"])
    assert "    section: The colony\n    picture: q.png\n    stem: Who" in found


def test_a_key_is_taken_out_with_its_lines_alone():
    one = data_of(BEES)["questions"][1]
    without = {key: value for key, value in one.items() if key != "code"}
    found = rewritten(BEES, ("questions", 1), without)
    start, end = BEES.index("    code: |"), BEES.index("\n\n    options:")
    assert found == BEES[:start] + BEES[end + 1 :]


def test_the_first_key_of_an_item_is_taken_out_and_the_next_one_takes_its_place():
    one = data_of(BEES)["questions"][1]
    found = rewritten(BEES, ("questions", 1), {key: value for key, value in one.items() if key != "id"})
    assert found == BEES.replace("- id: drones\n    stem", "- stem")


def test_a_question_is_added_behind_an_empty_line_as_the_others_are():
    whole = data_of(BEES)["questions"]
    new = {"id": "wax", "stem": "What is a comb made of?", "options": ["Wax", "Honey"], "answer": "Wax"}
    found = rewritten(BEES, ("questions", len(whole)), new)
    assert found == BEES.replace(
        "    source:\n",
        "    source:\n\n  - id: wax\n    stem: What is a comb made of?\n    options: [Wax, Honey]\n    answer: Wax\n",
    )
    assert data_of(found)["questions"] == [*whole, new]


def test_a_question_is_added_in_the_middle_and_at_the_head():
    first, second = data_of(BEES)["questions"]
    new = {"id": "wax", "stem": "What?"}
    middle = rewritten(BEES, ("questions",), [first, new, second])
    assert "that she can lay.\n\n  - id: wax\n    stem: What?\n\n  - id: drones\n" in middle
    head = rewritten(BEES, ("questions",), [new, first, second])
    assert "# The first one is easy.\n  - id: wax\n    stem: What?\n\n  - id: queen   # keep" in head


@pytest.mark.parametrize("gone", [0, 1])
def test_a_question_is_taken_out(gone):
    whole = data_of(BEES)["questions"]
    found = rewritten(BEES, ("questions",), [one for at, one in enumerate(whole) if at != gone])
    assert data_of(found)["questions"] == [whole[1 - gone]]
    assert found.startswith("# The bees' own file.\nquestions:\n  # The first one is easy.\n  - id: ")
    assert found.endswith("\n\n# The end.\n")
    kept = BEES[BEES.index("  - id: drones") :] if gone == 0 else BEES[: BEES.index("\n\n  - id: drones")]
    assert kept in found


def test_options_are_added_and_taken_out_where_they_stand():
    options = data_of(BEES)["questions"][1]["options"]
    more = rewritten(BEES, ("questions", 1, "options"), [*options, {"text": "They sleep", "why": "No."}])
    assert "        them.\n    - text: They sleep\n      why: No.\n    # nothing more\n" in more
    less = rewritten(BEES, ("questions", 1, "options"), options[1:])
    assert "    # they are let out\n    - text: They stay\n" in less


def test_plain_options_become_a_list_below_their_key_when_they_get_reasons():
    options = [{"text": "The queen", "why": "She does."}, {"text": "Nobody"}]
    found = rewritten(BEES, ("questions", 0, "options"), options)
    assert (
        "    options:  # in this order\n      - text: The queen\n        why: She does.\n      - text: Nobody\n"
        in found
    )


def test_a_byte_order_mark_and_a_missing_last_line_break_stay():
    text = "\ufefftitle: Bees\nstandard: plain"
    assert rewritten(text, ("standard",), "explained") == "\ufefftitle: Bees\nstandard: explained"
    assert rewritten(text, ("language",), "ja") == "\ufefftitle: Bees\nstandard: plain\nlanguage: ja"


def test_what_is_written_without_quotes_already_is_left_so():
    text = "answer: 007\nright: true\n"
    assert rewritten(text, (), {"answer": "007", "right": "true"}, as_written=True) == text
    assert rewritten(text, (), {"answer": "007", "right": True}) == 'answer: "007"\nright: true\n'


def test_a_place_that_is_not_there_is_refused():
    with pytest.raises(LookupError):
        rewritten(BEES, ("questions", 7, "stem"), "x")
    with pytest.raises(ValueError, match="valid YAML"):
        rewritten("a: [", ("a",), "x")


# Whatever a file holds, and whatever is put into it


TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.text(alphabet="ab :#-'\"\n[]{},|>&*!%@`?\\~= \té蜂🐝ש", max_size=30),
    st.sampled_from(
        ["true", "null", "", "007", "- a", "a: b", "x #y", " lead", "trail ", "a\nb", "a\n\nb\n", "…" * 90]
    ),
    st.text(alphabet="abcdefgh ", min_size=100, max_size=300).map(lambda text: " ".join(text.split())),
)
SCALARS = st.one_of(TEXTS, st.integers(-999, 999), st.booleans(), st.none(), st.sampled_from([0.5, -1.25]))
NAMES = st.sampled_from(["id", "stem", "text", "why", "code", "options", "answer", "source"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)
COMMENTS = st.sampled_from(["", "", "  # a comment", "   #", " # - x: y"])
ABOVE = st.sampled_from(["", "", "\n", "# above\n", "\n# - text: old\n\n"])


@st.composite
def scalar_texts(draw, column: int) -> str:
    """A scalar as some author may write it, with what stands behind it in its line."""
    text = draw(TEXTS)
    comment = draw(COMMENTS)
    pad = " " * (column + draw(st.sampled_from([1, 2, 4])))
    way = draw(st.sampled_from(["plain", "single", "double", "|", ">", "|-", ">-", "|+", "folded", "number", "empty"]))
    words = " ".join("".join(c if c.isalnum() else " " for c in text).split()) or "word"
    if way in ("plain", "number", "empty"):
        return {"plain": f" {words}", "number": " 12", "empty": ""}[way] + comment
    if way == "single":
        return f" '{words}''s'{comment}"
    if way == "double":
        return f" {json.dumps(words + chr(10) + words)}{comment}"
    if way == "folded":
        return f" {words}\n{pad}more words\n{pad}and more{comment}"
    body = draw(st.sampled_from([[words], [words, "", "  deeper", words], ["a # no comment", "- b"]]))
    tail = draw(st.sampled_from(["", "\n", "\n\n"]))
    return f" {way}{comment}\n" + "\n".join(f"{pad}{line}" if line else "" for line in body) + tail


@st.composite
def documents(draw) -> str:
    """A file like those of a course, in any style, with comments anywhere."""
    lines = [draw(ABOVE)]
    dashes = draw(st.sampled_from([0, 2, 4]))
    lines.append("title:" + draw(scalar_texts(0)) + "\n" + draw(ABOVE))
    lines.append("questions:" + draw(COMMENTS) + "\n")
    for _ in range(draw(st.integers(1, 3))):
        lines.append(draw(ABOVE).replace("# ", " " * dashes + "# "))
        column = dashes + 2
        names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
        lead = " " * dashes + "- "
        for name in names:
            kind = draw(st.sampled_from(["scalar", "scalar", "flow", "list", "mappings"]))
            if kind == "scalar":
                lines.append(f"{lead}{name}:{draw(scalar_texts(column))}\n")
            elif kind == "flow":
                inner = draw(
                    st.sampled_from(
                        ["[]", "[a, 'b', \"c d\"]", "[a,\n   b # x\n   ]", "{text: a, why: b}", "[[1, 2], [x]]"]
                    )
                )
                lines.append(f"{lead}{name}: {inner}{draw(COMMENTS)}\n")
            elif kind == "list":
                lines.append(f"{lead}{name}:\n")
                lines += [f"{' ' * column}-{draw(scalar_texts(column))}\n" for _ in range(draw(st.integers(1, 3)))]
            else:
                lines.append(f"{lead}{name}:{draw(COMMENTS)}\n")
                for _ in range(draw(st.integers(1, 3))):
                    lines.append(f"{' ' * column}  - text:{draw(scalar_texts(column + 4))}\n")
                    lines.append(f"{' ' * column}    why:{draw(scalar_texts(column + 4))}\n")
            lead = " " * column
    lines.append(draw(ABOVE))
    text = "".join(lines)
    return draw(st.sampled_from([text, text.replace("\n", "\r\n"), text.rstrip("\n")]))


def places(data: Any, loc: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [loc] if loc else []
    steps = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, inner in steps:
        found += places(inner, (*loc, step))
    return found


SLOW = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


@SLOW
@given(documents(), st.data())
def test_whatever_is_put_in_is_read_back_and_the_rest_is_byte_for_byte(text: str, draw):
    read = read_text(text, "any.yaml")
    assume(isinstance(read, YamlFile))
    assert isinstance(read, YamlFile)
    loc = draw.draw(st.sampled_from(places(read.data)))
    value = draw.draw(VALUES)
    found = rewritten(text, loc, value)
    assert data_of(found) == put(read.data, loc, value)
    before, after = line_span(read, loc)
    head, tail = text[:before], text[after:]
    assert found.startswith(head)
    assert found.endswith(tail)


def line_span(read: YamlFile, loc: tuple[Any, ...]) -> tuple[int, int]:
    """Where the lines of the value at ``loc`` begin, and where those below it do, by what the parser says."""
    node = key = read.node
    for step in loc:
        if isinstance(step, str):
            key, node = next(pair for pair in node.value if pair[0].value == step)
        else:
            key = node = node.value[step]
    text = read.text
    start = text.rfind("\n", 0, key.start_mark.index) + 1
    end = node.end_mark.index
    following = text.find("\n", max(end - 1, start))
    return start, len(text) if following < 0 else following + 1


@SLOW
@given(documents(), st.data())
def test_keys_and_items_are_added_and_taken_out_and_comments_stay(text: str, draw):
    read = read_text(text, "any.yaml")
    assume(isinstance(read, YamlFile))
    assert isinstance(read, YamlFile)
    whole = list(read.data["questions"])
    assume(all(isinstance(one, dict) for one in whole))
    index = draw.draw(st.integers(0, len(whole) - 1))
    how = draw.draw(st.sampled_from(["key", "less", "item", "first", "gone"]))
    if how == "key":
        whole[index] = {**whole[index], "added": draw.draw(VALUES)}
    elif how == "less":
        out = draw.draw(st.sampled_from(list(whole[index])))
        whole[index] = {key: value for key, value in whole[index].items() if key != out}
    elif how == "gone":
        del whole[index]
    else:
        new = {"stem": "What?", "options": [{"text": "a", "why": "b\nc"}, {"text": "d"}]}
        whole.insert(0 if how == "first" else index + 1, new)
    found = rewritten(text, ("questions",), whole)
    assert data_of(found)["questions"] == whole
    assert data_of(found)["title"] == read.data["title"]
    if how in ("key", "item", "first") and text.endswith("\n"):  # else a block at the end may need its line break
        kept = iter(found.splitlines())
        assert all(any(line == one for one in kept) for line in text.splitlines()), "a line was changed"
