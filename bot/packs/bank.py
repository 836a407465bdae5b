"""Rules for a whole bank: what gives keys away, what is missing, what is there twice. In force from 60 questions up."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import combinations, islice, pairwise
from statistics import mean

from bot.packs.cues import absolutes, cue_report, hedges, length_ratio
from bot.packs.faults import Fault
from bot.packs.item_writing import NUMBER, is_negative, review_item
from bot.packs.linting import At, Finding
from bot.packs.models import KINDS, OTHER, Pack, Question
from bot.packs.words import cosine, words
from bot.wording import as_many

FROM_QUESTIONS = 60
MOST_COMPARED, RARE_WORDS, MOST_TELLERS = 60, 12, 20
MISCONCEPTION_USES = (3, 12)
MISCONCEPTION_KINDS = 2
OTHER_SHARE = 0.15
NEGATIVE_SHARE = 0.03
CHI_SQUARE = {3: 11.34, 2: 9.21}
"""By degrees of freedom, what chance exceeds once in a hundred."""

_PHRASES = {
    "an error": re.compile(r"\b(\w+Error|raises?|exception)\b"),
    "a deadlock": re.compile(r"\b(deadlock|hangs?|for ever|forever|never ends)\b", re.IGNORECASE),
    "nothing printed": re.compile(r"\bnothing\b|\bprints no", re.IGNORECASE),
    "not determined": re.compile(
        r"\b(not determined|can't be told|undetermined|depends on chance|not fixed)\b", re.IGNORECASE
    ),
}
_NEGATIONS = {
    "not",
    "no",
    "never",
    "cannot",
    "can't",
    "doesn't",
    "don't",
    "isn't",
    "aren't",
    "without",
    "true",
    "false",
}


def review(pack: Pack, at: At) -> list[Fault]:
    """Every rule that `python -m bot check` adds to those of a start: item by item, then the bank."""
    faults = _same_twice(pack, at)
    if pack.head.standard == "plain":
        return faults
    rules = partial(review_item, english=pack.head.is_english, proven=pack.head.standard == "proven")
    faults += [at(question, loc, *rest) for question in pack.questions for loc, *rest in rules(question)]
    if len(pack.questions) >= FROM_QUESTIONS:
        faults += [at(pack.head, loc, *rest) for loc, *rest in _whole(pack)]
        faults += _given_away(pack, at)
    return faults


def of_one_key(questions: Iterable[Question]) -> list[Question]:
    """Those that are answered by one of several options."""
    return [question for question in questions if question.form == "choice"]


def _whole(pack: Pack) -> Iterator[Finding]:
    questions = of_one_key(pack.questions)
    yield from _looks(questions, english=pack.head.is_english)
    if pack.head.is_english:
        yield from _wording(questions)
    if pack.head.standard != "proven":
        return
    yield from _misconceptions(pack)
    yield from _blueprint(pack)
    yield from _families(pack.questions)


def _looks(questions: list[Question], *, english: bool) -> Iterator[Finding]:
    if not questions:
        return
    for cue in cue_report(questions, english=english):
        if not cue.within:
            what = (
                f"no cue for who knows nothing: with {cue.options} options *{cue.guesser}* is right in {cue.right:.0%}"
            )
            yield (), what, "warning"
    ratio = mean(map(length_ratio, questions))
    if not 0.9 <= ratio <= 1.1:
        yield (), f"keys as long as the other options on average, not {ratio:.2f} times", "warning"
    for count in (3, 4):
        places = Counter(question.key for question in questions if len(question.options) == count)
        total = places.total()
        if total >= 20:
            chi = sum((places[place] - total / count) ** 2 / (total / count) for place in range(count))
            if chi > CHI_SQUARE[count - 1]:
                yield (), f"keys spread over the places of the file ({dict(sorted(places.items()))})", "warning"
    yield from _numbers(questions)


def _wording(questions: list[Question]) -> Iterator[Finding]:
    if not questions:
        return
    negative = sum(map(is_negative, questions)) / len(questions)
    if negative > NEGATIVE_SHARE:
        yield (), f"negative stems in at most {NEGATIVE_SHARE:.0%} of the questions, not {negative:.0%}", "warning"
    keys = [question.options[question.key].text for question in questions]
    wrong = [option.text for question in questions for option in question.options if not option.correct]
    for name, share in (("absolute words", absolutes), ("hedging words", hedges)):
        mine, theirs = share(keys), share(wrong)
        if max(mine, theirs) >= 0.05 and not 0.5 <= mine / max(theirs, 0.001) <= 2:
            yield (), f"{name} as often in keys ({mine:.0%}) as in other options ({theirs:.0%})", "warning"
    for name, phrase in _PHRASES.items():
        used = [option.correct for q in questions for option in q.options if phrase.search(option.text)]
        if len(used) >= 12 and not 0.15 <= mean(used) <= 0.40:
            yield (), f"{name} right in 15 to 40 % of its uses, not in {mean(used):.0%} of {len(used)}", "warning"
    opposed = sum(map(_key_is_one_of_two_opposites, questions)) / len(questions)
    if opposed > 0.2:
        yield (), f"the key one of two opposites in at most 20 % of the questions, not {opposed:.0%}", "warning"


def _numbers(questions: list[Question]) -> Iterator[Finding]:
    numeric = [
        question
        for question in questions
        if len(question.options) == 4 and all(NUMBER.fullmatch(option.text.strip()) for option in question.options)
    ]
    if len(numeric) >= 8:
        share = mean(question.key in (0, 3) for question in numeric)
        if not 0.3 <= share <= 0.7:
            yield (), f"the key lowest or highest in 30 to 70 % of the numeric questions, not {share:.0%}", "warning"


def _key_is_one_of_two_opposites(question: Question) -> bool:
    pairs = [
        (i, j)
        for (i, one), (j, other) in combinations(enumerate(question.options), 2)
        if (apart := set(words(one.text)) ^ set(words(other.text))) and apart <= _NEGATIONS
    ]
    return len(pairs) == 1 and question.key in pairs[0]


def _misconceptions(pack: Pack) -> Iterator[Finding]:
    uses: Counter[str] = Counter()
    kinds: dict[str, set[str]] = defaultdict(set)
    for question in pack.questions:
        for option in question.options:
            if option.misconception:
                uses[option.misconception] += 1
                kinds[option.misconception].add(question.kind)
    low, high = MISCONCEPTION_USES
    for index, one in enumerate(pack.head.misconceptions):
        if not low <= uses[one.id] <= high:
            yield ("misconceptions", index), f"{low} to {high} options behind {one.id}, not {uses[one.id]}", "warning"
        if len(kinds[one.id]) < MISCONCEPTION_KINDS:
            yield ("misconceptions", index), f"{one.id} in two kinds of questions or more", "warning"
    refuted = {name for section in pack.sections for page in section.pages for name in page.refutes}
    for index, one in enumerate(pack.head.misconceptions):
        if one.id not in refuted:
            yield ("misconceptions", index), f"a page whose `refutes` names {one.id}: learners are led to it", "warning"
    if uses[OTHER] > OTHER_SHARE * max(1, uses.total()):
        yield (), f"a misconception behind at least {1 - OTHER_SHARE:.0%} of the wrong options", "warning"


def _blueprint(pack: Pack) -> Iterator[Finding]:
    plan = pack.head.blueprint
    if plan is None:
        return
    cells = Counter((question.topic, question.kind) for question in pack.questions)
    for topic, planned in plan.topics.items():
        for kind, number in zip(KINDS, planned, strict=True):
            if abs(cells[topic, kind] - number) > 1:
                yield (
                    ("blueprint", "topics", topic),
                    f"{number} questions to {kind}, not {cells[topic, kind]}",
                    "warning",
                )
    by_difficulty: Counter[tuple[str, str]] = Counter(
        (question.kind, question.difficulty) for question in pack.questions
    )
    for kind, planned in plan.difficulties.items():
        for difficulty, number in zip(("easy", "medium", "hard"), planned, strict=True):
            if abs(by_difficulty[kind, difficulty] - number) > 1:
                what = f"{number} {difficulty} questions to {kind}, not {by_difficulty[kind, difficulty]}"
                yield ("blueprint", "difficulties", kind), what, "warning"
    planned_in_all = sum(map(sum, plan.topics.values()))
    if len(pack.questions) != planned_in_all:
        yield ("blueprint",), f"{planned_in_all} questions in all, not {len(pack.questions)}", "warning"


def _families(questions: list[Question]) -> Iterator[Finding]:
    sizes = Counter(question.family for question in questions)
    alone = sorted(family for family, size in sizes.items() if size == 1)
    if len(alone) > len(sizes) / 5:
        yield (), f"siblings for most families; alone are {as_many(alone, 400)}", "warning"


def _same_twice(pack: Pack, at: At) -> list[Fault]:
    faults = []
    by_topic: dict[str, list[tuple[Question, Counter[str]]]] = defaultdict(list)
    for question in pack.questions:
        told = f"{question.stem} {question.code or ''} {question.alt} {question.answer}"
        by_topic[question.topic].append((question, Counter(words(told))))
    for asked in by_topic.values():
        for other, one in _near(asked):
            faults.append(at(other, ("stem",), f"a question that is not nearly {one.id}, of another family", "warning"))
    keys: dict[str, list[Question]] = defaultdict(list)
    for question in pack.questions:
        key = question.answer
        if len(words(key)) >= 4 and not question.code and question.form == "choice":
            keys[key.casefold()].append(question)
    for same in keys.values():
        faults += [
            at(one, ("options", one.key, "text"), "words that are not the key elsewhere", "warning") for one in same[2:]
        ]
    return faults


def _near(asked: list[tuple[Question, Counter[str]]]) -> Iterator[tuple[Question, Question]]:
    """Each question that nearly is an earlier one of another family, with that one.

    Two that are alike share some of their rarest words, so each is held only against the earlier ones that do, and
    against `MOST_COMPARED` of them at most: the time grows with the questions, not with their square.
    """
    frequency = Counter(word for _, told in asked for word in told)
    using: dict[str, list[int]] = defaultdict(list)
    for index, (question, told) in enumerate(asked):
        rarest = sorted(told, key=lambda word: (frequency[word], word))[:RARE_WORDS]
        candidates = islice(dict.fromkeys(one for word in rarest for one in using[word]), MOST_COMPARED)
        for one, theirs in (asked[candidate] for candidate in candidates):
            if one.family != question.family and cosine(told, theirs) > 0.9:
                yield question, one
                break
        for word in told:
            if len(using[word]) < MOST_COMPARED:
                using[word].append(index)


def _given_away(pack: Pack, at: At) -> list[Fault]:
    """Four words in a row of one key in another's stem or code: they should not meet in one sitting."""
    told: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for question in pack.questions:
        for run in _runs_of_four(f"{question.stem} {question.code or ''}"):
            if len(told[run]) < MOST_TELLERS:
                told[run].append(question.id)
    faults = []
    by_id = {question.id: question for question in pack.questions}
    for question in of_one_key(pack.questions):
        tellers = set().union(*(told[run] for run in _runs_of_four(question.options[question.key].text) if run in told))
        for teller in sorted(tellers - {question.id, *question.enemies}):
            if question.id not in by_id[teller].enemies and by_id[teller].family != question.family:
                expected = f"{teller} among the enemies: its text holds four words of this key in a row"
                faults.append(at(question, ("options", question.key, "text"), expected, "warning"))
    return faults


def _runs_of_four(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {run for run in zip(*(found[start:] for start in range(4)), strict=False) if max(map(len, run)) >= 5}


def longest_run(questions: list[Question]) -> int:
    """The longest run of questions in the file whose key stands at the same place."""
    longest = run = 1
    for one, other in pairwise(questions):
        run = run + 1 if one.key == other.key else 1
        longest = max(longest, run)
    return longest
