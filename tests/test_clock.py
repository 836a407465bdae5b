"""Wall time, and the stamps inside Discord's ids."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import DISCORD_EPOCH_MS, WallClock, snowflake_at, snowflake_ms, utc

moments = st.integers(DISCORD_EPOCH_MS, DISCORD_EPOCH_MS + 2**42 - 1)
sequences = st.integers(0, 2**22 - 1)


@given(ms=moments, sequence=sequences)
def test_an_id_tells_the_moment_it_was_made_for(ms, sequence):
    assert snowflake_ms(snowflake_at(ms, sequence)) == ms
    assert snowflake_at(ms, sequence) & (2**22 - 1) == sequence


@given(one=st.tuples(moments, sequences), other=st.tuples(moments, sequences))
def test_ids_sort_as_they_were_made(one, other):
    assert (snowflake_at(*one) < snowflake_at(*other)) == (one < other)


def test_the_example_of_discords_documentation():
    assert snowflake_ms(175928847299117063) == 1462015105796
    assert utc(1462015105796) == datetime(2016, 4, 30, 11, 18, 25, 796_000, tzinfo=UTC)


@pytest.mark.parametrize("shift_ms", [0, 3_600_000, 86_400_000])
def test_the_wall_clock_is_the_machines_moved_by_its_shift(shift_ms):
    before = time.time_ns() // 1_000_000
    now = WallClock(shift_ms).now_ms()
    after = time.time_ns() // 1_000_000
    assert before <= now - shift_ms <= after


def test_the_shift_can_change_while_the_clock_runs():
    clock = WallClock()
    before = clock.now_ms()
    clock.shift_ms = 86_400_000
    assert clock.now_ms() >= before + 86_400_000
