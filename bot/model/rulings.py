"""What members report about questions, what managers decide about them, and what comes of it."""

from enum import StrEnum
from typing import NamedTuple

MOST_CHARACTERS = 500
"""So long are a report, and what managers answer to it."""


class Report(NamedTuple):
    """One member's word on a question, as it was then, or (``typed``) that what they had typed should count."""

    member_id: int
    pack_id: str
    question_id: str
    question_hash: str
    guild_id: int | None
    words: str
    at_ms: int
    typed: str | None = None


class DecisionKind(StrEnum):
    """What managers can decide about a question."""

    ACCEPT = "accept"
    ANSWER = "answer"
    RETIRE = "retire"
    OVERRIDE = "override"
    UNDO = "undo"
    DISMISS = "dismiss"
    COUNT = "count"


class Subject(NamedTuple):
    """A version of a question in a server."""

    guild_id: int
    pack_id: str
    question_id: str
    question_hash: str


class Decision(NamedTuple):
    """What was decided when. ``key`` is that of an override, ``words`` those of an answer, or the text that counts.

    One that undoes with ``words`` takes only that text back.
    """

    subject: Subject
    kind: DecisionKind
    at_ms: int
    key: int | None = None
    words: str = ""


class Said(NamedTuple):
    """A report as managers see it: the words, and what was typed and should count, without who said so."""

    question_hash: str
    words: str
    at_ms: int
    typed: tuple[str, ...] = ()


class Reported(NamedTuple):
    """A question with open reports in a server; ``claims`` are those that say that what was typed should count."""

    pack_id: str
    question_id: str
    reports: int
    claims: int
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
    typed: tuple[str, ...] = ()


class AcceptedText(NamedTuple):
    """A typed text that managers have count for a version of a question, in so many servers."""

    pack_id: str
    question_id: str
    question_hash: str
    text: str
    servers: int
    at_ms: int


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
