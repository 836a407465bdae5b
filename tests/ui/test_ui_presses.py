"""A second press of a double click does not do what a button says that came to lie under the finger."""

import pytest
from hall import Hall
from hypothesis import given
from hypothesis import strategies as st

from bot.ui.presses import MOST_KEPT, TWICE_MS, Presses

OLD, NEW = frozenset({"a", "b"}), frozenset({"b", "c"})
NOON = 1_795_348_800_000


@given(st.integers(0, TWICE_MS - 1))
def test_a_button_that_was_not_there_at_the_press_before_counts_as_that_press(after_ms: int):
    presses = Presses()
    assert not presses.is_repeat(1, 7, "a", OLD, NOON)
    assert presses.is_repeat(1, 7, "c", NEW, NOON + after_ms)
    assert not presses.is_repeat(1, 7, "c", NEW, NOON + TWICE_MS)


@given(st.integers(0, 3_000))
def test_whoever_saw_the_button_or_is_somebody_else_or_elsewhere_means_it(after_ms: int):
    presses = Presses()
    assert not presses.is_repeat(1, 7, "a", OLD, NOON)
    assert not presses.is_repeat(1, 7, "a", OLD, NOON + after_ms)
    assert not presses.is_repeat(1, 7, "b", NEW, NOON + after_ms)
    assert not presses.is_repeat(2, 7, "c", NEW, NOON + after_ms)
    assert not presses.is_repeat(1, 8, "c", NEW, NOON + after_ms)


def test_presses_of_long_ago_are_not_kept():
    presses = Presses()
    for number in range(3 * MOST_KEPT):
        presses.is_repeat(number, 7, "a", OLD, NOON + number * TWICE_MS)
    assert len(presses._last) <= MOST_KEPT


async def test_a_double_click_on_a_letter_is_not_stored_as_sureness(hall: Hall):
    question = await hall.alice.slash("quiz", questions=2)
    letters = question.enabled
    sure = question.buttons["A"]["custom_id"].replace("quiz.pick", "quiz.sure").rsplit(":", 1)[0] + ":sure"
    outcome = await hall.alice.click(question, "A")
    before = outcome.text
    await hall.alice.click_at_once(outcome, sure)
    assert hall.rows("SELECT sureness FROM answer") == [(None,)]
    assert outcome.text == before
    await hall.alice.click_id(outcome, sure)
    assert hall.rows("SELECT sureness FROM answer") == [(2,)]
    # The letters stay where they were, and none of them can be pressed.
    assert list(outcome.buttons)[: len(letters)] == letters
    assert not set(letters) & set(outcome.enabled)


async def test_a_double_click_on_next_answers_nothing(hall: Hall):
    question = await hall.alice.slash("quiz", questions=2)
    outcome = await hall.alice.click(question, "A")
    following = await hall.alice.click(outcome, "Next ▶")
    await hall.alice.click_at_once(following, following.buttons["A"]["custom_id"])
    assert hall.rows("SELECT count(*) FROM answer") == [(1,)]
    await hall.alice.click(following, "A")
    assert hall.rows("SELECT count(*) FROM answer") == [(2,)]


async def test_pages_may_be_turned_as_fast_as_one_likes(hall: Hall):
    outcome = await hall.alice.click(await hall.alice.slash("quiz", questions=1), "A")
    seen = outcome.text
    reasons = await hall.alice.click(outcome, "Why not the others?")
    assert reasons.text != seen
    await hall.alice.click_at_once(reasons, reasons.buttons["Back to my answer"]["custom_id"])
    assert "### " in reasons.text


@pytest.mark.parametrize("number", ["", " 1"])
async def test_removing_from_the_schedule_asks_first(hall: Hall, number: str):
    for hour in range(9, 9 + max(1, 2 * len(number))):
        await hall.manager.slash("studyhall schedule", what="competition", time=f"{hour:02}:00", days="Friday")
    shown = await hall.manager.slash("studyhall schedule")
    asked = await hall.manager.click(shown, f"Remove{number}" if f"Remove{number}" in shown.buttons else "Remove")
    count = len(hall.rows("SELECT id FROM schedule"))
    assert asked.id != shown.id
    assert "from the schedule?" in asked.text
    assert count == max(1, 2 * len(number))
    kept = await hall.manager.click(asked, "No, keep it")
    assert "Remove" in " ".join(kept.enabled)
    again = await hall.manager.click(kept, next(one for one in kept.enabled if "Remove" in one))
    await hall.manager.click(again, "Yes, remove it")
    assert len(hall.rows("SELECT id FROM schedule")) == count - 1


async def test_a_season_that_is_on_is_not_ended_without_a_yes(hall: Hall):
    setup = await hall.manager.slash("studyhall setup")
    await hall.manager.click(setup, "30 days")
    [before] = hall.rows("SELECT season_days, season_started_ms FROM server")
    asked = await hall.manager.click(await hall.manager.slash("studyhall setup"), "No seasons")
    assert "End the current season?" in asked.text
    assert hall.rows("SELECT season_days, season_started_ms FROM server") == [before]
    await hall.manager.click(asked, "Yes, end it")
    assert hall.rows("SELECT season_days FROM server") == [(None,)]
