"""Every feature that the bot offers, put on its client: the place to look which there are."""

from collections.abc import Callable

from bot.packs.library import Library
from bot.quiz.pace import Tempo
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
from bot.services.reviews import Reviews
from bot.services.schedules import Schedules
from bot.services.seasons import Seasons
from bot.services.servers import Servers
from bot.telemetry import Pulse
from bot.ui.client import StudyhallClient, Tree
from bot.ui.compete import CompeteFeature
from bot.ui.daily import DailyFeature
from bot.ui.demo import DemoFeature
from bot.ui.events import ServerEvents
from bot.ui.export import ExportFeature
from bot.ui.flags import FlagsFeature
from bot.ui.group import GroupFeature
from bot.ui.health import HealthFeature
from bot.ui.help import HelpFeature
from bot.ui.inside import InsideFeature
from bot.ui.items import ItemsFeature
from bot.ui.leaderboard import LeaderboardFeature
from bot.ui.lesson import LessonFeature
from bot.ui.managers import managers_group
from bot.ui.privacy import PrivacyFeature
from bot.ui.progress import ProgressFeature
from bot.ui.quiz import QuizFeature
from bot.ui.reminders import RemindersFeature
from bot.ui.replies import Desk
from bot.ui.report import ReportFeature
from bot.ui.review import ReviewFeature
from bot.ui.roll import MemberRoll
from bot.ui.routing import Router
from bot.ui.schedule import ScheduleFeature
from bot.ui.seasons import SeasonPosts
from bot.ui.sending import SendScheduler
from bot.ui.settings import SettingsFeature
from bot.ui.setup import SetupFeature
from bot.ui.term import TermFeature

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
