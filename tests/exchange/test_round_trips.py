"""A course that goes out in a format and comes back is the same, but for what the format was said not to keep."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from painted import BLUE, GOLD, picture

from bot.exchange import zips
from bot.exchange.drafts import NAME_ALONE, ONE_OF_SEVERAL, WHOLE, Draft, Drawing, Offered
from bot.exchange.formats import OF_DRAFTS, read, write
from bot.exchange.importing import compared
from bot.exchange.packs import drafts_of, files_of, head_of, unshowable, yaml_of
from bot.packs.loading import read_pack

LETTERS = "ab Z09 é漢字がאب'\"#=~{}:%-+*_`\\|<>&@.,;!?/()[]$^→🫖"
WORD = (
    st.text(LETTERS, min_size=1, max_size=24).map(lambda text: " ".join(text.split())).filter(lambda text: text.strip())
)
CODE = st.sampled_from(["print(1)", "def f():\n    return 1\n\nf()", "SELECT 'a';", "x = {'a': 1}  # =~"])
PICTURES = {
    "bee.png": picture(),
    "A bee (2).jpg": picture("JPEG", colour=GOLD),
    "蜂.webp": picture("WEBP", colour=BLUE, size=(9, 9)),
}
DRAWN = st.builds(lambda name, alt: Drawing(name, alt, PICTURES[name]), st.sampled_from(sorted(PICTURES)), WORD)
NAME = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,5})?", fullmatch=True)


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    """A question as it could stand in any course."""
    form = draw(st.sampled_from(["choice", "several", "typed", "number", "order"]))
    texts = draw(st.lists(WORD, min_size=3, max_size=6, unique_by=lambda text: text.casefold().replace(" ", "")))
    draft = Draft(
        "What about this: " + draw(WORD) + draw(st.sampled_from(["?", "\nAnd more.", ""])),
        explanation=draw(st.one_of(st.just(""), WORD)),
        section=draw(st.sampled_from(["Sums", "漢字 and more", "A/B: c"])),
        name=draw(NAME),
        code=draw(st.one_of(st.just(""), CODE)),
        licence=draw(st.sampled_from(["", "CC BY 4.0"])),
        source=draw(st.sampled_from(["", "A book, page 2", "https://example.org/a?b=c"])),
    )
    if draw(st.booleans()):
        draft = replace(draft, picture=draw(DRAWN), explanation_picture=draw(st.one_of(st.none(), DRAWN)))
    if draft.code:
        draft = replace(draft, code_language=draw(st.sampled_from([None, "sql"])))
    if form == "typed":
        accepted = tuple(text for text in texts if not set(text) & set(";|"))
        return replace(draft, form="typed", accepted=accepted or ("x",), marks=draw(st.booleans()))
    if form == "number":
        return replace(
            draft, form="typed", number=draw(st.integers(-99, 99)) / 4, tolerance=draw(st.sampled_from([0.0, 0.5]))
        )
    right = draw(st.sets(st.integers(0, len(texts) - 1), min_size=1, max_size=1 if form == "choice" else None))
    whys = [draw(st.one_of(st.just(""), WORD)) for _ in texts]
    shares = [WHOLE if n in right and form != "order" else 0.0 for n in range(len(texts))]
    choices = tuple(map(Offered, texts, shares, whys))
    if form == "order":
        return replace(draft, form="order", choices=tuple(one._replace(why="") for one in choices))
    return replace(draft, form=form, choices=choices)


banks = st.lists(drafts(), min_size=1, max_size=5, unique_by=lambda one: one.name)


def plain(draft: Draft, losses: set[str]) -> Draft:
    """The question as a format brings it back that said what it does not keep."""
    kept = {"its licence": "licence", "its source": "source", "its tags": "tags"}
    lost: dict[str, object] = {field: "" for what, field in kept.items() if what in losses}
    if "that marks count" in losses:
        lost["marks"] = False
    for field in ("picture", "explanation_picture"):
        if NAME_ALONE in losses and (drawn := getattr(draft, field)):
            lost[field] = drawn._replace(data=None)
    if "its picture" in losses:
        lost["picture"] = None
    if losses & {"its picture", "the picture of its explanation"}:
        lost["explanation_picture"] = None
    return replace(draft, place="", form="choice" if ONE_OF_SEVERAL in losses else draft.form, **lost)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.parametrize("name", OF_DRAFTS)
@given(bank=banks)
def test_what_goes_out_comes_back(name: str, bank: list[Draft]) -> None:
    written, lost = write(bank, name)
    data = written if isinstance(written, bytes) else written.encode()
    losses: dict[str, set[str]] = {}
    for place, why in lost:
        losses.setdefault(place, set()).add(why)
    gone = {"an order", "an answer that is typed"}
    left = [one for one in bank if not losses.get(one.name, set()) & gone]
    if not left:
        return
    found = read(data, name)
    assert found.left_out == []
    names = name != "markdown"  # there a question has none
    expected = [plain(replace(one, name=one.name if names else ""), losses.get(one.name, set())) for one in left]
    assert [replace(one, place="") for one in found.drafts] == expected


def test_a_reason_of_nothing_but_signs_for_code_hides_no_question_in_markdown() -> None:
    choices = (Offered("a", 100.0, "```"), Offered("b", 0.0, "`"))
    bank = [Draft(f"What about {one}?", form="choice", choices=choices, section="Sums", name=one) for one in "xy"]
    written, _ = write(bank, "markdown")
    assert [one.choices for one in read(written.encode(), "markdown").drafts] == [choices, choices]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(bank=banks)
def test_a_course_is_written_as_it_is_read(tmp_path_factory, bank: list[Draft]) -> None:
    folder = tmp_path_factory.mktemp("pack")
    bank = [one for one in bank if not unshowable(one)]
    assume(bank)
    (folder / "questions").mkdir()
    (folder / "pictures").mkdir()
    for name, data in PICTURES.items():
        (folder / "pictures" / name).write_bytes(data)
    (folder / "pack.yaml").write_text(head_of("A course: 漢字"), "utf-8")
    for number, file in enumerate(files_of(bank)):
        (folder / "questions" / f"{number}.yaml").write_text(file.text, "utf-8")
    loaded = read_pack(folder)
    assert [str(one) for one in loaded.errors] == []
    assert loaded.pack is not None
    again = list(drafts_of(loaded.pack))
    assert compared(again, again, {}, "Sums").new == ()
    assert [yaml_of(one) for one in again] == [yaml_of(one) for one in drafts_of(read_pack(folder).pack)]
    result = compared(bank, again, {}, "Sums")
    assert (result.new, result.left_out) == ((), ())
    assert all(one.now.stem != one.before.stem or one.now != one.before for one in result.changed)
    assert all(one.now.picture == one.before.picture for one in result.changed)
    files = zips.unpacked(zips.packed(folder, loaded.pack))
    assert files.left_out == []
    shown = {one.name for one in loaded.pack.pictures.values()}
    kept = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert files.files == {
        name: data for name, data in kept.items() if name.rpartition("/")[2] in shown or ".yaml" in name
    }
    assert list(zips.read(files)) == again
