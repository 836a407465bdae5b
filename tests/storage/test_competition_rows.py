"""A competition in the database: what was saved comes back, a click counts once, a channel has one game."""

import asyncio
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from in_english import refused
from opened_store import opened

from bot.errors import StorageError
from bot.model.games import Click, Game, Setup, StoredClick
from bot.model.posts import Kind, What
from bot.packs.models import Question
from bot.quiz.competition.events import (
    Answer,
    Confide,
    End,
    Join,
    Leave,
    Lost,
    Opened,
    Pause,
    Resume,
    Skip,
    Start,
    TakeOver,
    Tick,
)
from bot.quiz.competition.game import step
from bot.quiz.competition.lobby import opened_by
from bot.quiz.competition.scoring import Scoring
from bot.quiz.competition.standings import standings
from bot.quiz.competition.state import Competition, Phase, RoundPlan, Rules
from bot.quiz.question.asking import Given, Sureness
from bot.storage import competitions, posts
from bot.storage.sqlite import database as module
from bot.storage.store import MAX_BATCH, Store

NOON = 1_795_348_800_000
GUILD, CHANNEL, HOST = 50, 60, 1
SETUP = Setup(("water",), None, "quick")
RULES = Rules(rounds=3, pace_ms=12_000, reveal_ms=5_000, lobby_ms=60_000)


def question(number: int) -> Question:
    return Question.model_validate(
        {
            "id": f"q{number}",
            "section": "water",
            "topic": "heat",
            "kind": "recall",
            "difficulty": "easy",
            "core": True,
            "family": f"f{number}",
            "stem": "What is it that this question asks about?",
            "options": [
                {"text": f"option {n}", "correct": n == 1, "why": "Because.", "misconception": "m" if n != 1 else None}
                for n in range(4)
            ],
            "explanation": "A rule that is long enough to be one.",
        }
    )


QUESTIONS = tuple(question(n) for n in range(3))
PLANS = tuple(
    RoundPlan(q.id, q.key, order)
    for q, order in zip(QUESTIONS, [(0, 1, 2, 3), (3, 1, 0, 2), (1, 0, 2, 3)], strict=True)
)


@pytest.fixture
async def store(tmp_path):
    async with opened(tmp_path / "a.db") as made:
        yield made


async def created(store: Store, rules: Rules = RULES, channel: int = CHANNEL) -> Game:
    state = opened_by(HOST, rules, NOON)
    game_id = await store.write(lambda tx: competitions.create(tx, GUILD, channel, "tea", SETUP, state, NOON))
    game = await competitions.load(store, game_id)
    assert game is not None
    return game


async def after(store: Store, game: Game, event: object, now_ms: int) -> Game:
    """The game after an event, stored as the service stores it."""
    state, _ = step(game.state, event, now_ms)
    before = game

    async def job(tx) -> None:
        if before.state.phase is Phase.LOBBY and state.plans:
            await competitions.save_rounds(tx, before.id, state.plans, QUESTIONS)
        await competitions.save(tx, before, state, now_ms)

    if isinstance(event, Answer) and len(state.answers) > len(game.state.answers):
        given = state.answers[event.member_id]
        player = state.player(event.member_id)
        click = Click(
            game.id, event.round, event.member_id, event.choice, event.stamp_ms, given.elapsed_ms,
            player.time_factor, player.team, player.joined_ms, given.given,
        )  # fmt: skip
        assert await store.write_together(competitions.answer_all, click) == StoredClick(new=True, given=given.given)
    if isinstance(event, Confide) and state != game.state:
        args = (game.id, event.round, event.member_id, event.sureness)
        await store.write(lambda tx: competitions.confide(tx, *args))
    await store.write(job)
    return replace(game, state=state, questions=QUESTIONS if state.plans else ())


async def asking(store: Store, channel: int = CHANNEL) -> Game:
    game = await after(store, await created(store, channel=channel), Start(PLANS, HOST), NOON + 1_000)
    return await after(store, game, Opened(0, NOON + 1_200), NOON + 1_300)


def comparable(state: Competition) -> Competition:
    return replace(state, players=tuple(sorted(state.players, key=lambda player: player.member_id)))


def any_event(chance: Random, state: Competition, now: int) -> object:
    member, number = chance.randint(1, 5), state.round
    return chance.choice(
        [
            Join(member, chance.choice((1.0, 1.5, 2.0))),
            Leave(member),
            Start(PLANS, HOST),
            Start(PLANS, HOST),
            Opened(number, now - 5),
            *[Answer(member, number, chance.randint(0, 3), now - 5)] * 4,
            Confide(member, number, chance.choice(list(Sureness)), now),
            *[Tick()] * 4,
            Pause(by=HOST, manager=True),
            Resume(by=HOST, manager=True),
            Skip(HOST, number, Phase.REVEALING in (state.phase, state.paused_phase), manager=True)
            if chance.random() < 0.3
            else Tick(),
            End(HOST, manager=True) if chance.random() < 0.1 else Tick(),
            Lost(now - 500),
            TakeOver(member),
        ]
    )


@given(st.integers(0, 2**32), st.sampled_from(Scoring), st.sampled_from([0, 2]))
@settings(max_examples=25, deadline=None)
def test_after_every_event_the_game_comes_back_from_the_database_as_it_was(seed, scoring, teams):
    async def play(path: Path) -> None:
        chance, now = Random(seed), NOON
        async with opened(path) as store:
            game = await created(store, replace(RULES, scoring=scoring, teams=teams))
            for _ in range(30):
                wake = game.state.wake_ms
                now = wake if wake and wake > now and chance.random() < 0.3 else now + chance.randint(1, 2_000)
                game = await after(store, game, any_event(chance, game.state, now), now)
                loaded = await competitions.load(store, game.id)
                assert loaded is not None
                assert comparable(loaded.state) == comparable(game.state)
                assert standings(loaded.state) == standings(game.state)
                assert replace(loaded, state=game.state) == game

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(Path(folder) / "a.db"))


# Clicks


def click(game: Game, member: int, choice: int, **fields: int) -> Click:
    return replace(
        Click(
            *(game.id, game.state.round, member, choice),
            *(NOON + 2_000 + member, 800, 1.0, 0, NOON + 2_100, behind(game, choice)),
        ),
        **fields,
    )


def behind(game: Game, place: int) -> Given | None:
    """What a letter stands for."""
    return (game.state.plans or PLANS)[0].lettering.given(place)


async def counted(store: Store) -> list[tuple[int, int, int]]:
    return await store.rows("SELECT competition_id, member_id, choice FROM competition_answer ORDER BY 1, 2")


async def together(store: Store, *clicks: Click) -> list[StoredClick]:
    return await asyncio.gather(*(store.write_together(competitions.answer_all, one) for one in clicks))


async def test_of_two_clicks_in_one_batch_the_first_counts(store):
    game = await asking(store)
    first, second = click(game, 2, 3), click(game, 2, 1, stamp_ms=NOON + 2_500)
    assert await together(store, first, second) == [
        StoredClick(new=True, given=behind(game, 3)),
        StoredClick(new=False, given=behind(game, 3)),
    ]
    assert await counted(store) == [(game.id, 2, 3)]


async def test_the_same_click_twice_in_one_batch_counts_once(store):
    game = await asking(store)
    assert [one.new for one in await together(store, click(game, 2, 3), click(game, 2, 3))] == [True, False]
    assert await counted(store) == [(game.id, 2, 3)]


async def test_a_later_batch_finds_what_was_locked_in(store):
    game = await asking(store)
    await together(store, click(game, 2, 3))
    assert await together(store, click(game, 2, 0)) == [StoredClick(new=False, given=behind(game, 3))]


async def test_clicks_on_a_round_that_is_over_paused_or_to_come_are_not_stored(store):
    game = await asking(store)
    for number in (-1, 1, 7):
        assert await together(store, click(game, 2, 0, round=number)) == [StoredClick(new=False, given=None)]
    paused = await after(store, game, Pause(by=HOST), NOON + 2_000)
    assert await together(store, click(paused, 2, 0)) == [StoredClick(new=False, given=None)]
    shown = await after(store, await after(store, paused, Resume(by=HOST), NOON + 2_500), Skip(HOST, 0), NOON + 3_000)
    assert await together(store, click(shown, 2, 0)) == [StoredClick(new=False, given=None)]
    assert await counted(store) == []


async def test_a_batch_of_several_games_counts_each_in_its_own(store):
    one, other = await asking(store), await asking(store, CHANNEL + 1)
    closed = await created(store, channel=CHANNEL + 2)
    results = await together(store, click(one, 2, 0), click(other, 2, 1), click(closed, 2, 2), click(one, 3, 3))
    assert [result.new for result in results] == [True, True, False, True]
    assert await counted(store) == [(one.id, 2, 0), (one.id, 3, 3), (other.id, 2, 1)]
    players = await store.rows("SELECT competition_id, member_id FROM competition_player ORDER BY 1, 2")
    assert players == [(one.id, 1), (one.id, 2), (one.id, 3), (other.id, 1), (other.id, 2), (closed.id, 1)]


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3)), max_size=12), st.integers(1, 5))
@settings(max_examples=25, deadline=None)
def test_in_whatever_batches_clicks_come_each_member_has_one_row_and_knows_it(clicks, size):
    async def play(path: Path) -> None:
        async with opened(path) as store:
            game = await asking(store)
            told: dict[int, set[Given | None]] = {}
            news: dict[int, int] = {}
            for start in range(0, len(clicks), size):
                batch = [click(game, m, c, stamp_ms=NOON + n) for n, (m, c) in enumerate(clicks[start : start + size])]
                for one, result in zip(batch, await together(store, *batch), strict=True):
                    told.setdefault(one.member_id, set()).add(result.given)
                    news[one.member_id] = news.get(one.member_id, 0) + result.new
            stored = {member: choice for _, member, choice in await counted(store)}
            assert {member: {behind(game, choice)} for member, choice in stored.items()} == told
            assert set(news.values()) <= {1}
            first = {}
            for member, choice in clicks:
                first.setdefault(member, choice)
            assert stored == first

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(Path(folder) / "a.db"))


@pytest.mark.sqlite
async def test_while_the_database_is_locked_a_click_is_refused_and_not_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.02)
    async with opened(tmp_path / "a.db") as store:
        game = await asking(store)
        with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with refused(StorageError, "nothing was counted"):
                await together(store, click(game, 2, 0))
        assert await counted(store) == []
        assert await together(store, click(game, 2, 1)) == [StoredClick(new=True, given=behind(game, 1))]


async def test_a_batch_that_fails_takes_only_its_own_clicks_with_it(store):
    game = await asking(store)

    async def refuse(tx, items: list[Click]) -> list[StoredClick]:
        await competitions.answer_all(tx, items)
        raise ValueError("spilt")

    results = await asyncio.gather(
        store.write_together(competitions.answer_all, click(game, 2, 0)),
        store.write_together(refuse, click(game, 3, 0)),
        store.write_together(refuse, click(game, 4, 0)),
        store.write_together(competitions.answer_all, click(game, 5, 0)),
        return_exceptions=True,
    )
    assert [type(one) for one in results] == [StoredClick, ValueError, ValueError, StoredClick]
    assert [member for _, member, _ in await counted(store)] == [2, 5]


async def test_what_queued_up_together_is_done_in_one_go(store):
    sizes = []

    async def work(tx, items: list[int]) -> list[int]:
        sizes.append(len(items))
        return [item * 2 for item in items]

    assert await asyncio.gather(*(store.write_together(work, n) for n in range(1_200))) == [n * 2 for n in range(1_200)]
    assert sum(sizes) == 1_200
    assert max(sizes) == MAX_BATCH


# Channels and messages


async def test_a_channel_has_one_game_at_a_time(store):
    game = await created(store)
    state = opened_by(2, RULES, NOON)
    again = lambda tx: competitions.create(tx, GUILD, CHANNEL, "tea", SETUP, state, NOON)  # noqa: E731
    assert await store.write(again) is None
    assert await competitions.live_in(store, CHANNEL) == game.id
    await after(store, await after(store, game, Start(PLANS, HOST), NOON), End(HOST), NOON)
    assert await competitions.live_in(store, CHANNEL) is None
    assert await store.write(again) is not None


async def test_a_message_is_in_the_outbox_once_and_a_fresh_one_has_a_nonce_of_its_own(store):
    game = await asking(store)
    for _ in range(2):
        await store.write(lambda tx: posts.add(tx, What(Kind.ROUND, game.id), GUILD, CHANNEL, NOON))
    [post] = await posts.waiting(store, Kind.ROUND)
    await store.write(lambda tx: posts.posted(tx, post.id, 777))
    assert await posts.waiting(store, Kind.ROUND) == []
    for later in (5, 6):  # found deleted twice
        await store.write(lambda tx, at=NOON + later: posts.again(tx, post, at))
    [again] = await posts.of_game(store, game.id)
    assert (again.id, again.what, again.message_id, again.created_ms) == (post.id, post.what, None, NOON + 5)
    assert again.nonce != post.nonce
