"""The table of contents of all demos, in the order of the lesson."""

from bot.demos import (
    blocked_loop,
    chunk_size,
    cpu_work,
    deadlock,
    gil_release,
    handing_over,
    io_wait,
    lock_cost,
    pickle_cost,
    pool_start,
    process_memory,
    queue_speed,
    shared_counter,
    threads_or_tasks,
    too_many_workers,
)
from bot.demos.model import Demo

DEMOS: dict[str, Demo] = {
    module.DEMO.id: module.DEMO
    for module in (
        io_wait,
        cpu_work,
        too_many_workers,
        gil_release,
        pool_start,
        pickle_cost,
        chunk_size,
        process_memory,
        blocked_loop,
        threads_or_tasks,
        shared_counter,
        lock_cost,
        handing_over,
        queue_speed,
        deadlock,
    )
}
