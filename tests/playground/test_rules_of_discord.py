"""What the playground refuses, delays and forgets, as Discord does."""

import asyncio
import json
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import pytest
from hosting import until

from bot.playground import interactions as interaction_rules
from bot.playground.api_errors import ApiError
from bot.playground.limits import check_choices, check_commands, check_event, check_message, check_modal
from bot.playground.ratelimits import RateLimits
from bot.playground.server import Playground

V2 = 1 << 15


class Api:
    """A bot that speaks plain HTTP."""

    def __init__(self, playground: Playground, session: aiohttp.ClientSession) -> None:
        self.playground = playground
        self.session = session
        self.headers = {"Authorization": f"Bot {playground.token}"}
        self.channel = next(iter(playground.world.channels))

    async def call(self, method: str, path: str, body: Any = None, **kwargs: Any) -> tuple[int, Any]:
        url = self.playground.api_url + path
        async with self.session.request(method, url, json=body, headers=self.headers, **kwargs) as response:
            return response.status, await response.json() if response.content_length else None

    async def send(self, **body: Any) -> tuple[int, Any]:
        return await self.call("POST", f"/channels/{self.channel}/messages", body)


@pytest.fixture
async def api(playground: Playground) -> AsyncIterator[Api]:
    async with aiohttp.ClientSession() as session:
        yield Api(playground, session)


@pytest.fixture
async def gateway(playground: Playground) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A bot's WebSocket, identified and past GUILD_CREATE."""
    async with aiohttp.ClientSession() as session, session.ws_connect(playground.gateway_url) as socket:
        assert (await socket.receive_json())["op"] == 10
        await socket.send_json({"op": 2, "d": {"token": playground.token, "intents": 1, "properties": {}}})
        assert (await socket.receive_json())["t"] == "READY"
        assert (await socket.receive_json())["t"] == "GUILD_CREATE"
        yield socket


async def command(playground: Playground, socket: aiohttp.ClientWebSocketResponse, heard: list) -> dict[str, Any]:
    """Have Ada run /help; returns the interaction as the bot gets it."""
    world = playground.world
    if not world.commands:
        world.commands = [{"id": "77", "name": "help", "description": "h", "type": 1, "contexts": None, "options": []}]
    ada, channel = next(iter(world.members)), next(iter(world.channels))
    playground.acts.run_command(ada, channel, "77", [], lambda state, details: heard.append((state, details)))
    event = await socket.receive_json()
    assert event["t"] == "INTERACTION_CREATE"
    return event["d"]


def text(words: str = "hello") -> dict[str, Any]:
    return {"type": 10, "content": words}


def button(custom_id: str = "a", **more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "x", "custom_id": custom_id} | more


def row(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


REFUSED_MESSAGES = {
    "text over 4,000 characters in all": [text("x" * 2001), text("y" * 2000)],
    "more than 40 components, nested ones counted": [{"type": 17, "components": [text() for _ in range(40)]}],
    "a custom id of 101 characters": [row(button("x" * 101))],
    "the same custom id twice": [row(button("a"), button("a"))],
    "a label of 81 characters": [row(button(label="x" * 81))],
    "six buttons in a row": [row(*(button(str(i)) for i in range(6)))],
    "an empty row": [row()],
    "a button outside a row": [button()],
    "a select beside a button": [
        row({"type": 3, "custom_id": "s", "options": [{"label": "l", "value": "v"}]}, button("b"))
    ],
    "26 options": [row({"type": 3, "custom_id": "s", "options": [{"label": "l", "value": str(i)} for i in range(26)]})],
    "a value twice": [row({"type": 3, "custom_id": "s", "options": [{"label": "l", "value": "v"}] * 2})],
    "a container in a container": [{"type": 17, "components": [{"type": 17, "components": [text()]}]}],
    "an attachment that is not there": [{"type": 12, "items": [{"media": {"url": "attachment://a.png"}}]}],
    "a section without an accessory": [{"type": 9, "components": [text()]}],
    "an unknown kind": [{"type": 99}],
}


@pytest.mark.parametrize("components", REFUSED_MESSAGES.values(), ids=REFUSED_MESSAGES.keys())
def test_a_layout_is_refused_for(components):
    with pytest.raises(ApiError) as refused:
        check_message({"components": components}, v2=True, files=(), has_attachments=False)
    assert refused.value.code == 50035
    assert "_errors" in json.dumps(refused.value.errors)


def test_a_layout_within_the_limits_is_taken():
    inner = [text("x" * 3990), {"type": 14}, row(*(button(str(i)) for i in range(5)))]
    check_message({"components": [{"type": 17, "components": inner}]}, v2=True, files=(), has_attachments=False)


@pytest.mark.parametrize(
    ("body", "v2"),
    [
        ({"content": "x" * 2001}, False),
        ({"content": "beside components", "components": [text()]}, True),
        ({"embeds": [{"description": "x" * 4097}]}, False),
        ({"embeds": [{"description": "x" * 4000}, {"description": "x" * 2001}]}, False),
        ({"components": [text()]}, False),
        ({}, False),
        ({}, True),
    ],
)
def test_a_message_is_refused(body, v2):
    with pytest.raises(ApiError):
        check_message(body, v2=v2, files=(), has_attachments=False)


@pytest.mark.parametrize(
    "entry",
    [
        {"name": "With Capitals", "description": "d"},
        {"name": "fine", "description": ""},
        {"name": "fine", "description": "x" * 101},
        {"name": "", "type": 3},
        {"name": "x" * 33, "type": 3},
        {"name": "A message's menu", "type": 3, "description": "has none"},
        {"name": "A message's menu", "type": 3, "options": [{"name": "o", "type": 3, "description": "d"}]},
        {"name": "fine", "description": "d", "options": [{"name": "o", "type": 3, "description": "d"}] * 26},
        {
            "name": "fine",
            "description": "d",
            "options": [
                {"name": "o", "type": 3, "description": "d"},
                {"name": "p", "type": 3, "description": "d", "required": True},
            ],
        },
    ],
)
def test_a_command_is_refused(entry):
    with pytest.raises(ApiError):
        check_commands([entry])


def test_two_commands_of_one_name_are_refused():
    with pytest.raises(ApiError):
        check_commands([{"name": "a", "description": "d"}] * 2)


def test_26_choices_and_a_long_title_are_refused():
    with pytest.raises(ApiError):
        check_choices([{"name": "n", "value": "v"}] * 26)
    with pytest.raises(ApiError):
        check_modal({"title": "x" * 46, "custom_id": "c", "components": [{"type": 18}]})


async def test_a_wrong_token_gets_401(api: Api):
    api.headers = {"Authorization": "Bot wrong"}
    assert (await api.call("GET", "/users/@me"))[0] == 401


async def test_a_route_that_is_not_spoken_gets_501_and_a_line_in_the_log(api: Api, caplog):
    status, body = await api.call("GET", "/voice/regions")
    assert status == 501
    assert "does not speak GET /api/v10/voice/regions" in body["message"]
    assert "/voice/regions" in caplog.text


async def test_an_enforced_nonce_makes_one_message_of_two_requests(api: Api):
    _, first = await api.send(content="once", nonce="n-1", enforce_nonce=True)
    _, again = await api.send(content="once", nonce="n-1", enforce_nonce=True)
    _, other = await api.send(content="once", nonce="n-1", enforce_nonce=False)
    assert first["id"] == again["id"] != other["id"]


async def test_the_sixth_message_in_five_seconds_has_to_wait(api: Api):
    answers = [await api.send(content=str(i)) for i in range(6)]
    assert [status for status, _ in answers] == [200] * 5 + [429]
    assert 0 < answers[5][1]["retry_after"] <= 5
    assert answers[5][1]["global"] is False


async def test_discord_py_waits_when_it_is_limited_and_does_not_take_it_for_a_ban(api: Api):
    for number in range(5):
        await api.send(content=str(number))
    url = api.playground.api_url + f"/channels/{api.channel}/messages"
    async with api.session.post(url, json={"content": "one more"}, headers=api.headers) as limited:
        assert limited.status == 429
        assert limited.headers["Via"]  # what discord.py looks for before it tries again


def test_the_51st_request_of_a_second_waits_everywhere_and_answers_to_interactions_do_not_count():
    now = [0.0]
    limits = RateLimits(lambda: now[0])
    for number in range(50):
        assert limits.take(f"route {number}", 5, 5, counts_globally=True)[1] is None
    assert limits.take("interaction", 5, 5, counts_globally=False)[1] is None
    limited = limits.take("another", 5, 5, counts_globally=True)[1]
    assert limited and limited.everywhere
    now[0] = 1.0
    assert limits.take("another", 5, 5, counts_globally=True)[1] is None


async def test_an_interaction_is_answered_once(playground, api: Api, gateway):
    heard: list = []
    one = await command(playground, gateway, heard)
    path = f"/interactions/{one['id']}/{one['token']}/callback"
    assert (await api.call("POST", path, {"type": 4, "data": {"content": "hi"}}))[0] == 204
    status, body = await api.call("POST", path, {"type": 4, "data": {"content": "again"}})
    assert (status, body["code"]) == (400, 40060)
    assert heard == [("acknowledged", {})]


async def test_an_answer_after_the_deadline_is_refused_and_the_member_sees_a_failure(
    playground, api: Api, gateway, monkeypatch
):
    monkeypatch.setattr(interaction_rules, "ANSWER_SECONDS", 0.05)
    failed = asyncio.Event()
    heard: list = []

    class Hearing(list):
        def append(self, what: object) -> None:
            heard.append(what)
            failed.set()

    one = await command(playground, gateway, Hearing())
    await asyncio.wait_for(failed.wait(), 10)
    assert heard == [("failed", {"reason": "The application did not respond"})]
    path = f"/interactions/{one['id']}/{one['token']}/callback"
    status, body = await api.call("POST", path, {"type": 4, "data": {"content": "late"}})
    assert (status, body["code"]) == (404, 10062)


async def test_a_token_ends_after_15_minutes(playground, api: Api, gateway):
    one = await command(playground, gateway, [])
    await api.call("POST", f"/interactions/{one['id']}/{one['token']}/callback", {"type": 5, "data": {"flags": 64}})
    original = f"/webhooks/{one['application_id']}/{one['token']}/messages/@original"
    assert (await api.call("PATCH", original, {"content": "in time"}))[0] == 200
    playground.world.shift(16 * 60)
    status, body = await api.call("PATCH", original, {"content": "too late"})
    assert (status, body["code"]) == (401, 50027)


async def test_the_first_follow_up_fills_in_is_thinking(playground, api: Api, gateway):
    one = await command(playground, gateway, [])
    await api.call("POST", f"/interactions/{one['id']}/{one['token']}/callback", {"type": 5})
    hook = f"/webhooks/{one['application_id']}/{one['token']}?wait=true"
    _, first = await api.call("POST", hook, {"content": "here"})
    _, second = await api.call("POST", hook, {"content": "more"})
    _, original = await api.call("GET", f"/webhooks/{one['application_id']}/{one['token']}/messages/@original")
    assert original["content"] == "here"
    assert first["id"] == original["id"] != second["id"]


async def test_a_private_message_is_out_of_reach_for_the_channel_routes(playground, api: Api, gateway):
    one = await command(playground, gateway, [])
    callback = f"/interactions/{one['id']}/{one['token']}/callback?with_response=true"
    _, answer = await api.call("POST", callback, {"type": 4, "data": {"content": "psst", "flags": 64}})
    message_id = answer["resource"]["message"]["id"]
    status, body = await api.call("GET", f"/channels/{one['channel_id']}/messages/{message_id}")
    assert (status, body["code"]) == (404, 10008)
    assert (await api.call("GET", f"/channels/{one['channel_id']}/messages"))[1] == []


async def test_without_permission_nothing_is_sent(playground, api: Api):
    playground.world.channels[api.channel].bot_permissions = 1 << 10
    status, body = await api.send(content="hi")
    assert (status, body["code"]) == (403, 50013)


async def test_a_deleted_message_can_not_be_edited(playground, api: Api):
    _, message = await api.send(content="hi")
    path = f"/channels/{api.channel}/messages/{message['id']}"
    assert (await api.call("DELETE", path))[0] == 204
    status, body = await api.call("PATCH", path, {"content": "hi again"})
    assert (status, body["code"]) == (404, 10008)


async def test_ids_grow_with_the_clock_and_never_repeat(playground):
    world = playground.world
    ids = [int(world.new_id()) for _ in range(100)]
    world.shift(3600)
    ids.append(int(world.new_id()))
    assert ids == sorted(set(ids))
    assert (ids[-1] >> 22) - (ids[0] >> 22) >= 3_600_000


async def test_a_wrong_token_ends_the_gateway_with_4004_and_nonsense_with_4002(playground):
    async with aiohttp.ClientSession() as session:
        for sent, code in (({"op": 2, "d": {"token": "wrong"}}, 4004), ({"op": 3, "d": {}}, 4003)):
            async with session.ws_connect(playground.gateway_url) as socket:
                await socket.receive_json()
                await socket.send_json(sent)
                await socket.receive()
                assert socket.close_code == code
        async with session.ws_connect(playground.gateway_url) as socket:
            await socket.receive_json()
            await socket.send_str("{")
            await socket.receive()
            assert socket.close_code == 4002


async def test_a_client_that_stops_its_heartbeats_is_cut_off(tmp_path):
    async with (
        Playground(heartbeat_seconds=0.05) as playground,
        aiohttp.ClientSession() as session,
        session.ws_connect(playground.gateway_url) as socket,
    ):
        await socket.receive_json()
        await socket.receive()
        assert socket.close_code == 4009


async def test_the_playground_answers_only_at_its_own_address(playground):
    async with aiohttp.ClientSession() as session:
        async with session.get(playground.address) as page:
            assert page.status == 200
            assert "script-src 'self'" in page.headers["Content-Security-Policy"]
            assert page.headers["X-Content-Type-Options"] == "nosniff"
        for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "null"}):
            async with session.get(playground.address, headers=headers) as page:
                assert page.status == 403
        async with session.get(f"http://{playground.host}/") as page:
            assert page.status == 404
        async with session.get(playground.address + "page/../server.py") as page:
            assert page.status == 404
        async with session.get(playground.address + "page/%2e%2e/server.py") as page:
            assert page.status == 404


async def test_two_tabs_see_what_happens_and_private_things_stay_private(playground, api: Api, gateway):
    ada, grace = list(playground.world.members)[:2]
    live = playground.address.replace("http", "ws") + "live?as="
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(live + ada) as first,
        session.ws_connect(live + grace) as second,
    ):
        assert (await first.receive_json())["me"]["global_name"] == "Ada"
        assert (await second.receive_json())["me"]["global_name"] == "Grace"
        one = await command(playground, gateway, [])
        callback = f"/interactions/{one['id']}/{one['token']}/callback"
        await api.call("POST", callback, {"type": 4, "data": {"content": "for Ada", "flags": 64}})
        await api.send(content="for all")
        assert (await first.receive_json())["message"]["content"] == "for Ada"
        assert (await first.receive_json())["message"]["content"] == "for all"
        assert (await second.receive_json())["message"]["content"] == "for all"


@pytest.mark.parametrize(
    "sent",
    ["not json", "[]", "{}", '{"op": "click"}', '{"op": "shift", "seconds": -5}', '{"op": "say", "channel_id": "1"}'],
)
async def test_a_page_that_sends_nonsense_is_told_so(playground, sent):
    live = playground.address.replace("http", "ws") + "live"
    async with aiohttp.ClientSession() as session, session.ws_connect(live) as tab:
        await tab.receive_json()
        await tab.send_str(sent)
        answer = await tab.receive_json()
        assert answer["t"] == "error"
        assert answer["text"].endswith(".")


async def test_the_clock_tells_its_shift_when_it_changes(playground):
    async with aiohttp.ClientSession() as session:
        asking = asyncio.create_task(session.get(playground.clock_url, params={"known": "0"}))
        await until(playground, lambda: playground.followed.is_set() or playground.world.shift(3600) is None)
        answer = await asking
        assert (await answer.json())["shift_ms"] == 3_600_000
        answer.release()


async def test_every_answer_is_dated_by_the_shifted_clock(playground):
    playground.world.shift(86_400)
    async with aiohttp.ClientSession() as session, session.get(f"{playground.api_url}/gateway") as answer:
        dated_ms = parsedate_to_datetime(answer.headers["Date"]).timestamp() * 1000
    assert abs(dated_ms - playground.world.now_ms()) < 60_000


EVENT = {
    "name": "Competition",
    "privacy_level": 2,
    "entity_type": 3,
    "entity_metadata": {"location": "#hall"},
    "scheduled_start_time": "2026-11-22T19:00:00+00:00",
    "scheduled_end_time": "2026-11-22T20:00:00+00:00",
}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"description": "x" * 1001}, "description"),
        ({"privacy_level": 1}, "privacy_level"),
        ({"entity_type": 2}, "entity_type"),
        ({"entity_metadata": None}, "entity_metadata"),
        ({"scheduled_start_time": "2026-11-22T11:00:00+00:00"}, "scheduled_start_time"),
        ({"scheduled_start_time": "soon"}, "scheduled_start_time"),
        ({"scheduled_end_time": "2026-11-22T18:00:00+00:00"}, "scheduled_end_time"),
        ({"scheduled_end_time": None}, "scheduled_end_time"),
    ],
)
def test_an_event_that_discord_refuses_is_refused_by_its_field(change, field):
    noon_ms = 1_795_348_800_000
    check_event(EVENT, noon_ms)
    with pytest.raises(ApiError) as refused:
        check_event(EVENT | change, noon_ms)
    assert field in refused.value.errors


async def test_refusals_carry_the_security_headers_too(playground):
    async def refused(head: str) -> tuple[int, str]:
        reader, writer = await asyncio.open_connection("127.0.0.1", playground.port)
        writer.write(f"{head}\r\nConnection: close\r\n\r\n".encode("latin-1"))
        answer = (await reader.read()).decode("latin-1")
        writer.close()
        return int(answer.split()[1]), answer

    host = f"Host: {playground.host}"
    door = f"/{playground.secret}/"
    heads = {
        f"GET / HTTP/1.1\r\n{host}": 404,
        f"POST {door} HTTP/1.1\r\n{host}": 405,
        f"GET {door}page/%00 HTTP/1.1\r\n{host}": 404,
        f"GET {door}page/{'a' * 5000} HTTP/1.1\r\n{host}": 404,
        f"GET {door}page/%ff HTTP/1.1\r\n{host}": 404,
        f"GET {door} HTTP/1.1\r\nHost: evil.example": 403,
        f"GET {door} HTTP/1.1\r\nno header at all": 400,
        "\x01\x02 no HTTP": 400,
    }
    for head, status in heads.items():
        found, answer = await refused(head)
        assert found == status, head[:60]
        for header in ("Content-Security-Policy", "X-Content-Type-Options: nosniff", "Cache-Control: no-store"):
            assert header in answer, (head[:60], header)


UNREADABLE_BODIES = {
    "JSON too deep": (b"[" * 200_000, {}),
    "an object too deep": (b'{"a":' * 200_000, {}),
    "no gzip": (b"this is no gzip", {"Content-Encoding": "gzip"}),
    "a charset that is none": (b"{}", {"Content-Type": "application/json; charset=no-such"}),
    "bytes that are no text": (b'"\xff\xfe"', {}),
    "a form without a boundary": (b"{}", {"Content-Type": "multipart/form-data"}),
    "a file without a number": (
        b'--x\r\nContent-Disposition: form-data; name="files[]"\r\n\r\na\r\n--x--\r\n',
        {"Content-Type": "multipart/form-data; boundary=x"},
    ),
    "a form cut off": (
        b'--x\r\nContent-Disposition: form-data; name="payload_json"\r\n\r\n{',
        {"Content-Type": "multipart/form-data; boundary=x"},
    ),
}


async def test_a_body_that_cant_be_read_is_refused_and_leaves_no_traceback(api: Api, caplog):
    url = f"{api.playground.api_url}/users/@me/channels"
    for what, (body, headers) in UNREADABLE_BODIES.items():
        headers = {"Content-Type": "application/json"} | api.headers | headers
        async with api.session.post(url, data=body, headers=headers) as response:
            assert (response.status, (await response.json())["code"]) == (400, 50109), what
    assert caplog.text == ""


async def test_a_body_is_not_read_before_the_token_is_looked_at(api: Api):
    paths = (f"/channels/{api.channel}/messages", "/interactions/1/forged/callback", "/webhooks/1/forged")
    for path in paths:
        reader, writer = await asyncio.open_connection("127.0.0.1", api.playground.port)
        head = f"POST /api/v10{path} HTTP/1.1\r\nHost: {api.playground.host}\r\nContent-Type: application/json"
        writer.write(f"{head}\r\nContent-Length: 50000000\r\n\r\n".encode())  # and not a byte of it
        status = (await reader.readline()).split()[1]
        assert status in (b"401", b"404"), path
        writer.close()


async def test_pages_and_bots_that_send_nested_nonsense_are_told_so(playground, api: Api, caplog):
    async with api.session.ws_connect(playground.address.replace("http", "ws") + "live") as tab:
        await tab.receive_json()
        await tab.send_str("[" * 60_000)
        assert "did not understand" in (await tab.receive_json())["text"]
    for sent in ("[" * 16_000, '"op"', "[]"):
        async with api.session.ws_connect(playground.gateway_url) as socket:
            await socket.receive_json()
            await socket.send_str(sent)
            await socket.receive()
            assert socket.close_code == 4002, sent[:10]
    assert "Traceback" not in caplog.text
