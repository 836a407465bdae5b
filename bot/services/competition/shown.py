"""A game with what is known of its messages, and what of it is to be posted."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.errors import LeaseLostError
from bot.facts import Fact
from bot.model.games import Game
from bot.model.posts import Kind, Post, What
from bot.model.shards import Fence
from bot.quiz.competition.events import Ask, CallPlayers, Effect, Reveal, ShowPodium
from bot.quiz.competition.state import LIVE, Phase
from bot.services.channels import Channel, Placed
from bot.services.competition.views import MOST_CALLED
from bot.storage import posts
from bot.storage.locks import Lock, of_game
from bot.storage.store import Reads, Transaction


@dataclass
class ShownGame:
    """A game and what is known of its messages; whoever changes ``game`` holds the lock, or does not wait meanwhile.

    ``unshown`` are rounds whose messages Discord did not let be brought up to date; ``deleted`` are messages that were found
    deleted; ``fitting`` is how many questions fit.
    """

    game: Game
    posts: dict[tuple[Kind, int], Post] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    note: Fact | None = None
    posting: bool = False
    trying: bool = False
    lost: Fact | None = None
    unshown: set[int] = field(default_factory=set)
    deleted: set[int] = field(default_factory=set)
    fitting: int | None = None
    fence: tuple[Fence, ...] = ()
    """Under which lease it was loaded: whatever still works on it when that is lost writes nothing any more."""
    left: bool = False
    """Whether another process answers for it now, or is about to."""

    @property
    def locks(self) -> tuple[Lock | Fence, ...]:
        """What a write of this game's keeps others off in the database."""
        return (*self.fence, of_game(self.game.id))

    def refuse_left(self) -> None:
        """Raise LeaseLostError once another process answers for it."""
        if self.left:
            raise LeaseLostError

    async def read_posts(self, db: Reads) -> None:
        """Learn which messages it has, and which are to be posted."""
        self.take(await posts.of_game(db, self.game.id))

    def take(self, found: Iterable[Post]) -> bool:
        """Note the rows of the outbox that are not known yet; says whether there were any."""
        new = {(post.kind, post.number): post for post in found if (post.kind, post.number) not in self.posts}
        self.posts |= new
        return bool(new)

    def message_id(self, kind: Kind, number: int) -> int | None:
        """The message that is known to be in the channel."""
        post = self.posts.get((kind, number))
        return post.message_id if post else None

    @property
    def round_message_id(self) -> int | None:
        """The message of the present round."""
        return self.message_id(Kind.ROUND, self.game.state.round)

    @property
    def podium_shown_id(self) -> int | None:
        """The podium's message, once it tells who won; of a game from before podiums were unveiled, once it is there."""
        winner = self.posts.get((Kind.WINNER, 0))
        return winner.message_id if winner else self.message_id(Kind.PODIUM, 0)

    def waiting_post(self) -> Post | None:
        """The next message that is not known to be in the channel; a round that has passed is not asked any more."""
        waiting = (post for post in self.posts.values() if post.message_id is None)
        return next((post for post in waiting if post.kind is Kind.PODIUM or self._is_due(post)), None)

    def _is_due(self, post: Post) -> bool:
        if post.kind is Kind.LOBBY:
            return self.game.state.phase is Phase.LOBBY
        if post.kind is Kind.CALL:
            return self.game.state.phase in LIVE and self.game.state.round <= 0
        return post.kind is Kind.ROUND and post.number >= self.game.state.round

    @property
    def channel(self) -> Channel:
        """Where its rounds are: the channel, or the lobby's thread."""
        game = self.game
        thread = game.setup.thread and game.lobby_message_id is not None
        thread_on = (game.channel_id, game.lobby_message_id or 0) if thread else None
        return Channel(game.guild_id, game.play_channel_id, thread_on)

    def round_at(self, number: int, message_id: int) -> Placed:
        """A round's message."""
        return Placed(What(Kind.ROUND, self.game.id, number), self.channel, message_id)

    def lobby_at(self, message_id: int) -> Placed:
        """The lobby's message, which is never in the thread."""
        return Placed(What(Kind.LOBBY, self.game.id), Channel(self.game.guild_id, self.game.channel_id), message_id)

    def waiting_reveals(self) -> list[int]:
        """The rounds whose messages are not known to show how they went."""
        return [post.number for post in self.posts.values() if post.kind is Kind.REVEAL and post.message_id is None]


Stored = tuple[Game, list[Effect], list[Post]]
"""What an event made of a game, what is to be done for it, and the game's whole outbox (nothing where nothing changed)."""


async def queue_lobby(tx: Transaction, game: Game, now_ms: int) -> None:
    """A lobby is to be posted that no command shows."""
    await queue_one(tx, game, Kind.LOBBY, 0, now_ms)


async def queue(tx: Transaction, game: Game, effects: Iterable[Effect], now_ms: int) -> list[Post]:
    """Write what effects want posted to the outbox, in the transaction that stores them; returns the game's whole outbox."""
    for effect in effects:
        match effect:
            case CallPlayers():
                if (game.setup.thread or game.setup.calls) and len(game.state.players) <= MOST_CALLED:
                    await queue_one(tx, game, Kind.CALL, 0, now_ms)
            case Ask(number):
                await queue_one(tx, game, Kind.ROUND, number, now_ms)
            case Reveal(number):
                await queue_one(tx, game, Kind.REVEAL, number, now_ms)
            case ShowPodium():
                await queue_one(tx, game, Kind.PODIUM, 0, now_ms)
                await queue_one(tx, game, Kind.WINNER, 0, now_ms)
    return await posts.of_game(tx, game.id)


async def queue_one(tx: Transaction, game: Game, kind: Kind, number: int, now_ms: int) -> None:
    """A message of a game is to be posted, once."""
    await posts.add(tx, What(kind, game.id, number), game.guild_id, game.play_channel_id, now_ms)
