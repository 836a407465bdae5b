"""What is told is kept as a code with its facts, and gets its words in one place."""

import ast
import json
import sqlite3
import string
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.facts import Code, Fact, fact, from_text, said, to_text, why_of, with_why
from bot.storage.sqlite.migrations import migrate, migrations
from bot.ui import worded as module
from bot.ui.worded import WORDS, worded

VALUES = st.dictionaries(st.text(min_size=1, max_size=8), st.one_of(st.integers(), st.text(max_size=20)), max_size=3)


@given(st.sampled_from(Code), VALUES)
def test_a_fact_comes_back_as_it_was_kept(code, values):
    assert from_text(to_text(Fact(code, values))) == Fact(code, values)


def test_every_code_has_words():
    assert set(WORDS) == set(Code)


@pytest.mark.parametrize("code", Code)
def test_every_code_is_worded_with_what_belongs_to_it(code):
    names = {name for _, name, _, _ in string.Formatter().parse(WORDS[code]) if name}
    values = {name: 1_795_000_000 if name in ("until", "rounds") else "a word" for name in names - {"when", "because"}}
    one = fact(code, **values, **({"at_ms": 1_795_000_000_000} if "when" in names else {}))
    one = with_why(code, said("Nothing fits."), at_ms=1) if code is Code.LEFT_OUT else one
    words = worded(one)
    assert words
    assert "{" not in words
    assert "1970" not in words


def test_why_something_was_left_out_is_told_in_its_own_words():
    left_out = with_why(Code.LEFT_OUT, fact(Code.GAME_CHANNEL_LOST, why="Missing Access"), at_ms=1_795_000_000_000)
    assert why_of(left_out) == fact(Code.GAME_CHANNEL_LOST, why="Missing Access")
    assert worded(from_text(to_text(left_out))) == (
        "<t:1795000000:F> was left out: I can't write in this channel any more (Missing Access). I try again by myself."
    )


def test_what_people_wrote_can_do_nothing():
    words = worded(fact(Code.REPORT_ANSWERED, stem="**x** @everyone", words="<@1> [a](https://example.org)"))
    assert "@everyone" not in words
    assert "<@1>" not in words


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
    assert worded(from_text(json.dumps(heads[0]["reason"]))) == "Everybody has left."
    assert heads[1]["reason"] is None
    assert [head["round"] for head in heads] == [3, 3]
    assert worded(from_text(kept)) == 'A "word" for you.'


def test_where_facts_are_worded_no_discord_is_known():
    for node in ast.walk(ast.parse(Path(module.__file__).read_text("utf-8"))):
        if isinstance(node, ast.Import | ast.ImportFrom):
            assert "discord" not in ast.unparse(node)
