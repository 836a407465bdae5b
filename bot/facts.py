"""Facts that people are told: a code and what belongs to it. They are kept so, and get their words where they are shown."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Value = str | int


class Code(StrEnum):
    """What can be told. Codes are stored: none changes its meaning."""

    SAID = "said"
    """Words from before there were codes, or of an error that has none: ``words``."""

    # Why a game stopped, or waits
    CANCELLED = "cancelled"
    CANCELLED_BY_HOST = "cancelled by the host"
    CANCELLED_BY_MANAGER = "cancelled by a manager"
    NOBODY_JOINED = "nobody joined"
    EVERYBODY_LEFT = "everybody left"
    ONE_OF_TWO_LEFT = "one of the two left"
    MADE_ROOM = "made room"
    NOT_ACCEPTED = "not accepted in time"
    TAKEN_BACK = "taken back"
    DECLINED = "declined"
    PAUSED_BY_HOST = "paused by the host"
    SILENT_ROUNDS = "silent rounds"
    """``rounds``"""
    NOT_RESUMED = "not resumed in time"
    GAME_CHANNEL_LOST = "channel of a game lost"
    """``why``, as Discord says it"""
    NOT_TAKEN = "message not taken"
    CHANNEL_BUSY = "channel busy"
    """``until``, in seconds since 1970"""

    # Why something that happens by itself did not
    CHANNEL_LOST = "channel lost"
    """``why``"""
    MISSED = "missed"
    """``at_ms``"""
    ANOTHER_ON = "another one was on"
    """``at_ms``"""
    LEFT_OUT = "left out"
    """``at_ms``, and the ``code`` of why with what belongs to it"""

    # What a member is told with their next reply
    REMINDERS_OFF = "reminders switched off"
    REPORT_ANSWERED = "report answered"
    """``stem`` of the question, ``words`` of the managers"""


@dataclass(frozen=True)
class Fact:
    """Something to tell."""

    code: Code
    values: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        """As the log has it."""
        return ", ".join([self.code.value, *(f"{name}: {value}" for name, value in self.values.items())])


def fact(code: Code, **values: Value) -> Fact:
    """A fact with what belongs to it."""
    return Fact(code, values)


def said(words: str) -> Fact:
    """What has no code."""
    return Fact(Code.SAID, {"words": words})


def with_why(code: Code, why: Fact, **values: Value) -> Fact:
    """A fact that another one explains."""
    return Fact(code, {**values, "code": why.code.value, **why.values})


def why_of(one: Fact) -> Fact:
    """The fact that explains it."""
    rest = {name: value for name, value in one.values.items() if name not in ("code", "at_ms")}
    return Fact(Code(str(one.values["code"])), rest)


def to_text(one: Fact | None) -> str:
    """A fact as it is kept; nothing for none."""
    return "" if one is None else json.dumps({"code": one.code.value, "values": dict(one.values)}, ensure_ascii=False)


def from_text(text: str) -> Fact | None:
    """A fact that was kept."""
    if not text:
        return None
    found = json.loads(text)
    return Fact(Code(found["code"]), found["values"])
