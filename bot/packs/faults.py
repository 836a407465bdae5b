"""One fault of a pack, told so that its author can mend it: file, line, column, field, what was expected."""

from dataclasses import dataclass

from bot.wording import visible


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
        return visible(f"{where}: {mark}{self.field + ': ' if self.field else ''}{self.expected}")
