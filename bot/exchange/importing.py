"""What an import does to a course: which questions are new, which are there already, and which have changed."""

import hashlib
import unicodedata
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import NamedTuple

from bot.exchange.drafts import Draft, Drawing, Found, LeftOut
from bot.exchange.packs import unshowable
from bot.exchange.texts import one_line
from bot.packs.models import LONGEST_LINE, LONGEST_TITLE
from bot.packs.shorthand import made_id

ALIKE = 0.6
"""So much of a stem is the same where a question of the same row is taken for the one that was there before."""


class Changed(NamedTuple):
    """A question that is in the course already, and reads otherwise now."""

    before: Draft
    now: Draft


@dataclass(frozen=True)
class Import:
    """What a file brings to a course.

    ``doubtful`` stood in the same row as a question that reads otherwise: it may be that one, edited, and is taken as new.
    """

    new: tuple[Draft, ...] = ()
    same: tuple[Draft, ...] = ()
    changed: tuple[Changed, ...] = ()
    doubtful: tuple[Changed, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def losses(self) -> list[tuple[str, str]]:
        """What could not be kept, with its place."""
        taken = [*self.new, *self.same, *(one.now for one in self.changed)]
        return [(draft.place, loss) for draft in taken for loss in draft.losses]


def compared(found: Iterable[Found], there: Sequence[Draft], rows: Mapping[str, str], section: str) -> Import:
    """What these questions are to a course that has those; ``rows`` has, for each place of this file, the id it got before.

    A question is known by its id in the file, else by what it asks, else by its place and a stem that is mostly the same.
    ``section`` is where those without one go.
    """
    by_id = {draft.name: draft for draft in there}
    by_content = {_content(draft): draft for draft in there}
    new: list[Draft] = []
    same: list[Draft] = []
    changed: list[Changed] = []
    doubtful: list[Changed] = []
    left_out: list[LeftOut] = []
    taken: set[str] = set()
    for one in found:
        if isinstance(one, LeftOut):
            left_out.append(one)
            continue
        if why := unshowable(one):
            left_out.append(LeftOut(one.place, why))
            continue
        draft = replace(one, section=_section(one.section or section), source=one.source[:LONGEST_LINE])
        known = by_id.get(made_id(draft.name)) if draft.name else None
        known = known or by_content.get(_content(draft))
        of_row = by_id.get(rows.get(draft.place, ""))
        if known is None and of_row is not None:
            if _alike(of_row.stem, draft.stem):
                known = of_row
            else:
                doubtful.append(Changed(of_row, draft))
        if known is not None and known.name in taken:
            left_out.append(LeftOut(draft.place, f"the same question as {known.place or known.name}"))
        elif known is None:
            draft = replace(draft, name=_free(draft, by_id))
            by_content[_content(draft)] = by_id[draft.name] = draft
            taken.add(draft.name)
            new.append(draft)
        else:
            taken.add(known.name)
            now = replace(draft, name=known.name)
            if _told(now) == _told(known):
                same.append(now)
            else:
                changed.append(Changed(known, now))
    return Import(tuple(new), tuple(same), tuple(changed), tuple(doubtful), tuple(left_out))


def _section(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1].rstrip()}…"


def _free(draft: Draft, taken: Container[str]) -> str:
    """An id for a new question: its own name's, else one made from what it asks."""
    wanted = made_id(draft.name) if draft.name else f"q-{made_id('/'.join(map(str, _content(draft))), 13)[-6:]}"
    number, found = 2, wanted
    while found in taken:
        found, number = f"{wanted[:44]}-{number}", number + 1
    return found


def _content(draft: Draft) -> tuple[object, ...]:
    """What makes it this question: what is asked, and what can be answered; not why."""
    choices = sorted((_folded(one.text), one.share > 0) for one in draft.choices)
    if draft.form == "order":
        choices = [(_folded(one.text), False) for one in draft.choices]
    typed = tuple(sorted(_folded(one) for one in draft.accepted)), draft.number
    shown = [_drawn(draft.picture)[0]] if draft.picture else []
    return draft.form, _folded(draft.stem), draft.code.strip(), tuple(choices), typed, *shown


def _told(draft: Draft) -> tuple[object, ...]:
    """All that a member sees of it."""
    choices = tuple((one.text, one.share > 0, one.why) for one in draft.choices)
    return (
        *(draft.form, draft.stem, draft.code, choices, draft.accepted, draft.number, draft.tolerance, draft.orders),
        *(draft.explanation, draft.section, draft.source, draft.licence, draft.marks),
        *(_drawn(draft.picture), _drawn(draft.explanation_picture)),
    )


def _drawn(picture: Drawing | None) -> tuple[str, str]:
    """What a picture shows, and in words: files that are called otherwise may be the same."""
    if picture is None:
        return "", ""
    return hashlib.sha256(picture.data or picture.name.encode()).hexdigest(), picture.alt


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, _folded(one), _folded(other)).ratio() >= ALIKE
