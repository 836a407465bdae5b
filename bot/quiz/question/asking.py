"""A question as it was asked: which option stands behind which letter, what was given, what that is called, and is it right.

An option has three names: its place in the question's file, its place on the screen, and the letter that people read there.
Whoever turns one into another, or grades, does it here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NewType

FilePlace = NewType("FilePlace", int)
"""An option's place in the question's file, from 0."""
ShownPlace = NewType("ShownPlace", int)
"""An option's place on the screen, from 0: the letter's place in the alphabet."""
LETTERS = "ABCDEFGHIJ"


class Sureness(IntEnum):
    """How sure somebody said they were of an answer."""

    GUESS = 0
    THINK = 1
    SURE = 2


@dataclass(frozen=True)
class Given:
    """What a member gave: options of the question (one; several; or all of them, in the order given), or a text."""

    options: tuple[FilePlace, ...] = ()
    text: str = ""

    @property
    def option(self) -> FilePlace | None:
        """The option that was chosen, where exactly one was."""
        return self.options[0] if len(self.options) == 1 else None


def chose(option: int) -> Given:
    """The answer that chooses this option, by its place in the file."""
    return Given((FilePlace(option),))


def is_right(given: Given, key: int) -> bool:
    """Whether an answer is right, where ``key`` is the right option's place in the file."""
    return given == chose(key)


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
        """What people call an answer: its letters, or its text."""
        return given.text or ", ".join(self.letter(option) for option in given.options)


def lettering(order: Sequence[int] | str) -> Lettering:
    """The lettering of an order as it is kept: places in the file, or their digits."""
    return Lettering(tuple(FilePlace(int(place)) for place in order))


def times_chosen(given: Iterable[Given]) -> dict[FilePlace, int]:
    """How many chose each option; none for those that nobody chose."""
    return dict(Counter(option for one in given for option in one.options))
