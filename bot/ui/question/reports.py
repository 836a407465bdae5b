"""*Report this question*: a short form, and a word of thanks."""

from bot.model.rulings import MOST_CHARACTERS
from bot.services.question.reports import Reports
from bot.ui import ids
from bot.ui.forms import Field, Form
from bot.ui.layouts import GREEN, Button, note
from bot.ui.replies import Reply
from bot.ui.routing import Router


class ReportFeature:
    """What the button and its form do."""

    def __init__(self, reports: Reports) -> None:
        self._reports = reports

    def add_to(self, router: Router) -> None:
        """Register the actions."""
        router.add("report.open", self._open, new=True)
        router.add_form("report.send", self._send)

    async def _open(self, reply: Reply, pack_id: str, question_id: str) -> None:
        self._reports.find(reply.server_id, pack_id, question_id)
        words = Field("words", "What is wrong with it?", "The answer, an option, the wording, a fact…", MOST_CHARACTERS)
        await reply.ask(Form("Report this question", ids.encode("report.send", pack_id, question_id), [words]))

    async def _send(self, reply: Reply, fields: dict[str, str], pack_id: str, question_id: str) -> None:
        first = await self._reports.report(reply.learner, pack_id, question_id, fields.get("words", ""))
        words = "It was noted." if first else "It replaces your earlier report about this question."
        await reply.show(note(f"Thank you. {words} The course's author will see it.", GREEN))


def report_button(pack_id: str, question_id: str) -> Button:
    """The button that opens the form."""
    return Button("Report this question", ids.encode("report.open", pack_id, question_id))
