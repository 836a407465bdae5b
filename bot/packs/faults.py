"""One fault of a pack, told so that its author can mend it: file, line, column, field, what was expected."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from bot.wording import cut, visible

MOST_FAULTS = 100
"""So many are listed of each file: whoever has more mends the first ones first."""
LONGEST_FIELD, LONGEST_EXPECTED = 200, 600


@dataclass(frozen=True, order=True)
class Fault:
    """Where and what; ``level`` is ``error`` (stops the start) or ``warning``."""

    file: str
    line: int
    column: int
    field: str
    expected: str
    level: str = "error"

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}"
        mark = "" if self.level == "error" else "warning: "
        field = f"{cut(self.field, LONGEST_FIELD)}: " if self.field else ""
        return visible(f"{where}: {mark}{field}{cut(self.expected, LONGEST_EXPECTED)}")


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
