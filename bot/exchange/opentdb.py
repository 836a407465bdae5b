"""Open Trivia Database: JSON with ``results`` (https://opentdb.com/api_config.php), encoded in one of four ways."""

import base64
import binascii
import html
import json
import urllib.parse
from collections.abc import Iterator
from typing import Any

from bot.exchange.drafts import WHOLE, Draft, Found, LeftOut, Offered
from bot.exchange.texts import as_text, one_line

LICENCE = "CC BY-SA 4.0"
SOURCE = "https://opentdb.com"


def is_opentdb(text: str) -> bool:
    """Whether it looks like it."""
    return text.lstrip()[:1] in "{[" and '"correct_answer"' in text


def read(text: str) -> Iterator[Found]:
    """The questions of a file."""
    try:
        found = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        yield LeftOut("line 1", "no valid JSON")
        return
    entries = found.get("results") if isinstance(found, dict) else found
    for number, one in enumerate(entries if isinstance(entries, list) else [], 1):
        yield _draft(one, f"question {number}")


def _draft(one: Any, place: str) -> Found:
    if not isinstance(one, dict):
        return LeftOut(place, "no question")
    wrong = one.get("incorrect_answers")
    texts = [one.get("question"), one.get("correct_answer"), *(wrong if isinstance(wrong, list) else [])]
    if len(texts) < 3 or not all(isinstance(text, str) and text.strip() for text in texts):
        return LeftOut(place, "no question, no right answer or no wrong one")
    decode = _decoding(one)
    stem, right, *others = (as_text(one_line(decode(text))) for text in texts)
    section = one_line(decode(str(one.get("category", ""))))
    choices = [Offered(right, WHOLE), *(Offered(other) for other in others)]
    if {right, *others} <= {"True", "False"}:
        choices.sort(key=lambda choice: choice.text, reverse=True)
    hard = one_line(decode(str(one.get("difficulty", ""))))
    tags = (hard,) if hard in ("easy", "medium", "hard") else ()
    return Draft(
        stem, choices=tuple(choices[:10]), section=section, tags=tags, licence=LICENCE, source=SOURCE, place=place
    )


def _decoding(one: dict[str, Any]) -> Any:
    """How its texts are encoded: base64, as in an address, or as HTML; the file does not say it."""
    texts = [str(one["question"]), str(one["correct_answer"])]
    if all(_is_base64(text) for text in texts):
        return lambda text: base64.b64decode(text).decode("utf-8", "replace") if _is_base64(text) else text
    if "%" in texts[0] and " " not in texts[0]:
        return urllib.parse.unquote
    return html.unescape


def _is_base64(text: str) -> bool:
    try:
        raw = base64.b64decode(text, validate=True)
        return len(text) >= 4 and raw.decode("utf-8").isprintable()
    except (binascii.Error, ValueError):
        return False
