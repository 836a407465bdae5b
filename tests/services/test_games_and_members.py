"""What a competition takes from its members' settings, and what it leaves on their boards."""

import asyncio
import itertools
from random import Random

import pytest
from engines import open_store
from lives import end, lives
from small_course import HandClock, everywhere, library

from bot.clock import snowflake_at
from bot.model.games import Setup
from bot.model.posts import Kind
from bot.model.servers import Server
from bot.quiz.board.ranking import BoardKind
from bot.quiz.calendar.periods import Period, Season
from bot.quiz.competition.events import Join, Tick, Verdict
from bot.quiz.competition.state import LIVE, Competition, Phase, Rules
from bot.services.board.boards import Boards
from bot.services.competition.games import Competitions
from bot.services.competition.openings import Opening
from bot.services.member.settings import MemberSettings
from bot.services.posts import Posts
from bot.services.practice.practising import Learner
from bot.services.practice.respacing import Respacing
from bot.services.server.zones import Zones
from bot.storage import servers
from bot.storage.store import Store

HALL, CHANNEL = 50, 60
ADA, BOB, CLEO = (Learner(n, HALL, name) for n, name in [(1, "Ada"), (2, "Bob"), (3, "Cleo")])
RULES = Rules(rounds=3, pace_ms=20_000, reveal_ms=10_000, lobby_ms=60_000)


class DiscordHandClock(HandClock):
    """Discord's time, moved by hand alone."""

    def learn(self, snowflake: int) -> None:
        pass


class Board:
    """A channel that takes every message."""

    def __init__(self, clock: HandClock) -> None:
        self.rounds: dict[int, int] = {}
        self._clock = clock
        self._numbers = itertools.count(1)

    def _message(self) -> int:
        return snowflake_at(self._clock.now_ms(), next(self._numbers))

    async def post(self, what, channel, view, nonce):
        return self.rounds.setdefault(what.number, self._message()) if what.kind is Kind.ROUND else self._message()

    async def edit(self, message, view):
        pass

    def hint(self, message, view, gone):
        pass

    async def find(self, what, channel_id):
        return None


class Evening:
    """Games in one channel of one server."""

    def __init__(self, store: Store, clock: DiscordHandClock) -> None:
        self.store = store
        self.clock = clock
        self.settings = MemberSettings(store, Zones(), lives(Respacing, library(), store))
        self.channel = Board(clock)
        self.games = lives(
            Competitions,
            everywhere(library()),
            store,
            clock,
            Random(7),
            Posts(clock, self.channel),
            time_factor=self.settings.time_factor,  # type: ignore[arg-type]
        )
        self.game = 0

    async def state(self) -> Competition:
        """The game as it stands."""
        return (await self.games.view(self.game)).state

    async def start(self, host: Learner, *others: Learner) -> None:
        self.channel.rounds.clear()
        view = await self.games.open(Opening(HALL, CHANNEL, host, RULES, Setup((), None, "standard")))
        self.game = view.game.id
        for one in others:
            await self.games.act(self.game, Join(one.member_id), one)
        await self.games.start(self.game, host, manager=False)

    async def answer(self, who: Learner, right: bool, after_ms: int = 1_000) -> None:
        """A click on the round that is on, once it stands in the channel."""
        state = await self.state()
        await self.posted(state.round)
        letter = state.plan.order.index(state.plan.key)
        message_id = self.channel.rounds[state.round]
        stamp_ms = self.clock.now_ms() + after_ms
        choice = letter if right else (letter + 1) % len(state.plan.order)
        result = await self.games.answer(self.game, state.round, choice, who, stamp_ms, message_id)
        assert result.verdict is Verdict.LOCKED_IN

    async def posted(self, number: int) -> None:
        while (state := await self.state()).round == number and state.opened_ms is None:  # noqa: ASYNC110
            await asyncio.sleep(0)

    async def next(self) -> None:
        """The round's time and the pause after it go by."""
        number = (await self.state()).round
        while (state := await self.state()).round == number and state.phase in LIVE:
            self.clock.now = max(self.clock.now, state.wake_ms or 0)
            await self.games.act(self.game, Tick(), ADA)

    async def play(self, *right: Learner, wrong: tuple[Learner, ...] = ()) -> None:
        """A whole game; who is named first is its host."""
        players = [*right, *wrong]
        await self.start(*players)
        for _ in range(RULES.rounds):
            for one in players:
                await self.answer(one, one in right)
            await self.next()
        rows = await self.store.rows("SELECT phase FROM competition WHERE id = ?", (self.game,))
        assert rows == [(Phase.FINISHED,)]


@pytest.fixture
async def evening(tmp_path):
    store = await open_store(tmp_path / "a.db")
    made = Evening(store, DiscordHandClock())
    yield made
    await end(made.games)
    await store.close()


async def seconds(evening: Evening) -> int:
    return round(((await evening.state()).deadline_ms - evening.clock.now_ms()) / 1000)


async def test_a_round_is_open_for_the_longest_time_of_those_who_joined(evening):
    await evening.settings.set_time_factor(BOB.member_id, 2.0)
    await evening.start(ADA, BOB)
    assert await seconds(evening) == 41
    assert {p.member_id: p.time_factor for p in (await evening.state()).players} == {1: 1.0, 2: 2.0}


async def test_the_hosts_own_extra_time_counts_too(evening):
    await evening.settings.set_time_factor(ADA.member_id, 1.5)
    await evening.start(ADA)
    assert await seconds(evening) == 31


async def test_who_joins_by_answering_brings_their_time_to_the_next_round(evening):
    await evening.settings.set_time_factor(CLEO.member_id, 1.5)
    await evening.start(ADA)
    assert await seconds(evening) == 21
    await evening.answer(CLEO, right=True)
    await evening.next()
    assert await seconds(evening) in (31, 32)
    rows = await evening.store.rows("SELECT member_id, time_factor FROM competition_player ORDER BY 1")
    assert rows == [(1, 1.0), (3, 1.5)]


async def test_extra_time_is_remembered_after_a_restart_and_gone_when_taken_back(evening):
    await evening.settings.set_time_factor(BOB.member_id, 1.5)
    again = MemberSettings(evening.store, Zones(), lives(Respacing, library(), evening.store))
    assert again.time_factor(BOB.member_id) == 1.0
    await again.load()
    assert again.time_factor(BOB.member_id) == 1.5
    await again.set_time_factor(BOB.member_id, 1.0)
    assert again.time_factor(BOB.member_id) == 1.0
    await again.load()
    assert again.time_factor(BOB.member_id) == 1.0


async def test_hiding_does_not_touch_extra_time(evening):
    await evening.settings.set_time_factor(BOB.member_id, 2.0)
    await evening.settings.set_hidden(BOB.member_id, hidden=True)
    assert evening.settings.time_factor(BOB.member_id) == 2.0
    chosen = await evening.settings.show(BOB.member_id)
    assert (chosen.time_factor, chosen.hidden) == (2.0, True)


async def test_a_finished_game_fills_the_boards_of_competitions_and_ratings(evening):
    await evening.play(ADA, wrong=(BOB, CLEO))
    boards = Boards(evening.store, evening.clock)
    board = await boards.show(HALL, BOB.member_id, Period.ALL, kind=BoardKind.COMPETITION)
    assert [(line.place, line.name, line.of.points, line.of.correct) for line in board.lines] == [
        (1, "Ada", 60, 3),
        (2, "Bob", 0, 0),
        (2, "Cleo", 0, 0),
    ]
    board = await boards.show(HALL, BOB.member_id, Period.ALL, kind=BoardKind.RATING)
    assert [(line.place, line.of.rating.games) for line in board.lines] == [(1, 1), (2, 1), (2, 1)]
    assert board.lines[0].of.rating.mu > 25 > board.lines[1].of.rating.mu


async def test_ratings_go_on_from_game_to_game(evening):
    await evening.play(ADA, wrong=(BOB,))
    [[first]] = await evening.store.rows("SELECT sigma FROM rating WHERE member_id = 1")
    await evening.play(ADA, wrong=(BOB,))
    assert await evening.store.rows("SELECT games FROM rating") == [(2,), (2,)]
    [[second]] = await evening.store.rows("SELECT sigma FROM rating WHERE member_id = 1")
    assert second < first


async def test_playing_alone_gives_no_rating_and_no_bonus(evening):
    await evening.play(ADA)
    assert await evening.store.rows("SELECT * FROM rating") == []
    board = await Boards(evening.store, evening.clock).show(HALL, 1, Period.ALL, kind=BoardKind.COMPETITION)
    assert board.own.of.points == 30


async def test_a_game_counts_for_the_servers_season_and_its_own_week(evening):
    # Noon in London on a Sunday is Monday in Auckland.
    season = Season(evening.clock.now_ms(), 30)
    await evening.store.write(lambda tx: servers.save(tx, HALL, Server(time_zone="Pacific/Auckland", season=season)))
    await evening.play(ADA, wrong=(BOB,))
    rows = await evening.store.rows("SELECT DISTINCT period FROM total ORDER BY 1")
    assert rows == [("2026-11",), ("2026-W48",), ("all",), (f"season:{season.started_ms}",)]


async def test_a_place_that_several_have_is_told_to_each_of_them_as_shared(evening):
    await evening.start(ADA, BOB, CLEO)
    for one in (ADA, BOB, CLEO):
        await evening.answer(one, right=one is ADA)
    await evening.next()
    mine = await evening.games.results(evening.game, 0, [1, 2, 3])
    assert [(one.line.place, one.shared) for one in mine] == [(1, False), (2, True), (2, True)]
