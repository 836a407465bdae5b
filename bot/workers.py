"""Worker processes: a function runs in a process of its own, reports progress, and can be stopped with all it started."""

import asyncio
import contextlib
import logging
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any, NamedTuple, TypeVar, cast

from bot.errors import WorkerDied, WorkerError, WorkerTimedOut
from bot.facts import Code, fact, said

A = TypeVar("A")
T = TypeVar("T")
Report = Callable[[object], None]

START_SECONDS = 60.0
"""So long a worker process may take to start on a machine that has much else to do."""

_log = logging.getLogger(__name__)


class Limits(NamedTuple):
    """What a worker may use of the machine, where the system can hold it to that (POSIX); None: no limit."""

    cpu_seconds: int | None = None
    memory_mib: int | None = None
    nice: int = 0


class Workers:
    """Starts worker processes and keeps count of them, so that none is left behind."""

    def __init__(self) -> None:
        # `spawn`: a fork would copy the event loop's locks in whatever state they are
        # (https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods).
        self._context = multiprocessing.get_context("spawn")
        self._threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="worker-pipe")
        self._alive: set[Worker] = set()

    async def start(self, name: str, limits: Limits | None = None) -> "Worker":
        """Start a worker process; ``name`` is what the system's process list shows of it."""
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, limits or Limits()), name=name)
        await asyncio.get_running_loop().run_in_executor(self._threads, process.start)
        theirs.close()
        worker = Worker(process, ours, self._threads, self._alive.discard)
        self._alive.add(worker)
        return worker

    @property
    def pids(self) -> list[int]:
        """The processes that run now."""
        return [worker.pid for worker in self._alive]

    @property
    def names(self) -> list[str]:
        """What the processes that run now are called."""
        return sorted(worker.name for worker in self._alive)

    async def close(self) -> None:
        """Stop every worker and what it started."""
        for worker in list(self._alive):
            await worker.close()
        self._threads.shutdown(wait=False)


class Worker:
    """One worker process; it serves one call at a time."""

    def __init__(
        self,
        process: Any,
        pipe: "Connection[Any, Any]",
        threads: ThreadPoolExecutor,
        gone: Callable[["Worker"], None],
    ) -> None:
        self._process = process
        self._pipe = pipe
        self._threads = threads
        self._gone = gone
        self._closed = False
        self._one_at_a_time = asyncio.Lock()

    @property
    def pid(self) -> int:
        """The process id."""
        return int(self._process.pid)

    @property
    def name(self) -> str:
        """What the system's process list shows of it."""
        return str(self._process.name)

    @property
    def alive(self) -> bool:
        """Whether a call can be made."""
        return not self._closed and bool(self._process.is_alive())

    async def call(
        self,
        function: Callable[..., T],
        *args: object,
        wall_seconds: float,
        progress: Callable[[Any], None] | None = None,
    ) -> T:
        """Run ``function(*args)`` there and return its result.

        With ``progress`` the function also gets ``report=``, and what it reports is passed to ``progress``. Function,
        arguments, reports and result are pickled. Raises WorkerTimedOut after ``wall_seconds`` and WorkerDied when the
        process ends first; in both cases the process and all it started are gone. Raises WorkerError with the
        worker's own traceback when the function raised.
        """
        async with self._one_at_a_time:
            try:
                return await asyncio.wait_for(self._exchange(function, args, progress), wall_seconds)
            except TimeoutError:
                await self.close()
                raise WorkerTimedOut(fact(Code.WORK_STOPPED, seconds=wall_seconds)) from None
            except (EOFError, OSError):
                await self.close()
                raise WorkerDied(fact(Code.WORKER_DIED)) from None
            except asyncio.CancelledError:
                await self.close()
                raise

    async def _exchange(self, function: Any, args: tuple[object, ...], progress: Callable[[Any], None] | None) -> Any:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._threads, self._pipe.send, (function, args, progress is not None))
        while True:
            kind, value = await loop.run_in_executor(self._threads, self._pipe.recv)
            if kind == "progress":
                assert progress is not None
                progress(value)
            elif kind == "result":
                return value
            else:
                raise WorkerError(said(value))

    async def close(self) -> None:
        """Stop the process and everything it started; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        self._kill()
        await asyncio.get_running_loop().run_in_executor(self._threads, self._process.join, 5)
        self._pipe.close()
        self._gone(self)

    def _kill(self) -> None:
        # The worker leads a group of its own, so this reaches the pools that it made; it never is the bot's group.
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError, ValueError):
            self._process.kill()


def apart(function: Callable[..., T], *args: object, seconds: float, limits: Limits, name: str) -> T:
    """What a function returns in a worker process of its own; for code that knows no event loop.

    Raises WorkerTimedOut after ``seconds``, WorkerDied when the process ends first (by a limit, or by a crash), and
    WorkerError with the worker's own traceback when the function raised.
    """
    with _serving(function, limits, name) as pipe:
        try:
            pipe.send((function, args, False))
            if not pipe.poll(seconds):
                raise WorkerTimedOut(fact(Code.WORK_STOPPED, seconds=seconds))
            kind, value = pipe.recv()
        except (EOFError, OSError):
            raise WorkerDied(fact(Code.WORKER_DIED)) from None
    if kind != "result":
        raise WorkerError(said(value))
    return cast(T, value)


def each_apart(
    function: Callable[[A], T], arguments: Sequence[A], *, seconds_each: float, limits: Limits, name: str
) -> list[T | None]:
    """What a function makes of each argument in a worker process, one after another; for code that knows no event loop.

    None where it took longer than ``seconds_each``, raised, or ended the process; a new process goes on with the next one.
    """
    found: list[T | None] = []
    while len(found) < len(arguments):
        try:
            with _serving(function, limits, name) as pipe:
                while len(found) < len(arguments):
                    pipe.send((function, (arguments[len(found)],), False))
                    if not pipe.poll(seconds_each):
                        found.append(None)
                        break
                    kind, value = pipe.recv()
                    found.append(value if kind == "result" else None)
        except WorkerDied:
            return found + [None] * (len(arguments) - len(found))
        except (EOFError, OSError):
            found.append(None)
    return found


@contextlib.contextmanager
def _serving(function: object, limits: Limits, name: str) -> Iterator["Connection[Any, Any]"]:
    """The pipe to a process that has imported what the function needs. Raises WorkerDied where none comes to serve."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, limits), name=name)  # no daemon: those may start no others
    process.start()
    theirs.close()
    try:
        try:
            ours.send((_nothing, (function,), False))
            serves = ours.poll(START_SECONDS) and ours.recv()[0] == "result"
        except (EOFError, OSError):
            serves = False
        if not serves:
            raise WorkerDied(fact(Code.WORKER_DIED))
        yield ours
    finally:
        process.kill()
        process.join()
        ours.close()


def _nothing(_function: object) -> None:
    """A call that only shows that the process serves."""


def _serve(pipe: "Connection[Any, Any]", limits: Limits) -> None:
    """The worker's main loop; it ends when the bot's end of the pipe is closed."""
    _set_limits(limits)
    while True:
        try:
            function, args, wants_progress = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            extra = {"report": lambda value: pipe.send(("progress", value))} if wants_progress else {}
            pipe.send(("result", function(*args, **extra)))
        except BrokenPipeError:
            return
        except Exception:
            pipe.send(("error", traceback.format_exc()))


def _set_limits(limits: Limits) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the bot, which then closes its workers in order
    if sys.platform == "win32":
        return
    import resource

    os.setsid()
    os.nice(limits.nice)
    if limits.cpu_seconds is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    if limits.memory_mib is not None:
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory_mib << 20, limits.memory_mib << 20))
