"""`/review` and *how sure were you* as a learner meets them."""

import pytest
from hall import Hall

DAY_MS = 86_400_000


async def answered(hall: Hall, what: str = "The right answer") -> object:
    """One question of a quiz, answered."""
    question = await hall.alice.slash("quiz", questions=1)
    await hall.alice.click(question, question.letter(what))
    return question


async def test_who_has_answered_nothing_has_nothing_due(hall: Hall):
    shown = await hall.alice.slash("review")
    assert shown.private
    assert "**Nothing to review yet.**" in shown.text
    assert shown.enabled == ["5 new questions"]
    question = await hall.alice.click(shown, "5 new questions")
    assert question.private
    assert "Question 1 of 5" in question.text


async def test_what_was_answered_comes_back_when_it_is_due_through_a_quiz_of_its_own(hall: Hall):
    await answered(hall)
    [(due_ms,)] = hall.rows("SELECT due_ms FROM card")
    nothing = await hall.alice.slash("review")
    assert f"✅ **Nothing is due right now.** The next question: <t:{due_ms // 1000}:f>." in nothing.text
    assert nothing.enabled == ["5 new questions", "Mixed practice, for fun"]
    hall.run_sql("UPDATE card SET due_ms = due_ms - ?", 90 * DAY_MS)
    shown = await hall.alice.slash("review")
    assert "**1 question is due now**, about a minute." in shown.text
    sitting = await hall.alice.click(shown, "Review 1 now")
    assert sitting.private
    assert "Question 1 of 1" in sitting.text
    assert "one question for each idea that is due" in sitting.text
    await hall.alice.click(sitting, sitting.letter("The right answer"))
    assert "Nothing is due right now." in (await hall.alice.slash("review")).text
    late = await hall.alice.click(shown, "Review 1 now")
    assert "Nothing is due now." in late.text


async def test_with_nothing_due_the_new_questions_are_new_and_the_mixed_ones_are_met(hall: Hall):
    for _ in range(2):
        await answered(hall)
    met = {question_id for (question_id,) in hall.rows("SELECT question_id FROM answer")}
    shown = await hall.alice.slash("review")
    left = len(hall.app.library.questions("tea")) - len(met)
    assert shown.enabled[0] == f"{min(left, 5)} new questions"
    await hall.alice.click(shown, shown.enabled[0])
    new = hall.rows("SELECT question_id FROM practice_question WHERE run_id = (SELECT max(id) FROM practice_run)")
    assert len(new) == min(left, 5)
    assert met.isdisjoint(question_id for (question_id,) in new)
    mixed = await hall.alice.click(shown, "Mixed practice, for fun")
    assert "They earn points only once they are due." in mixed.text
    assert "Question 1 of 2" in mixed.text
    asked = hall.rows("SELECT question_id FROM practice_question WHERE run_id = (SELECT max(id) FROM practice_run)")
    assert {question_id for (question_id,) in asked} == met


async def test_who_has_met_every_question_is_offered_mixed_practice_alone(hall: Hall):
    quiz = await hall.alice.slash("quiz", questions=20)
    while "-# Question" in quiz.text:
        await hall.alice.click(quiz, quiz.letter("The right answer"))
        await hall.alice.click(quiz, quiz.enabled[0])
    assert (await hall.alice.slash("review")).enabled == ["Mixed practice, for fun"]
    gone = await hall.alice.forge(quiz, "sh:review.new:tea")
    assert "These questions are no longer asked here." in gone.text


async def test_nothing_of_one_learner_is_due_for_another(hall: Hall):
    await answered(hall)
    hall.run_sql("UPDATE card SET due_ms = 0")
    assert "Nothing to review yet" in (await hall.bob.slash("review")).text


@pytest.mark.parametrize(("label", "stored"), [("A guess", 0), ("I think so", 1), ("Sure", 2)])
async def test_one_tap_says_how_sure_one_was_and_the_last_one_counts(hall: Hall, label: str, stored: int):
    question = await answered(hall)
    await hall.alice.click(question, "I think so" if label != "I think so" else "Sure")
    await hall.alice.click(question, label)
    assert hall.rows("SELECT sureness FROM answer") == [(stored,)]
    assert f"✓ {label}" not in question.enabled
    assert "✅ Right" in question.text


async def test_a_right_guess_comes_back_sooner(hall: Hall):
    question = await answered(hall)
    [(before,)] = hall.rows("SELECT due_ms FROM card")
    await hall.alice.click(question, "A guess")
    [(after,)] = hall.rows("SELECT due_ms FROM card")
    assert after < before
    await hall.alice.click(question, "I think so")
    assert hall.rows("SELECT due_ms FROM card") == [(before,)]


async def test_nobody_says_how_sure_another_was_and_nobody_before_the_answer(hall: Hall):
    question = await hall.alice.slash("quiz", questions=1)
    early = await hall.alice.forge(question, "sh:quiz.sure:1:0:sure")
    assert "Answer the question first" in early.text
    await hall.alice.click(question, "A")
    stranger = await hall.bob.forge(question, "sh:quiz.sure:1:0:sure")
    assert "belongs to somebody else" in stranger.text
    odd = await hall.alice.forge(question, "sh:quiz.sure:1:0:maybe")
    assert "earlier version of me" in odd.text
    assert hall.rows("SELECT sureness FROM answer") == [(None,)]
