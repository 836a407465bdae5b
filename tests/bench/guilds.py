"""What a server costs in memory, beside a minimal discord.py bot: both join 1,000 and then 5,000 servers.

    python tests/bench/guilds.py [--guilds 1000 5000] [--shards 1] [--json FILE]

The minimal bot has one shard. Linux only. Ends in a table of target, measured, met.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))

from figures import all_met, drawn
from hosting import Member, until
from start_size_lag import MINIMAL, memory_mib

from bot.playground.server import Playground
from bot.wording import counted

AT_MOST = 1.25
SETTLE_SECONDS = 4.0


async def grow(command: list[str], steps: list[int], settings: dict[str, str], shards: int = 1) -> list[float]:
    """MiB after each number of servers, the first with the one that the playground has."""
    async with Playground() as playground:
        playground.gateway.shards, playground.gateway.at_once = shards, 16
        environment = os.environ | playground.bot_environment | settings
        process = await asyncio.create_subprocess_exec(
            *command, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
        await until(
            playground, lambda: playground.world.commands and playground.gateway.identified == shards, "connected"
        )
        await asyncio.sleep(SETTLE_SECONDS)
        found, made = [memory_mib(process.pid)], 0
        for step in steps:
            while made < step:
                guild = playground.world.guild()
                made += 1
                guild |= {"id": str(10**17 + (made << 22)), "name": f"Server {made}"}
                playground.gateway.dispatch("GUILD_CREATE", guild)
                if made % 50 == 0:
                    await asyncio.sleep(0.05)
            await Member(playground).command("help" if "-m" in command else "hello")  # it has got this far
            await asyncio.sleep(SETTLE_SECONDS)
            found.append(memory_mib(process.pid))
        process.terminate()
        await process.wait()
        return found


async def measure(steps: list[int], shards: int) -> dict[str, Any]:
    """Both, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        minimal = await grow([sys.executable, str(MINIMAL)], steps, {})
        ours = await grow([sys.executable, "-m", "bot", "run"], steps, {"STUDYHALL_DATA_DIR": folder}, shards)
    return {"steps": steps, "shards": shards, "studyhall_mib": ours, "minimal_mib": minimal}


def table(found: dict[str, Any]) -> bool:
    """Print the figures against their target; says whether all were met."""
    ours, minimal = found["studyhall_mib"], found["minimal_mib"]
    rows = []
    for number, step in enumerate(found["steps"], 1):
        each, theirs = ((mib[number] - mib[0]) * 1024 / step for mib in (ours, minimal))
        got = f"{each:.1f} kB, minimal bot {theirs:.1f} kB: {each / theirs:.2f} times"
        what = f"memory a server, with {step:,} of them on {counted(found['shards'], 'shard')}"
        rows.append((what, got, f"at most {AT_MOST} times", each <= AT_MOST * theirs))
    print(drawn(rows))
    return all_met(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--guilds", type=int, nargs="+", default=[1_000, 5_000])
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--json", type=Path, help="also write every figure to this file")
    options = parser.parse_args()
    figures = asyncio.run(measure(options.guilds, options.shards))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2), "utf-8")
    sys.exit(0 if table(figures) else 1)
