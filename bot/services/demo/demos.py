"""Demos: opened in a channel, predicted by members, run one at a time for the whole host, shown with what they mean."""

import asyncio
import contextlib
import json
import logging
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, replace
from typing import TypeVar

from bot.clock import Clock
from bot.demos.model import Demo, Measured
from bot.demos.reference import reference
from bot.demos.registry import DEMOS
from bot.demos.script import script
from bot.errors import LeaseLostError, NotFound, StorageError, UserError, WorkerError, WorkerTimedOut
from bot.facts import Code, Fact, fact
from bot.model.demos import DemoRun
from bot.model.members import Face
from bot.model.posts import Kind, What
from bot.model.shards import EVERY_SERVER, Holdings
from bot.services.channels import Channel, ChannelLostError, Placed, ViewNow
from bot.services.demo.charts import ChartDrawer
from bot.services.demo.lab import Lab
from bot.services.demo.views import DemoResult, DemoView
from bot.services.lifecycle import Lifecycle
from bot.services.posts import Posts
from bot.storage import demos, members, posts
from bot.storage.store import Job, Store, Transaction
from bot.telemetry import LoopLag, new_error_id

SHOWING_SECONDS = 60.0
"""How much later than its start by itself a demo that was never shown ends."""
AGAIN_SECONDS = 1.0
"""How long a demo that is to start by itself waits for a database that refuses."""

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Demos:
    """What `/demo` does.

    ``predict_seconds`` is how long a demo waits for *Run* before it starts by itself; in one channel there are
    ``cooldown_seconds`` between the end of one and the start of the next.
    """

    def __init__(
        self,
        store: Store,
        lab: Lab,
        clock: Clock,
        charts: ChartDrawer,
        out: Posts,
        life: Lifecycle,
        *,
        predict_seconds: float,
        cooldown_seconds: float,
    ) -> None:
        self._ours = life.ours
        self.alone_on_machine: Callable[[], AbstractAsyncContextManager[object]] = contextlib.nullcontext
        """Entered while one is measured, where other processes may be at it too."""
        self._store = store
        self._lab = lab
        self._clock = clock
        self._charts = charts
        self._predict_seconds = predict_seconds
        self._cooldown_seconds = cooldown_seconds
        self._free_at_ms: dict[int, int] = {}
        self._out = out
        self._queue: list[int] = []
        self._guilds: dict[int, int | None] = {}
        """The servers of demos that wait or run."""
        self._running: int | None = None
        self._background = life.background("demos")
        self._queue_is_run = self._background.routine(self._run_queue, again_seconds=AGAIN_SECONDS, name="demo-queue")

    @property
    def demos(self) -> dict[str, Demo]:
        """The demos there are."""
        return DEMOS

    async def resume(self, part: Holdings = EVERY_SERVER) -> None:
        """Take up what a stop or a crash interrupted in these servers: count on towards the start, or run again."""
        for run in await demos.open_runs(self._store, part):
            self._guilds[run.id] = run.guild_id
            if run.demo_id in DEMOS and run.message_id is None:
                self._background.spawn(self._find_again(run), "demo-find")
            elif run.demo_id not in DEMOS:
                await self._store.write(lambda tx, r=run: demos.finish(tx, r.id, "failed", None, self._clock.now_ms()))  # type: ignore[misc]
            elif run.state == "predicting":
                self._arm(run)
            else:
                await self._enqueue(run.id, ("queued", "running"))

    def leave(self, part: Holdings) -> None:
        """Let go of the demos in these servers: another process goes on with them."""
        for run_id, guild_id in list(self._guilds.items()):
            if part.has(guild_id):
                self._background.forget(run_id)
                del self._guilds[run_id]
                if run_id in self._queue:
                    self._queue.remove(run_id)

    async def _find_again(self, run: DemoRun) -> None:
        """A stop came between showing a demo and noting where: one whose message is not there ends, as nobody sees it."""
        for post in await posts.waiting(self._store, Kind.DEMO, of=run.id):
            try:
                message_id = await self._out.find(post)
            except Exception as problem:
                _log.info("the message of demo run %d was not found: %s", run.id, problem)
                message_id = None
            if message_id is not None:
                await self.shown(run.id, message_id)
                return
        await self._finish(run.id, "failed", None)

    @property
    def waiting(self) -> int:
        """How many demos are in the queue or run."""
        return len(self._queue) + (self._running is not None)

    async def open(self, demo_id: str, guild_id: int | None, channel_id: int, member_id: int) -> DemoView:
        """Open a demo for predictions. Raises NotFound for an unknown one, UserError so soon after another.

        It starts by itself once `shown` says where it is; one that was never shown ends instead.
        """
        if demo_id not in DEMOS:
            raise NotFound(fact(Code.NO_SUCH_DEMO, demos=tuple(demo.title for demo in DEMOS.values())))
        self._refuse_so_soon(channel_id)
        now_ms = self._clock.now_ms()
        run = await self._store.write(lambda tx: demos.create(tx, demo_id, guild_id, channel_id, member_id, now_ms))
        self._guilds[run.id] = guild_id
        self._start_later(run.id, self._predict_seconds + SHOWING_SECONDS)
        return self._view(run)

    async def shown(self, run_id: int, message_id: int) -> None:
        """Note which message shows the run; from now on it can start by itself."""

        async def job(tx: Transaction) -> None:
            for post in await posts.waiting(tx, Kind.DEMO, of=run_id):
                await posts.posted(tx, post.id, message_id)

        await self._store.write(job)
        run = await self._load(run_id)
        if await demos.predictions(self._store, run_id):  # made before it was known where to show them
            self._hint_waiting(run)
        if run.state == "predicting":
            self._arm(run)

    async def predict(self, run_id: int, member_id: int, guild_id: int | None, face: Face, choice: str) -> DemoView:
        """Store a prediction; the last one before the start counts. Raises UserError once the demo runs."""
        run = await self._load(run_id)
        if choice not in {c.id for c in DEMOS[run.demo_id].choices}:
            raise UserError(fact(Code.NO_SUCH_PREDICTION))
        now_ms = self._clock.now_ms()

        async def job(tx: Transaction) -> bool:
            if not await demos.move(tx, run_id, ("predicting",), "predicting"):
                return False
            await demos.predict(tx, run_id, member_id, choice, now_ms)
            await members.remember(tx, guild_id or 0, member_id, face, now_ms)
            return True

        if not await self._store.write(job):
            raise UserError(fact(Code.PREDICTIONS_CLOSED))
        run = await self._load(run_id)  # where it is shown may have become known meanwhile
        self._hint_waiting(run)
        return await self._with_votes(run)

    async def run(self, run_id: int, *, again: bool = False) -> DemoView:
        """Put the demo in the queue; with ``again`` one that has ended. Pressing twice changes nothing.

        Raises UserError when another has just run in that channel.
        """
        run = await self._load(run_id)
        if run.state in ("predicting", "done", "failed"):
            self._refuse_so_soon(run.channel_id)
        await self._enqueue(run_id, ("done", "failed") if again else ("predicting",))
        view = await self.view(run_id)
        if view.run.state == "queued" and view.ahead:  # else it begins at once, and shows that itself
            self._hint_waiting(view.run)
        return view

    async def cancel(self, run_id: int, member_id: int, *, manager: bool) -> DemoView:
        """Take a demo that does not run yet out of the queue. Raises UserError when it runs, or is another's."""
        await self.refuse_cancel(run_id, member_id, manager=manager)
        if not await self._store.write(lambda tx: demos.cancel(tx, run_id)):
            raise UserError(fact(Code.DEMO_TOO_LATE))
        self._background.forget(run_id)
        if run_id in self._queue:
            self._queue.remove(run_id)
        for waiting in self._queue:
            self._hint_waiting(await self._load(waiting))
        cancelled = replace(await self.view(run_id), problem=fact(Code.CANCELLED))
        with contextlib.suppress(ChannelLostError):
            await self._show(cancelled)
        return cancelled

    async def refuse_cancel(self, run_id: int, member_id: int, *, manager: bool) -> None:
        """Raise UserError for a demo that can't be cancelled by this member."""
        run = await self._load(run_id)
        if run.member_id != member_id and not manager:
            raise UserError(fact(Code.DEMO_NOT_YOURS))
        if run.state not in ("predicting", "queued"):
            raise UserError(fact(Code.DEMO_TOO_LATE))

    async def view(self, run_id: int) -> DemoView:
        """The demo as it stands."""
        view = await self._with_votes(await self._load(run_id))
        return replace(view, ahead=self._ahead(run_id))

    def code(self, demo_id: str) -> str:
        """The demo as one file that runs with Python alone, for *Try it yourself*."""
        return script(demo_id)

    async def _write(self, run_id: int, job: Job[T]) -> T:
        """A change of a demo that waits or runs, which only the process may make that answers for its server."""
        return await self._store.write(job, *self._ours().fence(self._guilds.get(run_id)))

    async def _enqueue(self, run_id: int, from_states: tuple[str, ...]) -> None:
        self._guilds[run_id] = (await self._load(run_id)).guild_id
        moved = await self._write(run_id, lambda tx: demos.move(tx, run_id, from_states, "queued"))
        # A run that was just finished may be asked for again while its last message is still on the way.
        if not moved or run_id in self._queue:
            return
        self._background.forget(run_id)
        self._queue.append(run_id)
        self._queue_is_run.wake()

    async def _run_queue(self) -> None:
        try:
            while self._queue:
                self._running = self._queue.pop(0)
                try:
                    await self._run_one(self._running)
                except LeaseLostError:
                    _log.info("demo run %d is another process's now", self._running)
                except ChannelLostError as problem:
                    _log.info("demo run %d has nowhere to be shown: %s", self._running, problem)
                    await self._give_up(self._running)
                except Exception:
                    error_id = new_error_id()
                    _log.exception("demo run %d failed (%s)", self._running, error_id)
                    await self._give_up(self._running, fact(Code.DEMO_FAILED, error_id=error_id))
                self._running = None
        finally:
            self._running = None

    async def _give_up(self, run_id: int, problem: Fact | None = None) -> None:
        """End a run that can't go on, and say so if there is something to say; the queue goes on in any case."""
        try:
            await self._finish(run_id, "failed", None)
            if problem:
                await self._show(replace(await self.view(run_id), problem=problem))
        except Exception:
            _log.exception("the end of demo run %d was not stored or shown", run_id)

    async def _run_one(self, run_id: int) -> None:
        async with self.alone_on_machine():
            await self._run_alone(run_id)

    async def _run_alone(self, run_id: int) -> None:
        if not await self._write(run_id, lambda tx: demos.move(tx, run_id, ("queued",), "running")):
            return  # cancelled in the last moment
        view = replace(await self.view(run_id), progress=(0, 1, ""))
        for waiting in self._queue:
            self._hint_waiting(await self._load(waiting))
        await self._show(view)
        try:
            measured = await self._measure(view)
        except WorkerError as problem:
            _log.warning("demo %s gave no result: %s", view.demo.id, problem)
            await self._finish(run_id, "failed", None)
            await self._show(replace(await self.view(run_id), problem=_what_happened(problem)))
            return
        began = asyncio.get_running_loop().time()
        result = await self._result(view.run, view.demo, measured)
        await self._finish(run_id, "done", json.dumps(asdict(measured)))
        await self._show(replace(await self.view(run_id), result=result))
        took = asyncio.get_running_loop().time() - began
        _log.info("demo %s: chart shown %.2f s after its result", view.demo.id, took)

    async def _measure(self, view: DemoView) -> Measured:
        def progress(step: tuple[int, int, str]) -> None:
            self._hint(replace(view, progress=step))

        lag = LoopLag()
        lag.start()
        try:
            await self._charts.warm_up()  # before the first measurement, so that loading the library disturbs none
            return await self._lab.measure(view.demo, progress)
        finally:
            self._free_at_ms[view.run.channel_id] = self._clock.now_ms() + round(self._cooldown_seconds * 1000)
            lag.stop()
            _log.info(
                "demo %s: event loop lag p50 %.1f ms, p99 %.1f ms, longest %.1f ms",
                view.demo.id,
                *(lag.milliseconds(quantile) for quantile in (0.5, 0.99, 1.0)),
            )

    async def _result(self, run: DemoRun, demo: Demo, measured: Measured) -> DemoResult:
        verdict, chart = demo.read(measured), demo.drawn(measured)
        picture = await self._charts.draw(chart)
        timeline = await self._lab.trace(demo, chart.mark)
        lanes = await self._charts.draw(timeline) if timeline else None
        made = await demos.predictions(self._store, run.id)
        right = [member for member, choice in made.items() if choice == verdict.right_choice]
        names = await members.names(self._store, run.guild_id or 0, right)
        stored = reference(demo.id) if verdict.right_choice is None else None
        predicted_right = [names.get(m, "someone") for m in right]
        return DemoResult(verdict, chart, picture, predicted_right, len(made), stored, timeline, lanes)

    def _refuse_so_soon(self, channel_id: int) -> None:
        now_ms = self._clock.now_ms()
        self._free_at_ms = {channel: at for channel, at in self._free_at_ms.items() if at > now_ms}
        if free_at_ms := self._free_at_ms.get(channel_id):
            raise UserError(fact(Code.DEMO_TOO_SOON, again=-(-free_at_ms // 1000)))

    async def _finish(self, run_id: int, state: str, result: str | None) -> None:
        """Store how a run ended; a database that refuses is asked again, so that no run seems to go on for ever."""
        now_ms = self._clock.now_ms()
        while True:
            try:
                await self._write(run_id, lambda tx: demos.finish(tx, run_id, state, result, now_ms))
                self._guilds.pop(run_id, None)
                return
            except LeaseLostError:
                raise
            except StorageError as refused:
                _log.warning("the end of demo run %d waits for the database: %s", run_id, refused)
                await asyncio.sleep(AGAIN_SECONDS)

    async def _load(self, run_id: int) -> DemoRun:
        run = await demos.load(self._store, run_id)
        if run is None or run.demo_id not in DEMOS:
            raise NotFound(fact(Code.DEMO_GONE))
        return run

    def _view(self, run: DemoRun) -> DemoView:
        starts_ms = run.created_ms + round(self._predict_seconds * 1000)
        return DemoView(run, DEMOS[run.demo_id], starts_ms)

    async def _with_votes(self, run: DemoRun) -> DemoView:
        made = await demos.predictions(self._store, run.id)
        return replace(self._view(run), votes=dict(Counter(made.values())))

    def _ahead(self, run_id: int) -> int:
        if run_id not in self._queue:
            return 0
        return self._queue.index(run_id) + (self._running is not None)

    def _arm(self, run: DemoRun) -> None:
        """Let it start by itself when its time is up."""
        self._guilds[run.id] = run.guild_id
        seconds = max(0.0, self._view(run).starts_ms - self._clock.now_ms()) / 1000
        self._start_later(run.id, min(seconds, self._predict_seconds))

    def _start_later(self, run_id: int, seconds: float) -> None:
        self._background.later(run_id, seconds, lambda: self._time_is_up(run_id), "demo-start")

    async def _time_is_up(self, run_id: int) -> None:
        try:
            if (await self._load(run_id)).message_id is None:  # nobody has seen it
                await self._finish(run_id, "failed", None)
            else:
                await self._enqueue(run_id, ("predicting",))
        except LeaseLostError:
            raise
        except StorageError as refused:
            _log.warning("demo run %d waits for the database: %s", run_id, refused)
            self._start_later(run_id, AGAIN_SECONDS)

    async def _show(self, view: DemoView) -> None:
        if (message := _placed(view.run)) is not None:
            await self._out.edit(message, view)

    def _hint(self, view: DemoView) -> None:
        async def as_it_was() -> DemoView:
            return view

        self._hint_later(view.run, as_it_was)

    def _hint_waiting(self, run: DemoRun) -> None:
        async def if_it_waits() -> DemoView | None:
            view = await self.view(run.id)  # it may have started since, and then shows that already
            return view if view.run.state in ("predicting", "queued") else None

        self._hint_later(run, if_it_waits)

    def _hint_later(self, run: DemoRun, view: ViewNow) -> None:
        if (message := _placed(run)) is not None:
            self._out.hint(message, view)


def _placed(run: DemoRun) -> Placed | None:
    if run.message_id is None:
        return None
    return Placed(What(Kind.DEMO, run.id), Channel(run.guild_id, run.channel_id), run.message_id)


def _what_happened(problem: WorkerError) -> Fact:
    if isinstance(problem, WorkerTimedOut):
        return fact(Code.DEMO_RUN_AGAIN, why=problem.fact)
    return fact(Code.DEMO_DIED)
