"""A game with what is known of its messages, and what of it is to be posted."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.model.games import Game, GamePost
from bot.quiz.competition.events import Ask, Effect, Reveal, ShowPodium
from bot.quiz.competition.state import LIVE, Phase
from bot.services.competition.views import MOST_CALLED
from bot.storage import competitions
from bot.storage.store import Transaction


@dataclass
class ShownGame:
    """A game and what is known of its messages; whoever changes ``game`` holds the lock, or does not wait meanwhile.

    ``unshown`` are rounds whose messages Discord did not let be brought up to date; ``fitting`` is how many questions fit.
    """

    game: Game
    posts: dict[tuple[str, int], GamePost] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    note: str = ""
    posting: bool = False
    trying: bool = False
    lost: str = ""
    unshown: set[int] = field(default_factory=set)
    fitting: int | None = None

    def take(self, posts: Iterable[GamePost]) -> bool:
        """Note the rows of the outbox that are not known yet; says whether there were any."""
        new = {(post.kind, post.round): post for post in posts if (post.kind, post.round) not in self.posts}
        self.posts |= new
        return bool(new)

    def message_id(self, kind: str, number: int) -> int | None:
        """The message that is known to be in the channel."""
        post = self.posts.get((kind, number))
        return post.message_id if post else None

    def waiting_post(self) -> GamePost | None:
        """The next message that is not known to be in the channel; a round that has passed is not asked any more."""
        waiting = (post for post in self.posts.values() if post.message_id is None)
        return next((post for post in waiting if post.kind == "podium" or self._is_due(post)), None)

    def _is_due(self, post: GamePost) -> bool:
        if post.kind == "lobby":
            return self.game.state.phase is Phase.LOBBY
        if post.kind == "call":
            return self.game.state.phase in LIVE and self.game.state.round == 0
        return post.kind == "round" and post.round >= self.game.state.round

    def waiting_reveals(self) -> list[int]:
        """The rounds whose messages are not known to show how they went."""
        return [post.round for post in self.posts.values() if post.kind == "reveal" and post.message_id is None]


async def queue(tx: Transaction, game: Game, effects: Iterable[Effect], now_ms: int) -> list[GamePost]:
    """Write what effects want posted to the outbox, in the transaction that stores them; returns the game's whole outbox."""
    for effect in effects:
        match effect:
            case Ask(number):
                if number == 0 and game.setup.thread and len(game.state.players) <= MOST_CALLED:
                    await competitions.post(tx, game, "call", 0, now_ms)
                await competitions.post(tx, game, "round", number, now_ms)
            case Reveal(number):
                await competitions.post(tx, game, "reveal", number, now_ms)
            case ShowPodium():
                await competitions.post(tx, game, "podium", 0, now_ms)
    return await competitions.posts(tx, game.id)
