"""Messages that must be in their channel once, whatever was cut off between sending one and noting that it is there."""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a message shows; kinds are stored, so none changes its meaning."""

    LOBBY = "lobby"
    CALL = "call"
    """The players of a game, called to its first round, in its channel or its thread."""
    ROUND = "round"
    REVEAL = "reveal"
    """That a round's message shows how it went."""
    PODIUM = "podium"
    WINNER = "winner"
    """That a podium, which is unveiled place by place, shows everything."""
    QUESTION = "question"
    """The question of the day."""
    RESULT = "result"
    """That the message of a question of the day shows its result."""
    SEASON = "season"
    MOVES = "moves"
    """Whose places a regrade changed."""
    DEMO = "demo"


OF_A_GAME = (Kind.LOBBY, Kind.CALL, Kind.ROUND, Kind.REVEAL, Kind.PODIUM, Kind.WINNER)
OF_A_DAILY = (Kind.QUESTION, Kind.RESULT)


class What(NamedTuple):
    """What a message shows, named among all others.

    ``of`` is the id of the game, the question of the day, the regrade or the demo's run, or when the season began;
    ``number`` that of a round, or of the competition in whose channel changed places are told.
    """

    kind: Kind
    of: int
    number: int = 0


class Post(NamedTuple):
    """A message of the outbox; ``message_id`` is None while it is not known to be in the channel."""

    id: int
    what: What
    guild_id: int
    channel_id: int
    created_ms: int
    attempt: int
    message_id: int | None

    @property
    def kind(self) -> Kind:
        """What it shows."""
        return self.what.kind

    @property
    def number(self) -> int:
        """Of a round: which."""
        return self.what.number

    @property
    def nonce(self) -> str:
        """What lets Discord take it once; a message that was deleted and is posted again gets another."""
        return f"studyhall-{self.id}-{self.attempt}" if self.attempt else f"studyhall-{self.id}"
