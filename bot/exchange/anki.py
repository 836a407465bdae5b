"""Anki's decks (.apkg, .colpkg) and its text export: each note a question to be typed.

https://docs.ankiweb.net/exporting.html, https://docs.ankiweb.net/importing/text-files.html. A package may hold three
collections: the newest has the notes, the older ones a note that says *please update*. The newest one is compressed by
zstandard. A collection is a database of a stranger: it is opened read-only, without trust in its schema, for a limited time.
"""

import contextlib
import csv
import io
import json
import re
import sqlite3
import tempfile
import urllib.parse
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import zstandard

from bot.exchange import anki_notes
from bot.exchange.drafts import Draft, Drawing, Found, LeftOut
from bot.exchange.packages import BROKEN, Package, names_in_zip
from bot.exchange.texts import Converted, from_html, one_line
from bot.packs.models import MOST_TYPED

COLLECTIONS = ("collection.anki21b", "collection.anki21", "collection.anki2")
"""The newest first."""
MOST_COLLECTION_BYTES = 200 * 1024 * 1024
MOST_NOTES = 60_000
MOST_NAMES_BYTES = 20 * 1024 * 1024
STEPS_A_LOOK, MOST_LOOKS = 100_000, 5_000
"""A query that takes more of SQLite's steps than that is ended: an honest deck needs a hundredth."""
FIELDS_APART = "\x1f"
_SOUND = re.compile(r"\[sound:[^\]]*\]")
_CLOZE = re.compile(r"\{\{c(\d+)::(.*?)(?:::(.*?))?\}\}", re.DOTALL)
_NAMED = {"tab": "\t", "comma": ",", "semicolon": ";", "space": " ", "pipe": "|", "colon": ":"}


class _Note(NamedTuple):
    place: str
    fields: Sequence[str]
    names: Sequence[str]
    deck: str
    tags: tuple[str, ...]


def is_anki(data: bytes) -> bool:
    """Whether it is a zip with a collection in it."""
    return any(name in COLLECTIONS for name in names_in_zip(data))


def read(data: bytes, front: str = "", back: str = "") -> Iterator[Found]:
    """The notes of a package as questions; ``front`` and ``back`` name the fields to use, where not the first two."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            name = next(one for one in COLLECTIONS if one in opened.namelist())
            with opened.open(name) as stream:
                packed = stream.read(MOST_COLLECTION_BYTES + 1)
                raw = _unpacked(packed, MOST_COLLECTION_BYTES, compressed=name.endswith("b"))
    except BROKEN as problem:
        yield LeftOut("the file", f"a deck that can be unpacked ({type(problem).__name__})")
        return
    if len(raw) > MOST_COLLECTION_BYTES:
        yield LeftOut("the file", f"a deck of more than {MOST_COLLECTION_BYTES // 1024 // 1024} MiB")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "collection"
        path.write_bytes(raw)
        try:
            notes = _notes(path)
        except (sqlite3.Error, ValueError, TypeError, KeyError, OverflowError) as problem:
            yield LeftOut("the file", f"a deck whose notes can be read ({problem})")
            return
    media = _Media(data, compressed=name.endswith("b"))
    for note in notes[:MOST_NOTES]:
        yield _draft(note, front, back, media)
    if len(notes) > MOST_NOTES:
        yield LeftOut(f"note {MOST_NOTES + 1}", f"more than {MOST_NOTES:,} notes; split the deck")


def _unpacked(raw: bytes, most: int, *, compressed: bool) -> bytes:
    if not compressed:
        return raw
    with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(raw)) as stream:
        return stream.read(most + 1)


class _Media:
    """The pictures of a package, by the names that its notes have for them."""

    def __init__(self, data: bytes = b"", *, compressed: bool = False) -> None:
        self._package = Package(data, partial(_unpacked, compressed=compressed))
        self._places: dict[str, str] = {}
        raw = self._package.file("media", MOST_NAMES_BYTES) or b""
        with contextlib.suppress(ValueError, AttributeError):
            names = _entries(raw) if compressed else {str(k): str(v) for k, v in json.loads(raw or b"{}").items()}
            self._places = {name: place for place, name in names.items()}

    def drawing(self, src: str, alt: str) -> Drawing | None:
        """The picture of an address; None where the package has none of that name, or one that is empty or too large."""
        name = next((one for one in (src, urllib.parse.unquote(src)) if one in self._places), "")
        found = self._package.picture(self._places[name], alt, name) if name else None
        return found if found and found.data else None


def _entries(raw: bytes) -> dict[str, str]:
    """The names of the files "0", "1", …, as the newest packages list them: messages whose first field is the name.

    https://github.com/ankitects/anki/blob/main/proto/anki/import_export.proto, ``MediaEntries``; raises ValueError.
    """
    entries = [value for field, value in _fields_of(raw) if field == 1]
    names = [next((value for field, value in _fields_of(one) if field == 1), b"") for one in entries]
    return {str(place): name.decode("utf-8") for place, name in enumerate(names)}


def _fields_of(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """The fields of a message of Protocol Buffers that have a length; numbers are passed over. Raises ValueError."""
    at = 0
    while at < len(raw):
        tag, at = _varint(raw, at)
        if tag & 7 not in (0, 2):
            raise ValueError("a field of a kind that a list of files does not have")
        value, at = _varint(raw, at)
        if tag & 7 == 2:
            yield tag >> 3, raw[at : at + value]
            at += value


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(raw) and shift < 64:
        value |= (raw[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if raw[at - 1] < 128:
            return value, at
    raise ValueError("a number that does not end")


def _notes(path: Path) -> list[_Note]:
    looks = 0

    def look() -> int:
        nonlocal looks
        looks += 1
        return int(looks > MOST_LOOKS)

    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as db:
        db.set_progress_handler(look, STEPS_A_LOOK)
        db.execute("PRAGMA trusted_schema = OFF")
        db.create_collation("unicase", lambda one, other: (one.lower() > other.lower()) - (one.lower() < other.lower()))
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        fields = _fields(db, tables)
        decks = _decks(db, tables)
        deck_of = dict(db.execute("SELECT nid, min(did) FROM cards GROUP BY nid")) if "cards" in tables else {}
        rows = db.execute("SELECT id, mid, flds, tags FROM notes ORDER BY id LIMIT ?", (MOST_NOTES + 1,))
        return [
            _Note(
                f"note {number}",
                str(flds).split(FIELDS_APART),
                fields.get(int(mid), ()),
                decks.get(int(deck_of.get(note_id, 0)), ""),
                tuple(str(tags).split()),
            )
            for number, (note_id, mid, flds, tags) in enumerate(rows, 1)
        ]


def _fields(db: sqlite3.Connection, tables: set[str]) -> dict[int, tuple[str, ...]]:
    """The names of the fields of each note type."""
    if "fields" in tables:
        found: dict[int, list[str]] = {}
        for ntid, name in db.execute("SELECT ntid, name FROM fields ORDER BY ntid, ord"):
            found.setdefault(int(ntid), []).append(str(name))
        return {ntid: tuple(names) for ntid, names in found.items()}
    [(models,)] = db.execute("SELECT models FROM col LIMIT 1").fetchall() or [("{}",)]
    return {int(one): tuple(str(f["name"]) for f in model["flds"]) for one, model in json.loads(models or "{}").items()}


def _decks(db: sqlite3.Connection, tables: set[str]) -> dict[int, str]:
    """The last part of each deck's name."""
    if "decks" in tables:
        named = {int(one): str(name) for one, name in db.execute("SELECT id, name FROM decks")}
    else:
        [(decks,)] = db.execute("SELECT decks FROM col LIMIT 1").fetchall() or [("{}",)]
        named = {int(one): str(deck["name"]) for one, deck in json.loads(decks or "{}").items()}
    return {one: one_line(re.split(r"::|\x1f", name)[-1]) for one, name in named.items()}


def _draft(note: _Note, front: str, back: str, media: _Media) -> Found:
    if anki_notes.is_ours(note.names):
        return anki_notes.read_note(note.fields, note.place, media.drawing)
    places = {name.casefold(): place for place, name in enumerate(note.names)}
    asked, given = places.get(front.casefold(), 0), places.get(back.casefold(), 1)
    if asked >= len(note.fields):
        return LeftOut(note.place, "no front")
    text = _SOUND.sub("", note.fields[asked])
    losses = ["a sound"] if any(_SOUND.search(field) for field in note.fields) else []
    gaps = _CLOZE.findall(text)
    if gaps:
        return _gap(note, text, gaps, losses, media)
    said = from_html(text, pictures=True)
    back_of_it = _SOUND.sub("", note.fields[given]) if given < len(note.fields) else ""
    answer = from_html(back_of_it, pictures=True)
    picture, beside = _shown(said, media, losses), _shown(answer, media, losses)
    losses += [*said.losses, *answer.losses]
    typed = one_line(_bare(answer.text))
    if not said.text or not typed:
        return LeftOut(note.place, "no text on its back" if said.text else "no text on its front")
    if len(typed) > MOST_TYPED:
        return LeftOut(note.place, f"a back of {len(typed)} characters, which is too long to type")
    losses += ["its further fields"] if len([one for one in note.fields if one.strip()]) > 2 else []
    draft = Draft(
        said.text, form="typed", accepted=(typed,), code=said.code, section=note.deck, tags=note.tags, place=note.place
    )
    return replace(draft, picture=picture, explanation_picture=beside).losing(*dict.fromkeys(losses))


def _shown(said: Converted, media: _Media, losses: list[str]) -> Drawing | None:
    """The first picture of a text; what of the others is lost is added."""
    drawings = [media.drawing(src, alt) for src, alt in said.pictures]
    there = [one for one in drawings if one]
    losses += ["a picture"] if len(there) < len(drawings) else []
    losses += ["a further picture"] if len(there) > 1 else []
    return there[0] if there else None


def _gap(note: _Note, text: str, gaps: list[tuple[str, str, str]], losses: list[str], media: _Media) -> Found:
    if len(gaps) > 1:
        return LeftOut(note.place, "several gaps in one text")
    [(_, answer, hint)] = gaps
    typed = one_line(_bare(from_html(answer).text))
    if not typed or len(typed) > MOST_TYPED:
        return LeftOut(note.place, "a gap that can't be typed")
    said = from_html(_CLOZE.sub(lambda _: f"\ue0ff ({hint})" if hint else "\ue0ff", text), pictures=True)
    picture = _shown(said, media, losses)
    stem = said.text.replace("\ue0ff", r"\_\_\_")
    draft = Draft(stem, form="typed", accepted=(typed,), section=note.deck, tags=note.tags, place=note.place)
    return replace(draft, picture=picture).losing(*dict.fromkeys([*losses, *said.losses]))


def _bare(text: str) -> str:
    """Markdown as it is typed: without the backslashes and stars that only show it."""
    return re.sub(r"\\([\\*_~|`])", r"\1", re.sub(r"(?<!\\)[*`]+", "", text))


def is_anki_text(text: str) -> bool:
    """Whether it begins with the lines that Anki writes before its notes."""
    return bool(re.match(r"#(separator|html|columns|notetype|deck|tags)( column)?:", text))


def read_text(text: str, front: str = "", back: str = "") -> Iterator[Found]:
    """The notes of a text export as questions."""
    lines = text.split("\n")
    said: dict[str, str] = {}
    while lines and (found := re.match(r"#([a-z ]+):(.*)$", lines[0])):
        said[found[1].strip()] = found[2].strip()
        lines.pop(0)
    separator = said.get("separator", "tab")
    separator = _NAMED.get(separator.casefold(), separator[:1] or "\t")
    columns = {}
    for what in ("tags", "deck", "notetype", "guid"):
        if (column := said.get(f"{what} column", "")).isdecimal():
            columns[what] = int(column) - 1
    names = said.get("columns", "").split(separator) if said.get("columns") else []
    csv.field_size_limit(100_000)
    reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=separator)
    number = 0
    try:
        for number, row in enumerate(reader, 1):
            if not any(one.strip() for one in row):
                continue
            special = set(columns.values())
            fields = [one for place, one in enumerate(row) if place not in special]
            kept = [one for place, one in enumerate(names) if place not in special]
            cell = {what: row[place] if place < len(row) else "" for what, place in columns.items()}
            if said.get("html", "true").casefold() == "false":
                fields = [one.replace("&", "&amp;").replace("<", "&lt;") for one in fields]
            deck = one_line((cell.get("deck") or said.get("deck", "")).split("::")[-1])
            note = _Note(f"note {number}", fields, kept, deck, tuple(cell.get("tags", "").split()))
            yield _draft(note, front, back, _Media())
    except csv.Error:
        yield LeftOut(f"note {number + 1}", "a field that is not closed, or is too long; the rest was not read")
