"""``python -m bot`` as its own process."""

import os
import subprocess
import sys

import pytest
from hosting import PATIENCE_SECONDS


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
