"""Logs that tell much and the token never, and the lag of the event loop."""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import StorageError
from bot.facts import said
from bot.telemetry import LoopLag, _Calm, logging_to_stderr, new_error_id

TOKEN = "MTA0.secret-token.xyz"


@contextlib.contextmanager
def logged(level: str, form: str, *secrets: str) -> Iterator[None]:
    """Our logging alone: pytest's own handlers are strict with a wrong log call, and the levels go back."""
    root, discord = logging.getLogger(), logging.getLogger("discord")
    before = root.level, discord.level, root.handlers[:]
    root.handlers[:] = []
    try:
        with logging_to_stderr(level, form, secrets):
            yield
        assert root.handlers == []
    finally:
        root.handlers[:] = before[2]
        root.setLevel(before[0])
        discord.setLevel(before[1])


class Leaky:
    def __repr__(self) -> str:
        return f"<client token={TOKEN}>"


def talk(log: logging.Logger) -> None:
    """Every way in which a token could come into a line."""
    log.info("plain %s", TOKEN)
    log.info(f"formatted {TOKEN}")
    log.info("an object: %r", Leaky())
    log.info("a mapping: %(token)s", {"token": TOKEN})
    log.info("arguments that don't fit: %d", TOKEN)
    log.info("too many: %s", TOKEN, TOKEN)
    log.info("with a stack", stack_info=True)
    try:
        try:
            raise ValueError(f"bad token {TOKEN}")
        except ValueError as problem:
            raise RuntimeError("login failed") from problem
    except RuntimeError:
        log.exception("failed with %s", TOKEN)
    try:
        raise KeyError(TOKEN)
    except KeyError:
        log.error("also failed", exc_info=True)
    log.info("the end")


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_token_is_in_no_line_nor_in_a_traceback(capsys, form):
    with logged("debug", form, TOKEN):
        talk(logging.getLogger("test.telemetry"))
    lines = capsys.readouterr().err
    assert TOKEN not in lines
    assert lines.count("[secret]") >= 8
    assert "plain [secret]" in lines
    assert "RuntimeError: login failed" in lines
    assert "bad token [secret]" in lines
    assert "the end" in lines


def test_json_lines_parse_and_hold_what_a_text_line_holds(capsys):
    with logged("info", "json", TOKEN):
        log = logging.getLogger("test.telemetry")
        log.debug("not shown")
        log.warning('a "quoted"\nline of %s', "münchen")
        talk(log)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (
        lines[0].items()
        >= {
            "level": "warning",
            "logger": "test.telemetry",
            "message": 'a "quoted"\nline of münchen',
        }.items()
    )
    assert lines[0]["time"].endswith("+00:00")
    errors = [line["error"] for line in lines if "error" in line]
    assert len(errors) == 2
    assert "Traceback" in errors[0]
    assert "login failed" in errors[0]


def test_a_text_line_names_level_and_logger_and_no_secret_is_needed(capsys):
    with logged("info", "text"):
        logging.getLogger("test.telemetry").info("hello %s", "there")
        try:
            raise ValueError("spilt")
        except ValueError:
            logging.getLogger("test.telemetry").exception("oh")
    out = capsys.readouterr().err
    assert "INFO    test.telemetry: hello there" in out
    assert "ValueError: spilt" in out


def test_lines_below_the_level_are_left_out_and_discords_debug_always(capsys):
    with logged("debug", "text"):
        logging.getLogger("discord.gateway").debug("payload")
        logging.getLogger("bot.x").debug("ours")
    with logged("warning", "text"):
        logging.getLogger("bot.x").info("quiet")
        logging.getLogger("discord.gateway").info("quiet")
    out = capsys.readouterr().err
    assert "ours" in out
    assert "payload" not in out
    assert "quiet" not in out


def test_error_ids_are_short_and_hardly_ever_the_same():
    # Two of a hundred are the same once in 3,400 times; four, never that anyone would see.
    ids = {new_error_id() for _ in range(100)}
    assert len(ids) > 96
    assert all(len(one) == 6 and int(one, 16) >= 0 for one in ids)


async def sampled(lag: LoopLag, count: int) -> None:
    """Lets the loop turn until that many samples were taken."""
    while lag.samples < count:  # noqa: ASYNC110 — a sampler has no event to wait for
        await asyncio.sleep(0)


async def test_the_lag_shows_how_long_the_loop_was_held_up():
    lag = LoopLag(every_seconds=0.001)
    lag.start()
    await sampled(lag, 3)
    time.sleep(0.03)  # noqa: ASYNC251 — held up on purpose: this is what is measured
    await sampled(lag, lag.samples + 1)
    lag.stop()
    assert lag.milliseconds(1) >= 20
    assert 0 <= lag.milliseconds(0) <= lag.milliseconds(0.5) <= lag.milliseconds(0.99) <= lag.milliseconds(1)
    lag.clear()
    assert (lag.samples, lag.milliseconds(0.5)) == (0, 0.0)


@given(samples=st.lists(st.floats(0, 10), min_size=1, max_size=60), quantile=st.floats(0, 1))
def test_that_share_of_the_samples_stayed_within_the_lag(samples, quantile):
    lag = LoopLag()
    lag._samples.extend(samples)
    told = lag.milliseconds(quantile)
    assert told in [sample * 1000 for sample in samples]
    assert sum(sample * 1000 <= told for sample in samples) >= quantile * len(samples)
    assert lag.milliseconds(1) == max(samples) * 1000
    assert lag.milliseconds(0) == min(samples) * 1000


async def test_sampling_ends_when_it_is_stopped():
    lag = LoopLag(every_seconds=0)
    lag.start()
    await sampled(lag, 1)
    lag.stop()
    lag.stop()
    count = lag.samples
    for _ in range(5):
        await asyncio.sleep(0)
    assert lag.samples == count


PAGE = "<!DOCTYPE html><html><body>" + "x" * 7_000 + "</body></html>"


def test_a_trouble_of_everybody_is_one_line_a_minute(capfd: pytest.CaptureFixture[str]):
    log = logging.getLogger("bot.trouble")
    with logged("info", "text"):
        for number in range(200):
            try:
                raise StorageError(said("The database could not take this just now."))
            except StorageError:
                log.exception("competition %d failed", number)
            try:
                raise OSError(f"403 Forbidden (error code: 0): {PAGE}")
            except OSError as problem:
                log.error("error in interaction %d", number, exc_info=problem)
            log.warning("interaction %d: not told (%s)", number, PAGE)
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 3
    assert "competition 0 failed: The database could not take this just now." in lines[0]
    assert "error in interaction 0: 403 Forbidden (error code: 0):" in lines[1]
    assert all(len(line) < 300 and "Traceback" not in line for line in lines)


def test_how_often_it_happened_is_told_after_a_minute():
    now = [0.0]
    calm = _Calm(lambda: now[0])

    def told() -> str | None:
        record = logging.LogRecord("bot", logging.WARNING, __file__, 1, "the database refused", None, None)
        return record.getMessage() if calm.filter(record) else None

    assert [told(), told(), told()] == ["the database refused", None, None]
    now[0] = 60.0
    assert told() == "the database refused (2 more like it since it was last told)"
    assert told() is None


def test_an_unknown_error_has_its_traceback_once_a_minute_and_its_id_always(capfd: pytest.CaptureFixture[str]):
    log = logging.getLogger("bot.trouble")
    with logged("info", "text"):
        for number in range(3):
            try:
                raise KeyError("tea")
            except KeyError as problem:
                log.error("error e%d", number, exc_info=problem, extra={"error_id": f"e{number}"})
        log.info("the same"), log.info("the same")
    text = capfd.readouterr().err
    assert text.count("Traceback") == 1
    assert all(f"error e{number}" in text for number in range(3))
    assert text.count("the same") == 2


def test_an_error_that_is_its_own_cause_is_told_and_stops_nothing(capfd: pytest.CaptureFixture[str]):
    with logged("info", "text"):
        problem = OSError("the line is cut")
        try:
            raise problem from problem
        except OSError:
            logging.getLogger("bot.trouble").exception("it failed")
    assert "the line is cut" in capfd.readouterr().err


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_others_wrote_steers_no_terminal_and_forges_no_line(form, capfd):
    forged = "2026-01-01 00:00:00,000 INFO    bot.app: forged"
    with logged("info", form):
        logging.getLogger("bot").info("the file %s", f"\x1b]0;owned\a{chr(0x202E)}\n{forged}")
    written = capfd.readouterr().err
    assert "\x1b" not in written
    assert "\a" not in written
    assert form == "json" or chr(0x202E) not in written
    assert not any(line.startswith(forged[:4]) and "forged" in line[:60] for line in written.splitlines()[1:])
