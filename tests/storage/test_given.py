"""What members give is kept as it is, of whatever form; and files of the version before come along."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opened_store import ANSWER, NOW, opened

from bot.quiz.practice.spacing import review
from bot.quiz.question.asking import FilePlace, Given, Sureness, chose, is_right, lettering
from bot.storage import answers
from bot.storage.given import clicked, given_of, option_of, text_of
from bot.storage.sqlite.migrations import migrate, migrations

FORMS = st.one_of(
    st.integers(0, 25).map(chose),
    st.lists(st.integers(0, 25), unique=True, max_size=10).map(lambda places: Given(tuple(map(FilePlace, places)))),
    st.text(max_size=30).map(lambda words: Given(text=words)),
)


@given(FORMS)
def test_whatever_was_given_comes_back(what):
    assert given_of(option_of(what), text_of(what)) == what


@given(FORMS, st.integers(0, 25))
def test_only_the_one_right_option_is_right(what, key):
    assert is_right(what, key) == (what.options == (key,) and not what.text)


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(4)), st.integers(0, 3))
def test_a_letter_that_was_clicked_gives_the_option_behind_it(order, place):
    letters = lettering("".join(map(str, order)))
    assert clicked(letters, place, None) == chose(order[place])
    assert letters.called(chose(order[place])) == "ABCD"[place]


@pytest.mark.parametrize(
    "what", [Given((FilePlace(0), FilePlace(2))), Given(text="naïve \0 'text'"), Given((FilePlace(2), FilePlace(0)))]
)
async def test_an_answer_of_another_form_is_kept_beside_the_options_column(tmp_path, what):
    async with opened(tmp_path / "a.db") as store:
        answer = replace(ANSWER, given=what, correct=False)
        await store.write(lambda tx: answers.record(tx, answer, review(None, correct=False, now_ms=NOW), []))
        [[past]] = (await answers.family_histories(store, [(ANSWER.member_id, ANSWER.family)], "tea")).values()
        assert past.given == what
        assert await store.rows("SELECT chosen FROM answer") == [(-1,)]


def test_a_file_of_the_version_before_keeps_its_answers_and_how_sure_they_were(tmp_path):
    path = tmp_path / "a.db"
    scripts = migrations()
    migrate(path, "then", {number: sql for number, sql in scripts.items() if number < 15})
    with closing(sqlite3.connect(path)) as old:
        old.execute(
            "INSERT INTO competition (id, guild_id, channel_id, pack_id, setup, head, phase, round, created_ms)"
            " VALUES (1, 2, 3, 'tea', '{}', '{}', 'asking', 0, ?)",
            (NOW,),
        )
        for member, confidence in ((7, 1), (8, 2), (9, 3)):
            old.execute(
                "INSERT INTO competition_answer (competition_id, round, member_id, choice, stamp_ms, elapsed_ms, confidence)"
                " VALUES (1, 0, ?, 2, ?, 900, ?)",
                (member, NOW, confidence),
            )
        old.commit()
    assert migrate(path, "now", scripts)[0] == 15
    with closing(sqlite3.connect(path)) as new:
        kept = new.execute("SELECT choice, given, sureness FROM competition_answer ORDER BY member_id").fetchall()
    assert kept == [(2, None, Sureness.GUESS), (2, None, Sureness.THINK), (2, None, Sureness.SURE)]
