"""Which shard a server is on, and which servers a process answers for.

https://discord.com/developers/docs/events/gateway#sharding
"""

from collections.abc import Mapping
from typing import NamedTuple

TIMESTAMP_BITS = 22


def shard_of(guild_id: int | None, shards: int) -> int:
    """Which shard hears of a server; what belongs to none arrives on the first."""
    return 0 if guild_id is None else (guild_id >> TIMESTAMP_BITS) % shards


class Fence(NamedTuple):
    """What a lease on a shard is known by: the number grows each time the shard changes hands.

    A write that carries one is refused once the lease is somebody else's.
    """

    shard: int
    number: int


class Holdings(NamedTuple):
    """The shards whose servers are ours now, of all there are, with the fence of each (None where no other process is)."""

    shards: int
    fences: Mapping[int, int | None]

    def shard(self, guild_id: int | None) -> int:
        """The shard of a server."""
        return shard_of(guild_id, self.shards)

    def has(self, guild_id: int | None) -> bool:
        """Whether a server is ours; None for what belongs to no server."""
        return self.shard(guild_id) in self.fences

    def fence(self, guild_id: int | None) -> tuple[Fence, ...]:
        """What a write about a server is to carry.

        Where other processes are, one for a server that is not ours too: that write is refused.
        """
        shard = self.shard(guild_id)
        number = self.fences.get(shard, NEVER)
        return () if number is None else (Fence(shard, number),)


NEVER = -1
"""The fence of no lease."""
EVERY_SERVER = Holdings(1, {0: None})
"""What a process has that is alone on its database."""


def every_server() -> Holdings:
    """The same, where it is asked for."""
    return EVERY_SERVER
