"""A member's avatar stands beside text by Discord's own address."""

from bot.model.members import Face
from bot.ui.faces import avatar_address, with_face
from bot.ui.layouts import Screen

ADA = 1_234_567_890_123_456_789


def test_an_avatar_is_where_discord_keeps_it():
    assert avatar_address(ADA, "a_0f") == f"https://cdn.discordapp.com/avatars/{ADA}/a_0f.png?size=128"


def test_without_an_avatar_it_is_the_default_that_discord_gives_that_id():
    assert avatar_address(ADA, None) == "https://cdn.discordapp.com/embed/avatars/1.png"


def test_someone_deleted_has_no_avatar_of_their_own():
    assert avatar_address(-5, "a_0f") == "https://cdn.discordapp.com/embed/avatars/0.png"


def test_a_text_with_a_face_is_a_section_with_words_for_the_picture():
    [frame] = Screen([with_face("Ada leads", ADA, Face("Ada", "0f"))]).view().to_components()
    [section] = frame["components"]
    assert [one["content"] for one in section["components"]] == ["Ada leads"]
    assert section["accessory"]["media"]["url"] == avatar_address(ADA, "0f")
    assert section["accessory"]["description"] == "Their avatar"


def test_a_text_with_a_face_counts_as_text_and_as_three_components_and_is_cut_as_any_text():
    long = Screen([with_face("word " * 500, ADA, Face("Ada"))] * 2)
    assert long.text_length == 5_000
    assert not long.fits()
    [frame] = long.view().to_components()
    assert sum(len(section["components"][0]["content"]) for section in frame["components"]) <= 4_000
    assert Screen([with_face("Ada", ADA, Face("Ada"))] * 13).fits()
    assert not Screen([with_face("Ada", ADA, Face("Ada"))] * 14).fits()
