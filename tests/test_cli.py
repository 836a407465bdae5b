"""``python -m bot`` as its own process."""

import io
import os
import subprocess
import sys

import pytest
from hosting import PATIENCE_SECONDS

from bot.commands.terminal import make_printable
from bot.settings import CHECKOUT


@pytest.mark.parametrize("arguments", [["check"], ["check", "--schema"], ["demo"]])
def test_who_reads_only_the_first_lines_of_a_command_gets_no_traceback(arguments, tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as nobody_reads:
        done = subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            stdout=nobody_reads,
            stderr=subprocess.PIPE,
            env=os.environ | {"STUDYHALL_DATA_DIR": str(tmp_path)},
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_chart_that_cannot_be_written_costs_nothing_but_the_chart(tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "bot",
            "demo",
            "io-wait",
            "--rounds",
            "1",
            "--chart",
            str(tmp_path / "no" / "chart.png"),
        ],
        capture_output=True,
        env=os.environ | {"STUDYHALL_DATA_DIR": str(tmp_path)},
        timeout=PATIENCE_SECONDS,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 1
    assert "median" in done.stdout
    assert "Choose another place with --chart" in done.stderr
    assert "Traceback" not in done.stderr


COMMANDS = [
    (["--help"], 0),
    (["check"], 0),
    (["check", "packs"], 1),
    (["check", "--schema"], 0),
    (["demo"], 0),
    (["demo", "io-wait", "--rounds", "1", "--chart", "grün.png"], 0),
    (["demo", "mü"], 1),
    (["items", "--all"], 1),
    (["run"], 1),
    (["play", "--port", "-1"], 1),
    (["backup", "nö/nö.db"], 1),
    (["restore", "nö.db"], 1),
    (["repair"], 1),
]


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@pytest.mark.parametrize(("arguments", "code"), COMMANDS, ids=[" ".join(one) for one, _ in COMMANDS])
def test_what_a_terminal_cannot_show_is_written_plainly(arguments, code, encoding, tmp_path):
    (tmp_path / "packs" / "茶").mkdir(parents=True)
    (tmp_path / "packs" / "茶" / "pack.yaml").write_text("id: 茶\nbelief·…: “é”\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        capture_output=True,
        cwd=tmp_path,
        env=os.environ
        | {"STUDYHALL_DATA_DIR": str(tmp_path / "dätä"), "PYTHONIOENCODING": encoding, "PYTHONPATH": str(CHECKOUT)},
        timeout=120,
        check=False,
    )
    said = (done.stdout + done.stderr).decode(encoding)
    assert "Traceback" not in said
    assert (done.returncode, bool(said)) == (code, True), said


def test_what_stands_for_a_sign_can_be_read():
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, "ascii")
    make_printable(stream)
    print("Zoë · 3 × 4 ≤ 12… “so” 茶", file=stream, flush=True)
    assert written.getvalue() == b'Zoe - 3 x 4 <= 12... "so" \\u8336\n'


def test_what_is_played_in_the_playground_stays_out_of_the_data_of_the_bot(tmp_path):
    playing = subprocess.Popen(
        [sys.executable, "-m", "bot", "play", "--no-browser"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"STUDYHALL_DATA_DIR": str(tmp_path)},
        encoding="utf-8",
    )
    try:
        assert playing.stderr is not None
        assert any("logged in" in line for line in playing.stderr)
        assert (tmp_path / "playground" / "studyhall.db").is_file()
        assert [entry.name for entry in tmp_path.iterdir()] == ["playground"]
    finally:
        playing.terminate()
        playing.communicate(timeout=PATIENCE_SECONDS)
    assert playing.returncode == 0
