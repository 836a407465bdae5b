"""What pip-audit found: fails for a known vulnerability, and says so when nothing could be looked up.

pip-audit ends well when its service knows none of the packages, and with an error when there is no network: neither is an
audit.
"""

import json
import sys
from pathlib import Path
from typing import Any


def verdict(report: Path) -> tuple[int, str]:
    """The exit code and what to print."""
    try:
        entries: list[dict[str, Any]] = json.loads(report.read_text("utf-8"))["dependencies"]
    except (OSError, ValueError, KeyError, TypeError):
        return 0, "not audited: pip-audit could not be installed, or its service can't be reached from here"
    audited = [entry for entry in entries if "vulns" in entry]
    found = [f"{entry['name']} {entry['version']}: {one['id']}" for entry in audited for one in entry["vulns"]]
    skipped = [entry["name"] for entry in entries if "vulns" not in entry]
    if found:
        return 1, "\n".join(["known vulnerabilities:", *found])
    if not audited:
        return 0, f"not audited: pip-audit's service knows none of the {len(skipped)} packages from here"
    left_out = f"; not known to it: {', '.join(skipped)}" if skipped else ""
    return 0, f"{len(audited)} packages audited, no known vulnerability{left_out}"


if __name__ == "__main__":
    code, words = verdict(Path(sys.argv[1]))
    print(words)
    sys.exit(code)
