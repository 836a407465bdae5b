"""`/question` and `/suggest`: questions of the server's own courses."""

from discord import app_commands

from bot.services.course.authoring import Authoring
from bot.services.course.own import OwnCourses
from bot.ui.course.attachments import Attachments
from bot.ui.course.finding import FindingFeature
from bot.ui.course.reviewing import ReviewingFeature
from bot.ui.course.writers import IN_SERVERS_ONLY
from bot.ui.course.writing import WritingFeature
from bot.ui.replies import Desk
from bot.ui.routing import Router


class QuestionFeature:
    """The command group; a module each has what writes, reads and finds."""

    def __init__(self, own: OwnCourses, authoring: Authoring, attachments: Attachments) -> None:
        self._writing = WritingFeature(own, authoring, attachments)
        self._reviewing = ReviewingFeature(own, authoring)
        self._finding = FindingFeature(own, authoring)

    def add_to(self, tree: app_commands.CommandTree, router: Router, desk: Desk) -> None:
        """Register the commands and their actions."""
        group = app_commands.Group(
            name="question",
            description="For authors: questions of this server's own courses",
            allowed_contexts=IN_SERVERS_ONLY,
        )
        self._writing.add_to(group, tree, router, desk)
        self._reviewing.add_to(group, router, desk)
        self._finding.add_to(group, router, desk)
        tree.add_command(group)
