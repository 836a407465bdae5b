"""Logs, error ids and the event loop's lag."""

import asyncio
import bisect
import contextlib
import itertools
import json
import logging
import logging.handlers
import os
import queue
import re
import secrets
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from bot.errors import StudyhallError
from bot.wording import visible


class _TextFormatter(logging.Formatter):
    """A record as lines; what others wrote steers no terminal, and begins no line."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = visible(record.message, keep="\n").replace("\n", "\n    ")
        return super().formatMessage(record)


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_text or record.exc_info:
            # Text that is there already had the token taken out.
            line["error"] = record.exc_text or self.formatException(record.exc_info or (None, None, None))
        return json.dumps(line, ensure_ascii=False)


# With the token of an interaction anybody can speak as the bot for 15 minutes; discord.py's warnings quote whole addresses.
_IN_ADDRESS = re.compile(r"(/(?:webhooks|interactions)/\d+/)[\w.~%+=-]+")


class _Redacting(logging.Filter):
    """Replaces a secret wherever a line would show it, tracebacks included; tokens in addresses of Discord's too."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = sorted(secrets, key=len, reverse=True)

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except Exception:  # a wrong log call must not fail where it stands, nor print its arguments as they are
            message = f"{record.msg!s} {record.args!r} (this line's arguments do not fit)"
        record.msg, record.args = self._without(message), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text and (plain := self._without(record.exc_text)) != record.exc_text:
            record.exc_text = plain
            record.exc_info = None
        if record.stack_info:
            record.stack_info = self._without(record.stack_info)
        return True

    def _without(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return _IN_ADDRESS.sub(r"\1[token]", text)


MOST_CHARACTERS = 1_000
"""Of a message in the log: a page of HTML in the place of an answer has thousands, and tells no more."""
MINUTE = 60.0
MOST_KINDS = 1_000
_DIGITS = re.compile(r"[0-9]+")
_PAGE = re.compile(r"<!doctype html|<html", re.IGNORECASE)


class _Calm(logging.Filter):
    """One line of a kind in a minute: what happens to everybody at once fills no disk.

    A kind is where in the program a line comes from, what it says but for its numbers, and the error that it tells. A known
    trouble (an error that has words for people, a page of HTML instead of an answer) needs no traceback; of any other, the
    first of a minute has it. How often it happened meanwhile stands in the next line of the kind. Informative lines are left
    alone.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now = now
        self._kinds: dict[tuple[object, ...], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except Exception:  # the next filter says so
            return True
        problem = record.exc_info[1] if record.exc_info else None
        if problem is not None and (isinstance(problem, StudyhallError) or is_page(problem)):
            message = f"{message}: {one_line(problem)}"
            record.exc_info = record.exc_text = None
        record.msg, record.args = _shortened(message), None
        if record.levelno < logging.WARNING:
            return True
        now, kind = self._now(), (record.name, record.lineno, _DIGITS.sub("#", record.msg), _cause(problem))
        began, repeats = self._kinds.get(kind, (-MINUTE, 0))
        if now - began < MINUTE:
            self._kinds[kind] = began, repeats + 1
            if getattr(record, "error_id", None) is None:
                return False
            record.exc_info = record.exc_text = None  # its id can be looked up, the traceback stands above
            return True
        if len(self._kinds) >= MOST_KINDS:
            self._kinds = {one: known for one, known in self._kinds.items() if now - known[0] < MINUTE}
        self._kinds[kind] = now, 0
        if repeats:
            record.msg += f" ({repeats} more like it since it was last told)"
        return True


def _shortened(message: str) -> str:
    page = _PAGE.search(message)
    end = min(page.start() if page else len(message), MOST_CHARACTERS)
    return message if end == len(message) else message[:end].rstrip() + " …"


def _cause(problem: BaseException | None) -> tuple[type | None, tuple[str, int] | None]:
    """What an error is, and the file and line where it was raised."""
    if problem is None:
        return None, None
    last = problem.__traceback__
    while last and last.tb_next:
        last = last.tb_next
    return type(problem), (last.tb_frame.f_code.co_filename, last.tb_lineno) if last else None


def is_page(problem: BaseException) -> bool:
    """Whether an error was brought about by a page of HTML in the place of Discord's answer, or by no answer at all."""
    chain: BaseException | None = problem
    seen: set[int] = set()
    while chain is not None and id(chain) not in seen:  # what was raised from itself is its own cause
        seen.add(id(chain))
        raised_in = (_cause(chain)[1] or ("",))[0]
        if _PAGE.search(str(chain)) or (isinstance(chain, TypeError) and f"{os.sep}discord{os.sep}" in raised_in):
            return True
        chain = chain.__cause__
    return False


def one_line(problem: BaseException) -> str:
    """An error in one short line."""
    text = _PAGE.split(str(problem), maxsplit=1)[0].strip()
    if isinstance(problem, TypeError):
        text = "a page in the place of an answer"
    return " ".join(text.split())[:200] or type(problem).__name__


@contextlib.contextmanager
def logging_to_stderr(level: str, form: str, secrets: Iterable[str] = ()) -> Iterator[None]:
    """Log to standard error from a thread of its own, so that a slow terminal never holds up the event loop.

    ``level`` is a name such as ``info``, ``form`` is ``text`` or ``json``; ``secrets`` never appear in a line.
    """
    lines: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    stream = logging.StreamHandler(sys.stderr)
    stream.setFormatter(
        _JsonFormatter() if form == "json" else _TextFormatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    )
    feed = _Feed(lines)
    feed.addFilter(_Calm())
    feed.addFilter(_Redacting(secrets))
    root = logging.getLogger()
    root.addHandler(feed)
    root.setLevel(level.upper())
    # Their debug lines quote whole payloads and rows; at our debug level their info lines are enough.
    for chatty in ("discord", "aiosqlite"):
        logging.getLogger(chatty).setLevel(max(logging.getLevelName(level.upper()), logging.INFO))
    listener = logging.handlers.QueueListener(lines, stream)
    listener.start()
    try:
        yield
    finally:
        root.removeHandler(feed)
        listener.stop()


class _Feed(logging.handlers.QueueHandler):
    """Hands the record on as it is: it stays in this process, so nothing needs to be made picklable."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        return record


def new_error_id() -> str:
    """A short id that a person can quote and a log line can be found by."""
    return secrets.token_hex(3)


class LoopLag:
    """How late the event loop wakes up, sampled by a timer; the last 6,000 samples are kept."""

    def __init__(self, every_seconds: float = 0.01) -> None:
        self._every = every_seconds
        self._samples: deque[float] = deque(maxlen=6_000)
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0

    def start(self) -> None:
        """Begin sampling on the running loop."""
        self._arm(asyncio.get_running_loop())

    def stop(self) -> None:
        """End sampling."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def milliseconds(self, quantile: float) -> float:
        """The lag that this share (0 to 1) of the samples stayed within, in milliseconds."""
        ordered = sorted(self._samples)
        return ordered[min(len(ordered) - 1, int(len(ordered) * quantile))] * 1000 if ordered else 0.0

    @property
    def samples(self) -> int:
        """How many samples are held."""
        return len(self._samples)

    def clear(self) -> None:
        """Forget what was sampled so far."""
        self._samples.clear()

    def _arm(self, loop: asyncio.AbstractEventLoop) -> None:
        self._due = time.perf_counter() + self._every
        self._timer = loop.call_later(self._every, self._tick, loop)

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        self._samples.append(max(0.0, time.perf_counter() - self._due))
        self._arm(loop)


BUCKETS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Upper bounds of the buckets in which durations are counted for a monitor."""


class Durations:
    """How long things of a kind took, in seconds: the last 2,000 for quantiles, all of them in buckets."""

    def __init__(self) -> None:
        self._last: deque[float] = deque(maxlen=2_000)
        self._buckets = [0] * (len(BUCKETS_SECONDS) + 1)
        self.count = 0
        self.sum = 0.0

    def add(self, seconds: float) -> None:
        """Note one."""
        self._last.append(seconds)
        self._buckets[bisect.bisect_left(BUCKETS_SECONDS, seconds)] += 1
        self.count += 1
        self.sum += seconds

    def milliseconds(self, quantile: float) -> float:
        """What this share (0 to 1) of the last ones stayed within, in milliseconds; 0 when there were none."""
        ordered = sorted(self._last)
        return ordered[min(len(ordered) - 1, int(len(ordered) * quantile))] * 1000 if ordered else 0.0

    def cumulative(self) -> list[tuple[str, int]]:
        """For each bound, as text, how many stayed within it; the last is ``+Inf``."""
        bounds = [*map(str, BUCKETS_SECONDS), "+Inf"]
        return list(zip(bounds, itertools.accumulate(self._buckets), strict=True))


class Pulse:
    """What the running bot knows of its own pace: the event loop's lag, and how soon interactions were answered."""

    def __init__(self) -> None:
        self.lag = LoopLag(every_seconds=0.05)
        self.acknowledgements = Durations()
        self.errors = 0
