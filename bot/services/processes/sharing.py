"""How shards are shared out: the rule, from what the database says to what one process does. Pure.

Every process computes by the same picture. Each gets as many shards as the others, give or take one; a shard changes hands
only when somebody has more than a fair share, or must not have any.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from bot.model.processes import Cluster, Lease


class LeaseMoves(NamedTuple):
    """What a process does now: shards that are nobody's and that it takes, those that it gets ready to take over from
    others, those that it hands to whoever is ready."""

    take: tuple[int, ...] = ()
    claim: tuple[int, ...] = ()
    hand: tuple[int, ...] = ()


def moves(
    me: int, cluster: Cluster, *, with_games: Collection[int] = (), connected: Collection[int] = ()
) -> LeaseMoves:
    """What process ``me`` does. Shards with a game on go first; ``connected`` are those that hear Discord for it.

    A shard that is not connected yet is handed over at once: there is nothing to lose.
    """
    able = {one.id for one in cluster.able()}
    owners = {one.shard: _owner(one, able) for one in cluster.leases}
    targets = _targets(able, cluster.leases, owners)
    load = {one: sum(owner == one for owner in owners.values()) for one in able}
    by_games = sorted(cluster.leases, key=lambda lease: (lease.shard not in with_games, lease.shard))
    take: list[int] = []
    claim: list[int] = []

    def give(lease: Lease, to: list[int]) -> bool:
        needy = [one for one in sorted(able) if load[one] < targets[one]]
        if not needy:
            return False
        gets = max(needy, key=lambda one: (targets[one] - load[one], -one))
        load[gets] += 1
        if gets == me:
            to.append(lease.shard)
        return True

    for lease in by_games:
        if lease.free and owners[lease.shard] is None:
            give(lease, take)
        elif lease.free and owners[lease.shard] == me:  # its holder is gone, and we were about to get it
            take.append(lease.shard)
    for lease in by_games:
        if not lease.free and owners[lease.shard] is None:
            give(lease, claim)
    for lease in reversed(by_games):  # without need a shard is moved that nobody plays on
        owner = owners[lease.shard]
        has_too_many = owner is not None and owner == lease.holder and load[owner] > targets[owner]
        if owner is not None and has_too_many and not lease.free and give(lease, claim):
            load[owner] -= 1
    hand = [
        lease.shard
        for lease in cluster.leases
        if lease.holder == me
        and not lease.free
        and lease.heir in able - {me}
        and (lease.heir_ready or lease.shard not in connected)
    ]
    return LeaseMoves(tuple(take), tuple(claim), tuple(hand))


def _owner(lease: Lease, able: Collection[int]) -> int | None:
    """Whose a shard is, or is about to be; None where somebody is to be found for it."""
    if lease.heir in able:
        return lease.heir
    return lease.holder if lease.holder in able and not lease.free else None


def _targets(able: Collection[int], leases: Sequence[Lease], owners: dict[int, int | None]) -> dict[int, int]:
    """How many shards each should have; those that have most already keep the odd ones."""
    if not able:
        return {}
    each, odd = divmod(len(leases), len(able))
    holds = {one: sum(owner == one for owner in owners.values()) for one in able}
    ranked = sorted(able, key=lambda one: (-holds[one], one))
    return {one: each + (place < odd) for place, one in enumerate(ranked)}
