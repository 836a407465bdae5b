"""Charts: a picture of the right size, and the same in words."""

import struct
from dataclasses import replace

import pytest

from bot.charts.bars import BarChart, BarValue, alt_text, draw, factor, number, spread

PNG = b"\x89PNG\r\n\x1a\n"


def chart(*bars: BarValue) -> BarChart:
    return BarChart(
        "Cups of tea, three ways", "cups (more is better)", bars, "Python 3.13 · 2 cores · median of 3 rounds"
    )


THREE = chart(
    BarValue("green", 2.0, 1.5, 2.75, "2.00 cups"),
    BarValue("black", 0.0, 0.0, 0.0, "0.00 cups"),
    BarValue("white, the long-winded kind", 12345.678, 12000.25, 13000.5, "12345.68 cups"),
)
CHARTS = [
    THREE,
    chart(),
    chart(BarValue("nothing", 0.0, 0.0, 0.0, "0")),
    chart(BarValue("tiny", 1e-9, 1e-9, 1e-9, "0.00 s")),
    chart(BarValue("huge", 1e12, 1e11, 1e13, "a lot")),
    chart(*(BarValue(f"way {n}", n, n, n + 1, f"{n} s") for n in range(12))),
    chart(BarValue("$x^2$ & <b> \\frac", 1.0, 1.0, 1.0, "100 % $lost$")),
]


@pytest.mark.parametrize("one", CHARTS)
def test_a_chart_becomes_a_picture_600_pixels_wide(one):
    picture = draw(one)
    assert picture.startswith(PNG)
    width, height = struct.unpack(">II", picture[16:24])
    assert width == 600
    assert height == pytest.approx(168 + 98 * len(one.bars), abs=1)
    assert len(picture) < 500_000


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0, "0"),
        (1, "1"),
        (1234.5, "1,234"),
        (201.4, "201"),
        (41.98, "42"),
        (68.23, "68.2"),
        (2.014, "2.01"),
        (0.1034, "0.10"),
        (0.00112, "0.0011"),
        (-3.14159, "-3.14"),
    ],
)
def test_every_number_is_told_the_same_way(value, told):
    assert number(value) == told


def test_where_the_length_tells_no_more_the_longest_bar_says_how_many_times_it_is():
    assert (
        factor([BarValue("a", 201, 1, 1, ""), BarValue("b", 0.11, 1, 1, ""), BarValue("none", 0, 0, 0, "")]) == "×1,800"
    )
    assert factor([BarValue("a", 50, 1, 1, ""), BarValue("b", 1, 1, 1, "")]) == ""
    assert factor([]) == ""


def test_the_spread_is_told_in_words_where_there_is_one():
    assert spread(BarValue("a", 0.3, 0.1, 5.2, "0.30 s")) == "lowest 0.10, highest 5.20"
    assert spread(BarValue("a", 2.0, 2.0, 2.0, "2 s")) == ""


def test_what_the_chart_is_about_and_what_is_rejected_look_different():
    about = replace(THREE, bars=[replace(bar, stands_out=n == 0) for n, bar in enumerate(THREE.bars)])
    rejected = replace(THREE, mark="Rejected: the host was busy")
    assert len({draw(THREE), draw(about), draw(rejected)}) == 3


def test_the_same_numbers_give_the_same_picture():
    assert draw(THREE) == draw(THREE)
    assert draw(THREE) != draw(CHARTS[2])


def test_the_words_tell_every_label_and_number():
    words = alt_text(THREE)
    for part in ("Cups of tea, three ways", "cups (more is better)", "Python 3.13", "green", "black", "white"):
        assert part in words
    for told in (
        "2.00 cups",
        "lowest 1.50, highest 2.75",
        "0.00 cups",
        "12345.68 cups",
        "lowest 12,000, highest 13,000",
    ):
        assert told in words
    assert len(words) <= 1024


def test_the_words_are_never_longer_than_discord_takes():
    assert len(alt_text(chart(*(BarValue("x" * 90, n, n, n, f"{n} s") for n in range(20))))) == 1024
