"""Reminders of reviews: to whom, when, and what happens when they can't be written."""

from random import Random

import pytest
from in_english import refused
from lives import end, lives
from small_course import DAY, HOUR, NOON, QUESTIONS, library

from bot.clock import DiscordClock
from bot.errors import UserError
from bot.facts import Code, Fact
from bot.quiz.practice.spacing import review
from bot.services.member.notices import Notices
from bot.services.member.settings import MemberSettings
from bot.services.practice.practising import Practice
from bot.services.practice.reminders import DirectMessagesClosedError, Reminders
from bot.services.practice.respacing import Respacing
from bot.services.practice.reviews import Reviews
from bot.services.server.zones import Zones
from bot.services.sure_time import SureTime
from bot.storage import answers

ADA, BOB = 1, 2
RIGHT = True


class Letters:
    """Direct messages, some of which nobody takes."""

    def __init__(self) -> None:
        self.written: list[tuple[int, int]] = []
        self.closed: set[int] = set()
        self.broken: set[int] = set()

    async def remind(self, member_id, courses):
        if member_id in self.closed:
            raise DirectMessagesClosedError
        if member_id in self.broken:
            raise OSError("no network")
        self.written.append((member_id, sum(course.due.now for course in courses)))


@pytest.fixture
def settings(store):
    return MemberSettings(store, Zones(), lives(Respacing, library(), store))


@pytest.fixture
def letters():
    return Letters()


@pytest.fixture
def reminders(store, clock, settings, letters):
    course = library()
    practice = Practice(course, store, clock, Random(7))
    reviews = Reviews(course, store, clock, Random(7), practice, lambda _guild_id: course)
    made = lives(Reminders, store, clock, reviews, gap_seconds=0)
    made.attach(letters)
    return made


async def learned(store, *members: int, days_ago: int = 30) -> None:
    """A family that each of these members answered so long ago that it is due."""

    async def job(tx) -> None:
        for member_id in members:
            card = review(None, RIGHT, NOON - days_ago * DAY)
            await answers.put_card(tx, member_id, "tea", QUESTIONS[0].family, card)

    await store.write(job)


async def test_who_switched_it_on_is_written_to_once_a_day_at_their_hour(store, clock, settings, reminders, letters):
    await learned(store, ADA, BOB)
    await settings.set_reminder_hour(ADA, 13)
    assert await reminders.remind() == 0
    clock.advance(HOUR)
    assert await reminders.remind() == 1
    assert await reminders.remind() == 0
    clock.advance(HOUR)
    assert await reminders.remind() == 0
    clock.advance(23 * HOUR)
    assert await reminders.remind() == 1
    assert letters.written == [(ADA, 1), (ADA, 1)]


async def test_a_day_that_is_passed_hour_by_hour_reminds_at_the_hour(store, clock, settings, reminders, letters):
    await learned(store, ADA)
    await settings.set_reminder_hour(ADA, 8)  # four hours ago
    await reminders.hour_passed(clock.now_ms())
    assert letters.written == []
    reminders.start()
    began_ms = clock.now_ms()
    clock.advance(24 * HOUR)
    for hour in range(1, 25):
        await reminders.hour_passed(began_ms + hour * HOUR)
    await end(reminders)
    assert letters.written == [(ADA, 1)]


async def test_the_hour_is_that_of_where_the_member_is(store, clock, settings, reminders, letters):
    await learned(store, ADA, BOB)
    for member_id, zone in ((ADA, "berlin"), (BOB, "Kolkata")):
        await settings.set_reminder_hour(member_id, 18)
        await settings.set_time_zone(member_id, zone)
    clock.advance(HOUR // 2)  # half past twelve: six in the evening in Kolkata
    await reminders.remind()
    assert letters.written == [(BOB, 1)]
    clock.advance(4 * HOUR + HOUR // 2)
    await reminders.remind()
    assert letters.written == [(BOB, 1), (ADA, 1)]


async def test_without_anything_due_nobody_is_written_to(store, settings, reminders, letters):
    await learned(store, ADA, days_ago=0)
    await settings.set_reminder_hour(ADA, 12)
    assert await reminders.remind() == 0
    assert letters.written == []


async def test_a_restart_reminds_nobody_again(store, clock, settings, reminders, letters):
    await learned(store, ADA)
    await settings.set_reminder_hour(ADA, 12)
    await reminders.remind()
    again = lives(Reminders, store, clock, reminders._reviews, gap_seconds=0)
    again.attach(letters)
    assert await again.remind() == 0


async def test_where_direct_messages_are_closed_it_switches_itself_off_and_says_so_later(
    store, clock, settings, reminders, letters
):
    await learned(store, ADA, BOB)
    letters.closed = {ADA}
    for member_id in (ADA, BOB):
        await settings.set_reminder_hour(member_id, 12)
    await reminders.remind()
    assert letters.written == [(BOB, 1)]
    assert (await settings.show(ADA)).reminder_hour is None
    notices = Notices(store)
    assert list((await notices.waiting(ADA)).values()) == [Fact(Code.REMINDERS_OFF)]
    assert not await notices.waiting(BOB)
    await notices.told(list(await notices.waiting(ADA)))
    assert not await notices.waiting(ADA)
    clock.advance(DAY)
    letters.written.clear()
    await reminders.remind()
    assert letters.written == [(BOB, 1)]


async def test_one_that_could_not_be_written_does_not_keep_the_others_waiting(
    store, clock, settings, reminders, letters
):
    await learned(store, ADA, BOB)
    letters.broken = {ADA}
    for member_id in (ADA, BOB):
        await settings.set_reminder_hour(member_id, 12)
    await reminders.remind()
    assert letters.written == [(BOB, 1)]
    assert (await settings.show(ADA)).reminder_hour == 12


@pytest.mark.parametrize("hour", [-1, 24, 1000])
async def test_an_hour_that_no_day_has_is_refused(settings, hour):
    with refused(UserError, "0 to 23"):
        await settings.set_reminder_hour(ADA, hour)
    assert (await settings.show(ADA)).reminder_hour is None


async def test_who_is_deleted_while_their_reminder_is_refused_is_not_named_again(store, settings, reminders, letters):
    await learned(store, ADA)
    await settings.set_reminder_hour(ADA, 12)

    async def deleted_meanwhile(_member_id, _courses):
        await store.write(lambda tx: tx.run("DELETE FROM member_setting"))
        raise DirectMessagesClosedError

    letters.remind = deleted_meanwhile
    await reminders.remind()
    assert await store.rows("SELECT * FROM member_setting") == []
    assert await store.rows("SELECT * FROM notice") == []


async def test_a_reminder_waits_for_discords_time(store, clock, settings, reminders, letters):
    time = lives(SureTime, DiscordClock(clock))
    waiting = lives(Reminders, store, clock, reminders._reviews, gap_seconds=0, time=time)
    waiting.attach(letters)
    await learned(store, ADA)
    await settings.set_reminder_hour(ADA, 12)
    assert await waiting.remind() == 0
    time.learn_date(NOON)
    assert await waiting.remind() == 1


async def test_a_reminder_noted_in_the_future_silences_nobody(store, clock, settings, reminders, letters):
    await learned(store, ADA)
    await settings.set_reminder_hour(ADA, 12)
    clock.advance(365 * DAY)
    assert await reminders.remind() == 1
    clock.advance(-365 * DAY)
    assert await reminders.remind() == 1
    assert await reminders.remind() == 0
