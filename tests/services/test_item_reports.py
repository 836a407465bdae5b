"""How good the questions are: what is counted for authors, what it tells of a learner, and how the command shows it."""

import asyncio
import csv
import json
from random import Random

import pytest
from engines import open_store
from in_english import say
from lives import end, lives
from small_course import DAY, HOUR, NOON, library, question

from bot.cli import main
from bot.demos.registry import DEMOS
from bot.errors import StorageError
from bot.model.answers import StoredAnswer
from bot.packs.loading import load_packs
from bot.packs.models import Question
from bot.quiz.practice.spacing import review
from bot.quiz.question.asking import chose
from bot.services.practice.practising import Learner, Practice
from bot.services.question.items import Items
from bot.services.question.views import HEAD, OPTIONS_HEAD, as_json, options_row, row
from bot.settings import CHECKOUT
from bot.storage import answers
from bot.storage.store import Store

BANK = [question(f"i{n}", difficulty=("easy", "medium", "hard")[n % 3]) for n in range(15)]
ADA = Learner(1, None, "Ada")


async def answered(
    store: Store, members: int, bank: list[Question] = BANK, wrong_key: str = "", first: int = 1
) -> None:
    """Members who know more or less answer every question, all in one course; option 1 is right, or called right."""
    chance, made = Random(3), []
    for member in range(first, first + members):
        knows = chance.random()
        for n, one in enumerate(bank):
            right = chance.random() < 0.3 + 0.6 * knows
            chosen = chance.choice([0, 2, 3]) if not right else 1
            if one.id == wrong_key:
                chosen = {1: 2, 2: 1}.get(chosen, chosen)
            made.append(
                StoredAnswer(member, None, "tea", one.section, one.id, one.content_hash, one.family, "practice", member, n,
                       chose(chosen), chosen == one.key, 0, NOON + n)
            )  # fmt: skip
    given = [(one, review(None, one.correct, NOON)) for one in made]
    await store.write(lambda tx: answers.record_all(tx, given, []))


@pytest.fixture
async def items(store, clock):
    made = lives(Items, library(BANK), store, clock)
    yield made
    await end(made)


async def test_without_answers_it_says_how_many_are_missing(items):
    bank = await items.bank()
    assert (bank.attempts, bank.missing, bank.flagged) == (0, 30, 0)
    assert len(bank.reports) == 15


async def test_a_wrong_key_stands_first(items, store):
    await answered(store, 100, wrong_key="i7")
    bank = await items.bank()
    assert bank.reports[0].figures.question.id == "i7"
    assert [flag.name for flag in bank.reports[0].flags][:1] == ["suspect key"]
    assert [one for one in bank.reports[1:] if any(flag.name == "suspect key" for flag in one.flags)] == []
    assert bank.attempts == 1_500
    assert bank.reliability["tea"] == pytest.approx(0.7, abs=0.2)


async def test_an_edited_question_begins_anew(store, clock):
    await answered(store, 40)
    edited = [question("i0", stem="Is this another question now?"), *BANK[1:]]
    items = lives(Items, library(edited), store, clock)
    found = {one.figures.question.id: one.figures.attempts for one in (await items.bank()).reports}
    assert (found["i0"], found["i1"]) == (0, 40)


async def test_what_leaves_the_service_names_no_member(items, store):
    await answered(store, 40, first=1_234_567_890_123_456_789)
    bank = await items.bank()
    assert "12345678901234" not in repr(bank) + json.dumps(as_json(bank, say))


async def test_it_is_counted_anew_after_ten_minutes_or_when_the_courses_were_read_anew(items, store, clock):
    await answered(store, 2)
    assert (await items.bank()).attempts == 30
    await answered(store, 1, first=50)
    clock.advance(HOUR // 6 - 1)
    assert (await items.bank()).attempts == 30
    clock.advance(1)
    assert (await items.bank()).attempts == 45
    await answered(store, 1, first=60)
    items._library.replace(library(BANK).packs)
    assert (await items.bank()).attempts == 60


async def test_many_who_ask_at_once_are_counted_for_once(items, store):
    await answered(store, 3)
    one, other = await items.bank(), await items.bank()
    assert one is other


@pytest.mark.sqlite
async def test_a_database_that_refuses_is_told_and_asked_again_later(items, store, caplog):
    await store.write(lambda tx: tx.run("ALTER TABLE answer RENAME TO elsewhere"))
    with pytest.raises(StorageError):
        await items.bank()
    await store.write(lambda tx: tx.run("ALTER TABLE elsewhere RENAME TO answer"))
    assert (await items.bank()).attempts == 0


# A learner's level


async def test_what_to_expect_of_a_member_is_not_known_before_it_was_counted(items, store):
    await answered(store, 40)
    assert await items.expected(1, "tea") is None
    await items.bank()
    assert set(await items.expected(1, "tea")) == {one.id for one in BANK}
    assert await items.expected(1, "coffee") == {}


async def test_with_few_answers_nothing_is_expected(items, store):
    await answered(store, 1)
    await items.bank()
    assert await items.expected(1, "tea") is None


async def test_more_is_expected_of_who_knows_more(items, store):
    await answered(store, 60)
    await items.bank()
    shares = {}
    for member in range(1, 61):
        rows = await store.rows("SELECT sum(correct) FROM answer WHERE member_id = ?", (member,))
        shares[member] = (rows[0][0], sum((await items.expected(member, "tea")).values()))
    best, worst = max(shares.values()), min(shares.values())
    assert best[1] > worst[1] + 3


async def test_practice_begins_with_new_questions_at_the_learners_level(items, store, clock):
    await answered(store, 60, first=100)
    hard = question("hardest", difficulty="hard")
    course = library([*BANK, hard])
    at_level = lives(Items, course, store, clock)
    await at_level.bank()
    practice = Practice(course, store, clock, Random(1), expected=at_level.expected)
    expected = await at_level.expected(ADA.member_id, "tea")
    run = await practice.start(ADA, None, None, count=5)
    distances = [abs(expected[asked.question_id] - 0.7) for asked in run.asked]
    assert max(distances) <= sorted(abs(share - 0.7) for share in expected.values())[4] + 0.1
    assert "hardest" not in {asked.question_id for asked in run.asked}
    await end(at_level)


# Tables


async def test_a_row_has_a_cell_for_each_column(items, store):
    await answered(store, 5)
    for report in (await items.bank()).reports:
        assert len(row(report, say)) == len(HEAD)
        assert len(options_row(report.figures)) == len(OPTIONS_HEAD)
    three = question("three", options=3)
    only = lives(Items, library([three]), store, items._clock)
    [report] = (await only.bank()).reports
    assert len(options_row(report.figures)) == len(OPTIONS_HEAD)
    assert row(report, say)[HEAD.index("facility")] == ""


# The command


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STUDYHALL_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data" / "studyhall.db"


def test_the_command_without_a_database_says_where_to_look(data, capsys):
    assert main(["items"]) == 1
    assert "There is no database at" in capsys.readouterr().err
    assert not data.exists()


def filled(path) -> list[Question]:
    """A database with answers to the course that comes along; the third question has a wrong key."""
    [pack] = load_packs(CHECKOUT / "content", DEMOS)
    families: dict[str, Question] = {}
    for one in pack.questions:
        families.setdefault(one.family, one)
    bank = list(families.values())[:14]

    async def fill() -> None:
        store = await open_store(path)
        chance = Random(5)
        made = []
        for member in range(1, 81):
            knows = chance.random()
            for n, one in enumerate(bank):
                right = (chance.random() < 0.2 + 0.7 * knows) is not (n == 2)
                wrong = [place for place in range(len(one.options)) if place != one.key]
                made.append(
                    StoredAnswer(member, None, pack.id, one.section, one.id, one.content_hash, one.family, "practice", member,
                           n, chose(one.key if right else wrong[n % 2]), right, 0, NOON + DAY)
                )  # fmt: skip
        await store.write(
            lambda tx: answers.record_all(tx, [(one, review(None, one.correct, NOON)) for one in made], [])
        )
        await store.close()

    asyncio.run(fill())
    return bank


@pytest.mark.sqlite
def test_the_command_prints_the_worst_and_writes_all(data, tmp_path, capsys):
    bank = filled(data)
    before = data.read_bytes()
    assert main(["items", "--csv", "items.csv", "--json", "items.json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("1,120 first attempts, ")
    [head] = [n for n, line in enumerate(lines) if line.startswith("question ")]
    assert lines[head + 1].split()[0] == bank[2].id
    assert "suspect key" in lines[head + 1]
    assert lines[head + 11] == ""
    assert any(line.startswith(f"{bank[2].id}: Check the key now") for line in lines)
    assert (tmp_path / "items.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "items.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 220
    assert rows[0]["question"] == bank[2].id
    assert rows[0]["key"] == str(bank[2].key + 1)
    assert json.loads((tmp_path / "items.json").read_text("utf-8"))["questions"][0]["question"] == bank[2].id
    assert data.read_bytes() == before


@pytest.mark.sqlite
def test_all_questions_are_printed_on_request(data, capsys):
    filled(data)
    assert main(["items", "--all"]) == 0
    assert sum("  " in line and line.split()[1].isdigit() for line in capsys.readouterr().out.splitlines()[3:]) == 220


@pytest.mark.sqlite
def test_a_file_that_cannot_be_written_is_told(data, capsys):
    filled(data)
    assert main(["items", "--csv", "no/such/folder/items.csv"]) == 1
    assert "can't be written" in capsys.readouterr().err
