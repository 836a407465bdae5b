"""CSV: https://www.rfc-editor.org/rfc/rfc4180, with whatever separator a spreadsheet wrote."""

import csv
import io
from collections.abc import Iterable, Iterator

from bot.exchange.drafts import Draft, Found, LeftOut
from bot.exchange.tables import HEADINGS, read_rows, row_of, without_files

LONGEST_CELL = 100_000


def is_csv(text: str) -> bool:
    """Whether one of its first lines has the heading *question* beside another one."""
    return any("question" in cells and len(cells) > 1 for cells in map(_cells, text.split("\n", 20)[:20]))


def _cells(line: str) -> list[str]:
    separator = max(",;\t", key=line.count)
    return [one.strip(" \"'*").casefold() for one in line.split(separator)]


def read(text: str, language: str = "en") -> Iterator[Found]:
    """The questions of a file."""
    head = next((line for line in text.split("\n", 20)[:20] if "question" in _cells(line)), text.split("\n", 1)[0])
    separator = max(",;\t", key=head.count)
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    rows: list[list[str]] = []
    try:
        rows += reader
    except csv.Error:
        yield from read_rows(rows, language)
        yield LeftOut(
            f"line {reader.line_num}", f"a cell of more than {LONGEST_CELL:,} characters; the rest was not read"
        )
        return
    yield from read_rows(rows, language)


def write(drafts: Iterable[Draft]) -> tuple[str, list[LeftOut]]:
    """The questions as a file, for any spreadsheet, and what it could not keep."""
    found = list(drafts)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    writer.writerows(map(row_of, found))
    return "\ufeff" + out.getvalue(), without_files(found)
