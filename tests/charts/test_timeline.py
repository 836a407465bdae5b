"""Timelines: a picture for any lanes, and the same in words."""

import struct
from dataclasses import replace

import pytest

from bot.charts.timeline import HoldSpan, Moment, Span, State, Timeline, TimelineLane, TracedRun, alt_text, draw

PNG = b"\x89PNG\r\n\x1a\n"
RACE = Timeline(
    "Two cooks and one pot",
    "The pot was salted twice.",
    [
        TracedRun(
            "without a word",
            [
                TimelineLane("Ada", [Span(0, 4, State.RUNNING), Span(4, 9.5, State.GIL), Span(9.5, 12, State.RUNNING)]),
                TimelineLane("Grace", [Span(4, 9.5, State.RUNNING)]),
            ],
            [Moment(4.04, "here both taste no salt"), Moment(9.5, "Ada salts it")],
        ),
        TracedRun(
            "one holds the spoon",
            [
                TimelineLane(
                    "Ada",
                    [Span(0, 3, State.RUNNING), Span(3, 5, State.LOCK, "waits for it")],
                    [HoldSpan(0, 3, "spoon")],
                )
            ],
        ),
    ],
    "Python 3.13 · 2 cores",
)
EVERY_STATE = [Span(n, n + 1, state, "a label that is far too long for its span") for n, state in enumerate(State)]
TIMELINES = [
    RACE,
    replace(RACE, mark="Rejected: the kitchen was busy"),
    replace(RACE, parts=[]),
    replace(RACE, parts=[TracedRun("nothing happened", [TimelineLane("Ada", [])])]),
    replace(
        RACE,
        parts=[TracedRun("an instant", [TimelineLane("Ada", [Span(0, 1e-6, State.RUNNING)])], [Moment(0, "now")] * 3)],
    ),
    replace(RACE, parts=[TracedRun("everything", [TimelineLane(f"lane {n}", EVERY_STATE) for n in range(9)])]),
    replace(RACE, title="$x^2$ and <b> \\frac " * 9, says="word " * 90, footer="word " * 90),
]


@pytest.mark.parametrize("timeline", TIMELINES)
def test_a_timeline_becomes_a_picture_600_pixels_wide(timeline):
    picture = draw(timeline)
    assert picture.startswith(PNG)
    width, height = struct.unpack(">II", picture[16:24])
    assert width == 600
    assert 150 < height < 1_200
    assert len(picture) < 500_000
    assert len(alt_text(timeline)) <= 1024


def test_the_words_tell_what_it_shows_the_moments_and_what_each_lane_did():
    words = alt_text(RACE)
    assert words.startswith("Timeline, Two cooks and one pot. The pot was salted twice. without a word: ")
    assert "at 4 ms here both taste no salt; at 9.50 ms Ada salts it;" in words
    assert "Ada running 6.50 ms, waiting for the GIL 5.50 ms; Grace running 5.50 ms." in words
    assert words.endswith("Python 3.13 · 2 cores")


def test_what_is_rejected_says_so_in_the_picture_and_in_words():
    rejected = replace(RACE, mark="Rejected: the kitchen was busy")
    assert "Rejected: the kitchen was busy." in alt_text(rejected)
    assert draw(rejected) != draw(RACE)


def test_each_state_looks_different_without_its_colour():
    from bot.charts.timeline import _LOOKS

    shapes = [(look.hatch, look.height, look.face == look.edge) for look in _LOOKS.values()]
    assert set(_LOOKS) == set(State)
    assert len(set(shapes)) == len(shapes)


def test_the_legend_names_the_states_that_are_in_the_picture_and_no_other():
    assert RACE.states == [State.RUNNING, State.LOCK, State.GIL]
