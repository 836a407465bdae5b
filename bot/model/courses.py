"""A server's own courses: what they hold besides questions, and what becomes of a question there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from bot.exchange.compiling import Outline
from bot.exchange.typed_form import Typed
from bot.packs.models import PictureFile, Question

OWN = "own-"
"""How the pack id of a server's own course begins; its number follows."""


def pack_id_of(course_id: int) -> str:
    """The id under which an own course is known wherever a pack's id is kept."""
    return f"{OWN}{course_id}"


def course_id_of(pack_id: str) -> int | None:
    """The number of the own course that a pack's id stands for; None for a pack on disk."""
    number = pack_id.removeprefix(OWN)
    if number == pack_id or not number.isascii() or not number.isdecimal() or len(number) > 19:
        return None
    return int(number) if int(number) < 2**63 else None


@dataclass(frozen=True)
class OwnCourse:
    """A server's own course. ``is_shut``: whoever runs the bot has switched it off."""

    id: int
    guild_id: int
    outline: Outline
    is_on: bool
    is_shut: bool
    made_ms: int
    deleted_ms: int | None = None

    @property
    def pack_id(self) -> str:
        """Its pack's id."""
        return pack_id_of(self.id)

    @property
    def asked(self) -> bool:
        """Whether members are asked its questions."""
        return self.is_on and not self.is_shut and self.deleted_ms is None


class OwnQuestion(NamedTuple):
    """A question that was published: live, or retired.

    ``typed`` is what its author (``member_id``) typed into the form, as JSON.
    """

    course_id: int
    question: Question
    is_live: bool
    version: int
    typed: str | None
    member_id: int | None
    changed_ms: int

    @property
    def id(self) -> str:
        """The question's id within its course."""
        return self.question.id


class DraftState(StrEnum):
    """Where a draft stands: with its author, with a reviewer, sent back with a word, or turned down."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    RETURNED = "returned"
    DECLINED = "declined"


@dataclass(frozen=True)
class OwnDraft:
    """What a member writes: a new question, or another version of the one with ``question_id``.

    ``base_version`` is the version that the question had when they began; ``note`` is a reviewer's word.
    """

    id: int
    course_id: int
    member_id: int
    typed: Typed
    state: DraftState = DraftState.DRAFT
    question_id: str | None = None
    base_version: int | None = None
    note: str = ""
    changed_ms: int = 0


@dataclass(frozen=True)
class Whole:
    """An own course with all that it holds."""

    course: OwnCourse
    questions: tuple[OwnQuestion, ...] = ()
    pictures: Mapping[str, PictureFile] = field(default_factory=dict)


class ImportState(StrEnum):
    """Whether what a file brought was only read, is published, or was taken back."""

    READ = "read"
    PUBLISHED = "published"
    UNDONE = "undone"


class OwnImport(NamedTuple):
    """A file that was attached, and what came of it: see `bot/services/course/imports.py` for the content."""

    id: int
    course_id: int
    member_id: int
    file_name: str
    state: ImportState
    content: dict[str, Any]
    made_ms: int


class QuestionSet(NamedTuple):
    """Chosen questions of a course in a fixed order."""

    course_id: int
    title: str
    question_ids: tuple[str, ...]


class Usage(NamedTuple):
    """What a server's own courses hold."""

    courses: int
    questions: int
    picture_bytes: int
