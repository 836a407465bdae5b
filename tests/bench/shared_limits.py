"""Four processes that call Discord and connect shards as fast as they may: no limit is broken, and hardly anything is wasted.

    python tests/bench/shared_limits.py [--processes 4] [--seconds 20] [--shards 8] [--away 0] [--json FILE]

``--away`` puts so many milliseconds between the processes and the database. Each calls through the bot's own scheduler and
takes its turns through the bot's own gate; what is measured is when a call is made, and when a turn begins and ends. Ends
with 1 when more than 50 calls fell into any second, fewer than 90 % of 45 a second were made, or two turns of a bucket were
less than 5 s apart.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import sys
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "e2e"), str(TESTS / "bench"), str(TESTS.parent)]

import engines  # noqa: E402
from figures import all_met, drawn  # noqa: E402

from bot.storage.postgres.limits import CALLS_PER_SECOND, TURN_SECONDS, SharedLimits  # noqa: E402
from bot.storage.postgres.link import Link  # noqa: E402
from bot.ui.gateway import IdentifyingTogether, Starts  # noqa: E402
from bot.ui.pace import Pace  # noqa: E402
from bot.ui.sending import SendScheduler  # noqa: E402

DISCORD_PER_SECOND = 50
AT_ONCE = 2
LEAST_USED = 0.9


async def work(url: str, number: int, seconds: float, shards: list[int], begin: float) -> None:
    """One process: calls all the while, and connects its shards; prints when each was done."""
    limits, turns = SharedLimits(calls := Link(url)), SharedLimits(links := Link(url))
    reserved: list[float] = []

    async def reserve() -> float:
        asked = time.perf_counter()
        try:
            return await limits.call()
        finally:
            reserved.append(time.perf_counter() - asked)

    scheduler = SendScheduler(1.0, pace=Pace(reserve, lambda: 4))
    starts = Starts(shards=len(shards), total=1000, left=1000, reset_seconds=86_400.0, at_once=AT_ONCE)

    async def ask() -> Starts:
        return starts

    gate = IdentifyingTogether(ask, turns, lambda: number)
    made: list[float] = []
    had: list[tuple[int, float, float]] = []
    await reserve()
    await asyncio.sleep(begin - time.time())

    async def call() -> None:
        made.append(time.time())

    async def connect(shard: int) -> None:
        async with gate.turn(shard):
            began = time.time()
            await asyncio.sleep(0.1)
            had.append((shard % AT_ONCE, began, time.time()))
            gate.ready(shard)

    async def go_on() -> None:
        while time.time() < begin + seconds:
            await scheduler.call(call)

    await asyncio.gather(*(go_on() for _ in range(8)), *(connect(shard) for shard in shards))
    await scheduler.close()
    print(json.dumps({"made": made, "had": had, "asked": reserved}), flush=True)
    for link in (calls, links):
        await link.close()


async def measure(options: argparse.Namespace) -> dict[str, list]:
    """All of them at once, on a server of its own."""
    with engines.cluster() as address, contextlib.ExitStack() as near, engines.on(address) as databases:
        found = await databases.settings(Path("limits"))
        url = found["STUDYHALL_DATABASE_URL"]
        if options.away:
            from postgres import relayed

            there, ours = address, near.enter_context(relayed(address))
            url = url.replace(there.partition("host=")[2], ours.partition("host=")[2])
        begin = time.time() + 3.0
        workers = []
        for number in range(options.processes):
            shards = range(options.shards)[number :: options.processes]
            chosen = (
                "--work",
                url,
                str(number),
                ",".join(map(str, shards)),
                str(begin),
                "--seconds",
                str(options.seconds),
            )
            workers.append(
                await asyncio.create_subprocess_exec(
                    *(sys.executable, __file__, *chosen), stdout=asyncio.subprocess.PIPE
                )
            )
        outputs = [json.loads((await one.communicate())[0]) for one in workers]
    return {key: sorted(itertools.chain(*(one[key] for one in outputs))) for key in ("made", "had", "asked")}


def table(found: dict[str, list], seconds: float) -> list[tuple[str, str, str, bool]]:
    """The figures against their targets."""
    made, asked = found["made"], found["asked"]
    most = max(sum(at <= other < at + 1.0 for other in made[n : n + 200]) for n, at in enumerate(made))
    used = len(made) / seconds / CALLS_PER_SECOND
    gaps = [
        later[1] - before[2]
        for bucket in range(AT_ONCE)
        for before, later in itertools.pairwise([one for one in found["had"] if one[0] == bucket])
    ]
    median, p99 = 1000 * asked[len(asked) // 2], 1000 * asked[len(asked) * 99 // 100]
    shortest = min(gaps, default=TURN_SECONDS)
    return [
        ("calls in any second", str(most), f"at most {DISCORD_PER_SECOND}", most <= DISCORD_PER_SECOND),
        ("of 45 a second used", f"{100 * used:.0f} %", f"at least {100 * LEAST_USED:g} %", used >= LEAST_USED),
        ("asking for a call", f"median {median:.2f} ms, p99 {p99:.1f} ms", "", True),
        (
            f"between two of {len(found['had'])} turns",
            f"at least {shortest:.2f} s, at most {max(gaps, default=0):.2f} s",
            f"at least {TURN_SECONDS:g} s",
            shortest >= TURN_SECONDS - 0.005,
        ),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--away", type=float, default=0.0, help="milliseconds to the database")
    parser.add_argument("--json", type=Path, help="also write every figure to this file")
    parser.add_argument("--work", nargs=4, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.work:
        at, mine, own, when = chosen.work
        asyncio.run(work(at, int(mine), chosen.seconds, [int(one) for one in own.split(",")], float(when)))
        sys.exit(0)
    result = asyncio.run(measure(chosen))
    if chosen.json:
        chosen.json.write_text(json.dumps(result), "utf-8")
    lines = table(result, chosen.seconds)
    print(drawn(lines))
    sys.exit(not all_met(lines))
