"""`/studyhall health` as a manager meets it."""

import pytest
from hall import Hall, Person, Shown, open_hall


async def test_a_manager_sees_how_the_bot_is(hall: Hall):
    await hall.alice.slash("help")
    shown = await hall.manager.slash("studyhall health")
    assert shown.private
    assert shown.text.startswith("## ✅ All is well")
    for words in (
        "**Gateway** latency",
        "interactions** 1 ·",
        "1 server",
        "database writes: 0",
        "MB, 0 answers",
    ):
        assert words in shown.text
    await hall.manager.click(shown, "Look again")
    assert "**Answers to interactions** 2 ·" in shown.text


async def test_a_wrong_clock_is_told_and_deletes_nobody(tmp_path, caplog):
    async with open_hall(tmp_path / "data", retention_days=30) as hall:
        await hall.alice.slash("quiz")
        hall.app.clock.shift_ms += 365 * 86_400_000
        await hall.app.services.privacy.retain()
        hall.app.clock.shift_ms += 2 * 86_400_000
        await hall.app.services.privacy.retain()
        assert hall.rows("SELECT member_id FROM practice_run") == [(hall.alice.id,)]
        shown = await hall.manager.slash("studyhall health")
        assert "it's 367 days ahead of Discord's" in shown.text
        assert "no member is deleted for being away, no backup is removed, and no season ends" in shown.text
        assert "this machine's clock is 365 days ahead of Discord's" in caplog.text
        await hall.bob.slash("quiz")
        [[asked_ms]] = hall.rows("SELECT max(started_ms) FROM practice_run")
        assert asked_ms == pytest.approx(hall.app.discord_clock.now_ms(), abs=60_000)
        assert "Everything is deleted" in (await deleted(hall.alice)).text
        assert hall.rows("SELECT count(*) FROM practice_run WHERE member_id = ?", hall.alice.id) == [(0,)]


async def deleted(who: Person) -> Shown:
    return await who.click(await who.slash("privacy delete"), "Delete everything")


async def test_members_away_for_long_are_announced_before_they_are_deleted(tmp_path):
    async with open_hall(tmp_path / "data", retention_days=30) as hall:
        await hall.alice.slash("quiz")
        await hall.pass_time(31 * 86_400)
        await hall.app.services.privacy.retain()
        shown = await hall.manager.slash("studyhall health")
        assert "1 member not seen for 30 days will be deleted from <t:" in shown.text
        await hall.pass_time(86_400)
        await hall.app.services.privacy.retain()
        assert hall.rows("SELECT count(*) FROM practice_run WHERE member_id = ?", hall.alice.id) == [(0,)]
        assert "not seen for" not in (await hall.manager.click(shown, "Look again")).text


async def test_nobody_else_sees_it(hall: Hall):
    shown = await hall.manager.slash("studyhall health")
    answer = await hall.alice.forge(shown, "sh:health.again")
    assert answer.private
    assert "Only members who may manage this server can do that." in answer.text
    assert "studyhall health" not in hall.alice.commands


async def test_an_unexpected_error_is_counted(hall: Hall, monkeypatch):
    async def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("bot.services.lesson.lessons.Lessons.contents", broken)
    assert "Something went wrong" in (await hall.alice.slash("lesson")).text
    assert (
        "**Unexpected errors** 1 since the start (the log has their ids)"
        in (await hall.manager.slash("studyhall health")).text
    )


async def test_each_interaction_stands_in_the_log_with_its_id_and_never_with_what_was_chosen(hall: Hall, caplog):
    caplog.set_level("INFO")
    question = await hall.alice.slash("quiz")
    await hall.alice.click(question, "B")
    lines = [one.getMessage() for one in caplog.records if one.getMessage().startswith("interaction ")]
    assert len(lines) == 2
    assert "command quiz, answered in " in lines[0]
    assert lines[1].split(": ")[1].startswith("action quiz.pick, answered in ")
    assert all(line.split()[1].rstrip(":").isdigit() for line in lines)
