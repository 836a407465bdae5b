"""*Try it yourself* is one file that runs with Python alone."""

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from bot.demos.registry import DEMOS
from bot.demos.script import file_name, script

QUICK = ("io-wait", "deadlock", "shared-counter", "pickle-cost")
"""Those that are run in whole here: threads, tasks, and a process pool among them."""


def run(code: Path, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run it without this house's modules in reach."""
    command = [sys.executable, "-I", *arguments, str(code)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """A folder with nothing but a look whether a file can be loaded by itself."""
    (tmp_path / "loads.py").write_text(
        "import runpy, sys\n"
        "sys.modules['bot'] = None  # as if it were not installed\n"
        "found = runpy.run_path(sys.argv[1], run_name='tried')\n"
        "print(found['DEMO'].id)\n"
    )
    return tmp_path


@pytest.mark.parametrize("demo_id", DEMOS)
def test_every_demo_is_one_file_that_names_nothing_else(demo_id: str, alone: Path):
    code = script(demo_id)
    assert "bot." not in "\n".join(line for line in code.splitlines() if "import" in line)
    tree = ast.parse(code)
    defined = Counter(one.name for one in tree.body if isinstance(one, ast.FunctionDef | ast.ClassDef))
    assert [name for name, count in defined.items() if count > 1] == []
    file = alone / file_name(demo_id)
    file.write_text(code)
    loaded = subprocess.run(
        [sys.executable, "-I", "loads.py", file.name],
        cwd=alone,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert loaded.stdout.strip() == demo_id, loaded.stderr


def test_no_name_in_any_of_the_files_is_undefined(tmp_path: Path):
    for demo_id in DEMOS:
        (tmp_path / file_name(demo_id)).write_text(script(demo_id))
    checked = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F821,F811,F823", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("demo_id", QUICK)
def test_it_measures_and_says_what_the_numbers_show(demo_id: str, tmp_path: Path):
    file = tmp_path / file_name(demo_id)
    file.write_text(script(demo_id).replace("ROUNDS = 3", "ROUNDS = 1"))
    told = run(file, folder=tmp_path)
    assert told.returncode == 0, told.stderr
    demo = DEMOS[demo_id]
    assert demo.question in told.stdout
    for variant in demo.variants:
        assert variant.label in told.stdout
    assert "1 round" in told.stdout
