"""What first answers tell about the questions: classical item analysis, counted as the answers stream by.

Only first attempts count: a member's first answer in each family, in whatever mode. A later one measures what the
explanation taught. Delivery is adaptive, so a question is held against the *share* right in the member's other first
attempts of the course, and members with fewer than 10 others are left out of that.
"""

import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

from bot.packs.models import Difficulty, Question
from bot.quiz.practice.difficulty import Estimate, after_answer, start
from bot.quiz.question.asking import Sureness

LEAST_OTHERS = 10
SHOWN_FROM = 30
"""First attempts from which figures are shown."""
FORM = 25
"""Reliability is told for a form of so many questions, of at least 100 members who each answered more than 10."""
RELIABLE_FROM = 100
Z95 = 1.959964
_TINY = 1e-9

ItemKey = tuple[str, str, str]
"""Course, question and its content hash: each version of a question has figures of its own."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One first attempt; ``chosen`` is the option's place in the file, time and sureness are None where not known."""

    question_id: str
    version: str
    chosen: int
    right: bool
    elapsed_ms: int | None = None
    sureness: int | None = None


@dataclass(slots=True)
class RestScores:
    """Rest scores of some answers: how many, their sum and the sum of their squares."""

    count: int = 0
    sum: float = 0.0
    squares: float = 0.0

    def add(self, score: float) -> None:
        """One more."""
        self.count += 1
        self.sum += score
        self.squares += score * score

    @property
    def mean(self) -> float | None:
        """The mean, if there is one."""
        return self.sum / self.count if self.count else None

    @property
    def deviation(self) -> float:
        """The standard deviation of these answers; 0 when they are all alike."""
        if not self.count:
            return 0.0
        return math.sqrt(max(0.0, self.squares / self.count - (self.sum / self.count) ** 2))


@dataclass(slots=True)
class Counts:
    """What was counted of one version of a question."""

    difficulty: Estimate
    attempts: int = 0
    right: int = 0
    chosen: dict[int, int] = field(default_factory=dict)
    rest: RestScores = field(default_factory=RestScores)
    rest_of: dict[int, RestScores] = field(default_factory=dict)
    elapsed_ms: "array[int]" = field(default_factory=lambda: array("i"))
    sure: int = 0
    sure_wrong: int = 0


class OptionUse(NamedTuple):
    """One option: how often it was chosen, and by whom.

    ``point_biserial`` is choosing it against the rest score, ``rest`` the mean rest score of those who chose it, of
    whom ``ranked`` have one.
    """

    place: int
    is_key: bool
    chosen: int
    share: float | None
    point_biserial: float | None
    ranked: int
    rest: float | None


class Figures(NamedTuple):
    """The statistics of one version of a question; None stands for what the attempts do not tell.

    ``ranked`` is how many attempts have a rest score, ``rest_deviation`` how much those scatter; ``difficulty`` is in
    logits, learned from the answers.
    """

    pack_id: str
    question: Question
    attempts: int
    right: int
    facility: float | None
    interval: tuple[float, float] | None
    ranked: int
    discrimination: float | None
    rest_deviation: float
    options: tuple[OptionUse, ...]
    timed: int
    median_seconds: float | None
    sure: int
    confident_errors: float | None
    difficulty: float

    @property
    def key(self) -> OptionUse:
        """The option that the bank calls right; in a form without one, what is right."""
        return self.options[self.question.key]

    @property
    def wrong(self) -> list[OptionUse]:
        """The other options."""
        return [one for one in self.options if not one.is_key]


class Tally:
    """Counts attempts member by member; it keeps no member, and of each attempt no more than eight bytes.

    ``authors`` are the difficulties that the authors meant, by course and question; an unknown question is medium.
    """

    def __init__(self, authors: dict[tuple[str, str], Difficulty]) -> None:
        self._authors = authors
        self._places: dict[ItemKey, int] = {}
        self._counts: list[Counts] = []
        self._packs: list[str] = []
        self._answered: dict[str, tuple[array[int], array[int]]] = {}
        self.attempts = 0
        self.members = 0

    def add(self, pack_id: str, attempts: Sequence[Attempt]) -> None:
        """All first attempts of one member in one course, oldest first."""
        self.attempts += len(attempts)
        self.members += 1
        right = sum(one.right for one in attempts)
        others = len(attempts) - 1
        ability = Estimate()
        places, sizes = self._answered.setdefault(pack_id, (array("i"), array("i")))
        for one in attempts:
            place = self._place(pack_id, one)
            counts = self._counts[place]
            ability, counts.difficulty = after_answer(ability, counts.difficulty, right=one.right)
            _count(counts, one)
            if others >= LEAST_OTHERS:
                rest = (right - one.right) / others
                counts.rest.add(rest)
                counts.rest_of.setdefault(one.chosen, RestScores()).add(rest)
                places.append(2 * place + one.right)
        if others >= LEAST_OTHERS:
            sizes.append(len(attempts))

    def _place(self, pack_id: str, one: Attempt) -> int:
        key = (pack_id, one.question_id, one.version)
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = len(self._counts)
            difficulty = self._authors.get((pack_id, one.question_id), "medium")
            self._counts.append(Counts(Estimate(start(difficulty))))
        return place

    def figures(self, pack_id: str, question: Question) -> Figures:
        """The statistics of a question as it is now; attempts at an older version are not among them."""
        place = self._places.get((pack_id, question.id, question.content_hash))
        counts = self._counts[place] if place is not None else Counts(Estimate(start(question.difficulty)))
        n, elapsed = counts.attempts, counts.elapsed_ms
        return Figures(
            pack_id=pack_id,
            question=question,
            attempts=n,
            right=counts.right,
            facility=counts.right / n if n else None,
            interval=wilson(counts.right, n),
            ranked=counts.rest.count,
            discrimination=point_biserial(counts.rest_of.get(question.key, RestScores()), counts.rest),
            rest_deviation=counts.rest.deviation,
            options=tuple(
                _use(counts, place, question)
                for place in range(len(question.options) if question.form == "choice" else 1)
            ),
            timed=len(elapsed),
            median_seconds=median(elapsed) / 1000 if elapsed else None,
            sure=counts.sure,
            confident_errors=counts.sure_wrong / counts.sure if counts.sure else None,
            difficulty=counts.difficulty.logit,
        )

    def reliability(self, pack_id: str, form: int = FORM, least_members: int = RELIABLE_FROM) -> float | None:
        """KR-20 of a form of so many questions of the course; None while too few members answered enough.

        With everybody answering everything this is Kuder and Richardson's formula 20 to the digit. Members who answered
        different questions enter with every pair that they did answer: KR-20 needs no more than the mean variance of a
        question and the mean covariance of two.
        """
        answered, sizes = self._answered.get(pack_id, (array("i"), array("i")))
        if len(sizes) < least_members or form < 2:
            return None
        seen, right = [0] * len(self._counts), [0] * len(self._counts)
        for code in answered:
            seen[code >> 1] += 1
            right[code >> 1] += code & 1
        share = [r / n if n else 0.0 for r, n in zip(right, seen, strict=True)]
        begin, squares, products, pairs = 0, 0.0, 0.0, 0
        for size in sizes:
            off = [(code & 1) - share[code >> 1] for code in answered[begin : begin + size]]
            begin += size
            own = sum(one * one for one in off)
            squares += own
            products += sum(off) ** 2 - own
            pairs += size * (size - 1)
        variance, covariance = squares / len(answered), products / pairs
        whole = variance + (form - 1) * covariance
        return form * covariance / whole if whole > _TINY else None


def _count(counts: Counts, one: Attempt) -> None:
    counts.attempts += 1
    counts.right += one.right
    counts.chosen[one.chosen] = counts.chosen.get(one.chosen, 0) + 1
    if one.elapsed_ms is not None:
        counts.elapsed_ms.append(one.elapsed_ms)
    if one.sureness == Sureness.SURE:
        counts.sure += 1
        counts.sure_wrong += not one.right


def _use(counts: Counts, place: int, question: Question) -> OptionUse:
    chosen, rest = counts.chosen.get(place, 0), counts.rest_of.get(place, RestScores())
    return OptionUse(
        place=place,
        is_key=place == question.key,
        chosen=chosen,
        share=chosen / counts.attempts if counts.attempts else None,
        point_biserial=point_biserial(rest, counts.rest),
        ranked=rest.count,
        rest=rest.mean,
    )


def wilson(right: int, attempts: int, z: float = Z95) -> tuple[float, float] | None:
    """Wilson's interval of a share: 95 % unless another ``z`` is given (https://doi.org/10.2307/2276774)."""
    if not attempts:
        return None
    share, square = right / attempts, z * z / attempts
    middle = (share + square / 2) / (1 + square)
    half = z / (1 + square) * math.sqrt(share * (1 - share) / attempts + square / (4 * attempts))
    return max(0.0, middle - half), min(1.0, middle + half)


def point_biserial(chosen: RestScores, everybody: RestScores) -> float | None:
    """The correlation of choosing with the rest score; None where all chose alike or all rest scores are equal."""
    n, k = everybody.count, chosen.count
    if not 0 < k < n or everybody.deviation < _TINY:
        return None
    gap = chosen.sum / k - (everybody.sum - chosen.sum) / (n - k)
    return max(-1.0, min(1.0, gap * math.sqrt(k * (n - k)) / n / everybody.deviation))


def difficulties(figures: Iterable[Figures]) -> dict[tuple[str, str], float]:
    """How hard each question turned out, by course and question."""
    return {(one.pack_id, one.question.id): one.difficulty for one in figures}
