"""How long it takes to import a large bank, and to load, check and search the course that comes of it.

`python tests/bench/exchange.py [--questions 10000]` prints the seconds of each step, and its targets.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TARGETS = {"import gift": 3.0, "import csv": 3.0, "load": 1.5, "check": 30.0}


def gift(count: int) -> str:
    """So many questions of four answers, no two alike."""
    return "\n\n".join(
        f"::q{n}:: What is the {n}th of the words in list {n % 97}? {{=word {n} # It is.\n~term {n}\n~name {n}\n~sign {n}}}"
        for n in range(count)
    )


def table(count: int) -> str:
    """The same as CSV."""
    head = "id,question,option a,option b,option c,option d,answer,section\n"
    return head + "\n".join(
        f"c{n},What is the {n}th of the words in list {n % 97}?,word {n},term {n},name {n},sign {n},A,List {n % 97}"
        for n in range(count)
    )


def main() -> None:
    """Run all steps, each in a process of its own, and print what they took."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--questions", type=int, default=10_000)
    count = options.parse_args().questions
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "a.gift").write_text(gift(count), "utf-8")
        (root / "b.csv").write_text(table(count), "utf-8")
        bot = [sys.executable, "-m", "bot"]
        load = "from bot.packs.loading import load_packs; from pathlib import Path; load_packs(Path('packs/a'))"
        steps = {
            "import gift": [*bot, "import", "a.gift", "--into", "packs/a"],
            "import csv": [*bot, "import", "b.csv", "--into", "packs/b"],
            "load": [sys.executable, "-c", load],
            "check": [*bot, "check", "packs/a"],
        }
        nothing = _seconds([sys.executable, "-c", "import bot.cli, bot.packs.loading"], root)
        for name, command in steps.items():
            seconds = _seconds(command, root) - (nothing if name == "load" else 0)
            verdict = "as wanted" if seconds <= TARGETS[name] else f"more than {TARGETS[name]:g} s"
            print(f"{name:<12} {seconds:6.2f} s for {count:,} questions: {verdict}")
        print(f"most memory of one step: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MiB")


def _seconds(command: list[str], folder: Path) -> float:
    began = time.perf_counter()
    done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2_000:]
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
