"""Two threads at once: C code that lets go of the GIL, small pieces of it, and pure Python."""

import hashlib
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.charts.bars import BarChart
from bot.demos.model import Demo, DemoVerdict, Measured, Prediction, Variant, Work, bar_chart, inconclusive

THREADS = 2
PASSWORD_ROUNDS = 500_000
MEGABYTES = 16
SMALL_PIECES = 250_000
STEPS = 5_000_000
TEXT = b"Concurrency is about dealing with many things at once. " * 18_000


def hash_password() -> None:
    """C code that runs for long without the GIL."""
    hashlib.pbkdf2_hmac("sha256", b"password", b"salt", PASSWORD_ROUNDS)


def compress() -> None:
    """C code too."""
    for _ in range(MEGABYTES):
        zlib.compress(TEXT, 6)


def hash_small_pieces() -> None:
    """C code in pieces of 1 kB: hashlib keeps the GIL for anything below 2 kB."""
    piece = bytes(1024)
    for _ in range(SMALL_PIECES):
        hashlib.sha256(piece)


def pure_python() -> None:
    """Bytecode, which needs the GIL."""
    total = 0
    for n in range(STEPS):
        total += n * n


def _in_threads(count: int, function: Callable[[], None]) -> Callable[[], Iterator[Work]]:
    """The same work in so many threads at once."""

    def prepared() -> Iterator[Work]:
        def work() -> tuple[float, dict[str, int]]:
            workers = [threading.Thread(target=function) for _ in range(count)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
            return 0.0, {}

        yield work

    return prepared


VARIANTS = (
    Variant("one", "Python, 1 thread", contextmanager(_in_threads(1, pure_python)), cores_at_least=0.9),
    Variant("python", "Python, 2 threads", contextmanager(_in_threads(THREADS, pure_python)), cores_at_least=0.9),
    Variant(
        "small", "1 kB hashes, 2 threads", contextmanager(_in_threads(THREADS, hash_small_pieces)), cores_at_least=0.9
    ),
    Variant("zlib", "zlib, 2 threads", contextmanager(_in_threads(THREADS, compress)), cores_at_least=1.4),
    Variant("pbkdf2", "pbkdf2, 2 threads", contextmanager(_in_threads(THREADS, hash_password)), cores_at_least=1.4),
)


def judge(measured: Measured) -> DemoVerdict:
    """Reads cores used, which other work on the machine can lower but never raise."""
    cores = {variant.id: measured.cores(variant.id) for variant in VARIANTS}
    as_expected = cores["python"] <= 1.2 if measured.host.gil else cores["python"] >= 1.4
    if not (cores["one"] >= 0.9 and min(cores["zlib"], cores["pbkdf2"]) >= 1.4 and as_expected):
        return inconclusive(
            "The threads did not get the cores that they could have used. Run it again in a quiet moment."
        )
    sentences = [
        f"Two threads that hash a password kept **{cores['pbkdf2']:.1f} cores** busy, two that compress "
        f"**{cores['zlib']:.1f}**: this C code lets go of the GIL while it works.",
    ]
    if measured.host.gil:
        sentences.append(
            f"Two threads of pure Python kept **{cores['python']:.1f} core** busy: one at a time runs bytecode, on this "
            "standard build."
        )
    else:
        sentences.append(
            f"Two threads of pure Python kept **{cores['python']:.1f} cores** busy as well: this is a free-threaded build."
        )
    if measured.host.gil and cores["small"] <= 1.3:
        sentences.append(
            f"Hashes of 1 kB kept only {cores['small']:.1f} core busy: for so little `hashlib` does not let go of the GIL."
        )
    right = "c-code" if measured.host.gil else "both"
    headline = "C code uses two cores, Python one" if measured.host.gil else "Without the GIL both use two cores"
    return DemoVerdict(right, headline, sentences)


def chart(measured: Measured) -> BarChart:
    """Cores used."""
    title, axis = "How many cores two threads keep busy", "cores used: CPU seconds for each second (longer is better)"
    return bar_chart(title, axis, VARIANTS, measured, lambda s: s.cores_used, " cores")


DEMO = Demo(
    id="gil-release",
    title="Threads and the GIL",
    section="threads",
    workload="two threads at once: pure Python, hashing small pieces, compressing, hashing a password",
    question="Two threads at once: which work keeps two cores busy in this Python?",
    choices=(
        Prediction("c-code", "C code such as zlib"),
        Prediction("python", "Pure Python"),
        Prediction("both", "Both of them"),
        Prediction("neither", "Neither"),
    ),
    variants=VARIANTS,
    bound_seconds=12,
    judge=judge,
    chart=chart,
    shows="C code that lets go of the GIL runs in parallel in threads; Python bytecode does not on the standard build.",
    refutes=("gil-makes-threads-useless", "gil-is-gone"),
    cores_needed=1.5,
    stands_out=("zlib", "pbkdf2"),
)
