"""The processes that share a database, and their leases on shards, as the database has them at one moment."""

from typing import NamedTuple

LEASE_SECONDS = 8.0
"""How long a lease lasts that is not renewed, by the database's clock."""


class Process(NamedTuple):
    """A bot that runs. ``packs`` is the hash of its courses; ``identifying`` how many of its shards wait to connect.

    ``silent_seconds`` is how long ago it was last heard, ``up_seconds`` how long ago it started; ``body`` is what others on
    its machine tell its death by.
    """

    id: int
    name: str
    version: str
    packs: str
    up_seconds: float
    silent_seconds: float
    draining: bool = False
    identifying: int = 0
    body: str = ""

    @property
    def alive(self) -> bool:
        """Whether it was heard lately enough to hold leases."""
        return self.silent_seconds < LEASE_SECONDS


class Lease(NamedTuple):
    """A shard, whose it is and for how long (less than 0: no longer); and who is about to take it over in order.

    ``heir_ready`` says that the heir is connected and hears what the holder hears.
    """

    shard: int
    fence: int
    holder: int | None
    left_seconds: float
    heir: int | None = None
    heir_ready: bool = False
    after_interaction: int | None = None
    """The last interaction that the holder before has taken."""

    @property
    def free(self) -> bool:
        """Whether nobody holds it."""
        return self.holder is None or self.left_seconds <= 0


class Cluster(NamedTuple):
    """All processes, and the leases on all shards in force; ``packs`` is the hash of the courses in force."""

    packs: str
    processes: tuple[Process, ...]
    leases: tuple[Lease, ...]
    wanted_shards: int = 0
    """How many shards an operator wants instead; 0 for no change."""
    least_schema: int = 0
    """Processes of an older schema are asked to stop."""
    packs_are_new: bool = False
    """Whether those courses were put in force just now: who serves is reloading."""

    def process(self, process_id: int | None) -> Process | None:
        """One of them."""
        return next((one for one in self.processes if one.id == process_id), None)

    def able(self) -> list[Process]:
        """Those that may have shards: heard lately, not draining, with the courses in force, or about to have them."""
        serving = {one.holder for one in self.leases} if self.packs_are_new else set()
        heard = [one for one in self.processes if one.alive and not one.draining]
        return [one for one in heard if one.packs == self.packs or one.id in serving]
