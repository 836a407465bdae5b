"""How soon the workbench says what is wrong with a question, and with the whole course, on a pack of 1,000 questions.

    python tests/bench/workbench.py [--questions 1000] [--keys 100] [--json]

Somebody types into one question over HTTP, a key every 100 ms; the whole course is checked whenever they pause. The event
loop is watched meanwhile.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp
from figures import all_met, drawn
from load_packs import grown

from bot.demos.registry import DEMOS
from bot.workbench.playing import Playing
from bot.workbench.server import Workbench

KEY_SECONDS, QUESTION_MS, COURSE_SECONDS, LAG_MS = 0.1, 200, 5.0, 100


async def next_tree(lines: aiohttp.StreamReader) -> Any:
    """The next course that the page is told of."""
    async for line in lines:
        if line.startswith(b"data: "):
            return json.loads(line[6:])
    raise SystemExit("the workbench tells no more")


async def watch(lags: list[float]) -> None:
    """Note by how many milliseconds the loop was late."""
    while True:
        began = time.perf_counter()
        await asyncio.sleep(0.01)
        lags.append((time.perf_counter() - began - 0.01) * 1000)


async def measure(folder: Path, keys: int) -> dict[str, float]:
    """Type, pause, and see what is told when."""
    playing = Playing(folder.parent / "data")
    began = time.perf_counter()
    async with (
        Workbench(folder, playing, example=None, demo_ids=DEMOS) as workbench,
        aiohttp.ClientSession() as session,
    ):
        opened_seconds = time.perf_counter() - began

        async def call(name: str, **asked: object) -> Any:
            async with session.post(f"{workbench.address}call/{name}", json=asked) as response:
                return await response.json()

        async with session.get(f"{workbench.address}events") as events:
            tree = await next_tree(events.content)
            place = tree["sections"][0]["questions"][0]
            at = {"file": place["file"], "index": place["index"]}
            fields = (await call("open", **at))["fields"]
            lags: list[float] = []
            watching = asyncio.create_task(watch(lags))
            took, stem = [], fields["stem"]
            for key in range(keys):
                fields["stem"] = f"{stem} {'typed ' * (key % 10)}".strip()
                pressed = time.perf_counter()
                found = await call("check", **at, fields=fields)
                took.append((time.perf_counter() - pressed) * 1000)
                assert found["views"], found["faults"]
                pause = (
                    KEY_SECONDS if key % 20 else 1.5
                )  # they stop to think, and the whole course is checked meanwhile
                await asyncio.sleep(max(0.0, pause - took[-1] / 1000))
            whole, text = [], fields["options"][1]["text"]
            for turn in range(6):
                ages = turn % 2 == 0
                fields["options"][1]["text"] = f"{text} nowadays" if ages else text
                pressed = time.perf_counter()
                await call("check", **at, fields=fields)
                async with asyncio.timeout(60):
                    while ages is not any("'nowadays', which ages" in one["expected"] for one in tree["faults"]):
                        tree = await next_tree(events.content)
                whole.append(time.perf_counter() - pressed)
            watching.cancel()
    took.sort()
    return {
        "questions": tree["questions"],
        "opened_seconds": opened_seconds,
        "question_ms_median": statistics.median(took),
        "question_ms_worst": took[-1],
        "course_seconds_worst": max(whole),
        "loop_ms_worst": max(lags),
    }


def main() -> int:
    """Measure; 0 when every target was met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=1_000)
    parser.add_argument("--keys", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(grown(Path(folder), options.questions), options.keys))
    if options.json:
        print(json.dumps(found))
        return 0
    rows = [
        (
            f"faults and messages of a question after a key, in a course of {found['questions']:,.0f}",
            f"{found['question_ms_median']:.0f} ms, at worst {found['question_ms_worst']:.0f} ms",
            f"under {QUESTION_MS} ms",
            found["question_ms_worst"] < QUESTION_MS,
        ),
        (
            "the rules of the whole course after the last key",
            f"{found['course_seconds_worst']:.1f} s",
            f"under {COURSE_SECONDS:.0f} s",
            found["course_seconds_worst"] < COURSE_SECONDS,
        ),
        (
            "the event loop late meanwhile",
            f"{found['loop_ms_worst']:.0f} ms at worst",
            f"under {LAG_MS} ms",
            found["loop_ms_worst"] < LAG_MS,
        ),
    ]
    print(drawn(rows))
    return 0 if all_met(rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
