"""Demos from the opening to the chart, with real worker processes and a stage made by hand."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
import pytest_asyncio
from in_english import refused, say
from lives import end, lives
from small_course import NOON, HandClock

from bot.demos.registry import DEMOS
from bot.errors import NotFound, StorageError, UserError, WorkerTimedOut
from bot.facts import Code, fact, said
from bot.model.members import Face
from bot.model.posts import What
from bot.services.channels import ChannelLostError, Placed
from bot.services.demo.charts import ChartDrawer
from bot.services.demo.demos import Demos
from bot.services.demo.lab import Lab, _Bench
from bot.services.demo.views import DemoView
from bot.services.posts import Posts
from bot.storage import demos as storage
from bot.storage.store import Store
from bot.workers import Workers

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("once")]

HALL, CHANNEL, MESSAGE = 50, 60, 70
ADA, BOB, EVE = 1, 2, 3
PNG = b"\x89PNG\r\n\x1a\n"
PATIENCE = 60


class HandStage:
    """Keeps all that it is told to show; a test waits for the view that it wants to see."""

    def __init__(self) -> None:
        self.shown: list[DemoView] = []
        self.hints: list[DemoView] = []
        self.lost: set[int] = set()
        self.broken = False
        self.found: int | None = None
        self._news = asyncio.Condition()
        self._tasks: list[asyncio.Task[None]] = []

    async def edit(self, message: Placed, view: DemoView) -> None:
        if view.run.id in self.lost:
            raise ChannelLostError(said("unknown channel"))
        if self.broken:
            self.broken = False
            raise RuntimeError("a bug in showing")
        self.shown.append(view)
        async with self._news:
            self._news.notify_all()

    def hint(self, message: Placed, view, gone) -> None:
        async def show() -> None:
            if (now := await view()) is not None:
                self.hints.append(now)
                await self._tell()

        self._tasks.append(asyncio.get_running_loop().create_task(show()))

    async def find(self, what: What, channel_id: int) -> int | None:
        return self.found

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def until(self, wanted: Callable[[DemoView], object]) -> DemoView:
        """The first view, shown or hinted, that is wanted."""
        found: list[DemoView] = []

        def there() -> bool:
            found[:] = [view for view in [*self.shown, *self.hints] if wanted(view)]
            return bool(found)

        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(there)
        return found[0]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def workers():
    made = Workers()
    yield made
    await made.close()
    assert made.pids == []


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def charts(workers):
    drawer = lives(ChartDrawer, workers)
    yield drawer
    await end(drawer)


class Hall:
    """The demos of one bot, and what it takes to start it again."""

    def __init__(self, path, workers: Workers, charts: ChartDrawer) -> None:
        self.path, self.workers, self.charts = path, workers, charts
        self.clock = HandClock()

    @contextlib.asynccontextmanager
    async def bot(
        self, wall: float = 30, rounds: int = 1, predict: float = 600, cooldown: float = 0
    ) -> AsyncIterator[tuple[Demos, HandStage, Store]]:
        store = await Store.open(self.path)
        lab = Lab(self.workers, wall_seconds=wall, rounds=rounds)
        stage = HandStage()
        posts = Posts(self.clock, stage)
        demos = lives(
            Demos,
            *(store, lab, self.clock, self.charts, posts),
            predict_seconds=predict,
            cooldown_seconds=cooldown,
        )
        self.posts = posts
        try:
            yield demos, stage, store
        finally:
            await end(demos)
            await store.close()


@pytest.fixture
def hall(tmp_path, workers, charts):
    return Hall(tmp_path / "a.db", workers, charts)


async def opened(demos: Demos, demo_id: str = "shared-counter", message_id: int = MESSAGE) -> int:
    view = await demos.open(demo_id, HALL, CHANNEL, ADA)
    await demos.shown(view.run.id, message_id)
    return view.run.id


def ended(run_id: int) -> Callable[[DemoView], bool]:
    return lambda view: view.run.id == run_id and view.run.state in ("done", "failed")


def under_way(run_id: int) -> Callable[[DemoView], bool]:
    return lambda view: view.run.id == run_id and view.progress is not None and view.progress[0] > 0


async def state(store: Store, run_id: int) -> str:
    return (await store.rows("SELECT state FROM demo_run WHERE id = ?", (run_id,)))[0][0]


async def test_predict_run_result(hall, workers):
    async with hall.bot() as (demos, stage, store):
        view = await demos.open("shared-counter", HALL, CHANNEL, ADA)
        assert (view.run.state, view.starts_ms, view.votes) == ("predicting", NOON + 600_000, {})
        run_id = view.run.id
        await demos.shown(run_id, MESSAGE)
        for member, name, choice in [
            (ADA, "Ada", "exact"),
            (BOB, "Bob", "less"),
            (ADA, "Ada", "less"),
            (EVE, "Eve", "more"),
        ]:
            hall.clock.advance(1)
            view = await demos.predict(run_id, member, HALL, Face(name), choice)
        assert view.votes == {"less": 2, "more": 1}

        await demos.run(run_id)
        view = await stage.until(ended(run_id))
        assert view.run.state == "done"
        assert view.run.message_id == MESSAGE
        assert view.result.picture.startswith(PNG)
        assert [bar.label for bar in view.result.chart.bars] == ["n += one()", "n += 1", "with a lock", "by a queue"]
        assert view.result.timeline_picture.startswith(PNG)
        assert view.result.timeline.title == "Two threads add to one counter"
        assert view.result.timeline.mark or not view.result.chart.mark
        assert view.result.predicted == 3
        right = view.result.verdict.right_choice
        assert view.result.predicted_right == (["Bob", "Ada"] if right == "less" else [])
        assert stage.shown[0].progress == (0, 1, "")
        told = [hint.progress[:2] for hint in stage.hints if hint.progress]
        assert told[:4] == [(1, 4), (2, 4), (3, 4), (4, 4)]
        assert [done for done, _ in told] == list(range(1, len(told) + 1))  # on a busy machine rounds are added
        [(stored, ended_ms)] = await store.rows("SELECT result, ended_ms FROM demo_run")
        assert ended_ms == NOON + 4
        assert set(json.loads(stored)["samples"]) == {"call", "plain", "locked", "queue"}

        with refused(UserError, "Predictions are closed"):
            await demos.predict(run_id, BOB, HALL, Face("Bob"), "exact")
        assert (await demos.view(run_id)).votes == {"less": 2, "more": 1}


async def test_once_it_runs_a_prediction_is_refused_and_a_second_start_changes_nothing(hall):
    async with hall.bot() as (demos, stage, store):
        run_id = await opened(demos)
        await asyncio.gather(*(demos.run(run_id) for _ in range(5)))
        await stage.until(under_way(run_id))
        with refused(UserError, "Predictions are closed"):
            await demos.predict(run_id, BOB, HALL, Face("Bob"), "less")
        assert await store.rows("SELECT count(*) FROM prediction") == [(0,)]
        await demos.run(run_id)
        await demos.run(run_id, again=True)
        await stage.until(ended(run_id))
        assert [view.run.state for view in stage.shown] == ["running", "done"]


@pytest.mark.parametrize("choice", ["", "maybe", "less'; DROP TABLE prediction; --"])
async def test_a_forged_prediction_is_refused(hall, choice):
    async with hall.bot() as (demos, _stage, store):
        run_id = await opened(demos)
        with refused(UserError, "buttons"):
            await demos.predict(run_id, BOB, HALL, Face("Bob"), choice)
        assert await store.rows("SELECT count(*) FROM prediction") == [(0,)]


async def test_an_unknown_demo_and_an_unknown_run_are_told(hall):
    async with hall.bot() as (demos, _stage, store):
        with refused(NotFound, "CPU-bound work"):
            await demos.open("tea-kettle", HALL, CHANNEL, ADA)
        assert await store.rows("SELECT count(*) FROM demo_run") == [(0,)]
        for attempt in (demos.run(99), demos.view(99), demos.predict(99, ADA, HALL, Face("Ada"), "less")):
            with refused(NotFound, "/demo"):
                await attempt


async def test_demos_run_one_at_a_time_and_those_that_wait_see_their_place(hall):
    async with hall.bot() as (demos, stage, _store):
        first, second, third = [await opened(demos, message_id=n) for n in (1, 2, 3)]
        await demos.run(first)
        await stage.until(under_way(first))
        assert [((await demos.run(run)).run.state, (await demos.view(run)).ahead) for run in (second, third)] == [
            ("queued", 1),
            ("queued", 2),
        ]
        await stage.until(ended(first))
        await stage.until(lambda view: view.run.id == third and view.run.state == "queued" and view.ahead == 1)
        await stage.until(ended(second))
        order = [(view.run.id, view.run.state) for view in stage.shown]
        assert order[:4] == [(first, "running"), (first, "done"), (second, "running"), (second, "done")]


async def test_when_the_worker_dies_that_is_told_and_the_next_run_works(hall, workers):
    async with hall.bot(rounds=3) as (demos, stage, store):
        run_id = await opened(demos)
        await demos.run(run_id)
        await stage.until(under_way(run_id))
        for pid in workers.pids:  # the demo's and that of the charts
            os.kill(pid, signal.SIGKILL)
        view = await stage.until(ended(run_id))
        assert view.run.state == "failed"
        assert "ended before it had a result" in say(view.problem)
        assert "Run again" in say(view.problem)
        assert view.result is None
        assert await state(store, run_id) == "failed"

        again = await opened(demos)
        await demos.run(again)
        view = await stage.until(ended(again))
        assert view.result.picture.startswith(PNG)


async def test_a_demo_that_takes_too_long_is_stopped_told_and_can_be_run_again(hall, workers):
    async with hall.bot(wall=0.3, rounds=9) as (demos, stage, store):
        run_id = await opened(demos)
        before = set(workers.pids)
        await demos.run(run_id)
        view = await stage.until(ended(run_id))
        assert "stopped after 0.3 seconds" in say(view.problem)
        assert await state(store, run_id) == "failed"
        assert len(workers.pids) <= max(1, len(before))  # only the charts' process is left
    async with hall.bot() as (demos, stage, _store):
        await demos.run(run_id, again=True)
        assert (await stage.until(ended(run_id))).run.state == "done"


async def test_a_demo_interrupted_by_a_stop_is_run_after_the_next_start(hall, workers):
    async with hall.bot(rounds=9) as (demos, stage, store):
        running, waiting = await opened(demos), await opened(demos)
        await demos.run(running)
        await demos.run(waiting)
        await stage.until(under_way(running))
        await end(demos)
        assert (await state(store, running), await state(store, waiting)) == ("running", "queued")
    async with hall.bot() as (demos, stage, store):
        await demos.resume()
        assert (await stage.until(ended(running))).result is not None
        assert (await stage.until(ended(waiting))).result is not None
        assert [view.run.id for view in stage.shown] == [running, running, waiting, waiting]


async def test_a_demo_that_nobody_runs_starts_by_itself(hall):
    async with hall.bot(predict=0.05) as (demos, stage, _store):
        run_id = await opened(demos)
        assert (await stage.until(ended(run_id))).run.state == "done"


async def test_a_demo_that_never_came_into_its_channel_ends_by_itself_without_a_run(hall, monkeypatch):
    monkeypatch.setattr("bot.services.demo.demos.SHOWING_SECONDS", 0.0)
    async with hall.bot(predict=0.01) as (demos, stage, store):
        await demos.open(next(iter(DEMOS)), HALL, CHANNEL, ADA)
        async with asyncio.timeout(PATIENCE):
            while await store.rows("SELECT 1 FROM demo_run WHERE state = 'predicting'"):
                pass
        assert await store.rows("SELECT state, result FROM demo_run") == [("failed", None)]
        assert stage.shown == []


async def test_a_demo_whose_end_the_database_refuses_at_first_ends_when_it_does_again(hall, monkeypatch):
    monkeypatch.setattr("bot.services.demo.demos.AGAIN_SECONDS", 0.0)
    finish, refusals = storage.finish, iter(range(3))

    async def refusing(*given) -> None:
        if next(refusals, None) is not None:
            raise StorageError(said("The database is busy."))
        await finish(*given)

    monkeypatch.setattr(storage, "finish", refusing)
    async with hall.bot() as (demos, stage, store):
        run_id = await opened(demos)
        stage.lost.add(run_id)
        await demos.run(run_id)
        async with asyncio.timeout(PATIENCE):
            while not await store.rows("SELECT 1 FROM demo_run WHERE state = 'failed'"):
                pass
        assert next(refusals, None) is None


async def test_the_start_by_itself_is_kept_over_a_restart(hall):
    async with hall.bot(predict=60) as (demos, _stage, store):
        run_id = await opened(demos)
        await demos.predict(run_id, BOB, HALL, Face("Bob"), "less")
        nowhere = await demos.open("io-wait", HALL, CHANNEL, ADA)  # its message never came to be
    hall.clock.advance(61_000)
    async with hall.bot(predict=60) as (demos, stage, store):
        await demos.resume()
        view = await stage.until(ended(run_id))
        assert await state(store, nowhere.run.id) == "failed"
        assert view.result.predicted == 1


async def test_a_prediction_made_before_it_is_known_where_the_demo_is_shown_is_counted_there(hall):
    async with hall.bot() as (demos, stage, _store):
        run_id = (await demos.open("shared-counter", HALL, CHANNEL, ADA)).run.id
        await demos.predict(run_id, BOB, HALL, Face("Bob"), "less")
        await demos.shown(run_id, MESSAGE)
        assert (await stage.until(lambda view: sum(view.votes.values()) == 1)).run.message_id == MESSAGE


async def test_a_demo_that_was_shown_just_before_a_stop_is_found_again_and_runs(hall):
    async with hall.bot(predict=60) as (demos, _stage, store):
        run_id = (await demos.open("shared-counter", HALL, CHANNEL, ADA)).run.id  # shown, and not noted where
    hall.clock.advance(61_000)
    async with hall.bot(predict=60) as (demos, stage, store):
        stage.found = MESSAGE
        await demos.resume()
        await stage.until(ended(run_id))
        assert await store.rows("SELECT message_id FROM post") == [(MESSAGE,)]


async def test_a_demo_whose_channel_is_gone_ends_and_the_next_one_runs(hall):
    async with hall.bot() as (demos, stage, store):
        lost = await opened(demos)
        stage.lost.add(lost)
        run_id = await opened(demos)
        await demos.run(lost)
        await demos.run(run_id)
        assert (await stage.until(ended(run_id))).run.state == "done"
        assert await state(store, lost) == "failed"


async def test_something_unexpected_is_told_with_an_id_that_stands_in_the_log_too(hall, caplog):
    async with hall.bot() as (demos, stage, _store):
        run_id = await opened(demos)
        stage.broken = True
        await demos.run(run_id)
        view = await stage.until(ended(run_id))
        assert view.run.state == "failed"
        assert "Run again" in say(view.problem)
        error_id = say(view.problem).split("id ")[1][:6]
        assert error_id in caplog.text
        assert "a bug in showing" in caplog.text


async def test_run_again_is_heard_even_while_the_result_is_still_on_its_way(hall):
    async with hall.bot() as (demos, _stage, store):
        run_id = await opened(demos)
        pressed = False

        class Impatient(HandStage):
            async def edit(self, message: Placed, view: DemoView) -> None:
                nonlocal pressed
                if view.run.state == "done" and not pressed:
                    pressed = True
                    await demos.run(run_id, again=True)
                await super().edit(message, view)

        stage = Impatient()
        hall.posts.attach(stage)
        await demos.run(run_id)
        await stage.until(lambda _: sum(view.result is not None for view in stage.shown) == 2)
        assert await state(store, run_id) == "done"


@pytest.mark.parametrize("demo_id", DEMOS)
async def test_the_code_that_ran_can_be_read_in_full(hall, demo_id):
    async with hall.bot() as (demos, _stage, _store):
        code = demos.code(demo_id)
        assert f'id="{demo_id}"' in code
        compile(code, demo_id, "exec")


async def test_a_demo_that_waits_can_be_cancelled_by_who_opened_it_or_by_a_manager(hall):
    async with hall.bot() as (demos, stage, store):
        running, mine, managed = [await opened(demos, message_id=n) for n in (1, 2, 3)]
        for run_id in (running, mine, managed):
            await demos.run(run_id)
        await stage.until(under_way(running))
        with refused(UserError, "Only the member who opened"):
            await demos.cancel(mine, BOB, manager=False)
        assert (await demos.cancel(mine, ADA, manager=False)).problem == fact(Code.CANCELLED)
        assert (await demos.view(managed)).ahead == 1
        await demos.cancel(managed, BOB, manager=True)
        with refused(UserError, "too late"):
            await demos.cancel(running, ADA, manager=False)
        await stage.until(ended(running))
        assert [await state(store, run_id) for run_id in (running, mine, managed)] == ["done", "failed", "failed"]
        assert {view.run.id for view in stage.shown if view.run.state != "failed"} == {running}
        assert [view.problem for view in stage.shown if view.run.state == "failed"] == [fact(Code.CANCELLED)] * 2


async def test_after_a_demo_its_channel_rests_for_a_while_and_other_channels_do_not(hall):
    async with hall.bot(cooldown=15) as (demos, stage, _store):
        run_id = await opened(demos)
        await demos.run(run_id)
        await stage.until(ended(run_id))
        with refused(UserError, rf"<t:{(NOON + 15_000) // 1000}:R>"):
            await demos.open("io-wait", HALL, CHANNEL, BOB)
        with refused(UserError, "has just run"):
            await demos.run(run_id, again=True)
        assert (await demos.open("io-wait", HALL, CHANNEL + 1, BOB)).run.state == "predicting"
        hall.clock.advance(15_000)
        assert (await demos.open("io-wait", HALL, CHANNEL, BOB)).run.state == "predicting"


async def test_without_a_clear_result_the_stored_one_of_a_quiet_machine_is_shown(hall, monkeypatch):
    starved = replace(DEMOS["shared-counter"].variants[0], cores_at_least=99.0)
    others = DEMOS["shared-counter"].variants[1:]
    monkeypatch.setitem(DEMOS, "shared-counter", replace(DEMOS["shared-counter"], variants=(starved, *others)))
    async with hall.bot() as (demos, stage, _store):
        run_id = await opened(demos)
        await demos.predict(run_id, ADA, HALL, Face("Ada"), "less")
        await demos.run(run_id)
        result = (await stage.until(ended(run_id))).result
        assert result.verdict.right_choice is None
        assert "busy" in result.verdict.headline
        assert result.predicted_right == []
        assert result.reference.bars[0][0] == "n += one()"


async def test_where_chance_decides_rounds_are_added_until_the_demo_shows_its_point(workers):
    deadlock = DEMOS["deadlock"]
    shown_after = [3, 99]
    for rounds, measured_rounds in zip(shown_after, (3, 4), strict=True):
        demo = replace(deadlock, clear=lambda measured, rounds=rounds: len(measured.samples["ordered"]) >= rounds)
        steps = []
        measured = await Lab(workers, wall_seconds=30, rounds=1).measure(demo, steps.append)
        assert len(measured.samples["ordered"]) == measured_rounds
        assert all(done <= of for done, of, _ in steps)
    assert len((await Lab(workers, wall_seconds=30, rounds=1).measure(deadlock)).samples["ordered"]) == 1


async def test_what_only_waits_is_measured_in_a_thread_of_the_bot_and_starts_no_process(hall, workers):
    before = set(workers.pids)
    measured = await Lab(workers, wall_seconds=30, rounds=2).measure(DEMOS["deadlock"])
    assert set(workers.pids) == before
    assert measured.counts("opposite", "finished") == [0, 0]


async def test_a_waiting_demo_that_takes_too_long_is_told_too(workers):
    with refused(WorkerTimedOut, r"stopped after 0\.1 seconds"):
        await Lab(workers, wall_seconds=0.1, rounds=1).measure(DEMOS["deadlock"])


async def test_a_host_that_is_only_too_slow_for_more_rounds_is_not_called_busy(workers, monkeypatch):
    monkeypatch.setattr(_Bench, "has_time_for_another", property(lambda bench: not bench._round_began))
    measured = await Lab(workers, wall_seconds=30, rounds=3).measure(DEMOS["deadlock"])
    assert len(measured.samples["opposite"]) == 1
    assert not measured.busy
