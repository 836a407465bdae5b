"""A pack of a mebibyte is judged in seconds whatever is in it, and no more is listed of a file than somebody reads."""

import time
from collections import Counter
from collections.abc import Callable
from itertools import count

import pytest
from small_pack import FILES, HEAD, another_question, write_pack

from bot.packs.faults import MOST_FAULTS
from bot.packs.loading import read_packs
from bot.packs.yaml_files import MAX_BYTES

SECONDS = 20.0
"""Each takes up to 3 on an idle machine, and took 20 to 150."""


def filled(make: Callable[[int], str], of: str = "", size: int = MAX_BYTES - 20_000) -> str:
    """As many of what ``make`` gives as a file of that size holds."""
    parts = [of]
    total = len(of)
    for number in count():
        part = make(number)
        total += len(part.encode())
        if total > size:
            return "".join(parts)
        parts.append(part)
    raise AssertionError


def with_topics(make: Callable[[int], str]) -> str:
    before, _, after = HEAD.partition("misconceptions:")
    return filled(make, before) + "misconceptions:" + after


def of_a_family_of_its_own(number: int) -> str:
    return another_question(f"tea-{number}").replace("family: heat", f"family: family-{number}")


BIG = {
    "keys that stand twice": ("questions/big.yaml", filled(lambda n: f"key-{n}: 1\n", size=400_000) * 2),
    "one key again and again": ("questions/big.yaml", filled(lambda _: "a: 1\n")),
    "keys that nobody knows": ("pack.yaml", filled(lambda n: f"key-{n}: 1\n", HEAD)),
    "topics": ("pack.yaml", with_topics(lambda n: f"  - {{id: t-{n}, title: T, section: leaves}}\n")),
    "topics that stand twice": ("pack.yaml", with_topics(lambda _: "  - {id: t, title: T, section: leaves}\n")),
    "topics of no section": ("pack.yaml", with_topics(lambda n: f"  - {{id: t-{n}, title: T, section: no}}\n")),
    "questions that are alike": ("questions/big.yaml", filled(of_a_family_of_its_own, "questions:\n")),
    "wrong values": ("questions/big.yaml", filled(lambda n: f"  - {n}\n", "questions:\n")),
    "brackets in one line": ("questions/big.yaml", "questions: " + "[]" * 500_000),
    "braces in one line": ("questions/big.yaml", "questions: [" + "{}," * 330_000 + "]"),
    "a line without end": ("questions/big.yaml", "questions: " + "a" * 1_000_000),
    "signs of anchors": ("questions/big.yaml", filled(lambda _: "- a  &b *c !d\n")),
    "blanks": ("questions/big.yaml", "questions:" + " " * 1_000_000 + "# no"),
    "numbers": ("questions/big.yaml", "questions: " + "9" * 1_000_000),
    "a key without end": ("pack.yaml", HEAD + "? " + "k" * 900_000 + "\n: 1\n"),
}


@pytest.mark.parametrize("what", BIG)
def test_a_big_file_is_judged_in_seconds_and_not_more_listed_than_is_read(tmp_path, what):
    name, text = BIG[what]
    assert len(text.encode()) <= MAX_BYTES
    write_pack(tmp_path, **{name: text})
    began = time.process_time()  # of this process alone, however busy the machine is
    found = read_packs(tmp_path, thorough=True)
    assert time.process_time() - began < SECONDS
    faults = [fault for one in found for fault in one.faults]
    assert max(Counter((fault.file, fault.level) for fault in faults).values(), default=0) <= MOST_FAULTS + 1
    assert len("\n".join(map(str, faults))) < 200_000


def test_near_duplicates_of_another_family_are_found_among_many(tmp_path):
    bank = "questions:\n" + "".join(map(of_a_family_of_its_own, range(40)))
    write_pack(tmp_path, **{"questions/big.yaml": bank})
    faults = [fault for one in read_packs(tmp_path, thorough=True) for fault in one.faults]
    told = Counter(fault.field for fault in faults if fault.expected.startswith("a question that is not nearly"))
    assert set(told.values()) == {1}
    assert len(told) >= 39


def test_how_many_faults_are_not_listed_is_told(tmp_path):
    write_pack(
        tmp_path, **{"lessons/more.yaml": FILES["lessons/leaves.yaml"] + "".join(f"k{n}: 1\n" for n in range(140))}
    )
    faults = [str(fault) for one in read_packs(tmp_path) for fault in one.faults]
    assert (
        faults[0] == "tea/lessons/more.yaml:1:1: and 40 more like these in this file; mend those that are listed first"
    )
    assert len(faults) == MOST_FAULTS + 1
