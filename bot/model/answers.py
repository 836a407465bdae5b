"""Answers as they are kept, whatever they were given in, and what was known when they came."""

from dataclasses import dataclass
from typing import NamedTuple

from bot.quiz.practice.spacing import USUAL, Card
from bot.quiz.question.asking import FilePlace, Given, Sureness


@dataclass(frozen=True)
class StoredAnswer:
    """One member's choice; ``run_id`` and ``position`` say where it was asked, ``mode`` in what."""

    member_id: int
    guild_id: int | None
    pack_id: str
    section_id: str
    question_id: str
    question_hash: str
    family: str
    mode: str
    run_id: int
    position: int
    given: Given
    correct: bool
    points: int
    answered_ms: int
    sureness: Sureness | None = None


class Before(NamedTuple):
    """What was known when the answer came: had the member met the question, its family's card, the retention asked for."""

    answered_before: bool
    card: Card | None
    retention: float = USUAL.retention


class Answered(NamedTuple):
    """An answer of a member that counts, with what was chosen.

    A question of the day counts from its close; ``given_ms`` is when it was clicked.
    """

    question_id: str
    question_hash: str
    section_id: str
    family: str
    chosen: FilePlace
    correct: bool
    sureness: Sureness | None
    answered_ms: int
    given_ms: int
