"""What is scheduled happens once and only once: over daylight saving, days off, crashes, lost channels."""

import asyncio
from dataclasses import replace

import pytest
from day_by_day import (
    ADA,
    BERLIN,
    BOB,
    CHANNEL,
    FRIDAYS,
    GAME,
    HALL,
    Days,
    DiscordHandClock,
    Wall,
    berlin,
)
from in_english import refused
from small_course import DAY

from bot.clock import utc
from bot.errors import NotFound, UserError
from bot.facts import Code, fact, said
from bot.model.games import Setup
from bot.quiz.calendar.schedule import Weekly, latest_until
from bot.quiz.competition.events import Join, Tick, Verdict
from bot.quiz.competition.state import LIVE, NOBODY
from bot.services.calendar.schedules import MOST, NewSchedule
from bot.services.competition.openings import Opening
from bot.storage import privacy
from bot.storage.calendar import schedules as storage


@pytest.fixture
async def days(store):
    made = Days(store, DiscordHandClock(berlin("2026-11-19T12:00")))
    await made.servers.set_time_zone(HALL, "Europe/Berlin")
    yield made
    await made.stop()


async def one(days: Days):
    [found] = await days.schedules.of(HALL)
    return found


async def lobbies(days: Days) -> list[str]:
    """When lobbies were opened, by the clocks of Berlin."""
    rows = await days.rows("SELECT created_ms FROM competition ORDER BY id")
    return [f"{utc(at_ms).astimezone(BERLIN):%a %H:%M}" for (at_ms,) in rows]


# The question of the day


async def test_a_question_comes_every_day_with_the_result_of_the_one_before(days):
    await days.every_day()
    await days.at("2026-11-20T08:59")
    assert await days.asked() == []
    await days.at("2026-11-20T09:00")
    await days.click(1, ADA, 0)
    await days.at("2026-11-20T23:00")
    assert await days.asked() == [("2026-11-20", 1)]
    await days.at("2026-11-21T09:00")
    await days.at("2026-11-21T09:00:02")
    assert await days.asked() == [("2026-11-20", 1), ("2026-11-21", 0)]
    assert [view.daily.closed_ms is not None for view in days.wall.shown.values()] == [True, False]
    assert (await one(days)).next_ms == berlin("2026-11-22T09:00")


async def test_what_is_changed_at_the_end_of_a_look_does_not_wait_for_the_one_after(days):
    await days.every_day()
    reckoned, posted, looks = days.seasons.next_end_ms, asyncio.Event(), []

    async def changed_meanwhile() -> int | None:
        ends_ms = await reckoned()
        looks.append(ends_ms)
        if len(looks) == 2:  # the first look reckons when the next one is: at its beginning, and at its end
            days.clock.now = berlin("2026-11-20T09:00")
            days.schedules.wake()
        return ends_ms

    async def post(*how) -> int:
        posted.set()
        return await Wall.post(days.wall, *how)

    days.seasons.next_end_ms, days.wall.post = changed_meanwhile, post
    days.schedules.start()
    async with asyncio.timeout(20):
        await posted.wait()


async def test_looking_again_and_again_asks_once(days):
    await days.every_day()
    for _ in range(4):
        await days.at("2026-11-20T09:00:10")
    assert len(days.wall.posted) == 1


async def test_after_days_off_one_question_comes_and_the_old_result_is_shown_once(days):
    await days.every_day()
    await days.at("2026-11-20T09:00")
    await days.click(1, ADA, 0)
    days.clock.now = berlin("2026-11-24T13:30")
    after = await days.restart()
    await after.schedules.look()
    assert await after.asked() == [("2026-11-20", 1), ("2026-11-24", 0)]
    assert len(days.wall.posted) == 2
    assert [view.daily.closed_ms is not None for view in days.wall.shown.values()] == [True, False]
    assert await after.rows("SELECT count(*) FROM answer") == [(1,)]
    assert (await after.schedules.of(HALL))[0].next_ms == berlin("2026-11-25T09:00")
    await after.stop()


async def test_a_missed_day_is_not_made_up_on_the_next(days):
    await days.every_day(hour=20)
    days.clock.now = berlin("2026-11-20T08:00")
    after = await days.restart()
    assert await after.asked() == []
    found = await one(after)
    assert found.remark == fact(Code.MISSED, at_ms=berlin("2026-11-19T20:00"))
    assert found.next_ms == berlin("2026-11-20T20:00")
    await after.at("2026-11-20T20:00")
    assert await after.asked() == [("2026-11-20", 0)]
    assert (await one(after)).remark is None
    await after.stop()


async def test_a_question_asked_by_hand_is_that_of_the_day(days):
    await days.every_day(hour=19)
    by_hand = await days.daily.ask(HALL, CHANNEL + 5)
    assert by_hand.closes_ms == berlin("2026-11-20T12:00")
    await days.at("2026-11-19T19:00")
    assert await days.asked() == [("2026-11-19", 0)]
    assert len(days.wall.posted) == 1
    assert (await one(days)).next_ms == berlin("2026-11-20T19:00")


async def test_a_question_closes_at_the_next_scheduled_time_when_that_is_sooner(days):
    await days.every_day(hour=9)
    assert (await days.daily.ask(HALL, CHANNEL)).closes_ms == berlin("2026-11-20T09:00")


async def test_over_daylight_saving_every_day_has_one_question(days):
    days.clock.now = berlin("2026-10-23T12:00")
    await days.every_day(hour=2, minute=30)
    for hour in range(24 * 5):
        days.clock.now = berlin("2026-10-23T12:00") + hour * 3_600_000
        await days.schedules.look()
    assert [day for day, _ in await days.asked()] == [f"2026-10-{n}" for n in (24, 25, 26, 27, 28)]
    assert len(days.wall.posted) == 5


async def test_another_time_zone_moves_what_is_scheduled(days):
    await days.every_day()
    await days.servers.set_time_zone(HALL, "America/New_York")
    assert (await one(days)).next_ms == berlin("2026-11-19T15:00")


async def test_a_crash_before_the_message_posts_it_after_the_restart_and_only_once(days):
    await days.every_day()
    days.wall.refuse = 1
    await days.at("2026-11-20T09:00")
    assert days.wall.posted == []
    after = await days.restart()
    assert len(days.wall.posted) == 1
    await after.schedules.look()
    assert len(days.wall.posted) == 1
    await after.stop()


# Recurring competitions


async def test_a_competition_opens_every_friday_and_starts_after_its_lobby(days):
    await days.every_friday()
    await days.at("2026-11-20T19:00")
    assert await lobbies(days) == ["Fri 19:00"]
    assert len(days.wall.lobbies) == 1
    [(lobby,)] = await days.rows("SELECT lobby_message_id FROM competition")
    assert lobby == days.wall.lobbies[0]
    view = await days.games.view(1)
    assert (view.state.host_id, view.state.players) == (ADA.member_id, ())
    assert view.state.starts_ms == berlin("2026-11-20T19:05")
    await days.games.act(1, Join(BOB.member_id), BOB)
    verdict, _ = await days.games.start(1, BOB, manager=False)
    assert verdict is Verdict.NOT_ALLOWED
    verdict, view = await days.games.start(1, BOB, manager=True)
    assert verdict is Verdict.DONE
    await days.at("2026-11-20T19:01")
    assert (await one(days)).next_ms == berlin("2026-11-27T19:00")
    assert await lobbies(days) == ["Fri 19:00"]


async def test_a_competition_missed_by_more_than_a_few_minutes_is_left_out(days):
    await days.every_friday()
    days.clock.now = berlin("2026-11-20T19:06")
    after = await days.restart()
    assert await lobbies(after) == []
    assert (await one(after)).remark == fact(Code.MISSED, at_ms=berlin("2026-11-20T19:00"))
    await after.at("2026-11-27T19:04")
    assert await lobbies(after) == ["Fri 19:04"]
    assert (await one(after)).remark is None
    await after.stop()


async def test_a_crash_in_the_lobby_keeps_the_lobby_and_opens_no_second_one(days):
    await days.every_friday()
    await days.at("2026-11-20T19:00")
    await days.store.write(lambda tx: tx.run("UPDATE post SET message_id = NULL"))
    await days.store.write(lambda tx: tx.run("UPDATE competition SET lobby_message_id = NULL"))
    after = await days.restart()
    while (await after.games.view(1)).game.lobby_message_id is None:
        await after.rows("SELECT 1")
    assert len(days.wall.lobbies) == 1
    assert await lobbies(after) == ["Fri 19:00"]
    await after.stop()


async def test_where_a_competition_is_on_already_it_is_left_out(days):
    await days.every_friday()
    setup = Setup((), None, "quick")
    rules = days.schedules._rules_of(GAME)
    days.clock.now = berlin("2026-11-20T18:59")
    await days.games.open(Opening(HALL, CHANNEL, BOB, rules, setup))
    await days.at("2026-11-20T19:00")
    found = await one(days)
    assert found.remark.code is Code.ANOTHER_ON
    assert found.next_ms == berlin("2026-11-27T19:00")
    assert len(await lobbies(days)) == 1


async def test_a_game_in_which_nobody_answers_does_not_stop_the_series(days):
    await days.every_friday()
    for friday in ("2026-11-20", "2026-11-27"):
        await days.at(f"{friday}T19:00")
        [(game,)] = await days.rows("SELECT max(id) FROM competition")
        for who in (ADA, BOB):
            await days.games.act(game, Join(who.member_id), who)
        await days.games.start(game, ADA, manager=True)
        while (state := (await days.games.view(game)).state).phase in LIVE:  # whatever comes, comes by itself
            days.clock.now = max(days.clock.now, state.wake_ms)
            await days.games.act(game, Tick(), ADA)
        assert days.clock.now < berlin(f"{friday}T19:15")
    assert await lobbies(days) == ["Fri 19:00", "Fri 19:00"]
    assert (await one(days)).remark is None


@pytest.mark.parametrize("kind", ["daily", "competition"])
async def test_a_lost_channel_pauses_with_the_reason_and_is_not_tried_again(days, kind):
    await (days.every_day(19, 0, FRIDAYS) if kind == "daily" else days.every_friday())
    days.wall.lost = True
    await days.at("2026-11-20T19:00")
    found = await one(days)
    assert found.next_ms is None
    assert found.reason == fact(Code.CHANNEL_LOST, why=said("Missing Access"))
    days.wall.lost = False
    await days.at("2026-11-27T19:00")
    assert (days.wall.posted, days.wall.lobbies) == ([], [])
    await days.schedules.resume(HALL, found.id, found.made_ms)
    assert (await one(days)).reason is None
    await days.at("2026-12-04T19:00")
    assert len(days.wall.posted) + len(days.wall.lobbies) == 1


async def test_channels_that_are_not_for_competitions_are_refused_and_left_out(days):
    await days.every_friday()
    await days.servers.set_channels(HALL, [CHANNEL + 1])
    with refused(UserError, "Competitions are played in"):
        await days.every_friday(hour=20)
    await days.at("2026-11-20T19:00")
    remark = (await one(days)).remark
    assert remark.code is Code.LEFT_OUT
    assert remark.values["because"] == fact(Code.PLAYED_ELSEWHERE, channels=(CHANNEL + 1,))


async def test_when_whoever_made_it_is_deleted_it_goes_on_without_a_host(days):
    await days.every_friday()
    await days.store.write(lambda tx: privacy.delete(tx, ADA.member_id, days.clock.now_ms()))
    assert (await one(days)).member_id == NOBODY
    await days.at("2026-11-20T19:00")
    assert (await days.games.view(1)).state.host_id == NOBODY
    verdict, _ = await days.games.start(1, BOB, manager=False)
    assert verdict is Verdict.NOT_ALLOWED


# What managers do


async def test_paused_nothing_happens_and_resumed_it_goes_on(days):
    made = await days.every_day()
    await days.schedules.pause(HALL, made.id, made.made_ms)
    await days.at("2026-11-20T09:00")
    assert await days.asked() == []
    await days.schedules.resume(HALL, made.id, made.made_ms)
    assert (await one(days)).next_ms == berlin("2026-11-21T09:00")


async def test_other_days_hold_at_once(days):
    made = await days.every_day()
    mondays = NewSchedule(HALL, made.channel_id, ADA, replace(made.weekly, weekdays=frozenset({0})), made.setup)
    await days.schedules.change(HALL, made.id, made.made_ms, mondays)
    assert (await one(days)).next_ms == berlin("2026-11-23T09:00")


async def test_what_is_changed_holds_from_the_next_time_on_and_stays_paused_where_it_was(days):
    made = await days.every_friday()
    await days.schedules.pause(HALL, made.id, made.made_ms)
    other = replace(GAME, rounds=3, difficulty="hard")
    changed = NewSchedule(HALL, CHANNEL + 1, ADA, Weekly(20, 30, frozenset({5})), other)
    await days.schedules.change(HALL, made.id, made.made_ms, changed)
    now = await one(days)
    assert (now.id, now.made_ms, now.channel_id, now.next_ms) == (made.id, made.made_ms, CHANNEL + 1, None)
    assert (now.weekly, now.setup) == (Weekly(20, 30, frozenset({5})), other)
    await days.schedules.resume(HALL, made.id, made.made_ms)
    assert (await one(days)).next_ms == berlin("2026-11-21T20:30")
    with refused(NotFound, "no longer scheduled"):
        await days.schedules.change(HALL, made.id, made.made_ms + 1, changed)


async def test_a_second_question_of_the_day_takes_the_place_of_the_first(days):
    await days.every_day(hour=9)
    await days.every_day(hour=10)
    assert (await one(days)).weekly == Weekly(10, 0)


async def test_there_is_an_end_to_how_much_can_be_scheduled(days):
    for n in range(MOST):
        await days.every_friday(hour=10 + n)
    with refused(UserError, f"{MOST} things"):
        await days.every_friday(hour=20)


@pytest.mark.sqlite
async def test_what_was_removed_is_gone_and_its_buttons_reach_nothing_newer(days):
    first = await days.every_day()
    await days.schedules.remove(HALL, first.id, first.made_ms)
    days.clock.advance(1)
    second = await days.every_friday()
    assert second.id == first.id
    with refused(NotFound, "no longer scheduled"):
        await days.schedules.remove(HALL, first.id, first.made_ms)
    with pytest.raises(NotFound):
        await days.schedules.pause(HALL + 1, second.id, second.made_ms)
    assert len(await days.schedules.of(HALL)) == 1


# Events


async def test_the_next_competition_stands_in_the_list_of_events(days):
    days.wall.may_create = True
    made = await days.every_friday()
    await days.schedules.look()
    [(event_id, event)] = days.wall.events.items()
    assert (event.section_titles, event.starts_ms) == ((), berlin("2026-11-20T19:00"))
    await days.at("2026-11-20T19:00")
    await days.schedules.look()
    assert {n: one.starts_ms for n, one in days.wall.events.items()} == {event_id: berlin("2026-11-27T19:00")}
    await days.schedules.pause(HALL, made.id, made.made_ms)
    await days.schedules.look()
    assert days.wall.events == {}
    await days.schedules.resume(HALL, made.id, made.made_ms)
    await days.schedules.look()
    assert len(days.wall.events) == 1
    await days.schedules.remove(HALL, made.id, made.made_ms)
    assert days.wall.events == {}


async def test_without_the_permission_or_with_an_error_the_game_is_played_all_the_same(days, monkeypatch):
    await days.every_friday()
    await days.schedules.look()
    assert days.wall.events == {}

    async def refuse(event):
        raise OSError("no")

    days.wall.may_create = True
    monkeypatch.setattr(days.wall, "put", refuse)
    await days.at("2026-11-20T19:00")
    assert await lobbies(days) == ["Fri 19:00"]


async def test_an_occurrence_is_begun_once_even_when_two_looks_cross(days):
    made = await days.every_day()
    days.clock.now = berlin("2026-11-20T09:00")
    occurrence = latest_until(days.clock.now, made.weekly, BERLIN)
    begun = [
        await days.store.write(lambda tx: storage.begin(tx, made.id, occurrence, days.clock.now + DAY, None))
        for _ in range(2)
    ]
    assert begun == [True, False]


async def test_what_was_paused_in_the_very_moment_is_not_begun(days):
    made = await days.every_day()
    days.clock.now = berlin("2026-11-20T09:00")
    occurrence = latest_until(days.clock.now, made.weekly, BERLIN)
    await days.schedules.pause(HALL, made.id, made.made_ms)
    begun = await days.store.write(lambda tx: storage.begin(tx, made.id, occurrence, days.clock.now + DAY, None))
    assert not begun
    assert (await one(days)).next_ms is None
    assert await days.rows("SELECT * FROM occurrence") == []
