"""The course that comes with the bot, its schema, and what no bytes can do to the reader."""

import copy
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_pack import FILES, write_pack

from bot.demos.registry import DEMOS
from bot.packs.faults import Fault
from bot.packs.loading import Loaded, read_pack
from bot.packs.models import json_schema
from bot.packs.yaml_files import YamlFile, read_yaml
from bot.settings import CHECKOUT

COURSE = CHECKOUT / "content" / "python-concurrency"


def schema_of(path: Path) -> dict:
    kind = path.name if path.parent == COURSE else f"{path.parent.name}/*.yaml"
    return json_schema()[kind]


def test_the_course_loads_without_an_error_or_a_warning():
    loaded = read_pack(COURSE, DEMOS)
    assert [str(fault) for fault in loaded.faults] == []
    assert loaded.pack is not None


@pytest.mark.parametrize("path", sorted(COURSE.rglob("*.yaml")), ids=lambda path: path.relative_to(COURSE).as_posix())
def test_the_schema_for_editors_accepts_the_course_and_refuses_a_wrong_key(path):
    schema = schema_of(path)
    jsonschema.Draft202012Validator.check_schema(schema)
    file = read_yaml(path, path.name)
    assert isinstance(file, YamlFile)
    jsonschema.validate(file.data, schema)
    wrong = copy.deepcopy(file.data) | {"colour": "green"}
    with pytest.raises(jsonschema.ValidationError, match="colour"):
        jsonschema.validate(wrong, schema)


mutations = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.integers(0, 12),
        st.one_of(
            st.binary(max_size=6),
            st.sampled_from(
                [
                    b"\n",
                    b": ",
                    b"- ",
                    b"&a ",
                    b"*a",
                    b"!!x ",
                    b"{",
                    b"[",
                    b'"',
                    b"'",
                    b"|\n",
                    b"? ",
                    b"\x00",
                    b"\t",
                    b"%",
                ]
            ),
        ),
    ),
    min_size=1,
    max_size=6,
)


def mutated(content: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    for place, cut, put in changes:
        at = int(place * len(content))
        content = content[:at] + put + content[at + cut :]
    return content


def holds_together(loaded: Loaded) -> None:
    assert loaded.errors or loaded.pack is not None
    for fault in loaded.faults:
        assert isinstance(fault, Fault)
        assert fault.line >= 1
        assert fault.column >= 1
        assert fault.expected
        assert "Traceback" not in str(fault)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(FILES)), changes=mutations)
def test_no_change_of_bytes_gives_a_traceback(tmp_path, name, changes):
    holds_together(read_pack(write_pack(tmp_path, **{name: mutated(FILES[name].encode(), changes)}), []))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(sorted(COURSE.rglob("*.yaml"))), changes=mutations)
def test_no_change_of_a_real_file_gives_a_traceback(tmp_path, path, changes):
    name = path.relative_to(COURSE).as_posix()
    content = mutated(path.read_bytes(), changes)
    others = {f"{folder}/water.yaml": None for folder in ("lessons", "questions")}
    root = write_pack(tmp_path, **{**others, "lessons/leaves.yaml": None})
    for stale in root.rglob("*.yaml"):
        stale.unlink()
    write_pack(tmp_path, **{**dict.fromkeys(FILES), "pack.yaml": (COURSE / "pack.yaml").read_bytes(), name: content})
    holds_together(read_pack(root, DEMOS))
