"""What services do in the background: it comes again, survives its failure, and stops in order."""

import asyncio
import inspect
import logging

import pytest

from bot.services.lifecycle import Lifecycle


@pytest.fixture
async def life():
    made = Lifecycle()
    yield made
    await made.close()


async def test_work_comes_again_in_as_many_seconds_as_it_says_until_it_says_none(life):
    runs = []

    async def work() -> float | None:
        runs.append(len(runs))
        return 0.0 if len(runs) < 3 else None

    routine = life.background("tea").routine(work, again_seconds=60)
    routine.wake()
    async with asyncio.timeout(20):
        await routine.done()
    assert runs == [0, 1, 2]


async def test_who_wakes_it_during_a_run_has_another_one_after_it_and_never_two_at_once(life):
    at_once, most, runs = 0, 0, 0

    async def work() -> None:
        nonlocal at_once, most, runs
        at_once, runs = at_once + 1, runs + 1
        most = max(most, at_once)
        if runs == 1:
            routine.wake()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        at_once -= 1

    routine = life.background("tea").routine(work, again_seconds=60)
    routine.wake()
    async with asyncio.timeout(20):
        await routine.done()
    assert (runs, most) == (2, 1)


async def test_a_failure_is_logged_and_the_work_tried_again(life, caplog):
    caplog.set_level(logging.ERROR)
    runs = 0

    async def work() -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise ValueError("spilt")

    routine = life.background("tea").routine(work, again_seconds=0.0)
    routine.wake()
    async with asyncio.timeout(20):
        await routine.done()
    assert runs == 2
    assert "tea failed" in caplog.text


async def test_waiting_ends_where_work_is_done_and_only_not_forgotten_yet(life):
    background = life.background("tea")

    async def work() -> None:
        pass

    task = background.start(work())
    await asyncio.sleep(0)
    assert task.done()  # and what forgets it has not had its turn
    await background.done()


async def test_work_that_is_cancelled_before_it_began_leaves_nothing_behind(life):
    work = asyncio.sleep(0)
    life.background("tea").spawn(work)
    await life.close()
    assert inspect.getcoroutinestate(work) == inspect.CORO_CLOSED


async def test_steady_work_begins_nowhere_where_nothing_may():
    still = Lifecycle(steady=False)
    routine = still.background("tea").routine(asyncio.sleep, again_seconds=1, steady=True)  # type: ignore[arg-type]
    routine.wake()
    assert not routine.began
    await still.close()


async def test_the_last_one_made_is_closed_first_and_each_does_its_last_act_after_its_work():
    ended: list[str] = []
    life = Lifecycle()

    def kettle(name: str, *, finishes: bool) -> None:
        async def last() -> None:
            ended.append(f"{name} is put away")

        async def boil() -> None:
            try:
                await asyncio.sleep(0.0 if finishes else 3_600)
                ended.append(f"{name} has boiled")
            except asyncio.CancelledError:
                ended.append(f"{name} is taken off")
                raise

        background = life.background(name, finishes=finishes, last=last)
        background.spawn(boil())

    kettle("first", finishes=True)
    kettle("second", finishes=False)
    await asyncio.sleep(0)
    await life.close()
    assert ended[-1] == "first is put away"
    assert ended.index("second is taken off") < ended.index("second is put away") < ended.index("first is put away")
    assert "first has boiled" in ended


async def test_a_last_act_that_fails_keeps_no_other_from_being_closed():
    life, ended = Lifecycle(), []

    async def put_away() -> None:
        ended.append("cups")

    async def spilt() -> None:
        raise ValueError("spilt")

    life.background("cups", last=put_away)
    life.background("pot", last=spilt)
    with pytest.raises(ValueError, match="spilt"):
        await life.close()
    assert ended == ["cups"]


async def test_after_the_close_nothing_is_begun():
    life = Lifecycle()
    background = life.background("tea")
    routine = background.routine(asyncio.sleep, again_seconds=1)  # type: ignore[arg-type]
    await life.close()
    routine.wake()
    background.later("cup", 0.0, lambda: asyncio.sleep(0))
    assert not routine.began
    assert background.left_seconds("cup") is None
