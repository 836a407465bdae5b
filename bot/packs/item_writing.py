"""Rules for one question that a schema can't say: is it fair, plain, true wherever it is asked, and provable?

They follow the research on item writing (Haladyna, Downing and Rodriguez 2002; NBME's list of cues). None of them stops a
start: `python -m bot check` tells an author.
"""

import ast
import builtins
import re
from collections.abc import Iterator

from bot.packs.cues import length_ratio
from bot.packs.linting import Finding
from bot.packs.models import Question
from bot.packs.words import grade, likeness, sentences, without_code, words

STEM_WORDS = 60
OPTION_CHARACTERS = 160
EXPLANATION_WORDS = (25, 120)
SENTENCE_WORDS = 25
GRADE = 10
NUMBER = re.compile(r"`?-?\d+(?:[.,]\d+)?(?: ?(?:s|ms|%|seconds?|times|rounds))?`?")
"""An option that is nothing but a number, with its unit."""

_TIME_WORDS = re.compile(r"\b(new|newer than before|latest|recently|nowadays|now|modern|currently)\b", re.IGNORECASE)
_NEGATIVE = re.compile(r"\b(not|except|never|false|incorrect|untrue)\b", re.IGNORECASE)
_DEPRECATED = re.compile(
    r"get_event_loop\(|\bloop=|@asyncio\.coroutine|notifyAll|setDaemon|isDaemon|currentThread|activeCount|isAlive"
)
_UNSTEADY = re.compile(r"\bimport random\b|\brandom\.|\bid\(|perf_counter|monotonic\(|time\.time\(|getrandbits|uuid")
_END = re.compile(r"[.?!;:,]$")
_COMPARES = re.compile(r"\b(faster|slower|cheaper|quicker)\b", re.IGNORECASE)
_BUILD = re.compile(r"standard build|standard CPython|free-threaded|default build", re.IGNORECASE)
_CRITERION = re.compile(
    r"\d|\b(two|three|four|five|ten|hundred|thousand|must|should|needs?|without|least|most|best|each)\b", re.IGNORECASE
)
_CURLY = re.compile("[‘’“”]")


def review_item(question: Question, *, english: bool = True, proven: bool = True) -> Iterator[Finding]:
    """Everything to say about one question: whether it is fair; and, where it is proven, of style (in English) and proofs."""
    if english and proven:
        yield from _stem(question)
        if question.form == "choice":
            yield from _option_words(question)
        yield from _explanation(question)
        yield from _kind_words(question)
    if question.form == "choice":
        yield from _options(question)
    if proven:
        yield from _kind(question)
        if question.code_language == "python":
            yield from _code(question)


def _stem(question: Question) -> Iterator[Finding]:
    stem = question.stem.strip()
    if len(words(stem)) > STEM_WORDS:
        yield ("stem",), f"at most {STEM_WORDS} words, not {len(words(stem))}", "warning"
    if (longest := max((len(words(one)) for one in sentences(stem)), default=0)) > SENTENCE_WORDS:
        yield ("stem",), f"sentences of at most {SENTENCE_WORDS} words, not {longest}", "warning"
    if (years := grade(stem)) > GRADE and len(words(stem)) >= 12:
        yield ("stem",), f"plainer words or shorter sentences (reading grade {years:.0f}, {GRADE} at most)", "warning"
    if found := _TIME_WORDS.search(without_code(stem)):
        yield ("stem",), f"a version instead of {found.group()!r}, which ages", "warning"
    if re.search(r"\b(a|an)\s*:$", stem):
        yield ("stem",), "an article inside the options instead of before them: it gives the key away", "warning"
    if is_negative(question) and not re.search(r"\*\*(NOT|EXCEPT|NEVER|FALSE|INCORRECT)\*\*", stem):
        yield ("stem",), "the negative word in bold capitals, such as **NOT**", "warning"


def is_negative(question: Question) -> bool:
    """Whether the stem asks for what does not hold."""
    last = sentences(question.stem)[-1:] or [""]
    return bool(re.match(r"(?i)\s*which\b.*\b(is|are|does|do)\s+(\*\*)?(not|never)\b", last[0])) or bool(
        re.search(r"\*\*(NOT|EXCEPT|NEVER|FALSE|INCORRECT)\*\*|(?i:\bexcept\b)", question.stem)
    )


def _options(question: Question) -> Iterator[Finding]:
    texts = [option.text.strip() for option in question.options]
    whole = [set(words(text)) for text in texts]
    for index, text in enumerate(texts):
        if len(text) > OPTION_CHARACTERS:
            yield ("options", index, "text"), f"at most {OPTION_CHARACTERS} characters, not {len(text)}", "warning"
        for other in range(index):
            if len(whole[index] | whole[other]) >= 4 and likeness(whole[index], whole[other]) >= 0.9:
                if sorted(words(texts[index])) == sorted(words(texts[other])) and question.code:
                    continue  # the same words in another order: two outputs
                yield ("options", index, "text"), "a text that is not nearly that of another option", "warning"
            if likeness(words(question.options[index].why), words(question.options[other].why)) >= 0.6:
                yield ("options", index, "why"), "a reason of its own, not nearly that of another option", "warning"
    lengths = [len(text) for text in texts]
    ratio = length_ratio(question)
    if max(lengths) >= 25 and not 0.6 <= ratio <= 1.6:
        yield (
            ("options", question.key, "text"),
            f"about the length of the others, not {ratio:.1f} times that",
            "warning",
        )
    if max(lengths) > 40 and max(lengths) > 2.5 * min(lengths):
        yield ("options",), "options of similar length (the longest at most 2.5 times the shortest)", "warning"
    numbers = [text for text in texts if NUMBER.fullmatch(text)]
    if numbers and len(numbers) < len(texts) - 1:
        yield ("options",), "options of one form: all numbers, or none", "warning"
    if len(numbers) == len(texts):
        values = [_value(text) for text in texts]
        if values != sorted(values):
            yield ("options",), "numbers in rising order", "warning"


def _option_words(question: Question) -> Iterator[Finding]:
    texts = [option.text.strip() for option in question.options]
    whole = [set(words(text)) for text in texts]
    for index, text in enumerate(texts):
        if found := _TIME_WORDS.search(without_code(text)):
            yield ("options", index, "text"), f"a version instead of {found.group()!r}, which ages", "warning"
    if len({bool(_END.search(text)) for text in texts}) > 1:
        yield ("options",), "options that all end with a full stop, or none", "warning"
    stem = {word for word in words(question.stem) if len(word) >= 7}
    only_in_key = stem & whole[question.key] - set().union(*(w for i, w in enumerate(whole) if i != question.key))
    if len(only_in_key) > 1:
        yield (
            ("options", question.key, "text"),
            f"fewer of the stem's words that no other option has ({', '.join(sorted(only_in_key))})",
            "warning",
        )


def _value(text: str) -> float:
    """A number that an option consists of; milliseconds are thousandths."""
    number = float(re.sub(r"[^\d.-]", "", text.replace(",", "")))
    return number / 1000 if re.search(r"\d ?ms", text) else number


def _explanation(question: Question) -> Iterator[Finding]:
    found = words(question.explanation)
    low, high = EXPLANATION_WORDS
    if not low <= len(found) <= high:
        yield ("explanation",), f"{low} to {high} words, not {len(found)}", "warning"
    if likeness(found, words(question.answer)) >= 0.8:
        yield ("explanation",), "more than the right option once more", "warning"
    told = f"{question.stem} {question.explanation} " + " ".join(option.why for option in question.options)
    if "GIL" in question.stem + question.answer and not (question.build or _BUILD.search(told)):
        yield ("stem",), "which build is meant where it speaks of the GIL (such as *the standard build*)", "warning"
    if _COMPARES.search(question.answer) and not (question.source or question.proof):
        yield ("source",), "a source or a proof for what claims to be faster or slower", "warning"


def _kind_words(question: Question) -> Iterator[Finding]:
    shows_code = question.code or question.items_are_code
    if question.kind == "apply" and not (shows_code or re.search(r"\d|\b(two|three|four|five)\b", question.stem)):
        yield ("stem",), "code or numbers in a question that asks to apply", "warning"
    if question.kind == "design" and len(_CRITERION.findall(question.stem)) < 2:
        yield ("stem",), "the criterion and the constraints of the choice (sizes, cores, waits)", "warning"


def _kind(question: Question) -> Iterator[Finding]:
    if question.kind == "recall" and question.code:
        yield ("code",), "no code in a question that asks to recall", "warning"
    if not (question.source or question.proof):
        yield (), "a source or a proof", "warning"
    if (question.since or question.until) and not re.search(r"3\.\d+", question.stem):
        yield ("stem",), "the version on which the answer depends", "warning"


def _code(question: Question) -> Iterator[Finding]:
    programs: list[tuple[tuple[str, ...], str | None]] = [(("code",), question.code)]
    programs += [(("proof", "script"), question.proof.script)] if question.proof else []
    programs += [(("repaired", "script"), question.repaired.script)] if question.repaired else []
    for loc, code in programs:
        if not code:
            continue
        if _CURLY.search(code):
            yield loc, "straight quotes", "warning"
        if (found := _DEPRECATED.search(code)) and not (question.since or question.until):
            yield loc, f"no deprecated or removed name ({found.group()})", "warning"
        yield from (
            (loc, what, "warning") for what in _python_faults(code, whole=loc != ("code",) or _is_proof(question))
        )
        if (loc != ("code",) or _is_proof(question)) and (found := _UNSTEADY.search(code)):
            yield loc, f"a program that prints the same each time, without {found.group()}", "warning"
    if question.code and question.kind in ("apply", "debug") and not question.proof:
        yield (), "a proof: the code's key is what running it shows", "warning"
    if question.code and question.kind == "debug" and not question.repaired:
        yield (), "the repaired program, which is proved as well", "warning"
    if question.repaired and question.proof and question.repaired.script == (question.proof.script or question.code):
        yield ("repaired", "script"), "a program that differs from the faulty one", "warning"


def _is_proof(question: Question) -> bool:
    return question.proof is not None and question.proof.script is None


def _python_faults(code: str, *, whole: bool) -> Iterator[str]:
    """What keeps a program from running: its syntax and, for a whole one, names that nothing defines."""
    try:
        tree = ast.parse(code)
    except SyntaxError as problem:
        yield f"valid Python; line {problem.lineno} of the code is not"
        return
    if not whole:
        return
    bound = {*dir(builtins), "__name__", "__file__"}
    used: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                used.setdefault(node.id, node.lineno)
            else:
                bound.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs) and node.name:
            bound.add(node.name)
    for name, line in used.items():
        if name not in bound:
            yield f"every name defined or imported; {name} in line {line} is not"
