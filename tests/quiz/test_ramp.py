"""In which order a competition asks."""

from small_course import question

from bot.quiz.competition.ramp import ramped


def asked(*questions: tuple[str, bool]) -> list[str]:
    """The places that these questions (difficulty, has code) get, by their places before."""
    made = [
        question(f"q{number}", difficulty=difficulty, code="x = 1" if code else None)
        for number, (difficulty, code) in enumerate(questions)
    ]
    return [one.id for one in ramped(made)]


def test_easy_questions_come_first_and_equals_stay_as_they_were():
    assert asked(("hard", False), ("easy", False), ("medium", False), ("easy", False)) == ["q1", "q3", "q2", "q0"]


def test_nobody_reads_code_in_the_first_two_rounds_where_there_is_a_choice():
    assert asked(("easy", True), ("easy", True), ("hard", False), ("medium", False)) == ["q3", "q2", "q0", "q1"]
    assert asked(("easy", True), ("medium", True), ("hard", False)) == ["q2", "q0", "q1"]
    assert asked(("medium", True), ("easy", True)) == ["q1", "q0"]
    assert asked() == []
