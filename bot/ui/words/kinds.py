"""What words are."""

from collections.abc import Callable

from bot.facts import Code

Words = dict[Code, str | Callable[..., str]]
"""A sentence with blanks for what belongs to the fact, or a function of it where it takes more: plurals, lists, times."""
