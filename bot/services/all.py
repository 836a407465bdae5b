"""Every service, made once from the same parts: the place to look which there are."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from bot.clock import DiscordClock
from bot.model.shards import EVERY_SERVER, Holdings
from bot.packs.library import Library
from bot.quiz.competition.pace import Tempo, paced
from bot.services.backups import Backups
from bot.services.board.boards import Boards
from bot.services.calendar.daily import DailyQuestions
from bot.services.calendar.schedules import Occasions, Schedules
from bot.services.calendar.seasons import Seasons
from bot.services.channels import EventBoard, Poster, Results
from bot.services.competition.games import Competitions
from bot.services.course.authoring import Authoring
from bot.services.course.imports import CourseImports
from bot.services.course.own import OwnCourses, OwnLimits
from bot.services.course.shelf import Shelf
from bot.services.course.tidying import CourseTidying
from bot.services.demo.charts import ChartDrawer
from bot.services.demo.demos import Demos
from bot.services.demo.lab import Lab
from bot.services.happenings import (
    DailyAsked,
    DailyClosed,
    GameEnded,
    Happenings,
    Regraded,
    Ruled,
    SeasonChanged,
    SeasonEnded,
    TimeHeard,
    ZoneChanged,
)
from bot.services.lesson.courses import Courses
from bot.services.lesson.lessons import Lessons
from bot.services.lifecycle import Lifecycle
from bot.services.member.notices import Notices
from bot.services.member.presence import Presence, Roll
from bot.services.member.privacy import Privacy
from bot.services.member.settings import MemberSettings
from bot.services.posts import Posts
from bot.services.practice.about import AskAbout
from bot.services.practice.practising import Practice
from bot.services.practice.progress import ProgressOf
from bot.services.practice.reminders import Letters, Reminders
from bot.services.practice.respacing import Respacing
from bot.services.practice.reviews import Reviews
from bot.services.question.flags import Flags
from bot.services.question.items import Items
from bot.services.question.regrading import Regrading
from bot.services.question.reports import Reports
from bot.services.server.exports import Exports
from bot.services.server.groups import Groups
from bot.services.server.roles import RoleKeeper, Roles
from bot.services.server.servers import Servers
from bot.services.server.zones import Zones
from bot.services.sure_time import SureTime
from bot.settings import Settings
from bot.storage.store import Store
from bot.workers import Workers


class Parts(NamedTuple):
    """What services are made of; ``life`` closes them."""

    settings: Settings
    library: Library
    store: Store
    workers: Workers
    clock: DiscordClock
    time: SureTime
    rng: Random
    life: Lifecycle


class Outside(NamedTuple):
    """Discord, as services know it.

    ``ask_time`` asks it for anything, as each answer tells its time; ``oldest_ms`` is when the oldest interaction was made
    that has arrived and may not be stored yet.
    """

    poster: Poster
    results: Results
    events: EventBoard
    roll: Roll
    roles: RoleKeeper
    letters: Letters
    ask_time: Callable[[], Awaitable[None]]
    oldest_ms: Callable[[], int | None]


@dataclass(frozen=True)
class Services:
    """All of them, and the library that they read."""

    library: Library
    time: SureTime
    charts: ChartDrawer
    posts: Posts
    demos: Demos
    respacing: Respacing
    member_settings: MemberSettings
    servers: Servers
    shelf: Shelf
    own: OwnCourses
    imports: CourseImports
    authoring: Authoring
    tidying: CourseTidying
    games: Competitions
    daily: DailyQuestions
    seasons: Seasons
    schedules: Schedules
    presence: Presence
    regrading: Regrading
    privacy: Privacy
    backups: Backups
    items: Items
    courses: Courses
    practice: Practice
    about: AskAbout
    reviews: Reviews
    reminders: Reminders
    lessons: Lessons
    notices: Notices
    progress: ProgressOf
    groups: Groups
    boards: Boards
    reports: Reports
    flags: Flags
    exports: Exports
    roles: Roles

    def attach(self, outside: Outside) -> None:
        """Say by whom things are shown and asked in Discord; to be called before `take_up`."""
        self.posts.attach(outside.poster)
        self.games.attach(outside.results)
        self.schedules.attach(outside.events)
        self.presence.attach(outside.roll)
        self.roles.attach(outside.roles)
        self.reminders.attach(outside.letters)
        self.time.attach(outside.ask_time)
        self.games.oldest_ms = self.daily.oldest_ms = outside.oldest_ms

    async def load(self) -> None:
        """Load what is kept in memory too; the courses are loaded already."""
        await self.member_settings.load()
        await self.servers.load()
        await self.presence.load()

    async def take_up(self, part: Holdings = EVERY_SERVER) -> None:
        """Go on, in these servers, with what a stop or another process's end interrupted."""
        await self.load()
        await self.shelf.resume(part)
        await self.demos.resume(part)
        await self.games.resume(part)
        await self.regrading.resume()
        if part.has(None):
            await self.privacy.load()
            self.backups.start()
            self.respacing.start()
            self.reminders.start()
            self.tidying.start()
        self.shelf.start()
        self.schedules.start()
        self.roles.start()

    async def leave(self, part: Holdings, *, in_order: bool) -> None:
        """Let go of these servers; ``in_order`` as for `Competitions.leave`."""
        self.demos.leave(part)
        await self.games.leave(part, in_order=in_order)
        self.shelf.forget(part)


def tempo_of(settings: Settings) -> Tempo:
    """What the times of competitions are multiplied by."""
    return Tempo(settings.pace_factor, settings.pause_factor)


def make_services(parts: Parts) -> Services:
    """Make all services; the lifecycle of ``parts`` closes them, the last one first."""
    settings, library, store, clock, life = parts.settings, parts.library, parts.store, parts.clock, parts.life
    charts = ChartDrawer(parts.workers, life)
    posts = Posts(clock)
    demos = _demos(parts, charts, posts)
    zones = Zones()
    respacing = Respacing(library, store, life)
    member_settings = MemberSettings(store, zones, respacing, life.happenings)
    shelf = Shelf(library, store, clock, life)
    servers = Servers(store, library, zones, life, shelf.ready)
    own = OwnCourses(store, clock, shelf, _most(settings), parts.workers)
    rng = parts.rng
    games = Competitions(servers.library, store, clock, rng, posts, life, charts, member_settings.time_factor)
    daily = DailyQuestions(store, clock, rng, posts, servers.library, life)
    seasons = Seasons(store, clock, posts, parts.time, ours=life.ours)
    tempo = tempo_of(settings)
    schedules = Schedules(
        *(store, clock, servers, Occasions(daily, games, seasons)),
        lambda one: paced(one.pace, one.rounds, one.lobby_minutes, tempo, one.scoring),
        life,
        parts.time,
    )
    presence = Presence(store, clock, life)
    regrading = Regrading(store, clock, posts, life)
    privacy = Privacy(
        *(store, clock, games, member_settings, life),
        retention_days=settings.retention_days,
        time=parts.time,
    )
    backups = _backups(parts)
    items = Items(library, store, clock, life)
    practice = Practice(library, store, clock, parts.rng, servers.library, items.expected)
    reviews = Reviews(library, store, clock, parts.rng, practice, servers.library)
    progress = ProgressOf(library, store, clock, parts.rng, practice, servers.library, items.expected)
    roles = Roles(store, clock, servers, progress, seasons, life)
    introduce(life.happenings, schedules, daily, regrading)
    introduce_roles(life.happenings, roles)
    return Services(
        library=library,
        time=parts.time,
        charts=charts,
        posts=posts,
        demos=demos,
        respacing=respacing,
        member_settings=member_settings,
        servers=servers,
        shelf=shelf,
        own=own,
        imports=CourseImports(store, clock, own, parts.workers),
        authoring=Authoring(store, clock, own),
        tidying=CourseTidying(store, clock, life, parts.time),
        games=games,
        daily=daily,
        seasons=seasons,
        schedules=schedules,
        presence=presence,
        regrading=regrading,
        privacy=privacy,
        backups=backups,
        items=items,
        courses=Courses(library, servers, parts.workers, settings.packs_dir),
        practice=practice,
        about=AskAbout(servers.library, practice),
        reviews=reviews,
        reminders=Reminders(store, clock, reviews, life, time=parts.time),
        lessons=Lessons(library, store, clock, servers.library),
        notices=Notices(store),
        progress=progress,
        groups=Groups(library, store, clock, servers.library),
        boards=Boards(store, clock),
        reports=Reports(library, store, clock),
        flags=Flags(library, store, clock, items, servers.library, life),
        exports=Exports(store, clock, servers.library),
        roles=roles,
    )


def introduce_roles(happenings: Happenings, roles: Roles) -> None:
    """Say after what a role may have been earned."""
    for deciding in (SeasonEnded, SeasonChanged, GameEnded, DailyClosed):
        happenings.hear(deciding, lambda _event: roles.wake())


def introduce(happenings: Happenings, schedules: Schedules, daily: DailyQuestions, regrading: Regrading) -> None:
    """Say who hears of what happened."""
    for graded in (GameEnded, DailyClosed, Ruled):
        happenings.hear(graded, lambda _event: regrading.wake())
    for dated in (DailyAsked, SeasonChanged, TimeHeard):
        happenings.hear(dated, lambda _event: schedules.wake())
    happenings.hear(ZoneChanged, schedules.replan)
    happenings.hear(Regraded, daily.show_again)


def _most(settings: Settings) -> OwnLimits:
    """How much servers may keep in courses of their own."""
    return OwnLimits(
        settings.own_courses,
        settings.own_questions,
        settings.own_picture_mib * 1024 * 1024,
        settings.suggestions_a_day,
        settings.all_own_questions,
    )


def _demos(parts: Parts, charts: ChartDrawer, posts: Posts) -> Demos:
    settings = parts.settings
    return Demos(
        parts.store,
        Lab(parts.workers, wall_seconds=settings.demo_seconds, rounds=settings.demo_rounds),
        parts.clock,
        charts,
        posts,
        parts.life,
        predict_seconds=settings.predict_seconds,
        cooldown_seconds=settings.demo_cooldown_seconds,
    )


def _backups(parts: Parts) -> Backups:
    settings = parts.settings
    return Backups(
        settings.database_path,
        parts.clock,
        parts.life,
        every_hours=0 if settings.database_url else settings.backup_hours,  # a server's own tools copy it
        keep=settings.backup_keep,
        time=parts.time,
    )
