"""Bots whose code is loaded already: each a process of its own that does what ``python -m bot run`` does.

Loading takes three quarters of a start's CPU, and the tests start hundreds of bots. So a process that has loaded the code
waits to be copied (*fork*): each copy gets its own environment and log, and from there on is a bot like any other. Where a
system can't do that, and where a test is about the program itself, `hosting.Bot` starts it in the ordinary way.
"""

import asyncio
import contextlib
import ctypes
import gc
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parents[1]
PR_SET_PDEATHSIG = 1
"""As in <sys/prctl.h>: which signal comes when the parent has ended."""
POSSIBLE = hasattr(os, "fork") and hasattr(os, "pidfd_open")


class WarmBot:
    """A copy that runs; to be used like a process of asyncio's."""

    def __init__(self, origin: "Origin", pid: int) -> None:
        self._origin = origin
        self._watched = os.pidfd_open(pid)
        self.pid = pid
        self.returncode: int | None = None
        self._ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._watched, self._end)

    def send_signal(self, how: signal.Signals) -> None:
        """As `asyncio.subprocess.Process.send_signal`."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._watched, how)

    async def wait(self) -> int:
        """As `asyncio.subprocess.Process.wait`."""
        await self._ended.wait()
        assert self.returncode is not None
        return self.returncode

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._watched)
        os.close(self._watched)
        self.returncode = self._origin.ask(ended=self.pid)
        self._ended.set()


class Origin:
    """The process that is copied; it starts when the first copy is wanted."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self, environment: dict[str, str], log: Path) -> WarmBot:
        """A copy with this environment, whose output goes to the end of a file."""
        pid = self.ask(environment=environment, folder=str(Path.cwd()), log=str(log))
        return WarmBot(self, pid)

    def ask(self, **about: Any) -> int:
        """Have it do something; returns the number that it answers with."""
        if self._process is None:
            program = [sys.executable, "-P", __file__]
            self._process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(about).encode() + b"\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End it, and with it what it began."""
        if self._process is not None:
            self._process.communicate()


def serve() -> None:
    """What the process does that is copied: one answer a line, until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever is copied ends by it, as every bot
    while line := sys.stdin.buffer.readline():
        asked = json.loads(line)
        if "ended" in asked:
            answer = os.waitstatus_to_exitcode(os.waitpid(asked["ended"], 0)[1])
        elif (answer := os.fork()) == 0:
            become(asked["environment"], Path(asked["folder"]), Path(asked["log"]))
        sys.stdout.buffer.write(b"%d\n" % answer)
        sys.stdout.buffer.flush()


def become(environment: dict[str, str], folder: Path, log: Path) -> None:
    """Be a bot in this process, to its end, or until who began it is gone: a test run that was killed leaves none behind."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for new, old in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(new, old)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["bot", "run"]
    raise SystemExit(main(["run"]))


if __name__ == "__main__":
    sys.path.insert(0, str(CHECKOUT))
    gc.disable()  # as `python -m bot` does while it loads
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    import bot.app  # noqa: F401
    from bot.cli import main

    serve()
