"""``python -m bot play``: the playground, and the real bot connected to it as a process of its own."""

import asyncio
import contextlib
import os
import signal
import sys
import webbrowser
from pathlib import Path

from bot.errors import StudyhallError
from bot.playground.server import Playground
from bot.settings import Settings

STOP_SECONDS = 15.0


async def play(settings: Settings, *, port: int = 0, open_browser: bool = True) -> int:
    """Open the playground until Ctrl-C; returns the exit code.

    The bot runs as a child process: unmodified, told only by its settings where to connect, and restartable while the
    page stays open. Its data is in a folder of its own: what is played here must not touch what real members have.
    Raises StudyhallError when the port is taken.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        if sys.platform == "win32":
            signal.signal(name, lambda *_: loop.call_soon_threadsafe(stop.set))
        else:
            loop.add_signal_handler(name, stop.set)
    try:
        playground = await Playground(port).__aenter__()
    except OSError as problem:
        raise StudyhallError(
            f"Port {port} can't be used ({problem.strerror}). Choose another with --port."
        ) from problem
    try:
        bot = await _start_bot(playground, settings.data_dir / "playground")
        print(f"\n  Studyhall's playground is open at\n\n    {playground.address}\n", flush=True)  # noqa: T201
        print("  Every tab can be another member. Press Ctrl-C to stop.\n", flush=True)  # noqa: T201
        if open_browser and _has_screen():
            await asyncio.to_thread(webbrowser.open, playground.address)
        return await _until_stopped(bot, stop)
    finally:
        await playground.__aexit__()


async def _start_bot(playground: Playground, data_dir: Path) -> asyncio.subprocess.Process:
    own = {"STUDYHALL_DATA_DIR": str(data_dir)}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", env=os.environ | playground.bot_environment | own
    )


async def _until_stopped(bot: asyncio.subprocess.Process, stop: asyncio.Event) -> int:
    """Wait for Ctrl-C, or for the bot to end by itself (then its exit code is ours); end the bot in order."""
    stopping = asyncio.create_task(stop.wait())
    ended = asyncio.create_task(bot.wait())
    await asyncio.wait({stopping, ended}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if ended.done():
        return ended.result()
    with contextlib.suppress(ProcessLookupError):
        bot.terminate()
    try:
        await asyncio.wait_for(ended, STOP_SECONDS)
    except TimeoutError:
        bot.kill()
        await bot.wait()
    return 0


def _has_screen() -> bool:
    """Whether a browser could be seen; on Linux that takes a display."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
