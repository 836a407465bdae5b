"""QTI 1.2, alone or in a zip of Canvas: https://www.imsglobal.org/question/qtiv1p2/imsqti_litev1p2.html.

Canvas says in the metadata of an item what kind of question it is, and writes texts as HTML, sometimes escaped twice.
Files of others say it by their responses alone. What is read: one choice of several, true or false, several choices, a short
answer, and a number; feedback of an answer is its reason, feedback of an item its explanation.
"""

import io
import re
import urllib.parse
import xml.etree.ElementTree as ET  # for its types
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from bot.exchange.drafts import WHOLE, Draft, Drawing, Found, LeftOut, Offered, by_shares
from bot.exchange.markdown_code import with_code_apart
from bot.exchange.packages import BROKEN, Package, names_in_zip
from bot.exchange.safe_xml import root_of
from bot.exchange.texts import as_text, clean, from_html, one_line
from bot.packs.models import MOST_ACCEPTED, MOST_TYPED

MOST_FILES = 2_000
MOST_XML_BYTES = 20 * 1024 * 1024
CHOSEN = {"multiple_choice_question", "true_false_question", "multiple_answers_question"}
TYPED = {"short_answer_question", "numerical_question"}
_WHY_NOT = {
    "matching_question": "matching",
    "essay_question": "an essay, which nobody here can grade",
    "file_upload_question": "a file to hand in, which nobody here can grade",
    "text_only_question": "a text, which asks nothing",
    "fill_in_multiple_blanks_question": "gaps in a text",
    "multiple_dropdowns_question": "gaps in a text",
    "calculated_question": "a number that is calculated each time",
}
_BASE = re.compile(r"^(?:\$?(?:IMS-CC-FILEBASE|CANVAS_COURSE_REFERENCE)\$?|%24IMS-CC-FILEBASE%24)/?")
Pictures = Callable[[str, str], Drawing | None]


def is_qti(text: str) -> bool:
    """Whether it looks like it."""
    return "<questestinterop" in text[:5_000]


def is_qti_zip(data: bytes) -> bool:
    """Whether it is a zip with a manifest of IMS and XML beside it."""
    names = names_in_zip(data)
    return any(name.rpartition("/")[2] == "imsmanifest.xml" for name in names)


def read_zip(data: bytes) -> Iterator[Found]:
    """The questions of every file of QTI in a package, with the pictures that lie in it."""
    files, why = _xml_files(data)
    if why:
        yield LeftOut("the file", why)
        return
    pictures = _pictures_of(data)
    found_any = False
    for name, raw in files.items():
        text = raw.decode("utf-8-sig", "replace")
        if is_qti(text):
            found_any = True
            for one in read(text, pictures):
                place = f"{name}, {one.place}"
                yield replace(one, place=place) if isinstance(one, Draft) else one._replace(place=place)
    if not found_any:
        yield LeftOut("the file", "no questions in QTI 1.2; choose that version when you export")


def _xml_files(data: bytes) -> tuple[dict[str, bytes], str]:
    """The files of XML in a package but for its lists, or why they can't be had."""
    found: dict[str, bytes] = {}
    left_bytes = MOST_XML_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            names = [one for one in opened.namelist() if one.endswith(".xml")]
            if len(names) > MOST_FILES:
                return {}, f"a package of more than {MOST_FILES:,} files"
            for name in names:
                if name.rpartition("/")[2] in ("imsmanifest.xml", "assessment_meta.xml"):
                    continue
                with opened.open(name) as stream:
                    found[name] = stream.read(left_bytes + 1)
                left_bytes -= len(found[name])
                if left_bytes < 0:
                    return {}, f"a package of more than {MOST_XML_BYTES // 1024 // 1024} MiB of questions; split it"
    except BROKEN as problem:
        return {}, f"a package that can be unpacked ({type(problem).__name__})"
    return found, ""


def _pictures_of(data: bytes) -> Pictures:
    """Finds the pictures of a package by the addresses that its texts have for them."""
    package = Package(data)

    def drawing(src: str, alt: str) -> Drawing | None:
        path = _BASE.sub("", urllib.parse.unquote(src)).partition("?")[0].lstrip("/")
        if not path or ":" in path or ".." in path:
            return None
        name = next((one for one in package.names if one == path or one.endswith(f"/{path}")), "")
        return package.picture(name, alt, PurePosixPath(name).name)

    return drawing


def _no_picture(_src: str, _alt: str) -> None:
    return None


def read(text: str, pictures: Pictures = _no_picture) -> Iterator[Found]:
    """The questions of a file; ``pictures`` finds one by its address and words."""
    root = root_of(text)
    if isinstance(root, LeftOut):
        yield root
        return
    for node in root.iter():
        node.tag = node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""
    holders = [one for one in root.iter() if one.tag in ("assessment", "objectbank")] or [root]
    number = 0
    for holder in holders:
        section = one_line(holder.get("title", "") or _field(holder, "bank_title"))
        for item in holder.iter("item"):
            number += 1
            yield _item(item, section, f"question {number}", pictures)


def _field(node: ET.Element, label: str) -> str:
    """What the metadata say under a label."""
    for field in node.iter("qtimetadatafield"):
        if (field.findtext("fieldlabel") or "").strip() == label:
            return (field.findtext("fieldentry") or "").strip()
    return ""


class _Said:
    """Texts as Markdown, what is lost of them, and the first picture of one."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self.losses: dict[str, None] = {}

    def of(self, node: ET.Element | None, *, pictured: bool = False) -> tuple[str, Drawing | None]:
        """The text of a ``material``; with ``pictured`` its first picture too."""
        raw = "\n".join("".join(one.itertext()) for one in node.iter("mattext")) if node is not None else ""
        if node is not None and all(one.get("texttype") == "text/plain" for one in node.iter("mattext")):
            return as_text(clean(raw)), None
        # Some write entities twice: &amp;lt;p&amp;gt; is a paragraph, and no tag is in what is left.
        times = 2 if "<" not in raw and "&lt;" in raw else 1
        found = from_html(raw, times=times, pictures=pictured)
        self.losses |= dict.fromkeys(found.losses)
        drawings = [self._pictures(src, alt) for src, alt in found.pictures]
        there = [one for one in drawings if one]
        if len(there) < len(drawings):
            self.losses["a picture that is not in the file"] = None
        if len(there) > 1:
            self.losses["a further picture"] = None
        code = f"\n```{found.code_language or ''}\n{found.code}\n```" if found.code else ""
        return found.text + code, there[0] if there else None


def _item(item: ET.Element, section: str, place: str, pictures: Pictures) -> Found:
    kind = _field(item, "question_type") or _kind(item)
    if kind not in CHOSEN | TYPED:
        return LeftOut(place, _WHY_NOT.get(kind, f"a question of type {kind or 'none'}"))
    said = _Said(pictures)
    body = item.find("presentation")
    material = next(body.iter("material"), None) if body is not None else None
    stem, picture = said.of(material, pictured=True)
    if not stem:
        return LeftOut(place, "no question")
    feedback = {one.get("ident", ""): one for one in item.iter("itemfeedback")}
    explanation, beside = said.of(feedback.get("general_fb"), pictured=True)
    draft = Draft(stem, section=section, explanation=explanation, name=item.get("ident", ""), place=place)
    draft = replace(draft, picture=picture, explanation_picture=beside)
    if kind in TYPED:
        found = _number(draft, item) if kind == "numerical_question" else _short(draft, item)
    else:
        found = _chosen(draft, item, kind, said, feedback)
    return with_code_apart(found).losing(*said.losses) if isinstance(found, Draft) else found


def _kind(item: ET.Element) -> str:
    """What a file without Canvas's metadata asks."""
    choices = item.find(".//response_lid")
    if choices is not None:
        several = choices.get("rcardinality", "Single").casefold() == "multiple"
        return "multiple_answers_question" if several else "multiple_choice_question"
    typed = item.find(".//render_fib")
    if typed is None or not list(item.iter("varequal")):
        return "essay_question" if typed is not None else ""
    return "numerical_question" if typed.get("fibtype", "") in ("Decimal", "Integer") else "short_answer_question"


def _right(item: ET.Element) -> Iterator[tuple[float, ET.Element]]:
    """What an answer has to meet, and its share of the credit, of each condition that gives some."""
    for condition in item.iter("respcondition"):
        score = condition.find("setvar")
        share = _float(score.text if score is not None else "") or 0.0
        tests = condition.find("conditionvar")
        if tests is not None and share > 0:
            yield share, tests


def _equal(tests: ET.Element) -> list[str]:
    """The values that are asked for, without those that must not be."""
    refused = {id(one) for no in tests.iter("not") for one in no.iter("varequal")}
    return [(one.text or "").strip() for one in tests.iter("varequal") if id(one) not in refused]


def _chosen(draft: Draft, item: ET.Element, kind: str, said: _Said, feedback: dict[str, ET.Element]) -> Found:
    whys: dict[str, str] = {}
    for condition in item.iter("respcondition"):
        shown, tests = condition.find("displayfeedback"), condition.find("conditionvar")
        named = shown.get("linkrefid", "") if shown is not None else ""
        if tests is not None and named in feedback and named != "general_fb":
            whys |= dict.fromkeys(_equal(tests), one_line(said.of(feedback[named])[0]))
    shares: dict[str, float] = {}
    for share, tests in _right(item):
        for ident in _equal(tests):
            shares[ident] = max(share, shares.get(ident, 0.0))
    best = max(shares.values(), default=0.0)
    choices = []
    for label in item.iter("response_label"):
        ident = label.get("ident", "")
        share = shares.get(ident, 0.0) / best * WHOLE if best else 0.0
        choices.append(Offered(one_line(said.of(label)[0]), share, whys.get(ident, "")))
    return by_shares(replace(draft, choices=tuple(choices)), single=kind != "multiple_answers_question")


def _short(draft: Draft, item: ET.Element) -> Found:
    texts = list(dict.fromkeys(one_line(one) for _, tests in _right(item) for one in _equal(tests)))
    accepted = tuple(one for one in texts if one and len(one) <= MOST_TYPED)[:MOST_ACCEPTED]
    if not accepted:
        return LeftOut(draft.place, "no right answer that can be typed")
    found = replace(draft, form="typed", accepted=accepted)
    return found.losing("further answers") if len(accepted) < len(texts) else found


def _number(draft: Draft, item: ET.Element) -> Found:
    """A number and how far away an answer may be: from its limits where there are some, as Canvas writes them."""
    ranges: list[tuple[float, float]] = []
    for _, tests in _right(item):
        exact = [value for one in _equal(tests) if (value := _float(one)) is not None]
        low = [
            value for tag in ("vargte", "vargt") for one in tests.iter(tag) if (value := _float(one.text)) is not None
        ]
        high = [
            value for tag in ("varlte", "varlt") for one in tests.iter(tag) if (value := _float(one.text)) is not None
        ]
        if low and high:
            middle = exact[0] if exact else (low[0] + high[0]) / 2
            ranges.append((middle, max(abs(high[0] - middle), abs(middle - low[0]))))
        elif exact:
            ranges.append((exact[0], 0.0))
    if not ranges:
        return LeftOut(draft.place, "no number that is right")
    number, tolerance = ranges[0]
    found = replace(draft, form="typed", number=number, tolerance=round(tolerance, 12))
    return found.losing("further numbers that are right") if len(set(ranges)) > 1 else found


def _float(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if abs(value) < 1e300 else None
