"""`/daily` as members see it: public question, private answers, the result tomorrow."""

import logging

from any_form import some_answer
from hall import COURSE, Hall, Shown, assert_fits_discord, walk

from bot.demos.registry import DEMOS
from bot.model.dailies import Daily
from bot.packs.loading import load_packs
from bot.packs.models import LETTERS
from bot.quiz.question.asking import FilePlace, Shares, chose
from bot.services.calendar.daily_views import DailyView, Locked, MyDaily
from bot.ui.calendar.daily import daily_screen, locked_screen, my_answer_screen

DAY = 86_400


async def asked(hall: Hall) -> Shown:
    """Today's question, as it stands in the channel."""
    reply = await hall.alice.slash("daily")
    assert reply.private
    question = next(one for one in reversed(hall.messages()) if "A" in one.buttons)
    assert f"/{question.id}" in reply.text
    return question


async def next_day(hall: Hall) -> None:
    await hall.pass_time(DAY + 2)
    await hall.app.services.schedules.look()


async def test_the_question_is_posted_for_all_and_a_second_call_links_to_it(hall: Hall):
    question = await asked(hall)
    assert "Question of the day" in question.text
    assert "Nobody has answered yet" in question.text
    again = await hall.bob.slash("daily")
    assert again.private
    assert f"/channels/{hall.guild.id}/{hall.channel.id}/{question.id}" in again.text
    assert len(hall.messages()) == 1


def letters(question: Shown) -> tuple[str, str, str]:
    """The right letter, and two wrong ones."""
    right = question.letter("The right answer")
    return (right, *[letter for letter in "ABC" if letter != right][:2])


async def test_an_answer_is_told_right_or_wrong_in_private_and_the_key_to_nobody(hall: Hall, caplog):
    caplog.set_level(logging.DEBUG)
    question = await asked(hall)
    right, wrong, other = letters(question)
    answer = await hall.alice.click(question, wrong)
    assert answer.private
    assert f"❌ **Not this time.** Locked in **{wrong}**." in answer.text
    assert "The answer and the reasons come with everybody's result: <t:" in answer.text
    assert "you 1 day, this server 1 day" in answer.text
    second = await hall.alice.click(question, other)
    assert f"❌ **Not this time.** You had locked in **{wrong}**; the first answer counts." in second.text
    for told in (answer, second):
        assert f"**{right}**" not in told.text
        assert "The right answer" not in told.text
        assert "reason" not in told.text.replace("the reasons come", "")
    bob = await hall.bob.click(question, right)
    assert bob.private
    assert f"✅ **Right!** Locked in **{right}**." in bob.text
    assert "Because" not in bob.text
    assert "**2** answered" in question.text
    assert not any(mark in question.text for mark in "✅❌")
    assert not any("✅" in line or "right=" in line.casefold() for line in caplog.messages)
    assert {one["custom_id"].split(":")[1] for one in walk(question.stored.components) if "custom_id" in one} == {
        "daily.pick"
    }
    assert hall.rows("SELECT * FROM answer") == []
    assert "No answers in this period yet" in (await hall.bob.slash("leaderboard")).text


async def test_where_the_server_chose_so_the_key_and_the_reasons_come_at_once_in_private(hall: Hall):
    await hall.manager.click(await hall.manager.slash("studyhall setup"), "Reasons at once")
    question = await asked(hall)
    right, wrong, _ = letters(question)
    answer = await hall.alice.click(question, wrong)
    assert answer.private
    assert f"❌ **Not this time.** Locked in **{wrong}**." in answer.text
    assert "**You chose** Wrong answer" in answer.text
    assert f"**The answer is {right}** · The right answer" in answer.text
    assert "**The rule**: The rule behind" in answer.text
    assert "Everybody's result: <t:" in answer.text
    of_bob = await hall.bob.click(question, right)
    assert f"✅ **Right!** Locked in **{right}**." in of_bob.text
    assert "You chose" not in of_bob.text
    assert "Because" in of_bob.text
    assert "✅" not in question.text
    assert "The rule" not in question.text


async def test_a_question_that_was_taken_out_is_neither_right_nor_wrong(hall: Hall):
    question = await asked(hall)
    right, wrong, _ = letters(question)
    await rule(hall, None)
    for person, letter in ((hall.alice, right), (hall.bob, wrong)):
        answer = await person.click(question, letter)
        assert answer.text.startswith(f"🔒 Locked in **{letter}**.")


async def test_right_is_what_the_managers_made_the_key(hall: Hall):
    await hall.manager.click(await hall.manager.slash("studyhall setup"), "Reasons at once")
    question = await asked(hall)
    right, wrong, _ = letters(question)
    [(order,)] = hall.rows("SELECT option_order FROM daily")
    await rule(hall, int(order["ABCD".index(wrong)]))
    assert "✅ **Right!**" in (await hall.alice.click(question, wrong)).text
    of_bob = await hall.bob.click(question, right)
    assert "❌ **Not this time.**" in of_bob.text
    assert f"**The answer is {wrong}**" in of_bob.text
    assert "Your managers decided that" in of_bob.text


async def rule(hall: Hall, key: int | None) -> None:
    """Put a ruling of the managers about the question of the day in force: another key, or (None) that it is retired."""
    [(pack_id, question_id)] = hall.rows("SELECT pack_id, question_id FROM daily")
    asked_ = hall.app.library.question(pack_id, question_id)
    place = (hall.guild.id, pack_id, question_id, asked_.content_hash, asked_.key)
    hall.run_sql("INSERT INTO ruling VALUES (?, ?, ?, ?, ?, ?, 1, NULL)", *place, key)


async def test_the_result_takes_the_questions_place_and_each_sees_their_own_answer(hall: Hall):
    question = await asked(hall)
    right = question.letter("The right answer")
    wrong = next(letter for letter in "ABC" if letter != right)
    await hall.alice.click(question, right)
    await hall.bob.click(question, wrong)
    await next_day(hall)
    assert f"### ✅ {right} · The right answer" in question.text
    assert "**1 of 2** got it right." in question.text
    assert "**The rule**" in question.text
    assert question.enabled == ["My answer", "Read the section", "Report this question"]
    mine = await hall.alice.click(question, "My answer")
    assert mine.private
    assert f"✅ Right: you chose {right}" in mine.text
    assert "+10 points" in mine.text
    of_bob = await hall.bob.click(question, "My answer")
    assert f"❌ Not quite: you chose {wrong}" in of_bob.text
    assert f"**Right was {right}**" in of_bob.text
    assert "You didn't answer this one." in (await hall.person("carol").click(question, "My answer")).text
    assert "alice · 10 points" in (await hall.bob.slash("leaderboard")).text


async def test_the_next_question_shows_the_result_of_the_last(hall: Hall):
    first = await asked(hall)
    await hall.alice.click(first, "A")
    await next_day(hall)
    second = await asked(hall)
    assert second.id != first.id
    assert f"[The last result](https://discord.com/channels/{hall.guild.id}/{hall.channel.id}/{first.id})" in (
        second.text
    )
    assert "2 questions in a row" not in second.text
    locked = await hall.alice.click(second, "A")
    assert "you 2 days, this server 2 days" in locked.text


async def test_after_a_restart_the_buttons_go_on_working(hall: Hall):
    question = await asked(hall)
    await hall.alice.click(question, "A")
    await hall.restart()
    assert "You had locked in **A**" in (await hall.alice.click(question, "B")).text
    assert "Locked in **B**" in (await hall.bob.click(question, "B")).text


async def test_a_late_click_and_a_forged_one_get_a_sentence(hall: Hall):
    question = await asked(hall)
    stale = question.buttons["A"]["custom_id"]
    assert "no such option" in (await hall.alice.forge(question, f"{stale[:-1]}7")).text
    assert "There's no result yet" in (await hall.alice.forge(question, "sh:daily.mine:1")).text
    assert "This question of the day is gone" in (await hall.alice.forge(question, "sh:daily.pick:99:0")).text
    await next_day(hall)
    assert "has closed" in (await hall.alice.forge(question, stale)).text
    assert hall.rows("SELECT * FROM daily_answer") == []


async def test_privacy_shows_what_was_answered(hall: Hall):
    question = await asked(hall)
    await hall.alice.click(question, "A")
    assert "**Question of the day** · 1 answer" in (await hall.alice.slash("privacy show")).text


def test_every_question_of_the_course_fits_while_open_and_with_its_result():
    pack = load_packs(COURSE, DEMOS)[0]
    for question in pack.questions:
        order = tuple(range(len(question.options)))
        daily = Daily(1 << 60, "2026-11-22", 1 << 60, pack.id, question, order, 0, 0, 10**6, None, 1 << 60)
        counts = dict.fromkeys(order, 1_000)
        view = DailyView(daily, "A section of the course with a long title", 4_000, 365, last=(1 << 60, 1 << 60))
        over = view._replace(daily=daily._replace(closed_ms=1), shares=Shares(4_000, 1_000, counts))
        mine = MyDaily(over.daily, some_answer(question, len(order) - 1), 10, 365, question.key)
        wrong = some_answer(question, question.key + 1)
        at_once = Locked(
            daily, wrong, new=True, own_streak=10**4, streak=10**4, correct=False, key=FilePlace(question.key)
        )
        for screen in (daily_screen(view), daily_screen(over), my_answer_screen(mine), locked_screen(at_once)):
            assert_fits_discord(screen.view().to_components())
        assert question.explanation.strip() in "\n".join(b for b in daily_screen(over).blocks if isinstance(b, str))


def test_the_result_is_told_by_the_key_in_force_with_what_the_managers_decided():
    question = load_packs(COURSE, DEMOS)[0].questions[0]
    order = tuple(range(len(question.options)))
    ruled = (question.key + 1) % len(order)
    daily = Daily(1, "2026-11-22", 1, "p", question, order, 0, 0, 10**6, 1, 1)

    def told(key: int | None, *, retired: bool = False) -> str:
        counts = {question.key: 3, ruled: 1}
        blocks = daily_screen(
            DailyView(
                daily,
                "Tea",
                4,
                1,
                Shares(4, counts[question.key if key is None else key], counts),
                key=key,
                retired=retired,
            )
        ).blocks
        return "\n".join(block for block in blocks if isinstance(block, str))

    assert f"### ✅ {LETTERS[ruled]} · " in told(ruled)
    assert "**1 of 4** got it right." in told(ruled)
    assert f"Your managers decided that **{LETTERS[ruled]}** is the answer here" in told(ruled)
    assert "retired this question" in told(question.key, retired=True)
    for plain in (told(None), told(question.key)):
        assert f"### ✅ {LETTERS[question.key]} · " in plain
        assert "**3 of 4** got it right." in plain
        assert "⚖️" not in plain


def test_my_answer_is_told_by_the_key_in_force_with_what_the_managers_decided():
    question = load_packs(COURSE, DEMOS)[0].questions[0]
    order = tuple(range(len(question.options)))
    ruled = (question.key + 1) % len(order)
    daily = Daily(1, "2026-11-22", 1, "p", question, order, 0, 0, 10**6, 1, 1)

    def told(choice: int, key: int, *, retired: bool = False) -> str:
        blocks = my_answer_screen(MyDaily(daily, chose(choice), 0, 1, key, retired)).blocks
        return "\n".join(block for block in blocks if isinstance(block, str))

    assert "✅ Right: you chose" in told(ruled, ruled)
    assert "decided that" in told(ruled, ruled)
    assert f"❌ Not quite: you chose {LETTERS[question.key]}" in told(question.key, ruled)
    assert f"**Right was {LETTERS[ruled]}**" in told(question.key, ruled)
    assert "retired this question" in told(question.key, question.key, retired=True)
    assert "⚖️" not in told(question.key, question.key)
