"""Competitions: every event goes through the rules, is stored in one transaction, and only then shown.

One `_Live` for each game that is on: its state, its timer, its lock. Deadlines are data: a restart reads them back.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from bot.charts.podium import Podium, Step
from bot.clock import DiscordClock, snowflake_ms
from bot.errors import NotFound, StorageError, UserError
from bot.packs.library import Library, LibraryOf, SectionRef
from bot.packs.models import Question
from bot.quiz import competition as rules
from bot.quiz.competition import (
    LIVE,
    Answer,
    Ask,
    Cancel,
    Competition,
    Confide,
    Effect,
    Event,
    Forget,
    Given,
    Join,
    LobbyPosted,
    Lost,
    Opened,
    Pause,
    Phase,
    Plan,
    Reveal,
    Rules,
    ShowCount,
    ShowLobby,
    ShowPodium,
    ShowRound,
    Start,
    Tick,
    Told,
    Verdict,
    standings,
)
from bot.quiz.mixups import offered_by
from bot.quiz.practice import Seen, option_order, pick
from bot.quiz.rating import Rating, after_game
from bot.quiz.regrading import Rulings, ended
from bot.quiz.scoring import Confidence, Scoring
from bot.quiz.spacing import Sureness
from bot.services.charts import ChartDrawer
from bot.services.game_views import ClickResult, GameView, MyResult
from bot.services.practice import Learner
from bot.services.recording import Asked, record_choices
from bot.services.stage import ChannelLostError, GameStage, MessageGoneError
from bot.storage import answers, competitions, members, ratings, rulings, servers
from bot.storage.competitions import Click, Game, Post, Setup
from bot.storage.rulings import Subject
from bot.storage.store import Job, Store, Transaction

BEAT_SECONDS = 1.0
SAME_NONCE_MS = 110_000
"""Discord remembers an enforced nonce for a few minutes; within this time it is enough to send again."""
READING_MS_A_CHARACTER = 30
RETRY_SECONDS = (1.0, 3.0, 10.0)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Opening:
    """What the host of a new competition chose; without a pack it is the server's first."""

    guild_id: int
    channel_id: int
    host: Learner
    rules: Rules
    setup: Setup
    pack_id: str | None = None


class AlreadyOnError(UserError):
    """There is a competition in this channel already."""

    def __init__(self, view: GameView) -> None:
        super().__init__("There is a competition in this channel already.")
        self.view = view


@dataclass
class _Live:
    """A game that is on."""

    game: Game
    posts: dict[tuple[str, int], Post] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    timer: asyncio.TimerHandle | None = None
    note: str = ""
    deadlines: dict[int, int] = field(default_factory=dict)
    known_names: set[int] = field(default_factory=set)
    taken_out: dict[int, int] = field(default_factory=dict)
    posting: bool = False
    lost: str = ""

    def message_id(self, kind: str, number: int) -> int | None:
        post = self.posts.get((kind, number))
        return post.message_id if post else None

    def waiting_post(self) -> Post | None:
        """The next message that is not known to be in the channel; a round that has passed is not asked any more."""
        waiting = (post for post in self.posts.values() if post.message_id is None)
        return next((post for post in waiting if post.kind == "podium" or self._is_due(post)), None)

    def _is_due(self, post: Post) -> bool:
        if post.kind == "lobby":
            return self.game.state.phase is Phase.LOBBY
        return post.kind == "round" and post.round >= self.game.state.round

    def waiting_reveals(self) -> list[int]:
        """The rounds whose messages are not known to show how they went."""
        return [post.round for post in self.posts.values() if post.kind == "reveal" and post.message_id is None]


class Competitions:
    """What `/compete` does."""

    def __init__(
        self,
        library: Library,
        store: Store,
        clock: DiscordClock,
        rng: Random,
        charts: ChartDrawer | None = None,
        time_factor: Callable[[int], float] = lambda _member_id: 1.0,
        library_of: LibraryOf | None = None,
    ) -> None:
        self._library_of = library_of or (lambda _guild_id: library)
        self._time_factor = time_factor
        self._charts = charts
        self._library = library
        self._store = store
        self._clock = clock
        self._rng = rng
        self._stage: GameStage | None = None
        self.has_ended: Callable[[], None] = lambda: None
        """Called when a game is over and its podium is in the channel."""
        self._live: dict[int, _Live] = {}
        self._tasks: set[asyncio.Task[object]] = set()
        self._beat: asyncio.TimerHandle | None = None
        self._closing = False

    def attach(self, stage: GameStage) -> None:
        """Say who shows things in channels."""
        self._stage = stage

    # Opening and resuming

    async def open(self, opening: Opening) -> GameView:
        """Open a lobby.

        Raises AlreadyOnError, or UserError when too few questions fit or the server does not have the course.
        """
        pack_id = await self._playable(opening)
        now_ms = self._clock.now_ms()
        host_id = opening.host.member_id
        state = rules.opened_by(host_id, opening.rules, now_ms, self._time_factor(host_id))

        async def job(tx: Transaction) -> int | None:
            await members.remember(tx, opening.guild_id, opening.host.member_id, opening.host.name, now_ms)
            return await competitions.create(
                tx, opening.guild_id, opening.channel_id, pack_id, opening.setup, state, now_ms
            )

        competition_id = await self._store.write(job)
        if competition_id is None:
            raise await self._already_on(opening)
        return await self._view(await self._begun(competition_id))

    async def open_by_itself(self, opening: Opening, also: Job[bool]) -> GameView | None:
        """Open a lobby that no command asked for: its message goes through the outbox, its host has not joined yet.

        ``also`` runs first in the same transaction, and with False nothing is opened (None). What it stored stays when
        there is a competition in the channel already. Raises what `open` does, and ChannelLostError when the lobby can't be
        posted there.
        """
        pack_id = await self._playable(opening)
        now_ms = self._clock.now_ms()
        state = rules.opened_for(opening.host.member_id, opening.rules, now_ms)

        async def job(tx: Transaction) -> tuple[bool, int | None]:
            if not await also(tx):
                return False, None
            competition_id = await competitions.create(
                tx, opening.guild_id, opening.channel_id, pack_id, opening.setup, state, now_ms
            )
            if competition_id is not None and (game := await competitions.load(tx, competition_id)):
                await competitions.post(tx, game, "lobby", 0, now_ms)
            return True, competition_id

        wanted, competition_id = await self._store.write(job)
        if not wanted:
            return None
        if competition_id is None:
            raise await self._already_on(opening)
        live = await self._begun(competition_id)
        await self._post_what_waits(live)
        if live.lost:
            raise ChannelLostError(live.lost)
        return await self._view(live)

    async def _playable(self, opening: Opening) -> str:
        """The course that is played. Raises UserError when nothing fits what was chosen."""
        here = self._library_of(opening.guild_id)
        pack_id = (here.pack(opening.pack_id) if opening.pack_id else here.packs[0]).id
        self._questions(pack_id, opening.setup, 1, (), await rulings.here(self._store, opening.guild_id, pack_id))
        return pack_id

    async def _already_on(self, opening: Opening) -> UserError:
        other = await competitions.live_in(self._store, opening.channel_id)
        if other is None:
            return UserError("A competition in this channel has just ended. Please try again.")
        if (on := self._live.get(other)) and on.game.state.phase is Phase.PAUSED:
            self._spawn(self._show_lobby(on), "competition-lobby")  # it leads on from there
        return AlreadyOnError(await self.view(other))

    async def _begun(self, competition_id: int) -> _Live:
        game = await competitions.load(self._store, competition_id)
        assert game is not None
        posts = {(post.kind, post.round): post for post in await competitions.posts(self._store, competition_id)}
        live = self._live[competition_id] = _Live(game, posts)
        self._arm(live)
        return live

    async def shown(self, competition_id: int, message_id: int) -> None:
        """Note which message is the lobby."""
        live = self._of(competition_id)
        live.game = replace(live.game, lobby_message_id=message_id)
        await self._store.write(lambda tx: competitions.set_lobby_message(tx, competition_id, message_id))

    @property
    def live(self) -> int:
        """How many competitions are on."""
        return len(self._live)

    async def resume(self) -> None:
        """Take up every game that was on when the bot stopped; the time that it was away is given back."""
        since = await competitions.last_beat(self._store)
        now_ms = self._clock.now_ms()
        for competition_id in await competitions.live_ids(self._store):
            game = await competitions.load(self._store, competition_id)
            if game is None:
                continue
            live = self._live[competition_id] = _Live(game)
            live.posts = {(p.kind, p.round): p for p in await competitions.posts(self._store, competition_id)}
            away = now_ms - since if since is not None else 0
            if game.state.phase is Phase.ASKING and away > 0:
                live.note = f"I was away for {-(-away // 1000)} s; that time was given back."
            self._spawn(self._take_up(live, since if since is not None else now_ms), "competition-resume")
        waiting = [post for post in await competitions.waiting_posts(self._store) if post.kind in ("reveal", "podium")]
        over = {post.competition_id for post in waiting} - self._live.keys()
        for competition_id in over:
            self._spawn(self._finish_posts(competition_id), "competition-post")

    async def _take_up(self, live: _Live, since_ms: int) -> None:
        if message_id := live.message_id("round", live.game.state.round):
            await self._apply(live, Opened(live.game.state.round, snowflake_ms(message_id)))
        await self._apply(live, Lost(since_ms))
        state = live.game.state
        between = state.phase is Phase.REVEALING or state.paused_phase is Phase.REVEALING
        for number in sorted({*live.waiting_reveals(), *([state.round] if between else [])}):
            self._spawn(self._show_round(live, number), "competition-round")
        await self._post_what_waits(live)

    async def close(self) -> None:
        """Stop; every game is taken up again at the next start."""
        self._closing = True
        if self._beat:
            self._beat.cancel()
        for live in self._live.values():
            if live.timer:
                live.timer.cancel()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._live:
            now_ms = self._clock.now_ms()
            await self._store.write(lambda tx: competitions.beat(tx, now_ms))

    # What members do

    async def act(self, competition_id: int, event: Event, learner: Learner) -> tuple[Verdict, GameView]:
        """Any act but an answer. Returns what to tell the member, and the game as it then is."""
        if isinstance(event, Join):
            event = replace(event, time_factor=self._time_factor(event.member_id))
        live = self._of(competition_id)
        now_ms = self._clock.now_ms()
        await self._store.write(
            lambda tx: members.remember(tx, live.game.guild_id, learner.member_id, learner.name, now_ms)
        )
        effects = await self._apply(live, event)
        verdict = next((effect.verdict for effect in effects if isinstance(effect, Told)), Verdict.DONE)
        return verdict, await self._view(live)

    async def choose_sections(
        self, competition_id: int, learner: Learner, manager: bool, sections: tuple[str, ...]
    ) -> tuple[Verdict, GameView]:
        """Change what a lobby's game will ask about; the host or a manager may."""
        live = self._of(competition_id)
        state = live.game.state
        if state.phase is not Phase.LOBBY:
            return Verdict.NOTHING_TO_DO, await self._view(live)
        if not manager and learner.member_id != state.host_id:
            return Verdict.NOT_ALLOWED, await self._view(live)
        known = [section.id for section in self._library.pack(live.game.pack_id).sections]
        chosen = tuple(section for section in known if section in sections)
        setup = replace(live.game.setup, sections=() if len(chosen) == len(known) else chosen)
        here = await rulings.here(self._store, live.game.guild_id, live.game.pack_id)
        self._questions(live.game.pack_id, setup, 1, (), here)
        await self._store.write(lambda tx: competitions.set_setup(tx, competition_id, setup))
        live.game = replace(live.game, setup=setup)
        self._hint_lobby(live)
        return Verdict.DONE, await self._view(live)

    async def start(self, competition_id: int, learner: Learner | None, manager: bool) -> tuple[Verdict, GameView]:
        """Start the game. Raises UserError when no question fits what was chosen."""
        live = self._of(competition_id)
        game = live.game
        lately = await competitions.lately_asked(self._store, game.guild_id)
        here = await rulings.here(self._store, game.guild_id, game.pack_id)
        questions = self._questions(game.pack_id, game.setup, game.state.rules.rounds, lately, here)
        plans = tuple(
            Plan(q.id, here.key(q), option_order(q, self._rng), len(q.code or "") * READING_MS_A_CHARACTER)
            for q in questions
        )
        players = [player.member_id for player in game.state.players]
        strengths = await answers.strengths(self._store, game.guild_id, players) if game.state.rules.teams else {}
        event = Start(plans, learner.member_id if learner else None, manager, strengths)
        effects = await self._apply(live, event, questions)
        verdict = next((effect.verdict for effect in effects if isinstance(effect, Told)), Verdict.DONE)
        return verdict, await self._view(live)

    async def answer(
        self, competition_id: int, number: int, choice: int, learner: Learner, stamp_ms: int, message_id: int
    ) -> ClickResult:
        """A click on a letter: stored, then told. The first one counts.

        Raises StorageError when it could not be stored; then it does not count.
        """
        live = self._live.get(competition_id)
        if live is None:
            return ClickResult(Verdict.OVER, None, certainty=False)
        state = live.game.state
        if live.message_id("round", number) is None and ("round", number) in live.posts:
            self._spawn(self._posted(live, live.posts["round", number], message_id), "competition-posted")
        certainty = state.rules.scoring is Scoring.CERTAINTY
        verdict = rules.answer_verdict(state, number, choice, stamp_ms)
        if verdict is Verdict.LOCKED_IN and state.rules.duel and not state.player(learner.member_id):
            verdict = Verdict.NOT_ALLOWED
        if verdict is not Verdict.LOCKED_IN:
            if verdict in (Verdict.CLOSED, Verdict.PAUSED) and (given := self._given(state, number, learner.member_id)):
                return ClickResult(Verdict.HAD_LOCKED_IN, given.choice, certainty)
            if verdict is Verdict.CLOSED and stamp_ms <= live.deadlines.get(number, 0):
                _log.info("a click made at %d on round %d arrived after the round was over", stamp_ms, number)
                verdict = Verdict.CAME_LATE
            return ClickResult(verdict, None, certainty)
        opened = state if state.opened_ms is not None else replace(state, opened_ms=snowflake_ms(message_id))
        click = Click(
            competition_id=competition_id,
            round=number,
            member_id=learner.member_id,
            choice=choice,
            stamp_ms=stamp_ms,
            elapsed_ms=rules.elapsed_ms(opened, stamp_ms),
            time_factor=self._time_factor(learner.member_id),
            team=known.team if (known := state.player(learner.member_id)) else rules.smallest_team(state),
            now_ms=self._clock.now_ms(),
        )
        stored = await self._store.write_together(competitions.answer_all, click)
        if not stored.new:
            if stored.choice is None:
                return ClickResult(Verdict.CLOSED, None, certainty)
            return ClickResult(Verdict.HAD_LOCKED_IN, stored.choice, certainty)
        self._answered(live, click, learner)
        return ClickResult(Verdict.LOCKED_IN, choice, certainty)

    async def forget(self, member_id: int) -> int:
        """Take a member out of every game that is on, answers and all; returns how many games that were."""
        games = [
            live for live in self._live.values() if live.game.state.phase in LIVE and live.game.involves(member_id)
        ]
        for live in games:
            live.taken_out[member_id] = self._clock.now_ms()
            live.known_names.discard(member_id)
            await self._apply(live, Forget(member_id))
        return len(games)

    def _given(self, state: Competition, number: int, member_id: int) -> Given | None:
        if number == state.round and member_id in state.answers:
            return state.answers[member_id]
        return state.played[number].answers.get(member_id) if 0 <= number < len(state.played) else None

    def _answered(self, live: _Live, click: Click, learner: Learner) -> None:
        """Take a stored answer into the state; a round that has moved on since has counted it from the database."""
        if click.now_ms <= live.taken_out.get(click.member_id, -1):
            return
        before = live.game.state
        event = Answer(click.member_id, click.round, click.choice, click.stamp_ms, click.time_factor)
        state, effects = rules.step(before, event, click.now_ms)
        if state is not before and click.member_id in state.answers:
            given = Given(click.choice, click.elapsed_ms)
            state = replace(state, answers={**state.answers, click.member_id: given})
            live.game = replace(live.game, state=state)
        if any(isinstance(effect, ShowCount) for effect in effects):
            self._hint_round(live)
        if state.wake_ms != before.wake_ms:
            self._arm(live)
        if learner.member_id not in live.known_names:
            live.known_names.add(learner.member_id)
            self._spawn(self._remember(live.game.guild_id, learner, click.now_ms), "remember")

    async def _remember(self, guild_id: int, learner: Learner, now_ms: int) -> None:
        await self._store.write_together(_remember_all, (guild_id, learner.member_id, learner.name, now_ms))

    async def confide(
        self, competition_id: int, number: int, confidence: Confidence, learner: Learner, stamp_ms: int
    ) -> ClickResult:
        """Say how sure one is of an answer that is locked in."""
        live = self._of(competition_id)
        event = Confide(learner.member_id, number, confidence, stamp_ms)
        effects = await self._apply(live, event)
        told = next(effect for effect in effects if isinstance(effect, Told))
        return ClickResult(told.verdict, told.choice, certainty=True)

    async def my_result(self, competition_id: int, number: int, member_id: int) -> MyResult:
        """A player's own round. Raises UserError while it is open."""
        game = await self._game(competition_id)
        state = game.state
        if not 0 <= number < len(state.played):
            raise UserError("This round is still open; its result comes when it is over.")
        played = state.played[number]
        lines = standings(state, number + 1)
        line = next((one for one in lines if one.member_id == member_id), None)
        given, marks = played.answers.get(member_id), played.marks.get(member_id, 0)
        question = game.questions[number]
        terms = self._library.terms_of(game.pack_id, question)
        return MyResult(question, state.plans[number], given, marks, line, len(lines), game.pack_id, terms)

    async def missed_by(self, competition_id: int, member_id: int) -> tuple[str, list[Question]]:
        """The pack, and the questions that a player got wrong or did not answer."""
        game = await self._game(competition_id)
        missed = []
        for played, plan, question in zip(game.state.played, game.state.plans, game.questions, strict=False):
            given = played.answers.get(member_id)
            if given is None or plan.order[given.choice] != plan.key:
                missed.append(question)
        return game.pack_id, missed

    async def view(self, competition_id: int) -> GameView:
        """The game as it stands, live or over."""
        live = self._live.get(competition_id)
        return await self._view(live or _Live(await self._game(competition_id)))

    async def is_in(self, competition_id: int, guild_id: int | None) -> bool:
        """Whether the game, live or over, is in this server. Raises NotFound when there is none."""
        return (await self._game(competition_id)).guild_id == guild_id

    async def _game(self, competition_id: int) -> Game:
        live = self._live.get(competition_id)
        game = live.game if live else await competitions.load(self._store, competition_id)
        if game is None:
            raise NotFound("This competition is not there any more. Open a new one with `/compete`.")
        return game

    def _of(self, competition_id: int) -> _Live:
        live = self._live.get(competition_id)
        if live is None:
            raise UserError("This competition is over. Open a new one with `/compete`.")
        return live

    # One event, from the rules to the channel

    async def _apply(self, live: _Live, event: Event, questions: list[Question] | None = None) -> list[Effect]:
        """Step, store, show. The answers that count are those in the database, read in the same transaction."""
        async with live.lock:
            now_ms = self._clock.now_ms()
            before_posts = set(live.posts)

            async def job(tx: Transaction) -> tuple[Game, list[Effect], list[Post]]:
                game = live.game
                if game.state.phase in (Phase.ASKING, Phase.PAUSED) and game.state.round >= 0:
                    stored = await competitions.answers_of_round(tx, game.id, game.state.round)
                    game = replace(game, state=_with_answers(game.state, stored, now_ms, self._time_factor))
                state, effects = rules.step(game.state, event, now_ms)
                if state is game.state and state is live.game.state:
                    return game, effects, []
                if questions is not None and state.plans and game.state.phase is Phase.LOBBY:
                    await competitions.save_rounds(tx, game.id, state.plans, questions)
                    game = replace(game, questions=tuple(questions))
                await competitions.save(tx, replace(game, state=live.game.state), state, now_ms)
                if isinstance(event, Forget):
                    await competitions.take_out(tx, game.id, event.member_id)
                if isinstance(event, Confide):
                    await competitions.confide(tx, game.id, event.round, event.member_id, event.confidence)
                await self._settle(tx, game, state, now_ms)
                for effect in effects:
                    if isinstance(effect, Ask):
                        await competitions.post(tx, game, "round", effect.round, now_ms)
                    elif isinstance(effect, Reveal):
                        await competitions.post(tx, game, "reveal", effect.round, now_ms)
                    elif isinstance(effect, ShowPodium):
                        await competitions.post(tx, game, "podium", 0, now_ms)
                return replace(game, state=state), effects, await competitions.posts(tx, game.id)

            game, effects, posts = await self._store.write(job)
            seen = live.game.state
            if isinstance(event, Forget):
                seen = rules.without(seen, event.member_id)
            live.game = replace(game, state=_with_late_answers(game.state, seen, now_ms))
            live.posts |= {(post.kind, post.round): post for post in posts if (post.kind, post.round) not in live.posts}
            self._arm(live)
        await self._show(live, effects)
        if set(live.posts) != before_posts:
            self._spawn(self._post_what_waits(live), "competition-post")
        return effects

    async def _settle(self, tx: Transaction, game: Game, after: Competition, now_ms: int) -> None:
        """What a round or a game that has just ended leaves behind: points, cards, totals, results."""
        before = game.state
        has_finished = after.phase is Phase.FINISHED and before.phase is not Phase.FINISHED
        if len(after.played) == len(before.played) and not has_finished:
            return
        periods = (await servers.load(tx, game.guild_id)).periods(now_ms)
        most_days = self._library.review_within_days(game.pack_id)
        for number in range(len(before.played), len(after.played)):
            given = after.played[number].answers
            await _record_round(tx, game, number, after.plans[number], given, now_ms, periods, most_days)
        if has_finished:
            lines, bonuses = (how := ended(after)).lines, how.bonuses
            teams = {player.member_id: player.team for player in after.players}
            await competitions.save_results(tx, game.id, lines, teams, bonuses)
            await answers.add_points(tx, game.guild_id, bonuses, periods, now_ms)
            rated = await ratings.load(tx, game.guild_id, [line.member_id for line in lines])
            brought = {line.member_id: rated.get(line.member_id, Rating()) for line in lines}
            await ratings.save_before(tx, game.id, brought)
            # In a thread: for a thousand players it takes tens of milliseconds, which would be a stall of the event loop.
            rated = await asyncio.to_thread(after_game, {line.member_id: line.place for line in lines}, rated)
            await ratings.save(tx, game.guild_id, rated, now_ms)
            await _regrade_what_was_decided_meanwhile(tx, replace(game, state=after), now_ms)

    async def _show(self, live: _Live, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case ShowLobby():
                    if live.game.state.phase is Phase.LOBBY:
                        self._hint_lobby(live)
                    else:
                        self._spawn(self._show_lobby(live), "competition-lobby")
                case ShowRound(number) | Reveal(number):
                    self._spawn(self._show_round(live, number), "competition-round")
                case ShowCount():
                    self._hint_round(live)
                case Ask(number) if number == len(live.game.state.plans) - 1 and self._charts:
                    self._spawn(self._charts.warm_up(), "charts-warm-up")
        if live.game.state.phase not in LIVE:
            self._end(live)

    def _end(self, live: _Live) -> None:
        if live.timer:
            live.timer.cancel()
        if live.game.state.phase is Phase.CANCELLED:
            self._live.pop(live.game.id, None)

    # Messages

    async def _post_what_waits(self, live: _Live) -> None:
        """Post the messages of the outbox, in order; a trouble pauses the game."""
        if live.posting:  # whoever is at it takes the newer ones too
            return
        live.posting = True
        try:
            await self._post_in_order(live)
        finally:
            live.posting = False
        if live.game.state.phase is Phase.FINISHED:
            self._live.pop(live.game.id, None)
            self.has_ended()

    async def _post_in_order(self, live: _Live) -> None:
        while post := live.waiting_post():
            try:
                message_id = await self._post(live, post)
            except ChannelLostError as trouble:
                live.lost = str(trouble)
                await self._trouble(live, f"I can't write in this channel any more ({trouble}).")
                return
            except Exception:
                _log.exception("a message of competition %d was not posted", live.game.id)
                await self._trouble(live, "Discord did not take the message.")
                return
            await self._posted(live, post, message_id)

    async def _post(self, live: _Live, post: Post) -> int:
        assert self._stage is not None
        if self._clock.now_ms() - post.created_ms > SAME_NONCE_MS:
            found = await self._stage.find_post(post.channel_id, post.kind, post.competition_id, post.round)
            if found is not None:
                return found
        view = await self._view(live)
        if post.kind == "podium" and self._charts and (podium := _podium(live.game.state)):
            view = replace(view, podium=podium, picture=await self._charts.draw(podium))
        for wait in (*RETRY_SECONDS, None):
            try:
                if post.kind == "round":
                    return await self._stage.post_round(view, post.round, f"studyhall-{post.id}")
                if post.kind == "lobby":
                    return await self._stage.post_lobby(view, f"studyhall-{post.id}")
                return await self._stage.post_podium(view, f"studyhall-{post.id}")
            except (ChannelLostError, asyncio.CancelledError):
                raise
            except Exception as problem:
                if wait is None:
                    raise
                _log.warning("a message of competition %d is tried again: %s", live.game.id, problem)
                await asyncio.sleep(wait)
        raise AssertionError

    async def _posted(self, live: _Live, post: Post, message_id: int) -> None:
        """Store that a message is in the channel; for a round, its clock starts with the message's stamp."""
        key = (post.kind, post.round)
        if live.posts[key].message_id is not None:
            return
        self._clock.learn(message_id)
        live.posts[key] = replace(live.posts[key], message_id=message_id)

        async def job(tx: Transaction) -> None:
            await competitions.posted(tx, post.id, message_id)
            if post.kind == "lobby":
                await competitions.set_lobby_message(tx, post.competition_id, message_id)

        try:
            await self._store.write(job)
        except Exception:
            live.posts[key] = replace(live.posts[key], message_id=None)
            raise
        if post.kind == "lobby":
            async with live.lock:
                live.game = replace(live.game, lobby_message_id=message_id)
            await self._apply(live, LobbyPosted(snowflake_ms(message_id)))
        if post.kind == "round":
            await self._apply(live, Opened(post.round, snowflake_ms(message_id)))
            if live.game.state.round != post.round or live.game.state.phase is not Phase.ASKING:
                await self._show_round(live, post.round)

    async def _finish_posts(self, competition_id: int) -> None:
        """What a game that has ended did not get to show before the bot stopped: reveals, the podium."""
        game = await competitions.load(self._store, competition_id)
        if game is None:
            return
        live = _Live(game, {(p.kind, p.round): p for p in await competitions.posts(self._store, competition_id)})
        for number in live.waiting_reveals():
            await self._show_round(live, number)
        post = live.posts.get(("podium", 0))
        if post is None or post.message_id is not None:
            return
        try:
            message_id = await self._post(live, post)
        except Exception as problem:
            _log.warning("the podium of competition %d was not posted: %s", game.id, problem)
            return
        await self._store.write(lambda tx: competitions.posted(tx, post.id, message_id))

    async def message_gone(self, competition_id: int, number: int, message_id: int) -> None:
        """A round's message was found deleted."""
        live = self._live.get(competition_id)
        if live and live.message_id("round", number) == message_id and number == live.game.state.round:
            await self._post_anew(live, number)

    async def _show_round(self, live: _Live, number: int) -> None:
        for wait in (*RETRY_SECONDS, None):
            message_id = live.message_id("round", number)
            if self._stage is None:
                return
            if message_id is None:
                await self._show_without_message(live, number)
                return
            try:
                view = await self._view(live)
                await self._stage.edit_round(view, number, message_id)
                await self._shown_round(live, number, view.state, message_id)
                return
            except MessageGoneError:
                if number == live.game.state.round and live.game.state.phase in LIVE:
                    await self._post_anew(live, number)
                else:
                    await self._shown_round(live, number, live.game.state, message_id)
                return
            except ChannelLostError as trouble:
                await self._trouble(live, f"I can't write in this channel any more ({trouble}).")
                return
            except Exception as problem:
                _log.warning("round %d of competition %d is not up to date yet: %s", number, live.game.id, problem)
            if wait is not None:
                await asyncio.sleep(wait)

    async def _shown_round(self, live: _Live, number: int, shown: Competition, message_id: int) -> None:
        """Note that a round's message shows how it went (or is gone)."""
        post = live.posts.get(("reveal", number))
        if post and post.message_id is None and number < len(shown.played):
            live.posts["reveal", number] = replace(post, message_id=message_id)
            await self._store.write(lambda tx: competitions.posted(tx, post.id, message_id))

    async def _show_without_message(self, live: _Live, number: int) -> None:
        """The round is not in the channel: the lobby says why and leads on, or the round is posted."""
        if number != live.game.state.round or live.posting:
            return
        await self._show_lobby(live)
        if live.game.state.phase is Phase.ASKING:
            await self._post_what_waits(live)

    async def _post_anew(self, live: _Live, number: int) -> None:
        """The round's message was deleted while it was open: post it again, by a row and a nonce of its own."""
        post = live.posts.pop(("round", number), None)
        if post is None:  # somebody is at it
            return
        now_ms = self._clock.now_ms()
        try:
            new_id = await self._store.write(lambda tx: competitions.post_again(tx, post.id, now_ms))
        except Exception:
            live.posts["round", number] = post
            raise
        live.posts["round", number] = replace(post, id=new_id, created_ms=now_ms, message_id=None)
        await self._post_what_waits(live)

    async def _show_lobby(self, live: _Live) -> None:
        if live.game.lobby_message_id is None or self._stage is None:
            return
        try:
            await self._stage.edit_lobby(await self._view(live))
        except Exception as problem:
            _log.info("the lobby of competition %d was not brought up to date: %s", live.game.id, problem)

    def _hint_round(self, live: _Live) -> None:
        state = live.game.state
        message_id = live.message_id("round", state.round)
        near_the_end = state.deadline_ms is not None and state.deadline_ms - self._clock.now_ms() < 2_000
        if message_id is not None and self._stage is not None and not near_the_end:
            self._stage.hint_round(GameView(live.game, note=live.note), state.round, message_id)

    def _hint_lobby(self, live: _Live) -> None:
        if live.game.lobby_message_id is not None:
            self._spawn(self._hint_lobby_named(live), "competition-lobby")

    async def _hint_lobby_named(self, live: _Live) -> None:
        view = await self._view(live)
        if self._stage is not None and live.game.state.phase is Phase.LOBBY:
            self._stage.hint_lobby(view)

    async def _trouble(self, live: _Live, reason: str) -> None:
        if live.game.state.phase in (Phase.ASKING, Phase.REVEALING):
            await self._apply(live, Pause(reason))
        elif live.game.state.phase is Phase.LOBBY and live.waiting_post():  # nobody can see it, so nobody can join
            await self._apply(live, Cancel(None, reason=reason))

    # Time

    def _arm(self, live: _Live) -> None:
        """Set the timer to what the state waits for."""
        if live.timer:
            live.timer.cancel()
            live.timer = None
        wake_ms = live.game.state.wake_ms
        if live.game.state.deadline_ms is not None:
            live.deadlines[live.game.state.round] = live.game.state.deadline_ms
        if wake_ms is None or self._closing or live.game.state.phase not in LIVE:
            return
        loop = asyncio.get_running_loop()
        delay = max(0.0, (wake_ms - self._clock.now_ms()) / 1000)
        live.timer = loop.call_later(delay, lambda: self._spawn(self._wake(live), "competition-wake"))
        if self._beat is None:
            self._beat = loop.call_later(BEAT_SECONDS, self._beat_now)

    async def _wake(self, live: _Live) -> None:
        """The time has come; a database that refuses just now is asked again, so that no game hangs."""
        try:
            await self._woken(live)
        except StorageError as refused:
            _log.warning("competition %d waits for the database: %s", live.game.id, refused)
            if not self._closing:
                again = asyncio.get_running_loop().call_later
                live.timer = again(RETRY_SECONDS[0], lambda: self._spawn(self._wake(live), "competition-wake"))
        except UserError as refused:  # the lobby's time is up, and there is nothing to ask any more
            await self._apply(live, Cancel(None, reason=refused.text))

    async def _woken(self, live: _Live) -> None:
        state = live.game.state
        over_ms = state.starts_ms if state.phase is Phase.LOBBY else None
        if over_ms is not None and over_ms <= self._clock.now_ms():
            if state.rules.duel:
                await self._apply(live, Cancel(None, reason="It was not accepted in time."))
            else:
                await self.start(live.game.id, None, manager=False)
        else:
            await self._apply(live, Tick())
            if live.game.state.phase is Phase.ASKING and live.game.state.opened_ms is None:
                await self._open_after_all(live)

    async def _open_after_all(self, live: _Live) -> None:
        """A round's time is up and its message not known to be there: the database refused, or Discord is slow."""
        if message_id := live.message_id("round", live.game.state.round):
            await self._apply(live, Opened(live.game.state.round, snowflake_ms(message_id)))
        else:
            await self._post_what_waits(live)

    def _beat_now(self) -> None:
        self._beat = None
        if any(live.game.state.phase in LIVE for live in self._live.values()) and not self._closing:
            self._spawn(self._store_beat(), "competition-beat")
            self._beat = asyncio.get_running_loop().call_later(BEAT_SECONDS, self._beat_now)

    async def _store_beat(self) -> None:
        now_ms = self._clock.now_ms()
        await self._store.write(lambda tx: competitions.beat(tx, now_ms))

    def _spawn(self, work: Awaitable[object], name: str) -> None:
        if self._closing:
            if asyncio.iscoroutine(work):
                work.close()
            return
        task: asyncio.Task[object] = asyncio.ensure_future(_logged(work))
        task.set_name(name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # Values

    def _questions(
        self, pack_id: str, setup: Setup, count: int, lately: list[str] | tuple[str, ...], here: Rulings
    ) -> list[Question]:
        """Questions for a game: those asked lately come last, siblings and enemies apart where that is possible."""
        wanted = setup.sections or (None,)
        offered = (self._library.questions(pack_id, section, setup.difficulty) for section in wanted)
        found = {q.id: q for some in offered for q in some if not here.retired(q)}
        if not found:
            raise UserError(
                "No question fits that section and difficulty. Choose another, or leave the difficulty out."
            )
        seen = {
            question_id: Seen(place, correct=True) for place, question_id in enumerate(lately) if question_id in found
        }
        aimed = [one for one in found.values() if offered_by(one) & set(setup.aims)]
        chosen = pick(aimed, seen, {}, count, 0, self._rng) if aimed else []
        others = [one for one in found.values() if one not in chosen]
        return chosen + pick(others, seen, {}, count - len(chosen), 0, self._rng)

    async def _view(self, live: _Live) -> GameView:
        state = live.game.state
        shown = {state.host_id, *(p.member_id for p in state.players[:40])}
        if state.played:
            shown |= {line.member_id for line in standings(state)[:20]}
            shown |= set(list(state.played[-1].answers)[:200])
        names = await members.names(self._store, live.game.guild_id, shown)
        pack = self._library.pack(live.game.pack_id)
        here = self._library_of(live.game.guild_id)
        all_sections = tuple((s.id, here.title(SectionRef(pack, s))) for s in pack.sections)
        asked = (self._library.section(pack.id, section_id) for section_id in live.game.setup.sections)
        titles = tuple(here.title(ref) for ref in asked)
        course = pack.head.title if len(here.packs) > 1 else ""
        return GameView(live.game, names, titles, all_sections, live.note, course=course)


def _podium(state: Competition) -> Podium | None:
    """The first three in numbers; None when nobody answered."""
    lines = [line for line in standings(state) if line.answered]
    steps = [Step(line.place, f"{line.score:,}", line.right) for line in lines[:3]]
    return Podium(steps, len(state.played), len(lines)) if steps else None


def _with_answers(
    state: Competition, stored: dict[int, Given], now_ms: int, time_factor: Callable[[int], float]
) -> Competition:
    """The state with the answers that the database holds, and those who gave them among the players."""
    if stored.keys() == state.answers.keys() and all(stored[m] == state.answers[m] for m in stored):
        return state
    known = {player.member_id for player in state.players}
    late = tuple(rules.Player(m, now_ms, time_factor(m)) for m in stored if m not in known)
    return replace(state, answers=stored, players=(*state.players, *late))


def _with_late_answers(state: Competition, seen: Competition, now_ms: int) -> Competition:
    """The stored state with the answers that were committed behind it; when all have answered, the round ends now."""
    if state.phase is not Phase.ASKING or state.round != seen.round:
        return state
    late = {member_id: given for member_id, given in seen.answers.items() if member_id not in state.answers}
    if late:
        known = {player.member_id for player in state.players}
        new = tuple(p for p in seen.players if p.member_id in late and p.member_id not in known)
        state = replace(state, answers={**state.answers, **late}, players=(*state.players, *new))
    if state.all_answered and state.rules.scoring is not Scoring.CERTAINTY:
        state = replace(state, wake_ms=min(now_ms, state.wake_ms or now_ms))
    return state


async def _regrade_what_was_decided_meanwhile(tx: Transaction, game: Game, now_ms: int) -> None:
    """A game keeps its questions and their keys while it is on; what managers decided since then comes into force now."""
    here = await rulings.here(tx, game.guild_id, game.pack_id)
    decided = []
    for question, plan in zip(game.questions, game.state.plans, strict=True):
        ruling = here.on(question.id, question.content_hash)
        if ruling is not None and ruling.key != plan.key:
            decided.append(Subject(game.guild_id, game.pack_id, question.id, question.content_hash))
    await rulings.ask_regrades(tx, decided, now_ms)


async def _record_round(
    tx: Transaction,
    game: Game,
    number: int,
    plan: Plan,
    given: Mapping[int, Given],
    now_ms: int,
    periods: Sequence[str],
    most_days: int,
) -> None:
    """Points, cards and totals for every answer of a round; reviews come within ``most_days``."""
    asked = Asked(game.guild_id, game.pack_id, competitions.MODE, game.id, number)
    chosen = {member_id: plan.order[one.choice] for member_id, one in given.items()}
    sureness = {}
    if game.state.rules.scoring is Scoring.CERTAINTY:  # only then did anybody say how sure they were
        sureness = {member_id: Sureness(one.confidence - 1) for member_id, one in given.items()}
    await record_choices(
        tx,
        asked,
        game.questions[number],
        chosen,
        now_ms,
        periods,
        key=plan.key,
        most_days=most_days,
        sureness=sureness,
    )


async def _remember_all(tx: Transaction, items: list[tuple[int, int, str, int]]) -> list[None]:
    for item in items:
        await members.remember(tx, *item)
    return [None] * len(items)


async def _logged(work: Awaitable[object]) -> None:
    try:
        await work
    except asyncio.CancelledError:
        raise
    except UserError as problem:
        _log.info("a competition could not go on: %s", problem)
    except Exception:
        _log.exception("a step of a competition failed")
