"""What a member gave, as it is kept: one option in its own column, anything else as JSON beside it."""

import json

from bot.errors import StorageError
from bot.facts import Code, fact
from bot.quiz.question.asking import FilePlace, Given, Lettering

NO_OPTION = -1
"""Stands in the option's column where what was given is not one option."""


def option_of(given: Given) -> int:
    """The option for its own column."""
    return NO_OPTION if given.option is None else given.option


def text_of(given: Given) -> str | None:
    """What is kept beside it; None where the option says it all."""
    return None if given.option is not None else json.dumps({"options": given.options, "text": given.text})


def given_of(option: int, text: str | None) -> Given:
    """What was given, from both columns."""
    return Given((FilePlace(option),)) if text is None else _read(text)


def clicked(letters: Lettering, place: int, text: str | None) -> Given:
    """The same where the column has the letter's place."""
    if text is not None:
        return _read(text)
    given = letters.given(place)
    if given is None:
        raise StorageError(fact(Code.NO_SUCH_LETTER, letter=place))
    return given


def _read(text: str) -> Given:
    found = json.loads(text)
    return Given(tuple(map(FilePlace, found["options"])), found["text"])
