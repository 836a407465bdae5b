"""Times of the day and days of the week, as people type them and as they are shown."""

import re

from bot.errors import UserError
from bot.facts import Code, fact
from bot.packs.words import spellings
from bot.quiz.calendar.schedule import EVERY_DAY, WEEKDAYS, Weekly

OFFERED = 25
WORK_DAYS, WEEKEND = frozenset(range(5)), frozenset({5, 6})
_NAMED = {"every day": EVERY_DAY, "weekdays": WORK_DAYS, "weekends": WEEKEND}
_ALSO = {"daily": EVERY_DAY, "all": EVERY_DAY, "everyday": EVERY_DAY, "weekday": WORK_DAYS, "weekend": WEEKEND}
_AT = re.compile(r"\s*\bat \d.*$")
_LEAD = re.compile(r"^(?:every|each|on|at)\s+(?!day\b)")
"""What `weekly_words` says around the days; who copies it means the days."""
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?")


def read_time(text: str) -> tuple[int, int]:
    """Hour and minute of ``19:00``, ``7 pm``, ``9``. Raises UserError for anything else."""
    found = _TIME.fullmatch(spellings(text)[0].removeprefix("at "))
    hour, minute, half = (int(found[1]), int(found[2] or 0), found[3]) if found else (-1, 0, None)
    if half:
        hour = hour % 12 + 12 * (half == "pm") if 1 <= hour <= 12 else -1
    if not (0 <= hour <= 23 and 0 <= minute <= 59):
        raise UserError(fact(Code.NO_SUCH_TIME))
    return hour, minute


def read_days(text: str) -> frozenset[int]:
    """The days of ``every day``, ``weekdays``, ``Friday``, ``Mon, Wed``, ``Mon-Fri``; Monday is 0. Raises UserError."""
    wanted = _AT.sub("", spellings(text)[0])
    wanted = wanted if wanted in _NAMED | _ALSO else _LEAD.sub("", wanted)
    if (named := (_NAMED | _ALSO).get(wanted)) is not None:
        return named
    days: set[int] = set()
    for part in re.split(r"\s*(?:,|;|&|\band\b|\s)\s*", re.sub(r"\s*[-–]\s*", "-", wanted)):
        first, _, last = part.partition("-")
        begin, end = _day(first), _day(last or first)
        days |= {day % 7 for day in range(begin, end + 1 if end >= begin else end + 8)}
    return frozenset(days)


def _day(word: str) -> int:
    word = word.strip(" .")
    for number, name in enumerate(WEEKDAYS):
        if len(word) >= 2 and f"{name.casefold()}s".startswith(word):
            return number
    raise UserError(fact(Code.NO_SUCH_DAYS))


def days_words(days: frozenset[int]) -> str:
    """The days as a sentence has them."""
    for name, named in _NAMED.items():
        if days == named:
            return "on weekdays" if days == WORK_DAYS else f"at {name}" if days == WEEKEND else name
    return "every " + ", ".join(WEEKDAYS[day] for day in sorted(days))


def weekly_words(weekly: Weekly) -> str:
    """When it happens: *every Friday at 19:00*."""
    return f"{days_words(weekly.weekdays)} at {weekly.hour:02d}:{weekly.minute:02d}"


def times_offered(typed: str) -> list[str]:
    """Whole and half hours for what was typed so far."""
    wanted = typed.strip()
    times = [f"{hour:02d}:{minute:02d}" for hour in range(24) for minute in (0, 30)]
    found = [one for one in times if one.startswith(wanted) or one.startswith(f"0{wanted}")]
    return (found if wanted else [one for one in times if one.endswith("00")])[:OFFERED]


def days_offered(typed: str) -> list[str]:
    """Days for what was typed so far; after a comma another one."""
    before, comma, last = typed.rpartition(",")
    wanted = last.strip().casefold()
    begin = f"{before.strip()}, " if comma else ""
    names = [*WEEKDAYS] if comma else [*_NAMED, *WEEKDAYS]
    return [(begin + name)[:100] for name in names if name.casefold().startswith(wanted)][:OFFERED]
