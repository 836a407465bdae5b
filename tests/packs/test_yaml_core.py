"""YAML as authors mean it: the core types of YAML 1.2, not the surprises of 1.1."""

import pytest

from bot.packs.yaml_files import YamlFile, read_yaml


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("12:30", "12:30"),
        ("190:20:30", "190:20:30"),
        ("2026-11-22", "2026-11-22"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("0b11", "0b11"),
        ("=", "="),
        ("<<", "<<"),
        (".inf", ".inf"),
        ("010", 10),
        ("-7", -7),
        ("3.13", 3.13),
        ("1e3", 1000.0),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ('"true"', "true"),
        ("tea", "tea"),
    ],
)
def test_a_plain_word_is_read_as_the_core_schema_says(tmp_path, written, read):
    path = tmp_path / "a.yaml"
    path.write_text(f"value: {written}\n", encoding="utf-8")
    file = read_yaml(path, "a.yaml")
    assert isinstance(file, YamlFile), file
    assert file.data == {"value": read}
    assert type(file.data["value"]) is type(read)


def test_merge_keys_are_only_words(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("<<: {a: 1}\nb: 2\n", encoding="utf-8")
    file = read_yaml(path, "a.yaml")
    assert isinstance(file, YamlFile)
    assert file.data == {"<<": {"a": 1}, "b": 2}


def test_a_folder_with_the_name_of_a_file_is_told(tmp_path):
    (tmp_path / "a.yaml").mkdir()
    faults = read_yaml(tmp_path / "a.yaml", "a.yaml")
    assert isinstance(faults, list)
    assert "a file that can be read" in faults[0].expected
