"""Two hundred competitions at once in one process: how fast clicks are answered, how late reveals are, what a game weighs.

    python tests/bench/breadth.py [--games 200] [--seconds 60] [--json FILE]

The bot is a process of its own; the playground, with Discord's limits on, and the members run in this one. The games begin
one after the other over one round's time, as games of different servers would; about 200 answers a second come in.
"""

import argparse
import asyncio
import json
import os
import platform
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "e2e"), str(TESTS / "bench")]

from burst import cpu_seconds, quantile  # noqa: E402
from evening import Channel, custom_ids  # noqa: E402
from figures import drawn  # noqa: E402
from hosting import Bot, Member, text  # noqa: E402
from start_size_lag import memory_mib  # noqa: E402

from bot.playground import world  # noqa: E402
from bot.playground.server import Playground  # noqa: E402

PLAYERS = 27
CYCLE_SECONDS = 25.0
DRAIN_MS = 1_500
MAX_ACKNOWLEDGED_MS, MAX_LATE_MS, MAX_GAME_KB = 250, 2_000, 200


class Breadth:
    """The members of all games, and what they see."""

    def __init__(self, playground: Playground, channels: list[str]) -> None:
        self.playground = playground
        self.channels = set(channels)
        self.members = [Member(playground, number) for number in range(PLAYERS + 1)]
        self.chance = Random(11)
        self.measuring = False
        self.waits: list[float] = []
        self.late_ms: list[int] = []
        self.failed = 0
        self._deadlines: dict[str, int] = {}
        self._revealed: set[str] = set()
        playground.world.listeners.append(self._hear)

    async def begin(self, channel_id: str) -> None:
        """Open a game in a channel and start it; the host does not answer, so every round runs to its deadline."""
        host = Member(self.playground, 0, channel_id)
        lobby = await host.command("compete", rounds=12, pace="quick", difficulty="easy")
        await host.steer(lobby, "Start")

    def _hear(self, event: str, data: dict[str, Any], viewer: str | None) -> None:
        if event != "message" or viewer is not None or data["channel_id"] not in self.channels:
            return
        ids = custom_ids(data)
        if any(one.startswith("sh:game.pick") for one in ids):
            closes = re.search(r"Closes <t:(\d+)", text(data))
            if data["id"] not in self._deadlines:
                for member in self.members[1:]:
                    custom_id = self.chance.choice([one for one in ids if one.startswith("sh:game.pick")])
                    after = self.chance.uniform(0.3, 11.0)
                    asyncio.get_running_loop().call_later(after, self._click, member, data, custom_id)
            if closes:
                self._deadlines[data["id"]] = int(closes[1]) * 1000
        elif any(one.startswith("sh:game.mine") for one in ids) and data["id"] not in self._revealed:
            self._revealed.add(data["id"])
            if self.measuring and data["id"] in self._deadlines:
                due_ms = self._deadlines[data["id"]] + DRAIN_MS
                self.late_ms.append(max(0, self.playground.world.now_ms() - due_ms))

    def _click(self, member: Member, message: dict[str, Any], custom_id: str) -> None:
        started = time.perf_counter()
        measuring = self.measuring

        def hear(state: str, _details: object) -> None:
            if measuring:
                if state == "acknowledged":
                    self.waits.append(time.perf_counter() - started)
                else:
                    self.failed += 1
            asyncio.get_running_loop().call_soon(self.playground.interactions._by_id.pop, one.id, None)

        one = self.playground.acts.click(member.id, message["channel_id"], message["id"], custom_id, hear)


async def measure(games: int, seconds: float) -> dict[str, Any]:
    """All figures of one run."""
    with tempfile.TemporaryDirectory() as folder:
        async with Playground() as playground:
            for number in range(PLAYERS + 1 - len(playground.world.members)):
                playground.acts.add_member(f"Member {number}")
            channels = []
            for number in range(games):
                channel = world.Channel(playground.world.new_id(), f"quiz-{number}")
                playground.world.channels[channel.id] = channel
                channels.append(channel.id)
            bot = Bot(playground, Path(folder) / "data", STUDYHALL_PROGRESS_SECONDS="2")
            await bot.start()
            assert bot.process is not None
            pid = bot.process.pid
            first = Member(playground)  # one game before, so that what every process needs once is not counted
            await first.steer(await first.command("compete", rounds=3), "Start")
            await first.steer(await Channel(playground).open(0), "End game for everyone")
            await Channel(playground).podium()
            before = memory_mib(pid)
            run = Breadth(playground, channels)
            for channel_id in channels:
                await asyncio.gather(run.begin(channel_id), asyncio.sleep(CYCLE_SECONDS / games))
            run.measuring = True
            used, started = cpu_seconds(pid), time.perf_counter()
            await asyncio.sleep(seconds)
            run.measuring = False
            took = time.perf_counter() - started
            used = cpu_seconds(pid) - used
            after = memory_mib(pid)
            await bot.stop()
    return {
        "machine": f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores",
        "games": games,
        "answers": len(run.waits),
        "failed": run.failed,
        "answers_per_second": len(run.waits) / took,
        "acknowledged_p50_ms": statistics.median(run.waits) * 1000,
        "acknowledged_p99_ms": quantile(run.waits, 0.99) * 1000,
        "acknowledged_longest_ms": max(run.waits) * 1000,
        "reveals": len(run.late_ms),
        "late_p50_ms": statistics.median(run.late_ms),
        "late_p99_ms": quantile([float(ms) for ms in run.late_ms], 0.99),
        "late_longest_ms": max(run.late_ms),
        "game_kb": (after - before) * 1024 / games,
        "cpu_share": used / took,
    }


def table(result: dict[str, Any]) -> str:
    """The figures against their targets."""
    r = result
    lines = [
        (
            f"acknowledgements at {r['answers_per_second']:.0f} answers a second",
            f"p50 {r['acknowledged_p50_ms']:.0f} ms, p99 {r['acknowledged_p99_ms']:.0f} ms, longest "
            f"{r['acknowledged_longest_ms']:.0f} ms; {r['failed']} of {r['answers'] + r['failed']} not answered",
            f"p99 under {MAX_ACKNOWLEDGED_MS} ms, none lost",
            r["acknowledged_p99_ms"] < MAX_ACKNOWLEDGED_MS and not r["failed"],
        ),
        (
            f"{r['reveals']} reveals late by",
            f"p50 {r['late_p50_ms']:.0f} ms, p99 {r['late_p99_ms']:.0f} ms, longest {r['late_longest_ms']} ms",
            f"p99 under {MAX_LATE_MS} ms",
            r["late_p99_ms"] < MAX_LATE_MS,
        ),
        ("memory for a live game", f"{r['game_kb']:.0f} kB", f"under {MAX_GAME_KB} kB", r["game_kb"] < MAX_GAME_KB),
        ("CPU of the bot", f"{r['cpu_share'] * 100:.0f} % of a core", "printed", True),
    ]
    return f"{r['machine']}; {r['games']} competitions at once\n\n{drawn(lines)}\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--games", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--json", type=Path, help="also write every figure to this file")
    options = parser.parse_args()
    found = asyncio.run(measure(options.games, options.seconds))
    if options.json:
        options.json.write_text(json.dumps(found, indent=2), "utf-8")
    print(shown := table(found))
    sys.exit(1 if "| NO |" in shown else 0)
