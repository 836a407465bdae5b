"""How long a pack of 5,000 questions takes to load at the start, and what memory it keeps; beside the course as it is.

    python tests/bench/load_packs.py [--questions 5000] [--runs 5] [--json]

The yardstick is PyYAML's own parser, which reads the same files by turns, each in a fresh process: our loader also
keeps the place of each value, refuses aliases, validates everything and checks what hangs together.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from figures import all_met, drawn

HOME = Path(__file__).parents[2]
COURSE = HOME / "content" / "python-concurrency"
AT_MOST = 1.75
"""Times the bare parse of the same bytes."""
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
BARE = """
import gc, sys, time, yaml
gc.disable()
from pathlib import Path
began = time.perf_counter()
read = [yaml.load(file.read_bytes(), yaml.CSafeLoader) for file in sorted(Path(sys.argv[1]).rglob("*.yaml"))]
print(time.perf_counter() - began)
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


class Loaded(NamedTuple):
    """Medians: seconds and MiB of loading, seconds of the bare parse, and how many times as long the loading took."""

    seconds: float
    mebibytes: float
    bare_seconds: float
    ratio: float
    questions: int


def run(program: str, pack: Path) -> list[float]:
    """The figures that a program prints, run in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", program, str(pack)], cwd=HOME, capture_output=True, encoding="utf-8", check=True
    )
    return [float(part) for part in done.stdout.split()]


def measure(pack: Path, runs: int) -> Loaded:
    """Both by turns."""
    turns = [(*run(LOAD, pack), *run(BARE, pack)) for _ in range(runs)]
    seconds, mebibytes, count, bare = zip(*turns, strict=True)
    ratio = statistics.median(ours / theirs for ours, theirs in zip(seconds, bare, strict=True))
    median = statistics.median
    return Loaded(median(seconds), median(mebibytes), median(bare), ratio, int(count[0]))


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
        print(json.dumps({"course": small._asdict(), "grown": large._asdict()}))
    rows = [
        (
            f"loading {what}{one.questions:,} questions",
            f"{one.seconds:.2f} s, {one.mebibytes:.0f} MiB; the bare parse {one.bare_seconds:.2f} s: {one.ratio:.2f} times",
            f"at most {AT_MOST:g} times" if one is large else "for the record",
            one is small or one.ratio <= AT_MOST,
        )
        for what, one in (("the course's ", small), ("", large))
    ]
    print(drawn(rows))
    return 0 if all_met(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
