"""Commands are compared with what Discord has, and sent only when they differ."""

import copy
from typing import Any

import pytest
from hall import Hall

from bot.quiz.competition.scoring import Scoring
from bot.ui.registration import _normal


def syncs(hall: Hall) -> int:
    return sum(one.method == "PUT" and one.path.endswith("/commands") for one in hall.env.http_requests)


def ours(hall: Hall) -> list[dict[str, Any]]:
    tree = hall.app.client.tree
    return [command.to_dict(tree) for command in tree.get_commands()]


def as_discord_returns(command: dict[str, Any]) -> dict[str, Any]:
    """A registered command as Discord's API lists it: ids added, defaults left out or filled in."""

    def option(one: dict[str, Any]) -> dict[str, Any]:
        kept = {key: value for key, value in one.items() if value not in (None, False, [])}
        if "choices" in kept:
            kept["choices"] = [{**choice, "name_localizations": None} for choice in kept["choices"]]
        return {**kept, "name_localizations": None, "description_localizations": None}

    found = {
        **copy.deepcopy(command),
        "id": "1234",
        "application_id": "5678",
        "version": "91011",
        "name_localizations": None,
        "description_localizations": None,
        "dm_permission": 1 in (command["contexts"] or [0, 1, 2]),
        "options": [option(one) for one in command.get("options", [])],
    }
    if not found["options"]:
        del found["options"]
    return found


async def test_two_starts_register_once(hall: Hall):
    assert syncs(hall) == 1
    await hall.restart()
    assert syncs(hall) == 1
    assert "Studyhall" in (await hall.alice.slash("help")).text


async def test_what_discord_returns_for_our_commands_equals_them(hall: Hall):
    returned = [as_discord_returns(command) for command in reversed(ours(hall))]
    assert _normal(returned) == _normal(ours(hall))


async def test_what_the_simulator_returns_for_our_commands_equals_them(hall: Hall):
    assert _normal(list(hall.env.backend.commands[None].values())) == _normal(ours(hall))


@pytest.mark.parametrize(("older_flag", "contexts"), [(True, [0, 1, 2]), (False, [0])])
def test_a_command_registered_without_contexts_has_those_of_the_older_flag(older_flag: bool, contexts: list[int]):
    command = {"name": "help", "description": "What I can do"}
    without = {**command, "contexts": None, "dm_permission": older_flag}
    assert _normal([without]) == _normal([{**command, "contexts": contexts}])
    assert _normal([without]) != _normal([{**command, "contexts": [1]}])


def rename(command: dict[str, Any]) -> None:
    command["description"] = "Something else"


def drop_option(command: dict[str, Any]) -> None:
    command["options"] = command["options"][1:]


def swap_options(command: dict[str, Any]) -> None:
    command["options"] = command["options"][::-1]


def widen(command: dict[str, Any]) -> None:
    command["options"][2]["max_value"] = 99


def other_choices(command: dict[str, Any]) -> None:
    command["options"][1]["choices"] = command["options"][1]["choices"][:2]


def require(command: dict[str, Any]) -> None:
    command["options"][0]["required"] = True


def without_autocomplete(command: dict[str, Any]) -> None:
    command["options"][0]["autocomplete"] = False


def for_servers_only(command: dict[str, Any]) -> None:
    command["contexts"] = [0]


def for_managers(command: dict[str, Any]) -> None:
    command["default_member_permissions"] = "32"


@pytest.mark.parametrize(
    "change",
    [
        rename,
        drop_option,
        swap_options,
        widen,
        other_choices,
        require,
        without_autocomplete,
        for_servers_only,
        for_managers,
    ],
)
async def test_any_difference_is_noticed_and_put_right(hall: Hall, change: Any):
    registered = hall.env.backend.commands[None]
    right = _normal(list(registered.values()))
    registered["quiz", 1] = copy.deepcopy(registered["quiz", 1])
    change(registered["quiz", 1])
    await hall.restart()
    assert syncs(hall) == 2
    assert _normal(list(hall.env.backend.commands[None].values())) == right


async def test_a_command_that_we_no_longer_have_is_taken_away(hall: Hall):
    registered = hall.env.backend.commands[None]
    registered["old", 1] = {**registered["help", 1], "name": "old"}
    await hall.restart()
    there = {(name.split()[0], 1) for name in hall.manager.commands} | {
        (name, 3) for name in ("Quiz me on this", "Make a question of this")
    }
    assert set(hall.env.backend.commands[None]) == there


async def test_each_command_that_asks_how_answers_count_offers_every_preset(hall: Hall):
    commands = [one for command in ours(hall) for one in (command, *command.get("options", []))]
    asking = [option for command in commands for option in command.get("options", []) if option["name"] == "scoring"]
    assert len(asking) == 2
    for option in asking:
        offered = [(choice["name"], choice["value"]) for choice in option["choices"]]
        assert offered == [(f"{one.value} · {one.summary}", one.value) for one in Scoring]
