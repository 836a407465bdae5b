"""The course, proven: every program in it is run on every Python of this machine, and prints what the page or key says."""

from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from textwrap import indent

import pytest
from programs import Program, Ran, pages_of, proofs_of, pythons, run, trouble_with

from bot.demos.registry import DEMOS
from bot.packs.bank import of_one_key
from bot.packs.cues import BANDS, cue_report
from bot.packs.loading import load_packs, read_pack
from bot.packs.models import Question
from bot.quiz.question.asking import Lettering, given_by
from bot.settings import CHECKOUT

COURSE = CHECKOUT / "content" / "python-concurrency"
[PACK] = load_packs(COURSE, DEMOS)
PYTHONS = pythons()
PROGRAMS = [*pages_of(PACK), *(program for question in PACK.questions for program in proofs_of(question))]
JOBS = {(one.name, version): one for one in PROGRAMS for version in PYTHONS if one.holds_on(version)}
OWN_CODE = {question.id: question for question in PACK.questions if question.proof and question.proof.script is None}
ASKS_WHAT_IS_PRINTED = {name: q for name, q in OWN_CODE.items() if "print" in q.stem}
TYPED_FROM_A_PROOF = [one for one in PACK.questions if one.form == "typed" and one.proof]
ORDERED_CODE = [one for one in PACK.questions if one.items_are_code]
SECTIONS = {section.id: section for section in PACK.sections}


@pytest.fixture(scope="module")
def under_way(tmp_path_factory):
    """Every program of the course, two at a time."""
    folder = tmp_path_factory.mktemp("programs")
    with ThreadPoolExecutor(2) as pool:
        runs = {job: pool.submit(run, program, PYTHONS[job[1]], folder) for job, program in JOBS.items()}
        yield runs
        for future in runs.values():
            future.cancel()


@pytest.mark.usefixtures("once")
@pytest.mark.parametrize(("job", "program"), JOBS.items(), ids=[f"{name}-{version}" for name, version in JOBS])
def test_a_program_prints_what_it_must(
    under_way: dict[tuple[str, str], Future[Ran]], job: tuple[str, str], program: Program
):
    assert trouble_with(program, under_way[job].result()) == ""


@pytest.mark.parametrize("question", ASKS_WHAT_IS_PRINTED.values(), ids=ASKS_WHAT_IS_PRINTED)
def test_what_a_program_prints_is_the_key_and_no_other_option(question: Question):
    printed = question.proof.prints.split()
    same = [option.text.replace("`", "").split() == printed for option in question.options]
    if any(same):  # else the options describe what is printed
        assert same.index(True) == question.key
        assert same.count(True) == 1


@pytest.mark.parametrize("question", TYPED_FROM_A_PROOF, ids=lambda one: one.id)
def test_what_a_program_prints_is_what_has_to_be_typed(question: Question):
    printed, nothing = question.proof.prints.strip(), Lettering(())
    assert given_by(question, nothing, printed).right
    assert not given_by(question, nothing, f"9{printed}").right


@pytest.mark.parametrize("question", ORDERED_CODE, ids=lambda one: one.id)
def test_lines_to_put_in_order_stand_in_that_order_in_the_program_that_proves_them(question: Question):
    lines = "\n".join(option.text for option in question.options) + "\n"
    assert lines in question.proof.script or indent(lines, "    ") in question.proof.script


def test_twenty_questions_are_asked_in_the_other_forms():
    forms = Counter(question.form for question in PACK.questions)
    assert (forms["typed"], forms["order"], forms["several"]) == (9, 6, 5)
    assert all(question.code or question.items_are_code for question in ORDERED_CODE)


def test_a_repaired_program_differs_from_the_faulty_one_and_is_there_for_all_code_to_debug():
    faulty = [question for question in PACK.questions if question.kind == "debug" and question.code]
    assert len(faulty) >= 20
    assert all(question.repaired and question.repaired.script != question.code for question in faulty)


def test_at_least_sixty_questions_predict_output_or_find_the_fault_and_twenty_five_choose_a_design():
    with_code = [q for q in PACK.questions if q.code and q.kind in ("apply", "debug")]
    assert len(with_code) >= 60
    assert sum(question.kind == "design" for question in PACK.questions) >= 25


def test_the_bank_holds_every_rule_for_authors():
    loaded = read_pack(COURSE, DEMOS, thorough=True)
    assert [str(fault) for fault in loaded.faults] == []
    assert len(PACK.questions) == 220


def test_no_guesser_scores_beyond_its_band():
    report = cue_report(of_one_key(PACK.questions))
    assert {cue.guesser for cue in report} >= {"longest", "shortest", "most convergent", "overlap with the stem"}
    assert [(cue.guesser, cue.right) for cue in report if cue.right > BANDS[cue.options][1]] == []


def test_each_section_opens_with_a_question_shows_a_measured_figure_and_a_common_mistake():
    for section in PACK.sections[:-1]:
        assert section.opening
        assert 3 <= len(section.pages) <= 12
        assert any(page.figure for page in section.pages), section.id
        assert any(page.mistake for page in section.pages), section.id
        assert len(section.remember) == 3


def test_the_summary_is_one_page_that_leads_back_to_every_section():
    [page] = PACK.sections[-1].pages
    assert page.links == [section.id for section in PACK.sections[:-1]]


def test_each_demo_is_run_from_a_page_or_a_section():
    shown = {demo for section in PACK.sections for demo in section.demos}
    assert shown == set(DEMOS)


def test_what_is_new_says_since_which_python():
    assert {"3.11", "3.12", "3.13", "3.14"} <= {page.since for s in PACK.sections for page in s.pages if page.since}


def test_every_page_and_question_names_a_source_or_has_a_proof():
    assert all(page.source or page.code for section in PACK.sections for page in section.pages)
    assert all(question.source or question.proof for question in PACK.questions)


def test_the_glossary_explains_each_word_in_one_sentence():
    assert len(PACK.terms) >= 40
    for term in PACK.terms:
        assert term.meaning.endswith(".")
        assert ". " not in term.meaning.replace("e.g. ", "")


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


def test_every_source_is_a_page_of_pythons_documentation():
    sources = [question.source for question in PACK.questions]
    sources += [page.source for section in PACK.sections for page in section.pages]
    for source in filter(None, sources):
        assert source.startswith(("https://docs.python.org/3", "https://peps.python.org/")), source
