"""Messages that must be in their channel once, whatever was cut off between sending one and noting that it is there."""

from collections.abc import Awaitable, Callable

SAME_NONCE_MS = 110_000
"""Discord remembers an enforced nonce for a few minutes; within this time it is enough to send again."""


async def sent_before(created_ms: int, now_ms: int, find: Callable[[], Awaitable[int | None]]) -> int | None:
    """The message of an earlier attempt: looked for in the channel when it is too old for its nonce to keep it single."""
    return await find() if now_ms - created_ms > SAME_NONCE_MS else None
