"""Rules that a schema can't say: what makes a question unfair, or breaks a message on Discord."""

import re
from collections.abc import Iterator
from typing import Protocol

from bot.packs.faults import Fault
from bot.packs.models import Pack, PackHead, Page, Question, Section, Term

CODE_COLUMNS = 60
CODE_LINES = 20
PAGE_CHARACTERS = 1_500
QUESTION_CHARACTERS = 3_500
"""The longest explanation page of one question; Discord's own limit is 4,000 characters a message."""

_PINGS = re.compile(r"@everyone|@here|<@[!&]?\d+>|<#\d+>|<id:\w+>")
_REFERS_TO_PLACE = re.compile(
    r"\b(all|none) of (the above|these)\b|\bboth [A-D] and [A-D]\b|\b[A-D] or [A-D]\b|\boption [A-D]\b"
    r"|\bthe (first|second|third|last) option\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
_DUNDER = re.compile(r"__\w+?__")
_WORDS = re.compile(r"[\w']+")


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
    for index, one in enumerate(pack.head.misconceptions):
        for field in ("belief", "correction"):
            loc = ("misconceptions", index, field)
            faults += [at(pack.head, *finding) for finding in _safe_text(loc, getattr(one, field))]
    for term in pack.terms:
        faults += [at(term, *finding) for finding in _safe_text(("meaning",), term.meaning)]
    for section in pack.sections:
        faults += [at(section, *finding) for finding in _safe_text(("opening",), section.opening or "")]
        for index, line in enumerate(section.remember):
            faults += [at(section, loc, *rest) for loc, *rest in _safe_text(("remember", index), line)]
        for index, page in enumerate(section.pages):
            faults += [at(section, ("pages", index, *loc), *rest) for loc, *rest in _page(page)]
    for question in pack.questions:
        faults += [at(question, loc, *rest) for loc, *rest in _question(question)]
    return faults


Finding = tuple[tuple[str | int, ...], str, str]


def _page(page: Page) -> Iterator[Finding]:
    for field in ("text", "after"):
        yield from _safe_text((field,), getattr(page, field) or "")
    yield from _code(("code",), page.code or "")
    figure = page.figure.text if page.figure else ""
    yield from _safe_text(("figure", "text"), figure)
    length = sum(len(part or "") for part in (page.text, page.code, page.output, page.after, figure))
    if length > PAGE_CHARACTERS:
        yield (), f"a page of at most {PAGE_CHARACTERS} characters, not {length}; make it two", "error"


def _question(question: Question) -> Iterator[Finding]:
    stem = question.stem.strip()
    yield from _safe_text(("stem",), stem)
    yield from _code(("code",), question.code or "")
    if len(_WORDS.findall(stem)) < 6 or not stem.endswith(("?", ":")):
        yield ("stem",), "a full question of at least 6 words that ends in ? or :", "error"
    folded = [" ".join(_WORDS.findall(option.text.lower())) or option.text.strip() for option in question.options]
    for index, option in enumerate(question.options):
        yield from _safe_text(("options", index, "text"), option.text)
        yield from _safe_text(("options", index, "why"), option.why)
        if folded[index] in folded[:index] and option.text.strip() in [
            o.text.strip() for o in question.options[:index]
        ]:
            yield ("options", index, "text"), "a text that differs from the other options", "error"
        if option.why in [o.why for o in question.options[:index]]:
            yield ("options", index, "why"), "a reason of its own, not that of another option", "error"
        if _REFERS_TO_PLACE.search(option.text):
            yield ("options", index, "text"), "no reference to other options: they are shuffled", "error"
        if len(_WORDS.findall(option.why)) < 8:
            yield ("options", index, "why"), "at least 8 words that teach something", "warning"
    yield from _safe_text(("explanation",), question.explanation)
    length = len(stem) + len(question.code or "") + len(question.explanation)
    length += sum(len(option.text) + len(option.why) + 20 for option in question.options)
    if length > QUESTION_CHARACTERS:
        yield (), f"at most {QUESTION_CHARACTERS} characters with all reasons, not {length}", "error"


def _safe_text(loc: tuple[str | int, ...], text: str) -> Iterator[Finding]:
    if ping := _PINGS.search(text):
        yield loc, f"nothing that pings or links to a channel ({ping.group()})", "error"
    if "__" in text and (dunder := _DUNDER.search(_CODE.sub("", text))):
        yield (
            loc,
            f"`{dunder.group()}` in backticks: Discord underlines what stands between double underscores",
            "error",
        )
    if text.count("```") % 2:
        yield loc, "every ``` closed by another", "error"


def _code(loc: tuple[str | int, ...], code: str) -> Iterator[Finding]:
    lines = code.rstrip("\n").split("\n")
    widest = max(map(len, lines))
    if widest > CODE_COLUMNS:
        yield loc, f"code lines of at most {CODE_COLUMNS} characters, not {widest}", "error"
    if len(lines) > CODE_LINES:
        yield loc, f"at most {CODE_LINES} lines of code, not {len(lines)}", "error"
    if "```" in code:
        yield loc, "no ``` inside code; it would end the block", "error"
    if "\t" in code:
        yield loc, "spaces instead of tabs", "error"
