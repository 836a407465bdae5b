"""`python -m bot write` as its own process."""

import asyncio
import os
import re
import signal
import socket
import sys
from pathlib import Path

import aiohttp
import pytest

PATIENCE_SECONDS = 120


async def started(folder: Path, tmp_path: Path, *more: str) -> asyncio.subprocess.Process:
    environment = {**os.environ, "STUDYHALL_DATA_DIR": str(tmp_path / "data")}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "write", str(folder), "--no-browser", *more),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
async def test_it_prints_its_address_and_ends_when_it_is_told_to(course, tmp_path):
    process = await started(course, tmp_path)
    assert process.stdout
    async with asyncio.timeout(PATIENCE_SECONDS):
        address = None
        while address is None:
            address = re.search(rb"http://127\.0\.0\.1:\d+/\S+/", await process.stdout.readline())
        async with aiohttp.ClientSession() as session, session.get(address.group().decode()) as page:
            assert "Studyhall workbench" in await page.text()
        async with aiohttp.ClientSession() as session, session.get(f"{address.group().decode()}events") as events:
            assert (await events.content.readline()).startswith(b"data: ")
            process.send_signal(signal.SIGTERM)  # while a page still follows
            assert await process.wait() == 0


async def test_a_port_that_is_taken_is_told_in_a_sentence(course, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = await started(course, tmp_path, "--port", str(taken.getsockname()[1]))
        async with asyncio.timeout(PATIENCE_SECONDS):
            _, said = await process.communicate()
    assert process.returncode == 1
    assert b"Traceback" not in said
    assert b"--port" in said
