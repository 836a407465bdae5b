"""What members report about questions, what managers decide about them, and what comes of it."""

from enum import StrEnum
from typing import NamedTuple

MOST_CHARACTERS = 500
"""So long are a report, and what managers answer to it."""


class Report(NamedTuple):
    """One member's word on a question, as it was then."""

    member_id: int
    pack_id: str
    question_id: str
    question_hash: str
    guild_id: int | None
    words: str
    at_ms: int


class DecisionKind(StrEnum):
    """What managers can decide about a question."""

    ACCEPT = "accept"
    ANSWER = "answer"
    RETIRE = "retire"
    OVERRIDE = "override"
    UNDO = "undo"
    DISMISS = "dismiss"


class Subject(NamedTuple):
    """A version of a question in a server."""

    guild_id: int
    pack_id: str
    question_id: str
    question_hash: str


class Decision(NamedTuple):
    """What was decided when. ``key`` is that of an override, ``words`` those of an answer."""

    subject: Subject
    kind: DecisionKind
    at_ms: int
    key: int | None = None
    words: str = ""


class Said(NamedTuple):
    """A report as managers see it: the words, without who said them."""

    question_hash: str
    words: str
    at_ms: int


class Reported(NamedTuple):
    """A question with open reports in a server."""

    pack_id: str
    question_id: str
    reports: int
    first_ms: int


class Extent(NamedTuple):
    """How much is graded again."""

    answers: int
    members: int
    competitions: int


class ReportForAuthor(NamedTuple):
    """A report with what was last decided on it (None: nothing yet), without who and where."""

    pack_id: str
    question_id: str
    question_hash: str
    at_ms: int
    words: str
    decision: Decision | None


class Regrade(NamedTuple):
    """A version of a question whose answers in a server are to be graded again."""

    id: int
    subject: Subject


class Moved(NamedTuple):
    """Somebody whose place changed. ``hidden``: others are not told."""

    member_id: int
    competition_id: int
    before: int | None
    after: int | None
    hidden: bool
