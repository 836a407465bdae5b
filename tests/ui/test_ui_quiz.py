"""`/quiz` as a learner meets it."""

import re
import shutil
from pathlib import Path
from random import Random

import pytest
from hall import TEA, Hall, Person, Shown, open_hall
from lettered import lettered_course
from simcord import OptionError

from bot.quiz.practice.picking import Run
from bot.services.practice.views import Summary
from bot.ui.practice.quiz import current_screen

GREEN, RED = 0x3BA55D, 0xD83C3E
DAY = 24 * 3600


async def answer(person: Person, question: Shown, *, right: bool) -> Shown:
    """Press the button of the right option, or of the first wrong one."""
    return await person.click(question, question.letter("The right answer" if right else "Wrong answer"))


async def go_through(person: Person, shown: Shown, *, right: bool) -> None:
    """Answer to the end of the run, up to the summary."""
    while "-# Question" in shown.text:
        await answer(person, shown, right=right)
        await person.click(shown, shown.enabled[0])


def number_asked(shown: Shown) -> int:
    found = re.search(r"Question \d+ of (\d+)", shown.text)
    assert found
    return int(found[1])


async def test_a_question_is_private_and_says_where_one_is(hall: Hall):
    question = await hall.alice.slash("quiz", section="tea/brewing", questions=2)
    assert question.private
    assert re.search(r"-# Question 1 of 2 · Brewing · (easy|medium)\n\*\*.+\?\*\*", question.text)


async def test_letters_stand_on_the_buttons_and_the_texts_in_the_message(hall: Hall):
    question = await hall.alice.slash("quiz", section="tea/serving", difficulty="easy")
    assert question.enabled == ["A", "B", "C", "D"]
    options = re.findall(r"^\*\*([A-D])\*\* · (.+)$", question.text, re.MULTILINE)
    assert [letter for letter, _ in options] == ["A", "B", "C", "D"]
    assert {text.split(" of ")[0] for _, text in options} == {
        "The right answer",
        "Wrong answer 0",
        "Wrong answer 2",
        "Wrong answer 3",
    }


async def test_a_question_of_three_options_has_three_buttons(hall: Hall):
    question = await hall.alice.slash("quiz", section="tea/serving", difficulty="hard")
    while "who-last" not in question.text:
        await answer(hall.alice, question, right=True)
        await hall.alice.click(question, question.enabled[0])
    assert question.enabled == ["A", "B", "C"]


async def test_options_are_shuffled_for_each_asking(hall: Hall):
    places = set()
    for _ in range(20):
        question = await hall.alice.slash("quiz", section="tea/serving", difficulty="easy")
        places.add(question.letter("The right answer"))
    assert places == {"A", "B", "C", "D"}


async def test_the_order_shown_is_the_order_stored(hall: Hall):
    question = await hall.alice.slash("quiz", section="tea/serving", difficulty="easy")
    [(order,)] = hall.rows("SELECT option_order FROM practice_question")
    shown = [re.search(rf"\*\*{letter}\*\* · (.+)", question.text)[1] for letter in "ABCD"]
    options = hall.app.library.question("tea", "warm-cups").options
    assert shown == [options[int(i)].text for i in order]


async def test_a_right_answer_says_so_and_why(hall: Hall):
    question = await hall.alice.slash("quiz", section="tea/serving", difficulty="easy")
    letter = question.letter("The right answer")
    outcome = await hall.alice.click(question, letter)
    assert outcome.id == question.id
    assert f"### ✅ Right: {letter}\nBecause warm-cups is just so" in outcome.text
    assert "❌" not in outcome.text
    assert "The right answer is" not in outcome.text
    assert outcome.accent == GREEN


async def test_a_wrong_answer_says_so_and_explains_the_choice_and_the_key(hall: Hall):
    question = await hall.alice.slash("quiz", section="tea/serving", difficulty="easy")
    right, wrong = question.letter("The right answer"), question.letter("Wrong answer 2")
    outcome = await hall.alice.click(question, wrong)
    assert f"### ❌ Not quite: you chose {wrong}\nWrong reason 2 of warm-cups" in outcome.text
    assert f"**The right answer is {right}** · The right answer of warm-cups\nBecause warm-cups" in outcome.text
    assert "✅" not in outcome.text
    assert outcome.accent == RED


async def test_the_outcome_keeps_the_question_and_its_options_in_sight(hall: Hall):
    question = await hall.alice.slash("quiz", section="tea/brewing", difficulty="easy")
    before = question.text.split("-# There are only", 1)[-1].split("\n", 1)[1]
    await answer(hall.alice, question, right=False)
    assert before.split("\n**A**")[0] in question.text
    assert before[before.index("**A**") :] in question.text


async def test_why_not_the_others_explains_every_option_and_leads_back(hall: Hall):
    question = await hall.alice.slash("quiz", section="tea/serving", difficulty="easy")
    wrong = question.letter("Wrong answer 0")
    await hall.alice.click(question, wrong)
    outcome = question.text
    await hall.alice.click(question, "Why not the others?")
    for i in (0, 2, 3):
        assert f"❌ **{question_letter(question, i)}** · Wrong answer {i}" in question.text
        assert f"Wrong reason {i} of warm-cups" in question.text
    assert question.text.count("✅") == 1
    assert f"❌ **{wrong}** · Wrong answer 0 of warm-cups *(your choice)*" in question.text
    assert "**Common myth:** “Hotter water always makes better tea.” **Actually:** Green tea" in question.text
    assert "**The rule**: The rule behind warm-cups" in question.text
    await hall.alice.click(question, "Back to my answer")
    assert without_points(question.text) == without_points(outcome)
    assert "This answer earned no points." in question.text


async def test_how_sure_one_was_is_still_shown_after_a_look_at_the_others(hall: Hall):
    question = await hall.alice.slash("quiz", section="tea/serving", difficulty="easy")
    await hall.alice.click(question, "A")
    await hall.alice.click(question, "Sure")
    assert "✓ Sure" in question.buttons
    await hall.alice.click(question, "Why not the others?")
    await hall.alice.click(question, "Back to my answer")
    assert "✓ Sure" in question.buttons
    assert "✓ Sure" not in question.enabled


def question_letter(shown: Shown, wrong: int) -> str:
    return re.search(rf"\*\*([A-D])\*\* · Wrong answer {wrong}", shown.text)[1]


def without_points(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if "points" not in line)


async def test_read_the_section_opens_it_beside_the_question(hall: Hall):
    question = await hall.alice.slash("quiz", section="tea/serving", difficulty="easy")
    await answer(hall.alice, question, right=True)
    page = await hall.alice.click(question, "Read the section")
    assert page.private
    assert page.id != question.id
    assert "Serving · Cups" in page.text


async def test_next_asks_the_next_question_in_the_same_message(hall: Hall):
    question = await hall.alice.slash("quiz", questions=3)
    first = question.text
    await answer(hall.alice, question, right=True)
    assert question.enabled[0] == "Next ▶"
    shown = await hall.alice.click(question, "Next ▶")
    assert shown.id == question.id
    assert "Question 2 of 3" in question.text
    assert question.text != first


async def test_pressing_next_twice_shows_the_same_question(hall: Hall):
    question = await hall.alice.slash("quiz", questions=3)
    await answer(hall.alice, question, right=True)
    next_id = question.buttons["Next ▶"]["custom_id"]
    await hall.alice.click(question, "Next ▶")
    second = question.text
    await hall.alice.forge(question, next_id)
    assert question.text == second


async def test_a_run_of_five_is_the_default_and_never_repeats_a_question(hall: Hall):
    question = await hall.alice.slash("quiz")
    assert number_asked(question) == 5
    [(different,)] = hall.rows("SELECT count(DISTINCT question_id) FROM practice_question")
    assert different == 5


async def test_the_summary_counts_points_and_names_what_was_missed(hall: Hall):
    question = await hall.alice.slash("quiz", questions=3)
    await answer(hall.alice, question, right=False)
    stem = re.search(r"\*\*(.+\?)\*\*", question.text)[1]
    await hall.alice.click(question, "Next ▶")
    for label in ("Next ▶", "See how it went"):
        await answer(hall.alice, question, right=True)
        assert question.enabled[0] == label
        await hall.alice.click(question, label)
    assert question.text.startswith(
        "## 2 of 3 right\n🟥🟩🟩\n**+20 study points**\n🔥 **1 day**\n-# all sections · every difficulty"
    )
    assert f"**Worth another look**\n- **1** · {stem}" in question.text
    assert question.enabled == ["Practise the one I missed", "5 more questions", "Read the section"]


async def test_the_summary_names_the_myth_behind_a_wrong_choice(hall: Hall):
    question = await hall.alice.slash("quiz", section="tea/serving", difficulty="easy")
    await hall.alice.click(question, question.letter("Wrong answer 0"))
    await hall.alice.click(question, "See how it went")
    myth = "**Common myth:** “Hotter water always makes better tea.” **Actually:** Green tea turns bitter"
    assert myth in question.text


async def test_the_summary_tells_the_points_of_the_whole_day_and_what_comes_back_tomorrow(hall: Hall):
    question = await hall.alice.slash("quiz", questions=2)
    await go_through(hall.alice, question, right=True)
    hall.run_sql("UPDATE card SET due_ms = (SELECT max(answered_ms) FROM answer) + ?", DAY * 500)
    await hall.alice.click(question, "5 more questions")
    await go_through(hall.alice, question, right=False)
    assert "\nNo study points: right answers to new or due questions earn them · 20 today\n" in question.text
    asked = len(hall.rows("SELECT family FROM card WHERE due_ms > 0"))
    assert f"-# By this time tomorrow {asked} questions are due, about {-(-asked // 2)} minutes." in question.text


async def test_points_of_another_server_and_of_yesterday_are_not_todays(hall: Hall):
    question = await hall.alice.slash("quiz", questions=2)
    await go_through(hall.alice, question, right=True)
    hall.run_sql("UPDATE answer SET answered_ms = answered_ms - ?", DAY * 1000)
    await hall.alice.click(question, "5 more questions")
    await answer(hall.alice, question, right=True)
    hall.run_sql("UPDATE answer SET guild_id = guild_id + 1 WHERE run_id = 2")
    while "-# Question" in question.text:
        await hall.alice.click(question, question.enabled[0])
        if "A" in question.enabled:
            await answer(hall.alice, question, right=True)
    assert "🔥 **2 days in a row**" in question.text
    [(earned, abroad)] = hall.rows(
        "SELECT sum(points), sum(points) FILTER (WHERE position = 0) FROM answer WHERE run_id = 2"
    )
    assert abroad == 10
    assert f"**+{earned} study points** · {earned - 10} today" in question.text


async def test_who_missed_nothing_reviews_what_is_due_and_then_goes_on(hall: Hall):
    question = await hall.alice.slash("quiz", questions=2)
    await go_through(hall.alice, question, right=True)
    assert question.enabled == ["5 more questions", "What next?"]
    hall.run_sql("UPDATE card SET due_ms = 0")
    late = await hall.alice.slash("quiz", questions=1)
    await go_through(hall.alice, late, right=True)
    assert late.enabled == ["Review 1 now", "5 more questions", "What next?"]
    assert "Question 1 of 1" in (await hall.alice.click(late, "Review 1 now")).text


async def test_a_perfect_run_has_nothing_to_retry(hall: Hall):
    question = await hall.alice.slash("quiz", section="tea/serving", difficulty="hard")
    await go_through(hall.alice, question, right=True)
    assert "## 2 of 2 right 🎉\n" in question.text
    assert "right 🎉\n🟩🟩\n" in question.text
    assert question.enabled == ["5 more questions", "What next?"]


async def test_retry_missed_asks_exactly_those_again(hall: Hall):
    question = await hall.alice.slash("quiz", questions=3)
    await answer(hall.alice, question, right=False)
    stem = re.search(r"\*\*(.+\?)\*\*", question.text)[1]
    await hall.alice.click(question, "Next ▶")
    await go_through(hall.alice, question, right=True)
    await hall.alice.click(question, "Practise the one I missed")
    assert "Question 1 of 1" in question.text
    assert stem in question.text
    await answer(hall.alice, question, right=True)
    assert "No points: you've answered this one before" in question.text


async def test_more_questions_keep_section_and_difficulty(hall: Hall):
    question = await hall.alice.slash("quiz", section="tea/serving", difficulty="hard")
    await go_through(hall.alice, question, right=True)
    await hall.alice.click(question, "5 more questions")
    assert "· Serving · hard" in question.text
    assert "Only 2 questions match" in question.text


async def test_too_few_questions_are_asked_with_a_remark(hall: Hall):
    question = await hall.alice.slash("quiz", section="tea/serving", questions=20)
    assert question.text.startswith("-# Only 3 questions match, so this quiz has 3.\n")
    question = await hall.alice.slash("quiz", section="tea/serving", difficulty="easy", questions=2)
    assert question.text.startswith("-# Only one question matches, so this quiz has one.\n")
    question = await hall.alice.slash("quiz", section="tea/serving", difficulty="easy", questions=1)
    assert question.text.startswith("-# Question 1 of 1")


async def test_a_difficulty_that_a_section_lacks_says_what_to_do(hall: Hall):
    answered = await hall.alice.slash("quiz", section="tea/brewing", difficulty="hard")
    assert answered.private
    assert "Try another difficulty, or leave it out." in answered.text
    assert hall.rows("SELECT * FROM practice_run") == []


async def test_a_section_without_questions_draws_on_the_whole_course(hall: Hall):
    assert number_asked(await hall.alice.slash("quiz", section="tea/recap")) == 5


@pytest.mark.parametrize("count", [0, 21, -1])
async def test_discord_refuses_counts_out_of_range(hall: Hall, count: int):
    with pytest.raises(OptionError, match="must be"):
        await hall.alice.slash("quiz", questions=count)


async def test_the_widest_range_of_counts_is_served(hall: Hall):
    assert number_asked(await hall.alice.slash("quiz", questions=1)) == 1
    assert number_asked(await hall.alice.slash("quiz", questions=20)) == 6


async def test_a_second_click_changes_nothing_and_says_that_the_first_counts(hall: Hall):
    question = await hall.alice.slash("quiz", section="tea/serving", difficulty="easy")
    right = question.buttons[question.letter("The right answer")]["custom_id"]
    wrong_letter = question.letter("Wrong answer 0")
    await hall.alice.click(question, wrong_letter)
    before = hall.everything_stored()
    await hall.alice.forge(question, right)
    assert f"You had already answered **{wrong_letter}**; the first answer counts." in question.text
    assert f"Not quite: you chose {wrong_letter}" in question.text
    assert hall.everything_stored() == before


async def test_two_clicks_at_the_same_moment_are_one_answer(hall: Hall):
    question = await hall.alice.slash("quiz", section="tea/serving", difficulty="easy")
    events = []
    hall.env.backend.subscribers.insert(0, lambda name, payload: events.append((name, payload)))
    await answer(hall.alice, question, right=True)
    [(name, payload)] = [event for event in events if event[0] == "INTERACTION_CREATE"]
    for _ in range(3):  # the gateway may replay an event after a resume
        hall.env.backend.emit(name, payload)
    await hall.env.settle()
    assert hall.rows("SELECT count(*), sum(points) FROM answer") == [(1, 10)]


async def test_a_click_of_another_member_is_refused_in_private(hall: Hall):
    question = await hall.alice.slash("quiz")
    before, shown_before = hall.everything_stored(), question.text
    refused = await hall.bob.forge(question, question.buttons["A"]["custom_id"])
    assert refused.private
    assert refused.id != question.id
    assert "This quiz belongs to somebody else. Start your own with `/quiz`." in refused.text
    assert question.text == shown_before
    assert hall.everything_stored() == before


@pytest.mark.parametrize("action", ["quiz.next:1", "quiz.others:1:0", "quiz.back:1:0", "quiz.retry:1", "quiz.more:1"])
async def test_nothing_of_a_run_is_shown_to_another_member(hall: Hall, action: str):
    question = await hall.alice.slash("quiz", questions=1)
    await answer(hall.alice, question, right=False)
    refused = await hall.bob.forge(question, f"sh:{action}")
    assert "belongs to somebody else" in refused.text
    assert "warm-cups" not in refused.text


async def test_explanations_can_not_be_asked_for_before_the_answer(hall: Hall):
    question = await hall.alice.slash("quiz")
    before = question.text
    for action in ("quiz.others:1:0", "quiz.back:1:0"):
        refused = await hall.alice.forge(question, f"sh:{action}")
        assert "Answer the question first" in refused.text
    assert question.text == before


async def test_a_run_goes_on_in_the_same_message_after_a_restart(hall: Hall):
    question = await hall.alice.slash("quiz", questions=3)
    await answer(hall.alice, question, right=True)
    await hall.restart()
    await hall.alice.click(question, "Next ▶")
    assert "Question 2 of 3" in question.text
    await hall.restart()
    await answer(hall.alice, question, right=False)
    await hall.alice.click(question, "Next ▶")
    await answer(hall.alice, question, right=True)
    await hall.alice.click(question, "See how it went")
    assert question.text.startswith("## 2 of 3 right")


async def test_new_questions_earn_points_and_the_database_holds_them(hall: Hall):
    question = await hall.alice.slash("quiz", questions=1)
    await answer(hall.alice, question, right=True)
    assert "**+10 points**: the question was new to you." in question.text
    assert hall.rows("SELECT guild_id, member_id, correct, points FROM answer") == [
        (hall.guild.id, hall.alice.id, 1, 10)
    ]


async def test_wrong_answers_earn_nothing_and_the_line_says_what_would(hall: Hall):
    question = await hall.alice.slash("quiz", questions=1)
    await answer(hall.alice, question, right=False)
    assert "No points this time. A right answer to a new or due question earns 10." in question.text


async def test_repeating_at_once_earns_nothing_and_waiting_earns_again(hall: Hall):
    question = await hall.alice.slash("quiz", section="tea/serving", difficulty="easy")
    await answer(hall.alice, question, right=True)
    again = await hall.alice.slash("quiz", section="tea/serving", difficulty="easy")
    await answer(hall.alice, again, right=True)
    assert "it isn't due yet" in again.text
    await hall.pass_time(30 * DAY)
    later = await hall.alice.slash("quiz", section="tea/serving", difficulty="easy")
    await answer(hall.alice, later, right=True)
    assert "**+10 points**: the question was due again." in later.text


async def test_in_direct_messages_points_count_for_no_board_and_the_line_says_so(hall: Hall):
    alone = hall.alice.in_dm
    question = await alone.slash("quiz", questions=1)
    await answer(alone, question, right=True)
    assert "Outside a server with me in it, they count for no leaderboard." in question.text
    assert hall.rows("SELECT guild_id, points FROM answer") == [(None, 10)]
    assert hall.rows("SELECT * FROM total") == []


async def test_a_question_edited_since_it_was_asked_is_asked_anew(tmp_path: Path):
    packs = tmp_path / "packs"
    shutil.copytree(TEA, packs)
    async with open_hall(tmp_path / "data", packs) as hall:
        question = await hall.alice.slash("quiz", section="tea/serving", difficulty="easy")
        file = packs / "tea" / "questions" / "serving.yaml"
        file.write_text(file.read_text().replace("The right answer of warm-cups", "The right answer, warmed up"))
        await hall.restart()
        await hall.alice.click(question, "A")
        assert "This question was edited after it was asked. Here's the new version." in question.text
        assert "The right answer, warmed up" in question.text
        assert hall.rows("SELECT * FROM answer") == []
        await answer(hall.alice, question, right=True)
        assert "✅ Right" in question.text


async def test_a_question_taken_out_of_the_course_is_left_out_of_the_run(tmp_path: Path):
    packs = tmp_path / "packs"
    shutil.copytree(TEA, packs)
    async with open_hall(tmp_path / "data", packs) as hall:
        question = await hall.alice.slash("quiz", section="tea/serving", difficulty="easy")
        file = packs / "tea" / "questions" / "serving.yaml"
        file.write_text("questions:\n  - id: who-first" + file.read_text().split("  - id: who-first")[1])
        await hall.restart()
        gone = await hall.alice.click(question, "A")
        assert "removed from the course. Go on with `/quiz`." in gone.text
        summary = await hall.alice.forge(question, "sh:quiz.next:1")
        assert "This quiz's questions were removed" in summary.text


async def test_random_clicking_through_runs_never_fails_and_never_counts_twice(hall: Hall):
    rng = Random(3)
    shown = await hall.alice.slash("quiz", questions=3)
    for _ in range(60):
        where = shown if rng.random() < 0.9 else await hall.alice.slash("quiz", questions=3)
        answered = await hall.alice.click(
            where, rng.choice([label for label in where.enabled if label != "Report this question"])
        )
        shown = answered if "Question" in answered.text or "right" in answered.text else shown
        assert "went wrong" not in answered.text
    assert (
        hall.rows("SELECT count(*) FROM answer GROUP BY question_id, points HAVING points > 0 AND count(*) > 1") == []
    )


async def test_the_real_course_can_be_practised_from_end_to_end(tmp_path: Path):
    async with open_hall(tmp_path / "data", lettered_course()) as hall:
        shown = await hall.alice.slash("quiz", questions=20)
        for number in range(1, 21):
            assert f"Question {number} of 20" in shown.text
            await hall.alice.click(shown, shown.enabled[0])
            await hall.alice.click(shown, "Why not the others?")
            if number == 10:
                await hall.restart()
            await hall.alice.click(shown, shown.enabled[0])
        [(right,)] = hall.rows("SELECT sum(correct) FROM answer")
        assert f"## {right} of 20 right" in shown.text


def test_a_quiz_whose_questions_were_all_taken_out_meanwhile_says_so():
    screen = current_screen(Summary(Run(1, 7, 1, "tea", None, None, ()), [], None))
    assert "were removed from the course" in str(screen.blocks)
