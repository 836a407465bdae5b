"""A damaged database is used or refused in a sentence, and what a cut journal lost is told (in long: ``flipped.py``)."""

from flipped import cut, flip, power


async def test_a_flipped_byte_is_no_traceback_and_no_hang():
    assert set(await flip(60)) == {"used", "refused in a sentence"}


async def test_after_a_power_cut_every_acknowledged_row_is_there():
    assert set(await power(10)) == {"all there"}


async def test_nothing_that_was_acknowledged_is_lost_in_silence():
    assert set(await cut(20)) == {"told", "all there"}
