"""Two servers that the bot is in: each has people, roles, channels and events of its own."""

from collections.abc import AsyncIterator
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
from bot.playground.servers import Server
from bot.playground.things import MANAGE_GUILD

NOTHING_TO_HEAR = lambda _state, _details: None  # noqa: E731


@pytest.fixture
async def both() -> AsyncIterator[Playground]:
    """A playground with two servers."""
    async with Playground(second_server=True) as running:
        yield running


def second(playground: Playground) -> Server:
    """The second server."""
    return list(playground.world.servers.values())[1]


def channels_of(playground: Playground, server: Server) -> list[str]:
    """The ids of a server's channels."""
    return [one["id"] for one in playground.world.guild(server.id)["channels"]]


def names(users: Any) -> list[str]:
    return [user["global_name"] for user in users]


async def call(playground: Playground, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """A request of the bot; status and answer."""
    headers = {"Authorization": f"Bot {playground.token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, playground.api_url + path, json=body) as answer,
    ):
        return answer.status, await answer.json() if answer.content_length else None


async def test_a_playground_has_one_server_unless_it_is_asked_for_two(playground: Playground, both: Playground):
    assert [server.name for server in playground.world.servers.values()] == ["The Study Hall"]
    assert [server.name for server in both.world.servers.values()] == ["The Study Hall", "Chess Club"]


async def test_some_members_are_in_both_and_each_has_an_owner_of_its_own(both: Playground):
    world, club = both.world, second(both)
    assert names(world.members.values()) == ["Ada", "Grace", "Linus"]
    assert names(club.members.values()) == ["Grace", "Ada", "Magnus"]
    ada, grace, _linus, magnus = world.players
    assert [world.permissions_of(one) & MANAGE_GUILD for one in (ada, grace)] == [MANAGE_GUILD, 0]
    assert [world.permissions_of(one, club.id) & MANAGE_GUILD for one in (ada, grace)] == [0, MANAGE_GUILD]
    with pytest.raises(ActError, match="This channel is gone"):
        both.acts.say(magnus, next(iter(world.channels)), "hello")
    both.acts.say(magnus, channels_of(both, club)[0], "hello")


@pytest.mark.parametrize("shards", [1, 4])
async def test_the_gateway_tells_each_shard_of_its_servers(both: Playground, shards: int):
    told: dict[str, dict[str, Any]] = {}
    for shard in range(shards):
        async with aiohttp.ClientSession() as session, session.ws_connect(both.gateway_url) as socket:
            await socket.receive_json()
            identify = {"token": both.token, "intents": 1, "properties": {}, "shard": [shard, shards]}
            await socket.send_json({"op": 2, "d": identify})
            ready = (await socket.receive_json())["d"]
            mine = [one["id"] for one in ready["guilds"]]
            assert mine == [one for one in both.world.servers if (int(one) >> 22) % shards == shard]
            for guild_id in mine:
                event = await socket.receive_json()
                assert (event["t"], event["d"]["id"]) == ("GUILD_CREATE", guild_id)
                told[guild_id] = event["d"]
    assert set(told) == set(both.world.servers)
    told = {one: told[one] for one in both.world.servers}  # whose shard comes first is chance
    assert [list(Draft202012Validator(EVENTS["GUILD_CREATE"]).iter_errors(one)) for one in told.values()] == [[], []]
    hall, club = told.values()
    assert not {one["id"] for one in hall["channels"]} & {one["id"] for one in club["channels"]}
    assert not {one["id"] for one in hall["roles"]} & {one["id"] for one in club["roles"]}
    assert [role["name"] for role in hall["roles"]] == [role["name"] for role in club["roles"]]


async def test_the_api_knows_each_servers_members_channels_and_events(both: Playground):
    exchanges: list[Exchange] = []
    both.rest.record = exchanges.append
    club, hall = second(both), both.world.home
    _ada, grace, linus, magnus = both.world.players
    for server, found in ((hall, [200, 200, 404]), (club, [200, 404, 200])):
        asked = [f"/guilds/{server.id}/members/{who}" for who in (grace, linus, magnus)]
        assert [(await call(both, "GET", path))[0] for path in asked] == found
    assert [one["name"] for one in (await call(both, "GET", f"/guilds/{club.id}/channels"))[1]] == [
        "openings",
        "endgames",
    ]
    event = {
        "name": "Blitz",
        "privacy_level": 2,
        "entity_type": 3,
        "entity_metadata": {"location": "#openings"},
        "scheduled_start_time": "2100-01-01T10:00:00+00:00",
        "scheduled_end_time": "2100-01-01T11:00:00+00:00",
    }
    made = (await call(both, "POST", f"/guilds/{club.id}/scheduled-events", event))[1]
    assert made["guild_id"] == club.id
    assert both.world.guild(hall.id)["guild_scheduled_events"] == []
    assert (await call(both, "DELETE", f"/guilds/{hall.id}/scheduled-events/{made['id']}"))[0] == 404
    assert (await call(both, "DELETE", f"/guilds/{club.id}/scheduled-events/{made['id']}"))[0] == 204
    assert [fault for exchange in exchanges for fault in faults_of(exchange)] == []


async def test_a_role_is_held_in_its_own_server_alone_and_an_interaction_tells_it_at_once(
    both: Playground, monkeypatch: pytest.MonkeyPatch
):
    heard: list[dict[str, Any]] = []
    monkeypatch.setattr(both.interactions, "_dispatch", lambda _event, data: heard.append(data) or True)
    club, world = second(both), both.world
    grace = list(world.members)[1]
    world.commands = [{"id": "77", "name": "help", "description": "h", "type": 1, "options": []}]
    authors, managers = (world.role_named(name)["id"] for name in ("Authors", "Managers"))

    def roles_and_permissions(channel: str) -> tuple[list[str], int]:
        both.acts.run_command(grace, channel, "77", [], NOTHING_TO_HEAR)
        return heard[-1]["member"]["roles"], int(heard[-1]["member"]["permissions"]) & MANAGE_GUILD

    here, there = next(iter(world.channels)), channels_of(both, club)[0]
    assert roles_and_permissions(here) == ([], 0)
    both.acts.hold_role(grace, authors)
    assert roles_and_permissions(here) == ([authors], 0)
    assert roles_and_permissions(there) == ([], MANAGE_GUILD)  # she owns it
    both.acts.hold_role(grace, managers)
    assert roles_and_permissions(here) == (sorted((authors, managers)), MANAGE_GUILD)
    both.acts.hold_role(grace, authors, take=True)
    both.acts.hold_role(grace, managers, take=True)
    assert roles_and_permissions(here) == ([], 0)
    with pytest.raises(ActError, match="This role can't be given"):
        both.acts.hold_role(grace, authors, club.id)
    with pytest.raises(ActError, match="This role can't be given"):
        both.acts.hold_role(grace, world.role_named("Studyhall")["id"])
    with pytest.raises(ApiError, match="Unknown Role"):
        world.give_role(grace, authors, club.id)


async def test_who_leaves_one_server_stays_in_the_other(both: Playground):
    world, club = both.world, second(both)
    grace, magnus = list(world.members)[1], list(club.members)[2]
    both.acts.remove_member(grace)
    assert grace in world.players
    both.acts.say(grace, channels_of(both, club)[0], "still here")
    with pytest.raises(ActError, match="This channel is gone"):
        both.acts.say(grace, next(iter(world.channels)), "hello")
    with pytest.raises(ActError, match="can't leave it"):
        both.acts.remove_member(grace, club.id)
    both.acts.remove_member(magnus, club.id)
    assert magnus not in world.players
    assert not [one for one in world.channels.values() if one.recipient == magnus]


async def test_the_real_bot_keeps_the_two_apart(both: Playground, tmp_path):
    bot = Bot(both, tmp_path / "data")
    await bot.start()
    world, club = both.world, second(both)
    there = channels_of(both, club)[0]
    ada, abroad, grace = Member(both), Member(both, 0, there), Member(both, 1, there)
    await ada.press(await ada.command("quiz", questions=1), "A")
    assert "Ada" in text(await ada.command("leaderboard"))
    assert "Ada" not in text(await abroad.command("leaderboard"))
    first, other = await ada.command("daily"), await abroad.command("daily")
    assert first["channel_id"] != other["channel_id"]
    for player in (ada, abroad):
        assert "Join" in buttons(await player.command("compete"))
    assert "Who opens competitions" in text(await grace.command("studyhall", "setup"))
    with pytest.raises(ActError, match="not allowed"):
        await abroad.command("studyhall", "setup")
    assert world.channels[there].messages
    assert await bot.stop() == 0
    assert "Traceback" not in bot.log()
