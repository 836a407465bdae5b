"""An event that Discord sends twice happens once: commands, presses, forms, suggestions."""

from hall import Hall

from bot.ui.door import MOST_KEPT, Door


async def test_a_command_that_comes_twice_is_run_once(hall: Hall):
    with hall.every_event_twice():
        lobby = await hall.alice.slash("compete")
        await hall.alice.slash("quiz", questions=2)
        demo = await hall.alice.slash("demo", name="io-wait")
    assert "Competition" in lobby.text
    assert "Predict" in demo.text
    assert len(hall.rows("SELECT id FROM competition")) == 1
    assert len(hall.rows("SELECT id FROM practice_run")) == 1
    assert len(hall.rows("SELECT id FROM demo_run")) == 1
    assert not hall.env.errors


async def test_a_press_a_form_and_what_is_typed_count_once(hall: Hall):
    with hall.every_event_twice():
        question = await hall.alice.slash("quiz", questions=2)
        outcome = await hall.alice.click(question, "A")
        words = {"type": 4, "custom_id": "words", "value": "The answer is wrong."}
        form = {"custom_id": "sh:report.send:tea:warm-cups", "components": [{"type": 1, "components": [words]}]}
        thanks = await hall.bob.forge_form(form)
        assert await hall.alice.type_section("quiz", "")
    assert "already" not in outcome.text
    assert "Thank you" in thanks.text
    assert hall.rows("SELECT count(*) FROM answer") == [(1,)]
    assert hall.rows("SELECT count(*) FROM report") == [(1,)]
    assert not hall.env.errors


def test_the_door_remembers_no_more_than_it_must():
    came: list[int] = []
    door = Door(lambda event: came.append(event["id"]))
    for number in range(2 * MOST_KEPT):
        door.take({"id": number})
        door.take({"id": str(number)})
    assert came == list(range(2 * MOST_KEPT))
    assert len(door._seen) == MOST_KEPT
