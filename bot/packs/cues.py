"""What somebody who knows nothing could score: guessers that look only at the looks of the options.

Public banks often give the key away: it is the longest option, it repeats a word of the stem, it is the one without an
*always* (NBME's list of cues: https://doi.org/10.1186/s12909-016-0559-7, table 1). Each guesser here follows one such cue.
"""

import math
import re
from collections.abc import Callable, Sequence
from statistics import mean
from typing import NamedTuple

from bot.packs.models import Question

BANDS = {4: (0.175, 0.33), 3: (0.245, 0.42)}
"""By the number of options: what a guesser may score in a fair bank of 200 (99 % of all fair banks lie within)."""
WHOLE = 200
FEWEST = 20
"""Below so many questions with that number of options a share says nothing."""

_ABSOLUTES = re.compile(r"\b(always|never|only|all|none|impossible|guaranteed|every|any)\b", re.IGNORECASE)
_HEDGES = re.compile(r"\b(usually|often|may|might|can|could|typically|sometimes)\b", re.IGNORECASE)
_WORDS = re.compile(r"\w+")
_PRECISE = re.compile(r"\d|`|[_()=]")

Guesser = Callable[[Question], Sequence[float]]
"""A score for each option; it takes the highest, and any of the highest when they are equal."""


class Cue(NamedTuple):
    """A guesser's success with the questions of so many options, and the band of luck."""

    guesser: str
    options: int
    questions: int
    right: float
    band: tuple[float, float]

    @property
    def within(self) -> bool:
        """Whether it is in the band of luck."""
        low, high = self.band
        return self.questions < FEWEST or low <= self.right <= high


def band(options: int, questions: int, of: int) -> tuple[float, float]:
    """What a guesser may score with so many questions of a bank of ``of``.

    A bank of 200 has to be within `BANDS`. A smaller one has more luck: 99 % of all fair ones lie within 2.58 standard
    deviations of the binomial distribution.
    """
    if of >= WHOLE and options in BANDS:
        return BANDS[options]
    share = 1 / options
    by = 2.58 * math.sqrt(share * (1 - share) / questions)
    return max(0.0, share - by), share + by


def _words(text: str) -> set[str]:
    return {word for word in _WORDS.findall(text.lower()) if len(word) >= 2 or word.isdigit()}


def _likeness(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, len(one | other))


def _longest(question: Question) -> list[float]:
    return [len(option.text) for option in question.options]


def _shortest(question: Question) -> list[float]:
    return [-len(option.text) for option in question.options]


def _most_convergent(question: Question) -> list[float]:
    texts = [_words(option.text) for option in question.options]
    return [
        round(sum(_likeness(one, other) for j, other in enumerate(texts) if j != i), 6) for i, one in enumerate(texts)
    ]


def _stem_overlap(question: Question) -> list[float]:
    stem = {word for word in _words(question.stem) if len(word) >= 4}
    return [len(_words(option.text) & stem) for option in question.options]


def _fewest_absolutes(question: Question) -> list[float]:
    return [-len(_ABSOLUTES.findall(option.text)) for option in question.options]


def _most_hedged(question: Question) -> list[float]:
    return [len(_HEDGES.findall(option.text)) for option in question.options]


def _most_precise(question: Question) -> list[float]:
    return [len(_PRECISE.findall(option.text)) for option in question.options]


def _middle(question: Question) -> list[float]:
    last = len(question.options) - 1
    return [float(0 < index < last) for index in range(last + 1)]


GUESSERS: dict[str, Guesser] = {
    "longest": _longest,
    "shortest": _shortest,
    "most convergent": _most_convergent,
    "overlap with the stem": _stem_overlap,
    "fewest absolutes": _fewest_absolutes,
    "most hedged": _most_hedged,
    "most precise": _most_precise,
    "middle of the file": _middle,
}


def guessed_right(guesser: Guesser, question: Question) -> float:
    """The guesser's chance to take the key: 1 if the key alone looks best to it, a half if one other looks as good."""
    scores = guesser(question)
    best = [index for index, score in enumerate(scores) if score == max(scores)]
    return 1 / len(best) if question.key in best else 0.0


OF_ENGLISH = {"most convergent", "overlap with the stem", "fewest absolutes", "most hedged"}
"""Guessers that go by words, as English has them."""


def cue_report(questions: Sequence[Question], *, english: bool = True) -> list[Cue]:
    """Each guesser's success, apart for each number of options."""
    guessers = {name: guesser for name, guesser in GUESSERS.items() if english or name not in OF_ENGLISH}
    report = []
    for options in sorted({len(question.options) for question in questions}):
        asked = [question for question in questions if len(question.options) == options]
        if asked:
            report += [
                Cue(
                    name,
                    options,
                    len(asked),
                    mean(guessed_right(guesser, question) for question in asked),
                    band(options, len(asked), len(questions)),
                )
                for name, guesser in guessers.items()
            ]
    return report


def is_longest(question: Question) -> bool:
    """Whether the key is longer than every other option."""
    return guessed_right(_longest, question) == 1


def length_ratio(question: Question) -> float:
    """The key's length over the mean length of the others."""
    return len(question.options[question.key].text) / mean(
        len(option.text) for option in question.options if not option.correct
    )


def absolutes(texts: Sequence[str]) -> float:
    """The share of texts with an absolute word."""
    return mean(bool(_ABSOLUTES.search(text)) for text in texts) if texts else 0.0


def hedges(texts: Sequence[str]) -> float:
    """The share of texts with a hedging word."""
    return mean(bool(_HEDGES.search(text)) for text in texts) if texts else 0.0
