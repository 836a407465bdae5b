"""The composition root: builds every part and passes it by argument."""

import asyncio
import contextlib
import gc
import logging
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from random import Random
from typing import NamedTuple

import aiohttp
import discord

from bot import __version__
from bot.clock import HOUR_MS, DiscordClock, WallClock, snowflake_at
from bot.errors import SettingsError, StudyhallError
from bot.packs.library import Library
from bot.quiz.pace import paced
from bot.services.backups import Backups
from bot.services.boards import Boards
from bot.services.charts import ChartDrawer
from bot.services.competitions import Competitions
from bot.services.courses import Courses
from bot.services.daily import DailyQuestions
from bot.services.demos import Demos
from bot.services.exports import Exports
from bot.services.flags import Flags
from bot.services.groups import Groups
from bot.services.health import HealthCheck
from bot.services.inside import Specimen
from bot.services.items import Items
from bot.services.lab import Lab
from bot.services.lessons import Lessons
from bot.services.member_settings import MemberSettings
from bot.services.notices import Notices
from bot.services.practice import Practice
from bot.services.presence import Presence
from bot.services.privacy import Privacy
from bot.services.progress import ProgressOf
from bot.services.regrading import Regrading
from bot.services.reminders import Reminders
from bot.services.reports import Reports
from bot.services.respacing import Respacing
from bot.services.reviews import Reviews
from bot.services.schedules import Schedules
from bot.services.seasons import Seasons
from bot.services.servers import Servers
from bot.services.zones import Zones
from bot.settings import Settings
from bot.storage.lock import only_one
from bot.storage.store import Store
from bot.telemetry import Pulse
from bot.ui.client import StudyhallClient, set_addresses
from bot.ui.features import add_features
from bot.ui.registration import register
from bot.ui.sending import CALLS_PER_SECOND, SendScheduler
from bot.workers import Workers

_log = logging.getLogger(__name__)


class App(NamedTuple):
    """The parts of a running bot that its owner or a test may want to reach."""

    client: StudyhallClient
    store: Store
    clock: WallClock
    workers: Workers
    library: Library
    demos: Demos
    courses: Courses
    privacy: Privacy
    backups: Backups
    reminders: Reminders
    schedules: Schedules
    regrading: Regrading


@contextlib.asynccontextmanager
async def build(
    settings: Settings,
    rng: Random | None = None,
    calls_per_second: float = CALLS_PER_SECOND,
    *,
    steady_timers: bool = True,
    loaded: Callable[[], None] = lambda: None,
) -> AsyncIterator[App]:
    """Build the bot, ready to connect; leaving the block closes everything in order: gateway, workers, database.

    The courses load beside the login: until then the library is empty, and a broken pack raises PackError from there.

    ``calls_per_second`` is how many public sends and edits it may make; ``steady_timers`` are those
    that look every few seconds for what is due, at the event loop's lag, and note that the bot is alive.
    ``loaded`` is called once all that stays for good is in memory.
    Raises StorageError when the database can't be used.
    """
    set_addresses(settings.api_url, settings.gateway_url)
    library = Library([])
    clock = WallClock()
    async with contextlib.AsyncExitStack() as closing:
        store = await Store.open(settings.database_path)
        closing.push_async_callback(store.close)
        workers = Workers()
        closing.push_async_callback(workers.close)
        charts = ChartDrawer(workers)
        closing.push_async_callback(charts.close)
        demos = Demos(
            store,
            Lab(workers, wall_seconds=settings.demo_seconds, rounds=settings.demo_rounds),
            clock,
            charts,
            predict_seconds=settings.predict_seconds,
            cooldown_seconds=settings.demo_cooldown_seconds,
        )
        closing.push_async_callback(demos.close)
        discord_clock = DiscordClock(clock)
        rng = rng or Random()
        zones = Zones()
        respacing = Respacing(library, store)
        closing.push_async_callback(respacing.close)
        member_settings = MemberSettings(store, zones, respacing)
        servers = Servers(store, library, zones)
        games = Competitions(
            library,
            store,
            discord_clock,
            rng,
            charts,
            member_settings.time_factor,
            servers.library,
            beats=steady_timers,
        )
        closing.push_async_callback(games.close)
        daily = DailyQuestions(store, clock, rng, servers.library)
        seasons = Seasons(store, clock)
        schedules = Schedules(
            store,
            clock,
            servers,
            daily,
            games,
            seasons,
            lambda one: paced(one.pace, one.rounds, one.lobby_minutes, settings.pace_factor, one.scoring),
        )
        closing.push_async_callback(schedules.close)
        presence = Presence(store, clock)
        closing.push_async_callback(presence.close)
        regrading = Regrading(store, discord_clock)
        closing.push_async_callback(regrading.close)
        games.has_ended = daily.has_closed = regrading.wake
        privacy = Privacy(store, clock, games, member_settings, retention_days=settings.retention_days)
        closing.push_async_callback(privacy.close)
        backups = Backups(settings.database_path, clock, every_hours=settings.backup_hours, keep=settings.backup_keep)
        closing.push_async_callback(backups.close)
        items = Items(library, store, clock)
        closing.push_async_callback(items.close)
        courses = Courses(library, servers, workers, settings.packs_dir)
        scheduler = SendScheduler(settings.progress_seconds, calls_per_second)
        closing.push_async_callback(scheduler.close)
        practice = Practice(library, store, clock, rng, servers.library, items.expected)
        reviews = Reviews(library, store, clock, rng, practice, servers.library)
        reminders = Reminders(store, clock, reviews)
        closing.push_async_callback(reminders.close)
        pulse = Pulse()
        client = StudyhallClient()
        queues = {
            "database writes": lambda: store.waiting,
            "messages to send": lambda: scheduler.waiting,
            "demos": lambda: demos.waiting,
            "competitions": lambda: games.live,
        }
        health = HealthCheck(
            store, workers, clock, pulse, version=__version__, connection=client.connection, queues=queues
        )
        tree = add_features(
            client,
            library=library,
            lessons=Lessons(library, store, clock, servers.library),
            practice=practice,
            reviews=reviews,
            reminders=reminders,
            notices=Notices(store),
            progress=ProgressOf(library, store, clock, rng, practice, servers.library, items.expected),
            charts=charts,
            groups=Groups(library, store, clock, servers.library),
            boards=Boards(store, discord_clock),
            demos=demos,
            games=games,
            reports=Reports(library, store, clock),
            member_settings=member_settings,
            servers=servers,
            pace_factor=settings.pace_factor,
            scheduler=scheduler,
            thinking_seconds=settings.thinking_seconds,
            pulse=pulse,
            specimen=Specimen(workers, pulse, queues),
            health=health,
            courses=courses,
            privacy=privacy,
            items=items,
            daily=daily,
            schedules=schedules,
            flags=Flags(library, store, clock, items, servers.library, regrading.wake),
            regrading=regrading,
            seasons=seasons,
            presence=presence,
            exports=Exports(store, clock, servers.library),
        )

        async def before_connecting() -> None:
            if steady_timers:
                pulse.lag.start()
                closing.callback(pulse.lag.stop)
            await register(client, tree)
            await courses.load()
            loaded()
            await member_settings.load()
            await servers.load()
            await presence.load()
            await demos.resume()
            await games.resume()
            await privacy.load()
            await regrading.resume()
            backups.start()
            respacing.start()
            if steady_timers:
                reminders.start()
            schedules.start()

        if settings.monitor_port:
            from bot.monitor import Monitor  # aiohttp's server: a twentieth of a start, and few ask for it

            monitor = Monitor(health)
            await monitor.start(settings.monitor_port)
            closing.push_async_callback(monitor.close)
        client.before_connecting = before_connecting
        client.heard_id = discord_clock.learn
        if settings.clock_url:

            def moved() -> None:
                discord_clock.learn(snowflake_at(clock.now_ms()))  # it moves Discord's clock as well as ours
                schedules.wake()

            following = follow_clock(clock, settings.clock_url, reminders.hour_passed, moved)
            follower = asyncio.create_task(following, name="clock")
            closing.callback(follower.cancel)
        closing.push_async_callback(client.close)
        yield App(
            client, store, clock, workers, library, demos, courses, privacy, backups, reminders, schedules, regrading
        )


async def run(settings: Settings) -> None:
    """Run the bot until it is told to stop (Ctrl-C or SIGTERM).

    Raises SettingsError for a token that Discord refuses, StorageError when another bot runs on the same data folder, and
    what `build` raises.
    """
    stop = asyncio.Event()
    _stop_on_signals(stop)
    async with contextlib.AsyncExitStack() as running:
        running.enter_context(only_one(settings.data_dir))
        app = await running.enter_async_context(build(settings, loaded=_collect_again))
        _log.info("data in %s", settings.database_path)
        where = settings.api_url or "Discord"
        await running.enter_async_context(_reload_on_hangup(app.courses))
        connecting = asyncio.create_task(_connect(app.client, settings.token, where), name="gateway")
        stopping = asyncio.create_task(stop.wait(), name="stop")
        await asyncio.wait({connecting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if connecting.done():
            stopping.cancel()
            await connecting
        else:
            _log.info("stopping: closing the gateway, the workers and the database")
            await app.client.close()
            connecting.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await connecting
    _log.info("stopped")


def _collect_again() -> None:
    """What was loaded stays: the collector, off since the start, need not look at it."""
    gc.freeze()
    gc.enable()


async def _connect(client: StudyhallClient, token: str, where: str) -> None:
    try:
        await client.login(token)
        _log.info("logged in at %s as %s", where, client.user)
        _log.info("invite it to a server with %s", client.invite)
        await client.connect()
    except discord.LoginFailure as problem:
        raise SettingsError(
            "DISCORD_TOKEN was refused. Copy it again from the application's Bot page (Reset Token shows a new one)."
        ) from problem
    except discord.ConnectionClosed as problem:
        raise StudyhallError(
            f"{where} closed the connection for good (code {problem.code}). Check that the token is still valid and "
            "that no other program uses it, then start again."
        ) from problem
    except (aiohttp.ClientError, OSError) as problem:  # a TimeoutError is an OSError
        why = getattr(problem, "os_error", None) or problem
        raise StudyhallError(f"{where} can't be reached ({why}). Check the connection and start again.") from problem
    except discord.HTTPException as problem:
        raise StudyhallError(
            f"{where} answered {problem.status} and won't let the bot in now. Wait a few minutes and start again."
        ) from problem


@contextlib.asynccontextmanager
async def _reload_on_hangup(courses: Courses) -> AsyncIterator[None]:
    """SIGHUP, where the system has it, reads the packs anew; how it went stands in the log.

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
    clock: WallClock, url: str, hour_passed: Callable[[], Awaitable[None]], moved: Callable[[], None]
) -> None:
    """Keep the wall clock shifted as the playground's is: each request is answered when the shift changes.

    It goes there hour by hour, and waits for ``hour_passed`` in each: what happens at an hour of the day happens, too,
    when a day is skipped. ``moved`` is called after each change.
    """
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as session:
        while True:
            try:
                async with session.get(url, params={"known": str(clock.shift_ms)}) as response:
                    shift_ms = int((await response.json())["shift_ms"])
                if shift_ms == clock.shift_ms:
                    continue
                while clock.shift_ms < shift_ms - HOUR_MS:
                    clock.shift_ms += HOUR_MS
                    await hour_passed()
                clock.shift_ms = shift_ms
                moved()
                await hour_passed()
            except (aiohttp.ClientError, TimeoutError, ValueError, KeyError):
                await asyncio.sleep(1)
