"""One look for all bar charts: horizontal bars, value at the end, whiskers for the spread of the rounds."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from bot.charts.colours import ACCENT, FAINT, GRID, INK, MUTED, PAPER, WARNING


@dataclass(frozen=True)
class BarValue:
    """One bar: label, length, the span of its rounds, and the value in words."""

    label: str
    value: float
    low: float
    high: float
    shown: str


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


def alt_text(chart: BarChart) -> str:
    """The chart in words, numbers included, for those who don't see it (1,024 characters at most)."""
    parts = [f"{bar.label}: {bar.shown} (rounds {bar.low:.2f} to {bar.high:.2f})" for bar in chart.bars]
    mark = f" {chart.mark}." if chart.mark else ""
    return f"Bar chart, {chart.title}; {chart.axis}.{mark} {'; '.join(parts)}. {chart.footer}"[:1024]


def warm_up() -> None:
    """Import the plotting library, the slow part of the first chart."""
    import matplotlib.figure  # noqa: F401 — the import is the point


def draw(chart: BarChart) -> bytes:
    """The chart as a PNG, 900 pixels wide, readable in Discord's dark and light themes alike."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import FancyBboxPatch

    accent = MUTED if chart.mark else ACCENT
    figure = Figure(figsize=(9, 1.9 + 0.72 * len(chart.bars)), dpi=100, facecolor=PAPER)
    FigureCanvasAgg(figure)
    top = 1 - 0.95 / figure.get_figheight()
    left = min(0.36, max(0.12, (10.4 * max((len(bar.label) for bar in chart.bars), default=0) + 34) / 900))
    across = 0.965 - left
    axes = figure.add_axes((left, 0.85 / figure.get_figheight(), across, top - 0.85 / figure.get_figheight()))
    axes.set_facecolor(PAPER)
    # Each value must fit behind its bar: about 12.5 pixels a character.
    ends = [max(bar.high, bar.value) / (1 - (12.5 * len(bar.shown) + 16) / (900 * across)) for bar in chart.bars]
    span = max(ends, default=0) or 1.0
    for row, bar in enumerate(chart.bars):
        y = len(chart.bars) - 1 - row
        radius = min(span * 0.008, bar.value / 2)
        axes.add_patch(
            FancyBboxPatch(
                (0, y - 0.3),
                max(bar.value, span * 0.004),
                0.6,
                boxstyle=f"round,pad=0,rounding_size={radius}",
                mutation_aspect=len(chart.bars) / span,
                color=accent,
                linewidth=0,
            )
        )
        if bar.high > bar.low:
            axes.plot([bar.low, bar.high], [y, y], color=INK, linewidth=1.6, solid_capstyle="butt")
            for end in (bar.low, bar.high):
                axes.plot([end, end], [y - 0.1, y + 0.1], color=INK, linewidth=1.6)
        axes.text(
            max(bar.high, bar.value) + span * 0.015, y, bar.shown, va="center", color=INK, fontsize=15, weight="bold"
        )
    axes.set_xlim(0, span)
    axes.set_ylim(-0.6, len(chart.bars) - 0.4)
    axes.set_yticks(range(len(chart.bars)), [bar.label for bar in reversed(chart.bars)], color=INK, fontsize=14)
    axes.tick_params(axis="x", colors=FAINT, labelsize=11)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_xlabel(chart.axis, color=FAINT, fontsize=12)
    figure.text(0.025, 1 - 0.48 / figure.get_figheight(), chart.title, color=INK, fontsize=18, weight="bold")
    figure.text(0.025, 1 - 0.78 / figure.get_figheight(), chart.mark, color=WARNING, fontsize=12.5, weight="bold")
    figure.text(0.025, 0.14 / figure.get_figheight(), chart.footer, color=FAINT, fontsize=10.5)
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()
