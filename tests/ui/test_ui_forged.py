"""What no honest client sends: ids of others, wrong types, odd forms. A friendly word, nothing changed, no error logged."""

import asyncio
import contextlib
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import AppCommandOptionType as Kind
from discord import app_commands
from forging import presses
from hall import Hall, Person, Shown, open_hall
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PATIENT = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
OTHERS_RUN = ["next:1", "pick:1:0:0", "pick:1:1:0", "others:1:0", "back:1:0", "retry:1", "more:1"]
GAME = ["join", "leave", "start", "cancel", "pause", "csv", "sections", "team:1", "pick:0:0", "mine:0", "rematch"]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(alphabet=st.characters(), max_size=40),
    st.lists(st.integers() | st.text(max_size=5), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)


@contextlib.contextmanager
def nothing_logged() -> Iterator[None]:
    """Fails when an ERROR line was logged meanwhile."""
    found: list[logging.LogRecord] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = found.append  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
    assert not found, [(one.getMessage(), one.exc_info) for one in found]


def stored(hall: Hall) -> dict[str, list[tuple[Any, ...]]]:
    """All that is stored but for the names of those who act, which every act brings up to date."""
    return {table: rows for table, rows in hall.everything_stored().items() if table != "member"}


def game_id(action: str, game: int = 1) -> str:
    """The custom id of an action on a game."""
    name, _, rest = action.partition(":")
    return ":".join(["sh", f"game.{name}", str(game), *([rest] if rest else [])])


async def refused(hall: Hall, who: Person, shown: Shown, custom_id: str) -> str:
    """What a forged click is answered with; it must change nothing."""
    before, seen = stored(hall), shown.text
    with nothing_logged():
        answer = await who.forge(shown, custom_id)
    assert answer.private
    assert "went wrong" not in answer.text
    assert stored(hall) == before
    assert shown.text == seen
    return answer.text


async def stranger(hall: Hall) -> Person:
    """Somebody who manages another server that the bot is in."""
    there = hall.env.create_guild("Coffee house")
    channel = there.create_text_channel("general")
    role = there.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
    user = hall.env.create_user("carol")
    return Person(hall.env, user, there.add_member(user, roles=[role]), channel)


async def test_a_quiz_obeys_its_owner_alone(hall: Hall):
    question = await hall.alice.slash("quiz", questions=2)
    await hall.alice.click(question, "A")
    shown = await hall.bob.slash("help")
    for action in OTHERS_RUN:
        assert "belongs to somebody else" in await refused(hall, hall.bob, shown, f"sh:quiz.{action}"), action


async def test_a_demo_of_another_server_is_out_of_reach(hall: Hall):
    demo = await hall.alice.slash("demo", name="io-wait")
    carol = await stranger(hall)
    shown = await carol.slash("help")
    choice = next(one["custom_id"] for one in demo.buttons.values() if "predict" in one["custom_id"])
    for custom_id in (choice, "sh:demo.run:1:first", "sh:demo.run:1:again", "sh:demo.cancel:1"):
        assert "in another server" in await refused(hall, carol, shown, custom_id)
    assert hall.rows("SELECT state FROM demo_run") == [("predicting",)]


async def test_a_game_that_never_was_is_told(hall: Hall):
    shown = await hall.bob.slash("help")
    for action in GAME:
        assert "no longer exists" in await refused(hall, hall.bob, shown, game_id(action, 999)), action


VALUES = [None, [], ["x"], ["1", "2", "3"], "words", 7, {"a": 1}, [None], [1, 2], [["x"]]]


@pytest.mark.parametrize("values", VALUES)
async def test_a_click_of_a_wrong_kind_or_with_odd_values_gets_a_friendly_word(hall: Hall, values: Any):
    shown = await hall.alice.slash("help")
    before = hall.everything_stored()
    with nothing_logged():
        for component_type in (0, 2, 3, 4, 8, 99, -1):
            for custom_id in ("sh:lesson.pick:tea", "sh:game.join:7", "sh:board.show:1", "x" * 100):
                data = {"custom_id": custom_id, "component_type": component_type}
                answer = await hall.alice.forge_click(shown, data if values is None else data | {"values": values})
                assert answer.private
                assert "went wrong" not in answer.text
    assert hall.everything_stored() == before


@PATIENT
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "custom_id": st.text(alphabet=st.characters(), max_size=100)
                | st.sampled_from(
                    ["sh:report.send:tea:warm-cups", "sh:report.send:tea", "sh:report.send:a:b:c", "sh:lesson.pick:tea"]
                ),
                "components": st.recursive(
                    ODD,
                    lambda inner: st.lists(
                        st.dictionaries(
                            st.sampled_from(["type", "components", "component", "custom_id", "value", "values"]), inner
                        ),
                        max_size=4,
                    ),
                    max_leaves=12,
                ),
            }
        ),
        min_size=1,
        max_size=15,
    )
)
def test_a_form_with_missing_extra_or_odd_fields_gets_a_friendly_word(forms: list[dict[str, Any]]):
    async def submit_all() -> None:
        async with small_hall() as hall:
            for data in forms:
                before = hall.everything_stored()
                with nothing_logged():
                    answer = await hall.alice.forge_form(data)
                assert answer.private
                assert "went wrong" not in answer.text
                if "Thank you" not in answer.text:  # a report that holds words, whatever else came with it
                    assert hall.everything_stored() == before

    asyncio.run(submit_all())


async def test_a_form_is_read_by_its_fields_whatever_else_it_holds(hall: Hall):
    words = {"type": 4, "custom_id": "words", "value": "The key \ud800 is wrong"}
    extra = {"type": 4, "custom_id": "admin", "value": "yes"}
    wrapped = [{"type": 18, "component": words}, {"type": 1, "components": [extra, 7, None]}, "nonsense"]
    with nothing_logged():
        answer = await hall.alice.forge_form({"custom_id": "sh:report.send:tea:warm-cups", "components": wrapped})
    assert "Thank you" in answer.text
    assert hall.rows("SELECT words FROM report") == [("The key ? is wrong",)]


@contextlib.asynccontextmanager
async def small_hall():
    """A hall in a folder of its own, for properties."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_hall(Path(folder)) as hall:
            yield hall


def leaves(hall: Hall) -> dict[tuple[str, ...], app_commands.Command]:
    """Every command that can be run, by its words."""
    assert hall.app.client.tree is not None
    found = hall.app.client.tree.walk_commands()
    return {tuple(one.qualified_name.split()): one for one in found if isinstance(one, app_commands.Command)}


def as_sent(path: tuple[str, ...], options: Any) -> dict[str, Any]:
    """A command's data as a client sends it."""
    for word in reversed(path[1:]):
        options = [{"type": 1, "name": word, "options": options}]
    return {"id": "1", "type": 1, "name": path[0], "options": options}


def wrong_for(kind: Kind) -> st.SearchStrategy[Any]:
    """Values that an option of this type never has."""
    right: dict[Kind, Any] = {Kind.string: str, Kind.integer: int, Kind.boolean: bool, Kind.number: (int, float)}
    types = right.get(kind)
    if types is None:
        return ODD.filter(lambda value: not (isinstance(value, str) and value.isascii() and value.isdigit()))
    return ODD.filter(lambda value: not isinstance(value, types) or (kind is Kind.integer and isinstance(value, bool)))


@PATIENT
@given(st.data())
def test_a_command_with_options_of_a_wrong_type_says_to_restart_discord(data: st.DataObject):
    async def run_all() -> None:
        async with small_hall() as hall:
            before = hall.everything_stored()
            for path, command in leaves(hall).items():
                if command.parameters:
                    one = data.draw(st.sampled_from(command.parameters))
                    value = data.draw(wrong_for(one.type), label=f"{path} {one.name}")
                    options: Any = [{"name": one.display_name, "type": one.type.value, "value": value}]
                else:
                    options = data.draw(
                        st.sampled_from([[{"name": "x", "type": 3, "value": "y"}], [7], "words", [[]], None])
                    )
                with nothing_logged():
                    answer = await hall.manager.forge_command(as_sent(path, options))
                assert answer.private
                assert "Restart Discord" in answer.text, (path, options, answer.text)
            assert all(isinstance(one, app_commands.AppCommandError) for one in hall.env.errors)
            assert hall.everything_stored() == before

    asyncio.run(run_all())


@PATIENT
@given(st.data())
def test_a_command_with_any_values_of_the_right_type_is_answered_in_words(data: st.DataObject):
    values: dict[Kind, Any] = {
        Kind.string: st.text(alphabet=st.characters(), max_size=300) | st.just("x" * 6_000),
        Kind.integer: st.integers(),
        Kind.boolean: st.booleans(),
        Kind.number: st.floats(allow_nan=False),
    }

    async def run_all() -> None:
        async with small_hall() as hall:
            for path, command in leaves(hall).items():
                options = []
                for one in command.parameters:
                    value = data.draw(values.get(one.type, st.integers(0, 2**63).map(str)), label=f"{path} {one.name}")
                    if path == ("compete",) and one.name == "section":
                        value = "no such section"  # the simulator can't wait for a game that is on
                    if one.required or one.name == "section" or data.draw(st.booleans()):
                        options.append({"name": one.display_name, "type": one.type.value, "value": value})
                with nothing_logged():
                    answer = await hall.manager.forge_command(as_sent(path, options))
                assert "went wrong" not in answer.text
            assert all(isinstance(one, app_commands.AppCommandError) for one in hall.env.errors)

    asyncio.run(run_all())


@PATIENT
@given(st.data())
def test_suggestions_are_offered_or_none_whatever_was_typed(data: st.DataObject):
    async def type_all() -> None:
        async with small_hall() as hall:
            before = hall.everything_stored()
            for path, command in leaves(hall).items():
                for one in command.parameters:
                    option = {
                        "name": one.display_name,
                        "type": data.draw(st.just(one.type.value) | st.integers(0, 12)),
                        "value": data.draw(ODD),
                        "focused": data.draw(st.sampled_from([True, True, False, 1, "yes"])),
                    }
                    with nothing_logged():
                        offered = await hall.manager.forge_typing(as_sent(path, [option]))
                    assert len(offered) <= 25
            assert hall.everything_stored() == before

    asyncio.run(type_all())


async def test_a_press_elsewhere_does_not_tell_which_message_the_question_of_the_day_is(hall: Hall):
    await hall.manager.slash("daily")
    [question] = hall.messages()
    hall.run_sql("UPDATE daily SET message_id = NULL")
    hall.run_sql("UPDATE post SET message_id = NULL")
    elsewhere = await hall.bob.slash("demo", name="io-wait")
    custom_id = question.buttons["A"]["custom_id"]
    assert "isn't in its channel yet" in await refused(hall, hall.bob, elsewhere, custom_id)
    assert "Locked in" in (await hall.bob.click(question, "A")).text
    assert hall.rows("SELECT message_id FROM daily") == [(question.id,)]


async def test_whatever_is_pressed_nothing_of_others_changes():
    assert await presses(60, seed=3) == []
