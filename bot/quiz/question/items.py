"""What to do about a question: flags from its figures, each with a threshold and the attempts that it takes.

Thresholds are those of classical item analysis (facility .30 to .90, discrimination .20 and up; Ebel and Frisbie,
*Essentials of Educational Measurement*), and each waits for as many attempts as its statistic needs: the standard error
of a discrimination is .13 at 60 attempts, .10 at 100, .07 at 200.
"""

import math
from collections.abc import Iterable, Sequence
from enum import IntEnum
from statistics import median
from typing import NamedTuple

from bot.facts import Code, Fact, fact
from bot.quiz.question.statistics import SHOWN_FROM, Figures, OptionUse

ACT_FROM = 60
DECIDE_FROM = 100
WATCH_FROM = 200
SURER_THAN_CHANCE = 2.0
"""Standard errors by which an option must stand out before it is called ambiguous."""
LIKELIER_KEY = 0.6
"""What `likelier_key` must reach; the simulation in the tests holds it to its two promises."""


class Weight(IntEnum):
    """How urgent a flag is; the worst comes first."""

    LEAVE_OUT = 0
    REVIEW = 1
    REVISE = 2
    WATCH = 3


class Flag(NamedTuple):
    """One thing to do about a question: its name for tables, and what to do, which gives away no key."""

    name: str
    weight: Weight
    advice: Fact


class ItemReport(NamedTuple):
    """A question's figures and what to do about it."""

    figures: Figures
    flags: tuple[Flag, ...]

    @property
    def rank(self) -> tuple[float, ...]:
        """What sorts the worst first: flagged ones by urgency, then the least discriminating, unknown ones last."""
        worst = min((flag.weight for flag in self.flags), default=len(Weight))
        one = self.figures
        known = one.discrimination is not None and one.attempts >= SHOWN_FROM
        return worst, not known, (one.discrimination or 0.0) if known else 0.0, -one.attempts


def item_reports(figures: Sequence[Figures]) -> list[ItemReport]:
    """Every question with its flags, the worst first; equal ones by name."""
    usual = usual_seconds(figures)
    reports = [ItemReport(one, tuple(flags(one, usual))) for one in figures]
    return sorted(reports, key=lambda one: (one.rank, one.figures.pack_id, one.figures.question.id))


def usual_seconds(figures: Iterable[Figures]) -> float | None:
    """The bank's median time: the median over questions with enough timed attempts."""
    known = [one.median_seconds for one in figures if one.timed >= SHOWN_FROM and one.median_seconds is not None]
    return median(known) if known else None


def flags(one: Figures, usual: float | None) -> list[Flag]:
    """What to do about a question, the most urgent first; nothing before the attempts suffice.

    ``usual`` is the bank's median time in seconds.
    """
    found = [*_about_the_key(one), *_about_difficulty(one), *_about_options(one), *_about_time(one, usual)]
    if one.sure >= SHOWN_FROM and one.confident_errors is not None and one.confident_errors > 0.25:
        found.append(Flag("confident errors", Weight.REVIEW, fact(Code.CONFIDENT_ERRORS)))
    return sorted(found, key=lambda flag: flag.weight)


def _about_the_key(one: Figures) -> Iterable[Flag]:
    r, n = one.discrimination, one.ranked
    if r is None or n < ACT_FROM:
        return
    suspect = r < 0.20 and any(likelier_key(one, other) > LIKELIER_KEY for other in one.wrong)
    if suspect:
        yield Flag("suspect key", Weight.LEAVE_OUT, fact(Code.SUSPECT_KEY))
    elif (r < 0 and n >= DECIDE_FROM) or r * math.sqrt(n) < -1:
        yield Flag("negative", Weight.LEAVE_OUT, fact(Code.NEGATIVE))
    elif r < 0.10 and n >= DECIDE_FROM:
        yield Flag("weak", Weight.REVISE, fact(Code.WEAK))
    elif r < 0.20 and n >= WATCH_FROM:
        yield Flag("watch", Weight.WATCH, fact(Code.WATCH))


def likelier_key(one: Figures, other: OptionUse) -> float:
    """How much the answers speak for another option as the key, in standard errors: positive speaks for it.

    Distractor analysis takes two signs for a wrong key when the discrimination is not positive: *more* members choose
    another option than the keyed one, and *abler* ones do (Haladyna and Rodriguez 2013, *Developing and Validating Test
    Items*). Each has innocent causes alone: a hard question with one strong misconception has the first, luck with few
    choosers the second. So both become a z-score (a sign test on those who chose either, the gap of the mean rest
    scores), and are put together as Stouffer does, their sum over the root of 2. Asking each to be significant by itself
    missed one planted key in seven at 100 attempts.
    """
    key = one.key
    both = key.chosen + other.chosen
    if not both:
        return 0.0
    more = (other.chosen - key.chosen) / math.sqrt(both)
    return (more + _abler(one, other)) / math.sqrt(2)


def _abler(one: Figures, other: OptionUse) -> float:
    """By how many standard errors the rest scores of an option's choosers are above those of the key's."""
    if other.rest is None or one.key.rest is None or not one.rest_deviation:
        return 0.0
    error = one.rest_deviation * math.sqrt(1 / other.ranked + 1 / one.key.ranked)
    return (other.rest - one.key.rest) / error


def _about_difficulty(one: Figures) -> Iterable[Flag]:
    p = one.facility
    if p is None or one.attempts < ACT_FROM:
        return
    if p < one.question.guessed_share and one.question.form == "choice":
        yield Flag("too hard", Weight.REVIEW, fact(Code.TOO_HARD, options=len(one.question.options)))
    basic = one.question.core and one.question.kind == "recall"
    if p > 0.95 and not basic:
        yield Flag("too easy", Weight.REVISE, fact(Code.TOO_EASY))


def _about_options(one: Figures) -> Iterable[Flag]:
    p, n, wrong = one.facility, one.attempts, one.wrong
    if p is None or not wrong:
        return
    if p < 0.85:
        least, enough = 0.05, ACT_FROM
    else:  # of the few errors, a third of an even split
        least, enough = (1 - p) / len(wrong) / 3, DECIDE_FROM
    unused = [other for other in wrong if other.share is not None and other.share < least]
    if n >= enough and unused:
        yield Flag("unused option", Weight.REVISE, fact(Code.UNUSED_OPTION, unused=len(unused)))
    if one.ranked >= DECIDE_FROM and any(_ambiguous(one, other) for other in wrong):
        yield Flag("ambiguous", Weight.LEAVE_OUT, fact(Code.AMBIGUOUS))


def _ambiguous(one: Figures, other: OptionUse) -> bool:
    if other.point_biserial is not None and other.point_biserial * math.sqrt(one.ranked) > SURER_THAN_CHANCE:
        return True
    return _abler(one, other) > SURER_THAN_CHANCE


def _about_time(one: Figures, usual: float | None) -> Iterable[Flag]:
    if one.median_seconds is None or one.timed < SHOWN_FROM:
        return
    if one.median_seconds < 5 and (one.facility or 0) > 0.9:
        yield Flag("trivial", Weight.REVISE, fact(Code.TRIVIAL))
    if usual is not None and one.median_seconds > 3 * usual:
        yield Flag("overloaded", Weight.REVISE, fact(Code.OVERLOADED))
