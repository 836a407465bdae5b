"""What Discord, the network and the clock do to a competition, and what its players see of it."""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from evening import Channel, deadline_ms, faults_of_results, opened, rows, until_row
from hosting import PATIENCE_SECONDS, Bot, Member, button, text, until


def two(bot: Bot) -> tuple[Member, Member]:
    return Member(bot.playground), Member(bot.playground, 1)


def is_post(request: web.Request, channel: Channel) -> bool:
    return request.method == "POST" and request.path.endswith(f"/channels/{channel.id}/messages")


def is_edit(request: web.Request, message: dict[str, Any]) -> bool:
    return request.method == "PATCH" and request.path.endswith(f"/messages/{message['id']}")


def answer_first(bot: Bot, times: int, answer: Callable[[], web.Response], which: Callable[[web.Request], bool]):
    """Let Discord answer the first requests of a kind in this way; returns the list of those it has answered."""
    answered: list[str] = []

    async def intercept(request: web.Request) -> web.StreamResponse | None:
        if which(request) and len(answered) < times:
            answered.append(request.path)
            return answer()
        return None

    bot.playground.rest.intercept = intercept
    return answered


def answers_held(bot: Bot, channel: Channel) -> asyncio.Event:
    """Let nobody hear that a message was posted in the channel before this is set."""
    go_on = asyncio.Event()

    async def after(request: web.Request, response: web.StreamResponse) -> None:
        if is_post(request, channel):
            await go_on.wait()

    bot.playground.rest.after = after
    return go_on


def broken(status: int) -> Callable[[], web.Response]:
    return lambda: web.json_response({"message": "something is wrong", "code": 0}, status=status)


def plain_json(status: int, headers: dict[str, str] | None = None, /, **body: object) -> web.Response:
    """As Discord answers: without a charset, else discord.py takes it for text."""
    whole = {"Content-Type": "application/json", **(headers or {})}
    return web.Response(status=status, body=json.dumps(body).encode(), headers=whole)


def limited(seconds: float = 0.2) -> web.Response:
    body = {"message": "You are being rate limited.", "retry_after": seconds, "global": False}
    return plain_json(429, {"Retry-After": str(max(1, round(seconds))), "Via": "1.1 google"}, **body)


@pytest.mark.parametrize("answer", [broken(500), broken(502), broken(503), limited], ids=["500", "502", "503", "429"])
async def test_a_round_that_discord_does_not_take_at_once_is_posted_once_with_its_whole_time(calm: Bot, answer):
    ada, grace = two(calm)
    channel = Channel(calm.playground)
    lobby = await opened(ada, grace)
    refused = answer_first(calm, 2, answer, lambda request: is_post(request, channel))
    await ada.steer(lobby, "Start")
    asked = await channel.open(0)
    assert len(refused) == 2
    await until(
        calm.playground,
        lambda: deadline_ms(ada.sees(asked)) - (int(asked["id"]) >> 22) - 1_420_070_400_000 >= 12_000,
        "the whole time",
    )
    await ada.press(asked, "A")
    await grace.press(asked, "B")
    await channel.reveal(0)
    assert len(list(channel.messages())) == 2  # the lobby and the round
    assert len(rows(calm.data_dir, "SELECT 1 FROM post WHERE kind = 'round' AND number = 0")) == 1


@pytest.mark.parametrize("status", [500, 503])
async def test_a_reveal_that_discord_does_not_take_at_once_is_shown_after_all(calm: Bot, status):
    ada, grace = two(calm)
    channel = Channel(calm.playground)
    await ada.steer(await opened(ada, grace), "Start")
    asked = await channel.open(0)
    await ada.press(asked, "A")
    refused = answer_first(calm, 1, broken(status), lambda request: is_edit(request, asked) and all_are_in(calm))
    await grace.press(asked, "B")
    await channel.reveal(0)
    assert refused


def all_are_in(bot: Bot) -> bool:
    return rows(bot.data_dir, "SELECT phase FROM competition") == [("revealing",)]


async def test_when_the_connection_breaks_after_the_message_was_made_there_is_still_one(calm: Bot):
    ada, grace = two(calm)
    channel = Channel(calm.playground)
    lobby = await opened(ada, grace)
    cut, again = asyncio.Event(), asyncio.Event()

    async def after(request: web.Request, response: web.StreamResponse) -> None:
        if is_post(request, channel):
            if cut.is_set():
                again.set()
            else:
                cut.set()
                assert request.transport is not None
                request.transport.abort()

    calm.playground.rest.after = after
    await ada.steer(lobby, "Start")
    asked = await channel.open(0)
    await asyncio.wait_for(again.wait(), PATIENCE_SECONDS)
    assert len(channel.open_rounds(0)) == 1
    assert "Locked in" in text(await grace.press(asked, "A"))
    assert rows(calm.data_dir, "SELECT message_id FROM post") == [(int(asked["id"]),)]


async def test_a_click_on_a_round_whose_id_is_not_known_yet_counts(calm: Bot):
    ada, grace = two(calm)
    channel = Channel(calm.playground)
    lobby = await opened(ada, grace)
    go_on = answers_held(calm, channel)
    await ada.steer(lobby, "Start")
    asked = await channel.open(0)
    assert "Locked in **C**" in text(await grace.press(asked, "C"))
    await until(calm.playground, lambda: rows(calm.data_dir, "SELECT message_id FROM post") == [(int(asked["id"]),)])
    go_on.set()
    await ada.press(asked, "A")
    await channel.reveal(0)


async def test_a_forged_click_before_a_rounds_id_is_known_counts_for_nothing_and_takes_no_other_message_for_it(
    calm: Bot,
):
    ada, grace = two(calm)
    linus = Member(calm.playground, 2)
    channel = Channel(calm.playground)
    lobby = await opened(ada, grace)
    go_on = answers_held(calm, channel)
    await ada.steer(lobby, "Start")
    asked = await channel.open(0)
    own = await linus.command("help")
    for message in (lobby, own):
        assert "hasn't started" in text(await linus.forge(message, button(asked, "B")["custom_id"]))
    assert rows(calm.data_dir, "SELECT count(*) FROM competition_answer") == [(0,)]
    assert rows(calm.data_dir, "SELECT message_id FROM post") == [(None,)]
    go_on.set()
    await until_row(calm.data_dir, "SELECT message_id FROM post", (int(asked["id"]),))
    await ada.press(asked, "A")
    await grace.press(asked, "A")
    assert (await channel.reveal(0))["id"] == asked["id"]
    assert " ERROR " not in calm.log()


async def test_ten_minutes_that_discord_asks_for_are_told_in_the_lobby_and_the_host_can_end(calm: Bot):
    ada, grace = two(calm)
    channel = Channel(calm.playground)
    lobby = await opened(ada, grace)
    answer_first(calm, 1, lambda: limited(600.0), lambda one: is_post(one, channel))
    before_ms = calm.playground.world.now_ms()
    await ada.steer(lobby, "Start")
    await until(calm.playground, lambda: "Paused" in text(ada.sees(lobby)), "the lobby says why nothing comes")
    again = re.search(r"<t:(\d+):[tTR]>", text(ada.sees(lobby)).partition("Paused")[2])
    assert again, text(ada.sees(lobby))
    assert 590 <= int(again[1]) - before_ms // 1000 <= 610
    await ada.steer(ada.sees(lobby), "End game for everyone")
    await until(calm.playground, lambda: "It is over" in text(ada.sees(lobby)), "the end")
    assert rows(calm.data_dir, "SELECT phase FROM competition") == [("finished",)]


async def test_a_message_that_is_deleted_while_its_round_is_open_is_posted_anew(calm: Bot):
    ada, grace = two(calm)
    channel = Channel(calm.playground)
    await ada.steer(await opened(ada, grace), "Start")
    asked = await channel.open(0)
    linus = Member(calm.playground, 2)
    assert "Locked in" in text(await linus.press(asked, "A"))
    calm.playground.acts.delete(ada.id, channel.id, asked["id"])
    custom_id = button(asked, "B")["custom_id"]
    assert "Locked in" in text(await grace.forge(asked, custom_id))  # two clicks crossed on their way
    again = await channel.open(0)
    assert again["id"] != asked["id"]
    await until(
        calm.playground, lambda: "**2** of 3 have answered" in text(ada.sees(again)), "the answers are still there"
    )
    assert "You had locked in **A**" in text(await linus.press(again, "B"))
    await ada.press(again, "A")
    shown = await channel.reveal(0)
    assert shown["id"] == again["id"]


async def test_a_message_that_is_deleted_is_posted_anew_at_the_reveal_at_the_latest(calm: Bot):
    ada, _grace = two(calm)
    channel = Channel(calm.playground)
    await ada.steer(await opened(ada), "Start")
    asked = await channel.open(0)
    calm.playground.acts.delete(ada.id, channel.id, asked["id"])
    await ada.forge(asked, button(asked, "A")["custom_id"])
    shown = await channel.reveal(0)
    assert shown["id"] != asked["id"]
    await ada.steer(shown, "Next round")
    await channel.open(1)


async def test_without_the_permission_to_write_the_game_pauses_with_a_reason_and_can_go_on(calm: Bot):
    ada, grace = two(calm)
    channel = Channel(calm.playground)
    lobby = await opened(ada, grace)
    there = calm.playground.world.channels[channel.id]
    granted = there.bot_permissions
    there.bot_permissions = granted & ~(1 << 11)  # it may still see the channel, but not write there
    await ada.steer(lobby, "Start")
    await until(calm.playground, lambda: "Paused" in text(ada.sees(lobby)), "the lobby says why nothing comes")
    assert "can no longer write in this channel" in text(ada.sees(lobby))
    there.bot_permissions = granted
    assert "Only the host" in text(await grace.steer(ada.sees(lobby), "Resume"))
    await ada.steer(ada.sees(lobby), "Resume")
    asked = await channel.open(0)
    await until(calm.playground, lambda: "It has begun" in text(ada.sees(lobby)), "the lobby is as it was")
    assert "Paused" not in text(ada.sees(lobby))
    await ada.press(asked, "A")
    await grace.press(asked, "A")
    await channel.reveal(0)


async def test_a_permission_taken_away_between_two_rounds_stops_the_game_where_it_is(quick: Bot):
    ada, grace = two(quick)
    channel = Channel(quick.playground)
    lobby = await opened(ada, grace)
    await ada.steer(lobby, "Start")
    asked = await channel.open(0)
    there = quick.playground.world.channels[channel.id]
    granted = there.bot_permissions
    await ada.press(asked, "A")
    there.bot_permissions = granted & ~(1 << 11)
    await grace.press(asked, "A")
    await until(quick.playground, lambda: "Paused" in text(ada.sees(lobby)), "the lobby says why nothing comes")
    assert rows(quick.data_dir, "SELECT phase, round FROM competition") == [("paused", 1)]
    there.bot_permissions = granted
    await ada.steer(ada.sees(lobby), "Resume")
    asked = await channel.open(1)
    assert "Locked in" in text(await ada.press(asked, "B"))


async def test_a_channel_that_is_deleted_ends_in_a_pause_and_disturbs_nobody(quick: Bot):
    ada, grace = two(quick)
    other = list(quick.playground.world.channels)[1]
    await ada.steer(await opened(ada, grace), "Start")
    await Channel(quick.playground).open(0)
    quick.playground.world.delete_channel(Channel(quick.playground).id)
    host = Member(quick.playground, 2, other)
    await host.steer(await opened(host), "Start")
    elsewhere = Channel(quick.playground, other)
    asked = await elsewhere.open(0)
    await host.press(asked, "A")
    await elsewhere.reveal(0)
    await elsewhere.open(1)


# The last second


async def time_is(bot: Bot, at_ms: int) -> None:
    """Wait for a moment: the time itself is what is tried here."""
    await asyncio.sleep(max(0, at_ms - bot.playground.world.now_ms()) / 1000)


class Mail:
    """Keeps interactions back until they are let go."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._kept: list[dict[str, Any]] = []
        self._send = bot.playground.interactions._dispatch
        bot.playground.interactions._dispatch = self._keep

    def _keep(self, event: str, data: dict[str, Any]) -> bool:
        self._kept.append(data)
        return True

    def let_go(self) -> None:
        self._bot.playground.interactions._dispatch = self._send
        for data in self._kept:
            self._send("INTERACTION_CREATE", data)


async def test_a_click_made_in_time_that_arrives_within_the_drain_counts(hasty: Bot):
    ada, grace = two(hasty)
    channel = Channel(hasty.playground)
    await ada.steer(await opened(ada, grace), "Start")
    asked = await channel.open(0)
    mail = Mail(hasty)
    await time_is(hasty, deadline_ms(asked) - 300)
    click = asyncio.create_task(grace.press(asked, "B"))
    await time_is(hasty, deadline_ms(asked) + 300)
    mail.let_go()
    assert "Locked in **B**" in text(await click)
    await channel.reveal(0)
    assert rows(hasty.data_dir, "SELECT count(*) FROM competition_answer WHERE marks IS NOT NULL") == [(1,)]


async def test_a_click_made_in_time_that_arrives_after_the_reveal_is_told_so_and_logged(hasty: Bot):
    ada, grace = two(hasty)
    channel = Channel(hasty.playground)
    await ada.steer(await opened(ada, grace), "Start")
    asked = await channel.open(0)
    linus = Member(hasty.playground, 2)
    mail = Mail(hasty)
    closes_ms = deadline_ms(asked)
    await time_is(hasty, closes_ms - 300)
    click = asyncio.create_task(linus.press(asked, "B"))
    await channel.reveal(0)
    assert hasty.playground.world.now_ms() >= closes_ms + 1_500
    mail.let_go()
    assert "You clicked in time" in text(await click)
    assert rows(hasty.data_dir, "SELECT count(*) FROM competition_answer") == [(0,)]
    await hasty.stop()
    assert "arrived after the round was over" in hasty.log()


async def test_a_click_made_after_the_deadline_is_told_that_the_round_had_closed(hasty: Bot):
    ada, grace = two(hasty)
    channel = Channel(hasty.playground)
    await ada.steer(await opened(ada, grace), "Start")
    asked = await channel.open(0)
    await time_is(hasty, deadline_ms(asked) + 50)
    assert "The round had closed" in text(await grace.forge(asked, button(asked, "A")["custom_id"]))
    await channel.reveal(0)
    assert rows(hasty.data_dir, "SELECT count(*) FROM competition_answer") == [(0,)]
    assert faults_of_results(hasty.data_dir) == []


FORGED = (
    "sh:game.pick:1:0:9",
    "sh:game.pick:1:29:0",
    "sh:game.pick:1:9223372036854775807:0",
    "sh:game.pick:999:0:0",
    "sh:game.pick:1:0:9223372036854775807",
    "sh:game.pick:1:0",
    "sh:game.pick:1:-1:0",
    "sh:game.sure:1:0:3",
    "sh:game.sure:1:0:7",
    "sh:game.sure:1:5:1",
    "sh:game.mine:1:0",
    "sh:game.mine:1:17",
    "sh:game.others:1:0",
    "sh:game.practise:1",
    "sh:game.rematch:1",
    "sh:game.csv:7",
    "sh:game.start:1",
    "sh:game.resume:1",
    "sh:game.controls:1:1",
    "sh:host.start:1",
    "sh:host.skip_yes:1:1",
    "sh:host.end_yes:1:1",
    "sh:game.join:4",
)


async def test_forged_buttons_get_a_friendly_word_and_change_nothing(calm: Bot):
    ada, grace = two(calm)
    await ada.steer(await opened(ada, pace="calm"), "Start")
    asked = await Channel(calm.playground).open(0)
    for custom_id in FORGED:
        told = text(await grace.forge(asked, custom_id))
        assert told, custom_id
        assert "Something went wrong" not in told, custom_id
        assert "✅" not in told, custom_id
    assert rows(calm.data_dir, "SELECT phase, round FROM competition") == [("asking", 0)]
    assert rows(calm.data_dir, "SELECT count(*) FROM competition_answer") == [(0,)]
    assert "Traceback" not in calm.log()


async def test_a_lobby_that_is_deleted_is_posted_anew_and_begins_when_it_was_to_begin(calm: Bot):
    ada, grace = two(calm)
    channel = Channel(calm.playground)
    lobby = await opened(ada)
    calm.playground.acts.delete(ada.id, channel.id, lobby["id"])
    told = text(await grace.command("compete"))
    [again] = channel.offering(r"sh:game\.join:\d+")
    assert f"{channel.id}/{again['id']}" in told
    assert starts(again) == starts(lobby)
    await grace.press(again, "Join")
    await until(calm.playground, lambda: "Grace" in text(ada.sees(again)), "Grace is in")
    calm.playground.acts.delete(ada.id, channel.id, again["id"])
    linus = Member(calm.playground, 2)
    await linus.forge(again, button(again, "Join")["custom_id"])
    third = (await until(calm.playground, lambda: channel.offering(r"sh:game\.join:\d+"), "the third lobby"))[0]
    assert "Linus" in text(third)
    await ada.steer(third, "Start")
    await channel.open(0)


def archived() -> web.Response:
    return plain_json(400, message="Thread is archived", code=50083)


@pytest.mark.parametrize("locked", [False, True])
async def test_a_thread_that_was_archived_is_opened_again_or_the_lobby_says_that_it_is_closed(calm: Bot, locked: bool):
    ada, grace = two(calm)
    lobby = await opened(ada, grace, thread=True)
    asked_to_open: list[str] = []

    async def intercept(request: web.Request) -> web.StreamResponse | None:
        if request.method == "PATCH" and request.path.endswith(f"/channels/{lobby['id']}"):
            asked_to_open.append(await request.text())
            return plain_json(403, message="Missing Access", code=50001) if locked else channel()
        in_thread = f"/channels/{lobby['id']}/messages" in request.path
        return archived() if in_thread and (locked or not asked_to_open) else None

    def channel() -> web.Response:
        return plain_json(200, id=lobby["id"], type=11, name="Competition")

    calm.playground.rest.intercept = intercept
    await ada.steer(lobby, "Start")
    if locked:
        await until(calm.playground, lambda: "locked or archived" in text(ada.sees(lobby)), "why nothing comes")
        assert rows(calm.data_dir, "SELECT phase FROM competition") == [("paused",)]
    else:
        await until(calm.playground, lambda: lobby["id"] in calm.playground.world.channels, "the thread")
        await Channel(calm.playground, lobby["id"]).open(0)
    assert len(asked_to_open) == 1
    assert '"archived":false' in asked_to_open[0].replace(" ", "")


def starts(lobby: dict[str, Any]) -> str:
    """When it starts by itself, as its message says."""
    return next(line for line in text(lobby).splitlines() if "Starts <t:" in line)


def a_page(status: int) -> web.Response:
    """What a proxy before Discord answers with: words for a browser, and no JSON."""
    page = "<!DOCTYPE html><html><head><title>Attention Required!</title></head><body>" + "x" * 7_000 + "</body></html>"
    return web.Response(status=status, text=page, content_type="text/html")


async def test_one_page_of_a_proxy_in_place_of_an_answer_stops_no_game(quick: Bot):
    ada, grace = two(quick)
    channel = Channel(quick.playground)
    lobby = await opened(ada, grace)
    pages = 1

    async def once(request: web.Request) -> web.StreamResponse | None:
        nonlocal pages
        if pages and request.method == "POST" and request.path.endswith(f"/channels/{channel.id}/messages"):
            pages -= 1
            return a_page(403)
        return None

    quick.playground.rest.intercept = once
    await ada.steer(lobby, "Start")
    asked = await channel.open(0)
    assert pages == 0
    assert "Paused" not in text(ada.sees(lobby))
    assert "Locked in" in text(await ada.press(asked, "A"))
    assert rows(quick.data_dir, "SELECT phase FROM competition") == [("asking",)]


async def test_a_thread_that_can_not_be_seen_for_a_while_is_told_in_the_lobby_and_comes_back(quick: Bot):
    ada, grace = two(quick)
    channel = Channel(quick.playground)
    lobby = await opened(ada, grace)
    await ada.steer(lobby, "Start")
    asked = await channel.open(0)
    lost = True

    async def no_access(request: web.Request) -> web.StreamResponse | None:
        about_it = request.path.endswith((f"/messages/{asked['id']}", f"/channels/{channel.id}/messages"))
        if lost and about_it and request.method in ("PATCH", "POST"):
            refusal = b'{"message": "Missing Access", "code": 50001}'
            return web.Response(status=403, body=refusal, headers={"Content-Type": "application/json"})
        return None

    quick.playground.rest.intercept = no_access
    await ada.press(asked, "A")
    await grace.press(asked, "A")
    await until(quick.playground, lambda: "Paused" in text(ada.sees(lobby)), "the lobby says why nothing comes")
    assert "I'll keep trying" in text(ada.sees(lobby))
    lost = False
    await channel.open(1)
    await until(quick.playground, lambda: "Paused" not in text(ada.sees(lobby)), "the lobby is as it was")
    assert " ERROR " not in quick.log()


@pytest.mark.parametrize("status", [200, 403])
async def test_pages_in_the_place_of_answers_fill_no_log(calm: Bot, status: int):
    ada = two(calm)[0]
    setup = await ada.command("help")
    answered, enough = 0, asyncio.Event()

    async def pages(request: web.Request) -> web.StreamResponse | None:
        nonlocal answered
        if "/interactions/" in request.path or "/webhooks/" in request.path:
            answered += 1
            enough.set() if answered >= 30 else None
            return a_page(status)
        return None

    before = len(calm.log())
    calm.playground.rest.intercept = pages
    command = next(one for one in calm.playground.world.commands if one["name"] == "help")
    for _ in range(30):
        calm.playground.acts.run_command(ada.id, ada.channel_id, command["id"], [], lambda *_: None)
    await asyncio.wait_for(enough.wait(), PATIENCE_SECONDS)
    calm.playground.rest.intercept = None
    assert text(await ada.command("help")) == text(setup)
    log = calm.log()[before:]
    assert "Traceback" not in log
    assert "<html" not in log
    assert sum("WARNING" in line or "ERROR" in line for line in log.splitlines()) <= 4
