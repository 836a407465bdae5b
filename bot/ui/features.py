"""Every feature that the bot offers, put on its client: the place to look which there are."""

from collections.abc import Callable

from bot.packs.library import Library
from bot.quiz.competition.pace import Tempo
from bot.services.board.boards import Boards
from bot.services.calendar.daily import DailyQuestions
from bot.services.calendar.schedules import Schedules
from bot.services.calendar.seasons import Seasons
from bot.services.competition.games import Competitions
from bot.services.demo.charts import ChartDrawer
from bot.services.demo.demos import Demos
from bot.services.demo.inside import Specimen
from bot.services.lesson.courses import Courses
from bot.services.lesson.lessons import Lessons
from bot.services.member.notices import Notices
from bot.services.member.presence import Presence
from bot.services.member.privacy import Privacy
from bot.services.member.settings import MemberSettings
from bot.services.practice.practising import Practice
from bot.services.practice.progress import ProgressOf
from bot.services.practice.reminders import Reminders
from bot.services.practice.reviews import Reviews
from bot.services.question.flags import Flags
from bot.services.question.items import Items
from bot.services.question.regrading import Regrading
from bot.services.question.reports import Reports
from bot.services.server.exports import Exports
from bot.services.server.groups import Groups
from bot.services.server.health import HealthCheck
from bot.services.server.servers import Servers
from bot.telemetry import Pulse
from bot.ui.board.leaderboard import LeaderboardFeature
from bot.ui.board.roll import MemberRoll
from bot.ui.calendar.daily import DailyFeature
from bot.ui.calendar.events import ServerEvents
from bot.ui.calendar.schedule import ScheduleFeature
from bot.ui.calendar.seasons import SeasonPosts
from bot.ui.client import StudyhallClient, Tree
from bot.ui.competition.compete import CompeteFeature
from bot.ui.demo.demos import DemoFeature
from bot.ui.demo.inside import InsideFeature
from bot.ui.help import HelpFeature
from bot.ui.lesson.lessons import LessonFeature
from bot.ui.lesson.terms import TermFeature
from bot.ui.member.privacy import PrivacyFeature
from bot.ui.member.settings import SettingsFeature
from bot.ui.practice.progress import ProgressFeature
from bot.ui.practice.quiz import QuizFeature
from bot.ui.practice.reminders import RemindersFeature
from bot.ui.practice.review import ReviewFeature
from bot.ui.question.flags import FlagsFeature
from bot.ui.question.items import ItemsFeature
from bot.ui.question.reports import ReportFeature
from bot.ui.replies import Desk
from bot.ui.routing import Router
from bot.ui.sending import SendScheduler
from bot.ui.server.export import ExportFeature
from bot.ui.server.group import GroupFeature
from bot.ui.server.health import HealthFeature
from bot.ui.server.managers import managers_group
from bot.ui.server.setup import SetupFeature

FINISH_SECONDS = 3.0
"""For so long a stop waits for answers that are under way."""


def add_features(
    client: StudyhallClient,
    *,
    library: Library,
    lessons: Lessons,
    practice: Practice,
    reviews: Reviews,
    boards: Boards,
    demos: Demos,
    games: Competitions,
    member_settings: MemberSettings,
    servers: Servers,
    reports: Reports,
    tempo: Tempo,
    scheduler: SendScheduler,
    thinking_seconds: float,
    pulse: Pulse,
    now_ms: Callable[[], int],
    answer_seconds: float,
    specimen: Specimen,
    health: HealthCheck,
    courses: Courses,
    privacy: Privacy,
    items: Items,
    reminders: Reminders,
    notices: Notices,
    progress: ProgressOf,
    charts: ChartDrawer,
    groups: Groups,
    daily: DailyQuestions,
    schedules: Schedules,
    flags: Flags,
    regrading: Regrading,
    seasons: Seasons,
    presence: Presence,
    exports: Exports,
) -> Tree:
    """Put every feature on the client; returns the tree that `register` sends to Discord."""
    desk = Desk(
        thinking_seconds,
        pulse,
        notices,
        presence,
        now_ms=now_ms,
        answer_seconds=answer_seconds,
        answered=client.door.done,
    )
    router = Router(desk)
    tree = Tree(client, desk)
    inside = InsideFeature(specimen, client, scheduler)
    inside.add_to(router)
    demo = DemoFeature(demos, servers, client, scheduler, inside)
    compete = CompeteFeature(games, practice, client, scheduler, servers, tempo=tempo)
    setup = SetupFeature(servers, library, courses, scheduler)
    of_the_day = DailyFeature(daily, client, scheduler)
    events = ServerEvents(client, scheduler)
    group = managers_group()
    scheduling = ScheduleFeature(schedules, servers, events)
    flagged = FlagsFeature(flags, regrading, client, scheduler)
    grouped = GroupFeature(groups, compete)
    results = ExportFeature(exports)
    for for_managers in (setup, scheduling, HealthFeature(health), ItemsFeature(items), flagged, grouped, results):
        for_managers.add_to(group, router, desk)
    tree.add_command(group)
    demo_titles = {demo.id: demo.title for demo in demos.demos.values()}
    features = (
        HelpFeature(servers),
        TermFeature(servers),
        LessonFeature(lessons, servers, demo_titles),
        QuizFeature(practice, servers, lessons, progress),
        ReviewFeature(reviews, practice),
        ProgressFeature(progress, practice, boards, charts, demo_titles),
        LeaderboardFeature(boards, servers, presence),
        demo,
        compete,
        of_the_day,
        SettingsFeature(member_settings),
        PrivacyFeature(privacy),
    )
    for feature in features:
        feature.add_to(tree, router, desk)
    ReportFeature(reports).add_to(router)
    reminding = RemindersFeature(member_settings, client, scheduler)
    reminding.add_to(router)
    reminders.attach(reminding)
    demos.attach(demo)
    games.attach(compete)
    daily.attach(of_the_day)
    schedules.attach(events)
    regrading.attach(flagged)
    seasons.attach(SeasonPosts(client, scheduler))
    presence.attach(MemberRoll(client, scheduler))
    client.joined = setup.greet
    client.before_closing = lambda: desk.finish(FINISH_SECONDS)
    client.router, client.tree = router, tree
    return tree
