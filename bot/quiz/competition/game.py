"""A competition as a state machine: ``step(state, event, now) -> (state, effects)``.

Lobby, then round by round: asking (until all have answered, or the deadline and a short drain), revealing (a pause to
read), and at the end the podium. Times are Discord's, in epoch milliseconds: a round's clock starts with the stamp of its
message, an answer's time is the stamp of the click. No event in any state raises; one that means nothing changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple, TypeVar

from bot.quiz.competition.scoring import Scoring, marks
from bot.quiz.question.asking import FilePlace, Given, Lettering, Sureness, is_right

T = TypeVar("T")

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


class Phase(StrEnum):
    """Where a competition is."""

    LOBBY = "lobby"
    ASKING = "asking"
    REVEALING = "revealing"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"


LIVE = (Phase.LOBBY, Phase.ASKING, Phase.REVEALING, Phase.PAUSED)


@dataclass(frozen=True)
class Rules:
    """What the host chose. ``reveal_ms`` is the pause after each round, ``lobby_ms`` how long the lobby waits.

    With ``teams_chosen`` players pick their team, else the start balances them. A ``duel`` is closed to all but those in
    its lobby, expires when it is not accepted, and ends as soon as it is decided.
    """

    rounds: int
    pace_ms: int
    reveal_ms: int
    lobby_ms: int
    scoring: Scoring = Scoring.CLASSIC
    teams: int = 0
    teams_chosen: bool = False
    duel: bool = False


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
    """A round to come: the question, the option that is right in it, the order of its options, its reading time."""

    question_id: str
    key: FilePlace
    order: tuple[FilePlace, ...]
    reading_ms: int = 0

    @property
    def lettering(self) -> Lettering:
        """Which option stands behind which letter."""
        return Lettering(self.order)

    def is_right(self, given: Given) -> bool:
        """Whether an answer is right in this round."""
        return is_right(given, self.key)


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
    reason: str = ""
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
    def all_answered(self) -> bool:
        """Whether everybody who is waited for has answered."""
        return bool(self.present) and all(player.member_id in self.answers for player in self.present)

    @property
    def waits_by_itself(self) -> bool:
        """Whether the game waits for a trouble to pass, and not for a person."""
        return self.phase is Phase.PAUSED and self.by_trouble

    @property
    def counted_rounds(self) -> int:
        """How many rounds that are over count."""
        return sum(not one.voided for one in self.played)


# What happens


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
    reason: str = "Cancelled."


class Opened(NamedTuple):
    """The round's message is in the channel, stamped so."""

    round: int
    stamp_ms: int


class LobbyPosted(NamedTuple):
    """The message of a lobby that opened by itself is in the channel, stamped so; its time runs from then on."""

    stamp_ms: int


class Answer(NamedTuple):
    """A click on a letter, stamped so."""

    member_id: int
    round: int
    choice: int
    stamp_ms: int
    time_factor: float = 1.0


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

    reason: str = ""
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


# What is to be shown


@dataclass(frozen=True)
class ShowLobby:
    """The lobby's message is to be brought up to date."""


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


Effect = ShowLobby | Ask | ShowRound | ShowCount | Reveal | ShowPodium | Told
Step = tuple[Competition, list[Effect]]


def opened_by(host_id: int, rules: Rules, now_ms: int, time_factor: float = 1.0) -> Competition:
    """A new lobby; the host is its first player."""
    return Competition(
        host_id=host_id,
        rules=rules,
        players=(Player(host_id, now_ms, time_factor, 1 if rules.teams else 0),),
        wake_ms=now_ms + rules.lobby_ms,
        starts_ms=now_ms + rules.lobby_ms,
    )


def opened_for(host_id: int, rules: Rules, now_ms: int) -> Competition:
    """A new lobby that opened by itself: who leads it may not be there, and plays only after joining."""
    starts_ms = now_ms + rules.lobby_ms
    return Competition(host_id=host_id, rules=rules, wake_ms=starts_ms, starts_ms=starts_ms)


def step(state: Competition, event: Event, now_ms: int) -> Step:
    """The state after an event, and what is to be shown for it."""
    if state.phase not in LIVE:
        return state, [Told(Verdict.OVER)] if not isinstance(event, Tick | Opened | LobbyPosted | Lost) else []
    match event:
        case Join():
            return _join(state, event, now_ms)
        case Leave():
            return _leave(state, event, now_ms)
        case Start():
            return _start(state, event, now_ms)
        case Cancel():
            return _cancel(state, event)
        case Opened():
            return _opened(state, event, now_ms)
        case Answer():
            return _answer(state, event, now_ms)
        case Confide():
            return _confide(state, event)
        case Tick():
            return _tick(state, now_ms)
        case Pause():
            return _pause(state, event, now_ms)
        case Resume():
            return _resume(state, event, now_ms)
        case KeepWaiting():
            return _keep_waiting(state, event, now_ms)
        case Skip():
            return _skip(state, event, now_ms)
        case End():
            return _end(state, event, now_ms)
        case LobbyPosted():
            return _lobby_posted(state, event)
        case Lost():
            return _lost(state, event, now_ms)
        case TakeOver():
            state = _with_host(state, event.member_id)
            return state, [Told(Verdict.DONE), *_shown(state)]
        case Forget():
            return _forget(state, event, now_ms)


def _leads(state: Competition, by: int | None, manager: bool) -> bool:
    return by is None or manager or by == state.host_id


def _shown(state: Competition) -> list[Effect]:
    """The message that shows the present phase."""
    if state.phase is Phase.LOBBY:
        return [ShowLobby()]
    return [ShowRound(state.round)] if state.phase in (Phase.ASKING, Phase.PAUSED) else []


# Lobby


def _join(state: Competition, event: Join, now_ms: int) -> Step:
    in_lobby = state.phase is Phase.LOBBY
    chosen = event.team if state.rules.teams_chosen and 1 <= event.team <= state.rules.teams else 0
    if (known := state.player(event.member_id)) is not None:
        if known.gone:
            return _with_player(state, replace(known, gone=False)), [Told(Verdict.DONE), ShowLobby()]
        if not (in_lobby and chosen and chosen != known.team):
            return state, [Told(Verdict.NOTHING_TO_DO)]
        moved = tuple(replace(p, team=chosen) if p.member_id == event.member_id else p for p in state.players)
        return replace(state, players=moved), [Told(Verdict.DONE), ShowLobby()]
    if state.rules.duel and (not in_lobby or len(state.players) >= DUELLISTS):
        return state, [Told(Verdict.NOT_ALLOWED)]
    player = Player(event.member_id, now_ms, event.time_factor, chosen or smallest_team(state))
    state = replace(state, players=(*state.players, player))
    if event.member_id == state.host_id:
        state = _with_host(state, event.member_id)
    if not in_lobby:
        return state, [Told(Verdict.DONE), ShowLobby()]
    return replace(state, wake_ms=_lobby_wake(state)), [Told(Verdict.DONE), ShowLobby()]


def smallest_team(state: Competition) -> int:
    """The team with the fewest players (1, 2, …); 0 without teams."""
    return smallest_teams(state, 1)[0]


def smallest_teams(state: Competition, newcomers: int) -> list[int]:
    """The teams that so many newcomers go to, one after the other."""
    if not state.rules.teams:
        return [0] * newcomers
    sizes = dict.fromkeys(range(1, state.rules.teams + 1), 0)
    for player in state.players:
        sizes[player.team] = sizes.get(player.team, 0) + 1
    chosen = []
    for _ in range(newcomers):
        team = min(sizes, key=sizes.__getitem__)
        sizes[team] += 1
        chosen.append(team)
    return chosen


def _balanced(players: tuple[Player, ...], teams: int, strengths: Mapping[int, float]) -> tuple[Player, ...]:
    """The players in teams of like size and strength: the best go round the teams, back and forth."""
    ordered = sorted(players, key=lambda player: (-strengths.get(player.member_id, 0.5), player.member_id))
    there_and_back = [*range(1, teams + 1), *range(teams, 0, -1)]
    team = {player.member_id: there_and_back[i % len(there_and_back)] for i, player in enumerate(ordered)}
    return tuple(replace(player, team=team[player.member_id]) for player in players)


def _leave(state: Competition, event: Leave, now_ms: int) -> Step:
    known = state.player(event.member_id)
    if known is None or known.gone:
        return state, [Told(Verdict.NOTHING_TO_DO)]
    if state.phase is not Phase.LOBBY:
        return _leave_game(state, known, now_ms)
    players = tuple(player for player in state.players if player.member_id != event.member_id)
    left = now_ms if event.member_id == state.host_id else state.host_left_ms
    state = replace(state, players=players, host_left_ms=left)
    return replace(state, wake_ms=_lobby_wake(state)), [Told(Verdict.DONE), ShowLobby()]


def _leave_game(state: Competition, player: Player, now_ms: int) -> Step:
    state = _with_player(state, replace(player, gone=True))
    if state.rules.duel:
        return _end_now(state, now_ms, "One of the two has left.")
    shown: list[Effect] = [Told(Verdict.DONE), ShowLobby()]
    if state.phase is not Phase.ASKING:
        return state, shown
    return replace(state, wake_ms=_asking_wake(state, now_ms)), [*shown, ShowCount(state.round)]


def _with_player(state: Competition, player: Player) -> Competition:
    """The state with one player changed."""
    players = tuple(player if one.member_id == player.member_id else one for one in state.players)
    return replace(state, players=players)


def _lobby_posted(state: Competition, event: LobbyPosted) -> Step:
    if state.phase is not Phase.LOBBY:
        return state, []
    state = replace(state, starts_ms=event.stamp_ms + state.rules.lobby_ms)
    return replace(state, wake_ms=_lobby_wake(state)), [ShowLobby()]


def _lobby_wake(state: Competition) -> int | None:
    if state.host_left_ms is None or not state.players or state.starts_ms is None:
        return state.starts_ms
    return min(state.starts_ms, state.host_left_ms + HEIR_MS)


def _with_host(state: Competition, member_id: int) -> Competition:
    """Somebody leads; a lobby waits for its own time again."""
    state = replace(state, host_id=member_id, host_left_ms=None)
    return replace(state, wake_ms=_lobby_wake(state)) if state.phase is Phase.LOBBY else state


def _start(state: Competition, event: Start, now_ms: int) -> Step:
    if state.phase is not Phase.LOBBY:
        return state, [Told(Verdict.NOTHING_TO_DO)]
    if not _leads(state, event.by, event.manager):
        return state, [Told(Verdict.NOT_ALLOWED)]
    if not state.players or not event.plans:
        cancelled = replace(
            state, phase=Phase.CANCELLED, wake_ms=None, reason="Nobody joined, so the game was not played."
        )
        return cancelled, [Told(Verdict.DONE), ShowLobby()]
    if state.rules.duel and len(state.players) < DUELLISTS:
        return state, [Told(Verdict.NOTHING_TO_DO)]
    state = replace(state, plans=event.plans, host_left_ms=None)
    if state.rules.teams and not state.rules.teams_chosen:
        state = replace(state, players=_balanced(state.players, state.rules.teams, event.strengths))
    state, effects = _ask(state, 0, now_ms)
    return state, [Told(Verdict.DONE), ShowLobby(), *effects]


def _cancel(state: Competition, event: Cancel) -> Step:
    if state.phase is not Phase.LOBBY:
        return state, [Told(Verdict.NOTHING_TO_DO)]
    if not _leads(state, event.by, event.manager):
        return state, [Told(Verdict.NOT_ALLOWED)]
    state = replace(state, phase=Phase.CANCELLED, wake_ms=None, reason=event.reason)
    return state, [Told(Verdict.DONE), ShowLobby()]


# Rounds


def _ask(state: Competition, number: int, now_ms: int) -> Step:
    state = replace(
        state,
        phase=Phase.ASKING,
        round=number,
        opened_ms=None,
        paused_in_round_ms=0,
        unplaced_pauses=(),
        answers={},
        paused_at_ms=None,
        paused_phase=None,
        reason="",
        by_trouble=False,
    )
    # A whole second, fixed before the message is sent: Discord shows deadlines in seconds.
    deadline = -(-(now_ms + OPENING_MS + state.round_ms) // 1000) * 1000
    return replace(state, deadline_ms=deadline, wake_ms=deadline + DRAIN_MS), [Ask(number)]


def _opened(state: Competition, event: Opened, now_ms: int) -> Step:
    if state.round != event.round or state.opened_ms is not None or state.phase not in (Phase.ASKING, Phase.PAUSED):
        return state, []
    state = opened_at(state, event.stamp_ms)
    earliest = event.stamp_ms + state.paused_in_round_ms + state.round_ms
    if state.deadline_ms is None or state.deadline_ms >= earliest:
        # A message from before a pause shows the deadline from before it.
        return state, [ShowRound(state.round)] if state.paused_in_round_ms else []
    # The message came late; nobody's own time is shortened by that.
    state = replace(state, deadline_ms=-(-earliest // 1000) * 1000)
    if state.phase is Phase.ASKING:
        state = replace(state, wake_ms=_asking_wake(state, now_ms))
    return state, [ShowRound(state.round)]


def opened_at(state: Competition, stamp_ms: int) -> Competition:
    """The round's clock begun with its message's stamp; of the pauses from before that was known, those after it count."""
    paused = sum(max(0, to_ms - max(from_ms, stamp_ms)) for from_ms, to_ms in state.unplaced_pauses)
    return replace(state, opened_ms=stamp_ms, paused_in_round_ms=paused, unplaced_pauses=())


def _answer(state: Competition, event: Answer, now_ms: int) -> Step:
    if state.phase is Phase.LOBBY or event.round > state.round or event.round < 0:
        return state, [Told(Verdict.NOT_OPEN)]
    known = state.answers.get(event.member_id) if event.round == state.round else None
    if known is not None:
        return state, [Told(Verdict.HAD_LOCKED_IN, known.given)]
    given = state.plan.lettering.given(event.choice)
    verdict = answer_verdict(state, event.round, given, event.stamp_ms)
    if verdict is Verdict.LOCKED_IN and state.rules.duel and not state.player(event.member_id):
        verdict = Verdict.NOT_ALLOWED
    if verdict is not Verdict.LOCKED_IN or given is None:
        return state, [Told(verdict)]
    if (player := state.player(event.member_id)) is not None:
        if player.gone:
            state = _with_player(state, replace(player, gone=False))
    else:
        late = Player(event.member_id, now_ms, event.time_factor, smallest_team(state))
        state = replace(state, players=(*state.players, late))
    elapsed = elapsed_ms(state, event.stamp_ms)
    answers = {**state.answers, event.member_id: RoundAnswer(given, elapsed)}
    state = replace(state, answers=answers)
    effects: list[Effect] = [Told(Verdict.LOCKED_IN, given), ShowCount(state.round)]
    if state.all_answered and state.rules.scoring is not Scoring.CERTAINTY:
        state = replace(state, wake_ms=now_ms)
    return state, effects


def answer_verdict(state: Competition, number: int, given: Given | None, stamp_ms: int) -> Verdict:
    """What a first click in this round comes to: LOCKED_IN, or why it does not count. ``given`` is None for no option."""
    if _is_paused_in(state, number):
        return Verdict.PAUSED
    if state.phase is not Phase.ASKING or state.round != number:
        return Verdict.CLOSED
    if given is None:
        return Verdict.NO_SUCH_OPTION
    if state.deadline_ms is not None and state.opened_ms is not None and stamp_ms > state.deadline_ms:
        return Verdict.CLOSED
    return Verdict.LOCKED_IN


def _is_paused_in(state: Competition, number: int) -> bool:
    """Whether this round is open but for a pause."""
    return state.phase is Phase.PAUSED and state.round == number and state.paused_phase is Phase.ASKING


def elapsed_ms(state: Competition, stamp_ms: int) -> int:
    """How long an answer with this stamp took: from the round's message, without the pauses."""
    if state.opened_ms is None:
        return 0
    return max(0, stamp_ms - state.opened_ms - state.paused_in_round_ms)


def _confide(state: Competition, event: Confide) -> Step:
    if _is_paused_in(state, event.round):
        return state, [Told(Verdict.PAUSED)]
    if state.phase is not Phase.ASKING or state.round != event.round:
        return state, [Told(Verdict.CLOSED)]
    answer = state.answers.get(event.member_id)
    if answer is None:
        return state, [Told(Verdict.NO_ANSWER_YET)]
    if state.deadline_ms is not None and event.stamp_ms > state.deadline_ms:
        return state, [Told(Verdict.CLOSED, answer.given)]
    answers = {**state.answers, event.member_id: replace(answer, sureness=event.sureness)}
    return replace(state, answers=answers), [Told(Verdict.SURENESS_TAKEN, answer.given)]


def marks_of_round(state: Competition, number: int, answers: Mapping[int, RoundAnswer]) -> dict[int, int]:
    """What each answer of a round is worth by the rules and the round's key."""
    state, plan = replace(state, round=number), state.plans[number]
    return {
        member_id: marks(
            state.rules.scoring,
            correct=plan.is_right(one.given),
            sureness=one.sureness,
            elapsed_ms=one.elapsed_ms,
            own_ms=state.own_ms(member_id),
            rounds=len(state.plans),
        )
        for member_id, one in answers.items()
    }


def _close(state: Competition, now_ms: int, *, counts: bool = True) -> Step:
    """End the round: marks are given, and the pause to read begins."""
    answers = state.answers if counts else {}
    given = marks_of_round(state, state.round, answers)
    silent = 0 if state.answers or not counts else state.silent + 1
    state = replace(
        state,
        phase=Phase.REVEALING,
        played=(*state.played, Played(answers, given, voided=not counts)),
        silent=silent,
        deadline_ms=None,
        wake_ms=now_ms + state.rules.reveal_ms,
        paused_at_ms=None,
        paused_phase=None,
        reason="",
        by_trouble=False,
    )
    effects: list[Effect] = [Reveal(state.round)]
    if silent >= SILENT_ROUNDS and state.round + 1 < len(state.plans):
        reason = f"Nobody answered for {silent} rounds."
        state = replace(state, phase=Phase.PAUSED, paused_phase=Phase.REVEALING, paused_at_ms=now_ms, reason=reason)
        state = replace(state, wake_ms=now_ms + SILENCE_ENDS_MS, silent=0)
    return state, effects


def _tick(state: Competition, now_ms: int) -> Step:
    if state.wake_ms is None or now_ms < state.wake_ms:
        return state, []
    if state.phase is Phase.ASKING:
        if state.all_answered and state.rules.scoring is not Scoring.CERTAINTY:
            return _close(state, now_ms)
        if state.deadline_ms is not None and now_ms < state.deadline_ms + DRAIN_MS:
            return replace(state, wake_ms=state.deadline_ms + DRAIN_MS), []
        if state.opened_ms is None:  # its message is not in the channel yet, or not known to be
            return replace(state, wake_ms=now_ms + DRAIN_MS), []
        return _close(state, now_ms)
    if state.phase is Phase.REVEALING:
        if state.round + 1 >= len(state.plans) or _decided(state):
            return _finish(state)
        return _ask(state, state.round + 1, now_ms)
    if state.phase is Phase.PAUSED:
        state, effects = _end_now(state, now_ms, "Nobody resumed it in time.")
        return state, [effect for effect in effects if not isinstance(effect, Told)]
    if state.phase is Phase.LOBBY and state.host_left_ms is not None and now_ms >= state.host_left_ms + HEIR_MS:
        return _inherit(state)
    return state, []


def _decided(state: Competition) -> bool:
    """Whether a duel's leader can't be caught up with any more: more right answers ahead than rounds are left."""
    if not state.rules.duel:
        return False
    right = sorted((line.right for line in standings(state)), reverse=True)
    return len(right) >= DUELLISTS and right[0] - right[1] > len(state.plans) - len(state.played)


def _inherit(state: Competition) -> Step:
    """The first player becomes the host; the lobby's own time is not touched."""
    heir = state.players[0].member_id if state.players else state.host_id
    return _with_host(state, heir), [ShowLobby()]


def _finish(state: Competition) -> Step:
    state = replace(state, phase=Phase.FINISHED, wake_ms=None, deadline_ms=None)
    return replace(state, paused_phase=None, paused_at_ms=None), [ShowPodium()]


# Stopping and going on


def _pause(state: Competition, event: Pause, now_ms: int) -> Step:
    if state.phase not in (Phase.ASKING, Phase.REVEALING):
        return state, [Told(Verdict.NOTHING_TO_DO)]
    if not _leads(state, event.by, event.manager):
        return state, [Told(Verdict.NOT_ALLOWED)]
    paused = replace(
        state,
        phase=Phase.PAUSED,
        paused_phase=state.phase,
        paused_at_ms=now_ms,
        wake_ms=now_ms + (TROUBLE_ENDS_MS if event.by is None else PAUSE_ENDS_MS),
        reason=event.reason or "Paused by the host.",
        by_trouble=event.by is None,
    )
    return paused, [Told(Verdict.DONE), ShowRound(state.round)]


def _resume(state: Competition, event: Resume, now_ms: int) -> Step:
    if state.phase is not Phase.PAUSED:
        return state, [Told(Verdict.NOTHING_TO_DO)]
    if not _leads(state, event.by, event.manager):
        return state, [Told(Verdict.NOT_ALLOWED)]
    since = state.paused_at_ms if state.paused_at_ms is not None else now_ms
    was_revealing = state.paused_phase is Phase.REVEALING
    phase = state.paused_phase or Phase.ASKING
    state = replace(state, phase=phase, paused_phase=None, paused_at_ms=None, reason="", by_trouble=False)
    if was_revealing:
        return replace(state, wake_ms=now_ms), [Told(Verdict.DONE), ShowRound(state.round)]
    return _given_back(state, since, now_ms), [Told(Verdict.DONE), ShowRound(state.round)]


def _keep_waiting(state: Competition, event: KeepWaiting, now_ms: int) -> Step:
    if state.phase is not Phase.PAUSED:
        return state, [Told(Verdict.NOTHING_TO_DO)]
    if not _leads(state, event.by, event.manager):
        return state, [Told(Verdict.NOT_ALLOWED)]
    state = replace(state, wake_ms=max(state.wake_ms or 0, now_ms + PAUSE_ENDS_MS))
    return state, [Told(Verdict.DONE), ShowRound(state.round)]


def _given_back(state: Competition, since_ms: int, now_ms: int) -> Competition:
    """The round's clock moved on by the time from ``since_ms`` to now; its deadline stays a whole second."""
    away = max(0, now_ms - since_ms)
    if state.deadline_ms is None:
        return state
    deadline = -(-(state.deadline_ms + away) // 1000) * 1000
    state = replace(state, deadline_ms=deadline)
    if state.opened_ms is None:
        state = replace(state, unplaced_pauses=(*state.unplaced_pauses, (since_ms, now_ms)))
    else:
        paused = max(0, now_ms - max(since_ms, state.opened_ms))
        state = replace(state, paused_in_round_ms=state.paused_in_round_ms + paused)
    return replace(state, wake_ms=_asking_wake(state, now_ms))


def _asking_wake(state: Competition, now_ms: int) -> int | None:
    """When the round ends: at once when all have answered, else after the deadline and the drain."""
    if state.all_answered and state.rules.scoring is not Scoring.CERTAINTY:
        return now_ms
    return None if state.deadline_ms is None else state.deadline_ms + DRAIN_MS


def _lost(state: Competition, event: Lost, now_ms: int) -> Step:
    if state.phase is Phase.ASKING:
        return _given_back(state, event.since_ms, now_ms), [ShowRound(state.round)]
    away = max(0, now_ms - event.since_ms)
    if state.wake_ms is None:  # stored by a version in which a pause had no end
        waits_ms = state.rules.lobby_ms if state.phase is Phase.LOBBY else PAUSE_ENDS_MS
        state = replace(state, wake_ms=now_ms + waits_ms - away)
        state = replace(state, starts_ms=state.wake_ms) if state.phase is Phase.LOBBY else state
    return replace(
        state,
        wake_ms=(state.wake_ms or 0) + away,
        starts_ms=None if state.starts_ms is None else state.starts_ms + away,
        host_left_ms=None if state.host_left_ms is None else state.host_left_ms + away,
    ), _shown(state)


def _skip(state: Competition, event: Skip, now_ms: int) -> Step:
    if state.phase not in (Phase.ASKING, Phase.PAUSED, Phase.REVEALING):
        return state, [Told(Verdict.NOTHING_TO_DO)]
    if not _leads(state, event.by, event.manager):
        return state, [Told(Verdict.NOT_ALLOWED)]
    is_over = Phase.REVEALING in (state.phase, state.paused_phase)
    if (event.round, event.over) != (state.round, is_over):
        return state, [Told(Verdict.NOTHING_TO_DO)]
    if is_over:
        state = replace(state, phase=Phase.REVEALING, paused_phase=None, paused_at_ms=None, wake_ms=now_ms)
        return state, [Told(Verdict.DONE), ShowRound(state.round)]
    state, effects = _close(state, now_ms, counts=False)
    return state, [Told(Verdict.DONE), *effects]


def _end(state: Competition, event: End, now_ms: int) -> Step:
    if state.phase is Phase.LOBBY:
        return state, [Told(Verdict.NOTHING_TO_DO)]
    if not _leads(state, event.by, event.manager):
        return state, [Told(Verdict.NOT_ALLOWED)]
    return _end_now(state, now_ms)


def _end_now(state: Competition, now_ms: int, reason: str = "") -> Step:
    shown: list[Effect] = [ShowRound(state.round)]  # it says no more that it waits
    if Phase.ASKING in (state.phase, state.paused_phase):
        state, _ = _close(state, now_ms, counts=False)
        shown = [Reveal(state.round)]
    state, effects = _finish(replace(state, reason=reason))
    return state, [Told(Verdict.DONE), *shown, *effects]


def without(state: Competition, member_id: int) -> Competition:
    """The state as if the member had never played; who leads is not touched."""

    def others(of: Mapping[int, T]) -> dict[int, T]:
        return {one: value for one, value in of.items() if one != member_id}

    return replace(
        state,
        players=tuple(player for player in state.players if player.member_id != member_id),
        answers=others(state.answers),
        played=tuple(Played(others(one.answers), others(one.marks), one.voided) for one in state.played),
    )


def _forget(state: Competition, event: Forget, now_ms: int) -> Step:
    state = without(state, event.member_id)
    if state.host_id == event.member_id:
        state = _with_host(state, state.players[0].member_id if state.players else NOBODY)
    if state.rules.duel or not state.players:
        if state.phase is not Phase.LOBBY:
            return _end_now(state, now_ms)
        reason = "One of the two has left." if state.rules.duel else "Everybody has left."
        state = replace(state, phase=Phase.CANCELLED, wake_ms=None, reason=reason)
        return state, [Told(Verdict.DONE), ShowLobby()]
    if state.phase is Phase.ASKING:
        state = replace(state, wake_ms=_asking_wake(state, now_ms))
    shown = ShowLobby() if state.phase is Phase.LOBBY else ShowRound(state.round)
    return state, [Told(Verdict.DONE), shown]


# How it stands


class Standing(NamedTuple):
    """A player's line: place (shared by equal scores), score, right answers, median time of all answers."""

    place: int
    member_id: int
    score: int
    right: int
    answered: int
    median_ms: int | None


def standings(state: Competition, rounds: int | None = None) -> list[Standing]:
    """Everybody's line after so many rounds (all that were played), best first."""
    played = state.played[:rounds]
    totals: dict[int, tuple[int, int, list[int]]] = {p.member_id: (0, 0, []) for p in state.players}
    for number, one in enumerate(played):
        plan = state.plans[number]
        for member_id, answer in one.answers.items():
            score, right, times = totals.get(member_id, (0, 0, []))
            more = plan.is_right(answer.given)
            totals[member_id] = (score + one.marks[member_id], right + more, [*times, answer.elapsed_ms])
    ordered = sorted(totals.items(), key=lambda item: (-item[1][0], -item[1][1], item[0]))
    scores = [totals[member_id][0] for member_id, _ in ordered]
    return [
        Standing(scores.index(score) + 1, member_id, score, right, len(times), _median(times))
        for member_id, (score, right, times) in ordered
    ]


def _median(times: Sequence[int]) -> int | None:
    if not times:
        return None
    ordered = sorted(times)
    return ordered[len(ordered) // 2]


def team_standings(state: Competition, rounds: int | None = None) -> list[tuple[int, float]]:
    """Each team with its average score a player, best first; empty without teams."""
    if not state.rules.teams:
        return []
    team_of = {player.member_id: player.team for player in state.players}
    scores: dict[int, list[int]] = {}
    for line in standings(state, rounds):
        scores.setdefault(team_of.get(line.member_id, 0), []).append(line.score)
    averages = [(team, sum(all_) / len(all_)) for team, all_ in scores.items() if team]
    return sorted(averages, key=lambda item: (-item[1], item[0]))
