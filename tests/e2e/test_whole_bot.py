"""The bot as its own process against the playground's server, over real HTTP and WebSockets."""

import asyncio
import signal

import engines
from hosting import PATIENCE_SECONDS, Bot, Member, button, buttons, text, until


async def test_a_stranger_reads_practises_and_finds_the_score(bot: Bot):
    ada = Member(bot.playground)
    contents = await ada.command("lesson")
    assert "What is concurrency?" in text(contents)
    page = await ada.press(contents, "Start reading")
    assert "Page 1 of" in text(page)
    question = await ada.press(page, "Quiz me on this")
    assert "Question 1 of 5" in text(question)
    assert buttons(question)[:3] == ["A", "B", "C"]
    points = 0
    while "A" in buttons(question):
        outcome = await ada.press(question, "A")
        points += 10 * ("✅ Right" in text(outcome))
        question = await ada.press(outcome, "Next ▶" if "Next ▶" in buttons(outcome) else "See how it went")
    assert (f"**+{points} study points**" if points else "No study points") in text(question)
    board = await ada.command("leaderboard")
    assert f"{points} points" in text(board)
    assert "Ada" in text(board)


async def test_a_demo_shows_its_chart_and_who_predicted_right(bot: Bot):
    ada, grace = Member(bot.playground), Member(bot.playground, 1)
    opened = await ada.command("demo", name="shared-counter")
    told = await ada.press(opened, "Less")
    assert "You predict: **Less**" in text(told)
    await grace.press(opened, "More")
    await grace.press(opened, "▶ Run it now")
    await until(bot.playground, lambda: "Try it yourself" in buttons(ada.sees(opened)), "the demo's result")
    shown = ada.sees(opened)
    chart, timeline = shown["attachments"]
    assert {one["content_type"] for one in (chart, timeline)} == {"image/png"}
    assert {one["width"] for one in (chart, timeline)} == {600}
    assert "Bar chart" in chart["description"]
    assert "Timeline" in timeline["description"]
    if "Updates get lost" in text(shown):
        assert "Called by Ada" in text(shown)


async def test_a_quiz_goes_on_after_the_bot_was_killed(bot: Bot):
    ada = Member(bot.playground)
    question = await ada.command("quiz", section="Threads", questions=3)
    outcome = await ada.press(question, "B")
    await bot.stop(signal.SIGKILL)
    await bot.start()
    second = await ada.press(outcome, "Next ▶")
    assert "Question 2 of 3" in text(second)
    assert engines.rows(bot.database, "SELECT count(*) FROM answer") == [(1,)]


async def test_a_click_made_while_the_bot_is_down_fails_as_on_discord_and_can_be_repeated(bot: Bot):
    ada = Member(bot.playground)
    question = await ada.command("quiz")
    await bot.stop(signal.SIGKILL)
    bot.playground.gateway._sessions.clear()  # Discord would have noticed by now
    heard: list[str] = []
    bot.playground.acts.click(
        ada.id, question["channel_id"], question["id"], button(question, "A")["custom_id"], lambda s, _: heard.append(s)
    )
    assert heard == ["failed"]
    await bot.start()
    assert "Not quite" in text(outcome := await ada.press(question, "A")) or "Right" in text(outcome)


async def test_a_demo_that_was_running_when_the_bot_died_is_run_again(bot: Bot):
    ada = Member(bot.playground)
    opened = await ada.command("demo", name="io-wait")
    await ada.press(opened, "▶ Run it now")
    await until(bot.playground, lambda: "measured" in text(ada.sees(opened)), "progress")
    await bot.stop(signal.SIGKILL)
    await bot.start()
    await until(bot.playground, lambda: "Try it yourself" in buttons(ada.sees(opened)), "the result after all")


async def test_commands_are_sent_to_discord_once(bot: Bot):
    sent: list[str] = []
    bot.playground.rest.record = lambda exchange: sent.append(f"{exchange.method} {exchange.route}")
    await bot.stop()
    await bot.start()
    assert "GET /applications/{application_id}/commands" in sent
    assert "PUT /applications/{application_id}/commands" not in sent


async def test_resume_reconnect_and_invalid_session_lead_back_to_the_same_address(bot: Bot):
    gateway = bot.playground.gateway
    ada = Member(bot.playground)
    gateway.reconnect()
    await until(bot.playground, lambda: gateway.resumed == 1, "a resume after op 7")
    await gateway.drop()
    await until(bot.playground, lambda: gateway.resumed == 2, "a resume after a lost connection")
    await gateway.drop(4000)
    await until(bot.playground, lambda: gateway.resumed == 3, "a resume after close 4000")
    gateway.invalidate(resumable=False)
    await until(bot.playground, lambda: gateway.identified == 2, "a new session after op 9")
    assert "Studyhall" in text(await ada.command("help"))


async def test_events_missed_while_reconnecting_are_answered_after_the_resume(bot: Bot):
    gateway, ada = bot.playground.gateway, Member(bot.playground)
    question = await ada.command("quiz")
    await gateway.drop()
    outcome = await ada.press(question, "C")
    assert "Next ▶" in buttons(outcome)
    assert gateway.resumed == 1


async def test_fifty_members_answer_at_once_and_everybody_is_counted(bot: Bot):
    playground = bot.playground
    for number in range(47):
        playground.acts.add_member(f"Member {number}")
    members = [Member(playground, number) for number in range(50)]
    questions = await asyncio.gather(*(member.command("quiz", questions=1) for member in members))
    outcomes = await asyncio.gather(*(m.press(q, "A") for m, q in zip(members, questions, strict=True)))
    for member, outcome in zip(members, outcomes, strict=True):  # an answer that takes long is announced first
        await until(playground, lambda m=member, o=outcome: "See how it went" in buttons(m.sees(o)))
    assert engines.rows(bot.database, "SELECT count(*), count(DISTINCT member_id) FROM answer") == [(50, 50)]


async def test_the_wall_clock_follows_the_playground(bot: Bot):
    ada = Member(bot.playground)
    playground = bot.playground
    playground.world.shift(86_400 * 40)
    await asyncio.wait_for(playground.followed.wait(), PATIENCE_SECONDS)
    opened = await ada.command("demo", name="io-wait")
    starts = int(text(opened).split("<t:")[1].split(":")[0])
    assert abs(starts * 1000 - playground.world.now_ms()) < 120_000


async def test_ctrl_c_ends_the_bot_with_exit_code_0(bot: Bot):
    assert await bot.stop(signal.SIGINT) == 0
    assert "stopped" in bot.log()


async def test_the_token_is_nowhere_in_the_log(bot: Bot):
    await Member(bot.playground).command("help")
    assert bot.playground.token not in bot.log()
    assert "data in" in bot.log()


async def test_a_refused_token_is_told_in_a_sentence(playground, tmp_path):
    bot = Bot(playground, tmp_path / "data", DISCORD_TOKEN="wrong")
    bot.playground.token = playground.token
    bot.settings["DISCORD_TOKEN"] = "not-a-token-that-anybody-made"
    try:
        await bot.start()
    except AssertionError as ended:
        assert "DISCORD_TOKEN was refused" in str(ended)
        assert "Traceback" not in str(ended)
        assert "not-a-token-that-anybody-made" not in str(ended)
    else:
        raise AssertionError("it should have ended")
