"""How answers become a score: the four presets."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.quiz.competition.scoring import Scored, Scoring
from bot.quiz.question.asking import Sureness
from bot.settings import CHECKOUT

GUESS, THINK, SURE = Sureness.GUESS, Sureness.THINK, Sureness.SURE
TIMES = st.integers(0, 10**7)


def of(scoring, *, correct=True, sureness=GUESS, elapsed_ms=0, own_ms=20_000, rounds=10) -> int:
    return scoring.marks(Scored(correct, sureness, elapsed_ms, own_ms, rounds))


@pytest.mark.parametrize(
    ("scoring", "elapsed_ms", "expected"),
    [
        (Scoring.STUDY, 0, 1),
        (Scoring.STUDY, 19_999, 1),
        (Scoring.STUDY, 90_000, 1),
        (Scoring.CLASSIC, 0, 1_049),
        (Scoring.CLASSIC, 500, 1_049),
        (Scoring.CLASSIC, 501, 1_048),
        (Scoring.CLASSIC, 10_000, 1_024),
        (Scoring.CLASSIC, 20_000, 1_000),
        (Scoring.CLASSIC, 90_000, 1_000),
        (Scoring.SPRINT, 0, 1_000),
        (Scoring.SPRINT, 500, 1_000),
        (Scoring.SPRINT, 501, 987),
        (Scoring.SPRINT, 10_000, 750),
        (Scoring.SPRINT, 20_000, 500),
        (Scoring.SPRINT, 90_000, 500),
    ],
)
def test_a_right_answer_of_ten_in_twenty_seconds_earns(scoring, elapsed_ms, expected):
    assert of(scoring, elapsed_ms=elapsed_ms) == expected


@pytest.mark.parametrize("scoring", [Scoring.STUDY, Scoring.CLASSIC, Scoring.SPRINT])
@pytest.mark.parametrize("sureness", Sureness)
def test_a_wrong_answer_earns_and_costs_nothing_where_certainty_is_not_asked(scoring, sureness):
    assert of(scoring, correct=False, sureness=sureness) == 0


@pytest.mark.parametrize(
    ("sureness", "right", "wrong"), [(GUESS, 1, 0), (THINK, 2, -2), (SURE, 3, -6)], ids=["guess", "think", "sure"]
)
@pytest.mark.parametrize("elapsed_ms", [0, 19_000, 90_000])
def test_certainty_counts_how_sure_one_was_and_never_the_time(sureness, right, wrong, elapsed_ms):
    assert of(Scoring.CERTAINTY, sureness=sureness, elapsed_ms=elapsed_ms) == right
    assert of(Scoring.CERTAINTY, correct=False, sureness=sureness, elapsed_ms=elapsed_ms) == wrong


@given(st.lists(TIMES, min_size=1, max_size=30), st.integers(1, 120_000))
def test_all_speed_bonuses_of_classic_together_stay_below_half_a_right_answer(times, own_ms):
    bonuses = [of(Scoring.CLASSIC, elapsed_ms=t, own_ms=own_ms, rounds=len(times)) - 1_000 for t in times]
    assert min(bonuses) >= 0
    assert sum(bonuses) < 500


@given(st.integers(2, 30), TIMES, st.integers(1, 120_000))
def test_in_classic_one_more_right_answer_always_wins(rounds, elapsed_ms, own_ms):
    slowest = rounds * of(Scoring.CLASSIC, elapsed_ms=10**9, own_ms=own_ms, rounds=rounds)
    fastest = (rounds - 1) * of(Scoring.CLASSIC, elapsed_ms=elapsed_ms, own_ms=own_ms, rounds=rounds)
    assert slowest > fastest


@given(st.sampled_from([Scoring.CLASSIC, Scoring.SPRINT]), TIMES, TIMES, st.integers(1, 120_000), st.integers(1, 30))
def test_being_slower_never_earns_more(scoring, one, other, own_ms, rounds):
    fast, slow = sorted((one, other))
    assert of(scoring, elapsed_ms=fast, own_ms=own_ms, rounds=rounds) >= of(
        scoring, elapsed_ms=slow, own_ms=own_ms, rounds=rounds
    )


@given(st.integers(0, 60_000), st.sampled_from([1.5, 2]))
def test_with_extra_time_the_same_share_of_ones_own_time_earns_the_same(elapsed_ms, factor):
    for scoring in (Scoring.CLASSIC, Scoring.SPRINT):
        usual = of(scoring, elapsed_ms=600 + elapsed_ms, own_ms=60_000)
        longer = of(scoring, elapsed_ms=round((600 + elapsed_ms) * factor), own_ms=round(60_000 * factor))
        assert abs(usual - longer) <= 1


def test_every_preset_has_its_rule_in_a_line_that_names_its_marks():
    assert all("\n" not in one.rule and len(one.rule) < 120 for one in Scoring)
    assert all(mark in Scoring.CERTAINTY.rule for mark in ("+3", "+2", "+1", "−6", "−2", "0"))


def test_every_preset_has_marks_of_its_own():
    answer = Scored(correct=True, sureness=THINK, elapsed_ms=9_000, own_ms=20_000, rounds=7)
    assert len({one.marks(answer) for one in Scoring}) == len(Scoring)


def test_no_module_but_that_of_the_presets_knows_more_of_them_than_the_usual_one():
    """A new preset is an entry there and nothing else: rules ask what it asks for, lists of choices are made from it."""
    named = re.compile("|".join([r"Scoring\.(?!CLASSIC\b)[A-Z]", *(rf'["\']{one}["\']' for one in Scoring)]))
    found = {
        path.relative_to(CHECKOUT).as_posix(): named.findall(path.read_text("utf-8"))
        for path in (CHECKOUT / "bot").rglob("*.py")
        if path.name != "scoring.py"
    }
    assert {name: words for name, words in found.items() if words} == {}


def test_only_where_speed_counts_is_a_quick_answer_worth_more():
    assert [one.value for one in Scoring if one.rewards_speed] == ["classic", "sprint"]
