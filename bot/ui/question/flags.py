"""`/studyhall flags`: the questions that need a look, what managers decide about them, and who moved by that."""

import discord
from discord import app_commands

from bot.facts import Say
from bot.model.rulings import MOST_CHARACTERS, Decision, DecisionKind, Moved
from bot.packs.models import LETTERS, Question
from bot.quiz.question.statistics import SHOWN_FROM
from bot.services.channels import Moves
from bot.services.question.flags import FlaggedItem, FlaggedQuestion, Flags, ProposedDecision
from bot.services.question.regrading import TOLD_DAYS, Regrading
from bot.ui import ids
from bot.ui.forms import Field, Form
from bot.ui.layouts import (
    BLURPLE,
    GREEN,
    GREY,
    RED,
    RULE,
    Block,
    Button,
    Pick,
    Row,
    Screen,
    cut,
    note,
    unstressed,
)
from bot.ui.names import safe
from bot.ui.question import answering
from bot.ui.question import card as question_card
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router
from bot.ui.server.managers import managed
from bot.wording import counted

SHOWN = 10
SHOWN_REPORTS = 5
SHOWN_MOVES = 10
HISTORY = 200
VERSION_DIGITS = 5
KINDS = {kind.value[0]: kind for kind in DecisionKind if kind is not DecisionKind.ANSWER}
"""The decisions as they stand in a custom id, which has room for a letter."""
DONE = {
    DecisionKind.ACCEPT: "✅ Noted for the author: the report is right.",
    DecisionKind.DISMISS: "✅ Dismissed; nothing was changed.",
    DecisionKind.RETIRE: "✅ Retired here. It is no longer asked, and its answers are being removed from all counts.",
    DecisionKind.OVERRIDE: "✅ The key was changed here. Earlier answers are being regraded.",
    DecisionKind.UNDO: "✅ Undone. Answers are being regraded by the course's key.",
}


class FlagsFeature:
    """The command and its buttons; it tells in channels who moved."""

    def __init__(self, flags: Flags, regrading: Regrading) -> None:
        self._flags = flags
        self._regrading = regrading

    def add_to(self, group: app_commands.Group, router: Router, desk: Desk) -> None:
        """Register the command and its actions."""

        @group.command(
            name="flags", description="Questions that were reported or look wrong, and what to do about them"
        )
        async def flags(interaction: discord.Interaction) -> None:
            await desk.serve(interaction, self._show)

        router.add("flags.list", self._list)
        router.add("flags.open", self._open)
        router.add("flags.ask", self._ask, new=True)
        router.add("flags.key", self._ask_key, new=True)
        router.add("flags.do", self._do)
        router.add("flags.answer", self._write, new=True)
        router.add("flags.mine", self._mine, new=True)
        router.add_form("flags.send", self._send)

    async def _show(self, reply: Reply) -> None:
        await reply.show(queue_screen(await self._flags.queue(managed(reply))))

    async def _list(self, reply: Reply) -> None:
        await reply.update(queue_screen(await self._flags.queue(managed(reply))))

    async def _open(self, reply: Reply, chosen: str) -> None:
        pack_id, _, question_id = chosen.partition("/")
        await reply.update(item_screen(await self._flags.item(managed(reply), pack_id, question_id), reply.words))

    async def _ask(self, reply: Reply, letter: str, pack_id: str, question_id: str) -> None:
        kind = _kind(letter)
        if kind is DecisionKind.OVERRIDE:
            raise ids.stale()
        await reply.show(choice_screen(await self._flags.weigh(managed(reply), pack_id, question_id, kind)))

    async def _ask_key(self, reply: Reply, pack_id: str, question_id: str, key: str) -> None:
        guild_id, wanted = managed(reply), ids.number(key)
        choice = await self._flags.weigh(guild_id, pack_id, question_id, DecisionKind.OVERRIDE, wanted)
        await reply.show(choice_screen(choice))

    async def _do(self, reply: Reply, what: str, version: str, pack_id: str, question_id: str) -> None:
        kind, key = _kind(what[:1]), ids.number(what[1:]) if what[1:] else None
        item = await self._flags.decide(managed(reply), pack_id, question_id, version, kind, key)
        await reply.update(item_screen(item, reply.words, DONE[kind]))

    async def _write(self, reply: Reply, pack_id: str, question_id: str) -> None:
        await self._flags.item(managed(reply), pack_id, question_id)
        words = Field("words", "What did you find?", "Each reporter reads it once, in private…", MOST_CHARACTERS)
        await reply.ask(Form("Answer the reports", ids.encode("flags.send", pack_id, question_id), [words]))

    async def _send(self, reply: Reply, fields: dict[str, str], pack_id: str, question_id: str) -> None:
        guild_id, words = managed(reply), fields.get("words", "")
        count = await self._flags.answer(guild_id, pack_id, question_id, words)
        who = "1 member reads" if count == 1 else f"{count} members read"
        await reply.show(note(f"Kept. {who} it with their next private reply from me; the reports are closed.", GREEN))

    async def _mine(self, reply: Reply, regrade: str) -> None:
        try:
            moves = await self._regrading.moves(ids.number(regrade))
        except LookupError:
            raise ids.stale() from None
        if moves.subject.guild_id != reply.server_id:
            raise ids.stale()
        await reply.show(mine_screen([one for one in moves.moved if one.member_id == reply.member_id]))

    def moves_screen(self, moves: Moves) -> Screen:
        """Whose places have changed in a channel, and why."""
        return moves_screen(moves, self._stem(moves))

    def _stem(self, moves: Moves) -> str:
        question = self._flags.known(moves.subject.pack_id, moves.subject.question_id)
        return safe(question.stem, 150) if question else safe(moves.subject.question_id, 60)


def _kind(letter: str) -> DecisionKind:
    if letter not in KINDS:
        raise ids.stale()
    return KINDS[letter]


def queue_screen(queue: list[FlaggedQuestion]) -> Screen:
    """What needs a look, and what was decided that can be undone."""
    if not queue:
        return note(
            "**No question needs a look.** Members report one under its explanation; a question whose answers "
            "contradict its key appears here automatically (</studyhall items:0>).",
            GREEN,
        )
    waiting = sum(one.waits for one in queue)
    head = "1 question needs" if waiting == 1 else f"{waiting} questions need"
    lines = "\n".join(f"- **`{one.question.id}`** · {_why(one)}" for one in queue[:SHOWN])
    more = f"\n-# and {len(queue) - SHOWN} more" if len(queue) > SHOWN else ""
    options = [
        (cut(unstressed(one.question.stem), 100), f"{one.pack_id}/{one.question.id}", f"{one.question.id}: {_why(one)}")
        for one in queue[:25]
    ]
    return Screen(
        [
            f"## Flagged questions\n{head} a look here, the most urgent first.",
            lines + more,
            Pick(ids.encode("flags.open"), "Look at a question (its key is shown to you)…", options),
        ],
        BLURPLE,
    )


def _why(one: FlaggedQuestion) -> str:
    reports = [f"{one.reports} report{'' if one.reports == 1 else 's'}"] if one.reports else []
    suspect = ["its answers contradict its key"] if one.suspect and one.waits else []
    ruled = []
    if one.ruling:
        ruled = ["retired here" if one.ruling.key is None else "key changed here"]
    return ", ".join(reports + suspect + ruled)


def item_screen(item: FlaggedItem, say: Say, remark: str = "") -> Screen:
    """A question with its key, its figures, what was said of it, and what can be done."""
    question, place = item.question, (item.subject.pack_id, item.subject.question_id)
    blocks: list[Block] = [f"## `{question.id}`\n-# Only you see this: it shows the key.", *_question(item)]
    if remark:
        blocks.insert(0, remark)
    if item.ruling:
        blocks.append(_in_force(item))
    if item.earlier:
        blocks.append("-# Your decision about an earlier version of this question ended when it was edited.")
    blocks += [RULE, f"**Figures, from everybody**\n{_figures(item, say)}", _said(item)]
    if decided := _decided(item):
        blocks.append(decided)
    change = [
        (
            f"{LETTERS[n]} · {unstressed(option.text)}",
            str(n),
            "the key now" if n == _key(item) else "make this the key here",
        )
        for n, option in enumerate(question.options)
    ]
    row = [Button("Retire here", ids.encode("flags.ask", "r", *place), discord.ButtonStyle.danger)]
    if item.ruling:
        row = [Button("Undo", ids.encode("flags.ask", "u", *place), discord.ButtonStyle.primary), *row]
        row = row[:1] if item.ruling.key is None else row
    if item.said:
        row.insert(0, Button("The report is right", ids.encode("flags.ask", "a", *place), discord.ButtonStyle.success))
        row.append(Button("Answer the reports", ids.encode("flags.answer", *place)))
    row.append(Button("Dismiss", ids.encode("flags.ask", "d", *place)))
    if question.form == "choice":
        blocks.append(Pick(ids.encode("flags.key", *place), "Change the key here…", change))
    blocks += [
        Row(row),
        Row([Button("Back to the queue", ids.encode("flags.list"))]),
    ]
    return Screen(blocks)


def _key(item: FlaggedItem) -> int | None:
    return item.ruling.key if item.ruling else item.question.key


def _question(item: FlaggedItem) -> list[Block]:
    stem, options = question_card.stem(item.question), question_card.marked_options(item.question, _key(item))
    pictured = answering.pictured(item.question)
    return [stem, *pictured, options] if pictured else [f"{stem}\n{options}"]


def _in_force(item: FlaggedItem) -> str:
    assert item.ruling is not None
    what = (
        "**Retired here**: it is not asked, and answers don't count."
        if item.ruling.key is None
        else f"**The key is {LETTERS[item.ruling.key]} here**, by your decision."
    )
    return f"⚖️ {what}\n-# It applies to this version only: it ends when the author edits the question."


def _figures(item: FlaggedItem, say: Say) -> str:
    if item.report is None or item.report.figures.attempts < SHOWN_FROM:
        attempts = item.report.figures.attempts if item.report else 0
        return f"-# {attempts} first attempts; figures begin at {SHOWN_FROM}."
    one = item.report.figures
    parts = [f"{one.attempts:,} first attempts"]
    if one.facility is not None:
        parts.append(f"{one.facility:.0%} right by the course's key")
    if one.ranked >= SHOWN_FROM and one.discrimination is not None:
        parts.append(f"discrimination {one.discrimination:+.2f}")
    shares = [f"{LETTERS[use.place]} {use.share:.0%}" for use in one.options if use.share is not None]
    lines = [" · ".join(parts), f"-# chosen: {', '.join(shares)}"]
    return "\n".join(lines + [f"-# {say(flag.advice)}" for flag in item.report.flags])


def _said(item: FlaggedItem) -> str:
    if not item.said:
        return "**Reports**: none open."
    lines = [
        f"- {safe(one.words, 300)} · <t:{one.at_ms // 1000}:R>"
        + ("" if one.question_hash == item.subject.question_hash else " · *of an earlier version*")
        for one in item.said[:SHOWN_REPORTS]
    ]
    more = f"\n-# and {len(item.said) - SHOWN_REPORTS} more" if len(item.said) > SHOWN_REPORTS else ""
    return f"**Reports ({len(item.said)})**, without the names of those who wrote them\n" + "\n".join(lines) + more


def _decided(item: FlaggedItem) -> str:
    if not item.decisions:
        return ""
    return "**Decided before**\n" + "\n".join(
        f"-# <t:{one.at_ms // 1000}:d> {_name(one, item.question)}" for one in list(item.decisions)[-3:]
    )


def _name(decision: Decision, question: Question) -> str:
    if decision.kind is DecisionKind.OVERRIDE and decision.key is not None and decision.key < len(question.options):
        return f"the key was changed to {LETTERS[decision.key]}"
    return {
        DecisionKind.ACCEPT: "a report was accepted",
        DecisionKind.ANSWER: "the reporters were answered",
        DecisionKind.RETIRE: "it was retired",
        DecisionKind.OVERRIDE: "the key was changed",
        DecisionKind.UNDO: "it was put back",
        DecisionKind.DISMISS: "it was dismissed",
    }[decision.kind]


def choice_screen(choice: ProposedDecision) -> Screen:
    """What a decision will do, before it is made."""
    item, place = choice.item, (choice.item.subject.pack_id, choice.item.subject.question_id)
    reports = len(item.said)
    closes = f" {reports} report{' is' if reports == 1 else 's are'} closed." if reports else ""
    words = {
        DecisionKind.ACCEPT: "**Tell the author that the report is right?** Nothing is regraded.",
        DecisionKind.DISMISS: "**Dismiss it?** Nothing is changed.",
        DecisionKind.RETIRE: "**Retire this question here?** It will no longer be asked in this server, and its answers "
        "here won't count.",
        DecisionKind.OVERRIDE: f"**Make {LETTERS[choice.key or 0]} the key here?** It grades every answer in this server, "
        "including earlier ones.",
        DecisionKind.UNDO: "**Undo it?** The question is asked and graded as the course says.",
    }[choice.kind]
    blocks: list[Block] = [f"## `{item.question.id}`\n{words}{closes}"]
    if choice.kind in (DecisionKind.RETIRE, DecisionKind.OVERRIDE, DecisionKind.UNDO):
        much = choice.extent
        blocks.append(
            f"To be regraded: **{counted(much.answers, 'answer')}** of **{counted(much.members, 'member')}**, in "
            f"**{counted(much.competitions, 'competition')}** among others. Points, boards and ratings follow.\n"
            f"-# Running competitions first end with their old key. If places changed within the last {TOLD_DAYS} days, "
            "their channel is told. This ends when the author edits the question, and you can undo it."
        )
    code = next(letter for letter, kind in KINDS.items() if kind is choice.kind)
    what = code if choice.key is None else f"{code}{choice.key}"
    version = item.subject.question_hash[:VERSION_DIGITS]
    style = discord.ButtonStyle.danger if choice.kind is DecisionKind.RETIRE else discord.ButtonStyle.primary
    back = Pick(
        ids.encode("flags.open"),
        "Back to the question, or another…",
        [(cut(unstressed(item.question.stem), 100), "/".join(place), "")],
    )
    blocks += [Row([Button("Yes, do it", ids.encode("flags.do", what, version, *place), style)]), back]
    return Screen(blocks, RED if choice.kind is DecisionKind.RETIRE else BLURPLE)


def moves_screen(moves: Moves, stem: str) -> Screen:
    """Which question, what was decided, and who moved from which place to which."""
    decision = moves.decision
    what = {
        DecisionKind.RETIRE: "no longer counts here",
        DecisionKind.OVERRIDE: "has another key here now",
        DecisionKind.UNDO: "is graded as the course says again",
    }.get(decision.kind if decision else DecisionKind.OVERRIDE, "is graded differently now")
    named = [one for one in moves.moved if not one.hidden]
    lines = [f"- {safe(moves.names.get(one.member_id, ''))}: {_move(one)}" for one in named[:SHOWN_MOVES]]
    others = len(moves.moved) - len(lines)
    if others:
        lines.append(f"-# and {others} more" if lines else f"-# {counted(others, 'place')} changed")
    games = len({one.competition_id for one in moves.moved})
    where = "a competition of this channel" if games == 1 else f"{games} competitions of this channel"
    return Screen(
        [
            f"⚖️ **Places changed** in {where}. The managers decided that a question {what}: *{stem}*",
            "\n".join(lines),
            Row([Button("And me?", ids.encode("flags.mine", moves.regrade_id))]),
        ],
        GREY,
    )


def _move(one: Moved) -> str:
    if one.before is None:
        return f"now **{one.after}.**"
    return f"{one.before}. → **{one.after}.**" if one.after is not None else f"{one.before}. → no counted answer"


def mine_screen(own: list[Moved]) -> Screen:
    """One's own places before and after."""
    if not own:
        return note("Your own places didn't change.")
    lines = "\n".join(f"- competition {one.competition_id}: {_move(one)}" for one in own)
    return note(f"Your places:\n{lines}", BLURPLE)
