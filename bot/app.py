"""The composition root: builds every part and passes it by argument."""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import aiohttp
import discord

from bot import __version__
from bot.clock import HOUR_MS, DiscordClock, WallClock
from bot.errors import SettingsError, StudyhallError
from bot.facts import Code, fact
from bot.model.shards import every_server
from bot.packs.library import Library
from bot.services.all import Parts, Services, make_services, tempo_of
from bot.services.demo.inside import Specimen
from bot.services.lesson.courses import Courses
from bot.services.lifecycle import Lifecycle
from bot.services.processes.gossip import Gossip, Hearers
from bot.services.processes.hold import Hold, body, machine
from bot.services.processes.leases import Duties, Identity, Leases
from bot.services.server.health import HealthCheck
from bot.services.sure_time import SureTime
from bot.settings import Settings
from bot.storage.place import Place
from bot.storage.store import Store
from bot.telemetry import Pulse
from bot.ui.client import StudyhallClient, set_addresses
from bot.ui.emojis import have_emojis
from bot.ui.features import add_features
from bot.ui.gateway import IdentifyingTogether
from bot.ui.pace import Pace
from bot.ui.registration import register
from bot.ui.replies import ANSWER_SECONDS, Desk
from bot.ui.sending import CALLS_PER_SECOND, SendScheduler
from bot.ui.shards import Shards
from bot.ui.worded import for_operator
from bot.workers import Workers

if TYPE_CHECKING:  # with asyncpg, which not everybody has
    from bot.storage.postgres.joining import Shared

INTENT_NOT_ALLOWED = 4014

_log = logging.getLogger(__name__)


class App(NamedTuple):
    """The parts of a running bot that its owner or a test may want to reach."""

    shards: Shards
    store: Store
    clock: WallClock
    discord_clock: DiscordClock
    workers: Workers
    library: Library
    services: Services
    leases: Leases | None = None
    """Where other processes run on the database too."""

    @property
    def client(self) -> StudyhallClient:
        """The first shard's."""
        return self.shards.first


@contextlib.asynccontextmanager
async def build(
    settings: Settings,
    rng: Random | None = None,
    calls_per_second: float = CALLS_PER_SECOND,
    *,
    steady_timers: bool = True,
    answer_seconds: float = ANSWER_SECONDS,
    loaded: Callable[[], None] = lambda: None,
    shared: "Shared | None" = None,
) -> AsyncIterator[App]:
    """Build the bot, ready to connect; leaving the block closes everything in order: gateway, workers, database.

    The courses load beside the login: until then the library is empty, and a broken pack raises PackError from there.

    ``calls_per_second`` is how many public sends and edits it may make; ``steady_timers`` are those
    that look every few seconds for what is due, at the event loop's lag, and note that the bot is alive.
    ``answer_seconds`` is how old an interaction may be that is still answered.
    ``loaded`` is called once all that stays for good is in memory. With ``shared``, what other processes on the database
    have too, this one answers for the servers of the shards that it has leases on.
    Raises StorageError when the database can't be used.
    """
    set_addresses(settings.api_url, settings.gateway_url)
    async with contextlib.AsyncExitStack() as closing:
        clock, hold = WallClock(), Hold() if shared else None
        ours = hold.now if hold else every_server
        life = Lifecycle(steady=steady_timers, ours=ours)
        parts = await _parts(settings, clock, rng or Random(), closing, life)
        services = make_services(parts)
        pulse, shards = Pulse(), Shards(settings.shards, shared=bool(shared), ours=ours)
        leases = _leases(shared, hold, shards, parts, services) if shared and hold else None
        pace = Pace(shared.limits.call, lambda: leases.processes) if shared and leases else None
        scheduler = SendScheduler(settings.progress_seconds, calls_per_second, pace)
        closing.push_async_callback(scheduler.close)
        desk = Desk(
            settings.thinking_seconds,
            pulse,
            services.notices,
            services.presence,
            now_ms=parts.clock.now_ms,
            answer_seconds=answer_seconds,
            answered=shards.door.done,
            ready=services.shelf.ready,
        )
        queues = _queues(shards, parts.store, scheduler, services)
        health = HealthCheck(
            parts.store,
            parts.workers,
            pulse,
            version=__version__,
            gateway=shards.state,
            queues=queues,
            sure_time=parts.time,
            retention=services.privacy.announced,
        )
        specimen = Specimen(parts.workers, pulse, queues)
        tree = add_features(shards, services, desk, scheduler, tempo_of(settings), specimen, health, settings.api_url)

        async def before_connecting() -> None:
            if steady_timers:
                pulse.lag.start()
                closing.callback(pulse.lag.stop)
            async with _once(shared, "commands"):
                await register(shards.first, tree, desk.marks)
            emojis = asyncio.create_task(_have_emojis(shards, desk, shared), name="emojis")
            closing.callback(emojis.cancel)
            await services.courses.load()
            loaded()
            await (services.load() if leases else services.take_up())

        shards.first.before_connecting, shards.first.pace = before_connecting, pace
        if leases:
            health.leases = leases
            desk.out_of_reach = shards.door.out_of_reach = lambda: leases.out_of_reach
        _tell_time(shards, parts)
        await _serve_monitor(settings, health, closing)
        if settings.clock_url:
            follower = asyncio.create_task(_follow_playground(settings, clock, parts.time, services), name="clock")
            closing.callback(follower.cancel)
        closing.push_async_callback(shards.close)
        yield App(shards, parts.store, clock, parts.clock, parts.workers, parts.library, services, leases)


async def _parts(
    settings: Settings, wall: WallClock, rng: Random, closing: contextlib.AsyncExitStack, life: Lifecycle
) -> Parts:
    """What services are made of; closed after them."""
    store = await Place.of(settings).open()
    closing.push_async_callback(store.close)
    workers = Workers()
    closing.push_async_callback(workers.close)
    clock = DiscordClock(wall)
    closing.push_async_callback(life.close)
    return Parts(settings, Library([]), store, workers, clock, SureTime(clock, life), rng, life)


def _once(shared: "Shared | None", what: str) -> contextlib.AbstractAsyncContextManager[None]:
    """Entered by one process at a time."""
    return shared.leases.once(what) if shared else contextlib.nullcontext()


async def _have_emojis(shards: Shards, desk: Desk, shared: "Shared | None") -> None:
    async with _once(shared, "emojis"):
        await have_emojis(shards.first, desk.marks)


def _leases(shared: "Shared", hold: Hold, shards: Shards, parts: Parts, services: Services) -> Leases:
    """This process's part where there are others, and what each has to know of what the others do."""
    courses = services.courses
    identity = Identity(f"{socket.gethostname()}-{os.getpid()}", __version__, shared.schema, body())
    leases = Leases(shared.leases, hold, shards, parts.life, identity, lambda: courses.hash)
    gossip = Gossip(
        shared.leases,
        parts.life,
        Hearers(
            leases=leases.wake,
            courses=lambda: courses.reload_here(though_less=True),
            chosen=services.member_settings.look_again,
            leaves_games=services.games.forget,
            deleted=services.member_settings.forget,
            gap=services.load,
        ),
    )
    shared.link.hear(gossip.hear, gossip.gap)

    async def courses_changed(before: str) -> None:
        if await shared.leases.put_packs_in_force(courses.hash, instead_of=before) == courses.hash:
            await gossip.courses_changed()

    courses.changed = courses_changed
    shards.changed = leases.wake
    shards.first.identifying = shards.identifying = IdentifyingTogether(
        shards.first.ask_starts, shared.limits, lambda: leases.me
    )
    services.demos.alone_on_machine = lambda: shared.leases.once(f"demo {machine()}")
    return leases


def _queues(shards: Shards, store: Store, scheduler: SendScheduler, services: Services) -> dict[str, Callable[[], int]]:
    """How much waits, by what."""
    return {
        "interactions": lambda: shards.door.waiting,
        "database writes": lambda: store.waiting,
        "messages to send": lambda: scheduler.waiting,
        "demos": lambda: services.demos.waiting,
        "competitions": lambda: services.games.live,
    }


def _tell_time(shards: Shards, parts: Parts) -> None:
    """Let whatever comes from Discord tell its time."""
    shards.door.heard_id = parts.time.learn_id
    shards.first.heard_date = parts.time.learn_date


async def _serve_monitor(settings: Settings, health: HealthCheck, closing: contextlib.AsyncExitStack) -> None:
    if settings.monitor_port:
        from bot.monitor import Monitor  # aiohttp's server: a twentieth of a start, and few ask for it

        monitor = Monitor(health)
        await monitor.start(settings.monitor_port)
        closing.push_async_callback(monitor.close)


async def _follow_playground(settings: Settings, clock: WallClock, time: SureTime, services: Services) -> None:
    async def moved() -> None:
        await time.ask()
        services.schedules.wake()
        services.games.look()

    await follow_clock(clock, settings.clock_url, services.reminders.hour_passed, moved)


async def run(settings: Settings) -> None:
    """Run the bot until it is told to stop (Ctrl-C or SIGTERM).

    Raises SettingsError for a token that Discord refuses, StorageError when another bot runs on the same data folder, and
    what `build` raises.
    """
    stop = asyncio.Event()
    _stop_on_signals(stop)
    async with contextlib.AsyncExitStack() as running:
        place, held, shared = Place.of(settings), None, None
        if place.url:
            shared = await running.enter_async_context(place.shared())
        else:
            held = await running.enter_async_context(place.alone())
        if held and (lost := held.lost(settings.database_path)):
            _log.error("%s", for_operator(lost))
        app = await running.enter_async_context(build(settings, loaded=_collect_again, shared=shared))
        if held:
            app.store.when_committed(lambda: held.note(settings.database_path))
            app.store.has_closed = held.closed
        _log.info("data in %s", settings.database_path if held else "PostgreSQL")
        where = settings.api_url or "Discord"
        await running.enter_async_context(_reload_on_hangup(app.services.courses))
        connecting = asyncio.create_task(_connect(app, settings, where, stop), name="gateway")
        stopping = asyncio.create_task(stop.wait(), name="stop")
        await asyncio.wait({connecting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if app.leases:
            if stopping.done():
                _log.info("stopping: handing over what others can take")
            await app.leases.stop()
        if connecting.done():
            stopping.cancel()
            await connecting
        else:
            _log.info("stopping: closing the gateway, the workers and the database")
            await app.shards.close()
            connecting.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await connecting
    _log.info("stopped")


def _collect_again() -> None:
    """What was loaded stays: the collector, off since the start, need not look at it."""
    gc.freeze()
    gc.enable()


async def _connect(app: App, settings: Settings, where: str, stop: asyncio.Event) -> None:
    shards, services = app.shards, app.services
    try:
        await shards.first.login(settings.token)
        _log.info("logged in at %s as %s", where, shards.first.user)
        _log.info("invite it to a server with %s", shards.first.invite)
        if app.leases:
            duties = Duties(services.take_up, lambda part, in_order: services.leave(part, in_order=in_order), stop.set)
            wanted = settings.shards or (await shards.identifying.starts()).shards
            shards.may_begin(settings.token)
            await app.leases.start(duties, wanted)
        await shards.connect(settings.token)
    except discord.LoginFailure as problem:
        raise SettingsError(fact(Code.TOKEN_REFUSED)) from problem
    except (discord.ConnectionClosed, discord.PrivilegedIntentsRequired) as problem:
        code = problem.code if isinstance(problem, discord.ConnectionClosed) else INTENT_NOT_ALLOWED
        raise StudyhallError(fact(Code.CONNECTION_CLOSED, where=where, close_code=code)) from problem
    except (aiohttp.ClientError, OSError) as problem:  # a TimeoutError is an OSError
        why = getattr(problem, "os_error", None) or problem
        raise StudyhallError(fact(Code.UNREACHABLE, where=where, why=str(why))) from problem
    except discord.RateLimited as limited:
        minutes = -(-round(limited.retry_after) // 60)
        raise StudyhallError(fact(Code.RATE_LIMITED, where=where, minutes=minutes)) from limited
    except discord.HTTPException as problem:
        raise StudyhallError(fact(Code.NOT_LET_IN, where=where, status=problem.status)) from problem


@contextlib.asynccontextmanager
async def _reload_on_hangup(courses: Courses) -> AsyncIterator[None]:
    """SIGHUP, where the system has it, reloads the packs; how it went stands in the log.

    Leaving the block gives up what is under way: nothing that it needs is there any more.
    """
    if sys.platform == "win32":
        yield
        return
    loop = asyncio.get_running_loop()
    reloads: set[asyncio.Task[None]] = set()

    async def reload() -> None:
        with contextlib.suppress(StudyhallError):  # a broken pack is logged where it is found
            await courses.reload()

    def begin() -> None:
        task = asyncio.create_task(reload(), name="reload")
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    loop.add_signal_handler(signal.SIGHUP, begin)
    try:
        yield
    finally:
        loop.add_signal_handler(signal.SIGHUP, lambda: None)  # without one it would end the process
        for task in list(reloads):
            task.cancel()
        await asyncio.gather(*reloads, return_exceptions=True)


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        if sys.platform == "win32":
            signal.signal(name, lambda *_: loop.call_soon_threadsafe(stop.set))
        else:
            loop.add_signal_handler(name, stop.set)


async def follow_clock(
    clock: WallClock, url: str, hour_passed: Callable[[int], Awaitable[None]], moved: Callable[[], Awaitable[None]]
) -> None:
    """Keep the wall clock shifted as the playground's is: each request is answered when the shift changes.

    ``moved`` is called after each change; then ``hour_passed`` with each hour on the way there, in milliseconds: what happens
    at an hour of the day happens, too, when a day is skipped.
    """
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as session:
        while True:
            try:
                async with session.get(url, params={"known": str(clock.shift_ms)}) as response:
                    shift_ms = int((await response.json())["shift_ms"])
                if shift_ms == clock.shift_ms:
                    continue
                skipped_ms, clock.shift_ms = shift_ms - clock.shift_ms, shift_ms
                await moved()
                now_ms = clock.now_ms()
                for left_ms in range(skipped_ms - HOUR_MS, 0, -HOUR_MS):
                    await hour_passed(now_ms - left_ms)
                await hour_passed(now_ms)
            except (aiohttp.ClientError, TimeoutError, ValueError, KeyError):
                await asyncio.sleep(1)
