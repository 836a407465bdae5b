"""A competition as a value: its rules, players, rounds, and where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.facts import Fact
from bot.quiz.competition.scoring import Scoring
from bot.quiz.question.accepting import NOTHING_MORE, Accepted
from bot.quiz.question.asking import FilePlace, Given, Lettering, Sureness, as_counted, is_right

DRAIN_MS = 1_500
"""How much later than the deadline a click that was made in time may arrive."""


BEHIND_MS = 15_000
"""For so long the end of a question waits for clicks that have arrived and are not stored yet."""


OPENING_MS = 1_000
"""What is added to a round's time for its message to reach everybody; nobody's own time is shortened by that."""


SILENT_ROUNDS = 2
"""After so many rounds without any answer the game pauses."""


DUELLISTS = 2


NOBODY = 0
"""The host of a game that nobody leads any more; no member has this id."""


HEIR_MS = 60_000
"""When the host has left, the first player takes over after this time."""


SILENCE_ENDS_MS = 10 * 60_000
"""How long a game that paused because nobody answered waits before it ends."""


PAUSE_ENDS_MS = 60 * 60_000
"""How long a game that somebody paused waits before it ends, counted again from every `KeepWaiting`."""


TROUBLE_ENDS_MS = 24 * 60 * 60_000
"""How long a game waits for a channel or a permission that was lost before it ends."""


MOST_STEP_MS, STEPS_IN_A_REVEAL = 2_000, 7
"""A podium's places come one after the other: as much faster as the pauses after the rounds are."""


class Phase(StrEnum):
    """Where a competition is."""

    LOBBY = "lobby"
    ASKING = "asking"
    REVEALING = "revealing"
    """The time before a round: to read how the last one went or, before the first, to get ready."""
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"


LIVE = (Phase.LOBBY, Phase.ASKING, Phase.REVEALING, Phase.PAUSED)


@dataclass(frozen=True)
class Rules:
    """What the host chose. ``reveal_ms`` is the pause after each round, ``lobby_ms`` how long the lobby waits.

    With ``teams_chosen`` players pick their team, else the start balances them. A ``duel`` is closed to all but those in
    its lobby, expires when it is not accepted, and ends as soon as it is decided. ``ready_ms`` is how long everybody has to
    get ready for the first round; 0: no time.
    """

    rounds: int
    pace_ms: int
    reveal_ms: int
    lobby_ms: int
    scoring: Scoring = Scoring.CLASSIC
    teams: int = 0
    teams_chosen: bool = False
    duel: bool = False
    ready_ms: int = 0

    @property
    def step_ms(self) -> int:
        """How long a podium waits between its places."""
        return min(MOST_STEP_MS, self.reveal_ms // STEPS_IN_A_REVEAL)


@dataclass(frozen=True)
class Player:
    """Who joined; ``time_factor`` is the extra time they asked for (1, 1.5 or 2).

    Nobody waits for the answer of a player who is ``gone``; what they have earned stays.
    """

    member_id: int
    joined_ms: int
    time_factor: float = 1.0
    team: int = 0
    gone: bool = False


@dataclass(frozen=True)
class RoundPlan:
    """A round to come: the question, the option that is right in it, the order of its options, its reading time.

    ``accepted`` are typed texts that are right in it besides the question's own.
    """

    question_id: str
    key: FilePlace
    order: tuple[FilePlace, ...]
    reading_ms: int = 0
    accepted: Accepted = NOTHING_MORE

    @property
    def lettering(self) -> Lettering:
        """Which option stands behind which letter."""
        return Lettering(self.order)

    def is_right(self, given: Given) -> bool:
        """Whether an answer is right in this round."""
        return is_right(given, self.key, self.accepted)

    def counted(self, given: Given) -> Given:
        """What was given, and whether it is right in this round."""
        return as_counted(given, self.accepted)


@dataclass(frozen=True)
class RoundAnswer:
    """What a player gave, how long it took, and how sure they said they were: a guess, until they say more."""

    given: Given
    elapsed_ms: int
    sureness: Sureness = Sureness.GUESS


@dataclass(frozen=True)
class Played:
    """A round that is over, with each player's marks. One that was ``voided`` has none, and counts against nobody."""

    answers: Mapping[int, RoundAnswer]
    marks: Mapping[int, int]
    voided: bool = False


@dataclass(frozen=True)
class Competition:
    """The whole state. ``wake_ms`` is when the next thing happens by itself, ``starts_ms`` when the lobby's time is up.

    A game that is on always has a ``wake_ms``: a paused one ends then.

    ``unplaced_pauses`` are pauses (from, to) from before it was known when the round's message was posted.
    ``by_trouble`` tells that a trouble paused the game, and not a person.
    """

    host_id: int
    rules: Rules
    phase: Phase = Phase.LOBBY
    players: tuple[Player, ...] = ()
    plans: tuple[RoundPlan, ...] = ()
    round: int = -1
    opened_ms: int | None = None
    deadline_ms: int | None = None
    paused_in_round_ms: int = 0
    unplaced_pauses: tuple[tuple[int, int], ...] = ()
    answers: Mapping[int, RoundAnswer] = field(default_factory=dict)
    played: tuple[Played, ...] = ()
    silent: int = 0
    wake_ms: int | None = None
    paused_at_ms: int | None = None
    paused_phase: Phase | None = None
    reason: Fact | None = None
    by_trouble: bool = False
    host_left_ms: int | None = None
    starts_ms: int | None = None

    @property
    def plan(self) -> RoundPlan:
        """The round that is on."""
        return self.plans[self.round]

    def player(self, member_id: int) -> Player | None:
        """The player, if they joined."""
        return next((player for player in self.players if player.member_id == member_id), None)

    @property
    def round_ms(self) -> int:
        """How long the round is open: the longest time of those who joined."""
        longest = max((player.time_factor for player in self.present), default=1.0)
        return round((self.rules.pace_ms + self.plan.reading_ms) * longest)

    def own_ms(self, member_id: int) -> int:
        """The time that a player's speed is measured by."""
        player = self.player(member_id)
        return round((self.rules.pace_ms + self.plan.reading_ms) * (player.time_factor if player else 1.0))

    @property
    def present(self) -> tuple[Player, ...]:
        """Those whose answers are waited for."""
        return tuple(player for player in self.players if not player.gone)

    @property
    def is_answered(self) -> bool:
        """Whether everybody who is waited for has answered, and has nothing more to say in this round."""
        all_have = bool(self.present) and all(player.member_id in self.answers for player in self.present)
        return all_have and not self.rules.scoring.asks_sureness

    @property
    def waits_by_itself(self) -> bool:
        """Whether the game waits for a trouble to pass, and not for a person."""
        return self.phase is Phase.PAUSED and self.by_trouble

    @property
    def is_before_rounds(self) -> bool:
        """Whether the game was started, and its first round is still to come."""
        return self.round < 0 and Phase.REVEALING in (self.phase, self.paused_phase)

    @property
    def counted_rounds(self) -> int:
        """How many rounds that are over count."""
        return sum(not one.voided for one in self.played)
