"""The outline of the lesson: each heading has its section, and each term is explained on the page where it comes first."""

import re
from collections.abc import Iterator

import pytest

from bot.demos.registry import DEMOS
from bot.packs.loading import load_packs
from bot.packs.models import Page
from bot.settings import CHECKOUT

[PACK] = load_packs(CHECKOUT / "content" / "python-concurrency", DEMOS)

HEADINGS = {
    "what-is-concurrency": "What is concurrency?",
    "io-and-cpu-bound": "I/O-bound and CPU-bound work",
    "threads": "Threads",
    "processes": "Processes",
    "asyncio": "Asyncio",
    "locks-and-queues": "Locks and queues",
    "common-mistakes": "Common mistakes",
    "quick-summary": "Quick summary",
}
TERMS = {
    "what-is-concurrency": ["concurrency", "parallel", "cooperative", "race condition", "coordination"],
    "io-and-cpu-bound": ["I/O-bound", "CPU-bound", "Global Interpreter Lock"],
    "threads": ["thread", "executor", "future", "daemon"],
    "processes": ["pickled copies", "communication between processes is more expensive than between threads"],
    "asyncio": ["coroutine", "event loop", "tasks", "blocking", "non-blocking", "TaskGroup"],
    "locks-and-queues": ["lock", "critical section", "mutual exclusion", "producer", "consumer"],
    "common-mistakes": ["atomic", "deadlock", "free-threaded build"],
}
"""Each stands in bold where its section explains it."""
FIRST_MET_WHERE_EXPLAINED = ["race condition", "cooperative", "non-blocking", "Global Interpreter Lock"]


def said(page: Page) -> str:
    """What a page says in words and code."""
    return "\n".join(filter(None, (page.title, page.text, page.code, page.after)))


def pages() -> Iterator[Page]:
    """All pages in the order of the lesson."""
    for section in PACK.sections:
        yield from section.pages


def test_each_heading_of_the_outline_is_a_section_in_its_order():
    assert {section.id: section.title for section in PACK.sections} == HEADINGS
    assert [section.id for section in PACK.sections] == list(HEADINGS)


@pytest.mark.parametrize(
    ("section_id", "term"), [(section, term) for section, terms in TERMS.items() for term in terms]
)
def test_each_term_of_the_outline_is_explained_in_its_section(section_id: str, term: str):
    [section] = [section for section in PACK.sections if section.id == section_id]
    whole = "\n".join(map(said, section.pages))
    assert re.search(rf"\*\*{re.escape(term)}\*\*", whole, re.IGNORECASE)


@pytest.mark.parametrize("term", FIRST_MET_WHERE_EXPLAINED)
def test_a_term_is_explained_on_the_page_that_uses_it_first(term: str):
    word = re.compile(rf"\b{re.escape(term)}\b", re.IGNORECASE)
    first = next(page for page in pages() if word.search(said(page)))
    assert f"**{term.lower()}**" in said(first).lower()


def test_the_gil_is_spelled_out_before_it_is_used():
    first = next(page for page in pages() if "GIL" in said(page))
    assert "**Global Interpreter Lock**" in first.text


def test_the_page_on_race_conditions_says_why_they_are_hard_to_reproduce():
    [page] = [page for page in pages() if "**race condition**" in said(page)]
    assert "hard to reproduce" in said(page)


def test_the_page_on_pools_downloads_with_map():
    [section] = [section for section in PACK.sections if section.id == "threads"]
    [page] = [page for page in section.pages if "executor.map(download, urls)" in (page.code or "")]
    assert "executor.map(download, urls)" in (page.after or "")


def test_each_link_into_the_documentation_leads_to_a_place_on_its_page():
    sources = [page.source for page in pages()]
    sources += [question.source for question in PACK.questions]
    sources += [term.source for term in PACK.terms]
    bare = [source for source in filter(None, sources) if "docs.python.org" in source and "#" not in source]
    assert bare == []
