"""What is told is raised and kept as a code with its facts, and gets its words in one place."""

import ast
import inspect
import json
import sqlite3
import string
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from in_english import say
from pydantic import TypeAdapter

from bot import errors
from bot.facts import Code, Fact, fact, from_text, said, to_text
from bot.settings import CHECKOUT
from bot.storage.sqlite.migrations import migrate, migrations
from bot.ui import words
from bot.ui.worded import ENGLISH, LANGUAGES, worded

PLAIN = st.one_of(st.integers(), st.text(max_size=20), st.lists(st.text(max_size=5), max_size=3).map(tuple))
FACTS = st.recursive(
    st.builds(Fact, st.sampled_from(Code), st.dictionaries(st.text(min_size=1, max_size=8), PLAIN, max_size=3)),
    lambda inner: st.builds(Fact, st.sampled_from(Code), st.dictionaries(st.text(max_size=8), inner, max_size=2)),
    max_leaves=4,
)
IN_A_GAME = TypeAdapter(Fact)
"""How the reason of a competition is kept."""
SOURCES = {path.relative_to(CHECKOUT).as_posix(): path for path in sorted((CHECKOUT / "bot").rglob("*.py"))}
TREES = {name: ast.parse(path.read_text("utf-8")) for name, path in SOURCES.items()}
FOUND_IN_ENGLISH = (
    "bot/settings.py",
    "bot/packs/loading.py",
    "bot/exchange/formats.py",
    "bot/exchange/reading.py",
    "bot/exchange/texts.py",
    "bot/exchange/zips.py",
    "bot/commands/import_questions.py",
    "bot/commands/export_questions.py",
    "bot/workbench/bench.py",
    "bot/workbench/playing.py",
    "bot/workbench/server.py",
)
"""Faults of settings, courses and files of questions are sentences where they are found: whoever mends them reads English."""


@given(FACTS)
def test_a_fact_comes_back_as_it_was_kept(one):
    assert from_text(to_text(one)) == one
    assert IN_A_GAME.validate_json(IN_A_GAME.dump_json(one)) == one


# Every code has words, and every word what belongs to it


def blanks(code: Code) -> set[str]:
    """What the words of a code take."""
    told = ENGLISH[code]
    if callable(told):
        return set(inspect.signature(told).parameters)
    return {name for _, name, _, _ in string.Formatter().parse(told) if name}


class Told(NamedTuple):
    """Where a fact is made: its code, what is given with it, and whether more is (``**``)."""

    place: str
    code: Code
    values: set[str]
    more: bool


def facts_made(name: str, tree: ast.AST) -> Iterator[Told]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("fact", "Fact"):
            given_too = {one.arg for one in node.keywords if one.arg}
            for one in ast.walk(node.args[0]) if node.args else ():
                if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id == "Code":
                    more = len(given_too) < len(node.keywords)
                    yield Told(f"{name}:{node.lineno}", Code[one.attr], given_too, more)


MADE = [one for name, tree in TREES.items() for one in facts_made(name, tree)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_words(language):
    assert set(LANGUAGES[language]) == set(Code)


def test_no_code_has_words_twice():
    subjects = [name for name in TREES if name.startswith("bot/ui/words/")]
    keys = [
        key.attr
        for name in subjects
        for node in ast.walk(TREES[name])
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Attribute) and ast.unparse(key.value) == "Code"
    ]
    assert len(keys) == len(set(keys)) == len(Code)


def test_wherever_a_fact_is_made_its_words_find_what_they_take():
    assert len(MADE) > 150
    lacking = {
        one.place: (one.code.name, blanks(one.code) ^ one.values)
        for one in MADE
        if one.values != blanks(one.code) and not (one.more and one.values <= blanks(one.code))
    }
    assert lacking == {}


def test_every_code_is_told_somewhere():
    named = {
        node.attr
        for name, tree in TREES.items()
        if not name.startswith("bot/ui/words/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Code"
    }
    assert {code.name for code in Code} - named == set()


MEANT = {
    **dict.fromkeys(("until", "again"), 1795000000),
    **dict.fromkeys(("at_ms",), 1795000000000),
    **dict.fromkeys(
        (
            "rounds",
            "lost",
            "before",
            "courses",
            "questions",
            "minutes",
            "bytes",
            "whole",
            "has",
            "had",
            "there",
            "many",
        ),
        3,
    ),
    **dict.fromkeys(("permissions", "channels", "titles", "here", "near", "demos"), ("one", "two")),
    **dict.fromkeys(("seconds",), 2.5),
}


@pytest.mark.parametrize("code", Code)
def test_every_code_is_worded_with_what_belongs_to_it(code):
    meant = MEANT | ({"courses": ("one", "two")} if code is Code.NO_DEMOS_HERE else {})
    if code in (Code.LAYOUT_BESIDES, Code.LAYOUT_LACKS):
        names = {"schema", "what", "name", "column", "more"}
        meant |= {"more": 1}
    else:
        names = blanks(code)
    sentence = say(Fact(code, {name: meant.get(name, "a word") for name in names}))
    assert sentence
    assert "{" not in sentence
    assert "('" not in sentence
    assert "1970" not in sentence


# Errors carry facts, and no sentence


ERRORS = {
    name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, errors.StudyhallError)
} | {"ChannelLostError", "MessageGoneError"}


def subclassed() -> set[str]:
    """The names of all errors that are told, those too that are derived in other modules."""
    known = set(ERRORS)
    while True:
        more = {
            node.name
            for tree in TREES.values()
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef) and {ast.unparse(base) for base in node.bases} & known
        }
        if more <= known:
            return known
        known |= more


def has_words(node: ast.AST) -> bool:
    """Whether a text stands in an expression, but for what is given to a fact by name."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("fact", "Fact"):
        return False
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and any(map(str.isalpha, node.value))
    return any(map(has_words, ast.iter_child_nodes(node)))


def spoken(name: str, tree: ast.AST, known: set[str]) -> list[str]:
    """Where an error is made with a sentence, or a sentence is taken for what somebody else said."""
    return [
        f"{name}:{node.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in known | {"said"}
        and any(map(has_words, node.args))
    ]


def test_no_error_is_raised_with_a_sentence():
    known = subclassed()
    assert {"GameOverError", "QuestionOpenError", "CommandOutOfDateError"} <= known
    found = [place for name, tree in TREES.items() for place in spoken(name, tree, known)]
    assert {place.partition(":")[0] for place in found} == set(FOUND_IN_ENGLISH), found


@pytest.mark.parametrize(
    "raised",
    ['UserError("No.")', 'NotFound(f"No {name}.")', 'UserError(said("No."))', 'UserError(fact(X) if a else "b")'],
)
def test_a_sentence_in_an_error_would_be_found(raised):
    assert spoken("here", ast.parse(f"raise {raised}"), subclassed())


@pytest.mark.parametrize("made", ["fact(Code.SILENT_ROUNDS)", "Fact(Code.SILENT_ROUNDS)", "fact(Code.CANCELLED, a=1)"])
def test_a_fact_with_too_little_or_too_much_would_be_found(made):
    [one] = facts_made("here", ast.parse(made))
    assert one.values != blanks(one.code)


def test_an_error_tells_its_fact_and_the_log_its_code():
    problem = errors.NotFound(fact(Code.NO_SUCH_DEMO, demos=("Locks", "Queues")))
    assert str(problem) == "no such demo, demos: Locks | Queues"
    assert say(problem.fact) == "There is no such demo. Pick one from the list: Locks, Queues."
    assert str(errors.PackError(said("tea: 1 fault"))) == "tea: 1 fault"


# The words


def test_why_something_was_left_out_is_told_in_its_own_words():
    lost = fact(Code.GAME_CHANNEL_LOST, why=said("Missing Access"))
    left_out = fact(Code.LEFT_OUT, at_ms=1_795_000_000_000, because=lost)
    assert say(from_text(to_text(left_out))) == (
        "<t:1795000000:F> was skipped: I can no longer write in this channel (Missing Access). I'll keep trying."
    )


def test_what_people_wrote_can_do_nothing():
    sentence = say(fact(Code.REPORT_ANSWERED, stem="**x** @everyone", words="<@1> [a](https://example.org)"))
    assert "@everyone" not in sentence
    assert "<@1>" not in sentence


@pytest.mark.parametrize("locale", ["en-US", "en-GB", "de", "zh-CN", ""])
def test_a_language_without_words_is_answered_in_english(locale):
    assert worded(Fact(Code.CANCELLED), locale) == "Cancelled."


def test_the_readers_language_is_asked_for_its_words(monkeypatch):
    monkeypatch.setitem(
        LANGUAGES, "de", {**ENGLISH, Code.LEFT_OUT: "Entfallen: {because}", Code.CANCELLED: "Abgesagt."}
    )
    assert worded(fact(Code.LEFT_OUT, at_ms=1, because=Fact(Code.CANCELLED)), "de") == "Entfallen: Abgesagt."


def test_words_of_the_version_before_are_shown_as_they_were(tmp_path):
    path, scripts = tmp_path / "a.db", migrations()
    migrate(path, "then", {number: sql for number, sql in scripts.items() if number < 16})
    with closing(sqlite3.connect(path)) as old:
        for number, reason in ((1, "Everybody has left."), (2, "")):
            old.execute(
                "INSERT INTO competition (id, guild_id, channel_id, pack_id, setup, head, phase, round, created_ms)"
                " VALUES (?, 2, ?, 'tea', '{}', ?, 'cancelled', 0, 1)",
                (number, number, json.dumps({"reason": reason, "round": 3})),
            )
        old.execute("INSERT INTO notice (member_id, words, at_ms) VALUES (7, 'A \"word\" for you.', 1)")
        old.commit()
    migrate(path, "now", scripts)
    with closing(sqlite3.connect(path)) as new:
        heads = [json.loads(head) for (head,) in new.execute("SELECT head FROM competition ORDER BY id")]
        [(kept,)] = new.execute("SELECT fact FROM notice")
    assert say(from_text(json.dumps(heads[0]["reason"]))) == "Everybody has left."
    assert heads[1]["reason"] is None
    assert [head["round"] for head in heads] == [3, 3]
    assert say(from_text(kept)) == 'A "word" for you.'


def test_where_facts_are_worded_no_discord_is_known():
    script = "import sys, bot.ui.worded; sys.exit('discord' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=CHECKOUT, check=False).returncode == 0
    assert len(list(Path(words.__file__).parent.glob("*.py"))) > 10
