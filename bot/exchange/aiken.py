"""Aiken, Moodle's plainest format: https://docs.moodle.org/en/Aiken_format."""

import re
from collections.abc import Iterator

from bot.exchange.drafts import WHOLE, Draft, Found, LeftOut, Offered
from bot.exchange.texts import as_text
from bot.packs.models import MOST_OPTIONS

_OPTION = re.compile(r"\s*([A-Z])[.)]\s+(\S.*)$")
_ANSWER = re.compile(r"\s*ANSWER\s*:\s*([A-Z])\s*$", re.IGNORECASE)


def is_aiken(text: str) -> bool:
    """Whether it looks like it: an option, and a line that says the answer."""
    return bool(re.search(r"^\s*ANSWER\s*:\s*[A-Z]\s*$", text, re.IGNORECASE | re.MULTILINE)) and bool(
        re.search(r"^\s*[A-Z][.)]\s+\S", text, re.MULTILINE)
    )


def read(text: str) -> Iterator[Found]:
    """The questions of a file; a stem may have several lines."""
    stem: list[str] = []
    options: list[tuple[str, str]] = []
    start = 1
    for number, line in enumerate(text.split("\n"), 1):
        if found := _ANSWER.match(line):
            yield _draft(stem, options, found[1].upper(), f"line {start}")
            stem, options = [], []
        elif stem and (found := _OPTION.match(line)) and found[1] == chr(ord("A") + len(options)):
            options.append((found[1], found[2].strip()))
        elif line.strip():
            if options:  # an option that goes on, or a question without an answer
                letter, words = options[-1]
                options[-1] = (letter, f"{words} {line.strip()}")
                continue
            if not stem:
                start = number
            stem.append(line.strip())
        elif options:
            yield LeftOut(f"line {start}", "no right answer")
            stem, options = [], []
    if stem:
        yield LeftOut(f"line {start}", "no right answer" if options else "no answers to choose from")


def _draft(stem: list[str], options: list[tuple[str, str]], right: str, place: str) -> Found:
    if not stem:
        return LeftOut(place, "no question")
    if len(options) < 2:
        return LeftOut(place, "fewer than two answers to choose from")
    if len(options) > MOST_OPTIONS:
        return LeftOut(place, f"more than {MOST_OPTIONS} answers")
    if right not in [letter for letter, _ in options]:
        return LeftOut(place, f"the answer {right} is none of the options")
    choices = tuple(Offered(as_text(words), WHOLE if letter == right else 0.0) for letter, words in options)
    return Draft(as_text(" ".join(stem)), choices=choices, place=place)
