"""An event that Discord sends twice happens once: commands, presses, forms, suggestions."""

import asyncio
import contextlib

import pytest
from hall import Hall

from bot.clock import snowflake_at
from bot.ui import door as module
from bot.ui.door import MOST_KEPT, Door

NOON = 1_795_348_800_000


async def test_a_command_that_comes_twice_is_run_once(hall: Hall):
    with hall.every_event_twice():
        lobby = await hall.alice.slash("compete")
        await hall.alice.slash("quiz", questions=2)
        demo = await hall.alice.slash("demo", name="io-wait")
    assert "Competition" in lobby.text
    assert "Predict" in demo.text
    assert len(hall.rows("SELECT id FROM competition")) == 1
    assert len(hall.rows("SELECT id FROM practice_run")) == 1
    assert len(hall.rows("SELECT id FROM demo_run")) == 1
    assert not hall.env.errors


async def test_a_press_a_form_and_what_is_typed_count_once(hall: Hall):
    with hall.every_event_twice():
        question = await hall.alice.slash("quiz", questions=2)
        outcome = await hall.alice.click(question, "A")
        words = {"type": 4, "custom_id": "words", "value": "The answer is wrong."}
        form = {"custom_id": "sh:report.send:tea:warm-cups", "components": [{"type": 1, "components": [words]}]}
        thanks = await hall.bob.forge_form(form)
        assert await hall.alice.type_section("quiz", "")
    assert "already" not in outcome.text
    assert "Thank you" in thanks.text
    assert hall.rows("SELECT count(*) FROM answer") == [(1,)]
    assert hall.rows("SELECT count(*) FROM report") == [(1,)]
    assert not hall.env.errors


def taker(came: list[int]):
    """What reads an event here: it notes its id."""
    return lambda event: came.append(event["id"])


def test_the_door_remembers_no_more_than_it_must():
    came: list[int] = []
    door = Door()
    for number in range(2 * MOST_KEPT):
        door.take({"id": number, "type": 3}, taker(came))
        door.take({"id": str(number), "type": 3}, taker(came))
        door.done(number)
    assert came == list(range(2 * MOST_KEPT))
    assert len(door._seen) == MOST_KEPT


async def test_of_a_rush_so_many_are_let_in_at_a_time_and_the_first_come_first():
    came: list[int] = []
    door = Door(at_once=2)
    ids = [snowflake_at(NOON + number) for number in range(6)]
    for one in ids:
        door.take({"id": one, "type": 3}, taker(came))
    assert (came, door.waiting, door.oldest_ms) == (ids[:2], 4, NOON)
    door.done(ids[1])
    assert (came, door.waiting, door.oldest_ms) == (ids[:3], 3, NOON)
    door.done(ids[0])
    door.done(ids[0])  # what is done twice makes room once
    assert (came, door.oldest_ms) == (ids[:4], NOON + 2)
    for one in ids:
        door.done(one)
    for one in ids:
        door.done(one)
    assert (came, door.waiting, door.oldest_ms) == (ids, 0, None)


async def test_what_is_typed_does_not_wait_behind_a_rush():
    came: list[int] = []
    door = Door(at_once=1)
    door.take({"id": 1, "type": 3}, taker(came))
    door.take({"id": 2, "type": 2}, taker(came))
    door.take({"id": 3, "type": 4}, taker(came))
    assert came == [1, 3]


async def test_what_is_never_answered_holds_nobody_back_for_ever(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "HELD_SECONDS", 0.0)
    came: list[int] = []
    door = Door(at_once=1)
    for one in (1, 2, 3):
        door.take({"id": one, "type": 3}, taker(came))
    assert came == [1, 2, 3]
    assert door.oldest_ms is None


async def test_what_can_not_be_read_makes_room_for_the_next(caplog: pytest.LogCaptureFixture):
    came: list[int] = []

    def admit(event: dict[str, int]) -> None:
        if event["id"] == 1:
            raise KeyError("data")
        came.append(event["id"])

    door = Door(at_once=1)
    door.take({"id": 1, "type": 3}, admit)
    door.take({"id": 2, "type": 3}, admit)
    assert came == [2]
    assert "interaction 1 can't be read" in caplog.text


@pytest.mark.parametrize(("status", "code"), [(404, 10062), (500, 0)])
async def test_a_lobby_that_its_command_could_not_show_is_posted_and_a_demo_is_not_run(
    hall: Hall, status: int, code: int
):
    def refuse() -> None:
        hall.env.inject_error("POST", "/interactions/*", status=status, code=code, message="No")

    for command in ("compete", "demo"):
        refuse()
        with contextlib.suppress(AssertionError):
            await (hall.alice.slash("demo", name="io-wait") if command == "demo" else hall.alice.slash(command))
    [lobby] = [one for one in hall.messages() if "Join" in one.buttons]
    assert hall.rows("SELECT lobby_message_id, phase FROM competition") == [(lobby.id, "lobby")]
    assert "You're in" in (await hall.bob.click(lobby, "Join")).text
    assert hall.rows("SELECT state FROM demo_run") == [("failed",)]


async def test_who_comes_on_a_shard_of_another_process_is_let_in_once_it_is_ours():
    came: list[int] = []
    door = Door()
    door.take({"id": 1, "type": 3}, taker(came), 5)
    assert door.shut(5) == 1
    for number in (2, 3, 4):
        door.take({"id": number, "type": 3}, taker(came), 5)
    door.take({"id": 9, "type": 3}, taker(came), 6)
    assert came == [1, 9]
    door.open(5, after=2)  # which the other process has taken
    assert came == [1, 9, 3, 4]
    door.take({"id": 5, "type": 3}, taker(came), 5)
    assert came == [1, 9, 3, 4, 5]


async def test_who_came_before_we_heard_is_told_from_who_came_later_by_the_time_in_the_id():
    came: list[int] = []
    door = Door()
    door.shut(0)
    for seconds in (1, 3):
        door.take({"id": snowflake_at(NOON + seconds), "type": 3}, taker(came))
    door.open(0, after=snowflake_at(NOON + 2))
    assert came == [snowflake_at(NOON + 3)]


async def test_what_is_kept_for_too_long_or_goes_to_another_process_is_dropped(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "KEPT_SECONDS", 0.0)
    came: list[int] = []
    door = Door()
    door.shut(0)
    for number in (1, 2):
        door.take({"id": number, "type": 3}, taker(came))
    door.open(0)
    assert came == [2]
    door.shut(0)
    door.take({"id": 3, "type": 3}, taker(came))
    door.forget(0)
    door.take({"id": 4, "type": 3}, taker(came))
    assert came == [2, 4]


async def test_after_a_sleep_nobody_is_let_in_before_it_is_known_whose_the_shard_is():
    came: list[int] = []
    door = Door()
    door.holds = lambda shard: shard == 1
    door.take({"id": 1, "type": 3}, taker(came), 0)
    door.take({"id": 2, "type": 3}, taker(came), 1)
    assert came == [2]


@pytest.mark.parametrize("out_of_reach", [True, False])
async def test_without_the_database_a_click_is_let_in_to_be_told_so_and_else_left_to_others(
    monkeypatch: pytest.MonkeyPatch, out_of_reach: bool
):
    monkeypatch.setattr(module, "OUT_OF_REACH_SECONDS", 0.0)
    came: list[int] = []
    door = Door()
    door.out_of_reach = lambda: out_of_reach
    door.shut(0)
    door.take({"id": 1, "type": 3}, taker(came))
    assert came == []
    await asyncio.sleep(0.01)
    assert came == [1] * out_of_reach


async def test_before_a_shard_goes_those_who_were_let_in_have_their_answers():
    came: list[int] = []
    door = Door()
    door.take({"id": 1, "type": 3}, taker(came), 0)
    door.take({"id": 2, "type": 3}, taker(came), 1)
    door.done(2)
    await door.emptied(1, 60.0)
    emptied = asyncio.create_task(door.emptied(0, 60.0))
    await asyncio.sleep(0.05)
    assert not emptied.done()
    door.done(1)
    await emptied
