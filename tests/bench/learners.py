"""Simulated learners, whose memory and beliefs are known, use the real services: does review keep what was asked of it, does
the plan find what they mix up, are wrong keys found?

    python tests/bench/learners.py [--learners 60] [--days 60] [--json FILE]

Their memory is not FSRS's own model: each family has a half-life and is forgotten exponentially; a review that succeeds
lengthens the half-life, the more the nearer it was to being forgotten. Of what they know one answer in ten slips. Who
believes a misconception takes its option seven times in ten. Ends in a table of what was found and what was wanted.
"""

import argparse
import asyncio
import json
import math
import statistics
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from bot.quiz.question.asking import Sureness

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1] / "quiz"))

from figures import all_met, drawn
from rasch_learners import a_bank, asked_of_many

from bot.clock import DAY_MS
from bot.packs.library import Library
from bot.packs.loading import load_packs
from bot.packs.models import Question
from bot.quiz.practice.mixups import offered_by
from bot.quiz.practice.spacing import USUAL
from bot.quiz.question.items import Weight, flags
from bot.services.practice.practising import Learner, Practice
from bot.services.practice.progress import ProgressOf
from bot.services.practice.views import Asking
from bot.storage.store import Store

PACKS = Path(__file__).parents[2] / "content"
NOON = 1_795_348_800_000
SLIP = 0.1
TAKES_ITS_BELIEF = 0.7
ASKED_AHEAD = 60
PLANTED = 1
SHOWN = 5
"""A belief counts as found among so many of the first in the list of what is mixed up."""


class HandClock:
    """A clock that the simulation moves."""

    def __init__(self) -> None:
        self.now = NOON

    def now_ms(self) -> int:
        """The moment."""
        return self.now


@dataclass
class Trace:
    """What a learner remembers of a family: when last seen, and after how many days half of it is gone."""

    seen_ms: int
    half_life_days: float

    def recall(self, now_ms: int) -> float:
        """The chance that it is still known."""
        return 0.5 ** ((now_ms - self.seen_ms) / DAY_MS / self.half_life_days)


@dataclass
class Simulated:
    """A learner: their memory, their beliefs, and what became of it."""

    id: int
    chance: Random
    strength: float
    """How long they remember, compared with the others: the median is 1."""
    ability: float
    beliefs: frozenset[str] = frozenset()
    traces: dict[str, Trace] = field(default_factory=dict)
    recalled: list[bool] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)

    @property
    def learner(self) -> Learner:
        """As the services know them."""
        return Learner(self.id, None, f"Learner {self.id}")

    def answers(self, question: Question, now_ms: int) -> tuple[int, Sureness]:
        """The option that they take (its place in the file), and how sure they say they are; then they have learned it."""
        trace = self.traces.get(question.family)
        known = self.chance.random() < (trace.recall(now_ms) if trace else self.ability)
        if trace:
            self.recalled.append(known)
        self._learn(question.family, trace, known, now_ms)
        tempting = [place for place, one in enumerate(question.options) if one.misconception in self.beliefs]
        wrong = [place for place in range(len(question.options)) if place != question.key]
        if tempting and self.chance.random() < TAKES_ITS_BELIEF:
            return self.chance.choice(tempting), Sureness.SURE
        if known:
            slipped = self.chance.random() < SLIP
            return (self.chance.choice(wrong) if slipped else question.key), Sureness.SURE
        return self.chance.randrange(len(question.options)), Sureness.GUESS

    def _learn(self, family: str, trace: Trace | None, known: bool, now_ms: int) -> None:
        if trace is None:
            half_life = self.strength * self.chance.lognormvariate(math.log(14 if known else 7), 0.4)
        elif known:
            gone = 1 - trace.recall(now_ms)
            half_life = trace.half_life_days * (1 + 12 * gone * self.chance.uniform(0.6, 1.4))
        else:
            half_life = max(2.0, trace.half_life_days * 0.4)
        self.traces[family] = Trace(now_ms, half_life)


class Study:
    """The services over a database of their own."""

    def __init__(self, store: Store, library: Library, seed: int) -> None:
        self.clock = HandClock()
        self.library = library
        self.store = store
        self.practice = Practice(library, store, self.clock, Random(seed))
        self.progress = ProgressOf(library, store, self.clock, Random(seed), self.practice, lambda _guild: library)

    async def sitting(self, who: Simulated, at_most: int = 100) -> int:
        """One plan, from its first question to its last; returns how many were answered."""
        run, _ = await self.progress.start(who.learner)
        for number in range(at_most):
            asking = await self.practice.current(run.id, who.id)
            if not isinstance(asking, Asking):
                return number
            due = who.traces.get(asking.question.family) is not None
            chosen, sure = who.answers(asking.question, self.clock.now)
            letter = asking.asked.order.index(chosen)
            outcome = await self.practice.answer(run.id, asking.asked.position, letter, who.learner, self.clock.now)
            if due:
                who.right.append(outcome.correct)
            if who.chance.random() < 0.5:
                await self.practice.say_how_sure(run.id, asking.asked.position, who.id, sure)
        return at_most


async def remembering(library: Library, folder: Path, learners: int, days: int, strength: float) -> dict[str, float]:
    """Learners who follow the plan every day: what they still knew at each review."""
    store = await Store.open(folder / f"memory-{strength}.db")
    study = Study(store, library, 3)
    people = [
        Simulated(n + 1, Random(n), strength * Random(-n - 1).lognormvariate(0, 0.3), 0.6) for n in range(learners)
    ]
    for day in range(days):
        study.clock.now = NOON + day * DAY_MS
        await asyncio.gather(*(study.sitting(who) for who in people if who.chance.random() < 0.9))
    await store.close()
    recalled = [one for who in people for one in who.recalled]
    right = [one for who in people for one in who.right]
    return {
        "strength": strength,
        "reviews": len(recalled),
        "recall": statistics.fmean(recalled),
        "right": statistics.fmean(right),
        "by_learner_p10": statistics.quantiles([statistics.fmean(who.recalled) for who in people], n=10)[0],
        "by_learner_p90": statistics.quantiles([statistics.fmean(who.recalled) for who in people], n=10)[-1],
    }


async def finding_beliefs(library: Library, folder: Path, learners: int, plans_a_day: int) -> dict[str, Any]:
    """Learners with a planted misconception follow the plan until they gave 60 answers."""
    [pack] = library.packs
    offered = {name for question in pack.questions for name in offered_by(question)}
    store = await Store.open(folder / f"beliefs-{plans_a_day}.db")
    study = Study(store, library, 5)
    chance = Random(17)
    people = [
        Simulated(n + 1, Random(n), 1.0, chance.uniform(0.5, 0.85), frozenset(chance.sample(sorted(offered), PLANTED)))
        for n in range(learners)
    ]
    given = dict.fromkeys(range(1, learners + 1), 0)

    async def go_on(who: Simulated) -> None:
        if given[who.id] < ASKED_AHEAD:
            given[who.id] += await study.sitting(who, ASKED_AHEAD - given[who.id])

    for sitting in range(ASKED_AHEAD):
        study.clock.now = NOON + sitting * DAY_MS // plans_a_day
        await asyncio.gather(*(go_on(who) for who in people))
    found, first = [], []
    for who in people:
        shown = [one for one in (await study.progress.show(who.learner)).mixups if not one.mixup.gone][:SHOWN]
        names = {one.misconception.id for one in shown}
        found.append(len(who.beliefs & names))
        first.append(sum(one.mixup.likely >= 0.5 and one.misconception.id not in who.beliefs for one in shown))
    await store.close()
    return {
        "plans_a_day": plans_a_day,
        "learners": learners,
        "answers": statistics.fmean(given.values()),
        "all_found": sum(count == PLANTED for count in found) / learners,
        "beliefs_found": sum(found) / (PLANTED * learners),
        "wrongly_likely_each": statistics.fmean(first),
    }


def wrong_keys(banks: int = 40) -> dict[str, float]:
    """Banks with planted wrong keys, each question answered for the first time by about a hundred."""
    planted, good = [], []
    for seed in range(banks):
        chance = Random(seed)
        bank = a_bank(chance)
        _, figures = asked_of_many(bank, chance, 200, each=25)
        for made, one in zip(bank, figures, strict=True):
            flagged = any(flag.weight is Weight.LEAVE_OUT for flag in flags(one, None))
            (planted if made.planted else good).append(flagged)
    return {"planted": len(planted), "flagged": statistics.fmean(planted), "good_flagged": statistics.fmean(good)}


def table(found: Mapping[str, Any]) -> bool:
    """Print the figures against their targets; says whether all were met."""
    usual = next(one for one in found["memory"] if one["strength"] == 1.0)
    beliefs, keys = found["beliefs"][0], found["keys"]
    rows = [
        (
            f"recall at review, asked for {USUAL.retention:.0%}",
            f"{usual['recall']:.1%} of {usual['reviews']:,} (learners p10 {usual['by_learner_p10']:.0%}, p90 "
            f"{usual['by_learner_p90']:.0%}); answers right {usual['right']:.1%}, one in ten slips",
            "within 5 points",
            abs(usual["recall"] - USUAL.retention) <= 0.05,
        ),
        (
            f"the planted belief is among the first {SHOWN} of what they mix up, after {ASKED_AHEAD} answers, a plan a day",
            f"of {beliefs['all_found']:.0%} of {beliefs['learners']} learners; {beliefs['wrongly_likely_each']:.2f} others "
            "each held for likely",
            "of 90%",
            beliefs["all_found"] >= 0.9,
        ),
        (
            "planted wrong keys flagged at 100 first attempts",
            f"{keys['flagged']:.1%} of {keys['planted']}",
            "all",
            keys["flagged"] == 1.0,
        ),
        ("good questions flagged", f"{keys['good_flagged']:.2%}", "under 2%", keys["good_flagged"] < 0.02),
    ]
    print(drawn(rows))
    for one in found["memory"]:
        if one["strength"] != 1.0:
            print(
                f"\nWho remembers {one['strength']:g} times as long: recall {one['recall']:.1%}, right {one['right']:.1%}."
            )
    for one in found["beliefs"][1:]:
        print(f"With {one['plans_a_day']} plans a day the belief is found in {one['all_found']:.0%} of the learners.")
    return all_met(rows)


async def measure(learners: int, days: int) -> dict[str, Any]:
    """All figures."""
    library = Library(load_packs(PACKS))
    with tempfile.TemporaryDirectory() as folder:
        memory = [await remembering(library, Path(folder), learners, days, strength) for strength in (0.5, 1.0, 2.0)]
        beliefs = [await finding_beliefs(library, Path(folder), 3 * learners, a_day) for a_day in (1, 3)]
    return {"memory": memory, "beliefs": beliefs, "keys": wrong_keys()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--learners", type=int, default=60)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--json", type=Path, help="also write every figure to this file")
    options = parser.parse_args()
    figures = asyncio.run(measure(options.learners, options.days))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2), "utf-8")
    sys.exit(0 if table(figures) else 1)
