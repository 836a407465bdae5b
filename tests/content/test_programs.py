"""The course, proven: every program in it is run, and prints what the page or the key says."""

import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.demos.registry import DEMOS
from bot.packs.loading import load_packs
from bot.packs.models import Page, Question
from bot.settings import CHECKOUT

[PACK] = load_packs(CHECKOUT / "content" / "python-concurrency", DEMOS)
PAGES = {f"{section.id}-{n}": page for section in PACK.sections for n, page in enumerate(section.pages) if page.code}
PROOFS = {question.id: question for question in PACK.questions if question.proof}
OWN_CODE = {name: question for name, question in PROOFS.items() if question.proof.script is None}
SECONDS = 60


def run(folder: Path, name: str, code: str) -> subprocess.CompletedProcess[str]:
    """Run a program from a file of its own, as a learner would."""
    file = folder / f"{name.replace('-', '_')}.py"
    file.write_text(code, encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COV"))}
    return subprocess.run(
        [sys.executable, file.name],
        cwd=folder,
        env=environment | {"PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """Every program of the course, under way two at a time."""
    folder = tmp_path_factory.mktemp("programs")
    codes = {f"page-{name}": page.code for name, page in PAGES.items()}
    codes |= {f"proof-{name}": question.proof.script or question.code for name, question in PROOFS.items()}
    with ThreadPoolExecutor(2) as pool:
        under_way = {name: pool.submit(run, folder, name, code) for name, code in codes.items()}
        yield under_way
        for future in under_way.values():
            future.cancel()


def printed(programs: dict[str, Future[subprocess.CompletedProcess[str]]], name: str) -> str:
    done = programs[name].result()
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("name", "page"), PAGES.items(), ids=PAGES)
def test_the_code_of_a_page_prints_exactly_what_the_page_shows(programs, name: str, page: Page):
    assert page.output is not None, "a page with code shows what it prints"
    assert printed(programs, f"page-{name}") == page.output


@pytest.mark.parametrize(("name", "question"), PROOFS.items(), ids=PROOFS)
def test_a_proof_prints_what_it_must(programs, name: str, question: Question):
    assert printed(programs, f"proof-{name}") == question.proof.prints


@pytest.mark.parametrize("question", OWN_CODE.values(), ids=OWN_CODE)
def test_where_the_code_is_the_proof_the_key_is_what_it_prints(question: Question):
    key = question.options[question.key].text.strip("`")
    assert key.split() == question.proof.prints.split()


def test_what_python_prints_decides_many_keys():
    assert len(OWN_CODE) >= 20
    assert all(question.code for question in OWN_CODE.values())


def test_each_section_but_the_summary_has_questions_enough():
    counted = Counter(question.section for question in PACK.questions)
    assert len(PACK.sections) == 8
    assert all(counted[section.id] >= 6 for section in PACK.sections[:7])
    assert counted.total() >= 48


def test_each_section_offers_an_easy_start_and_every_kind_is_asked():
    for section in PACK.sections[:7]:
        difficulties = {question.difficulty for question in PACK.questions if question.section == section.id}
        assert "easy" in difficulties
        assert len(difficulties) >= 2
    assert {question.kind for question in PACK.questions} == {"recall", "understand", "apply", "debug", "design"}


def test_the_right_option_is_not_given_away_by_its_place_or_its_length():
    questions = PACK.questions
    places = Counter(question.key for question in questions)
    longest = sum(
        len(question.options[question.key].text) > max(len(o.text) for o in question.options if not o.correct)
        for question in questions
    )
    assert max(places.values()) <= len(questions) * 0.45
    assert longest <= len(questions) * 0.45


def test_every_source_is_a_page_of_pythons_documentation():
    sources = [question.source for question in PACK.questions]
    sources += [page.source for section in PACK.sections for page in section.pages]
    for source in filter(None, sources):
        assert source.startswith(("https://docs.python.org/3", "https://peps.python.org/")), source
