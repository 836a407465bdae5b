"""What other programs write, made ours: encodings told, HTML to Markdown, signs that can't be shown."""

import html
import re
import unicodedata
from html.parser import HTMLParser
from typing import NamedTuple

from bot.errors import StudyhallError
from bot.facts import said

_NEVER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
BY_LANGUAGE = {
    "pl": "cp1250", "cs": "cp1250", "sk": "cp1250", "hu": "cp1250", "ro": "cp1250", "hr": "cp1250", "sl": "cp1250",
    "ru": "cp1251", "uk": "cp1251", "bg": "cp1251", "sr": "cp1251", "el": "cp1253", "tr": "cp1254", "he": "cp1255",
    "ar": "cp1256", "et": "cp1257", "lv": "cp1257", "lt": "cp1257", "vi": "cp1258", "ja": "cp932", "zh": "gb18030",
    "ko": "cp949", "th": "cp874",
}  # fmt: skip
"""What programs for Windows of that language wrote before UTF-8."""


class Decoded(NamedTuple):
    """A file's text, its encoding, and whether that was a guess: then ``line`` is the first for which it mattered."""

    text: str
    encoding: str
    line: int | None = None


def decoded(data: bytes, encoding: str | None = None, language: str = "") -> Decoded:
    """The text of a file: by its byte-order mark, else as UTF-8, as UTF-16, and then as the language suggests.

    Raises StudyhallError when ``encoding`` is none, or is not that of the file.
    """
    if encoding:
        try:
            return Decoded(_clean(data.decode(encoding)), encoding)
        except LookupError:
            raise StudyhallError(
                said(f"There is no encoding {encoding}. Try utf-8, or leave --encoding out.")
            ) from None
        except UnicodeDecodeError as problem:
            line = data[: problem.start].count(b"\n") + 1
            raise StudyhallError(
                said(f"Line {line} is not in {encoding}. Leave --encoding out, or name another.")
            ) from None
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return Decoded(_clean(data.decode(name, "replace")), name)
    try:
        return Decoded(_clean(data.decode("utf-8")), "utf-8")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
    if len(data) % 2 == 0 and data[1::2].count(0) > len(data) / 4:
        return Decoded(_clean(data.decode("utf-16-le", "replace")), "utf-16-le")
    name = BY_LANGUAGE.get(language.partition("-")[0], "cp1252")
    return Decoded(_clean(data.decode(name, "replace")), name, line)


def _clean(text: str) -> str:
    return _NEVER.sub("", unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")))


def clean(text: str) -> str:
    """A text without signs that can't be shown, composed, with line ends of one kind."""
    return _clean(text).strip()


def one_line(text: str) -> str:
    """A text as one line."""
    return " ".join(_clean(text).split())


_AS_TYPED = re.compile(r"([\\*_~|`])")
_SUPER = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_SUB = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_BLOCKS = {
    "p",
    "div",
    "br",
    "tr",
    "ul",
    "ol",
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "section",
    "article",
}
_STRESS = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`", "tt": "`", "kbd": "`", "samp": "`"}
_SKIPPED = {"script", "style", "head", "title", "template", "iframe", "object", "audio", "video"}
MOST_TAGS = 50_000


def as_text(text: str) -> str:
    """Plain text as Markdown that shows it as it is."""
    return _AS_TYPED.sub(r"\\\1", text)


class Converted(NamedTuple):
    """HTML as Markdown, and what of it was lost: a sentence each. ``code`` are blocks of code, which stand apart."""

    text: str
    code: str = ""
    code_language: str | None = None
    losses: tuple[str, ...] = ()
    pictures: tuple[tuple[str, str], ...] = ()


def from_html(source: str, *, times: int = 1, pictures: bool = False) -> Converted:
    """HTML as Markdown: entities decoded (``times``), sub- and superscripts and code kept, formulas named.

    With ``pictures`` the address and the words of each are returned; else they are named as lost, and their words stay.

    The walker keeps no tree, so that no depth of nesting can hurt it.
    """
    for _ in range(times - 1):
        source = html.unescape(source)
    if "<" not in source and "&" not in source:
        return Converted(as_text(clean(source)))
    walker = _Walker(pictures=pictures)
    walker.feed(_clean(source))
    walker.close()
    return walker.result()


class _Walker(HTMLParser):
    def __init__(self, *, pictures: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.pictures: list[tuple[str, str]] | None = [] if pictures else None
        self.out: list[str] = []
        self.code: list[str] = []
        self.language: str | None = None
        self.losses: dict[str, None] = {}
        self.open: list[str] = []
        self.skipping = self.in_pre = 0
        self.lists: list[int | None] = []
        self.tags = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags += 1
        if self.tags > MOST_TAGS:
            return
        if tag in _SKIPPED:
            self.skipping += 1
            if tag not in ("script", "style", "head", "title", "template"):
                self.losses[f"a part of kind {tag}"] = None
            return
        if self.skipping:
            return
        about = dict(attrs)
        if tag == "pre":
            self.in_pre += 1
            self.code.append("")
            self.language = _language(about.get("class")) or self.language
        elif tag == "code" and self.in_pre:
            self.language = _language(about.get("class")) or self.language
        elif tag == "img" and self.pictures is not None:
            self.pictures.append((about.get("src") or "", one_line(about.get("alt") or "")))
        elif tag == "img":
            self.losses["a picture"] = None
            self.out.append(as_text(f"[{about['alt']}]") if about.get("alt") else "")
        elif tag == "li":
            number = self.lists[-1] if self.lists else None
            self.out.append(f"\n{number}. " if number else "\n- ")
            if number:
                self.lists[-1] = number + 1
        elif tag in ("ul", "ol"):
            self.lists.append(1 if tag == "ol" else None)
        elif tag in _STRESS and not self.in_pre and len(self.open) < 8:
            self.open.append(tag)
            self.out.append(f"\x01{_STRESS[tag]}")
        elif tag in ("sub", "sup"):
            self.open.append(tag)
        elif tag in ("td", "th"):
            self.out.append(" ")
        elif tag in ("math", "svg", "canvas"):
            self.skipping += 1
            self.losses["a formula or a drawing"] = None
        elif tag in _BLOCKS:
            self.out.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED or tag in ("math", "svg", "canvas"):
            self.skipping = max(0, self.skipping - 1)
        elif tag == "pre":
            self.in_pre = max(0, self.in_pre - 1)
        elif tag in ("ul", "ol"):
            if self.lists:
                self.lists.pop()
            self.out.append("\n")
        elif tag in self.open:
            while self.open:
                last = self.open.pop()
                if last in _STRESS:
                    self.out.append(f"\x02{_STRESS[last]}")
                if last == tag:
                    break
        elif tag in _BLOCKS:
            self.out.append("\n")

    def handle_data(self, data: str) -> None:
        if self.skipping:
            return
        if self.in_pre:
            self.code[-1] += data
            return
        if "sup" in self.open:
            self.out.append(
                data.translate(_SUPER) if all(ord(one) in _SUPER for one in data) else f"^({as_text(data)})"
            )
        elif "sub" in self.open:
            self.out.append(data.translate(_SUB) if all(ord(one) in _SUB for one in data) else f"_({as_text(data)})")
        elif any(tag in ("code", "tt", "kbd", "samp") for tag in self.open):
            self.out.append(data.replace("`", "'"))
        else:
            self.out.append(as_text(re.sub(r"\s+", " ", data)))

    def result(self) -> Converted:
        while self.open:
            last = self.open.pop()
            if last in _STRESS:
                self.out.append(f"\x02{_STRESS[last]}")
        text = re.sub(r"\s*\n\s*\n\s*", "\n\n", re.sub(r"[ \t]+", " ", "".join(self.out)))
        text = re.sub(r"\x01([*`]+)(\s*)\x02\1", r"\2", text)  # stress on nothing
        text = re.sub(r"\x01([*`]+)(\s+)", "\\2\x01\\1", text)  # a space stands outside of it
        text = re.sub(r"(\s+)\x02([*`]+)", "\x02\\2\\1", text)
        text = re.sub(r"[\x01\x02]", "", text)
        if self.tags > MOST_TAGS:
            self.losses["what comes after the first 50,000 tags"] = None
        lines = [re.sub(r" {2,}", " ", line).strip() for line in text.split("\n")]
        body = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
        code = "\n".join(one.strip("\n") for one in self.code if one.strip())
        if "$$" in body or "\\\\(" in body or "\\\\[" in body:
            self.losses["a formula, which is shown as it was written"] = None
        return Converted(body, code, self.language, tuple(self.losses), tuple(self.pictures or ()))


def _language(classes: str | None) -> str | None:
    found = re.search(r"(?:language|lang|brush:)[-\s]?([a-z0-9+#.-]{1,20})", classes or "")
    return found[1] if found else None
