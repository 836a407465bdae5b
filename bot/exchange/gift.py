"""GIFT, Moodle's format of text: https://docs.moodle.org/en/GIFT_format."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from bot.exchange.drafts import ONE_OF_SEVERAL, WHOLE, Draft, Found, LeftOut, Offered, by_shares, right_of
from bot.exchange.markdown_code import in_one, with_code_apart
from bot.exchange.texts import as_text, from_html, one_line
from bot.packs.models import MOST_TYPED

_ESCAPES = {"~": "~", "=": "=", "#": "#", "{": "{", "}": "}", ":": ":", "n": "\n", "\\": "\\"}
_HELD = {mark: chr(0xE100 + n) for n, mark in enumerate(_ESCAPES)}
"""What was escaped, while the signs that were not are read."""
_GAP = "\ue0ff"
"""Stands for the answer's place in the middle of a stem."""
_CATEGORY = re.compile(r"\s*\$CATEGORY:\s*(.*)$")
_TITLE = re.compile(r"\s*::(.*?)::", re.DOTALL)
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]")
_TAGS = re.compile(r"\[tag:([^\]]+)\]")
_SHARE = re.compile(r"%(-?\d+(?:\.\d+)?)%")
_TRUTH = {"T": True, "TRUE": True, "F": False, "FALSE": False}
_HTML = re.compile(r"</?[a-zA-Z][^<>]*>|&[a-z]+;|&#\d+;")


def is_gift(text: str) -> bool:
    """Whether it looks like it: braces with answers in them."""
    return bool(re.search(r"(?<!\\)\{[^{}]*(?:(?<!\\)[=~]|\b(?:T|F|TRUE|FALSE)\b\s*(?:#|\})|#\s*-?\d)", text))


def read(text: str) -> Iterator[Found]:
    """The questions of a file."""
    section, tags = "", ()
    for block in _blocks(text):
        lines = []
        for line in block.lines:
            if line.lstrip().startswith("//"):
                tags = (*tags, *_TAGS.findall(line))
            elif found := _CATEGORY.match(line):
                section = _last_of(found[1])
            else:
                lines.append(line)
        if any(line.strip() for line in lines):
            question = _question("\n".join(lines), f"line {block.number}", section)
            if question is not None:
                yield replace(question, tags=tags) if isinstance(question, Draft) else question
            tags = ()


class _Block(NamedTuple):
    number: int
    lines: list[str]


def _blocks(text: str) -> Iterator[_Block]:
    """What blank lines divide; a blank line inside of braces divides nothing."""
    lines: list[str] = []
    start, depth = 1, 0
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() and depth == 0:
            if lines:
                yield _Block(start, lines)
            lines = []
            continue
        if not lines:
            start = number
        lines.append(line)
        if not line.lstrip().startswith("//"):
            plain = re.sub(r"\\.", "", line)
            depth = max(0, depth + plain.count("{") - plain.count("}"))
    if lines:
        yield _Block(start, lines)


def _last_of(category: str) -> str:
    parts = [one.strip() for one in re.split(r"(?<!/)/(?!/)", category) if one.strip() and not one.startswith("$")]
    return one_line(parts[-1].replace("//", "/")) if parts else ""


def _held(text: str) -> str:
    return re.sub(r"\\([~=#{}:n\\])", lambda found: _HELD[found[1]], text)


def _let_go(text: str) -> str:
    for mark, held in _HELD.items():
        text = text.replace(held, _ESCAPES[mark])
    return text


class _Words(NamedTuple):
    text: str
    losses: tuple[str, ...]


def _words(text: str, kind: str) -> _Words:
    """A text of a question as Markdown; ``kind`` is the format that its question names."""
    plain = _let_go(text).strip()
    if kind == "markdown":
        return _Words(plain, ())
    if kind == "html" or (kind in ("", "moodle") and _HTML.search(plain)):
        found = from_html(plain)
        code = f"\n```{found.code_language or ''}\n{found.code}\n```" if found.code else ""
        return _Words(found.text + code, found.losses)
    return _Words(as_text(plain), ())


def _question(raw: str, place: str, section: str) -> Found | None:
    text, name = _held(raw), ""
    if found := _TITLE.match(text):
        name, text = one_line(_let_go(found[1])), text[found.end() :]
    kind = ""
    if found := _FORMAT.match(text):
        kind, text = found[1], text[found.end() :]
    begin, end = text.find("{"), text.rfind("}")
    if begin < 0 or end < begin:
        return None if not text.strip() else LeftOut(place, "a description, which asks nothing")
    before, inside, after = text[:begin], text[begin + 1 : end], text[end + 1 :]
    stem = before.strip() + (f" {_GAP} {after.strip()}" if after.strip() else "")
    stem = re.sub(rf"({_GAP}) ([.,;:!?])", r"\1\2", stem)
    said = _words(stem, kind)
    draft = Draft(said.text.replace(_GAP, r"\_\_\_"), name=name, section=section, place=place)
    draft = with_code_apart(draft).losing(*said.losses)
    inside, _, general = inside.partition("####")
    draft = replace(draft, explanation=_words(general, kind).text)
    if not draft.stem:
        return LeftOut(place, "no question")
    return _answers(draft, inside.strip(), kind)


def _answers(draft: Draft, inside: str, kind: str) -> Found:
    if not inside:
        return LeftOut(draft.place, "an essay, which nobody here can grade")
    if inside.startswith("#"):
        return _numerical(draft, inside[1:])
    head = re.split(r"[#~=]", inside, maxsplit=1)[0].strip().upper()
    if head in _TRUTH:
        return _true_false(draft, _TRUTH[head], inside, kind)
    parts = re.findall(r"([=~])((?:%-?\d+(?:\.\d+)?%)?[^=~]*)", inside)
    pairs = ["->" in part for mark, part in parts if mark == "="]
    if len(pairs) == len(parts) > 1 and all(pairs):
        return LeftOut(draft.place, "matching")
    if not parts:
        return LeftOut(draft.place, "no right answer")
    choices, raws, losses = [], [], list(draft.losses)
    for mark, part in parts:
        share = _SHARE.match(part.strip())
        body, _, why = (part.strip()[share.end() :] if share else part).partition("#")
        words, reason = _words(body, kind), _words(why, kind)
        losses += [*words.losses, *reason.losses]
        worth = float(share[1]) if share else (WHOLE if mark == "=" else 0.0)
        raws.append(_bare(_let_go(body), kind))
        choices.append(Offered(one_line(words.text), worth, one_line(reason.text)))
    draft = replace(draft, choices=tuple(choices), losses=tuple(dict.fromkeys(losses)))
    if all(mark == "=" for mark, _ in parts):
        return _short(draft, raws)
    return by_shares(draft)


def _bare(text: str, kind: str) -> str:
    """A text to be typed: no markup is meant in it."""
    tagged = kind == "html" or (kind in ("", "moodle") and _HTML.search(text))
    return one_line(html.unescape(re.sub(r"<[^>]*>", "", text)) if tagged else text)


def _short(draft: Draft, raws: list[str]) -> Found:
    accepted, lost = [], []
    for choice, raw in zip(draft.choices, raws, strict=True):
        if choice.share >= WHOLE - 0.05:
            accepted.append(raw[:MOST_TYPED])
        else:
            lost.append(f"partial credit for {choice.text!r}")
        if choice.why:
            lost.append("feedback to a short answer")
    if not accepted:
        return LeftOut(draft.place, "no right answer")
    typed = replace(draft, form="typed", choices=(), accepted=tuple(accepted))
    return typed.losing(*dict.fromkeys(lost))


def _numerical(draft: Draft, inside: str) -> Found:
    parts = [one for one in re.split(r"(?<!%)=", inside) if one.strip()]
    lost = ["further numbers that are right"] if len(parts) > 1 else []
    body, _, why = (_let_go(parts[0]) if parts else "").partition("#")
    body = _SHARE.sub("", body).strip()
    try:
        if ".." in body:
            low, high = (float(one) for one in body.split(".."))
            number, tolerance = (low + high) / 2, abs(high - low) / 2
        else:
            value, _, within = body.partition(":")
            number, tolerance = float(value), abs(float(within or 0))
    except ValueError:
        return LeftOut(draft.place, f"{body!r} is no number")
    lost += ["feedback to a number"] if why.strip() else []
    return replace(draft, form="typed", number=number, tolerance=tolerance).losing(*lost)


def _true_false(draft: Draft, right: bool, inside: str, kind: str) -> Found:
    wrong_why, _, right_why = (_words(one, kind).text for one in inside.partition("#")[2].partition("#"))
    whys = {right: one_line(right_why), not right: one_line(wrong_why)}
    choices = tuple(Offered(str(one), WHOLE if one is right else 0.0, whys[one]) for one in (True, False))
    return replace(draft, choices=choices)


def write(drafts: Iterable[Draft]) -> tuple[str, list[LeftOut]]:
    """The questions as a file, and what it could not take or keep."""
    out, lost = ["// Written by Studyhall, https://docs.moodle.org/en/GIFT_format"], []
    section = None
    for draft in drafts:
        if draft.form == "order":
            lost.append(LeftOut(draft.name or draft.stem, "an order"))
            continue
        if draft.form == "several" and len(right_of(draft)) == 1:
            lost.append(LeftOut(draft.name or draft.stem, ONE_OF_SEVERAL))
        for kept, what in (
            (draft.licence, "its licence"),
            (draft.source, "its source"),
            (draft.marks, "that marks count"),
            (draft.picture or draft.explanation_picture, "its picture"),
        ):
            if kept:
                lost.append(LeftOut(draft.name or draft.stem, what))
        if draft.section != section:
            section = draft.section
            out.append(f"$CATEGORY: {section.replace('/', '//')}")
        tags = "".join(f" [tag:{tag}]" for tag in draft.tags)
        title = f"::{_escaped(draft.name)}::" if draft.name else ""
        stem = _escaped(in_one(draft.stem, draft.code, draft.code_language))
        end = f"\n\t####{_escaped(draft.explanation)}" if draft.explanation else ""
        out.append((f"//{tags}\n" if tags else "") + f"{title}[markdown]{stem} {{{_answered(draft)}{end}\n}}")
    return "\n\n".join(out) + "\n", lost


def _answered(draft: Draft) -> str:
    if draft.number is not None:
        return f"#{draft.number!r}:{draft.tolerance!r}"
    if draft.form == "typed":
        return "".join(f"\n\t={_escaped(one)}" for one in draft.accepted)
    right = right_of(draft)
    share = "" if draft.form == "choice" else f"%{100 / len(right):.5f}%"
    lines = []
    for place, one in enumerate(draft.choices):
        mark = ("=" if draft.form == "choice" else f"~{share}") if place in right else "~"
        if draft.form == "several" and place not in right:
            mark = "~%-100%"
        lines.append(f"\n\t{mark}{_escaped(one.text)}" + (f"#{_escaped(one.why)}" if one.why else ""))
    return "".join(lines)


def _escaped(text: str) -> str:
    return re.sub(r"([\\~=#{}:])", r"\\\1", text).replace("\n", r"\n")
