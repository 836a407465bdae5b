"""Every demo, many times: how often it claims something, and whether a claim is ever false.

    python tests/bench/lab.py [--times 20] [--busy] [--only NAME] [--save-reference] [--json]

``--busy`` keeps every core busy meanwhile. A claim is false when it is not what the lesson says. Ends in a table of target,
measured, met; ``--save-reference`` keeps the first clear result of each demo as the one that busy hosts show.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from figures import all_met, drawn

from bot.demos import reference
from bot.demos.registry import DEMOS
from bot.errors import WorkerError
from bot.services.demo.lab import Lab
from bot.workers import Workers

TRUE = {
    "io-wait": {"overlap"},
    "cpu-work": {"processes"},
    "too-many-workers": {"same", "slower"},
    "gil-release": {"c-code"},
    "pool-start": {"threads"},
    "pickle-cost": {"grows"},
    "chunk-size": {"inline"},
    "process-memory": {"fork"},
    "blocked-loop": {"stops"},
    "threads-or-tasks": {"tasks"},
    "shared-counter": {"less"},
    "lock-cost": {"little"},
    "handing-over": {"simple"},
    "queue-speed": {"tasks"},
    "deadlock": {"neither"},
}
"""What the lesson says of each, on a standard build with two cores."""
CLEAR_WHEN_QUIET = 0.8


async def measure(names: list[str], times: int) -> dict[str, Any]:
    """Each demo so many times, by turns."""
    workers = Workers()
    found: dict[str, Any] = {name: {"claims": Counter(), "seconds": [], "bars": None, "host": ""} for name in names}
    try:
        lab = Lab(workers, wall_seconds=30, rounds=3)
        for _ in range(times):
            for name in names:
                demo, kept = DEMOS[name], found[name]
                began = time.monotonic()
                try:
                    measured = await lab.measure(demo)
                except WorkerError as problem:
                    kept["claims"][f"stopped: {type(problem).__name__}"] += 1
                    continue
                kept["seconds"].append(time.monotonic() - began)
                claim = demo.read(measured).right_choice
                kept["claims"][claim or "none"] += 1
                if claim and not kept["bars"]:
                    chart = demo.chart(measured)
                    kept["bars"] = [[bar.label, bar.shown] for bar in chart.bars]
                    kept["host"] = chart.footer.partition(" · median")[0]
    finally:
        await workers.close()
    return found


def table(found: dict[str, Any], times: int, *, busy: bool) -> bool:
    """Print what was found; says whether every target was met."""
    rows = []
    for name, kept in found.items():
        claims: Counter[str] = kept["claims"]
        silent = sum(count for claim, count in claims.items() if claim == "none" or claim.startswith("stopped"))
        false = times - silent - sum(claims[claim] for claim in TRUE[name])
        clear = times - silent
        met = not false and (busy or clear >= CLEAR_WHEN_QUIET * times)
        longest = max(kept["seconds"], default=0)
        target = "no false claim" if busy else f"no false claim, clear in {CLEAR_WHEN_QUIET:.0%}"
        got = f"{false} false claims, clear in {clear} of {times}, at most {longest:.1f} s"
        rows.append((f"{name}{', both cores busy' if busy else ''}", got, target, met))
    print(drawn(rows, "demo"))
    return all_met(rows)


def main() -> int:
    """Measure and print; 0 when every target was met."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--busy", action="store_true")
    parser.add_argument("--only")
    parser.add_argument("--save-reference", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    names = [options.only] if options.only else list(DEMOS)
    count = (os.cpu_count() or 1) * options.busy
    hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        found = asyncio.run(measure(names, options.times))
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()
    if options.json:
        print(json.dumps(found, indent=2))
    met = table(found, options.times, busy=options.busy)
    if options.save_reference:
        stored = json.loads(reference.FILE.read_text("utf-8"))
        stored |= {name: {"bars": kept["bars"], "host": kept["host"]} for name, kept in found.items() if kept["bars"]}
        reference.FILE.write_text(json.dumps(stored, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
