"""`/studyhall flags` as a manager meets it, and what members see of what is decided."""

import asyncio
import csv

import pytest
from hall import Hall, Person, Shown, assert_fits_discord
from in_english import say

from bot.cli import main
from bot.facts import from_text
from bot.model.rulings import Decision, DecisionKind, Extent, Said, Subject
from bot.packs.models import Question
from bot.quiz.question.regrading import Ruling
from bot.services.question.flags import FlaggedItem, FlaggedQuestion, ProposedDecision
from bot.ui.question.flags import choice_screen, item_screen, queue_screen

NOW = 1_795_348_800_000
WORDS = "Option B is *right* too, see https://example.com @everyone"


def bank(hall: Hall):
    return hall.app.library.packs[0].questions


async def reported(hall: Hall, number: int = 0, by: Person | None = None, words: str = WORDS) -> str:
    """A member reports a question; returns its id."""
    one = bank(hall)[number]
    data = {
        "custom_id": f"sh:report.send:tea:{one.id}",
        "components": [{"type": 18, "component": {"type": 4, "custom_id": "words", "value": words}}],
    }
    answer = await (by or hall.alice).forge_form(data)
    assert "It was noted" in answer.text
    return one.id


async def opened(hall: Hall, number: int = 0) -> Shown:
    """The question's screen, from the queue."""
    queue = await hall.manager.slash("studyhall flags")
    return await hall.manager.choose_in(queue, "flags.open", f"tea/{bank(hall)[number].id}")


async def regraded(hall: Hall) -> None:
    await hall.app.services.regrading.done()
    await hall.env.settle()


async def quizzed(hall: Hall, who: Person, number: int, chosen: int) -> Shown:
    """One question of a quiz that is made of it alone, answered with an option."""
    one = bank(hall)[number]
    while True:
        question = await who.slash("quiz", questions=len(bank(hall)))
        while "Question" in question.text:
            letter = (
                question.letter(one.options[chosen].text.strip()[:20]) if one.stem.strip() in question.text else "A"
            )
            outcome = await who.click(question, letter)
            if one.stem.strip() in outcome.text:
                return outcome
            question = await who.click(
                outcome, next(label for label in outcome.buttons if label in ("Next ▶", "See how it went"))
            )


async def test_without_flags_a_manager_reads_how_questions_get_here(hall: Hall):
    shown = await hall.manager.slash("studyhall flags")
    assert shown.private
    assert "No question needs a look" in shown.text


async def test_reports_come_first_to_the_queue_and_nobody_is_named(hall: Hall):
    await reported(hall, 1)
    await reported(hall, 1, hall.bob)
    name = await reported(hall, 0)
    queue = await hall.manager.slash("studyhall flags")
    assert "2 questions need a look here" in queue.text
    assert queue.text.index(bank(hall)[1].id) < queue.text.index(name)
    shown = await opened(hall, 1)
    assert shown.private
    assert "Reports (2)" in shown.text
    assert r"Option B is \*right\* too" in shown.text
    assert "https://" not in shown.text
    assert "@everyone" not in shown.text
    for who in ("alice", "bob"):
        assert who not in shown.text
    key = bank(hall)[1].options[bank(hall)[1].key].text.strip()
    assert any(line.startswith("✅") and key in line for line in shown.text.splitlines())


async def test_another_key_is_asked_about_with_what_it_changes_and_then_in_force(hall: Hall):
    one = bank(hall)[0]
    other = (one.key + 1) % len(one.options)
    await quizzed(hall, hall.alice, 0, other)
    await quizzed(hall, hall.bob, 0, one.key)
    await reported(hall)
    asked = await hall.manager.choose_in(await opened(hall), "flags.key", str(other))
    assert "**2 answers** of **2 members**, in **0 competitions**" in asked.text
    assert hall.rows("SELECT count(*) FROM ruling") == [(0,)]
    done = await hall.manager.click(asked, "Yes, do it")
    await regraded(hall)
    assert "The key was changed here" in done.text
    assert "it ends when the author edits the question" in done.text
    graded = dict(hall.rows("SELECT member_id, correct FROM answer WHERE question_id = ?", one.id))
    assert graded == {hall.alice.id: 1, hall.bob.id: 0}
    assert hall.rows("SELECT closed_ms IS NOT NULL FROM report") == [(1,)]
    undo = await hall.manager.click(done, "Undo")
    await hall.manager.click(undo, "Yes, do it")
    await regraded(hall)
    graded = dict(hall.rows("SELECT member_id, correct FROM answer WHERE question_id = ?", one.id))
    assert graded == {hall.alice.id: 0, hall.bob.id: 1}


async def test_who_answers_is_told_that_managers_changed_the_key_and_whose_the_reasons_are(hall: Hall):
    one = bank(hall)[0]
    other = (one.key + 1) % len(one.options)
    await reported(hall)
    asked = await hall.manager.choose_in(await opened(hall), "flags.key", str(other))
    await hall.manager.click(asked, "Yes, do it")
    outcome = await quizzed(hall, hall.bob, 0, other)
    assert "✅ Right" in outcome.text
    assert "Your managers decided that" in outcome.text
    assert "The reasons come from the course" in outcome.text
    options = await hall.bob.click(outcome, "Why not the others?")
    assert "Your managers decided that" in options.text
    marked = next(line for line in options.text.splitlines() if line.startswith("✅"))
    assert one.options[other].text.strip() in marked
    outcome = await quizzed(hall, hall.bob.in_dm, 0, one.key)
    assert "✅ Right" in outcome.text
    assert "managers" not in outcome.text


async def test_a_retired_question_is_asked_no_more_and_an_old_answer_says_why_it_counts_for_nobody(hall: Hall):
    one = bank(hall)[0]
    outcome = await quizzed(hall, hall.alice, 0, one.key)
    await reported(hall)
    asked = await hall.manager.click(await opened(hall), "Retire here")
    assert "**1 answer** of **1 member**" in asked.text
    done = await hall.manager.click(asked, "Yes, do it")
    await regraded(hall)
    assert "Retired here" in done.text
    options = await hall.alice.click(outcome, "Why not the others?")
    assert "retired this question here" in options.text
    assert hall.rows("SELECT points, void FROM answer WHERE question_id = ?", one.id) == [(0, 1)]
    question = await hall.bob.slash("quiz", questions=len(bank(hall)))
    assert f"of {len(bank(hall)) - 1} " in question.text


async def test_an_answer_to_the_reports_is_kept_for_each_reporter_in_harmless_words(hall: Hall):
    await reported(hall)
    await reported(hall, 0, hall.bob)
    shown = await opened(hall)
    form = {
        "custom_id": shown.buttons["Answer the reports"]["custom_id"].replace("flags.answer", "flags.send"),
        "components": [{"type": 18, "component": {"type": 4, "custom_id": "words", "value": "No: see @everyone"}}],
    }
    refused = await hall.alice.forge_form(form)
    assert "Only members who may manage" in refused.text
    told = await hall.manager.forge_form(form)
    assert "2 members read it with their next private reply" in told.text
    notices = hall.rows("SELECT member_id, fact FROM notice ORDER BY member_id")
    assert [member for member, _ in notices] == sorted([hall.alice.id, hall.bob.id])
    told = [say(from_text(kept)) for _, kept in notices]
    assert all("The managers of the server answer: No" in words and "@everyone" not in words for words in told)
    assert hall.rows("SELECT kind, words FROM decision") == [("answer", "No: see @everyone")]
    assert "No question needs a look" in (await hall.manager.slash("studyhall flags")).text
    again = await hall.manager.forge_form(form)
    assert "no open report about this question now" in again.text


async def test_a_confirmation_for_an_older_version_changes_nothing(hall: Hall):
    name = await reported(hall)
    shown = await opened(hall)
    answer = await hall.manager.forge(shown, f"sh:flags.do:r:00000:tea:{name}")
    assert "was edited after you opened that screen" in answer.text
    assert hall.rows("SELECT count(*) FROM decision") == [(0,)]


@pytest.mark.parametrize("what", ["do:r:{hash}:tea:{name}", "ask:r:tea:{name}", "list", "answer:tea:{name}"])
async def test_nobody_else_decides(hall: Hall, what: str):
    name = await reported(hall)
    shown = await hall.alice.slash("help")
    custom_id = "sh:flags." + what.format(hash=bank(hall)[0].content_hash[:5], name=name)
    assert "Only members who may manage this server" in (await hall.alice.forge(shown, custom_id)).text
    assert hall.rows("SELECT count(*) FROM decision") == [(0,)]


async def test_reports_of_another_server_are_not_this_ones_business(hall: Hall):
    hall.run_sql(
        "INSERT INTO report (member_id, pack_id, question_id, question_hash, guild_id, words, at_ms)"
        " VALUES (9, 'tea', ?, 'x', 12345, 'Elsewhere.', 0)",
        bank(hall)[0].id,
    )
    assert "No question needs a look" in (await hall.manager.slash("studyhall flags")).text


def places_changed(hall: Hall, places: dict[int, tuple[int | None, int | None]]) -> None:
    """A regrade that has just been done: a question was retired, and these places in a competition are others now."""
    one, now_ms = bank(hall)[0], hall.app.clock.now_ms()
    place = (hall.guild.id, "tea", one.id, one.content_hash)
    hall.run_sql("INSERT INTO decision VALUES (1, ?, ?, ?, ?, 'retire', NULL, '', ?)", *place, now_ms)
    hall.run_sql("INSERT INTO regrade VALUES (1, ?, ?, ?, ?, ?, ?)", *place, now_ms, now_ms)
    hall.run_sql(
        "INSERT INTO competition VALUES (1, ?, ?, 'tea', '', '', 'finished', 0, NULL, ?, ?)",
        *(hall.guild.id, hall.channel.id, now_ms, now_ms),
    )
    for member_id, (before, after) in places.items():
        hall.run_sql("INSERT INTO place_change VALUES (1, 1, ?, ?, ?)", member_id, before, after)
    hall.run_sql(
        "INSERT INTO post (kind, of_id, number, guild_id, channel_id, created_ms) VALUES ('moves', 1, 1, ?, ?, ?)",
        *(hall.guild.id, hall.channel.id, now_ms),
    )


async def told(hall: Hall) -> Shown:
    """The one message that tells who moved."""
    hall.app.services.regrading.wake()
    await regraded(hall)
    [shown] = [one for one in hall.messages() if "Places changed" in one.text]
    return shown


async def test_who_moved_is_told_in_the_channel_with_safe_names_and_pings_nobody(hall: Hall):
    bob = hall.person("bob", "**Bob** @everyone")
    await bob.click(await bob.slash("quiz"), "A")
    places_changed(hall, {bob.id: (2, 1), hall.alice.id: (1, None), 77: (3, 2)})
    hall.run_sql("INSERT INTO member_setting (member_id, hidden) VALUES (77, 1)")
    shown = await told(hall)
    assert "in a competition of this channel" in shown.text
    assert f"no longer counts here: *{bank(hall)[0].stem.strip()[:10]}" in shown.text
    assert "2. → **1.**" in shown.text
    assert r"\*\*Bob\*\*" in shown.text
    assert "someone: 1. → no counted answer" in shown.text
    assert "and 1 more" in shown.text
    assert "@everyone" not in shown.text
    posted = [one.json for one in hall.env.http_requests if one.method == "POST" and one.path.endswith("/messages")]
    assert posted[-1]["allowed_mentions"] == {"parse": []}
    assert posted[-1]["enforce_nonce"] is True
    assert "1. → no counted answer" in (await hall.alice.click(shown, "And me?")).text
    mine = await hall.manager.click(shown, "And me?")
    assert mine.private
    assert "Your own places didn't change" in mine.text


async def test_it_is_told_once_also_after_a_restart(hall: Hall):
    places_changed(hall, {hall.alice.id: (1, 2)})
    shown = await told(hall)
    await hall.restart()
    assert (await told(hall)).id == shown.id
    hall.run_sql("UPDATE post SET message_id = NULL, created_ms = created_ms - 200000")
    await hall.restart()
    assert (await told(hall)).id == shown.id
    assert hall.rows("SELECT message_id FROM post") == [(shown.id,)]


async def test_ten_are_named_and_the_rest_counted(hall: Hall):
    places_changed(hall, {n: (n, n + 1) for n in range(1, 31)})
    shown = await told(hall)
    assert shown.text.count("→") == 10
    assert "and 20 more" in shown.text


def test_a_question_at_its_longest_with_the_longest_reports_fits_a_message():
    question = Question.model_validate(
        {
            **{
                "id": "x" * 48,
                "section": "water",
                "topic": "heat",
                "kind": "recall",
                "difficulty": "easy",
                "core": True,
            },
            **{"family": "f", "stem": "s" * 500, "code": "\n".join(["c" * 60] * 32), "explanation": "e" * 100},
            "options": [{"text": "o" * 200, "correct": n == 1, "why": "w" * 400} for n in range(4)],
        }
    )
    subject = Subject(1, "p" * 30, question.id, question.content_hash)
    said = [Said("another version", "@_*~" * 125, NOW)] * 30
    made = [Decision(subject, DecisionKind.OVERRIDE, NOW, 2)] * 9
    item = FlaggedItem(subject, question, None, said, made, Ruling(1, 2), earlier=True)
    for screen in (
        item_screen(item, say, "✅ Done."),
        choice_screen(ProposedDecision(item, DecisionKind.OVERRIDE, 3, Extent(10**6, 10**5, 10**3))),
        queue_screen(
            [
                FlaggedQuestion(
                    subject.pack_id, question, 9, suspect=True, ruling=Ruling(1, None), waits=True, since_ms=NOW
                )
            ]
        ),
    ):
        assert_fits_discord(screen.view().to_components())


async def test_authors_get_the_reports_with_what_was_decided_and_without_who(hall: Hall, tmp_path, monkeypatch):
    name = await reported(hall)
    asked = await hall.manager.click(await opened(hall), "The report is right")
    await hall.manager.click(asked, "Yes, do it")
    rows = hall.rows("SELECT * FROM decision")
    assert len(rows) == 1
    monkeypatch.setenv("STUDYHALL_DATA_DIR", str(hall.settings.data_dir))
    monkeypatch.setenv("STUDYHALL_PACKS_DIR", str(hall.settings.packs_dir))
    file = tmp_path / "reports.csv"
    assert await asyncio.to_thread(main, ["items", "--reports", str(file)]) == 0
    with file.open(encoding="utf-8", newline="") as text:
        [row] = csv.DictReader(text)
    assert (row["question"], row["decision"], row["is_the_present_version"]) == (name, "accept", "yes")
    assert row["version"] == bank(hall)[0].content_hash
    assert "Option B" in row["words"]
    assert str(hall.alice.id) not in ",".join(row.values())
