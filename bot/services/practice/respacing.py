"""Respacing: cards made by another model, or for another retention, are recomputed from the answers."""

import logging

from bot.errors import StudyhallError
from bot.packs.library import Library
from bot.quiz.practice.spacing import Aim, replay
from bot.services.lifecycle import Lifecycle
from bot.storage import answers, member_settings
from bot.storage.locks import of_member
from bot.storage.store import Store, Transaction

AT_ONCE = 500
"""Members (and their courses) looked at in one query, so that others wait for milliseconds only."""

_log = logging.getLogger(__name__)


class Respacing:
    """Keeps every card on the model that is in force for its member and course."""

    def __init__(self, library: Library, store: Store, life: Lifecycle) -> None:
        self._library = library
        self._store = store
        self._background = life.background("respacing")

    def start(self) -> None:
        """Look in the background for cards of another model."""
        self._background.spawn(self._catch_up())

    async def member(self, tx: Transaction, member_id: int) -> None:
        """Recompute all of a member's cards, by the retention that they have now."""
        retention = (await member_settings.load(tx, member_id)).retention
        for (pack_id, family), given in (await answers.histories(tx, member_id)).items():
            card = replay(given, Aim(retention, self._library.review_within_days(pack_id)))
            if card:
                await answers.put_card(tx, member_id, pack_id, family, card)

    async def catch_up(self) -> int:
        """Recompute what another model made, a member at a time; returns how many members that were."""
        outdated: set[int] = set()
        after = (0, "")
        while page := await answers.models(self._store, after, AT_ONCE):
            after = page[-1][:2]
            for member_id, pack_id, models in page:
                if models != {(await self._aim(member_id, pack_id)).model}:
                    outdated.add(member_id)
        for member_id in outdated:
            await self._store.write(lambda tx, who=member_id: self.member(tx, who), of_member(member_id))  # type: ignore[misc]
        return len(outdated)

    async def _aim(self, member_id: int, pack_id: str) -> Aim:
        retention = (await member_settings.load(self._store, member_id)).retention
        return Aim(retention, self._library.review_within_days(pack_id))

    async def _catch_up(self) -> None:
        try:
            if count := await self.catch_up():
                _log.info("the reviews of %d member(s) were recomputed by the model in force", count)
        except StudyhallError as problem:
            _log.warning("cards of another model stay as they are until the next start: %s", problem)
