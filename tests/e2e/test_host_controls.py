"""A game is steered in private, each button means the round that its panel names, and what ends a game asks first."""

import re

import pytest
from evening import Channel, custom_ids, opened, rows
from hosting import Bot, Member, button, buttons, text, until, walk

STEERS = re.compile(r"sh:(host\.\w+|game\.(start|cancel|pause|resume|skip|end|sections))(:|$)")


def game(bot: Bot) -> tuple[str, int]:
    """Where the newest game is."""
    [found] = rows(bot.data_dir, "SELECT phase, round FROM competition ORDER BY id DESC LIMIT 1")
    return found


@pytest.fixture
async def calm(playground, tmp_path):
    bot = Bot(playground, tmp_path / "data")
    await bot.start()
    yield bot
    assert await bot.stop() == 0
    assert "Traceback" not in bot.log()


def rows_of(panel: dict) -> list[list[str]]:
    """The buttons of a message, a list for each row."""
    return [
        labels
        for row in walk(panel["components"])
        if row["type"] == 1 and (labels := [one["label"] for one in row["components"] if one["type"] == 2])
    ]


def two(bot: Bot) -> tuple[Member, Member]:
    return Member(bot.playground), Member(bot.playground, 1)


async def test_nothing_that_everybody_sees_steers_a_game_but_host_controls(calm: Bot):
    ada, grace = two(calm)
    channel = Channel(calm.playground)
    lobby = await opened(ada, grace, pace="calm")
    assert buttons(lobby) == ["Join", "Leave", "Host controls"]
    await ada.steer(lobby, "Start")
    asked = await channel.open(0)
    await ada.press(asked, "A")
    await grace.press(asked, "A")
    await channel.reveal(0)
    await ada.steer(ada.sees(asked), "End game for everyone")
    await channel.podium()
    assert [one for message in channel.messages() for one in custom_ids(message) if STEERS.match(one)] == []


async def test_a_second_press_on_start_ends_nothing_and_the_end_asks_first(calm: Bot):
    ada, grace = two(calm)
    panel = await ada.press(await opened(ada, grace, pace="calm"), "Host controls")
    start = button(panel, "Start")["custom_id"]
    assert rows_of(panel) == [["Start"], ["End game for everyone"]]
    await ada.press(panel, "Start")
    await Channel(calm.playground).open(0)
    await ada.forge(panel, start)
    assert game(calm) == ("asking", 0)
    shown = ada.sees(panel)
    assert "Round 1 of 3 is open" in text(shown)
    # What ends something has not come to lie where another button was.
    assert rows_of(shown) == [["Pause"], ["End game for everyone", "Skip round"]]
    sure = await ada.press(shown, "End game for everyone")
    assert sure["id"] != panel["id"]
    assert game(calm) == ("asking", 0)
    await ada.press(sure, "No, go on")
    assert game(calm) == ("asking", 0)


async def test_a_panel_of_an_earlier_round_redraws_itself_and_acts_at_the_next_press(calm: Bot):
    ada, grace = two(calm)
    channel = Channel(calm.playground)
    await ada.steer(await opened(ada, grace, pace="calm"), "Start")
    panel = await ada.press(await channel.open(0), "Host controls")
    sure = await ada.press(panel, "End game for everyone")
    await ada.steer(await channel.open(0), "Skip round")
    await ada.steer(await channel.reveal(0), "Next round")
    await channel.open(1)
    moved = await ada.press(panel, "Pause")
    assert "The game has moved on" in text(moved)
    assert "Round 2 of 3 is open" in text(moved)
    assert game(calm) == ("asking", 1)
    assert "round 2 of 3" in text(await ada.press(sure, "Yes, end it"))
    assert game(calm) == ("asking", 1)
    await ada.press(ada.sees(panel), "Pause")
    assert game(calm) == ("paused", 1)
    await ada.press(ada.sees(panel), "Keep waiting")
    await ada.press(ada.sees(sure), "Yes, end it")
    assert game(calm) == ("finished", 1)


async def test_controls_under_an_earlier_round_or_game_refuse_and_lead_to_where_it_is(calm: Bot):
    ada, grace = two(calm)
    channel = Channel(calm.playground)
    await ada.steer(await opened(ada, grace, pace="calm"), "Start")
    first = await channel.open(0)
    await ada.steer(first, "Skip round")
    await ada.steer(await channel.reveal(0), "Next round")
    second = await channel.open(1)
    told = text(await ada.press(ada.sees(first), "Host controls"))
    assert "Round 1 is over. The game is in round 2" in told
    assert f"/{channel.id}/{second['id']}" in told
    for older in ("game.skip:1:0:open", "game.skip:1:0:over"):  # as an earlier version had them there
        assert "Round 1 is over" in text(await ada.forge(first, f"sh:{older}"))
    assert game(calm) == ("asking", 1)
    for older in (
        "game.end:1",
        "game.pause:1",
        "game.start:1",
    ):  # these don't tell of which round they are: they open the panel
        assert "Round 2 of 3 is open" in text(await ada.forge(first, f"sh:{older}"))
    assert game(calm) == ("asking", 1)
    await ada.steer(second, "End game for everyone")
    await channel.podium()
    assert "This competition is over. Open a new one" in text(await ada.forge(second, "sh:game.controls:1:2"))
    lobby = await grace.command("compete")
    told = text(await ada.forge(first, "sh:game.end:1"))
    assert "This competition is over. Another one is running" in told
    assert f"/{channel.id}/{lobby['id']}" in told
    assert game(calm) == ("lobby", -1)


async def test_a_manager_ends_a_duel_that_waits(calm: Bot):
    ada, grace = two(calm)
    linus = Member(calm.playground, 2)
    challenge = await grace.command("duel", member=linus.id)
    assert "Only the host" in text(await linus.press(challenge, "Host controls"))
    assert buttons(await ada.press(challenge, "Host controls")) == ["End game for everyone"]  # Ada owns the server
    await ada.steer(challenge, "End game for everyone")
    await until(calm.playground, lambda: "Cancelled by a manager" in text(ada.sees(challenge)), "the duel is off")
    assert buttons(ada.sees(challenge)) == []
