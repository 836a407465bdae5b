"""What managers' decisions do to grading: which option is right in a server, and what follows from regrading the answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from bot.packs.models import Question
from bot.quiz.board.points import bonuses_for, points_for, standing
from bot.quiz.board.rating import Rating, after_game
from bot.quiz.competition.rounds import marks_of_round
from bot.quiz.competition.standings import Standing, standings
from bot.quiz.competition.state import Competition, Played, RoundAnswer
from bot.quiz.practice.spacing import USUAL, Aim, Card, FamilyAnswer, review
from bot.quiz.question.accepting import NOTHING_MORE, Accepted
from bot.quiz.question.asking import FilePlace, Given, as_counted, is_right

Version = tuple[str, str]
"""A question's id and the hash of its content."""


class Ruling(NamedTuple):
    """What managers decided about a version of a question: its right option there, or (None) that it is retired.

    ``course_key`` is the course's own key; a ruling that was undone has it as its ``key``. ``accepted`` are typed texts that
    are right there besides the course's.
    """

    course_key: int
    key: int | None
    accepted: Accepted = NOTHING_MORE

    @property
    def in_force(self) -> bool:
        """Whether it says anything else than the course."""
        return self.key != self.course_key or bool(self.accepted)

    @property
    def grading(self) -> tuple[FilePlace, bool]:
        """The option that is right by it, and whether answers count for nobody; then they are graded by the course's key."""
        return FilePlace(self.course_key if self.key is None else self.key), self.key is None


class Rulings:
    """The rulings of one server on one course."""

    def __init__(self, by_version: Mapping[Version, Ruling] | None = None) -> None:
        self._by_version = by_version or {}

    def on(self, question_id: str, question_hash: str) -> Ruling | None:
        """The ruling on a version of a question, one that was undone too."""
        return self._by_version.get((question_id, question_hash))

    def all(self) -> Iterable[tuple[Version, Ruling]]:
        """Every ruling with the version that it is on."""
        return self._by_version.items()

    def retired(self, question: Question) -> bool:
        """Whether the question is not asked any more here."""
        ruling = self._by_version.get((question.id, question.content_hash))
        return ruling is not None and ruling.key is None

    def key(self, question: Question) -> FilePlace:
        """The option that is right here; the course's own for a question that is retired."""
        ruling = self._by_version.get((question.id, question.content_hash))
        return FilePlace(question.key if ruling is None or ruling.key is None else ruling.key)

    def accepted(self, question: Question) -> Accepted:
        """The typed texts that are right here besides the question's own."""
        ruling = self._by_version.get((question.id, question.content_hash))
        return NOTHING_MORE if ruling is None else ruling.accepted

    def is_right(self, question: Question, given: Given) -> bool:
        """Whether an answer is right here."""
        return is_right(given, self.key(question), self.accepted(question))

    def counted(self, question: Question, given: Given) -> Given:
        """What was given, and whether it is right here where no option is the key."""
        return as_counted(given, self.accepted(question))


# A member's answers


class Past(NamedTuple):
    """An answer as it is stored. ``fixed`` is one of a competition that is on: it is graded as that began.

    ``void`` counts for nobody; the points of one that is ``kept`` stand, whatever the replay says.
    """

    id: int
    guild_id: int | None
    question_hash: str
    given: Given
    points: int
    void: bool
    kept: bool
    fixed: bool
    answer: FamilyAnswer


class Graded(NamedTuple):
    """What becomes of an answer."""

    id: int
    correct: bool
    void: bool
    points: int
    kept: bool


RulingsOf = Mapping[int | None, Rulings]
"""The rulings on a course, by server."""


def replayed(
    history: Sequence[Past], rulings: RulingsOf, guild_id: int | None, aim: Aim = USUAL
) -> tuple[list[Graded], Card | None]:
    """All answers of a member to one family, oldest first, as the rulings have them, and the card after them.

    Every answer is graded by the rulings of the server where it was given. When a family is due follows from all of them, but
    only points earned in ``guild_id`` are recomputed: those of other servers are theirs, and are kept where they would be
    others now. None: all points that are not kept are recomputed.
    """
    card: Card | None = None
    met: set[str] = set()
    right: set[str] = set()
    results = []
    for past in history:
        correct, void = graded(past, rulings)
        question_id, now_ms = past.answer.question_id, past.answer.answered_ms
        if void:
            results.append(Graded(past.id, correct, void, 0, kept=False))
            continue
        points = points_for(correct, standing(question_id in met, card.due_ms if card else None, now_ms))
        here = past.guild_id == guild_id if guild_id is not None else not past.kept
        if here:
            results.append(Graded(past.id, correct, void, points, kept=False))
        else:
            results.append(Graded(past.id, correct, void, past.points, kept=past.points != points))
        other = bool(right - {question_id})
        card = review(card, correct, now_ms, past.answer.sureness, other=other, aim=aim)
        met.add(question_id)
        if correct:
            right.add(question_id)
    return results, card


def graded(past: Past, rulings: RulingsOf) -> tuple[bool, bool]:
    """Whether an answer is right, and whether it counts for nobody. A void one is right or wrong by the course's key."""
    known = rulings.get(past.guild_id)
    ruling = known.on(past.answer.question_id, past.question_hash) if known else None
    if ruling is None or past.fixed:
        return past.answer.correct, past.void
    key, void = ruling.grading
    return is_right(past.given, key, ruling.accepted), void


# Competitions


class Ended(NamedTuple):
    """How a competition ended: the lines of those who answered, best first, and the points for the first three."""

    state: Competition
    lines: tuple[Standing, ...]
    bonuses: Mapping[int, int]


def ended(state: Competition) -> Ended:
    """How a competition ended, from all its rounds."""
    lines = tuple(line for line in standings(state) if line.answered)
    return Ended(state, lines, bonuses_for(lines))


def regraded(
    state: Competition,
    questions: Sequence[Question],
    counted: Sequence[Mapping[int, RoundAnswer]],
    rulings: Rulings,
    *,
    everything: bool = False,
) -> Ended:
    """A competition that is over, as the rulings have it.

    ``counted`` are the answers of each round that had counted. A retired round is like one that was skipped; rounds without
    a ruling stay as they are, or (``everything``) are marked again by the key that they have. Who was deleted keeps their
    marks while right stays right: their extra time is not known any more.
    """
    plans, played = list(state.plans), list(state.played)
    for number, (question, answers) in enumerate(zip(questions, counted, strict=False)):
        ruling = rulings.on(question.id, question.content_hash)
        if number >= len(played) or (ruling is None and not everything):
            continue
        before, old_marks = plans[number], played[number].marks
        retired = ruling is not None and ruling.key is None
        key = before.key if ruling is None else ruling.grading[0]
        accepted = before.accepted if ruling is None else ruling.accepted
        plans[number] = plan = replace(before, key=key, accepted=accepted)
        if retired:
            played[number] = Played({}, {}, voided=True)
            continue
        marks = marks_of_round(replace(state, plans=tuple(plans)), number, answers)
        for member_id, answer in answers.items():
            same = before.is_right(answer.given) == plan.is_right(answer.given)
            if member_id < 0 and member_id in old_marks and same:
                marks[member_id] = old_marks[member_id]
        played[number] = Played(dict(answers), marks)
    return ended(replace(state, plans=tuple(plans), played=tuple(played)))


class RatedGame(NamedTuple):
    """A finished competition for the ratings: places by member, and the ratings known from before it."""

    id: int
    ended_ms: int
    places: Mapping[int, int]
    before: Mapping[int, Rating]


class Replay(NamedTuple):
    """Ratings from a number of games: those before each game, and each member's last with the time of their last game."""

    before: Mapping[tuple[int, int], Rating]
    after: Mapping[int, tuple[Rating, int]]


def rate_anew(games: Iterable[RatedGame]) -> Replay:
    """Ratings replayed over a server's games, in their order.

    What a member brings into their first of these games is what was stored then; who has nothing stored begins.
    """
    known: dict[int, Rating] = {}
    last_ms: dict[int, int] = {}
    before: dict[tuple[int, int], Rating] = {}
    for game in games:
        for member_id in {**game.before, **game.places}:
            own = known.setdefault(member_id, game.before.get(member_id, Rating()))
            before[game.id, member_id] = own
        after = after_game(game.places, known)
        known |= after
        last_ms |= dict.fromkeys(after, game.ended_ms)
    return Replay(before, {member_id: (one, last_ms.get(member_id, 0)) for member_id, one in known.items()})
