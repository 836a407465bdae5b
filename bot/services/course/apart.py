"""What takes a core for a while, or a large library, is done in a worker process: files read, checked and written."""

from collections.abc import Callable
from typing import TypeVar

from bot.errors import StudyhallError, UserError, WorkerError
from bot.facts import Code, Fact, fact
from bot.workers import Limits, Workers

T = TypeVar("T")
SECONDS = 120.0
MEMORY_MIB = 1_024


async def apart(workers: Workers, function: Callable[..., T], *arguments: object) -> T:
    """What ``function`` returns, called in a process of its own with limits. Raises UserError where it can't be done."""
    worker = await workers.start("studyhall-course", Limits(memory_mib=MEMORY_MIB, nice=5))
    try:
        found: T | Fact = await worker.call(_done, function, arguments, wall_seconds=SECONDS)
    except WorkerError:
        raise UserError(fact(Code.FILE_NOT_CHECKED)) from None
    finally:
        await worker.close()
    if isinstance(found, Fact):
        raise UserError(found)
    return found


def _done(function: Callable[..., T], arguments: tuple[object, ...]) -> T | Fact:
    """In the process: what it returns, or why it is refused."""
    try:
        return function(*arguments)
    except StudyhallError as problem:
        return problem.fact
