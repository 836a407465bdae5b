"""What a timeline says of a run, and that it says nothing of one that other work disturbed."""

import pytest

from bot.charts.timeline import State
from bot.demos.model import Host
from bot.demos.timelines import circle_of_two, first_tasks, gil_turns, hand_over, stopped_loop, trips, waits
from bot.demos.timelines.lanes import DISTURBED
from bot.demos.timelines.tracing import Doing, Gap, HeldLock, Traced

STANDARD = Host("3.13.1", "standard build", gil=True, cores=2.0, start_method="spawn")
FREE = Host("3.14.1", "free-threaded build", gil=False, cores=2.0, start_method="spawn")
MS = 1_000_000


def lane(name: str, *doings: tuple[float, State | None] | tuple[float, State, str], thread: int = 1, gaps=(), held=()):
    noted = [Doing(round(at * MS), *of) for at, *of in doings]
    return Traced(
        name,
        1,
        thread,
        noted,
        [Gap(begin * MS, end * MS, (end - begin) * MS, 0) for begin, end in gaps],
        [HeldLock(begin * MS, end * MS, lock) for begin, end, lock in held],
    )


def waiting(name: str, begin: float, end: float) -> Traced:
    return lane(name, (begin, State.WAITING), (end, None))


SERIAL = [lane("main", *[(50 * n, State.WAITING) for n in range(4)], (201, None))]
TOGETHER = [waiting(f"thread {n}", n / 10, 51) for n in range(4)]


def test_waits_that_overlap_are_told_with_their_times():
    shown = waits.drawn_up(SERIAL, TOGETHER, TOGETHER, STANDARD)
    assert shown.says == "4 waits of 50 ms took 201 ms one after the other, 51 ms in threads and 51 ms in tasks."
    assert not shown.mark


@pytest.mark.parametrize(
    ("serial", "threads"),
    [
        (SERIAL, [waiting("thread 1", 0, 51), waiting("thread 2", 70, 140)]),  # held up by other work
        ([waiting("main", 0, 400)], TOGETHER),
    ],
)
def test_waits_that_were_held_up_claim_nothing(serial, threads):
    assert waits.drawn_up(serial, threads, TOGETHER, STANDARD).mark == DISTURBED


def computing(state: State, *gaps: tuple[int, int], thread: int) -> Traced:
    return lane(f"thread {thread}", (0, State.RUNNING), (0, state), (20, None), gaps=gaps, thread=thread)


BY_TURNS = [
    computing(State.RUNNING, (5, 10), (15, 20), thread=1),
    computing(State.RUNNING, (0, 5), (10, 15), thread=2),
]
AT_ONCE = [computing(State.FREE, thread=1), computing(State.FREE, thread=2)]
BOTH_PYTHON = [computing(State.RUNNING, thread=1), computing(State.RUNNING, thread=2)]


def test_turns_of_the_gil_are_told_and_the_first_one_is_marked():
    shown = gil_turns.drawn_up(BY_TURNS, AT_ONCE, STANDARD)
    assert shown.says == "Pure Python: both threads ran at the same instant for 0 of 20 ms. In zlib: for 20 of 20 ms."
    assert shown.parts[0].moments == [(5.0, "thread 2 gets the GIL, after 5.0 ms without it")]
    assert not shown.mark
    assert State.GIL in shown.states


@pytest.mark.parametrize(
    ("python", "c_code", "host", "mark"),
    [
        (BY_TURNS, BY_TURNS, STANDARD, DISTURBED),  # C code that got one core only shows nothing
        (BY_TURNS, AT_ONCE, FREE, DISTURBED),
        (BOTH_PYTHON, AT_ONCE, FREE, ""),
        (BOTH_PYTHON, AT_ONCE, STANDARD, DISTURBED),
    ],
)
def test_turns_that_contradict_the_build_claim_nothing(python, c_code, host, mark):
    shown = gil_turns.drawn_up(python, c_code, host)
    assert shown.mark == mark
    assert host.gil or State.GIL not in shown.states


def started(how: str, first_ms: float) -> first_tasks.Started:
    tasks = [first_tasks.Task(1, n, round(first_ms * MS), round((first_ms + 5) * MS)) for n in (1, 2)]
    return first_tasks.Started(how, waiting("main", 0, first_ms + 6), 0, tasks)


@pytest.mark.parametrize(
    ("times", "mark"),
    [
        ({"threads": 0.2, "fork": 8, "forkserver": 30, "spawn": 90}, ""),
        ({"threads": 0.2, "spawn": 90}, ""),  # a system without fork
        ({"threads": 7, "fork": 8, "forkserver": 30, "spawn": 90}, DISTURBED),
        ({"threads": 0.2, "fork": 8, "forkserver": 130, "spawn": 90}, DISTURBED),
    ],
)
def test_first_tasks_are_told_in_their_order_or_not_at_all(times, mark):
    shown = first_tasks.drawn_up([started(how, ms) for how, ms in times.items()], STANDARD)
    assert shown.mark == mark
    assert f"{times['threads']:.1f} ms (threads)" in shown.says
    assert [[one.name for one in part.lanes] for part in shown.parts] == [["main", "worker 1", "worker 2"]] * len(times)


def mapped(chunk: int, length_ms: float, *, cpu_ns: int = 400) -> trips.Mapped:
    ends = [round(length_ms * MS * (n + 1) / trips.CALLS) for n in range(trips.CALLS)]
    calls = [trips.Call(1 + n % 2, end - 500_000, end, cpu_ns) for n, end in enumerate(ends)]
    return trips.Mapped(chunk, waiting("main", 0, length_ms), calls[2:])


def test_a_call_that_was_kept_from_running_is_not_called_running():
    shown = trips.drawn_up([mapped(1, 12.0), mapped(12, 2.0)], STANDARD)
    assert shown.says.startswith(
        "24 calls took 12.0 ms one at a time and 2.0 ms in chunks of 12. Their own work took 0.01"
    )
    assert State.RUNNING not in {span.state for span in shown.parts[0].lanes[1].spans}
    assert State.RUNNING in trips.drawn_up([mapped(1, 12, cpu_ns=490_000), mapped(12, 2)], STANDARD).states
    assert not shown.mark
    assert trips.drawn_up([mapped(1, 3.0), mapped(12, 2.0)], STANDARD).mark == DISTURBED


def beating(*lates: tuple[float, float]) -> list[Traced]:
    doings = [(0, State.WAITING)]
    for due, ran in lates:
        doings += [(due, State.NOT_RUNNING), (ran, State.RUNNING), (ran, State.WAITING)]
    other = lane("other task", (0, State.RUNNING), (40, State.WAITING, "time.sleep"), (140, None))
    return [lane("heartbeat", *doings, (200, None)), other]


def test_a_loop_that_stands_still_is_told_by_how_late_the_heartbeat_came():
    shown = stopped_loop.drawn_up(beating((41, 141)), beating((41, 44)), STANDARD)
    assert shown.says == "time.sleep in the loop made the heartbeat up to 100 ms late, the same sleep in a thread 3 ms."
    assert [part.moments[0].says for part in shown.parts] == [
        "the sleep begins in the loop’s own thread: no task runs until it is over",
        "the sleep begins, and the heartbeat goes on",
    ]
    assert not shown.mark
    assert stopped_loop.drawn_up(beating((41, 141)), beating((41, 90)), STANDARD).mark == DISTURBED
    assert stopped_loop.drawn_up(beating((41, 141)), beating(), STANDARD).says.endswith("in a thread less than 2 ms.")
    assert stopped_loop.drawn_up(beating(), beating(), STANDARD).mark == DISTURBED


def asking(name: str, first: str, second: str, at: float, *, got: bool) -> Traced:
    held = [(1, 120, first)] + ([(110, 120, second)] if got else [])
    doings = [(0, State.LOCK, f"wants {first}"), (1, State.RUNNING), (at, State.LOCK, f"wants {second}")]
    return lane(name, *doings, (110, State.RUNNING), (120, None), held=held)


CIRCLE = [asking("thread 1", "A", "B", 2, got=False), asking("thread 2", "B", "A", 3, got=False)]
IN_ORDER = [asking("thread 1", "A", "B", 2, got=True), asking("thread 2", "A", "B", 3, got=True)]


def test_a_deadlock_is_marked_where_both_wait_and_where_they_give_up():
    shown = circle_of_two.drawn_up(CIRCLE, IN_ORDER, STANDARD)
    assert shown.says == "In opposite order 0 of 2 threads got both locks, with one order for both 2 of 2."
    assert [one.at_ms for one in shown.parts[0].moments] == [3, 110]
    assert not shown.mark


@pytest.mark.parametrize(
    "opposite",
    [
        IN_ORDER,  # no circle
        [CIRCLE[0], asking("thread 2", "B", "A", 3, got=True)],
        [CIRCLE[0], lane("thread 2", (0, State.LOCK, "wants A"), (120, None))],
    ],
)
def test_threads_that_did_not_meet_are_no_deadlock(opposite):
    shown = circle_of_two.drawn_up(opposite, IN_ORDER, STANDARD)
    assert shown.mark == DISTURBED
    assert "here they give up; real code would wait for ever" not in [one.says for one in shown.parts[0].moments]


@pytest.mark.parametrize(("full_ms", "moments", "mark"), [(9, 2, ""), (0.1, 1, DISTURBED)])
def test_a_producer_that_found_no_room_is_told_and_one_that_always_did_claims_nothing(full_ms, moments, mark):
    producer = lane("producer", (0, State.WAITING), (6, State.QUEUE), (6 + full_ms, State.WAITING), (30, None))
    consumer = lane("consumer", (0, State.QUEUE), (6, State.WAITING), (30, None))
    shown = hand_over.drawn_up([producer, consumer], STANDARD)
    assert len(shown.parts[0].moments) == moments
    assert shown.parts[0].moments[0].at_ms == 6
    assert f"waited for room for {full_ms:.0f} ms" in shown.says
    assert shown.mark == mark
