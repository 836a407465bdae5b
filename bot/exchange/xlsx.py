"""Spreadsheets of Excel (XLSX): our own headings, and Kahoot's template.

openpyxl reads a sheet row by row; one whose only cell lies in its last corner has no rows to speak of there.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

from bot.exchange.drafts import Draft, Found, LeftOut
from bot.exchange.packages import names_in_zip
from bot.exchange.tables import HEADINGS, MOST_ROWS, read_rows, row_of, without_files

MOST_COLUMNS = 60
MOST_UNZIPPED_BYTES = 200 * 1024 * 1024


def is_xlsx(data: bytes) -> bool:
    """Whether it is a zip with a workbook in it."""
    return "xl/workbook.xml" in names_in_zip(data)


def read(data: bytes, language: str = "en") -> Iterator[Found]:
    """The questions of every sheet that has the headings."""
    import openpyxl

    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        if sum(one.file_size for one in opened.infolist()) > MOST_UNZIPPED_BYTES:
            yield LeftOut("the file", "more in it than it could have; it is not read")
            return
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except Exception as problem:  # it raises whatever a broken file leads to
        yield LeftOut("the file", f"a workbook that can be read ({type(problem).__name__})")
        return
    try:
        sheets = book.worksheets
        read_any = False
        for sheet in sheets:
            sheet.reset_dimensions()
            rows, dates = _rows(sheet)
            where = "row" if len(sheets) == 1 else f"{sheet.title}, row"
            found = list(read_rows(rows, language, where))
            if len(sheets) > 1 and len(found) == 1 and isinstance(found[0], LeftOut) and "no heading" in found[0].why:
                continue
            read_any = True
            yield from found
            for number in dates:
                yield LeftOut(f"{where} {number}", "a date where a text stood: the spreadsheet may have changed it")
        if not read_any:
            yield LeftOut("the file", 'no heading "question" in the first rows of any sheet')
    except Exception as problem:  # as above
        yield LeftOut("the file", f"a sheet that can be read to its end ({type(problem).__name__})")
    finally:
        book.close()


def _rows(sheet: Any) -> tuple[list[list[str]], list[int]]:
    rows: list[list[str]] = []
    dates = []
    for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS, max_row=MOST_ROWS + 40), 1):
        if any(isinstance(one, date | datetime | time) for one in cells):
            dates.append(number)
        rows.append([_text(one) for one in cells])
    while rows and not any(rows[-1]):
        rows.pop()
    return rows, [number for number in dates if number <= len(rows)]


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, bool):
        return str(cell)
    return cell.isoformat() if isinstance(cell, date | datetime | time) else str(cell)


def write(drafts: Iterable[Draft]) -> tuple[bytes, list[LeftOut]]:
    """The questions as a workbook, and what it could not keep. Without any it is the template to fill in."""
    import openpyxl
    from openpyxl.styles import Font

    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "Questions"
    sheet.append(list(HEADINGS))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    found = list(drafts)
    for draft in found:
        sheet.append(row_of(draft))
        for cell in sheet[sheet.max_row]:
            cell.number_format = "@"  # a text, whatever it looks like
    for column, name in zip(sheet.columns, HEADINGS, strict=False):
        sheet.column_dimensions[column[0].column_letter].width = 50 if name == "question" else 16
    out = io.BytesIO()
    book.save(out)
    return out.getvalue(), without_files(found)
