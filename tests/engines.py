"""The databases that tests run on: SQLite, and a PostgreSQL of the tests' own, on a socket in a temporary folder.

Where PostgreSQL is not installed its tests are skipped, and one line says how to have them; where STUDYHALL_TEST_POSTGRES is
*needed*, they fail.
"""

import asyncio
import contextlib
import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.storage.store import Store

REFUSED: tuple[type[Exception], ...] = (sqlite3.IntegrityError,)
"""What the engines raise where a row is refused."""
with contextlib.suppress(ImportError):
    from asyncpg import IntegrityConstraintViolationError

    REFUSED += (IntegrityConstraintViolationError,)
HOW = "PostgreSQL is not here: apt-get install -y postgresql (its own cluster may be off), and these tests run too"
TEMPLATE = "studyhall_template"
FOLDER = "studyhall-tests-"
LEFT_SECONDS = 3600.0
START_SECONDS = 60.0
SETTINGS = ("fsync=off", "full_page_writes=off", "max_connections=300", "listen_addresses=")
"""A test's database need not outlive the machine."""


def programs() -> Path | None:
    """Where initdb and postgres are: the newest of Debian's, or on the PATH."""
    kept = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    found = kept[-1] if kept else shutil.which("initdb")
    return Path(found).parent if found else None


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """A server that ends with the block, and with this process; the address of its databases, with ``{name}``."""
    found = programs()
    assert found, HOW
    _clear_up()
    folder = Path(tempfile.mkdtemp(prefix=FOLDER))
    with contextlib.ExitStack() as ending:
        ending.callback(shutil.rmtree, folder, ignore_errors=True)
        user = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(folder, "postgres", "postgres")
            user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        data = folder / "data"
        made = [
            found / "initdb",
            "-D",
            data,
            "-U",
            "studyhall",
            "--auth=trust",
            "--no-sync",
            "-E",
            "UTF8",
            "--locale=C",
        ]
        subprocess.run([*user, *made], check=True, stdout=subprocess.DEVNULL)
        ends_with_us = ["setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv") else []
        chosen = [word for one in SETTINGS for word in ("-c", one)]
        with (folder / "log").open("wb") as out:
            server = subprocess.Popen(
                [*user, *ends_with_us, found / "postgres", "-D", data, "-k", folder, *chosen], stdout=out, stderr=out
            )
        ending.callback(_stop, server)
        with ThreadPoolExecutor(1) as beside:  # a loop may be running here
            beside.submit(asyncio.run, _prepare(f"postgresql://studyhall@/postgres?host={folder}")).result()
        yield f"postgresql://studyhall@/{{name}}?host={folder}"


def _stop(server: "subprocess.Popen[bytes]") -> None:
    """Have it end its connections and itself (https://www.postgresql.org/docs/current/server-shutdown.html, *fast*)."""
    server.send_signal(signal.SIGINT)
    try:
        server.wait(START_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _clear_up() -> None:
    """Remove what a run left that was killed: its server ended with it, its folder did not."""
    for left in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > LEFT_SECONDS and not (left / "data" / "postmaster.pid").exists():
                shutil.rmtree(left, ignore_errors=True)


async def _prepare(url: str) -> None:
    """Wait until it answers, and make the database that each test gets a copy of."""
    import asyncpg

    async with asyncio.timeout(START_SECONDS):
        while True:
            try:
                admin = await asyncpg.connect(url)
                break
            except (OSError, asyncpg.CannotConnectNowError):
                await asyncio.sleep(0.05)
    await admin.execute(f"CREATE DATABASE {TEMPLATE}")
    await admin.close()
    await (await Store.open(Path(), url.replace("/postgres?", f"/{TEMPLATE}?"))).close()


class OnSqlite:
    """Opens stores for one test."""

    async def open(self, path: Path) -> Store:
        """The store of that path; opened again, it holds what it held."""
        return await Store.open(path)

    async def close(self) -> None:
        """Leave nothing behind."""


class OnPostgres(OnSqlite):
    """Each path is a database of its own."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._made: set[str] = set()

    async def open(self, path: Path) -> Store:
        """The store of that path."""
        if self._name(path) not in self._made:
            await self._make(path, TEMPLATE)
        return await Store.open(path, self._address.format(name=self._name(path)))

    async def empty(self, path: Path) -> None:
        """Make a database without a schema, in which nothing was opened yet."""
        await self._make(path, "template0")

    async def _make(self, path: Path, template: str) -> None:
        await self._run(f"CREATE DATABASE {self._name(path)} TEMPLATE {template}")
        self._made.add(self._name(path))

    def _name(self, path: Path) -> str:
        return f"t{hashlib.sha256(f'{id(self)} {path}'.encode()).hexdigest()[:20]}_{os.getpid()}"

    async def close(self) -> None:
        """Drop what was made."""
        for name in self._made:
            await self._run(f"DROP DATABASE {name} WITH (FORCE)")

    async def _run(self, sql: str) -> None:
        import asyncpg

        admin = await asyncpg.connect(self._address.format(name="postgres"))
        try:
            await admin.execute(sql)
        finally:
            await admin.close()


_CURRENT = [OnSqlite()]


async def open_store(path: Path) -> Store:
    """A store on the engine that the test runs on."""
    return await _CURRENT[-1].open(path)


@contextlib.asynccontextmanager
async def running_on(name: str, config: pytest.Config) -> AsyncIterator[OnSqlite]:
    """Have `open_store` open on this engine, within the block."""
    made = OnSqlite()
    if name == "postgres":
        address = address_of(config)
        if address is None and os.environ.get("STUDYHALL_TEST_POSTGRES") != "needed":
            pytest.skip(HOW)
        assert address, HOW
        made = OnPostgres(address)
    _CURRENT.append(made)
    try:
        yield made
    finally:
        _CURRENT.remove(made)
        await made.close()


SERVERS = pytest.StashKey[str | None]()
KEPT = pytest.StashKey[contextlib.ExitStack]()


def address_of(config: pytest.Config) -> str | None:
    """The run's server, started when it is first asked for; where several processes share the tests, by the one that shares
    them out, before they begin."""
    if hasattr(config, "workerinput"):
        return config.workerinput["postgres"]
    if SERVERS not in config.stash:
        kept = config.stash[KEPT] = contextlib.ExitStack()
        config.stash[SERVERS] = kept.enter_context(cluster()) if programs() else None
        config.add_cleanup(kept.close)
    return config.stash[SERVERS]
