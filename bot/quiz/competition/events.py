"""What happens to a competition, what it wants shown, and what a member is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from bot.facts import Code, Fact
from bot.quiz.competition.state import Competition, RoundPlan
from bot.quiz.question.asking import Given, Sureness

CANCELLED = Fact(Code.CANCELLED)


@dataclass(frozen=True)
class Join:
    """A member joins the lobby (a ``team`` of their choice), or changes team there."""

    member_id: int
    time_factor: float = 1.0
    team: int = 0


class Leave(NamedTuple):
    """A player leaves: the lobby, as if they had never joined; a game that is on, with what they have earned.

    A duel that is on ends by that.
    """

    member_id: int


@dataclass(frozen=True)
class Start:
    """The game begins with these rounds; ``by`` is None when the lobby's time is up.

    ``strengths`` tell how well players did in the past (more is better); the teams are balanced by them.
    """

    plans: tuple[RoundPlan, ...]
    by: int | None = None
    manager: bool = False
    strengths: Mapping[int, float] = field(default_factory=dict)


class Cancel(NamedTuple):
    """The lobby is closed without a game; with ``by`` None because its time is up."""

    by: int | None
    manager: bool = False
    reason: Fact = CANCELLED


class Opened(NamedTuple):
    """The round's message is in the channel, stamped so."""

    round: int
    stamp_ms: int


class LobbyPosted(NamedTuple):
    """The message of a lobby that opened by itself is in the channel, stamped so; its time runs from then on."""

    stamp_ms: int


class Answer(NamedTuple):
    """A click on a letter, or (``given``) what was submitted in another form, stamped so."""

    member_id: int
    round: int
    choice: int
    stamp_ms: int
    time_factor: float = 1.0
    given: Given | None = None


class Confide(NamedTuple):
    """A player says how sure they are; the last word before the deadline counts."""

    member_id: int
    round: int
    sureness: Sureness
    stamp_ms: int


@dataclass(frozen=True)
class Tick:
    """Time has passed."""


class Pause(NamedTuple):
    """Somebody (or, with ``by`` None, a trouble) stops the clock; for how long, depends on that."""

    reason: Fact | None = None
    by: int | None = None
    manager: bool = False


class Resume(NamedTuple):
    """The clock goes on."""

    by: int | None = None
    manager: bool = False


class KeepWaiting(NamedTuple):
    """A paused game waits an hour from now before it ends, or as long as it would have waited anyway."""

    by: int | None = None
    manager: bool = False


class Skip(NamedTuple):
    """The round ends now and counts for nothing; when it is ``over``, the pause after it ends.

    What is no longer as whoever skips saw it changes nothing: a second press must not take the next round.
    """

    by: int
    round: int
    over: bool = False
    manager: bool = False


class End(NamedTuple):
    """The game ends after what was played."""

    by: int
    manager: bool = False


class Lost(NamedTuple):
    """The bot was away from then until now; the time is given back."""

    since_ms: int


class TakeOver(NamedTuple):
    """A manager becomes the host of a game whose host has left."""

    member_id: int


class Forget(NamedTuple):
    """A member is taken out of the game as if they had never been in it: player, host, answers, marks.

    A duel ends by that, and so does a game that has no other player.
    """

    member_id: int


Event = (
    Join
    | Leave
    | Start
    | Cancel
    | Opened
    | LobbyPosted
    | Answer
    | Confide
    | Tick
    | Pause
    | Resume
    | KeepWaiting
    | Skip
    | End
    | Lost
    | TakeOver
    | Forget
)


@dataclass(frozen=True)
class ShowLobby:
    """The lobby's message is to be brought up to date."""


@dataclass(frozen=True)
class CallPlayers:
    """The game begins: those who are to be told where and when are called."""


class Ask(NamedTuple):
    """A round's message is to be posted."""

    round: int


class ShowRound(NamedTuple):
    """The round's message is to be brought up to date (a new deadline, a pause)."""

    round: int


class ShowCount(NamedTuple):
    """How many have answered has changed."""

    round: int


class Reveal(NamedTuple):
    """The round is over; its message is to show how it went."""

    round: int


@dataclass(frozen=True)
class ShowPodium:
    """The game is over."""


class Told(NamedTuple):
    """What the member who acted is to be told."""

    verdict: "Verdict"
    given: Given | None = None


class Verdict(StrEnum):
    """The answers to a member's act."""

    DONE = "done"
    LOCKED_IN = "locked in"
    HAD_LOCKED_IN = "had locked in"
    SURENESS_TAKEN = "sureness taken"
    NO_ANSWER_YET = "no answer yet"
    CLOSED = "closed"
    CAME_LATE = "came late"
    NOT_OPEN = "not open"
    PAUSED = "paused"
    OVER = "over"
    NOT_ALLOWED = "not allowed"
    NO_SUCH_OPTION = "no such option"
    NOTHING_TO_DO = "nothing to do"


Effect = ShowLobby | CallPlayers | Ask | ShowRound | ShowCount | Reveal | ShowPodium | Told


Step = tuple[Competition, list[Effect]]
