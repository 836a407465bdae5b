"""A course is somebody else's code: its programs see nothing of ours, take no more than their share, and leave nothing."""

import os
import sys
from pathlib import Path

import pytest
from programs import MOST_PROCESSES, OUTPUT_BYTES, Program, Ran, run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the limits are POSIX's")


def ran(code: str, folder: Path) -> Ran:
    return run(Program("hostile", code, ""), Path(sys.executable), folder)


def test_a_program_sees_no_variable_of_ours(tmp_path, monkeypatch):
    monkeypatch.setenv("DISCORD_TOKEN", "the-token")
    monkeypatch.setenv("STUDYHALL_DATA_DIR", "/somewhere")
    told = ran("import os\nprint(sorted(os.environ))\nprint(open('/proc/self/environ').read())", tmp_path)
    assert told.trouble == ""
    assert not any(secret in told.prints for secret in ("the-token", "DISCORD_TOKEN", "STUDYHALL"))


def test_a_program_that_prints_without_end_is_ended(tmp_path):
    told = ran("while True: print('x' * 1000)", tmp_path)
    assert "ended with" in told.trouble
    assert len(told.prints) <= OUTPUT_BYTES


def test_a_program_that_takes_memory_without_end_is_ended(tmp_path):
    assert "MemoryError" in ran("kept = bytearray(2_000_000_000)", tmp_path).trouble


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("own_session", [False, True], ids=["in its session", "in a session of its own"])
def test_what_a_program_started_ends_with_it(tmp_path, own_session):
    if own_session and sys.platform != "linux":
        pytest.skip("only Linux tells whose orphan a process is")
    code = (
        "import subprocess, sys\n"
        f"print(subprocess.Popen([sys.executable, '-c', 'while True: pass'], start_new_session={own_session}).pid)"
    )
    told = ran(code, tmp_path)
    assert told.trouble == ""
    assert not is_running(int(told.prints))


def test_a_daemon_that_lost_both_its_parents_ends_with_its_program(tmp_path):
    code = (
        "import os, time\n"
        "if not os.fork():\n    os.setsid()\n    if os.fork():\n        os._exit(0)\n"
        "    print(os.getpid(), flush=True)\n    time.sleep(600)\ntime.sleep(1)"
    )
    told = ran(code, tmp_path)
    assert told.trouble == ""
    if sys.platform == "linux":
        assert not is_running(int(told.prints))


def test_a_program_that_starts_processes_without_end_is_ended(tmp_path):
    code = "import os, time\nfor _ in range(200):\n    if not os.fork():\n        break\ntime.sleep(50)"
    assert f"more than {MOST_PROCESSES} processes" in ran(code, tmp_path).trouble


def test_what_is_no_text_is_shown_as_far_as_it_is_one(tmp_path):
    told = ran("import sys\nsys.stdout.buffer.write(b'a\\xffb')", tmp_path)
    assert told == Ran("a\ufffdb", "")
