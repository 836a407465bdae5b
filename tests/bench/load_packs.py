"""How long a pack of 5,000 questions takes to load at the start, and what memory it keeps; beside the course as it is.

python tests/bench/load_packs.py [--questions 5000] [--runs 5] [--json]
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from figures import all_met, drawn

HOME = Path(__file__).parents[2]
COURSE = HOME / "content" / "python-concurrency"
TARGET_SECONDS = 1.5
LOAD = """
import gc, resource, sys, time
gc.disable()  # as a start does
from pathlib import Path
from bot.packs.loading import load_packs
before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
[pack] = load_packs(Path(sys.argv[1]))
took = time.perf_counter() - began
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(took, (after - before) / 1024, len(pack.questions))
"""


def grown(folder: Path, questions: int) -> Path:
    """A copy of the course with so many questions, in files of the usual size."""
    root = folder / "grown"
    shutil.copytree(COURSE, root)
    files = sorted((root / "questions").glob("*.yaml"))
    count, copy = 0, 0
    texts = {file: file.read_text("utf-8") for file in files}
    for file in files:
        file.unlink()
    while count < questions:
        for file, text in texts.items():
            lines = [
                f"  - id: q{copy}-{line.removeprefix('  - id: ')}" if line.startswith("  - id: ") else line
                for line in text.split("\n")
                if not line.startswith("    enemies:")
            ]
            ids = sum(line.startswith("  - id: ") for line in lines)
            (root / "questions" / f"{copy}-{file.name}").write_text("\n".join(lines), encoding="utf-8")
            count += ids
        copy += 1
    return root


def measure(pack: Path, runs: int) -> tuple[float, float, int]:
    """Median seconds and MiB of loading in a fresh process, and the number of questions."""
    found = []
    for _ in range(runs):
        done = subprocess.run(
            [sys.executable, "-c", LOAD, str(pack)], cwd=HOME, capture_output=True, encoding="utf-8", check=True
        )
        found.append([float(part) for part in done.stdout.split()])
    seconds, mebibytes, count = zip(*found, strict=True)
    return statistics.median(seconds), statistics.median(mebibytes), int(count[0])


def main() -> int:
    """Measure and print; 0 when the target was met."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--questions", type=int, default=5_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        small, large = (measure(pack, options.runs) for pack in (COURSE, grown(Path(folder), options.questions)))
    if options.json:
        print(json.dumps({"course": small, "grown": large}))
    course, grown_one = (f"{seconds:.2f} s, {mebibytes:.0f} MiB" for seconds, mebibytes, _ in (small, large))
    rows = [
        (f"loading the course's {small[2]:,} questions", course, "printed", True),
        (f"loading {large[2]:,} questions", grown_one, f"under {TARGET_SECONDS} s", large[0] < TARGET_SECONDS),
    ]
    print(drawn(rows))
    return 0 if all_met(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
