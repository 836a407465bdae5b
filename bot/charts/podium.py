"""The podium of a competition: places and numbers. Names stand in the message's text, where any script can be shown."""

import io
from collections.abc import Sequence
from typing import NamedTuple

from bot.charts.colours import FAINT, INK, METALS, PAPER
from bot.wording import counted

_COLUMNS = {0: ((), -0.6, 0.6), 1: ((0,), -1.4, 1.4), 2: ((1, 0), -0.6, 1.6), 3: ((1, 0, 2), -0.6, 2.6)}
"""Where the first three stand, and between which edges: no place is left empty where fewer stand there."""


class Step(NamedTuple):
    """One who stands on the podium: place, score, right answers."""

    place: int
    score: str
    right: int


class Podium(NamedTuple):
    """The first three (fewer if fewer played), best first, of so many rounds."""

    steps: Sequence[Step]
    rounds: int
    players: int


def alt_text(podium: Podium) -> str:
    """The podium in words."""
    parts = [f"place {step.place}: {step.score}, {step.right} of {podium.rounds} right" for step in podium.steps]
    return f"Podium of a competition with {counted(podium.players, 'player')}. {'; '.join(parts)}."


def draw(podium: Podium) -> bytes:
    """The podium as a PNG, 900 pixels wide: the first in the middle, the second to the left, the third to the right."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns, left, right = _COLUMNS[min(3, len(podium.steps))]
    figure = Figure(figsize=(9, 4), dpi=100, facecolor=PAPER)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.04, 0.02, 0.92, 0.96))
    axes.set_facecolor(PAPER)
    axes.set_axis_off()
    axes.set_xlim(left, right)
    axes.set_ylim(0, 4.1)
    for index, step in enumerate(podium.steps[:3]):
        x = columns[index]
        height = 3.0 - 0.65 * (step.place - 1)
        axes.bar([x], [height], width=0.86, color=METALS[min(step.place, 3) - 1], alpha=0.92)
        axes.text(x, height - 0.2, f"{step.place}", ha="center", va="top", color=PAPER, fontsize=44, weight="bold")
        axes.text(x, 0.28, f"{step.right} of {podium.rounds} right", ha="center", color=PAPER, fontsize=22)
        axes.text(x, height + 0.18, step.score, ha="center", color=INK, fontsize=30, weight="bold")
    axes.text(right - 0.02, 3.85, counted(podium.players, "player"), ha="right", va="top", color=FAINT, fontsize=20)
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()
