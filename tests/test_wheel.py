"""The bot runs when it is installed as a wheel, away from its checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hosting import Bot, Member, text

from bot.playground.server import Playground

CHECKOUT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.usefixtures("once")


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """A folder that holds what the wheel holds."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(folder), "."]
    subprocess.run(build, cwd=CHECKOUT, check=True, capture_output=True)
    [wheel] = folder.glob("studyhall-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_packs_are_in_the_wheel(installed, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "check"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "python-concurrency: 8 sections" in done.stdout
    assert "0 errors" in done.stdout


def test_the_example_from_which_authors_begin_is_in_the_wheel(installed, tmp_path):
    program = "from bot.settings import example_pack; print(example_pack())"
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    example = Path(done.stdout.strip())
    assert example.is_relative_to(installed)
    assert (example / "pictures" / "dance.png").exists()
    assert (installed / "bot" / "workbench" / "page" / "main.js").exists()


def test_the_data_goes_to_the_users_own_folder(installed, tmp_path):
    program = "import bot.settings as s; print(s.__file__); print(s.Settings().data_dir)"
    environment = {**os.environ, "PYTHONPATH": str(installed), "HOME": str(tmp_path), "XDG_DATA_HOME": ""}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    module, data_dir = done.stdout.split("\n")[:2]
    assert module.startswith(str(installed))
    assert Path(data_dir).name == "studyhall"
    assert not Path(data_dir).is_relative_to(installed)
    assert not Path(data_dir).is_relative_to(CHECKOUT)


async def test_it_answers_from_the_wheel(installed, tmp_path, playground: Playground, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(installed))
    monkeypatch.chdir(tmp_path)
    bot = Bot(playground, tmp_path / "data")
    await bot.start()
    assert "What is concurrency?" in text(await Member(playground).command("lesson"))
    assert await bot.stop() == 0
