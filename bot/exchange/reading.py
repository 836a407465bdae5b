"""A stranger's file is read in a worker process with limits of memory and time: whatever it holds, only that one ends."""

import os
import warnings
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bot.errors import StudyhallError, WorkerDied, WorkerError, WorkerTimedOut
from bot.exchange.formats import MOST_DECK_BYTES, Reading, read
from bot.facts import Fact, said
from bot.workers import Limits, apart

MIB = 1024 * 1024


class Most(NamedTuple):
    """How much the reading of a file may take: memory, and seconds of the processor (elsewhere of the clock)."""

    memory_mib: int
    seconds: int


TEXT = Most(300, 5)
PACKED = Most(1_536, 120)
"""A zip: its pictures come along, and those of a course are opened by a process of its own."""
WAITING_SECONDS = 120.0
"""How long a file is waited for beyond its own seconds, on a machine that has much else to do."""


def read_apart(
    file: Path,
    name: str = "",
    *,
    encoding: str | None = None,
    language: str = "en",
    front: str = "",
    back: str = "",
    most: Most | None = None,
) -> Reading:
    """What `formats.read` makes of a file, read in a process of its own.

    Raises StudyhallError as that does, and where the file takes more memory or time than its kind may (``most``).
    """
    most = most or (PACKED if _begins(file).startswith(b"PK") else TEXT)
    # What is packed may have a process opened that has limits of its own, which can't be higher than these.
    limits = Limits(cpu_seconds=most.seconds if most is not PACKED else None, memory_mib=most.memory_mib, nice=5)
    reading = partial(_read, str(file), name, encoding=encoding, language=language, front=front, back=back)
    too_much = f"{file.name} takes more than {most.memory_mib} MiB or {most.seconds} seconds to read. Split it"
    try:
        found = apart(reading, seconds=most.seconds + WAITING_SECONDS, limits=limits, name="studyhall-import")
    except (WorkerDied, WorkerTimedOut):
        raise StudyhallError(said(f"{too_much}, or export it again: it may be damaged.")) from None
    except WorkerError as problem:
        last = str(problem.fact).strip().rpartition("\n")[2]
        raise StudyhallError(said(f"{file.name} can't be read ({last}). Please report this, with the file.")) from None
    if found is None:
        raise StudyhallError(said(f"{too_much}."))
    if isinstance(found, Fact):
        raise StudyhallError(found)
    return found


def _begins(file: Path) -> bytes:
    """The first bytes of a file. Raises StudyhallError where it can't be read, or is larger than any may be."""
    try:
        if file.stat().st_size > MOST_DECK_BYTES:
            raise StudyhallError(said(f"{file} has more than {MOST_DECK_BYTES // MIB} MiB. Split it."))
        with file.open("rb") as stream:
            return stream.read(4)
    except OSError as problem:
        raise StudyhallError(said(f"{file} can't be read ({problem.strerror}). Check its name.")) from None


def _read(file: str, name: str, *, encoding: str | None, language: str, front: str, back: str) -> Reading | Fact | None:
    """In the process: the reading, why it is refused, or None where memory ends."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # else a library of openpyxl's takes memory for each processor
    warnings.simplefilter("ignore")  # openpyxl warns of what it finds in a broken workbook
    try:
        data = Path(file).read_bytes()
        return read(data, name, encoding=encoding, language=language, front=front, back=back)
    except StudyhallError as problem:
        return problem.fact
    except MemoryError:
        return None
