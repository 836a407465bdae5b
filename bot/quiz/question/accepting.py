"""Typed answers that managers of a server accept besides the course's: how they are compared, and offered for a decision."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from bot.packs.models import Question
from bot.quiz.question.typed import folded, number_of

MARK_DIGITS = 6


class Forgiveness(NamedTuple):
    """How a question compares what is typed: whether marks count, and in which language numbers are read (None: texts)."""

    marks: bool = False
    numbers_in: str | None = None

    def form(self, typed: str) -> str:
        """What was typed as it is compared: the same for all that is one answer, empty for nothing."""
        value = None if self.numbers_in is None else number_of(typed, self.numbers_in)
        return folded(typed, marks=self.marks) if value is None else repr(value + 0.0)  # -0 is 0


AS_TEXTS = Forgiveness()


def forgiveness_of(question: Question) -> Forgiveness:
    """How this question compares what is typed."""
    return Forgiveness(question.marks, None if question.number is None else question.language)


@dataclass(frozen=True)
class Accepted:
    """Texts, as they were typed, that are right in a server besides the course's, and how its question compares them.

    It holds all that grading takes, so that nobody needs the question for it.
    """

    texts: tuple[str, ...] = ()
    by: Forgiveness = AS_TEXTS

    def __bool__(self) -> bool:
        return bool(self.texts)

    def __contains__(self, typed: str) -> bool:
        return bool(self.texts) and self.by.form(typed) in self._forms

    @cached_property
    def _forms(self) -> frozenset[str]:
        return frozenset(self.by.form(text) for text in self.texts) - {""}

    def with_(self, text: str, by: Forgiveness) -> "Accepted":
        """The same with one text more, compared as a question does."""
        return self if text in self else Accepted((*self.texts, text), by)

    def without(self, text: str) -> "Accepted":
        """The same without a text, however it is spelled."""
        kept = tuple(one for one in self.texts if self.by.form(one) != self.by.form(text))
        return Accepted(kept, self.by) if kept else NOTHING_MORE


NOTHING_MORE = Accepted()
"""Only what the course says is right."""

Typed = tuple[int, str]
"""A member, and what they typed."""


class TypedText(NamedTuple):
    """A wrong answer that members of a server typed: how many did, how many of them say that it should count.

    ``text`` is its commonest spelling. ``accepted``: managers have it count.
    """

    form: str
    text: str
    members: int
    asked: int
    accepted: bool = False

    def mark(self, question_hash: str) -> str:
        """A few digits that name it, as an answer to this version of the question, where there is no room for the text."""
        return hashlib.sha256(f"{question_hash} {self.form}".encode()).hexdigest()[:MARK_DIGITS]


def worth_a_look(
    typed: Iterable[Typed], asked: Iterable[Typed], by: Forgiveness, accepted: Accepted = NOTHING_MORE
) -> list[TypedText]:
    """The wrong answers that managers may see, those that most ask for first, then the commonest; accepted ones last.

    ``typed`` are all wrong answers, ``asked`` those that somebody says should count. What only one member typed, who does
    not ask for it, is nobody else's business and left out.
    """
    who: dict[str, set[int]] = {}
    asking: dict[str, set[int]] = {}
    spelled: dict[str, Counter[str]] = {}
    for found, ask in ((typed, False), (asked, True)):
        for member_id, text in found:
            if not (form := by.form(text)):
                continue
            who.setdefault(form, set()).add(member_id)
            spelled.setdefault(form, Counter())[text] += 1
            if ask:
                asking.setdefault(form, set()).add(member_id)
    known = {by.form(text): text for text in accepted.texts}
    seen = [
        TypedText(
            form,
            known.get(form) or min(spelled[form], key=lambda one: (-spelled[form][one], one)),
            len(who.get(form, ())),
            len(asking.get(form, ())),
            form in known,
        )
        for form in who.keys() | known.keys()
        if form in known or form in asking or len(who[form]) > 1
    ]
    return sorted(seen, key=lambda one: (one.accepted, -one.asked, -one.members, one.form))
