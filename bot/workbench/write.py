"""``python -m bot write``: the workbench, until Ctrl-C."""

import asyncio
import contextlib
from pathlib import Path

from bot.demos.registry import DEMOS
from bot.errors import StudyhallError
from bot.facts import Code, fact
from bot.playground.play import has_screen, open_page, told_to_stop
from bot.settings import Settings, example_pack
from bot.workbench.playing import Playing
from bot.workbench.server import Workbench

DOOR = "open-the-workbench.html"


async def write(settings: Settings, folder: Path | None, *, port: int = 0, open_browser: bool = True) -> int:
    """Open the workbench on a course's folder, or on one that holds courses; returns the exit code.

    Raises StudyhallError when the port is taken.
    """
    stop = told_to_stop()
    own = settings.data_dir / "workbench"
    playing = Playing(own)
    workbench = Workbench(
        (folder or settings.packs_dir).absolute(), playing, example=example_pack(), demo_ids=DEMOS, port=port
    )
    try:
        await workbench.__aenter__()
    except OSError as problem:
        raise StudyhallError(fact(Code.PLAY_PORT_TAKEN, port=port, why=str(problem.strerror))) from problem
    try:
        print(f"\n  Studyhall's workbench is open at\n\n    {workbench.address}\n", flush=True)  # noqa: T201
        print("  It follows the files of your course. Press Ctrl-C to stop.\n", flush=True)  # noqa: T201
        if open_browser and has_screen():
            await asyncio.to_thread(open_page, workbench.address, own / DOOR, "Studyhall's workbench")
        await stop.wait()
        return 0
    finally:
        with contextlib.suppress(OSError):
            (own / DOOR).unlink(missing_ok=True)
        await workbench.__aexit__()
