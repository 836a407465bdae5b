"""Files of questions with places changed at random: whatever stands in them is a question or named with its place, soon.

    python tests/exchange/mutating_files.py [--formats gift qti …] [--files 10000] [--seed 1]

Prints for each format how many files were read, what came of them, how long the slowest took, and what made trouble.
The test beside it does the same with a few.
"""

import argparse
import io
import sys
import time
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1] / "packs"))
sys.path.insert(0, str(Path(__file__).parent))

import test_formats as written
from painted import picture
from test_qti import WHOLE_QUIZ

from bot.errors import StudyhallError
from bot.exchange.drafts import Draft, Drawing, Offered
from bot.exchange.formats import read, write
from bot.exchange.importing import compared

SLOW_SECONDS = 5.0
TEXTS = {
    **{"gift": written.GIFT, "aiken": written.AIKEN, "moodle-xml": written.MOODLE, "opentdb": written.OPENTDB},
    **{"red": written.RED, "markdown": written.MARKDOWN, "csv": written.CSV, "qti": WHOLE_QUIZ},
    "anki-text": '#separator:tab\n#html:true\n#tags column:3\n水\twater\teasy\n"a\n<b>b</b>"\tc\t\n',
}
SIGNS = "{}~=#\\%<>&;:-[]\"'\n\t\x00☃é"
BANK = [
    Draft(
        "Which?",
        choices=(Offered("a", 100.0, "Yes."), Offered("b")),
        section="S",
        picture=Drawing("a.png", "A", picture()),
    ),
    Draft("How many?", form="typed", number=2.5, tolerance=0.5, section="S"),
]


class Outcome(NamedTuple):
    """What came of a file, how long it took, and what is wrong with how it was read."""

    what: str
    seconds: float
    trouble: str = ""


def packed() -> dict[str, bytes]:
    """Whole files of the formats that are no texts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("imsmanifest.xml", "<manifest/>")
        made.writestr("q.xml", WHOLE_QUIZ)
    files = {name: write(BANK, name)[0] for name in ("anki", "xlsx")}
    return {"canvas": out.getvalue(), **{name: data for name, data in files.items() if isinstance(data, bytes)}}


def mutated_text(rng: Random, whole: str) -> bytes:
    """A text with signs put in, taken out and doubled."""
    text = list(whole)
    for _ in range(rng.randint(1, 12)):
        at, what = rng.randrange(len(text)), rng.random()
        if what < 0.4:
            text[at] = rng.choice(SIGNS)
        elif what < 0.7:
            del text[at : at + rng.randint(1, 30)]
            text = text or [" "]
        else:
            text[at:at] = text[rng.randrange(len(text)) :][: rng.randint(1, 60)]
    return "".join(text).encode("utf-8", "surrogatepass")


def mutated_bytes(rng: Random, whole: bytes) -> bytes:
    """A package with bytes changed, outside or inside of one of its files."""
    if rng.random() < 0.3:
        return _changed(rng, whole)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as opened, zipfile.ZipFile(out, "w") as made:
        spoilt = rng.choice(opened.namelist())
        for name in opened.namelist():
            data = opened.read(name)
            made.writestr(name, _changed(rng, data) if name == spoilt else data)
    return out.getvalue()


def _changed(rng: Random, data: bytes) -> bytes:
    changed = bytearray(data or b" ")
    for _ in range(rng.randint(1, 8)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed[: rng.randrange(len(changed))] if rng.random() < 0.1 else changed)


def judged(name: str, data: bytes) -> Outcome:
    """Read a file as an import does, and look at what comes of it."""
    began = time.perf_counter()
    format_name = "qti" if name == "canvas" else name
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as in the process that reads
            found = read(data, format_name).found
        compared(found, [], {}, "Section")
        what = "questions" if any(isinstance(one, Draft) for one in found) else "left out" if found else "nothing"
        trouble = "" if all(one.place for one in found) else "something without its place"
    except StudyhallError:
        what, trouble = "refused", ""
    except Exception:
        what, trouble = "failed", traceback.format_exc()
    seconds = time.perf_counter() - began
    return Outcome(what, seconds, trouble or (f"it took {seconds:.1f} s" if seconds > SLOW_SECONDS else ""))


def outcomes(name: str, seeds: range) -> Iterator[tuple[int, Outcome]]:
    """What became of each changed file of a format."""
    packages = packed()
    change: Callable[[Random], bytes]
    if name in TEXTS:
        change = lambda rng: mutated_text(rng, TEXTS[name])  # noqa: E731
    else:
        change = lambda rng: mutated_bytes(rng, packages[name])  # noqa: E731
    for seed in seeds:
        yield seed, judged(name, change(Random(f"{name} {seed}")))


def main() -> int:
    """Judge many and print the figures; 1 when any made trouble."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    every = [*TEXTS, *packed()]
    parser.add_argument("--formats", nargs="+", choices=every, default=every)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    troubles = 0
    for name in options.formats:
        found = list(outcomes(name, range(options.seed, options.seed + options.files)))
        for seed, one in [(seed, one) for seed, one in found if one.trouble][:5]:
            print(f"{name}, seed {seed}: {one.trouble}")
        troubled = sum(bool(one.trouble) for _, one in found)
        counts = ", ".join(f"{count:,} {what}" for what, count in Counter(one.what for _, one in found).most_common())
        slowest = max(one.seconds for _, one in found)
        print(
            f"{name}: {len(found):,} files: {counts}; {troubled} with trouble; the slowest took {slowest:.2f} s",
            flush=True,
        )
        troubles += troubled
    return bool(troubles)


if __name__ == "__main__":
    sys.exit(main())
