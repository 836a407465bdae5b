"""What first attempts tell of a question: shares, intervals, discrimination, options, times, reliability."""

import statistics
from random import Random

import pytest
from bank import question
from hypothesis import given
from hypothesis import strategies as st
from in_english import say
from rasch_learners import PACK, a_bank, asked_of_many, attempt

from bot.quiz.question.items import Flag, Weight, flags, item_reports
from bot.quiz.question.statistics import Attempt, Tally, wilson

ITEM = question("item")
OTHERS = [question(f"other{n}") for n in range(12)]


def told(*members: list[Attempt]) -> Tally:
    tally = Tally({})
    for one in members:
        tally.add(PACK, one)
    return tally


def member(chosen: int, right_others: int, others: int = 10, **known: int) -> list[Attempt]:
    """One who chose an option of the item, and got so many of the other questions right."""
    rest = [attempt(one, 0 if n < right_others else 1) for n, one in enumerate(OTHERS[:others])]
    return [attempt(ITEM, chosen, **known), *rest]


def figures(*members: list[Attempt]):
    return told(*members).figures(PACK, ITEM)


def names(*members: list[Attempt], usual: float | None = None, item=ITEM) -> set[str]:
    return {flag.name for flag in flags(told(*members).figures(PACK, item), usual)}


@pytest.mark.parametrize(
    ("right", "of", "low", "high"), [(0, 10, 0, 0.2775), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662)]
)
def test_the_interval_of_a_share_is_wilsons(right, of, low, high):
    assert wilson(right, of) == pytest.approx((low, high), abs=5e-4)


@given(of=st.integers(1, 500), data=st.data())
def test_the_interval_holds_the_share_and_stays_between_none_and_all(of, data):
    right = data.draw(st.integers(0, of))
    low, high = wilson(right, of)
    assert 0 <= low <= right / of + 1e-9
    assert right / of - 1e-9 <= high <= 1
    assert low < high


def test_a_question_that_nobody_met_has_no_figures():
    one = figures()
    assert (one.attempts, one.facility, one.interval, one.discrimination, one.median_seconds) == (0, *[None] * 4)
    assert flags(one, None) == []
    assert all(use.share is None for use in one.options)


def test_the_discrimination_is_the_correlation_with_the_share_right_elsewhere():
    members = [member(chosen, right) for chosen, right in [(0, 9), (0, 7), (1, 3), (2, 5), (0, 4), (1, 1)]]
    correct = [float(one[0].right) for one in members]
    rest = [sum(a.right for a in one[1:]) / 10 for one in members]
    found = figures(*members)
    assert found.discrimination == pytest.approx(statistics.correlation(correct, rest))
    chose_1 = [float(one[0].chosen == 1) for one in members]
    assert found.options[1].point_biserial == pytest.approx(statistics.correlation(chose_1, rest))
    assert found.options[1].rest == pytest.approx(0.2)
    assert found.key.rest == pytest.approx(2 / 3)
    assert [use.share for use in found.options] == pytest.approx([3 / 6, 2 / 6, 1 / 6, 0])


def test_members_with_fewer_than_ten_others_count_for_the_share_but_not_for_the_discrimination():
    found = figures(member(0, 9), member(1, 2), member(0, 0, others=9), member(0, 0, others=9))
    assert (found.attempts, found.ranked, found.facility) == (4, 2, 0.75)
    assert found.discrimination == pytest.approx(1.0)


def test_attempts_at_an_older_version_are_not_its_own_but_tell_of_the_member():
    old = Attempt("item", "an older text", 0, right=True)
    found = figures([old, *member(0, 9)[1:]], member(1, 2))
    assert (found.attempts, found.right) == (1, 0)


def test_times_and_confidence_count_where_they_are_known():
    found = figures(
        member(0, 5, elapsed_ms=4_000, sureness=2), member(1, 5, elapsed_ms=9_000, sureness=2),
        member(1, 5, elapsed_ms=6_000, sureness=0), member(1, 5),
    )  # fmt: skip
    assert (found.timed, found.median_seconds) == (3, 6.0)
    assert (found.sure, found.confident_errors) == (2, 0.5)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10)), max_size=30))
def test_figures_are_shares_and_correlations_whatever_was_answered(answers):
    found = figures(*(member(chosen, right) for chosen, right in answers))
    values = [found.discrimination, *(use.point_biserial for use in found.options)]
    assert all(value is None or -1 <= value <= 1 for value in values)
    assert sum(use.chosen for use in found.options) == found.attempts == len(answers)


@given(st.permutations(range(8)))
def test_the_order_in_which_members_are_counted_changes_no_share(order):
    members = [member(n % 4, n, elapsed_ms=1_000 * n) for n in range(8)]
    forward, shuffled = figures(*members), figures(*(members[n] for n in order))
    assert shuffled.facility == forward.facility
    assert shuffled.median_seconds == forward.median_seconds
    assert shuffled.discrimination == pytest.approx(forward.discrimination)


# Reliability


def test_with_everybody_answering_everything_the_reliability_is_kr_20():
    chance = Random(5)
    questions = [question(f"k{n}") for n in range(12)]
    table = [[int(chance.random() < 0.3 + 0.05 * n) for n in range(12)] for _ in range(40)]
    for row in table[:20]:
        row[:8] = [1] * 8
    tally = told(*([attempt(q, 1 - right) for q, right in zip(questions, row, strict=True)] for row in table))
    shares = [statistics.fmean(column) for column in zip(*table, strict=True)]
    variance = statistics.pvariance([sum(row) for row in table])
    kr20 = 12 / 11 * (1 - sum(p * (1 - p) for p in shares) / variance)
    assert tally.reliability(PACK, form=12, least_members=2) == pytest.approx(kr20)


def test_the_reliability_is_told_from_a_hundred_members_on():
    chance = Random(1)
    bank = a_bank(chance, planted=0)
    few, _ = asked_of_many(bank, Random(2), members=99, each=20)
    many, _ = asked_of_many(bank, Random(2), members=400, each=20)
    alike, _ = asked_of_many(bank, Random(2), members=400, each=20, abilities=0)
    assert few.reliability(PACK) is None
    assert 0.6 < many.reliability(PACK) < 0.9
    assert alike.reliability(PACK) < 0.25
    assert many.reliability("coffee") is None


# Flags


def crowd(*parts: tuple[int, int, int], **known: int) -> list[list[Attempt]]:
    """Parts of (how many, chosen option, others right)."""
    return [member(chosen, right, **known) for count, chosen, right in parts for _ in range(count)]


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        ([(10, 0, 3), (60, 1, 8), (15, 2, 3), (15, 3, 4)], "suspect key"),
        ([(40, 0, 4), (40, 0, 6), (7, 1, 5), (7, 2, 6), (6, 3, 5)], "negative"),
        ([(30, 0, 5), (31, 0, 6), (7, 1, 5), (7, 2, 6), (15, 3, 5), (15, 1, 6)], "weak"),
        ([(14, 0, 9), (16, 1, 4), (15, 2, 4), (15, 3, 4)], "too hard"),
        ([(60, 0, 8), (20, 1, 3), (20, 2, 3)], "unused option"),
        ([(50, 0, 6), (16, 1, 9), (17, 2, 1), (17, 3, 1)], "ambiguous"),
    ],
)
def test_what_is_wrong_is_named(parts, name):
    assert name in names(*crowd(*parts))


GOOD = [(36, 0, 9), (34, 0, 5), (5, 1, 6), (6, 1, 2), (5, 2, 5), (5, 2, 2), (5, 3, 5), (4, 3, 2)]


def test_a_good_question_has_no_flag():
    assert names(*crowd(*GOOD)) == set()


@pytest.mark.parametrize(
    "parts", [[(4, 0, 3), (38, 1, 8), (9, 2, 3), (8, 3, 4)], [(59, 0, 6)], [(10, 0, 9), (49, 1, 3)]]
)
def test_under_sixty_attempts_nothing_is_said(parts):
    assert names(*crowd(*parts)) == set()


def test_an_easy_question_of_what_everybody_should_recall_is_left_alone():
    parts = [(98, 0, 6), (1, 1, 1), (1, 2, 1)]
    design = ITEM.model_copy(update={"kind": "design"})
    assert "too easy" in names(*crowd(*parts), item=design)
    assert "too easy" not in names(*crowd(*parts), item=ITEM)


def test_times_are_judged_by_the_bank_and_by_the_share():
    quick = crowd((95, 0, 6), (2, 1, 2), (2, 2, 2), (1, 3, 2), elapsed_ms=3_000)
    slow = crowd(*GOOD, elapsed_ms=61_000)
    assert "trivial" in names(*quick)
    assert "overloaded" in names(*slow, usual=20.0)
    assert names(*slow, usual=21.0) == set()


def test_being_sure_and_wrong_is_a_flag_from_thirty_sure_answers_on():
    assert "confident errors" in names(*crowd((20, 0, 8), (10, 1, 2), sureness=2))
    assert names(*crowd((20, 0, 8), (9, 1, 2), sureness=2)) == set()
    assert names(*crowd((30, 0, 8), (10, 1, 2), sureness=2)) == set()


def test_the_worst_comes_first_and_what_nobody_answered_last():
    chance = Random(3)
    bank = a_bank(chance, planted=2)
    _, found = asked_of_many(bank, chance, members=200, each=25)
    unmet = told().figures(PACK, question("unmet"))
    reports = item_reports([unmet, *found])
    assert {one.figures.question.id for one in reports[:2]} == {one.question.id for one in bank if one.planted}
    assert reports[-1].figures is unmet
    quiet = [one.figures.discrimination for one in reports if not one.flags][:-1]
    assert quiet == sorted(quiet)


def test_no_flag_gives_away_an_option():
    everything: list[Flag] = []
    for parts in ([(10, 0, 3), (60, 1, 8), (30, 2, 3)], [(98, 0, 6), (2, 1, 1)], [(50, 0, 6), (16, 1, 9), (34, 2, 1)]):
        everything += flags(figures(*crowd(*parts)), None)
    assert len(everything) > 3
    advised = [say(flag.advice) for flag in everything]
    assert all(advice.endswith(".") and len(advice) < 125 for advice in advised)
    assert not any(option.text in advice for advice in advised for option in ITEM.options)
    assert everything[0].weight is Weight.LEAVE_OUT
