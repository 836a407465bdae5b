"""Commands in places that nobody would make on purpose: each says what is wrong in a sentence, and none shows a traceback."""

import asyncio
import os
import stat
import sys
from pathlib import Path

import pytest

from bot.cli import main
from bot.settings import CHECKOUT
from bot.storage.store import Store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links, pipes and such names are POSIX's")


def odd_places(folder: Path) -> dict[str, str]:
    """Names of files and folders that can't be what they are given for."""
    (folder / "loop").symlink_to("loop")
    (folder / "file").write_text("no folder")
    os.mkfifo(folder / "pipe")
    (folder / "empty").mkdir()
    return {
        "a loop of links": str(folder / "loop"),
        "inside a file": str(folder / "file" / "inside"),
        "a pipe": str(folder / "pipe"),
        "nothing": str(folder / "nothing" / "at" / "all"),
        "an empty folder": str(folder / "empty"),
        "a name too long": str(folder / ("long" * 100)),
        "no UTF-8": str(folder / os.fsdecode(b"\xff\xfe")),
        "a name that steers": str(folder / "\x1b]0;owned\a"),
    }


KINDS = [
    *("a loop of links", "inside a file", "a pipe", "nothing", "an empty folder", "a name too long", "no UTF-8"),
    "a name that steers",
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("command", ["check", "backup", "restore", "items"])
def test_a_place_that_is_none_is_told_in_a_sentence(tmp_path, monkeypatch, capsys, command, kind):
    place = odd_places(tmp_path)[kind]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STUDYHALL_DATA_DIR", str(tmp_path / "data"))
    assert (
        main(["backup", place] if command == "backup" else [command, *(["--csv"] * (command == "items")), place]) == 1
    )
    written = "".join(capsys.readouterr())
    assert "Traceback" not in written
    assert written.strip()
    assert "\x1b" not in written


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("setting", ["STUDYHALL_DATA_DIR", "STUDYHALL_PACKS_DIR"])
def test_a_setting_that_leads_nowhere_is_told_in_a_sentence(tmp_path, monkeypatch, capsys, setting, kind):
    place = odd_places(tmp_path)[kind]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STUDYHALL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("STUDYHALL_PACKS_DIR", str(CHECKOUT / "content"))
    monkeypatch.setenv(setting, place)
    for command in ("repair", "items", "backup"):
        assert main([command]) == 1
    written = "".join(capsys.readouterr())
    assert "Traceback" not in written
    assert "\x1b" not in written


def test_the_files_of_items_are_the_operators_alone(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STUDYHALL_DATA_DIR", str(tmp_path / "data"))
    before = os.umask(0)
    try:

        async def made() -> None:
            await (await Store.open(tmp_path / "data" / "studyhall.db")).close()

        asyncio.run(made())
        assert main(["items", "--csv", "a.csv", "--json", "a.json", "--reports", "r.csv"]) == 0
    finally:
        os.umask(before)
    for name in ("a.csv", "a.json", "r.csv"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
