"""A question as the form shows it, and what the form brought as it is written in the file.

A file may say the same in several ways: options as plain texts with an ``answer`` below, items of an order, keys left out.
The form knows one way; what was not changed in it stays as its author wrote it.
"""

import re
from collections.abc import Iterable
from typing import Any

from bot.packs.models import LETTERS

Fields = dict[str, Any]
Entry = dict[str, Any]

TEXTS = (
    *("id", "section", "stem", "picture", "alt", "code", "code_language", "explanation", "explanation_picture"),
    *("explanation_alt", "source", "licence", "difficulty", "kind", "topic", "family", "since", "until", "build"),
)
CHECKS = ("marks", "near_counts", "core")
LISTS = ("accepted", "enemies")
NUMBERS = ("number", "tolerance")
PROGRAMS = ("proof", "repaired")
OF_FORM = {
    "choice": {"options"},
    "several": {"options"},
    "order": {"items", "orders", "items_are_code"},
    "typed": {"accepted", "number", "tolerance", "marks", "near_counts"},
}
"""The fields that belong to one form alone."""
ORDER = (
    *("id", "section", "topic", "kind", "difficulty", "core", "family", "enemies", "form", "stem", "picture", "alt"),
    *("code", "code_language", "text", "correct", "options", "items", "lines", "items_are_code", "answer", "accepted"),
    *("number", "tolerance", "orders", "marks", "near_counts", "why", "misconception", "explanation"),
    *("explanation_picture", "explanation_alt", "source", "licence", "since", "until", "build"),
    *("proof", "repaired", "script", "prints"),
)
"""In which order a question's keys stand in a file, where they are new."""
_NUMBER = re.compile(r"[-+]?\d+")


def fields_of(entry: Entry) -> Fields:
    """What the form shows of a question, of which every single value is a text as it stands in the file."""
    fields: Fields = {name: _one(entry.get(name)) for name in (*TEXTS, *NUMBERS)}
    fields |= {name: _one(entry.get(name)) == "true" for name in CHECKS}
    if "core" not in entry:
        fields["core"] = True
    fields |= {name: _several(entry.get(name)) for name in LISTS}
    for name in PROGRAMS:
        found = entry.get(name)
        fields[name] = {key: _one(found.get(key)) for key in ("script", "prints")} if isinstance(found, dict) else None
    fields["form"] = form_of(entry)
    fields["items_are_code"] = "lines" in entry or _one(entry.get("items_are_code")) == "true"
    orders = entry.get("orders")
    fields["orders"] = [" ".join(_several(one)) for one in orders] if isinstance(orders, list) else []
    if fields["form"] == "order":
        fields["items"] = [_one(_option(one)["text"]) for one in _listed(entry, ("items", "lines", "options"))]
        fields["options"] = []
    else:
        fields["items"] = []
        fields["options"] = _options(entry)
    if fields["form"] == "typed" and not fields["accepted"] and not fields["number"]:
        fields["accepted"] = _several(entry.get("answer"))
    return fields


def form_of(entry: Entry) -> str:
    """The form that a question has, or that its keys mean."""
    if isinstance(entry.get("form"), str) and entry["form"] in OF_FORM:
        return str(entry["form"])
    if "options" not in entry and ("items" in entry or "lines" in entry):
        return "order"
    if "accepted" in entry or "number" in entry:
        return "typed"
    return "several" if isinstance(entry.get("answer"), list) else "choice"


def entry_of(fields: Fields, before: Entry, *, short: bool) -> Entry:
    """The question as it is written, where ``before`` is what stood there (nothing for a new one).

    ``short``: the course may leave things out, so that a new question has plain options with an ``answer`` below.
    """
    was = fields_of(before)
    entry = dict(before)
    form = str(fields.get("form", "choice"))
    for name in TEXTS:
        _set(entry, name, _text_like(before.get(name), str(fields.get(name, ""))), was[name])
    for name in CHECKS:
        _check(entry, name, given=bool(fields.get(name)), was=bool(was[name]))
    if not short and "core" not in entry:  # a proven course wants it said
        entry["core"] = bool(fields.get("core"))
    for name in LISTS:
        found = [one for one in _several(fields.get(name)) if one.strip()]
        if found != was[name]:
            _put(entry, name, found)
    for name in NUMBERS:
        text = str(fields.get(name, "")).strip()
        if text != was[name]:
            _put(entry, name, _number(text))
    for name in PROGRAMS:
        if fields.get(name) != was[name]:
            _put(entry, name, _program(fields.get(name), before.get(name)))
    _set_form(entry, form, fields, was)
    if form in ("choice", "several"):
        options = _filled(fields.get("options") or [])
        if (form, options) != (was["form"], was["options"]):
            _set_options(entry, form, options, before, short=short)
    elif form == "order":
        _set_items(entry, fields, was, before)
    return entry


def _set_form(entry: Entry, form: str, fields: Fields, was: Fields) -> None:
    """Say the form where its keys don't, and take out what belongs to the one that it had."""
    gone = {name for other, names in OF_FORM.items() if other != form for name in names} - OF_FORM[form]
    if form not in ("choice", "several"):
        gone |= {"answer"}
    if form == "order" and was["form"] == "order":
        gone -= {"options"}  # its items may be written so
    if form != "order":
        gone |= {"lines"}
    for name in gone:
        entry.pop(name, None)
    if form == "typed" and not entry.get("number") and "number" not in entry and "accepted" not in entry:
        entry["accepted"] = [one for one in _several(fields.get("accepted")) if one.strip()]
    if "form" in entry or form == "several":
        entry["form"] = form
        if form == "choice":
            del entry["form"]


def _set_options(entry: Entry, form: str, options: list[Fields], before: Entry, *, short: bool) -> None:
    texts = [str(one.get("text", "")) for one in options]
    right = [index for index, one in enumerate(options) if one.get("right")]
    had = before.get("options")
    plain_before = isinstance(had, list) and bool(had) and not any(isinstance(one, dict) for one in had)
    told = any(one.get("why") or one.get("misconception") for one in options)
    as_plain = not told and (plain_before or (short and not had))
    uses_answer = as_plain or "answer" in before
    by_text = {_one(one.get("text")): one for one in had or () if isinstance(one, dict)}
    if as_plain:
        entry["options"] = texts
    else:
        entry["options"] = [_full_option(one, by_text, uses_answer=uses_answer) for one in options]
    if uses_answer:
        letters = _by_letter(before)
        called = [LETTERS[index] if letters and index < len(LETTERS) else texts[index] for index in right]
        _put(entry, "answer", called if form == "several" else (called[0] if called else ""))
        if form == "several" and as_plain and "form" not in before:
            entry.pop("form", None)
    else:
        entry.pop("answer", None)


def _filled(options: list[Fields]) -> list[Fields]:
    """The options without the empty ones at the end, which the form offers to be filled in."""
    filled = [place for place, one in enumerate(options) if one.get("text") or one.get("why") or one.get("right")]
    return options[: max(filled, default=-1) + 1]


def _by_letter(before: Entry) -> bool:
    """Whether the answer was named by its letter."""
    given = _several(before.get("answer"))
    texts = [_one(_option(one)["text"]) for one in before.get("options") or ()]
    return bool(given) and all(len(one) == 1 and one.upper() in LETTERS and one not in texts for one in given)


def _full_option(option: Fields, by_text: dict[str, Any], *, uses_answer: bool) -> Entry:
    text = str(option.get("text", ""))
    full: Entry = {"text": text}
    before = by_text.get(text, {})
    if option.get("right") and not uses_answer:
        full["correct"] = True
    elif "correct" in before and not uses_answer:
        full["correct"] = False
    for name in ("why", "misconception"):
        if value := str(option.get(name, "")):
            full[name] = _text_like(before.get(name), value)
    return full


def _set_items(entry: Entry, fields: Fields, was: Fields, before: Entry) -> None:
    items = [str(one) for one in fields.get("items") or []]
    while items and not items[-1].strip():  # the form offers empty ones to be filled in
        items.pop()
    is_code = bool(fields.get("items_are_code"))
    if "options" in before and was["form"] == "order":
        if items != was["items"]:
            entry["options"] = [{"text": one} for one in items]
        _check(entry, "items_are_code", given=is_code, was=bool(was["items_are_code"]))
    else:
        key, other = ("lines", "items") if is_code else ("items", "lines")
        entry.pop(other, None)
        entry.pop("items_are_code", None)
        entry[key] = items
    orders = [_places(one) for one in fields.get("orders") or [] if str(one).strip()]
    if [" ".join(map(str, one)) for one in orders] != was["orders"]:
        _put(entry, "orders", orders)


def _places(text: object) -> list[Any]:
    return [_number(one) for one in re.split(r"[\s,>→-]+", str(text).strip()) if one]


def _options(entry: Entry) -> list[Fields]:
    options = [_option(one) for one in _listed(entry, ("options",))]
    texts = [_one(one["text"]) for one in options]
    right = {index for index, one in enumerate(options) if _one(one.get("correct")) == "true"}
    for given in _several(entry.get("answer")):
        letter = given.strip().upper()
        if given in texts:
            right.add(texts.index(given))
        elif len(letter) == 1 and letter in LETTERS[: len(texts)]:
            right.add(LETTERS.index(letter))
    return [
        {
            "text": texts[index],
            "right": index in right,
            "why": _one(one.get("why")),
            "misconception": _one(one.get("misconception")),
        }
        for index, one in enumerate(options)
    ]


def _option(one: Any) -> Entry:
    return {"text": "", **one} if isinstance(one, dict) else {"text": one}


def _listed(entry: Entry, names: Iterable[str]) -> list[Any]:
    return next((entry[name] for name in names if isinstance(entry.get(name), list)), [])


def _one(value: Any) -> str:
    """A single value as a text; what is none can't be shown in a field."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None or isinstance(value, list | dict) else str(value)


def _several(value: Any) -> list[str]:
    if isinstance(value, list):
        return [_one(one) for one in value]
    return [] if value is None or isinstance(value, dict) else [_one(value)]


def _text_like(before: Any, text: str) -> str:
    """A text that ends as the one before did: a block of code ends with a line break, which no field shows."""
    text = text.replace("\r\n", "\n")
    if isinstance(before, str) and before.endswith("\n") and text and not text.endswith("\n"):
        return f"{text}\n"
    return text


def _set(entry: Entry, name: str, text: str, was: str) -> None:
    if text not in (was, f"{was}\n") or (was and not text):
        _put(entry, name, text)


def _put(entry: Entry, name: str, value: Any) -> None:
    """Have the key hold this; nothing, and it is taken out."""
    if value in ("", [], None):
        entry.pop(name, None)
    else:
        entry[name] = value


def _check(entry: Entry, name: str, *, given: bool, was: bool) -> None:
    if given != was:
        if given or name == "core":
            entry[name] = given
        else:
            entry.pop(name, None)


def _number(text: str) -> Any:
    """The number that a text is, else the text, so that the checker can say what is wrong with it."""
    if _NUMBER.fullmatch(text):
        return int(text)
    try:
        found = float(text)
    except ValueError:
        return text
    return found if found == found and abs(found) != float("inf") else text


def _program(given: Any, before: Any) -> Entry | None:
    if not isinstance(given, dict) or not any(given.values()):
        return None
    had = before if isinstance(before, dict) else {}
    texts = {name: str(given.get(name, "")) for name in ("script", "prints")}
    return {name: _text_like(had.get(name), text) for name, text in texts.items() if text or name == "prints"}
