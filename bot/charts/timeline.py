"""Timelines: a lane for each thread, task or process, what it did when, and the moments that matter.

Drawn like the bar charts, to be read on a phone: a state has a pattern and a height of its own, never only a colour, and what
happened at a marked moment stands in words below the lanes.
"""

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from bot.charts.bars import number, stamped_png
from bot.charts.colours import ACCENT, DIM, FAINT, GRID, INK, MUTED, PAPER, WARNING

WIDTH = 600
"""Pixels; every size below is in pixels too, but for those of letters."""
EDGE, LEFT, RIGHT = 22, 134, 578
"""Where words begin, and between which edges the time runs."""
LANE, BAR, HOLD = 46, 30, 24
"""A lane, the bar in it, and the strip below that says which lock is held."""
NARROWEST = 2.5
"""So wide is a run drawn at least: the shortest ones would not be seen."""
TOLD_FROM_MS = 0.05
"""What a lane does for less is not told in words."""
TITLE_CHARACTERS, SAYS_CHARACTERS, MARK_CHARACTERS, FOOT_CHARACTERS, PART_CHARACTERS = 34, 52, 49, 66, 44


_NUMBER = re.compile(r"(\d) (?=ms\b)")
"""A number stays on the line of its unit."""


class State(StrEnum):
    """What a lane does for a while, in the words of the legend."""

    RUNNING = "running"
    FREE = "running C code without the GIL"
    STARTING = "starting up"
    PASSING = "calls on their way: pickle, pipe"
    WAITING = "waiting for I/O or time"
    QUEUE = "waiting for a queue"
    LOCK = "waiting for a lock"
    GIL = "waiting for the GIL"
    NOT_RUNNING = "not running"


class Span(NamedTuple):
    """A state from one moment to another; ``label`` says more where there is room (for which lock)."""

    begin_ms: float
    end_ms: float
    state: State
    label: str = ""

    @property
    def length_ms(self) -> float:
        """How long it lasts."""
        return self.end_ms - self.begin_ms


class HoldSpan(NamedTuple):
    """A lock that is held from one moment to another."""

    begin_ms: float
    end_ms: float
    lock: str


class TimelineLane(NamedTuple):
    """One thread, task or process: its spans in order, none over another, and the locks that it holds."""

    name: str
    spans: Sequence[Span]
    holds: Sequence[HoldSpan] = ()


class Moment(NamedTuple):
    """A moment that matters, and what happened there."""

    at_ms: float
    says: str


class TracedRun(NamedTuple):
    """One run; its time begins at 0."""

    title: str
    lanes: Sequence[TimelineLane]
    moments: Sequence[Moment] = ()

    @property
    def length_ms(self) -> float:
        """When its last span ends."""
        return max((span.end_ms for lane in self.lanes for span in lane.spans), default=0.0)


@dataclass(frozen=True)
class Timeline:
    """Runs one below the other on one scale; ``says`` is what they show, in a sentence.

    ``mark`` is stamped on a picture that claims nothing, as on a chart.
    """

    title: str
    says: str
    parts: Sequence[TracedRun]
    footer: str
    mark: str = ""

    @property
    def length_ms(self) -> float:
        """The length of the longest run."""
        return max((part.length_ms for part in self.parts), default=0.0)

    @property
    def states(self) -> list[State]:
        """Every state in it, in the order of the legend."""
        found = {span.state for part in self.parts for lane in part.lanes for span in lane.spans}
        return [state for state in State if state in found]


def alt_text(timeline: Timeline) -> str:
    """The timeline in words, for those who don't see it (1,024 characters at most)."""
    mark = f" {timeline.mark}." if timeline.mark else ""
    parts = " ".join(f"{part.title}: {_part_in_words(part)}" for part in timeline.parts)
    return f"Timeline, {timeline.title}. {timeline.says}{mark} {parts} {timeline.footer}"[:1024]


def _part_in_words(part: TracedRun) -> str:
    moments = [f"at {number(round(one.at_ms, 1))} ms {one.says}" for one in part.moments]
    lanes = [f"{lane.name} {shares}" for lane in part.lanes if (shares := _shares(lane))]
    return "; ".join([*moments, *lanes]) + "."


def _shares(lane: TimelineLane) -> str:
    """How much of its time a lane spends in which state, the longest first."""
    spent = {state: sum(span.length_ms for span in lane.spans if span.state is state) for state in State}
    longest = sorted((one for one in spent.items() if one[1] >= TOLD_FROM_MS), key=lambda one: -one[1])
    return ", ".join(f"{state} {number(round(ms, 1))} ms" for state, ms in longest[:3])


class _Look(NamedTuple):
    """How a state is drawn: its colours, its pattern, and how much of the bar's height it takes."""

    face: str
    edge: str
    hatch: str
    height: float


_LOOKS = {
    State.RUNNING: _Look(ACCENT, ACCENT, "", 1.0),
    State.FREE: _Look(ACCENT, PAPER, "...", 1.0),
    State.STARTING: _Look(DIM, INK, "|||", 0.7),
    State.PASSING: _Look(PAPER, ACCENT, "---", 0.5),
    State.WAITING: _Look(PAPER, FAINT, "", 0.4),
    State.QUEUE: _Look(PAPER, FAINT, "ooo", 0.6),
    State.LOCK: _Look(PAPER, WARNING, "xxx", 0.7),
    State.GIL: _Look(PAPER, WARNING, "///", 0.7),
    State.NOT_RUNNING: _Look(PAPER, FAINT, "", 0.0),  # a dotted line
}


def _muted(look: _Look) -> _Look:
    """The same pattern in grey."""
    face = PAPER if look.face == PAPER else MUTED
    return look._replace(face=face, edge=MUTED if look.edge == look.face else PAPER if look.edge == PAPER else FAINT)


def draw(timeline: Timeline) -> bytes:
    """The timeline as a PNG, 600 pixels wide, readable in Discord's dark and light themes alike."""
    import matplotlib as mpl

    with mpl.rc_context({"hatch.linewidth": 1.6}):
        sheet = _Sheet(timeline)
        sheet.head()
        sheet.legend()
        for part in timeline.parts:
            sheet.part(part)
        sheet.scale()
        return sheet.png()


def _wrapped(text: str, characters: int, lines: int) -> list[str]:
    return textwrap.wrap(_NUMBER.sub("\\1\N{NO-BREAK SPACE}", text), characters)[:lines]


class _Sheet:
    """A sheet of paper that is filled from top to bottom; ``y`` is how far it is."""

    def __init__(self, timeline: Timeline) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self._timeline = timeline
        self._title = _wrapped(timeline.title, TITLE_CHARACTERS, 2)
        self._says = _wrapped(timeline.mark or timeline.says, SAYS_CHARACTERS, 4)
        self._foot = _wrapped(timeline.footer, FOOT_CHARACTERS, 2)
        self._legend = list(_rows(timeline.states))
        self._height = self._needed()
        self._figure = Figure(figsize=(WIDTH / 100, self._height / 100), dpi=100, facecolor=PAPER)
        FigureCanvasAgg(self._figure)
        self._axes: Any = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_axis_off()
        self._axes.set_xlim(0, WIDTH)
        self._axes.set_ylim(self._height, 0)
        self._y = 0.0

    def _needed(self) -> float:
        words = 18 + 32 * len(self._title) + 23 * len(self._says) + 14 + 27 * len(self._legend)
        parts = sum(self._part_height(part) for part in self._timeline.parts)
        return words + parts + 62 + 20 * len(self._foot)

    @staticmethod
    def _part_height(part: TracedRun) -> float:
        told = sum(len(_wrapped(one.says, MARK_CHARACTERS, 3)) for one in part.moments)
        title = 24 * len(_wrapped(part.title, PART_CHARACTERS, 2))
        lanes = sum(LANE + HOLD * len(_locks(lane)) for lane in part.lanes)
        return 22 + title + 28 * bool(part.moments) + lanes + 23 * told + 6 * bool(part.moments)

    def head(self) -> None:
        """The title, and what is to be seen."""
        self._y = 18
        for line in self._title:
            self._words(EDGE, self._y + 14, line, 20, weight="bold")
            self._y += 32
        for line in self._says:
            self._words(EDGE, self._y + 10, line, 14, colour=WARNING if self._timeline.mark else FAINT)
            self._y += 23
        self._y += 14

    def legend(self) -> None:
        """Each state with its pattern and its words."""
        for row in self._legend:
            for x, state in row:
                self._bar(x, x + 30, self._y + 11, 22, state)
                self._words(x + 38, self._y + 11, state.value, 12.5)
            self._y += 27

    def part(self, part: TracedRun) -> None:
        """A run: its title, its lanes, its marked moments, and what happened there."""
        self._y += 22
        for line in _wrapped(part.title, PART_CHARACTERS, 2):
            self._words(EDGE, self._y + 8, line, 15, weight="bold")
            self._y += 24
        top = self._y
        self._y += 28 * bool(part.moments)
        end = self._x(part.length_ms)
        for lane in part.lanes:
            self._lane(lane, end)
        self._moments(part.moments, top)

    def _lane(self, lane: TimelineLane, end: float) -> None:
        middle = self._y + LANE / 2
        self._words(EDGE, middle, lane.name, 13.5)
        self._axes.plot([LEFT, end], [middle, middle], color=GRID, linewidth=1, zorder=1)
        for span in lane.spans:
            if span.state is not State.RUNNING:
                self._span(span, middle)
        for span in lane.spans:  # what ran is drawn over the rest, as the shortest runs are drawn wider than they are
            if span.state is State.RUNNING:
                self._span(span, middle)
        self._y += LANE
        for lock in _locks(lane):
            for hold in lane.holds:
                if hold.lock == lock:
                    self._hold(hold)
            self._y += HOLD

    def _hold(self, hold: HoldSpan) -> None:
        left, right = self._x(hold.begin_ms), self._x(hold.end_ms)
        self._axes.plot([left, left, right, right], [self._y - 5, self._y, self._y, self._y - 5], color=INK)
        says = next((one for one in (f"holds {hold.lock}", hold.lock) if _long(one, 12.5) < right - left), "")
        self._words((left + right) / 2, self._y + 11, says, 12.5, ha="center")

    def _span(self, span: Span, middle: float) -> None:
        left, right = self._x(span.begin_ms), self._x(span.end_ms)
        if right - left < 1 and span.state not in (State.RUNNING, State.FREE):
            return  # what is too short to be seen is no wait
        self._bar(left, right, middle, BAR, span.state)
        if span.label and _long(span.label, 12.5) < right - left:
            self._axes.text(
                (left + right) / 2,
                middle,
                span.label,
                ha="center",
                va="center",
                color=INK,
                fontsize=12.5,
                weight="bold",
                parse_math=False,
                zorder=6,
                bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.5},
            )

    def _bar(self, left: float, right: float, middle: float, height: float, state: State) -> None:
        from matplotlib.patches import Rectangle

        look = _LOOKS[state]
        if not look.height:
            self._axes.plot([left, right], [middle, middle], color=look.edge, linestyle=(0, (1, 2.2)), linewidth=2.4)
            return
        if self._timeline.mark:
            look = _muted(look)
        tall = height * look.height
        self._axes.add_patch(
            Rectangle(
                (left, middle - tall / 2),
                max(right - left, NARROWEST),
                tall,
                facecolor=look.face,
                edgecolor=look.edge,
                hatch=look.hatch,
                linewidth=0 if look.height == 1.0 else 1.4,
                zorder=4 if look.height == 1.0 else 3,
            )
        )

    def _moments(self, moments: Sequence[Moment], top: float) -> None:
        bottom, last = self._y, 0.0
        for count, one in enumerate(moments, 1):
            x = self._x(one.at_ms)
            badge = max(x, last + 26, LEFT + 10)
            self._axes.plot([badge, x, x], [top + 14, top + 26, bottom], color=INK, linewidth=1.3, linestyle="--")
            self._badge(badge, top + 13, count)
            last = badge
        for count, one in enumerate(moments, 1):
            self._badge(EDGE + 10, self._y + 16, count)
            for line in _wrapped(one.says, MARK_CHARACTERS, 3):
                self._words(EDGE + 28, self._y + 16, line, 14)
                self._y += 23
        self._y += 6 * bool(moments)

    def _badge(self, x: float, y: float, count: int) -> None:
        from matplotlib.patches import Circle

        self._axes.add_patch(Circle((x, y), 10.5, facecolor=INK, edgecolor="none", zorder=7))
        self._words(x, y, str(count), 12.5, ha="center", colour=PAPER, weight="bold")

    def scale(self) -> None:
        """The time below the lanes, in milliseconds."""
        y = self._y + 12
        self._axes.plot([LEFT, RIGHT], [y, y], color=FAINT, linewidth=1)
        step = _step(self._timeline.length_ms)
        ticks = [step * count for count in range(int(self._timeline.length_ms / step) + 1)] if step else [0.0]
        for tick in ticks:
            x = self._x(tick)
            self._axes.plot([x, x], [y, y + 5], color=FAINT, linewidth=1)
            self._words(x, y + 18, number(tick), 12.5, ha="center", colour=FAINT)
        self._words(EDGE, y + 18, "ms", 12.5, colour=FAINT)
        self._y = y + 40
        for line in self._foot:
            self._words(EDGE, self._y + 6, line, 11.5, colour=FAINT)
            self._y += 20

    def png(self) -> bytes:
        """The sheet; what claims nothing is stamped."""
        return stamped_png(self._figure, bool(self._timeline.mark))

    def _x(self, at_ms: float) -> float:
        return LEFT + (RIGHT - LEFT) * at_ms / (self._timeline.length_ms or 1.0)

    def _words(
        self, x: float, y: float, text: str, size: float, *, ha: str = "left", colour: str = INK, weight: str = "normal"
    ) -> None:
        self._axes.text(
            x,
            y,
            text,
            ha=ha,
            va="center",
            color=colour,
            fontsize=size,
            weight=weight,
            parse_math=False,
            zorder=8,
        )


def _locks(lane: TimelineLane) -> list[str]:
    """The locks that a lane holds at some time, the first one first."""
    return list(dict.fromkeys(hold.lock for hold in sorted(lane.holds)))


def _long(text: str, size: float) -> float:
    """About how many pixels a text takes."""
    return 0.84 * size * len(text) + 6


def _rows(states: Sequence[State]) -> Iterator[list[tuple[float, State]]]:
    """The legend's rows: as many states in one as it holds, each with where it begins."""
    row: list[tuple[float, State]] = []
    x = float(EDGE)
    for state in states:
        wide = 38 + _long(state.value, 12.5) + 16
        if row and x + wide > WIDTH - EDGE + 16:
            yield row
            row, x = [], float(EDGE)
        row.append((x, state))
        x += wide
    if row:
        yield row


def _step(length_ms: float) -> float:
    """Between two ticks: a round number, so that there are three to seven of them."""
    for power in range(-6, 9):
        for round_number in (1, 2, 5):
            step = float(round_number * 10.0**power)
            if length_ms / step <= 6:
                return step
    return 0.0
