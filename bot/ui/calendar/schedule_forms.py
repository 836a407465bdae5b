"""The forms of `/studyhall schedule`: when, where and what; and what was filled in."""

from collections.abc import Iterable
from typing import NamedTuple

from bot.errors import NotFound, UserError
from bot.facts import Code, fact
from bot.model.schedules import Recurring, Schedule
from bot.packs.library import Library, whole_title
from bot.packs.words import spellings
from bot.quiz.calendar.schedule import WEEKDAYS, Weekly
from bot.quiz.competition.pace import PACE_SECONDS
from bot.quiz.competition.scoring import Scoring, preset
from bot.ui.forms import ChannelField, Field, Filled, Form, Menu, chosen
from bot.ui.times import read_time

EVERYTHING, EVERY_COURSE = "All sections", "Every course in turn"
LEVELS = ("easy", "medium", "hard")
ANY = "any"
MENU = 25
"""As many options a menu holds."""
ROUNDS = (3, 5, 7, 10, 12, 15, 20, 25, 30)
LOBBY_MINUTES = (1, 2, 3, 5, 10, 15, 20, 30, 45, 60)
USUAL = Recurring("", (), None, 10, "standard", Scoring.CLASSIC, 5)
"""What a recurring competition plays unless something else is chosen."""


class When(NamedTuple):
    """When and where something is to happen."""

    weekly: Weekly
    channel_id: int


def plan_form(custom_id: str, library: Library, before: Schedule | None, *, game: bool, channel_id: int | None) -> Form:
    """When and where, and of a competition what about; ``before`` is what it is changed from."""
    weekly = before.weekly if before else None
    setup = before.setup if before and before.setup else USUAL
    time = f"{weekly.hour:02d}:{weekly.minute:02d}" if weekly else ""
    days = weekly.weekdays if weekly else () if game else range(7)
    fields: list[Field | Menu | ChannelField] = [
        Field("time", "At what time?", "19:00 or 7 pm", 20, short=True, text=time, hint="In this server's time zone"),
        Menu("days", "On which days?", _weekdays(), [str(day) for day in days], most=7),
        ChannelField("channel", "In which channel?", before.channel_id if before else channel_id),
    ]
    if not game:
        return Form("Daily question", custom_id, fields)
    fields += [
        _about(library, setup),
        Menu("rounds", "How many questions?", _numbers(ROUNDS, setup.rounds), [str(setup.rounds)]),
    ]
    return Form("Weekly competition", custom_id, fields)


def rules_form(custom_id: str, setup: Recurring) -> Form:
    """How a recurring competition is played."""
    paces = [(f"{name} · {seconds:g} s a question", name) for name, seconds in PACE_SECONDS.items()]
    levels = [("Every difficulty", ANY), *((level.capitalize(), level) for level in LEVELS)]
    scorings = [(f"{one.value} · {one.summary}", one.value) for one in Scoring]
    minutes = [(f"{name} min", value) for name, value in _numbers(LOBBY_MINUTES, setup.lobby_minutes)]
    return Form(
        "Rules of the competition",
        custom_id,
        [
            Menu("pace", "How much time is there?", paces, [setup.pace], hint="Questions with code get more"),
            Menu("scoring", "How do answers count?", scorings, [setup.scoring.value]),
            Menu("difficulty", "How hard are the questions?", levels, [setup.difficulty or ANY]),
            Menu("lobby", "For how long can players join?", minutes, [str(setup.lobby_minutes)]),
        ],
    )


def when(filled: Filled) -> When:
    """When and where, as filled in. Raises UserError for a time that is none."""
    days = frozenset(int(day) for day in chosen(filled, "days") if day in set("0123456"))
    channel = filled.get("channel", "")
    if not days or not channel.isascii() or not channel.isdigit():
        raise UserError(fact(Code.STALE_FORM))
    return When(Weekly(*read_time(filled.get("time", "")), days), int(channel))


def about(filled: Filled, library: Library, before: Recurring) -> Recurring:
    """What a competition asks about, as filled in; its rules stay as they were. Raises UserError."""
    picked = chosen(filled, "about")
    pack_id, sections = read_sections(library, None if ANY in picked else ";".join(picked))
    rounds = _number(filled, "rounds", range(3, 31))
    return Recurring(pack_id, sections, before.difficulty, rounds, before.pace, before.scoring, before.lobby_minutes)


def rules(filled: Filled, before: Recurring) -> Recurring:
    """The rules, as filled in; what is asked about stays as it was. Raises UserError."""
    scoring, pace = preset(filled.get("scoring", "")), filled.get("pace", "")
    difficulty = filled.get("difficulty", "")
    if scoring is None or pace not in PACE_SECONDS or difficulty not in (ANY, *LEVELS):
        raise UserError(fact(Code.NO_SUCH_SCHEDULE_CHOICE))
    lobby = _number(filled, "lobby", range(1, 61))
    level = None if difficulty == ANY else difficulty
    return Recurring(before.pack_id, before.sections, level, before.rounds, pace, scoring, lobby)


def read_sections(library: Library, text: str | None) -> tuple[str, tuple[str, ...]]:
    """The course and its sections that were typed: no sections for all of it, and no course for every one in turn."""
    typed = text or ""
    if spellings(typed) in (spellings(""), spellings(EVERYTHING), spellings(EVERY_COURSE)):
        return "", ()
    try:
        parts = [library.find_part(part) for part in typed.split(";") if part.strip()]
    except NotFound:
        if "," not in typed:
            raise
        parts = [library.find_part(part) for part in typed.split(",") if part.strip()]  # as the screen lists them
    if len({part.pack.id for part in parts}) > 1:
        raise UserError(fact(Code.SECTIONS_OF_TWO_COURSES))
    sections = [part.section for part in parts]
    return parts[0].pack.id, tuple(dict.fromkeys(one.id for one in sections if one)) if all(sections) else ()


def what_words(setup: Recurring, library: Library) -> str:
    """What a recurring competition asks about."""
    of_course = [ref for ref in library.sections if ref.pack.id == setup.pack_id]
    titles = [library.title(ref) for ref in of_course if ref.section.id in setup.sections]
    if titles or len(library.packs) == 1:
        return ", ".join(titles) or EVERYTHING
    return whole_title(of_course[0].pack) if of_course else EVERY_COURSE


def _about(library: Library, setup: Recurring) -> Menu | Field:
    """A menu of all that can be asked about; a line to type it in where no menu holds it."""
    several = len(library.packs) > 1
    options = [(EVERY_COURSE if several else EVERYTHING, ANY)]
    options += [(whole_title(pack), pack.id) for pack in library.packs if several]
    options += [(library.title(ref), ref.key) for ref in library.sections]
    if len(options) <= MENU:
        sections = [f"{setup.pack_id}/{one}" for one in setup.sections]
        before = sections or [setup.pack_id if several and setup.pack_id else ANY]
        return Menu("about", "What is it about?", options, before, most=len(options))
    words = what_words(setup, library).replace(", ", "; ")
    return Field(
        "about", "What is it about?", EVERY_COURSE, 100, short=True, text=words, hint="Sections, with ; between"
    )


def _weekdays() -> list[tuple[str, str]]:
    return [(name, str(number)) for number, name in enumerate(WEEKDAYS)]


def _numbers(offered: Iterable[int], before: int) -> list[tuple[str, str]]:
    return [(str(one), str(one)) for one in sorted({*offered, before})]


def _number(filled: Filled, field: str, allowed: range) -> int:
    text = filled.get(field, "")
    if not (text.isascii() and text.isdigit()) or int(text) not in allowed:
        raise UserError(fact(Code.STALE_FORM))
    return int(text)
