"""Runs the course's programs, each from a file of its own as a learner would, on every Python that this machine has."""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fenced import family, kill

from bot.packs.models import Pack, Question

SECONDS = 60
MOST_PROCESSES = 64
MEMORY_BYTES = 1 << 30
OUTPUT_BYTES = 1 << 20
FENCED = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import fenced; sys.exit(fenced.main())"
"""Imported, and not run as a file, so that it is compiled once."""
ENDING_SECONDS = 10
VERSIONS = [f"3.{minor}" for minor in range(11, 16)]
"""The Pythons that the course speaks of."""


@dataclass(frozen=True)
class Program:
    """A program of the course and what it must print; ``versions`` are the Pythons for which that holds."""

    name: str
    code: str
    prints: str
    since: str | None = None
    until: str | None = None

    def holds_on(self, version: str) -> bool:
        """Whether it claims anything for that Python."""
        return (not self.since or _number(self.since) <= _number(version)) and (
            not self.until or _number(version) <= _number(self.until)
        )


@dataclass(frozen=True)
class Ran:
    """One run: what was printed, and what went wrong ("" when nothing did)."""

    prints: str
    trouble: str


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def pythons() -> dict[str, Path]:
    """Every Python of the course on this machine, by version: on the PATH, beside this one, or kept by pyenv."""
    found = {}
    kept = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    for version in VERSIONS:
        places = [*sorted(kept.glob(f"{version}.*/bin/python{version}")), shutil.which(f"python{version}")]
        for place in filter(None, places):
            if _is(Path(place), version):
                found[version] = Path(place)
    found[f"{sys.version_info.major}.{sys.version_info.minor}"] = Path(sys.executable)
    return dict(sorted(found.items()))


def _is(python: Path, version: str) -> bool:
    """Whether it starts (pyenv's shims are there for versions that are not chosen, and refuse) and is that version."""
    says = subprocess.run(
        [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], capture_output=True, check=False
    )
    return says.stdout.decode().strip() == version


def pages_of(pack: Pack) -> Iterator[Program]:
    """Each page's code, with the output that the page shows."""
    for section in pack.sections:
        for number, page in enumerate(section.pages):
            if page.code:
                yield Program(f"page-{section.id}-{number}", page.code, page.output or "", page.since)


def proofs_of(question: Question) -> Iterator[Program]:
    """The proof of a question's key and, where there is one, its repaired version."""
    if question.proof:
        code = question.proof.script or question.code
        assert code, f"{question.id}: a proof needs a script or the question's own code"
        yield Program(question.id, code, question.proof.prints, question.since, question.until)
    if question.repaired:
        name = f"{question.id}-repaired"
        yield Program(name, question.repaired.script, question.repaired.prints, question.since, question.until)


def run(program: Program, python: Path, folder: Path) -> Ran:
    """Run it in a folder of its own below ``folder``; it must end by itself, without an error.

    Where STUDYHALL_TEST_RUNS names a folder, a run that ended well is kept there, and not made again for the same program
    and Python.
    """
    kept = os.environ.get("STUDYHALL_TEST_RUNS")
    if not kept:
        return _run(program, python, folder)
    same = hashlib.sha256(f"{python.resolve()}\n{program.code}".encode()).hexdigest()
    file = Path(kept) / f"{same}.txt"
    if file.exists():
        return Ran(file.read_text("utf-8"), "")
    ran = _run(program, python, folder)
    if not ran.trouble:
        whole = file.with_suffix(f".{os.getpid()}")
        whole.write_text(ran.prints, encoding="utf-8")
        whole.replace(file)
    return ran


def _run(program: Program, python: Path, folder: Path) -> Ran:
    """Run it within limits: it sees no variable of ours, and whatever it started ends with it."""
    own = Path(tempfile.mkdtemp(prefix=f"{program.name}-", dir=folder))
    (own / "main.py").write_text(program.code, encoding="utf-8")
    environment = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    environment |= {"PATH": os.defpath, "HOME": str(own), "PYTHONUTF8": "1"}
    printed, complained = own / "printed.txt", own / "complained.txt"
    with printed.open("wb") as out, complained.open("wb") as err:
        running = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", FENCED, str(MEMORY_BYTES), str(OUTPUT_BYTES), python, "main.py"],
            cwd=own,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        try:
            trouble = _watched(running)
        finally:
            _end(running)
    prints = printed.read_bytes().decode("utf-8", "replace")
    if not trouble and running.returncode:
        trouble = f"it ended with {running.returncode}: {complained.read_bytes().decode('utf-8', 'replace')[-400:]}"
    return Ran(prints, trouble)


def _end(running: subprocess.Popen[bytes]) -> None:
    """End what is under way: its watcher ends when it has nothing to watch any more, or by itself after a while."""
    until = time.monotonic() + ENDING_SECONDS
    while running.poll() is None and time.monotonic() < until:
        kill(family(running.pid))
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()


def _watched(running: subprocess.Popen[bytes]) -> str:
    """Wait for its end; returns why it must not go on, "" when it ended by itself."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(0.2)
            return ""
        if len(family(running.pid)) > MOST_PROCESSES:
            return f"it started more than {MOST_PROCESSES} processes"
    return f"it had not ended after {SECONDS} seconds"


def trouble_with(program: Program, ran: Ran) -> str:
    """What is wrong with a run, in a sentence; "" when it printed just what it must."""
    if ran.trouble:
        return ran.trouble
    return "" if ran.prints == program.prints else f"it printed {ran.prints!r} instead of {program.prints!r}"
