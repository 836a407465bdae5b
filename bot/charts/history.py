"""A learner's days: how many answers, right and wrong, stacked. No name stands in it."""

import io
from collections.abc import Sequence
from typing import NamedTuple

from bot.charts.colours import ACCENT, FAINT, GRID, INK, PAPER


class Day(NamedTuple):
    """One day's answers; the label is a short date."""

    label: str
    right: int
    wrong: int


class History(NamedTuple):
    """A learner's last days, oldest first."""

    days: Sequence[Day]


def alt_text(history: History) -> str:
    """The chart in words: the totals, and the days on which something was answered."""
    right, wrong = sum(day.right for day in history.days), sum(day.wrong for day in history.days)
    active = [f"{day.label}: {day.right} right, {day.wrong} wrong" for day in history.days if day.right or day.wrong]
    head = f"Bar chart of the last {len(history.days)} days: {right + wrong} answers, {right} right."
    return f"{head} {'; '.join(active)}."[:1024]


def draw(history: History) -> bytes:
    """The chart as a PNG, 720 pixels wide, to be read on a phone; wrong answers are hatched, not only of another colour."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(7.2, 4.4), dpi=100, facecolor=PAPER)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.09, 0.14, 0.88, 0.64))
    axes.set_facecolor(PAPER)
    places = range(len(history.days))
    right, wrong = [day.right for day in history.days], [day.wrong for day in history.days]
    axes.bar(places, right, width=0.72, color=ACCENT, label="right")
    axes.bar(places, wrong, width=0.72, bottom=right, color=GRID, edgecolor=FAINT, hatch="////", label="wrong")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    axes.set_ylim(0, max(4, max((a + b for a, b in zip(right, wrong, strict=True)), default=0) * 1.1))
    axes.set_xlim(-0.6, len(history.days) - 0.4)
    shown = [place for place in places if (len(history.days) - 1 - place) % 7 == 0]
    axes.set_xticks(shown, [history.days[place].label for place in shown])
    axes.tick_params(colors=FAINT, labelsize=17, length=0)
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)
    figure.text(0.04, 0.9, f"The last {len(history.days)} days", color=INK, fontsize=20, weight="bold")
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.01), ncols=2, frameon=False, labelcolor=INK, fontsize=16)
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()
