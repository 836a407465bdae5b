"""The scheduler of public sends, on a loop whose time passes by itself, so that no test waits."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from bot.ui.sending import CALLS_PER_SECOND, IN_GAPS_AT_ONCE, SendScheduler

URGENT, NORMAL = SendScheduler.URGENT, SendScheduler.NORMAL


class InstantLoop(asyncio.SelectorEventLoop):
    """A loop that jumps to the next timer instead of waiting for it."""

    now = 1000.0

    def time(self) -> float:
        return self.now

    def _run_once(self) -> None:
        timers = [handle for handle in self._scheduled if not handle.cancelled()]
        if not self._ready and timers:
            self.now = max(self.now, min(handle.when() for handle in timers))
        super()._run_once()


def in_no_time(story: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=InstantLoop) as runner:
        runner.run(story)


class Channel:
    """Notes what was sent when, in seconds since the start."""

    def __init__(self) -> None:
        self.start = asyncio.get_running_loop().time()
        self.sent: list[tuple[str, float]] = []

    def send(self, what: str, takes: float = 0.0) -> Callable[[], Awaitable[str]]:
        async def function() -> str:
            self.sent.append((what, round(asyncio.get_running_loop().time() - self.start, 3)))
            await asyncio.sleep(takes)
            return what

        return function

    @property
    def order(self) -> list[str]:
        return [what for what, _ in self.sent]


def test_a_call_returns_what_its_function_returned():
    async def story() -> None:
        assert await SendScheduler(2).call(Channel().send("hello")) == "hello"

    in_no_time(story())


def test_an_error_of_the_function_reaches_the_caller_and_the_next_call_works():
    async def story() -> None:
        scheduler = SendScheduler(2)

        async def fail() -> None:
            raise LookupError("no channel")

        with pytest.raises(LookupError, match="no channel"):
            await scheduler.call(fail)
        assert await scheduler.call(Channel().send("next")) == "next"

    in_no_time(story())


def test_urgent_calls_go_first_and_equals_in_the_order_they_came():
    async def story() -> None:
        scheduler, channel = SendScheduler(2), Channel()
        wanted = [("first", NORMAL), ("n1", NORMAL), ("u1", URGENT), ("n2", NORMAL), ("u2", URGENT)]
        await asyncio.gather(*(scheduler.call(channel.send(name), urgency=urgency) for name, urgency in wanted))
        assert channel.order == ["u1", "u2", "first", "n1", "n2"]

    in_no_time(story())


def test_an_urgent_call_overtakes_those_that_wait_already():
    async def story() -> None:
        scheduler, channel = SendScheduler(2, calls_per_second=1), Channel()
        waiting = [asyncio.create_task(scheduler.call(channel.send(f"n{i}"))) for i in range(3)]
        await asyncio.sleep(0.5)
        await scheduler.call(channel.send("reveal"), urgency=URGENT)
        await asyncio.gather(*waiting)
        assert channel.sent == [("n0", 0.0), ("reveal", 1.0), ("n1", 2.0), ("n2", 3.0)]

    in_no_time(story())


def test_never_more_calls_a_second_than_allowed():
    async def story() -> None:
        scheduler, channel = SendScheduler(2), Channel()
        await asyncio.gather(*(scheduler.call(channel.send(str(i))) for i in range(100)))
        times = [at for _, at in channel.sent]
        for start in times:
            assert sum(start <= at < start + 0.999 for at in times) <= CALLS_PER_SECOND
        assert times[-1] == pytest.approx(99 / CALLS_PER_SECOND, abs=0.01)

    in_no_time(story())


def test_unused_time_is_not_saved_up():
    async def story() -> None:
        scheduler, channel = SendScheduler(2, calls_per_second=1), Channel()
        await scheduler.call(channel.send("a"))
        await asyncio.sleep(100)
        await asyncio.gather(scheduler.call(channel.send("b")), scheduler.call(channel.send("c")))
        assert channel.sent == [("a", 0.0), ("b", 100.0), ("c", 101.0)]

    in_no_time(story())


def test_a_slow_call_does_not_hold_up_other_messages():
    async def story() -> None:
        scheduler, channel = SendScheduler(2, calls_per_second=10), Channel()
        await asyncio.gather(
            scheduler.call(channel.send("slow", takes=60), key="a"), scheduler.call(channel.send("b"), key="b")
        )
        assert channel.sent == [("slow", 0.0), ("b", 0.1)]

    in_no_time(story())


def test_of_one_message_an_older_state_never_overtakes_a_newer_one():
    async def story() -> None:
        scheduler, channel = SendScheduler(2, calls_per_second=10), Channel()
        await asyncio.gather(
            scheduler.call(channel.send("running", takes=5), key="a"), scheduler.call(channel.send("done"), key="a")
        )
        assert channel.sent == [("running", 0.0), ("done", 5.0)]

    in_no_time(story())


def test_a_failed_edit_does_not_stop_the_next_edit_of_that_message():
    async def story() -> None:
        scheduler, channel = SendScheduler(2, calls_per_second=10), Channel()

        async def fail() -> None:
            await asyncio.sleep(1)
            raise LookupError

        results = await asyncio.gather(
            scheduler.call(fail, key="a"), scheduler.call(channel.send("b"), key="a"), return_exceptions=True
        )
        assert [type(one) for one in results] == [LookupError, str]

    in_no_time(story())


def test_hints_of_one_message_are_merged_into_the_latest():
    async def story() -> None:
        scheduler, channel = SendScheduler(2), Channel()
        for i in range(50):
            scheduler.hint("m", channel.send(str(i)))
        await asyncio.sleep(10)
        assert channel.sent == [("49", 0.0)]

    in_no_time(story())


def test_between_two_hints_of_one_message_lies_the_time_set():
    async def story() -> None:
        scheduler, channel = SendScheduler(2), Channel()
        for i in range(50):
            scheduler.hint("m", channel.send(str(i)))
            await asyncio.sleep(0.1)
        await asyncio.sleep(10)
        assert [at for _, at in channel.sent] == [0.0, 2.0, 4.0, 6.0]
        assert channel.order[-1] == "49"

    in_no_time(story())


def test_hints_of_different_messages_do_not_wait_for_each_other():
    async def story() -> None:
        scheduler, channel = SendScheduler(2, calls_per_second=100), Channel()
        for key in "abc":
            scheduler.hint(key, channel.send(key))
            await asyncio.sleep(0.05)
        assert channel.order == ["a", "b", "c"]

    in_no_time(story())


def test_a_call_drops_the_hint_that_waits_for_the_same_message():
    async def story() -> None:
        scheduler, channel = SendScheduler(2), Channel()
        scheduler.hint("m", channel.send("12 have answered"))
        await scheduler.call(channel.send("reveal"), key="m")
        await asyncio.sleep(10)
        assert channel.order == ["reveal"]

    in_no_time(story())


def test_a_call_drops_a_hint_that_is_in_the_queue_already():
    async def story() -> None:
        scheduler, channel = SendScheduler(2, calls_per_second=1), Channel()
        await scheduler.call(channel.send("other"))
        scheduler.hint("m", channel.send("12 have answered"))
        await asyncio.sleep(0.5)  # its time has come, but the next send has not
        await scheduler.call(channel.send("reveal"), key="m", urgency=URGENT)
        await asyncio.sleep(10)
        assert channel.sent == [("other", 0.0), ("reveal", 1.0)]

    in_no_time(story())


def test_a_hint_is_dropped_while_calls_wait():
    async def story() -> None:
        scheduler, channel = SendScheduler(2, calls_per_second=1), Channel()
        waiting = [asyncio.create_task(scheduler.call(channel.send(f"n{i}"), key=f"k{i}")) for i in range(3)]
        await asyncio.sleep(0.5)
        scheduler.hint("m", channel.send("hint"))
        await asyncio.gather(*waiting)
        await asyncio.sleep(10)
        assert channel.order == ["n0", "n1", "n2"]
        scheduler.hint("m", channel.send("hint"))
        await asyncio.sleep(10)
        assert channel.order[-1] == "hint"

    in_no_time(story())


def test_what_is_sent_in_gaps_waits_until_nothing_public_waits_or_is_under_way():
    async def story() -> None:
        scheduler, channel = SendScheduler(2, calls_per_second=1), Channel()
        public = [asyncio.create_task(scheduler.call(channel.send(f"reveal {i}", takes=0.5))) for i in range(2)]
        await asyncio.sleep(0)
        scheduler.in_a_gap(channel.send("Ada's result", takes=3))
        await asyncio.gather(*public)
        await asyncio.sleep(1)
        await scheduler.call(channel.send("question"))  # which does not wait for what is under way in a gap
        await asyncio.sleep(10)
        assert channel.sent == [("reveal 0", 0.0), ("reveal 1", 1.0), ("Ada's result", 1.5), ("question", 2.5)]

    in_no_time(story())


def test_only_some_are_sent_in_a_gap_together_and_a_public_one_goes_before_the_rest():
    async def story() -> None:
        scheduler, channel = SendScheduler(2), Channel()
        for number in range(IN_GAPS_AT_ONCE + 2):
            scheduler.in_a_gap(channel.send(f"result {number}", takes=1))
        await asyncio.sleep(0.5)
        await scheduler.call(channel.send("question", takes=2))
        await asyncio.sleep(10)
        assert channel.order[IN_GAPS_AT_ONCE:] == [
            "question",
            f"result {IN_GAPS_AT_ONCE}",
            f"result {IN_GAPS_AT_ONCE + 1}",
        ]
        assert channel.sent[-1][1] == 2.5

    in_no_time(story())


def test_what_fails_in_a_gap_is_logged_and_the_next_goes_on_and_once_gaps_are_left_nothing_does(caplog):
    async def story() -> None:
        scheduler, channel = SendScheduler(2), Channel()

        async def fails() -> None:
            raise OSError("dismissed")

        scheduler.in_a_gap(fails)
        scheduler.in_a_gap(channel.send("result"))
        await asyncio.sleep(1)
        scheduler.in_a_gap(channel.send("cut off", takes=5))
        await asyncio.sleep(1)
        scheduler.leave_gaps()
        scheduler.in_a_gap(channel.send("late"))
        await scheduler.call(channel.send("question"))
        await scheduler.close()
        assert channel.order == ["result", "cut off", "question"]

    with caplog.at_level(logging.INFO):
        in_no_time(story())
    assert "dismissed" in caplog.text


def test_a_hint_that_fails_is_logged_and_forgotten(caplog: pytest.LogCaptureFixture):
    async def story() -> None:
        scheduler, channel = SendScheduler(2), Channel()

        async def fail() -> None:
            raise LookupError("no message")

        scheduler.hint("m", fail)
        await asyncio.sleep(3)
        scheduler.hint("m", channel.send("later"))
        await asyncio.sleep(3)
        assert channel.order == ["later"]

    with caplog.at_level(logging.INFO):
        in_no_time(story())
    assert "a hint was not shown: no message" in caplog.text


def test_nothing_runs_while_nothing_waits():
    async def story() -> None:
        scheduler = SendScheduler(2)
        await scheduler.call(Channel().send("a"))
        scheduler.hint("m", Channel().send("b"))
        await asyncio.sleep(10)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    in_no_time(story())


def test_close_drops_what_waits_and_cancels_who_waits():
    async def story() -> None:
        scheduler, channel = SendScheduler(2, calls_per_second=1), Channel()
        waiting = [asyncio.create_task(scheduler.call(channel.send(f"n{i}", takes=99))) for i in range(3)]
        scheduler.hint("m", channel.send("hint"))
        await asyncio.sleep(0.5)
        await scheduler.close()
        done, pending = await asyncio.wait(waiting)
        assert not pending
        assert all(task.cancelled() for task in done)
        await asyncio.sleep(100)
        assert channel.order == ["n0"]

    in_no_time(story())


def test_after_close_nothing_is_sent_any_more():
    async def story() -> None:
        scheduler, channel = SendScheduler(2), Channel()
        await scheduler.close()
        scheduler.hint("m", channel.send("hint"))
        late = asyncio.create_task(scheduler.call(channel.send("call")))
        await asyncio.wait([late])
        assert late.cancelled()
        await asyncio.sleep(10)
        assert channel.sent == []

    in_no_time(story())


def test_a_caller_who_gives_up_does_not_hold_up_the_others():
    async def story() -> None:
        scheduler, channel = SendScheduler(2, calls_per_second=1), Channel()
        tasks = [asyncio.create_task(scheduler.call(channel.send(f"n{i}"))) for i in range(3)]
        await asyncio.sleep(0.5)
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert channel.sent == [("n0", 0.0), ("n2", 1.0)]

    in_no_time(story())


def test_memory_of_past_hints_does_not_grow_for_ever():
    async def story() -> None:
        scheduler, channel = SendScheduler(2, calls_per_second=1_000_000), Channel()
        for i in range(5_000):
            scheduler.hint(str(i), channel.send(str(i)))
            await asyncio.sleep(0.01)
        assert len(scheduler._last_hint) <= 1_001
        assert len(channel.sent) == 5_000

    in_no_time(story())
