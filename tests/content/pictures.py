"""Draws the pictures of the lesson's pages: timelines of real runs, and diagrams, into the course's folder `pictures`.

    python tests/content/pictures.py [--trace] [NAME…]

Timelines are drawn from what `traces.json` holds, so that a picture stays as it is; ``--trace`` runs those that are named (or
all) again and stores what was traced, unless other work disturbed the run. `pictures.json` has the mark of what each picture
was drawn from, by which a test sees that none is out of date.
"""

import argparse
import asyncio
import hashlib
import io
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))

from PIL import Image

from bot.charts import timeline as timelines
from bot.charts.colours import ACCENT, DIM, FAINT, INK, PAPER, WARNING
from bot.charts.timeline import HoldSpan, Moment, Span, State, Timeline, TimelineLane, TracedRun
from bot.demos.host import this_host
from bot.demos.timelines.lanes import first_ns, footer, lanes, mark_unless
from bot.demos.timelines.registry import trace
from bot.demos.timelines.tracing import Notes
from bot.packs.pictures import KNOWN
from bot.settings import CHECKOUT

FOLDER = CHECKOUT / "content" / "python-concurrency" / "pictures"
TRACES = Path(__file__).with_name("traces.json")
DRAWN_FROM = Path(__file__).with_name("pictures.json")
"""Of each picture: the mark of what it was drawn from, and of the file."""
WIDTH = 600


class Box(NamedTuple):
    """A rectangle with words in its middle, or at its top if it holds other boxes; sizes are in pixels."""

    x: float
    y: float
    width: float
    height: float
    says: str
    strong: bool = False
    holds_others: bool = False


class Arrow(NamedTuple):
    """From one point to another, with words at its middle; dashed for what is only wanted, a plain line without its head."""

    start: tuple[float, float]
    end: tuple[float, float]
    says: str = ""
    dashed: bool = False
    head: bool = True


class Words(NamedTuple):
    """Words that begin at a point."""

    x: float
    y: float
    says: str
    size: float = 14
    strong: bool = False


@dataclass(frozen=True)
class Diagram:
    """Boxes and arrows on a sheet 600 pixels wide."""

    height: float
    parts: tuple[Box | Arrow | Words, ...]


TRIES = 40
"""So often a run is repeated that does not show what its picture is for."""
ROUNDS, STEPS, WAIT_SECONDS = 3, 60_000, 0.012


def turns_of_tasks() -> Timeline:
    """Three tasks that compute a little and wait, in one event loop."""
    notes = [Notes(f"task {number}") for number in (1, 2, 3)]

    async def job(mine: Notes) -> None:
        with mine:
            for _ in range(ROUNDS):
                mine.begins()
                sum(n * n for n in range(STEPS))
                mine.begins(State.WAITING, "await")
                await asyncio.sleep(WAIT_SECONDS)

    async def main() -> None:
        await asyncio.gather(*(job(mine) for mine in notes))

    asyncio.run(main())
    host, found = this_host(), [one.taken() for one in notes]
    drawn = lanes(found, first_ns(found), gil=host.gil)
    disturbed = any(span.state is State.NOT_RUNNING for lane in drawn for span in lane.spans)
    says = "Each task runs until it awaits; only then the loop gives the next one its turn."
    part = TracedRun("one event loop, one thread", drawn)
    return Timeline("Three tasks take turns", says, [part], footer(host), mark_unless(not disturbed))


TRACED: dict[str, Callable[[], Timeline]] = {
    "lost-update": lambda: trace("shared-counter"),
    "gil-turns": lambda: trace("gil-release"),
    "waits-overlap": lambda: trace("io-wait"),
    "loop-turns": turns_of_tasks,
}

MEMORY = Diagram(
    700,
    (
        Words(22, 34, "Whose memory is it?", 20, strong=True),
        Words(22, 78, "Threads: one process, one memory", 15, strong=True),
        Box(22, 98, 556, 190, "process", holds_others=True),
        Box(40, 138, 160, 48, "thread 1", strong=True),
        Box(40, 222, 160, 48, "thread 2", strong=True),
        Box(340, 176, 220, 56, "seen = [1, 2, 3]"),
        Arrow((202, 162), (336, 194), "same list"),
        Arrow((202, 246), (336, 214)),
        Words(22, 330, "Processes: each has a memory of its own", 15, strong=True),
        Box(22, 350, 556, 112, "parent process", holds_others=True),
        Box(40, 392, 160, 48, "main thread", strong=True),
        Box(340, 388, 220, 56, "seen = [ ]"),
        Arrow((202, 416), (336, 416)),
        Box(22, 542, 556, 112, "child process", holds_others=True),
        Box(40, 584, 160, 48, "its thread", strong=True),
        Box(340, 580, 220, 56, "seen = [1, 2, 3]"),
        Arrow((202, 608), (336, 608)),
        Arrow((160, 464), (160, 539), "arguments: copies"),
        Arrow((440, 540), (440, 465), "results: copies"),
        Words(22, 680, "What the child changes, the parent never sees.", 14),
    ),
)
CIRCLE = Diagram(
    560,
    (
        Words(22, 34, "A deadlock is a circle", 20, strong=True),
        Words(22, 66, "Follow the arrows: you come back to where you began.", 14),
        Box(205, 110, 190, 60, "thread 1", strong=True),
        Box(205, 420, 190, 60, "thread 2", strong=True),
        Box(22, 265, 150, 60, "lock A"),
        Box(428, 265, 150, 60, "lock B"),
        Arrow((385, 172), (490, 262), "waits for", dashed=True),
        Arrow((490, 328), (385, 418), "is held by"),
        Arrow((215, 418), (110, 328), "waits for", dashed=True),
        Arrow((110, 262), (215, 172), "is held by"),
        Words(22, 530, "One order for all locks: no circle, no deadlock.", 14),
    ),
)
TREE: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("It waits", (("dozens of waits", "threads"), ("thousands", "asyncio"))),
    (
        "It computes",
        (("in Python", "processes"), ("in C, GIL released", "threads"), ("a few milliseconds", "a plain loop")),
    ),
    ("Both", (("waits, then computes", "stages"),)),
)


def decision_tree() -> Diagram:
    """Which tool for which work, from the table above."""
    parts: list[Box | Arrow | Words] = [Words(22, 34, "Does it wait or does it compute?", 20, strong=True)]
    y = 76.0
    for branch, leaves in TREE:
        parts.append(Words(22, y, branch, 16, strong=True))
        top = y + 16
        for question, tool in leaves:
            y += 56
            parts += [
                Arrow((34, y), (54, y), head=False),
                Words(62, y, question, 15),
                Arrow((300, y), (378, y)),
                Box(382, y - 22, 196, 44, tool, strong=True),
            ]
        parts.append(Arrow((34, top), (34, y), head=False))
        y += 62
    return Diagram(y - 12, tuple(parts))


DRAWN: dict[str, Diagram] = {"memory": MEMORY, "wait-for-circle": CIRCLE, "decision-tree": decision_tree()}


def stored() -> dict[str, Timeline]:
    """The timelines that were traced, by their names."""
    return {name: _read(one) for name, one in json.loads(TRACES.read_text("utf-8")).items()} if TRACES.exists() else {}


def _read(kept: dict[str, Any]) -> Timeline:
    parts = [
        TracedRun(
            title,
            [
                TimelineLane(
                    name,
                    [Span(begin, end, State(state), label) for begin, end, state, label in spans],
                    [HoldSpan(*hold) for hold in holds],
                )
                for name, spans, holds in found
            ],
            [Moment(*one) for one in moments],
        )
        for title, found, moments in kept["parts"]
    ]
    return Timeline(kept["title"], kept["says"], parts, kept["footer"], kept["mark"])


def retrace(names: Sequence[str]) -> list[str]:
    """Trace these and keep what was traced; returns those that other work disturbed, which are kept as they were."""
    kept = json.loads(TRACES.read_text("utf-8")) if TRACES.exists() else {}
    disturbed = []
    for name in names:
        runs = (TRACED[name]() for _ in range(TRIES))
        if traced := next((one for one in runs if _shows_it(name, one)), None):
            kept[name] = asdict(_in_short(traced))
        else:
            disturbed.append(name)
    TRACES.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return disturbed


def _shows_it(name: str, traced: Timeline) -> bool:
    """Whether it is a picture for a page: undisturbed, and where the GIL decides, nothing else took turns away."""
    by_gil = State.GIL in traced.states and State.NOT_RUNNING not in traced.states
    return not traced.mark and (by_gil or name not in ("gil-turns", "lost-update")) and _has_its_moment(name, traced)


def _has_its_moment(name: str, traced: Timeline) -> bool:
    return name != "lost-update" or len(traced.parts[0].moments) == 2


def _in_short(traced: Timeline) -> Timeline:
    """The same with times in microseconds, which is more than a picture shows; a page has no measurement beside it."""
    parts = [
        part._replace(
            lanes=[
                lane._replace(
                    spans=[
                        one._replace(begin_ms=round(one.begin_ms, 3), end_ms=round(one.end_ms, 3)) for one in lane.spans
                    ],
                    holds=[
                        one._replace(begin_ms=round(one.begin_ms, 3), end_ms=round(one.end_ms, 3)) for one in lane.holds
                    ],
                )
                for lane in part.lanes
            ],
            moments=[one._replace(at_ms=round(one.at_ms, 3)) for one in part.moments],
        )
        for part in traced.parts
    ]
    return Timeline(traced.title, traced.says, parts, traced.footer.partition(", beside")[0])


def sources() -> dict[str, Timeline | Diagram]:
    """What every picture is drawn from, by the picture's name."""
    return {**stored(), **DRAWN}


def mark_of(source: Timeline | Diagram) -> str:
    """The mark of what a picture is drawn from."""
    return hashlib.sha256(repr(source).encode()).hexdigest()


def mark_of_file(name: str) -> str:
    """The mark of a picture's bytes."""
    return hashlib.sha256((FOLDER / f"{name}.png").read_bytes()).hexdigest()


def note_drawn(names: Sequence[str]) -> None:
    """Store what these were drawn from, and for a start of the bot which pictures are known to be sound."""
    kept = json.loads(DRAWN_FROM.read_text("utf-8")) if DRAWN_FROM.exists() else {}
    kept |= {name: {"from": mark_of(sources()[name]), "file": mark_of_file(name)} for name in names}
    DRAWN_FROM.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    KNOWN.write_text(json.dumps(dict.fromkeys((one["file"] for one in kept.values()), "png"), indent=1) + "\n", "utf-8")


def save(name: str, source: Timeline | Diagram) -> Path:
    """Draw a picture and store it in few colours."""
    drawn = timelines.draw(source) if isinstance(source, Timeline) else draw(source)
    picture = Image.open(io.BytesIO(drawn)).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    file = FOLDER / f"{name}.png"
    FOLDER.mkdir(exist_ok=True)
    picture.save(file, optimize=True)
    return file


def draw(diagram: Diagram) -> bytes:
    """A diagram as a PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH / 100, diagram.height / 100), dpi=100, facecolor=PAPER)
    FigureCanvasAgg(figure)
    axes: Any = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(diagram.height, 0)
    for part in diagram.parts:
        if isinstance(part, Box):
            _box(axes, part)
        elif isinstance(part, Arrow):
            _arrow(axes, part)
        else:
            weight = "bold" if part.strong else "normal"
            axes.text(part.x, part.y, part.says, va="center", color=INK, fontsize=part.size, weight=weight)
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()


def _box(axes: Any, box: Box) -> None:
    from matplotlib.patches import FancyBboxPatch

    look: dict[str, Any] = {"facecolor": DIM if box.strong else PAPER, "edgecolor": ACCENT if box.strong else FAINT}
    axes.add_patch(
        FancyBboxPatch(
            (box.x, box.y),
            box.width,
            box.height,
            boxstyle="round,pad=0,rounding_size=8",
            linewidth=1.8,
            linestyle="--" if box.holds_others else "-",
            zorder=1 if box.holds_others else 3,
            **look,
        )
    )
    x, y = (box.x + 14, box.y + 18) if box.holds_others else (box.x + box.width / 2, box.y + box.height / 2)
    axes.text(
        x,
        y,
        box.says,
        ha="left" if box.holds_others else "center",
        va="center",
        color=FAINT if box.holds_others else INK,
        fontsize=13.5 if box.holds_others else 15,
        weight="normal" if box.holds_others else "bold",
        zorder=4,
    )


def _arrow(axes: Any, arrow: Arrow) -> None:
    axes.annotate(
        "",
        xy=arrow.end,
        xytext=arrow.start,
        zorder=2,
        arrowprops={
            "arrowstyle": "-|>" if arrow.head else "-",
            "color": WARNING if arrow.dashed else INK,
            "linewidth": 2,
            "linestyle": "--" if arrow.dashed else "-",
            "mutation_scale": 18,
            "shrinkA": 0,
            "shrinkB": 0,
        },
    )
    if arrow.says:
        middle = ((arrow.start[0] + arrow.end[0]) / 2, (arrow.start[1] + arrow.end[1]) / 2)
        ground = {"facecolor": PAPER, "edgecolor": "none", "pad": 2}
        axes.text(*middle, arrow.says, ha="center", va="center", color=INK, fontsize=13.5, zorder=5, bbox=ground)


def main() -> int:
    """Draw; 1 where something could not be traced."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"which (default: all): {', '.join([*TRACED, *DRAWN])}"
    )
    parser.add_argument("--trace", action="store_true", help="trace the timelines again first")
    options = parser.parse_args()
    wanted = options.names or [*TRACED, *DRAWN]
    disturbed = retrace([name for name in wanted if name in TRACED]) if options.trace else []
    drawn = {name: source for name, source in sources().items() if name in wanted}
    for name, source in drawn.items():
        print(save(name, source).relative_to(CHECKOUT))
    note_drawn(list(drawn))
    if disturbed:
        print(f"Other work disturbed {', '.join(disturbed)}. Trace again when less is going on.", file=sys.stderr)
    return 1 if disturbed else 0


if __name__ == "__main__":
    sys.exit(main())
