"""The token and other secrets: in no line, no error, no help, no process but the one that needs it; files are private."""

import asyncio
import contextlib
import logging
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hosting import PATIENCE_SECONDS, Bot, Member, buttons, text, until

from bot import cli
from bot.errors import SettingsError
from bot.playground.server import Playground
from bot.private import make_private_folder, write_private
from bot.settings import load_settings
from bot.telemetry import logging_to_stderr

INTERACTION = "aW50ZXJhY3Rpb246MTU3NDA1.Kx-_zQ"


def run_bot(folder: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    """``python -m bot`` in a folder of its own; returns its exit code and all that it printed."""
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("STUDYHALL_", "DISCORD_"))}
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env=keep | {"STUDYHALL_DATA_DIR": str(folder / "data")} | environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


TOKEN = "MTA0Nzk1.G-secret.token_xyz-0123456789"


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["demo"], ["--version"], ["nonsense"]])
def test_no_help_and_no_list_shows_the_token(tmp_path, arguments):
    (tmp_path / ".env").write_text(f"DISCORD_TOKEN={TOKEN}\n", encoding="utf-8")
    for environment in ({}, {"DISCORD_TOKEN": TOKEN}):
        assert TOKEN not in run_bot(tmp_path, *arguments, **environment)[1]


@pytest.mark.parametrize("level", ["debug", "info"])
@pytest.mark.parametrize(
    "token",
    [
        TOKEN,
        f"{TOKEN} with words",
        f"{TOKEN}\\nX-Header: 1",
        f"{TOKEN}ключ",
        f"Bot {TOKEN}",
        f"{TOKEN}" * 30,
        f"'{TOKEN}%s{{}}'",
    ],
)
async def test_a_token_that_is_refused_is_in_no_line_and_no_error(playground: Playground, tmp_path, token, level):
    settings = playground.bot_environment | {"DISCORD_TOKEN": token, "STUDYHALL_LOG_LEVEL": level}
    code, said = await asyncio.to_thread(run_bot, tmp_path, "run", **settings)
    assert code == 1
    assert TOKEN not in said
    assert "DISCORD_TOKEN was refused" in said
    assert "Traceback" not in said


def test_a_token_that_breaks_the_line_is_refused_too(tmp_path):
    code, said = run_bot(
        tmp_path, "run", DISCORD_TOKEN=f"{TOKEN}\nX-Header: 1", STUDYHALL_API_URL="http://127.0.0.1:9/api/v10"
    )
    assert code == 1
    assert TOKEN not in said
    assert "Traceback" not in said


@pytest.mark.parametrize("name", ["STUDYHALL_API_URL", "STUDYHALL_GATEWAY_URL", "STUDYHALL_CLOCK_URL"])
def test_an_address_with_a_password_is_refused_and_not_repeated(name):
    for address in ("http://me:hunter2@example.org", "ws://me:hunter2@example.org", "hunter2@example.org"):
        with pytest.raises(SettingsError) as refused:
            load_settings({name: address}, Path("/nowhere"))
        assert "without a password" in str(refused.value)
        assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_tokens_of_interactions_are_taken_out_of_addresses(capsys, form):
    root = logging.getLogger()
    before, root.handlers[:] = root.handlers[:], []
    level = root.level
    try:
        with logging_to_stderr("info", form):
            log = logging.getLogger("test.secrets")
            log.warning(
                "We are being rate limited. POST https://x/api/v10/webhooks/123/%s/messages/@original", INTERACTION
            )
            with contextlib.suppress(RuntimeError):
                try:
                    raise RuntimeError(f"POST https://x/api/v10/interactions/45/{INTERACTION}/callback failed")
                except RuntimeError:
                    log.exception("no")
                    raise
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    said = capsys.readouterr().err
    assert INTERACTION not in said
    assert "webhooks/123/[token]/messages/@original" in said
    assert "interactions/45/[token]/callback" in said


def test_a_command_takes_the_token_out_of_the_environment_before_it_starts_anything(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    assert cli.main(["demo"]) == 0
    assert "DISCORD_TOKEN" not in os.environ
    assert TOKEN not in capsys.readouterr().out


def descendants(pid: int) -> list[int]:
    """Every process that this one started, and those that they did."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):
            for child in (task / "children").read_text().split():
                found += [int(child), *descendants(int(child))]
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what its processes were given")
async def test_only_the_bot_itself_was_given_the_token(playground: Playground, tmp_path):
    bot = Bot(playground, tmp_path / "data")
    bot.origin = None  # the program itself: what it was given stands in its own environment
    await bot.start()
    assert bot.process is not None
    seen: dict[int, tuple[bytes, bytes]] = {}

    def look(*_: object) -> None:
        assert playground.token not in Path(f"/proc/{bot.process.pid}/cmdline").read_text()
        for pid in descendants(bot.process.pid):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                given = Path(f"/proc/{pid}/environ").read_bytes(), Path(f"/proc/{pid}/cmdline").read_bytes()
                if given[0]:
                    seen[pid] = given

    playground.world.listeners.append(look)
    try:
        ada = Member(playground)
        demo = await ada.command("demo", name="cpu-work")
        await ada.press(demo, "▶ Run it now")
        await until(playground, lambda: "Try it yourself" in buttons(ada.sees(demo)), "the demo's result")
        look()
    finally:
        playground.world.listeners.remove(look)
        code = await bot.stop()
    assert code == 0
    assert seen
    for environment, words in seen.values():
        assert playground.token.encode() not in environment + words
        assert b"DISCORD_TOKEN" not in environment
        assert b"PATH=" in environment
    assert playground.token not in bot.log()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
async def test_every_file_that_the_bot_makes_is_for_its_user_alone(playground: Playground, tmp_path):
    before = os.umask(0)  # the most open that a host could be
    try:
        bot = Bot(playground, tmp_path / "made" / "data")
        (tmp_path / "made").mkdir(mode=0o700)
        await bot.start()
    finally:
        os.umask(before)
    try:
        ada = Member(playground)
        question = await ada.command("quiz", questions=1)
        await ada.press(question, "A")
        journals = {path.name for path in bot.data_dir.iterdir()}
        assert {"studyhall.db", "studyhall.db-wal"} <= journals
        code, said = await asyncio.to_thread(run_bot, tmp_path, "backup", STUDYHALL_DATA_DIR=str(bot.data_dir))
        assert code == 0, said
        told = await ada.press(await ada.command("privacy", "delete"), "Delete everything")
        assert "Everything is deleted" in text(told)
        modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [bot.data_dir, *bot.data_dir.rglob("*")]}
        assert any(path.parent.name == "backups" for path in modes)
    finally:
        code = await bot.stop()
    assert code == 0
    assert {path.name: oct(mode) for path, mode in modes.items() if mode != (0o700 if path.is_dir() else 0o600)} == {}


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX's")
def test_files_and_folders_for_the_operator_are_theirs_alone_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        make_private_folder(tmp_path / "data" / "playground" / "deep")
        (tmp_path / "there.csv").write_text("from before, and longer than what follows")
        for name in ("new.csv", "there.csv"):
            write_private(tmp_path / name, b"first attempts")
    finally:
        os.umask(before)
    for made in ("data", "data/playground", "data/playground/deep"):
        assert stat.S_IMODE((tmp_path / made).stat().st_mode) == 0o700
    for name in ("new.csv", "there.csv"):
        assert (tmp_path / name).read_bytes() == b"first attempts"
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
