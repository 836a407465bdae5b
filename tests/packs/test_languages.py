"""Courses in other languages: what `pack.yaml` says they are written in decides which rules hold."""

import pytest
from small_pack import HEAD, QUESTIONS, write_pack

from bot.packs.library import Library
from bot.packs.loading import load_packs, read_pack

Q, P = "questions/water.yaml", "pack.yaml"
STEMS = [
    ("ja", "緑茶の湯は何度がよいですか？"),
    ("ja", "緑茶の湯の温度を選びなさい。"),
    ("ar", "كم يجب أن تكون حرارة ماء الشاي الأخضر؟"),
    ("el", "Πόσο ζεστό πρέπει να είναι το νερό;"),
    ("hy", "Որքա՞ն տաք պետք է լինի ջուրը"),
    ("th", "น้ำสำหรับชาเขียวควรร้อนแค่ไหน"),
    ("hi", "हरी चाय का पानी कितना गरम हो?"),
    ("zh-Hant", "水溫？"),
]


def in_language(folder, language: str | None, stem: str, **changed):
    head = HEAD if language is None else HEAD.replace("title: Tea", f"title: Tea\nlanguage: {language}")
    questions = QUESTIONS.replace("How hot should the water for green tea be?", stem)
    return write_pack(folder, **{P: head, Q: questions, **changed})


@pytest.mark.parametrize(("language", "stem"), STEMS)
def test_a_question_is_asked_as_its_language_asks(tmp_path, language, stem):
    loaded = read_pack(in_language(tmp_path, language, stem))
    assert loaded.faults == []
    assert [one.stem for one in loaded.pack.questions] == [stem]


@pytest.mark.parametrize(("language", "stem"), [one for one in STEMS if one[0] != "hi"])
def test_without_a_language_it_is_english_and_the_fault_says_how_to_name_another(tmp_path, language, stem):
    [fault] = read_pack(in_language(tmp_path, None, stem)).errors
    assert fault.field == "questions.0.stem"
    assert fault.expected.endswith("; `language` in pack.yaml says if it is not English")
    assert read_pack(in_language(tmp_path / "english", "en-GB", stem)).errors


@pytest.mark.parametrize("language", ["en", "ja", "pt-BR", "zh-Hant-TW", "fil"])
def test_a_language_is_a_locale(tmp_path, language):
    assert read_pack(in_language(tmp_path, language, "How hot should the water for green tea be?")).faults == []


@pytest.mark.parametrize("language", ["Japanese", "pt_BR", "e", "''", "12"])
def test_what_is_no_locale_is_told(tmp_path, language):
    [fault] = read_pack(in_language(tmp_path, language, "How hot should the water for green tea be?")).errors
    assert (fault.field, fault.line) == ("language", 3)
    assert "a locale such as en, ja or pt-BR" in fault.expected or "text, not 12" in fault.expected


def test_english_rules_for_authors_hold_for_english_alone(tmp_path):
    texts = {
        "Boiling\n": "熱湯\n",
        "About 75 degrees\n": "七十五度くらい\n",
        "As hot as it gets under pressure\n": "すべての選択肢。\n",
        "Green leaves are not oxidised, so they want water well below boiling.": "緑の葉は発酵していない。",
        "Boiling water draws bitter stuff out of the green leaves at once.": "苦味が出る。",
        "At that heat the sweet part dissolves and the bitter part mostly stays.": "甘味が出る。",
        "Pressure raises the heat further, and green leaves can't bear it.": "葉が傷む。",
    }
    questions = QUESTIONS.replace("How hot should the water for green tea be?", "緑茶の湯は何度がよいですか？")
    for old, new in texts.items():
        questions = questions.replace(old, new)
    head = HEAD.replace("title: Tea", "title: お茶\nlanguage: ja")
    assert read_pack(write_pack(tmp_path, **{P: head, Q: questions}), thorough=True).faults == []


def test_the_terms_of_a_language_without_spaces_are_found_within_a_sentence(tmp_path):
    heat = "{id: heat, name: 温度, meaning: 熱さの度合い。}"
    glossary = f"terms:\n  - {heat}\n  - {{id: tea, name: chá, also: [葉], meaning: 飲み物。}}\n"
    in_language(tmp_path, "ja", "緑茶の湯の温度は何度がよいですか？", **{"glossary.yaml": glossary})
    library = Library(load_packs(tmp_path))
    assert [term.id for term in library.terms_in("tea", "湯の温度は、葉による。")] == ["heat", "tea"]
    assert library.terms_in("tea", "chás e chatices") == []
