"""A file is read in a process of its own: what it does there is told in a sentence, and harms nothing here."""

import os
import sys
from pathlib import Path

import pytest
from in_english import refused

from bot.cli import main
from bot.errors import StudyhallError, WorkerDied, WorkerError, WorkerTimedOut
from bot.exchange import reading
from bot.exchange.formats import read
from bot.exchange.reading import Most, read_apart
from bot.workers import Limits, apart

GIFT = "What is two plus two?{=4 ~5}\n"
limited = pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to these limits")


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "a.gift"
    path.write_text(GIFT, "utf-8")
    return path


def test_what_is_read_there_is_what_would_be_read_here(file):
    assert read_apart(file) == read(file.read_bytes())


def test_a_refusal_there_is_the_same_one_here(file):
    file.write_text("hello there", "utf-8")
    with refused(StudyhallError, "This looks like no format"):
        read_apart(file)


@limited
def test_a_file_that_takes_too_long_is_told_in_a_sentence(file):
    file.write_text("\n".join(f"What is {n} plus {n}?{{={n} ~x}}\n" for n in range(60_000)), "utf-8")
    with refused(StudyhallError, r"a\.gift takes more than 300 MiB or 1 seconds to read\. Split it"):
        read_apart(file, most=Most(300, 1))


@limited
def test_a_file_that_takes_too_much_memory_is_told_in_a_sentence(file):
    file.write_bytes(b"x{=a ~b}\n" + b"a" * 19_000_000)
    with refused(StudyhallError, r"a\.gift takes more than 64 MiB or 60 seconds to read\. Split it"):
        read_apart(file, most=Most(64, 60))


def test_a_start_of_a_process_that_is_killed_is_told_in_a_sentence(file, monkeypatch):
    monkeypatch.setattr(reading, "_read", killed)
    with refused(StudyhallError, r"a\.gift takes more than .* or export it again: it may be damaged\."):
        read_apart(file)


def test_a_slip_of_our_own_is_told_in_a_sentence(file, monkeypatch):
    monkeypatch.setattr(reading, "_read", slipped)
    with refused(StudyhallError, r"a\.gift can't be read \(KeyError: 'tea'\)\. Please report this"):
        read_apart(file)


def test_an_import_of_what_is_refused_writes_nothing(file, monkeypatch, capsys):
    monkeypatch.chdir(file.parent)
    monkeypatch.setattr(reading, "_read", killed)
    assert main(["import", "a.gift", "--into", "packs/a"]) == 1
    assert "or export it again" in capsys.readouterr().err
    assert not Path("packs").exists()


def killed(*_: object, **__: object) -> None:
    os._exit(9)


def slipped(*_: object, **__: object) -> None:
    raise KeyError("tea")


def twice(number: int) -> int:
    return 2 * number


def never() -> None:
    while True:
        pass


def test_a_function_apart_returns_raises_dies_or_is_stopped():
    assert apart(twice, 4, seconds=60, limits=Limits(), name="test") == 8
    with pytest.raises(WorkerError, match="KeyError"):
        apart(slipped, seconds=60, limits=Limits(), name="test")
    with pytest.raises(WorkerDied):
        apart(killed, seconds=60, limits=Limits(), name="test")
    with pytest.raises(WorkerTimedOut):
        apart(never, seconds=0.2, limits=Limits(), name="test")
