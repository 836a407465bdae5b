"""`/demo` as a channel meets it. A run of the shared counter takes a second or two, so few tests have one."""

import multiprocessing
import os
import signal
import threading
from pathlib import Path

import discord
import pytest
from hall import COURSE, Hall, Person, open_hall
from simcord import ChannelHandle

RUN = "▶ Run it now"
GREY = 0x6D7480


async def opened(person: Person, name: str = "shared-counter"):
    """A demo that waits for predictions."""
    return await person.slash("demo", name=name)


async def test_without_a_name_the_demos_are_listed_in_private(tmp_path: Path):
    async with open_hall(tmp_path / "course", COURSE) as hall:
        shown = await hall.alice.slash("demo")
        assert shown.private
        assert shown.menu[:2] == ["I/O-bound waiting", "CPU-bound work"]
        assert len(shown.menu) == 16
        assert shown.menu[-1] == "Inside Studyhall"
        assert "- **CPU-bound work** · up to 12 s" in shown.text


async def test_only_the_demos_of_the_servers_courses_are_listed(hall: Hall):
    assert len((await hall.alice.slash("demo")).menu) == len(hall.app.library.demos) + 1 < 16


async def test_a_demo_picked_from_the_list_opens_in_the_channel(hall: Hall):
    demo = await hall.alice.choose(await hall.alice.slash("demo"), "io-wait")
    assert not demo.private
    assert "Which way finishes first?" in demo.text
    assert "Nobody sees your choice. The result names everybody who was right." in demo.text
    assert [one.id for one in hall.messages()] == [demo.id]


async def test_predictions_are_private_and_only_counted_in_the_channel(hall: Hall):
    demo = await opened(hall.alice, "io-wait")
    assert "0 predictions so far." in demo.text
    answer = await hall.alice.click(demo, "2 processes")
    assert answer.private
    assert "You predict: **2 processes**." in answer.text
    assert "1 prediction so far." in demo.text
    await hall.bob.click(demo, "asyncio, clearly")
    await hall.pass_time(5)
    assert "2 predictions so far." in demo.text
    assert "bob" not in demo.text


async def test_the_last_prediction_of_a_member_counts(hall: Hall):
    demo = await opened(hall.alice, "io-wait")
    await hall.alice.click(demo, "2 processes")
    await hall.alice.click(demo, "asyncio, clearly")
    assert hall.rows("SELECT member_id, choice FROM prediction") == [(hall.alice.id, "asyncio")]


async def test_a_late_count_never_covers_a_demo_that_has_started(tmp_path: Path):
    async with open_hall(tmp_path / "data", progress_seconds=60, predict_seconds=600) as hall:
        demo = await opened(hall.alice, "io-wait")
        await hall.alice.click(demo, "2 processes")
        await hall.bob.click(demo, "2 processes")
        hall.run_sql("UPDATE demo_run SET state = 'running'")
        await hall.pass_time(61)
        assert "1 prediction so far." in demo.text
        hall.run_sql("UPDATE demo_run SET state = 'predicting'")
        await hall.person("carol").click(demo, "2 processes")
        await hall.pass_time(61)
        assert "3 predictions so far." in demo.text


async def test_a_demo_shows_when_it_starts_by_itself(hall: Hall):
    demo = await opened(hall.alice)
    starts = round(hall.env.now().timestamp()) + round(hall.settings.predict_seconds)
    assert any(f"It starts <t:{starts + late}:R>" in demo.text for late in (0, 1, 2))


async def test_run_shows_the_chart_with_alt_text_and_who_was_right(hall: Hall):
    demo = await opened(hall.alice)
    assert demo.id
    for label in list(demo.buttons)[:-2]:  # the last two run and cancel it
        await hall.person("voter " + label[:20]).click(demo, label)
    await hall.bob.click(demo, RUN)
    assert list(demo.files) == ["shared-counter.png", "shared-counter-timeline.png"]
    assert all(picture.startswith(b"\x89PNG") for picture in demo.files.values())
    assert demo.alt_texts[0].startswith("Bar chart, 4 threads add to one counter")
    assert demo.alt_texts[1].startswith("Timeline, Two threads add to one counter")
    assert "with a lock" in demo.alt_texts[0]
    assert demo.enabled == ["Try it yourself", "Run again"]
    assert "Python 3." in demo.text
    if demo.accent == GREY:
        assert "without a clear result nobody was right or wrong" in demo.text
    else:
        assert "Called by voter" in demo.text
        assert "bob" not in demo.text
    [(state, result)] = hall.rows("SELECT state, result FROM demo_run")
    assert state == "done"
    assert '"shared-counter"' in result

    assert not [one for one in hall.env.http_requests if one.path.startswith("/webhooks")]
    edits = [one.path for one in hall.env.http_requests if one.method == "PATCH"]
    assert edits
    assert set(edits) == {f"/channels/{hall.channel.id}/messages/{demo.id}"}

    late = await hall.alice.forge(demo, "sh:demo.predict:1:no")
    assert late.private
    assert "use its buttons" in late.text or "Predictions are closed" in late.text

    code = await hall.alice.click(demo, "Try it yourself")
    assert code.private
    assert b"class Counter" in code.files["shared_counter.py"]

    await hall.restart()
    await hall.alice.click(demo, "Run again")
    assert demo.enabled == ["Try it yourself", "Run again"]
    assert list(demo.files) == ["shared-counter.png", "shared-counter-timeline.png"]
    assert [one.id for one in hall.messages()] == [demo.id]


async def test_a_prediction_after_the_start_is_refused(hall: Hall):
    demo = await opened(hall.alice, "io-wait")
    hall.run_sql("UPDATE demo_run SET state = 'running'")
    answer = await hall.bob.click(demo, "2 processes")
    assert answer.private
    assert "Predictions are closed: this demo has started." in answer.text
    assert hall.rows("SELECT * FROM prediction") == []


async def test_a_demo_that_nobody_runs_starts_by_itself(hall: Hall):
    demo = await opened(hall.alice)
    await hall.pass_time(hall.settings.predict_seconds - 3)
    assert RUN in demo.enabled
    await hall.pass_time(4)
    assert "Run again" in demo.enabled
    assert "Nobody predicted this time." in demo.text


async def test_pressing_run_twice_runs_once(hall: Hall):
    demo = await opened(hall.alice)
    run = demo.buttons[RUN]["custom_id"]
    hall.run_sql("UPDATE demo_run SET state = 'running'")
    before = demo.text
    await hall.bob.forge(demo, run)
    assert demo.text == before
    assert hall.rows("SELECT state FROM demo_run") == [("running",)]


async def test_a_message_deleted_before_the_run_stops_that_demo_only(hall: Hall, caplog: pytest.LogCaptureFixture):
    lost = await opened(hall.alice)
    kept = await opened(hall.bob)
    hall.env.backend.delete_message(hall.channel.id, lost.id)
    await hall.pass_time(hall.settings.predict_seconds + 1)
    assert "Run again" in kept.enabled
    assert hall.rows("SELECT state FROM demo_run ORDER BY id") == [("failed",), ("done",)]
    assert [one.id for one in hall.messages()] == [kept.id]
    assert not [one for one in caplog.records if one.levelname == "ERROR"]


async def test_a_message_deleted_in_the_middle_of_a_run_does_no_harm(hall: Hall):
    demo = await opened(hall.alice)
    edits = []

    def delete_at_first_edit(name: str, _payload: object) -> None:
        if name == "MESSAGE_UPDATE" and not edits:
            edits.append(name)
            hall.env.backend.delete_message(hall.channel.id, demo.id)

    hall.env.backend.subscribers.append(delete_at_first_edit)
    await hall.alice.click(demo, RUN)
    assert edits
    assert not demo.exists
    assert hall.messages() == []
    again = await opened(hall.alice)
    await hall.alice.click(again, RUN)
    assert "Run again" in again.enabled


async def test_without_permission_to_write_a_clear_sentence_says_what_is_missing(hall: Hall):
    role = hall.guild.default_role
    closed = hall.guild.create_text_channel(
        "closed", overwrites={role: discord.PermissionOverwrite(send_messages=False, attach_files=False)}
    )
    await hall.env.settle()
    answer = await hall.alice.at(closed).slash("demo", name="io-wait")
    assert answer.private
    assert "I may not send messages or attach files in this channel. Ask a manager to allow it" in answer.text
    assert hall.rows("SELECT * FROM demo_run") == []


async def test_in_a_thread_the_permission_for_threads_is_what_counts(hall: Hall):
    writing = {"send_messages": False, "send_messages_in_threads": True}
    overwrites = {hall.guild.default_role: discord.PermissionOverwrite(**writing)}
    parent = hall.guild.create_text_channel("threads-only", overwrites=overwrites)
    backend = hall.env.backend
    stored = backend.create_thread(parent.id, "a thread", owner_id=hall.alice.id)
    await hall.env.settle()
    thread = ChannelHandle(hall.env, hall.guild, stored)
    assert "Which way finishes first?" in (await opened(hall.alice.at(thread), "io-wait")).text
    assert "I may not send messages in this" in (await opened(hall.alice.at(parent), "io-wait")).text


async def test_a_process_that_dies_is_told_and_run_again_is_offered(hall: Hall):
    demo = await opened(hall.alice)
    killed = []

    def kill_the_demo() -> None:
        before = set(hall.app.workers.pids)
        while not killed:
            running = {p.pid for p in multiprocessing.active_children() if p.name == "studyhall-demo"} - before
            for pid in running:
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

    killer = threading.Thread(target=kill_the_demo)
    killer.start()
    await hall.alice.click(demo, RUN)
    killer.join()
    assert "The process that ran this demo ended before it had a result." in demo.text
    assert demo.enabled == ["Run again"]
    assert hall.rows("SELECT state FROM demo_run") == [("failed",)]
    await hall.alice.click(demo, "Run again")
    assert "Try it yourself" in demo.enabled


async def test_a_result_leads_to_the_section_that_explains_it(tmp_path: Path):
    async with open_hall(tmp_path / "data", COURSE) as hall:
        demo = await opened(hall.alice)
        await hall.alice.click(demo, RUN)
        page = await hall.bob.click(demo, "Read the section")
        assert page.private
        assert "### Locks and queues" in page.text


async def test_a_demo_waiting_for_predictions_survives_a_restart(hall: Hall):
    demo = await opened(hall.alice, "io-wait")
    await hall.alice.click(demo, "2 processes")
    await hall.restart()
    await hall.bob.click(demo, "asyncio, clearly")
    assert "2 predictions so far." in demo.text


async def test_a_run_cut_short_by_a_stop_is_run_again_after_the_start(hall: Hall):
    demo = await opened(hall.alice)
    hall.run_sql("UPDATE demo_run SET state = 'running'")
    await hall.restart()
    assert "Run again" in demo.enabled
    assert hall.rows("SELECT state FROM demo_run") == [("done",)]


@pytest.mark.parametrize("name", ["demo.open:io-wait", "demo.code:io-wait"])
async def test_a_demo_button_in_direct_messages_is_answered(hall: Hall, name: str):
    shown = await hall.alice.in_dm.slash("help")
    answer = await hall.alice.in_dm.forge(shown, f"sh:{name}")
    assert "Use `/demo` in one" in answer.text or "code that ran" in answer.text


async def test_a_demo_that_waits_is_cancelled_by_who_opened_it(hall: Hall):
    demo = await opened(hall.alice, "io-wait")
    refused = await hall.bob.click(demo, "Cancel")
    assert refused.private
    assert "Only the member who opened this demo, or a manager" in refused.text
    await hall.alice.click(await hall.alice.click(demo, "Cancel"), "Yes, cancel it")
    assert "Cancelled." in demo.text
    assert demo.enabled == ["Run again"]


async def test_a_channel_rests_between_two_demos(tmp_path: Path):
    async with open_hall(tmp_path / "data", demo_cooldown_seconds=60) as hall:
        demo = await opened(hall.alice, "deadlock")
        await hall.alice.click(demo, RUN)
        early = await opened(hall.bob, "deadlock")
        assert early.private
        assert "A demo has just run in this channel. The next one can start <t:" in early.text


async def test_the_bot_shows_itself_live_and_says_what_each_number_is_an_instance_of(hall: Hall):
    shown = await opened(hall.alice, "inside")
    assert not shown.private
    for words in ("tasks in one event loop", "threads", "0 worker processes", "database writes: 0", "Event loop lag"):
        assert words in shown.text
    for section in ("*Asyncio*", "*Threads*", "*Processes*", "*Locks and queues*", "*Common mistakes*"):
        assert section in shown.text
    await hall.pass_time(25)
    assert "This was a moment ago." in shown.text
    assert "interactions answered" in shown.text
    again = await hall.bob.click(shown, "Look again")
    assert again.id != shown.id
    await hall.pass_time(25)


async def test_the_bot_shows_itself_in_direct_messages_too(hall: Hall):
    shown = await hall.alice.in_dm.slash("help")
    assert "tasks in one event loop" in (await hall.alice.in_dm.forge(shown, "sh:inside.again")).text
    await hall.pass_time(25)
