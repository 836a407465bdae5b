"""What each demo claims from clear numbers, and that it claims nothing from numbers that contradict what is known."""

import pytest

from bot.demos.model import Host, Measured, Sample
from bot.demos.registry import DEMOS
from bot.packs.loading import load_packs
from bot.settings import CHECKOUT

STANDARD = Host("3.13.1", "standard build", gil=True, cores=2.0, start_method="spawn")
FREE = Host("3.14.1", "free-threaded build", gil=False, cores=2.0, start_method="spawn")
ONE_CORE = Host("3.13.1", "standard build", gil=True, cores=1.0, start_method="spawn")

Variants = dict[str, Sample]


def took(seconds: float, cores: float = 1.0, **counts: int) -> Sample:
    return Sample(seconds, seconds * cores, counts)


def stopped(milliseconds: float) -> Sample:
    return took(0.4, stop_us=round(milliseconds * 1000))


CLEAR: dict[str, tuple[str, Variants]] = {
    "too-many-workers": (
        "same",
        {"1": took(1.0), "2": took(0.55, 1.8), "4": took(0.56, 1.8), "many": took(0.6, 1.7)},
    ),
    "gil-release": (
        "c-code",
        {
            "one": took(0.4),
            "python": took(0.8),
            "small": took(0.3),
            "zlib": took(0.3, 1.9),
            "pbkdf2": took(0.3, 1.95),
        },
    ),
    "pool-start": (
        "threads",
        {"threads": took(0.0005), "fork": took(0.01), "forkserver": took(0.04), "spawn": took(0.08)},
    ),
    "pickle-cost": (
        "grows",
        {
            "small": took(0.001, same_object=0),
            "one": took(0.012, same_object=0),
            "ten": took(0.16, same_object=0),
            "list": took(0.18, same_object=0),
            "thread": took(0.0002, same_object=4),
        },
    ),
    "chunk-size": (
        "inline",
        {
            "inline": took(0.0003, sum=9),
            "1": took(0.4, sum=9),
            "10": took(0.06, sum=9),
            "100": took(0.01, sum=9),
            "1000": took(0.006, sum=9),
        },
    ),
    "process-memory": (
        "fork",
        {
            "fork": took(0.01, bytes_each=6_000_000),
            "forkserver": took(0.01, bytes_each=10_000_000),
            "spawn": took(0.01, bytes_each=12_000_000),
        },
    ),
    "blocked-loop": (
        "stops",
        {
            "sleep": stopped(300),
            "compute": stopped(299),
            "sleep-thread": stopped(1),
            "compute-thread": stopped(7),
            "compute-process": stopped(1),
        },
    ),
    "threads-or-tasks": (
        "tasks",
        {
            "threads": took(0.02, ns_each=100_000, bytes_each=14_000),
            "tasks": took(0.02, ns_each=2_500, bytes_each=900),
        },
    ),
    "lock-cost": (
        "little",
        {
            "plain": took(0.016, counted=400_000),
            "locked": took(0.06, counted=400_000),
            "two": took(0.07, counted=400_000),
            "four": took(0.08, counted=400_000),
        },
    ),
    "handing-over": (
        "simple",
        {
            "own": took(0.1, in_order=60_000),
            "queue": took(0.15, in_order=60_000),
            "simple": took(0.01, in_order=60_000),
        },
    ),
    "queue-speed": (
        "tasks",
        {
            "threads": took(0.1, items=50_000),
            "tasks": took(0.03, items=50_000),
            "processes": took(0.05, items=15_000),
            "pipe": took(0.04, items=15_000),
        },
    ),
    "deadlock": ("neither", {"opposite": took(0.41, 0, finished=0), "ordered": took(0.001, 0, finished=2)}),
}

CONTRADICTIONS: list[tuple[str, Variants]] = [
    ("too-many-workers", {"2": took(0.9, 1.8)}),  # two were hardly quicker than one
    ("too-many-workers", {"many": took(0.2, 1.8)}),  # more workers than cores can't gain that much
    ("gil-release", {"python": took(0.4, 1.9)}),  # with the GIL on, Python can't keep two cores busy
    ("gil-release", {"zlib": took(0.6, 1.0)}),
    ("gil-release", {"one": took(0.4, 0.5)}),
    ("pool-start", {"spawn": took(0.005)}),
    ("pool-start", {"threads": took(0.02)}),
    ("pickle-cost", {"ten": took(0.003, same_object=0)}),
    ("pickle-cost", {"thread": took(0.2, same_object=4)}),
    ("pickle-cost", {"ten": took(0.16, same_object=1)}),  # a copy that is the same object
    ("chunk-size", {"1": took(0.01, sum=9)}),
    ("chunk-size", {"inline": took(0.01, sum=9)}),
    ("chunk-size", {"10": took(0.06, sum=8)}),  # another sum
    ("process-memory", {"fork": took(0.01, bytes_each=12_000_000)}),
    ("process-memory", {"spawn": took(0.01, bytes_each=0)}),  # the system did not tell
    ("blocked-loop", {"sleep": stopped(100)}),
    ("blocked-loop", {"sleep-thread": stopped(200)}),
    ("blocked-loop", {"compute-process": stopped(300)}),
    ("threads-or-tasks", {"tasks": took(0.02, ns_each=50_000, bytes_each=900)}),
    ("lock-cost", {"locked": took(0.012, counted=400_000)}),  # cheaper with the lock than without
    ("lock-cost", {"locked": took(0.9, counted=400_000)}),
    ("lock-cost", {"two": took(0.02, counted=400_000)}),
    ("lock-cost", {"four": took(0.08, counted=399_999)}),  # an update lost under the lock
    ("handing-over", {"simple": took(0.1, in_order=60_000)}),
    ("handing-over", {"queue": took(0.15, in_order=59_999)}),
    ("queue-speed", {"processes": took(0.01, items=15_000)}),
    ("deadlock", {"opposite": took(0.41, 0, finished=1)}),
    ("deadlock", {"ordered": took(0.4, 0, finished=1)}),
    ("deadlock", {"opposite": took(0.01, 0, finished=0)}),  # they gave up too soon to have met
]


def measured(demo_id: str, host: Host = STANDARD, **changed: Sample) -> Measured:
    variants = {**CLEAR[demo_id][1], **changed}
    return Measured(demo_id, host, {name: [sample] * 3 for name, sample in variants.items()})


@pytest.mark.parametrize("demo_id", CLEAR)
def test_clear_numbers_give_the_claim_of_the_lesson(demo_id: str):
    demo = DEMOS[demo_id]
    verdict = demo.read(measured(demo_id))
    assert verdict.right_choice == CLEAR[demo_id][0]
    assert verdict.right_choice in {choice.id for choice in demo.choices}
    assert "**" in " ".join(verdict.sentences), "a number is set in bold"
    assert sum(map(len, [verdict.headline, *verdict.sentences])) < 1_200


@pytest.mark.parametrize("demo_id", CLEAR)
def test_the_chart_has_a_bar_for_each_variant_with_its_value(demo_id: str):
    chart = DEMOS[demo_id].chart(measured(demo_id))
    assert [bar.label for bar in chart.bars] == [variant.label for variant in DEMOS[demo_id].variants]
    assert all(bar.shown for bar in chart.bars)
    assert chart.axis


@pytest.mark.parametrize(
    ("demo_id", "changed"),
    CONTRADICTIONS,
    ids=[f"{demo}-{next(iter(one))}-{n}" for n, (demo, one) in enumerate(CONTRADICTIONS)],
)
def test_numbers_against_all_that_is_known_claim_nothing(demo_id: str, changed: Variants):
    verdict = DEMOS[demo_id].read(measured(demo_id, **changed))
    assert verdict.right_choice is None
    assert "claim nothing" in verdict.headline


def test_on_a_free_threaded_build_python_uses_two_cores_too():
    both = measured("gil-release", FREE, python=took(0.4, 1.9), small=took(0.3, 1.5))
    assert DEMOS["gil-release"].read(both).right_choice == "both"
    assert DEMOS["gil-release"].read(measured("gil-release", FREE)).right_choice is None


def test_far_too_many_workers_may_be_slower_and_that_is_said():
    verdict = DEMOS["too-many-workers"].read(measured("too-many-workers", many=took(0.9, 1.2)))
    assert verdict.right_choice == "slower"
    assert "1.6 times as long as with two" in " ".join(verdict.sentences)


@pytest.mark.parametrize("demo_id", ["cpu-work", "too-many-workers", "gil-release"])
def test_a_demo_that_needs_two_cores_claims_nothing_with_one(demo_id: str):
    samples = {variant.id: [took(1.0)] * 3 for variant in DEMOS[demo_id].variants}
    verdict = DEMOS[demo_id].read(Measured(demo_id, ONE_CORE, samples))
    assert verdict.right_choice is None
    assert "only 1 cores to give" in verdict.headline


def test_memory_that_the_system_does_not_tell_is_left_out():
    verdict = DEMOS["threads-or-tasks"].read(
        measured(
            "threads-or-tasks",
            threads=took(0.02, ns_each=100_000, bytes_each=0),
            tasks=took(0.02, ns_each=2_500, bytes_each=0),
        )
    )
    assert verdict.right_choice == "tasks"
    assert "kB" not in " ".join(verdict.sentences)


@pytest.fixture(scope="module")
def beliefs() -> set[str]:
    [pack] = load_packs(CHECKOUT / "content" / "python-concurrency", DEMOS)
    return {one.id for one in pack.head.misconceptions}


@pytest.mark.parametrize("demo_id", DEMOS)
def test_each_demo_names_what_it_shows_and_beliefs_that_the_course_knows(demo_id: str, beliefs: set[str]):
    demo = DEMOS[demo_id]
    assert demo.shows.endswith(".")
    assert demo.refutes
    assert set(demo.refutes) <= beliefs
