"""What is due of a member, and which question of a family to ask for it."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from bot.clock import DAY_MS
from bot.packs.models import Question
from bot.quiz.practice.picking import Chance, Seen

SECONDS_EACH = 30
"""What a question takes, its explanation included: what the ten minutes of a plan count on."""


class Due(NamedTuple):
    """How many families are due: now, within a day, within a week (each without those before), and later.

    ``next_ms`` is when the first of those that are not due yet will be; None where there is none.
    """

    now: int = 0
    tomorrow: int = 0
    this_week: int = 0
    later: int = 0
    next_ms: int | None = None

    @property
    def any(self) -> bool:
        """Whether anything comes back at all."""
        return any((self.now, self.tomorrow, self.this_week, self.later))


def minutes(questions: int) -> int:
    """About how long so many questions take."""
    return -(-questions * SECONDS_EACH // 60)


def count_due(due_ms: Sequence[int], now_ms: int) -> Due:
    """Families by when they are due; a day is 24 hours from now, so that it means the same in every time zone."""
    in_days = [(due - now_ms) / DAY_MS for due in due_ms]
    return Due(
        now=sum(days <= 0 for days in in_days),
        tomorrow=sum(0 < days <= 1 for days in in_days),
        this_week=sum(1 < days <= 7 for days in in_days),
        later=sum(days > 7 for days in in_days),
        next_ms=min((due for due in due_ms if due > now_ms), default=None),
    )


def pick_due(
    questions: Sequence[Question],
    seen: Mapping[str, Seen],
    due: Mapping[str, int],
    count: int,
    now_ms: int,
    rng: Chance,
    worth: Callable[[Question], float] = lambda _question: 0.0,
) -> list[Question]:
    """One question for each due family, the longest due first, at most ``count``.

    A sibling that the member has not met goes before those met, and of these the one not seen for longest: what is remembered
    should be the idea, not the looks of one question. Enemies don't meet in one sitting while there is another sibling.
    Among siblings not met, the one that is ``worth`` most.
    """
    families: dict[str, list[Question]] = {}
    order = list(questions)
    rng.shuffle(order)
    for question in order:
        if due.get(question.family, now_ms + 1) <= now_ms:
            families.setdefault(question.family, []).append(question)
    chosen: list[Question] = []
    for family in sorted(families, key=lambda one: due[one]):
        siblings = sorted(
            families[family], key=lambda one: (seen[one.id].last_ms if one.id in seen else -1, -worth(one))
        )
        friendly = [one for one in siblings if not any(_enemies(one, other) for other in chosen)]
        chosen.append((friendly or siblings)[0])
        if len(chosen) == count:
            break
    return chosen


def _enemies(one: Question, other: Question) -> bool:
    return one.id in other.enemies or other.id in one.enemies
