"""What a learner mixes up, told by their choices."""

from random import Random

import pytest
from bank import question

from bot.packs.models import OTHER
from bot.quiz.practice.mixups import Choice, aimed_at, mixups, offered_by

NOON = 1_795_348_800_000
DAY = 86_400_000
RIGHT = 0


def asked(number: int, *beliefs: str, **fields):
    """A question whose first option is right, and the others stand for these beliefs."""
    return question(f"q{number}", beliefs=beliefs, **fields)


QUESTIONS = {
    one.id: one
    for one in [
        asked(0, "hotter", "colder", OTHER),
        asked(1, "hotter", "longer", OTHER),
        asked(2, "hotter", "longer", "colder"),
        asked(3, "colder", "longer", OTHER),
    ]
}


def chose(question_id: str, option: int, at: float = 0.0) -> Choice:
    one = QUESTIONS[question_id]
    return Choice(question_id, one.content_hash, option, option == RIGHT, NOON + round(at * DAY))


def names(*choices: Choice) -> list[str]:
    return [one.misconception_id for one in mixups(choices, QUESTIONS)]


def test_what_was_never_chosen_is_no_mixup():
    assert names(chose("q0", RIGHT), chose("q1", 3)) == []


def test_a_wrong_choice_names_the_belief_behind_it():
    [found] = mixups([chose("q0", 1)], QUESTIONS)
    assert (found.misconception_id, found.times, found.gone) == ("hotter", 1, False)


def test_the_likeliest_comes_first():
    assert names(chose("q0", 1), chose("q1", 1), chose("q3", 2)) == ["hotter", "longer"]


def test_who_did_not_choose_it_where_it_was_offered_is_less_likely_to_believe_it():
    [once] = mixups([chose("q0", 1)], QUESTIONS)
    [not_again] = mixups([chose("q0", 1), chose("q1", RIGHT, 0.1)], QUESTIONS)
    assert not_again.likely < once.likely
    [again] = mixups([chose("q0", 1), chose("q1", 1)], QUESTIONS)
    assert again.likely > once.likely


@pytest.mark.parametrize(
    ("later", "gone"),
    [
        ([("q1", RIGHT, 1.0)], False),
        ([("q1", RIGHT, 1.0), ("q1", RIGHT, 3.0)], False),  # the same question twice
        ([("q1", RIGHT, 1.0), ("q2", RIGHT, 1.5)], False),  # on the same day
        ([("q1", RIGHT, 1.0), ("q2", RIGHT, 2.0)], True),
        ([("q1", RIGHT, 1.0), ("q3", RIGHT, 3.0)], False),  # another belief's question
        ([("q1", RIGHT, 1.0), ("q2", RIGHT, 2.0), ("q0", 1, 3.0)], False),  # fallen for once more
    ],
)
def test_it_is_gone_when_two_different_questions_were_right_a_day_apart(later, gone):
    found = {one.misconception_id: one for one in mixups([chose("q0", 1), *(chose(*one) for one in later)], QUESTIONS)}
    assert found["hotter"].gone is gone


def test_answers_to_another_version_or_to_a_question_that_is_gone_tell_nothing():
    old = Choice("q0", "another hash", 1, correct=False, answered_ms=NOON)
    gone = Choice("q9", "hash", 1, correct=False, answered_ms=NOON)
    assert names(old, gone) == []


def test_five_questions_aim_at_it_those_not_met_first():
    questions = [*QUESTIONS.values(), asked(4, OTHER, OTHER, OTHER), asked(5, "longer", OTHER, OTHER, section="other")]
    aimed = [one.id for one in aimed_at("hotter", questions, {"q0": NOON, "q1": NOON - DAY}, 5)]
    assert aimed[:3] == ["q2", "q1", "q0"]
    assert set(aimed[3:]) == {"q3", "q4"}
    assert aimed_at("hotter", [], {}, 5) == []


def test_a_slip_of_reading_is_no_belief():
    assert offered_by(asked(6, OTHER, OTHER, OTHER)) == set()


def test_one_who_believes_is_told_from_one_who_guesses():
    rng = Random(11)
    many = {f"q{n}": asked(n, "hotter", "colder", "longer") for n in range(12)}

    def answers(believes: str | None) -> list[Choice]:
        made = []
        for n, one in enumerate(many.values()):
            option = rng.choice([0, 0, 0, 1, 2, 3])
            if believes and rng.random() < 0.7:
                option = ["hotter", "colder", "longer"].index(believes) + 1
            made.append(Choice(one.id, one.content_hash, option, option == 0, NOON + n))
        return made

    assert mixups(answers("colder"), many)[0].misconception_id == "colder"
    assert mixups(answers("colder"), many)[0].likely > 0.9
    assert all(one.likely < 0.6 for one in mixups(answers(None), many))
