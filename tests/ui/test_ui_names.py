"""Names of members in a message: plain words, whatever they hold."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ui.names import safe

MARKUP = st.text(alphabet="*_~`|>#-[]()<>@:/.\\!&^+=1a http\n", max_size=40)
NASTY = st.sampled_from(
    [
        "@everyone",
        "@here",
        "<@123>",
        "<@!123>",
        "<@&123>",
        "<#123>",
        "<t:123:R>",
        "</quiz:123>",
        "<id:guide>",
        "<:smile:123>",
        "https://evil.example",
        "discord.gg/abc",
        "[click](https://x.y)",
        "||spoiler||",
        "```code```",
        "\u202e",
        "\u2066",
        "\u200b",
        "\x00",
        "\r\n# title",
    ]
)
TEXT = st.lists(st.text(max_size=10) | MARKUP | NASTY, max_size=6).map("".join)


def as_discord_shows(text: str) -> str:
    """The words after Discord has taken the backslashes away."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text).replace("\u2060", "")


@given(TEXT)
def test_every_mark_that_could_format_is_escaped(text: str):
    rest = re.sub(r"\\[!-/:-@\[-`{-~]", "", safe(text))
    assert not re.search(r"[!-/:-@\[-`{-~]", rest)


@given(TEXT)
def test_nothing_pings_links_or_renders(text: str):
    shown = safe(text)
    for pattern in (
        r"@everyone",
        r"@here",
        r"<@",
        r"<#",
        r"<t:",
        r"</",
        r"<:",
        r"<id:",
        r"https?://",
        r"\]\(",
        r"\w\.\w",
        r"\|\|",
        r"```",
    ):
        assert not re.search(pattern, shown)


@given(TEXT)
def test_no_line_ends_control_or_direction_characters_are_left(text: str):
    for character in safe(text):
        category = unicodedata.category(character)
        assert category not in {"Cc", "Cs", "Co", "Zl", "Zp"}
        assert category != "Cn" or 0x1F000 <= ord(character) <= 0x1FAFF or 0x20000 <= ord(character) <= 0x3FFFF
        assert category != "Cf" or character in "\u2060\u200c\u200d" or 0xE0020 <= ord(character) <= 0xE007F
        assert character == " " or category != "Zs"


@given(TEXT, st.integers(1, 60))
def test_no_name_is_longer_than_allowed_or_empty(text: str, limit: int):
    shown = as_discord_shows(safe(text, limit))
    assert 1 <= len(shown) <= max(limit, len("someone"))
    assert shown == shown.strip()


@given(st.text(alphabet=st.characters(whitelist_categories=["Lu", "Ll", "Lo", "Nd"], max_codepoint=0x2000), min_size=1))
def test_plain_letters_and_digits_stay_as_they_are(text: str):
    wanted = unicodedata.normalize("NFC", text)[:32]
    if not set(wanted) & set("\u115f\u1160") and len(text) <= 32:
        assert safe(text) == wanted


@pytest.mark.parametrize(
    "text", ["discord.gg/abc", "www.evil.example", "a@b.c", "https://x.y", "#general", "</quiz:1>"]
)
def test_addresses_and_mentions_are_cut_apart_even_without_the_backslashes(text: str):
    assert text.lower() not in re.sub(r"\\", "", safe(text)).lower()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ada Lovelace", "Ada Lovelace"),
        ("  Ada \t\n Lovelace  ", "Ada Lovelace"),
        ("Zoë", "Zoë"),
        ("李雷", "李雷"),
        ("мир", "мир"),
        ("محمد", "محمد"),
        ("👩‍💻 dev", "👩‍💻 dev"),
        ("O'Neil", "O'Neil"),
        ("snake_case_name", "snake_case_name"),
        ("**bold**", "**bold**"),
        ("@everyone", "@everyone"),
        ("<@1234>", "<@1234>"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\u200bb", "ab"),
        ("z\u0300\u0301\u0302\u0303\u0304", "z\u0300\u0301"),
        ("नमस्ते स्त्री", "नमस्ते स्त्री"),
        ("हिन्दी क़्ष्म्य", "हिन्दी क़्ष्म्य"),
        ("ကျွန်ုပ် မြန်မာ", "ကျွန်ုပ် မြန်မာ"),
        ("བསྒྲུབས་ ཧཱུྃ", "བསྒྲུབས་ ཧཱུྃ"),
        ("בְּרֵאשִׁ֖ית שָּׁ֔", "בְּרֵאשִׁ֖ית שָּׁ֔"),
        ("ที่นี่ น้ำ", "ที่นี่ น้ำ"),
        ("نَصٌّ مُشَكَّلٌ", "نَصٌّ مُشَكَّلٌ"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("Nguyễn Thị Thuỳ", "Nguyễn Thị Thuỳ"),
        ("1️⃣ 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", None),
        ("\U0001fae9 new", "\U0001fae9 new"),
        ("葛\U000e0100城", "葛\U000e0100城"),
        ("a\U000e0067b", "ab"),
        ("a\u202e\u2066\u200e\u200fb", "ab"),
        ("ก" + "็" * 9, "ก็็"),
        ("ก" + "่้๊๋" * 4, "ก" + "่้๊๋่้"),
        ("x" * 40, "x" * 31 + "…"),
        ("क" * 30 + "क्\u200dष", "क" * 30 + "…"),
        ("", "someone"),
        ("   ", "someone"),
        ("\u200b\u200c\u2060", "someone"),
        ("\u3164", "someone"),
        ("\u2800\u115f", "someone"),
        ("\u200d\ufe0f", "someone"),
        ("\x00\x07", "someone"),
    ],
)
def test_a_name_reads_as_its_owner_wrote_it(name: str, shown: str | None):
    assert as_discord_shows(safe(name)) == unicodedata.normalize("NFC", name if shown is None else shown)
