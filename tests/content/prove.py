"""Proves every key of the course: each program three times on each Python, also while all cores are busy.

    python tests/content/prove.py [--times 3] [--busy] [--file NAME] [--save]

Prints what failed and which Pythons proved how many keys; ``--save`` keeps that, question by question, in proofs.json.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from programs import Program, pages_of, proofs_of, pythons, run, trouble_with

from bot.packs.loading import load_packs
from bot.packs.models import Pack, QuestionFile
from bot.packs.yaml_files import read_yaml, validate

HERE = Path(__file__).parent
COURSE = HERE.parents[1] / "content" / "python-concurrency"


@contextmanager
def busy_cores(wanted: bool) -> Iterator[None]:
    """Keep every core busy with something else."""
    count = (os.cpu_count() or 1) * wanted
    hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()


def programs_of_file(name: str) -> list[Program]:
    """The proofs of one file of questions."""
    bank = validate(read_yaml(COURSE / "questions" / name, name), QuestionFile)
    if isinstance(bank, list):
        raise SystemExit("\n".join(map(str, bank)))
    return [program for question in bank.questions for program in proofs_of(question)]


def programs_of(pack: Pack) -> list[Program]:
    """Every program of the course."""
    return [*pages_of(pack), *(program for question in pack.questions for program in proofs_of(question))]


def main() -> int:
    """Prove, print, and say by the exit code whether all held."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--busy", action="store_true", help="while every core is kept busy")
    parser.add_argument("--file", help="only the questions of this file, such as threads.yaml")
    parser.add_argument("--save", action="store_true", help="keep which Pythons proved each key in proofs.json")
    options = parser.parse_args()
    found = pythons()
    programs = programs_of_file(options.file) if options.file else programs_of(load_packs(COURSE)[0])
    jobs = [
        (program, version)
        for program in programs
        for version in found
        if program.holds_on(version)
        for _ in range(options.times)
    ]
    started = time.monotonic()
    failures: list[str] = []
    proved: dict[str, set[str]] = defaultdict(set)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool, busy_cores(options.busy):
        work = pool.map(lambda job: run(job[0], found[job[1]], Path(folder)), jobs)
        for (program, version), ran in zip(jobs, work, strict=True):
            proved[program.name].add(version)
            if trouble := trouble_with(program, ran):
                failures.append(f"{program.name} on Python {version}: {trouble}")
    for failure in sorted(set(failures)):
        print(failure)
    failed = {failure.partition(" on Python ")[0] for failure in failures}
    for version in found:
        count = sum(version in versions for name, versions in proved.items() if name not in failed)
        print(f"Python {version}: {count} of {len(proved)} programs hold")
    print(f"{len(jobs)} runs in {time.monotonic() - started:.0f} s, {len(failures)} failures")
    unproved = {program.name for program in programs} - set(proved)
    for name in sorted(unproved):
        print(f"{name}: no Python on this machine can prove it")
    if options.save and not failures and not options.file:
        [pack] = load_packs(COURSE)
        keys = {q.id: [q.content_hash, sorted(proved[q.id])] for q in pack.questions if q.proof}
        (HERE / "proofs.json").write_text(json.dumps(keys, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    return bool(failures) or bool(unproved)


if __name__ == "__main__":
    sys.exit(main())
