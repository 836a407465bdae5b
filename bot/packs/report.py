"""A bank's quality in figures: what `python -m bot check` prints after the faults."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.packs.bank import FROM_QUESTIONS
from bot.packs.cues import BANDS, cue_report
from bot.packs.models import KINDS, OTHER, Pack


class Evidence(NamedTuple):
    """What was found out about a bank outside its pack.

    ``readings`` are blind ones: by name, for each question its content hash then and whether the reader took the key.
    ``proved`` are, for each question, its content hash then and the Pythons that proved its key.
    """

    readings: Mapping[str, Mapping[str, tuple[str, bool]]]
    proved: Mapping[str, tuple[str, Sequence[str]]]


def quality_report(pack: Pack, evidence: Evidence | None = None) -> list[str]:
    """Lines of plain text; nothing for a bank too small to judge."""
    if len(pack.questions) < FROM_QUESTIONS:
        return []
    lines = [*_counts(pack), "", *_guessers(pack)]
    if evidence:
        lines += ["", *_readings(pack, evidence), *_proofs(pack, evidence)]
    return lines


def _counts(pack: Pack) -> list[str]:
    questions = pack.questions
    kinds = Counter(question.kind for question in questions)
    options = Counter(len(question.options) for question in questions)
    uses = Counter(o.misconception for q in questions for o in q.options if o.misconception)
    behind: dict[str, set[str]] = defaultdict(set)
    for question in questions:
        for option in question.options:
            if option.misconception:
                behind[option.misconception].add(question.kind)
    named = [one.id for one in pack.head.misconceptions]
    families = Counter(question.family for question in questions)
    program = sum(bool(question.code) for question in questions)
    proofs = sum(bool(question.proof) for question in questions)
    return [
        f"questions      {len(questions)}: " + ", ".join(f"{kinds[kind]} {kind}" for kind in KINDS),
        f"options        {options[4]} questions with four, {options[3]} with three",
        f"programs       {program} questions show code, {proofs} are proved by running one",
        f"families       {len(families)}, with {min(families.values())} to {max(families.values())} siblings",
        f"misconceptions {len(named)}, each behind {min(uses[one] for one in named)} to {max(uses[one] for one in named)} "
        f"wrong options of {min(len(behind[one]) for one in named)} kinds or more; {uses[OTHER] / uses.total():.0%} slips",
    ]


def _guessers(pack: Pack) -> list[str]:
    found = {(cue.guesser, cue.options): cue for cue in cue_report(pack.questions)}
    names = dict.fromkeys(guesser for guesser, _ in found)
    widths = [count for count in sorted(BANDS, reverse=True) if any(options == count for _, options in found)]
    bands = "".join(f"  {f'{count} options ({BANDS[count][0]:.1%} to {BANDS[count][1]:.0%})':>28}" for count in widths)
    lines = [f"{'a guesser who takes':<24}{bands}"]
    for name in names:
        shares = [found.get((name, count)) for count in widths]
        lines.append(f"{name:<24}" + "".join(f"  {f'{cue.right:.0%}' if cue else '':>28}" for cue in shares))
    return lines


def _readings(pack: Pack, evidence: Evidence) -> list[str]:
    now = {question.id: question.content_hash for question in pack.questions}
    lines = []
    for name, answers in evidence.readings.items():
        changed = sum(question in now and now[question] != read for question, (read, _) in answers.items())
        later = f"; {changed} were changed since" if changed else ""
        lines.append(
            f"read blind, {name}: {sum(right for _, right in answers.values())} of {len(answers)} right{later}"
        )
    return lines


def _proofs(pack: Pack, evidence: Evidence) -> list[str]:
    now = {question.id: question.content_hash for question in pack.questions if question.proof}
    proved = Counter(
        version
        for question, (then, versions) in evidence.proved.items()
        if now.get(question) == then
        for version in versions
    )
    counts = ", ".join(f"{count} on Python {version}" for version, count in sorted(proved.items()))
    return [f"keys proved by running: {counts or 'none yet'} (of {len(now)}); no other Python is claimed"]
