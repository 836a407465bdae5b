"""Processes and their database fail while games are on in many servers: nothing is lost, doubled, or late.

    python tests/bench/cluster_kill.py [--kills 6] [--freezes 1] [--restarts 1] [--away 10] [--frozen 10] [--cut 20]
                                       [--processes 3] [--shards 6] [--servers 24] [--members 200] [--seed 1] [--json FILE]

The whole of it: --kills 50 --freezes 10 --restarts 5 --away 60 --frozen 60 --cut 30, about an hour. Each server has a game on
all the while, and a question of the day. Ends with 1 when anything was lost, doubled or changed, or a shard was taken over
later than 15 s after its process failed, and 5 s more for each that identified before it in its bucket.
"""

import argparse
import asyncio
import dataclasses
import json
import statistics
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "e2e"), str(TESTS / "bench"), str(TESTS.parent)]

import engines  # noqa: E402
from clustered import Clustered, Found, Plan, relay  # noqa: E402
from figures import all_met, drawn  # noqa: E402
from together import Together  # noqa: E402

from bot.playground.server import Playground  # noqa: E402

AT_ONCE, IDENTIFY_SECONDS = 2, 5.0
MINUTES_A_FAULT = 0.2
"""The questions of the day are spread over so long."""
P99_SECONDS = 3.0


async def main(options: argparse.Namespace) -> Found:
    """One run on a server and a playground of its own."""
    server = engines.Server()
    server.start()
    try:
        engines.prepare(server.address)
        with tempfile.TemporaryDirectory() as folder, engines.on(server.address) as databases:
            return await played(options, server, Path(folder), databases)
    finally:
        server.remove()


async def played(
    options: argparse.Namespace, server: engines.Server, folder: Path, databases: engines.OnSqlite
) -> Found:
    """The run itself."""
    settings = {"STUDYHALL_PACE_FACTOR": "0.1", "STUDYHALL_PROGRESS_SECONDS": "1", "STUDYHALL_LOG_LEVEL": "info"}
    found_at = await databases.settings(folder / "data" / "studyhall.db")
    plan = Plan(
        kills=options.kills,
        freezes=options.freezes,
        restarts=options.restarts,
        away=options.away,
        frozen=options.frozen,
        cut=options.cut,
    )
    (folder / "relayed").mkdir()
    async with Playground() as playground:
        cluster = Together(playground, folder, options.shards, options.servers, **settings)
        playground.gateway.at_once, playground.gateway.identify_seconds = AT_ONCE, IDENTIFY_SECONDS
        minutes = MINUTES_A_FAULT * len(plan.faults)
        run = Clustered(cluster, server, options.seed, options.members, minutes)
        run.relay = await relay(server.folder, folder / "relayed")
        relayed = found_at["STUDYHALL_DATABASE_URL"].replace(str(server.folder), str(folder / "relayed"))
        try:
            found = await run.run(plan, options.processes, relayed)
            found.wrong += [f"{playground.gateway.too_soon} identified too soon"] * bool(playground.gateway.too_soon)
            return found
        finally:
            await cluster.kill()
            run.relay.kill()
            await run.relay.wait()
            if options.logs:
                options.logs.write_text("\n".join(f"--- {bot.number}\n{bot.log()}" for bot in cluster.bots), "utf-8")


def table(found: Found) -> list[tuple[str, str, str, bool]]:
    """The figures against their targets."""
    late = [one for one in found.takeovers if one.seconds > one.allowed]
    seconds = sorted(one.seconds for one in found.takeovers) or [0.0]
    answered = found.answered_seconds or [0.0]
    p99 = statistics.quantiles(answered, n=100)[98] if len(answered) > 1 else answered[0]
    outages = found.in_outages
    return [
        ("lost, doubled or changed", str(len(found.wrong)), "none", not found.wrong),
        (
            f"takeovers of {len(found.takeovers)} shards",
            f"median {statistics.median(seconds):.1f} s, longest {seconds[-1]:.1f} s, {len(late)} too late",
            f"within {15:g} s, and 5 s for each before it in its bucket",
            not late,
        ),
        (
            "answers to clicks",
            f"median {1000 * statistics.median(answered):.0f} ms, p99 {1000 * p99:.0f} ms",
            f"p99 under {P99_SECONDS:g} s",
            p99 < P99_SECONDS,
        ),
        (
            f"told within 3 s, of {sum(outages.values())} who asked without the database",
            f"{outages.get('acknowledged', 0)}, slowest {found.slowest_in_outages:.1f} s",
            "all",
            not outages.get("failed"),
        ),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, number in (("kills", 6), ("freezes", 1), ("restarts", 1), ("processes", 3), ("shards", 6)):
        parser.add_argument(f"--{name}", type=int, default=number)
    for name, seconds in (("away", 10.0), ("frozen", 10.0), ("cut", 20.0)):
        parser.add_argument(f"--{name}", type=float, default=seconds, help="seconds; 0 for not at all")
    for name, number in (("servers", 24), ("members", 200), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("--json", type=Path, help="also write every figure to this file")
    parser.add_argument("--logs", type=Path, help="also write the logs of all processes to this file")
    chosen = parser.parse_args()
    result = asyncio.run(main(chosen))
    done = ", ".join(f"{count} {what}" for what, count in result.faults_done.items())
    print(
        f"{done}; {result.games} games, {result.rounds} rounds, {result.dailies} questions of the day, "
        f"{result.clicks} clicks ({result.unanswered} without an answer), {result.acknowledged} answers acknowledged"
    )
    lines = table(result)
    print(drawn(lines))
    print("\n".join(result.wrong))
    if chosen.json:
        plain = dataclasses.asdict(dataclasses.replace(result, faults_done={}, in_outages={}))
        plain |= {"faults_done": dict(result.faults_done), "in_outages": dict(result.in_outages)}
        chosen.json.write_text(json.dumps(plain, indent=2), "utf-8")
    sys.exit(not all_met(lines))
