"""Who takes which shard: a table of cases, and what holds whatever happens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.processes import Cluster, Lease, Process
from bot.services.processes.sharing import LeaseMoves, moves


def process(number: int, *, packs: str = "tea", silent: float = 0.5, draining: bool = False) -> Process:
    return Process(number, f"p{number}", "1", packs, 60.0, silent, draining)


def cluster(holders: list[int | None], *processes: Process, **heirs: tuple[int, bool]) -> Cluster:
    """Shards held by these, ``s1=(2, True)`` for an heir of shard 1 who is ready."""
    leases = []
    for shard, holder in enumerate(holders):
        heir, ready = heirs.get(f"s{shard}", (None, False))
        leases.append(Lease(shard, 1, holder, 5.0 if holder else 0.0, heir, ready))
    return Cluster("tea", processes, tuple(leases))


@pytest.mark.parametrize(
    ("why", "there", "me", "expected"),
    [
        ("alone, all", cluster([None] * 3, process(1)), 1, LeaseMoves(take=(0, 1, 2))),
        ("two, half each: the first one's", cluster([None] * 4, process(1), process(2)), 1, LeaseMoves(take=(0, 2))),
        ("two, half each: the other's", cluster([None] * 4, process(1), process(2)), 2, LeaseMoves(take=(1, 3))),
        ("who comes later claims a share", cluster([1, 1, 1], process(1), process(2)), 2, LeaseMoves(claim=(2,))),
        ("and nothing twice", cluster([1, 1, 1], process(1), process(2), s2=(2, False)), 2, LeaseMoves()),
        ("a fair share is left alone", cluster([1, 1, 2], process(1), process(2)), 2, LeaseMoves()),
        (
            "who is not heard gets nothing",
            cluster([None] * 2, process(1), process(2, silent=9)),
            1,
            LeaseMoves(take=(0, 1)),
        ),
        ("other courses get nothing", cluster([None], process(1, packs="coffee")), 1, LeaseMoves()),
        ("who drains gets nothing", cluster([None], process(1, draining=True), process(2)), 1, LeaseMoves()),
        ("and leaves all", cluster([1, 1], process(1, draining=True), process(2)), 2, LeaseMoves(claim=(0, 1))),
        (
            "handed to the heir who is ready",
            cluster([1, 1], process(1), process(2), s1=(2, True)),
            1,
            LeaseMoves(hand=(1,)),
        ),
        ("kept until then", cluster([1, 1], process(1), process(2), s1=(2, False)), 1, LeaseMoves()),
        ("not to one who is gone", cluster([1, 1], process(1), process(2, silent=9), s1=(2, True)), 1, LeaseMoves()),
    ],
)
def test_who_does_what(why: str, there: Cluster, me: int, expected: LeaseMoves):
    assert moves(me, there, connected=range(9)) == expected, why


def test_a_shard_that_hears_nothing_yet_is_handed_over_at_once():
    there = cluster([1, 1], process(1), process(2), s1=(2, False))
    assert moves(1, there, connected={0}) == LeaseMoves(hand=(1,))


def test_shards_with_a_game_are_taken_first_and_moved_last():
    free = cluster([None] * 3, process(1))
    assert moves(1, free, with_games={2}).take == (2, 0, 1)
    crowded = cluster([1, 1, 1], process(1), process(2))
    assert moves(2, crowded, with_games={2}).claim == (1,)


processes = st.lists(
    st.tuples(st.sampled_from(["tea", "coffee"]), st.sampled_from([0.5, 9.0]), st.booleans()), min_size=1, max_size=5
).map(lambda many: tuple(process(n, packs=p, silent=s, draining=d) for n, (p, s, d) in enumerate(many, 1)))


@st.composite
def clusters(draw: st.DrawFn) -> Cluster:
    there = draw(processes)
    anybody = st.one_of(st.none(), st.integers(1, 6))
    leases = tuple(
        Lease(shard, 1, draw(anybody), draw(st.sampled_from([-1.0, 5.0])), draw(anybody), draw(st.booleans()))
        for shard in range(draw(st.integers(1, 8)))
    )
    return Cluster("tea", there, leases)


@given(clusters())
def test_no_shard_is_meant_for_two_and_only_the_able_take(there: Cluster):
    able = {one.id for one in there.able()}
    found = {one.id: moves(one.id, there, connected=range(9)) for one in there.processes}
    taken = [shard for one in found.values() for shard in (*one.take, *one.claim)]
    assert len(taken) == len(set(taken))
    assert all(one in able or not (move.take or move.claim) for one, move in found.items())
    by_shard = {one.shard: one for one in there.leases}
    for me, move in found.items():
        assert all(by_shard[shard].free for shard in move.take)
        assert all(not by_shard[shard].free and by_shard[shard].holder != me for shard in move.claim)
        assert all(by_shard[shard].holder == me for shard in move.hand)


def after(there: Cluster) -> Cluster:
    """What the database holds once each has done its part, and whoever was named heir has connected."""
    leases = {one.shard: one._replace(heir_ready=one.heir is not None) for one in there.leases}
    for one in there.able():
        move = moves(one.id, there, connected=range(9))
        for shard in move.take:
            leases[shard] = Lease(shard, leases[shard].fence + 1, one.id, 8.0)
        for shard in move.claim:
            leases[shard] = leases[shard]._replace(heir=one.id, heir_ready=True)
    for one in there.processes:
        for shard in moves(one.id, there, connected=range(9)).hand:
            leases[shard] = Lease(shard, leases[shard].fence + 1, leases[shard].heir, 8.0)
    heard = {one.id for one in there.processes if one.alive}
    return there._replace(
        leases=tuple(one if one.holder in heard else one._replace(left_seconds=-1.0) for one in leases.values())
    )


@given(clusters())
def test_soon_everybody_has_a_fair_share_and_then_nothing_moves(there: Cluster):
    for _ in range(8):
        there = after(there)
    able = {one.id for one in there.able()}
    if able:
        shares = [sum(one.holder == me for one in there.leases) for me in able]
        assert sum(shares) == len(there.leases)
        assert max(shares) - min(shares) <= 1
    assert after(there) == there
