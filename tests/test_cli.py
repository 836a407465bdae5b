"""``python -m bot`` as its own process."""

import os
import subprocess
import sys

import pytest


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
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, b"")
