"""The bot under steady use: does it keep its pace, and does anything grow?

    python tests/bench/soak.py [--minutes 60] [--rate 50] [--json FILE]

So many interactions a second over the playground: help, lessons, quizzes with answers, boards, terms. Memory, threads, open
files and tasks are compared between the end of the first tenth (of a short soak, its first minute: what is made at the first
use is there by then) and the end, each once the connections that were kept for a next request are closed. Linux only.
Ends in a table.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))

from figures import all_met, drawn
from hosting import Bot, Member, buttons
from leftovers import State, left_over, look

from bot.playground.server import Playground

MEMBERS = 20
KEPT_MESSAGES = 2_000
GROWTH = 0.05
WARM_SECONDS = 60.0


async def act(member: Member, chance: Random) -> None:
    """One or two interactions of a member."""
    what = chance.random()
    if what < 0.4:
        question = await member.command("quiz", questions=1)
        letter = chance.choice([label for label in buttons(question) if label in "ABCD"])
        await member.press(question, letter)
    elif what < 0.6:
        page = await member.command("lesson", section="threads")
        await member.press(
            page, chance.choice([label for label in buttons(page) if label.startswith(("Next", "Contents"))])
        )
    elif what < 0.75:
        await member.command("leaderboard")
    elif what < 0.9:
        await member.command("term", name="deadlock")
    else:
        await member.command("help")


def forget_old_messages(playground: Playground) -> None:
    """Keep the playground itself from growing: what counts here is the bot."""
    for channel in playground.world.channels.values():
        for message_id in list(channel.messages)[:-KEPT_MESSAGES]:
            del channel.messages[message_id]


async def measure(seconds: float, rate: float) -> dict[str, Any]:
    """All figures."""
    chance = Random(5)
    warm_seconds = max(seconds / 10, min(WARM_SECONDS, seconds / 2))
    waits: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        async with Playground() as playground:
            for number in range(MEMBERS - len(playground.world.members)):
                playground.acts.add_member(f"Member {number}")
            members = [Member(playground, number) for number in range(MEMBERS)]
            bot = Bot(playground, Path(folder) / "data", STUDYHALL_LOG_LEVEL="warning")
            await bot.start()
            assert bot.process is not None
            loop = asyncio.get_running_loop()
            began, done, failed = loop.time(), 0, 0
            first: State | None = None
            running: set[asyncio.Task[None]] = set()

            async def one(member: Member) -> None:
                nonlocal done, failed
                asked = time.perf_counter()
                try:
                    await act(member, chance)
                    waits.append(time.perf_counter() - asked)
                    done += 1
                except AssertionError:
                    failed += 1

            acted = 0
            while (now := loop.time() - began) < seconds:
                if not first and now > warm_seconds:
                    await asyncio.gather(*running)
                    paused = loop.time()
                    first = await look(members[0], bot.process.pid)
                    began += loop.time() - paused
                task = asyncio.create_task(one(members[acted % MEMBERS]))
                running.add(task)
                task.add_done_callback(running.discard)
                acted += 1
                if acted % 500 == 0:
                    forget_old_messages(playground)
                # An act is 1.6 interactions on average.
                await asyncio.sleep(max(0.0, began + acted * 1.6 / rate - loop.time()))
            await asyncio.gather(*running)
            last = await look(members[0], bot.process.pid)
            log = bot.log()
            await bot.stop()
    ordered = sorted(waits)
    return {
        "seconds": seconds,
        "interactions": round(done * 1.6),
        "failed": failed,
        "errors": log.count(" ERROR "),
        "p50_ms": ordered[len(ordered) // 2] * 1000,
        "p99_ms": ordered[int(len(ordered) * 0.99)] * 1000,
        "first": first,
        "last": last,
    }


def table(found: dict[str, Any]) -> bool:
    """Print the figures against their targets; says whether all were met."""
    first, last = found["first"], found["last"]
    grown = last.kib / first.kib - 1
    left, explained = left_over(first, last)
    rows = [
        (
            f"{found['seconds'] / 60:g} minutes of steady use",
            f"{found['interactions']:,} interactions, {found['failed']} failed, {found['errors']} errors; an act took p50 "
            f"{found['p50_ms']:.0f} ms, p99 {found['p99_ms']:.0f} ms",
            "none failed",
            not found["failed"] and not found["errors"],
        ),
        (
            "memory from the first look to the end",
            f"{first.kib / 1024:.1f} to {last.kib / 1024:.1f} MiB: {grown:+.1%}",
            f"within {GROWTH:.0%}",
            grown <= GROWTH,
        ),
        ("left over", left, "nothing", explained),
    ]
    print(drawn(rows))
    return all_met(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=float, default=50, help="interactions a second")
    parser.add_argument("--json", type=Path, help="also write every figure to this file")
    options = parser.parse_args()
    figures = asyncio.run(measure(options.minutes * 60, options.rate))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2, default=sorted), "utf-8")
    sys.exit(0 if table(figures) else 1)
