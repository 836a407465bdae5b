"""The bot on a member's own account: what it does in servers and groups that it is not in."""

import discord
import pytest
from hall import Hall, Person

LEARNERS = {"help", "lesson", "quiz", "review", "progress", "settings", "term"}
PRIVACY = {f"privacy {name}" for name in ("show", "export", "delete")}


@pytest.fixture
def abroad(hall: Hall) -> Person:
    """Alice in a server without the bot, where she goes by another name and may manage everything."""
    guild = hall.env.create_guild("Book club")
    hall.abroad.add(guild.id)
    alice = hall.env.create_user("alice", global_name="Alice")
    member = guild.add_member(
        alice, roles=[guild.create_role("Boss", permissions=discord.Permissions.all())], nick="Boss Alice"
    )
    return Person(hall.env, alice, member, guild.create_text_channel("books"))


def offered(hall: Hall, install: int, context: int) -> set[str]:
    """The commands that Discord offers for an installation (0 the server's, 1 one's own) in a context (2 a group)."""
    return {
        one["name"]
        for one in hall.env.backend.commands[None].values()
        if install in one["integration_types"] and (one["contexts"] is None or context in one["contexts"])
    }


async def test_what_learners_use_alone_is_offered_wherever_they_are_and_what_needs_a_server_is_not(hall: Hall):
    everywhere = LEARNERS | {"privacy", "Quiz me on this"}
    assert offered(hall, 1, 0) == offered(hall, 1, 1) == offered(hall, 1, 2) == everywhere
    assert offered(hall, 0, 0) == everywhere | {
        *("compete", "course", "daily", "demo", "duel", "leaderboard", "question", "studyhall", "suggest"),
        "Make a question of this",
    }


async def test_every_learners_command_answers_in_private_in_a_server_without_the_bot(hall: Hall, abroad: Person):
    for name in sorted(LEARNERS | PRIVACY):
        options = {"name": "steep"} if name == "term" else {}
        shown = await abroad.slash(name, **options)
        assert shown.private, name
        assert "something went wrong" not in shown.text.lower(), name


async def test_what_is_learnt_there_counts_for_the_member_and_for_no_server(hall: Hall, abroad: Person):
    question = await abroad.slash("quiz", questions=1)
    letter = next(label for label in question.enabled if len(label) == 1)
    answered = await abroad.click(question, letter)
    assert answered.private
    assert hall.rows("SELECT guild_id FROM answer WHERE member_id = ?", abroad.id) == [(None,)]
    assert hall.rows("SELECT * FROM total WHERE guild_id = ?", abroad.channel.guild.id) == []
    assert hall.rows("SELECT * FROM membership WHERE guild_id = ?", abroad.channel.guild.id) == []
    assert "1 answer" in (await abroad.slash("privacy show")).text


async def test_a_page_read_there_is_neither_shared_nor_measured(hall: Hall, abroad: Person):
    page = await abroad.slash("lesson", section="tea/brewing")
    assert "Share here" not in page.buttons
    assert not any("demo" in label.lower() for label in page.buttons)
    forged = await abroad.forge(page, "sh:lesson.share:tea:brewing:0")
    assert forged.private


@pytest.mark.parametrize(
    ("pressed", "answer"),
    [
        ("demo.open:shared-counter", "Demos run in a server's channel"),
        ("inside.again", "Demos run in a server's channel"),
        ("board.show:1:points:all:0:after", "Leaderboards are for servers"),
    ],
)
async def test_what_belongs_to_a_server_is_refused_there(hall: Hall, abroad: Person, pressed: str, answer: str):
    refused = await abroad.forge(await abroad.slash("help"), f"sh:{pressed}")
    assert answer in refused.text
    assert refused.private


async def test_a_command_that_is_not_offered_there_is_refused_in_private(hall: Hall, abroad: Person):
    for name, answer in (
        ("leaderboard", "Leaderboards are for servers"),
        ("daily", "The question of the day is for servers"),
        ("compete", "Competitions are for servers"),
    ):
        refused = await abroad.forge_command({"id": "1", "name": name, "type": 1, "options": []})
        assert answer in refused.text
        assert refused.private
    assert hall.rows("SELECT * FROM competition") == []


async def test_managing_a_server_without_the_bot_makes_nobody_its_manager(hall: Hall, abroad: Person):
    setup = {"id": "1", "name": "studyhall", "type": 1, "options": [{"name": "setup", "type": 1, "options": []}]}
    assert "That command is for servers" in (await abroad.forge_command(setup)).text
    assert "studyhall" not in (await abroad.slash("help")).text


async def test_the_name_that_a_member_has_in_such_a_server_is_not_kept(hall: Hall, abroad: Person):
    question = await abroad.slash("quiz", questions=1)
    await abroad.click(question, next(label for label in question.enabled if len(label) == 1))
    assert "Boss Alice" not in repr(hall.everything_stored())
