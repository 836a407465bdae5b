"""The worst words keep out of what people read: the surface, the documents, and the docstrings.

The rules of the house's English, with the reasons, are in CONTRIBUTING.md; this is the list of what slips in most easily.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import CHECKOUT

WORST = {
    r"\banew\b": "again",
    r"\bbroken off\b": "interrupted, cancelled",
    r"\breckon(?:s|ed|ing)?\b": "calculate, compute, work out",
    r"\bat the latest\b": "by",
    r"\bholds? at once\b": "apply immediately",
    r"\bit is so already\b": "that's already set, you've already joined",
    r"\bnone that waits?\b": "none open, none waiting",
    r"\bbeliefs? to drop\b": "common myth",
    r"\bas long as one\b": "while you",
    r"\bmix(?:es|ed)? up\b(?! by)": "myths you may believe",
    r"\b[Jj]ust now (?:every|all|each)\b": "right now",
    r"\b(?:is|are|was|were) not there any more\b": "is gone, no longer exists",
    r"\bis not here any more\b": "is gone",
    r"\b[Oo]f others I know\b": "I only know … about others",
    r"(?:^|[.!?:;] )Who (?:has|does|answers|only|opens|plays|hides|left|wins|knows|is in|gets|leads)\b[^?]*(?:[.;]|$)": (
        "Whoever …, Members who …, Anyone who …"
    ),
    r"\bhelps? (?:nobody )?who\b|\bgives? who\b|\btells? who only\b": "name the noun: code that, members who",
    r"\b[Pp]robably as\b": "say it plainly",
}
"""Each as a pattern, with what a native tutor would say in its place."""

SURFACE = ("bot/ui", "bot/commands", "bot/cli.py", "bot/facts.py", "bot/playground", "bot/workbench")
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "PRIVACY.md", "SECURITY.md", "CHANGELOG.md")
PAGES = [CHECKOUT / "bot" / part / "page" for part in ("playground", "workbench")]


def sources(*places: str) -> list[Path]:
    found = [CHECKOUT / place for place in places]
    return sorted(path for one in found for path in (one.rglob("*.py") if one.is_dir() else [one]))


def texts(path: Path, *, docstrings: bool) -> Iterator[tuple[int, str]]:
    """The texts of a module by their lines: its docstrings, or all others."""
    tree = ast.parse(path.read_text("utf-8"))
    said = {
        node.value for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and (node in said) is docstrings:
            yield node.lineno, node.value


def worst(text: str) -> list[str]:
    """What of the list is in a text, each with what to say in its place."""
    return [f"{found.group()!r}: {better}" for bad, better in WORST.items() if (found := re.search(bad, text))]


def faults(path: Path, *, docstrings: bool) -> list[str]:
    return [
        f"{path.relative_to(CHECKOUT)}:{line}: {one}"
        for line, text in texts(path, docstrings=docstrings)
        for one in worst(text)
    ]


def test_what_people_read_in_discord_and_in_the_terminal_has_none_of_them():
    assert [one for path in sources(*SURFACE) for one in faults(path, docstrings=False)] == []


def test_docstrings_have_none_of_them():
    assert [one for path in sources("bot") for one in faults(path, docstrings=True)] == []


@pytest.mark.parametrize("name", [*DOCUMENTS, *(path.name for path in sorted((CHECKOUT / "docs").glob("*.md")))])
def test_the_documents_have_none_of_them(name: str):
    path = CHECKOUT / name if (CHECKOUT / name).exists() else CHECKOUT / "docs" / name
    lines = path.read_text("utf-8").splitlines()
    assert [f"{name}:{number}: {one}" for number, line in enumerate(lines, 1) for one in worst(line)] == []


@pytest.mark.parametrize("page", PAGES, ids=["playground", "workbench"])
def test_a_page_has_none_of_them(page: Path):
    written = [path for path in sorted(page.glob("*")) if path.suffix in (".js", ".html", ".css")]
    assert written
    assert [f"{path.name}: {one}" for path in written for one in worst(path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "text",
    [
        "Look at it anew.",
        "Read the courses anew",
        "**A belief to drop**: hotter is better",
        "**Reports**: none that waits.",
        "What you choose holds at once.",
        "Nothing to change: it is so already.",
        "The result comes in 24 hours at the latest.",
        "It was reckoned from answers.",
        "This quiz is not there any more.",
        "Who hides from boards is not in it.",
        "You mix up threads and processes.",
    ],
)
def test_the_list_finds_what_it_is_for(text: str):
    assert worst(text)


@pytest.mark.parametrize(
    "text", ["Who may open competitions?", "Whoever wins gets it.", "Members who left are not in it."]
)
def test_it_lets_good_english_be(text: str):
    assert worst(text) == []
