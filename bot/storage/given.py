"""What a member gave, as it is kept: one option in its own column, anything else as JSON beside it.

Where no single option is the key, the column has the key of such questions (`RIGHT`) for a right answer and nothing else.
"""

import json
from dataclasses import asdict

from bot.errors import StorageError
from bot.facts import Code, fact
from bot.quiz.question.accepting import NOTHING_MORE, Accepted, Forgiveness
from bot.quiz.question.asking import RIGHT, FilePlace, Given, Lettering, ShownPlace

NO_OPTION = -1
"""Stands in the option's column where what was given is not one option."""


def option_of(given: Given) -> int:
    """The option for its own column."""
    if given.right is not None:
        return RIGHT if given.right else NO_OPTION
    return NO_OPTION if given.option is None else given.option


def text_of(given: Given) -> str | None:
    """What is kept beside it; None where the option says it all."""
    if given.option is not None:
        return None
    return json.dumps(asdict(given), ensure_ascii=False)


def given_of(option: int, text: str | None) -> Given:
    """What was given, from both columns."""
    return Given((FilePlace(option),)) if text is None else _read(text)


def place_of(place: ShownPlace | None) -> int:
    """The letter's place for its own column."""
    return NO_OPTION if place is None else place


def clicked(letters: Lettering, place: int, text: str | None) -> Given:
    """The same where the column has the letter's place."""
    if text is not None:
        return _read(text)
    given = letters.given(place)
    if given is None:
        raise StorageError(fact(Code.NO_SUCH_LETTER, letter=place))
    return given


def accepted_text(accepted: Accepted) -> str | None:
    """How the texts that managers accept are kept; None for none."""
    if not accepted:
        return None
    return json.dumps({"texts": accepted.texts, **accepted.by._asdict()}, ensure_ascii=False)


def accepted_of(text: str | None) -> Accepted:
    """The texts that managers accept, from their column."""
    if text is None:
        return NOTHING_MORE
    found = json.loads(text)
    return Accepted(tuple(found.pop("texts")), Forgiveness(**found))


def _read(text: str) -> Given:
    found = json.loads(text)
    return Given(**{**found, "options": tuple(map(FilePlace, found["options"]))})
