"""A thousand members click within one second on one round: who is told when, and what it costs.

    python tests/bench/burst.py [--members 1000] [--turns 3] [--clients 32] [--json FILE]
    python tests/bench/burst.py --storm [--members 5000]

With ``--clients`` it is a closed loop instead: so many members are under way at a time, and when one has an answer the next
clicks; that measures clicks a second where the burst measures waits.
With ``--storm`` more click than a machine can answer, 5,000 in two seconds, on Studyhall alone: how many are answered in
time, that every click is stored, CPU a click, and the seconds until the bot is idle again.
Studyhall and a minimal discord.py + aiosqlite bot (one row and one commit a click) by turns, each a process of its own;
the playground and the members run in this one. Medians of the turns are printed.
"""

import argparse
import asyncio
import contextlib
import json
import os
import platform
import signal
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "e2e")]

from evening import Channel, custom_ids  # noqa: E402
from figures import drawn  # noqa: E402
from hosting import Bot, Member, text, until  # noqa: E402

from bot.playground import acts  # noqa: E402
from bot.playground.server import Playground  # noqa: E402

ANSWERING = Path(__file__).with_name("answering_bot.py")
WITHIN_SECONDS = 1.0
STORM_MEMBERS, STORM_SECONDS = 5_000, 2.0
IDLE_SECONDS = 0.5
"""So long nearly no CPU is used by a bot that is idle."""
WARM_UP = 50


@dataclass
class Turn:
    """One burst."""

    who: str
    acknowledged: int
    failed: int
    rows: int
    p50_ms: float
    p99_ms: float
    longest_ms: float
    seconds: float
    cpu_seconds: float


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def quantile(values: list[float], share: float) -> float:
    """The smallest value that this share of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def click_all(
    playground: Playground,
    members: list[Member],
    message: dict[str, Any],
    ids: list[str],
    seconds: float,
    clients: int = 0,
) -> tuple[list[float], int, float]:
    """Every member clicks at a moment of their own; returns the waits in seconds, how many failed, and the whole time.

    With ``clients`` so many are under way at a time, and the next clicks when one is answered.
    """
    loop, chance = asyncio.get_running_loop(), Random(7)
    waits: list[float] = []
    failed = 0
    done = asyncio.Event()

    def click(member: Member) -> None:
        started = time.perf_counter()

        def hear(state: str, _details: object) -> None:
            nonlocal failed
            if state == "acknowledged":
                waits.append(time.perf_counter() - started)
            else:
                failed += 1
            if len(waits) + failed == len(members):
                done.set()
            elif clients and (member_after := next(waiting, None)):
                click(member_after)

        playground.acts.click(member.id, message["channel_id"], message["id"], chance.choice(ids), hear)

    started = time.perf_counter()
    waiting = iter(members[clients:] if clients else ())
    for member in members[:clients] if clients else members:
        loop.call_later(0 if clients else chance.uniform(0, seconds), click, member)
    await asyncio.wait_for(done.wait(), 60)
    return waits, failed, time.perf_counter() - started


async def burst(
    who: str, pid: int, playground: Playground, members: list[Member], message: dict[str, Any], clients: int
) -> Turn:
    """Warm up, then measure one burst."""
    ids = [one for one in custom_ids(message) if one.startswith(("answer:", "sh:game.pick:"))]
    await click_all(playground, members[:WARM_UP], message, ids, 0.2)
    before = cpu_seconds(pid)
    waits, failed, seconds = await click_all(playground, members[WARM_UP:], message, ids, WITHIN_SECONDS, clients)
    used = cpu_seconds(pid) - before
    return Turn(
        who,
        len(waits) + WARM_UP,
        failed,
        0,
        statistics.median(waits) * 1000,
        quantile(waits, 0.99) * 1000,
        max(waits) * 1000,
        seconds,
        used * 1000 / (len(members) - WARM_UP),
    )


@contextlib.asynccontextmanager
async def hall(members: int) -> AsyncIterator[tuple[Playground, list[Member]]]:
    """A playground with so many members, and one more who hosts and does not answer."""
    acts.MAX_MEMBERS = max(acts.MAX_MEMBERS, members + 1)  # what a page can show is no matter here
    async with Playground() as playground:
        for number in range(members + 1 - len(playground.world.members)):
            playground.acts.add_member(f"Member {number}")
        yield playground, [Member(playground, number) for number in range(members + 1)]


async def studyhall(folder: Path, count: int, clients: int) -> Turn:
    """A turn of ours: a calm competition's first round; the host does not answer, so that it stays open."""
    async with hall(count) as (playground, members):
        bot = Bot(playground, folder / "data", STUDYHALL_PROGRESS_SECONDS="2")
        await bot.start()
        assert bot.process is not None
        host, *others = members
        lobby = await host.command("compete", pace="calm")
        await host.steer(lobby, "Start")
        turn = await burst("studyhall", bot.process.pid, playground, others, await Channel(playground).open(0), clients)
        await bot.stop()
        with contextlib.closing(sqlite3.connect(bot.data_dir / "studyhall.db")) as database:
            [(turn.rows,)] = database.execute("SELECT count(*) FROM competition_answer").fetchall()
    return turn


async def idle(pid: int) -> None:
    """Wait until a process has nothing to do."""
    before, used = 0.0, cpu_seconds(pid)
    while used - before > 0.1 * IDLE_SECONDS:
        await asyncio.sleep(IDLE_SECONDS)
        before, used = used, cpu_seconds(pid)


async def storm(folder: Path, count: int) -> str:
    """More clicks than can be answered: what became of them."""
    async with hall(count) as (playground, members):
        bot = Bot(playground, folder / "data", STUDYHALL_PROGRESS_SECONDS="2")
        await bot.start()
        assert bot.process is not None
        host, *others = members
        lobby = await host.command("compete", pace="calm")
        await host.steer(lobby, "Start")
        message = await Channel(playground).open(0)
        ids = [one for one in custom_ids(message) if one.startswith("sh:game.pick:")]
        before, started = cpu_seconds(bot.process.pid), time.perf_counter()
        waits, failed, _ = await click_all(playground, others, message, ids, STORM_SECONDS)
        await idle(bot.process.pid)
        seconds = time.perf_counter() - started - IDLE_SECONDS
        used = cpu_seconds(bot.process.pid) - before
        again = await others[-1].forge(message, ids[0])
        with contextlib.closing(sqlite3.connect(bot.data_dir / "studyhall.db")) as database:
            [(stored,)] = database.execute("SELECT count(*) FROM competition_answer").fetchall()
        await bot.stop()
        log = bot.log()
    return (
        f"{count} clicks in {STORM_SECONDS:g} s: {len(waits)} answered in time, {failed} not; {stored} stored; "
        f"{used / count * 1000:.2f} ms of CPU a click; idle after {seconds:.1f} s; "
        f"the log has {len(log) / 1e6:.2f} MB and {log.count('Traceback')} tracebacks\n"
        f"the last member's next press: {text(again)}\n"
    )


async def minimal(folder: Path, count: int, clients: int) -> Turn:
    """A turn of the minimal bot."""
    async with hall(count) as (playground, members):
        environment = os.environ | playground.bot_environment | {"ANSWERS": str(folder / "answers.db")}
        process = await asyncio.create_subprocess_exec(sys.executable, str(ANSWERING), env=environment)
        await until(playground, lambda: playground.gateway.identified and playground.world.commands, "the minimal bot")
        host, *others = members
        message = await host.command("ask")
        turn = await burst("minimal", process.pid, playground, others, message, clients)
        process.send_signal(signal.SIGTERM)
        await process.wait()
        with contextlib.closing(sqlite3.connect(folder / "answers.db")) as database:
            [(turn.rows,)] = database.execute("SELECT count(*) FROM answer").fetchall()
    return turn


async def measure(turns: int, count: int, clients: int) -> dict[str, Any]:
    """Both by turns."""
    found: list[tuple[Turn, Turn]] = []
    for _ in range(turns):
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
            theirs = await minimal(Path(one), count, clients)
            ours = await studyhall(Path(other), count, clients)
        found.append((ours, theirs))
    answered = count - WARM_UP
    throughput = statistics.median((answered / o.seconds) / (answered / t.seconds) for o, t in found)
    cpu = statistics.median(o.cpu_seconds / t.cpu_seconds for o, t in found)
    machine = f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores"
    return {
        "machine": machine,
        "members": count,
        "clients": clients,
        "turns": [{"studyhall": asdict(o), "minimal": asdict(t)} for o, t in found],
        "throughput_ratio": throughput,
        "cpu_ratio": cpu,
    }


def table(result: dict[str, Any]) -> str:
    """The figures against their targets."""
    ours, theirs = ([turn[who] for turn in result["turns"]] for who in ("studyhall", "minimal"))

    def median(turns: list[dict[str, Any]], key: str) -> float:
        return statistics.median(turn[key] for turn in turns)

    lost = sum(turn["failed"] for turn in ours)
    unequal = sum(turn["rows"] != turn["acknowledged"] for turn in ours)
    longest = max(turn["longest_ms"] for turn in ours)
    lines = [
        ("acknowledged within 3 s", f"longest {longest:.0f} ms, {lost} not", "all", longest < 3_000 and not lost),
        ("rows = acknowledgements", f"{median(ours, 'rows'):.0f}, unequal in {unequal} turns", "in all", not unequal),
        (
            "acknowledgement p50, p99",
            f"{median(ours, 'p50_ms'):.0f} ms, {median(ours, 'p99_ms'):.0f} ms; minimal bot "
            f"{median(theirs, 'p50_ms'):.0f} ms, {median(theirs, 'p99_ms'):.0f} ms",
            "printed",
            True,
        ),
        (
            "throughput beside the minimal bot",
            f"{result['throughput_ratio']:.2f} times ({median(ours, 'seconds'):.2f} s, {median(theirs, 'seconds'):.2f} s)",
            "at least 1.0 times",
            result["throughput_ratio"] >= 1.0,
        ),
        (
            "CPU for 1,000 answers",
            f"{median(ours, 'cpu_seconds'):.2f} s, minimal bot {median(theirs, 'cpu_seconds'):.2f} s: "
            f"{result['cpu_ratio']:.2f} times",
            "at most 1.25 times",
            result["cpu_ratio"] <= 1.25,
        ),
    ]
    at_a_time = f", {result['clients']} at a time" if result["clients"] else ""
    head = f"{result['machine']}; {result['members']} members{at_a_time}, medians of {len(ours)} turns"
    return f"{head}\n\n{drawn(lines)}\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--members", type=int, default=1000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--clients", type=int, default=0, help="a closed loop of so many (default: a burst)")
    parser.add_argument("--json", type=Path, help="also write every figure to this file")
    parser.add_argument("--storm", action="store_true", help="5,000 clicks in two seconds, more than can be answered")
    options = parser.parse_args()
    if options.storm:
        with tempfile.TemporaryDirectory() as one:
            print(asyncio.run(storm(Path(one), max(options.members, STORM_MEMBERS))))
        sys.exit()
    result = asyncio.run(measure(options.turns, options.members, options.clients))
    if options.json:
        options.json.write_text(json.dumps(result, indent=2), "utf-8")
    print(shown := table(result))
    sys.exit(1 if "| NO |" in shown else 0)
