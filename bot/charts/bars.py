"""One look for all bar charts: a bar below its label, its value at its end, and how far the rounds lie apart in words.

It is drawn to be read on a phone, where 600 pixels become about 270: there are no axis, no small print that matters, and no
whiskers, whose ends would draw the eye away from the number.
"""

import io
import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.charts.colours import ACCENT, DIM, FAINT, INK, MUTED, PAPER, WARNING

WIDTH, HEAD, LINE, ROW, FOOT = 6.0, 0.98, 0.34, 0.98, 0.7
"""Inches, at 100 pixels each: the picture, what stands above the bars, what another line there adds, each bar with its label,
what stands below."""
TITLE_CHARACTERS, FOOT_CHARACTERS, AXIS_CHARACTERS = 34, 66, 50
FACTOR_FROM = 100
"""From so many times the shortest bar on, the longest one says how many times it is: its length no longer tells."""


@dataclass(frozen=True)
class BarValue:
    """One bar: label, length, the span of its rounds, the value in words, and whether it is what the chart is about."""

    label: str
    value: float
    low: float
    high: float
    shown: str
    stands_out: bool = False


@dataclass(frozen=True)
class BarChart:
    """A chart in plain numbers.

    ``of_rounds`` says which of the rounds' values a bar is (their median, the worst); ``mark`` what is stamped on a chart
    whose numbers claim nothing, so that the picture says so wherever it goes.
    """

    title: str
    axis: str
    bars: Sequence[BarValue]
    footer: str
    of_rounds: str = "median"
    mark: str = ""


def number(value: float) -> str:
    """A measured number, the same way everywhere: three significant digits (two below 1), thousands apart."""
    if float(value).is_integer() or abs(value) >= 100:
        return f"{value:,.0f}"
    digits = 2 if abs(value) >= 1 else 1
    told = f"{value:.{digits - math.floor(math.log10(abs(value)))}f}"
    return told.removesuffix(".0")


def spread(bar: BarValue) -> str:
    """How far the rounds of a bar lie apart, in words; nothing where they agree."""
    low, high = number(bar.low), number(bar.high)
    return f"lowest {low}, highest {high}" if low != high else ""


def factor(bars: Sequence[BarValue]) -> str:
    """How many times the shortest bar the longest one is, where the picture can't show it."""
    lengths = [bar.value for bar in bars if bar.value > 0]
    times = max(lengths) / min(lengths) if lengths else 1.0
    if times < FACTOR_FROM:
        return ""
    return f"×{round(times, 1 - math.floor(math.log10(times))):,.0f}"


def alt_text(chart: BarChart) -> str:
    """The chart in words, numbers included, for those who don't see it (1,024 characters at most)."""
    parts = [f"{bar.label}: {bar.shown}{f' ({apart})' if (apart := spread(bar)) else ''}" for bar in chart.bars]
    mark = f" {chart.mark}." if chart.mark else ""
    return f"Bar chart, {chart.title}; {chart.axis}.{mark} {'; '.join(parts)}. {chart.footer}"[:1024]


def warm_up() -> None:
    """Import the plotting library, the slow part of the first chart."""
    import matplotlib.figure  # noqa: F401 — the import is the point


def draw(chart: BarChart) -> bytes:
    """The chart as a PNG, 600 pixels wide, readable in Discord's dark and light themes alike."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import FancyBboxPatch

    title = "\n".join(textwrap.wrap(chart.title, TITLE_CHARACTERS)[:2])
    axis = "\n".join(textwrap.wrap(chart.mark or chart.axis, AXIS_CHARACTERS)[:2])
    head = HEAD + LINE * (title.count("\n") + axis.count("\n"))
    height = head + FOOT + ROW * len(chart.bars)
    figure = Figure(figsize=(WIDTH, height), dpi=100, facecolor=PAPER)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.04, FOOT / height, 0.92, max(0.01, ROW * len(chart.bars) / height)))
    axes.set_facecolor(PAPER)
    axes.set_axis_off()
    told = [f"{bar.shown} · {factor(chart.bars)}" if _is_longest(bar, chart) else bar.shown for bar in chart.bars]
    # Each value must fit behind its bar: about 16 pixels a character.
    ends = [
        bar.value / max(0.2, 1 - (16 * len(words) + 20) / (92 * WIDTH))
        for bar, words in zip(chart.bars, told, strict=True)
    ]
    span = max(ends, default=0.0) or 1.0
    for row, (bar, words) in enumerate(zip(chart.bars, told, strict=True)):
        y = len(chart.bars) - 1 - row
        colour = MUTED if chart.mark else ACCENT if bar.stands_out else DIM
        length = max(bar.value, span * 0.006)
        axes.add_patch(
            FancyBboxPatch(
                (0, y),
                length,
                0.42,
                boxstyle=f"round,pad=0,rounding_size={min(span * 0.008, length / 2)}",
                mutation_aspect=len(chart.bars) / span,
                color=colour,
                linewidth=0,
            )
        )
        pointed = bar.stands_out and not chart.mark
        label = f"▶ {bar.label}" if pointed else bar.label
        axes.text(
            0,
            y + 0.62,
            label,
            parse_math=False,
            va="center",
            color=INK,
            fontsize=17,
            weight="bold" if pointed else "normal",
        )
        apart = spread(bar)
        if 15 * len(label) + 9 * len(apart) > 92 * WIDTH:  # so many pixels they take at most
            apart = f"{number(bar.low)} to {number(bar.high)}"
        axes.text(span, y + 0.62, apart, va="center", ha="right", color=FAINT, fontsize=13.5)
        axes.text(
            length + span * 0.015, y + 0.2, words, parse_math=False, va="center", color=INK, fontsize=18, weight="bold"
        )
    axes.set_xlim(0, span)
    axes.set_ylim(-0.14, max(1, len(chart.bars)) - 0.14)
    foot = "\n".join(textwrap.wrap(chart.footer, FOOT_CHARACTERS)[:2])
    figure.text(0.04, 1 - 0.16 / height, title, va="top", color=INK, fontsize=20, weight="bold", parse_math=False)
    colour = WARNING if chart.mark else FAINT
    below = 0.56 + 0.36 * title.count("\n")
    figure.text(0.04, 1 - below / height, axis, va="top", color=colour, fontsize=14, parse_math=False)
    figure.text(0.04, 0.12 / height, foot, va="bottom", color=FAINT, fontsize=11.5, parse_math=False)
    return stamped_png(figure, bool(chart.mark))


def stamped_png(figure: Any, is_rejected: bool) -> bytes:
    """A finished figure as a PNG; what claims nothing is stamped."""
    if is_rejected:
        figure.text(
            0.5,
            0.45,
            "REJECTED",
            ha="center",
            va="center",
            color=WARNING,
            alpha=0.22,
            fontsize=62,
            rotation=18,
            weight="bold",
        )
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()


def _is_longest(bar: BarValue, chart: BarChart) -> bool:
    """Whether a bar is the one that says how many times the shortest it is."""
    return bool(factor(chart.bars)) and bar is max(chart.bars, key=lambda one: one.value)
