"""One fault of a pack, told so that its author can mend it: file, line, column, field, what was expected."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.wording import cut, visible

MOST_FAULTS = 100
"""So many are listed of each file: whoever has more mends the first ones first."""
LONGEST_FIELD, LONGEST_EXPECTED = 200, 600
LEFT_OUT = "left out"
"""The level of a fault for which one question is not asked, and all others of its course are."""
_OF_A_QUESTION = re.compile(r"questions\.(\d+)(?:\.|$)")
_MARKS = {"error": "", "warning": "warning: ", LEFT_OUT: "warning: left out: "}


@dataclass(frozen=True, order=True)
class Fault:
    """Where and what; ``level`` is ``error`` (stops the start), `LEFT_OUT` (the question is not asked) or ``warning``."""

    file: str
    line: int
    column: int
    field: str
    expected: str
    level: str = "error"

    @property
    def question(self) -> int | None:
        """The place in its file of the question that it is about, from 0; None for a fault of something else."""
        found = _OF_A_QUESTION.match(self.field)
        return int(found[1]) if found else None

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}"
        mark = _MARKS[self.level]
        field = f"{cut(self.field, LONGEST_FIELD)}: " if self.field else ""
        return visible(f"{where}: {mark}{field}{cut(self.expected, LONGEST_EXPECTED)}")


def leaving_out(faults: Iterable[Fault]) -> list[Fault]:
    """The same, but an error of one question only leaves that question out."""
    return [
        replace(fault, level=LEFT_OUT) if fault.level == "error" and fault.question is not None else fault
        for fault in faults
    ]


def and_more(file: str, count: int, level: str = "error") -> Fault:
    """The fault that stands for those of a file that are not listed."""
    return Fault(file, 1, 1, "", f"and {count:,} more like these in this file; mend those that are listed first", level)


def at_most(faults: Iterable[Fault]) -> list[Fault]:
    """The faults in order: of each file and level the first `MOST_FAULTS`, and how many more there are."""
    by_file: dict[tuple[str, str], list[Fault]] = defaultdict(list)
    for fault in sorted(faults):
        by_file[fault.file, fault.level].append(fault)
    listed = []
    for (file, level), found in by_file.items():
        more = len(found) - MOST_FAULTS
        listed += found[:MOST_FAULTS] + ([and_more(file, more, level)] if more > 1 else found[MOST_FAULTS:])
    return sorted(listed)
