"""*Mine should count*: typed answers that members ask for and managers accept, and all that follows from it."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import engines
import pytest
from engines import open_store
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from in_english import refused, say
from lives import life_of
from regraded_house import ELSEWHERE, HALL, RegradedHouse, graded_as_rebuilt
from small_course import DAY, HOUR, question
from test_flag_queue import flags

from bot.errors import NotFound, UserError
from bot.facts import from_text
from bot.model.rulings import Decision, DecisionKind
from bot.quiz.competition.events import Verdict
from bot.quiz.question.accepting import forgiveness_of
from bot.quiz.question.asking import Given
from bot.quiz.question.regrading import Ruling
from bot.services.happenings import GameEnded
from bot.services.practice.practising import Learner, SlipError
from bot.services.question import repair
from bot.services.question.reports import Reports
from bot.storage import competitions, privacy
from bot.storage.question import rulings, statistics
from bot.storage.sqlite.migrations import migrate, migrations

ADA, BOB, CLEO = (Learner(n, HALL, name) for n, name in [(1, "Ada"), (2, "Bob"), (3, "Cleo")])
PEOPLE = (ADA, BOB, CLEO)
TYPED = [
    question("t0", form="typed", options=0, accepted=["mitochondria"], family="cells"),
    question("t1", form="typed", options=0, number=3.14, tolerance=0.01, family="circles"),
    question("t2", form="typed", options=0, accepted=["nucleus"], family="cells"),
]
RIGHT = ("mitochondria", "3.14", "nucleus")


class TypedHouse(RegradedHouse):
    """The same house with questions whose answers are typed, managers' flags, and reports."""

    def __init__(self, store) -> None:
        super().__init__(store, questions=TYPED)
        self.flags = flags(store, self.library, self.clock)
        self.reports = Reports(self.library, store, self.clock)

    async def type(self, who: Learner, number: int, text: str, guild: int | None = HALL) -> bool:
        """One question of a quiz, answered; says whether it was right."""
        here = Learner(who.member_id, guild, who.name)
        run = await self.practice.start_with(here, "tea", [TYPED[number]])
        return (await self.practice.answer(run.id, 0, text, here, self.clock.advance(1_000))).correct

    async def ask(self, who: Learner, number: int, text: str, guild: int | None = HALL) -> bool:
        given = Given(text=text, right=False)
        return await self.reports.should_count(who.member_id, guild, "tea", TYPED[number], given)

    async def listed(self, number: int, guild: int = HALL) -> dict[str, tuple[int, int]]:
        """What managers see: how many typed each text, and how many ask for it."""
        item = await self.flags.item(guild, "tea", f"t{number}")
        return {one.text: (one.members, one.asked) for one in item.typed}

    async def mark(self, number: int, text: str, guild: int = HALL) -> str:
        item = await self.flags.item(guild, "tea", f"t{number}")
        form = forgiveness_of(TYPED[number]).form(text)
        return next((one.mark(item.subject.question_hash) for one in item.typed if one.form == form), "")

    async def accept(self, number: int, text: str, guild: int = HALL) -> None:
        mark = await self.mark(number, text, guild)
        self.clock.advance(1_000)
        await self.flags.decide_typed(guild, "tea", f"t{number}", mark, DecisionKind.COUNT)

    async def take_back(self, number: int, text: str, guild: int = HALL) -> None:
        mark = await self.mark(number, text, guild)
        self.clock.advance(1_000)
        await self.flags.decide_typed(guild, "tea", f"t{number}", mark, DecisionKind.UNDO)

    async def points(self, guild: int = HALL) -> dict[int, int]:
        sql = "SELECT member_id, points FROM total WHERE guild_id = ? AND period = 'all' AND section = ''"
        return dict(await self.store.rows(sql, (guild,)))

    async def game_with(self, texts: dict[int, tuple[str, str, str]]) -> None:
        """A game in which each player types so, by question."""
        players = [one for one in PEOPLE if one.member_id in texts]
        await self.start(*players)
        while (state := await self.state()).phase == "asking":
            number = int(state.plan.question_id[1])
            for one in players:
                if text := texts[one.member_id][number]:
                    await self.submit(one, text)
            await self.next()
        await self.settled()

    async def submit(self, who: Learner, text: str) -> None:
        number = (await self.state()).round
        await self.posted(number)
        stamp_ms = self.clock.now_ms() + 1_000 * (1 + who.member_id)
        result = await self.games.answer(self.game, number, text, who, stamp_ms, self.channel.rounds[number])
        assert result.verdict is Verdict.LOCKED_IN

    async def settled(self) -> None:
        while self.games.live:
            await self.store.rows("SELECT 1")
            await asyncio.sleep(0)


@pytest.fixture
async def house(tmp_path):
    store = await open_store(tmp_path / "a.db")
    made = TypedHouse(store)
    yield made
    await made.close()
    await store.close()


async def graded(house: TypedHouse) -> list[tuple]:
    return await house.store.rows("SELECT member_id, correct, points FROM answer ORDER BY id")


# Asking


async def test_who_asks_twice_counts_once_and_each_text_stands(house):
    assert await house.ask(ADA, 0, "powerhouse")
    assert not await house.ask(ADA, 0, "powerhouse")
    assert await house.ask(ADA, 0, "organelle")
    assert await house.store.rows("SELECT member_id, typed, words FROM report") == [(1, "powerhouse\norganelle", "")]
    assert await house.listed(0) == {"powerhouse": (1, 1), "organelle": (1, 1)}
    [flagged] = await house.flags.queue(HALL)
    assert (flagged.question.id, flagged.claims, flagged.reports) == ("t0", 1, 0)


async def test_a_report_in_words_and_a_text_that_should_count_stand_beside_each_other(house):
    await house.reports.report(ADA, "tea", "t0", "The stem has a typo.")
    await house.ask(ADA, 0, "powerhouse")
    await house.reports.report(ADA, "tea", "t0", "Two typos.")
    assert await house.store.rows("SELECT typed, words FROM report") == [("powerhouse", "Two typos.")]
    [flagged] = await house.flags.queue(HALL)
    assert (flagged.claims, flagged.reports) == (1, 1)
    await house.accept(0, "powerhouse")
    item = await house.flags.item(HALL, "tea", "t0")
    assert [(one.words, one.typed) for one in item.said] == [("Two typos.", ())]


async def test_after_a_decision_it_can_be_asked_again(house):
    await house.ask(ADA, 0, "powerhouse")
    version = TYPED[0].content_hash[:5]
    await house.flags.decide(HALL, "tea", "t0", version, DecisionKind.DISMISS)
    assert await house.listed(0) == {} and await house.flags.queue(HALL) == []
    assert await house.ask(ADA, 0, "powerhouse")
    assert await house.listed(0) == {"powerhouse": (1, 1)}


async def test_a_question_that_is_gone_is_told(house):
    gone = question("t9", form="typed", options=0, accepted=["x"])
    with refused(NotFound, "removed from the course"):
        await house.reports.should_count(1, HALL, "tea", gone, Given(text="y", right=False))


# What managers see


async def test_managers_see_what_is_common_or_asked_for_in_their_server_and_nothing_else(house):
    await house.type(ADA, 0, "Powerhouse")
    await house.type(BOB, 0, "powerhouse ")
    await house.type(CLEO, 0, "my secret")
    await house.type(CLEO, 0, "chloroplast", guild=ELSEWHERE)
    await house.type(BOB, 0, "chloroplast", guild=ELSEWHERE)
    assert await house.listed(0) == {"Powerhouse": (2, 0)}
    await house.ask(CLEO, 0, "organelle")
    assert await house.listed(0) == {"organelle": (1, 1), "Powerhouse": (2, 0)}
    assert await house.listed(0, ELSEWHERE) == {"chloroplast": (2, 0)}
    assert await house.listed(2) == {}


# Accepting


async def test_who_typed_it_has_it_right_then_and_from_then_on_until_it_is_taken_back(house):
    assert not await house.type(ADA, 0, "powerhouse")
    assert not await house.type(BOB, 0, "PowerHouse")
    await house.ask(ADA, 0, "powerhouse")
    assert await house.points() == {1: 0, 2: 0}
    choice = await house.flags.weigh_typed(HALL, "tea", "t0", await house.mark(0, "PowerHouse"))
    assert choice.kind is DecisionKind.COUNT and choice.extent[:2] == (2, 2)
    await house.accept(0, "PowerHouse")
    assert await house.type(CLEO, 0, "powerhouse")
    await house.regrade()
    assert await house.points() == {1: 10, 2: 10, 3: 10}
    assert [row[1] for row in await graded(house)] == [1, 1, 1]
    assert [one.kind for one in (await house.flags.item(HALL, "tea", "t0")).decisions] == [DecisionKind.COUNT]
    choice = await house.flags.weigh_typed(HALL, "tea", "t0", await house.mark(0, "PowerHouse"))
    assert choice.kind is DecisionKind.UNDO and choice.extent[:2] == (3, 3)
    await house.take_back(0, "PowerHouse")
    await house.regrade()
    assert await house.points() == {1: 0, 2: 0, 3: 0}
    assert (await house.flags.item(HALL, "tea", "t0")).ruling is None


async def test_who_asked_for_it_is_told_once_that_it_counts(house):
    await house.type(ADA, 0, "powerhouse")
    await house.ask(ADA, 0, "Powerhouse!")
    await house.ask(BOB, 0, "organelle")
    await house.accept(0, "Powerhouse!")
    [(member_id, told)] = await house.store.rows("SELECT member_id, fact FROM notice")
    assert member_id == ADA.member_id
    assert r"Your answer “Powerhouse\!”" in say(from_text(told)) and "now counts as right" in say(from_text(told))
    assert (await house.listed(0))["organelle"] == (1, 1)


async def test_what_is_accepted_closes_that_text_alone(house):
    for text in ("powerhouse", "organelle"):
        await house.ask(ADA, 0, text)
    await house.accept(0, "Powerhouse")
    assert (await house.listed(0))["organelle"] == (1, 1)
    [flagged] = await house.flags.queue(HALL)
    assert flagged.waits
    await house.accept(0, "organelle")
    [flagged] = await house.flags.queue(HALL)
    assert not flagged.waits
    assert await house.store.rows("SELECT count(*) FROM notice") == [(2,)]


async def test_undo_takes_everything_back_that_was_accepted(house):
    for text in ("powerhouse", "organelle"):
        await house.ask(ADA, 0, text)
        await house.accept(0, text)
    await house.type(BOB, 0, "organelle")
    await house.flags.decide(HALL, "tea", "t0", TYPED[0].content_hash[:5], DecisionKind.UNDO)
    await house.regrade()
    assert await house.points() == {2: 0}
    assert await house.store.rows("SELECT accepted FROM ruling") == [(None,)]


async def test_it_holds_in_that_server_alone(house):
    await house.ask(ADA, 0, "powerhouse")
    await house.accept(0, "powerhouse")
    assert await house.type(ADA, 0, "powerhouse")
    assert not await house.type(BOB, 0, "powerhouse", guild=ELSEWHERE)
    assert not await house.type(CLEO, 0, "powerhouse", guild=None)


async def test_an_accepted_number_is_that_number_and_no_other(house):
    await house.ask(ADA, 1, "3.2")
    await house.accept(1, "3.2")
    assert await house.type(ADA, 1, "3.20")
    assert not await house.type(BOB, 1, "3.21")
    assert await house.type(CLEO, 1, "3.145")


async def test_an_accepted_slip_is_not_asked_to_be_spelled_again(house):
    with refused(SlipError, "check the spelling"):
        await house.type(ADA, 0, "mitochondrio")
    await house.ask(BOB, 0, "mitochondrio")
    await house.accept(0, "mitochondrio")
    assert await house.type(ADA, 0, "mitochondrio")


async def test_later_answers_to_siblings_are_spaced_as_if_it_had_been_right(house):
    await house.type(ADA, 0, "powerhouse")
    before = await house.store.rows("SELECT due_ms FROM card")
    await house.ask(ADA, 0, "powerhouse")
    await house.accept(0, "powerhouse")
    await house.regrade()
    after = await house.store.rows("SELECT due_ms FROM card")
    assert after > before
    assert await house.rebuilt() == await house.derived()


async def test_decisions_that_make_no_sense_are_refused_in_a_sentence(house):
    await house.ask(ADA, 0, "powerhouse")
    mark, version = await house.mark(0, "powerhouse"), TYPED[0].content_hash[:5]
    with refused(UserError, "no longer in the list"):
        await house.flags.decide_typed(HALL, "tea", "t0", "000000", DecisionKind.COUNT)
    with refused(UserError, "no longer in the list"):
        await house.flags.weigh_typed(ELSEWHERE, "tea", "t0", mark)
    with refused(UserError, "nothing to undo"):
        await house.flags.decide_typed(HALL, "tea", "t0", mark, DecisionKind.UNDO)
    await house.accept(0, "powerhouse")
    with refused(UserError, "already counts here"):
        await house.flags.decide_typed(HALL, "tea", "t0", mark, DecisionKind.COUNT)
    await house.ask(BOB, 0, "organelle")
    other = await house.mark(0, "organelle")
    await house.flags.decide(HALL, "tea", "t0", version, DecisionKind.RETIRE)
    await house.ask(BOB, 0, "organelle")
    with refused(UserError, "already retired here"):
        await house.flags.decide_typed(HALL, "tea", "t0", other, DecisionKind.COUNT)
    kinds = [kind for (kind,) in await house.store.rows("SELECT kind FROM decision ORDER BY id")]
    assert kinds == ["count", "retire"]


async def test_authors_read_what_servers_accept_the_most_accepted_first(house):
    for guild, text in ((HALL, "powerhouse"), (ELSEWHERE, "PowerHouse"), (HALL, "organelle")):
        await house.ask(ADA, 0, text, guild)
        await house.accept(0, text, guild)
    found = await rulings.accepted_texts(house.store)
    assert [(one.question_id, one.text.casefold(), one.servers) for one in found] == [
        ("t0", "powerhouse", 2),
        ("t0", "organelle", 1),
    ]


async def test_statistics_of_a_question_go_by_the_course(house):
    await house.type(ADA, 0, "powerhouse")
    await house.ask(ADA, 0, "powerhouse")
    await house.accept(0, "powerhouse")
    await house.regrade()
    [attempts] = [batch async for batch in statistics.first_attempts(house.store)]
    assert [one.right for one in attempts[0].attempts] == [False]


# Competitions


async def test_marks_places_and_bonuses_of_a_competition_follow_and_its_channel_is_told(house):
    await house.game_with({1: RIGHT, 2: ("powerhouse", "3.14", ""), 3: ("powerhouse", "3.14", "nucleus")})
    places = "SELECT member_id, place, right_answers, bonus FROM competition_result ORDER BY 1"
    assert await house.store.rows(places) == [(1, 1, 3, 30), (2, 3, 1, 10), (3, 2, 2, 20)]
    await house.ask(BOB, 0, "powerhouse")
    choice = await house.flags.weigh_typed(HALL, "tea", "t0", await house.mark(0, "powerhouse"))
    assert choice.extent == (2, 2, 1)
    before = await house.points()
    await house.accept(0, "powerhouse")
    await house.regrade()
    assert [row[2] for row in await house.store.rows(places)] == [3, 2, 3]
    assert {member: now - before[member] for member, now in (await house.points()).items()} == {1: 0, 2: 10, 3: 10}
    mine = await house.games.my_result(house.game, await round_of(house, "t0"), BOB.member_id)
    assert mine.is_right and mine.accepted and mine.marks > 0
    await house.take_back(0, "powerhouse")
    await house.regrade()
    assert await house.points() == before
    assert await house.rebuilt() == await house.derived()


async def round_of(house: TypedHouse, question_id: str) -> int:
    plans = (await house.state()).plans
    return next(n for n, plan in enumerate(plans) if plan.question_id == question_id)


async def test_a_place_that_changes_is_told_with_what_was_decided(house):
    await house.game_with({1: ("mitochondria", "", ""), 2: ("powerhouse", "3.14", "")})
    await house.store.write(lambda tx: tx.run("UPDATE competition SET phase = phase"))
    await house.ask(BOB, 0, "powerhouse")
    await house.accept(0, "powerhouse")
    await house.regrade()
    places = dict(await house.store.rows("SELECT member_id, place FROM competition_result"))
    assert places == {1: 2, 2: 1}
    [moves] = house.told.moves
    assert moves.decision is not None and moves.decision.kind is DecisionKind.COUNT


async def test_a_competition_that_is_on_ends_as_it_began_and_is_regraded_then(house):
    life_of(house.games).happenings.hear(GameEnded, lambda _event: house.regrading.wake())
    await house.start(ADA, BOB)
    await house.ask(CLEO, 0, "powerhouse")
    await house.accept(0, "powerhouse")
    await house.regrade()
    while (state := await house.state()).phase == "asking":
        number = int(state.plan.question_id[1])
        await house.submit(ADA, RIGHT[number])
        await house.submit(BOB, "powerhouse" if number == 0 else RIGHT[number])
        await house.next()
    await house.settled()
    await house.regrading.done()
    right = dict(await house.store.rows("SELECT member_id, right_answers FROM competition_result"))
    assert right == {1: 3, 2: 3}
    assert await house.rebuilt() == await house.derived()


async def test_a_competition_begun_after_the_decision_counts_it_at_once_and_keeps_that_when_it_is_taken_back(house):
    await house.ask(CLEO, 0, "powerhouse")
    await house.accept(0, "powerhouse")
    await house.regrade()
    await house.start(ADA)
    again = await competitions.load(house.store, house.game)
    assert again is not None and again.state.plans == (await house.state()).plans
    await house.take_back(0, "powerhouse")
    while (state := await house.state()).phase == "asking":
        number = int(state.plan.question_id[1])
        await house.submit(ADA, "Powerhouse" if number == 0 else RIGHT[number])
        await house.next()
    await house.settled()
    assert await house.store.rows("SELECT right_answers FROM competition_result") == [(3,)]
    await house.regrade()
    assert await house.store.rows("SELECT right_answers FROM competition_result") == [(2,)]


async def test_a_regrade_that_was_cut_off_anywhere_is_taken_up_by_the_next_start(house):
    await house.game_with({1: ("mitochondria", "", ""), 2: ("powerhouse", "3.14", "")})
    await house.type(CLEO, 0, "powerhouse")
    await house.ask(BOB, 0, "powerhouse")
    await house.accept(0, "powerhouse")
    write, written = house.store.write, 0

    async def cut_off(job, after: int):
        nonlocal written
        written += 1
        if written > after:
            raise asyncio.CancelledError
        return await write(job)

    for after in range(12):
        written = 0
        house.store.write = lambda job, after=after: cut_off(job, after)
        house.regrading.wake()
        await house.regrading.done()
        house.store.write = write
    await house.regrade()
    assert await house.store.rows("SELECT count(*) FROM regrade WHERE done_ms IS NULL") == [(0,)]
    [moves] = house.told.moves
    assert {(one.member_id, one.before, one.after) for one in moves.moved} == {(1, 1, 2), (2, 2, 1)}
    assert await house.rebuilt() == await house.derived()


async def test_a_repair_puts_it_in_force_too(house):
    await house.game_with({1: ("mitochondria", "", ""), 2: ("powerhouse", "3.14", "")})
    await house.ask(BOB, 0, "powerhouse")
    await house.accept(0, "powerhouse")
    await repair.repair_totals(house.store)
    repaired = await house.derived()
    await house.regrade()
    assert await house.derived() == repaired
    assert dict(await house.store.rows("SELECT member_id, place FROM competition_result")) == {1: 2, 2: 1}


# Who is deleted


@pytest.mark.parametrize("after_that", ["take back", "accept another"])
async def test_of_who_is_deleted_no_text_stays_and_what_counted_stays_right(house, after_that):
    await house.game_with({1: RIGHT, 2: ("powerhouse", "3.14", "wrong")})
    await house.type(BOB, 2, "organelle")
    await house.ask(BOB, 0, "powerhouse")
    await house.accept(0, "powerhouse")
    await house.regrade()
    line = "SELECT score, right_answers, place FROM competition_result WHERE member_id != 1"
    before = await house.store.rows(line)
    await house.store.write(lambda tx: privacy.delete(tx, BOB.member_id, house.clock.now_ms()))
    for table, column in (
        ("answer", "given"),
        ("competition_answer", "given"),
        ("report", "typed"),
        ("notice", "fact"),
    ):
        texts = " ".join(str(text) for (text,) in await house.store.rows(f"SELECT {column} FROM {table}"))
        assert not any(word in texts for word in ("powerhouse", "wrong", "organelle")), table
    if after_that == "take back":
        await house.take_back(0, "powerhouse")
    else:
        await house.ask(CLEO, 0, "organ")
        await house.accept(0, "organ")
    await house.regrade()
    assert await house.store.rows(line) == before
    asked = "SELECT question_id, correct FROM answer WHERE member_id < 0 AND mode = 'competition' ORDER BY 1"
    assert await house.store.rows(asked) == [("t0", 1), ("t1", 1), ("t2", 0)]
    assert await house.rebuilt() == await house.derived()


async def test_what_members_typed_and_asked_for_is_in_their_own_export_and_in_nobody_elses(house):
    await house.type(ADA, 0, "powerhouse")
    await house.ask(ADA, 0, "powerhouse")
    await house.type(BOB, 0, "organelle")
    exported = await privacy.everything(house.store, ADA.member_id)
    assert [row["typed"] for row in exported["report"]] == ["powerhouse"]
    assert "powerhouse" in str(exported["answer"]) and "organelle" not in str(exported)


# Whatever happened

QUIZ = st.tuples(
    st.just("type"),
    st.integers(0, 2),
    st.integers(0, 2),
    st.sampled_from(["mitochondria", "powerhouse", "Powerhouse.", "3.14", "4", "4.0"]),
    st.sampled_from([HALL, HALL, ELSEWHERE, None]),
    st.sampled_from([0, HOUR, DAY, 4 * DAY]),
)
TEXT = st.sampled_from(["mitochondria", "powerhouse", "3.14", "4", ""])
GAME = st.tuples(st.just("game"), st.dictionaries(st.integers(1, 3), st.tuples(TEXT, TEXT, TEXT), min_size=1))
DECIDED = st.tuples(
    st.sampled_from(["accept", "accept", "take back"]),
    st.integers(0, 2),
    st.sampled_from(["powerhouse", "4", "mitochondria"]),
    st.sampled_from([HALL, HALL, ELSEWHERE]),
)
UNDONE = st.tuples(st.sampled_from(["undo", "retire"]), st.integers(0, 2))
LIFE = st.tuples(
    st.lists(QUIZ, min_size=1, max_size=4),
    GAME.map(lambda one: [one]),
    DECIDED.map(lambda one: [one]),
    st.lists(st.one_of(QUIZ, QUIZ, DECIDED, DECIDED, UNDONE, st.just(("regrade",))), max_size=6),
).map(lambda parts: [step for part in parts for step in part])


async def live(house: TypedHouse, life: list[tuple]) -> None:
    for step in life:
        try:
            match step:
                case ("type", who, number, text, guild, later):
                    house.clock.advance(later)
                    await house.type(PEOPLE[who], number, text, guild)
                case ("game", texts):
                    house.clock.advance(HOUR)
                    await house.game_with(texts | {1: RIGHT})  # a round that nobody answers is regraded by nothing
                case ("accept", number, text, guild):
                    await house.ask(CLEO, number, text, guild)
                    await house.accept(number, text, guild)
                case ("take back", number, text, guild):
                    await house.ask(CLEO, number, text, guild)
                    await house.take_back(number, text, guild)
                case ("undo", number):
                    version = TYPED[number].content_hash[:5]
                    await house.flags.decide(HALL, "tea", f"t{number}", version, DecisionKind.UNDO)
                case ("retire", number):
                    version = TYPED[number].content_hash[:5]
                    await house.flags.decide(HALL, "tea", f"t{number}", version, DecisionKind.RETIRE)
                case ("regrade",):
                    await house.regrade()
        except UserError:
            pass  # it is decided so already, or the question is retired


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LIFE)
def test_whatever_happened_what_is_regraded_is_what_a_rebuild_from_nothing_gives(life):
    asyncio.run(graded_as_rebuilt(TypedHouse, lambda house: live(house, life)))


# A database of the version before

OWN_COURSES = ("draft", "import", "picture", "question", "set", "version")
BACK_ON_POSTGRES = (
    *(f"DROP TABLE course_{one}" for one in OWN_COURSES),
    "DROP TABLE course",
    *(f"ALTER TABLE server DROP COLUMN {one}" for one in ("authors_role", "suggestions", "second_reader")),
    "ALTER TABLE report DROP COLUMN typed",
    "ALTER TABLE ruling DROP COLUMN accepted",
    "ALTER TABLE competition_round DROP COLUMN accepted",
    "ALTER TABLE decision DROP CONSTRAINT decision_kind_check",
    "ALTER TABLE decision ADD CONSTRAINT decision_kind_check"
    " CHECK (kind IN ('accept', 'answer', 'retire', 'override', 'undo', 'dismiss'))",
    "UPDATE layout SET version = 21",
)


def made_before(path: Path) -> None:
    """The database as the version before would have it: its tables, with the same rows."""
    if not path.exists():
        for sql in BACK_ON_POSTGRES:
            engines.rows(path, sql)
        return
    new = path.rename(path.with_name("new.db"))
    migrate(path, "", {number: sql for number, sql in migrations().items() if number < 22})
    with closing(sqlite3.connect(path)) as old:
        old.execute("ATTACH ? AS new", (str(new),))
        for (table,) in old.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'").fetchall():
            columns = ", ".join(name for _, name, *_ in old.execute(f"PRAGMA main.table_info({table})"))
            old.execute(f"DELETE FROM main.{table}")
            old.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}")
        old.commit()


async def test_a_database_of_the_version_before_has_the_same_boards_reviews_and_rulings(tmp_path):
    path = tmp_path / "a.db"
    store = await open_store(path)
    house = RegradedHouse(store)
    await house.quiz(ADA, 0, chosen=2)
    await house.quiz(BOB, 1, chosen=1)
    await house.play(ADA, wrong=(BOB,))
    await Reports(house.library, store, house.clock).report(CLEO, "tea", "w3", "A typo.")
    await house.rule(0, 2)
    await house.rule(1, None)
    await house.regrade()
    before, decided = await house.derived(), await rulings.decisions(store, HALL, "tea", "w0")
    await house.close()
    await store.close()
    made_before(path)
    store = await open_store(path)
    later = RegradedHouse(store, house.clock)
    try:
        assert await later.derived() == before
        assert await repair.repair_totals(store) == []
        assert await later.rebuilt() == before
        here = await rulings.here(store, HALL, "tea")
        version = later.questions[0].content_hash
        assert here.on("w0", version) == Ruling(1, 2)
        assert await rulings.decisions(store, HALL, "tea", "w0") == decided
        assert [(one.words, one.typed) for one in await rulings.said(store, HALL, "tea", "w3")] == [("A typo.", ())]
        count = Decision(later.subject(0), DecisionKind.COUNT, later.clock.now_ms(), words="chai")
        await store.write(lambda tx: rulings.add(tx, count))
        assert (await rulings.decisions(store, HALL, "tea", "w0"))[-1] == count
    finally:
        await later.close()
        await store.close()
