"""What next."""

import pytest

from bot.quiz.practice.mastery import Mastery
from bot.quiz.practice.plan import REVIEWS_AT_MOST, Plan, SectionStanding, plan


def section(name: str, share: float, answers: int = 20, unread=()) -> SectionStanding:
    return SectionStanding(
        name, Mastery(share, share - 0.05, share + 0.05, answers, round(share * answers)), list(unread)
    )


def fresh(name: str, unread=(0, 1)) -> SectionStanding:
    return SectionStanding(name, Mastery(0.5, 0.1, 0.9, 0, 0), list(unread))


SOLID = section("a", 0.95)


@pytest.mark.parametrize(
    ("due", "sections", "helping", "expected"),
    [
        (0, [fresh("a"), fresh("b")], {}, Plan(0, None, None, is_weak=False)),
        (3, [section("a", 0.6, unread=[2, 3]), section("b", 0.4, unread=[1])], {}, Plan(3, "b", 1, is_weak=True)),
        (0, [section("a", 0.6, unread=[2])], {"a": [1]}, Plan(0, "a", 1, is_weak=True)),
        (0, [section("a", 0.6)], {}, Plan(0, "a", 0, is_weak=True)),
        (0, [SOLID, fresh("b")], {}, Plan(0, "b", 0, is_weak=False)),
        (0, [SOLID, fresh("b", unread=())], {}, Plan(0, "b", None, is_weak=False)),
        (99, [SOLID], {}, Plan(REVIEWS_AT_MOST, None, None, is_weak=False)),
        (0, [section("a", 0.1, answers=2), SOLID], {}, Plan(0, "a", None, is_weak=False)),
    ],
    ids=[
        "who begins is asked first",
        "the weakest section, its first unread page",
        "a page for what is mixed up goes first",
        "all read: the section's first page again",
        "all solid: the next section",
        "which was read already",
        "not all reviews at once",
        "two answers are no weakness yet",
    ],
)
def test_the_next_ten_minutes(due, sections, helping, expected):
    assert plan(due, sections, helping) == expected
