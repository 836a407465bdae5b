"""`/term` and the menus of words, as a reader meets them."""

import pytest
from hall import Hall


@pytest.mark.parametrize("typed", ["host", "Host", " tea  master "])
async def test_a_word_is_explained_in_one_sentence_whichever_of_its_names_is_typed(hall: Hall, typed: str):
    shown = await hall.alice.slash("term", name=typed)
    assert shown.private
    assert shown.text.startswith("### host\nWhoever pours the tea and drinks last.\n-# Also: tea master")
    assert "[Source](https://docs.python.org/3/library/time.html)" in shown.text


async def test_the_word_leads_to_the_section_that_explains_it(hall: Hall):
    shown = await hall.alice.slash("term", name="host")
    assert shown.enabled == ["Read: Serving"]
    assert "Serving · Cups" in (await hall.alice.click(shown, "Read: Serving")).text


async def test_a_word_without_a_section_has_no_button(hall: Hall):
    assert (await hall.alice.slash("term", name="oxidation")).enabled == []


async def test_an_unknown_word_is_answered_with_the_nearest_ones(hall: Hall):
    assert "Did you mean oxidation?" in (await hall.alice.slash("term", name="oxydation")).text
    assert "`/term` lists the words" in (await hall.alice.slash("term", name="quantum")).text


async def test_words_are_offered_while_typing_by_any_of_their_names(hall: Hall):
    async def offered(typed: str) -> list[str]:
        return [choice["name"] for choice in await hall.alice.type_option("term", "name", typed)]

    assert await offered("") == ["host", "oxidation"]
    assert await offered("MASTER") == ["host"]
    assert await offered("o") == ["oxidation", "host"]
    assert await offered("quantum") == []


async def test_a_page_offers_the_words_that_it_uses(hall: Hall):
    page = await hall.alice.click(await hall.alice.slash("lesson", section="serving"), "Next ▶")
    assert "Guests first, the host last." in page.text
    assert page.menu == ["host"]
    meaning = await hall.alice.choose(page, "host")
    assert meaning.private
    assert meaning.id != page.id
    assert "drinks last" in meaning.text


async def test_a_word_that_left_the_glossary_gets_a_friendly_word(hall: Hall):
    page = await hall.alice.click(await hall.alice.slash("lesson", section="serving"), "Next ▶")
    assert "earlier version of me" in (await hall.alice.forge(page, "sh:term.pick:tea", ["milk"])).text
