"""The table in which every benchmark ends; `proof.py` gathers them."""

from collections.abc import Iterable

Row = tuple[str, str, str, bool]
"""What was measured, what came out, what was wanted, and whether it was met."""


def drawn(rows: Iterable[Row], what: str = "what") -> str:
    """The rows as a Markdown table; ``what`` heads its first column."""
    lines = [f"| {one} | {got} | {target} | {'yes' if met else 'NO'} |" for one, got, target, met in rows]
    return "\n".join([f"| {what} | measured | target | met |", "|---|---|---|---|", *lines])


def all_met(rows: Iterable[Row]) -> bool:
    """Whether every target was met."""
    return all(met for *_, met in rows)
