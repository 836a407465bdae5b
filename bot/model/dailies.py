"""The question of the day as it was asked."""

from typing import NamedTuple

from bot.packs.models import Question
from bot.quiz.question.asking import FilePlace, Lettering


class Daily(NamedTuple):
    """A question of the day as it was asked."""

    guild_id: int
    day: str
    channel_id: int
    pack_id: str
    question: Question
    order: tuple[FilePlace, ...]
    asked_ms: int
    closes_ms: int
    id: int = 0
    closed_ms: int | None = None
    message_id: int | None = None

    @property
    def lettering(self) -> Lettering:
        """Which option stands behind which letter."""
        return Lettering(self.order)
