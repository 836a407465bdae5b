"""A question as it was asked: which option stands behind which letter, what was given, what that is called, and is it right.

An option has three names: its place in the question's file, its place on the screen, and the letter that people read there.
Whoever turns one into another, or grades, does it here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from types import MappingProxyType
from typing import NamedTuple, NewType

from bot.packs.models import LETTERS, MOST_TYPED, Question
from bot.quiz.question.accepting import NOTHING_MORE, Accepted
from bot.quiz.question.typed import is_accepted, is_near, is_near_enough, number_of

FilePlace = NewType("FilePlace", int)
"""An option's place in the question's file, from 0."""
ShownPlace = NewType("ShownPlace", int)
"""An option's place on the screen, from 0: the letter's place in the alphabet."""


class Sureness(IntEnum):
    """How sure somebody said they were of an answer."""

    GUESS = 0
    THINK = 1
    SURE = 2


RIGHT = FilePlace(0)
"""Stands for what is right where that is no single option: it is the key of every question but a choice."""


@dataclass(frozen=True)
class Given:
    """What a member gave: options of the question (one; several; or all of them, in the order given), or a text.

    ``right`` says whether it is, in the forms where no single option is the key; None where the option decides.
    ``in_order`` tells that the options' order is the answer.
    """

    options: tuple[FilePlace, ...] = ()
    text: str = ""
    right: bool | None = None
    in_order: bool = False

    @property
    def option(self) -> FilePlace | None:
        """The option that was chosen, in a question of which one is the key."""
        return self.options[0] if self.right is None and len(self.options) == 1 else None


Submission = int | tuple[int, ...] | str
"""What comes from a screen: the place of the letter pressed, the places chosen or put in order, or what was typed."""


def chose(option: int) -> Given:
    """The answer that chooses this option, by its place in the file."""
    return Given((FilePlace(option),))


def is_right(given: Given, key: int, accepted: Accepted = NOTHING_MORE) -> bool:
    """Whether an answer is right, where ``key`` is the right option's place in the file.

    ``accepted`` are the texts that managers have count besides the course's.
    """
    return given == chose(key) if given.right is None else given.right or given.text in accepted


def as_counted(given: Given, accepted: Accepted) -> Given:
    """What was given, and right where managers have its text count."""
    return replace(given, right=True) if given.right is False and given.text in accepted else given


def given_by(question: Question, lettering: "Lettering", submitted: Submission, *, near: bool = False) -> Given | None:
    """What a member gave, graded by the question where no single option is the key; None for what it can't be answered by.

    ``near``: a slip of one letter counts as right.
    """
    if isinstance(submitted, str):
        return _typed(question, submitted, near=near) if question.form == "typed" else None
    if isinstance(submitted, int):
        return lettering.given(submitted) if question.form == "choice" else None
    if not all(0 <= place < len(lettering.order) for place in submitted) or len(set(submitted)) != len(submitted):
        return None
    options = tuple(lettering.order[place] for place in submitted)
    if question.form == "several" and options:
        right = {place for place, option in enumerate(question.options) if option.correct}
        return Given(tuple(sorted(options)), right=set(options) == right)
    if question.form == "order" and len(options) == len(question.options):
        return Given(options, right=list(options) in orders_of(question), in_order=True)
    return None


def is_slip(question: Question, given: Given) -> bool:
    """Whether what was typed is wrong by one letter of a longer word."""
    return not given.right and slip_from(question, given) is not None


def slip_from(question: Question, given: Given) -> str | None:
    """The accepted text that what was typed is one letter of a longer word away from; None where it is none."""
    if not given.text or is_accepted(given.text, question.accepted, marks=question.marks):
        return None
    return next((one for one in question.accepted if is_near(given.text, [one])), None)


def orders_of(question: Question) -> list[list[int]]:
    """The orders that are right, the course's own first: places in the file."""
    return [list(range(len(question.options))), *([place - 1 for place in order] for order in question.orders)]


def _typed(question: Question, text: str, *, near: bool) -> Given | None:
    typed = " ".join(text.split())[:MOST_TYPED]
    if not typed:
        return None
    if question.number is not None:
        value = number_of(typed, question.language)
        return Given(text=typed, right=is_near_enough(value, question.number, question.tolerance))
    right = is_accepted(typed, question.accepted, marks=question.marks)
    return Given(text=typed, right=right or (near and question.near_counts and is_near(typed, question.accepted)))


@dataclass(frozen=True)
class Lettering:
    """The options of one asking in the order in which they are shown: ``order[i]`` stands behind the i-th letter."""

    order: tuple[FilePlace, ...]

    def __iter__(self) -> Iterator[tuple[str, FilePlace]]:
        """Every letter with the option behind it."""
        return zip(LETTERS, self.order, strict=False)

    def given(self, place: int) -> Given | None:
        """What a click on the ``place``-th letter gives; None where there is no such letter."""
        return Given((self.order[place],)) if 0 <= place < len(self.order) else None

    def shown(self, option: int) -> ShownPlace:
        """Where an option is shown."""
        return ShownPlace(self.order.index(FilePlace(option)))

    def letter(self, option: int) -> str:
        """The letter under which an option is shown."""
        return LETTERS[self.shown(option)]

    def called(self, given: Given) -> str:
        """What people call an answer: its letters, or its text in quotation marks."""
        return (
            f"“{given.text}”"
            if given.text
            else (" → " if given.in_order else ", ").join(self.letter(option) for option in given.options)
        )


def lettering(order: Sequence[int] | str) -> Lettering:
    """The lettering of an order as it is kept: places in the file, or their digits."""
    return Lettering(tuple(FilePlace(int(place)) for place in order))


def times_chosen(given: Iterable[Given]) -> dict[FilePlace, int]:
    """How many chose each option; none for those that nobody chose."""
    return dict(Counter(option for one in given for option in one.options))


class Shares(NamedTuple):
    """How the answers to a question were shared out: how many there are, how many are right, how many chose each option."""

    answers: int = 0
    right: int = 0
    counts: Mapping[FilePlace, int] = MappingProxyType({})


def shares(given: Iterable[Given], key: int) -> Shares:
    """How answers were shared out, where ``key`` is the right option's place."""
    every = list(given)
    return Shares(len(every), sum(is_right(one, key) for one in every), times_chosen(every))
