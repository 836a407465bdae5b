"""The pictures of the lesson's pages: each drawn from what the repository holds, used by a page, and told in words."""

import json
from itertools import pairwise

import pytest
from pictures import DRAWN, DRAWN_FROM, FOLDER, TRACED, mark_of, mark_of_file, sources, stored

from bot.charts.timeline import State
from bot.packs.loading import load_packs
from bot.packs.opening import opened
from bot.packs.pictures import KNOWN, all_opened
from bot.settings import CHECKOUT


@pytest.fixture(scope="module")
def pages():
    [pack] = load_packs(CHECKOUT / "content" / "python-concurrency")
    return {page.picture: page for section in pack.sections for page in section.pages if page.picture}


@pytest.mark.parametrize("name", [*TRACED, *DRAWN])
def test_a_picture_was_drawn_from_what_is_there_now(name: str):
    kept = json.loads(DRAWN_FROM.read_text("utf-8"))[name]
    assert kept["from"] == mark_of(sources()[name]), "python tests/content/pictures.py draws it again"
    assert kept["file"] == mark_of_file(name)


def test_those_that_a_start_takes_for_sound_are_ours_and_are_sound():
    known = json.loads(KNOWN.read_text("utf-8"))
    assert known == {mark_of_file(name): "png" for name in [*TRACED, *DRAWN]}
    for picture in FOLDER.glob("*.png"):
        assert opened(picture.read_bytes()) == (picture.read_bytes(), "png")


def test_our_own_pictures_start_no_process_and_those_of_others_are_opened(monkeypatch):
    def refuses(*_of: object, **_more: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr("bot.packs.pictures.each_apart", refuses)
    ours = (FOLDER / "memory.png").read_bytes()
    assert all_opened([ours]) == [(ours, "png")]
    with pytest.raises(AssertionError, match="a process was started"):
        all_opened([ours, ours + b"x"])


def test_every_picture_is_shown_by_a_page(pages):
    assert len(pages) == len(list(FOLDER.glob("*.png"))) == len(TRACED) + len(DRAWN)


def test_each_is_told_in_words_of_its_own(pages):
    told = [page.alt for page in pages.values()]
    assert len(set(told)) == len(told)
    assert all(len(one) > 100 for one in told)


def test_the_traced_ones_are_of_real_runs_that_nothing_disturbed():
    traced = stored()
    assert set(traced) == set(TRACED)
    assert not [name for name, one in traced.items() if one.mark]
    assert all("Python 3." in one.footer for one in traced.values())


def test_what_the_words_say_of_traced_runs_is_in_them():
    traced = stored()
    assert "both read" in traced["lost-update"].parts[0].moments[0].says
    assert State.GIL in traced["gil-turns"].states
    assert State.FREE in traced["gil-turns"].states
    serial, threads, tasks = traced["waits-overlap"].parts
    assert max(threads.length_ms, tasks.length_ms) < 0.5 * serial.length_ms
    running = sorted(
        (span.begin_ms, span.end_ms)
        for lane in traced["loop-turns"].parts[0].lanes
        for span in lane.spans
        if span.state is State.RUNNING
    )
    overlaps = [here for here, following in pairwise(running) if here[1] > following[0] + 0.1]
    assert overlaps == []
