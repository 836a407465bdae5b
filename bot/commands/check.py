"""``python -m bot check``: every fault of the packs with its place, then each bank's quality in figures."""

import json
from pathlib import Path
from typing import Any

from bot.demos.registry import DEMOS
from bot.packs.loading import read_packs
from bot.packs.models import Pack
from bot.packs.report import Evidence, quality_report
from bot.wording import counted, visible


def check_packs(folder: Path, evidence_folder: Path, *, strict: bool = False) -> int:
    """Print all faults and the quality report; 1 when a start would refuse the packs, or (``strict``) at any warning.

    ``evidence_folder`` may hold ``blind_readings.json`` and ``proofs.json``. Raises PackError when there is no pack.
    """
    errors = 0
    for loaded in read_packs(folder, DEMOS, thorough=True):
        for fault in loaded.faults:
            print(fault)
        errors += len(loaded.faults) if strict else len(loaded.errors)
        warnings = len(loaded.faults) - len(loaded.errors)
        size = _size(loaded.pack) if loaded.pack else ""
        print(f"{visible(loaded.folder.name)}: {size}{len(loaded.errors)} errors, {warnings} warnings")
        if loaded.pack:
            for line in quality_report(loaded.pack, _evidence(evidence_folder)):
                print(f"  {line}".rstrip())
    return 1 if errors else 0


def _size(pack: Pack) -> str:
    without = f" ({len(pack.left_out):,} left out)" if pack.left_out else ""
    return f"{counted(len(pack.sections), 'section')}, {counted(len(pack.questions), 'question')}{without}, "


def _evidence(folder: Path) -> Evidence | None:
    readings, proofs = _json(folder / "blind_readings.json"), _json(folder / "proofs.json")
    if not readings and not proofs:
        return None
    return Evidence(
        {name: {item: (one[0], bool(one[2])) for item, one in items.items()} for name, items in readings.items()},
        {item: (one[0], one[1]) for item, one in proofs.items()},
    )


def _json(file: Path) -> dict[str, Any]:
    return dict(json.loads(file.read_text("utf-8"))) if file.is_file() else {}
