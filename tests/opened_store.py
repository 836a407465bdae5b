"""A store that is closed whatever becomes of the test, as an open one would keep the process from ending; and an answer."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from engines import open_store

from bot.model.answers import StoredAnswer
from bot.quiz.question.asking import chose
from bot.storage.store import Store

NOW = 1_795_348_800_000
"""Sunday, 22 November 2026, noon UTC."""
ANSWER = StoredAnswer(
    member_id=7,
    guild_id=1,
    pack_id="tea",
    section_id="water",
    question_id="q1",
    question_hash="h",
    family="heat",
    mode="practice",
    run_id=1,
    position=0,
    given=chose(2),
    correct=True,
    points=10,
    answered_ms=NOW,
)
"""A right answer in a server."""


@contextlib.asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Store]:
    """Open the store at ``path`` for the length of a block."""
    store = await open_store(path)
    try:
        yield store
    finally:
        await store.close()
