"""Which questions are about what a text speaks of."""

from small_course import question

from bot.quiz.practice.about import most_about

QUESTIONS = [question(f"q{number}") for number in range(5)]


def about(users: dict[str, set[str]], sections: tuple[str, ...] = (), most: int = 9) -> list[str]:
    return [one.id for one in most_about(QUESTIONS, users, sections, most)]


def test_a_word_that_few_questions_use_says_more_than_one_that_all_use():
    everywhere = {one.id for one in QUESTIONS}
    assert about({"thread": everywhere, "barrier": {"q3"}, "lock": {"q1", "q4"}}) == ["q3", "q1", "q4", "q0", "q2"]


def test_questions_with_nothing_to_do_with_it_are_left_out():
    assert about({"barrier": {"q3"}}) == ["q3"]
    assert about({"unused": set()}) == about({}) == []


def test_more_words_count_more_and_no_more_are_given_than_asked_for():
    assert about({"lock": {"q1", "q2"}, "queue": {"q2", "q4"}}, most=2) == ["q2", "q1"]


def test_a_section_that_is_named_counts_as_a_word_of_its_questions():
    section = QUESTIONS[0].section
    assert about({}, (section,)) == [one.id for one in QUESTIONS if one.section == section]
    assert about({}, ("another",)) == []
