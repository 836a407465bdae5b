"""Charts: a picture of the right size, and the same in words."""

import struct

import pytest

from bot.charts.bars import BarChart, BarValue, alt_text, draw

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
def test_a_chart_becomes_a_picture_900_pixels_wide(one):
    picture = draw(one)
    assert picture.startswith(PNG)
    width, height = struct.unpack(">II", picture[16:24])
    assert width == 900
    assert height == pytest.approx(190 + 72 * len(one.bars), abs=1)
    assert len(picture) < 500_000


def test_the_same_numbers_give_the_same_picture():
    assert draw(THREE) == draw(THREE)
    assert draw(THREE) != draw(CHARTS[2])


def test_the_words_tell_every_label_and_number():
    words = alt_text(THREE)
    for part in ("Cups of tea, three ways", "cups (more is better)", "Python 3.13", "green", "black", "white"):
        assert part in words
    for number in ("2.00 cups", "1.50 to 2.75", "0.00 cups", "12345.68 cups", "12000.25 to 13000.50"):
        assert number in words
    assert len(words) <= 1024


def test_the_words_are_never_longer_than_discord_takes():
    assert len(alt_text(chart(*(BarValue("x" * 90, n, n, n, f"{n} s") for n in range(20))))) == 1024
