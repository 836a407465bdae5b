"""Kill the bot at random moments of competitions of fifty members, and see that nothing is lost.

A question of the day is open all the while, and often a manager's decision is just being graded.

    python tests/bench/kill.py [--kills 100] [--seed 1] [--json FILE]

Ends with 1 when anything was lost, doubled or changed, or a game was not back within 5 s of READY.
"""

import argparse
import asyncio
import dataclasses
import json
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "e2e")]

from figures import drawn  # noqa: E402
from killing import Killing, Report, summary  # noqa: E402

from bot.playground.server import Playground  # noqa: E402

RESUME_SECONDS = 5.0


async def main(kills: int, seed: int) -> Report:
    """One run in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        async with Playground() as playground:
            return await Killing(playground, Path(folder), seed, busy=True).run(kills)


def table(report: Report) -> str:
    """The figures against their targets."""
    longest = max(report.resumed_seconds, default=0.0)
    lines = [
        ("lost, doubled or changed", str(len(report.faults)), "none", not report.faults),
        ("longest way back after READY", f"{longest:.2f} s", f"under {RESUME_SECONDS:g} s", longest < RESUME_SECONDS),
    ]
    return drawn(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="also write every figure to this file")
    options = parser.parse_args()
    result = asyncio.run(main(options.kills, options.seed))
    if options.json:
        options.json.write_text(json.dumps(dataclasses.asdict(result), indent=2), "utf-8")
    print(summary(result))
    print(table(result))
    print("\n".join(result.faults))
    sys.exit(bool(result.faults) or max(result.resumed_seconds, default=0.0) >= RESUME_SECONDS)
