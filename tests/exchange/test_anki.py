"""Decks of Anki, made here as each version of it makes them."""

import io
import json
import sqlite3
import zipfile

import pytest
import zstandard

from bot.exchange import anki
from bot.exchange.drafts import Draft, LeftOut
from bot.exchange.formats import read

NOTES = [
    (1, "水<br>", "water", ""),
    (2, "H<sub>2</sub>O [sound:a.mp3]", "wa&amp;ter", "chemistry easy"),
    (3, "The capital is {{c1::Paris::a city}}.", "", ""),
    (4, "{{c1::One}} and {{c2::two}}", "", ""),
    (5, "What?", "x" * 200, ""),
    (6, "Empty", "", ""),
    (7, "<img src=a.png>Who?", "Ada_L", ""),
]


def collection(folder, *, newest: bool) -> bytes:
    path = folder / "made.db"
    path.unlink(missing_ok=True)
    db = sqlite3.connect(path)
    db.create_collation("unicase", lambda one, other: (one > other) - (one < other))
    db.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, mid INTEGER, flds TEXT, tags TEXT)")
    db.execute("CREATE TABLE cards (id INTEGER PRIMARY KEY, nid INTEGER, did INTEGER)")
    for note_id, front, back, tags in NOTES:
        db.execute("INSERT INTO notes VALUES (?, 7, ?, ?)", (note_id, f"{front}\x1f{back}", tags))
        db.execute("INSERT INTO cards VALUES (?, ?, 9)", (note_id, note_id))
    if newest:
        db.execute("CREATE TABLE notetypes (id INTEGER PRIMARY KEY, name TEXT COLLATE unicase)")
        db.execute("CREATE TABLE fields (ntid INTEGER, ord INTEGER, name TEXT COLLATE unicase)")
        db.execute("INSERT INTO fields VALUES (7, 0, 'Front'), (7, 1, 'Back')")
        db.execute("CREATE TABLE decks (id INTEGER PRIMARY KEY, name TEXT COLLATE unicase)")
        db.execute("INSERT INTO decks VALUES (9, 'Japanese' || char(31) || 'Water')")
    else:
        db.execute("CREATE TABLE col (models TEXT, decks TEXT)")
        models = {"7": {"name": "Basic", "flds": [{"name": "Front"}, {"name": "Back"}]}}
        db.execute(
            "INSERT INTO col VALUES (?, ?)", (json.dumps(models), json.dumps({"9": {"name": "Japanese::Water"}}))
        )
    db.commit()
    db.close()
    return path.read_bytes()


def package(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name.replace("__", "."), data)
    return out.getvalue()


@pytest.fixture(params=["collection.anki2", "collection.anki21", "collection.anki21b"])
def deck(request, tmp_path) -> bytes:
    newest = request.param.endswith("b")
    data = collection(tmp_path, newest=newest)
    files = {request.param: zstandard.compress(data) if newest else data, "media": b"{}"}
    if newest:
        files["collection.anki2"] = b"please update"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out.getvalue()


def test_a_deck_becomes_questions_to_type(deck):
    found = read(deck)
    assert found.format == "anki"
    drafts = found.drafts
    assert [(one.stem, one.accepted) for one in drafts] == [
        ("水", ("water",)),
        ("H₂O", ("wa&ter",)),
        (r"The capital is \_\_\_ (a city).", ("Paris",)),
        ("Who?", ("Ada_L",)),
    ]
    assert {one.section for one in drafts} == {"Water"}
    assert drafts[1].tags == ("chemistry", "easy")
    assert [one.losses for one in drafts] == [(), ("a sound",), (), ("a picture",)]
    assert [one.why for one in found.left_out] == [
        "several gaps in one text",
        "a back of 200 characters, which is too long to type",
        "no text on its back",
    ]


def test_the_fields_can_be_chosen(deck):
    first = read(deck, front="Back", back="front").drafts[0]
    assert (first.stem, first.accepted) == ("water", ("水",))


def test_a_text_export():
    text = '#separator:tab\n#html:true\n#tags column:3\n#deck:Japanese::Water\n水\twater\teasy\n"a\n<b>b</b>"\tc\t\n'
    found = read(text.encode())
    assert found.format == "anki-text"
    assert [(one.stem, one.accepted, one.tags, one.section) for one in found.drafts] == [
        ("水", ("water",), ("easy",), "Water"),
        ("a **b**", ("c",), (), "Water"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"SQLite format 3\x00" + b"\xff" * 5_000,
        b"no database at all",
        b"",
    ],
)
def test_a_collection_that_lies_is_told_in_a_sentence(data):
    [left] = anki.read(package(collection__anki2=data))
    assert isinstance(left, LeftOut) and left.why.startswith("a deck whose notes can be read")


def test_a_zip_bomb_is_not_unpacked():
    bomb = zstandard.compress(bytes(anki.MOST_COLLECTION_BYTES + 10))
    [left] = anki.read(package(collection__anki21b=bomb))
    assert left.why == "a deck of more than 200 MiB"


def test_a_query_that_never_ends_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(anki, "MOST_LOOKS", 3)
    path = tmp_path / "a.db"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE col (models TEXT, decks TEXT)")
    counting = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id"
    endless = f"{counting}, 1 AS mid, '' AS flds, '' AS tags FROM n"
    db.execute(f"CREATE VIEW notes AS SELECT * FROM ({endless}) WHERE id < 0")
    db.commit()
    db.close()
    [left] = anki.read(package(collection__anki2=path.read_bytes()))
    assert "interrupted" in left.why


def test_every_note_is_a_draft_or_left_out(deck):
    assert all(isinstance(one, Draft | LeftOut) for one in anki.read(deck))
    assert len(list(anki.read(deck))) == len(NOTES)
