"""Pictures of a course: which are taken, what their author is told of the others, and what becomes known of them."""

import io
from random import Random

import pytest
from painted import BLUE, GOLD, padded, picture
from PIL import Image, PngImagePlugin
from small_pack import LEAVES, QUESTIONS, write_pack

from bot.packs.library import Library
from bot.packs.loading import Loaded, load_packs, read_pack
from bot.packs.models import Pack
from bot.packs.opening import opened
from bot.packs.pictures import all_opened

Q, L, G = "questions/water.yaml", "lessons/leaves.yaml", "glossary.yaml"
ALT = "alt: Steam over a cup."
MIB = 1_048_576
TERMS = (
    "terms:\n  - id: cup\n    name: Cup\n    meaning: What tea is drunk from.\n    picture: cup.png\n    alt: A cup.\n"
)


def asking(*lines: str) -> str:
    """The questions of the small pack, with these lines in the first one."""
    return QUESTIONS.replace("    options:", "".join(f"    {line}\n" for line in lines) + "    options:")


def with_picture(folder, name: str, data: bytes | None, alt: str = ALT) -> Loaded:
    files = {} if data is None else {f"pictures/{name}": data}
    return read_pack(write_pack(folder, **{Q: asking(f"picture: {name}", alt), **files}))


def sound(loaded: Loaded) -> Pack:
    assert [str(one) for one in loaded.faults] == []
    assert loaded.pack is not None
    return loaded.pack


@pytest.mark.parametrize(("kind", "name"), [("PNG", "cup.png"), ("JPEG", "cup.jpeg"), ("WEBP", "A cup (2).webp")])
def test_a_question_has_a_picture_and_its_author_s_name_for_it_goes_no_further(tmp_path, kind, name):
    data = picture(kind)
    pack = sound(with_picture(tmp_path, name, data))
    [question] = pack.questions
    assert question.alt == "Steam over a cup."
    assert pack.pictures[question.picture] == (name, data)
    assert "cup" not in question.model_dump_json().replace(question.alt, "")
    assert Library([pack]).picture(question.picture) == data


def test_pages_terms_and_explanations_have_pictures_too(tmp_path):
    page = LEAVES.replace("    code: |", "    picture: bush.png\n    alt: A bush.\n    code: |")
    explained = asking("explanation_picture: cup.png", "explanation_alt: A cup that steams.")
    pictures = {"pictures/bush.png": picture(), "pictures/cup.png": picture(colour=GOLD)}
    pack = sound(read_pack(write_pack(tmp_path, **{L: page, Q: explained, G: TERMS, **pictures})))
    names = [pack.pictures[one].name for one in (pack.sections[0].pages[0].picture, pack.terms[0].picture)]
    assert names == ["bush.png", "cup.png"]
    assert pack.pictures[pack.questions[0].explanation_picture].name == "cup.png"


TALL = (4_096, 1)
BROKEN = {
    "4,097 pixels wide": ("cup.png", picture(size=(4_097, 1)), "at most 4,096 pixels a side, not 4,097 × 1"),
    "4,097 pixels high": ("cup.webp", picture("WEBP", size=(1, 4_097)), "at most 4,096 pixels a side, not 1 × 4,097"),
    "a byte over a MiB": ("cup.png", padded(picture(), MIB + 1), "a picture of at most 1 MiB; save it smaller"),
    "cut off": ("cup.png", picture(size=(300, 300))[:200], "this file is broken or cut off"),
    "a JPEG cut off": ("cup.jpg", picture("JPEG", size=(300, 300))[:900], "this file is broken or cut off"),
    "an SVG": (
        "cup.svg",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "PNG, JPEG or WebP, not SVG; export the drawing",
    ),
    "an SVG called PNG": ("cup.png", b"<?xml version='1.0'?><svg/>", "PNG, JPEG or WebP, not SVG; export the drawing"),
    "a text called PNG": ("cup.png", b"Steam over a cup.", "PNG, JPEG or WebP; this is none, whatever it is called"),
    "nothing": ("cup.png", b"", "PNG, JPEG or WebP; this is none, whatever it is called"),
    "a GIF": ("cup.gif", picture("GIF"), "a name that ends in .png, .jpg, .jpeg or .webp"),
    "a GIF called PNG": ("cup.png", picture("GIF"), "PNG, JPEG or WebP; this is none, whatever it is called"),
    "animated": (
        "cup.webp",
        picture("WEBP", save_all=True, append_images=[Image.new("RGB", (64, 48), GOLD)]),
        "a picture that stands still; this one is animated",
    ),
    "an animated PNG": (
        "cup.png",
        picture(save_all=True, append_images=[Image.new("RGB", (64, 48), GOLD)]),
        "a picture that stands still; this one is animated",
    ),
    "not there": ("cup.png", None, "a file of pictures/; there is none of this name"),
    "an address": ("https://example.org/cup.png", None, "not an address; save the picture there"),
    "an address in data": ("data:image/png;base64,AAAA", None, "not an address; save the picture there"),
    "a place of Windows": ("'C:\\cup.png'", None, "not an address; save the picture there"),
    "a folder up": ("../cup.png", None, "the name of a file right in pictures/, without folders"),
    "a folder": ("hot/cup.png", picture(), "the name of a file right in pictures/, without folders"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_picture_that_can_t_be_shown_is_a_fault_with_its_place_and_a_way_on(tmp_path, what):
    name, data, expected = BROKEN[what]
    [fault] = with_picture(tmp_path, name, data).errors
    assert (fault.file, fault.line, fault.column, fault.field) == (
        "tea/questions/water.yaml",
        11,
        14,
        "questions.0.picture",
    )
    assert expected in fault.expected


def test_the_largest_picture_that_may_be_is_taken(tmp_path):
    sound(with_picture(tmp_path / "wide", "cup.png", picture(size=(4_096, 1))))
    sound(with_picture(tmp_path / "long", "cup.png", padded(picture(), MIB)))


def test_a_name_that_is_nearly_right_is_suggested(tmp_path):
    root = write_pack(tmp_path, **{Q: asking("picture: kup.png", ALT), "pictures/cup.png": picture()})
    [fault] = read_pack(root).errors
    assert fault.expected.endswith("Did you mean cup.png?")


WORDS = [
    (("picture: cup.png",), "questions.0.alt", "what the picture shows, in a line, for those who can't see it"),
    (("picture: cup.png", "alt: ''"), "questions.0.alt", "what the picture shows, in a line"),
    (("picture: cup.png", "alt: 5"), "questions.0.alt", "text, not 5"),
    (("picture: cup.png", f"alt: {'x' * 301}"), "questions.0.alt", "at most 300 characters, not 301"),
    ((ALT,), "questions.0.alt", "`picture` beside it, a file of pictures/"),
    (("picture: 5", ALT), "questions.0.picture", "text, not 5"),
    (("picture: [cup.png]", ALT), "questions.0.picture", "text, not ['cup.png']"),
    (("explanation_picture: cup.png",), "questions.0.explanation_alt", "`explanation_alt`: what the picture shows"),
    (("explanation_alt: A cup.",), "questions.0.explanation_alt", "`explanation_picture` beside it"),
]


@pytest.mark.parametrize(("lines", "field", "expected"), WORDS)
def test_a_picture_needs_words_and_words_need_a_picture(tmp_path, lines, field, expected):
    loaded = read_pack(write_pack(tmp_path, **{Q: asking(*lines), "pictures/cup.png": picture()}))
    [fault] = loaded.errors
    assert (fault.field, expected in fault.expected) == (field, True)


def test_a_fault_of_a_page_s_or_a_term_s_picture_has_its_place(tmp_path):
    page = LEAVES.replace("    code: |", "    picture: bush.png\n    alt: A bush.\n    code: |")
    faults = read_pack(write_pack(tmp_path, **{L: page, G: TERMS})).errors
    places = [(one.file, one.line, one.field) for one in faults]
    assert places == [("tea/glossary.yaml", 5, "terms.0.picture"), ("tea/lessons/leaves.yaml", 8, "pages.0.picture")]


def test_a_picture_that_nothing_shows_is_named_and_stops_nothing(tmp_path):
    loaded = read_pack(write_pack(tmp_path, **{"pictures/old.png": b"whatever", "pictures/Thumbs/x.png": b""}))
    assert [str(one) for one in loaded.faults] == [
        "tea/pictures/Thumbs:1:1: warning: files right in pictures/; this folder is not read",
        "tea/pictures/old.png:1:1: warning: a question, a page or a term that shows it; none does",
    ]
    assert loaded.pack is not None


def test_more_pictures_than_a_course_may_have_are_too_many(tmp_path, monkeypatch):
    monkeypatch.setattr("bot.packs.loading.MOST_OF_A_COURSE_BYTES", 100)
    [fault] = with_picture(tmp_path, "cup.png", picture(size=(500, 500))).errors
    assert (fault.file, "MiB of pictures in a course" in fault.expected) == ("tea/pack.yaml", True)


# What becomes known of it


def told_by(data: bytes) -> str:
    """All that a picture says beside its pixels, and its first bytes' text."""
    opened = Image.open(io.BytesIO(data))
    opened.load()
    return f"{dict(opened.getexif())} {opened.info} {data!r}"


def test_a_picture_goes_out_without_where_and_by_whom_it_was_taken(tmp_path):
    exif = Image.Exif()
    exif[0x010F] = "Ada's camera"
    exif.get_ifd(0x8825)[2] = (48.0, 12.0, 30.0)
    comment = PngImagePlugin.PngInfo()
    comment.add_text("Comment", "The answer is Ada")
    for number, (name, data) in enumerate(
        {
            "cup.jpg": picture("JPEG", exif=exif, comment=b"The answer is Ada"),
            "cup.webp": picture("WEBP", exif=exif, xmp=b"<x>Ada</x>"),
            "cup.png": picture(pnginfo=comment, exif=exif),
        }.items()
    ):
        assert "Ada" in told_by(data)
        pack = sound(with_picture(tmp_path / str(number), name, data))
        [shown] = pack.pictures.values()
        assert "Ada" not in told_by(shown.data)
        assert "34853" not in told_by(shown.data)
        assert Image.open(io.BytesIO(shown.data)).convert("RGB").getpixel((9, 9)) == pytest.approx(BLUE, abs=4)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_what_stands_behind_a_picture_does_not_go_out_with_it(tmp_path, kind):
    pack = sound(with_picture(tmp_path, f"cup.{kind.lower()}", picture(kind) + b"the part that was cut off"))
    [shown] = pack.pictures.values()
    assert b"cut off" not in shown.data


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_picture_with_metadata_keeps_its_kind_of_pixels_and_stays_small(tmp_path, mode):
    out = io.BytesIO()
    about = PngImagePlugin.PngInfo()
    about.add_text("Author", "Ada")
    Image.new(mode, (900, 700)).save(out, "PNG", pnginfo=about)
    pack = sound(with_picture(tmp_path, "cup.png", out.getvalue()))
    [shown] = pack.pictures.values()
    assert (Image.open(io.BytesIO(shown.data)).mode, b"Ada" in shown.data) == (mode, False)
    assert len(shown.data) <= len(out.getvalue())


def test_a_picture_that_is_too_large_without_its_metadata_is_a_fault(tmp_path, monkeypatch):
    noise = Image.effect_noise((1_500, 1_400), 200)
    exif = Image.Exif()
    exif[0x010F] = "Ada's camera"
    out = io.BytesIO()
    noise.convert("RGB").save(out, "WEBP", quality=1, exif=exif)
    monkeypatch.setattr("bot.packs.opening.LARGEST_SHOWN_BYTES", 10_000)
    assert opened(out.getvalue()) == (
        "a smaller picture: without what it says beside its pixels this one is too large to be shown"
    )


def test_a_name_whose_accents_a_system_takes_apart_is_the_same(tmp_path):
    apart, whole = "cafe\u0301.png", "caf\u00e9.png"
    root = write_pack(tmp_path, **{Q: asking(f"picture: {whole}", ALT), f"pictures/{apart}": picture()})
    assert len(sound(read_pack(root)).pictures) == 1


def test_a_picture_that_lies_on_its_side_is_put_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    pack = sound(with_picture(tmp_path, "cup.jpg", picture("JPEG", size=(64, 48), exif=exif)))
    [shown] = pack.pictures.values()
    assert Image.open(io.BytesIO(shown.data)).size == (48, 64)


def test_what_was_transparent_stays_so(tmp_path):
    seen = io.BytesIO()
    about = PngImagePlugin.PngInfo()
    about.add_text("Software", "a program")
    Image.new("P", (8, 8), 0).save(seen, "PNG", transparency=0, pnginfo=about)
    pack = sound(with_picture(tmp_path, "cup.png", seen.getvalue()))
    [shown] = pack.pictures.values()
    assert Image.open(io.BytesIO(shown.data)).convert("RGBA").getpixel((1, 1))[3] == 0


# Versions


def hashed(folder, *lines: str, **files: bytes) -> str:
    return sound(read_pack(write_pack(folder, **{Q: asking(*lines), **files}))).questions[0].content_hash


def test_another_picture_is_a_new_version_and_other_words_for_it_are_none(tmp_path):
    cup, bush = {"pictures/cup.png": picture()}, {"pictures/cup.png": picture(colour=GOLD)}
    without = hashed(tmp_path / "without")
    before = hashed(tmp_path / "before", "picture: cup.png", ALT, **cup)
    assert before != without
    assert hashed(tmp_path / "other", "picture: cup.png", ALT, **bush) != before
    assert hashed(tmp_path / "words", "picture: cup.png", "alt: A cup.", **cup) == before
    assert hashed(tmp_path / "name", "picture: tea.png", ALT, **{"pictures/tea.png": picture()}) == before
    explained = hashed(tmp_path / "why", "explanation_picture: cup.png", "explanation_alt: A cup.", **cup)
    assert explained == without


def test_plain_questions_that_differ_by_their_pictures_alone_are_two(tmp_path):
    question = "  - stem: Which bee is this?\n    section: Bees\n    accepted: [a drone]\n    alt: A bee.\n"
    asked = f"questions:\n{question}    picture: one.png\n{question}    picture: two.png\n"
    root = tmp_path / "bees"
    (root / "pictures").mkdir(parents=True)
    (root / "questions").mkdir()
    (root / "pack.yaml").write_text("standard: plain\ntitle: Bees\n", "utf-8")
    (root / "questions" / "all.yaml").write_text(asked, "utf-8")
    for name, colour in (("one.png", BLUE), ("two.png", GOLD)):
        (root / "pictures" / name).write_bytes(picture(colour=colour))
    pack = sound(read_pack(root))
    assert len({one.id for one in pack.questions}) == len({one.content_hash for one in pack.questions}) == 2


def test_a_reload_leaves_its_picture_to_a_game_that_is_on(tmp_path):
    before = load_packs(with_picture(tmp_path / "1", "cup.png", picture()).folder.parent)
    after = load_packs(with_picture(tmp_path / "2", "cup.png", picture(colour=GOLD)).folder.parent)
    library = Library(before)
    key = before[0].questions[0].picture
    library.replace(after)
    assert library.picture(key) == picture()
    assert library.picture(after[0].questions[0].picture) == picture(colour=GOLD)
    library.replace(after)
    assert library.picture(key) is None


# Whatever bytes


def spoilt(seed: int) -> bytes:
    """A picture some of whose bytes were changed, taken out or doubled."""
    chance = Random(seed)
    kind = chance.choice(["PNG", "JPEG", "WEBP"])
    colours = Image.effect_noise((chance.randint(1, 60), chance.randint(1, 60)), 90).convert("RGB")
    out = io.BytesIO()
    colours.save(out, kind)
    data = bytearray(out.getvalue())
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data))
        what = chance.random()
        if what < 0.6:
            data[at] = chance.randrange(256)
        elif what < 0.8:
            del data[at : at + chance.randint(1, 20)]
            data = data or bytearray(b"x")
        else:
            data[at:at] = data[chance.randrange(len(data)) :][: chance.randint(1, 40)]
    return bytes(data)


def test_a_spoilt_picture_is_shown_or_told_and_ends_no_process():
    pictures = [spoilt(seed) for seed in range(400)]
    found = all_opened(pictures)
    assert sum(isinstance(one, str) for one in found) > 100
    for one in found:
        if isinstance(one, str):
            assert one.startswith("a ") and "within" not in one
        else:
            Image.open(io.BytesIO(one[0])).load()
