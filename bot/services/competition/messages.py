"""The messages of competitions: posted in order from the outbox, brought up to date, posted again when they are deleted.

Here stands what is in the channel; when that is something a game must know (a round has opened, a message can't be posted),
it is told as an event.
"""

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import replace

from bot.clock import DiscordClock, snowflake_ms
from bot.errors import LeaseLostError
from bot.facts import Code, Fact, fact
from bot.model.posts import Kind, Post
from bot.model.shards import Holdings
from bot.packs.library import LibraryOf
from bot.quiz.competition.events import (
    Ask,
    Cancel,
    Effect,
    Event,
    LobbyPosted,
    Opened,
    Pause,
    Resume,
    Reveal,
    ShowCount,
    ShowLobby,
    ShowPodium,
    ShowRound,
)
from bot.quiz.competition.state import LIVE, Competition, Phase
from bot.services.channels import ChannelBusyError, ChannelLostError, MessageGoneError, Results
from bot.services.competition.shown import ShownGame, queue_one
from bot.services.competition.unveiling import Unveiling
from bot.services.competition.viewing import GameViews
from bot.services.competition.views import MOST_TOLD, GameView
from bot.services.demo.charts import ChartDrawer
from bot.services.lifecycle import Lifecycle
from bot.services.posts import RETRY_SECONDS, Posts
from bot.storage import competitions, posts
from bot.storage.store import Store, Transaction

ACCESS_AGAIN_SECONDS = (10.0, 20.0, 30.0, 60.0)
"""After which waits a game that a trouble has paused tries its channel again; the last one repeats."""
OWED_AT_THE_END = (Kind.REVEAL, Kind.PODIUM, Kind.WINNER)
"""What a game that has ended may still have to show."""
FINISH_AGAIN_SECONDS = (60.0, 300.0, 900.0, 3_600.0)
"""After which waits the reveals and the podium of a game that has ended are tried again; then at the next start."""
HINT_FREE_MS = 2_000
"""In the last two seconds of a round nothing tells how many have answered."""

_log = logging.getLogger(__name__)


class GameMessages:
    """What competitions have in their channels.

    ``happened`` gets the id of a game and an event that its messages brought about; ``is_over`` the id of a game whose
    podium was posted.
    """

    def __init__(
        self,
        library_of: LibraryOf,
        store: Store,
        clock: DiscordClock,
        out: Posts,
        life: Lifecycle,
        charts: ChartDrawer | None,
        *,
        happened: Callable[[int, Event], Awaitable[object]],
        is_over: Callable[[int], Awaitable[None]],
    ) -> None:
        self._ours = life.ours
        self._store = store
        self._clock = clock
        self._charts = charts
        self._views = GameViews(library_of, store)
        self._unveiling = Unveiling(out, self._views, store, charts)
        self._happened = happened
        self._is_over = is_over
        self._results: Results | None = None
        self._out = out
        self._background = life.background("competition-messages")
        self._finishing: set[int] = set()

    def attach(self, results: Results) -> None:
        """Say who tells players in private how a round went."""
        self._results = results

    # What a game wants

    def show(self, shown: ShownGame, effects: Iterable[Effect]) -> None:
        """Bring what has changed to the channel, beside; messages that are new need `post_what_waits`."""
        for effect in effects:
            match effect:
                case ShowLobby():
                    if shown.game.state.phase is Phase.LOBBY:
                        self.hint_lobby(shown)
                    else:
                        self.refresh_lobby(shown)
                case ShowRound(number) | Reveal(number):
                    self._background.spawn(self._show_round(shown, number), "competition-round")
                case ShowCount():
                    self.hint_round(shown)
                case ShowPodium():
                    self.refresh_lobby(shown)
                case Ask(number) if number == len(shown.game.state.plans) - 1 and self._charts:
                    self._background.spawn(self._charts.warm_up(), "charts-warm-up")

    def post_soon(self, shown: ShownGame) -> None:
        """Post what waits, beside."""
        self._background.spawn(self.post_what_waits(shown), "competition-post")

    async def post_what_waits(self, shown: ShownGame) -> None:
        """Post the messages of the outbox, in order; a trouble pauses the game."""
        if shown.posting:  # whoever is at it takes the newer ones too
            return
        shown.posting = True
        try:
            await self._post_in_order(shown)
        finally:
            shown.posting = False
        if shown.game.state.phase is Phase.FINISHED:
            await self._is_over(shown.game.id)
            if shown.waiting_post():
                self._finish_later(shown.game.id)

    async def take_up(self, shown: ShownGame) -> None:
        """After a restart: show the rounds that may not show where they are, and post what waits."""
        state = shown.game.state
        between = state.phase is Phase.REVEALING or state.paused_phase is Phase.REVEALING
        for number in sorted({*shown.waiting_reveals(), *([state.round] if between else [])}):
            self._background.spawn(self._show_round(shown, number), "competition-round")
        await self.post_what_waits(shown)
        if shown.game.state.waits_by_itself:
            self._try_again_later(shown)

    async def finish_all_but(self, live: Collection[int], part: Holdings) -> None:
        """After a restart: show what the games that are over did not get to show, in the servers that are taken up."""
        waiting = await posts.waiting(self._store, *OWED_AT_THE_END, held=part)
        for competition_id in {post.what.of for post in waiting}.difference(live):
            self._finish_later(competition_id, at_once=True)

    def hint_round(self, shown: ShownGame) -> None:
        """Show how many have answered, when there is room for it."""
        state = shown.game.state
        message_id, number = shown.round_message_id, state.round
        near_the_end = state.deadline_ms is not None and state.deadline_ms - self._clock.now_ms() < HINT_FREE_MS
        if message_id is None or near_the_end:
            return

        async def view() -> GameView | None:
            is_on = shown.game.state.round == number and shown.game.state.phase is Phase.ASKING and not shown.left
            return GameView(shown.game, note=shown.note) if is_on else None

        async def gone() -> None:
            await self.gone(shown, number, message_id)

        self._out.hint(shown.round_at(number, message_id), view, gone)

    def hint_lobby(self, shown: ShownGame) -> None:
        """Show who is in, when there is room for it."""
        message_id = shown.game.lobby_message_id
        if message_id is None:
            return

        async def view() -> GameView | None:
            return await self.view(shown) if shown.game.state.phase is Phase.LOBBY and not shown.left else None

        async def gone() -> None:
            await self.lobby_gone(shown, message_id)

        self._out.hint(shown.lobby_at(message_id), view, gone)

    def refresh_lobby(self, shown: ShownGame) -> None:
        """Bring the lobby up to date, beside: how it goes on stands there when nothing else is in the channel."""
        self._background.spawn(self.show_lobby(shown), "competition-lobby")

    async def view(self, shown: ShownGame) -> GameView:
        """The game with the names of those who stand in its messages; when it is over, of everybody who played."""
        return await self._views.of(shown)

    # What somebody found in the channel

    def found(self, shown: ShownGame, number: int, message_id: int) -> None:
        """A click tells the id of a round's message, which may not have been known yet; one may cross its deletion."""
        post = shown.posts.get((Kind.ROUND, number))
        if post and post.message_id is None and message_id not in shown.deleted:
            self._background.spawn(self._posted(shown, post, message_id), "competition-posted")

    async def gone(self, shown: ShownGame, number: int, message_id: int) -> None:
        """A round's message was found deleted."""
        if shown.message_id(Kind.ROUND, number) == message_id and number == shown.game.state.round:
            shown.deleted.add(message_id)
            await self._post_anew(shown, Kind.ROUND, number)

    async def lobby_gone(self, shown: ShownGame, message_id: int) -> None:
        """The lobby was found deleted: it is posted again, as nobody can join without it."""
        async with shown.lock:
            if shown.game.state.phase is not Phase.LOBBY or shown.game.lobby_message_id != message_id:
                return
            shown.game = replace(shown.game, lobby_message_id=None)
        await self._post_anew(shown, Kind.LOBBY, 0)

    # Posting

    async def post_lobby(self, shown: ShownGame) -> None:
        """Post the message of a lobby that has none."""
        if shown.game.lobby_message_id is None:
            await self._post_anew(shown, Kind.LOBBY, 0)

    async def _post_in_order(self, shown: ShownGame) -> None:
        while post := shown.waiting_post():
            try:
                message_id = await self._post(shown, post)
            except LeaseLostError:
                raise
            except ChannelLostError as trouble:
                shown.lost = trouble.why
                await self._trouble(shown, fact(Code.GAME_CHANNEL_LOST, why=trouble.why))
                return
            except ChannelBusyError as busy:
                _log.warning("a message of competition %d waits: %s", shown.game.id, busy)
                until = -(-round(self._clock.now_ms() + busy.seconds * 1000) // 1000)
                await self._trouble(shown, fact(Code.CHANNEL_BUSY, until=until), busy.seconds)
                return
            except Exception:
                _log.exception("a message of competition %d was not posted", shown.game.id)
                await self._trouble(shown, Fact(Code.NOT_TAKEN))
                return
            await self._posted(shown, post, message_id)

    async def _post(self, shown: ShownGame, post: Post) -> int:
        shown.refuse_left()

        async def view() -> GameView:
            return await (self._unveiling.opening(shown) if post.kind is Kind.PODIUM else self.view(shown))

        return await self._out.post(post, view, shown.channel, waits=RETRY_SECONDS)

    async def _posted(self, shown: ShownGame, post: Post, message_id: int) -> None:
        """Store that a message is in the channel; for a round, its clock starts with the message's stamp."""
        key = (post.kind, post.number)
        if shown.posts[key].message_id is not None:
            return
        self._clock.learn(message_id)
        shown.posts[key] = shown.posts[key]._replace(message_id=message_id)

        async def job(tx: Transaction) -> bool:
            await posts.posted(tx, post.id, message_id)
            return post.kind is Kind.LOBBY and await competitions.set_lobby_message(tx, post.what.of, message_id)

        try:
            is_first_lobby = await self._store.write(job, *shown.locks)
        except Exception:
            shown.posts[key] = shown.posts[key]._replace(message_id=None)
            raise
        if post.kind is Kind.LOBBY:
            async with shown.lock:
                shown.game = replace(shown.game, lobby_message_id=message_id)
            if is_first_lobby:
                await self._happened(shown.game.id, LobbyPosted(snowflake_ms(message_id)))
        if post.kind is Kind.PODIUM:
            self._background.spawn(self._unveil(shown), "competition-podium")
        if post.kind is Kind.ROUND:
            await self._happened(shown.game.id, Opened(post.number, snowflake_ms(message_id)))
            if shown.game.state.round != post.number or shown.game.state.phase is not Phase.ASKING:
                await self._show_round(shown, post.number)
            elif shown.game.state.answers:  # some came while it was on its way
                self.hint_round(shown)
        for number in [*shown.unshown]:  # Discord takes messages again
            shown.unshown.discard(number)
            self._background.spawn(self._show_round(shown, number), "competition-round")

    async def _post_anew(self, shown: ShownGame, kind: Kind, number: int) -> None:
        """A message that is needed was deleted: post it again, by a row and a nonce of its own."""
        post = shown.posts.pop((kind, number), None)
        if post is None and kind is Kind.ROUND:  # somebody is at it
            return
        now_ms = self._clock.now_ms()

        async def job(tx: Transaction) -> list[Post]:
            if post:
                await posts.again(tx, post, now_ms)
            else:
                await queue_one(tx, shown.game, kind, number, now_ms)
            return await posts.of_game(tx, shown.game.id)

        try:
            found = await self._store.write(job, *shown.locks)
            shown.posts.pop((kind, number), None)  # an event that was stored just before brought back what it was
            shown.take(found)
        except Exception:
            if post:
                shown.posts[kind, number] = post
            raise
        await self.post_what_waits(shown)

    def _finish_later(self, competition_id: int, *, at_once: bool = False) -> None:
        """Try again what a game that has ended could not show; what still waits then is shown after the next start."""
        if competition_id not in self._finishing:
            self._finishing.add(competition_id)
            waits = (0.0, *FINISH_AGAIN_SECONDS) if at_once else FINISH_AGAIN_SECONDS
            self._background.spawn(self._finish_again(competition_id, waits), "competition-post")

    async def _finish_again(self, competition_id: int, waits: Iterable[float]) -> None:
        try:
            for seconds in waits:
                await asyncio.sleep(seconds)
                await self._finish(competition_id)
                waiting = await posts.of_game(self._store, competition_id)
                if not any(one.kind in OWED_AT_THE_END and one.message_id is None for one in waiting):
                    return
        finally:
            self._finishing.discard(competition_id)

    async def _finish(self, competition_id: int) -> None:
        """What a game that has ended did not get to show: reveals, the podium."""
        game = await competitions.load(self._store, competition_id)
        if game is None:
            return
        ours = self._ours()
        if not ours.has(game.guild_id):
            raise LeaseLostError
        shown = ShownGame(game, fence=ours.fence(game.guild_id))
        await shown.read_posts(self._store)
        for number in shown.waiting_reveals():
            await self._show_round(shown, number)
        post = shown.posts.get((Kind.PODIUM, 0))
        if post and post.message_id is None:
            try:
                message_id = await self._post(shown, post)
            except LeaseLostError:
                raise
            except Exception as problem:
                _log.warning("the podium of competition %d was not posted: %s", game.id, problem)
                return
            await self._store.write(lambda tx: posts.posted(tx, post.id, message_id), *shown.locks)
            shown.posts[Kind.PODIUM, 0] = post._replace(message_id=message_id)
        if await self._unveiling.complete(shown, at_once=True):
            await self.show_lobby(shown)

    async def _unveil(self, shown: ShownGame) -> None:
        """Show the podium place by place, and then, in the lobby, who won and where it is."""
        if await self._unveiling.complete(shown):
            await self.show_lobby(shown)
        else:
            self._finish_later(shown.game.id)

    async def _trouble(self, shown: ShownGame, reason: Fact, seconds: float = 0.0) -> None:
        """Pause the game, say so in its lobby, and try again by itself, not before so many seconds."""
        if shown.game.state.phase in (Phase.ASKING, Phase.REVEALING):
            await self._happened(shown.game.id, Pause(reason))
            self._try_again_later(shown, seconds)
            self.refresh_lobby(shown)  # which may be in another channel
        elif shown.game.state.phase is Phase.LOBBY and shown.waiting_post():  # nobody can see it, so nobody can join
            await self._happened(shown.game.id, Cancel(None, reason=reason))

    def _try_again_later(self, shown: ShownGame, seconds: float = 0.0) -> None:
        if not shown.trying:
            shown.trying = True
            self._background.spawn(self._try_again(shown, seconds), "competition-access")

    async def _try_again(self, shown: ShownGame, seconds: float) -> None:
        """Let a game that a trouble has paused go on when its channel takes messages again, unless somebody did before."""
        try:
            await asyncio.sleep(seconds)
            for wait in itertools.chain(ACCESS_AGAIN_SECONDS, itertools.repeat(ACCESS_AGAIN_SECONDS[-1])):
                await asyncio.sleep(wait)
                if not shown.game.state.waits_by_itself:
                    return
                if await self._is_back(shown):
                    await self._happened(shown.game.id, Resume())
                    self.refresh_lobby(shown)
                    return
        finally:
            shown.trying = False

    async def _is_back(self, shown: ShownGame) -> bool:
        """Whether the present round's message can be brought up to date, or posted where it is not known to be there."""
        number = shown.game.state.round
        message_id = shown.message_id(Kind.ROUND, number)
        if message_id is None:
            await self.post_what_waits(shown)
            return shown.waiting_post() is None
        try:
            await self._edit_round(shown, number, message_id)
        except MessageGoneError:
            return True  # the channel is there; what shows the round posts it again
        except Exception as problem:
            _log.info("competition %d waits for its channel: %s", shown.game.id, problem)
            return False
        return True

    # Editing

    async def _show_round(self, shown: ShownGame, number: int) -> None:
        for wait in (*RETRY_SECONDS, None):
            message_id = shown.message_id(Kind.ROUND, number)
            if message_id is None:
                await self._show_without_message(shown, number)
                return
            try:
                view = await self._edit_round(shown, number, message_id)
                await self._shown_round(shown, number, view.state, message_id)
                return
            except LeaseLostError:
                raise
            except MessageGoneError:
                if number == shown.game.state.round and shown.game.state.phase in LIVE:
                    await self.gone(shown, number, message_id)
                else:
                    await self._shown_round(shown, number, shown.game.state, message_id)
                return
            except ChannelLostError as trouble:
                await self._trouble(shown, fact(Code.GAME_CHANNEL_LOST, why=trouble.why))
                break
            except Exception as problem:
                _log.warning("round %d of competition %d is not up to date yet: %s", number, shown.game.id, problem)
            if wait is not None:
                await asyncio.sleep(wait)
        shown.unshown.add(number)
        if shown.game.state.phase is Phase.FINISHED:
            self._finish_later(shown.game.id)

    async def _edit_round(self, shown: ShownGame, number: int, message_id: int) -> GameView:
        view = await self.view(shown)
        shown.refuse_left()
        await self._out.edit(shown.round_at(number, message_id), view)
        return view

    async def _shown_round(self, shown: ShownGame, number: int, state: Competition, message_id: int) -> None:
        """Note that a round's message shows how it went (or is gone)."""
        post = shown.posts.get((Kind.REVEAL, number))
        if post and post.message_id is None and number < len(state.played):
            shown.posts[Kind.REVEAL, number] = post._replace(message_id=message_id)
            if self._results and len(shown.game.state.players) <= MOST_TOLD:
                self._results.tell(shown.game.id, number)
            await self._store.write(lambda tx: posts.posted(tx, post.id, message_id), *shown.locks)

    async def _show_without_message(self, shown: ShownGame, number: int) -> None:
        """The round is not in the channel: the lobby says why and leads on, or the round is posted."""
        if number != shown.game.state.round or shown.posting:
            return
        await self.show_lobby(shown)
        if shown.game.state.phase is Phase.ASKING:
            await self.post_what_waits(shown)

    async def show_lobby(self, shown: ShownGame) -> None:
        """Bring the lobby up to date; one that was deleted while members can join is posted again."""
        message_id = shown.game.lobby_message_id
        if message_id is None or shown.left:
            return
        try:
            await self._out.edit(shown.lobby_at(message_id), await self.view(shown))
        except MessageGoneError:
            await self.lobby_gone(shown, message_id)
        except Exception as problem:
            _log.info("the lobby of competition %d was not brought up to date: %s", shown.game.id, problem)
