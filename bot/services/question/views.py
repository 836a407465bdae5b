"""The questions' statistics as rows of a table and as values for JSON."""

from bot.clock import utc
from bot.facts import Say
from bot.packs.models import MOST_OPTIONS
from bot.quiz.question.items import ItemReport
from bot.quiz.question.statistics import Figures, OptionUse
from bot.services.question.items import Bank

HEAD = (
    *("course", "question", "version", "section", "kind", "difficulty"),
    *("first_attempts", "right", "facility", "facility_low", "facility_high"),
    *("discrimination", "ranked", "timed", "median_seconds", "sure", "confident_errors", "learned_difficulty"),
    *("flags", "what_to_do"),
)
OPTIONS_HEAD = (
    "key",
    *(f"option_{n}_{what}" for n in range(1, MOST_OPTIONS + 1) for what in ("share", "point_biserial", "rest")),
)
"""Columns that tell the key: for whoever has the files anyway, not for Discord."""

Cell = str | int | float


def row(report: ItemReport, say: Say) -> list[Cell]:
    """A question as a row under `HEAD`; what is not known is empty. ``say`` words what to do."""
    one = report.figures
    low, high = one.interval or (None, None)
    return [
        *(one.pack_id, one.question.id, one.question.content_hash, one.question.section),
        *(one.question.kind, one.question.difficulty, one.attempts, one.right),
        *(_cell(one.facility), _cell(low), _cell(high), _cell(one.discrimination), one.ranked),
        *(one.timed, _cell(one.median_seconds), one.sure, _cell(one.confident_errors), _cell(one.difficulty)),
        *("; ".join(flag.name for flag in report.flags), " ".join(say(flag.advice) for flag in report.flags)),
    ]


def options_row(one: Figures) -> list[Cell]:
    """How a question's options were used, as a row under `OPTIONS_HEAD`; options count from 1, as in the file."""
    cells: list[Cell] = [one.question.key + 1]
    for use in one.options:
        cells += [_cell(use.share), _cell(use.point_biserial), _cell(use.rest)]
    return cells + [""] * (len(OPTIONS_HEAD) - len(cells))


def _cell(value: float | None) -> Cell:
    return "" if value is None else round(value, 4)


def as_json(bank: Bank, say: Say) -> dict[str, object]:
    """All of it, the options too."""
    return {
        "counted_at": utc(bank.counted_ms).isoformat(timespec="seconds"),
        "first_attempts": bank.attempts,
        "kr20_of_25_questions": {pack_id: _number(value) for pack_id, value in bank.reliability.items()},
        "questions": [
            {
                **{name: None if value == "" else value for name, value in zip(HEAD, row(report, say), strict=True)},
                "flags": [{"name": flag.name, "what_to_do": say(flag.advice)} for flag in report.flags],
                "what_to_do": " ".join(say(flag.advice) for flag in report.flags),
                "options": [_option(use) for use in report.figures.options],
            }
            for report in bank.reports
        ],
    }


def _option(use: OptionUse) -> dict[str, object]:
    return {
        "option": use.place + 1,
        "key": use.is_key,
        "chosen": use.chosen,
        "share": _number(use.share),
        "point_biserial": _number(use.point_biserial),
        "rest": _number(use.rest),
    }


def _number(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
