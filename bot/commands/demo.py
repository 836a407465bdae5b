"""``python -m bot demo``: the demos in a terminal."""

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path

from bot.charts.bars import BarChart
from bot.demos.model import Demo, DemoVerdict
from bot.demos.reference import reference
from bot.demos.registry import DEMOS
from bot.errors import NotFound, UserError
from bot.facts import Code, fact
from bot.services.demo.charts import ChartDrawer
from bot.services.demo.lab import Lab
from bot.services.lifecycle import Lifecycle
from bot.workers import Workers

WIDTH = 24


async def run_demo(
    name: str | None, *, rounds: int, wall_seconds: float, as_json: bool, chart_file: Path | None
) -> int:
    """Measure a demo and print what it shows; without a name, list them all. Chart and timeline are saved as pictures.

    Raises NotFound for an unknown name, WorkerError when it could not be brought to its end.
    """
    if name is None:
        for one in DEMOS.values():
            print(f"{one.id:<18} {one.shows or one.title}")
        return 0
    demo = find(name)
    workers = Workers()
    life = Lifecycle()
    drawer = ChartDrawer(workers, life)
    try:
        lab = Lab(workers, wall_seconds=wall_seconds, rounds=rounds)
        measured = await lab.measure(demo, _progress)
        verdict, chart = demo.read(measured), demo.drawn(measured)
        timeline = await lab.trace(demo, chart.mark)
        picture, lanes = await drawer.draw(chart), await drawer.draw(timeline) if timeline else None
    finally:
        await life.close()
        await workers.close()
    print("\r" + " " * 78 + "\r", end="", file=sys.stderr)
    if as_json:
        print(json.dumps({"verdict": asdict(verdict), "measured": asdict(measured)}, indent=2))
    else:
        _print(demo, verdict, chart)
    file = chart_file or Path(f"studyhall-{demo.id}.png")
    said = [await asyncio.to_thread(_save, "chart", file, picture) if picture else "The chart could not be drawn."]
    if lanes:
        said.append(await asyncio.to_thread(_save, "timeline", file.with_stem(f"{file.stem}-timeline"), lanes))
    if not as_json:
        print("\n".join(said))
    return 0


def _save(what: str, file: Path, picture: bytes) -> str:
    """Write a picture; returns where it is. Raises UserError where it can't be."""
    try:
        file.write_bytes(picture)
    except OSError as problem:
        raise UserError(fact(Code.CHART_NOT_WRITTEN, file=str(file), why=str(problem.strerror))) from problem
    return f"The {what} is in {file}."


def find(name: str) -> Demo:
    """The demo of that id. Raises NotFound."""
    if name not in DEMOS:
        raise NotFound(fact(Code.DEMO_NOT_LISTED, name=name, demos=tuple(DEMOS)))
    return DEMOS[name]


def _progress(step: tuple[int, int, str]) -> None:
    done, steps, label = step
    filled = round(WIDTH * done / steps)
    print(
        f"\r{'█' * filled}{'░' * (WIDTH - filled)} {done} of {steps}  {label:<24}", end="", file=sys.stderr, flush=True
    )


def _print(demo: Demo, verdict: DemoVerdict, chart: BarChart) -> None:
    print(f"{demo.title}: {demo.workload}.\n")
    widest = max(len(bar.label) for bar in chart.bars)
    print(f"{'':<{widest}}  {chart.of_rounds:>22}  {'lowest':>9}  {'highest':>9}")
    for bar in chart.bars:
        print(f"{bar.label:<{widest}}  {bar.shown:>22}  {bar.low:>9.3g}  {bar.high:>9.3g}")
    print(f"\n{chart.axis}\n{chart.footer}\n\n{verdict.headline}")
    for sentence in verdict.sentences:
        print(f"- {sentence.replace('**', '')}")
    if verdict.right_choice is None and (stored := reference(demo.id)):
        print(f"\nWhat a quiet machine measured ({stored.host}):")
        for label, shown in stored.bars:
            print(f"- {label}: {shown}")
