"""Whatever is clicked or sent in, an answer comes, and nothing is changed that should not be."""

import asyncio
import logging
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hall import Hall, Shown, open_hall
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_ui_made_up_buttons import ARGUMENTS

from bot.errors import UserError
from bot.facts import said
from bot.ui import ids
from bot.ui.layouts import note
from bot.ui.replies import Reply


@pytest.mark.parametrize("argument", ["quiz.pick:1:9:0", "quiz.pick:1:0:9", "quiz.pick:1:0:4"])
async def test_an_option_or_position_that_is_not_there_changes_nothing(hall: Hall, argument: str):
    question = await hall.alice.slash("quiz", questions=1)
    before = question.text
    answer = await hall.alice.forge(question, f"sh:{argument}")
    assert answer.private
    assert "Go on with `/quiz`" in answer.text or "Please use its buttons" in answer.text
    assert question.text == before
    assert hall.rows("SELECT * FROM answer") == []


@pytest.mark.parametrize("custom_id", ["", "settings", "sh:quiz.pick:1:0:0", "sh:form.settings:1", "x" * 100])
async def test_a_form_that_nobody_knows_gets_a_friendly_word(hall: Hall, custom_id: str):
    await hall.alice.slash("quiz", questions=1)
    before = hall.everything_stored()
    answer = await hall.alice.submit_form(custom_id)
    assert answer.private
    assert "This form can't be used any more; nothing was changed." in answer.text
    assert hall.everything_stored() == before


async def test_a_command_from_an_outdated_client_says_to_restart_discord(hall: Hall):
    answer = await hall.alice.forge_command({"id": "1", "type": 1, "name": "vanished", "options": []})
    assert answer.private
    assert "Restart Discord (Ctrl+R)" in answer.text
    assert [type(error).__name__ for error in hall.env.errors] == ["CommandNotFound"]


@pytest.mark.parametrize(
    ("command", "option", "value", "says"),
    [
        ("demo", "name", "teapot", "Pick one from the list: I/O-bound waiting"),
        ("quiz", "difficulty", "brutal", "Try another difficulty"),
        ("quiz", "questions", 99, "Question 1 of 6"),
        ("quiz", "questions", -1, "Question 1 of 1 ·"),
        ("leaderboard", "period", "century", "There is no such period. Pick one from the list."),
        ("leaderboard", "board", "beauty", "There is no such board. Pick one from the list."),
    ],
)
async def test_a_value_that_discord_should_not_have_let_through_gets_a_sentence(
    hall: Hall, command: str, option: str, value: Any, says: str
):
    given_ = {"name": option, "type": 4 if isinstance(value, int) else 3, "value": value}
    answer = await hall.alice.forge_command({"id": "1", "type": 1, "name": command, "options": [given_]})
    assert answer.private
    assert says in answer.text


ARGUMENT = st.sampled_from(
    ["tea", "brewing", "recap", "all", "week", "again", "0", "1", "2", "-1", "999", "9" * 19, "", "A", "../..", "'"]
) | st.text(max_size=30)
ID = st.builds(
    lambda action, arguments: ":".join(["sh", action, *arguments])[:100],
    st.sampled_from(list(ARGUMENTS)) | st.text(max_size=12),
    st.lists(ARGUMENT, max_size=5),
) | st.text(max_size=100)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ID, min_size=1, max_size=25))
def test_no_custom_id_at_all_is_left_without_a_sensible_answer(custom_ids: list[str]):
    async def click_all() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with open_hall(Path(folder)) as hall:
                await hall.alice.slash("quiz", questions=2)
                for custom_id in custom_ids:
                    answer = await hall.alice.forge(await hall.alice.slash("help"), custom_id)
                    assert "went wrong" not in answer.text

    asyncio.run(click_all())


@given(st.text(max_size=120))
def test_reading_a_custom_id_never_fails(custom_id: str):
    found = ids.decode(custom_id)
    if found:
        action, arguments = found
        assert ":".join(["sh", action, *arguments]) == custom_id


@given(st.text(max_size=25))
def test_a_number_in_an_id_is_read_exactly_or_refused(text: str):
    try:
        value = ids.number(text)
    except UserError:
        return
    assert 0 <= value < 2**63
    assert str(value) == (text.lstrip("0") or "0")


def test_an_id_longer_than_discord_takes_is_refused_when_it_is_made():
    assert len(ids.encode("quiz.next", "1" * 87)) == 100
    with pytest.raises(ValueError, match="101 characters"):
        ids.encode("quiz.next", "1" * 88)


async def test_an_unexpected_error_shows_an_id_that_the_log_has_too(hall: Hall, caplog: pytest.LogCaptureFixture):
    hall.run_sql("INSERT INTO practice_run (id, member_id, pack_id, started_ms) VALUES (7, ?, 'tea', 0)", hall.alice.id)
    hall.run_sql("INSERT INTO practice_question VALUES (7, 0, 'warm-cups', 'x', 'not numbers')")
    shown = await hall.alice.slash("help")
    answer = await hall.alice.forge(shown, "sh:quiz.next:7")
    assert answer.private
    assert "Something went wrong on our side" in answer.text
    error_id = answer.text.split("`")[1]
    [record] = [one for one in caplog.records if error_id in one.getMessage()]
    assert record.levelno == logging.ERROR
    assert record.exc_info


@pytest.mark.parametrize("command", ["lesson", "quiz", "leaderboard"])
async def test_with_the_database_gone_every_command_still_answers(hall: Hall, command: str):
    await hall.app.store.close()
    answer = await hall.alice.slash(command)
    assert answer.private
    assert "went wrong" in answer.text or "Try again" in answer.text or "try again" in answer.text


async def test_a_database_that_refuses_is_told_with_what_to_do(hall: Hall, caplog: pytest.LogCaptureFixture):
    question = await hall.alice.slash("quiz", questions=1)
    hall.run_sql("ALTER TABLE answer RENAME TO elsewhere")
    answer = await hall.alice.click(question, "A")
    assert answer.private
    assert "not the one that this Studyhall writes (no such table: answer), so nothing was counted." in answer.text
    assert any("no such table" in one.getMessage() for one in caplog.records)
    hall.run_sql("ALTER TABLE elsewhere RENAME TO answer")
    assert (await hall.alice.click(question, "A")).id == question.id
    assert hall.rows("SELECT count(*) FROM answer") == [(1,)]


async def test_an_interaction_that_discord_has_given_up_is_logged_and_no_more(
    hall: Hall, caplog: pytest.LogCaptureFixture
):
    hall.env.inject_error("POST", "/interactions/*", status=404, code=10062, message="Unknown interaction")
    with pytest.raises(AssertionError, match="without an answer"):
        await hall.alice.slash("help")
    assert "could not be answered any more (10062)" in caplog.text
    assert "Studyhall" in (await hall.alice.slash("help")).text


async def test_an_answer_that_discord_refuses_is_followed_by_one_that_it_takes(hall: Hall):
    hall.env.inject_error("POST", "/interactions/*", status=400, code=50035, message="Invalid Form Body")
    answer = await hall.alice.slash("help")
    assert "Something went wrong on our side" in answer.text


def slow(answer: str | Exception, *, private: bool = True, update: bool = False):
    """A handler that works until its answer has been announced, and only then has one."""

    async def handle(reply: Reply) -> None:
        while not reply.answered:  # noqa: ASYNC110 — the simulator can't wait for an Event
            await asyncio.sleep(0.001)
        if isinstance(answer, Exception):
            raise answer
        if update:
            await reply.update(note(answer))
        else:
            await reply.show(note(answer), private=private)

    return handle


async def slow_click(hall: Hall, handler: Any, *, new: bool, private: bool = True) -> tuple[Shown, Shown]:
    """Click a button with that handler; returns the message clicked and the answer."""
    shown = await hall.alice.slash("help")
    hall.app.client.router.add("test.slow", handler, new=new, private=private)
    return shown, await hall.alice.forge(shown, "sh:test.slow")


def callbacks(hall: Hall) -> list[int]:
    return [one.json["type"] for one in hall.env.http_requests if one.path.endswith("/callback")]


@pytest.fixture
async def slow_hall(tmp_path: Path):
    async with open_hall(tmp_path / "data", thinking_seconds=0.1) as opened:
        yield opened


async def test_a_slow_answer_is_announced_and_then_takes_the_announced_place(slow_hall: Hall):
    shown, answer = await slow_click(slow_hall, slow("Here it is."), new=True)
    assert callbacks(slow_hall)[-1] == 5
    assert answer.text == "Here it is."
    assert answer.private
    assert "Studyhall" in shown.text


async def test_a_slow_public_answer_is_public(slow_hall: Hall):
    _, answer = await slow_click(slow_hall, slow("For all.", private=False), new=True, private=False)
    assert callbacks(slow_hall)[-1] == 5
    assert not answer.private
    assert answer.text == "For all."


async def test_an_error_after_a_public_announcement_is_told_in_private(slow_hall: Hall):
    _, answer = await slow_click(slow_hall, slow(UserError(said("Not today."))), new=True, private=False)
    assert answer.private
    assert answer.text == "⚠️ Not today."
    assert slow_hall.messages() == []


async def test_a_slow_change_of_the_clicked_message_changes_it_in_the_end(slow_hall: Hall):
    shown, answer = await slow_click(slow_hall, slow("Changed.", update=True), new=False)
    assert callbacks(slow_hall)[-1] == 6
    assert answer.id == shown.id
    assert shown.text == "Changed."


async def test_an_error_after_a_silent_announcement_leaves_the_clicked_message_alone(slow_hall: Hall):
    shown, answer = await slow_click(slow_hall, slow(UserError(said("Not today."))), new=False)
    assert callbacks(slow_hall)[-1] == 6
    assert answer.private
    assert answer.text == "⚠️ Not today."
    assert "Studyhall" in shown.text


async def test_a_slow_command_is_announced_too(slow_hall: Hall):
    tree = slow_hall.app.client.tree

    @tree.command(name="slow", description="Takes its time")
    async def command(interaction: Any) -> None:
        await tree._desk.serve(interaction, slow("At last.", private=False), private=False)

    answer = await slow_hall.alice.forge_command({"id": "1", "type": 1, "name": "slow", "options": []})
    assert callbacks(slow_hall)[-1] == 5
    assert answer.text == "At last."
    assert not answer.private


async def test_a_quick_answer_is_the_initial_response_itself(hall: Hall):
    question = await hall.alice.slash("quiz")
    await hall.alice.click(question, "A")
    await hall.alice.click(question, "Read the section")
    assert callbacks(hall) == [4, 7, 4]
    assert not [one for one in hall.env.http_requests if one.path.startswith("/webhooks")]


async def test_a_handler_that_says_nothing_still_acknowledges(hall: Hall):
    async def silent(_reply: Reply) -> None:
        return

    hall.app.client.router.add("test.silent", silent)
    shown = await hall.alice.slash("help")
    await hall.alice.forge(shown, "sh:test.silent")
    assert callbacks(hall)[-1] == 6


async def test_nothing_that_is_sent_may_ping(hall: Hall):
    page = await hall.alice.slash("lesson", section="serving")
    await hall.alice.click(page, "Share here")
    demo = await hall.alice.slash("demo", name="io-wait")
    await hall.alice.click(demo, "2 processes")
    await hall.alice.choose_in(await hall.alice.slash("leaderboard"), "board.period", "week")
    bodies = [one.json.get("data", one.json) for one in hall.env.http_requests if one.method in ("POST", "PATCH")]
    shown = [body for body in bodies if "components" in body]
    assert len(shown) == 7
    assert all(body["allowed_mentions"] == {"parse": []} for body in shown)


async def test_discord_py_keeps_no_copy_of_any_message(hall: Hall):
    for _ in range(30):
        question = await hall.alice.slash("quiz", questions=1)
        await hall.alice.click(question, "A")
        page = await hall.alice.slash("lesson", section="serving")
        await hall.alice.click(page, "Share here")
        await hall.alice.slash("leaderboard")
        await hall.alice.slash("demo", name="io-wait")
    store = hall.app.client._connection._view_store
    assert not store._views
    assert not store._synced_message_views
    assert not store._dynamic_items


async def test_the_bot_asks_for_the_intent_guilds_alone(hall: Hall):
    assert {name for name, on in hall.app.client.intents if on} == {"guilds"}
    assert "permissions=" in hall.app.client.invite
    assert "applications.commands" in hall.app.client.invite
