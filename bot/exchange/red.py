"""Trivia lists of Red: a mapping of YAML, each question with its answers
(https://docs.discord.red/en/stable/guide_trivia_list_creation.html)."""

from collections.abc import Iterator

from bot.exchange.drafts import Draft, Found, LeftOut
from bot.exchange.texts import as_text, one_line
from bot.packs.models import MOST_ACCEPTED, MOST_TYPED
from bot.packs.yaml_files import YamlFile, read_text

NO_QUESTIONS = {"AUTHOR", "CONFIG", "DESCRIPTION"}


def is_red(text: str) -> bool:
    """Whether it is a mapping of questions to lists of answers, as a trivia list is."""
    if ":" not in text or "- " not in text or "questions:" in text:
        return False
    found = read_text(text, "list")
    if not isinstance(found, YamlFile) or not isinstance(found.data, dict):
        return False
    entries = [value for key, value in found.data.items() if key not in NO_QUESTIONS]
    return bool(entries) and all(isinstance(value, list) for value in entries)


def read(text: str) -> Iterator[Found]:
    """The questions of a list, each to be typed."""
    found = read_text(text, "list")
    if not isinstance(found, YamlFile):
        for fault in found[:5]:
            yield LeftOut(f"line {fault.line}", fault.expected)
        return
    author = found.data.get("AUTHOR") if isinstance(found.data, dict) else None
    for key, values in found.data.items() if isinstance(found.data, dict) else ():
        if key in NO_QUESTIONS:
            continue
        fault = found.fault((key,), "")
        place = f"line {fault.line}"
        answers = [
            one_line(value if isinstance(value, str) else found.written((key, number)) or "")
            for number, value in enumerate(values if isinstance(values, list) else [values])
        ]
        accepted = tuple(one[:MOST_TYPED] for one in answers if one)
        if not accepted:
            yield LeftOut(place, "no right answer")
            continue
        source = f"A trivia list by {author}" if isinstance(author, str) else ""
        yield Draft(as_text(one_line(key)), form="typed", accepted=accepted[:MOST_ACCEPTED], source=source, place=place)
