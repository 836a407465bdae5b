"""How the tests are run, and fixtures for those that run the bot as its own process against the playground's server."""

import os
import sys
from collections.abc import AsyncIterator, Iterator

import pytest
from engines import OnSqlite, address_of, running_on
from hosting import Bot
from warm import POSSIBLE, Origin
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from bot.playground.server import Playground

# Where no bytecode may be written, each bot that a test starts would compile the whole house again: a second of CPU.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

WORKERS_A_CORE = 4
"""Tests of whole bots mostly wait, so each core carries more than one of them."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """How many processes share the tests: none for single files, so that a debugger and ``print`` work there."""
    if any(".py" in chosen for chosen in config.args):
        return 0
    return WORKERS_A_CORE * (os.cpu_count() or 1)


TOGETHER = (
    "tests/content/test_programs.py",  # the course's programs are run once
    "tests/quiz/test_wrong_keys.py",  # its learners answer once
    "tests/services/test_chart_drawer.py",
    "tests/services/test_demo_runs.py",
    "tests/test_wheel.py",  # built once
)
"""Files of which all tests are run by one process, because they share what is dear to make.

pytest-xdist's own ``loadgroup`` writes the group into a test's id, which pytest 9.2 reckons anew: no test is in a group then.
"""


class Scheduling(LoadScopeScheduling):
    """Gives each test to whoever is free, but keeps together what is named above."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file in TOGETHER else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """The scheduler that pytest-xdist asks for."""
    return Scheduling(config, log)


ON_BOTH = ("services", "storage")
"""The folders whose tests run on each engine, where they open a store."""
SQLITE_ALONE = {
    "test_backup_files",
    "test_commands_on_postgres",
    "test_demo_runs",
    "test_moving",
    "test_older_rows",
    "test_opening",
    "test_postgres",
    "test_sql",
}
"""Files about one engine, or about what is the same on each engine and dear to run."""


WHOLE_BOTS_ON_BOTH = {
    "test_by_itself",
    "test_competition_evening",
    "test_competition_troubles",
    "test_kill",
    "test_kill_between",
    "test_privacy_and_backups",
    "test_reports",
    "test_whatever_they_press",
    "test_whole_bot",
}
"""Files of whole bots that are run on PostgreSQL too where that is needed (in CI): they look into the database."""


def pytest_configure_node(node: WorkerController) -> None:
    """One PostgreSQL serves all the processes that share the tests."""
    node.workerinput["postgres"] = address_of(node.config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run on each engine what opens a store."""
    path, wanted = metafunc.definition.path, metafunc.fixturenames
    if metafunc.definition.get_closest_marker("sqlite"):
        return
    opens = path.parent.name in ON_BOTH and path.stem not in SQLITE_ALONE and "tmp_path" in wanted
    if os.environ.get("STUDYHALL_TEST_POSTGRES") == "needed" and path.parent.name == "e2e":
        opens = path.stem in WHOLE_BOTS_ON_BOTH and "playground" in wanted
    if opens and os.environ.get("STUDYHALL_TEST_POSTGRES") != "off":
        metafunc.fixturenames.insert(0, "engine")
        metafunc.parametrize("engine", ["sqlite", "postgres"], indirect=True)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Have the engine set up first: pytest 9.2 forgets a fixture that only `pytest_generate_tests` asks for."""
    wanted = "engine" in getattr(getattr(item, "callspec", None), "params", ())
    if wanted and "engine" not in item.fixturenames:  # type: ignore[attr-defined]
        item.fixturenames.insert(0, "engine")  # type: ignore[attr-defined]


@pytest.fixture
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[OnSqlite]:
    """The engine on which `open_store` opens stores."""
    async with running_on(request.param, request.config) as made:
        yield made


@pytest.fixture(scope="module")
def once(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    """For a file whose tests are kept together: they are, in this run."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        seen = tmp_path_factory.getbasetemp().parent / f"{request.path.stem}.seen"
        seen.touch(exist_ok=False)


@pytest.fixture(scope="session", autouse=True)
def warm_bots() -> Iterator[None]:
    """Bots are copied from one whose code is loaded; it is made when the first is wanted."""
    Bot.origin = Origin() if POSSIBLE else None
    yield
    if Bot.origin:
        Bot.origin.close()
    Bot.origin = None


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    """A playground of its own for each test, on a free port."""
    async with Playground() as running:
        yield running


@pytest.fixture
async def bot(playground: Playground, tmp_path) -> AsyncIterator[Bot]:
    """The bot as its own process, connected; it must end cleanly when it is told to."""
    running = Bot(playground, tmp_path / "data")
    await running.start()
    yield running
    if running.process is not None:
        assert await running.stop() == 0, running.log()
