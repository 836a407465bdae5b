"""The question of the day as a service: asked once a day, locked in, kept secret until it closes, then counted."""

import json
from random import Random

import pytest
from day_by_day import ADA, BOB, CHANNEL, CLEO, HALL, Days, DiscordHandClock, berlin
from in_english import refused
from small_course import DAY, HOUR, library

from bot.errors import StudyhallError, UserError
from bot.model.rulings import Subject
from bot.quiz.competition.state import DRAIN_MS
from bot.quiz.question.asking import Shares, chose
from bot.quiz.question.regrading import Ruling
from bot.services.channels import ChannelLostError
from bot.services.practice.practising import Practice
from bot.services.practice.progress import ProgressOf
from bot.services.question.repair import repair_totals
from bot.storage import members, privacy
from bot.storage.question import rulings

EMPTY_UNTIL_CLOSED = ("answer", "card", "total")


@pytest.fixture
async def days(store):
    made = Days(store, DiscordHandClock(berlin("2026-11-20T18:00")))
    await made.servers.set_time_zone(HALL, "Europe/Berlin")
    yield made
    await made.stop()


def right(daily) -> int:
    return daily.order.index(daily.question.key)


async def test_it_is_asked_once_a_day_and_a_second_call_finds_the_first(days):
    first = await days.daily.ask(HALL, CHANNEL)
    again = await days.daily.ask(HALL, CHANNEL + 1)
    assert first == again
    assert first.message_id
    assert len(days.wall.posted) == 1
    other_server = await days.daily.ask(HALL + 1, CHANNEL + 2)
    assert other_server.id != first.id


async def test_the_day_is_that_of_the_server_and_not_of_utc(days):
    days.clock.now = berlin("2026-11-21T00:30")
    assert (await days.daily.ask(HALL, CHANNEL)).day == "2026-11-21"
    assert (await days.daily.ask(HALL + 1, CHANNEL)).day == "2026-11-20"


async def test_the_first_answer_counts_once_and_a_second_click_hears_of_it(days):
    daily = await days.daily.ask(HALL, CHANNEL)
    first = await days.click(daily.id, ADA, 1)
    assert (first.called, first.new, first.own_streak, first.streak) == ("B", True, 1, 1)
    second = await days.click(daily.id, ADA, 2)
    assert (second.called, second.new) == ("B", False)
    assert await days.rows("SELECT member_id, choice FROM daily_answer") == [(ADA.member_id, 1)]


async def test_nothing_tells_the_key_before_the_question_closes(days):
    daily = await days.daily.ask(HALL, CHANNEL)
    await days.click(daily.id, ADA, right(daily))
    await days.click(daily.id, BOB, (right(daily) + 1) % 4)
    for table in EMPTY_UNTIL_CLOSED:
        assert await days.rows(f"SELECT * FROM {table}") == []
    shown = await days.wall.hinted[daily.message_id]()
    assert (shown.answered, shown.shares) == (2, Shares())
    of_ada, of_bob = [
        json.dumps(await privacy.everything(days.store, who.member_id), sort_keys=True) for who in (ADA, BOB)
    ]
    assert '"correct"' not in of_ada + of_bob
    assert '"points"' not in of_ada + of_bob
    with refused(UserError, "There's no result yet"):
        await days.daily.mine(daily.id, HALL, ADA.member_id)


async def test_the_close_counts_every_answer_and_shows_the_result_in_the_same_message(days):
    daily = await days.daily.ask(HALL, CHANNEL)
    await days.click(daily.id, ADA, right(daily))
    await days.click(daily.id, BOB, (right(daily) + 1) % 4)
    await days.at("2026-11-21T18:00:02")
    shown = days.wall.shown[daily.message_id]
    assert shown.daily.closed_ms is not None
    assert shown.shares.counts[daily.question.key] == 1
    assert sum(shown.shares.counts.values()) == 2
    assert await days.rows("SELECT member_id, mode, correct, points FROM answer ORDER BY 1") == [
        (ADA.member_id, "daily", 1, 10),
        (BOB.member_id, "daily", 0, 0),
    ]
    assert await days.rows("SELECT count(*) FROM card") == [(2,)]
    assert await days.rows("SELECT points FROM total WHERE period = 'all' AND section = '' ORDER BY member_id") == [
        (10,),
        (0,),
    ]
    assert await repair_totals(days.store) == []
    mine = await days.daily.mine(daily.id, HALL, ADA.member_id)
    assert (mine.given, mine.points, mine.own_streak) == (chose(daily.question.key), 10, 1)
    assert (await days.daily.mine(daily.id, HALL, CLEO.member_id)).given is None
    assert len(days.wall.posted) == 1


async def test_a_right_answer_that_is_neither_new_nor_due_earns_nothing(days):
    daily = await days.daily.ask(HALL, CHANNEL)
    await days.click(daily.id, ADA, right(daily))
    await days.store.write(
        lambda tx: tx.run(
            "INSERT INTO answer (member_id, guild_id, pack_id, section_id, question_id, question_hash, family, mode, run_id,"
            " position, chosen, correct, points, answered_ms) VALUES (1, NULL, 'tea', 'x', ?, '', ?, 'practice', 1, 0, 0, 1,"
            " 10, 0)",
            (daily.question.id, daily.question.family),
        )
    )
    await days.at("2026-11-21T18:00:02")
    assert (await days.daily.mine(daily.id, HALL, ADA.member_id)).points == 0


async def test_a_click_made_in_time_counts_although_it_arrives_late(days):
    daily = await days.daily.ask(HALL, CHANNEL)
    days.clock.now = daily.closes_ms + DRAIN_MS - 1
    await days.schedules.look()
    assert (await days.click(daily.id, ADA, 0, daily.closes_ms - 1)).new
    assert (await days.click(daily.id, BOB, 0, daily.closes_ms)).called is None
    days.clock.now += 1
    await days.schedules.look()
    assert (await days.click(daily.id, CLEO, 0, daily.closes_ms - 1)).called is None
    assert await days.rows("SELECT member_id FROM answer") == [(ADA.member_id,)]


async def test_the_next_question_closes_the_one_before(days):
    first = await days.daily.ask(HALL, CHANNEL)
    await days.click(first.id, ADA, 0)
    await days.at("2026-11-21T08:00")
    second = await days.daily.ask(HALL, CHANNEL)
    assert second.id != first.id
    assert second.question.family != first.question.family
    assert (await days.click(first.id, BOB, 0)).called is None
    await days.at("2026-11-21T08:00:02")
    assert days.wall.shown[first.message_id].daily.closed_ms is not None
    assert days.wall.posted[1].last == (CHANNEL, first.message_id)


async def test_a_question_is_kept_as_it_was_asked(days, monkeypatch):
    daily = await days.daily.ask(HALL, CHANNEL)
    monkeypatch.setattr(days.servers.library(HALL), "replace", None)
    days.servers.library(HALL)._questions.clear()
    await days.click(daily.id, ADA, right(daily))
    await days.at("2026-11-21T18:00:02")
    mine = await days.daily.mine(daily.id, HALL, ADA.member_id)
    assert (mine.daily.question, mine.points) == (daily.question, 10)


async def test_streaks_count_days_with_a_question_and_days_without_one_break_none(days):
    for n, day in enumerate(("20", "21", "24", "25")):  # the bot was off in between
        days.clock.now = berlin(f"2026-11-{day}T18:00")
        await days.schedules.look()
        daily = await days.daily.ask(HALL, CHANNEL)
        locked = await days.click(daily.id, ADA, 0)
        assert (locked.own_streak, locked.streak) == (n + 1, n + 1)
        if day != "24":
            bob = await days.click(daily.id, BOB, 0)
    assert (bob.own_streak, bob.streak) == (1, 4)
    assert await days.daily.streak(HALL) == 4
    await days.at("2026-11-26T18:00")
    unanswered = await days.daily.ask(HALL, CHANNEL)
    assert await days.daily.streak(HALL, ADA.member_id) == 4
    await days.at("2026-11-27T18:00:02")
    assert (await days.daily.mine(unanswered.id, HALL, ADA.member_id)).own_streak == 0
    assert await days.daily.streak(HALL) == 0


# Trouble


async def test_a_question_that_discord_did_not_take_comes_by_itself_once(days):
    days.wall.refuse = 1
    daily = await days.daily.ask(HALL, CHANNEL)
    assert daily.message_id is None
    await days.schedules.look()
    await days.schedules.look()
    assert len(days.wall.posted) == 1
    assert (await days.daily.ask(HALL, CHANNEL)).message_id


@pytest.mark.parametrize("minutes", [1, 60], ids=["soon, by its nonce", "later, found in the history"])
async def test_a_crash_between_sending_and_storing_posts_no_second_message(days, minutes):
    daily = await days.daily.ask(HALL, CHANNEL)
    await days.store.write(lambda tx: tx.run("UPDATE daily SET message_id = NULL"))
    await days.store.write(lambda tx: tx.run("UPDATE post SET message_id = NULL"))
    days.clock.advance(minutes * 60_000)
    after = await days.restart()
    assert len(days.wall.posted) == 1
    assert (await after.daily.ask(HALL, CHANNEL)).message_id == daily.message_id
    await after.stop()


async def test_a_click_tells_which_message_it_was(days):
    days.wall.refuse = 1
    daily = await days.daily.ask(HALL, CHANNEL)
    await days.daily.answer(daily.id, HALL, 0, ADA, days.clock.now_ms(), 777)
    assert (await days.daily.ask(HALL, CHANNEL)).message_id == 777


async def test_a_result_that_was_not_shown_is_shown_after_a_restart_and_counts_once(days):
    daily = await days.daily.ask(HALL, CHANNEL)
    await days.click(daily.id, ADA, right(daily))
    days.clock.now = daily.closes_ms + DRAIN_MS
    days.wall.refuse_edits = True
    await days.schedules.look()
    assert days.wall.shown[daily.message_id].shares == Shares()
    days.wall.refuse_edits = False
    after = await days.restart()
    assert days.wall.shown[daily.message_id].shares.counts[daily.question.key] == 1
    assert await after.rows("SELECT count(*), sum(points) FROM answer") == [(1, 10)]
    await after.stop()


async def test_a_question_whose_message_was_deleted_gets_its_result_in_a_new_one(days):
    daily = await days.daily.ask(HALL, CHANNEL)
    await days.click(daily.id, ADA, 0)
    days.wall.deleted.add(daily.message_id)
    await days.at("2026-11-21T18:00:02")
    assert len(days.wall.posted) == 2
    assert days.wall.posted[1].daily.closed_ms is not None
    await days.schedules.look()
    assert len(days.wall.posted) == 2


async def test_where_it_cannot_be_posted_it_is_taken_back(days):
    days.wall.lost = True
    with pytest.raises(ChannelLostError):
        await days.daily.ask(HALL, CHANNEL)
    assert await days.rows("SELECT * FROM daily") == []
    days.wall.lost = False
    assert (await days.daily.ask(HALL, CHANNEL + 1)).message_id


async def test_an_answer_is_refused_from_another_server_and_for_no_such_option(days):
    daily = await days.daily.ask(HALL, CHANNEL)
    with refused(StudyhallError, "belongs to another server"):
        await days.daily.answer(daily.id, HALL + 1, 0, ADA, days.clock.now_ms(), 1)
    with refused(StudyhallError, "no such option"):
        await days.click(daily.id, ADA, 4)
    with refused(StudyhallError, "question of the day is gone"):
        await days.click(999, ADA, 0)


async def test_it_is_nobodys_own_mistake_of_two_minutes_ago_wherever_they_made_it(days):
    course = library()
    practice = Practice(course, days.store, days.clock, Random(7))
    await days.store.write(lambda tx: members.remember(tx, HALL, ADA.member_id, ADA.face, days.clock.now_ms()))
    for here in (ADA, ADA._replace(guild_id=None)):
        run = await practice.start(here, course.section("tea", "water"), None, 2)
        for asked in run.asked:
            wrong = next(letter for letter, option in enumerate(asked.order) if option != 1)
            await practice.answer(run.id, asked.position, wrong, here, days.clock.now_ms())
    met = {name for (name,) in await days.rows("SELECT question_id FROM answer")}
    assert met == {"w0", "w1", "w2", "w3"}
    days.clock.advance(120_000)
    daily = await days.daily.ask(HALL, CHANNEL)
    assert daily.question.id not in met


# A member is deleted


async def test_a_deleted_member_leaves_open_questions_and_stays_nameless_in_closed_ones(days):
    closed = await days.daily.ask(HALL, CHANNEL)
    for who in (ADA, BOB):
        await days.click(closed.id, who, right(closed))
    await days.at("2026-11-21T18:00:02")
    still_open = await days.daily.ask(HALL, CHANNEL)
    await days.click(still_open.id, ADA, 0)
    await days.store.write(lambda tx: privacy.delete(tx, ADA.member_id, days.clock.now_ms()))
    assert await days.rows("SELECT * FROM daily_answer WHERE daily_id = ?", still_open.id) == []
    [(stand_in,)] = await days.rows("SELECT member_id FROM daily_answer WHERE member_id != ?", BOB.member_id)
    assert stand_in < 0
    assert await days.rows("SELECT run_id FROM answer WHERE member_id = ?", stand_in) == [(closed.id,)]
    assert await days.daily.streak(HALL) == 1
    days.clock.advance(DAY + HOUR)
    await days.schedules.look()
    assert await repair_totals(days.store) == []


async def test_a_question_that_nobody_saw_before_its_day_was_over_is_taken_back(days):
    days.wall.refuse = 1
    await days.daily.ask(HALL, CHANNEL)
    days.clock.advance(3 * DAY)
    after = await days.restart()
    assert days.wall.posted == []
    assert await after.rows("SELECT * FROM daily") == []
    await after.stop()


async def test_ones_own_answer_is_judged_by_what_the_managers_decided(days):
    daily = await days.daily.ask(HALL, CHANNEL)
    other = (right(daily) + 1) % 4
    await days.click(daily.id, ADA, other)
    await days.at("2026-11-21T18:00:02")
    question = daily.question
    subject = Subject(HALL, daily.pack_id, question.id, question.content_hash)
    for key in (daily.order[other], None):
        await days.store.write(
            lambda tx, key=key: rulings.rule(tx, subject, Ruling(question.key, key), days.clock.now_ms())
        )
        mine = await days.daily.mine(daily.id, HALL, ADA.member_id)
        assert (mine.key, mine.retired) == ((daily.order[other], False) if key is not None else (question.key, True))


@pytest.mark.parametrize("retired", [False, True])
async def test_the_result_for_all_is_told_by_what_the_managers_decided_before_and_after_it_was_out(days, retired):
    daily = await days.daily.ask(HALL, CHANNEL)
    question, other = daily.question, daily.order[(right(daily) + 1) % 4]
    subject = Subject(HALL, daily.pack_id, question.id, question.content_hash)
    ruling = Ruling(question.key, None if retired else other)
    decided = (question.key, True) if retired else (other, False)

    def told(view) -> tuple[int, bool]:
        return view.right, view.retired

    await days.store.write(lambda tx: rulings.rule(tx, subject, ruling, days.clock.now_ms()))
    await days.at("2026-11-21T18:00:02")
    assert told(days.wall.shown[daily.message_id]) == decided
    undone = Ruling(question.key, question.key)
    for now, expected in ((undone, (question.key, False)), (ruling, decided)):
        await days.store.write(lambda tx, now=now: rulings.rule(tx, subject, now, days.clock.now_ms()))
        await days.store.write(lambda tx: rulings.ask_regrades(tx, [subject], days.clock.now_ms()))
        days.regrading.wake()
        await days.regrading.done()
        assert told(await days.wall.hinted[daily.message_id]()) == expected


async def test_progress_counts_a_question_of_the_day_on_the_day_that_it_was_answered(days):
    course = library()
    practice = Practice(course, days.store, days.clock, Random(7))
    progress = ProgressOf(course, days.store, days.clock, Random(7), practice, lambda _guild_id: course)
    daily = await days.daily.ask(HALL, CHANNEL)
    await days.click(daily.id, ADA, right(daily))
    shown = await progress.show(ADA)
    assert (shown.streak.days, shown.streak.today, shown.answered) == (1, True, 0)
    await days.at("2026-11-21T18:00:02")
    shown = await progress.show(ADA)
    assert (shown.streak.days, shown.streak.today, shown.answered) == (1, False, 1)
    history = (await progress.history(ADA, "tea")).days
    assert [(day.label, day.right) for day in history[-2:]] == [("20 Nov", 1), ("21 Nov", 0)]
