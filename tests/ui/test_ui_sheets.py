"""Tables for a spreadsheet: nothing in them runs."""

import ast
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import CHECKOUT
from bot.ui.sheets import cell, sheet

RUNS = "=+-@\t\r\n＝＋－＠"
WILD = st.text(alphabet=st.sampled_from(f"{RUNS};|,\"' \u200b\ufeffab1"), max_size=20) | st.text(max_size=20)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "\ufeff=1",
        "\u200b=1",
        "＝1",
        '=HYPERLINK("http://evil")',
        "=cmd|' /C calc'!A0",
    ],
)
def test_what_would_run_stands_behind_an_apostrophe(text: str):
    assert cell(text).startswith("'")
    assert cell(text).replace("'", "") == text.replace("'", "")
    [[shown]] = csv.reader(io.StringIO(sheet((text,), []), newline=""))
    assert shown == text  # a head is ours, and stays
    [_, [shown]] = csv.reader(io.StringIO(sheet(("name",), [(text,)]), newline=""))
    assert shown == cell(text)


def test_a_tab_in_front_of_a_formula_hides_it_from_no_reader():
    assert cell("\t=1") == "'\t'=1"


def test_what_would_run_behind_another_separator_is_cut_off_from_it():
    assert cell("Ada;=1+1") == "Ada;'=1+1"
    assert cell("Ada|@x\n-1") == "Ada|'@x\n'-1"


@pytest.mark.parametrize("text", ["", "Ada", "O'Neil", "x-y", "a=b", "1.250", "山田", "a, b", 'say "hi"'])
def test_a_plain_text_stays_as_it_is(text: str):
    assert cell(text) == text


def test_numbers_stay_numbers():
    assert sheet(("score",), [(-6,), (0.5,)]).splitlines() == ["score", "-6", "0.5"]


@given(WILD)
def test_no_cell_of_any_reader_begins_like_a_formula(text: str):
    for comma in ",;|\t":
        for row in csv.reader(io.StringIO(sheet(("name", "score"), [(text, -5)]), newline=""), delimiter=comma):
            for one in row:
                begins = one.lstrip(" \u200b\ufeff")[:1]
                assert not begins or begins not in RUNS or one.startswith("-5"), (comma, row)


def test_every_csv_is_written_here():
    importing = set()
    for path in (CHECKOUT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            if "csv" in names:
                importing.add(path.relative_to(CHECKOUT).as_posix())
    # Tables of questions are not for people who open whatever comes: an apostrophe defuses them, and is taken off again.
    assert importing == {"bot/ui/sheets.py", "bot/exchange/csv_files.py", "bot/exchange/anki.py"}
