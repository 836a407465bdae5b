"""What may be said of a traced run: which gaps are called waiting for the GIL, and which updates were lost."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.charts.timeline import HoldSpan, Span, State
from bot.demos.timelines.lanes import is_gil_wait, lanes
from bot.demos.timelines.lost_update import Climb, meetings
from bot.demos.timelines.tracing import Doing, Gap, HeldLock, Traced

MS = 1_000_000
GAP = Gap(10 * MS, 20 * MS, 10 * MS, 0)
ALL_OF_IT = [(0, 30 * MS)]


@pytest.mark.parametrize(
    ("gap", "others_ran", "gil", "claimed"),
    [
        (GAP, ALL_OF_IT, True, True),
        (GAP, [(9 * MS, 15 * MS), (15 * MS, 21 * MS)], True, True),  # two others, by turns
        (GAP, [(10 * MS, 19_500_000)], True, True),  # all of it but a moment for the change
        (GAP, ALL_OF_IT, False, False),  # there is no GIL
        (GAP, [], True, False),  # nobody ran
        (GAP, [(10 * MS, 15 * MS)], True, False),  # half of it nobody ran: the whole process stood still
        (GAP, [(10 * MS, 15 * MS)] * 2, True, False),  # counting that twice changes nothing
        (GAP, [(20 * MS, 30 * MS)], True, False),  # only afterwards
        (GAP._replace(queued_ns=None), ALL_OF_IT, True, False),  # the system doesn't tell
        (GAP._replace(queued_ns=5 * MS), ALL_OF_IT, True, False),  # the system kept it waiting for a core
        (GAP._replace(queued_ns=MS // 2), ALL_OF_IT, True, True),
    ],
)
def test_a_gap_is_called_waiting_for_the_gil_only_where_nothing_else_can_be_the_cause(gap, others_ran, gil, claimed):
    assert is_gil_wait(gap, others_ran, gil=gil) is claimed


def by_twos(values: list[int]) -> list[tuple[int, int]]:
    """The values by twos."""
    return list(zip(values[::2], values[1::2], strict=False))


moments = st.integers(0, 40)
stretches = st.lists(st.tuples(moments, moments).map(lambda two: (min(two), max(two))), max_size=6)


@given(st.tuples(moments, st.integers(1, 20), st.none() | st.integers(0, 20)), stretches, st.booleans())
def test_no_claim_without_each_of_its_conditions(gap, others, gil):
    begin, length, queued = gap
    claimed = is_gil_wait(Gap(begin, begin + length, length, queued), others, gil=gil)
    ran = {moment for first, end in others for moment in range(first, end)} & set(range(begin, begin + length))
    assert claimed is (gil and queued is not None and 10 * queued <= length and 10 * len(ran) >= 9 * length)


def traced(name: str, *steps: tuple[int, State | None], gaps=(), process: int = 1, thread: int = 1) -> Traced:
    return Traced(name, process, thread, [Doing(at * MS, state) for at, state in steps], list(gaps), [])


ADA = traced("Ada", (0, State.RUNNING), (30, None), gaps=[GAP])
GRACE = traced("Grace", (10, State.RUNNING), (20, None), thread=2)


@pytest.mark.parametrize(
    ("other", "state"),
    [
        (GRACE, State.GIL),
        (GRACE._replace(process=2), State.NOT_RUNNING),  # another interpreter has a GIL of its own
        (GRACE._replace(thread=1), State.NOT_RUNNING),  # a task of the same thread
        (traced("Grace", (10, State.FREE), (20, None), thread=2), State.NOT_RUNNING),  # C code that holds no GIL
        (traced("Grace", (10, State.WAITING), (20, None), thread=2), State.NOT_RUNNING),
        (GRACE._replace(gaps=[GAP]), State.NOT_RUNNING),  # it stood still as well
    ],
)
def test_only_a_thread_of_the_same_interpreter_that_runs_python_keeps_another_from_running(other, state):
    [lane, _] = lanes([ADA, other], 0, gil=True)
    assert lane.spans == [Span(0, 10, State.RUNNING), Span(10, 20, state), Span(20, 30, State.RUNNING)]


def test_a_long_lap_in_which_the_thread_computed_is_no_gap():
    computing = ADA._replace(gaps=[GAP._replace(off_ns=MS)])
    [lane, _] = lanes([computing, GRACE], 0, gil=True)
    assert lane.spans == [Span(0, 30, State.RUNNING)]


def test_states_labels_and_locks_are_told_in_milliseconds_of_the_run():
    one = Traced(
        "Ada", 1, 1, [Doing(5 * MS, State.LOCK, "waits"), Doing(7 * MS, None)], [], [HeldLock(6 * MS, 7 * MS, "A")]
    )
    [lane] = lanes([one], 5 * MS, gil=True)
    assert (lane.spans, lane.holds) == ([Span(0, 2, State.LOCK, "waits")], [HoldSpan(1, 2, "A")])


gaps = st.builds(
    lambda ends, off, queued: [Gap(begin, end, off, queued) for begin, end in by_twos(sorted(ends))],
    st.sets(st.integers(0, 99), max_size=8),
    st.integers(0, 9),
    st.none() | st.integers(0, 3),
)
states = st.sampled_from([*State, None])
noted = st.lists(
    st.builds(
        lambda changes, found, thread: Traced(
            "one", 1, thread, [Doing(at, state) for at, state in sorted(changes.items())], found, []
        ),
        st.dictionaries(st.integers(0, 99), states, max_size=6),
        gaps,
        st.integers(1, 2),
    ),
    max_size=3,
)


@given(noted)
def test_the_spans_of_a_lane_come_in_order_and_never_lie_over_each_other(found):
    for lane in lanes(found, 0, gil=True):
        for here, following in pairwise(lane.spans):
            assert here.end_ms <= following.begin_ms
        assert all(span.length_ms >= 0 for span in lane.spans)


@given(st.lists(st.booleans(), min_size=4, max_size=60))
def test_a_number_that_both_are_said_to_have_read_was_read_by_both_before_either_wrote(turns):
    """Two threads that read and write by turns, in any order; each turn is one step of one of them."""
    counter, mine, first, began = 0, [-1, -1], [0, 0], [0, 0]
    reading: list[int | None] = [None, None]
    climbs: list[list[Climb]] = [[], []]
    read_at: list[dict[int, list[tuple[int, int]]]] = [{}, {}]
    for now, turn in enumerate([*turns, *[True] * 2, *[False] * 2], 1):
        me = int(turn)
        if reading[me] is None:
            if counter != mine[me]:
                if mine[me] >= 0:
                    climbs[me].append(Climb(began[me], first[me], mine[me]))
                first[me], began[me] = counter, now
            reading[me] = counter
            read_at[me].setdefault(counter, []).append((now, 1_000))
        else:
            read, reading[me] = reading[me], None
            counter = mine[me] = read + 1
            begun, _ = read_at[me][read].pop()
            read_at[me][read].append((begun, now))
    for me in (0, 1):
        if mine[me] >= 0:
            climbs[me].append(Climb(began[me], first[me], mine[me]))
    for found in meetings(climbs):
        held = [
            (a, b)
            for a in read_at[found.first].get(found.value, [])
            for b in read_at[found.second].get(found.value, [])
            if max(a[0], b[0]) < min(a[1], b[1])
        ]
        assert held, (found, read_at)


def test_a_lost_update_is_found_where_it_is_and_none_where_there_is_none():
    lost = [[Climb(1, 0, 42), Climb(9, 80, 90)], [Climb(5, 41, 60)]]
    assert [(one.at_ns, one.value, one.first, one.second) for one in meetings(lost)] == [(5, 41, 0, 1)]
    handed_over = [[Climb(1, 0, 42), Climb(9, 60, 90)], [Climb(5, 42, 60)]]
    assert list(meetings(handed_over)) == []
    assert list(meetings([[Climb(1, 0, 42)], []])) == []
