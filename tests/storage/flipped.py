"""Databases with a flipped byte, a cut journal or a power cut: each is used, or refused in a sentence; never a traceback.

python tests/storage/flipped.py [--files 600] [--cuts 100] [--power-cuts 100]
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from random import Random

from in_english import say

from bot.errors import StudyhallError
from bot.storage.sqlite.lock import only_one
from bot.storage.store import Store

WITHIN_SECONDS = 30.0
MEMBERS = 200


async def filled(path: Path) -> None:
    """A small database with rows of members."""
    store = await Store.open(path)
    for number in range(MEMBERS):
        await store.write(
            lambda tx, n=number: tx.run("INSERT INTO member VALUES (1, ?, ?, 3, NULL)", (n, f"Member {n}"))
        )
    await store.close()


async def used(path: Path) -> str:
    """What comes of opening a database, reading all of it, writing and closing."""
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            store = await Store.open(path)
            try:
                for (table,) in await store.rows("SELECT name FROM sqlite_schema WHERE type = 'table'"):
                    await store.rows(f'SELECT * FROM "{table}"')
                await store.write(lambda tx: tx.run("INSERT INTO member VALUES (2, 1, 'Ada', 3, NULL)"))
            finally:
                await store.close()
    except StudyhallError as told:
        return "refused in a sentence" if "\n" not in say(told.fact) else f"told in several lines: {say(told.fact)}"
    except Exception as problem:
        return f"traceback: {type(problem).__name__}: {problem}"
    return "used"


async def flip(files: int, seed: int = 7) -> Counter[str]:
    """Flip a byte of the file, half of the times in its schema; what came of it, counted."""
    chance, found = Random(seed), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.db"
        await filled(whole)
        content = whole.read_bytes()
        schema = [i for i in range(len(content) - 5) if content[i : i + 5] in (b"TABLE", b"INDEX")]
        for number in range(files):
            place = chance.choice(schema) + chance.randrange(40) if number % 2 else chance.randrange(len(content))
            value = chance.choice([0xFF, content[place] ^ (1 << chance.randrange(8))])
            path = Path(folder) / f"{number}.db"
            path.write_bytes(content[:place] + bytes([value]) + content[place + 1 :])
            found[await used(path)] += 1
            for left in Path(folder).glob(f"{number}.db*"):  # noqa: ASYNC240
                left.unlink()
    return found


async def cut(files: int, seed: int = 7) -> Counter[str]:
    """Cut the journal of a bot that was killed: what was acknowledged is there, or its loss is told."""
    chance, found = Random(seed), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        running, killed = Path(folder) / "running", Path(folder) / "killed"
        running.mkdir()
        path = running / "a.db"
        with only_one(running) as held:
            store = await Store.open(path)
            store.when_committed(lambda: held.note(path))
            for number in range(MEMBERS):
                await store.write(lambda tx, n=number: tx.run("INSERT INTO member VALUES (1, ?, 'A', 3, NULL)", (n,)))
            shutil.copytree(running, killed)
            await store.close()
        size = (killed / "a.db-wal").stat().st_size
        for number in range(files):
            case = Path(folder) / str(number)
            shutil.copytree(killed, case)
            length = size if number % 10 == 0 else chance.randrange(size)
            with (case / "a.db-wal").open("r+b") as journal:
                journal.truncate(length)
            (case / "a.db-shm").unlink(missing_ok=True)
            with only_one(case) as held:
                told = bool(held.lost(case / "a.db"))
                with contextlib.suppress(StudyhallError):
                    store = await Store.open(case / "a.db")
                    [[members]] = await store.rows("SELECT count(*) FROM member")
                    await store.close()
                    found["lost in silence" if members < MEMBERS and not told else "told" if told else "all there"] += 1
            shutil.rmtree(case)
    return found


async def write_for_ever(path: Path) -> None:
    """Write members one after the other, and say each number once it is acknowledged."""
    with only_one(path.parent) as held:
        store = await Store.open(path)
        store.when_committed(lambda: held.note(path))
        for number in itertools.count():
            await store.write(
                lambda tx, n=number: tx.run("INSERT INTO member VALUES (1, ?, ?, 3, NULL)", (n, "A" * (n % 3_000)))
            )
            print(number, flush=True)


def after_the_last_commit(journal: bytes) -> int:
    """Where the bytes begin that no commit needs: a power cut may leave anything there (https://sqlite.org/fileformat2.html#walformat)."""
    if len(journal) < 32:
        return 0
    page_size, salt = struct.unpack(">I", journal[8:12])[0], journal[16:24]
    place = end = 32
    while journal[place + 8 : place + 16] == salt:
        place += 24 + page_size
        if journal[place - page_size - 24 + 4 : place - page_size - 24 + 8] != bytes(4):  # a frame that commits
            end = place
    return end


async def power(cuts: int, seed: int = 7) -> Counter[str]:
    """Stop a writing process dead, take what is on the disk, tear what was not flushed: every acknowledged row is there."""
    chance, found = Random(seed), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        running = Path(folder) / "running"
        running.mkdir()
        writer = subprocess.Popen(  # noqa: ASYNC220
            [sys.executable, __file__, "--write", running / "a.db"],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert writer.stdout
        try:
            writer.stdout.readline()
            os.set_blocking(writer.stdout.fileno(), False)
            said = b""
            for number in range(cuts):
                await asyncio.sleep(chance.random() * 0.05)
                writer.send_signal(signal.SIGSTOP)
                os.waitid(os.P_PID, writer.pid, os.WSTOPPED)  # noqa: ASYNC222
                said += writer.stdout.read() or b""
                case = Path(folder) / str(number)
                shutil.copytree(running, case)
                writer.send_signal(signal.SIGCONT)
                acknowledged = len(said.split(b"\n")[:-1]) + 1
                journal = case / "a.db-wal"
                content = journal.read_bytes()
                end = after_the_last_commit(content)
                torn = chance.randrange(len(content) - end + 1)
                journal.write_bytes(content[:end] + chance.randbytes(torn))
                (case / "a.db-shm").unlink(missing_ok=True)
                store = await Store.open(case / "a.db")
                [[members]] = await store.rows("SELECT count(*) FROM member")
                await store.close()
                found["lost in silence" if members < acknowledged else "all there"] += 1
                shutil.rmtree(case)
        finally:
            writer.kill()
            writer.wait()
            writer.stdout.close()
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=600)
    parser.add_argument("--cuts", type=int, default=100)
    parser.add_argument("--power-cuts", type=int, default=100)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        asyncio.run(write_for_ever(options.write))
    for what, counted in (
        ("flipped", asyncio.run(flip(options.files))),
        ("cut", asyncio.run(cut(options.cuts))),
        ("power cut", asyncio.run(power(options.power_cuts))),
    ):
        print(f"{what}: " + ", ".join(f"{count} {outcome}" for outcome, count in counted.most_common()))
        if any(outcome.startswith(("traceback", "told in several", "lost in")) for outcome in counted):
            sys.exit(1)
