"""One learner's private run of questions: which are asked, in what order, and how it went."""

from collections.abc import Mapping, MutableSequence, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any, NamedTuple, Protocol

from bot.packs.models import Question
from bot.quiz.question.asking import FilePlace, Given, Lettering, Sureness, orders_of

MAX_QUESTIONS = 20
DEFAULT_QUESTIONS = 5
TARGET_SHARE = 0.7
"""A learner's level: most new questions should be answered right, and some not."""


class Chance(Protocol):
    """What these rules ask of chance; ``random.Random`` offers it."""

    def shuffle(self, x: MutableSequence[Any], /) -> None:
        """Put the things in any order, in place."""
        ...


@dataclass(frozen=True)
class Asked:
    """A question of a run: the order its options were shown in, and what was given once there is an answer.

    ``sureness`` is how sure the learner said they were.
    """

    position: int
    question_id: str
    question_hash: str
    order: tuple[FilePlace, ...]
    given: Given | None = None
    correct: bool | None = None
    points: int = 0
    sureness: Sureness | None = None

    @property
    def lettering(self) -> Lettering:
        """Which option stands behind which letter."""
        return Lettering(self.order)


class Interlude(NamedTuple):
    """A page of the lesson (from 0) that a run shows before the question at a position."""

    position: int
    section_id: str
    page: int


@dataclass(frozen=True)
class Run:
    """A practice run; ``section_id`` and ``difficulty`` are what it was limited to."""

    id: int
    member_id: int
    guild_id: int | None
    pack_id: str
    section_id: str | None
    difficulty: str | None
    asked: tuple[Asked, ...]
    interlude: Interlude | None = None

    @property
    def current(self) -> Asked | None:
        """The first question without an answer; None when the run is over."""
        return next((asked for asked in self.asked if asked.given is None), None)

    @property
    def right(self) -> int:
        """How many answers were right."""
        return sum(asked.correct is True for asked in self.asked)

    @property
    def points(self) -> int:
        """What the run earned."""
        return sum(asked.points for asked in self.asked)

    @property
    def missed(self) -> list[Asked]:
        """The questions answered wrong."""
        return [asked for asked in self.asked if asked.correct is False]


class Seen(NamedTuple):
    """What is known of a member's last answer to a question."""

    last_ms: int
    correct: bool


def option_order(question: Question, rng: Chance) -> tuple[FilePlace, ...]:
    """A fresh order of the options for one asking; never one that a question about an order asks for."""
    order = [FilePlace(place) for place in range(len(question.options))]
    rng.shuffle(order)
    if question.form == "order":
        right = orders_of(question)
        order = next((list(one) for one in permutations(order) if list(one) not in right), order)
    return tuple(order)


def ask(questions: Sequence[Question], rng: Chance) -> tuple[Asked, ...]:
    """The questions as a run will ask them, each with an order of its own."""
    return tuple(Asked(i, q.id, q.content_hash, option_order(q, rng)) for i, q in enumerate(questions))


def pick(
    candidates: Sequence[Question],
    seen: Mapping[str, Seen],
    due: Mapping[str, int],
    count: int,
    now_ms: int,
    rng: Chance,
    expected: Mapping[str, float] | None = None,
) -> list[Question]:
    """Up to ``count`` questions: due ones first, then new ones, then those missed, then the longest unseen.

    ``seen`` is by question id, ``due`` (epoch milliseconds) by family. Siblings and enemies share a run only when
    nothing else is left; chance decides among equals.

    ``expected`` is the share of right answers that the member is expected to give, by question id. With it, new
    questions nearest to `TARGET_SHARE` go first, in steps of a tenth; one that it does not know counts as right there.
    """
    order = list(candidates)
    rng.shuffle(order)

    def rank(question: Question) -> tuple[int, int]:
        last = seen.get(question.id)
        if last is None:
            return 1, _off_target(expected.get(question.id, TARGET_SHARE)) if expected else 0
        if due.get(question.family, now_ms + 1) <= now_ms:
            return 0, due[question.family]
        return (2 if not last.correct else 3), last.last_ms

    order.sort(key=rank)
    chosen: list[Question] = []
    spare: list[Question] = []
    for question in order:
        (spare if any(too_close(question, other) for other in chosen) else chosen).append(question)
    return (chosen + spare)[:count]


def _off_target(share: float) -> int:
    return int(abs(share - TARGET_SHARE) * 10 + 0.5)


def too_close(one: Question, other: Question) -> bool:
    """Whether two questions should not meet in one sitting: siblings, and enemies."""
    return one.family == other.family or one.id in other.enemies or other.id in one.enemies
