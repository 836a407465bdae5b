"""What a job keeps others off, on an engine where several can write at once.

A job that names nothing runs alone, as every job does on SQLite. One that names a game or members runs beside all that name
others, and must then read and change nothing else that a job may change meanwhile.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

MEMBER_LOCKS = 199
"""How many locks all members share, so that a game of a thousand holds no more (a server has about 12,000 for everybody:
https://www.postgresql.org/docs/current/runtime-config-locks.html). A prime: the last bits of Discord's ids have a rhythm."""
_LARGEST = 2**31


class LockKind(IntEnum):
    """In the order in which a job takes them, so that no two wait for each other."""

    GAME = 1
    MEMBER = 2
    BEAT = 3


class Lock(NamedTuple):
    """One of them; what shares a number waits for each other, and nothing worse."""

    kind: LockKind
    number: int


def of_game(competition_id: int) -> Lock:
    """A game: its head, rounds, answers, results and messages."""
    return Lock(LockKind.GAME, competition_id % _LARGEST)


def of_beat(shard: int) -> Lock:
    """That whoever answers for a shard is alive."""
    return Lock(LockKind.BEAT, shard)


def of_member(member_id: int) -> Lock:
    """What belongs to a member: name, practice, answers, cards, totals, ratings, settings."""
    return Lock(LockKind.MEMBER, member_id % MEMBER_LOCKS)


def of_members(member_ids: Iterable[int]) -> set[Lock]:
    """The same of many."""
    return {of_member(member_id) for member_id in member_ids}
