"""Every feature that the bot offers, put on its client: the place to look which there are."""

from bot.quiz.competition.pace import Tempo
from bot.services.all import Outside, Services
from bot.services.demo.inside import Specimen
from bot.services.server.health import HealthCheck
from bot.ui.board.leaderboard import LeaderboardFeature
from bot.ui.board.roll import MemberRoll
from bot.ui.calendar.daily import DailyFeature
from bot.ui.calendar.events import ServerEvents
from bot.ui.calendar.schedule import ScheduleFeature
from bot.ui.client import StudyhallClient, Tree
from bot.ui.competition.choosing import Choosing
from bot.ui.competition.compete import CompeteFeature
from bot.ui.competition.locked_in import LockedIn
from bot.ui.course.attachments import Attachments
from bot.ui.course.authors import AuthorsFeature
from bot.ui.course.courses import CourseFeature
from bot.ui.course.questions import QuestionFeature
from bot.ui.demo.demos import DemoFeature
from bot.ui.demo.inside import InsideFeature
from bot.ui.help import HelpFeature
from bot.ui.lesson.lessons import LessonFeature
from bot.ui.lesson.terms import TermFeature
from bot.ui.looks import looks
from bot.ui.member.privacy import PrivacyFeature
from bot.ui.member.settings import SettingsFeature
from bot.ui.poster import DiscordPoster
from bot.ui.practice.about import AboutFeature
from bot.ui.practice.progress import ProgressFeature
from bot.ui.practice.quiz import QuizFeature
from bot.ui.practice.reminders import RemindersFeature
from bot.ui.practice.review import ReviewFeature
from bot.ui.question.counting import CountingFeature
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
from bot.ui.server.role_hands import RoleHands
from bot.ui.server.roles import RolesFeature
from bot.ui.server.setup import SetupFeature
from bot.ui.shards import Shards

FINISH_SECONDS = 3.0
"""For so long a stop waits for answers that are under way."""


def add_features(
    shards: Shards,
    services: Services,
    desk: Desk,
    scheduler: SendScheduler,
    tempo: Tempo,
    specimen: Specimen,
    health: HealthCheck,
    api_url: str,
) -> Tree:
    """Put every feature on each shard's client; returns the tree that `register` sends to Discord."""
    s, router, tree, attachments = services, Router(desk), Tree(shards.first, desk), Attachments(api_url)
    desk.marks.learn_pictures(s.library.picture)
    inside = InsideFeature(specimen, shards, scheduler)
    inside.add_to(router)
    demo = DemoFeature(s.demos, s.servers, inside)
    locked_in = LockedIn(s.games, scheduler.in_a_gap)
    compete = CompeteFeature(s.games, s.practice, s.servers, locked_in, Choosing(s.servers, s.own), tempo=tempo)
    setup = SetupFeature(s.servers, s.library, s.courses, scheduler, desk.marks)
    of_the_day = DailyFeature(s.daily)
    events = ServerEvents(shards, scheduler)
    group = managers_group()
    scheduling = ScheduleFeature(s.schedules, s.servers, events)
    flagged = FlagsFeature(s.flags, s.regrading)
    grouped, results = GroupFeature(s.groups, compete), ExportFeature(s.exports)
    for for_managers in (setup, scheduling, HealthFeature(health), ItemsFeature(s.items), flagged, grouped, results):
        for_managers.add_to(group, router, desk)
    tree.add_command(group)
    demo_titles = {demo.id: demo.title for demo in s.demos.demos.values()}
    features = (
        HelpFeature(s.servers),
        TermFeature(s.servers),
        LessonFeature(s.lessons, s.servers, demo_titles),
        QuizFeature(s.practice, s.servers, s.lessons, s.progress),
        AboutFeature(s.about, s.practice),
        ReviewFeature(s.reviews, s.practice),
        ProgressFeature(s.progress, s.practice, s.boards, s.charts, demo_titles),
        LeaderboardFeature(s.boards, s.servers, s.presence),
        demo,
        compete,
        of_the_day,
        CourseFeature(s.own, s.imports, attachments),
        QuestionFeature(s.own, s.authoring, attachments),
        SettingsFeature(s.member_settings),
        PrivacyFeature(s.privacy),
    )
    for feature in features:
        feature.add_to(tree, router, desk)
    reminding = RemindersFeature(s.member_settings, shards, scheduler, desk.marks)
    counting = CountingFeature(s.reports, s.practice, s.games, s.daily)
    roles, authors = RolesFeature(s.roles, s.servers, shards), AuthorsFeature(s.servers)
    for by_buttons in (ReportFeature(s.reports), counting, roles, authors, reminding):
        by_buttons.add_to(router)
    s.attach(
        Outside(
            poster=DiscordPoster(shards, scheduler, looks(demo.screen, flagged.moves_screen), desk.marks),
            results=locked_in,
            events=events,
            roll=MemberRoll(shards, scheduler),
            roles=RoleHands(shards, scheduler),
            letters=reminding,
            ask_time=shards.first.ask_time,
            oldest_ms=lambda: shards.door.oldest_ms,
        )
    )

    async def before_closing() -> None:
        scheduler.leave_gaps()
        await desk.finish(FINISH_SECONDS)

    shards.before_closing = before_closing

    _equip(shards, tree, router, setup, desk)
    return tree


def _equip(shards: Shards, tree: Tree, router: Router, setup: SetupFeature, desk: Desk) -> None:
    """Have each shard's client answer, those that come later too."""

    def equip(client: StudyhallClient, theirs: Tree) -> None:
        client.joined, client.router, client.tree = setup.greet, router, theirs

    def equip_another(client: StudyhallClient) -> None:
        theirs = Tree(client, desk)
        for command in tree.get_commands():
            theirs.add_command(command)
        equip(client, theirs)

    equip(shards.first, tree)
    shards.equip = equip_another
