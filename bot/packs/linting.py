"""Rules that a schema can't say: what makes a question unfair, or breaks a message on Discord."""

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from bot.packs.faults import Fault
from bot.packs.models import Pack, PackHead, Page, Question, Section, Standard, Term
from bot.packs.numbered import CODE_COLUMNS, numbered
from bot.packs.prose import seen

CODE_LINES = 20
PAGE_CHARACTERS = 1_500
QUESTION_CHARACTERS = 3_500
"""The longest explanation page of one question; Discord's own limit is 4,000 characters a message."""
QUESTION_BYTES = 8_600
"""Discord has a second limit, of about 10,170 bytes in UTF-8, which texts of other alphabets meet first."""
ASKED_CHARACTERS, ASKED_BYTES = 2_600, 6_600
"""A question as it is asked, so that what was right and why has room below it."""
SCREEN_CHARACTERS, SCREEN_BYTES = 3_600, 9_000
"""A page with all that a message shows around it: what to remember, the titles, the source."""
EXPLANATION_CHARACTERS = 20

_REFERS_TO_PLACE = re.compile(
    r"\b(all|none) of (the above|these)\b|\bboth [A-D] and [A-D]\b|\b[A-D] or [A-D]\b|\boption [A-D]\b"
    r"|\bthe (first|second|third|last) option\b",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[\w']+")

Finding = tuple[tuple[str | int, ...], str, str]
"""The place below what has the fault, what was expected there, and the level of the fault."""


class At(Protocol):
    """Makes a fault at a field of a section, a question or the head."""

    def __call__(
        self,
        thing: Question | Section | PackHead | Term,
        loc: tuple[str | int, ...],
        expected: str,
        level: str = "error",
    ) -> Fault:
        """The fault at ``loc`` below the thing."""
        ...


def lint(pack: Pack, at: At) -> list[Fault]:
    """Every fault of a pack that is well formed; errors stop a start, warnings do not."""
    faults: list[Fault] = []
    if not pack.questions:
        what = "questions in questions/*.yaml; there are none, so nothing of this course can be asked"
        faults.append(at(pack.head, (), what, "warning"))
    standard = pack.head.standard
    for section in pack.sections:
        for index, page in enumerate(section.pages):
            findings = [*_page(page, standard), *_screen(section, index)]
            faults += [at(section, ("pages", index, *loc), *rest) for loc, *rest in findings]
    for question in pack.questions:
        findings = [*_question(question, standard)]
        if pack.head.is_english and standard == "proven":
            findings += _in_english(question)
        faults += [at(question, loc, *rest) for loc, *rest in findings]
    return faults


def _page(page: Page, standard: Standard) -> Iterator[Finding]:
    yield from _code(("code",), page.code or "", standard)
    if "```" in (page.output or ""):
        yield ("output",), "no ``` inside an output; it would end the block", "error"
    figure = page.figure.text if page.figure else ""
    length = sum(len(part or "") for part in (page.text, page.code, page.output, page.after, figure))
    if length > PAGE_CHARACTERS:
        yield (), f"a page of at most {PAGE_CHARACTERS} characters, not {length}; make it two", "error"


def _screen(section: Section, index: int) -> Iterator[Finding]:
    """A page with what its message shows around it."""
    page = section.pages[index]
    parts = [section.title, page.title, page.text, page.code, page.output, page.after, page.source]
    parts += [page.figure.text] if page.figure else []
    parts += [section.opening] if index == 0 else []
    parts += section.remember if index == len(section.pages) - 1 else []
    length, size = _measured(parts)
    if length > SCREEN_CHARACTERS or size > SCREEN_BYTES:
        what = f"{SCREEN_CHARACTERS} characters and {SCREEN_BYTES} bytes of a page"
        yield (), f"at most {what} with its opening and what to remember, not {length} and {size}", "error"


def _question(question: Question, standard: Standard) -> Iterator[Finding]:
    yield from _code(("code",), question.code or "", standard)
    for index, option in enumerate(question.options):
        before = question.options[:index]
        if "\n" in option.text.strip():
            yield ("options", index, "text"), "a single line: what follows would look like another option", "error"
        if seen(option.text) in [seen(one.text) for one in before]:
            yield ("options", index, "text"), "a text that differs, as it is seen, from the other options", "error"
        if standard == "proven" and option.why and seen(option.why) in [seen(one.why) for one in before]:
            yield ("options", index, "why"), "a reason of its own, not that of another option", "error"
    asked = [question.stem, numbered(question), *(option.text for option in question.options)]
    reasons = [question.explanation, *(option.why for option in question.options)]
    around = 20 * len(question.options)
    if standard == "proven":
        yield from _too_long([*asked, *reasons], around, (QUESTION_CHARACTERS, QUESTION_BYTES), " with all reasons")
    else:  # reasons that are too long for one message are turned like pages
        yield from _too_long(asked, around, (ASKED_CHARACTERS, ASKED_BYTES), " with its code and options")


def _too_long(parts: Sequence[str | None], around: int, most: tuple[int, int], of: str) -> Iterator[Finding]:
    length, size = (one + around for one in _measured(parts))
    if length > most[0]:
        yield (), f"at most {most[0]} characters{of}, not {length}", "error"
    if size > most[1]:
        yield (), f"at most {most[1]} bytes in UTF-8{of}, not {size}", "error"


def _measured(parts: Sequence[str | None]) -> tuple[int, int]:
    """The characters and the bytes of some texts."""
    text = "".join(part or "" for part in parts)
    return len(text), len(text.encode())


def _in_english(question: Question) -> Iterator[Finding]:
    """What holds for questions in English; `language` in pack.yaml frees those of other languages from it."""
    stem = question.stem.strip()
    if len(_WORDS.findall(stem)) < 6 or not stem.endswith(("?", ":")):
        hint = "" if stem.isascii() else "; `language` in pack.yaml says if it is not English"
        yield ("stem",), f"a full question of at least 6 words that ends in ? or :{hint}", "error"
    if len(question.explanation) < EXPLANATION_CHARACTERS:
        yield ("explanation",), f"at least {EXPLANATION_CHARACTERS} characters", "error"
    for index, option in enumerate(question.options):
        if _REFERS_TO_PLACE.search(option.text):
            yield ("options", index, "text"), "no reference to other options: they are shuffled", "error"
        if option.why and len(_WORDS.findall(option.why)) < 8:
            yield ("options", index, "why"), "at least 8 words that teach something", "warning"


def _code(loc: tuple[str | int, ...], code: str, standard: Standard) -> Iterator[Finding]:
    if "```" in code:
        yield loc, "no ``` inside code; it would end the block", "error"
    if standard != "proven":
        return
    lines = code.rstrip("\n").split("\n")
    widest = max(map(len, lines))
    if widest > CODE_COLUMNS:
        yield loc, f"code lines of at most {CODE_COLUMNS} characters, not {widest}", "error"
    if len(lines) > CODE_LINES:
        yield loc, f"at most {CODE_LINES} lines of code, not {len(lines)}", "error"
    if "\t" in code:
        yield loc, "spaces instead of tabs", "error"
