"""The myths that a learner may believe: the misconceptions behind their wrong choices, and how likely each is.

Each question that offers a misconception's option is a test of it. A learner who believes it takes that option about
seven times in ten; one who doesn't takes it by chance, as one of several wrong ones. Bayes' rule puts the tests together,
later ones after earlier ones, and lets the belief be lost again when the answers contradict it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from bot.clock import DAY_MS
from bot.packs.models import OTHER, Question
from bot.quiz.practice.picking import TARGET_SHARE, Chance, too_close
from bot.quiz.question.asking import FilePlace, Sureness

TAKEN_BY_BELIEVERS = 0.7
TAKEN_BY_CHANCE = 0.12
"""The share of those without the belief who take its option: a third of the third who are wrong, or so."""
RIGHT_BY_BELIEVERS = 0.2
RIGHT_OTHERWISE = 0.65
SURE_OF_IT = {None: 1.0, Sureness.GUESS: 0.25, Sureness.THINK: 1.0, Sureness.SURE: 2.5}
"""How much likelier a belief is when its option was taken with that sureness: beliefs are held, slips are not."""
BELIEVED_AT_FIRST = 0.1
FOUND = 0.02
"""What a belief counts that was fallen for, when questions are chosen to find others."""


class Choice(NamedTuple):
    """One answer with what was chosen: an option's place in the file, of the version with that hash."""

    question_id: str
    question_hash: str
    chosen: FilePlace
    correct: bool
    answered_ms: int
    sureness: Sureness | None = None


class Mixup(NamedTuple):
    """A misconception that a learner fell for: how often, when last, and how likely they hold it (0 to 1)."""

    misconception_id: str
    times: int
    last_ms: int
    likely: float
    gone: bool


def mixups(choices: Sequence[Choice], questions: Mapping[str, Question]) -> list[Mixup]:
    """Every misconception that was fallen for, the likeliest first; those that are gone come last.

    One is gone when since then two different questions that offer it were answered right, a day apart or more. Answers to
    older versions of a question tell nothing, as the places of its options mean something else there.
    """
    fallen_for = [one.mixup for one in _evidence(choices, questions) if one.times]
    return sorted(fallen_for, key=lambda one: (one.gone, -one.likely, -one.last_ms, one.misconception_id))


class Search:
    """What is still to be found of a learner's beliefs, and which questions would tell.

    A question is worth the chance of each belief that it offers to be held and not known yet: most for one that was never
    tested, little for one that was fallen for, which reviews test anyway.
    """

    def __init__(self, choices: Sequence[Choice], questions: Mapping[str, Question]) -> None:
        self._hidden = {one.name: FOUND if one.times else one.likely for one in _evidence(choices, questions)}

    def worth(self, question: Question) -> float:
        """How much a question may find."""
        return sum(self._hidden.get(name, BELIEVED_AT_FIRST) for name in offered_by(question))

    def ask(self, question: Question) -> None:
        """The question is asked, so there is less left to find by others of its beliefs."""
        for name in offered_by(question):
            self._hidden[name] = self._hidden.get(name, BELIEVED_AT_FIRST) / 3


def most_telling(
    candidates: Sequence[Question],
    search: Search,
    count: int,
    rng: Chance,
    expected: Mapping[str, float] | None = None,
) -> list[Question]:
    """Up to ``count`` of the candidates, those first that may find most and are at the learner's level.

    ``expected`` is the share of right answers that the learner will probably give, by question; one far from the level
    counts less. Siblings and enemies stay apart while others are left.
    """
    left = list(candidates)
    rng.shuffle(left)
    chosen: list[Question] = []

    def rank(one: Question) -> tuple[bool, float]:
        off = abs(expected.get(one.id, TARGET_SHARE) - TARGET_SHARE) if expected else 0.0
        return not any(too_close(one, other) for other in chosen), search.worth(one) * (1 - off)

    while left and len(chosen) < count:
        best = max(left, key=rank)
        left.remove(best)
        chosen.append(best)
        search.ask(best)
    return chosen


def _evidence(choices: Sequence[Choice], questions: Mapping[str, Question]) -> "Iterable[_Evidence]":
    found: dict[str, _Evidence] = {}
    for choice in sorted(choices, key=lambda one: one.answered_ms):
        question = questions.get(choice.question_id)
        if (
            question is None
            or question.form != "choice"
            or question.content_hash != choice.question_hash
            or not 0 <= choice.chosen < len(question.options)
        ):
            continue
        taken = question.options[choice.chosen].misconception
        for name in offered_by(question):
            found.setdefault(name, _Evidence(name)).add(choice, taken == name)
    return found.values()


def offered_by(question: Question) -> set[str]:
    """The misconceptions that a question's wrong options stand for."""
    return {option.misconception for option in question.options if option.misconception not in (None, OTHER)}


def aimed_at(
    misconception_id: str, questions: Sequence[Question], last_ms: Mapping[str, int], count: int
) -> list[Question]:
    """Up to ``count`` questions that offer a misconception: those never met first, then the longest unseen.

    Where there are too few, the others of its section fill up, those of the same topics first. ``last_ms`` tells when
    each was last answered.
    """
    offering = [one for one in questions if misconception_id in offered_by(one)]
    topics, sections = {one.topic for one in offering}, {one.section for one in offering}

    def rank(one: Question) -> tuple[bool, bool, int]:
        return one not in offering, one.topic not in topics, last_ms.get(one.id, 0)

    near = [one for one in questions if one in offering or one.section in sections]
    return sorted(near, key=rank)[:count]


class _Evidence:
    """What the answers say about one misconception."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.times = 0
        self.last_ms = 0
        self.odds = BELIEVED_AT_FIRST / (1 - BELIEVED_AT_FIRST)
        self.right_since: list[Choice] = []

    def add(self, choice: Choice, taken: bool) -> None:
        if taken:
            self.times += 1
            self.last_ms = choice.answered_ms
            self.right_since = []
            self.odds *= TAKEN_BY_BELIEVERS / TAKEN_BY_CHANCE * SURE_OF_IT[choice.sureness]
        elif choice.correct:
            self.right_since.append(choice)
            self.odds *= RIGHT_BY_BELIEVERS / RIGHT_OTHERWISE
        else:
            self.odds *= (1 - TAKEN_BY_BELIEVERS - RIGHT_BY_BELIEVERS) / (1 - TAKEN_BY_CHANCE - RIGHT_OTHERWISE)

    @property
    def likely(self) -> float:
        return self.odds / (1 + self.odds)

    @property
    def mixup(self) -> Mixup:
        gone = any(
            one.question_id != other.question_id and other.answered_ms - one.answered_ms >= DAY_MS
            for index, one in enumerate(self.right_since)
            for other in self.right_since[index + 1 :]
        )
        return Mixup(self.name, self.times, self.last_ms, self.likely, gone)
