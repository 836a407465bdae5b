"""A bank's quality in figures: what `python -m bot check` prints after the faults."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.packs.bank import FROM_QUESTIONS, of_one_key
from bot.packs.cues import cue_report
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
    if len(pack.questions) < FROM_QUESTIONS or pack.head.standard == "plain":
        return []
    lines = [*_counts(pack), "", *_guessers(pack)]
    if evidence:
        lines += ["", *_readings(pack, evidence), *_proofs(pack, evidence)]
    return lines


def _counts(pack: Pack) -> list[str]:
    questions = pack.questions
    kinds = Counter(question.kind for question in questions)
    options = Counter(len(question.options) for question in of_one_key(questions))
    forms = Counter(question.form for question in questions if question.form != "choice")
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
        f"options        {options[4]} questions with four, {options[3]} with three"
        + "".join(f", {count} {form}" for form, count in sorted(forms.items())),
        f"programs       {program} questions show code, {proofs} are proved by running one",
        f"families       {len(families)}, with {min(families.values())} to {max(families.values())} siblings",
        _misconceptions([uses[one] for one in named], [len(behind[one]) for one in named], uses),
    ]


def _misconceptions(uses: Sequence[int], kinds: Sequence[int], of_all: Counter[str]) -> str:
    slips = of_all[OTHER] / max(1, of_all.total())
    if not uses:
        return f"misconceptions none; {slips:.0%} slips"
    return (
        f"misconceptions {len(uses)}, each behind {min(uses)} to {max(uses)} wrong options of {min(kinds)} kinds or more; "
        f"{slips:.0%} slips"
    )


def _guessers(pack: Pack) -> list[str]:
    found = {
        (cue.guesser, cue.options): cue for cue in cue_report(of_one_key(pack.questions), english=pack.head.is_english)
    }
    names = dict.fromkeys(guesser for guesser, _ in found)
    band_of = {cue.options: cue.band for cue in found.values()}
    widths = sorted(band_of, reverse=True)
    bands = "".join(
        f"  {f'{count} options ({band_of[count][0]:.1%} to {band_of[count][1]:.0%})':>28}" for count in widths
    )
    lines = [f"{'a guesser who takes':<24}{bands}"]
    for name in names:
        shares = [found.get((name, count)) for count in widths]
        lines.append(f"{name:<24}" + "".join(f"  {f'{cue.right:.0%}' if cue else '':>28}" for cue in shares))
    return lines


def _readings(pack: Pack, evidence: Evidence) -> list[str]:
    now = {question.id: question.content_hash for question in pack.questions}
    lines = []
    for name, read in evidence.readings.items():
        answers = {question: one for question, one in read.items() if question in now}
        changed = sum(now[question] != then for question, (then, _) in answers.items())
        later = f"; {changed} were changed since" if changed else ""
        right = sum(is_right for _, is_right in answers.values())
        if answers:  # those of another pack are no evidence for this one
            lines.append(f"read blind, {name}: {right} of {len(answers)} right{later}")
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
