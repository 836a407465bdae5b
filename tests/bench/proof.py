"""The whole proof by one command: every benchmark, one after the other, and one table of target, measured, met at the end.

    python tests/bench/proof.py [--full] [--json FILE]

Short it takes a quarter of an hour; ``--full`` takes more than two hours and gives the figures that the README has. With
``--json`` each script's lines are kept as soon as it ends, and a proof that was interrupted goes on with those not there yet.
Each script can be run alone as well; this one only runs them and gathers their tables.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
HOME = HERE.parents[1]


@dataclass(frozen=True)
class Run:
    """A script and its arguments."""

    script: str
    arguments: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """As one would type it."""
        return " ".join((self.script, *self.arguments))


CLUSTER_IN_FULL = (
    "--kills",
    "50",
    "--freezes",
    "10",
    "--restarts",
    "5",
    "--away",
    "60",
    "--frozen",
    "60",
    "--cut",
    "30",
)
SHORT = (
    Run("start_size_lag.py", ("--runs", "9")),
    Run("burst.py", ("--turns", "1")),
    Run("burst.py", ("--turns", "1", "--clients", "32")),
    Run("breadth.py", ("--games", "50", "--seconds", "30")),
    Run("boards.py", ("--millions", "1")),
    Run("regrade.py", ("--millions", "0.2", "--members", "100")),
    Run("lag.py", ("--answers", "100000")),
    Run("guilds.py", ("--guilds", "1000")),
    Run("load_packs.py"),
    Run("workbench.py"),
    Run("learners.py", ("--learners", "10", "--days", "20")),
    Run("soak.py", ("--minutes", "2")),
    Run("kill.py", ("--kills", "10")),
    Run("shared_limits.py", ("--seconds", "10")),
    Run("cluster_kill.py", ("--kills", "2", "--servers", "12", "--members", "100")),
    Run("demos_in_a_bot.py", ("--only", "cpu-work", "--in-a-row", "30")),
    Run("traces.py", ("--times", "8")),
)
FULL = (
    Run("start_size_lag.py", ("--runs", "21")),
    Run("burst.py", ("--turns", "5")),
    Run("burst.py", ("--turns", "5", "--clients", "32")),
    Run("breadth.py"),
    Run("boards.py", ("--millions", "1")),
    Run("boards.py", ("--millions", "10")),
    Run("regrade.py"),
    Run("lag.py"),
    Run("guilds.py"),
    Run("load_packs.py"),
    Run("workbench.py"),
    Run("learners.py"),
    Run("soak.py", ("--minutes", "60")),
    Run("kill.py", ("--kills", "100")),
    Run("shared_limits.py"),
    Run("shared_limits.py", ("--away", "2.5")),
    Run("cluster_kill.py", CLUSTER_IN_FULL),
    Run("demos_in_a_bot.py", ("--in-a-row", "100")),
    Run("lab.py", ("--times", "20")),
    Run("lab.py", ("--times", "20", "--busy")),
    Run("traces.py", ("--times", "20")),
    Run("traces.py", ("--times", "20", "--busy")),
)


@dataclass
class Row:
    """A line of a script's table."""

    command: str
    what: str
    measured: str
    target: str
    met: bool


def rows_of(run: Run, printed: str) -> list[Row]:
    """The lines of the tables that a script printed: what, measured, target, yes or NO."""
    rows = []
    for line in printed.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if line.startswith("| ") and len(cells) == 4 and cells[3] in ("yes", "NO"):
            rows.append(Row(run.command, cells[0], cells[1], cells[2], cells[3] == "yes"))
    return rows


def prove(run: Run) -> list[Row]:
    """Run one script, show what it prints, and gather its table; a script without one is a line of its own."""
    print(f"\n== {run.command}", flush=True)
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, str(HERE / run.script), *run.arguments],
        cwd=HOME,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    print(done.stdout, end="", flush=True)
    took = f"{time.monotonic() - began:.0f} s"
    rows = rows_of(run, done.stdout)
    if not rows or (done.returncode and all(row.met for row in rows)):
        last = (done.stdout.strip().splitlines() or ["it printed nothing"])[-1]
        rows.append(Row(run.command, "the script itself", f"{last} ({took})", "every target met", not done.returncode))
    return rows


def main() -> int:
    """Run all; 0 when every target was met."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--json", type=Path, help="keep every line in this file, and leave out what it has already")
    options = parser.parse_args()
    proved: dict[str, Any] = {}
    if options.json and options.json.exists():
        proved = json.loads(options.json.read_text("utf-8"))
    runs = FULL if options.full else SHORT
    for run in runs:
        if run.command not in proved:
            began = time.monotonic()
            lines = [asdict(row) for row in prove(run)]
            proved[run.command] = {"ended": time.strftime("%F %T"), "seconds": time.monotonic() - began, "rows": lines}
        if options.json:
            options.json.write_text(json.dumps(proved, indent=2), "utf-8")
    rows = [Row(**row) for run in runs for row in proved[run.command]["rows"]]
    machine = f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores"
    print(f"\n{machine}; {sum(proved[run.command]['seconds'] for run in runs) / 60:.0f} minutes in all\n")
    print("| `python tests/bench/…` | what | measured | target | met |\n|---|---|---|---|---|")
    before = ""
    for row in rows:
        command = "" if row.command == before else f"`{row.command}`"
        print(f"| {command} | {row.what} | {row.measured} | {row.target} | {'yes' if row.met else 'NO'} |")
        before = row.command
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
