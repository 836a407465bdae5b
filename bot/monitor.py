"""An HTTP endpoint on loopback for whoever watches the bot: live, ready, and metrics for Prometheus."""

from collections.abc import Iterator
from typing import Any

from aiohttp import web

from bot.errors import SettingsError
from bot.facts import Code, fact
from bot.model.processes import LEASE_SECONDS, Cluster
from bot.services.server.health import Gateway, Health, HealthCheck
from bot.telemetry import Durations

HOST = "127.0.0.1"
WITHOUT_CLIENT = "Metrics need prometheus-client: pip install 'studyhall[metrics]', then start the bot again.\n"


class Monitor:
    """Serves `/live` (the process answers), `/ready` (members get answers; else 503) and `/metrics`."""

    def __init__(self, health: HealthCheck) -> None:
        self._health = health
        self._runner: web.AppRunner | None = None

    async def start(self, port: int) -> None:
        """Listen on 127.0.0.1. Raises SettingsError when the port is taken."""
        app = web.Application()
        app.router.add_get("/live", self._live)
        app.router.add_get("/ready", self._ready)
        app.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, port).start()
        except OSError as problem:
            await self._runner.cleanup()
            raise SettingsError(
                fact(Code.MONITOR_PORT_TAKEN, port=port, host=HOST, why=str(problem.strerror))
            ) from problem

    async def close(self) -> None:
        """Stop listening."""
        if self._runner:
            await self._runner.cleanup()

    async def _live(self, _request: web.Request) -> web.Response:
        return web.Response(text="live\n")

    async def _ready(self, _request: web.Request) -> web.Response:
        health = await self._health.look()
        if health.ready:
            return web.Response(text="ready\n")
        what = "the database does not answer" if health.gateway.open else _not_connected(health.gateway)
        return web.Response(text=f"not ready: {what}\n", status=503)

    async def _metrics(self, _request: web.Request) -> web.Response:
        try:
            from prometheus_client import CollectorRegistry, generate_latest
            from prometheus_client.exposition import CONTENT_TYPE_LATEST
        except ImportError:
            return web.Response(text=WITHOUT_CLIENT, status=501)
        registry = CollectorRegistry()
        registry.register(_Now(await self._health.look(), self._health))
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


class _Now:
    """What is known at one moment, as Prometheus's metric families (https://prometheus.io/docs/practices/naming/)."""

    def __init__(self, health: Health, check: HealthCheck) -> None:
        self._health = health
        self._check = check

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily

        health = self._health
        yield InfoMetricFamily("studyhall", "The bot", value={"version": health.version})
        gauges = [
            ("up_seconds", "Time since the start", health.up_ms / 1000),
            ("gateway_open", "Whether every shard is connected", float(health.gateway.open)),
            (
                "gateway_latency_seconds",
                "From a heartbeat to its answer, on the slowest shard",
                health.gateway.latency_seconds or 0.0,
            ),
            ("servers", "Servers that the bot is in", health.gateway.servers),
            ("loop_lag_p50_seconds", "Event loop lag, median of the last samples", health.lag_p50_ms / 1000),
            ("loop_lag_p99_seconds", "Event loop lag, 99th percentile of the last samples", health.lag_p99_ms / 1000),
            ("database_bytes", "Size of the database", health.database_bytes),
            ("database_works", "Whether the database answers", float(health.database_works)),
            ("clock_ahead_seconds", "The wall clock against Discord's time", health.clock.ahead_ms / 1000),
            ("worker_processes", "Worker processes that run", len(health.processes)),
        ]
        if health.backup and health.backup.age_ms is not None:
            gauges.append(
                ("backup_age_seconds", "Since the operator last told of a backup", health.backup.age_ms / 1000)
            )
        for name, meaning, value in gauges:
            yield GaugeMetricFamily(f"studyhall_{name}", meaning, value=value)
        yield from _by_shard(health.gateway)
        if health.cluster:
            yield from _by_process(health.cluster)
        waiting = GaugeMetricFamily("studyhall_queue_length", "Things that wait, by queue", labels=["queue"])
        for queue, length in health.queues.items():
            waiting.add_metric([queue.replace(" ", "_")], length)
        yield waiting
        yield CounterMetricFamily("studyhall_answers", "Answers stored", value=health.answers)
        yield CounterMetricFamily("studyhall_errors", "Unexpected errors since the start", value=health.errors)
        pulse, store = self._check.pulse, self._check.store
        yield _histogram(
            "studyhall_acknowledgement_seconds", "From an interaction to its answer", pulse.acknowledgements
        )
        yield _histogram("studyhall_commit_seconds", "A group of writes, from begin to commit", store.commits)


def _not_connected(gateway: Gateway) -> str:
    if len(gateway.shards) == 1:
        return "the gateway is not connected"
    return f"of {len(gateway.shards)} shards these are not connected: {', '.join(map(str, gateway.closed))}"


def _by_shard(gateway: Gateway) -> Iterator[Any]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    is_open = GaugeMetricFamily("studyhall_shard_open", "Whether a shard is connected", labels=["shard"])
    latency = GaugeMetricFamily(
        "studyhall_shard_latency_seconds", "From a shard's heartbeat to its answer", labels=["shard"]
    )
    servers = GaugeMetricFamily("studyhall_shard_servers", "Servers of a shard", labels=["shard"])
    sessions = CounterMetricFamily(
        "studyhall_shard_sessions", "Sessions that a shard began since the start", labels=["shard"]
    )
    for one in gateway.shards:
        shard = [str(one.shard)]
        is_open.add_metric(shard, float(one.open))
        latency.add_metric(shard, one.latency_seconds or 0.0)
        servers.add_metric(shard, one.servers)
        sessions.add_metric(shard, one.sessions)
    yield from (is_open, latency, servers, sessions)
    if gateway.starts_left is not None:
        yield GaugeMetricFamily(
            "studyhall_session_starts_left", "Sessions that may still be started today", value=gateway.starts_left
        )


def _by_process(cluster: Cluster) -> Iterator[Any]:
    """What every process tells of all of them; a lease that gets old has a holder that is not heard."""
    from prometheus_client.core import GaugeMetricFamily

    names = {one.id: one.name for one in cluster.processes}
    alive = GaugeMetricFamily("studyhall_process_alive", "Whether a process is heard", labels=["process"])
    waiting = GaugeMetricFamily(
        "studyhall_process_identifying", "Shards of a process that wait to connect", labels=["process"]
    )
    draining = GaugeMetricFamily(
        "studyhall_process_draining", "Whether a process takes no shards any more", labels=["process"]
    )
    for one in cluster.processes:
        alive.add_metric([one.name], float(one.alive))
        waiting.add_metric([one.name], one.identifying)
        draining.add_metric([one.name], float(one.draining))
    age = GaugeMetricFamily(
        "studyhall_lease_age_seconds", "Since a shard's lease was renewed, by its holder", labels=["shard", "process"]
    )
    for lease in cluster.leases:
        if lease.holder is not None:
            holder = names.get(lease.holder, str(lease.holder))
            age.add_metric([str(lease.shard), holder], max(0.0, LEASE_SECONDS - lease.left_seconds))
    free = sum(lease.free for lease in cluster.leases)
    yield from (alive, waiting, draining, age)
    yield GaugeMetricFamily("studyhall_shards_free", "Shards that no process answers for", value=free)


def _histogram(name: str, meaning: str, durations: Durations) -> Any:
    from prometheus_client.core import HistogramMetricFamily

    return HistogramMetricFamily(name, meaning, buckets=durations.cumulative(), sum_value=durations.sum)
