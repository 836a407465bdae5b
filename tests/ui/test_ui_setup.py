"""`/studyhall setup`, and what it changes."""

import re
import shutil
from pathlib import Path

import discord
import pytest
from hall import TEA, Hall, Person, open_hall, walk, words


def stored(hall: Hall, column: str) -> object:
    """What is stored for the server."""
    rows = hall.rows(f"SELECT {column} FROM server WHERE guild_id = ?", hall.guild.id)
    return rows[0][0] if rows else None


async def test_only_who_may_manage_the_server_is_offered_it_and_gets_it(hall: Hall):
    assert "studyhall setup" in hall.manager.commands
    assert "studyhall setup" not in hall.alice.commands
    given = {"id": "1", "type": 1, "name": "studyhall", "options": [{"type": 1, "name": "setup", "options": []}]}
    answer = await hall.alice.forge_command(given)
    assert answer.private
    assert "Only members who may manage this server can do that." in answer.text
    assert hall.rows("SELECT * FROM server") == []


async def test_it_is_private_and_begins_with_no_limits(hall: Hall):
    shown = await hall.manager.slash("studyhall setup")
    assert shown.private
    assert "**Who opens competitions**: everybody" in shown.text
    assert "**Where**: in every channel" in shown.text
    assert "**Seasons**: none" in shown.text
    assert "**Time zone**: UTC, where it is " in shown.text
    assert "Courses" not in shown.text
    assert shown.enabled == [
        "Only managers",
        "30 days",
        "60 days",
        "90 days",
        "Change the time zone",
        "Reasons at once",
        "Roles…",
        "Authors…",
        "Reload courses",
    ]


async def opening(person: Person) -> str:
    """What comes of `/compete` with a difficulty that no question has: nothing is left to refuse it but that."""
    options = [{"name": "difficulty", "type": 3, "value": "brutal"}]
    answer = await person.forge_command({"id": "1", "type": 1, "name": "compete", "options": options})
    assert answer.private
    return answer.text


ALLOWED = "No question matches"


async def test_by_default_everybody_opens_competitions(hall: Hall):
    assert ALLOWED in await opening(hall.alice)


async def test_only_managers_open_competitions_where_they_say_so(hall: Hall):
    shown = await hall.manager.slash("studyhall setup")
    assert (await hall.manager.click(shown, "Only managers")).id == shown.id
    assert "**Who opens competitions**: only managers" in shown.text
    assert "Only managers of this server open competitions." in await opening(hall.alice)
    assert ALLOWED in await opening(hall.manager)


async def test_the_reasons_of_the_question_of_the_day_come_when_the_managers_say(hall: Hall):
    shown = await hall.manager.slash("studyhall setup")
    assert "The answer and the reasons come with the result." in shown.text
    await hall.manager.click(shown, "Reasons at once")
    assert stored(hall, "reasons_at_once") == 1
    assert "The answer and the reasons come at once too." in shown.text
    assert "✓ Reasons at once" in shown.buttons
    await hall.manager.click(shown, "Only managers")
    assert stored(hall, "reasons_at_once") == 1
    await hall.manager.click(shown, "Reasons with the result")
    assert stored(hall, "reasons_at_once") == 0
    assert "earlier version of me" in (await hall.manager.forge(shown, "sh:setup.reasons:never")).text
    assert "Only members who may manage this server" in (await hall.alice.forge(shown, "sh:setup.reasons:at-once")).text
    assert stored(hall, "reasons_at_once") == 0


async def test_a_role_opens_competitions_and_managers_still_may(hall: Hall):
    hosts = hall.guild.create_role("Quizmasters")
    shown = await hall.manager.slash("studyhall setup")
    await hall.manager.choose_in(shown, "setup.role", hosts)
    assert f"members with <@&{hosts.id}>, and managers" in shown.text
    assert f"Only members with the role <@&{hosts.id}> open competitions here." in await opening(hall.alice)
    assert ALLOWED in await opening(hall.person("quincy", None, hosts))
    assert ALLOWED in await opening(hall.manager)
    await hall.manager.click(shown, "Everybody")
    assert ALLOWED in await opening(hall.alice)


async def test_competitions_are_opened_only_in_the_channels_chosen(hall: Hall):
    arena = hall.guild.create_text_channel("arena")
    await hall.env.settle()
    shown = await hall.manager.slash("studyhall setup")
    await hall.manager.choose_in(shown, "setup.channels", arena)
    assert f"**Where**: <#{arena.id}>" in shown.text
    assert stored(hall, "channels") == f"[{arena.id}]"
    for person in (hall.alice, hall.manager):
        sentence = f"Competitions are played in <#{arena.id}> here. Use `/compete` there."
        assert sentence in await opening(person)
    assert ALLOWED in await opening(hall.alice.at(arena))
    await hall.manager.click(shown, "In every channel")
    assert "**Where**: in every channel" in shown.text
    assert ALLOWED in await opening(hall.alice)


async def test_choosing_no_channel_means_every_channel(hall: Hall):
    shown = await hall.manager.slash("studyhall setup")
    await hall.manager.choose_in(shown, "setup.channels", hall.channel)
    await hall.manager.choose_in(shown, "setup.channels")
    assert "**Where**: in every channel" in shown.text
    assert stored(hall, "channels") is None


async def test_what_was_chosen_stands_in_the_menus(hall: Hall):
    shown = await hall.manager.slash("studyhall setup")
    await hall.manager.choose_in(shown, "setup.channels", hall.channel)
    [menu] = [one for one in walk(shown.stored.components) if one["type"] == 8]
    assert [str(one["id"]) for one in menu["default_values"]] == [str(hall.channel.id)]


async def test_a_season_begins_now_and_gets_a_board(hall: Hall):
    shown = await hall.manager.slash("studyhall setup")
    await hall.manager.click(shown, "30 days")
    assert re.search(r"\*\*Seasons\*\*: 30 days each; this one ends <t:\d+:R>", shown.text)
    question = await hall.alice.slash("quiz", questions=1)
    await hall.alice.click(question, question.letter("The right answer"))
    board = await hall.bob.slash("leaderboard", period="season")
    assert "Leaderboard · This season" in board.text
    assert "alice · 10 points" in board.text
    await hall.pass_time(31 * 86_400)
    assert "No answers in this period yet" in (await hall.bob.slash("leaderboard", period="season")).text
    asked = await hall.manager.click(shown, "No seasons")
    assert "End the current season?" in asked.text
    assert "**Seasons**: none" in (await hall.manager.click(asked, "Yes, end it")).text
    assert "This server has no seasons" in (await hall.bob.slash("leaderboard", period="season")).text


@pytest.mark.parametrize("typed", ["Europe/Berlin", "europe/berlin", " berlin ", "Berlin"])
async def test_a_time_zone_is_understood_however_it_is_typed(hall: Hall, typed: str):
    shown = await hall.manager.slash("studyhall setup", time_zone=typed)
    assert "**Time zone**: Europe/Berlin, where it is " in shown.text
    assert stored(hall, "time_zone") == "Europe/Berlin"


async def test_the_time_zone_is_changed_by_a_form_that_begins_with_the_one_in_force(hall: Hall):
    shown = await hall.manager.slash("studyhall setup", time_zone="Asia/Kolkata")
    form = await hall.manager.open_form(shown, "Change the time zone")
    assert form.modal["components"][0]["component"]["value"] == "Asia/Kolkata"
    assert "I don't know that time zone." in (await hall.manager.submit(form, zone="Atlantis")).text
    form = await hall.manager.open_form(shown, "Change the time zone")
    after = await hall.manager.submit(form, zone="berlin")
    assert after.id == shown.id
    assert "**Time zone**: Europe/Berlin" in shown.text


@pytest.mark.parametrize("typed", ["Atlantis", "../../etc/passwd", "", "Mars+1", "x" * 200])
async def test_a_time_zone_that_is_none_gets_a_sentence_and_changes_nothing(hall: Hall, typed: str):
    answer = await hall.manager.slash("studyhall setup", time_zone=typed or " ")
    assert answer.private
    assert "I don't know that time zone. Type a big city near you" in answer.text
    assert hall.rows("SELECT * FROM server") == []


@pytest.mark.parametrize(
    ("typed", "first"), [("", "UTC"), ("berl", "Europe/Berlin"), ("new yo", "America/New_York"), ("utc", "UTC")]
)
async def test_time_zones_are_offered_while_one_types(hall: Hall, typed: str, first: str):
    offered = await hall.manager.type_option("studyhall setup", "time_zone", typed)
    assert offered[0]["value"] == first
    assert len(offered) <= 25
    assert await hall.manager.type_option("studyhall setup", "time_zone", "atlantis") == []


FORGED = ["setup.hosts:managers", "setup.season:30", "setup.role:{}:1", "setup.channels:{}:1", "setup.anywhere:{}"]


@pytest.mark.parametrize("custom_id", FORGED)
async def test_a_button_of_the_setup_asks_again_who_presses_it(hall: Hall, custom_id: str):
    shown = await hall.alice.slash("help")
    answer = await hall.alice.forge(shown, "sh:" + custom_id.format(hall.guild.id))
    assert answer.private
    assert "Only members who may manage this server" in answer.text
    assert hall.rows("SELECT * FROM server") == []


@pytest.mark.parametrize("custom_id", ["setup.hosts:bob", "setup.season:31", "setup.season:-30", "setup.anywhere:1"])
async def test_a_choice_that_is_not_offered_changes_nothing(hall: Hall, custom_id: str):
    shown = await hall.manager.slash("help")
    assert "from an earlier version" in (await hall.manager.forge(shown, f"sh:{custom_id}")).text
    assert hall.rows("SELECT * FROM server") == []


async def test_with_several_courses_a_server_chooses_among_them(tmp_path: Path):
    packs = tmp_path / "packs"
    for name in ("tea", "mate"):
        shutil.copytree(TEA / "tea", packs / name)
    head = packs / "mate" / "pack.yaml"
    head.write_text(head.read_text("utf-8").replace("id: tea", "id: mate", 1), encoding="utf-8")
    async with open_hall(tmp_path / "data", packs) as hall:
        shown = await hall.manager.slash("studyhall setup")
        assert "**Courses**: " in shown.text
        await hall.manager.choose_in(shown, "setup.courses", "mate")
        assert stored(hall, "courses") == '["mate"]'
        await hall.manager.choose_in(shown, "setup.courses", "mate", "tea")
        assert stored(hall, "courses") is None


async def test_what_was_chosen_holds_after_a_restart(hall: Hall):
    shown = await hall.manager.slash("studyhall setup", time_zone="Asia/Kolkata")
    await hall.manager.click(shown, "Only managers")
    await hall.restart()
    await hall.manager.click(shown, "60 days")
    assert "Asia/Kolkata" in shown.text
    assert "only managers" in shown.text
    assert "60 days each" in shown.text


async def joining(hall: Hall, system_channel: bool, *, may_write: bool = True) -> list[str]:
    """What stands in the channels of another server once the bot was added to it."""
    client, backend = hall.app.client, hall.env.backend
    guild = hall.env.create_guild("Coffee house")
    channel = guild.create_text_channel("general")
    if not may_write:
        everyone = backend.get_guild(guild.id).roles[guild.id]
        everyone.permissions &= ~discord.Permissions(send_messages=True).value
        for role in backend.get_guild(guild.id).roles.values():
            role.permissions &= ~discord.Permissions(send_messages=True, administrator=True).value
    await hall.env.settle()
    seen = client.get_guild(guild.id)
    assert seen is not None
    seen._system_channel_id = channel.id if system_channel else None
    if not may_write:
        for role in seen.roles:
            role._permissions &= ~discord.Permissions(send_messages=True, administrator=True).value
    await client.on_guild_join(seen)
    return [words(message.components) for message in backend.messages.get(channel.id, {}).values()]


async def test_who_adds_the_bot_is_told_of_the_setup_in_the_system_channel(hall: Hall):
    [hint] = await joining(hall, system_channel=True)
    assert "`/studyhall setup`" in hint
    assert "`/help`" in hint


async def test_without_a_system_channel_nothing_is_posted(hall: Hall):
    assert await joining(hall, system_channel=False) == []


async def test_where_the_bot_may_not_write_nothing_is_posted(hall: Hall):
    assert await joining(hall, system_channel=True, may_write=False) == []


async def test_a_manager_reads_the_courses_anew_and_nobody_else_may(hall: Hall):
    shown = await hall.manager.slash("studyhall setup")
    answer = await hall.manager.click(shown, "Reload courses")
    assert answer.private
    assert "Reloaded: 1 course with" in answer.text
    refused = await hall.alice.forge(shown, "sh:setup.reload")
    assert "Only members who may manage this server" in refused.text


async def test_a_reload_that_would_lose_most_questions_asks_first(tmp_path: Path):
    shutil.copytree(TEA, tmp_path / "packs")
    async with open_hall(tmp_path / "data", tmp_path / "packs") as hall:
        for file in (tmp_path / "packs" / "tea" / "questions").iterdir():
            file.unlink()
        shown = await hall.manager.slash("studyhall setup")
        asked = await hall.manager.click(shown, "Reload courses")
        assert "would be gone" in asked.text
        assert "Question 1 of" in (await hall.alice.slash("quiz")).text
        refused = await hall.alice.forge(shown, "sh:setup.reload_yes")
        assert "Only members who may manage this server" in refused.text
        await hall.manager.click(asked, "Yes, reload")
        assert "1 course with 0 questions" in asked.text


async def test_faults_of_the_courses_are_told_however_many_there_are(tmp_path: Path):
    shutil.copytree(TEA, tmp_path / "packs")
    async with open_hall(tmp_path / "data", tmp_path / "packs") as hall:
        terms = "terms:\n" + "  - {id: a, nam: b}\n" * 90
        (tmp_path / "packs" / "tea" / "glossary.yaml").write_text(terms, encoding="utf-8")
        answer = await hall.manager.click(await hall.manager.slash("studyhall setup"), "Reload courses")
        assert "The courses stay as they were" in answer.text
        assert answer.text.rstrip().endswith(" more")
