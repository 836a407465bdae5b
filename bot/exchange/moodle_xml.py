"""Moodle XML: https://docs.moodle.org/en/Moodle_XML_format."""

import base64
import re
import urllib.parse
import xml.etree.ElementTree as ET  # to write, and for its types
from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.exchange.drafts import NAME_ALONE, WHOLE, Draft, Drawing, Found, LeftOut, Offered, by_shares, right_of
from bot.exchange.markdown_code import in_one, with_code_apart
from bot.exchange.safe_xml import root_of
from bot.exchange.texts import as_text, from_html, one_line

ASKED = {"multichoice", "truefalse", "shortanswer", "numerical", "ordering"}
_WHY_NOT = {
    "matching": "matching",
    "essay": "an essay, which nobody here can grade",
    "description": "a description, which asks nothing",
    "cloze": "gaps in a text",
}
_IMAGE = re.compile(r"\s*!\[((?:\\.|[^\[\]\\\n])*)\]\((@@PLUGINFILE@@/[^)\s]+)\)")
_FORMATS = {"html": "html", "moodle_auto_format": "html", "plain_text": "plain", "markdown": "markdown"}


def is_moodle_xml(text: str) -> bool:
    """Whether it looks like it."""
    return "<quiz" in text[:5_000]


def read(text: str) -> Iterator[Found]:
    """The questions of a file."""
    root = root_of(text)
    if isinstance(root, LeftOut):
        yield root
        return
    section = ""
    for number, node in enumerate(root.iter("question"), 1):
        kind = node.get("type", "")
        if kind == "category":
            parts = [one for one in re.split(r"(?<!/)/(?!/)", _plain(node.find("category"))) if not one.startswith("$")]
            section = one_line(parts[-1].replace("//", "/")) if parts and parts[-1] != "top" else ""
        elif kind not in ASKED:
            yield LeftOut(f"question {number}", _WHY_NOT.get(kind, f"a question of type {kind or 'none'}"))
        else:
            yield _draft(node, kind, section, f"question {number}")


def _plain(node: ET.Element | None) -> str:
    if node is None:
        return ""
    inner = node.find("text")
    return "".join((inner if inner is not None else node).itertext()).strip()


class _Said:
    """Collects texts and what of them is lost."""

    def __init__(self) -> None:
        self.losses: dict[str, None] = {}

    def of(self, node: ET.Element | None, kind: str = "html", *, pictures: bool = False) -> tuple[str, Drawing | None]:
        """A text as Markdown with its code as a block, and with ``pictures`` the first that the file brings along."""
        raw = _plain(node)
        named = node.get("format", "") if node is not None else ""
        kind = _FORMATS.get(named, kind)
        has_files = node is not None and node.find("file") is not None
        shown: list[tuple[str, str]] = []
        if kind == "plain":
            text = as_text(raw)
        elif kind == "markdown":
            if pictures and has_files:
                shown = [(src, re.sub(r"\\(.)", r"\1", alt)) for alt, src in _IMAGE.findall(raw)]
                raw = _IMAGE.sub("", raw).strip()
            text = raw
        else:
            found = from_html(raw, pictures=pictures)
            self.losses |= dict.fromkeys(found.losses)
            shown = list(found.pictures)
            text = found.text + (f"\n```{found.code_language or ''}\n{found.code}\n```" if found.code else "")
        if has_files and not shown:
            self.losses["a picture"] = None
        there = [one for one in (self._drawing(node, src, alt) for src, alt in shown) if one]
        if len(there) > 1:
            self.losses["a further picture"] = None
        return text, there[0] if there else None

    def text_of(self, node: ET.Element | None) -> str:
        """The text alone."""
        return self.of(node)[0]

    def _drawing(self, node: ET.Element | None, src: str, alt: str) -> Drawing | None:
        """The picture of an address, from the files that stand beside the text; one of elsewhere is lost."""
        name = urllib.parse.unquote(src.partition("@@PLUGINFILE@@/")[2].partition("?")[0])
        for file in node.findall("file") if node is not None and name else ():
            if file.get("name") == name.rpartition("/")[2] and file.get("encoding") == "base64":
                try:
                    return Drawing(file.get("name", ""), alt, base64.b64decode(file.text or ""))
                except ValueError:
                    break
        self.losses["a picture that is not in the file"] = None
        return None


def _draft(node: ET.Element, kind: str, section: str, place: str) -> Found:
    said = _Said()
    stem, picture = said.of(node.find("questiontext"), pictures=True)
    explanation, beside = said.of(node.find("generalfeedback"), pictures=True)
    tags = tuple(one_line(_plain(tag)) for tag in node.iter("tag"))
    draft = Draft(
        stem,
        section=section,
        explanation=explanation,
        tags=tags,
        name=one_line(_plain(node.find("idnumber"))),
        place=place,
        picture=picture,
        explanation_picture=beside,
    )
    if not stem:
        return LeftOut(place, "no question")
    choices = []
    for answer in node.findall("answer"):
        share = _number(answer.get("fraction", "0")) or 0.0
        choices.append(Offered(one_line(said.text_of(answer)), share, one_line(said.text_of(answer.find("feedback")))))
    if node.find("hint") is not None:
        said.losses["its hints"] = None
    draft = with_code_apart(replace(draft, choices=tuple(choices))).losing(*said.losses)
    if kind == "shortanswer":
        return _short(draft, node)
    if kind == "numerical":
        return _numerical(draft, node)
    if kind == "ordering":
        return _ordering(draft)
    if kind == "truefalse":
        named = tuple(one._replace(text=one.text.capitalize()) for one in draft.choices)
        return by_shares(replace(draft, choices=named), single=True)
    return by_shares(draft, single=_plain(node.find("single")).casefold() not in ("false", "0"))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _short(draft: Draft, node: ET.Element) -> Found:
    accepted, lost = [], []
    for choice, answer in zip(draft.choices, node.findall("answer"), strict=True):
        raw = one_line(_plain(answer))
        if choice.share >= WHOLE - 0.05 and "*" not in raw.replace("\\*", ""):
            accepted.append(raw.replace("\\*", "*"))
        elif choice.share > 0:
            lost.append("an answer with a wildcard" if "*" in raw else "partial credit")
        if choice.why:
            lost.append("feedback to a short answer")
    if _plain(node.find("usecase")) == "1":
        lost.append("that capitals count")
    if not accepted:
        return LeftOut(draft.place, "no right answer")
    return replace(draft, form="typed", choices=(), accepted=tuple(accepted)).losing(*dict.fromkeys(lost))


def _numerical(draft: Draft, node: ET.Element) -> Found:
    right = [one for one in node.findall("answer") if (_number(one.get("fraction", "0")) or 0) >= WHOLE - 0.05]
    value = _number(_plain(right[0])) if right else None
    if value is None:
        return LeftOut(draft.place, "no number that is right")
    within = abs(_number(_plain(right[0].find("tolerance"))) or 0.0)
    lost = (["further numbers that are right"] if len(right) > 1 else []) + (
        ["its units"] if node.find("units") is not None else []
    )
    return replace(draft, form="typed", choices=(), number=value, tolerance=within).losing(*lost)


def _ordering(draft: Draft) -> Found:
    if not 3 <= len(draft.choices) <= 8:
        return LeftOut(draft.place, f"an order of {len(draft.choices)} items; 3 to 8 can be asked")
    return replace(draft, form="order", choices=tuple(one._replace(share=0.0) for one in draft.choices))


def write(drafts: Iterable[Draft]) -> tuple[str, list[LeftOut]]:
    """The questions as a file, and what it could not keep."""
    root, lost = ET.Element("quiz"), []
    section = None
    for draft in drafts:
        called = draft.name or draft.stem
        for kept, what in (
            (draft.licence, "its licence"),
            (draft.source, "its source"),
            (draft.marks, "that marks count"),
            (any(one and one.data is None for one in (draft.picture, draft.explanation_picture)), NAME_ALONE),
        ):
            if kept:
                lost.append(LeftOut(called, what))
        if draft.orders:
            lost.append(LeftOut(called, "other orders that are right"))
        if draft.items_are_code:
            lost.append(LeftOut(called, "that its items are code"))
        if draft.section != section:
            section = draft.section
            category = ET.SubElement(ET.SubElement(root, "question", type="category"), "category")
            ET.SubElement(category, "text").text = f"$course$/top/{section.replace('/', '//')}"
        _element(root, draft)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n", lost


def _element(root: ET.Element, draft: Draft) -> None:
    kind = {"choice": "multichoice", "several": "multichoice", "order": "ordering"}.get(
        draft.form, "numerical" if draft.number is not None else "shortanswer"
    )
    node = ET.SubElement(root, "question", type=kind)
    _put(node, "name", one_line(draft.stem)[:100], None)
    _put(node, "questiontext", in_one(draft.stem, draft.code, draft.code_language), picture=draft.picture)
    _put(node, "generalfeedback", draft.explanation, picture=draft.explanation_picture)
    ET.SubElement(node, "idnumber").text = draft.name
    if kind == "multichoice":
        ET.SubElement(node, "single").text = "true" if draft.form == "choice" else "false"
        ET.SubElement(node, "shuffleanswers").text = "true"
    if kind == "shortanswer":
        ET.SubElement(node, "usecase").text = "0"
    if kind == "numerical":
        answer = ET.SubElement(node, "answer", fraction="100", format="plain_text")
        ET.SubElement(answer, "text").text = repr(draft.number)
        ET.SubElement(answer, "tolerance").text = repr(draft.tolerance)
    for text in draft.accepted:
        answer = ET.SubElement(node, "answer", fraction="100", format="plain_text")
        ET.SubElement(answer, "text").text = text.replace("*", "\\*")
    right = right_of(draft)
    for place, one in enumerate(draft.choices):
        share = (100 if draft.form == "choice" else 100 / len(right)) if place in right else 0
        if draft.form == "order":
            share = place + 1
        answer = ET.SubElement(node, "answer", fraction=f"{share:.5f}".rstrip("0").rstrip("."), format="markdown")
        ET.SubElement(answer, "text").text = one.text
        if one.why:
            _put(answer, "feedback", one.why)
    if draft.tags:
        tags = ET.SubElement(node, "tags")
        for tag in draft.tags:
            _put(tags, "tag", tag, None)


def _put(
    node: ET.Element, name: str, text: str, kind: str | None = "markdown", *, picture: Drawing | None = None
) -> None:
    inner = ET.SubElement(node, name, {"format": kind} if kind else {})
    if picture is None or picture.data is None:
        ET.SubElement(inner, "text").text = text
        return
    alt = re.sub(r"([\[\]\\])", r"\\\1", picture.alt)
    shown = f"![{alt}](@@PLUGINFILE@@/{urllib.parse.quote(picture.name, safe='')})"
    ET.SubElement(inner, "text").text = f"{text}\n\n{shown}" if text else shown
    file = ET.SubElement(inner, "file", name=picture.name, path="/", encoding="base64")
    file.text = base64.b64encode(picture.data).decode()
