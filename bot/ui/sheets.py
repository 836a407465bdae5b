"""Tables for a spreadsheet, in which no cell is run as a formula. Every CSV of the bot is written here."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

ENCODING = "utf-8-sig"
"""With a byte-order mark at the file's beginning: without it spreadsheets take *Zoë* for another alphabet's letters."""

# Some programs end a cell at a semicolon, a bar, a tab or a line's end, quotes or not; and full-width signs run too.
_FORMULA = re.compile(r"(?:^|(?<=[;|\t\r\n]))(?=[\s\ufeff\u200b-\u200f\u2060]*[=+\-@\t\r\n＝＋－＠])")


def cell(text: str) -> str:
    """The text with an apostrophe in front of whatever a spreadsheet would run; it shows such a cell as text."""
    return _FORMULA.sub("'", text)


def sheet(head: Sequence[str], rows: Iterable[Sequence[str | int | float]]) -> str:
    """A CSV file: texts are made harmless, numbers stand as they are."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(head)
    for row in rows:
        writer.writerow([cell(one) if isinstance(one, str) else one for one in row])
    return file.getvalue()
