"""The one place where facts get their words, for Discord and for the command line."""

from functools import partial

from bot.facts import Fact, Say
from bot.ui.marks import PLAIN
from bot.ui.words import (
    board,
    calendar,
    competition,
    course,
    demo,
    lesson,
    member,
    practice,
    question,
    running,
    server,
    storage,
)
from bot.ui.words.kinds import Words

ENGLISH: Words = {
    **running.WORDS,
    **storage.WORDS,
    **server.WORDS,
    **member.WORDS,
    **lesson.WORDS,
    **question.WORDS,
    **practice.WORDS,
    **competition.WORDS,
    **calendar.WORDS,
    **course.WORDS,
    **demo.WORDS,
    **board.WORDS,
}
LANGUAGES = {"en": ENGLISH}
OPERATORS = "en"
"""The language of whoever runs the bot: that of the log, the settings and the command line."""


def worded(fact: Fact | None, locale: str) -> str:
    """A fact in a sentence; nothing for none.

    ``locale`` is Discord's, such as ``en-GB``: of who reads it, or of the server where many do. It is said in English where
    the language has no words yet.
    """
    if fact is None:
        return ""
    words = LANGUAGES.get(locale.partition("-")[0], ENGLISH)[fact.code]
    values = {name: worded(one, locale) if isinstance(one, Fact) else one for name, one in fact.values.items()}
    return words(**values) if callable(words) else words.format_map(values)


def for_operator(fact: Fact | None) -> str:
    """A fact for whoever runs the bot, who reads it in a terminal or a file."""
    return PLAIN.put_in(worded(fact, OPERATORS))


def in_language(locale: str) -> Say:
    """What words facts for that locale."""
    return partial(worded, locale=locale)
