"""A server and a group that the bot is not in, where members have it by their own installation."""

import json
from typing import Any

import aiohttp
import pytest
from contract import faults_of
from gateway_events import EVENTS
from hosting import Bot, Member, buttons, text
from jsonschema import Draft202012Validator

from bot.playground.acts import ActError
from bot.playground.api_errors import ApiError
from bot.playground.rest import Exchange
from bot.playground.server import Playground
from bot.playground.things import Channel

NOTHING_TO_HEAR = lambda _state, _details: None  # noqa: E731


def places(playground: Playground) -> tuple[Channel, Channel]:
    """The other server's channel, and the group."""
    server, group = (one for one in playground.world.channels.values() if one.abroad)
    return server, group


def offer(playground: Playground, **command: Any) -> str:
    """Register one command; returns its id."""
    playground.world.commands = [{"id": "77", "name": "quiz", "description": "q", "type": 1, "options": [], **command}]
    return "77"


@pytest.fixture
def heard(playground: Playground, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The interactions that a bot gets."""
    found: list[dict[str, Any]] = []

    def dispatch(event: str, data: dict[str, Any]) -> bool:
        assert event == "INTERACTION_CREATE"
        found.append(data)
        return True

    monkeypatch.setattr(playground.interactions, "_dispatch", dispatch)
    return found


async def test_where_the_bot_is_not_only_commands_for_ones_own_account_are_there(playground: Playground, heard: list):
    acts, ada = playground.acts, next(iter(playground.world.members))
    for channel in places(playground):
        with pytest.raises(ActError, match="can't be used here"):
            acts.run_command(ada, channel.id, offer(playground), [], NOTHING_TO_HEAR)
        acts.run_command(ada, channel.id, offer(playground, integration_types=[0, 1]), [], NOTHING_TO_HEAR)
        playground.world.user_installs.discard(ada)
        with pytest.raises(ActError, match="can't be used here"):
            acts.run_command(ada, channel.id, "77", [], NOTHING_TO_HEAR)
        playground.world.user_installs.add(ada)
    assert [(one["context"], one["authorizing_integration_owners"]) for one in heard] == [
        (0, {"1": ada}),
        (2, {"1": ada}),
    ]
    assert heard[0]["guild_id"] == playground.world.elsewhere_id != playground.world.guild_id
    assert "guild_id" not in heard[1]
    assert [list(Draft202012Validator(EVENTS["INTERACTION_CREATE"]).iter_errors(one)) for one in heard] == [[], []]


async def test_in_the_bots_own_server_both_installations_are_named(playground: Playground, heard: list):
    world, ada = playground.world, next(iter(playground.world.members))
    here = next(iter(world.channels))
    playground.acts.run_command(ada, here, offer(playground, integration_types=[0, 1]), [], NOTHING_TO_HEAR)
    playground.acts.run_command(ada, here, offer(playground, integration_types=[0]), [], NOTHING_TO_HEAR)
    assert [one["authorizing_integration_owners"] for one in heard] == [
        {"0": world.guild_id, "1": ada},
        {"0": world.guild_id},
    ]


async def test_a_button_belongs_to_whom_its_message_was_made_for(playground: Playground, heard: list):
    ada, channel = next(iter(playground.world.members)), places(playground)[0]
    started = playground.acts.run_command(
        ada, channel.id, offer(playground, integration_types=[1]), [], NOTHING_TO_HEAR
    )
    row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "x", "custom_id": "a"}]}
    answer = {"type": 4, "data": {"content": "hello", "components": [row]}}
    message = playground.interactions.callback(started.id, started.token, answer, {})["resource"]["message"]
    grace = list(playground.world.members)[1]
    playground.acts.click(grace, channel.id, message["id"], "a", NOTHING_TO_HEAR)
    assert heard[-1]["authorizing_integration_owners"] == {"1": ada}
    assert heard[-1]["member"]["user"]["id"] == grace


async def test_the_sixth_further_message_is_refused_where_the_bot_is_not(playground: Playground, heard: list):
    ada, command = next(iter(playground.world.members)), offer(playground, integration_types=[0, 1])
    for channel, limited in ((places(playground)[0], True), (next(iter(playground.world.channels.values())), False)):
        started = playground.acts.run_command(ada, channel.id, command, [], NOTHING_TO_HEAR)
        playground.interactions.callback(started.id, started.token, {"type": 4, "data": {"content": "hello"}}, {})
        for _ in range(5):
            playground.interactions.follow_up(started, {"content": "more"}, {})
        if limited:
            with pytest.raises(ApiError, match="maximum number of follow up messages"):
                playground.interactions.follow_up(started, {"content": "more"}, {})
        else:
            playground.interactions.follow_up(started, {"content": "more"}, {})


async def test_the_bot_reaches_no_channel_and_hears_of_no_server_that_it_is_not_in(playground: Playground):
    headers = {"Authorization": f"Bot {playground.token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        for channel in places(playground):
            where = f"{playground.api_url}/channels/{channel.id}"
            async with session.get(where) as seen, session.post(f"{where}/messages", json={"content": "x"}) as sent:
                assert {(await one.json())["code"] for one in (seen, sent)} == {50001}
    assert not {one.id for one in places(playground)} & {one["id"] for one in playground.world.guild()["channels"]}


async def test_the_real_bot_teaches_there_in_private_and_keeps_to_discords_description(bot: Bot):
    exchanges: list[Exchange] = []
    bot.playground.rest.record = exchanges.append
    for number, channel in enumerate(places(bot.playground)):
        ada = Member(bot.playground, number, channel.id)
        shown = [await ada.command(name) for name in ("help", "review", "progress", "settings")]
        page = await ada.press(await ada.command("lesson"), "Start reading")
        assert "Share here" not in buttons(page)
        question = await ada.press(page, "Quiz me on this")
        answered = await ada.press(question, "A")
        assert "How sure were you?" in text(answered)
        shown += [page, answered, await ada.command("term", name="GIL"), await ada.command("privacy", "show")]
        assert all(one["flags"] & 64 for one in shown)
        assert not [one for one in channel.messages.values() if one.viewer is None and one.message["author"].get("bot")]
        bot.playground.acts.say(ada.id, channel.id, "Does the GIL stop two threads from sharing a counter?")
        said = next(one for one in ada.messages() if one["content"])
        about = await ada.on_message("Quiz me on this", said)
        assert "From that message: GIL" in text(about)
        assert about["flags"] & 64
    asked = await ada.command("privacy", "delete")
    assert "Everything is deleted" in text(await ada.press(asked, "Delete everything"))
    assert [fault for exchange in exchanges for fault in faults_of(exchange)] == []
    failed = [one for one in exchanges if one.status >= 400]
    assert not failed, json.dumps([(one.route, one.answer) for one in failed])
