"""Demos as they were opened."""

from typing import NamedTuple


class DemoRun(NamedTuple):
    """One opening of a demo; ``state`` is predicting, queued, running, done or failed; ``result`` is JSON."""

    id: int
    demo_id: str
    guild_id: int | None
    channel_id: int
    message_id: int | None
    member_id: int
    state: str
    created_ms: int
    result: str | None
