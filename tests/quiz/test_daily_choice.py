"""Which question is the question of the day, and how streaks are counted."""

from random import Random

from bank import question
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import DAY_MS
from bot.quiz.calendar.daily import FamilyTally, Known, choose, streak, weaknesses

BANK = [
    *(question(f"w{n}", family=f"water-{n // 2}") for n in range(6)),
    *(question(f"l{n}", family=f"leaves-{n // 2}", section="leaves") for n in range(6)),
]


def chosen(known: Known, seed: int = 1, bank=BANK) -> str:
    return choose(bank, known, Random(seed)).id


def test_the_group_meets_what_it_gets_wrong_most():
    known = Known({"water-0": FamilyTally(20, 18), "leaves-1": FamilyTally(20, 3), "leaves-2": FamilyTally(20, 15)})
    assert {chosen(known, seed) for seed in range(20)} == {"l2", "l3"}


def test_few_answers_say_little():
    one, many = (
        {"water-0": tally, "water-1": FamilyTally(40, 20)} for tally in (FamilyTally(1, 0), FamilyTally(40, 0))
    )
    for tallies, gap in ((one, 0.1), (many, 0.3)):
        weak = weaknesses(BANK, tallies)
        assert (weak["water-0"] - weak["water-1"] > gap) is (tallies is many)


def test_a_family_without_answers_is_as_hard_as_its_section():
    weak = weaknesses(BANK, {"water-0": FamilyTally(30, 3), "leaves-0": FamilyTally(30, 28)})
    assert weak["water-1"] > 0.6 > 0.4 > weak["leaves-1"]


def test_without_any_answers_chance_decides():
    assert len({chosen(Known(), seed) for seed in range(60)}) > 6


def test_siblings_enemies_and_what_was_just_played_are_kept_apart():
    weak = {"water-0": FamilyTally(30, 0), "water-1": FamilyTally(30, 5), "water-2": FamilyTally(30, 10)}
    weak |= {f"leaves-{n}": FamilyTally(30, 29) for n in range(3)}
    assert chosen(Known(weak, asked=["w0"], near=[BANK[0]])) in {"w2", "w3"}
    played = {"w2": 5 * DAY_MS}
    assert chosen(Known(weak, asked=["w0"], near=[BANK[0]], met_ms=played, now_ms=6 * DAY_MS)) in {"w4", "w5"}
    enemy = question("w9", family="water-9", enemies=["w0"])
    weak |= {"water-9": FamilyTally(30, 0)}
    assert chosen(Known(weak, asked=["w0"], near=[BANK[0]]), bank=[*BANK, enemy]) in {"w2", "w3"}


def test_what_anybody_met_in_the_last_days_is_left_out_while_there_is_anything_else():
    now_ms = 100 * DAY_MS
    weak = {f"water-{n}": FamilyTally(30, 5 * n) for n in range(3)} | {
        f"leaves-{n}": FamilyTally(30, 29) for n in range(3)
    }
    met = {"w0": now_ms - 120_000}
    for seed in range(20):
        assert chosen(Known(weak, met_ms=met, now_ms=now_ms), seed) in {"w2", "w3"}
    met |= {"w2": now_ms - 6 * DAY_MS}
    for seed in range(20):
        assert chosen(Known(weak, met_ms=met, now_ms=now_ms), seed) in {"w4", "w5"}
    assert chosen(Known(weak, met_ms={"w0": now_ms - 60 * DAY_MS}, now_ms=now_ms)) in {"w0", "w1"}


def test_when_everything_was_met_the_longest_ago_comes_before_the_weakest_and_a_sibling_before_the_same():
    now_ms = 100 * DAY_MS
    weak = {f"water-{n}": FamilyTally(30, 0) for n in range(3)} | {f"leaves-{n}": FamilyTally(30, 29) for n in range(3)}
    met = {f"{section}{2 * n}": now_ms - n * DAY_MS - 1 for section in "wl" for n in range(3)}
    met["l4"] -= 1
    for seed in range(20):
        assert chosen(Known(weak, met_ms=met, now_ms=now_ms), seed) == "l5"


@given(
    st.dictionaries(st.sampled_from([one.id for one in BANK]), st.integers(0, 6 * 86_400_000)),
    st.dictionaries(st.sampled_from([one.family for one in BANK]), st.just(FamilyTally(9, 0))),
    st.integers(0, 99),
)
def test_nobody_is_asked_what_was_just_met(ago_ms, tallies, seed):
    now_ms = 100 * DAY_MS
    met = {question_id: now_ms - ago for question_id, ago in ago_ms.items()}
    family_of = {one.id: one.family for one in BANK}
    families = {family_of[question_id] for question_id in met}
    found = chosen(Known(tallies, met_ms=met, now_ms=now_ms), seed)
    if families != set(family_of.values()):
        assert family_of[found] not in families
    else:
        assert met.get(found) != max(met.values()) or len(set(met.values())) < len(families)


IDS = st.lists(st.sampled_from([one.id for one in BANK]), unique=True)


@given(
    IDS, st.dictionaries(st.sampled_from([one.family for one in BANK]), st.just(FamilyTally(9, 0))), st.integers(0, 99)
)
def test_nothing_asked_lately_comes_again_while_there_is_anything_else(asked, tallies, seed):
    found = chosen(Known(tallies, asked=asked), seed)
    if len(asked) < len(BANK):
        assert found not in asked
    else:
        assert found == asked[-1]


def test_a_streak_counts_questions_in_a_row():
    answered, missed, still_open, done_today = (True, False), (False, False), (False, True), (True, True)
    assert streak([]) == 0
    assert streak([answered, answered, missed, answered]) == 2
    assert streak([still_open, answered, answered]) == 2
    assert streak([done_today, answered]) == 2
    assert streak([missed, answered]) == 0
    assert streak([done_today, still_open, answered]) == 1
