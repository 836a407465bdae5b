"""Which questions a run asks, and in what order their options stand."""

from random import Random

import pytest
from bank import question
from hypothesis import given
from hypothesis import strategies as st

from bot.packs.models import LETTERS
from bot.quiz.practice.picking import Asked, Run, Seen, ask, option_order, pick
from bot.quiz.question.asking import chose

NOW = 1_800_000_000_000
DAY = 86_400_000
seeds = st.integers(0, 2**32)


@given(options=st.integers(3, 4), seed=seeds)
def test_an_order_of_options_is_a_permutation(options, seed):
    order = option_order(question("q", options=options), Random(seed))
    assert sorted(order) == list(range(options))


def test_every_option_comes_to_stand_behind_every_letter():
    orders = {option_order(question("q"), Random(seed)) for seed in range(500)}
    assert len(orders) == 24


@given(order=st.permutations(range(4)), option=st.integers(0, 3))
def test_the_letter_of_an_option_is_where_it_was_shown(order, option):
    letters = Asked(0, "q", "hash", tuple(order)).lettering
    assert order[LETTERS.index(letters.letter(option))] == option
    assert letters.given(letters.shown(option)) == chose(option)
    assert letters.called(chose(option)) == letters.letter(option)
    assert dict(letters)[letters.letter(option)] == option


def test_a_run_asks_its_questions_by_number_with_the_version_that_was_shown():
    questions = [question("one"), question("two")]
    asked = ask(questions, Random(1))
    assert [(a.position, a.question_id, a.question_hash) for a in asked] == [
        (0, "one", questions[0].content_hash),
        (1, "two", questions[1].content_hash),
    ]
    assert all(a.given is None and a.correct is None and a.points == 0 for a in asked)


def test_a_run_counts_what_was_answered():
    asked = (
        Asked(0, "a", "h", (0, 1, 2), given=chose(0), correct=True, points=10),
        Asked(1, "b", "h", (0, 1, 2), given=chose(2), correct=False),
        Asked(2, "c", "h", (0, 1, 2)),
    )
    run = Run(1, 2, 3, "tea", None, None, asked)
    assert (run.right, run.points, run.missed, run.current) == (1, 10, [asked[1]], asked[2])
    assert Run(1, 2, 3, "tea", None, None, asked[:2]).current is None


@st.composite
def situations(draw):
    """A bank with families and enemies, and what a member has seen of it."""
    size = draw(st.integers(0, 12))
    ids = [f"q{n}" for n in range(size)]
    bank = [
        question(
            name,
            family=draw(st.sampled_from(["heat", "leaf", "cup", f"own-{name}"])),
            enemies=draw(st.lists(st.sampled_from(ids), max_size=2)),
        )
        for name in ids
    ]
    seen = {
        name: Seen(NOW - draw(st.integers(0, 30)) * DAY, draw(st.booleans()))
        for name in draw(st.lists(st.sampled_from(ids), unique=True) if ids else st.just([]))
    }
    due = {q.family: NOW + draw(st.integers(-20, 20)) * DAY for q in bank if q.id in seen}
    return bank, seen, due


def close(one, other):
    return one.family == other.family or one.id in other.enemies or other.id in one.enemies


@given(situation=situations(), count=st.integers(0, 15), seed=seeds)
def test_a_run_never_repeats_a_question_and_is_as_long_as_it_can_be(situation, count, seed):
    bank, seen, due = situation
    picked = pick(bank, seen, due, count, NOW, Random(seed))
    assert len({q.id for q in picked}) == len(picked) == min(count, len(bank))


@given(situation=situations(), count=st.integers(1, 15), seed=seeds)
def test_siblings_and_enemies_share_a_run_only_when_nothing_else_is_left(situation, count, seed):
    bank, seen, due = situation
    picked = pick(bank, seen, due, count, NOW, Random(seed))
    for index, one in enumerate(picked):
        if any(close(one, earlier) for earlier in picked[:index]):
            kept_apart = [q for n, q in enumerate(picked) if not any(close(q, earlier) for earlier in picked[:n])]
            for left in (q for q in bank if q not in picked):
                assert any(close(left, q) for q in kept_apart)


@given(situation=situations(), seed=seeds)
def test_the_caller_keeps_what_it_passed(situation, seed):
    bank, seen, due = situation
    before = list(bank), dict(seen), dict(due)
    pick(bank, seen, due, 5, NOW, Random(seed))
    assert (bank, seen, due) == before


@pytest.mark.parametrize("seed", range(20))
def test_due_comes_first_then_new_then_missed_then_the_longest_unseen(seed):
    bank = [question(name) for name in ("old", "missed", "fresh", "longest-due", "older", "due")]
    seen = {
        "old": Seen(NOW - 2 * DAY, correct=True),
        "older": Seen(NOW - 9 * DAY, correct=True),
        "missed": Seen(NOW - DAY, correct=False),
        "due": Seen(NOW - 5 * DAY, correct=True),
        "longest-due": Seen(NOW - 5 * DAY, correct=True),
    }
    due = {f"family-of-{name}": NOW + 3 * DAY for name in seen}
    due |= {"family-of-due": NOW, "family-of-longest-due": NOW - 4 * DAY}
    picked = pick(bank, seen, due, 6, NOW, Random(seed))
    assert [q.id for q in picked] == ["longest-due", "due", "fresh", "missed", "older", "old"]


def test_chance_decides_among_equals():
    bank = [question(f"q{n}") for n in range(6)]
    firsts = {pick(bank, {}, {}, 1, NOW, Random(seed))[0].id for seed in range(200)}
    assert len(firsts) == 6
