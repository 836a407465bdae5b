"""The traced runs, run for real: whatever the machine does meanwhile, each gives lanes, and says only what they show."""

import pickle
import threading
from itertools import pairwise

import pytest

from bot.charts.timeline import State, Timeline, alt_text, draw
from bot.demos.host import this_host
from bot.demos.model import Host
from bot.demos.registry import DEMOS
from bot.demos.timelines import lost_update
from bot.demos.timelines.registry import TIMELINES, trace
from bot.demos.timelines.tracing import Doing, Gap, Notes, Traced
from bot.workers import Limits, apart

STANDARD = Host("3.13.1", "standard build", gil=True, cores=2.0, start_method="spawn")


@pytest.fixture(scope="module", params=TIMELINES)
def timeline(request: pytest.FixtureRequest) -> Timeline:
    """One traced in a process of its own, as the bot does it: some of them fork."""
    return apart(trace, request.param, seconds=120, limits=Limits(), name="traced")


def test_every_timeline_belongs_to_a_demo():
    assert set(TIMELINES) <= set(DEMOS)


def test_a_traced_run_gives_lanes_that_can_be_drawn_sent_and_told(timeline: Timeline):
    assert timeline.parts
    assert all(part.lanes and part.length_ms for part in timeline.parts)
    assert pickle.loads(pickle.dumps(timeline)) == timeline
    assert draw(timeline).startswith(b"\x89PNG")
    assert 100 < len(alt_text(timeline)) <= 1024
    assert this_host().python in timeline.footer


def test_its_words_fit_the_picture(timeline: Timeline):
    assert len(timeline.title) <= 2 * 30
    assert timeline.says.endswith(".")
    assert len(timeline.says) <= 4 * 40
    for part in timeline.parts:
        assert len(part.title) <= 2 * 40
        assert all(len(lane.name) <= 10 for lane in part.lanes)
        assert all(len(one.says) <= 3 * 38 for one in part.moments)


def test_a_lane_does_one_thing_at_a_time_and_every_moment_lies_in_its_run(timeline: Timeline):
    for part in timeline.parts:
        for lane in part.lanes:
            assert all(here.end_ms <= following.begin_ms for here, following in pairwise(lane.spans))
        assert all(0 <= one.at_ms <= part.length_ms for one in part.moments)


def test_nothing_is_called_waiting_for_the_gil_where_there_is_none(timeline: Timeline):
    assert this_host().gil or State.GIL not in timeline.states


def noted(name: str, *gaps: Gap) -> Traced:
    return Traced(name, 1, len(name), [Doing(0, State.RUNNING), Doing(40_000_000, None)], list(gaps), [])


def test_a_lost_update_is_marked_with_the_number_that_both_read():
    gap = Gap(5_000_000, 10_000_000, 5_000_000, 0)
    climbs = [[lost_update.Climb(0, 0, 900)], [lost_update.Climb(5_010_000, 41, 80)]]
    shown = lost_update.drawn_up([noted("thread 1", gap), noted("thread two")], climbs, 449_000, STANDARD)
    assert shown.says == "1,000 of 450,000 updates were lost."
    [both, back] = shown.parts[0].moments
    assert both == (5.01, "here both read 41")
    assert back == (10, "thread 1 writes 42: what thread two has added by then is lost")


def test_without_a_lost_update_nothing_is_marked():
    climbs = [[lost_update.Climb(0, 0, 900)], [lost_update.Climb(5, 900, 950)]]
    shown = lost_update.drawn_up([noted("thread 1"), noted("thread 2")], climbs, lost_update.UPDATES * 2, STANDARD)
    assert shown.says == "No update was lost in this short run."
    assert shown.parts[0].moments == []


def test_notes_of_a_thread_are_closed_however_it_ends():
    notes = Notes("Ada")

    def fails() -> None:
        with notes, pytest.raises(ZeroDivisionError):
            raise ZeroDivisionError

    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()
    taken = notes.taken()
    assert [doing.state for doing in taken.doings] == [State.RUNNING, None]
    assert taken.thread == thread.ident


def test_a_thread_that_is_kept_from_its_next_lap_has_a_gap():
    let_go = threading.Event()
    notes = Notes("Ada")
    with notes:
        notes.lap()
        threading.Timer(0.02, let_go.set).start()
        let_go.wait()
        notes.lap()
    [gap] = [one for one in notes.taken().gaps if one.end_ns - one.begin_ns >= 15_000_000]
    assert gap.off_ns > 10_000_000
