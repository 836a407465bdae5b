"""What the answers of many to one question leave behind: points, cards and totals, all at once."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.model.answers import StoredAnswer
from bot.packs.models import Question
from bot.quiz.board.points import points_for, standing
from bot.quiz.practice.spacing import USUAL, Aim, Card, review
from bot.quiz.question.accepting import NOTHING_MORE, Accepted
from bot.quiz.question.asking import FilePlace, Given, Sureness, is_right
from bot.storage import answers
from bot.storage.store import Transaction


class AskedOfMany(NamedTuple):
    """Where a question was asked of many, the option that is right there, and within how many days reviews of it come.

    The key may be another than the course's, as managers decided; ``accepted`` are typed texts that they have count too.
    """

    guild_id: int
    pack_id: str
    mode: str
    run_id: int
    position: int
    key: FilePlace
    most_days: int = USUAL.most_days
    accepted: Accepted = NOTHING_MORE


async def record_choices(
    tx: Transaction,
    asked: AskedOfMany,
    question: Question,
    given: Mapping[int, Given],
    now_ms: int,
    periods: Sequence[str],
    sureness: Mapping[int, Sureness] | None = None,
) -> None:
    """Store what each member gave, in the transaction that ends the asking.

    ``sureness`` has how sure they said they were, where they were asked.
    """
    sureness = sureness or {}
    others: set[int] = set()
    if sureness:
        others = await answers.right_on_siblings(tx, given, asked.pack_id, question.id, question.family)
    question_hash = question.content_hash
    known_of = await answers.before_all(tx, given, asked.pack_id, question.id, question.family)
    recorded: list[tuple[StoredAnswer, Card]] = []
    for member_id, one in given.items():
        correct = is_right(one, asked.key, asked.accepted)
        known = known_of[member_id]
        stood = standing(known.answered_before, known.card.due_ms if known.card else None, now_ms)
        answer = StoredAnswer(
            member_id=member_id,
            guild_id=asked.guild_id,
            pack_id=asked.pack_id,
            section_id=question.section,
            question_id=question.id,
            question_hash=question_hash,
            family=question.family,
            mode=asked.mode,
            run_id=asked.run_id,
            position=asked.position,
            given=one,
            correct=correct,
            points=points_for(correct, stood),
            answered_ms=now_ms,
            sureness=sureness.get(member_id),
        )
        aim = Aim(known.retention, asked.most_days)
        card = review(known.card, correct, now_ms, answer.sureness, other=member_id in others, aim=aim)
        recorded.append((answer, card))
    await answers.record_all(tx, recorded, periods)
