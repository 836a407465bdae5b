"""`/privacy`: what is stored of you, in one screen and as a file; and gone on request."""

from collections.abc import Awaitable, Callable

import discord
from discord import app_commands

from bot.services.member.privacy import Deleted, Privacy
from bot.ui import ids
from bot.ui.layouts import BLURPLE, GREEN, RED, Button, Download, Row, Screen, note
from bot.ui.reach import anywhere
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router

FILE = "studyhall-my-data.json"
KINDS: tuple[tuple[str, dict[str, str], str], ...] = (
    (
        "Name",
        {"member": "server"},
        "your name and your avatar's hash as last seen there, so that boards can show who you are",
    ),
    (
        "Presence",
        {"membership": "look"},
        "whether you are still in a server, so that boards leave out members who left",
    ),
    ("Settings", {"member_setting": "choice"}, "extra time, reminders, time zone, hiding from boards"),
    ("Words for you", {"notice": "word"}, "what you are told with your next command"),
    ("Reading", {"page_read": "page"}, "so that </lesson:0> opens where you were"),
    (
        "Practice",
        {"practice_run": "quiz", "practice_question": "question"},
        "so that a quiz can be finished and retried",
    ),
    ("Answers", {"answer": "answer"}, "what is new to you, your points, how hard a question is"),
    ("Memory", {"card": "idea"}, "when each is due again"),
    ("Boards", {"total": "total", "rating": "rating"}, "your points and places in a server"),
    (
        "Competitions",
        {
            "competition": "opened or challenged to",
            "competition_player": "played",
            "competition_answer": "answer",
            "competition_result": "result",
            "rating_before": "rating before one",
            "place_change": "changed place",
        },
        "who played, what was answered, how it ended",
    ),
    ("Question of the day", {"daily_answer": "answer"}, "what you chose; your row of days, and this server's"),
    ("Schedules", {"schedule": "made"}, "who scheduled what in a server, and hosts its competitions"),
    ("Demos", {"demo_run": "opened", "prediction": "prediction"}, "who may cancel one, who was right"),
    ("Drafts", {"course_draft": "draft", "course_import": "file"}, "what you write for a server's own courses"),
    (
        "Questions",
        {"course_question": "question", "course_version": "version"},
        "what you published for a server's own courses; it stays there, without you",
    ),
    ("Roles", {"role_grant": "role"}, "which roles you earned in a server, so that each is given once"),
    ("Reports", {"report": "report"}, "what you said about a question, for its author"),
)
"""Each kind of what is stored: how it is called, its tables with what a row of them is, and why it is stored."""

SAME_IN_NUMBER = ("opened or challenged to", "played", "opened", "made")
PLURALS = {"quiz": "quizzes"}


class PrivacyFeature:
    """The commands, and what the buttons do."""

    def __init__(self, privacy: Privacy) -> None:
        self._privacy = privacy

    def add_to(self, tree: app_commands.CommandTree, router: Router, desk: Desk) -> None:
        """Register the commands and the actions."""
        group = app_commands.Group(name="privacy", description="Your data: see it, download it, delete it")

        def command(name: str, description: str, handle: Callable[[Reply], Awaitable[None]]) -> None:
            @group.command(name=name, description=description)
            async def run(interaction: discord.Interaction) -> None:
                await desk.serve(interaction, handle)

        command("show", "What is stored about you, and why", self._show)
        command("export", "Everything stored about you, as a file", self._export)
        command("delete", "Delete everything stored about you (asks first)", self._ask)
        tree.add_command(anywhere(group))
        router.add("privacy.delete", self._delete)
        router.add("privacy.keep", self._keep)

    async def _show(self, reply: Reply) -> None:
        await reply.show(stored_screen(await self._privacy.counts(reply.member_id)))

    async def _export(self, reply: Reply) -> None:
        text = await self._privacy.export(reply.member_id)
        words = "Everything stored about you, table by table. Only you can see this message."
        await reply.show(Screen([words, Download(FILE, text)]))

    async def _ask(self, reply: Reply) -> None:
        await reply.show(ask_screen(await self._privacy.counts(reply.member_id)))

    async def _delete(self, reply: Reply) -> None:
        await reply.update(deleted_screen(await self._privacy.delete(reply.member_id)))

    async def _keep(self, reply: Reply) -> None:
        await reply.update(note("Nothing was deleted. </privacy show:0> shows what is stored about you."))


def stored_screen(counts: dict[str, int]) -> Screen:
    """What is stored, by kind, and why."""
    lines = [f"**{name}** · {found}\n-# {why}" for name, tables, why in KINDS if (found := _counted(tables, counts))]
    if not lines:
        return note(NOTHING)
    return Screen(
        [
            "## What is stored about you\n-# Only you see this. It covers every server.",
            "\n".join(lines),
            "</privacy export:0> gives you all of it as a file, </privacy delete:0> deletes it. It is shared with nobody.",
        ],
        BLURPLE,
    )


NOTHING = "Nothing is stored about you."


def ask_screen(counts: dict[str, int]) -> Screen:
    """What deleting means, and the two ways on."""
    rows = sum(counts.values())
    if not rows:
        return note(NOTHING)
    return Screen(
        [
            f"## Delete everything?\n-# Only you see this. Now {_naming(rows)} you.",
            "**Gone, in every server**: your name, settings, reading, practice, when things are due again, points and "
            "places, predictions, reports. If you play in a game that is on, you are taken out of it first.",
            "**Stays without you**: answers as a question's statistics, and finished competitions; there a random "
            "number replaces you, a different one in each, and nothing links it to you.",
            "**Not deleted**: messages that I posted in channels. Backups expire over time; when one is "
            "restored, you are deleted from it again.",
            "This can't be undone. </privacy export:0> gives you a copy first.",
            Row(
                [
                    Button("Delete everything", ids.encode("privacy.delete"), discord.ButtonStyle.danger),
                    Button("Keep it", ids.encode("privacy.keep")),
                ]
            ),
        ],
        RED,
    )


def deleted_screen(deleted: Deleted) -> Screen:
    """What was done."""
    if not deleted.rows and not deleted.games:
        return note(NOTHING)
    games = ""
    if deleted.games:
        games = f" You were taken out of {'a game' if deleted.games == 1 else f'{deleted.games} games'} first."
    return note(
        f"**Everything is deleted.** {_entries(deleted.rows)} named you; none does now.{games} "
        "From now on you start fresh.",
        GREEN,
    )


def _naming(rows: int) -> str:
    return "1 entry names" if rows == 1 else f"{rows:,} entries name"


def _entries(rows: int) -> str:
    return "1 entry" if rows == 1 else f"{rows:,} entries"


def _counted(tables: dict[str, str], counts: dict[str, int]) -> str:
    return ", ".join(
        f"{count:,} {_in_number(word, count)}" for table, word in tables.items() if (count := counts.get(table, 0))
    )


def _in_number(word: str, count: int) -> str:
    if count == 1 or word in SAME_IN_NUMBER:
        return word
    return PLURALS.get(word, f"{word}s")
