"""A wrong clock: what can't be undone waits until Discord's own time is known and the machine's clock agrees with it."""

import logging

import pytest
from day_by_day import ADA, BOB, CHANNEL, HALL, Days, DiscordHandClock, berlin
from lives import end, lives
from small_course import DAY, HOUR, NOON, HandClock
from test_games_and_members import Evening

from bot.clock import DiscordClock, snowflake_at
from bot.services.backups import Backups
from bot.services.member.privacy import Privacy
from bot.services.sure_time import MOST_APART_MS, SureTime, apart_words
from bot.storage import members, privacy
from bot.storage.sqlite.backup import backups_in

YEAR = 365 * DAY
WRONG = {"a year ahead": YEAR, "ten years behind": -10 * YEAR, "six minutes ahead": MOST_APART_MS + 60_000}


class Machine:
    """A machine with a wall clock of its own, and a Discord that tells the right time when it is asked."""

    def __init__(self, wrong_ms: int = 0) -> None:
        self.now = HandClock()
        self.wall = HandClock(NOON + wrong_ms)
        self.discord = DiscordClock(self.wall, lambda: self.now.now - NOON)
        self.time = lives(SureTime, self.discord)
        self.asked = 0

    def hear(self) -> None:
        self.time.learn_date(self.now.now)

    async def answer(self) -> None:
        self.asked += 1
        self.hear()


# The check


async def test_nothing_is_sure_before_discord_has_told_its_time():
    machine = Machine()
    assert (machine.time.heard, await machine.time.is_sure()) == (False, False)
    machine.hear()
    assert (machine.time.heard, await machine.time.is_sure()) == (True, True)


@pytest.mark.parametrize("wrong_ms", WRONG.values(), ids=WRONG)
async def test_a_clock_that_discord_contradicts_is_told_of_once_and_followed_by_nobody(wrong_ms, caplog):
    caplog.set_level(logging.INFO)
    machine = Machine(wrong_ms)
    for _ in range(3):
        machine.hear()
        assert not await machine.time.is_sure()
    assert machine.discord.now_ms() == NOON
    assert caplog.text.count("Until it is set right") == 1
    machine.wall.now = NOON + MOST_APART_MS
    assert await machine.time.is_sure()
    assert caplog.text.count("agrees with Discord's again") == 1


async def test_a_machine_that_slept_asks_discord_before_it_calls_its_clock_wrong():
    machine = Machine()
    machine.time.attach(machine.answer)
    machine.hear()
    machine.wall.now = NOON + 8 * HOUR
    assert not await machine.time.is_sure()
    assert (machine.asked, machine.discord.now_ms()) == (1, NOON)
    assert not await machine.time.is_sure()
    assert machine.asked == 1
    machine.now.now = NOON + 8 * HOUR  # the monotonic clock stood meanwhile; Discord's did not
    await machine.time.ask()
    assert await machine.time.is_sure()


async def test_a_date_sets_the_clock_back_and_an_id_only_forward():
    machine = Machine()
    machine.time.learn_id(snowflake_at(NOON + 2 * HOUR))
    machine.time.learn_id(snowflake_at(NOON))
    assert machine.discord.now_ms() == NOON + 2 * HOUR
    machine.time.learn_date(NOON + 2 * HOUR - 30_000)  # an answer that was long on its way
    assert machine.discord.now_ms() == NOON + 2 * HOUR
    machine.time.learn_date(NOON)
    assert machine.discord.now_ms() == NOON


async def test_a_discord_that_is_out_of_reach_leaves_the_time_unknown():
    async def nobody() -> None:
        raise OSError("no network")

    machine = Machine()
    machine.time.attach(nobody)
    assert not await machine.time.is_sure()


@pytest.mark.parametrize(
    ("ahead_ms", "words"),
    [
        (YEAR, "365 days ahead of"),
        (-DAY, "1 day behind"),
        (6 * 60_000, "6 minutes ahead of"),
        (-80 * 60_000, "1 hour behind"),
    ],
)
def test_how_wrong_a_clock_is_in_words(ahead_ms, words):
    assert apart_words(ahead_ms) == words


# What waits for it


@pytest.mark.parametrize("heard", [True, False], ids=["contradicted", "not heard yet"])
async def test_a_start_with_a_wrong_clock_deletes_nobody_and_who_asks_is_deleted_all_the_same(store, heard):
    machine = Machine(YEAR)
    if heard:
        machine.hear()
    evening = Evening(store, DiscordHandClock())
    kept = lives(Privacy, store, machine.discord, evening.games, evening.settings, retention_days=30, time=machine.time)
    for who in (ADA, BOB):
        await store.write(lambda tx, who=who: members.remember(tx, HALL, who.member_id, who.face, NOON))
    for _ in range(3):
        await kept.chores()
        machine.now.advance(DAY)
        machine.wall.advance(DAY)
    assert await store.rows("SELECT count(*) FROM member") == [(2,)]
    assert await kept.announced() is None
    assert (await kept.delete(ADA.member_id)).rows == 1
    assert [one.by_retention for one in await privacy.deletions(store)] == [False]
    await end(kept)
    await end(evening.games)


@pytest.mark.sqlite
async def test_by_a_wrong_clock_no_backup_is_removed(store):
    machine = Machine(YEAR)
    folder = store.path.parent / "backups"
    backups = lives(
        Backups, store.path, machine.discord, every_hours=24, keep=(1, 0), first_seconds=3_600, time=machine.time
    )
    await backups._make_when_due()
    assert backups_in(folder) == []  # a backup's name is its time, and that is not known
    machine.hear()
    for _ in range(3):
        await backups._make_when_due()
        machine.now.advance(DAY)
    assert len(backups_in(folder)) == 3
    machine.wall.now = machine.now.now
    await backups._make_when_due()
    assert len(backups_in(folder)) == 1
    await end(backups)


async def test_by_a_wrong_clock_no_season_ends(store):
    machine = Machine()
    clock = DiscordHandClock()
    days = Days(store, clock, time=machine.time)
    await days.servers.set_season(HALL, 30, NOON)
    machine.hear()
    machine.wall.now += YEAR
    clock.now = NOON + 31 * DAY
    await days.schedules.look()
    assert await days.rows("SELECT started_ms FROM season") == [(NOON,)]
    machine.wall.now = machine.now.now
    await days.schedules.look()
    assert await days.rows("SELECT started_ms FROM season WHERE closed_ms IS NULL") == [(NOON + 30 * DAY,)]
    await days.stop()


async def test_before_discords_time_is_known_nothing_happens_and_nothing_is_put_off(store):
    machine = Machine()
    clock = DiscordHandClock(berlin("2026-11-19T12:00"))
    days = Days(store, clock, time=machine.time)
    await days.servers.set_time_zone(HALL, "Europe/Berlin")
    made = await days.every_day()
    clock.now += YEAR
    await days.schedules.look()
    assert await days.asked() == []
    assert (await days.schedules.of(HALL))[0].next_ms == made.next_ms
    clock.now -= YEAR
    machine.hear()
    await days.at("2026-11-20T09:00")
    assert await days.asked() == [("2026-11-20", 0)]
    await days.stop()


# What a wrong clock had put off


async def test_what_a_wrong_clock_put_off_for_a_year_is_planned_anew_at_the_next_start(store):
    clock = DiscordHandClock(berlin("2026-11-19T12:00"))
    days = Days(store, clock)
    await days.servers.set_time_zone(HALL, "Europe/Berlin")
    await days.every_day()
    await days.every_friday()
    clock.now += YEAR
    await days.schedules.look()
    assert min([one.next_ms for one in await days.schedules.of(HALL)]) > berlin("2027-11-01T00:00")
    clock.now -= YEAR
    days = await days.restart()
    assert [one.next_ms for one in await days.schedules.of(HALL)] == [
        berlin("2026-11-20T09:00"),
        berlin("2026-11-20T19:00"),
    ]
    await days.at("2026-11-20T09:00")
    assert ("2026-11-20", 0) in await days.asked()
    await days.stop()


async def test_a_clock_that_goes_back_plans_anew_without_a_start_and_asks_nothing_twice(store):
    clock = DiscordHandClock(berlin("2026-11-19T08:00"))
    days = Days(store, clock)
    await days.servers.set_time_zone(HALL, "Europe/Berlin")
    await days.every_day()
    await days.at("2026-11-19T09:00")
    await days.at("2026-11-19T08:59")  # set back a little: today's was asked
    assert (await days.schedules.of(HALL))[0].next_ms == berlin("2026-11-20T09:00")
    await days.at("2027-11-20T10:00")
    await days.at("2026-11-19T09:01")
    assert (await days.schedules.of(HALL))[0].next_ms == berlin("2026-11-20T09:00")
    await days.at("2026-11-20T09:00")
    assert [day for day, _ in await days.asked() if day < "2027"] == ["2026-11-19", "2026-11-20"]
    await days.stop()


async def test_a_question_of_the_day_from_the_future_is_not_open_for_a_year(store):
    clock = DiscordHandClock(berlin("2026-11-19T12:00") + YEAR)
    days = Days(store, clock)
    await days.servers.set_time_zone(HALL, "Europe/Berlin")
    await days.daily.ask(HALL, CHANNEL)
    clock.now -= YEAR
    days = await days.restart()
    [(closes_ms,)] = await days.rows("SELECT closes_ms FROM daily")
    assert closes_ms == clock.now + DAY
    await days.stop()
