"""`/studyhall items`: which questions need a look, by everybody's first answers; no person in it."""

import discord
from discord import app_commands

from bot.facts import Say
from bot.quiz.question.items import ItemReport, Weight
from bot.quiz.question.statistics import SHOWN_FROM
from bot.services.question.items import Bank, Items
from bot.services.question.views import HEAD, row
from bot.ui import ids
from bot.ui.layouts import BLURPLE, Button, Download, Row, Screen, note
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router
from bot.ui.server.managers import managed
from bot.ui.sheets import sheet

SHOWN = 10
FILE = "studyhall-questions.csv"
MARKS = {Weight.LEAVE_OUT: "🛑", Weight.REVIEW: "🔎", Weight.REVISE: "✏️", Weight.WATCH: "👀"}


class ItemsFeature:
    """The command, and its button."""

    def __init__(self, items: Items) -> None:
        self._items = items

    def add_to(self, group: app_commands.Group, router: Router, desk: Desk) -> None:
        """Register the command and its action."""

        @group.command(name="items", description="How good the questions are, judged by all answers")
        async def items(interaction: discord.Interaction) -> None:
            await desk.serve(interaction, self._show)

        router.add("items.csv", self._csv, new=True)

    async def _show(self, reply: Reply) -> None:
        await reply.show(items_screen(await self._items.bank(managed(reply)), reply.words))

    async def _csv(self, reply: Reply) -> None:
        bank = await self._items.bank(managed(reply))
        table = sheet(HEAD, (row(one, reply.words) for one in bank.reports))
        words = "Every question, the worst first. `python -m bot items --csv` has each option too; keys stay out of Discord."
        await reply.show(Screen([words, Download(FILE, table)]))


def items_screen(bank: Bank, say: Say) -> Screen:
    """The worst ten, each with its figures and what to do; or what is missing until there are any."""
    if bank.missing:
        more = "1 more is" if bank.missing == 1 else f"{bank.missing} more are"
        return note(
            f"**Too few answers yet.** There are {bank.attempts} first attempts (a member's first answer in a family of "
            f"questions), and figures begin at {SHOWN_FROM}: {more} missing. </quiz:0> and </compete:0> bring them."
        )
    known = [one for one in bank.reports if one.flags or one.figures.attempts >= SHOWN_FROM][:SHOWN]
    found = "\n".join(_lines(one, say) for one in known) or (
        f"No single question has {SHOWN_FROM} first attempts yet, so there is nothing to show."
    )
    reliable = [f"{pack_id} {kr20:.2f}" for pack_id, kr20 in bank.reliability.items() if kr20 is not None]
    small = [
        f"{bank.attempts:,} first attempts from everybody, in every server; no person can be seen in these figures",
        f"counted <t:{bank.counted_ms // 1000}:R>, updated every ten minutes at most",
        *([f"reliability of 25 questions (KR-20): {', '.join(reliable)}"] if reliable else []),
    ]
    flagged = f"{bank.flagged} of {len(bank.reports)} questions {'has' if bank.flagged == 1 else 'have'} a flag"
    return Screen(
        [
            f"## Questions, the worst first\n{flagged}.",
            found,
            "\n".join(f"-# {line}" for line in small),
            Row([Button("Download all as CSV", ids.encode("items.csv"))]),
        ],
        BLURPLE,
    )


def _lines(report: ItemReport, say: Say) -> str:
    one = report.figures
    figures = [f"{one.attempts:,} answered"]
    if one.attempts >= SHOWN_FROM and one.facility is not None and one.interval:
        low, high = one.interval
        figures.append(f"{one.facility:.0%} right ({low:.0%} to {high:.0%})")
    if one.ranked >= SHOWN_FROM and one.discrimination is not None:
        figures.append(f"discrimination {one.discrimination:+.2f}")
    lines = [f"**`{one.question.id}`** · {' · '.join(figures)}"]
    if report.flags:
        lines.append(f"-# {MARKS[report.flags[0].weight]} {say(report.flags[0].advice)}")
    return "\n".join(lines)
