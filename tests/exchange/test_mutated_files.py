"""A few of the files that `mutating_files.py` changes at random; the script judges ten thousand of each format."""

import pytest
from mutating_files import TEXTS, outcomes, packed

from bot.exchange.formats import READ, ZIP


@pytest.mark.parametrize("name", [*TEXTS, *packed()])
def test_mutated_files_are_read_or_refused_with_the_place(name):
    assert [(seed, one.trouble) for seed, one in outcomes(name, range(200)) if one.trouble] == []


def test_every_format_but_whole_courses_is_mutated():
    assert {*TEXTS, *packed()} - {"canvas"} == {*READ} - {ZIP}
