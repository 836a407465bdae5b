"""A file is replaced whole, and never over what somebody else wrote."""

from pathlib import Path

import pytest

from bot.workbench.saving import ChangedMeanwhileError, replace_file


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path):
    path = tmp_path / "all.yaml"
    path.write_bytes(b"before")
    replace_file(path, b"before", b"after")
    assert path.read_bytes() == b"after"
    assert [one.name for one in tmp_path.iterdir()] == ["all.yaml"]


def test_what_somebody_else_wrote_meanwhile_stays(tmp_path: Path):
    path = tmp_path / "all.yaml"
    path.write_bytes(b"theirs")
    with pytest.raises(ChangedMeanwhileError):
        replace_file(path, b"before", b"after")
    assert path.read_bytes() == b"theirs"
    assert [one.name for one in tmp_path.iterdir()] == ["all.yaml"]


def test_a_file_that_is_gone_is_not_made_again(tmp_path: Path):
    with pytest.raises(OSError, match="No such file"):
        replace_file(tmp_path / "all.yaml", b"before", b"after")
    assert list(tmp_path.iterdir()) == []
