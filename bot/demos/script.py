"""*Try it yourself*: a demo as one file that runs anywhere with Python alone.

It is made of the very modules that the bot runs, so it measures exactly the same. Their imports of each other are taken out,
as all of them are in one file.
"""

import ast
import inspect
from types import ModuleType

from bot.charts import bars
from bot.demos import host, model, pools
from bot.demos.registry import DEMOS

_HEAD = '''"""{title}

{workload}. {question}

From Studyhall, a study group's bot. Run it with `python {name}`; it takes Python 3.11 or newer and nothing else.
"""
'''

_SETUP = """
pools = sys.modules[__name__]  # what belongs to another module of Studyhall stands in this file too
"""

_MAIN = '''
ROUNDS = 3


def measure(variant: Variant) -> Sample:
    """Prepare a variant, run its timed part with the garbage collector off, and clear up."""
    with variant.prepared() as work:
        gc.collect()
        gc.disable()
        try:
            cpu, wall = time.process_time(), time.perf_counter()
            cpu_elsewhere, counts = work()
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        finally:
            gc.enable()
    return Sample(wall, cpu + cpu_elsewhere, counts)


def main() -> None:
    """Measure the variants by turns, then print what the numbers show."""
    print(f"{DEMO.title}: {DEMO.workload}.")
    print(DEMO.question)
    for choice in DEMO.choices:
        print(f"  - {choice.label}")
    print("Measuring, up to", round(DEMO.bound_seconds), "seconds...")
    samples: dict[str, list[Sample]] = {variant.id: [] for variant in DEMO.variants}
    for _ in range(ROUNDS):
        for variant in DEMO.variants:
            samples[variant.id].append(measure(variant))
    measured = Measured(DEMO.id, this_host(), samples)
    verdict, drawn = DEMO.read(measured), DEMO.drawn(measured)
    width = max(len(bar.label) for bar in drawn.bars)
    longest = max(bar.value for bar in drawn.bars) or 1
    print(f"\\n{drawn.title} - {drawn.axis}")
    for bar in drawn.bars:
        print(f"{bar.label:<{width}}  {'#' * round(30 * bar.value / longest)} {bar.shown}")
    print(f"{drawn.footer}\\n\\n{verdict.headline}")
    for sentence in verdict.sentences:
        print(f"- {sentence.replace('**', '').replace('`', '')}")


if __name__ == "__main__":
    main()
'''

_OF_BARS = ("BarValue", "BarChart", "number")
"""All that a demo needs of the charts: numbers and words, no picture."""


def file_name(demo_id: str) -> str:
    """What the file is called."""
    return f"{demo_id.replace('-', '_')}.py"


def script(demo_id: str) -> str:
    """The demo as one file."""
    demo = DEMOS[demo_id]
    own = inspect.getmodule(demo.judge)
    assert own is not None
    parts = [
        (model.__name__, [*_kept(bars, _OF_BARS), *_kept(model)]),
        (host.__name__, _kept(host)),
        (pools.__name__, _kept(pools)),
        (own.__name__, _kept(own)),
    ]
    imports = sorted({line for module in (bars, model, host, pools, own) for line in _imports(module)})
    imports += ["import gc", "import sys", "import time"]
    head = _HEAD.format(title=demo.title, workload=demo.workload, question=demo.question, name=file_name(demo_id))
    body = [f"# {name.removeprefix('bot.')}\n\n" + "\n\n\n".join(code) for name, code in parts]
    return "\n".join([head, *dict.fromkeys(imports), _SETUP, "\n\n\n".join(body), "", _MAIN])


def _imports(module: ModuleType) -> list[str]:
    """A module's imports of Python's own library, one a line."""
    found = []
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.Import):
            found += [f"import {one.name}" for one in node.names]
        elif isinstance(node, ast.ImportFrom) and not str(node.module).startswith("bot."):
            found += [f"from {node.module} import {one.name}" for one in node.names]
    return found


def _kept(module: ModuleType, names: tuple[str, ...] | None = None) -> list[str]:
    """The statements of a module but its imports; of these names alone where some are given."""
    source = inspect.getsource(module)
    found = []
    for node in ast.parse(source).body[1:]:  # its docstring stands first
        if isinstance(node, ast.Import | ast.ImportFrom):
            continue
        if names is not None and getattr(node, "name", None) not in names:
            continue
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
        found.append("\n".join(source.splitlines()[first - 1 : node.end_lineno]))
    return found
