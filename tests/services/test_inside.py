"""The bot as a specimen: what it says of its own tasks, threads, processes and queues."""

import asyncio
import threading

import pytest

from bot.services.demo.inside import Specimen
from bot.telemetry import Pulse
from bot.workers import Workers

pytestmark = pytest.mark.asyncio


def specimen(pulse: Pulse | None = None, **queues: int) -> Specimen:
    return Specimen(Workers(), pulse or Pulse(), {name: lambda n=n: n for name, n in queues.items()})


async def test_tasks_are_counted_by_kind_named_or_not():
    async def nameless() -> None:
        await asyncio.Event().wait()

    tasks = [asyncio.create_task(asyncio.sleep(60), name=f"competition {n}") for n in range(3)]
    tasks.append(asyncio.create_task(nameless()))
    await asyncio.sleep(0)
    seen = specimen().look().tasks
    assert seen["competition"] == 3
    assert seen["nameless"] == 1
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert "competition" not in specimen().look().tasks


async def test_threads_are_called_by_what_they_are_for():
    leave = threading.Event()

    def _connection_worker_thread() -> None:
        leave.wait()

    threads = [threading.Thread(target=_connection_worker_thread) for _ in range(2)]
    for thread in threads:
        thread.start()
    seen = specimen().look().threads
    leave.set()
    for thread in threads:
        thread.join()
    assert seen["database"] == 2
    assert seen["the event loop"] == 1


async def test_a_worker_process_is_listed_by_its_name():
    workers = Workers()
    worker = await workers.start("studyhall-demo")
    look = Specimen(workers, Pulse(), {}).look
    assert look().processes == ["studyhall-demo"]
    await worker.close()
    assert look().processes == []
    await workers.close()


async def test_queues_and_paces_are_told_as_they_are():
    pulse = Pulse()
    for milliseconds in (4, 6, 80):
        pulse.acknowledgements.add(milliseconds / 1000)
    inside = specimen(pulse, messages=3, demos=0).look()
    assert inside.queues == {"messages": 3, "demos": 0}
    assert inside.acknowledged == 3
    assert (inside.acknowledged_p50_ms, inside.acknowledged_p99_ms) == (6, 80)
    assert inside.lag_p99_ms == 0
    assert inside.host.python.startswith("3.")
