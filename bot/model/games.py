"""Competitions as they are kept: what was chosen, where they are played, and the clicks on their way."""

from dataclasses import dataclass
from typing import NamedTuple

from bot.packs.models import Question
from bot.quiz.competition.state import Competition
from bot.quiz.question.asking import Given, ShownPlace


@dataclass(frozen=True)
class Setup:
    """What was chosen beside the rules: sections (none: all) and difficulty, and how it is called.

    Questions that offer a misconception of ``aims`` are asked first. ``calls``: whoever joined is mentioned once at the
    start, as in a thread always. Of a set the questions come in its order.
    """

    sections: tuple[str, ...]
    difficulty: str | None
    pace: str
    duel_with: int | None = None
    duel_name: str = ""
    thread: bool = False
    aims: tuple[str, ...] = ()
    calls: bool = False
    set_title: str = ""
    set_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Game:
    """A competition as it is stored; ``questions`` are as they were when it started."""

    id: int
    guild_id: int
    channel_id: int
    pack_id: str
    setup: Setup
    state: Competition
    questions: tuple[Question, ...]
    lobby_message_id: int | None

    @property
    def play_channel_id(self) -> int:
        """Where the rounds are: the channel, or the lobby's thread, which has the id of the message that it hangs on."""
        return self.lobby_message_id if self.setup.thread and self.lobby_message_id else self.channel_id

    @property
    def duellists(self) -> tuple[int, int] | None:
        """Whose duel it is: who challenged, and who was challenged."""
        return (self.state.host_id, self.setup.duel_with) if self.setup.duel_with else None

    def invites(self, member_id: int) -> bool:
        """Whether a member may come in: a duel is for two."""
        return self.duellists is None or member_id in self.duellists

    def involves(self, member_id: int) -> bool:
        """Whether a member leads, plays, has played, or is challenged."""
        return (
            member_id in (self.state.host_id, self.setup.duel_with)
            or self.state.player(member_id) is not None
            or member_id in self.state.answers
            or any(member_id in played.answers for played in self.state.played)
        )


@dataclass(frozen=True)
class Click:
    """An answer on its way into the database; ``choice`` is its letter's place, where it is one letter."""

    competition_id: int
    round: int
    member_id: int
    choice: ShownPlace | None
    stamp_ms: int
    elapsed_ms: int
    time_factor: float
    team: int
    now_ms: int
    given: Given


class StoredClick(NamedTuple):
    """What became of a click: ``new`` if it is the one that counts; ``given`` is the one stored (None: closed)."""

    new: bool
    given: Given | None


@dataclass(frozen=True)
class GameLine:
    """One member's line in a competition that is over; the name is None where it is not known any more."""

    competition_id: int
    ended_ms: int
    pack_id: str
    place: int
    name: str | None
    score: int
    right: int
    answered: int
    bonus: int
    member_id: int
