"""Prints the figures of the house: sizes, arguments, imports, cycles, and the share that knows no Discord.

python tests/house_figures.py [--root FOLDER]
"""

import argparse
import ast
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

WIRING = {"bot/app.py", "bot/services/all.py", "bot/ui/features.py", "bot/cli.py", "bot/__main__.py"}
"""They wire, so they may import as much as it takes."""


@dataclass
class Figures:
    """What is measured of one house."""

    lines: dict[str, int] = field(default_factory=dict)
    functions: list[tuple[int, str]] = field(default_factory=list)
    arguments: list[tuple[int, str]] = field(default_factory=list)
    imports: dict[str, set[str]] = field(default_factory=dict)
    discord: set[str] = field(default_factory=set)


def is_command(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether it is a slash command: its options are its arguments."""
    return any("command" in ast.unparse(one) for one in node.decorator_list)


def measured(root: Path) -> Figures:
    """The figures of the modules under ``root/bot``."""
    found = Figures()
    paths = {path.relative_to(root).as_posix(): path for path in sorted((root / "bot").rglob("*.py"))}
    modules = {name.removesuffix("/__init__.py").removesuffix(".py").replace("/", "."): name for name in paths}
    for name, path in paths.items():
        text = path.read_text("utf-8")
        found.lines[name] = text.count("\n")
        found.imports[name] = set()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.functions.append(((node.end_lineno or 0) - node.lineno + 1, f"{name}: {node.name}"))
                every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                own = [one for one in every if one.arg not in ("self", "cls")]
                if not is_command(node):
                    found.arguments.append((len(own), f"{name}: {node.name}"))
            elif isinstance(node, ast.ImportFrom) and node.module:
                if node.module.split(".")[0] == "discord":
                    found.discord.add(name)
                for one in node.names:
                    target = modules.get(f"{node.module}.{one.name}") or modules.get(node.module)
                    if target and target != name:
                        found.imports[name].add(target)
            elif isinstance(node, ast.Import) and any(one.name.split(".")[0] == "discord" for one in node.names):
                found.discord.add(name)
    return found


def cycles(imports: dict[str, set[str]]) -> list[list[str]]:
    """The rings of modules that import each other (Tarjan's strongly connected components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in imports[name]:
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            ring = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(ring) > 1:
                found.append(sorted(ring))

    sys.setrecursionlimit(10_000)
    for name in imports:
        if name not in index:
            visit(name)
    return found


def percentile(values: list[int], share: float) -> int:
    """The value below which that share lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def report(of: Figures) -> list[str]:
    """The figures in words."""
    total = sum(of.lines.values())
    counts = {name: len(found) for name, found in of.imports.items() if name not in WIRING}
    most = max(counts, key=lambda name: counts[name])
    folders = Counter(name.rpartition("/")[0] for name in of.lines if not name.endswith("__init__.py"))
    longest_files = sorted(of.lines.items(), key=lambda item: -item[1])[:5]
    with_discord = sum(lines for name, lines in of.lines.items() if name in of.discord)
    return [
        f"lines of Python in bot/: {total:,} in {len(of.lines)} modules",
        f"longest function: {'; '.join(f'{n} lines, {name}' for n, name in sorted(of.functions)[:-4:-1])}",
        f"most arguments: {'; '.join(f'{n}, {name}' for n, name in sorted(of.arguments)[:-4:-1])}",
        f"functions of more than 80 lines: {sum(n > 80 for n, _ in of.functions)}; "
        f"of more than 8 arguments: {sum(n > 8 for n, _ in of.arguments)}",
        f"imports of ours in a module: {counts[most]} ({most}), 90th percentile {percentile(list(counts.values()), 0.9)}",
        f"rings of imports: {cycles(of.imports) or 'none'}",
        f"longest files: {', '.join(f'{name} {lines}' for name, lines in longest_files)}; "
        f"{sum(lines > 500 for lines in of.lines.values())} of more than 500 lines",
        f"fullest folders: {', '.join(f'{name} {count}' for name, count in folders.most_common(4))}",
        f"lines in modules that import no Discord: {1 - with_discord / total:.0%}",
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[1])
    print("\n".join(report(measured(parser.parse_args().root))))


if __name__ == "__main__":
    main()
