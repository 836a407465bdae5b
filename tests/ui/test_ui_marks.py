"""Commands in texts, as readers can click them."""

import re
from pathlib import Path

from hall import Hall, Shown, written

from bot.facts import Code, fact
from bot.ui.layouts import MAX_TEXT, Screen
from bot.ui.marks import PLAIN, Marks
from bot.ui.worded import for_operator, worded

UI = Path(__file__).parents[2] / "bot" / "ui"
NAMED = re.compile(r"</([a-z_ ]+):0>")


def known(**ids: int) -> Marks:
    marks = Marks()
    marks.learn_commands(ids)
    return marks


def test_a_command_with_an_id_can_be_clicked_and_one_without_is_plain():
    marks = known(quiz=7, studyhall=8)
    assert marks.put_in("Try </quiz:0>, then </daily:0>.") == "Try </quiz:7>, then `/daily`."
    assert marks.put_in("</studyhall setup:0>") == "</studyhall setup:8>"
    assert PLAIN.put_in("</studyhall setup:0>") == "`/studyhall setup`"


def test_what_only_looks_like_a_command_stays_as_it_is():
    text = "</quiz> <:0> </Quiz:0> `</quiz:1>` a:0>b"
    assert known(quiz=7).put_in(text) == text


def test_the_room_that_ids_take_counts_for_what_a_message_holds():
    names = "</quiz:0> " * 180
    assert len(names) < MAX_TEXT < Screen([names]).text_length
    assert not Screen([names]).fits()
    view = Screen([names]).view(known(quiz=10**18))
    assert sum(len(getattr(one, "content", "")) for one in view.walk_children()) <= MAX_TEXT


def raw(shown: Shown) -> str:
    return written(shown.stored.components)


async def test_help_names_commands_by_the_ids_that_discord_gave_at_registration(hall: Hall):
    ids = {name: command["id"] for (name, _kind), command in hall.env.backend.commands[None].items()}
    assert f"</quiz:{ids['quiz']}>" in raw(await hall.alice.slash("help"))
    assert f"</studyhall setup:{ids['studyhall']}>" in raw(await hall.manager.slash("help"))


async def test_the_ids_are_known_after_a_start_that_had_nothing_to_register(hall: Hall):
    await hall.restart()
    ids = {name: command["id"] for (name, _kind), command in hall.env.backend.commands[None].items()}
    assert f"</quiz:{ids['quiz']}>" in raw(await hall.alice.slash("help"))


async def test_a_refusal_names_what_helps_so_that_it_can_be_clicked(hall: Hall):
    refused = await hall.alice.forge(await hall.alice.slash("help"), "sh:quiz.next:99")
    assert re.search(r"</quiz:\d{5,}>", raw(refused))


async def test_every_command_that_a_text_names_is_there(hall: Hall):
    assert _all_named() <= hall.manager.commands
    assert len(_all_named()) > 15


def test_no_text_names_a_command_in_a_way_that_cannot_be_clicked():
    plain = re.compile(r"`/(?:" + "|".join(sorted({one.split()[0] for one in _all_named()})) + r")\b[^`]*`")
    for path in UI.rglob("*.py"):
        code = re.sub(r'"""[\s\S]*?"""', "", path.read_text("utf-8"))
        assert plain.findall(code) == [], path.name


def _all_named() -> set[str]:
    return {one for path in UI.rglob("*.py") for one in NAMED.findall(path.read_text("utf-8"))}


def test_whoever_runs_the_bot_reads_plain_names():
    told = fact(Code.QUIZ_GONE)
    assert "</quiz:0>" in worded(told, "en")
    assert "`/quiz`" in for_operator(told)
