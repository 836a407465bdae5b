"""How long the bot takes to start, how much memory it idles in, and how it answers while a demo runs.

    python tests/bench/start_size_lag.py [--runs N] [--json FILE]

Studyhall and a minimal discord.py bot start by turns against the playground's server; medians and ratios are printed.
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
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from figures import drawn
from hosting import Bot, Member, buttons, until

from bot.playground.server import Playground

IDLE_SECONDS = 3.0
AT_MOST = {"start_seconds": 1.8, "memory_mib": 2.0}
"""Times the minimal bot's."""
MINIMAL = Path(__file__).with_name("minimal_bot.py")


async def start_and_size(playground: Playground, command: list[str], settings: dict[str, str]) -> dict[str, float]:
    """One start: seconds from the process's start to its registered commands, then MiB of memory when idle."""
    playground.world.commands = []
    identified = playground.gateway.identified
    environment = os.environ | playground.bot_environment | settings
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as at home: what was compiled once is not compiled again
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    await until(playground, lambda: playground.world.commands, "registered commands")
    seconds = time.perf_counter() - started
    await until(playground, lambda: playground.gateway.identified > identified, "the gateway")
    await asyncio.sleep(IDLE_SECONDS)
    memory = {"main": memory_mib(process.pid), "workers": sum(map(memory_mib, children(process.pid)))}
    process.terminate()
    await process.wait()
    return {"start_seconds": seconds, "memory_mib": memory["main"], "workers_mib": memory["workers"]}


def memory_mib(pid: int) -> float:
    """Resident memory of a process (Linux; 0 elsewhere)."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii")
    except OSError:
        return 0.0
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def children(pid: int) -> list[int]:
    """The processes that a process started (Linux)."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    except OSError:
        return []


async def lag_during_a_demo(folder: Path) -> dict[str, float]:
    """The CPU-bound demo runs while another member keeps asking for /help."""
    async with Playground() as playground:
        bot = Bot(playground, folder / "data", STUDYHALL_DEMO_ROUNDS="3")
        await bot.start()
        ada, grace = Member(playground), Member(playground, 1)
        opened = await ada.command("demo", name="cpu-work")
        await ada.press(opened, "▶ Run it now")
        waits: list[float] = []
        while "Try it yourself" not in buttons(ada.sees(opened)):
            asked = time.perf_counter()
            await grace.command("help")
            waits.append(time.perf_counter() - asked)
            await asyncio.sleep(0.1)
        await bot.stop()
        lags = re.search(r"lag p50 ([\d.]+) ms, p99 ([\d.]+) ms, longest ([\d.]+) ms", bot.log())
    ordered = sorted(waits)
    return {
        "lag_p50_ms": float(lags[1]),
        "lag_p99_ms": float(lags[2]),
        "lag_longest_ms": float(lags[3]),
        "others_answered": len(ordered),
        "other_answers_p50_ms": statistics.median(ordered) * 1000,
        "other_answers_p99_ms": ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000,
    }


async def measure(runs: int) -> dict[str, Any]:
    """All figures: both bots by turns, Studyhall without a database and then with the one it made; then the lag."""
    minimal, first, later = [], [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(runs + 1):
            data = {"STUDYHALL_DATA_DIR": str(folder / f"data-{number}")}
            async with Playground() as playground:  # another each time: registering is limited to a few times a minute
                results = (
                    await start_and_size(playground, [sys.executable, str(MINIMAL)], {}),
                    await start_and_size(playground, [sys.executable, "-m", "bot", "run"], data),
                    await start_and_size(playground, [sys.executable, "-m", "bot", "run"], data),
                )
            if number:  # the first turn only warms the disk's cache
                for runs_of_one, result in zip((minimal, first, later), results, strict=True):
                    runs_of_one.append(result)
        lag = await lag_during_a_demo(folder)
    ratios = {
        who: {
            key: statistics.median(a[key] / b[key] for a, b in zip(ours, minimal, strict=True))
            for key in ("start_seconds", "memory_mib")
        }
        for who, ours in (("first", first), ("later", later))
    }
    machine = f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores"
    return {
        "machine": machine,
        "runs": runs,
        "first": first,
        "later": later,
        "minimal": minimal,
        "ratios": ratios,
        "lag": lag,
    }


def table(result: dict[str, Any]) -> str:
    """The figures against their targets."""
    lag, ratios = result["lag"], result["ratios"]

    def median(who: str, key: str) -> float:
        return statistics.median(run[key] for run in result[who])

    def compared(what: str, who: str, key: str) -> tuple[str, str, str, bool]:
        ratio, unit = ratios[who][key], "{:.2f} s" if key == "start_seconds" else "{:.0f} MiB"
        ours, least = (unit.format(median(one, key)) for one in (who, "minimal"))
        shown = f"{ours}, minimal bot {least}: {ratio:.2f} times"
        most = AT_MOST[key]
        return (what, shown, f"at most {most:g} times", ratio <= most)

    rows = [
        compared("start to registered commands, the database there", "later", "start_seconds"),
        compared("the same at the very first start, which makes it", "first", "start_seconds"),
        compared("idle memory, main process", "later", "memory_mib"),
        ("idle memory, workers", f"{median('later', 'workers_mib'):.0f} MiB", "listed apart", True),
        (
            "event loop lag during the CPU demo",
            f"p50 {lag['lag_p50_ms']:.1f} ms, p99 {lag['lag_p99_ms']:.1f} ms, longest {lag['lag_longest_ms']:.1f} ms",
            "p99 under 20 ms",
            lag["lag_p99_ms"] < 20,
        ),
        (
            "other commands meanwhile",
            f"{lag['others_answered']} answered, p50 {lag['other_answers_p50_ms']:.0f} ms, "
            f"p99 {lag['other_answers_p99_ms']:.0f} ms",
            "all answered",
            lag["others_answered"] > 0,
        ),
    ]
    return f"{result['machine']}; medians of {result['runs']} runs\n\n{drawn(rows)}\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path, help="also write every figure to this file")
    options = parser.parse_args()
    found = asyncio.run(measure(options.runs))
    if options.json:
        options.json.write_text(json.dumps(found, indent=2), "utf-8")
    print(shown := table(found))
    sys.exit(1 if "| NO |" in shown else 0)
