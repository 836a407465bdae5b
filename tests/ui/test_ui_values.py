"""Values that no menu offered: channels and roles of other servers, sections and words that are not there."""

import pytest
from hall import Hall, walk
from in_english import say
from simcord import ChannelHandle
from test_ui_leaderboard import DAY, earn
from test_ui_seasons import begin, results

from bot.facts import from_text


async def elsewhere(hall: Hall) -> ChannelHandle:
    """A channel of another server that the bot is in."""
    there = hall.env.create_guild("Coffee house")
    channel = there.create_text_channel("general")
    await hall.env.settle()
    return channel


@pytest.mark.parametrize("with_own", [False, True])
async def test_a_channel_of_another_server_is_not_stored(hall: Hall, with_own: bool):
    channel = await elsewhere(hall)
    shown = await hall.manager.slash("studyhall setup")
    values = [str(channel.id), *([str(hall.channel.id)] if with_own else [])]
    answer = await hall.manager.forge(shown, f"sh:setup.channels:{hall.guild.id}", values)
    assert "isn't in this server" in answer.text
    assert hall.rows("SELECT * FROM server") == []


@pytest.mark.parametrize("number", ["1", "role"])
async def test_a_role_of_another_server_is_not_stored(hall: Hall, number: str):
    there = hall.env.create_guild("Coffee house")
    role = there.create_role("Quizmasters")
    await hall.env.settle()
    shown = await hall.manager.slash("studyhall setup")
    value = str(role.id) if number == "role" else number
    answer = await hall.manager.forge(shown, f"sh:setup.role:{hall.guild.id}", [value])
    assert "isn't in this server" in answer.text
    assert hall.rows("SELECT * FROM server") == []


async def test_a_season_is_never_posted_in_another_server_whatever_is_stored(hall: Hall):
    foreign = await elsewhere(hall)
    await begin(hall)
    await hall.manager.slash("daily")
    await earn(hall.alice, 1)
    hall.run_sql("UPDATE server SET channels = ?", f"[{foreign.id}]")
    await hall.pass_time(30 * DAY + 60)
    await hall.pass_time(60)
    assert [one.text for one in hall.messages(foreign)] == []
    assert len(results(hall)) == 1


async def test_a_daily_question_is_never_posted_in_another_server_whatever_is_stored(hall: Hall):
    foreign = await elsewhere(hall)
    await hall.manager.slash("studyhall schedule", what="daily", time="09:00")
    hall.run_sql("UPDATE schedule SET channel_id = ?", foreign.id)
    await hall.pass_time(9 * 3_600 + 60)
    assert hall.messages(foreign) == []
    assert "it is not in this server" in say(from_text(hall.rows("SELECT reason FROM schedule")[0][0]))


async def test_a_value_that_the_menu_does_not_list_changes_nothing(hall: Hall):
    lobby = await hall.alice.slash("compete")
    panel = await hall.alice.click(lobby, "Host controls")
    [menu] = [one for one in walk(panel.stored.components) if one["type"] == 3]
    before = hall.everything_stored()
    for values in (["nonsense"], [menu["options"][0]["value"], "nonsense"]):
        answer = await hall.alice.forge(panel, menu["custom_id"], values)
        assert "from an earlier version" in answer.text
        # The same from a message that has no such menu.
        answer = await hall.alice.forge(lobby, menu["custom_id"], values)
        assert "no longer has that section" in answer.text
    assert hall.everything_stored() == before


async def test_a_course_that_is_not_here_is_not_left_out_in_silence(hall: Hall):
    shown = await hall.manager.slash("studyhall setup")
    answer = await hall.manager.forge(shown, f"sh:setup.courses:{hall.guild.id}:0", ["tea", "mate"])
    assert "is gone" in answer.text
    assert hall.rows("SELECT * FROM server") == []
