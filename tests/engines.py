"""The databases that tests run on: SQLite, and a PostgreSQL of the tests' own, on a socket in a temporary folder.

Where PostgreSQL is not installed its tests are skipped, and one line says how to have them; where STUDYHALL_TEST_POSTGRES is
*needed*, they fail.
"""

import asyncio
import contextlib
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import pytest

from bot.storage import store
from bot.storage.postgres.statements import statement
from bot.storage.store import Store

REFUSED: tuple[type[Exception], ...] = (sqlite3.IntegrityError,)
"""What the engines raise where a row is refused."""
with contextlib.suppress(ImportError):
    from asyncpg import IntegrityConstraintViolationError

    from bot.storage.postgres.connecting import connected

    REFUSED += (IntegrityConstraintViolationError,)
HOW = "PostgreSQL is not here: apt-get install -y postgresql (its own cluster may be off), and these tests run too"
SCHEMA = Path(store.__file__).parent / "postgres" / "schema.sql"
TEMPLATE = "studyhall_template"
FOLDER = "studyhall-tests-"
LEFT_SECONDS = 3600.0
START_SECONDS = 60.0
SETTINGS = ("fsync=off", "full_page_writes=off", "max_connections=300", "listen_addresses=")
"""A test's database need not outlive the machine."""
EMPTIED = """
DO $$
DECLARE
    one TEXT;
    holds BOOLEAN;
    kept TEXT[];
BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend';
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', one) INTO holds;
        IF holds THEN
            kept := kept || one;
        END IF;
    END LOOP;
    IF kept IS NOT NULL THEN
        EXECUTE 'TRUNCATE ' || array_to_string(kept, ', ') || ' CASCADE';
    END IF;
    PERFORM setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S';
END $$;
"""
"""Leaves nothing of a test in a database but its schema; the rows that come with that follow."""
FIRST_ROWS = re.compile("^INSERT INTO .*?;$", re.MULTILINE | re.DOTALL)


def programs() -> Path | None:
    """Where initdb and postgres are: the newest of Debian's, or on the PATH."""
    kept = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    found = kept[-1] if kept else shutil.which("initdb")
    return Path(found).parent if found else None


class Server:
    """A PostgreSQL of the tests' own. It can be stopped, also at once as in a crash, frozen, and started again."""

    def __init__(self, settings: Iterable[str] = SETTINGS) -> None:
        found = programs()
        assert found, HOW
        _clear_up()
        self.folder = Path(tempfile.mkdtemp(prefix=FOLDER))
        self.address = f"postgresql://studyhall@/{{name}}?host={self.folder}"
        self._data = self.folder / "data"
        self._programs = found
        self._settings = [word for one in settings for word in ("-c", one)]
        self._user: list[str] = []
        self._process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(self.folder, "postgres", "postgres")
            self._user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        how = ["-U", "studyhall", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C"]
        initdb = [*self._user, found / "initdb", "-D", self._data, *how]
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL)

    def start(self) -> None:
        """Begin; it ends with this process."""
        ends_with_us = ["setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv") else []
        program = [*self._user, *ends_with_us, self._programs / "postgres", "-D", self._data, "-k", self.folder]
        with (self.folder / "log").open("ab") as out:
            self._process = subprocess.Popen([*program, *self._settings], stdout=out, stderr=out)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End its connections and itself; with SIGQUIT as in a crash
        (https://www.postgresql.org/docs/current/server-shutdown.html)."""
        if self._process:
            self._process.send_signal(how)
            try:
                self._process.wait(START_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def signal(self, how: signal.Signals) -> None:
        """Freeze it with all that it started, or have it go on."""
        assert self._process
        by_parent: dict[int, list[int]] = {}
        for status in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                by_parent.setdefault(int(status.read_text().rpartition(")")[2].split()[1]), []).append(
                    int(status.parent.name)
                )
        for pid in [self._process.pid, *by_parent.get(self._process.pid, [])]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)

    def remove(self) -> None:
        """Stop it, and leave nothing."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def cluster(settings: Iterable[str] = SETTINGS) -> Iterator[str]:
    """A server that ends with the block, and with this process; the address of its databases, with ``{name}``."""
    server = Server(settings)
    try:
        server.start()
        prepare(server.address)
        yield server.address
    finally:
        server.remove()


def prepare(address: str) -> None:
    """Wait until a server answers, and make the database there that each test gets a copy of."""
    with ThreadPoolExecutor(1) as beside:  # a loop may be running here
        beside.submit(asyncio.run, _prepare(address.format(name="postgres"))).result()


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

    async def settings(self, path: Path) -> dict[str, str]:
        """What tells a bot to have that store."""
        return {}

    def rows(self, path: Path, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a statement there beside a bot, and keep what it changes."""
        with closing(sqlite3.connect(path, timeout=30)) as database, database:
            return database.execute(sql, values).fetchall()

    def damage(self, path: Path) -> list[str]:
        """What is wrong with the file."""
        return [what for (what,) in self.rows(path, "PRAGMA integrity_check") if what != "ok"]

    byte_order: Literal["big", "little"] = "big"
    """How its files have a number of eight bytes."""

    def contents(self, path: Path) -> list[bytes]:
        """What is in its files."""
        files = (path, path.with_name(f"{path.name}-wal"))
        return [file.read_bytes() for file in files if file.exists()]

    async def close(self) -> None:
        """Leave nothing behind."""


class OnPostgres(OnSqlite):
    """Each path is a database of its own; when the test is over it is emptied, for the next one that needs it."""

    def __init__(self, address: str, spare: list[str] | None = None) -> None:
        self._address = address
        self._spare = [] if spare is None else spare
        self._of_path: dict[Path, str] = {}
        self._bare: set[str] = set()

    async def open(self, path: Path) -> Store:
        """The store of that path."""
        await self._given(path)
        return await Store.open(path, self.address(path))

    async def settings(self, path: Path) -> dict[str, str]:
        """The database's address; whatever becomes of that bot, no other test gets this database."""
        await self._given(path)
        self._bare.add(self._of_path[path])
        return {"STUDYHALL_DATABASE_URL": self.address(path)}

    def rows(self, path: Path, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The same, over a connection of its own."""
        asked = statement(sql)
        with ThreadPoolExecutor(1) as beside:  # a loop may be running here
            found = beside.submit(asyncio.run, self._ask(self._of_path[path], asked.text, asked.arguments(values)))
            return [tuple(row) for row in found.result()]

    def damage(self, path: Path) -> list[str]:
        """What is wrong with the tables' indexes (https://www.postgresql.org/docs/current/amcheck.html)."""
        self.rows(path, "CREATE EXTENSION IF NOT EXISTS amcheck")
        checked = "SELECT bt_index_check(indexrelid) FROM pg_index JOIN pg_class c ON c.oid = indexrelid"
        self.rows(
            path, f"{checked} JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'btree' AND c.relpersistence = 'p'"
        )
        return []

    byte_order = "little"

    def contents(self, path: Path) -> list[bytes]:
        """What is in the files of its tables; the server's log of changes is not the bot's to clear."""
        self.rows(path, "CHECKPOINT")
        where = "SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = current_database()"
        [(data, oid)] = self.rows(path, where)
        return [file.read_bytes() for file in Path(data, "base", str(oid)).iterdir() if file.is_file()]

    async def _given(self, path: Path) -> None:
        if path not in self._of_path:
            self._of_path[path] = self._spare.pop() if self._spare else await self._make(TEMPLATE)

    async def empty(self, path: Path) -> None:
        """Make a database without a schema, in which nothing was opened yet."""
        self._of_path[path] = await self._make("template0")
        self._bare.add(self._of_path[path])

    def address(self, path: Path) -> str:
        """Where the database of that path is."""
        return self._address.format(name=self._of_path[path])

    async def _make(self, template: str) -> str:
        name = f"t{uuid.uuid4().hex}"
        await self._run("postgres", f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    async def close(self) -> None:
        """Empty what was made: a database dropped and copied again costs ten times as much."""
        for name in self._of_path.values():
            if name in self._bare:
                await self._run("postgres", f"DROP DATABASE {name} WITH (FORCE)")
            else:
                await self._run(name, EMPTIED + "".join(FIRST_ROWS.findall(SCHEMA.read_text("utf-8"))))
                self._spare.append(name)

    async def _run(self, name: str, sql: str) -> None:
        async with connected(self._address.format(name=name)) as admin:
            await admin.execute(sql)

    async def _ask(self, name: str, sql: str, values: Sequence[object]) -> list[Any]:
        async with connected(self._address.format(name=name)) as admin:
            return await admin.fetch(sql, *values)


_CURRENT = [OnSqlite()]


async def open_store(path: Path) -> Store:
    """A store on the engine that the test runs on."""
    return await _CURRENT[-1].open(path)


@contextlib.contextmanager
def on(address: str, spare: list[str] | None = None) -> Iterator[OnSqlite]:
    """Have `open_store` open there within the block: on SQLite without an address, with ``{name}`` in it otherwise."""
    made = OnPostgres(address, spare) if address else OnSqlite()
    _CURRENT.append(made)
    try:
        yield made
    finally:
        _CURRENT.remove(made)


async def settings_for(path: Path) -> dict[str, str]:
    """What tells a bot to have the store of that path, on the engine that the test runs on."""
    return await _CURRENT[-1].settings(path)


def rows(path: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """What a bot's store of that path holds, or gives back when it is changed beside it."""
    return _CURRENT[-1].rows(path, sql, values)


def damage(path: Path) -> list[str]:
    """What is wrong with that store's files; it raises what a server has to say."""
    return _CURRENT[-1].damage(path)


def contents(path: Path) -> list[bytes]:
    """What is in the files of that store."""
    return _CURRENT[-1].contents(path)


def byte_order() -> Literal["big", "little"]:
    """How those files have a number."""
    return _CURRENT[-1].byte_order


def traces(path: Path, member_id: int) -> bool:
    """Whether a member's id can still be found in the files of that store, as a number or as text."""
    forms = (member_id.to_bytes(8, byte_order()), str(member_id).encode())
    return any(form in content for content in contents(path) for form in forms)


@contextlib.asynccontextmanager
async def running_on(name: str, config: pytest.Config) -> AsyncIterator[OnSqlite]:
    """Have `open_store` open on this engine, within the block."""
    address = address_of(config) if name == "postgres" else ""
    if address is None and os.environ.get("STUDYHALL_TEST_POSTGRES") != "needed":
        pytest.skip(HOW)
    assert address is not None, HOW
    with on(address, config.stash.setdefault(SPARE, [])) as made:
        try:
            yield made
        finally:
            await made.close()


SPARE = pytest.StashKey[list[str]]()
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
