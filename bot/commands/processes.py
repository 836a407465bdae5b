"""``python -m bot processes``: who runs on the database, with which shards; drain one, change their number."""

from bot.errors import StorageError
from bot.facts import Code, fact
from bot.model.processes import LEASE_SECONDS, Cluster
from bot.storage.place import Place
from bot.wording import as_many, counted

SHARDS_LENGTH = 40


async def show_processes(place: Place) -> int:
    """Print every process that runs on the database. Raises StorageError."""
    async with place.lease_table() as table:
        print("\n".join(lines_of(await table.cluster())))
    return 0


async def drain(place: Place, name: str, *, draining: bool) -> int:
    """Have a process take no shards any more, or take them again. Raises StorageError where it isn't there."""
    async with place.lease_table() as table:
        if not await table.set_draining(name, draining=draining):
            raise StorageError(fact(Code.NO_SUCH_PROCESS, name=name))
    if draining:
        print(
            f"{name} hands its shards over as soon as others are connected. It goes on running; stop it when it has none."
        )
    else:
        print(f"{name} takes shards again.")
    return 0


async def change_shards(place: Place, shards: int) -> int:
    """Have all processes go on with so many shards. Raises StorageError."""
    async with place.lease_table() as table:
        cluster = await table.cluster()
        if len(cluster.leases) == shards:
            print(f"There are {counted(shards, 'shard')} already.")
            return 0
        await table.want_shards(shards)
        running = any(one.alive for one in cluster.processes)
        if not running:
            await table.settle_shards(shards)
    print(
        f"The servers are shared out over {counted(shards, 'shard')} from now on."
        + (" Games pause for the moment that it takes to connect again." if running else "")
    )
    return 0


def lines_of(cluster: Cluster) -> list[str]:
    """The table, and below it what needs a look."""
    if not cluster.processes:
        return ["No process runs on this database."]
    rows = [("process", "version", "up", "heard", "shards", "")]
    for one in cluster.processes:
        held = [str(lease.shard) for lease in cluster.leases if lease.holder == one.id and not lease.free]
        marks = [
            *(["draining"] if one.draining else []),
            *(["other courses"] if one.packs != cluster.packs else []),
            *(["not heard"] if not one.alive else []),
            *([f"{counted(one.identifying, 'shard')} waiting to connect"] if one.identifying else []),
        ]
        rows.append(
            (
                one.name,
                one.version,
                f"{one.up_seconds / 3600:.1f} h",
                f"{one.silent_seconds:.1f} s ago",
                as_many(held, SHARDS_LENGTH) or "none",
                ", ".join(marks),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines += [f"{counted(len(cluster.leases), 'shard')} in all."]
    if free := [str(lease.shard) for lease in cluster.leases if lease.free]:
        lines.append(
            f"Nobody has shard {as_many(free, SHARDS_LENGTH)}. A lease that is not renewed ends after {LEASE_SECONDS:g} s."
        )
    return lines
