"""Rows of a spreadsheet as questions: our own headings, and those of Kahoot's template; and questions as rows."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from bot.exchange.drafts import NAME_ALONE, WHOLE, Draft, Drawing, Found, LeftOut, Offered, by_shares, right_of
from bot.exchange.texts import clean, one_line
from bot.packs.models import LETTERS
from bot.quiz.question.typed import number_of

HEADINGS = (
    *("id", "form", "question", "code", "picture", "alt"),
    *(f"option {letter.lower()}" for letter in LETTERS),
    *("answer", "accepted", "marks", "number", "tolerance", "orders"),
    *("explanation", "explanation picture", "explanation alt"),
    *(f"reason {letter.lower()}" for letter in LETTERS),
    *("section", "tags", "code language", "licence", "source"),
)
"""Our own columns, in the order in which they are written; only *question* and *answer* are needed."""
ALSO = {
    "question": ("stem", "prompt", "text", "frage", "pregunta", "domanda", "質問", "pytanie", "вопрос"),
    "answer": ("correct", "correct answer", "right", "key", "solution", "antwort", "respuesta", "risposta", "答え"),
    "section": ("category", "topic", "kategorie", "categoría", "categoria"),
    "explanation": ("feedback", "general feedback", "erklärung", "explicación"),
    "accepted": ("accepted answers", "answers"),
    "options": ("choices",),
    "id": ("name",),
    "alt": ("alt text", "picture alt"),
}
"""Headings of others that mean the same."""
KAHOOT_ANSWERS = 4
MOST_ROWS = 20_000
_APART = re.compile(r"\s*[;|\n]\s*")
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t")


def defused(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe stands before what begins like one."""
    return f"'{cell}" if cell.startswith(_BEGINS_A_FORMULA) or re.match(r"'+[=+\-@\t]", cell) else cell


def fused(cell: str) -> str:
    """The cell without that apostrophe."""
    return cell[1:] if re.match(r"'+[=+\-@\t]", cell) else cell


def read_rows(rows: Sequence[Sequence[str]], language: str = "en", where: str = "row") -> Iterator[Found]:
    """The questions of a table; its headings stand in one of the first rows. ``where`` is what a row is called."""
    for number, row in enumerate(rows[:20]):
        names = [_heading(one) for one in row]
        if "question" in names:
            kahoot = any(name.startswith("answer 1") for name in names)
            body = rows[number + 1 : number + 1 + MOST_ROWS]
            for at, cells in enumerate(body, number + 2):
                values = _by_name(names, cells)
                if any(values.values()):
                    place = f"{where} {at}"
                    yield _kahoot(values, place) if kahoot else _ours(values, place, language)
            if len(rows) - number - 1 > MOST_ROWS:
                yield LeftOut(f"{where} {number + MOST_ROWS + 2}", f"more than {MOST_ROWS:,} rows; split the file")
            return
    yield LeftOut(f"{where} 1", 'no heading "question" in the first rows')


def _heading(cell: str) -> str:
    name = re.sub(r"\s*-\s*(max|choose)\b.*$", "", one_line(cell).casefold()).replace("_", " ")
    name = name.rstrip(" *:").removesuffix("(s)").strip()
    for ours, others in ALSO.items():
        if name in others:
            return ours
    if found := re.fullmatch(r"(option|answer|choice|reason)s? ?([a-j]|10|[1-9])", name):
        kind, which = found.groups()
        letter = which if which.isalpha() else LETTERS[int(which) - 1].lower()
        return f"{'reason' if kind == 'reason' else 'option' if kind != 'answer' or which.isalpha() else 'answer'} " + (
            which if kind == "answer" and not which.isalpha() else letter
        )
    return name


def _by_name(names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=False):
        if name and name not in values:
            values[name] = fused(clean(cell))
    return values


def _ours(values: Mapping[str, str], place: str, language: str) -> Found:
    stem = values.get("question", "")
    if not stem:
        return LeftOut(place, "no question")
    tags = tuple(one for one in _APART.split(values.get("tags", "").replace(",", ";")) if one)
    draft = Draft(
        stem=stem,
        code=values.get("code", ""),
        code_language=values.get("code language") or None,
        explanation=values.get("explanation", ""),
        section=one_line(values.get("section", "")),
        tags=tags,
        licence=one_line(values.get("licence", "") or values.get("license", "")),
        source=one_line(values.get("source", "")),
        name=one_line(values.get("id", "")),
        place=place,
        picture=_drawing(values, "picture", "alt"),
        explanation_picture=_drawing(values, "explanation picture", "explanation alt"),
    )
    choices = _choices(values)
    form, answer = values.get("form", "").casefold(), values.get("answer", "")
    if form == "order" or (not form and values.get("orders")):
        return _order(draft, choices, values)
    if values.get("number"):
        return _number(draft, values["number"], values.get("tolerance", ""), language)
    if values.get("accepted") or form == "typed" or (not choices and answer):
        accepted = tuple(one for one in _APART.split(values.get("accepted") or answer) if one)
        marks = values.get("marks", "").casefold() in ("yes", "true", "1")
        return (
            replace(draft, form="typed", accepted=accepted, marks=marks)
            if accepted
            else LeftOut(place, "no right answer")
        )
    right = _right(answer, [one.text for one in choices])
    if right is None:
        return LeftOut(place, f"the answer {answer!r} is none of the options" if answer else "no right answer")
    shared = tuple(one._replace(share=WHOLE if n in right else 0.0) for n, one in enumerate(choices))
    return by_shares(replace(draft, choices=shared), single=form != "several" and len(right) == 1)


def _drawing(values: Mapping[str, str], name: str, alt: str) -> Drawing | None:
    """A picture by the name of its file, which stands beside the table."""
    return Drawing(one_line(values[name]), one_line(values.get(alt, ""))) if values.get(name) else None


def without_files(drafts: Iterable[Draft]) -> list[LeftOut]:
    """What a table loses of these questions: pictures, but for the names of their files."""
    drawn = (one for one in drafts if one.picture or one.explanation_picture)
    return [LeftOut(one.name or one.stem, NAME_ALONE) for one in drawn]


def _choices(values: Mapping[str, str]) -> tuple[Offered, ...]:
    if listed := values.get("options"):
        return tuple(Offered(one) for one in _APART.split(listed) if one)
    found = []
    for letter in LETTERS.lower():
        text = values.get(f"option {letter}", "")
        if text:
            found.append(Offered(text, why=values.get(f"reason {letter}", "")))
    return tuple(found)


def _right(answer: str, texts: Sequence[str]) -> set[int] | None:
    """The places that an answer names by text, by letter or by number; None where it names none."""
    exact, folded = [one_line(text) for text in texts], [one_line(text).casefold() for text in texts]
    whole = one_line(answer)
    if whole in exact:
        return {exact.index(whole)}
    if whole.casefold() in folded and whole not in LETTERS:
        return {folded.index(whole.casefold())}
    found = set()
    parts = [one for one in re.split(r"\s*[,;|\n]\s*", answer.strip()) if one]
    for part in parts:
        name = one_line(part).casefold().rstrip(".)")
        if name in folded and part not in LETTERS:
            found.add(folded.index(name))
        elif len(name) == 1 and name.upper() in LETTERS[: len(texts)]:
            found.add(LETTERS.index(name.upper()))
        elif name.isascii() and name.isdigit() and 1 <= int(name) <= len(texts):
            found.add(int(name) - 1)
        else:
            return None
    return found or None


def _number(draft: Draft, number: str, tolerance: str, language: str) -> Found:
    value, within = number_of(number, language), number_of(tolerance, language) if tolerance else 0.0
    if value is None or within is None:
        return LeftOut(draft.place, f"{number if value is None else tolerance!r} is no number")
    return replace(draft, form="typed", number=value, tolerance=abs(within))


def _order(draft: Draft, choices: tuple[Offered, ...], values: Mapping[str, str]) -> Found:
    if not 3 <= len(choices) <= 8:
        return LeftOut(draft.place, f"an order of 3 to 8 options, not {len(choices)}")
    orders = []
    for one in _APART.split(values.get("orders", "")):
        letters = [LETTERS.index(letter) + 1 for letter in one.upper() if letter in LETTERS]
        if one and sorted(letters) != list(range(1, len(choices) + 1)):
            return LeftOut(draft.place, f"{one!r} is no order of the options")
        if letters and letters != sorted(letters):
            orders.append(tuple(letters))
    is_code = values.get("form", "").casefold() == "lines"
    return replace(draft, form="order", choices=choices, orders=tuple(orders), items_are_code=is_code)


def _kahoot(values: Mapping[str, str], place: str) -> Found:
    stem = values.get("question", "")
    if not stem:
        return LeftOut(place, "no question")
    numbered = [values.get(f"answer {n}", "") for n in range(1, KAHOOT_ANSWERS + 1)]
    texts = [one for one in numbered if one]
    right = {int(one) - 1 for one in re.findall(r"\d+", values.get("answer", "").replace(".0", ""))}
    if not right or not all(0 <= one < len(numbered) and numbered[one] for one in right):
        return LeftOut(place, "no right answer")
    kept = [(n, text) for n, text in enumerate(numbered) if text]
    choices = tuple(Offered(text, WHOLE if n in right else 0.0) for n, text in kept)
    if len(texts) < 2:
        return LeftOut(place, "only one answer to choose from")
    found = by_shares(Draft(stem=stem, choices=choices, place=place), single=len(right) == 1)
    lost = values.get("time limit", "") or next((v for k, v in values.items() if k.startswith("time limit")), "")
    return found.losing("its time limit") if isinstance(found, Draft) and lost else found


def _answer(right: Sequence[int], texts: Sequence[str]) -> str:
    """What names the right ones so that it is read back: letters, or texts where an option is itself a letter."""
    ways = [", ".join(LETTERS[place] for place in right), "; ".join(texts[place] for place in right)]
    return next((way for way in ways if _right(way, texts) == set(right)), ways[0])


def row_of(draft: Draft) -> list[str]:
    """A question as a row below `HEADINGS`."""
    answer = (
        _answer(right_of(draft), [one.text for one in draft.choices]) if draft.form in ("choice", "several") else ""
    )
    options = [one.text for one in draft.choices] + [""] * (len(LETTERS) - len(draft.choices))
    reasons = [one.why for one in draft.choices] + [""] * (len(LETTERS) - len(draft.choices))
    orders = "; ".join("".join(LETTERS[place - 1] for place in order) for order in draft.orders)
    number = "" if draft.number is None else repr(draft.number)
    picture, beside = draft.picture or Drawing(""), draft.explanation_picture or Drawing("")
    cells = [
        *(draft.name, "" if draft.form == "choice" else draft.form, draft.stem, draft.code, *picture[:2], *options),
        *(answer, "; ".join(draft.accepted), "yes" if draft.marks else "", number),
        *(repr(draft.tolerance) if draft.tolerance else "", orders),
        *(draft.explanation, *beside[:2], *reasons, draft.section, "; ".join(draft.tags)),
        *(draft.code_language or "", draft.licence, draft.source),
    ]
    return [defused(cell) for cell in cells]
