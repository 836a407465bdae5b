"""Competitions as a service: what is stored, what is shown, and what a restart takes up."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from engines import open_store
from in_english import refused, say
from lives import end, lives, settled
from small_course import NOON, QUESTIONS, HandClock, everywhere, library

from bot.clock import DiscordClock, snowflake_at
from bot.errors import StorageError, UserError
from bot.facts import Code, Fact, fact
from bot.facts import said as in_words
from bot.model.games import Setup
from bot.model.posts import Kind, What
from bot.packs.library import Library
from bot.quiz.competition.events import Cancel, End, Join, Leave, Pause, Resume, Skip, Tick, Verdict
from bot.quiz.competition.scoring import Scoring
from bot.quiz.competition.standings import standings
from bot.quiz.competition.state import Phase, Rules
from bot.services.channels import Channel, ChannelBusyError, ChannelLostError, Placed
from bot.services.competition.games import Competitions
from bot.services.competition.openings import AlreadyOnError, Opening
from bot.services.competition.shown import ShownGame
from bot.services.competition.viewing import GameViews
from bot.services.competition.views import GameView
from bot.services.posts import Posts
from bot.services.practice.practising import Learner
from bot.storage import competitions, posts
from bot.storage.sqlite import database as module
from bot.storage.store import Store

GUILD, CHANNEL = 50, 60
ADA, GRACE, LINUS = (Learner(n, GUILD, name) for n, name in ((1, "Ada"), (2, "Grace"), (3, "Linus")))
EVERYBODY = (ADA, GRACE, LINUS)


class Notice:
    """A channel's messages: each nonce makes one; what the last edit of each showed is kept."""

    def __init__(self, clock: HandClock) -> None:
        self._clock = clock
        self.by_nonce: dict[str, int] = {}
        self.rounds: dict[int, list[int]] = {}
        self.shown: dict[int, GameView] = {}
        self.podiums: list[int] = []
        self.unveiled: list[int | None] = []
        self.calls: list[GameView] = []
        self.lobbies: list[GameView] = []
        self.refuse = 0
        self.refuse_edits = False
        self.refused_edits = 0
        self.forbidden = self.forbidden_edits = False
        self.busy_seconds = 0.0
        self.gone = {}
        self.hinted: list[tuple[int, Any]] = []
        self.meanwhile: Callable[[], Awaitable[object]] | None = None
        self.changed = asyncio.Event()

    def _make(self, nonce: str) -> tuple[int, bool]:
        if self.forbidden:
            raise ChannelLostError(in_words("Missing Permissions"))
        if self.busy_seconds:
            raise ChannelBusyError(self.busy_seconds)
        if self.refuse:
            self.refuse -= 1
            self.changed.set()
            raise OSError("the line is cut")
        new = nonce not in self.by_nonce
        message_id = self.by_nonce.setdefault(nonce, snowflake_at(self._clock.now_ms(), len(self.by_nonce)))
        self.changed.set()
        return message_id, new

    async def post(self, what: What, channel: Channel, view: GameView, nonce: str) -> int:
        if what.kind is Kind.LOBBY:
            self.lobbies.append(view)
        message_id, new = self._make(nonce)
        if self.meanwhile:
            await self.meanwhile()
        if new and what.kind is Kind.ROUND:
            self.rounds.setdefault(what.number, []).append(message_id)
        if new and what.kind is Kind.CALL:
            self.calls.append(view)
        if new and what.kind is Kind.PODIUM:
            self.podiums.append(message_id)
            self.unveiled.append(view.unveiled)
        return message_id

    async def edit(self, message: Placed, view: GameView) -> None:
        if message.what.kind is Kind.LOBBY:
            self.lobbies.append(view)
        elif self.forbidden_edits:
            raise ChannelLostError(in_words("Missing Access"))
        elif self.refuse_edits:
            self.refused_edits += 1
            self.changed.set()
            raise OSError("the line is cut")
        else:
            self.shown[message.id] = view
            if message.what.kind is Kind.PODIUM:
                self.unveiled.append(view.unveiled)
        self.changed.set()

    def hint(self, message: Placed, view, gone) -> None:
        self.gone[message.what.kind] = gone
        self.hinted.append((message.id, view))
        self.changed.set()

    async def find(self, what: What, channel_id: int) -> int | None:
        return None

    async def until(self, holds) -> None:
        async with asyncio.timeout(20):
            while not holds():
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def store(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.02)
    made = await open_store(tmp_path / "a.db")
    yield made
    await made.close()


@pytest.fixture
def notice(clock) -> Notice:
    return Notice(clock)


@pytest.fixture
async def games(store, clock, notice):
    made = service(store, clock, notice)
    yield made
    await end(made)


def service(store: Store, clock: HandClock, notice: Notice, course: Library | None = None) -> Competitions:
    return lives(
        Competitions,
        everywhere(course or library()),
        store,
        DiscordClock(clock, lambda: clock.now),
        Random(5),
        Posts(clock, notice),
    )


async def lobby(games: Competitions, reveal_ms: int = 0, rounds: int = 3, scoring=Scoring.CLASSIC) -> int:
    rules = Rules(rounds, pace_ms=3_600_000, reveal_ms=reveal_ms, lobby_ms=3_600_000, scoring=scoring)
    view = await games.open(Opening(GUILD, CHANNEL, ADA, rules, Setup((), None, "calm")))
    await games.shown(view.game.id, 999)
    return view.game.id


async def started(games: Competitions, notice: Notice, **options) -> int:
    game = await lobby(games, **options)
    for learner in (GRACE, LINUS):
        await games.act(game, Join(learner.member_id), learner)
    await games.start(game, ADA, manager=False)
    await notice.until(lambda: notice.rounds.get(0))
    return game


async def pick(games, clock, notice, game, number, learner, choice):
    message_id = notice.rounds[number][-1]
    return await games.answer(game, number, choice, learner, clock.now_ms() + 1_000, message_id)


async def test_a_whole_game_leaves_results_and_totals_that_are_the_sum_of_its_points(store, games, clock, notice):
    game = await started(games, notice)
    for number in range(3):
        await notice.until(lambda number=number: notice.rounds.get(number))
        results = await asyncio.gather(
            *(pick(games, clock, notice, game, number, one, choice) for choice, one in enumerate(EVERYBODY))
        )
        assert {result.verdict for result in results} == {Verdict.LOCKED_IN}
    await notice.until(lambda: notice.podiums)
    assert [len(posted) for posted in notice.rounds.values()] == [1, 1, 1]
    loaded = await competitions.load(store, game)
    lines = {line.member_id: (line.place, line.score, line.right) for line in standings(loaded.state)}
    stored = await store.rows("SELECT member_id, place, score, right_answers FROM competition_result")
    assert {member: tuple(line) for member, *line in stored} == lines
    earned = dict(await store.rows("SELECT member_id, sum(points) FROM answer GROUP BY 1"))
    bonuses = dict(await store.rows("SELECT member_id, bonus FROM competition_result"))
    for (period,) in await store.rows("SELECT DISTINCT period FROM total"):
        kept = dict(
            await store.rows("SELECT member_id, points FROM total WHERE section = '' AND period = ?", (period,))
        )
        assert kept == {member: earned[member] + bonuses[member] for member in earned}, period
    answered = await store.rows("SELECT sum(answers) FROM total WHERE section = '' AND period = 'all'")
    assert answered == [(9,)]


async def test_when_all_answer_in_one_turn_of_the_loop_the_round_is_over_at_once(games, clock, notice):
    game = await started(games, notice, reveal_ms=3_600_000)
    await asyncio.gather(*(pick(games, clock, notice, game, 0, one, 0) for one in EVERYBODY))
    await notice.until(lambda: any(len(view.state.played) == 1 for view in notice.shown.values()))
    assert (await games.view(game)).state.phase is Phase.REVEALING


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_comes_at_once_the_game_in_memory_is_the_one_in_the_database(store, games, clock, notice, seed):
    chance = Random(seed)
    game = await started(games, notice, reveal_ms=3_600_000)
    crowd = [Learner(100 + n, GUILD, f"Member {n}") for n in range(20)]

    async def one_after_another(acts):
        for act in acts:
            await asyncio.sleep(0)
            await act()

    def lead(event):
        return lambda: games.act(game, event, ADA)

    acts = [lambda one=one: pick(games, clock, notice, game, 0, one, chance.randint(0, 3)) for one in crowd * 2]
    acts += [lead(Pause(by=1)), lead(Resume(by=1)), lead(Resume(by=1)), *(lead(Join(200 + n)) for n in range(5))]
    chance.shuffle(acts)
    await asyncio.gather(*(one_after_another(acts[n::6]) for n in range(6)))
    await games.act(game, Resume(by=1), ADA)
    seen, stored = (await games.view(game)).state, (await competitions.load(store, game)).state
    assert seen.answers == stored.answers
    assert {player.member_id for player in seen.players} == {player.member_id for player in stored.players}
    assert (seen.phase, seen.round, seen.deadline_ms) == (stored.phase, stored.round, stored.deadline_ms)
    rows = await store.rows("SELECT count(*), count(DISTINCT member_id) FROM competition_answer")
    assert rows == [(len(stored.answers), len(stored.answers))]


@pytest.mark.sqlite
async def test_a_click_is_told_that_it_was_not_counted_while_the_database_is_locked(store, games, clock, notice):
    game = await started(games, notice)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with refused(StorageError, "nothing was counted"):
            await pick(games, clock, notice, game, 0, GRACE, 1)
    assert (await games.view(game)).state.answers == {}
    assert await store.rows("SELECT * FROM competition_answer") == []
    assert (await pick(games, clock, notice, game, 0, GRACE, 2)).verdict is Verdict.LOCKED_IN
    assert (await pick(games, clock, notice, game, 0, GRACE, 1)).called == "C"


async def test_a_second_game_in_the_channel_is_refused_with_the_first_one(games):
    game = await lobby(games)
    with pytest.raises(AlreadyOnError) as already:
        await lobby(games)
    assert already.value.view.game.id == game


async def test_a_game_needs_questions(games):
    rules = Rules(3, 12_000, 0, 60_000)
    with refused(UserError, "No question matches"):
        await games.open(Opening(GUILD, CHANNEL, ADA, rules, Setup(("water",), "hard", "calm")))


async def test_a_game_begins_with_its_easy_questions(games):
    game = await lobby(games, rounds=6)
    await games.start(game, ADA, manager=False)
    asked = (await games.view(game)).game.questions
    assert [one.difficulty for one in asked] == ["easy"] * 4 + ["medium", "hard"]


async def test_questions_that_were_asked_lately_come_last(store, games, clock, notice):
    asked = []
    for _ in range(2):
        game = await started(games, notice)
        asked.append({q.id for q in (await competitions.load(store, game)).questions})
        await games.act(game, End(1), ADA)
        await notice.until(lambda: notice.podiums)
        notice.rounds.clear()
        notice.podiums.clear()
    assert asked[0] | asked[1] == {q.id for q in QUESTIONS}


# After a restart


async def test_a_restart_goes_on_in_the_same_message_with_the_answers_and_gives_the_time_back(store, clock, notice):
    first = service(store, clock, notice)
    game = await started(first, notice)
    await pick(first, clock, notice, game, 0, GRACE, 2)
    before = (await first.view(game)).state
    await end(first)
    clock.advance(40_000)
    again = service(store, clock, notice)
    await again.resume()
    message_id = notice.rounds[0][0]
    await notice.until(lambda: notice.shown.get(message_id) and notice.shown[message_id].note)
    state = (await again.view(game)).state
    assert notice.shown[message_id].note == fact(Code.WAS_AWAY, seconds=40)
    assert before.deadline_ms + 40_000 <= state.deadline_ms < before.deadline_ms + 41_000
    assert state.answers == before.answers
    assert notice.rounds == {0: [message_id]}
    assert (await pick(again, clock, notice, game, 0, GRACE, 1)).called == "C"
    await again.act(game, Skip(1, 0), ADA)
    await notice.until(lambda: notice.rounds.get(1))
    assert (await again.view(game)).note is None  # of the second round nothing was lost
    await end(again)


async def test_what_happens_in_a_game_is_a_sign_of_life_so_that_no_more_is_given_back_than_was_lost(
    store, clock, notice, games
):
    await store.write(lambda tx: competitions.beat(tx, clock.now - 3 * 3_600_000))  # of a game this morning
    game = await lobby(games)
    assert await competitions.last_beat(store) == clock.now
    clock.advance(400)
    await games.act(game, Join(GRACE.member_id), GRACE)
    assert await competitions.last_beat(store) == clock.now


@pytest.mark.sqlite
async def test_a_message_whose_id_was_stored_just_before_the_end_starts_the_clock_after_it(store, clock, notice):
    first = service(store, clock, notice)
    game = await lobby(first)
    notice.forbidden = True
    await first.start(game, ADA, manager=False)
    await notice.until(lambda: notice.lobbies and notice.lobbies[-1].state.phase is Phase.PAUSED)
    await first.act(game, Resume(by=1), ADA)
    await end(first)
    message_id = snowflake_at(clock.now_ms())
    await store.write(lambda tx: tx.run("UPDATE post SET message_id = ?", (message_id,)))
    await store.write(
        lambda tx: tx.run(
            "UPDATE competition SET phase = 'asking', head = json_set(head, '$.phase', 'asking', '$.paused_phase', null)"
        )
    )
    again = service(store, clock, notice)
    await again.resume()
    await notice.until(lambda: message_id in notice.shown)
    assert (await again.view(game)).state.opened_ms == NOON
    await end(again)


@pytest.mark.sqlite
async def test_a_reveal_and_a_podium_that_were_not_shown_before_the_end_are_shown_after_it(store, clock, notice):
    first = service(store, clock, notice)
    game = await started(first, notice)
    await end(first)
    loaded = await competitions.load(store, game)
    for kind in (Kind.PODIUM, Kind.REVEAL):
        await store.write(lambda tx, kind=kind: posts.add(tx, What(kind, loaded.id), GUILD, CHANNEL, clock.now_ms()))
    await store.write(
        lambda tx: tx.run("UPDATE competition SET phase = 'finished', head = json_set(head, '$.phase', 'finished')")
    )
    again = service(store, clock, notice)
    await again.resume()
    await notice.until(lambda: notice.podiums)
    assert len(notice.shown[notice.rounds[0][0]].state.played) == 1
    async with asyncio.timeout(20):
        while await posts.waiting(store, Kind.REVEAL, Kind.PODIUM):
            pass
    await end(again)


async def all_right(games, clock, notice, game):
    """A game of one round that everybody gets, one after the other, and that is over then."""
    right, _wrong = letters(await games.view(game), 0)
    for one in EVERYBODY:
        await pick(games, clock, notice, game, 0, one, right)
        clock.advance(60_000)


async def test_a_bot_that_was_stopped_while_everybody_gets_ready_calls_them_and_begins_after_its_start(
    store, clock, notice
):
    first = service(store, clock, notice)
    rules = Rules(3, 12_000, 0, 3_600_000, ready_ms=3_000)
    view = await first.open(Opening(GUILD, CHANNEL, ADA, rules, Setup((), None, "calm", calls=True)))
    await first.shown(view.game.id, 999)
    notice.refuse = 1_000
    await first.start(view.game.id, ADA, manager=False)
    await notice.until(lambda: notice.refuse < 1_000)
    await end(first)
    assert notice.calls == []
    notice.refuse = 0
    clock.advance(30_000)
    again = service(store, clock, notice)
    await again.resume()
    await notice.until(lambda: notice.calls)
    clock.advance(33_000)
    await again.act(view.game.id, Tick(), ADA)
    await notice.until(lambda: notice.rounds.get(0))
    assert (len(notice.calls), len(notice.rounds[0])) == (1, 1)
    await end(again)


async def test_a_channel_that_is_lost_while_everybody_gets_ready_is_waited_for(store, clock, notice, monkeypatch):
    monkeypatch.setattr("bot.services.competition.messages.ACCESS_AGAIN_SECONDS", (0.0,))
    games = service(store, clock, notice)
    rules = Rules(3, 12_000, 0, 3_600_000, ready_ms=3_600_000)
    view = await games.open(Opening(GUILD, CHANNEL, ADA, rules, Setup((), None, "calm", calls=True)))
    await games.shown(view.game.id, 999)
    notice.forbidden = True
    await games.start(view.game.id, ADA, manager=False)
    await notice.until(lambda: notice.lobbies and notice.lobbies[-1].state.phase is Phase.PAUSED)
    notice.forbidden = False
    await notice.until(lambda: notice.calls and notice.rounds.get(0))
    assert len(notice.calls) == 1
    await end(games)


async def test_a_podium_tells_the_third_the_second_and_then_who_won_and_the_lobby_waits_for_that(games, clock, notice):
    game = await started(games, notice, rounds=1)
    await all_right(games, clock, notice, game)
    await notice.until(lambda: notice.lobbies and notice.lobbies[-1].podium_message_id)
    assert notice.unveiled == [1, 2, None]
    told = [(view.state.phase, view.podium_message_id) for view in notice.lobbies[-2:]]
    assert told == [(Phase.FINISHED, None), (Phase.FINISHED, notice.podiums[0])]


async def test_a_view_shows_the_game_as_it_is_once_the_names_were_read(store, games, clock, notice):
    shown = ShownGame(await competitions.load(store, await started(games, notice)))
    viewing = asyncio.create_task(GameViews(everywhere(library()), store).of(shown))
    await asyncio.sleep(0)
    shown.game = replace(shown.game, state=replace(shown.game.state, phase=Phase.CANCELLED))
    assert not viewing.done()
    assert (await viewing).state.phase is Phase.CANCELLED


async def test_a_podium_at_which_the_bot_was_stopped_is_completed_after_the_next_start(store, clock, notice):
    first = service(store, clock, notice)
    game = await started(first, notice, rounds=1, reveal_ms=3_600_000)  # so that its places come slowly
    await all_right(first, clock, notice, game)
    await notice.until(lambda: any(len(view.state.played) == 1 for view in notice.shown.values()))
    clock.advance(3_600_000)
    await first.act(game, Tick(), ADA)
    await notice.until(lambda: notice.podiums)
    await end(first)
    assert notice.unveiled == [1]
    again = service(store, clock, notice)
    await again.resume()
    await notice.until(lambda: notice.unveiled == [1, None])
    await settled(again)
    assert await posts.waiting(store, Kind.PODIUM, Kind.WINNER) == []
    await end(again)
    third = service(store, clock, notice)
    await third.resume()
    await settled(third)
    assert notice.unveiled == [1, None]
    await end(third)


async def test_of_two_nobody_is_kept_waiting(games, clock, notice):
    game = await lobby(games, rounds=1)
    await games.act(game, Join(GRACE.member_id), GRACE)
    await games.start(game, ADA, manager=False)
    await notice.until(lambda: notice.rounds.get(0))
    for one in (ADA, GRACE):
        await pick(games, clock, notice, game, 0, one, letters(await games.view(game), 0)[0])
    await notice.until(lambda: notice.lobbies and notice.lobbies[-1].podium_message_id)
    assert notice.unveiled == [None]


async def test_a_podium_that_discord_does_not_let_be_completed_is_tried_again(games, clock, notice, monkeypatch, store):
    monkeypatch.setattr("bot.services.competition.messages.FINISH_AGAIN_SECONDS", (0.0,) * 500)
    game = await started(games, notice, rounds=1)
    right, _wrong = letters(await games.view(game), 0)
    for one in EVERYBODY:
        await pick(games, clock, notice, game, 0, one, right)
    await notice.until(lambda: notice.podiums)
    notice.refuse_edits = True
    await notice.until(lambda: notice.refused_edits > 2)
    notice.refuse_edits = False
    await notice.until(lambda: None in notice.unveiled)
    assert len(notice.podiums) == 1


async def test_what_a_group_learns_is_what_fewest_got_and_the_myth_behind_what_most_chose(games, clock, notice):
    game = await started(games, notice, rounds=2)
    for number, chosen in ((0, (0, 0, 1)), (1, (1, 1, 0))):
        await notice.until(lambda number=number: notice.rounds.get(number))
        choices = letters(await games.view(game), number)
        for one, which in zip(EVERYBODY, chosen, strict=True):
            await pick(games, clock, notice, game, number, one, choices[which])
    await notice.until(lambda: notice.podiums)
    learned = (await games.view(game)).learned
    assert (learned.number, learned.knew, learned.answered, learned.believed) == (1, (LINUS.member_id,), 3, 2)
    assert learned.myth.belief == "Hotter is better."
    pack_id, questions = await games.drill(game, 1)
    assert (pack_id, len(questions)) == ("tea", 5)
    assert questions[0].id == (await games.view(game)).state.plans[1].question_id
    with refused(UserError, "still open"):
        await games.drill(game, 2)


# Troubles


async def test_without_the_channel_the_game_pauses_says_why_in_the_lobby_and_goes_on_when_told(games, clock, notice):
    notice.forbidden = True
    game = await lobby(games)
    await games.start(game, ADA, manager=False)
    await notice.until(lambda: notice.lobbies and notice.lobbies[-1].state.phase is Phase.PAUSED)
    assert notice.lobbies[-1].state.reason.code is Code.GAME_CHANNEL_LOST
    notice.forbidden = False
    verdict, _ = await games.act(game, Resume(by=1), ADA)
    assert verdict is Verdict.DONE
    await notice.until(lambda: notice.rounds.get(0))
    assert (await pick(games, clock, notice, game, 0, ADA, 0)).verdict is Verdict.LOCKED_IN


async def test_a_message_found_deleted_is_posted_anew_once(games, clock, notice):
    game = await started(games, notice)
    await pick(games, clock, notice, game, 0, GRACE, 0)
    gone = notice.gone[Kind.ROUND]
    await asyncio.gather(*(gone() for _ in range(3)))
    await notice.until(lambda: len(notice.rounds[0]) > 1)
    await gone()
    assert (await pick(games, clock, notice, game, 0, ADA, 0)).verdict is Verdict.LOCKED_IN
    assert len(notice.rounds[0]) == 2


@pytest.mark.parametrize("thread", [False, True])
async def test_a_lobby_found_deleted_is_posted_anew_once_and_begins_when_it_was_to_begin(
    store, games, clock, notice, thread
):
    rules = Rules(3, pace_ms=3_600_000, reveal_ms=0, lobby_ms=3_600_000)
    game = (await games.open(Opening(GUILD, CHANNEL, ADA, rules, Setup((), None, "calm", thread=thread)))).game.id
    await games.shown(game, 999)
    starts_ms = (await games.view(game)).state.starts_ms
    clock.advance(600_000)
    await games.act(game, Join(2), GRACE)
    await asyncio.gather(*(notice.gone[Kind.LOBBY]() for _ in range(3)))
    assert len(notice.lobbies) == 1
    assert await store.rows("SELECT channel_id FROM post") == [(CHANNEL,)]
    view = await games.view(game)
    assert view.state.starts_ms == starts_ms
    assert view.game.lobby_message_id == (await competitions.load(store, game)).lobby_message_id != 999


async def test_a_round_that_is_open_shows_nobody_a_result(games, notice):
    game = await started(games, notice)
    with refused(UserError, "still open"):
        await games.my_result(game, 0, GRACE.member_id)


async def test_a_choice_that_comes_while_the_game_begins_changes_nothing_and_says_so(store, games):
    game = await lobby(games)
    gate = asyncio.Event()

    async def busy(_tx) -> None:
        await gate.wait()

    async with asyncio.TaskGroup() as group:
        group.create_task(store.write(busy))
        group.create_task(games.start(game, ADA, manager=False))
        while store.waiting < 2:
            await store.rows("SELECT 1")
        chosen = group.create_task(games.choose_sections(game, ADA, manager=False, sections=("leaves",)))
        for _ in range(50):  # it has come as far as it can
            await store.rows("SELECT 1")
        gate.set()
    verdict, view = chosen.result()
    assert verdict is Verdict.NOTHING_TO_DO
    assert view.game.setup.sections == (await competitions.load(store, game)).setup.sections == ()


async def test_a_game_goes_on_when_its_section_and_then_its_course_are_gone(store, clock, notice):
    course = library()
    games = service(store, clock, notice, course)
    rules = Rules(2, 3_600_000, 0, 3_600_000)
    view = await games.open(Opening(GUILD, CHANNEL, ADA, rules, Setup(("leaves",), None, "calm")))
    game = view.game.id
    await games.start(game, ADA, manager=False)
    await notice.until(lambda: notice.rounds.get(0))
    [pack] = library().packs
    course.replace([replace_sections(pack, "leaves")])
    await pick(games, clock, notice, game, 0, ADA, 0)
    await notice.until(lambda: notice.rounds.get(1))
    assert (await games.view(game)).section_titles == ("leaves",)
    course.replace([])
    await pick(games, clock, notice, game, 1, ADA, 0)
    await notice.until(lambda: notice.podiums)
    await end(games)


def replace_sections(pack, without: str):
    """The course as its author may have changed it: one section less."""
    kept = [section for section in pack.sections if section.id != without]
    return type(pack)(head=pack.head, sections=kept, questions=pack.questions)


async def in_a_thread(games: Competitions, players: int, *, thread: bool = True) -> int:
    rules = Rules(1, pace_ms=3_600_000, reveal_ms=0, lobby_ms=3_600_000)
    setup = Setup((), None, "calm", thread=thread)
    game = (await games.open(Opening(GUILD, CHANNEL, ADA, rules, setup))).game.id
    await games.shown(game, 999)
    for number in range(2, players + 1):
        await games.act(game, Join(number), Learner(number, GUILD, f"Member {number}"))
    await games.start(game, ADA, manager=False)
    return game


@pytest.mark.parametrize(("players", "thread"), [(101, True), (3, False)])
async def test_nobody_is_called_into_a_channel_nor_more_than_can_be_mentioned(games, notice, players, thread):
    await in_a_thread(games, players, thread=thread)
    await notice.until(lambda: notice.rounds.get(0))
    assert notice.calls == []


async def test_what_discord_does_not_take_at_the_end_is_shown_when_it_does_again(
    store, games, clock, notice, monkeypatch
):
    monkeypatch.setattr("bot.services.competition.messages.RETRY_SECONDS", (0.0,))
    monkeypatch.setattr("bot.services.competition.messages.FINISH_AGAIN_SECONDS", (0.0,) * 500)
    game = await started(games, notice)
    message_id = notice.rounds[0][0]
    notice.forbidden = notice.refuse_edits = True
    await games.act(game, End(1), ADA)
    async with asyncio.timeout(20):
        while games.live:
            await store.rows("SELECT 1")
    assert notice.podiums == []
    notice.forbidden = notice.refuse_edits = False
    await notice.until(lambda: notice.podiums and message_id in notice.shown)
    assert len(notice.shown[message_id].state.played) == 1
    async with asyncio.timeout(20):
        while await posts.waiting(store, Kind.REVEAL, Kind.PODIUM):
            pass
    assert len(notice.podiums) == 1


async def test_a_reveal_that_discord_did_not_take_is_shown_with_the_next_round(games, clock, notice, monkeypatch):
    monkeypatch.setattr("bot.services.competition.messages.RETRY_SECONDS", (0.0,))
    game = await started(games, notice, reveal_ms=3_600_000)
    message_id = notice.rounds[0][0]
    notice.refuse_edits = True
    await games.act(game, Skip(1, 0), ADA)
    await notice.until(lambda: notice.refused_edits == 2)
    notice.refuse_edits = False
    clock.advance(3_600_000)
    await games.act(game, Tick(), ADA)
    await notice.until(lambda: notice.rounds.get(1) and message_id in notice.shown)
    assert len(notice.shown[message_id].state.played) == 1


async def test_a_game_whose_channel_is_gone_ends_after_a_day_and_holds_it_no_longer(store, games, clock, notice):
    notice.forbidden = True
    game = await lobby(games)
    await games.start(game, ADA, manager=False)
    await notice.until(lambda: notice.lobbies and notice.lobbies[-1].state.phase is Phase.PAUSED)
    clock.advance(24 * 3_600_000 - 1)
    await games.act(game, Tick(), ADA)
    assert (await games.view(game)).state.phase is Phase.PAUSED
    clock.advance(1)
    await games.act(game, Tick(), ADA)
    assert (await games.view(game)).state.phase is Phase.FINISHED
    assert await lobby(games) != game


# What counts


def letters(view: GameView, number: int) -> tuple[int, int]:
    """A right letter of a round, and a wrong one."""
    right = view.state.plans[number].order.index(view.state.plans[number].key)
    return right, (right + 1) % len(view.state.plans[number].order)


async def test_a_game_in_which_no_round_counts_offers_nothing_to_practise(games, notice):
    game = await started(games, notice)
    await games.act(game, End(1), ADA)
    with refused(UserError, "No round counts"):
        await games.missed_by(game, GRACE.member_id)


async def test_who_leaves_after_the_start_is_not_waited_for_and_that_outlives_a_restart(store, clock, notice):
    first = service(store, clock, notice)
    game = await started(first, notice, reveal_ms=3_600_000)
    assert (await first.act(game, Leave(LINUS.member_id), LINUS))[0] is Verdict.DONE
    await end(first)
    again = service(store, clock, notice)
    await again.resume()
    assert await store.rows("SELECT member_id FROM competition_player WHERE gone = 1") == [(LINUS.member_id,)]
    for one in (ADA, GRACE):
        await pick(again, clock, notice, game, 0, one, 0)
    await notice.until(lambda: any(len(view.state.played) == 1 for view in notice.shown.values()))
    mine = await again.my_result(game, 0, GRACE.member_id)
    assert mine.leave == game
    assert (await again.my_result(game, 0, LINUS.member_id)).leave is None
    clock.advance(3_600_000)
    await again.act(game, Tick(), ADA)
    await notice.until(lambda: notice.rounds.get(1))
    await pick(again, clock, notice, game, 1, LINUS, 0)  # who answers is back
    assert await store.rows("SELECT member_id FROM competition_player WHERE gone = 1") == []
    assert not (await again.view(game)).state.player(LINUS.member_id).gone
    await end(again)


# Challenges


async def challenge(games: Competitions, host: Learner = ADA, other: Learner = GRACE) -> int:
    rules = Rules(7, pace_ms=25_000, reveal_ms=0, lobby_ms=300_000, duel=True)
    setup = Setup((), None, "standard", other.member_id, other.name)
    view = await games.open(Opening(GUILD, CHANNEL, host, rules, setup))
    await games.shown(view.game.id, 999)
    return view.game.id


async def test_a_duel_that_was_accepted_makes_no_room(games, notice):
    duel = await challenge(games)
    await games.act(duel, Join(GRACE.member_id), GRACE)
    await games.start(duel, ADA, manager=False)
    with pytest.raises(AlreadyOnError):
        await lobby(games)


async def test_challenging_again_and_again_holds_no_channel(games, clock):
    for _ in range(2):
        duel = await challenge(games)
        await games.act(duel, Cancel(None, reason=Fact(Code.DECLINED)), GRACE)
        clock.advance(60_000)
    with refused(UserError, "weren't accepted"):
        await challenge(games, other=LINUS)
    other = await challenge(games, GRACE, ADA)
    await games.act(other, Cancel(None), GRACE)
    clock.advance(14 * 60_000)
    await challenge(games, other=LINUS)


async def test_a_press_on_another_message_in_the_gap_before_a_round_is_posted_counts_nothing(games, clock, notice):
    game = await lobby(games)
    await games.act(game, Join(GRACE.member_id), GRACE)
    notice.refuse = 1  # the round is stored, and not in the channel yet
    await games.start(game, ADA, manager=False)
    result = await games.answer(game, 0, 1, LINUS, clock.now_ms(), None)
    assert result.verdict is Verdict.NOT_OPEN
    await notice.until(lambda: notice.rounds.get(0))
    state = (await games.view(game)).state
    assert (state.answers, len(notice.rounds[0])) == ({}, 1)
    assert (await pick(games, clock, notice, game, 0, LINUS, 1)).verdict is Verdict.LOCKED_IN


async def test_nobody_but_the_challenged_one_takes_the_second_seat_of_a_duel(store, games):
    rules = Rules(3, pace_ms=3_600_000, reveal_ms=0, lobby_ms=3_600_000, duel=True)
    view = await games.open(Opening(GUILD, CHANNEL, ADA, rules, Setup((), None, "calm", GRACE.member_id, "Grace")))
    with refused(UserError, "between two others"):
        await games.act(view.game.id, Join(LINUS.member_id), LINUS)
    await games.act(view.game.id, Join(GRACE.member_id), GRACE)
    assert {player.member_id for player in (await games.view(view.game.id)).state.players} == {1, 2}
    assert await store.rows("SELECT member_id FROM competition_player ORDER BY 1") == [(1,), (2,)]


async def test_who_answers_while_a_deleted_round_is_posted_anew_is_counted_in_its_new_message(games, clock, notice):
    game = await started(games, notice)
    await pick(games, clock, notice, game, 0, GRACE, 1)
    await notice.until(lambda: Kind.ROUND in notice.gone)
    clicked: list[Verdict] = []

    async def click() -> None:
        clicked.append((await pick(games, clock, notice, game, 0, LINUS, 2)).verdict)

    notice.meanwhile = click
    await notice.gone[Kind.ROUND]()
    notice.meanwhile = None
    await settled(games)
    assert clicked == [Verdict.LOCKED_IN]
    deleted, anew = notice.rounds[0]
    message_id, view = notice.hinted[-1]
    assert message_id == anew != deleted
    assert len((await view()).state.answers) == 2


async def a_timed_round(games: Competitions, notice: Notice) -> tuple[int, int]:
    """A game whose first round has opened; the game and the round's deadline."""
    game = await started(games, notice)
    while (state := (await games.view(game)).state).opened_ms is None:  # noqa: ASYNC110
        await asyncio.sleep(0)
    return game, state.deadline_ms


async def looked(games: Competitions) -> None:
    """Discord's clock has moved on, and what was due because of that is done."""
    games.look()
    for _ in range(2):  # a timer that is due at once has its turn
        await asyncio.sleep(0)
    await settled(games)


async def test_a_round_ends_once_the_clicks_that_have_arrived_in_time_are_stored(games, clock, notice):
    game, deadline_ms = await a_timed_round(games, notice)
    games.oldest_ms = lambda: deadline_ms - 1
    clock.now = deadline_ms + 5_000
    await looked(games)
    assert (await games.view(game)).state.phase is Phase.ASKING
    click = await games.answer(game, 0, 1, GRACE, deadline_ms - 1, notice.rounds[0][-1])
    assert click.verdict is Verdict.LOCKED_IN
    games.oldest_ms = lambda: None
    while not (played := (await games.view(game)).state.played):  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert GRACE.member_id in played[0].answers


async def test_a_round_does_not_wait_for_what_was_clicked_after_it_or_for_ever(games, clock, notice):
    for oldest_after_ms, late_ms in ((1, 5_000), (-1, 20_000)):
        game, deadline_ms = await a_timed_round(games, notice)
        games.oldest_ms = lambda at=deadline_ms + oldest_after_ms: at
        clock.now = deadline_ms + late_ms
        await looked(games)
        assert len((await games.view(game)).state.played) == 1
        await games.act(game, End(ADA.member_id), ADA)
        await notice.until(lambda: notice.podiums)
        notice.podiums.clear()
        notice.rounds.clear()


@pytest.fixture
def tries_at_once(monkeypatch):
    monkeypatch.setattr("bot.services.competition.messages.RETRY_SECONDS", (0.0,))
    monkeypatch.setattr("bot.services.competition.messages.ACCESS_AGAIN_SECONDS", (0.001,))


async def until_phase(games: Competitions, store: Store, game: int, phase: Phase) -> None:
    async with asyncio.timeout(20):
        while (await games.view(game)).state.phase is not phase:
            await store.rows("SELECT 1")


@pytest.mark.parametrize("why", ["forbidden", "refused"])
async def test_a_game_goes_on_by_itself_when_its_channel_takes_messages_again(
    store, games, clock, notice, tries_at_once, why
):
    game = await lobby(games)
    notice.forbidden, notice.refuse = why == "forbidden", 2 if why == "refused" else 0
    await games.start(game, ADA, manager=False)
    await notice.until(lambda: notice.lobbies and notice.lobbies[-1].state.phase is Phase.PAUSED)
    assert "I'll keep trying." in say(notice.lobbies[-1].state.reason)
    notice.forbidden = False
    await notice.until(lambda: notice.rounds.get(0))
    await until_phase(games, store, game, Phase.ASKING)
    await notice.until(lambda: notice.lobbies[-1].state.phase is Phase.ASKING)
    assert (await pick(games, clock, notice, game, 0, ADA, 0)).verdict is Verdict.LOCKED_IN


async def test_a_channel_that_is_lost_in_a_round_is_told_in_the_lobby_and_comes_back(
    store, games, clock, notice, tries_at_once
):
    game = await started(games, notice, reveal_ms=3_600_000)
    notice.forbidden_edits = True
    await games.act(game, Skip(ADA.member_id, 0), ADA)
    await notice.until(lambda: notice.lobbies and notice.lobbies[-1].state.phase is Phase.PAUSED)
    assert notice.lobbies[-1].state.reason.code is Code.GAME_CHANNEL_LOST
    notice.forbidden_edits = False
    await until_phase(games, store, game, Phase.ASKING)
    await notice.until(lambda: notice.rounds.get(1) and notice.lobbies[-1].state.phase is not Phase.PAUSED)


async def test_a_pause_ends_when_its_time_has_come_although_the_host_slept_over_it(store, games, clock, notice):
    game = await started(games, notice)
    await games.act(game, Pause(by=ADA.member_id), ADA)
    clock.advance(61 * 60_000)
    games.look()
    await notice.until(lambda: notice.podiums)
    assert await store.rows("SELECT phase FROM competition") == [("finished",)]


async def test_a_pause_of_the_host_does_not_end_by_itself(store, games, notice, tries_at_once):
    game = await started(games, notice)
    await games.act(game, Pause(by=ADA.member_id), ADA)
    await end(games)
    again = service(store, HandClock(), notice)
    await again.resume()
    for _ in range(50):
        await store.rows("SELECT 1")
    assert (await again.view(game)).state.phase is Phase.PAUSED
    await end(again)


async def test_a_trouble_from_before_a_restart_ends_by_itself_after_it(store, games, clock, notice, tries_at_once):
    game = await lobby(games)
    notice.forbidden = True
    await games.start(game, ADA, manager=False)
    await until_phase(games, store, game, Phase.PAUSED)
    await end(games)
    notice.forbidden = False
    again = service(store, clock, notice)
    await again.resume()
    await until_phase(again, store, game, Phase.ASKING)
    await end(again)


async def test_a_long_rate_limit_is_told_in_the_lobby_and_the_host_can_end(store, games, clock, notice, monkeypatch):
    monkeypatch.setattr("bot.services.competition.messages.RETRY_SECONDS", (0.0,))
    notice.busy_seconds = 600.0
    game = await lobby(games)
    await games.start(game, ADA, manager=False)
    await notice.until(lambda: notice.lobbies and notice.lobbies[-1].state.phase is Phase.PAUSED)
    until_s = (clock.now + 600_000) // 1000
    assert notice.lobbies[-1].state.reason == fact(Code.CHANNEL_BUSY, until=until_s)
    verdict, view = await games.act(game, End(ADA.member_id), ADA)
    assert (verdict, view.state.phase) == (Verdict.DONE, Phase.FINISHED)
