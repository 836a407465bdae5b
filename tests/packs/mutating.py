"""Packs with places changed at random: whatever stands in them, each fault is a sentence with its place, soon.

    python tests/packs/mutating.py [--packs 10000] [--seed 1]

Prints how many packs were judged, refused and taken, how long the slowest took, and every one that made trouble. The test
beside it does the same with a few.
"""

import argparse
import re
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

from small_pack import FILES, write_pack

from bot.errors import PackError
from bot.packs.loading import read_packs

SLOW_SECONDS = 5.0
GLOSSARY = "terms:\n  - {id: oxidation, name: Oxidation, meaning: What air does to leaves., section: leaves}\n"
ODD = [
    *("\x00", "\x1b]0;t\a", "\r", "\t", "\u2028", "\u202e", "\u200b", "\ufeff", "\U0001f600", "é" * 300),
    *("&a ", "*a", "!!python/object:os.system ", "<<: ", "? ", "---\n", "...\n", "%YAML 1.1\n", "[" * 60, "- " * 60),
    *("{", "}", "[", "]", "|", ">", "'", '"', "#", "null", "~", "yes", "[]", "{}", "''"),
    *("0x1f", "1e999", ".nan", "-0", "12:30", "9" * 5_000, "1_000", "2024-01-01"),
    *("@everyone", "```", "`", "**", "||", "<@1>", "constructor", "__proto__", "A" * 5_000),
]
_PLACE = re.compile(r"^tea(?:/[\w./-]+)?:\d+:\d+: (?:warning: )?\S")


class Outcome(NamedTuple):
    """What became of one pack: whether it was taken, how long that took, and what is wrong with how it was judged."""

    taken: bool
    seconds: float
    trouble: str


def mutated(rng: Random) -> dict[str, bytes]:
    """The files of the small pack with one to six changes."""
    files = {name: text.encode() for name, text in {**FILES, "glossary.yaml": GLOSSARY}.items()}
    for _ in range(rng.randint(1, 6)):
        name = rng.choice(sorted(files))
        files[name] = rng.choice(CHANGES)(rng, files[name])
    return files


def _odd(rng: Random, data: bytes) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(ODD).encode("utf-8", "surrogatepass") + data[at:]


def _value(rng: Random, data: bytes) -> bytes:
    """Another value behind one of the colons."""
    colons = [found.end() for found in re.finditer(rb": ", data)]
    if not colons:
        return data
    at = rng.choice(colons)
    end = data.find(b"\n", at)
    return data[:at] + rng.choice(ODD).encode("utf-8", "surrogatepass") + data[max(at, end) :]


def _bytes(rng: Random, data: bytes) -> bytes:
    changed = bytearray(data or b" ")
    for _ in range(rng.randint(1, 8)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _cut(rng: Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _lines(rng: Random, data: bytes) -> bytes:
    """Lines dropped, doubled, moved or indented otherwise."""
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    how = rng.randrange(4)
    if how == 0:
        del lines[at]
    elif how == 1:
        lines.insert(rng.randrange(len(lines)), lines[at])
    elif how == 2:
        lines[at : at + 1] = [lines[at]] * rng.choice([2, 50, 2_000])
    else:
        lines[at] = b" " * rng.randint(0, 9) + lines[at].lstrip()
    return b"\n".join(lines)


CHANGES: list[Callable[[Random, bytes], bytes]] = [_odd, _value, _value, _bytes, _cut, _lines, _lines]


def judged(seed: int, folder: Path) -> Outcome:
    """Write the pack of that seed, read it as an author's check does, and look at what is said."""
    files = mutated(Random(seed))
    write_pack(folder, **files)
    began = time.perf_counter()
    try:
        found = read_packs(folder, {"kettle"}, thorough=True)
    except PackError as problem:
        return Outcome(
            taken=False,
            seconds=time.perf_counter() - began,
            trouble=_trouble_of([str(problem).splitlines()[0]], place=False),
        )
    except Exception:
        return Outcome(taken=False, seconds=time.perf_counter() - began, trouble=traceback.format_exc())
    seconds = time.perf_counter() - began
    faults = [fault for one in found for fault in one.faults]
    trouble = _trouble_of(list(map(str, faults)))
    if seconds > SLOW_SECONDS:
        trouble += f"it took {seconds:.1f} s"
    errors = any(one.errors for one in found)
    if not errors and not any(one.pack for one in found):
        trouble += "neither a pack nor an error"
    return Outcome(not errors, seconds, trouble)


def _trouble_of(lines: list[str], *, place: bool = True) -> str:
    """What is wrong with what a person would read."""
    for line in lines:
        if place and not _PLACE.match(line):
            return f"no place: {line!r}"
        if not line.isprintable():
            return f"it steers a terminal: {line!r}"
        if any(word in line for word in ("Traceback", "pydantic", "set_int_max_str_digits", "Error:", "<class")):
            return f"it speaks of the inside: {line!r}"
    return ""


def outcomes(seeds: range) -> Iterator[tuple[int, Outcome]]:
    """What became of each pack."""
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            yield seed, judged(seed, Path(folder))


def main() -> int:
    """Judge many and print the figures; 1 when any made trouble."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--packs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found = list(outcomes(range(options.seed, options.seed + options.packs)))
    troubled = [(seed, one) for seed, one in found if one.trouble]
    for seed, one in troubled[:20]:
        print(f"seed {seed}: {one.trouble}")
    taken = sum(one.taken for _, one in found)
    slowest = max(one.seconds for _, one in found)
    print(
        f"{len(found):,} packs: {len(found) - taken:,} refused, {taken:,} taken, {len(troubled)} with trouble; "
        f"the slowest took {slowest:.2f} s, all of them {sum(one.seconds for _, one in found):.0f} s"
    )
    return bool(troubled)


if __name__ == "__main__":
    sys.exit(main())
