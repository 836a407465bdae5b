"""*Quiz me on this*, in the menu of a message."""

from typing import Any

import pytest
from discord import app_commands
from hall import Hall, Shown

from bot.ui.practice.about import NAME


async def said(hall: Hall, text: str) -> Shown:
    """What a member writes in the channel."""
    message = await hall.alice._actor.send(hall.channel, text)
    return Shown(hall.env, hall.channel.id, message.id)


async def test_it_asks_in_private_about_what_a_message_speaks_of(hall: Hall):
    question = await hall.bob.on_message(NAME, await said(hall, "Why is my brewing so bitter?"))
    assert question.private
    assert "-# From that message: Brewing" in question.text
    assert "Question 1 of 3 · Brewing" in question.text
    assert "Question 2 of 3" in (await hall.bob.click(await hall.bob.click(question, "A"), "Next ▶")).text


async def test_it_works_on_the_bots_own_messages_too(hall: Hall):
    page = await hall.alice.slash("lesson", section="tea/brewing")
    shared = await hall.alice.click(page, "Share here")
    assert "From that message: Brewing" in (await hall.bob.on_message(NAME, shared)).text


@pytest.mark.parametrize("text", ["Anybody up for chess?", "brewingly", "?", "🫖"])
async def test_a_message_without_a_word_of_the_course_is_told_so(hall: Hall, text: str):
    refused = await hall.bob.on_message(NAME, await said(hall, text))
    assert "no words of Tea in it" in refused.text
    assert refused.private
    assert hall.rows("SELECT * FROM practice_run") == []


@pytest.mark.parametrize(
    "change",
    [
        {"resolved": {}},
        {"resolved": []},
        {"resolved": {"messages": []}},
        {"target_id": None},
        {"target_id": "2"},
        {"name": "No such thing"},
        {"type": 2},
        {"type": 1},
    ],
)
async def test_a_menu_that_no_client_of_discords_would_send_gets_a_friendly_word(hall: Hall, change: dict[str, Any]):
    data = {"id": "1", "name": NAME, "type": 3, "target_id": "1", "resolved": {"messages": {"1": {}}}}
    refused = await hall.bob.forge_command(data | change)
    assert "⚠️" in refused.text
    assert "Something went wrong" not in refused.text
    assert all(isinstance(one, app_commands.AppCommandError) for one in hall.env.errors)
