"""`/studyhall flags`: the questions that need a look, what managers decide about them, and who moved by that."""

import discord
from discord import app_commands

from bot.facts import Say
from bot.model.rulings import MOST_CHARACTERS, Decision, DecisionKind, Moved, Said
from bot.packs.models import LETTERS, MOST_TYPED, Question
from bot.quiz.question.accepting import TypedText
from bot.quiz.question.regrading import Ruling
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
    fitting,
    note,
    unstressed,
)
from bot.ui.names import plain, safe
from bot.ui.question import answering
from bot.ui.question import card as question_card
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router
from bot.ui.server.managers import managed
from bot.wording import counted, in_a_list

SHOWN = 10
SHOWN_REPORTS = 5
SHOWN_MOVES = 10
SHOWN_TYPED, SHOWN_CLAIMS = 8, 3
LISTED = 60
"""So much of a typed answer stands in a list; whole it is where it is decided."""
MOST_OPTIONS = 25
HISTORY = 200
VERSION_DIGITS = 5
KINDS = {kind.value[0]: kind for kind in DecisionKind if kind not in (DecisionKind.ANSWER, DecisionKind.COUNT)}
"""The decisions as they stand in a custom id, which has room for a letter; that a text counts has an id of its own."""
DONE = {
    DecisionKind.ACCEPT: "✅ Noted for the author: the report is right.",
    DecisionKind.DISMISS: "✅ Dismissed; nothing was changed.",
    DecisionKind.RETIRE: "✅ Retired here. It is no longer asked, and its answers are being removed from all counts.",
    DecisionKind.OVERRIDE: "✅ The key was changed here. Earlier answers are being regraded.",
    DecisionKind.UNDO: "✅ Undone. Answers are being regraded by the course's key.",
}
TYPED_DONE = {
    DecisionKind.COUNT: "✅ It counts as right here now. Earlier answers are being regraded.",
    DecisionKind.UNDO: "✅ It no longer counts as right here. Answers are being regraded.",
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
        router.add("text.ask", self._ask_typed, new=True)
        router.add("text.do", self._count)
        router.add("text.undo", self._uncount)
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

    async def _ask_typed(self, reply: Reply, pack_id: str, question_id: str, mark: str) -> None:
        await reply.show(choice_screen(await self._flags.weigh_typed(managed(reply), pack_id, question_id, mark)))

    async def _count(self, reply: Reply, mark: str, pack_id: str, question_id: str) -> None:
        await self._decide_typed(reply, mark, pack_id, question_id, DecisionKind.COUNT)

    async def _uncount(self, reply: Reply, mark: str, pack_id: str, question_id: str) -> None:
        await self._decide_typed(reply, mark, pack_id, question_id, DecisionKind.UNDO)

    async def _decide_typed(self, reply: Reply, mark: str, pack_id: str, question_id: str, kind: DecisionKind) -> None:
        item = await self._flags.decide_typed(managed(reply), pack_id, question_id, mark, kind)
        await reply.update(item_screen(item, reply.words, TYPED_DONE[kind]))

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
        question = self._flags.known(moves.subject.guild_id, moves.subject.pack_id, moves.subject.question_id)
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
    if one.claims:
        who = "1 member says" if one.claims == 1 else f"{one.claims} members say"
        reports.append(f"{who} their answer should count")
    suspect = ["its answers contradict its key"] if one.suspect and one.waits else []
    ruled = []
    if one.ruling:
        ruled = [_ruled(one.ruling)]
    return ", ".join(reports + suspect + ruled)


def _ruled(ruling: Ruling) -> str:
    if ruling.key is None:
        return "retired here"
    if ruling.accepted:
        return f"{counted(len(ruling.accepted.texts), 'more answer')} accepted here"
    return "key changed here"


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
    if item.typed:
        blocks.append(_typed(item))
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
    if any(one.words for one in item.said):
        row.insert(0, Button("The report is right", ids.encode("flags.ask", "a", *place), discord.ButtonStyle.success))
    if item.said:
        row.append(Button("Answer the reports", ids.encode("flags.answer", *place)))
    row.append(Button("Dismiss", ids.encode("flags.ask", "d", *place)))
    if question.form == "choice":
        blocks.append(Pick(ids.encode("flags.key", *place), "Change the key here…", change))
    if item.typed and not (item.ruling and item.ruling.key is None):
        blocks.append(
            Pick(ids.encode("text.ask", *place), "Count one of these answers as right here…", _typed_options(item))
        )
    blocks += [
        Row(row),
        Row([Button("Back to the queue", ids.encode("flags.list"))]),
    ]
    return fitting(blocks)


def _key(item: FlaggedItem) -> int | None:
    return item.ruling.key if item.ruling else item.question.key


def _question(item: FlaggedItem) -> list[Block]:
    stem, options = question_card.stem(item.question), question_card.marked_options(item.question, _key(item))
    pictured = answering.pictured(item.question)
    return [stem, *pictured, options] if pictured else [f"{stem}\n{options}"]


def _in_force(item: FlaggedItem) -> str:
    assert item.ruling is not None
    if item.ruling.key is None:
        what = "**Retired here**: it is not asked, and answers don't count."
    elif item.ruling.accepted:
        texts = ", ".join(f"“{safe(text, LISTED)}”" for text in item.ruling.accepted.texts[-SHOWN_TYPED:])
        what = f"**Right here too**, by your decision: {texts}"
    else:
        what = f"**The key is {LETTERS[item.ruling.key]} here**, by your decision."
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


def _typed(item: FlaggedItem) -> str:
    """The wrong answers that several typed, or that somebody says should count."""
    lines = [f"- “{safe(one.text, LISTED)}” · {_how_many(one)}" for one in item.typed[:SHOWN_TYPED]]
    more = f"\n-# and {len(item.typed) - SHOWN_TYPED} more" if len(item.typed) > SHOWN_TYPED else ""
    return "**Wrong answers that members typed**, without their names\n" + "\n".join(lines) + more


def _how_many(one: TypedText) -> str:
    who = [counted(one.members, "member")] if one.members else []
    if one.asked:
        who.append(f"{one.asked} {'says' if one.asked == 1 else 'say'} it should count")
    return " · ".join([*who, *(["*counts here*"] if one.accepted else [])])


def _typed_options(item: FlaggedItem) -> list[tuple[str, str, str]]:
    return [
        (
            plain(one.text, MOST_TYPED),
            one.mark(item.subject.question_hash),
            f"{counted(one.members, 'member')}: "
            + ("counts here; stop counting it" if one.accepted else "count it as right"),
        )
        for one in item.typed[:MOST_OPTIONS]
    ]


def _said(item: FlaggedItem) -> str:
    version = item.subject.question_hash
    said = [
        one for one in item.said if one.words or one.question_hash != version
    ]  # the others are among what was typed
    if not said:
        return "**Reports**: none open." if not item.said else "**Reports**: none in words."
    lines = [
        f"- {_said_so(one)} · <t:{one.at_ms // 1000}:R>"
        + ("" if one.question_hash == version else " · *of an earlier version*")
        for one in said[:SHOWN_REPORTS]
    ]
    more = f"\n-# and {len(said) - SHOWN_REPORTS} more" if len(said) > SHOWN_REPORTS else ""
    return f"**Reports ({len(said)})**, without the names of those who wrote them\n" + "\n".join(lines) + more


def _said_so(one: Said) -> str:
    if one.words:
        return safe(one.words, 300)
    return f"{in_a_list([f'“{safe(text, LISTED)}”' for text in one.typed[-SHOWN_CLAIMS:]])} should count"


def _decided(item: FlaggedItem) -> str:
    if not item.decisions:
        return ""
    return "**Decided before**\n" + "\n".join(
        f"-# <t:{one.at_ms // 1000}:d> {_name(one, item.question)}" for one in list(item.decisions)[-3:]
    )


def _name(decision: Decision, question: Question) -> str:
    if decision.kind is DecisionKind.OVERRIDE and decision.key is not None and decision.key < len(question.options):
        return f"the key was changed to {LETTERS[decision.key]}"
    text = f"“{safe(decision.words, LISTED)}”"
    if decision.kind is DecisionKind.UNDO and decision.words:
        return f"{text} stopped counting"
    return {
        DecisionKind.COUNT: f"{text} was accepted",
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
    reports = len(item.said) if choice.typed is None else 0
    closes = f" {reports} report{' is' if reports == 1 else 's are'} closed." if reports else ""
    words = {
        DecisionKind.ACCEPT: "**Tell the author that the report is right?** Nothing is regraded.",
        DecisionKind.DISMISS: "**Dismiss it?** Nothing is changed.",
        DecisionKind.RETIRE: "**Retire this question here?** It will no longer be asked in this server, and its answers "
        "here won't count.",
        DecisionKind.OVERRIDE: f"**Make {LETTERS[choice.key or 0]} the key here?** It grades every answer in this server, "
        "including earlier ones.",
        DecisionKind.UNDO: "**Undo it?** The question is asked and graded as the course says.",
        DecisionKind.COUNT: "",
    }[choice.kind]
    if choice.typed:
        words = _typed_question(choice.typed)
    blocks: list[Block] = [f"## `{item.question.id}`\n{words}{closes}"]
    if choice.kind not in (DecisionKind.ACCEPT, DecisionKind.DISMISS):
        much = choice.extent
        blocks.append(
            f"To be regraded: **{counted(much.answers, 'answer')}** of **{counted(much.members, 'member')}**, in "
            f"**{counted(much.competitions, 'competition')}** among others. Points, boards and ratings follow.\n"
            f"-# Running competitions first end with their old key. If places changed within the last {TOLD_DAYS} days, "
            "their channel is told. This ends when the author edits the question, and you can undo it."
        )
    style = discord.ButtonStyle.danger if choice.kind is DecisionKind.RETIRE else discord.ButtonStyle.primary
    back = Pick(
        ids.encode("flags.open"),
        "Back to the question, or another…",
        [(cut(unstressed(item.question.stem), 100), "/".join(place), "")],
    )
    blocks += [Row([Button("Yes, do it", _yes(choice), style)]), back]
    return Screen(blocks, RED if choice.kind is DecisionKind.RETIRE else BLURPLE)


def _yes(choice: ProposedDecision) -> str:
    """The id of the button that makes the decision; it names the version that it is about."""
    subject = choice.item.subject
    place = subject.pack_id, subject.question_id
    if choice.typed:
        action = "text.undo" if choice.kind is DecisionKind.UNDO else "text.do"
        return ids.encode(action, choice.typed.mark(subject.question_hash), *place)
    code = next(letter for letter, kind in KINDS.items() if kind is choice.kind)
    what = code if choice.key is None else f"{code}{choice.key}"
    return ids.encode("flags.do", what, subject.question_hash[:VERSION_DIGITS], *place)


def _typed_question(typed: TypedText) -> str:
    text = f"“{safe(typed.text, MOST_TYPED)}”"
    if typed.accepted:
        return f"**Stop counting {text} as right here?** Earlier answers are regraded too."
    asked = " Whoever asked for it will be told." if typed.asked else ""
    return f"**Count {text} as right here?** It grades every answer in this server, including earlier ones.{asked}"


def moves_screen(moves: Moves, stem: str) -> Screen:
    """Which question, what was decided, and who moved from which place to which."""
    decision = moves.decision
    takes_back = decision is not None and decision.kind is DecisionKind.UNDO and decision.words
    what = {
        DecisionKind.RETIRE: "no longer counts here",
        DecisionKind.OVERRIDE: "has another key here now",
        DecisionKind.UNDO: "has one right answer fewer here now"
        if takes_back
        else "is graded as the course says again",
        DecisionKind.COUNT: "has one more right answer here now",
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
