"""What a player has locked in becomes their result once the round is over: their private message, edited by its own token.

Tokens are kept in memory only and for a quarter of an hour: after a restart *My result* serves.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

import discord

from bot.services.competition.games import Competitions
from bot.ui.competition.reveals import told_screen
from bot.ui.layouts import Screen
from bot.ui.replies import TOKEN_SECONDS, PrivateMessage

_log = logging.getLogger(__name__)

Members = dict[int, PrivateMessage]


@dataclass
class _Game:
    """The private messages of one game: those that wait for a round's end, and those that show a result."""

    waiting: dict[int, Members] = field(default_factory=dict)
    told: Members = field(default_factory=dict)
    revealed: int = -1
    until: float = 0.0


class LockedIn:
    """Keeps the private messages of players and brings them up to date (a `Results`).

    ``in_a_gap`` runs what nobody waits for.
    """

    def __init__(self, games: Competitions, in_a_gap: Callable[[Callable[[], Awaitable[object]]], None]) -> None:
        self._games = games
        self._in_a_gap = in_a_gap
        self._kept: dict[int, _Game] = {}

    def keep(self, competition_id: int, number: int, member_id: int, message: PrivateMessage) -> None:
        """A player has locked in, and was told so in ``message``."""
        game = self._game(competition_id)
        game.waiting.setdefault(number, {})[member_id] = message
        if number <= game.revealed:  # the reveal has overtaken the answer to the click
            self.tell(competition_id, number)

    def tell(self, competition_id: int, number: int) -> None:
        """A round is over, and its message shows it: everybody who answered sees in private how it went for them."""
        game = self._game(competition_id)
        game.revealed = max(game.revealed, number)
        self._in_a_gap(partial(self._tell, game, competition_id, number))

    def _game(self, competition_id: int) -> _Game:
        """What is kept of a game; games of which no message can be changed any more are forgotten."""
        now = time.monotonic()
        self._kept = {of: game for of, game in self._kept.items() if game.until > now}
        game = self._kept.setdefault(competition_id, _Game())
        game.until = now + TOKEN_SECONDS
        return game

    async def _tell(self, game: _Game, competition_id: int, number: int) -> None:
        waiting = game.waiting.pop(number, {})
        for member_id, mine in zip(waiting, await self._games.results(competition_id, number, [*waiting]), strict=True):
            if mine.answer is not None or mine.voided:
                self._in_a_gap(partial(self._become, game, member_id, waiting[member_id], told_screen(mine)))

    async def _become(self, game: _Game, member_id: int, message: PrivateMessage, result: Screen) -> None:
        """Show a result in the place of what was locked in, and take the result of an earlier round away."""
        if message.expired:
            return
        try:
            await message.edit(result)
            before = game.told.get(member_id)
            game.told[member_id] = message
            if before and not before.expired:
                await before.delete()
        except discord.HTTPException as refused:  # dismissed by the member, as a rule
            _log.info("a result was not told in private: %s", refused)
