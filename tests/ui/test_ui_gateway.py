"""When a shard may identify itself: its turn, the day's limit, and which shard hears of a server."""

import asyncio
import itertools

import discord
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import StorageError
from bot.facts import Code, fact
from bot.model.shards import shard_of
from bot.ui.gateway import Identifying, IdentifyingTogether, Starts, starts_of
from bot.ui.pace import Pace
from bot.ui.sending import SendScheduler
from bot.ui.shards import Shards

GAP_SECONDS = 0.05
ADVICE = {
    "url": "wss://gateway.discord.gg",
    "shards": 3,
    "session_start_limit": {"total": 1000, "remaining": 998, "reset_after": 14_400_000, "max_concurrency": 2},
}


def starts(left: int = 1000, at_once: int = 1, reset_seconds: float = 3600.0) -> Starts:
    return Starts(shards=4, total=1000, left=left, reset_seconds=reset_seconds, at_once=at_once)


def asking(*answers: Starts):
    """Discord, which gives these answers in turn, and the last one again."""
    left = list(answers)

    async def ask() -> Starts:
        return left.pop(0) if len(left) > 1 else left[0]

    return ask


def test_what_discord_advises_is_read():
    assert starts_of(ADVICE) == Starts(shards=3, total=1000, left=998, reset_seconds=14_400.0, at_once=2)


async def moments(identifying: Identifying, shards: int) -> list[tuple[float, int]]:
    """When each of so many shards, all wanting at once, had its turn."""
    loop, had = asyncio.get_running_loop(), []

    async def identify(shard: int) -> None:
        async with identifying.turn(shard):
            had.append((loop.time(), shard))

    await asyncio.gather(*(identify(shard) for shard in range(shards)))
    return had


async def test_of_a_bucket_one_identifies_at_a_time_with_a_gap_and_other_buckets_do_not_wait():
    found = await moments(Identifying(asking(starts(at_once=2)), gap_seconds=GAP_SECONDS), 6)
    for bucket in range(2):
        own = sorted(moment for moment, shard in found if shard % 2 == bucket)
        assert len(own) == 3
        assert all(later - before >= GAP_SECONDS for before, later in itertools.pairwise(own))
    assert {shard for _, shard in found[:2]} == {0, 1}


async def test_a_turn_lasts_until_it_has_identified_however_long_that_takes():
    identifying, order = Identifying(asking(starts()), gap_seconds=0), []
    connected = asyncio.Event()

    async def slow() -> None:
        async with identifying.turn(0):
            order.append("slow begins")
            await connected.wait()
            order.append("slow is done")

    async def next_one() -> None:
        async with identifying.turn(1):
            order.append("next")

    both = asyncio.gather(slow(), next_one())
    while not order:  # noqa: ASYNC110
        await asyncio.sleep(0)
    connected.set()
    await both
    assert order == ["slow begins", "slow is done", "next"]


async def test_the_gap_begins_when_discord_has_answered_as_it_may_have_read_the_identify_as_late_as_that():
    identifying = Identifying(asking(starts()), gap_seconds=GAP_SECONDS)
    async with identifying.turn(0):
        pass
    waiting = asyncio.create_task(moments(identifying, 1))
    await asyncio.sleep(GAP_SECONDS / 2)  # the time that the answer takes
    identifying.ready(0)
    answered = asyncio.get_running_loop().time()
    [(moment, _)] = await waiting
    assert moment - answered >= GAP_SECONDS


async def test_a_shard_that_could_not_connect_leaves_its_turn_to_the_next():
    identifying = Identifying(asking(starts()), gap_seconds=0)
    try:
        async with identifying.turn(0):
            raise ConnectionError
    except ConnectionError:
        pass
    assert [shard for _, shard in await moments(identifying, 2)] == [0, 1]


async def test_turns_that_came_to_no_identify_hold_nobody_up_once_discord_is_asked(caplog):
    identifying = Identifying(asking(starts(left=1), starts(left=1)), gap_seconds=0)
    await moments(identifying, 3)
    assert "no session is left" not in caplog.text


async def test_the_last_start_of_the_day_is_followed_by_none_before_the_next_day(caplog):
    answers = starts(left=1, reset_seconds=0.2), starts(left=0, reset_seconds=0.2), starts(left=1000)
    identifying = Identifying(asking(*answers), gap_seconds=0)
    [first] = await moments(identifying, 1)
    assert identifying.left == 0
    loop, began = asyncio.get_running_loop(), first[0]
    async with identifying.turn(1):
        assert loop.time() - began >= 0.1
    assert "no session is left to be started today; shard 1 waits" in caplog.text
    assert identifying.left == 999


@given(st.integers(1, 2**63), st.integers(1, 64))
def test_a_server_belongs_to_one_shard_as_discord_reckons_it(guild_id: int, shards: int):
    assert shard_of(guild_id, shards) == (guild_id >> 22) % shards
    assert shard_of(None, shards) == 0


async def test_until_a_shard_has_logged_in_the_first_speaks_for_its_servers():
    shards = Shards(2)
    shards._grow(2)
    of_the_second = 1 << 22
    assert shards.of(of_the_second) is shards.first
    second = shards._clients[1]
    second._connection.user = discord.Object(7)  # type: ignore[assignment]  # as after its login
    assert (shards.of(of_the_second), shards.of(None)) == (second, shards.first)
    await shards.close()


# Over several processes


class Table:
    """What processes share, as the database has it, with a gap as short as a test wants it."""

    def __init__(self) -> None:
        self.turns: dict[int, tuple[int, float]] = {}
        self.left = 0
        self.away = False

    def _now(self) -> float:
        if self.away:
            self.away = False
            raise StorageError(fact(Code.NOT_COUNTED))
        return asyncio.get_running_loop().time()

    async def turn(self, me: int, bucket: int) -> float:
        _, until = self.turns.get(bucket, (0, 0.0))
        if until > (now := self._now()):
            return until - now
        self.turns[bucket] = me, now + GAP_SECONDS
        return 0.0

    async def keep_turn(self, me: int, bucket: int) -> None:
        if self.turns[bucket][0] == me:
            self.turns[bucket] = me, self._now() + GAP_SECONDS

    async def start(self) -> int | None:
        self._now()
        self.left -= 1
        return self.left if self.left >= 0 else None

    async def note_starts(self, left: int, reset_seconds: float) -> None:
        self.left = left


async def test_over_several_processes_one_of_a_bucket_identifies_at_a_time():
    table, had = Table(), []
    gates = [IdentifyingTogether(asking(starts(at_once=2)), table, lambda me=me: me) for me in (1, 2)]

    async def identify(me: int, shard: int) -> None:
        async with gates[me].turn(shard):
            had.append((asyncio.get_running_loop().time(), shard))

    await asyncio.gather(*(identify(shard // 2 % 2, shard) for shard in range(6)))
    for bucket in range(2):
        own = sorted(moment for moment, shard in had if shard % 2 == bucket)
        assert all(later - before >= GAP_SECONDS for before, later in itertools.pairwise(own))
    assert table.left == 1000 - 6
    assert gates[0].left is not None


async def test_a_turn_is_asked_for_until_the_database_answers(monkeypatch):
    monkeypatch.setattr("bot.ui.gateway.ASK_SECONDS", 0.01)
    table = Table()
    table.away = True
    async with IdentifyingTogether(asking(starts()), table, lambda: 1).turn(0):
        assert table.turns[0][0] == 1


async def test_when_the_days_starts_are_used_up_by_all_nobody_identifies_before_the_next_day(caplog):
    table = Table()
    gate = IdentifyingTogether(asking(starts(left=0, reset_seconds=0.1), starts(left=5)), table, lambda: 1)
    async with gate.turn(3):
        pass
    assert "no session is left to be started today; shard 3 waits" in caplog.text
    assert table.left == 4


async def test_a_call_waits_for_a_turn_of_all_processes_and_one_that_has_it_for_none():
    turns, processes = [], 2

    async def reserve() -> float:
        turns.append(asyncio.get_running_loop().time())
        return 0.0

    pace = Pace(reserve, lambda: processes)
    scheduler = SendScheduler(1.0, calls_per_second=1_000, pace=pace)

    async def twice() -> None:
        await pace.turn()  # the scheduler has waited for this one
        await pace.turn()

    await scheduler.call(twice)
    assert len(turns) == 2
    processes = 1
    await scheduler.call(pace.turn)
    assert len(turns) == 2
    await scheduler.close()


async def test_of_one_process_the_shard_that_came_first_identifies_first():
    gate, had = IdentifyingTogether(asking(starts()), Table(), lambda: 1), []

    async def identify(shard: int) -> None:
        async with gate.turn(shard):
            had.append(shard)

    order = [3, 0, 2, 1]  # those with games, as a rule
    tasks = []
    for shard in order:
        tasks.append(asyncio.create_task(identify(shard)))
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert had == order


async def test_without_the_database_each_process_keeps_to_its_part_of_the_calls():
    async def reserve() -> float:
        raise StorageError(fact(Code.NOT_COUNTED))

    pace, loop = Pace(reserve, lambda: 3), asyncio.get_running_loop()
    began = loop.time()
    await asyncio.gather(*(pace.turn() for _ in range(5)))
    assert loop.time() - began >= 5 * 3 / 45 - 0.01
