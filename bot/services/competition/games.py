"""Competitions: every event goes through the rules, is stored in one transaction, and only then shown.

One `LiveGame` for each game that is on: its state, its timer, its lock. Deadlines are data: a restart reads them back.
What stands in the channel is the matter of `GameMessages`, which tells back what happened to it as events.
"""

import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace
from random import Random

from bot.clock import DiscordClock, snowflake_ms
from bot.errors import LeaseLostError, NotFound, UserError
from bot.facts import Code, Fact, fact
from bot.packs.library import LibraryOf
from bot.packs.models import Question
from bot.quiz.competition.events import (
    Ask,
    Cancel,
    Confide,
    Effect,
    Event,
    Forget,
    Join,
    Opened,
    Tick,
    Told,
    Verdict,
)
from bot.quiz.competition.game import step
from bot.quiz.competition.leaving import without
from bot.quiz.competition.lobby import opened_by, opened_for
from bot.quiz.competition.state import BEHIND_MS, LIVE, Competition, Phase
from bot.quiz.competition.stored_answers import with_late, with_stored
from bot.quiz.question.asking import Submission, Sureness
from bot.services.channels import ChannelLostError, Results
from bot.services.competition.clicks import Clicks
from bot.services.competition.live import BEHIND_SECONDS, GameTimers, LiveGame, TakingUp
from bot.services.competition.messages import GameMessages
from bot.services.competition.openings import AlreadyOnError, Opening, playable, refuse_too_many
from bot.services.competition.questions import GameQuestions
from bot.services.competition.records import GameRecords
from bot.services.competition.settling import settle
from bot.services.competition.shown import Stored, queue, queue_lobby
from bot.services.competition.views import ClickResult, GameView
from bot.services.demo.charts import ChartDrawer
from bot.services.happenings import GameEnded
from bot.services.lifecycle import Lifecycle
from bot.services.posts import Posts
from bot.services.practice.practising import Learner
from bot.storage import competitions, members
from bot.storage.store import Job, Store, Transaction

_log = logging.getLogger(__name__)


class GameOverError(UserError):
    """The competition is over."""

    def __init__(self) -> None:
        super().__init__(fact(Code.GAME_OVER))


class Competitions(GameRecords):
    """What `/compete` does."""

    def __init__(
        self,
        library_of: LibraryOf,
        store: Store,
        clock: DiscordClock,
        rng: Random,
        out: Posts,
        life: Lifecycle,
        charts: ChartDrawer | None = None,
        time_factor: Callable[[int], float] = lambda _member_id: 1.0,
    ) -> None:
        self._ours = life.ours
        self._background = life.background("competition", last=self._last_beat)
        self._library_of = library_of
        messages = GameMessages(
            library_of, store, clock, out, life, charts, happened=self._happened, is_over=self._is_over
        )
        super().__init__(library_of(None), store, messages)
        self._time_factor = time_factor
        self._clock = clock
        self._questions = GameQuestions(library_of(None), store, rng)
        self._happenings = life.happenings
        self.oldest_ms: Callable[[], int | None] = lambda: None
        """When the oldest click was made that has arrived and may not be stored yet."""
        self._taking_up = TakingUp(
            *(self._live, store, clock, messages, self._background),
            ours=life.ours,
            load=self._load,
            apply=self._apply,
        )
        self.resume, self.leave = self._taking_up.resume, self._taking_up.leave
        beat = self._taking_up.beat
        self._timers = GameTimers(self._live, clock, self._background, woken=self._wake, beat=beat)
        self._clicks = Clicks(store, clock, self._live, messages, self._timers, self._background, time_factor)

    def attach(self, results: Results) -> None:
        """Say who tells players in private how a round went."""
        self._messages.attach(results)

    # Opening and resuming

    async def open(self, opening: Opening) -> GameView:
        """Open a lobby.

        A duel that waits there to be accepted makes room for any other game. Raises AlreadyOnError, or UserError when too
        few questions fit, the server does not have the course, or a member challenges again and again.
        """
        pack_id = await playable(self._store, opening, self._library_of, self._questions)
        now_ms = self._clock.now_ms()
        await self._make_room(opening, now_ms)
        host_id = opening.host.member_id
        state = opened_by(host_id, opening.rules, now_ms, self._time_factor(host_id))

        async def job(tx: Transaction) -> int | None:
            await members.remember(tx, opening.guild_id, opening.host.member_id, opening.host.face, now_ms)
            await self._taking_up.beat_in(tx, now_ms, opening.guild_id)
            return await competitions.create(
                tx, opening.guild_id, opening.channel_id, pack_id, opening.setup, state, now_ms
            )

        competition_id = await self._store.write(job, *self._ours().fence(opening.guild_id))
        if competition_id is None:
            raise await self._already_on(opening)
        return await self._messages.view(await self._begun(competition_id))

    async def open_by_itself(self, opening: Opening, also: Job[bool]) -> GameView | None:
        """Open a lobby that no command asked for: its message goes through the outbox, its host has not joined yet.

        ``also`` runs first in the same transaction, and with False nothing is opened (None). What it stored stays when
        there is a competition in the channel already. Raises what `open` does, and ChannelLostError when the lobby can't be
        posted there.
        """
        pack_id = await playable(self._store, opening, self._library_of, self._questions)
        now_ms = self._clock.now_ms()
        await self._make_room(opening, now_ms)
        state = opened_for(opening.host.member_id, opening.rules, now_ms)

        async def job(tx: Transaction) -> tuple[bool, int | None]:
            if not await also(tx):
                return False, None
            await self._taking_up.beat_in(tx, now_ms, opening.guild_id)
            competition_id = await competitions.create(
                tx, opening.guild_id, opening.channel_id, pack_id, opening.setup, state, now_ms
            )
            if competition_id is not None and (game := await competitions.load(tx, competition_id)):
                await queue_lobby(tx, game, now_ms)
            return True, competition_id

        wanted, competition_id = await self._store.write(job, *self._ours().fence(opening.guild_id))
        if not wanted:
            return None
        if competition_id is None:
            raise await self._already_on(opening)
        live = await self._begun(competition_id)
        await self._messages.post_what_waits(live)
        if live.lost:
            raise ChannelLostError(live.lost)
        return await self._messages.view(live)

    async def _make_room(self, opening: Opening, now_ms: int) -> None:
        """Let a duel that waits make room for any other game. Raises UserError for one challenge too many."""
        if opening.rules.duel:
            await refuse_too_many(self._store, opening, now_ms)
            return
        other = self._live.get(await competitions.live_in(self._store, opening.channel_id) or 0)
        if other and other.game.state.rules.duel and other.game.state.phase is Phase.LOBBY:
            await self._apply(other, Cancel(None, reason=Fact(Code.MADE_ROOM)))

    async def _already_on(self, opening: Opening) -> UserError:
        other = await competitions.live_in(self._store, opening.channel_id)
        if other is None:
            return UserError(fact(Code.GAME_JUST_ENDED))
        if (on := self._live.get(other)) and on.game.state.phase in (Phase.LOBBY, Phase.PAUSED):
            await self._messages.show_lobby(on)  # it leads on from there, and may have been deleted
        return AlreadyOnError(await self.view(other))

    async def _begun(self, competition_id: int) -> LiveGame:
        live = await self._load(competition_id)
        assert live is not None
        self._timers.arm(live)
        return live

    async def _load(self, competition_id: int) -> LiveGame | None:
        """The game as it is stored, among those that are on from now."""
        game = await competitions.load(self._store, competition_id)
        if game is None:
            return None
        live = LiveGame(game, fence=self._ours().fence(game.guild_id))
        await live.read_posts(self._store)
        if game.state.phase is Phase.LOBBY:
            with contextlib.suppress(UserError):  # nothing fits any more: the start says so
                live.fitting = await self._questions.fitting(game.guild_id, game.pack_id, game.setup)
        self._live[competition_id] = live
        return live

    async def shown(self, competition_id: int, message_id: int) -> None:
        """Note which message is the lobby."""
        live = self._of(competition_id)
        async with live.lock:
            live.game = replace(live.game, lobby_message_id=message_id)
        await self._store.write(lambda tx: competitions.set_lobby_message(tx, competition_id, message_id), *live.locks)
        if len(live.game.state.players) > 1:  # who joined before it was known where to show them
            self._messages.hint_lobby(live)

    async def post_lobby(self, competition_id: int) -> None:
        """Post a lobby that the answer to its command did not show: without it nobody could join, or open another one."""
        await self._messages.post_lobby(self._of(competition_id))

    @property
    def live(self) -> int:
        """How many competitions are on."""
        return len(self._live)

    async def _last_beat(self) -> None:
        """At the end: every game is taken up again at the next start."""
        if self._live:
            await self._taking_up.beat()

    # What members do

    async def act(self, competition_id: int, event: Event, learner: Learner) -> tuple[Verdict, GameView]:
        """Any act but an answer. Returns what to tell the member, and the game as it then is.

        Raises UserError for who joins the duel of two others.
        """
        if isinstance(event, Join):
            event = replace(event, time_factor=self._time_factor(event.member_id))
        live = self._of(competition_id)
        if isinstance(event, Join) and not live.game.invites(event.member_id):
            raise UserError(fact(Code.DUEL_OF_OTHERS))
        now_ms = self._clock.now_ms()
        await members.note(self._store, live.game.guild_id, learner.member_id, learner.face, now_ms)
        effects = await self._apply(live, event)
        return _verdict(effects), await self._messages.view(live)

    async def choose_sections(
        self, competition_id: int, learner: Learner, manager: bool, sections: tuple[str, ...]
    ) -> tuple[Verdict, GameView]:
        """Change what a lobby's game will ask about; the host or a manager may."""
        live = self._of(competition_id)
        state = live.game.state
        if state.phase is not Phase.LOBBY:
            return Verdict.NOTHING_TO_DO, await self._messages.view(live)
        if not manager and learner.member_id != state.host_id:
            return Verdict.NOT_ALLOWED, await self._messages.view(live)
        known = [section.id for section in self._library.known(live.game.guild_id).pack(live.game.pack_id).sections]
        if not set(sections) <= set(known):
            raise NotFound(fact(Code.GAME_SECTION_GONE))
        chosen = tuple(section for section in known if section in sections)
        setup = replace(live.game.setup, sections=() if len(chosen) == len(known) else chosen)
        fitting = await self._questions.fitting(live.game.guild_id, live.game.pack_id, setup)
        async with live.lock:
            if live.game.state.phase is not Phase.LOBBY:  # it has begun meanwhile
                return Verdict.NOTHING_TO_DO, await self._messages.view(live)
            await self._store.write(lambda tx: competitions.set_setup(tx, competition_id, setup), *live.locks)
            live.game, live.fitting = replace(live.game, setup=setup), fitting
        self._messages.hint_lobby(live)
        return Verdict.DONE, await self._messages.view(live)

    async def start(self, competition_id: int, learner: Learner | None, manager: bool) -> tuple[Verdict, GameView]:
        """Start the game. Raises UserError when no question fits what was chosen."""
        live = self._of(competition_id)
        event, questions = await self._questions.start(live.game, learner.member_id if learner else None, manager)
        effects = await self._apply(live, event, questions)
        return _verdict(effects), await self._messages.view(live)

    async def answer(
        self,
        competition_id: int,
        number: int,
        submitted: Submission,
        learner: Learner,
        stamp_ms: int,
        message_id: int | None,
    ) -> ClickResult:
        """A click on a letter, or what was submitted in another form; see `Clicks.answer`."""
        return await self._clicks.answer(competition_id, number, submitted, learner, stamp_ms, message_id)

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

    async def confide(
        self, competition_id: int, number: int, sureness: Sureness, learner: Learner, stamp_ms: int
    ) -> ClickResult:
        """Say how sure one is of an answer that is locked in."""
        live = self._of(competition_id)
        event = Confide(learner.member_id, number, sureness, stamp_ms)
        effects = await self._apply(live, event)
        told = next(effect for effect in effects if isinstance(effect, Told))
        plans, known = live.game.state.plans, told.given
        called = plans[number].lettering.called(known) if known is not None else None
        return ClickResult(told.verdict, called, certainty=True)

    def _of(self, competition_id: int) -> LiveGame:
        live = self._live.get(competition_id)
        if live is None:
            raise GameOverError
        return live

    # One event, from the rules to the channel

    async def _apply(self, live: LiveGame, event: Event, questions: list[Question] | None = None) -> list[Effect]:
        """Step, store, show. The answers that count are those in the database, read in the same transaction."""
        async with live.lock:
            live.refuse_left()
            if not self._ours().has(live.game.guild_id):
                raise LeaseLostError
            now_ms = self._clock.now_ms()

            async def job(tx: Transaction) -> Stored:
                game = live.game
                if game.state.phase in (Phase.ASKING, Phase.PAUSED) and game.state.round >= 0:
                    stored = await competitions.answers_of_round(tx, game, game.state.round)
                    game = replace(game, state=with_stored(game.state, stored, now_ms, self._time_factor))
                state, effects = step(game.state, event, now_ms)
                if state is game.state and state is live.game.state:
                    return game, effects, []
                if questions is not None and state.plans and game.state.phase is Phase.LOBBY:
                    await competitions.save_rounds(tx, game.id, state.plans, questions)
                    game = replace(game, questions=tuple(questions))
                await competitions.save(tx, replace(game, state=live.game.state), state, now_ms)
                if isinstance(event, Forget):
                    await competitions.take_out(tx, game.id, event.member_id)
                if isinstance(event, Confide):
                    await competitions.confide(tx, game.id, event.round, event.member_id, event.sureness)
                await settle(
                    tx, game, state, now_ms, self._library.known(game.guild_id).review_within_days(game.pack_id)
                )
                wanted = await queue(tx, game, effects, now_ms)
                # Last: all games of a shard write that row, and wait for each other from there on.
                await self._taking_up.beat_in(tx, now_ms, game.guild_id)
                return replace(game, state=state), effects, wanted

            game, effects, wanted = await self._store.write(job, *live.locks)
            seen = live.game.state
            if isinstance(event, Forget):
                seen = without(seen, event.member_id)
            live.game = replace(game, state=with_late(game.state, seen, now_ms))
            has_new_posts = live.take(wanted)
            if any(isinstance(effect, Ask) for effect in effects):
                live.note = None
            self._timers.arm(live)
        self._messages.show(live, effects)
        if live.game.state.phase not in LIVE:
            self._end(live)
        if has_new_posts:
            self._messages.post_soon(live)
        return effects

    async def _happened(self, competition_id: int, event: Event) -> None:
        """The game's messages brought something about: its round has opened, or it can't go on."""
        if live := self._live.get(competition_id):
            await self._apply(live, event)

    async def _is_over(self, competition_id: int) -> None:
        self._live.pop(competition_id, None)
        await self._happenings.tell(GameEnded())

    def _end(self, live: LiveGame) -> None:
        self._timers.forget(live)
        if live.game.state.phase is Phase.CANCELLED:
            self._live.pop(live.game.id, None)

    # Time

    def look(self) -> None:
        """Discord's clock has moved on: wake what would come too late."""
        self._timers.look()

    async def _wake(self, live: LiveGame) -> None:
        try:
            await self._woken(live)
        except UserError as refused:  # the lobby's time is up, and there is nothing to ask any more
            await self._apply(live, Cancel(None, reason=refused.fact))

    async def _woken(self, live: LiveGame) -> None:
        state = live.game.state
        over_ms = state.starts_ms if state.phase is Phase.LOBBY else None
        if over_ms is not None and over_ms <= self._clock.now_ms() and not state.rules.duel:
            await self.start(live.game.id, None, manager=False)
        elif self._is_behind(state):
            self._timers.wake_later(live, BEHIND_SECONDS)
        else:
            await self._apply(live, Tick())
            if live.game.state.phase is Phase.ASKING and live.game.state.opened_ms is None:
                await self._open_after_all(live)

    def _is_behind(self, state: Competition) -> bool:
        """Whether clicks of a round whose time is up are here and not stored yet; each of them counts."""
        if state.phase is not Phase.ASKING or state.wake_ms is None or (oldest_ms := self.oldest_ms()) is None:
            return False
        now_ms = self._clock.now_ms()
        return oldest_ms <= min(state.wake_ms, state.deadline_ms or now_ms) and now_ms < state.wake_ms + BEHIND_MS

    async def _open_after_all(self, live: LiveGame) -> None:
        """A round's time is up and its message not known to be there: the database refused, or Discord is slow."""
        if message_id := live.round_message_id:
            await self._apply(live, Opened(live.game.state.round, snowflake_ms(message_id)))
        else:
            await self._messages.post_what_waits(live)


def _verdict(effects: list[Effect]) -> Verdict:
    return next((effect.verdict for effect in effects if isinstance(effect, Told)), Verdict.DONE)
