"""Worker processes: results, progress, limits, and that nothing is left behind."""

import asyncio
import os
import pickle
import select
import sys
import time

import pytest
import pytest_asyncio
from in_english import refused

from bot.errors import WorkerDied, WorkerError, WorkerTimedOut
from bot.workers import Limits, Workers, each_apart

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(sys.platform != "linux", reason="asks Linux which processes there are"),
]
PATIENCE = 180.0


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def workers():
    made = Workers()
    yield made
    await made.close()
    assert made.pids == []


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def worker(workers):
    """One process for the calls that leave it well."""
    return await workers.start("test-worker")


def double(number: int) -> int:
    return 2 * number


def count_up(to: int, report=lambda value: None) -> str:
    for number in range(to):
        report(number)
    return "done"


def fail() -> None:
    raise ValueError("the tea was cold")


def unpicklable():
    return lambda: None


def die() -> None:
    os._exit(3)


def sleep_for_long(report) -> None:
    report(os.getpid())
    time.sleep(60)


def sleep_with_a_child(report) -> None:
    pid = os.fork()
    if pid == 0:
        time.sleep(60)
        os._exit(0)
    report(pid)
    time.sleep(60)


def burn_cpu() -> None:
    while True:
        pass


def eat_memory() -> int:
    return len(bytearray(2 << 30))


def niceness() -> int:
    return os.nice(0)


def end_of(pidfd: int) -> bool:
    """Waits for the end of that process, at most for a while; says whether it came."""
    watch = select.poll()
    watch.register(pidfd, select.POLLIN)
    try:
        return bool(watch.poll(PATIENCE * 1000))
    finally:
        os.close(pidfd)


async def test_a_function_runs_in_another_process_and_its_result_comes_back(worker):
    assert await worker.call(double, 21, wall_seconds=PATIENCE) == 42
    assert worker.alive
    assert await worker.call(os.getpid, wall_seconds=PATIENCE) == worker.pid != os.getpid()


async def test_what_it_reports_arrives_in_order_before_the_result(worker):
    told = []
    assert await worker.call(count_up, 50, wall_seconds=PATIENCE, progress=told.append) == "done"
    assert told == list(range(50))


async def test_without_anybody_listening_nothing_is_reported(worker):
    assert await worker.call(count_up, 3, wall_seconds=PATIENCE) == "done"


async def test_calls_to_one_worker_wait_for_each_other(worker):
    assert await asyncio.gather(*(worker.call(double, n, wall_seconds=PATIENCE) for n in range(10))) == [
        2 * n for n in range(10)
    ]


async def test_an_error_over_there_comes_with_its_traceback_and_the_worker_goes_on(worker):
    with refused(WorkerError, r"(?s)Traceback.*ValueError: the tea was cold"):
        await worker.call(fail, wall_seconds=PATIENCE)
    assert await worker.call(double, 1, wall_seconds=PATIENCE) == 2


async def test_a_result_that_cannot_travel_is_an_error_and_the_worker_goes_on(worker):
    with refused(WorkerError, r"(?i)pickl"):
        await worker.call(unpicklable, wall_seconds=PATIENCE)
    assert await worker.call(double, 1, wall_seconds=PATIENCE) == 2


async def test_a_worker_that_ends_early_is_told_and_takes_no_more_calls(workers):
    worker = await workers.start("test-dies")
    with pytest.raises(WorkerDied):
        await worker.call(die, wall_seconds=PATIENCE)
    assert not worker.alive
    assert worker.pid not in workers.pids
    with pytest.raises(WorkerDied):
        await worker.call(double, 1, wall_seconds=PATIENCE)


async def test_work_that_takes_too_long_is_stopped_with_all_it_started(workers):
    worker = await workers.start("test-slow")
    started = [os.pidfd_open(worker.pid)]
    with refused(WorkerTimedOut, r"after 3 seconds"):
        await worker.call(
            sleep_with_a_child, wall_seconds=3, progress=lambda child: started.append(os.pidfd_open(child))
        )
    assert len(started) == 2
    assert all(end_of(process) for process in started)
    assert worker.pid not in workers.pids


async def test_who_stops_waiting_stops_the_work(workers):
    worker = await workers.start("test-cancel")
    process = os.pidfd_open(worker.pid)
    begun: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(worker.call(sleep_for_long, wall_seconds=PATIENCE, progress=begun.set_result))
    assert await begun == worker.pid
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert end_of(process)
    assert not worker.alive


async def test_cpu_time_is_limited(workers):
    worker = await workers.start("test-cpu", Limits(cpu_seconds=1))
    with pytest.raises(WorkerDied):
        await worker.call(burn_cpu, wall_seconds=PATIENCE)


async def test_memory_and_priority_are_limited(workers):
    worker = await workers.start("test-memory", Limits(memory_mib=1024, nice=5))
    with refused(WorkerError, "MemoryError"):
        await worker.call(eat_memory, wall_seconds=PATIENCE)
    assert await worker.call(niceness, wall_seconds=PATIENCE) == os.nice(0) + 5
    await worker.close()


async def test_closing_stops_every_worker_and_a_second_time_does_nothing():
    workers = Workers()
    started = await asyncio.gather(*(workers.start(f"test-{n}") for n in range(3)))
    assert sorted(workers.pids) == sorted(worker.pid for worker in started)
    processes = [os.pidfd_open(worker.pid) for worker in started]
    await workers.close()
    await started[0].close()
    assert workers.pids == []
    assert all(end_of(process) for process in processes)


def picky(number: int) -> int:
    if number == 1:
        raise ValueError("not one")
    if number == 2:
        os._exit(3)
    if number == 3:
        select.select([], [], [], 600)
    return 2 * number


async def test_of_many_arguments_the_bad_ones_cost_none_of_the_others():
    numbers = [0, 1, 2, 3, 4]
    assert each_apart(picky, numbers, seconds_each=2.0, limits=Limits(), name="picky") == [0, None, None, None, 8]


async def test_a_function_that_can_t_be_sent_comes_to_nothing():
    with pytest.raises((AttributeError, pickle.PicklingError)):
        each_apart(lambda number: number, [1], seconds_each=2.0, limits=Limits(), name="lambda")
