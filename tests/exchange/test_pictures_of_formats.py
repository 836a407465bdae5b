"""Pictures on their way: out of other programs' files into a course, and a whole course as a zip."""

import base64
import io
import json
import sqlite3
import stat
import zipfile
from pathlib import Path

import pytest
import zstandard
from in_english import refused
from painted import BEES, GOLD, padded, picture, write_bees

from bot.cli import main
from bot.errors import StudyhallError
from bot.exchange import anki, markdown, moodle_xml, packages, zips
from bot.exchange.drafts import NAME_ALONE, Draft, Drawing
from bot.exchange.drawings import NOT_DESCRIBED
from bot.packs.loading import read_pack
from bot.packs.models import Pack

PNG = picture()
MIB = 1_048_576


def run(*arguments: object) -> int:
    return main([str(one) for one in arguments])


def course(folder: Path) -> Pack:
    loaded = read_pack(folder)
    assert [str(one) for one in loaded.faults] == []
    assert loaded.pack is not None
    return loaded.pack


def shown(pack: Pack) -> dict[str, tuple[str, bytes]]:
    """By its stem, the words and the bytes of each question's picture."""
    return {one.stem: (one.alt, pack.pictures[one.picture].data) for one in pack.questions if one.picture}


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)


# Moodle XML

FILE = f'<file name="a bee.png" path="/" encoding="base64">{base64.b64encode(PNG).decode()}</file>'


def moodle(stem: str, feedback: str = "", option: str = "a drone") -> list[Draft]:
    return list(
        moodle_xml.read(
            f'<quiz><question type="multichoice"><questiontext format="html">{stem}</questiontext>'
            f'<generalfeedback format="html">{feedback}</generalfeedback><single>true</single>'
            f'<answer fraction="100" format="html">{option}</answer>'
            '<answer fraction="0"><text>a worker</text></answer></question></quiz>'
        )
    )


def html(text: str) -> str:
    return f"<text><![CDATA[{text}]]></text>"


def test_moodle_brings_the_picture_of_a_question_and_of_its_feedback():
    image = '<img src="@@PLUGINFILE@@/a%20bee.png" alt="A bee [sic].">'
    [draft] = moodle(html(f"<p>Which bee?</p>{image}") + FILE, html(f"{image} The eyes meet.") + FILE)
    assert draft.stem == "Which bee?"
    assert draft.picture == draft.explanation_picture == Drawing("a bee.png", "A bee [sic].", PNG)
    assert (draft.explanation, draft.losses) == ("The eyes meet.", ())


@pytest.mark.parametrize(
    ("stem", "option", "losses"),
    [
        (html('Which? <img src="https://example.org/a.png">') + FILE, "", ("a picture that is not in the file",)),
        (html('Which? <img src="@@PLUGINFILE@@/other.png">') + FILE, "", ("a picture that is not in the file",)),
        (html('Which? <img src="@@PLUGINFILE@@/a%20bee.png">' * 2) + FILE, "", ("a further picture",)),
        (html("Which?"), html('<img src="@@PLUGINFILE@@/a%20bee.png" alt="It">') + FILE, ("a picture",)),
        (
            html('Which? <img src="@@PLUGINFILE@@/x.png">') + '<file name="x.png" encoding="base64">A</file>',
            "",
            ("a picture that is not in the file",),
        ),
    ],
)
def test_pictures_of_moodle_that_can_t_be_kept_are_losses(stem, option, losses):
    [draft] = moodle(stem, option=option or "<text>a drone</text>")
    assert draft.losses == losses


def test_a_file_of_moodle_becomes_a_course_with_pictures_and_comes_again_as_the_same(capsys):
    image = '<img src="@@PLUGINFILE@@/a%20bee.png" alt="A bee.">'
    text = (
        f'<quiz><question type="shortanswer"><questiontext format="html">{html("Which bee? " + image)}{FILE}'
        '</questiontext><answer fraction="100"><text>a drone</text></answer></question></quiz>'
    )
    Path("bees.xml").write_text(text, "utf-8")
    assert run("import", "bees.xml", "--into", "packs/bees") == 0
    assert shown(course(Path("packs/bees"))) == {"Which bee?": ("A bee.", PNG)}
    capsys.readouterr()
    assert run("import", "bees.xml", "--into", "packs/bees") == 0
    assert "1 there already." in capsys.readouterr().out
    Path("bees.xml").write_text(
        text.replace(base64.b64encode(PNG).decode(), base64.b64encode(picture(colour=GOLD)).decode())
    )
    assert run("import", "bees.xml", "--into", "packs/bees", "--update") == 0
    assert "1 updated" in capsys.readouterr().out


# Anki


def deck(folder: Path, kind: str, notes: list[tuple[str, str]], files: dict[str, bytes]) -> bytes:
    """A package as this version of Anki makes it."""
    path = folder / "made.db"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, mid INTEGER, flds TEXT, tags TEXT)")
    db.execute("CREATE TABLE col (models TEXT, decks TEXT)")
    db.executemany("INSERT INTO notes VALUES (?, 7, ?, '')", [(n, "\x1f".join(one)) for n, one in enumerate(notes)])
    db.commit()
    db.close()
    newest = kind.endswith("b")
    pack = zstandard.compress if newest else bytes
    if newest:
        entries = [b"\x0a" + bytes([len(name.encode())]) + name.encode() + b"\x10\x05" for name in files]
        names = b"".join(b"\x0a" + bytes([len(one)]) + one for one in entries)
    else:
        names = json.dumps({str(n): name for n, name in enumerate(files)}).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(kind, pack(path.read_bytes()))
        made.writestr("media", pack(names))
        for number, data in enumerate(files.values()):
            made.writestr(str(number), pack(data))
    return out.getvalue()


@pytest.mark.parametrize("kind", anki.COLLECTIONS)
def test_pictures_of_a_deck_come_with_its_notes(tmp_path, kind):
    notes = [
        ("Which bee? <img src='a bee.png'>", "a drone"),
        ("{{c1::Wax}} is this: <img src=a%20bee.png>", ""),
        ("Whose eyes?", "a drone's <img src='蜂.jpg' alt='Eyes.'>"),
        ("And <img src=gone.png> this?", "a worker"),
    ]
    jpeg = picture("JPEG")
    drafts = list(anki.read(deck(tmp_path, kind, notes, {"a bee.png": PNG, "蜂.jpg": jpeg})))
    assert [one.picture for one in drafts] == [Drawing("a bee.png", "", PNG), Drawing("a bee.png", "", PNG), None, None]
    assert drafts[2].explanation_picture == Drawing("蜂.jpg", "Eyes.", jpeg)
    assert [one.losses for one in drafts] == [(), (), (), ("a picture",)]


@pytest.mark.parametrize(
    "media", [b"", b"\xff" * 40, b"[1, 2]", b'{"0": ["a.png"]}', b"\x0a\xff\xff\xff\xff", b"\x0a\x02\x0a"]
)
@pytest.mark.parametrize("kind", anki.COLLECTIONS)
def test_a_list_of_files_that_lies_costs_only_the_pictures(tmp_path, kind, media):
    made = deck(tmp_path, kind, [("Which? <img src=a.png>", "a drone")], {"a.png": PNG})
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as opened, zipfile.ZipFile(out, "w") as changed:
        changed.writestr(kind, opened.read(kind))
        changed.writestr("media", zstandard.compress(media) if kind.endswith("b") else media)
    [draft] = anki.read(out.getvalue())
    assert (draft.accepted, draft.losses) == (("a drone",), ("a picture",))


def test_a_picture_of_a_deck_that_is_a_bomb_is_not_unpacked(tmp_path):
    files = {"a.png": bytes(packages.MOST_PICTURE_BYTES + 1)}
    [draft] = anki.read(deck(tmp_path, "collection.anki21b", [("Which? <img src=a.png>", "a drone")], files))
    assert (draft.picture, draft.losses) == (None, ("a picture",))


# Tables and Markdown: the names of files that stand beside them

ROWS = "question,answer,picture,alt\nWhich bee?,a drone,{name},{alt}\n"


def table(name: str, alt: str = "A bee.") -> None:
    Path("in").mkdir(exist_ok=True)
    Path("in/bees.csv").write_text(ROWS.format(name=name, alt=alt), "utf-8")


@pytest.mark.parametrize("place", ["in/a bee.png", "in/pictures/a bee.png", "packs/bees/pictures/a bee.png"])
def test_a_table_names_a_file_that_stands_beside_it_or_in_the_course(place):
    table("a bee.png")
    if place.startswith("packs"):
        Path("in/bees.csv").write_text("question,answer\nWhat?,x\n", "utf-8")
        run("import", "in/bees.csv", "--into", "packs/bees")
        table("a bee.png")
    Path(place).parent.mkdir(exist_ok=True)
    Path(place).write_bytes(PNG)
    assert run("import", "in/bees.csv", "--into", "packs/bees") == 0
    assert shown(read_pack(Path("packs/bees")).pack)["Which bee?"] == ("A bee.", PNG)


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("gone.png", None, "row 2: without its picture gone.png: there is no such file beside this one."),
        ("../secret.png", PNG, "row 2: without its picture ../secret.png: there is no such file beside this one."),
        ("/etc/passwd", None, "row 2: without its picture /etc/passwd: there is no such file beside this one."),
        ("a.png", padded(PNG, MIB + 1), "row 2: without its picture a.png: it has more than 1 MiB."),
        ("a.png", b"no picture", "row 2: without its picture a.png: it should be a picture in PNG, JPEG or WebP"),
        ("a.svg", b"<svg/>", "it should be a picture in PNG, JPEG or WebP, not SVG; export the drawing as PNG."),
    ],
    # pytest puts an id into the environment, in which there is no room for a picture
    ids=["gone", "above", "elsewhere", "too large", "no picture", "a drawing"],
)
def test_a_picture_that_a_table_can_t_bring_is_told_and_the_question_is_taken(name, data, told, capsys):
    table(name)
    if data is not None:
        (Path("in") / name).write_bytes(data)
    assert run("import", "in/bees.csv", "--into", "packs/bees") == 0
    assert told in capsys.readouterr().out
    assert (len(course(Path("packs/bees")).questions), shown(course(Path("packs/bees")))) == (1, {})


def test_a_link_out_of_the_folder_is_not_followed(capsys):
    table("a.png")
    Path("secret.png").write_bytes(PNG)
    Path("in/a.png").symlink_to(Path("secret.png").resolve())
    run("import", "in/bees.csv", "--into", "packs/bees")
    assert "without its picture a.png" in capsys.readouterr().out


def test_a_picture_without_words_gets_some_and_that_is_told(capsys):
    table("a.png", alt="")
    Path("in/a.png").write_bytes(PNG)
    run("import", "in/bees.csv", "--into", "packs/bees")
    assert "row 2: without words for its picture; write its alt." in capsys.readouterr().out
    assert shown(course(Path("packs/bees"))) == {"Which bee?": (NOT_DESCRIBED, PNG)}


def test_markdown_has_pictures_by_name():
    text = "## Bees\n\n### Which bee?\n![A bee \\[sic\\]](a%20bee.png)\n\n- [x] a drone\n- [ ] a worker\n"
    [draft] = markdown.read(text)
    assert (draft.stem, draft.picture) == ("Which bee?", Drawing("a bee.png", "A bee [sic]"))
    written, lost = markdown.write([draft])
    assert written == text.replace("[sic\\]]", "[sic\\]]")
    assert [one.why for one in lost] == [NAME_ALONE]
    [elsewhere] = markdown.read(text.replace("a%20bee.png", "https://example.org/a.png"))
    assert (elsewhere.picture, elsewhere.losses) == (None, ("a picture of another place",))


# A whole course


def test_a_course_goes_out_as_a_zip_and_comes_back_whole(tmp_path, capsys):
    folder = write_bees(tmp_path / "packs") / "bees"
    (folder / "pictures" / "unused.png").write_bytes(PNG)
    assert run("export", folder, "--to", "zip", "bees.zip") == 0
    assert "bees.zip: 2 questions as zip." in capsys.readouterr().out
    assert run("import", "bees.zip", "--into", "again/bees") == 0
    assert "bees.zip (zip): a course with 2 questions." in capsys.readouterr().out
    assert course(Path("again/bees")) == read_pack(folder).pack
    assert {path.name for path in Path("again/bees/pictures").iterdir()} == {"drone.jpg", "frame.png", "heads.webp"}
    assert run("import", "bees.zip", "--into", "again/bees") == 0
    assert "2 there already." in capsys.readouterr().out


def zipped(files: dict[str, bytes | str], **more: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out.getvalue()


def test_a_folder_in_the_zip_is_the_course():
    inside = zipped({f"bees/{name}": content for name, content in BEES.items()})
    assert {one.name for one in zips.read(zips.unpacked(inside))} == {"eyes", "cells"}


HOSTILE = [
    ("../evil.yaml", "a name that no file of a course has"),
    ("pictures/../../evil.png", "a name that no file of a course has"),
    ("/etc/evil.yaml", "no file of a course"),
    ("pictures/..\\..\\evil.png", "a name that no file of a course has"),
    ("C:/evil.yaml", "a name that no file of a course has"),
    ("questions/con.yaml", "a name that no file of a course has"),
    ("pictures/.hidden.png", "a name that no file of a course has"),
    ("pictures/deep/er.png", "no file of a course"),
    ("run.sh", "no file of a course"),
    ("questions/inner.zip", "no file of a course"),
    ("QUESTIONS/bees.yaml", "no file of a course"),
    ("questions/Bees.yaml", "a second file of this name"),
]


@pytest.mark.parametrize(("name", "why"), HOSTILE)
def test_what_is_no_file_of_a_course_is_left_out_and_named(tmp_path, name, why, capsys):
    Path("bees.zip").write_bytes(zipped({**BEES, name: b"evil"}))
    assert run("import", "bees.zip", "--into", "packs/bees") == 3
    told = capsys.readouterr().out
    assert f"left out, {why}" in told
    assert course(Path("packs/bees"))
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.read_bytes() == b"evil"] == []


def test_a_link_in_a_zip_is_left_out():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in BEES.items():
            made.writestr(name, content)
        link = zipfile.ZipInfo("pictures/link.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
    found = zips.unpacked(out.getvalue())
    assert "pictures/link.png" not in found.files
    assert [(one.place, one.why) for one in found.left_out] == [("pictures/link.png", "a link, which is not followed")]


def test_a_zip_bomb_is_told_before_it_is_unpacked(monkeypatch):
    bomb = zipped({**BEES, **{f"pictures/{n}.png": bytes(MIB) for n in range(4)}})
    monkeypatch.setattr(zips, "MOST_UNPACKED_BYTES", 3 * MIB)
    with refused(StudyhallError, "unpacks to more than 3 MiB"):
        zips.unpacked(bomb)
    monkeypatch.setattr(zips, "MOST_FILES", 3)
    with refused(StudyhallError, "more than 3 files"):
        zips.unpacked(bomb)


def test_one_file_that_is_too_large_is_left_out():
    found = zips.unpacked(zipped({**BEES, "pictures/large.png": bytes(MIB + 1)}))
    assert [(one.place, one.why) for one in found.left_out] == [("pictures/large.png", "a file of more than 1 MiB")]


def test_a_zip_that_lies_about_its_sizes_is_no_course():
    honest = zipped({**BEES, "pictures/large.png": bytes(50_000)})
    lying = honest.replace((50_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != honest
    with refused(StudyhallError, "The zip can't be unpacked"):
        zips.unpacked(lying)


def test_a_course_with_faults_is_told_and_nothing_is_written(capsys):
    Path("bees.zip").write_bytes(zipped({**BEES, "pictures/frame.png": b"no picture"}))
    assert run("import", "bees.zip", "--into", "packs/bees") == 1
    told = capsys.readouterr().err
    assert "course/lessons/hive.yaml:6:14: pages.0.picture: a picture in PNG, JPEG or WebP" in told
    assert not Path("packs").exists()


def test_any_other_zip_is_told_to_be_no_course(capsys):
    Path("a.zip").write_bytes(zipped({"readme.txt": "hello"}))
    assert run("import", "a.zip", "--format", "zip") == 1
    assert "it has no pack.yaml" in capsys.readouterr().err
