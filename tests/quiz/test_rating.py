"""Ratings after games."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.quiz.board.rating import Rating, after_game


def test_everybody_begins_at_a_thousand_and_very_unsure():
    assert (Rating().shown, Rating().unsure, Rating().games) == (1_000, 333, 0)


def test_who_stands_higher_gains_and_everybody_gets_surer():
    after = after_game({7: 1, 8: 2, 9: 3}, {})
    assert after[7].mu > after[8].mu > after[9].mu
    assert all(one.sigma < Rating().sigma for one in after.values())
    assert {one.games for one in after.values()} == {1}


def test_equal_places_of_equals_change_nothing_between_them():
    after = after_game({7: 1, 8: 1}, {})
    assert after[7].mu == pytest.approx(after[8].mu)


@pytest.mark.parametrize("places", [{}, {7: 1}])
def test_a_game_of_fewer_than_two_changes_nothing(places):
    assert after_game(places, {7: Rating(30, 5, 3)}) == {}


def test_beating_the_strong_is_worth_more_than_beating_the_weak():
    strong, weak, me = Rating(40, 2, 20), Rating(10, 2, 20), Rating(25, 4, 5)
    over_strong = after_game({1: 1, 2: 2}, {1: me, 2: strong})[1].mu
    over_weak = after_game({1: 1, 2: 2}, {1: me, 2: weak})[1].mu
    assert over_strong > over_weak > me.mu


def test_who_was_not_there_keeps_their_rating():
    assert set(after_game({1: 1, 2: 2}, {3: Rating(40, 2, 20)})) == {1, 2}


@given(st.dictionaries(st.integers(1, 99), st.integers(1, 5), min_size=2, max_size=12))
def test_the_order_in_which_players_are_listed_makes_no_difference(places):
    forward = after_game(places, {})
    backward = after_game(dict(reversed(places.items())), {})
    for member_id, one in forward.items():
        assert one.mu == pytest.approx(backward[member_id].mu)
        assert one.sigma == pytest.approx(backward[member_id].sigma)


@given(st.lists(st.permutations([1, 2, 3, 4]), max_size=15))
def test_ratings_stay_numbers_that_can_be_shown(games):
    known: dict[int, Rating] = {}
    for order in games:
        known |= after_game({member: place for place, member in enumerate(order, 1)}, known)
    for one in known.values():
        assert -5_000 < one.shown < 10_000
        assert 0 < one.unsure <= 334
        assert one.games == len(games)
