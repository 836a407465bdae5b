"""The question of the day as it was asked."""

from typing import NamedTuple

from bot.packs.models import Question


class Daily(NamedTuple):
    """A question of the day as it was asked; ``order[i]`` is the option (its place in the file) behind the i-th letter."""

    guild_id: int
    day: str
    channel_id: int
    pack_id: str
    question: Question
    order: tuple[int, ...]
    asked_ms: int
    closes_ms: int
    id: int = 0
    closed_ms: int | None = None
    message_id: int | None = None


class DailyPost(NamedTuple):
    """Something that is to be shown; its id makes the nonce."""

    id: int
    daily_id: int
    kind: str
    created_ms: int
