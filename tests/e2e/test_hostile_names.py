"""Members whose names are made to ping, link, format or run: on every screen and in every file they are words."""

import csv
import io
import json
import re
from typing import Any

import pytest
from contract import faults_of
from evening import Channel, opened
from hosting import Bot, Member, buttons, text, until, walk

from bot.playground.rest import Exchange

NAMES = [
    "@everyone [x](https://evil.example)",
    "<@1574056552476704768> <#1> </quiz:1>",
    '=HYPERLINK("http://evil.example")',
    "||`**_~~@here~~_**`||\n# Title\n> -# a",
    "\u202egnp.exe\u2066 <t:1:R> $\\frac{$ {0} %s",
]
CHALLENGE = re.compile(r"<@\d+>, do you accept\?")
OURS = re.compile(rf"{CHALLENGE.pattern}|</[a-z]+(?: [a-z_]+)*:\d{{17,20}}>")
"""What the bot says itself: whom it challenges, and commands by the ids that it was given."""
"""The one mention that is meant: of whom a duel asks."""
NEVER = (
    "@everyone",
    "@here",
    "<@",
    "<#",
    "</",
    "evil.example",
    "](",
    "||",
    "\u202e",
    "\u2066",
    "# Title",
    "<t:1:R>",
    "**_",
)


def strings(node: Any) -> list[str]:
    """Every text in a request's body."""
    if isinstance(node, dict):
        return [one for key, value in node.items() if key != "custom_id" for one in strings(value)]
    if isinstance(node, list):
        return [one for value in node for one in strings(value)]
    return [node] if isinstance(node, str) else []


@pytest.fixture
async def quick(playground, tmp_path):
    running = Bot(
        playground,
        tmp_path / "data",
        STUDYHALL_PACE_FACTOR="0.15",
        STUDYHALL_PROGRESS_SECONDS="0.1",
        STUDYHALL_DEMO_COOLDOWN_SECONDS="0",
    )
    await running.start()
    yield running
    assert await running.stop() == 0, running.log()


async def test_no_name_does_more_than_be_read_wherever_it_is_shown(quick: Bot):
    playground = quick.playground
    said: list[Exchange] = []
    playground.rest.record = said.append
    first = len(playground.world.members)
    for name in NAMES:
        playground.world.add_member(name)
    players = [Member(playground, first + number) for number in range(len(NAMES))]
    ada = Member(playground)
    channel = Channel(playground)

    lobby = await opened(players[0], *players[1:], scoring="certainty", teams=2, thread=False)
    await until(playground, lambda: f"**{len(NAMES)} in**" in text(ada.sees(lobby)), "who is in")
    await players[0].steer(lobby, "Start")
    for number in range(3):
        asked = await channel.open(number)
        for place, player in enumerate(players):
            await player.press(asked, "ABC"[(place + number) % 3])
        shown = await channel.reveal(number)
        await players[1].press(shown, "My result")
    podium = await channel.podium()
    assert all(name not in text(podium) for name in NAMES)
    [picture] = podium["attachments"]
    assert picture["width"] == 900
    table = await players[0].press(podium, "Results as CSV")
    [file] = table["attachments"]
    sheet = playground.world.files.at(file["url"]).data.decode("utf-8-sig")
    names = {row[1] for row in csv.reader(io.StringIO(sheet, newline=""))}
    assert f"'{NAMES[2]}" in names
    assert not [name for name in names if name[:1] in "=+-@\t\r"]

    await players[1].press(await players[0].command("duel", member=players[1].id), "Decline")
    for board in ("points", "competition", "accuracy", "rating"):
        await players[2].command("leaderboard", board=board)

    demo = await players[3].command("demo", name="io-wait")
    choices = [label for label in buttons(demo) if label not in ("▶ Run it now", "Cancel")]
    for place, player in enumerate(players):
        await player.press(demo, choices[place % len(choices)])
    await players[3].press(demo, "▶ Run it now")
    await until(playground, lambda: "Try it yourself" in buttons(ada.sees(demo)), "the demo's result")

    form_of, form = await players[4].open_form(players[4].sees(shown), "Report this question")
    thanks = await players[4].submit(form_of, form, words=" ".join(NAMES))
    assert "Thank you" in text(thanks)
    await players[4].command("help")

    assert [fault for exchange in said for fault in faults_of(exchange)] == []
    spoken = [one for exchange in said for one in strings(exchange.body)]
    for one in spoken:
        found = [never for never in NEVER if never in OURS.sub("", one)]
        assert not found, (found, one)
    told = "\n".join(spoken)
    assert "HYPERLINK" in told
    assert "gnp" in told
    for exchange in said:
        body = exchange.body if isinstance(exchange.body, dict) else {}
        data = body.get("data") if isinstance(body.get("data"), dict) else body
        if "components" in data and body.get("type") != 9:
            called = {"users": [int(players[1].id)]} if CHALLENGE.search(json.dumps(data["components"])) else {}
            assert data.get("allowed_mentions") == {"parse": [], **called}, json.dumps(body)[:300]
    public = [message for message in channel.messages() if walk(message["components"])]
    assert all(not message["mentions"] and not message["mention_everyone"] for message in public)
    assert not re.search(r" (ERROR|WARNING) ", quick.log()), quick.log()
    assert not [name for name in NAMES if name in quick.log()]
