"""`/studyhall health` as a manager meets it."""

from hall import Hall


async def test_a_manager_sees_how_the_bot_is(hall: Hall):
    await hall.alice.slash("help")
    shown = await hall.manager.slash("studyhall health")
    assert shown.private
    assert shown.text.startswith("## ✅ All is well")
    for words in (
        "**Gateway** latency",
        "interactions** 1 ·",
        "1 servers",
        "database writes: 0",
        "MB, 0 answers",
    ):
        assert words in shown.text
    await hall.manager.click(shown, "Look again")
    assert "**Answers to interactions** 2 ·" in shown.text


async def test_nobody_else_sees_it(hall: Hall):
    shown = await hall.manager.slash("studyhall health")
    answer = await hall.alice.forge(shown, "sh:health.again")
    assert answer.private
    assert "Only members who may manage this server can do that." in answer.text
    assert "studyhall health" not in hall.alice.commands


async def test_an_unexpected_error_is_counted(hall: Hall, monkeypatch):
    async def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("bot.services.lessons.Lessons.contents", broken)
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
