"""The registry, and what each demo claims from which numbers."""

import os
import pickle
from dataclasses import replace

import pytest

from bot.charts.bars import alt_text, draw, warm_up
from bot.demos import cpu_work, io_wait, pools, runner, shared_counter, threads_or_tasks
from bot.demos.host import cores_available, this_host
from bot.demos.model import Demo, Host, Measured, Sample, footer
from bot.demos.registry import DEMOS
from bot.packs.loading import load_packs
from bot.settings import CHECKOUT

STANDARD = Host("3.13.1", "standard build", gil=True, cores=2.0, start_method="spawn")
FREE = Host("3.13.1", "free-threaded build", gil=False, cores=2.0, start_method="spawn")
ONE_CORE = Host("3.13.1", "standard build", gil=True, cores=1.0, start_method="spawn")
ALL = list(DEMOS.values())
COUNTS = ("bytes_each", "counted", "finished", "in_order", "items", "lost", "ns_each", "same_object", "stop_us", "sum")


def timed(demo: Demo, host: Host, **seconds: tuple[float, float]) -> Measured:
    """Wall and CPU seconds for each variant, the same in every one of three rounds."""
    return Measured(demo.id, host, {name: [Sample(*both)] * 3 for name, both in seconds.items()})


def counted(**lost: list[int]) -> Measured:
    samples = {name: [Sample(0.2, 0.2, {"lost": n}) for n in numbers] for name, numbers in lost.items()}
    return Measured("shared-counter", STANDARD, samples)


def test_the_registry_finds_each_demo_under_its_own_id():
    assert [demo.id for demo in ALL] == list(DEMOS)
    assert len({demo.title for demo in ALL}) == len(ALL) >= 3


@pytest.mark.parametrize("demo", ALL, ids=lambda demo: demo.id)
def test_a_demo_is_named_by_a_section_and_names_one_of_the_course(demo):
    [pack] = load_packs(CHECKOUT / "content" / "python-concurrency", DEMOS)
    sections = {section.id: section for section in pack.sections}
    assert demo.section in sections
    assert any(demo.id in section.demos for section in pack.sections)


@pytest.mark.parametrize("demo", ALL, ids=lambda demo: demo.id)
def test_a_demo_fits_discord_and_its_own_words(demo):
    assert len({choice.id for choice in demo.choices}) == len(demo.choices) <= 5  # one row of buttons
    assert len({variant.id for variant in demo.variants}) == len(demo.variants)
    assert all(len(choice.label) <= 80 for choice in demo.choices)
    assert [demo.label(choice.id) for choice in demo.choices] == [choice.label for choice in demo.choices]
    assert 0 < demo.bound_seconds <= 30


CPU = [
    # a quiet machine with two cores
    (
        STANDARD,
        {"serial": (4.0, 4.0), "threads": (4.1, 4.1), "asyncio": (4.0, 4.0), "processes": (2.1, 4.0)},
        "processes",
    ),
    # a free-threaded build on which threads run side by side
    (FREE, {"serial": (4.0, 4.0), "threads": (2.0, 4.0), "asyncio": (4.0, 4.0), "processes": (2.2, 4.0)}, "threads"),
    (FREE, {"serial": (4.0, 4.0), "threads": (2.3, 4.0), "asyncio": (4.0, 4.0), "processes": (2.1, 4.0)}, "processes"),
    # the serial run did not get a whole core
    (STANDARD, {"serial": (4.0, 3.0), "threads": (4.1, 4.0), "asyncio": (4.0, 4.0), "processes": (2.1, 4.0)}, None),
    # two processes did not get two
    (STANDARD, {"serial": (4.0, 4.0), "threads": (4.1, 4.1), "asyncio": (4.0, 4.0), "processes": (3.2, 4.0)}, None),
    (STANDARD, {"serial": (4.0, 4.0), "threads": (4.1, 4.1), "asyncio": (4.0, 4.0), "processes": (3.9, 6.0)}, None),
    # numbers against all that is known: something else was going on
    (STANDARD, {"serial": (4.0, 4.0), "threads": (2.0, 4.0), "asyncio": (4.0, 4.0), "processes": (2.1, 4.0)}, None),
    (STANDARD, {"serial": (4.0, 4.0), "threads": (4.1, 4.1), "asyncio": (2.0, 2.0), "processes": (2.1, 4.0)}, None),
    # a winner by a hair is none
    (STANDARD, {"serial": (4.0, 4.0), "threads": (3.0, 3.0), "asyncio": (4.0, 4.0), "processes": (3.1, 6.0)}, None),
    (FREE, {"serial": (4.0, 4.0), "threads": (2.1, 4.0), "asyncio": (4.0, 4.0), "processes": (2.15, 4.0)}, None),
    # nothing to show with one core
    (ONE_CORE, {"serial": (4.0, 4.0), "threads": (4.1, 4.1), "asyncio": (4.0, 4.0), "processes": (2.1, 4.0)}, None),
]


@pytest.mark.parametrize(("host", "seconds", "claim"), CPU)
def test_cpu_work_claims_a_winner_only_from_a_quiet_host(host, seconds, claim):
    verdict = cpu_work.DEMO.read(timed(cpu_work.DEMO, host, **seconds))
    assert verdict.right_choice == claim
    assert verdict.headline
    assert verdict.sentences


def test_cpu_work_tells_its_numbers_and_why():
    verdict = cpu_work.judge(timed(cpu_work.DEMO, *CPU[0][:1], **CPU[0][1]))
    told = " ".join(verdict.sentences)
    for words in ("2.10 s", "4.00 s", "1.9 times as fast", "GIL", "asyncio took 4.00 s"):
        assert words in told


IO = [
    (
        {
            "serial": (1.0, 0.01),
            "few-threads": (0.21, 0.01),
            "threads": (0.06, 0.01),
            "asyncio": (0.06, 0.01),
            "processes": (0.5, 0.01),
        },
        "overlap",
    ),
    (
        {
            "serial": (1.0, 0.01),
            "few-threads": (0.21, 0.01),
            "threads": (0.07, 0.01),
            "asyncio": (0.05, 0.01),
            "processes": (0.6, 0.01),
        },
        "overlap",
    ),
    (  # one of the two took twice as long as the other
        {
            "serial": (1.0, 0.01),
            "few-threads": (0.21, 0.01),
            "threads": (0.098, 0.01),
            "asyncio": (0.05, 0.01),
            "processes": (0.6, 0.01),
        },
        None,
    ),
    (  # level, but far more than a single wait
        {
            "serial": (1.0, 0.01),
            "few-threads": (0.21, 0.01),
            "threads": (0.15, 0.01),
            "asyncio": (0.15, 0.01),
            "processes": (0.6, 0.01),
        },
        None,
    ),
    (
        {
            "serial": (1.0, 0.01),
            "few-threads": (0.21, 0.01),
            "threads": (0.45, 0.01),
            "asyncio": (0.06, 0.01),
            "processes": (0.5, 0.01),
        },
        None,
    ),
    (
        {
            "serial": (1.0, 0.01),
            "few-threads": (0.21, 0.01),
            "threads": (0.06, 0.01),
            "asyncio": (0.45, 0.01),
            "processes": (0.5, 0.01),
        },
        None,
    ),
    (
        {
            "serial": (1.0, 0.01),
            "few-threads": (0.21, 0.01),
            "threads": (0.06, 0.01),
            "asyncio": (0.06, 0.01),
            "processes": (0.9, 0.01),
        },
        None,
    ),
    (
        {
            "serial": (1.0, 0.01),
            "few-threads": (0.5, 0.01),
            "threads": (0.06, 0.01),
            "asyncio": (0.06, 0.01),
            "processes": (0.5, 0.01),
        },
        None,
    ),
]


@pytest.mark.parametrize(("seconds", "claim"), IO)
def test_waiting_claims_the_order_only_when_it_is_plain(seconds, claim):
    verdict = io_wait.judge(timed(io_wait.DEMO, STANDARD, **seconds))
    assert verdict.right_choice == claim
    assert ("claim nothing" in verdict.headline) == (claim is None)


COUNTER = [
    ({"call": [300_000, 0, 10], "plain": [0, 0, 0], "locked": [0, 0, 0], "queue": [0, 0, 0]}, "less"),
    ({"call": [1, 0, 0], "plain": [0, 0, 0], "locked": [0, 0, 0], "queue": [0, 0, 0]}, "less"),
    ({"call": [900_000] * 3, "plain": [5, 9, 7], "locked": [0, 0, 0], "queue": [0, 0, 0]}, "less"),
    ({"call": [0, 0, 0], "plain": [0, 0, 0], "locked": [0, 0, 0], "queue": [0, 0, 0]}, None),
    ({"call": [300_000] * 3, "plain": [0, 0, 0], "locked": [0, 1, 0], "queue": [0, 0, 0]}, None),
    ({"call": [300_000] * 3, "plain": [0, 0, 0], "locked": [0, 0, 0], "queue": [0, 0, 1]}, None),
]


@pytest.mark.parametrize(("lost", "claim"), COUNTER)
def test_the_counter_claims_a_race_when_one_round_shows_it_and_the_lock_held(lost, claim):
    assert shared_counter.judge(counted(**lost)).right_choice == claim


@pytest.mark.parametrize(
    ("plain", "words"),
    [
        ([0, 0, 0], "an accident"),
        ([0, 9, 7], "lost some in 2 of 3 rounds as well, at worst 9 of 1,200,000 (0.00075%): it was never atomic"),
    ],
)
def test_the_counter_calls_the_control_what_it_is(plain, words):
    verdict = shared_counter.judge(counted(call=[300_000] * 3, plain=plain, locked=[0] * 3, queue=[0] * 3))
    assert words in " ".join(verdict.sentences)
    assert "300,000 of 1,200,000" in verdict.sentences[0]
    assert "25%" in verdict.sentences[0]


@pytest.mark.parametrize(
    "measured",
    [*(timed(cpu_work.DEMO, h, **s) for h, s, _ in CPU), *(timed(io_wait.DEMO, FREE, **s) for s, _ in IO)]
    + [counted(**lost) for lost, _ in COUNTER],
)
def test_a_claim_is_one_of_the_choices_and_every_verdict_is_short(measured):
    demo = DEMOS[measured.demo_id]
    verdict = demo.judge(measured)
    assert verdict.right_choice in {None, *(choice.id for choice in demo.choices)}
    assert sum(map(len, [verdict.headline, *verdict.sentences])) < 1_200
    chart = demo.chart(measured)
    assert [bar.label for bar in chart.bars] == [variant.label for variant in demo.variants]
    assert chart.footer == footer(measured, chart.of_rounds)
    for bar in chart.bars:
        assert bar.low <= bar.value <= bar.high
        assert bar.shown in alt_text(chart)


def test_the_counter_speaks_of_the_round_that_its_claim_rests_on():
    measured = counted(call=[0, 0, 400_000], plain=[0, 0, 0], locked=[0, 0, 0], queue=[0, 0, 0])
    verdict, chart = shared_counter.DEMO.read(measured), shared_counter.DEMO.drawn(measured)
    assert verdict.headline == "Updates get lost without a lock"
    assert "in **1 of 3 rounds**, at worst **400,000 of 1,200,000 (33%)**" in verdict.sentences[0]
    assert [bar.shown for bar in chart.bars] == ["33.3 % lost", "none lost", "none lost", "none lost"]
    assert chart.axis.startswith("updates lost in the worst round")
    assert "worst of 3 rounds" in chart.footer


def test_one_update_lost_is_not_called_none():
    measured = counted(call=[0, 1, 0], plain=[0] * 3, locked=[0] * 3, queue=[0] * 3)
    assert "at worst **1 of 1,200,000 (8.3e-05%)**" in shared_counter.judge(measured).sentences[0]


def test_a_count_that_is_wrong_under_the_lock_is_not_called_no_loss():
    measured = counted(call=[9, 9, 9], plain=[0] * 3, locked=[0, 1, 0], queue=[0] * 3)
    assert "wrong even with a lock" in shared_counter.judge(measured).headline


@pytest.mark.parametrize("demo", ALL, ids=lambda demo: demo.id)
def test_numbers_that_claim_nothing_are_marked_in_the_picture_too(demo):
    samples = {one.id: [Sample(1.0, 1.0, dict.fromkeys(COUNTS, 1))] * 3 for one in demo.variants}
    for busy in (True, False):
        measured = Measured(demo.id, STANDARD, samples, busy=busy)
        verdict, chart = demo.read(measured), demo.drawn(measured)
        assert bool(chart.mark) is (verdict.right_choice is None)
        assert chart.mark in alt_text(chart)
        assert not busy or chart.mark == "Rejected: The host was busy, so these numbers claim nothing"
    assert draw(chart) != draw(replace(chart, mark="another"))


def test_a_median_is_taken_over_the_rounds_and_the_footer_says_where_and_how():
    samples = {"serial": [Sample(1.0, 1.0), Sample(9.0, 4.5), Sample(2.0, 3.0)]}
    measured = Measured("cpu-work", STANDARD, samples)
    assert measured.wall("serial") == 2.0
    assert measured.cores("serial") == 1.0
    assert footer(measured) == ("Python 3.13.1 (standard build, GIL on) · 2 cores · spawn · median of 3 rounds")
    assert "GIL off" in footer(Measured("cpu-work", FREE, samples))
    assert Sample(0.0, 1.0).cores_used == 0.0


@pytest.mark.parametrize(
    "thing",
    [
        runner.measure,
        draw,
        warm_up,
        cpu_work.sum_of_squares,
        pools.with_cpu_seconds,
        timed(cpu_work.DEMO, *CPU[0][:1], **CPU[0][1]),
        cpu_work.chart(timed(cpu_work.DEMO, *CPU[0][:1], **CPU[0][1])),
        counted(**COUNTER[0][0]),
    ],
    ids=lambda thing: getattr(thing, "__qualname__", type(thing).__name__),
)
def test_what_goes_to_a_process_and_back_can_travel(thing):
    assert pickle.loads(pickle.dumps(thing)) == thing


def test_work_in_a_pool_tells_the_cpu_time_it_took():
    assert pools.with_cpu_seconds((cpu_work.sum_of_squares, 20_000)) > 0
    assert cpu_work.sum_of_squares(10) == 285


OURS = float(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


@pytest.mark.parametrize(
    ("content", "cores"),
    [
        ("50000 100000\n", 0.5),
        ("max 100000\n", OURS),
        ("100000000 100000\n", OURS),
        ("", OURS),
        ("a b\n", OURS),
        (None, OURS),
    ],
)
def test_a_container_that_may_use_less_than_the_machine_has_is_believed(tmp_path, content, cores):
    file = tmp_path / "cpu.max"
    if content is not None:
        file.write_text(content, encoding="ascii")
    assert cores_available(file) == cores


def test_this_host_is_described():
    host = this_host()
    assert host.python.startswith("3.")
    assert host.build in ("standard build", "free-threaded build")
    assert host.cores > 0
    assert host.start_method == "spawn"


@pytest.mark.parametrize("demo", ALL, ids=lambda demo: demo.id)
def test_a_busy_host_never_gets_a_claim(demo):
    samples = {variant.id: [Sample(1.0, 1.0, Everything())] * 3 for variant in demo.variants}
    verdict = demo.read(Measured(demo.id, STANDARD, samples, busy=True))
    assert verdict.right_choice is None
    assert "busy" in verdict.headline


class Everything(dict):
    """Counts of whatever is asked for."""

    def __missing__(self, name: str) -> int:
        return 1


@pytest.mark.parametrize("measure", [runner.measure, runner.measure_waits])
def test_one_variant_is_measured_once(measure):
    sample = measure("io-wait", "asyncio")
    assert 0.05 <= sample.wall_seconds < 5
    assert sample.cores_used < 1


def test_the_process_of_a_demo_may_reserve_what_its_threads_do():
    each_mib = 8 + 64  # a stack, and what glibc reserves for a thread that allocates
    assert DEMOS["threads-or-tasks"].memory_mib > threads_or_tasks.THREADS * each_mib + 1_024


def test_a_system_that_can_not_show_it_is_not_called_busy():
    demo = DEMOS["process-memory"]
    samples = {variant.id: [Sample(0.1, 0.1, {"bytes_each": 0})] for variant in demo.variants}
    verdict = demo.judge(Measured(demo.id, STANDARD, samples))
    assert verdict.right_choice is None
    assert "This system can't show it" in verdict.headline


def test_more_workers_that_took_a_little_less_are_told_as_about_as_long():
    demo = DEMOS["too-many-workers"]
    seconds = {"1": (1.0, 1.0), "2": (0.55, 1.0), "4": (0.52, 1.0), "many": (0.5, 1.0)}
    verdict = demo.judge(timed(demo, STANDARD, **seconds))
    assert verdict.right_choice == "same"
    assert "**0.50 s**, about as long as with two" in " ".join(verdict.sentences)


def test_without_the_gil_it_is_no_reason():
    demo = DEMOS["blocked-loop"]
    stops = {variant.id: 1_000 for variant in demo.variants} | {"sleep": 1_000_000, "compute": 1_000_000}
    told = {
        host.gil: " ".join(
            demo.judge(
                Measured(demo.id, host, {name: [Sample(1.0, 1.0, {"stop_us": us})] for name, us in stops.items()})
            ).sentences
        )
        for host in (STANDARD, FREE)
    }
    assert "GIL" in told[True]
    assert "GIL" not in told[False]


@pytest.mark.parametrize("demo", ALL, ids=lambda demo: demo.id)
def test_a_chart_points_at_something_that_it_shows(demo):
    variants = {variant.id for variant in demo.variants}
    assert set(demo.stands_out) <= variants
    assert demo.stands_out or {choice.id for choice in demo.choices} & variants
