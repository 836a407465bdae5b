"""Numbered files of SQL, by which a database is brought from one schema to the next."""

import re
from importlib import resources

_NAME = re.compile(r"^(\d{4})_\w+\.sql$")


def numbered(package: str) -> dict[int, str]:
    """The SQL of a package's files by their numbers, in order."""
    found = {
        int(match[1]): entry.read_text("utf-8")
        for entry in resources.files(package).iterdir()
        if (match := _NAME.match(entry.name))
    }
    return dict(sorted(found.items()))
