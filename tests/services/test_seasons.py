"""Seasons end: their result is posted once, and kept."""

import pytest
from day_by_day import ADA, BOB, CHANNEL, CLEO, HALL, Days, DiscordHandClock
from small_course import DAY, NOON

from bot.model.members import Chosen
from bot.quiz.calendar.periods import Period
from bot.services.board.boards import Boards, Wanted
from bot.storage import member_settings, members, memberships
from bot.storage.calendar import seasons

MONTH = 30 * DAY


@pytest.fixture
async def days(store):
    made = Days(store, DiscordHandClock())
    await made.servers.set_channels(HALL, [CHANNEL])
    for who in (ADA, BOB, CLEO):
        await store.write(lambda tx, w=who: members.remember(tx, HALL, w.member_id, w.face, NOON))
    yield made
    await made.stop()


async def earn(days: Days, season_ms: int, points: dict) -> None:
    values = [(HALL, f"season:{season_ms}", w.member_id, p, p // 10, p // 10, NOON) for w, p in points.items()]
    await days.store.write(lambda tx: tx.run_many("INSERT INTO total VALUES (?, ?, '', ?, ?, ?, ?, ?)", values))


async def after(days: Days, milliseconds: int) -> None:
    days.clock.now += milliseconds
    await days.schedules.look()


def results(days: Days) -> list[list[tuple[int, str, int]]]:
    return [[(line.place, line.name, line.points) for line in view.lines] for view in days.wall.seasons.values()]


async def kept(days: Days) -> list[tuple[int, int]]:
    return [(one.started_ms, one.ends_ms) for one in await seasons.past(days.store, HALL, 25)]


async def test_when_a_season_ends_its_first_three_are_posted_once(days):
    await days.servers.set_season(HALL, 30, NOON)
    await earn(days, NOON, {ADA: 50, BOB: 90, CLEO: 50})
    await after(days, MONTH - 1)
    assert results(days) == []
    await after(days, 1)
    assert results(days) == [[(1, "Bob", 90), (2, "Ada", 50), (2, "Cleo", 50)]]
    [view] = days.wall.seasons.values()
    assert (view.channel_id, view.played, view.more, view.next_ends_ms) == (CHANNEL, 3, 0, NOON + 2 * MONTH)
    for _ in range(3):
        await after(days, 60_000)
    days = await days.restart()
    assert len(results(days)) == 1
    assert await kept(days) == [(NOON, NOON + MONTH)]


async def test_many_who_share_the_third_place_are_counted(days):
    await days.servers.set_season(HALL, 30, NOON)
    values = [(HALL, f"season:{NOON}", n, 10, 1, 1, n) for n in range(1, 31)]
    await days.store.write(lambda tx: tx.run_many("INSERT INTO total VALUES (?, ?, '', ?, ?, ?, ?, ?)", values))
    await after(days, MONTH)
    [view] = days.wall.seasons.values()
    assert (len(view.lines), view.more, view.played) == (10, 20, 30)


async def test_the_next_season_ends_too_and_both_are_kept(days):
    await days.servers.set_season(HALL, 30, NOON)
    await earn(days, NOON, {ADA: 10})
    await after(days, MONTH)
    await earn(days, NOON + MONTH, {BOB: 20})
    await after(days, MONTH)
    assert results(days) == [[(1, "Ada", 10)], [(1, "Bob", 20)]]
    assert await kept(days) == [(NOON + MONTH, NOON + 2 * MONTH), (NOON, NOON + MONTH)]


async def test_a_season_in_which_nobody_earned_anything_is_neither_posted_nor_kept(days):
    await days.servers.set_season(HALL, 30, NOON)
    await earn(days, NOON, {ADA: 0})
    await after(days, MONTH)
    assert (results(days), await kept(days)) == ([], [])
    assert await seasons.next_end_ms(days.store) == NOON + 2 * MONTH


@pytest.mark.parametrize(("late", "posts"), [(3 * DAY, 1), (3 * DAY + 1, 0), (70 * DAY, 0)])
async def test_a_result_more_than_three_days_late_is_kept_but_not_posted(days, late, posts):
    await days.servers.set_season(HALL, 30, NOON)
    await earn(days, NOON, {ADA: 10})
    await after(days, MONTH + late)
    assert len(results(days)) == posts
    assert await kept(days) == [(NOON, NOON + MONTH)]
    assert await seasons.next_end_ms(days.store) > days.clock.now


async def test_who_hides_or_left_is_not_named(days):
    await days.servers.set_season(HALL, 30, NOON)
    await earn(days, NOON, {ADA: 50, BOB: 90, CLEO: 40})
    await days.store.write(lambda tx: member_settings.save(tx, BOB.member_id, Chosen(hidden=True)))
    await days.store.write(lambda tx: memberships.checked(tx, HALL, ADA.member_id, NOON + 1, is_there=False))
    await after(days, MONTH)
    assert results(days) == [[(1, "Cleo", 40)]]


async def test_of_hidden_members_alone_nothing_is_posted(days):
    await days.servers.set_season(HALL, 30, NOON)
    await earn(days, NOON, {BOB: 90})
    await days.store.write(lambda tx: member_settings.save(tx, BOB.member_id, Chosen(hidden=True)))
    await after(days, MONTH)
    assert results(days) == []
    assert not await days.seasons.waiting()


async def test_a_trouble_with_discord_delays_the_result_and_a_restart_does_not_double_it(days):
    await days.servers.set_season(HALL, 30, NOON)
    await earn(days, NOON, {ADA: 10})
    days.wall.refuse = 1
    await after(days, MONTH)
    assert results(days) == []
    days = await days.restart()
    assert len(results(days)) == 1


async def test_a_message_whose_id_was_lost_is_found_again_and_not_posted_twice(days):
    await days.servers.set_season(HALL, 30, NOON)
    await earn(days, NOON, {ADA: 10})
    await after(days, MONTH)
    [message_id] = days.wall.seasons
    await days.store.write(lambda tx: tx.run("UPDATE post SET message_id = NULL"))
    days.wall.by_nonce.clear()  # Discord has forgotten it
    await after(days, 5 * 60_000)
    assert list(days.wall.seasons) == [message_id]
    assert await days.rows("SELECT message_id FROM post") == [(message_id,)]


async def test_a_channel_that_is_lost_makes_way_for_the_next(days):
    await days.servers.set_channels(HALL, [CHANNEL, CHANNEL + 1])
    await days.servers.set_season(HALL, 30, NOON)
    await earn(days, NOON, {ADA: 10})
    days.wall.closed = {CHANNEL}
    await after(days, MONTH)
    await after(days, 60_000)
    assert [view.channel_id for view in days.wall.seasons.values()] == [CHANNEL + 1]


async def test_without_any_channel_that_works_it_is_kept_all_the_same(days):
    await days.servers.set_season(HALL, 30, NOON)
    await earn(days, NOON, {ADA: 10})
    days.wall.closed = {CHANNEL}
    await after(days, MONTH)
    await after(days, 60_000)
    assert (results(days), await kept(days)) == ([], [(NOON, NOON + MONTH)])
    assert not await days.seasons.waiting()


async def test_without_chosen_channels_it_goes_where_things_happened_last(days):
    await days.servers.set_channels(HALL, [])
    assert await days.servers.season_channel(HALL) is None
    await days.daily.ask(HALL, CHANNEL + 7)
    assert await days.servers.season_channel(HALL) == CHANNEL + 7


# Managers change their mind


async def test_another_length_in_the_middle_ends_the_season_with_its_result(days):
    await days.servers.set_season(HALL, 30, NOON)
    await earn(days, NOON, {ADA: 50})
    days.clock.now += 10 * DAY
    await days.servers.set_season(HALL, 60, days.clock.now)
    await days.schedules.look()
    assert results(days) == [[(1, "Ada", 50)]]
    assert await kept(days) == [(NOON, NOON + 10 * DAY)]
    assert await seasons.next_end_ms(days.store) == NOON + 70 * DAY


async def test_switched_off_the_season_ends_and_stays_to_be_seen(days):
    await days.servers.set_season(HALL, 30, NOON)
    await earn(days, NOON, {ADA: 50})
    days.clock.now += 10 * DAY
    await days.servers.set_season(HALL, 0, days.clock.now)
    await days.schedules.look()
    [view] = days.wall.seasons.values()
    assert view.next_ends_ms is None
    assert await seasons.next_end_ms(days.store) is None
    board = await Boards(days.store, days.clock).find(HALL, 1, Wanted(period=Period.SEASON))
    assert [one.started_ms for one in board.seasons] == [NOON]
    earlier = await Boards(days.store, days.clock).find(HALL, 1, Wanted(season_ms=NOON))
    assert [(line.name, line.points) for line in earlier.lines] == [("Ada", 50)]


async def test_a_change_after_the_end_does_not_stretch_the_season(days):
    await days.servers.set_season(HALL, 30, NOON)
    await earn(days, NOON, {ADA: 50})
    await days.servers.set_season(HALL, 90, NOON + MONTH + DAY)
    assert await kept(days) == [(NOON, NOON + MONTH)]


@pytest.mark.sqlite
async def test_seasons_from_before_they_were_kept_are_in_the_archive(days, tmp_path):
    from bot.storage.sqlite.migrations import migrations, statements

    backfill = [one for one in statements(migrations()[11]) if one.lstrip().startswith(("--", "INSERT INTO season"))]
    inserts = [one for one in backfill if "INSERT INTO season (" in one]
    assert len(inserts) == 2
    await earn(days, NOON - 90 * DAY, {ADA: 10})
    await earn(days, NOON - 60 * DAY, {BOB: 20})
    await days.servers.set_season(HALL, 30, NOON - 50 * DAY)
    await earn(days, NOON - 50 * DAY, {CLEO: 30})
    await days.store.write(lambda tx: tx.run("DELETE FROM season"))

    async def run(tx) -> None:
        for one in inserts:
            await tx.run(one)

    await days.store.write(run)
    await days.schedules.look()
    assert [started for started, _ in await kept(days)] == [NOON - 50 * DAY, NOON - 60 * DAY, NOON - 90 * DAY]
    assert results(days) == []
    assert await seasons.next_end_ms(days.store) == NOON + 10 * DAY
