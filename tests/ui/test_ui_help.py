"""`/help` and what Discord offers."""

import inspect

from hall import TEA, Hall
from simcord import Env

from bot.packs.library import Library
from bot.packs.loading import read_pack
from bot.ui.help import help_screen
from bot.ui.layouts import Row


def test_the_simulator_still_has_the_poll_interval_that_we_shorten():
    assert inspect.signature(Env._settle_internal).parameters["idle"].default == 0.001


async def test_help_says_in_private_what_to_do_first(hall: Hall):
    shown = await hall.alice.slash("help")
    assert shown.private
    for command in ("/lesson", "/quiz", "/compete", "/daily", "/demo", "/leaderboard", "/settings", "/privacy show"):
        assert f"`{command}`" in shown.text
    assert "10 study points" in shown.text
    assert shown.enabled == ["Start the lesson", "Try 5 questions"]


async def test_help_names_the_setup_to_managers_alone(hall: Hall):
    assert "`/studyhall setup`" in (await hall.manager.slash("help")).text
    assert "`/studyhall setup`" not in (await hall.alice.slash("help")).text


async def test_help_opens_the_first_page_beside_itself(hall: Hall):
    shown = await hall.alice.slash("help")
    page = await hall.alice.click(shown, "Start the lesson")
    assert page.id != shown.id
    assert page.private
    assert "Brewing · Water" in page.text
    assert "Studyhall" in shown.text


def test_help_begins_with_the_first_course_that_has_something_to_read():
    tea = read_pack(TEA / "tea").pack
    without_pages = [section.model_copy(update={"pages": []}) for section in tea.sections]
    friday = tea.model_copy(update={"head": tea.head.model_copy(update={"id": "friday"}), "sections": without_pages})
    [row] = [block for block in help_screen(Library([friday, tea]), in_server=True).blocks if isinstance(block, Row)]
    assert [button.label for button in row.buttons] == ["Start the lesson", "Try 5 questions"]
    assert all(":tea:" in button.id for button in row.buttons)
    [row] = [block for block in help_screen(Library([friday]), in_server=True).blocks if isinstance(block, Row)]
    assert [button.label for button in row.buttons] == ["Try 5 questions"]


async def test_help_starts_a_quiz(hall: Hall):
    question = await hall.alice.click(await hall.alice.slash("help"), "Try 5 questions")
    assert question.private
    assert "Question 1 of 3" in question.text
    assert "Only 3 questions match" in question.text


async def test_help_in_direct_messages_offers_no_buttons_that_fail_there(hall: Hall):
    shown = await hall.alice.in_dm.slash("help")
    assert "In a server with me" in shown.text
    assert "Brewing" in (await hall.alice.in_dm.click(shown, "Start the lesson")).text


async def test_commands_of_a_server_are_not_offered_in_direct_messages(hall: Hall):
    assert hall.alice.commands == {
        "help",
        "lesson",
        "quiz",
        "review",
        "progress",
        "compete",
        "duel",
        "daily",
        "leaderboard",
        "demo",
        "settings",
        "term",
        "privacy show",
        "privacy export",
        "privacy delete",
        "suggest",
        *(f"course {name}" for name in ("new", "list", "edit", "template", "import", "export", "set", "delete")),
        *(f"question {name}" for name in ("add", "edit", "drafts", "review", "find", "history", "retire")),
    }
    assert hall.manager.commands == hall.alice.commands | {
        f"studyhall {name}" for name in ("setup", "schedule", "health", "items", "group", "flags", "export")
    }
    assert hall.alice.in_dm.commands == {"help", "lesson", "quiz", "review", "progress", "settings", "term"} | {
        f"privacy {name}" for name in ("show", "export", "delete")
    }


async def test_every_command_and_option_says_what_it_is_for(hall: Hall):
    slash = [one for (_name, kind), one in hall.env.backend.commands[None].items() if kind == 1]
    for command in slash:
        assert len(command["description"]) > 10
        assert all(len(option["description"]) > 10 for option in command["options"])
