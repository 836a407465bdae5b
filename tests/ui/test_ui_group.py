"""`/studyhall group`: the group without names, and a competition that aims at what it mixes up."""

from hall import Hall
from test_ui_progress import answer


async def three_answer(hall: Hall, *kinds: str) -> None:
    for name in ("alice", "bob", "carol"):
        await answer(hall, *kinds, person=hall.person(name), section="brewing")


async def test_of_fewer_than_three_nothing_is_told(hall: Hall):
    await answer(hall, "wrong")
    await answer(hall, "wrong", person=hall.bob)
    shown = await hall.manager.slash("studyhall group")
    assert shown.private
    assert "2 members have answered here so far. A section is shown once 3 members have answered in it." in shown.text
    assert shown.enabled == []


async def test_the_group_is_shown_by_section_and_belief_without_a_name(hall: Hall):
    await three_answer(hall, "wrong", "wrong", "right")
    shown = await hall.manager.slash("studyhall group")
    assert "3 members answered." in shown.text
    assert "**Brewing** · 33% of 9 right" in shown.text
    assert "Hotter water always makes better tea. · 3 of 3 who saw it" in shown.text
    for name in ("alice", "bob", "carol"):
        assert name not in shown.text


async def test_a_section_that_one_member_answered_alone_is_not_told_of(hall: Hall):
    await three_answer(hall, "right")
    await answer(hall, "wrong", "wrong", person=hall.bob, section="serving")
    shown = await hall.manager.slash("studyhall group")
    assert "**Brewing** · 100% of 3 right" in shown.text
    assert "Serving" not in shown.text
    assert "Beliefs that several hold" not in shown.text


async def test_one_button_opens_a_competition_that_aims_at_it(hall: Hall):
    await three_answer(hall, "wrong", "wrong", "wrong")
    shown = await hall.manager.slash("studyhall group")
    lobby = await hall.manager.click(shown, "Open a competition on this")
    assert not lobby.private
    assert "## 🏁 Competition · Brewing" in lobby.text
    assert "It starts with myths that this group believes." in lobby.text
    [(setup,)] = hall.rows("SELECT setup FROM competition")
    assert '"aims":["hotter-is-better"]' in setup


async def test_only_managers_see_the_group(hall: Hall):
    await three_answer(hall, "wrong", "wrong", "wrong")
    shown = await hall.manager.slash("studyhall group")
    refused = await hall.alice.forge(shown, "sh:group.compete:tea")
    assert "Only members who may manage this server" in refused.text
    assert hall.rows("SELECT * FROM competition") == []


async def test_those_who_were_deleted_are_not_in_the_group(hall: Hall):
    await three_answer(hall, "wrong", "wrong", "wrong")
    await hall.app.services.privacy.delete(hall.bob.id)
    assert "2 members have answered" in (await hall.manager.slash("studyhall group")).text
