"""``python -m bot play``: the playground, and the real bot connected to it as a process of its own."""

import asyncio
import contextlib
import html
import os
import signal
import sys
import webbrowser
from pathlib import Path

from bot.errors import StudyhallError
from bot.facts import Code, fact
from bot.playground.server import Playground
from bot.private import make_private_folder, write_private
from bot.settings import Settings

STOP_SECONDS = 15.0
DOOR = "open-the-page.html"


async def play(settings: Settings, *, port: int = 0, open_browser: bool = True) -> int:
    """Open the playground until Ctrl-C; returns the exit code.

    The bot runs as a child process: unmodified, told only by its settings where to connect, and restartable while the
    page stays open. Its data is in a folder of its own: what is played here must not touch what real members have.
    Raises StudyhallError when the port is taken.
    """
    stop = told_to_stop()
    try:
        playground = await Playground(port, second_server=True).__aenter__()
    except OSError as problem:
        raise StudyhallError(fact(Code.PLAY_PORT_TAKEN, port=port, why=str(problem.strerror))) from problem
    folder = settings.data_dir / "playground"
    try:
        with contextlib.suppress(OSError):  # the bot says what is wrong with it
            make_private_folder(folder)
        bot = await start_bot(playground, folder)
        print(f"\n  Studyhall's playground is open at\n\n    {playground.address}\n", flush=True)  # noqa: T201
        print("  Every tab can be another member. Press Ctrl-C to stop.\n", flush=True)  # noqa: T201
        if open_browser and has_screen():
            await asyncio.to_thread(open_page, playground.address, folder / DOOR, "Studyhall's playground")
        return await _until_stopped(bot, stop)
    finally:
        with contextlib.suppress(OSError):
            (folder / DOOR).unlink(missing_ok=True)
        await playground.__aexit__()


def told_to_stop() -> asyncio.Event:
    """What is set by Ctrl-C, or by whoever ends this process in order."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        if sys.platform == "win32":
            signal.signal(name, lambda *_: loop.call_soon_threadsafe(stop.set))
        else:
            loop.add_signal_handler(name, stop.set)
    return stop


def open_page(address: str, door: Path, what: str) -> None:
    """Open the page through a file that leads to it: everybody on the machine can read what a browser was started with,
    and the address holds the secret.
    """
    link = html.escape(address)
    page = (
        f'<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
        f'<meta http-equiv="refresh" content="0; url={link}"><title>{what}</title>'
        f'<p><a href="{link}">Open {what}</a></p>\n'
    )
    with contextlib.suppress(OSError):  # the address stands in the terminal as well
        make_private_folder(door.parent)
        write_private(door, page.encode())
        webbrowser.open(door.absolute().as_uri())


async def start_bot(playground: Playground, data_dir: Path, **more: str) -> asyncio.subprocess.Process:
    """Start a bot that connects to a playground; ``more`` are settings of its own."""
    own = {"STUDYHALL_DATA_DIR": str(data_dir), "STUDYHALL_DATABASE_URL": ""}  # whatever a .env names
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", env=os.environ | playground.bot_environment | own | more
    )


async def _until_stopped(bot: asyncio.subprocess.Process, stop: asyncio.Event) -> int:
    """Wait for Ctrl-C, or for the bot to end by itself (then its exit code is ours); end the bot in order."""
    stopping = asyncio.create_task(stop.wait())
    ended = asyncio.create_task(bot.wait())
    await asyncio.wait({stopping, ended}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if ended.done():
        return ended.result()
    ended.cancel()
    await end_bot(bot)
    return 0


async def end_bot(bot: asyncio.subprocess.Process) -> None:
    """End a bot in order, or else at once."""
    with contextlib.suppress(ProcessLookupError):
        bot.terminate()
    try:
        await asyncio.wait_for(bot.wait(), STOP_SECONDS)
    except TimeoutError:
        bot.kill()
        await bot.wait()


def has_screen() -> bool:
    """Whether a browser could be seen; on Linux that takes a display."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
