"""Questions as notes of Anki: a note type of our own, whose first two fields Anki shows, and whose others hold the question.

https://docs.ankiweb.net/getting-started.html#note-types. The others are the columns of our table (`tables.HEADINGS`), so that
a deck that comes back is the same course. The package is of the oldest kind (``collection.anki2``, schema 11), which
every version of Anki reads: https://github.com/ankidroid/Anki-Android/wiki/Database-Structure.
"""

import hashlib
import html
import io
import json
import re
import sqlite3
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.exchange.drafts import NAME_ALONE, Draft, Drawing, Found, LeftOut, right_of
from bot.exchange.tables import HEADINGS, read_rows, row_of
from bot.exchange.texts import from_html
from bot.packs.models import LETTERS

FIELDS = ("front", "back", *HEADINGS)
CHANGED = "what was changed on its front or back; change the fields below them"
_STYLE = ".card { font-family: sans-serif; font-size: 20px; text-align: left; } img { max-width: 100%; }"
_MARKUP = re.compile(
    r"```[\w+#.-]*\n(?P<block>.*?)\n?```|`(?P<code>[^`\n]+)`|\\(?P<sign>[!-/:-@\[-`{-~])"
    r"|\*\*(?P<bold>\S(?:.*?\S)?)\*\*|\*(?P<italic>[^\s*](?:[^*]*[^\s*])?)\*|(?P<line>\n)",
    re.DOTALL,
)
_DAY_SECONDS = 86_400
_SCHEMA = """
CREATE TABLE col (id integer PRIMARY KEY, crt integer NOT NULL, mod integer NOT NULL, scm integer NOT NULL,
    ver integer NOT NULL, dty integer NOT NULL, usn integer NOT NULL, ls integer NOT NULL, conf text NOT NULL,
    models text NOT NULL, decks text NOT NULL, dconf text NOT NULL, tags text NOT NULL);
CREATE TABLE notes (id integer PRIMARY KEY, guid text NOT NULL, mid integer NOT NULL, mod integer NOT NULL,
    usn integer NOT NULL, tags text NOT NULL, flds text NOT NULL, sfld integer NOT NULL, csum integer NOT NULL,
    flags integer NOT NULL, data text NOT NULL);
CREATE TABLE cards (id integer PRIMARY KEY, nid integer NOT NULL, did integer NOT NULL, ord integer NOT NULL,
    mod integer NOT NULL, usn integer NOT NULL, type integer NOT NULL, queue integer NOT NULL, due integer NOT NULL,
    ivl integer NOT NULL, factor integer NOT NULL, reps integer NOT NULL, lapses integer NOT NULL, left integer NOT NULL,
    odue integer NOT NULL, odid integer NOT NULL, flags integer NOT NULL, data text NOT NULL);
CREATE TABLE revlog (id integer PRIMARY KEY, cid integer NOT NULL, usn integer NOT NULL, ease integer NOT NULL,
    ivl integer NOT NULL, lastIvl integer NOT NULL, factor integer NOT NULL, time integer NOT NULL, type integer NOT NULL);
CREATE TABLE graves (usn integer NOT NULL, oid integer NOT NULL, type integer NOT NULL);
CREATE INDEX ix_notes_usn ON notes (usn);
CREATE INDEX ix_notes_csum ON notes (csum);
CREATE INDEX ix_cards_usn ON cards (usn);
CREATE INDEX ix_cards_nid ON cards (nid);
CREATE INDEX ix_cards_sched ON cards (did, queue, due);
CREATE INDEX ix_revlog_usn ON revlog (usn);
CREATE INDEX ix_revlog_cid ON revlog (cid);
"""


def is_ours(names: Sequence[str]) -> bool:
    """Whether a note type with these fields is the one that we write."""
    return tuple(names[: len(FIELDS)]) == FIELDS


def read_note(fields: Sequence[str], place: str, drawing: Callable[[str, str], Drawing | None]) -> Found:
    """The question of a note of our own type; ``drawing`` finds a picture of the package by its address and words."""
    cells = [*fields, *[""] * len(FIELDS)][: len(FIELDS)]
    row = [_unwritten(one) for one in cells[2:]]
    found = next(read_rows([HEADINGS, row]), LeftOut(place, "no question"))
    if isinstance(found, LeftOut):
        return found._replace(place=place)
    draft = replace(
        found,
        place=place,
        picture=_with_bytes(found.picture, cells[0], drawing),
        explanation_picture=_with_bytes(found.explanation_picture, cells[1], drawing),
    )
    return draft if (cells[0], cells[1]) == (_front(draft), _back(draft)) else draft.losing(CHANGED)


def _with_bytes(picture: Drawing | None, face: str, drawing: Callable[[str, str], Drawing | None]) -> Drawing | None:
    shown = from_html(face, pictures=True).pictures if picture else ()
    there = drawing(shown[0][0], "") if shown else None
    return picture._replace(data=there.data) if picture and there else picture


def write(drafts: Iterable[Draft]) -> tuple[bytes, list[LeftOut]]:
    """The questions as a package, a deck for each section, and what it could not keep.

    A note keeps its id from export to export, so that a second one updates the first in Anki.
    """
    found, lost = list(drafts), []
    for draft in found:
        pictures = [one for one in (draft.picture, draft.explanation_picture) if one]
        if any(one.data is None for one in pictures):
            lost.append(LeftOut(draft.name or draft.stem, NAME_ALONE))
    media = {_file_of(one): one.data for draft in found for one in (draft.picture, draft.explanation_picture) if one}
    there = {name: data for name, data in media.items() if data is not None}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("collection.anki2", _collection(found, int(time.time())))
        made.writestr("media", json.dumps({str(place): name for place, name in enumerate(there)}))
        for place, data in enumerate(there.values()):
            made.writestr(str(place), data)
    return out.getvalue(), lost


def _collection(drafts: Sequence[Draft], now_s: int) -> bytes:
    """The database of notes and cards."""
    kind = _note_type(now_s)
    decks = {_deck_of(draft): _id("deck", _deck_of(draft)) for draft in drafts}
    named = {str(one): _deck(one, name, now_s) for name, one in {"Default": 1, **decks}.items()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "collection"
        with closing(sqlite3.connect(path)) as db:
            db.executescript(_SCHEMA)
            parts: tuple[dict[str, Any], ...] = (
                {"curModel": str(kind["id"]), "nextPos": 1},
                {str(kind["id"]): kind},
                named,
                _OPTIONS,
                {},
            )
            ids = (1, now_s // _DAY_SECONDS * _DAY_SECONDS, now_s * 1000, now_s * 1000, 11, 0, 0, 0)
            db.execute(f"INSERT INTO col VALUES ({', '.join('?' * 13)})", (*ids, *map(json.dumps, parts)))
            for place, draft in enumerate(drafts):
                note_id = now_s * 1000 + place  # Anki knows a note by its guid
                front, tags = _front(draft), "".join(f" {tag.replace(' ', '_')}" for tag in draft.tags)
                fields = "\x1f".join([front, _back(draft), *map(_written, row_of(draft))])
                guid = hashlib.sha256(f"{draft.section}\0{draft.name or draft.stem}".encode()).hexdigest()[:20]
                plain = re.sub(r"<[^>]*>", "", front)
                told = int(hashlib.sha1(plain.encode(), usedforsecurity=False).hexdigest()[:8], 16)
                note = (note_id, guid, kind["id"], now_s, -1, f"{tags} " if tags else "", fields, plain, told, 0, "")
                db.execute(f"INSERT INTO notes VALUES ({', '.join('?' * 11)})", note)
                card = (note_id, note_id, decks[_deck_of(draft)], 0, now_s, -1, 0, 0, place + 1, *[0] * 8, "")
                db.execute(f"INSERT INTO cards VALUES ({', '.join('?' * 18)})", card)
            db.commit()
        return path.read_bytes()


def _id(*parts: str) -> int:
    """A number that stays the same for the same things; Anki's own are milliseconds since 1970."""
    return 1_400_000_000_000 + int(hashlib.sha256("\0".join(parts).encode()).hexdigest()[:10], 16)


def _deck_of(draft: Draft) -> str:
    return draft.section.replace("::", ": :") or "Studyhall"


def _deck(deck_id: int, name: str, now_s: int) -> dict[str, object]:
    days = {name: [0, 0] for name in ("newToday", "revToday", "lrnToday", "timeToday")}
    rest = {"conf": 1, "desc": "", "dyn": 0, "collapsed": False, "extendNew": 10, "extendRev": 50, "usn": -1}
    return {"id": deck_id, "name": name, "mod": now_s, **rest, **days}


_OPTIONS = {
    "1": {
        **{
            "id": 1,
            "name": "Default",
            "mod": 0,
            "usn": 0,
            "maxTaken": 60,
            "autoplay": True,
            "timer": 0,
            "replayq": True,
        },
        "new": {"delays": [1, 10], "ints": [1, 4, 7], "initialFactor": 2500, "order": 1, "perDay": 20, "bury": False},
        "rev": {"perDay": 200, "ease4": 1.3, "fuzz": 0.05, "ivlFct": 1, "maxIvl": 36500, "bury": False, "minSpace": 1},
        "lapse": {"delays": [10], "mult": 0, "minInt": 1, "leechFails": 8, "leechAction": 0},
    }
}
"""How Anki schedules a deck, as it does by itself."""


def _note_type(now_s: int) -> dict[str, object]:
    look = {"font": "Arial", "media": [], "rtl": False, "size": 20, "sticky": False}
    fields = [{"name": name, "ord": place, **look} for place, name in enumerate(FIELDS)]
    card = {
        **{"name": "Question", "ord": 0, "qfmt": "{{front}}", "afmt": "{{FrontSide}}<hr id=answer>{{back}}"},
        **{"bafmt": "", "bqfmt": "", "did": None},
    }
    parts = {"flds": fields, "tmpls": [card], "req": [[0, "all", [0]]], "css": _STYLE, "sortf": 0}
    rest = {"type": 0, "latexPre": "", "latexPost": "", "tags": [], "vers": [], "usn": -1, "did": 1}
    return {"id": _id("type", *FIELDS), "name": "Studyhall question", "mod": now_s, **parts, **rest}


def _written(cell: str) -> str:
    return html.escape(cell.replace("\x1f", " "), quote=False).replace("\n", "<br>")


def _unwritten(field: str) -> str:
    """A field as text; an editor of Anki's makes a <div> of a new line."""
    return html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"<br\s*/?>|<div>", "\n", field)))


def _front(draft: Draft) -> str:
    texts = [one.text for one in draft.choices]
    listed = sorted(texts) if draft.form == "order" else texts
    kind = "ul" if draft.form == "order" else 'ol type="A"'
    hint = {"several": "<p><i>Choose all that are right.</i></p>", "order": "<p><i>Put these in order.</i></p>"}
    code = f"<pre>{_escaped(draft.code)}</pre>" if draft.code else ""
    items = "".join(f"<li>{_shown(one, code=draft.items_are_code)}</li>" for one in listed)
    options = f"{hint.get(draft.form, '')}<{kind}>{items}</{kind[:2]}>" if listed else ""
    return f"<p>{_shown(draft.stem)}</p>{code}{_image(draft.picture)}{options}"


def _back(draft: Draft) -> str:
    if draft.form == "typed":
        within = f" ± {draft.tolerance:g}" if draft.tolerance else ""
        right = [f"{draft.number:g}{within}"] if draft.number is not None else list(draft.accepted)
        told = f"<p><b>{_escaped(' / '.join(right))}</b></p>"
    elif draft.form == "order":
        items = "".join(f"<li>{_shown(one.text, code=draft.items_are_code)}</li>" for one in draft.choices)
        told = f"<ol>{items}</ol>"
    else:
        places = right_of(draft)
        told = "".join(
            f"<p>{'<b>' if place in places else ''}{LETTERS[place]}. {_shown(one.text)}{'</b>' if place in places else ''}"
            f"{f'<br>{_shown(one.why)}' if one.why else ''}</p>"
            for place, one in enumerate(draft.choices)
            if place in places or one.why
        )
    explained = f"<p>{_shown(draft.explanation)}</p>" if draft.explanation else ""
    return f"{told}{explained}{_image(draft.explanation_picture)}"


def _image(picture: Drawing | None) -> str:
    if picture is None or picture.data is None:
        return ""
    return f'<img src="{_file_of(picture)}" alt="{html.escape(picture.alt)}">'


def _file_of(picture: Drawing) -> str:
    """What a picture's file is called among all those of a collection of Anki's: by what is in it."""
    ending = Path(picture.name).suffix.lower()
    return f"studyhall-{hashlib.sha256(picture.data or b'').hexdigest()[:16]}{ending if ending.isascii() else ''}"


def _shown(text: str, *, code: bool = False) -> str:
    """Markdown as HTML that shows it the same; code as it is."""
    return f"<code>{_escaped(text)}</code>" if code else _rendered(text)


def _rendered(text: str) -> str:
    out, at = [], 0
    for found in _MARKUP.finditer(text):
        out.append(_escaped(text[at : found.start()]))
        out.append(_tagged(found.groupdict()))
        at = found.end()
    return "".join(out) + _escaped(text[at:])


def _tagged(parts: Mapping[str, str | None]) -> str:
    for name, tag in (("block", "pre"), ("code", "code"), ("sign", "")):
        if (text := parts[name]) is not None:
            return f"<{tag}>{_escaped(text)}</{tag}>" if tag else _escaped(text)
    for name, tag in (("bold", "b"), ("italic", "i")):
        if (text := parts[name]) is not None:
            return f"<{tag}>{_rendered(text)}</{tag}>"
    return "<br>"


def _escaped(text: str) -> str:
    return html.escape(text.replace("\x1f", " "), quote=False)
