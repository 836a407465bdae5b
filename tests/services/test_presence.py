"""Who left a server is found out, seldom and in the background."""

import pytest
from lives import end, lives, settled
from small_course import DAY, NOON

from bot.model.members import Face
from bot.services.member.presence import AT_ONCE, Presence
from bot.storage import members, memberships, privacy

HALL = 50


class Doorkeeper:
    """Who is in the server; keeps whom it was asked about."""

    def __init__(self) -> None:
        self.there: set[int] = set()
        self.silent = False
        self.asked: list[int] = []
        self.before_telling = None

    async def is_member(self, guild_id: int, member_id: int) -> bool | None:
        self.asked.append(member_id)
        if self.before_telling:
            await self.before_telling(member_id)
        return None if self.silent else member_id in self.there


@pytest.fixture
def door():
    return Doorkeeper()


@pytest.fixture
async def presence(store, clock, door):
    made = lives(Presence, store, clock)
    made.attach(door)
    yield made
    await end(made)


async def seen(store, member_ids, at_ms: int = NOON) -> None:
    for member_id in member_ids:
        await store.write(lambda tx, m=member_id: members.remember(tx, HALL, m, Face(f"member {m}"), at_ms))


async def shown(presence: Presence, *member_ids: int) -> None:
    """A board was shown, and whoever was to be looked for was."""
    presence.shown(HALL, member_ids)
    await settled(presence)


async def gone(store) -> set[int]:
    return {member_id for _, member_id in await memberships.gone(store)}


async def test_who_was_seen_within_a_day_is_not_looked_for(presence, store, clock, door):
    await seen(store, [1, 2])
    clock.advance(DAY)
    await shown(presence, 1, 2)
    assert door.asked == []
    clock.advance(1)
    await seen(store, [2], clock.now)
    await shown(presence, 1, 2)
    assert door.asked == [1]
    assert await gone(store) == {1}


async def test_who_is_there_is_looked_for_again_a_day_later(presence, store, clock, door):
    door.there = {1}
    await seen(store, [1])
    clock.advance(2 * DAY)
    await shown(presence, 1)
    await shown(presence, 1)
    assert door.asked == [1]
    clock.advance(DAY + 1)
    await shown(presence, 1)
    assert door.asked == [1, 1]
    assert await gone(store) == set()


async def test_a_few_at_a_time_the_longest_unheard_of_first(presence, store, clock, door):
    for member_id in range(1, 11):
        await seen(store, [member_id], NOON - member_id)
    clock.advance(2 * DAY)
    await shown(presence, *range(1, 11))
    assert door.asked == [10, 9, 8, 7, 6]
    assert len(door.asked) == AT_ONCE
    await shown(presence, *range(1, 11))
    assert sorted(door.asked) == list(range(1, 11))


async def test_when_discord_does_not_tell_nothing_is_noted(presence, store, clock, door):
    door.silent = True
    await seen(store, [1])
    clock.advance(2 * DAY)
    await shown(presence, 1)
    assert await store.rows("SELECT * FROM membership") == []


async def test_who_is_gone_is_back_with_the_first_thing_they_do_after_a_restart_too(presence, store, clock, door):
    await seen(store, [1])
    clock.advance(2 * DAY)
    await shown(presence, 1)
    after = lives(Presence, store, clock)
    await after.load()
    await after.saw(HALL + 1, 1)
    await after.saw(None, 1)
    assert await gone(store) == {1}
    await after.saw(HALL, 1)
    assert await gone(store) == set()


async def test_who_comes_back_while_discord_is_asked_is_not_gone(presence, store, clock, door):
    await seen(store, [1])
    clock.advance(2 * DAY)

    async def comes_back(member_id: int) -> None:
        await seen(store, [member_id], clock.now)

    door.before_telling = comes_back
    await shown(presence, 1)
    assert await gone(store) == set()


async def test_of_who_is_deleted_meanwhile_nothing_is_stored_anew(presence, store, clock, door):
    await seen(store, [1])
    clock.advance(2 * DAY)

    async def is_deleted(member_id: int) -> None:
        await store.write(lambda tx: privacy.delete(tx, member_id, clock.now))

    door.before_telling = is_deleted
    await shown(presence, 1)
    assert await store.rows("SELECT * FROM membership") == []
