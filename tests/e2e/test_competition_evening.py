"""Competitions from the lobby to the podium: the bot as its own process, three members in a channel."""

import asyncio
import json
import re
import signal
from functools import partial

import engines
import pytest
from contract import faults_of
from evening import Channel, deadline_ms, faults_of_results, opened, right_letter, rows
from hosting import PATIENCE_SECONDS, Bot, Member, button, buttons, text, until, walk

from bot.playground.rest import Exchange

LETTERS = "ABCD"
AWAY = "{'type': 10, 'content': '-# I was away; that time was given back.'}, "
"""Said by the first edit after a start, and by none after it."""


def three(bot: Bot) -> tuple[Member, Member, Member]:
    return Member(bot.playground), Member(bot.playground, 1), Member(bot.playground, 2)


@pytest.mark.parametrize("scoring", ["study", "classic", "sprint", "certainty"])
async def test_three_members_play_a_whole_competition(quick: Bot, scoring):
    exchanges: list[Exchange] = []
    quick.playground.rest.record = exchanges.append
    ada, grace, linus = three(quick)
    channel = Channel(quick.playground)
    lobby = await opened(grace, linus, scoring=scoring)
    await until(quick.playground, lambda: "**2 in**: Grace, Linus" in text(ada.sees(lobby)), "who is in")
    assert f"**Score** ({scoring}): " in text(lobby)
    await grace.steer(lobby, "Start")
    right = {member.id: 0 for member in (ada, grace, linus)}
    for number in range(3):
        asked = await channel.open(number)
        assert f"Round {number + 1} of 3" in text(asked)
        for member, letter in ((ada, "A"), (grace, "B"), (linus, "A")):  # Ada comes in by her first answer
            told = await member.press(asked, letter)
            assert f"Locked in **{letter}**" in text(told)
            if scoring == "certainty":
                sure = await member.press(told, "Sure")
                assert "(sure)" in text(sure)
        shown = await channel.reveal(number)
        for member, letter in ((ada, "A"), (grace, "B"), (linus, "A")):
            right[member.id] += letter == right_letter(shown)
        mine = await grace.press(shown, "My result")
        assert ("### ✅ B, right" if right_letter(shown) == "B" else "### ❌ B, but it's") in text(mine)
        assert "**The rule**" in text(await linus.press(shown, "Why?"))
    podium = await channel.podium()
    assert quick.log().count("Traceback") == 0
    assert faults_of_results(quick.data_dir) == []
    stored = {
        str(member): (score, count)
        for member, score, count in rows(
            quick.data_dir, "SELECT member_id, score, right_answers FROM competition_result"
        )
    }
    assert {member: count for member, (_, count) in stored.items()} == right
    for member, name in ((ada, "Ada"), (grace, "Grace"), (linus, "Linus")):
        score, count = stored[member.id]
        assert re.search(rf"{name}\n\*\*{score:,}\*\* · {count} of 3 right", text(podium)), text(podium)
    assert [fault for exchange in exchanges for fault in faults_of(exchange)] == []
    longest = max(len(text(message)) for message in channel.messages())
    assert longest <= 3_500
    missed = await grace.press(podium, "Practise what I missed") if right[grace.id] < 3 else None
    assert missed is None or "Question 1 of" in text(missed)


async def test_what_a_player_locked_in_becomes_their_result_and_one_private_message_stays(quick: Bot):
    ada, grace, _linus = three(quick)
    channel = Channel(quick.playground)
    await ada.steer(await opened(ada, grace), "Start")
    before: list[dict] = []
    for number in range(3):
        asked = await channel.open(number)
        told = [(ada, "A", await ada.press(asked, "A")), (grace, "B", await grace.press(asked, "B"))]
        right = right_letter(await channel.reveal(number))
        for member, letter, message in told:
            verdict = f"### ✅ {letter}, right" if letter == right else f"### ❌ {letter}, but it's {right}"
            await until(quick.playground, partial(_reads, member, message, verdict), "it shows the result")
            assert re.search(r"\*\*\+[\d,]+\*\* · \*\*(shared )?(1st|2nd)\*\* of 2", text(member.sees(message)))
        for message in before:
            await until(quick.playground, partial(_is_gone, quick, message), "the round before is taken away")
        before = [message for _, _, message in told]


def _reads(member: Member, message: dict, words: str) -> bool:
    return words in text(member.sees(message))


def _is_gone(bot: Bot, message: dict) -> bool:
    return message["id"] not in bot.playground.world.channels[message["channel_id"]].messages


async def test_players_are_mentioned_once_at_the_start_if_the_host_wants(quick: Bot):
    ada, grace, _linus = three(quick)
    exchanges: list[Exchange] = []
    quick.playground.rest.record = exchanges.append
    await ada.steer(await opened(ada, grace, mention=True), "Start")
    await Channel(quick.playground).open(0)
    [call] = [one for one in exchanges if one.method == "POST" and f"<@{grace.id}>" in str(one.body)]
    assert set(map(str, call.body["allowed_mentions"]["users"])) == {ada.id, grace.id}
    assert "**Get ready!** Question 1: <t:" in text(call.answer)


async def test_after_a_restart_what_was_locked_in_stays_and_my_result_serves(calm: Bot):
    ada, grace, _linus = three(calm)
    channel = Channel(calm.playground)
    await ada.steer(await opened(ada, grace), "Start")
    asked = await channel.open(0)
    told = await ada.press(asked, "A")
    await calm.stop(signal.SIGKILL)
    await calm.start()
    await grace.press(asked, "B")
    shown = await channel.reveal(0)
    assert "A" in text(await ada.press(shown, "My result"))
    assert "Locked in **A**" in text(ada.sees(told))


async def test_what_stands_in_the_menu_below_a_reveal_does_what_its_button_would(calm: Bot):
    ada, grace, _linus = three(calm)
    channel = Channel(calm.playground)
    await ada.steer(await opened(ada, grace), "Start")
    asked = await channel.open(0)
    await ada.press(asked, "A")
    await grace.press(asked, "A")
    shown = await channel.reveal(0)
    assert "Page 1 of" in text(await grace.press(shown, "Read about it"))
    assert "Only the host" in text(await grace.press(shown, "Host controls"))
    assert "## Host controls" in text(await ada.press(shown, "Host controls"))


async def test_who_may_start_cancel_pause_skip_and_end(calm: Bot):
    ada, grace, linus = three(calm)
    lobby = await opened(grace, linus)
    assert "Only the host or a manager" in text(await linus.press(lobby, "Host controls"))
    for action in ("start:1", "end:1:0", "end_yes:1:0"):
        assert "Only the host or a manager" in text(await linus.forge(lobby, f"sh:host.{action}"))
    assert "You've left" in text(await linus.press(lobby, "Leave"))
    await until(calm.playground, lambda: "**1 in**: Grace" in text(ada.sees(lobby)), "Linus is out")
    await grace.steer(lobby, "Start")
    asked = await Channel(calm.playground).open(0)
    assert "Only the host or a manager" in text(await linus.press(asked, "Host controls"))
    for action in ("pause", "skip", "skip_yes", "end", "end_yes"):
        assert "Only the host or a manager" in text(await linus.forge(asked, f"sh:host.{action}:1:1"))
    await ada.steer(asked, "End game for everyone")  # Ada owns the server
    await Channel(calm.playground).podium()
    assert rows(calm.data_dir, "SELECT phase FROM competition") == [("finished",)]


async def test_a_lobby_that_is_cancelled_says_so_and_makes_room_for_another(calm: Bot):
    _ada, grace, _linus = three(calm)
    lobby = await opened(grace)
    await grace.steer(lobby, "End game for everyone")
    await until(calm.playground, lambda: "Cancelled by the host" in text(grace.sees(lobby)), "it is cancelled")
    assert buttons(grace.sees(lobby)) == []
    assert "Join" in buttons(await grace.command("compete"))


async def test_a_second_competition_in_the_same_channel_links_to_the_first(calm: Bot):
    ada, grace, _linus = three(calm)
    lobby = await opened(grace)
    told = text(await ada.command("compete"))
    assert f"{lobby['channel_id']}/{lobby['id']}" in told
    elsewhere = Member(calm.playground, 0, list(calm.playground.world.channels)[1])
    assert "Join" in buttons(await elsewhere.command("compete"))


async def test_a_game_is_paused_goes_on_is_skipped_and_ended(calm: Bot):
    ada, grace, linus = three(calm)
    channel = Channel(calm.playground)
    await ada.steer(await opened(ada, grace), "Start")
    asked = await channel.open(0)
    before_ms = deadline_ms(asked)
    await grace.press(asked, "A")
    await ada.steer(asked, "Pause")
    await until(calm.playground, lambda: "Paused" in text(ada.sees(asked)), "the pause is shown")
    assert "A" not in buttons(ada.sees(asked))
    custom_id = button(asked, "B")["custom_id"]
    assert "paused" in text(await linus.forge(asked, custom_id))
    await ada.steer(ada.sees(asked), "Resume")
    await until(calm.playground, lambda: "A" in buttons(ada.sees(asked)), "it goes on")
    assert deadline_ms(ada.sees(asked)) >= before_ms
    assert "You had locked in **A**" in text(await grace.press(asked, "B"))
    await ada.steer(asked, "Skip round")
    assert "it counts for nobody" in text(await channel.reveal(0))
    await ada.steer(ada.sees(asked), "Pause")
    await until(calm.playground, lambda: "Paused" in text(ada.sees(asked)), "a pause between rounds")
    await ada.steer(ada.sees(asked), "Resume")
    second = await channel.open(1)
    await until(
        calm.playground, lambda: "Paused" not in text(ada.sees(asked)), "the first round is not paused any more"
    )
    await grace.press(second, "A")
    await ada.steer(second, "End game for everyone")
    await channel.podium()
    assert "it counts for nobody" in text(await channel.reveal(1))
    assert "A" not in buttons(ada.sees(second))
    assert faults_of_results(calm.data_dir) == []


async def test_when_all_have_answered_the_round_is_shown_at_once(calm: Bot):
    ada, grace, _linus = three(calm)
    channel = Channel(calm.playground)
    await ada.steer(await opened(ada, grace, pace="calm"), "Start")
    asked = await channel.open(0)
    await ada.press(asked, "A")
    await grace.press(asked, "A")
    await channel.reveal(0)
    assert calm.playground.world.now_ms() < deadline_ms(asked)


async def test_two_rounds_without_an_answer_pause_the_game_and_say_so(hasty: Bot):
    ada, _grace, _linus = three(hasty)
    channel = Channel(hasty.playground)
    await ada.steer(await opened(ada), "Start")
    await channel.reveal(1)
    shown = (await channel.reveal(1))["id"]
    await until(
        hasty.playground,
        lambda: any("Nobody answered for 2 rounds" in text(m) for m in channel.revealed(1)),
        "the pause says why",
    )
    assert channel.open_rounds(2) == []
    await ada.steer(ada.sees({"id": shown, "channel_id": channel.id}), "Resume")
    await channel.open(2)


async def test_the_lobby_starts_by_itself(hasty: Bot):
    ada, _grace, _linus = three(hasty)
    lobby = await opened(ada, starts_in=1)
    assert "Starts <t:" in text(lobby)
    await Channel(hasty.playground).open(0)
    await until(hasty.playground, lambda: "It has begun" in text(ada.sees(lobby)), "the lobby says so")


async def test_when_the_host_leaves_the_first_player_takes_over_and_the_lobby_goes_on(calm: Bot):
    ada, grace, linus = three(calm)
    lobby = await opened(linus, grace)
    await linus.press(lobby, "Leave")
    assert "Only the host" in text(await grace.steer(lobby, "Start"))
    await ada.press(lobby, "Join")  # a manager takes over
    await until(calm.playground, lambda: "when Ada starts it" in text(ada.sees(lobby)), "Ada leads")
    assert rows(calm.data_dir, "SELECT phase FROM competition") == [("lobby",)]


async def test_nothing_before_the_reveal_tells_the_key(playground, tmp_path):
    ada, grace, linus = (Member(playground, number) for number in range(3))
    channel = Channel(playground)
    bot = Bot(playground, tmp_path / "data", STUDYHALL_PROGRESS_SECONDS="1")
    await bot.start()
    await ada.steer(await opened(ada, grace, linus, pace="calm"), "Start")
    asked = await channel.open(0)
    await bot.stop()
    [(question,)] = rows(bot.data_dir, "SELECT question FROM competition_round WHERE round = 0")
    said: list[tuple[list[str], set[str]]] = []
    for key in range(3):
        _give_the_round_the_key(bot, question, key)
        heard: list[Exchange] = []
        counted = asyncio.Event()

        def hear(exchange: Exchange, heard=heard, counted=counted) -> None:
            heard.append(exchange)
            if exchange.method == "PATCH" and "**2** of 3" in str(exchange.body):
                counted.set()

        await bot.start()
        playground.rest.record = hear
        told = [text(await member.press(asked, letter)) for member, letter in ((ada, "A"), (grace, "B"), (ada, "C"))]
        await asyncio.wait_for(counted.wait(), PATIENCE_SECONDS)
        playground.rest.record = None
        await bot.stop()
        _forget_the_answers(bot)
        bodies = {f"{one.method} {one.route} {_plain(one.body)}".replace(AWAY, "") for one in heard if one.body}
        bodies = {body for body in bodies if "**0** of 3" not in body and "**1** of 3" not in body}  # merged or not
        said.append((told, bodies))
    for told, bodies in said:
        assert told == said[0][0]
        assert bodies ^ said[0][1] == set()
    assert all("Locked in" in line for line in said[0][0][:2])


def _give_the_round_the_key(bot: Bot, question: str, key: int) -> None:
    changed = json.loads(question)
    wrong = next(option for option in changed["options"] if not option["correct"])["misconception"]
    for place, option in enumerate(changed["options"]):
        option["correct"] = place == key
        option["misconception"] = None if place == key else wrong
    engines.rows(bot.database, "UPDATE competition_round SET question = ? WHERE round = 0", json.dumps(changed))


def _forget_the_answers(bot: Bot) -> None:
    engines.rows(bot.database, "DELETE FROM competition_answer")


def _plain(body: object) -> str:
    """A body without what differs from one time to the next: ids, stamps, how long the bot was away."""
    plain = re.sub(r"<t:\d+:R>", "<t>", str(body))
    plain = re.sub(r"I was away for \d+ s", "I was away", plain)
    return re.sub(r"\d{15,}", "<id>", plain)


async def test_every_message_of_a_game_is_read_by_letter_and_words(quick: Bot):
    ada, grace, _linus = three(quick)
    channel = Channel(quick.playground)
    await ada.steer(await opened(ada, grace), "Start")
    asked = await channel.open(0)
    labels = [c["label"] for c in walk(asked["components"]) if c["type"] == 2]
    assert labels[:3] == ["A", "B", "C"]
    assert all(f"**{label}** · " in text(asked) for label in labels if label in LETTERS)
    await ada.press(asked, "A")
    await grace.press(asked, "B")
    shown = await channel.reveal(0)
    assert re.search(r"\*\*A\*\* `████░░░░ 1` · ", text(shown)), text(shown)
    assert re.search(r"\*\*1\.\*\* (Ada|Grace) · [\d,]+\n", text(shown)), text(shown)
