"""`/progress`, and what a quiz without options asks, as a learner meets them."""

import re

from hall import Hall

DAY_MS = 86_400_000


async def answer(hall: Hall, *kinds: str, person=None, **options) -> None:
    """Questions of one quiz, answered right or wrong."""
    person = person or hall.alice
    question = await person.slash("quiz", questions=len(kinds), **options)
    for kind in kinds:
        await person.click(question, question.letter("The right answer" if kind == "right" else "Wrong answer"))
        await person.click(question, "Next ▶" if "Next ▶" in question.enabled else "See how it went")


async def test_who_has_answered_nothing_is_led_to_a_first_quiz(hall: Hall):
    shown = await hall.alice.slash("progress")
    assert shown.private
    assert "Nothing answered yet." in shown.text
    assert "**What next**, in about ten minutes: 5 new questions" in shown.text
    assert shown.enabled == ["Start"]
    question = await hall.alice.click(shown, "Start")
    assert question.id != shown.id
    assert "Question 1 of 5" in question.text


async def test_progress_tells_sections_in_bars_and_words_and_the_streak(hall: Hall):
    await answer(hall, "right", "right", "wrong", "right", "right", "right")
    shown = await hall.alice.slash("progress")
    assert "**50 study points** · 83% right first time" in shown.text
    assert "🔥 **1 day**" in shown.text
    assert re.search(r"\*\*Brewing\*\*\n`█+░*` \*\*\d+\*\* of 10", shown.text)
    assert "%" not in shown.text.split("Brewing")[1]
    assert "**Myths you may believe**" in shown.text
    assert "Fix one of these…" in str(shown.stored.components)


async def test_right_first_time_counts_first_tries_alone(hall: Hall):
    question = await hall.alice.slash("quiz", questions=1)
    await hall.alice.click(question, question.letter("Wrong answer"))
    await hall.alice.click(question, "See how it went")
    await hall.alice.click(question, "Practise the one I missed")
    await hall.alice.click(question, question.letter("The right answer"))
    assert "**0 study points** · 0% right first time" in (await hall.alice.slash("progress")).text


async def test_a_section_answered_wrong_only_has_an_empty_bar(hall: Hall):
    await answer(hall, "wrong", "wrong", "wrong", section="brewing")
    assert "**Brewing**\n`░░░░░░░░░░` " in (await hall.alice.slash("progress")).text


async def test_a_belief_has_its_page_and_five_questions(hall: Hall):
    await answer(hall, "wrong")
    shown = await hall.alice.slash("progress")
    detail = await hall.alice.choose(shown, "hotter-is-better")
    assert detail.private
    assert "“Hotter water always makes better tea.”" in detail.text
    assert "behind 1 wrong choice" in detail.text
    assert "**Actually**: Green tea turns bitter in boiling water." in detail.text
    assert detail.enabled == ["Five questions on it", "Read: Water"]
    assert "Brewing · Water" in (await hall.alice.click(detail, "Read: Water")).text
    aimed = await hall.alice.click(detail, "Five questions on it")
    assert "Questions in which this myth is one of the options." in aimed.text
    assert "Question 1 of 5" in aimed.text


async def test_a_quiz_without_options_brings_back_what_is_due_then_a_page_then_new_ones(hall: Hall):
    await answer(hall, "wrong", "wrong", "wrong", section="brewing")
    hall.run_sql("UPDATE card SET due_ms = 0")
    question = await hall.alice.slash("quiz")
    assert "Next for you: 3 reviews of what is due, then a page of your weakest section" in question.text
    for _ in range(3):
        assert "Question" in question.text
        await hall.alice.click(question, question.letter("The right answer"))
        await hall.alice.click(question, "Next ▶")
    assert "Before the new questions, here's a page worth a minute." in question.text
    assert "-# Page " in question.text
    [go_on] = question.enabled
    assert go_on.startswith("Go on with ")
    await hall.alice.click(question, go_on)
    assert "Question 4 of" in question.text


async def test_a_summary_leads_on_to_what_is_next(hall: Hall):
    question = await hall.alice.slash("quiz", questions=1)
    await hall.alice.click(question, question.letter("The right answer"))
    await hall.alice.click(question, "See how it went")
    shown = await hall.alice.click(question, "What next?")
    assert shown.id != question.id
    assert shown.text.startswith("**What next**")
    assert "Question 1 of" in (await hall.alice.click(shown, "Start")).text


async def test_the_last_four_weeks_are_a_chart_with_words(hall: Hall):
    await answer(hall, "right", "wrong")
    chart = await hall.alice.click(await hall.alice.slash("progress"), "My last four weeks")
    assert chart.private
    assert chart.files["history.png"].startswith(b"\x89PNG")
    assert "2 answers, 1 right" in chart.alt_texts[0]


async def test_of_another_only_what_boards_show_is_told(hall: Hall):
    await answer(hall, "right", "wrong", person=hall.bob)
    shown = await hall.alice.slash("progress", member=hall.bob._user)
    assert shown.private
    assert "place **1** by points: 10 points" in shown.text
    assert "Myths" not in shown.text
    assert "Hotter" not in shown.text
    await hall.bob.click(await hall.bob.slash("settings"), "Hide me")
    assert "is on no board here" in (await hall.alice.slash("progress", member=hall.bob._user)).text


async def test_progress_works_in_direct_messages(hall: Hall):
    await answer(hall, "right")
    assert "**10 study points** · 100% right first time" in (await hall.alice.in_dm.slash("progress")).text
    refused = await hall.alice.in_dm.slash("progress", member=hall.bob._user)
    assert "only shown in a server that I'm in" in refused.text


async def test_how_sure_is_told_from_ten_answers_on(hall: Hall):
    await answer(hall, *["right"] * 6)
    hall.run_sql("UPDATE answer SET sureness = 2")
    assert "How sure you are" not in (await hall.alice.slash("progress")).text
    await answer(hall, "wrong", "wrong", "wrong", "wrong")
    hall.run_sql("UPDATE answer SET sureness = 2")
    assert "of your 10 *sure* answers, 60% were right" in (await hall.alice.slash("progress")).text
