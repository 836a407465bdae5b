"""Rate limits as Discord announces them: a bucket for each route and channel, and 50 requests a second for the bot.

https://discord.com/developers/docs/topics/rate-limits
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

GLOBAL_PER_SECOND = 50


@dataclass
class _Window:
    started: float
    used: int = 0


@dataclass(frozen=True)
class Limited:
    """The request has to wait."""

    retry_after: float
    everywhere: bool


class RateLimits:
    """Counts requests in fixed windows."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, per_second: int = GLOBAL_PER_SECOND) -> None:
        self._clock = clock
        self._per_second = per_second
        self._windows: dict[str, _Window] = {}

    def begin_anew(self) -> None:
        """Forget what was counted, as Discord has after a minute without a request."""
        self._windows.clear()

    def take(
        self, bucket: str, limit: int, seconds: float, *, counts_globally: bool
    ) -> tuple[dict[str, str], Limited | None]:
        """Count one request; returns the headers to send and, when it is too much, how long to wait."""
        now = self._clock()
        if counts_globally:
            window = self._window("global", 1.0, now)
            if window.used >= self._per_second:
                wait = window.started + 1.0 - now
                return {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}, Limited(wait, everywhere=True)
        window = self._window(bucket, seconds, now)
        reset_after = window.started + seconds - now
        limited = None
        if window.used >= limit:
            limited = Limited(reset_after, everywhere=False)
        else:
            window.used += 1
            if counts_globally:
                self._window("global", 1.0, now).used += 1
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(limit - window.used),
            "X-RateLimit-Reset": f"{time.time() + reset_after:.3f}",
            "X-RateLimit-Reset-After": f"{reset_after:.3f}",
            "X-RateLimit-Bucket": f"{abs(hash(bucket.split(':')[0])):032x}"[:32],
        }
        if limited:
            headers |= {"X-RateLimit-Scope": "user", "Retry-After": str(math.ceil(limited.retry_after))}
        return headers, limited

    def _window(self, name: str, seconds: float, now: float) -> _Window:
        window = self._windows.get(name)
        if window is None or now >= window.started + seconds:
            window = self._windows[name] = _Window(now)
            if len(self._windows) > 5000:
                self._windows = {n: w for n, w in self._windows.items() if now < w.started + 60}
        return window
