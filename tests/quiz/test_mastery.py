"""How well a section is known, and how sure that is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.packs.models import Question
from bot.quiz.practice.mastery import Level, guessed_shares, mastery
from bot.quiz.practice.spacing import FamilyAnswer, replay

NOON = 1_795_348_800_000
DAY = 86_400_000
FAMILIES = [f"f{n}" for n in range(8)]


def answered(results: dict[str, str], days_ago: float = 0.0) -> dict[str, list[FamilyAnswer]]:
    """Answers by family, written as r (right) and w (wrong), all so long ago."""
    at = NOON - round(days_ago * DAY)
    return {
        family: [FamilyAnswer(f"{family}-{n}", letter == "r", None, at + n) for n, letter in enumerate(letters)]
        for family, letters in results.items()
    }


def question_of(family: str, options: int) -> Question:
    """A question of that family with so many options."""
    texts = [{"text": f"{n}", "why": f"Because of {n}.", "correct": n == 0} for n in range(options)]
    fields = dict.fromkeys(("section", "topic"), "s") | {"kind": "recall", "difficulty": "easy", "core": True}
    return Question(
        id=f"{family}{options}", family=family, stem="Which one?", explanation="It is.", options=texts, **fields
    )


def known(results: dict[str, str], days_ago: float = 0.0, families=FAMILIES, guessed: float = 0.25):
    given_ = answered(results, days_ago)
    cards = {family: card for family, history in given_.items() if (card := replay(history))}
    return mastery(dict.fromkeys(families, guessed), given_, cards, NOON)


def test_without_answers_nothing_is_claimed():
    nothing = known({})
    assert nothing.level is Level.NOT_BEGUN
    assert nothing.high - nothing.low > 0.5


@pytest.mark.parametrize("letters", ["r", "w", "rr"])
def test_a_few_answers_are_too_few_to_say(letters):
    assert known({"f0": letters}).level is Level.TOO_EARLY


@pytest.mark.parametrize(
    ("results", "level"),
    [
        (dict.fromkeys(FAMILIES, "rrr"), Level.SOLID),
        (dict.fromkeys(FAMILIES, "www"), Level.SHAKY),
        (dict.fromkeys(FAMILIES[:4], "rr") | dict.fromkeys(FAMILIES[4:], "wr"), Level.GOOD),
        (dict.fromkeys(FAMILIES[:4], "rr") | dict.fromkeys(FAMILIES[4:], "ww"), Level.ON_THE_WAY),
    ],
)
def test_many_answers_are_told_in_words(results, level):
    assert known(results).level is level


def test_a_later_answer_weighs_more_than_an_earlier_one():
    assert known(dict.fromkeys(FAMILIES, "wr")).share > known(dict.fromkeys(FAMILIES, "rw")).share


@given(
    st.dictionaries(st.sampled_from(FAMILIES), st.text("rw", min_size=1, max_size=5), max_size=8),
    st.sampled_from(FAMILIES),
    st.floats(0, 400),
    st.integers(1, 4),
)
def test_a_wrong_answer_never_makes_a_bar_grow_however_much_was_forgotten(results, family, days_ago, wrong):
    history = answered(results, days_ago)
    shares, cells = [], []
    for number in range(wrong + 1):
        cards = {name: card for name, past in history.items() if (card := replay(past))}
        found = mastery(dict.fromkeys(FAMILIES, 0.25), history, cards, NOON)
        shares.append(found.share)
        cells.append(found.cells)
        late = FamilyAnswer(f"late-{number}", correct=False, sureness=None, answered_ms=NOON)
        history = history | {family: [*history.get(family, []), late]}
    assert cells == sorted(cells, reverse=True)
    assert shares == sorted(shares, reverse=True)


def test_a_bar_is_empty_before_three_right_answers():
    assert known({}).cells == known({"f0": "rr"}).cells == known(dict.fromkeys(FAMILIES, "www")).cells == 0
    assert known({"f0": "rr", "f1": "r"}).cells > 0
    assert known(dict.fromkeys(FAMILIES, "rrr")).cells == 10


def test_it_fades_while_one_is_away_and_never_below_guessing():
    results = dict.fromkeys(FAMILIES, "rr")
    shares = [known(results, days).share for days in (0, 3, 30, 300)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] - shares[-1] > 0.1
    assert known(results, 30_000).share > 0.25


def test_what_is_forgotten_is_still_guessed_right_more_often_among_three_options():
    results = dict.fromkeys(FAMILIES, "rrr")
    three, four = (known(results, 30_000, guessed=1 / options).share for options in (3, 4))
    assert three - four > (1 / 3 - 1 / 4) / 2
    assert three > 1 / 3
    assert known(results, guessed=1 / 3).share == pytest.approx(known(results, guessed=1 / 4).share, abs=0.01)


def test_a_familys_guesser_has_one_chance_among_the_options_of_each_question():
    questions = [question_of(family, options) for family, options in (("a", 3), ("b", 4), ("c", 3), ("c", 4))]
    assert guessed_shares(questions) == {"a": 1 / 3, "b": 1 / 4, "c": pytest.approx(7 / 24)}


def test_families_not_met_keep_it_unsure():
    half = known(dict.fromkeys(FAMILIES[:2], "rrrr"))
    whole = known(dict.fromkeys(FAMILIES, "r"))
    assert half.high - half.low > whole.high - whole.low


histories = st.dictionaries(st.sampled_from(FAMILIES), st.text("rw", min_size=1, max_size=6), max_size=8)


@given(results=histories, days=st.floats(0, 400))
def test_the_interval_holds_the_share_and_stays_within_0_and_1(results, days):
    found = known(results, days)
    assert 0 <= found.low <= found.share <= found.high <= 1
    assert found.answers == sum(map(len, results.values()))


@given(results=histories, family=st.sampled_from(FAMILIES))
def test_another_right_answer_never_lowers_it(results, family):
    more = {**results, family: results.get(family, "") + "r"}
    assert known(more).share >= known(results).share - 1e-9
