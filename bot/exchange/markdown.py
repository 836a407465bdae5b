"""Task lists of Markdown as questions: ``- [x]`` is right, below a heading or a line (https://github.github.com/gfm/)."""

import re
import urllib.parse
from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.exchange.drafts import (
    NAME_ALONE,
    ONE_OF_SEVERAL,
    WHOLE,
    Draft,
    Drawing,
    Found,
    LeftOut,
    Offered,
    by_shares,
    right_of,
)
from bot.exchange.markdown_code import in_one, with_code_apart
from bot.exchange.texts import one_line

_BOX = re.compile(r"\s{0,3}[-*+]\s+\[([ xX])\]\s+(.*)$")
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_IMAGE = re.compile(r"\n?!\[((?:\\.|[^\]\\\n])*)\]\(([^)\s]+)\)")
_QUOTE = re.compile(r">\s?(.*)$")


def is_markdown(text: str) -> bool:
    """Whether a task list is in it with a box that is checked."""
    return bool(re.search(r"^\s{0,3}[-*+]\s+\[[xX]\]\s+\S", text, re.MULTILINE))


def read(text: str) -> Iterator[Found]:
    """The questions of a file: each list of boxes with what stands between it and what comes before.

    A heading of the first or second level above the questions is the section; a quote below the boxes explains.
    """
    section, stem, boxes, quote = "", list[str](), list[tuple[bool, str]](), list[str]()
    start, fenced, lines = 1, False, [*text.split("\n"), "# "]
    for number, line in enumerate(lines, 1):
        of_a_box = bool(boxes) and line.startswith(("  ", "\t"))
        was_fenced, fenced = fenced, fenced != (line.lstrip().startswith("```") and not of_a_box)
        found = None if fenced or was_fenced else _BOX.match(line)
        if found:
            boxes.append((found[1] != " ", found[2].strip()))
            continue
        if boxes and not was_fenced:
            if quoted := _QUOTE.match(line):
                quote.append(quoted[1])
                continue
            if of_a_box and line.strip() and not quote:
                right, words = boxes[-1]
                boxes[-1] = (right, f"{words}\n{line.strip()}")
                continue
            if not line.strip():
                continue
            yield _draft(stem, boxes, quote, section, f"line {start}")
            stem, boxes, quote = [], [], []
        heading = None if fenced else _HEADING.match(line)
        if heading and len(heading[1]) <= 2 and not fenced and heading[2]:
            section, stem = one_line(heading[2]), []
        elif heading:
            stem, start = ([heading[2]] if heading[2] else []), number
        elif line.strip() or stem:
            if not stem:
                start = number
            stem.append(line)


def _draft(stem: list[str], boxes: list[tuple[bool, str]], quote: list[str], section: str, place: str) -> Found:
    words = "\n".join(stem).strip()
    choices = []
    for right, text in boxes:
        option, _, why = text.partition("\n")
        choices.append(Offered(option, WHOLE if right else 0.0, one_line(why)))
    if not words:
        words, section = section, ""
    if not words:
        return LeftOut(place, "no question")
    if not any(right for right, _ in boxes):
        return LeftOut(place, "a list of tasks: no box is checked")
    if _IMAGE.match(words):  # a question is words first
        words = f"{_IMAGE.sub('', words).strip()}{''.join(one.group() for one in _IMAGE.finditer(words))}"
    draft = _with_picture(with_code_apart(Draft(words, section=section, place=place)))
    draft = replace(draft, choices=tuple(choices), explanation="\n".join(quote).strip())
    return by_shares(draft, single=sum(right for right, _ in boxes) == 1)


def _with_picture(draft: Draft) -> Draft:
    """The draft whose stem's first image is its picture, where its file stands beside the text."""
    shown = [(re.sub(r"\\(.)", r"\1", alt), urllib.parse.unquote(src)) for alt, src in _IMAGE.findall(draft.stem)]
    beside = [Drawing(src, one_line(alt)) for alt, src in shown if ":" not in src]
    stem = _IMAGE.sub("", draft.stem).strip()
    if not shown or not stem:
        return draft
    losses = ["a picture of another place"] if len(beside) < len(shown) else []
    losses += ["a further picture"] if len(beside) > 1 else []
    return replace(draft, stem=stem, picture=beside[0] if beside else None).losing(*losses)


def write(drafts: Iterable[Draft]) -> tuple[str, list[LeftOut]]:
    """The questions as a file, and what it could not take or keep."""
    out, lost = [], []
    section = None
    for draft in drafts:
        if draft.form not in ("choice", "several"):
            lost.append(
                LeftOut(draft.name or draft.stem, "an answer that is typed" if draft.form == "typed" else "an order")
            )
            continue
        kept: list[tuple[object, str]] = [(draft.licence, "its licence"), (draft.source, "its source")]
        kept += [(draft.tags, "its tags"), (draft.picture, NAME_ALONE)]
        kept += [(draft.explanation_picture, "the picture of its explanation")]
        lost += [LeftOut(draft.name or draft.stem, what) for value, what in kept if value]
        if draft.form == "several" and len(right_of(draft)) == 1:
            lost.append(LeftOut(draft.name or draft.stem, ONE_OF_SEVERAL))
        if draft.section != section:
            section = draft.section
            out.append(f"## {section}")
        first, *rest = in_one(draft.stem, draft.code, draft.code_language).split("\n")
        lines = [f"### {first}{' ###' if first.endswith('#') else ''}", *rest, *_image(draft.picture), ""]
        for place, one in enumerate(draft.choices):
            lines.append(f"- [{'x' if place in right_of(draft) else ' '}] {one.text}")
            lines += [f"  {one.why}"] if one.why else []
        lines += ["", *(f"> {line}" for line in draft.explanation.split("\n"))] if draft.explanation else []
        out.append("\n".join(lines))
    return "\n\n".join(out) + "\n", lost


def _image(picture: Drawing | None) -> list[str]:
    """A picture as Markdown names one: its words, and the name of its file."""
    if picture is None:
        return []
    alt = re.sub(r"([\[\]\\])", r"\\\1", picture.alt)
    return [f"![{alt}]({urllib.parse.quote(picture.name)})"]
