"""`/quiz`: one question at a time, and after each choice why it is right or wrong."""

from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import Any, Literal

import discord
from discord import app_commands

from bot.errors import NotFound
from bot.packs.library import SectionRef
from bot.packs.models import Question
from bot.quiz.board.points import POINTS_FOR_RIGHT, QuestionStanding
from bot.quiz.practice.picking import DEFAULT_QUESTIONS, MAX_QUESTIONS, Run
from bot.quiz.question.asking import Given, Submission, Sureness
from bot.services.lesson.lessons import LessonPage, Lessons
from bot.services.practice.practising import Practice, QuestionChangedError, SlipError
from bot.services.practice.progress import Next, ProgressOf
from bot.services.practice.views import Asking, Outcome, Summary
from bot.services.server.servers import Servers
from bot.ui import ids
from bot.ui.layouts import BLURPLE, GREEN, RED, RULE, Block, Button, Row, Screen, bold
from bot.ui.lesson.lessons import page_blocks, section_choices
from bot.ui.lesson.terms import term_menu
from bot.ui.practice.summary import how_many_more, summary_screen
from bot.ui.question import answering
from bot.ui.question import card as question_card
from bot.ui.question.counting import QUIZ, count_buttons
from bot.ui.question.reports import report_button
from bot.ui.reach import anywhere, server_of
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router

SURENESS = {"guess": Sureness.GUESS, "think": Sureness.THINK, "sure": Sureness.SURE}
_SURE_LABELS = {Sureness.GUESS: "A guess", Sureness.THINK: "I think so", Sureness.SURE: "Sure"}

Acts = Callable[..., Awaitable[None]]


class QuizFeature:
    """The command, and what its buttons do."""

    def __init__(self, practice: Practice, servers: Servers, lessons: Lessons, progress: ProgressOf) -> None:
        self._practice = practice
        self._servers = servers
        self._lessons = lessons
        self._progress = progress

    def add_to(self, tree: app_commands.CommandTree, router: Router, desk: Desk) -> None:
        """Register the command and its actions."""

        @anywhere
        @tree.command(name="quiz", description="Practise on your own: every option is explained")
        @app_commands.describe(
            section="A section or a course (default: what helps you most now)",
            difficulty="How hard the questions are (default: all)",
            questions=f"How many, 1 to {MAX_QUESTIONS} (default {DEFAULT_QUESTIONS})",
        )
        async def quiz(
            interaction: discord.Interaction,
            section: str | None = None,
            difficulty: Literal["easy", "medium", "hard"] | None = None,
            questions: app_commands.Range[int, 1, MAX_QUESTIONS] | None = None,
        ) -> None:
            await desk.serve(interaction, lambda reply: self._start(reply, section, difficulty, questions))

        @quiz.autocomplete("section")
        async def sections(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return section_choices(self._servers.library(server_of(interaction)), typed)

        router.add("quiz.start", self._start_on, new=True)
        router.add("quiz.plan", self._plan, new=True)
        router.add_form("quiz.send", self._here(self._send), new=False)
        pages: dict[str, Acts] = {
            "order": self._order,
            "others": self._others,
            "reasons": self._reasons,
            "back": self._back,
        }
        for name, handler in pages.items():
            router.add(f"quiz.{name}", self._here(handler), page=True)
        others: dict[str, Acts] = {"pick": self._answer, "begin": self._begin, "ordered": self._ordered}
        others |= {"next": self._next, "go": self._go, "retry": self._retry, "more": self._more, "sure": self._sure}
        for name, handler in others.items():
            router.add(f"quiz.{name}", self._here(handler))

    def _here(self, handler: Acts) -> Acts:
        """The handler, for quizzes that go on where the click came from: a server's own course is asked there alone."""

        @wraps(handler)
        async def guarded(reply: Reply, *arguments: Any) -> None:
            run = next(one for one in arguments if isinstance(one, str))  # before it may stand what a form brings
            await self._practice.refuse_elsewhere(ids.number(run), reply.server_id)
            await handler(reply, *arguments)

        return guarded

    async def _start(self, reply: Reply, section: str | None, difficulty: str | None, questions: int | None) -> None:
        if section is None and difficulty is None and questions is None:
            await self._start_plan(reply)
            return
        part = self._servers.library(reply.server_id).find_part(section) if section else None
        ref = SectionRef(part.pack, part.section) if part and part.section else None
        questions = max(1, min(questions or DEFAULT_QUESTIONS, MAX_QUESTIONS))
        run = await self._practice.start(reply.learner, ref, difficulty, questions, part.pack.id if part else None)
        await reply.show(
            current_screen(await self._practice.current(run.id, reply.member_id), _too_few(run, questions))
        )

    async def _start_on(self, reply: Reply, pack_id: str, section_id: str) -> None:
        library = self._servers.library(reply.server_id)
        ref = library.section(pack_id, section_id)
        asked = ref if library.questions(pack_id, section_id) else None  # a summary has none: all of its course then
        run = await self._practice.start(reply.learner, asked, None, pack_id=pack_id)
        remark = _too_few(run, DEFAULT_QUESTIONS)
        await reply.show(current_screen(await self._practice.current(run.id, reply.member_id), remark))

    async def _answer(self, reply: Reply, run: str, position: str, letter: str) -> None:
        await self._submit(reply, ids.number(run), ids.number(position), ids.number(letter))

    async def _submit(self, reply: Reply, run: int, position: int, submitted: Submission) -> None:
        try:
            outcome = await self._practice.answer(run, position, submitted, reply.learner, reply.stamp_ms)
        except (QuestionChangedError, SlipError) as instead:
            current = await self._practice.current(run, reply.member_id)
            await reply.update(current_screen(current, reply.words(instead.fact)))
        else:
            await reply.update(outcome_screen(outcome))

    async def _begin(self, reply: Reply, run: str, position: str) -> None:
        asking = await self._practice.asking(ids.number(run), ids.number(position), reply.member_id)
        await reply.ask(
            answering.form_of(asking.question, asking.asked.lettering, ids.encode("quiz.send", run, position))
        )

    async def _send(self, reply: Reply, fields: dict[str, str], run: str, position: str) -> None:
        asking = await self._practice.asking(ids.number(run), ids.number(position), reply.member_id)
        await self._submit(reply, asking.run.id, asking.asked.position, answering.submitted(asking.question, fields))

    async def _order(self, reply: Reply, run: str, position: str, picked: str) -> None:
        asking = await self._practice.asking(ids.number(run), ids.number(position), reply.member_id)
        await reply.update(question_screen(asking, picked=answering.picked_of(picked)))

    async def _ordered(self, reply: Reply, run: str, position: str, picked: str) -> None:
        await self._submit(reply, ids.number(run), ids.number(position), answering.picked_of(picked))

    async def _sure(self, reply: Reply, run: str, position: str, sure: str) -> None:
        if sure not in SURENESS:
            raise ids.stale()
        outcome = await self._practice.say_how_sure(
            ids.number(run), ids.number(position), reply.member_id, SURENESS[sure]
        )
        await reply.update(outcome_screen(outcome))

    async def _plan(self, reply: Reply, pack_id: str) -> None:
        await self._start_plan(reply, pack_id)

    async def _start_plan(self, reply: Reply, pack_id: str | None = None) -> None:
        run, ahead = await self._progress.start(reply.learner, pack_id)
        current = await self._practice.current(run.id, reply.member_id)
        remark = plan_words(ahead)
        await reply.show(await self._page_between(reply, current, remark) or current_screen(current, remark))

    async def _next(self, reply: Reply, run: str) -> None:
        current = await self._practice.current(ids.number(run), reply.member_id)
        await reply.update(await self._page_between(reply, current) or current_screen(current))

    async def _go(self, reply: Reply, run: str) -> None:
        await reply.update(current_screen(await self._practice.current(ids.number(run), reply.member_id)))

    async def _page_between(self, reply: Reply, current: Asking | Summary, remark: str = "") -> Screen | None:
        """The page that the run shows before the question that is next, where it has one there."""
        interlude = current.run.interlude
        if not isinstance(current, Asking) or not interlude or current.asked.position != interlude.position:
            return None
        try:
            ref = (
                self._servers.library(None)
                .known(current.run.guild_id)
                .section(current.run.pack_id, interlude.section_id)
            )
        except NotFound:  # the course changed since
            return None
        page = await self._lessons.open(reply.member_id, ref, interlude.page, reply.server_id)
        return page_between_screen(page, current, remark)

    async def _others(self, reply: Reply, run: str, position: str) -> None:
        await self._reasons(reply, run, position, "0")

    async def _reasons(self, reply: Reply, run: str, position: str, page: str) -> None:
        outcome = await self._practice.outcome(ids.number(run), ids.number(position), reply.member_id)
        await reply.update(options_screen(outcome, ids.number(page)))

    async def _back(self, reply: Reply, run: str, position: str) -> None:
        await reply.update(
            outcome_screen(await self._practice.outcome(ids.number(run), ids.number(position), reply.member_id))
        )

    async def _retry(self, reply: Reply, run: str) -> None:
        new_run = await self._practice.retry_missed(ids.number(run), reply.learner)
        await reply.update(current_screen(await self._practice.current(new_run.id, reply.member_id)))

    async def _more(self, reply: Reply, run: str) -> None:
        done = await self._practice.summary(ids.number(run), reply.member_id)
        wanted = how_many_more(done.run)
        new_run = await self._practice.start(reply.learner, done.section, done.run.difficulty, wanted, done.run.pack_id)
        current = await self._practice.current(new_run.id, reply.member_id)
        await reply.update(current_screen(current, _too_few(new_run, wanted)))


def plan_words(ahead: Next) -> str:
    """What a plan consists of, in a line; nothing for a plan of questions alone."""
    parts = []
    if ahead.plan.reviews:
        parts.append(f"{ahead.plan.reviews} review{'s' * (ahead.plan.reviews > 1)} of what is due")
    if ahead.section and ahead.plan.page is not None and ahead.new:
        weak = "your weakest section" if ahead.plan.is_weak else "a new section"
        parts.append(f"a page of {weak}, *{ahead.section.section.title}*")
    if ahead.new:
        parts.append(f"{ahead.new} new question{'s' * (ahead.new > 1)}")
    return f"Next for you: {', then '.join(parts)}." if len(parts) > 1 or ahead.plan.reviews else ""


def page_between_screen(page: LessonPage, current: Asking, remark: str = "") -> Screen:
    """A page in the middle of a quiz, and the way on to its questions."""
    left = len(current.run.asked) - current.number + 1
    why = remark or "Before the new questions, here's a page worth a minute."
    on = f"Go on with {left} question{'s' * (left > 1)} ▶"
    go = Button(on, ids.encode("quiz.go", current.run.id), discord.ButtonStyle.primary)
    return Screen([f"-# {why}", *page_blocks(page), Row([go])], BLURPLE)


def _too_few(run: Run, wanted: int) -> str:
    if len(run.asked) >= wanted:
        return ""
    if len(run.asked) == 1:
        return "Only one question matches, so this quiz has one."
    return f"Only {len(run.asked)} questions match, so this quiz has {len(run.asked)}."


def current_screen(current: Asking | Summary, remark: str = "") -> Screen:
    """What a run shows next: a question, or how it went, where none is left or all were taken out meanwhile."""
    return question_screen(current, remark) if isinstance(current, Asking) else summary_screen(current)


def question_screen(asking: Asking, remark: str = "", picked: tuple[int, ...] = ()) -> Screen:
    """A question and how to answer it; of one about an order, ``picked`` are the places that were pressed so far."""
    blocks: list[Block] = [f"-# {remark}", _stem(asking)] if remark else [_stem(asking)]
    question, lettering = asking.question, asking.asked.lettering
    if question.form == "order":
        blocks += [*answering.pictured(question), answering.listed(question, lettering), *_ordering(asking, picked)]
    else:
        blocks += [*answering.asked(question, lettering), *_letters(asking)]
    return Screen(blocks, BLURPLE)


def _ordering(asking: Asking, picked: tuple[int, ...]) -> list[Block]:
    place = (asking.run.id, asking.asked.position)
    step, send = partial(ids.encode, "quiz.order", *place), partial(ids.encode, "quiz.ordered", *place)
    return answering.ordering(asking.question, asking.asked.lettering, picked, step, send)


def _letters(asking: Asking, given: Given | None = None) -> list[Row]:
    place = (asking.run.id, asking.asked.position)
    pick, begin = partial(ids.encode, "quiz.pick", *place), ids.encode("quiz.begin", *place)
    return answering.ways_to_answer(asking.question, asking.asked.lettering, pick, begin, given=given)


def _stem(asking: Asking) -> str:
    head = f"-# Question {asking.number} of {len(asking.run.asked)} · {asking.section.title} · {asking.question.difficulty}"
    return f"{head}\n{question_card.stem(asking.question)}"


def outcome_screen(outcome: Outcome) -> Screen:
    """Right or wrong, and why; then the ways on."""
    asking, question = outcome.asking, outcome.asking.question
    letters, given, key = asking.asked.lettering, outcome.given, outcome.right_option
    listed = answering.listed(question, letters)
    shown: list[Block] = [_stem(asking), *answering.pictured(question), *([listed] if listed else [])]
    pressed = [] if question.form == "order" else _letters(asking, given)
    blocks: list[Block] = [*shown, *pressed, RULE]
    if outcome.doubled:
        had = letters.called(given)
        blocks.append(f"You had already answered **{had}**; the first answer counts.")
    blocks.append(question_card.verdict_below_options(question, letters, given, key))
    blocks += question_card.ruled(question, letters, key, retired=outcome.retired, accepted=outcome.accepted)
    blocks += question_card.credit(question)
    blocks.append(_points_line(outcome))
    run, position = asking.run.id, asking.asked.position
    on = "See how it went" if outcome.is_last else "Next ▶"
    ways = [Button(on, ids.encode("quiz.next", run), discord.ButtonStyle.primary)]
    if question_card.explains(question):
        ways.append(Button(_why_label(question), ids.encode("quiz.others", run, position)))
    if asking.section.pages:
        ways.append(Button("Read the section", ids.encode("lesson.read", asking.run.pack_id, question.section)))
    if not question_card.explains(question):  # else it stands beside the reasons
        ways.append(report_button(asking.run.pack_id, question.id))
    decided = outcome.correct or outcome.accepted or outcome.retired
    ways += count_buttons(QUIZ, run, position, question=question, given=given, right=decided)
    blocks.append(Row(ways))
    blocks += [
        "-# How sure were you? Optional: it helps decide when this question comes back.",
        _how_sure(outcome),
    ]
    return Screen(blocks, GREEN if outcome.correct else RED)


def _why_label(question: Question) -> str:
    return "Why?" if question.form in ("typed", "order") else "Why not the others?"


def _how_sure(outcome: Outcome) -> Row:
    """One tap that says how sure one was; it can be skipped, and the last one counts."""
    run, position = outcome.asking.run.id, outcome.asking.asked.position
    return Row(
        [
            Button(
                ("✓ " if outcome.sureness is sure else "") + _SURE_LABELS[sure],
                ids.encode("quiz.sure", run, position, name),
                discord.ButtonStyle.primary if outcome.sureness is sure else discord.ButtonStyle.secondary,
                disabled=outcome.sureness is sure,
            )
            for name, sure in SURENESS.items()
        ]
    )


def _points_line(outcome: Outcome) -> str:
    if outcome.standing is None:
        return f"-# This answer earned {outcome.points or 'no'} points."
    if not outcome.correct:
        return f"-# No points this time. A right answer to a new or due question earns {POINTS_FOR_RIGHT}."
    if outcome.standing is QuestionStanding.NOT_DUE:
        return "-# No points: you've answered this one before and it isn't due yet. It counts again once it's due."
    reason = "new to you" if outcome.standing is QuestionStanding.NEW else "due again"
    where = "" if outcome.in_server else " (Outside a server with me in it, they count for no leaderboard.)"
    return f"-# **+{outcome.points} points**: the question was {reason}.{where}"


def options_screen(outcome: Outcome, page: int = 0) -> Screen:
    """Every option with its reason, then the rule; long reasons have pages."""
    asking, question = outcome.asking, outcome.asking.question
    letters, key = asking.asked.lettering, outcome.right_option
    ruled = question_card.ruled(question, letters, key, retired=outcome.retired)
    pages = question_card.reason_pages(question, letters, key, outcome.given)
    page = min(page, len(pages) - 1)
    rule = question_card.rule(question)
    blocks: list[Block] = [bold(question.stem), *answering.pictured(question), *ruled, RULE, pages[page], RULE]
    if belief := outcome.misconception:
        words = question_card.myth(belief)
        if Screen([*blocks, *rule]).fits(words):
            blocks.append(words)
    blocks += rule
    run, position = asking.run.id, asking.asked.position
    on = "See how it went" if outcome.is_last else "Next ▶"
    blocks += term_menu(asking.run.pack_id, outcome.terms, "Words of this explanation…")
    ways = [
        Button(on, ids.encode("quiz.next", run), discord.ButtonStyle.primary),
        *question_card.turn_reasons(page, len(pages), partial(ids.encode, "quiz.reasons", run, position)),
        Button("Back to my answer", ids.encode("quiz.back", run, position)),
    ]
    if asking.section.pages:
        ways.append(Button("Read the section", ids.encode("lesson.read", asking.run.pack_id, question.section)))
    blocks.append(Row([*ways, report_button(asking.run.pack_id, question.id)]))
    return Screen(blocks, BLURPLE)
