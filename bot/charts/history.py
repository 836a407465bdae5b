"""A learner's days: how many answers, right and wrong, stacked. No name stands in it."""

import io
from collections.abc import Sequence
from typing import NamedTuple


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
    """The chart as a PNG, 900 pixels wide; wrong answers are hatched, so that no colour is needed to tell them."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    ink, faint, paper = "#e8eaf0", "#9aa0b4", "#23262f"
    figure = Figure(figsize=(9, 3.6), dpi=100, facecolor=paper)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.07, 0.16, 0.91, 0.66))
    axes.set_facecolor(paper)
    places = range(len(history.days))
    right, wrong = [day.right for day in history.days], [day.wrong for day in history.days]
    axes.bar(places, right, width=0.72, color="#6ea8fe", label="right")
    axes.bar(places, wrong, width=0.72, bottom=right, color="#3a3f4d", edgecolor=faint, hatch="////", label="wrong")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    axes.set_ylim(0, max(4, max((a + b for a, b in zip(right, wrong, strict=True)), default=0) * 1.1))
    axes.set_xlim(-0.6, len(history.days) - 0.4)
    shown = [place for place in places if (len(history.days) - 1 - place) % 7 == 0]
    axes.set_xticks(shown, [history.days[place].label for place in shown])
    axes.tick_params(colors=faint, labelsize=12, length=0)
    axes.grid(axis="y", color="#3a3f4d", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)
    figure.text(0.025, 0.89, f"The last {len(history.days)} days", color=ink, fontsize=18, weight="bold")
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.01), ncols=2, frameon=False, labelcolor=ink, fontsize=12)
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()
