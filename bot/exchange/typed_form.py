"""A question as it is typed into a form's five fields, and as a draft.

The first block of code in the question becomes its code. An answer stands in a line of its own, a right one begins with
``* ``; lines to be put in order stand in the right order, and of texts to be typed every line is accepted. The first reason
is that of the first answer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.exchange.drafts import WHOLE, Draft, Found, LeftOut, Offered, by_shares, right_of
from bot.packs.models import MOST_ACCEPTED, FormName

RIGHT = "* "
PLUS_MINUS = "±"
_BLOCK = re.compile(r"^```([A-Za-z0-9+#.-]*)[ \t]*\n(.*?)\n?```[ \t]*$", re.DOTALL | re.MULTILINE)
_NUMBER = re.compile(r"([-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?)(?:\s*(?:±|\+-|\+/-)\s*(\d+(?:[.,]\d+)?))?")


@dataclass(frozen=True)
class Typed:
    """What was typed, as it was typed, and what the command's options said besides. ``picture`` is a picture's key."""

    question: str
    answers: str
    reasons: str = ""
    explanation: str = ""
    source: str = ""
    form: FormName = "choice"
    section: str = ""
    picture: str = ""
    alt: str = ""


def read_typed(typed: Typed, name: str = "") -> Found:
    """The question as a draft called ``name``; or what of it can't be taken, the field in the place of its place."""
    stem, code, language = _with_code(typed.question)
    if not stem:
        return LeftOut("Question", "write what is asked, in words; code alone is no question")
    draft = Draft(
        stem=stem,
        code=code,
        code_language=language if code else None,
        explanation=typed.explanation.strip(),
        source=" ".join(typed.source.split()),
        section=typed.section,
        name=name,
        place="Answers",
    )
    lines = [line.rstrip() for line in typed.answers.strip("\n").split("\n") if line.strip()]
    if not lines:
        return LeftOut("Answers", "write the answers, one a line")
    if typed.form == "typed":
        return _accepting(draft, [line.strip() for line in lines])
    if typed.form == "order":
        return _in_order(draft, typed.answers)
    reasons = typed.reasons.rstrip().split("\n") if typed.reasons.strip() else []
    if len(reasons) > len(lines):
        return LeftOut("Reasons", f"there are {len(reasons)} reasons for {len(lines)} answers; write one a line")
    right = [line.startswith(RIGHT) or line == RIGHT.strip() for line in lines]
    if not any(right):
        return LeftOut("Answers", "put a star and a space before the right answer: * Paris")
    texts = [line[1:].strip() if is_right else line.strip() for line, is_right in zip(lines, right, strict=True)]
    if not all(texts):
        return LeftOut("Answers", "there is a star without an answer behind it")
    whys = [*(one.strip() for one in reasons), *[""] * (len(lines) - len(reasons))]
    choices = tuple(Offered(*one) for one in zip(texts, (WHOLE * one for one in right), whys, strict=True))
    return by_shares(replace(draft, choices=choices), single=False if typed.form == "several" else None)


def typed_of(draft: Draft) -> Typed:
    """How a question would have been typed."""
    fence = f"```{draft.code_language or ''}\n{draft.code}\n```"
    right = right_of(draft)
    answers = [f"{RIGHT if place in right else ''}{one.text}" for place, one in enumerate(draft.choices)]
    if draft.form == "order":
        answers = [one.text for one in draft.choices]
        answers = ["```", *answers, "```"] if draft.items_are_code else answers
    elif draft.form == "typed":
        answers = list(draft.accepted)
        if draft.number is not None:
            around = f" {PLUS_MINUS} {draft.tolerance:g}" if draft.tolerance else ""
            answers = [f"{draft.number:g}{around}"]
    whys = [" ".join(one.why.split()) for one in draft.choices]
    return Typed(
        question=f"{draft.stem}\n{fence}" if draft.code else draft.stem,
        answers="\n".join(answers),
        reasons="\n".join(whys) if any(whys) else "",
        explanation=draft.explanation,
        source=draft.source,
        form=draft.form,
        section=draft.section,
    )


def _with_code(text: str) -> tuple[str, str, str | None]:
    """The words of a question, its first block of code, and that block's language."""
    text = text.replace("\r\n", "\n")
    found = _BLOCK.search(text)
    if not found:
        return text.strip(), "", None
    rest = "\n".join(part.strip() for part in (text[: found.start()], text[found.end() :]) if part.strip())
    return rest, found[2].rstrip(), found[1].lower()


def _accepting(draft: Draft, lines: Sequence[str]) -> Found:
    if len(lines) == 1 and (number := _NUMBER.fullmatch(lines[0])):
        value, around = (float(one.replace(",", ".")) if one else 0.0 for one in number.groups())
        return replace(draft, form="typed", number=value, tolerance=around)
    if len(lines) > MOST_ACCEPTED:
        return LeftOut("Answers", f"at most {MOST_ACCEPTED} texts can be accepted")
    return replace(draft, form="typed", accepted=tuple(dict.fromkeys(line.removeprefix(RIGHT) for line in lines)))


def _in_order(draft: Draft, answers: str) -> Found:
    code = _BLOCK.search(answers.replace("\r\n", "\n"))
    lines = (code[2] if code else answers).split("\n")
    items = [line.rstrip() if code else line.strip() for line in lines if line.strip()]
    if not code and any(one.startswith(RIGHT) for one in items):
        return LeftOut("Answers", "an order needs no stars: write the lines in the right order")
    if not 3 <= len(items) <= 8:
        return LeftOut("Answers", f"an order has 3 to 8 lines, not {len(items)}")
    choices = tuple(Offered(one) for one in items)
    language = code[1].lower() if code and code[1] else draft.code_language
    return replace(draft, form="order", choices=choices, items_are_code=bool(code), code_language=language)
