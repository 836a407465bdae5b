"""What every reader yields and every writer takes: a question between two formats.

A reader never guesses silently: what it can't keep of a question is one of its ``losses``, and what it can't take at all is
`LeftOut` with its place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from bot.packs.models import MOST_OPTIONS, FormName

ONE_OF_SEVERAL = "that more than one could be right"
"""Lost where a format tells a choice from several by how many are right."""
NAME_ALONE = "its picture, of which only the name is kept"
"""Lost where a format has no room for files."""
WHOLE, NEARLY = 100.0, 0.05
"""A share of the credit in per cent; three times 33.33333 are a whole."""


class Offered(NamedTuple):
    """An option of a draft, its share of the credit in per cent (below 0: it costs), and why."""

    text: str
    share: float = 0.0
    why: str = ""


class Drawing(NamedTuple):
    """A picture of a draft: its file's name, what it shows, and its bytes (None: the file has the name alone)."""

    name: str
    alt: str = ""
    data: bytes | None = None


@dataclass(frozen=True)
class Draft:
    """A question on its way. ``place`` is where it stood: a line, a row, an item.

    The choices of an *order* stand in the right order. ``name`` is what its file calls it, by which it is known again.
    A question has one picture and its explanation another; any further one is a loss.
    """

    stem: str
    form: FormName = "choice"
    choices: tuple[Offered, ...] = ()
    code: str = ""
    code_language: str | None = None
    items_are_code: bool = False
    accepted: tuple[str, ...] = ()
    number: float | None = None
    tolerance: float = 0.0
    marks: bool = False
    orders: tuple[tuple[int, ...], ...] = ()
    explanation: str = ""
    section: str = ""
    tags: tuple[str, ...] = ()
    licence: str = ""
    source: str = ""
    name: str = ""
    place: str = ""
    picture: Drawing | None = None
    explanation_picture: Drawing | None = None
    losses: tuple[str, ...] = field(default=(), compare=False)

    def losing(self, *losses: str) -> "Draft":
        """The same with what could not be kept of it."""
        return replace(self, losses=(*self.losses, *losses))


class LeftOut(NamedTuple):
    """What could not be taken, why, and where it stands."""

    place: str
    why: str


Found = Draft | LeftOut


def by_shares(draft: Draft, *, single: bool | None = None) -> Found:
    """The draft with the form that its choices' shares of the credit make it, or why it has none.

    ``single`` is what the file says about how many are right, where it does. Without it: one with all of the credit is a
    choice; several that sum up to all of it are several; else the best one is the key, and that is a loss.
    """
    right = [one for one in draft.choices if one.share > NEARLY]
    if not right:
        return LeftOut(draft.place, "no right answer")
    if len(draft.choices) < 2:
        return LeftOut(draft.place, "only one answer to choose from")
    if len(draft.choices) > MOST_OPTIONS:
        return LeftOut(draft.place, f"more than {MOST_OPTIONS} answers")
    if single is None:
        whole = abs(sum(one.share for one in right) - WHOLE) <= NEARLY * len(right)
        single = not (len(right) > 1 and (whole or all(one.share >= WHOLE - NEARLY for one in right)))
    if not single:
        return replace(draft, form="several", choices=graded(draft.choices, right))
    best = max(right, key=lambda one: one.share)
    found = replace(draft, form="choice", choices=graded(draft.choices, [best]))
    return found.losing("partial credit; the best answer is the right one now") if len(right) > 1 else found


def graded(choices: Iterable[Offered], right: Sequence[Offered]) -> tuple[Offered, ...]:
    """The choices with all of the credit for these, and none for the others."""
    return tuple(one._replace(share=WHOLE if any(one is other for other in right) else 0.0) for one in choices)


def right_of(draft: Draft) -> list[int]:
    """The places of the choices that are right."""
    return [place for place, one in enumerate(draft.choices) if one.share > NEARLY]
