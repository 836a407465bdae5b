"""Runs the program that proves a question's answer, as its author asks: in a worker process, within limits."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from bot.errors import WorkerDied, WorkerError, WorkerTimedOut
from bot.packs.models import Question
from bot.workers import Limits, Workers

WALL_SECONDS = 30.0
LIMITS = Limits(cpu_seconds=60, memory_mib=2_048, nice=5)
MOST_SHOWN = 4_000


class Proved(NamedTuple):
    """What came of a program: whether it printed just what it must, what it printed, and else what to do."""

    what: str
    holds: bool
    printed: str
    wanted: str
    trouble: str


def programs_of(question: Question) -> list[tuple[str, str, str]]:
    """The programs of a question: what each is, its code, and what it must print."""
    found = []
    if question.proof:
        found.append(("The proof", question.proof.script or question.code or "", question.proof.prints))
    if question.repaired:
        found.append(("The repaired program", question.repaired.script, question.repaired.prints))
    return found


async def prove(question: Question, workers: Workers) -> list[Proved]:
    """Run each program of the question on this Python."""
    return [await _prove(workers, *program) for program in programs_of(question)]


async def _prove(workers: Workers, what: str, code: str, wanted: str) -> Proved:
    def stopped(trouble: str) -> Proved:
        return Proved(what, holds=False, printed="", wanted=wanted, trouble=trouble)

    if not code.strip():
        return stopped("There is no program. Write one into the field above, or give the question code.")
    worker = await workers.start("studyhall-proof", LIMITS)
    try:
        printed, complaint = await worker.call(run_program, code, wall_seconds=WALL_SECONDS)
    except WorkerTimedOut:
        return stopped(f"It hadn't ended after {WALL_SECONDS:.0f} seconds, so it was stopped.")
    except (WorkerDied, WorkerError):
        return stopped("It was stopped: it used more memory or time than it may.")
    finally:
        await worker.close()
    trouble = f"It ended with an error:\n{complaint}" if complaint else ""
    if not trouble and printed != wanted:
        trouble = "It doesn't print what it should."
    return Proved(what, not trouble, printed[:MOST_SHOWN], wanted, trouble)


def run_program(code: str) -> tuple[str, str]:
    """Run a program in a folder of its own; returns what it printed, and the end of its complaint where it failed."""
    with tempfile.TemporaryDirectory(prefix="studyhall-proof-") as folder:
        (Path(folder) / "main.py").write_text(code, encoding="utf-8")
        environment = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
        environment |= {"PATH": os.defpath, "HOME": folder, "PYTHONUTF8": "1"}
        printed, complained = Path(folder) / "printed.txt", Path(folder) / "complained.txt"
        with printed.open("wb") as out, complained.open("wb") as err:
            command = [sys.executable, "main.py"]
            done = subprocess.run(
                command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err, check=False
            )
        says = _read(complained)[-1_000:] if done.returncode else ""
        return _read(printed), says or (f"exit status {done.returncode}" if done.returncode else "")


def _read(file: Path) -> str:
    with file.open("rb") as stream:
        return stream.read(1 << 20).decode("utf-8", "replace").replace("\r\n", "\n")
