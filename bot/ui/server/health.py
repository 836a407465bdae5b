"""`/studyhall health`: the bot's state for managers, in one screen."""

from collections.abc import Iterator

import discord
from discord import app_commands

from bot.clock import DAY_MS
from bot.model.processes import Cluster
from bot.services.server.health import Gateway, Health, HealthCheck
from bot.services.sure_time import apart_words
from bot.ui import ids
from bot.ui.gateway import FEW_STARTS
from bot.ui.layouts import GREEN, RED, Button, Row, Screen
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router
from bot.ui.server.managers import managed
from bot.wording import as_many, counted

SHARDS_LENGTH = 60
PROCESSES_LENGTH = 300
OLD_BACKUP_MS = 7 * DAY_MS
LATE_MS = 1_000
"""Acknowledgements slower than this are worth a word; Discord allows 3 s."""


class HealthFeature:
    """The command, and its button."""

    def __init__(self, health: HealthCheck) -> None:
        self._health = health

    def add_to(self, group: app_commands.Group, router: Router, desk: Desk) -> None:
        """Register the command and its action."""

        @group.command(name="health", description="How the bot is doing: connection, speed, queues, database")
        async def health(interaction: discord.Interaction) -> None:
            await desk.serve(interaction, self._show)

        router.add("health.again", self._again, page=True)

    async def _show(self, reply: Reply) -> None:
        managed(reply)
        await reply.show(health_screen(await self._health.look()))

    async def _again(self, reply: Reply) -> None:
        managed(reply)
        await reply.update(health_screen(await self._health.look()))


def health_screen(health: Health) -> Screen:
    """Every number with its unit; what is not as it should be comes first."""
    troubles: list[str] = []
    troubles += _gateway_troubles(health.gateway)
    troubles += _process_troubles(health.cluster)
    if not health.database_works:
        troubles.append("⚠️ The database isn't answering. Whoever runs this bot should look at the disk and the log.")
    if health.acknowledged_p99_ms > LATE_MS:
        troubles.append("⚠️ Some answers took longer than a second. The machine may be overloaded.")
    if not health.clock.heard:
        troubles.append("⚠️ Discord has not told its time yet. Until then nothing happens automatically.")
    elif not health.clock.sure:
        troubles.append(
            f"⚠️ This bot's machine has a wrong clock: it's {apart_words(health.clock.ahead_ms)} Discord's. Until that is "
            "set right, no member is deleted for being away, no backup is removed, and no season ends."
        )
    if health.backup and (health.backup.age_ms is None or health.backup.age_ms > OLD_BACKUP_MS):
        at_ms = health.backup.at_ms
        known = (
            "I know of no backup" if at_ms is None else f"The last backup that I know of was made <t:{at_ms // 1000}:R>"
        )
        troubles.append(
            f"⚠️ {known}. Whoever runs this bot makes one with `pg_dump`, then tells me with `python -m bot backup --done`."
        )
    if health.retention:
        troubles.append(
            f"🗑️ {counted(health.retention.members, 'member')} not seen for "
            f"{counted(health.retention.days, 'day')} will be "
            f"deleted from <t:{health.retention.from_ms // 1000}:f> on. To keep them, whoever runs "
            "this bot sets `STUDYHALL_RETENTION_DAYS` to 0 and starts it again."
        )
    hours, minutes = divmod(health.up_ms // 60_000, 60)
    lines = [
        f"**Up** for {hours} h {minutes} min · version {health.version} · {counted(health.gateway.servers, 'server')}",
        _gateway_words(health.gateway),
        *_process_words(health),
        f"**Answers to interactions** {health.acknowledged:,} · half within {health.acknowledged_p50_ms:.0f} ms, 99 % "
        f"within {health.acknowledged_p99_ms:.0f} ms",
        f"**Event loop** half of its wake-ups under {health.lag_p50_ms:.1f} ms late, 99 % under {health.lag_p99_ms:.1f} ms",
        f"**Database** {health.database_bytes / 1e6:.1f} MB, {counted(health.answers, 'answer')} · commits: half within "
        f"{health.commit_p50_ms:.1f} ms, 99 % within {health.commit_p99_ms:.1f} ms",
        *([f"**Last backup** <t:{health.backup.at_ms // 1000}:R>"] if health.backup and health.backup.at_ms else []),
        f"**Waiting** {', '.join(f'{name}: {length}' for name, length in health.queues.items())}",
        f"**Worker processes** {', '.join(health.processes) or 'none now'}",
        f"**Unexpected errors** {health.errors:,} since the start"
        + (" (the log has their ids)" if health.errors else ""),
    ]
    state = "## ✅ All is well" if not troubles else "## Needs a look\n" + "\n".join(troubles)
    return Screen(
        [state, "\n".join(lines), Row([Button("Look again", ids.encode("health.again"))])],
        RED if troubles else GREEN,
    )


def _gateway_troubles(gateway: Gateway) -> Iterator[str]:
    for shard, why in gateway.refused.items():
        yield f"⚠️ Discord refused shard {shard} for good: {why}. Whoever runs this bot should look at the log."
    away = [str(shard) for shard in gateway.closed if shard not in gateway.refused]
    if away and len(gateway.shards) == 1:
        yield "⚠️ The gateway is not connected; Discord's events will come once it is."
    elif away:
        yield (
            f"⚠️ Not connected: shard {as_many(away, SHARDS_LENGTH)} of {len(gateway.shards)}. The servers there get no "
            "answers until it is."
        )
    if gateway.starts_left is not None and gateway.starts_left < FEW_STARTS:
        yield (
            f"⚠️ Discord lets this bot connect only {counted(gateway.starts_left, 'more time')} today. Whoever runs it "
            "should look in the log why it connects so often, and restart it only where that is needed."
        )


def _process_troubles(cluster: Cluster | None) -> Iterator[str]:
    if cluster is None:
        return
    if free := [str(lease.shard) for lease in cluster.leases if lease.free]:
        yield (
            f"⚠️ No process answers for shard {as_many(free, SHARDS_LENGTH)} just now. Another one takes over within half a "
            "minute, as a rule; if not, whoever runs this bot should look at the log."
        )
    others = [one.name for one in cluster.processes if one.alive and one.packs != cluster.packs]
    if others and not cluster.packs_are_new:
        yield (
            f"⚠️ These processes have other courses than the rest, so they take no servers: "
            f"{as_many(others, SHARDS_LENGTH)}. Whoever runs this bot should give all of them the same packs."
        )


def _process_words(health: Health) -> Iterator[str]:
    """Which process answers for which servers, where several share them."""
    cluster = health.cluster
    alive = [one for one in cluster.processes if one.alive] if cluster else []
    if cluster is None or len(alive) < 2:
        return
    parts = []
    for one in alive:
        held = [str(lease.shard) for lease in cluster.leases if lease.holder == one.id and not lease.free]
        draining = ", draining" if one.draining else ""
        parts.append(f"`{one.name}` {as_many(held, 20) or 'none'}{draining}")
    yield f"**Shards by process** {as_many(parts, PROCESSES_LENGTH, ' · ')}"


def _gateway_words(gateway: Gateway) -> str:
    latency = gateway.latency_seconds
    words = (
        f"**Gateway** latency {latency * 1000:.0f} ms" if latency is not None else "**Gateway** latency not known yet"
    )
    if len(gateway.shards) > 1:
        words += f" on the slowest of {len(gateway.shards)} shards"
    return words
