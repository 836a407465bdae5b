"""The formats that can be read and written, and how a file's format is told: by its content."""

from collections.abc import Callable, Iterable, Iterator
from importlib import resources
from typing import NamedTuple

from bot.errors import StudyhallError
from bot.exchange import aiken, anki, anki_notes, csv_files, gift, markdown, moodle_xml, opentdb, qti, red, xlsx, zips
from bot.exchange.drafts import Draft, Found, LeftOut
from bot.exchange.texts import Decoded, decoded
from bot.facts import Code, fact, said
from bot.wording import as_many

MOST_BYTES = 20 * 1024 * 1024
MOST_DECK_BYTES = 512 * 1024 * 1024
"""Of a zip, most of which are pictures and sounds that are not read."""
Written = tuple[str | bytes, list[LeftOut]]


class Format(NamedTuple):
    """A format of text: its name, how it is told, how it is read and written; ``documented`` at that address.

    ``read`` takes the text and the course's language.
    """

    name: str
    is_it: Callable[[str], bool]
    read: Callable[[str, str], Iterator[Found]]
    documented: str
    write: Callable[[Iterable[Draft]], Written] | None = None


def _without_language(read: Callable[[str], Iterator[Found]]) -> Callable[[str, str], Iterator[Found]]:
    return lambda text, _language: read(text)


TEXTS = (
    Format(
        "moodle-xml",
        moodle_xml.is_moodle_xml,
        _without_language(moodle_xml.read),
        "https://docs.moodle.org/en/Moodle_XML_format",
        moodle_xml.write,
    ),
    Format(
        "qti",
        qti.is_qti,
        _without_language(qti.read),
        "https://www.imsglobal.org/question/qtiv1p2/imsqti_litev1p2.html",
    ),
    Format("opentdb", opentdb.is_opentdb, _without_language(opentdb.read), "https://opentdb.com/api_config.php"),
    Format("aiken", aiken.is_aiken, _without_language(aiken.read), "https://docs.moodle.org/en/Aiken_format"),
    Format(
        "markdown",
        markdown.is_markdown,
        _without_language(markdown.read),
        "https://github.github.com/gfm/#task-list-items-extension-",
        markdown.write,
    ),
    Format("csv", csv_files.is_csv, csv_files.read, "https://www.rfc-editor.org/rfc/rfc4180", csv_files.write),
    Format("gift", gift.is_gift, _without_language(gift.read), "https://docs.moodle.org/en/GIFT_format", gift.write),
    Format(
        "red",
        red.is_red,
        _without_language(red.read),
        "https://docs.discord.red/en/stable/guide_trivia_list_creation.html",
    ),
)
"""In the order in which they are tried."""
XLSX, ANKI, ANKI_TEXT, ZIP, QTI = "xlsx", "anki", "anki-text", "zip", "qti"
_PACKED: dict[str, tuple[Callable[[bytes], bool], str]] = {
    XLSX: (xlsx.is_xlsx, "This is no XLSX workbook. Save it as one, or as CSV."),
    ANKI: (anki.is_anki, "This is no deck of Anki. Export it as .apkg, or as text."),
    ZIP: (zips.is_course, "This is no zip of a course: it has no pack.yaml. Export one with `--to zip`."),
}
"""How a zip is told, in the order in which that is tried, and what is said of a file that should be one and is not."""
READ = (*(one.name for one in TEXTS), ANKI_TEXT, XLSX, ANKI, ZIP)
OF_DRAFTS = (*(one.name for one in TEXTS if one.write), XLSX, ANKI)
"""What questions can be written in; a zip is written of a whole course (`zips.packed`)."""
WRITTEN = (*OF_DRAFTS, ZIP)


class Reading(NamedTuple):
    """What a file came to: its format, its encoding where it is text, and what was found in it."""

    format: str
    encoding: Decoded | None
    found: list[Found]
    files: dict[str, bytes] | None = None
    """Of a zipped course all that is taken, by their names below its folder."""

    @property
    def drafts(self) -> list[Draft]:
        """The questions."""
        return [one for one in self.found if isinstance(one, Draft)]

    @property
    def left_out(self) -> list[LeftOut]:
        """What could not be taken."""
        return [one for one in self.found if isinstance(one, LeftOut)]


def read(
    data: bytes,
    name: str = "",
    *,
    encoding: str | None = None,
    language: str = "en",
    front: str = "",
    back: str = "",
) -> Reading:
    """The questions of a file, in the format ``name`` or the one that it looks like.

    ``front`` and ``back`` name the fields of an Anki note to use, where not the first two.

    Raises StudyhallError for a file that is too large or of no format that is known.
    """
    if len(data) > (MOST_DECK_BYTES if data.startswith(b"PK") else MOST_BYTES):
        raise StudyhallError(said(f"The file has more than {MOST_BYTES // 1024 // 1024} MiB. Split it."))
    told = name or next((one for one, (is_it, _) in _PACKED.items() if is_it(data)), "")
    if name in _PACKED and not _PACKED[name][0](data):
        raise StudyhallError(said(_PACKED[name][1]))
    if told == XLSX:
        return Reading(XLSX, None, list(xlsx.read(data, language)))
    if told == ANKI:
        return Reading(ANKI, None, list(anki.read(data, front, back)))
    if told == ZIP:
        course = zips.unpacked(data)
        return Reading(ZIP, None, list(zips.read(course)), course.files)
    if name in ("", QTI) and qti.is_qti_zip(data):
        return Reading(QTI, None, list(qti.read_zip(data)))
    text = decoded(data, encoding, language)
    if not text.text.strip():
        raise StudyhallError(said("The file is empty."))
    if name == ANKI_TEXT or (not name and anki.is_anki_text(text.text)):
        return Reading(ANKI_TEXT, text, list(anki.read_text(text.text, front, back)))
    chosen = [one for one in TEXTS if one.name == name] if name else [one for one in TEXTS if one.is_it(text.text)]
    if not chosen:
        raise StudyhallError(fact(Code.UNKNOWN_FORMAT, known=tuple(READ)))
    return Reading(chosen[0].name, text, list(chosen[0].read(text.text, language)))


def write(drafts: Iterable[Draft], name: str) -> Written:
    """The questions in a format of `OF_DRAFTS`, and what it could not take or keep of them."""
    if name == XLSX:
        return xlsx.write(drafts)
    if name == ANKI:
        return anki_notes.write(drafts)
    writers = {one.name: one.write for one in TEXTS if one.write}
    return writers[name](drafts)


def template() -> bytes:
    """The table to fill in, as a spreadsheet: what `write` makes of no questions, kept so that nobody waits for it."""
    return resources.files("bot.exchange").joinpath("template.xlsx").read_bytes()


def refuse_unknown(name: str, known: Iterable[str]) -> None:
    """Raise StudyhallError for a name that is none of these formats."""
    if name not in known:
        listed = as_many([one for one in known if one], 300)
        raise StudyhallError(said(f"There is no format {name}. Choose one of {listed}."))
