"""A competition as it is shown, and what a player is told in private."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.charts.podium import Podium
from bot.facts import Fact
from bot.model.games import Game
from bot.model.members import Face
from bot.packs.models import Misconception, Question, Term
from bot.quiz.competition.events import Verdict
from bot.quiz.competition.standings import Standing
from bot.quiz.competition.state import Competition, RoundAnswer, RoundPlan

MOST_CALLED = 100
"""So many members can be mentioned in one message
(https://discord.com/developers/docs/resources/message#allowed-mentions-object)."""

MOST_TOLD = 100
"""In games of so many players each is told in private how a round went; in larger ones they ask."""


@dataclass(frozen=True)
class GameView:
    """The game with the faces of those who stand in the message; ``note`` is a remark such as *time was given back*.

    ``sections`` are all that could be asked about (id, title); ``section_titles`` those that are, none meaning all of the
    ``course``, which is named where the server has several; ``fitting`` is how many questions fit what was chosen, where a
    lobby must know it. ``round_message_id`` and ``podium_message_id`` are where the round that is on and the whole podium
    stand. ``unveiled`` is how many of the first three a podium shows so far, from the third on; None: all of it.
    ``to_read`` are the sections that a lesson has pages on.
    """

    game: Game
    faces: Mapping[int, Face] = field(default_factory=dict)
    section_titles: tuple[str, ...] = ()
    sections: tuple[tuple[str, str], ...] = ()
    note: Fact | None = None
    podium: Podium | None = None
    picture: bytes | None = None
    course: str = ""
    fitting: int | None = None
    round_message_id: int | None = None
    podium_message_id: int | None = None
    unveiled: int | None = None
    learned: "Learned | None" = None
    to_read: frozenset[str] = frozenset()

    @property
    def state(self) -> Competition:
        """Where the game is."""
        return self.game.state

    def name(self, member_id: int) -> str:
        """A member's name as they go by here."""
        return self.face(member_id).name

    def face(self, member_id: int) -> Face:
        """The same with their avatar."""
        return self.faces.get(member_id, Face("someone"))


class Learned(NamedTuple):
    """What a group can take from a game: the round (from 0) that fewest got, who did, of how many who answered.

    ``myth`` is the belief behind the answer that ``believed`` of them gave instead, where it is one.
    """

    number: int
    knew: tuple[int, ...]
    answered: int
    myth: Misconception | None
    believed: int


class ClickResult(NamedTuple):
    """What a click on a letter came to; ``called`` is what the answer that counts is called.

    ``certainty``: they are asked how sure they are. ``is_told``: they are told how it went once the round is over.
    """

    verdict: Verdict
    called: str | None
    certainty: bool
    is_told: bool = False


class MyResult(NamedTuple):
    """A player's own round: what they chose, what it earned, where they stand and how many places that is up.

    ``shared``: others have the same place. ``voided``: it counts for nobody. ``leave``: the game, while it is on and they are
    in it. ``game_id`` and ``number`` are the round's, ``guild_id`` where it was.
    """

    question: Question
    plan: RoundPlan
    answer: RoundAnswer | None
    marks: int
    line: Standing | None
    players: int
    pack_id: str
    terms: list[Term]
    voided: bool = False
    leave: int | None = None
    moved: int = 0
    game_id: int = 0
    number: int = 0
    guild_id: int = 0
    shared: bool = False

    @property
    def accepted(self) -> bool:
        """Whether managers have what they typed count."""
        return self.answer is not None and self.answer.given.text in self.plan.accepted

    @property
    def is_right(self) -> bool:
        """Whether they got it."""
        return self.answer is not None and self.plan.is_right(self.answer.given)
