"""A member is deleted: what goes, what stays without them, and that no byte of the files tells of them."""

import asyncio
import json
import sqlite3
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from engines import open_store
from filled_store import HALL, live, tables_naming, traces, varint
from lives import end, lives
from small_course import DAY, NOON
from test_games_and_members import CHANNEL, RULES, DiscordHandClock, Evening

from bot.exchange.compiling import Outline
from bot.exchange.typed_form import Typed
from bot.model.courses import ImportState, OwnDraft, OwnQuestion
from bot.model.games import Setup
from bot.model.members import Face
from bot.packs.models import Option, Question
from bot.quiz.competition.events import Join
from bot.quiz.competition.state import Phase
from bot.quiz.practice.picking import Asked, Run
from bot.services.competition import offline
from bot.services.competition.clicks import _remember_all
from bot.services.competition.openings import Opening
from bot.services.member.privacy import PORTION, Deleted, Privacy, Retention
from bot.services.practice.practising import Learner
from bot.services.question.repair import repair_totals
from bot.storage import competitions, members, practice, privacy
from bot.storage.course import courses, drafts
from bot.storage.privacy import TABLES
from bot.storage.sqlite.remembered import Deletion, add_deletions, deletions_file, deletions_in, hash_of, read_deletions
from bot.storage.store import Store

AVATAR = "a_4f60c1d7be29358a0e6d7c1b2a394857"
ADA = Learner(1_234_567_890_123_456_789, HALL, "Adaline Verity", AVATAR)
BOB = Learner(1_234_567_890_123_456_790, HALL, "Bobbie")
OLD = Learner(100_200_300_400_501, HALL, "Old Timer", AVATAR)
"""An id so small that SQLite writes it in six bytes."""

QUESTION = {
    "id": "q1",
    "section": "questions",
    "topic": "questions",
    "kind": "recall",
    "difficulty": "easy",
    "core": True,
}
QUESTION |= {"family": "q1", "stem": "Is it Friday?"}


class House:
    """A store, games on it, and the deletion of members."""

    def __init__(self, store: Store, path: Path, retention_days: int = 0) -> None:
        self.store, self.database = store, path
        self.clock = DiscordHandClock()
        self.evening = Evening(store, self.clock)
        self.games = self.evening.games
        self.settings = self.evening.settings
        self.privacy = lives(
            Privacy, store, self.clock, self.games, self.settings, retention_days=retention_days, first_seconds=3_600
        )

    async def duel(self, host: Learner, other: Learner) -> int:
        rules = replace(RULES, duel=True)
        setup = Setup((), None, "quick", duel_with=other.member_id, duel_name=other.name)
        view = await self.games.open(Opening(HALL, CHANNEL + 1, host, rules, setup))
        return view.game.id

    async def rows(self, sql: str, *values: object):
        return await self.store.rows(sql, values)

    async def phase(self, game: int) -> str:
        [[phase]] = await self.rows("SELECT phase FROM competition WHERE id = ?", game)
        return phase


@pytest.fixture
async def house(tmp_path):
    store = await open_store(tmp_path / "studyhall.db")
    made = House(store, tmp_path / "studyhall.db")
    yield made
    await end(made.privacy)
    await end(made.games)
    await store.close()


async def lived_in(house: House, who: Learner) -> None:
    """A hall with many members, and one who has done everything there."""
    for n in range(150):
        await live(house.store, Learner(who.member_id + 1_000 + n * 977, HALL, f"Member {n}"))
        if n in (20, 90):
            await live(house.store, who, NOON + n)
    await house.evening.play(who, BOB)
    await house.evening.play(BOB, wrong=(who,))
    duel = await house.duel(BOB, who)
    await house.games.act(duel, Join(who.member_id), who)

    async def place_changed(tx) -> None:
        await tx.run("INSERT INTO regrade VALUES (1, ?, 'tea', 'w0', 'hash0', 0, 0)", (HALL,))
        await tx.run("INSERT INTO place_change VALUES (1, 1, ?, 1, 2)", (who.member_id,))

    await house.store.write(place_changed)
    await house.store.write(lambda tx: written_for_a_course(tx, who))


async def written_for_a_course(tx, who: Learner) -> None:
    """A course of the hall's own with a question by the member, a draft and two imports of theirs."""
    question = Question(**QUESTION, options=[Option(text="yes", correct=True), Option(text="no")])
    number = await courses.create(tx, HALL, Outline("Fridays"), NOON)
    await courses.publish(
        tx,
        number,
        [OwnQuestion(number, question, version=1, is_live=True, typed=None, member_id=who.member_id, changed_ms=NOON)],
    )
    typed = Typed("Whose is this?", f"* {who.name}\nnobody")
    await drafts.create(tx, OwnDraft(0, number, who.member_id, typed, changed_ms=NOON))
    for state in ImportState.READ, ImportState.PUBLISHED:
        made = await drafts.add_import(tx, number, who.member_id, "friday.csv", {}, NOON)
        loaded = await drafts.load_import(tx, made)
        assert loaded
        await drafts.save_import(tx, loaded._replace(state=state))


@pytest.mark.sqlite
def test_a_key_is_written_as_sqlite_does(tmp_path):
    file = tmp_path / "a.db"
    for number in (ADA.member_id, OLD.member_id, 300, 5):
        file.unlink(missing_ok=True)
        connection = sqlite3.connect(file)
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT")
        connection.execute("INSERT INTO t VALUES (?)", (number,))
        connection.commit()
        connection.close()
        assert varint(number) in file.read_bytes()[4096:]


@pytest.mark.parametrize("who", [ADA, OLD], ids=["an id of today", "an id of six bytes"])
async def test_after_a_deletion_no_byte_of_the_files_tells_of_the_member(house, who):
    await lived_in(house, who)
    assert await tables_naming(house.store, who.member_id) == {one.table for one in TABLES}
    on_sqlite = house.store.path is not None
    known = {"8 bytes" if who is ADA or not on_sqlite else "6 bytes", "text", who.name, AVATAR}
    assert known | ({"key"} if on_sqlite else set()) <= traces(house.database, who.member_id, who.name, AVATAR)
    answered = await house.rows("SELECT count(*) FROM answer")
    deleted = await house.privacy.delete(who.member_id)
    assert deleted.rows > 40
    assert deleted.games == 1
    assert traces(house.database, who.member_id, who.name, AVATAR) == set()
    assert await tables_naming(house.store, who.member_id) == set()
    assert await house.rows("SELECT count(*) FROM answer") == answered
    if on_sqlite:
        assert (house.database.parent / "studyhall.db-wal").stat().st_size < 20_000
    await house.store.close()
    assert traces(house.database, who.member_id, who.name, AVATAR) == set()


async def test_others_keep_all_that_is_theirs(house):
    await lived_in(house, ADA)
    other = ADA.member_id + 1_000
    before = await privacy.everything(house.store, other), await privacy.counts(house.store, BOB.member_id)
    await house.privacy.delete(ADA.member_id)
    assert (await privacy.everything(house.store, other), await privacy.counts(house.store, BOB.member_id)) == before


@pytest.mark.sqlite
async def test_every_table_with_a_column_for_members_is_known_to_the_deletion(house):
    columns = await house.rows(
        "SELECT t.name, c.name FROM pragma_table_list t, pragma_table_info(t.name) c"
        " WHERE t.schema = 'main' AND t.type = 'table' AND c.name LIKE '%member%'"
    )
    assert {table for table, _ in columns} <= {one.table for one in TABLES}


async def test_a_finished_competition_keeps_one_stand_in_of_its_own(house):
    await house.evening.play(ADA, BOB)
    await house.evening.play(ADA, wrong=(BOB,))
    await house.settings.set_time_factor(ADA.member_id, 2.0)
    await house.privacy.delete(ADA.member_id)
    stand_ins = []
    for game_id in (1, 2):
        found = {
            table: {member for (member,) in await house.rows(sql, game_id)}
            for table, sql in {
                "player": "SELECT member_id FROM competition_player WHERE competition_id = ?",
                "answer": "SELECT member_id FROM competition_answer WHERE competition_id = ?",
                "result": "SELECT member_id FROM competition_result WHERE competition_id = ?",
                "rating": "SELECT member_id FROM rating_before WHERE competition_id = ?",
                "statistics": "SELECT member_id FROM answer WHERE mode = 'competition' AND run_id = ?",
            }.items()
        }
        [stand_in] = found["player"] - {BOB.member_id}
        assert stand_in < 0
        assert all(members == {stand_in, BOB.member_id} for members in found.values())
        game = await competitions.load(house.store, game_id)
        assert game.state.host_id == stand_in
        assert {player.time_factor for player in game.state.players} == {1.0}
        view = await house.games.view(game_id)
        assert (view.name(stand_in), view.name(BOB.member_id)) == ("someone", "Bobbie")
        stand_ins.append(stand_in)
    assert len(set(stand_ins)) == 2


async def test_answers_of_a_quiz_stay_by_the_day_and_reach_no_later_quiz(house):
    await live(house.store, ADA)
    before = await house.rows("SELECT question_id, chosen, correct FROM answer ORDER BY 1, 2, 3")
    await house.privacy.delete(ADA.member_id)
    assert await house.rows("SELECT question_id, chosen, correct FROM answer ORDER BY 1, 2, 3") == before
    rows = await house.rows("SELECT member_id, run_id, answered_ms FROM answer")
    assert len({member for member, _, _ in rows}) == 2
    assert all(member == run < 0 and at % DAY == 0 for member, run, at in rows)
    asked = (Asked(0, "w0", "hash0", (0, 1, 2, 3)),)
    run_id = await house.store.write(
        lambda tx: practice.create(tx, Run(0, BOB.member_id, HALL, "tea", None, None, asked), NOON)
    )
    assert (await practice.load(house.store, run_id)).current == asked[0]


async def test_of_what_a_member_typed_only_whether_it_was_right_stays(house):
    typed = json.dumps({"options": [], "text": "I am Ada", "right": False, "in_order": False})

    async def type_it(tx) -> None:
        await tx.run(
            "UPDATE answer SET given = ?, chosen = -1, correct = 0 WHERE member_id = ?", (typed, ADA.member_id)
        )

    await live(house.store, ADA)
    await house.store.write(type_it)
    assert "I am Ada" in traces(house.database, ADA.member_id, "I am Ada", AVATAR)
    await house.privacy.delete(ADA.member_id)
    assert traces(house.database, ADA.member_id, "I am Ada", AVATAR) == set()
    assert {json.loads(given)["right"] for (given,) in await house.rows("SELECT given FROM answer")} == {False}


async def test_totals_are_not_made_anew_for_those_who_are_gone(house):
    await house.evening.play(ADA, BOB)
    await house.privacy.delete(ADA.member_id)
    assert await repair_totals(house.store) == []
    assert {member for (member,) in await house.rows("SELECT member_id FROM total")} == {BOB.member_id}


async def test_extra_time_of_who_is_deleted_does_not_come_back(house):
    await house.settings.set_time_factor(ADA.member_id, 2.0)
    await house.privacy.delete(ADA.member_id)
    assert house.settings.time_factor(ADA.member_id) == 1.0


async def test_who_is_deleted_begins_anew_and_can_be_deleted_again(house):
    await live(house.store, ADA)
    await house.privacy.delete(ADA.member_id)
    assert await house.privacy.delete(ADA.member_id) == Deleted(0, 0)
    assert len(await privacy.deletions(house.store)) == 1
    house.clock.advance(DAY)
    await live(house.store, ADA)
    assert (await house.privacy.counts(ADA.member_id))["answer"] == 6
    assert (await house.privacy.delete(ADA.member_id)).rows == 38
    assert traces(house.database, ADA.member_id, ADA.name) == set()


# Games that are on


async def test_a_player_is_taken_out_of_a_round_that_is_on(house):
    await house.evening.start(BOB, ADA)
    await house.evening.answer(ADA, right=True)
    assert (await house.privacy.delete(ADA.member_id)).games == 1
    assert [player.member_id for player in (await house.evening.state()).players] == [BOB.member_id]
    assert (await house.evening.state()).answers == {}
    assert (await house.evening.state()).phase is Phase.ASKING
    await house.evening.answer(BOB, right=True)
    await house.evening.next()
    assert traces(house.database, ADA.member_id, ADA.name) == set()
    loaded = await competitions.load(house.store, house.evening.game)
    assert [player.member_id for player in loaded.state.players] == [BOB.member_id]


async def test_a_name_that_was_on_its_way_when_the_member_was_deleted_is_not_kept(house):
    await house.evening.start(BOB, ADA)
    await house.evening.answer(ADA, right=True)
    late = (HALL, ADA.member_id, ADA.face, NOON, house.evening.game)
    await house.privacy.delete(ADA.member_id)
    await house.store.write_together(_remember_all, late)
    await house.store.write_together(
        _remember_all, (HALL, BOB.member_id, Face("Bob the second"), NOON, house.evening.game)
    )
    assert await house.rows("SELECT name FROM member WHERE member_id IN (?, ?)", ADA.member_id, BOB.member_id) == [
        ("Bob the second",)
    ]


async def test_answers_of_rounds_before_are_taken_out_too_and_another_leads_on(house):
    await house.evening.start(ADA, BOB)
    for who in (ADA, BOB):
        await house.evening.answer(who, right=True)
    await house.evening.next()
    await house.privacy.delete(ADA.member_id)
    state = await house.evening.state()
    assert state.host_id == BOB.member_id
    assert set(state.played[0].answers) == set(state.played[0].marks) == {BOB.member_id}
    assert await house.rows("SELECT DISTINCT member_id FROM competition_answer") == [(BOB.member_id,)]
    [[left]] = await house.rows("SELECT member_id FROM answer WHERE member_id != ?", BOB.member_id)
    assert left < 0
    for _ in range(RULES.rounds - 1):
        await house.evening.answer(BOB, right=True)
        await house.evening.next()
    assert await house.rows("SELECT member_id, place FROM competition_result") == [(BOB.member_id, 1)]
    assert traces(house.database, ADA.member_id, ADA.name) == set()


async def test_a_lobby_without_any_other_player_is_closed(house):
    view = await house.games.open(Opening(HALL, CHANNEL, ADA, RULES, Setup((), None, "quick")))
    await house.privacy.delete(ADA.member_id)
    assert await house.phase(view.game.id) == Phase.CANCELLED
    assert house.games.live == 0


async def test_a_game_that_only_they_play_ends(house):
    await house.evening.start(ADA)
    await house.privacy.delete(ADA.member_id)
    assert await house.phase(house.evening.game) == Phase.FINISHED
    assert await house.rows("SELECT * FROM competition_result") == []


@pytest.mark.parametrize("gone", [ADA, BOB], ids=["who opened it", "who is challenged"])
async def test_a_duel_that_waits_is_closed_when_either_is_deleted(house, gone):
    game = await house.duel(ADA, BOB)
    await house.privacy.delete(gone.member_id)
    assert await house.phase(game) == Phase.CANCELLED
    assert traces(house.database, gone.member_id, gone.name) == set()


async def test_in_a_database_that_no_bot_runs_on_games_go_on_without_the_member(house):
    await house.evening.start(ADA, BOB)
    await house.evening.answer(ADA, right=True)
    await asyncio.sleep(0)  # the name of who clicked is on its way into the database
    await house.rows("SELECT 1")
    await end(house.games)

    async def job(tx):
        assert await privacy.delete(tx, ADA.member_id, NOON) is None
        await offline.take_out(tx, ADA.member_id, NOON)
        return await privacy.delete(tx, ADA.member_id, NOON)

    assert await house.store.write(job) > 0
    game = await competitions.load(house.store, house.evening.game)
    assert (game.state.host_id, game.state.phase, game.state.answers) == (BOB.member_id, Phase.ASKING, {})
    assert await tables_naming(house.store, ADA.member_id) == set()


# What is remembered


@pytest.mark.sqlite
async def test_a_deletion_is_remembered_by_a_salted_hash_and_its_time_in_table_and_file(house):
    await live(house.store, ADA)
    house.clock.now = NOON + 5
    await house.privacy.delete(ADA.member_id)
    salt = await privacy.salt(house.store)
    assert len(salt) == 32
    expected = Deletion(salt, hash_of(salt, ADA.member_id), NOON + 5)
    assert await privacy.deletions(house.store) == [expected]
    file = deletions_file(house.database)
    assert read_deletions(file) == [expected] == deletions_in(house.database)
    assert str(ADA.member_id) not in file.read_text("utf-8")
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.sqlite
async def test_a_deletion_that_a_crash_kept_out_of_the_file_is_in_it_after_the_next_start(house):
    await live(house.store, ADA)
    await house.privacy.delete(ADA.member_id)
    file = deletions_file(house.database)
    file.write_text('{"salt": "00", "ha', encoding="utf-8")
    await house.privacy.load()
    assert read_deletions(file) == await privacy.deletions(house.store)
    await house.privacy.load()
    assert len(file.read_text("utf-8").splitlines()) == 2


async def test_two_databases_have_two_salts(tmp_path):
    salts = []
    for name in ("a.db", "b.db"):
        store = await open_store(tmp_path / name)
        salts.append(await privacy.salt(store))
        await store.close()
    assert salts[0] != salts[1]


def test_lines_are_added_once(tmp_path):
    file = tmp_path / "deletions.jsonl"
    one, two = Deletion(b"salt", b"one", 1), Deletion(b"salt", b"two", 2)
    add_deletions(file, [one])
    add_deletions(file, [one, two])
    assert read_deletions(file) == [one, two]
    assert read_deletions(tmp_path / "none.jsonl") == []


@pytest.mark.sqlite
async def test_the_last_traces_wait_for_a_reader_and_go_with_the_next_chores(house):
    await live(house.store, ADA)
    with_snapshot = sqlite3.connect(house.database, isolation_level=None)
    with_snapshot.execute("BEGIN")
    with_snapshot.execute("SELECT count(*) FROM answer").fetchone()
    await house.privacy.delete(ADA.member_id)
    assert await tables_naming(house.store, ADA.member_id) == set()
    assert (await privacy.chores(house.store)).rebuild_since_ms == NOON
    with_snapshot.execute("COMMIT")
    with_snapshot.close()
    await house.privacy.chores()
    assert (await privacy.chores(house.store)).rebuild_since_ms is None
    assert traces(house.database, ADA.member_id, ADA.name) == set()


async def test_a_large_file_is_rebuilt_once_no_game_is_on(house, monkeypatch):
    monkeypatch.setattr("bot.services.member.privacy.REBUILT_AT_ONCE_BYTES", 0)
    await live(house.store, ADA)
    await house.evening.start(BOB)
    await house.privacy.delete(ADA.member_id)
    await house.privacy.chores()
    assert (await privacy.chores(house.store)).rebuild_since_ms is not None
    house.clock.advance(DAY + 1)
    await house.privacy.chores()
    assert (await privacy.chores(house.store)).rebuild_since_ms is None


# Export


async def test_the_export_holds_every_row_and_nothing_of_another(house):
    await lived_in(house, ADA)
    exported = json.loads(await house.privacy.export(ADA.member_id))
    assert exported["of_member"] == str(ADA.member_id)
    counts = await house.privacy.counts(ADA.member_id)
    assert {table: len(rows) for table, rows in exported["tables"].items()} == counts
    assert set(exported["tables"]) == {one.table for one in TABLES}
    text = json.dumps(exported)
    assert str(BOB.member_id) not in text
    assert BOB.name not in text
    assert exported["tables"]["report"][0]["words"] == "Adaline Verity says no."
    assert {row["head"]["host_id"] for row in exported["tables"]["competition"]} == {
        str(ADA.member_id),
        "another member",
    }


# Not seen for long


async def test_members_not_seen_for_so_long_are_announced_and_deleted_a_day_later(tmp_path):
    store = await open_store(tmp_path / "studyhall.db")
    house = House(store, tmp_path / "studyhall.db", retention_days=30)
    try:
        await live(store, ADA, NOON)
        await live(store, BOB, NOON + 20 * DAY)
        await house.settings.set_hidden(OLD.member_id, hidden=True)
        house.clock.now = NOON + 30 * DAY
        await house.privacy.chores()
        assert await house.privacy.announced() is None
        house.clock.advance(DAY)
        await house.privacy.chores()
        assert await house.privacy.announced() == Retention(1, 30, NOON + 32 * DAY)
        house.clock.advance(DAY - 1)
        await house.privacy.chores()
        assert await tables_naming(store, ADA.member_id) != set()
        house.clock.advance(1)
        await house.privacy.chores()
        assert await tables_naming(store, ADA.member_id) == set()
        assert traces(house.database, ADA.member_id, ADA.name) == set()
        assert await tables_naming(store, BOB.member_id) != set()
        assert await tables_naming(store, OLD.member_id) == {"member_setting"}
        assert [one.by_retention for one in await privacy.deletions(store)] == [True]
        assert await house.privacy.announced() is None
    finally:
        await end(house.privacy)
        await end(house.games)
        await store.close()


async def test_who_comes_back_while_others_are_deleted_stays_and_stays_in_their_game(tmp_path, monkeypatch):
    store = await open_store(tmp_path / "studyhall.db")
    house = House(store, tmp_path / "studyhall.db", retention_days=30)
    try:
        for one in (ADA, BOB, OLD):
            await live(store, one, NOON)
        house.clock.now = NOON + 40 * DAY
        await house.privacy.retain()
        house.clock.advance(DAY)
        forget, back = house.games.forget, [ADA, BOB, OLD]

        async def forget_slowly(member_id: int) -> int:
            if len(back) == 3:
                [first] = [one for one in back if one.member_id == member_id]
                back.remove(first)
                await house.evening.start(back[0])
                await see(store, back[1], house.clock.now)
            return await forget(member_id)

        monkeypatch.setattr(house.games, "forget", forget_slowly)
        assert await house.privacy.retain() == 1
        for one in back:
            assert "answer" in await tables_naming(store, one.member_id)
        assert house.games.live == 1
    finally:
        await end(house.privacy)
        await end(house.games)
        await store.close()


async def test_they_go_in_portions_and_who_becomes_due_meanwhile_is_announced_first(tmp_path):
    store = await open_store(tmp_path / "studyhall.db")
    house = House(store, tmp_path / "studyhall.db", retention_days=30)
    try:
        for n in range(PORTION + 5):
            await see(store, Learner(n + 1, HALL, f"Member {n}"), NOON)
        await see(store, BOB, NOON + 10 * DAY)
        house.clock.now = NOON + 40 * DAY - 1
        assert await house.privacy.retain() == 0
        house.clock.advance(DAY)
        assert await house.privacy.retain() == PORTION
        assert await house.privacy.retain() == 5
        assert await house.privacy.announced() == Retention(1, 30, house.clock.now + DAY)
        assert await house.privacy.retain() == 0
        house.clock.advance(DAY)
        assert await house.privacy.retain() == 1
    finally:
        await end(house.privacy)
        await end(house.games)
        await store.close()


async def test_an_announcement_does_not_outlive_the_setting_nor_cover_a_stricter_one(tmp_path):
    store = await open_store(tmp_path / "studyhall.db")
    house = House(store, tmp_path / "studyhall.db", retention_days=30)

    def after_a_start(days: int) -> Privacy:
        return lives(Privacy, store, house.clock, house.games, house.settings, retention_days=days, first_seconds=3_600)

    try:
        await see(store, ADA, NOON)
        await see(store, BOB, NOON + 30 * DAY)
        house.clock.now = NOON + 40 * DAY
        await house.privacy.retain()
        house.clock.advance(DAY)
        off = after_a_start(0)
        await off.load()
        assert await off.retain() == 0
        on = after_a_start(30)
        await on.load()
        assert await on.retain() == 0  # it is announced again
        house.clock.advance(DAY - 1)
        assert await on.retain() == 0
        house.clock.advance(1)
        stricter = after_a_start(5)
        assert await stricter.retain() == 1
        assert await tables_naming(store, BOB.member_id) != set()
        for one in (off, on, stricter):
            await end(one)
    finally:
        await end(house.privacy)
        await end(house.games)
        await store.close()


async def see(store: Store, who: Learner, now_ms: int) -> None:
    await store.write(lambda tx: members.remember(tx, HALL, who.member_id, who.face, now_ms))


async def test_a_stop_ends_the_look_for_members_not_seen_and_the_next_start_goes_on(tmp_path, monkeypatch):
    store = await open_store(tmp_path / "studyhall.db")
    house = House(store, tmp_path / "studyhall.db", retention_days=30)
    try:
        for one in (ADA, BOB):
            await live(store, one, NOON)
        house.clock.now = NOON + 40 * DAY
        await house.privacy.retain()
        house.clock.advance(DAY)
        forget = house.games.forget

        async def stopped_meanwhile(member_id: int) -> int:
            await end(house.privacy)
            return await forget(member_id)

        monkeypatch.setattr(house.games, "forget", stopped_meanwhile)
        assert await house.privacy.retain() == 1
        again = lives(Privacy, store, house.clock, house.games, house.settings, retention_days=30)
        await again.chores()
        await end(again)
        for one in (ADA, BOB):
            assert await tables_naming(store, one.member_id) == set()
    finally:
        await end(house.games)
        await store.close()


async def test_a_deletion_while_the_file_is_rebuilt_waits_for_the_next_rebuild(house, monkeypatch):
    monkeypatch.setattr("bot.services.member.privacy.REBUILT_AT_ONCE_BYTES", 0)
    await live(house.store, ADA)
    await live(house.store, BOB)
    await house.privacy.delete(ADA.member_id)
    tidy, second = house.store.tidy, []

    async def with_a_second_one(*, rebuild: bool) -> bool:
        done = await tidy(rebuild=rebuild)
        if rebuild:
            second.append(asyncio.create_task(house.privacy.delete(BOB.member_id)))
            for _ in range(50):  # it comes as far as it can
                await house.store.rows("SELECT 1")
        return done

    monkeypatch.setattr(house.store, "tidy", with_a_second_one)
    await house.privacy.chores()
    await second[0]
    assert (await privacy.chores(house.store)).rebuild_since_ms is not None
    monkeypatch.setattr(house.store, "tidy", tidy)
    await house.privacy.chores()
    assert traces(house.database, BOB.member_id, BOB.name) == set()
