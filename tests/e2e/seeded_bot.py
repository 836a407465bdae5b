"""The bot as ``python -m bot run`` builds it, but with chance that repeats itself: the same acts deal the same questions."""

import asyncio
import contextlib
import signal
from random import Random

from bot.app import build
from bot.settings import load_settings
from bot.telemetry import logging_to_stderr

SEED = 28


async def run() -> None:
    settings = load_settings()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    with logging_to_stderr(settings.log_level, settings.log_format, settings.secrets):
        async with build(settings, Random(SEED)) as app:
            await app.client.login(settings.token)
            connecting = asyncio.create_task(app.shards.connect(settings.token))
            await stop.wait()
            await app.shards.close()
            connecting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await connecting


if __name__ == "__main__":
    asyncio.run(run())
