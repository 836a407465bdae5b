"""*Mine should count* as a learner presses it, and how managers decide what counts."""

import asyncio
import csv
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hall import Hall, Person, Shown, assert_fits_discord, open_hall, walk
from in_english import say

from bot.cli import main
from bot.model.rulings import Decision, DecisionKind, Extent, Said, Subject
from bot.packs.models import MOST_TYPED, Question
from bot.quiz.competition.state import RoundAnswer, RoundPlan
from bot.quiz.question.accepting import AS_TEXTS, NOTHING_MORE, TypedText
from bot.quiz.question.asking import FilePlace, Given, Lettering
from bot.quiz.question.regrading import Ruling
from bot.services.competition.views import MyResult
from bot.services.question.flags import FlaggedItem, ProposedDecision
from bot.ui.competition.reveals import my_result_screen, told_screen
from bot.ui.question.answering import asked
from bot.ui.question.flags import choice_screen, item_screen

NOW = 1_795_348_800_000
PRESS = "Mine should count"
ENERGY, DRINK = "What makes energy in a cell?", "What do they drink in a tea house?"


@pytest.fixture
async def typing(tmp_path: Path) -> AsyncIterator[Hall]:
    """The bot with a course of two questions whose answers are typed."""
    folder = tmp_path / "packs" / "cells"
    (folder / "questions").mkdir(parents=True)
    (folder / "pack.yaml").write_text("standard: plain\ntitle: Cells\n", "utf-8")
    (folder / "questions" / "all.yaml").write_text(
        f"questions:\n  - {{id: energy, stem: '{ENERGY}', section: Cells, accepted: [mitochondria]}}\n", "utf-8"
    )
    async with open_hall(tmp_path / "data", tmp_path / "packs") as opened:
        yield opened


async def typed(who: Person, text: str) -> Shown:
    """One question of a quiz, answered with this text."""
    question = await who.slash("quiz", questions=1)
    return await who.submit(await who.open_form(question, "Answer"), typed=text)


async def item(hall: Hall) -> Shown:
    """The question's screen for managers, from the queue."""
    queue = await hall.manager.slash("studyhall flags")
    return await hall.manager.choose_in(queue, "flags.open", "cells/energy")


def mark(shown: Shown) -> str:
    """What the menu of typed answers has for its first one."""
    menus = [one for one in walk(shown.stored.components) if one.get("custom_id", "").startswith("sh:text.ask")]
    return str(menus[0]["options"][0]["value"])


async def regraded(hall: Hall) -> None:
    await hall.app.services.regrading.done()
    await hall.env.settle()


async def test_a_wrong_typed_answer_can_be_said_to_count_once_and_only_in_private(typing: Hall):
    outcome = await typed(typing.alice, "Powerhouse")
    assert "❌ Not quite: you typed “Powerhouse”" in outcome.text
    noted = await typing.alice.click(outcome, PRESS)
    assert noted.private
    assert "This server's managers will see that “Powerhouse” should count, without your name" in noted.text
    again = await typing.alice.click(outcome, PRESS)
    assert "You've already asked that “Powerhouse” should count" in again.text
    assert typing.rows("SELECT member_id, typed FROM report") == [(typing.alice.id, "Powerhouse")]
    assert all("Powerhouse" not in one.text for one in typing.messages())


async def test_a_right_answer_offers_no_such_button_and_a_forged_press_is_told(typing: Hall):
    outcome = await typed(typing.alice, "the mitochondria".removeprefix("the "))
    assert "✅ Right" in outcome.text and PRESS not in outcome.buttons
    run = typing.rows("SELECT max(id) FROM practice_run")[0][0]
    told = await typing.alice.forge(outcome, f"sh:count.quiz:{run}:0")
    assert "no wrong answer of yours here that could count" in told.text
    assert typing.rows("SELECT * FROM report") == []


async def test_nobody_presses_it_for_somebody_else(typing: Hall):
    outcome = await typed(typing.alice, "powerhouse")
    told = await typing.bob.forge(outcome, outcome.buttons[PRESS]["custom_id"])
    assert "somebody else" in told.text or "not yours" in told.text.casefold() or "started" in told.text
    assert typing.rows("SELECT * FROM report") == []


async def test_in_direct_messages_it_is_for_the_author(typing: Hall):
    alice = typing.alice.in_dm
    noted = await alice.click(await typed(alice, "powerhouse"), PRESS)
    assert "The course's author will see that “powerhouse” should count" in noted.text
    assert "No question needs a look" in (await typing.manager.slash("studyhall flags")).text


async def test_a_question_answered_by_a_press_has_no_such_button(hall: Hall):
    question = await hall.alice.slash("quiz", questions=1)
    for letter in "ABC":
        if letter in question.buttons:
            outcome = await hall.alice.click(question, letter)
            break
    assert PRESS not in outcome.buttons


async def test_managers_see_what_is_asked_for_accept_it_and_both_have_it_right(typing: Hall):
    first = await typed(typing.alice, "Powerhouse")
    await typed(typing.bob, "powerhouse.")
    await typing.alice.click(first, PRESS)
    queue = await typing.manager.slash("studyhall flags")
    assert "1 member says their answer should count" in queue.text
    shown = await typing.manager.choose_in(queue, "flags.open", "cells/energy")
    assert shown.private
    assert r"- “Powerhouse” · 2 members · 1 says it should count" in shown.text
    assert "**Reports**: none in words" in shown.text
    asked = await typing.manager.choose_in(shown, "text.ask", mark(shown))
    assert "Count “Powerhouse” as right here?" in asked.text
    assert "**2 answers** of **2 members**, in **0 competitions**" in asked.text
    assert typing.rows("SELECT * FROM ruling") == []
    done = await typing.manager.click(asked, "Yes, do it")
    await regraded(typing)
    assert "It counts as right here now" in done.text
    assert "**Right here too**, by your decision: “Powerhouse”" in done.text
    assert "*counts here*" in done.text
    graded = dict(typing.rows("SELECT member_id, correct FROM answer"))
    assert graded == {typing.alice.id: 1, typing.bob.id: 1}
    points = dict(typing.rows("SELECT member_id, points FROM total WHERE period = 'all' AND section = ''"))
    assert points == {typing.alice.id: 10, typing.bob.id: 10}
    told = await typing.alice.slash("help")
    assert (
        f"Your answer “Powerhouse” to *{ENERGY[:-1]}" in told.text.replace("\\", "")
        and "now counts as right" in told.text
    )
    later = await typed(typing.person("cleo"), "POWERHOUSE")
    assert "✅ Right: “POWERHOUSE”" in later.text
    assert "but your managers accepted it here" in later.text
    assert PRESS not in later.buttons


async def accepted(hall: Hall) -> tuple[Shown, Shown]:
    """An outcome whose text managers have count, and their screen after that."""
    outcome = await typed(hall.alice, "powerhouse")
    await hall.alice.click(outcome, PRESS)
    shown = await item(hall)
    done = await hall.manager.click(await hall.manager.choose_in(shown, "text.ask", mark(shown)), "Yes, do it")
    await regraded(hall)
    assert hall.rows("SELECT correct FROM answer") == [(1,)]
    return outcome, done


async def test_it_can_be_taken_back(typing: Hall):
    _, done = await accepted(typing)
    asked = await typing.manager.choose_in(done, "text.ask", mark(done))
    assert "Stop counting “powerhouse” as right here?" in asked.text
    back = await typing.manager.click(asked, "Yes, do it")
    await regraded(typing)
    assert "It no longer counts as right here" in back.text and "“powerhouse” stopped counting" in back.text
    assert typing.rows("SELECT correct FROM answer") == [(0,)]


async def test_undo_takes_all_of_it_back_and_it_can_be_asked_for_again(typing: Hall):
    outcome, done = await accepted(typing)
    asked = await typing.manager.click(done, "Undo")
    await typing.manager.click(asked, "Yes, do it")
    await regraded(typing)
    assert typing.rows("SELECT correct FROM answer") == [(0,)]
    assert "Noted" in (await typing.alice.click(outcome, PRESS)).text
    assert "1 says it should count" in (await item(typing)).text


async def test_the_question_of_the_day_offers_it_in_private_while_it_is_open_and_when_it_is_closed(typing: Hall):
    await typing.alice.slash("daily")
    [question] = typing.messages()
    locked = await typing.alice.submit(await typing.alice.open_form(question, "Answer"), typed="powerhouse")
    assert "Not this time" in locked.text
    assert "managers will see" in (await typing.alice.click(locked, PRESS)).text
    await typing.bob.submit(await typing.bob.open_form(question, "Answer"), typed="POWERHOUSE")
    shown = await item(typing)
    assert "- “powerhouse” · 1 member · 1 says it should count" in shown.text
    await typing.pass_time(86_402)
    await typing.app.services.schedules.look()
    [result] = typing.messages()
    assert "**0 of 2** got it right" in result.text and "owerhouse" not in result.text
    mine = await typing.bob.click(result, "My answer")
    assert "you typed “POWERHOUSE”" in mine.text
    assert "Noted" in (await typing.bob.click(mine, PRESS)).text
    shown = await item(typing)
    assert "2 members · 2 say it should count" in shown.text
    asked = await typing.manager.choose_in(shown, "text.ask", mark(shown))
    await typing.manager.click(asked, "Yes, do it")
    await regraded(typing)
    await typing.pass_time(3)
    [result] = typing.messages()
    assert "**2 of 2** got it right" in result.text
    mine = await typing.bob.click(result, "My answer")
    assert "✅ Right: you typed “POWERHOUSE”" in mine.text and "+10 points" in mine.text
    assert "but your managers accepted it here" in mine.text


async def test_what_members_typed_does_no_harm_where_managers_read_it(typing: Hall):
    words = "**x** @everyone https://example.com\u202e"
    for who in (typing.alice, typing.bob):
        outcome = await typed(who, words)
    noted = await typing.bob.click(outcome, PRESS)
    shown = await item(typing)
    asked = await typing.manager.choose_in(shown, "text.ask", mark(shown))
    done = await typing.manager.click(asked, "Yes, do it")
    for one in (noted, shown, asked, done):
        assert r"\*\*x\*\*" in one.text
        for harm in ("@everyone", "https://", "\u202e"):
            assert harm not in one.text
    assert all("\u202e" not in label for label in shown.menu)


WHAT = ["text.ask:cells:energy:{mark}", "text.do:{mark}:cells:energy", "text.undo:{mark}:cells:energy"]


@pytest.mark.parametrize("what", WHAT)
async def test_nobody_else_decides(typing: Hall, what: str):
    outcome = await typed(typing.alice, "powerhouse")
    await typing.alice.click(outcome, PRESS)
    custom_id = "sh:" + what.format(mark=mark(await item(typing)))
    told = await typing.alice.forge(outcome, custom_id)
    assert "Only members who may manage this server" in told.text
    assert typing.rows("SELECT * FROM decision") == [] and typing.rows("SELECT * FROM ruling") == []


async def test_a_made_up_answer_can_not_be_accepted(typing: Hall):
    outcome = await typed(typing.alice, "powerhouse")
    await typing.alice.click(outcome, PRESS)
    told = await typing.manager.forge(await item(typing), "sh:text.do:abcdef:cells:energy")
    assert "no longer in the list" in told.text
    assert typing.rows("SELECT * FROM decision") == []


async def test_authors_get_what_servers_accept_and_what_is_asked_for_without_who(
    typing: Hall, tmp_path, monkeypatch, capsys
):
    await accepted(typing)
    await typing.bob.click(await typed(typing.bob, "organelle"), PRESS)
    monkeypatch.setenv("STUDYHALL_DATA_DIR", str(typing.settings.data_dir))
    monkeypatch.setenv("STUDYHALL_PACKS_DIR", str(typing.settings.packs_dir))
    reports, whole = tmp_path / "reports.csv", tmp_path / "items.json"
    assert await asyncio.to_thread(main, ["items", "--reports", str(reports), "--json", str(whole)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2].startswith("answers that managers accepted")
    assert lines[-1] == "energy: powerhouse (1 server)"
    with reports.open(encoding="utf-8-sig", newline="") as text:
        rows = [
            (row["typed_and_should_count"], row["decision"], row["typed_and_counts"], row["servers"])
            for row in csv.DictReader(text)
        ]
    assert rows == [
        ("powerhouse", "count", "powerhouse", ""),
        ("organelle", "", "", ""),
        ("", "count", "powerhouse", "1"),
    ]
    [kept] = json.loads(whole.read_text("utf-8"))["accepted_by_managers"]
    assert (kept["question_id"], kept["text"], kept["servers"]) == ("energy", "powerhouse", 1)
    for who in (typing.alice, typing.bob):
        assert str(who.id) not in reports.read_text("utf-8") + whole.read_text("utf-8")


# A competition's private results


QUESTION = Question.model_validate(
    {
        **{"id": "energy", "section": "cells", "topic": "cells", "kind": "recall", "difficulty": "easy", "core": True},
        **{"family": "energy", "stem": ENERGY, "form": "typed", "accepted": ["mitochondria"]},
    }
)


def result(text: str, *, right: bool, accepted: str = "", voided: bool = False) -> MyResult:
    also = NOTHING_MORE.with_(accepted, AS_TEXTS) if accepted else NOTHING_MORE
    plan = RoundPlan("energy", FilePlace(0), (), 0, also)
    answer = RoundAnswer(Given(text=text, right=right), 900)
    return MyResult(QUESTION, plan, answer, 0, None, 2, "cells", [], voided=voided, game_id=7, number=2, guild_id=5)


@pytest.mark.parametrize("screen", [told_screen, my_result_screen])
@pytest.mark.parametrize(
    ("mine", "offered", "says"),
    [
        (result("powerhouse", right=False), True, "❌ “powerhouse”, but it's mitochondria"),
        (result("Mitochondria", right=True), False, "✅ “Mitochondria”, right"),
        (result("Powerhouse", right=False, accepted="powerhouse"), False, "✅ “Powerhouse”, right"),
        (result("powerhouse", right=False, voided=True), False, "skipped"),
    ],
)
def test_a_players_own_result_of_a_round_offers_it_where_it_was_wrong(screen, mine, offered, says):
    shown = screen(mine)
    text = str(shown.blocks)
    assert ("sh:count.game:7:2" in text) == offered
    assert says in "\n".join(map(str, shown.blocks))
    assert ("but your managers accepted it here" in text) == bool(mine.plan.accepted)
    assert_fits_discord(shown.view().to_components())


@pytest.mark.parametrize("screen", [told_screen, my_result_screen])
def test_a_slip_of_one_letter_is_told_as_one_with_what_it_did(screen):
    forgiving = QUESTION.model_copy(update={"near_counts": True})
    slip = result("mitochondra", right=True)._replace(question=forgiving)
    assert "One letter off, which is forgiven here: it's spelled **mitochondria**" in str(screen(slip).blocks)
    strict = str(screen(result("mitochondra", right=False)).blocks)
    assert "Only one letter off, but in this question spelling counts" in strict
    for plain in (result("Mitochondria", right=True), result("powerhouse", right=False)):
        assert "letter off" not in str(screen(plain).blocks)


@pytest.mark.parametrize(
    ("near", "says"), [(True, "One wrong letter in a long word is forgiven"), (False, "Spelling counts")]
)
def test_where_the_first_answer_counts_the_question_says_what_becomes_of_a_slip(near, says):
    question = QUESTION.model_copy(update={"near_counts": near})
    assert says in str(asked(question, Lettering(()), once=True))
    assert says not in str(asked(question, Lettering(())))
    number = question.model_copy(update={"accepted": [], "number": 3.0})
    assert says not in str(asked(number, Lettering(()), once=True))


async def test_the_question_of_the_day_says_it_and_its_result_too(typing: Hall):
    await typing.alice.slash("daily")
    [question] = typing.messages()
    assert "Spelling counts." in question.text
    await typing.alice.submit(await typing.alice.open_form(question, "Answer"), typed="mitochondra")
    await typing.pass_time(86_402)
    await typing.app.services.schedules.look()
    [shown] = typing.messages()
    assert "forgiven" not in shown.text
    mine = await typing.alice.click(shown, "My answer")
    assert "Only one letter off, but in this question spelling counts" in mine.text


def test_a_question_at_its_longest_with_many_long_answers_fits_a_message():
    question = QUESTION.model_copy(
        update={"id": "x" * 48, "stem": "s" * 500, "code": "\n".join(["c" * 60] * 32), "accepted": ["a" * 100] * 20}
    )
    subject = Subject(1, "p" * 30, question.id, question.content_hash)
    texts = [TypedText(f"{n}", f"{n}" + "@_*~" * 25, 10**5, 10**4, accepted=n % 2 == 0) for n in range(40)]
    accepted = NOTHING_MORE
    for one in texts[::2]:
        accepted = accepted.with_(one.text[:MOST_TYPED], AS_TEXTS)
    said = [Said("another version", "", NOW, ("@_*~" * 25,) * 10), Said(subject.question_hash, "@_*~" * 125, NOW)] * 15
    made = [Decision(subject, DecisionKind.COUNT, NOW, words="@_*~" * 25)] * 9
    flagged = FlaggedItem(subject, question, None, said, made, Ruling(0, 0, accepted), earlier=True, typed=texts)
    for screen in (
        item_screen(flagged, say, "✅ Done."),
        choice_screen(ProposedDecision(flagged, DecisionKind.COUNT, None, Extent(10**6, 10**5, 10**3), texts[1])),
        choice_screen(ProposedDecision(flagged, DecisionKind.UNDO, None, Extent(10**6, 10**5, 10**3), texts[0])),
    ):
        assert_fits_discord(screen.view().to_components())
