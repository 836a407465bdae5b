"""Two of three members type the same unexpected answer, say that it should count, and a manager accepts it."""

import json
import re

from cutting import AFTER, answered, killed, press
from evening import Channel, opened, rows, until_row
from hosting import Bot, Member, buttons, text, until, walk
from test_forms import course

ENERGY = "{id: energy, stem: What makes energy in a cell?, accepted: [mitochondria]}"
COLOUR = "{id: colour, stem: Which colour has grass?, accepted: [green]}"
NUMBER = "{id: pi, stem: What is pi?, number: 3.14, tolerance: 0.01}"
TYPED = {
    "What is pi": ("3.14", "3", "3"),
    "energy": ("mitochondria", "Powerhouse", "powerhouse."),
    "Which colour": ("green", "green", "blue"),
}
PLACES = "SELECT member_id, place, right_answers FROM competition_result ORDER BY member_id"
PRESS = "Mine should count"


def menu_value(message: dict, action: str) -> tuple[str, str]:
    """The custom id of that menu, and its first value."""
    [menu] = [one for one in walk(message["components"]) if str(one.get("custom_id")).startswith(f"sh:{action}")]
    return menu["custom_id"], menu["options"][0]["value"]


async def test_what_two_members_ask_for_and_a_manager_accepts_counts_on_podium_and_board(playground, tmp_path):
    settings = {"STUDYHALL_PAUSE_FACTOR": "0.3", "STUDYHALL_PROGRESS_SECONDS": "1"}
    bot = Bot(
        playground, tmp_path / "data", STUDYHALL_PACKS_DIR=str(course(tmp_path, ENERGY, COLOUR, NUMBER)), **settings
    )
    await bot.start()
    ada, grace, linus = players = [Member(playground, n) for n in range(3)]
    channel = Channel(playground)
    await ada.steer(await opened(*players, rounds=3, pace="calm"), "Start")
    for number in range(3):
        asked = await channel.open(number)
        which = next(one for one in TYPED if one in text(asked))
        told = []
        for one, typed in zip(players, TYPED[which], strict=True):
            interaction, form = await one.open_form(asked, "Answer")
            told.append(await one.submit(interaction, form, typed=typed))
        await channel.reveal(number)
        if which != "energy":
            continue
        for one, mine, typed in zip((grace, linus), told[1:], TYPED[which][1:], strict=True):

            def result(one=one, mine=mine):
                return one.sees(mine) if PRESS in buttons(one.sees(mine)) else None

            shown = await until(playground, result, "the private result")
            assert f"❌ “{typed}”, but it's mitochondria" in text(shown)
            noted = await one.press(shown, PRESS)
            assert "managers will see" in text(noted) and noted["flags"] & 64
    podium = await channel.podium()
    assert "Ada" in text(podium).splitlines()[0]
    assert rows(bot.data_dir, PLACES) == [(int(ada.id), 1, 3), (int(grace.id), 2, 1), (int(linus.id), 3, 0)]
    points = "SELECT member_id, points FROM total WHERE period = 'all' AND section = '' ORDER BY member_id"
    before = dict(rows(bot.data_dir, points))

    queue = await ada.command("studyhall", "flags")
    assert "2 members say their answer should count" in text(queue)
    item = await ada.choose(queue, "friday/energy")
    assert "“Powerhouse” · 2 members · 2 say it should count" in text(item)
    custom_id, value = menu_value(item, "text.ask")
    refused = await grace.forge(noted, custom_id, 3, [value])
    assert "Only members who may manage this server" in text(refused)
    sure = await ada.forge(item, custom_id, 3, [value])
    assert "**2 answers** of **2 members**, in **1 competition**" in text(sure)
    await killed(bot, AFTER, answered, lambda: press(ada, sure, "Yes, do it"))
    await bot.start()
    await until_row(bot.data_dir, "SELECT count(*), count(done_ms) FROM regrade", (1, 1))

    now = rows(bot.data_dir, PLACES)
    assert {member: right for member, _, right in now} == {int(ada.id): 3, int(grace.id): 2, int(linus.id): 1}
    after = dict(rows(bot.data_dir, points))
    more = [after[int(one.id)] - before[int(one.id)] for one in players]
    assert more == [0, 10, 10 + 10]  # Linus, who had nothing right, gets what the third gets as well
    board = text(await ada.command("leaderboard"))
    for one in players:
        assert re.search(rf"\b{after[int(one.id)]}\b", board), board
    round_of_energy = rows(bot.data_dir, "SELECT round FROM competition_round WHERE question_id = 'energy'")[0][0]
    [reveal] = channel.revealed(round_of_energy)
    mine = text(await linus.press(reveal, "My result"))
    assert "✅ “powerhouse.”, right" in mine and "but your managers accepted it here" in mine

    item = await ada.choose(await ada.command("studyhall", "flags"), "friday/energy")
    undo = await ada.press(item, "Undo")
    await ada.press(undo, "Yes, do it")
    await until_row(bot.data_dir, "SELECT count(*), count(done_ms) FROM regrade", (2, 2))
    assert dict(rows(bot.data_dir, points)) == before
    kept = [json.loads(given)["text"] for (given,) in rows(bot.data_dir, "SELECT given FROM competition_answer")]
    assert kept.count("Powerhouse") == 1
    assert all("owerhouse" not in text(one) for one in channel.messages())
    assert "Traceback" not in bot.log()
    assert await bot.stop() == 0
