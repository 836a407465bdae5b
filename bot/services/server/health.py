"""How the bot is: alive, ready, quick enough; the same numbers for managers and for a monitor."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from bot.model.processes import Cluster
from bot.services.member.privacy import Retention
from bot.services.processes.leases import Leases
from bot.services.sure_time import ClockState, SureTime
from bot.storage.question import statistics
from bot.storage.store import Store
from bot.telemetry import Pulse
from bot.workers import Workers


class Connection(NamedTuple):
    """One shard's: whether it is open, its latency in seconds (None until known), its servers, sessions since the start."""

    shard: int
    open: bool
    latency_seconds: float | None
    servers: int
    sessions: int


class Gateway(NamedTuple):
    """Discord's Gateway as the shards see it; which of them it refused for good, and why.

    ``starts_left`` is how many sessions may still be started today (None where Discord was not asked).
    """

    shards: tuple[Connection, ...]
    refused: Mapping[int, str]
    starts_left: int | None

    @property
    def open(self) -> bool:
        """Whether every shard is connected."""
        return all(one.open for one in self.shards)

    @property
    def closed(self) -> list[int]:
        """The shards that are not connected."""
        return [one.shard for one in self.shards if not one.open]

    @property
    def latency_seconds(self) -> float | None:
        """The slowest shard's; None until one is known."""
        return max((one.latency_seconds for one in self.shards if one.latency_seconds is not None), default=None)

    @property
    def servers(self) -> int:
        """All shards' servers together."""
        return sum(one.servers for one in self.shards)


class LastBackup(NamedTuple):
    """For a database that its operator copies: when that was last done, as far as is told (None: never)."""

    at_ms: int | None
    age_ms: int | None


class Health(NamedTuple):
    """The bot at one moment. Times in milliseconds, sizes in bytes."""

    version: str
    up_ms: int
    gateway: Gateway
    lag_p50_ms: float
    lag_p99_ms: float
    acknowledged: int
    acknowledged_p50_ms: float
    acknowledged_p99_ms: float
    commits: int
    commit_p50_ms: float
    commit_p99_ms: float
    errors: int
    queues: dict[str, int]
    processes: list[str]
    answers: int
    database_bytes: int
    database_works: bool
    backup: LastBackup | None
    clock: ClockState
    retention: Retention | None
    cluster: Cluster | None = None
    """All processes on the database, as last seen; None where there is one only."""

    @property
    def ready(self) -> bool:
        """Whether members get their answers now."""
        return self.gateway.open and self.database_works


class HealthCheck:
    """Looks at every part; ``gateway`` asks the shards, ``queues`` ask each queue for its length."""

    def __init__(
        self,
        store: Store,
        workers: Workers,
        pulse: Pulse,
        *,
        version: str,
        gateway: Callable[[], Gateway],
        queues: Mapping[str, Callable[[], int]],
        sure_time: SureTime,
        retention: Callable[[], Awaitable[Retention | None]],
    ) -> None:
        self.leases: Leases | None = None
        """Where other processes run on the database too."""
        self._store = store
        self._workers = workers
        self._pulse = pulse
        self._version = version
        self._gateway = gateway
        self._queues = dict(queues)
        self._sure_time = sure_time
        self._retention = retention
        self._since = time.monotonic()

    async def look(self) -> Health:
        """How things are now; a database that does not answer is part of the answer, not an error."""
        found = await statistics.sizes(self._store)
        pulse, commits = self._pulse, self._store.commits
        return Health(
            version=self._version,
            up_ms=round((time.monotonic() - self._since) * 1000),
            gateway=self._gateway(),
            lag_p50_ms=pulse.lag.milliseconds(0.5),
            lag_p99_ms=pulse.lag.milliseconds(0.99),
            acknowledged=pulse.acknowledgements.count,
            acknowledged_p50_ms=pulse.acknowledgements.milliseconds(0.5),
            acknowledged_p99_ms=pulse.acknowledgements.milliseconds(0.99),
            commits=commits.count,
            commit_p50_ms=commits.milliseconds(0.5),
            commit_p99_ms=commits.milliseconds(0.99),
            errors=pulse.errors,
            queues={name: length() for name, length in self._queues.items()},
            processes=self._workers.names,
            answers=found.answers if found else 0,
            database_bytes=found.database_bytes if found else 0,
            database_works=found is not None,
            clock=self._sure_time.state(),
            retention=await self._retention() if found else None,
            backup=await self._last_backup() if found else None,
            cluster=self.leases.cluster if self.leases else None,
        )

    async def _last_backup(self) -> LastBackup | None:
        if self._store.path:
            return None
        at_ms = await self._store.told_backup()
        return LastBackup(at_ms, None if at_ms is None else max(0, self._sure_time.now_ms() - at_ms))

    @property
    def pulse(self) -> Pulse:
        """What is measured all the time."""
        return self._pulse

    @property
    def store(self) -> Store:
        """Where commits are timed."""
        return self._store
