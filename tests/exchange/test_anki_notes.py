"""Decks that we write: what Anki shows of them, and what comes back."""

import io
import json
import sqlite3
import zipfile
from dataclasses import replace

import pytest
from painted import picture

from bot.exchange.anki_notes import CHANGED
from bot.exchange.drafts import Draft, Drawing, Offered
from bot.exchange.formats import read, write

CHOICE = Draft(
    "What does `a < b` \\*mean\\*?",
    choices=(Offered("**less**", 100.0, "It is *smaller*."), Offered("more & more")),
    code="a < b",
    section="Signs::1",
    name="less",
    tags=("easy", "two words"),
    explanation="A sign.",
    picture=Drawing("a sign.png", "A sign", picture()),
)
ORDER = Draft(
    "In order?", form="order", choices=(Offered("two"), Offered("one"), Offered("x")), section="Signs::1", name="o"
)


def opened(data: bytes, folder) -> tuple[sqlite3.Connection, zipfile.ZipFile]:
    package = zipfile.ZipFile(io.BytesIO(data))
    path = folder / "collection"
    path.write_bytes(package.read("collection.anki2"))
    return sqlite3.connect(path), package


def test_a_card_shows_the_question_and_then_what_is_right_and_why(tmp_path):
    db, package = opened(write([CHOICE, ORDER], "anki")[0], tmp_path)
    [(front, back, *_), (order, right, *_)] = [
        row[0].split("\x1f") for row in db.execute("SELECT flds FROM notes ORDER BY id")
    ]
    [name] = json.loads(package.read("media")).values()
    assert front == (
        "<p>What does <code>a &lt; b</code> *mean*?</p><pre>a &lt; b</pre>"
        f'<img src="{name}" alt="A sign"><ol type="A"><li><b>less</b></li><li>more &amp; more</li></ol>'
    )
    assert back == "<p><b>A. <b>less</b></b><br>It is <i>smaller</i>.</p><p>A sign.</p>"
    assert "<li>one</li><li>two</li><li>x</li>" in order and "<li>two</li><li>one</li><li>x</li>" in right
    assert package.read("0") == picture()
    decks = json.loads(db.execute("SELECT decks FROM col").fetchone()[0])
    assert {one["name"] for one in decks.values()} == {"Default", "Signs: :1"}
    assert db.execute("SELECT count(*), min(due), max(due) FROM cards").fetchone() == (2, 1, 2)
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


def test_a_second_export_has_the_notes_of_the_first(tmp_path):
    guids = []
    for folder, stem in ((tmp_path / "1", "One?"), (tmp_path / "2", "Two?")):
        folder.mkdir()
        db, _ = opened(write([replace(CHOICE, stem=stem)], "anki")[0], folder)
        guids.append(db.execute("SELECT guid, mid FROM notes").fetchall())
        db.close()
    assert guids[0] == guids[1]


@pytest.mark.parametrize(
    ("field", "text", "stem", "losses"),
    [(0, "", CHOICE.stem, (CHANGED,)), (4, "Else?", "Else?", (CHANGED,))],
)
def test_what_somebody_changed_in_anki_is_taken_from_its_fields_or_told(tmp_path, field, text, stem, losses):
    data, lost = write([CHOICE], "anki")
    assert lost == []
    db, package = opened(data, tmp_path)
    fields = db.execute("SELECT flds FROM notes").fetchone()[0].split("\x1f")
    fields[field] = text or f"{fields[field]}!"
    db.execute("UPDATE notes SET flds = ?", ("\x1f".join(fields),))
    db.commit()
    db.close()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("collection.anki2", (tmp_path / "collection").read_bytes())
        for name in ("media", "0"):
            made.writestr(name, package.read(name))
    [draft] = read(out.getvalue()).drafts
    assert (draft.stem, draft.losses) == (stem, losses)
    assert draft.picture == CHOICE.picture
