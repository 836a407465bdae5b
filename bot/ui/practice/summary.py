"""The end of a sitting: how it went, what it was worth, and one thing to do next."""

import discord

from bot.packs.models import Question
from bot.quiz.practice.picking import DEFAULT_QUESTIONS, Run
from bot.quiz.practice.reviewing import Due, minutes
from bot.quiz.practice.sitting import NextStep
from bot.services.practice.reviews import AT_ONCE
from bot.services.practice.views import Summary
from bot.ui import ids
from bot.ui.layouts import BLURPLE, GREEN, RULE, Block, Button, Row, Screen, in_short
from bot.ui.practice.streaks import streak_words
from bot.ui.question import card as question_card
from bot.wording import counted

MISSED_SHOWN = 3
STEM_SHOWN = 70
"""Characters: two lines on a phone."""


def summary_screen(summary: Summary) -> Screen:
    """How the run went, and what to do about it."""
    run = summary.run
    if not run.asked:
        return Screen(["This quiz's questions were removed from the course. Start a new one with </quiz:0>."])
    blocks: list[Block] = [_how_it_went(summary)]
    if summary.missed:
        blocks += [RULE, _missed(run, summary.missed)]
    if summary.myth:
        blocks.append(question_card.myth(summary.myth))
    if run.current is None:
        blocks.append(f"-# {due_words(summary.due)}")
    blocks.append(Row(_ways_on(summary)))
    return Screen(blocks, GREEN if run.right == len(run.asked) else BLURPLE)


def how_many_more(run: Run) -> int:
    """How many questions a further quiz like this one has; one missed question retried is no wish for quizzes of one."""
    return max(len(run.asked), DEFAULT_QUESTIONS)


def due_words(due: Due) -> str:
    """What comes back soon, and about how long it takes."""
    if due.tomorrow:
        return f"By this time tomorrow {questions_are(due.tomorrow)} due, {about(due.tomorrow)}."
    if due.this_week:
        return f"Nothing is due tomorrow; {due.this_week} this week."
    return "Nothing is due tomorrow."


def questions_are(number: int) -> str:
    """*1 question is*, *4 questions are*."""
    return f"{counted(number, 'question')} {'is' if number == 1 else 'are'}"


def about(questions: int) -> str:
    """About how long so many questions take, in words."""
    time = minutes(questions)
    return "about a minute" if time == 1 else f"about {time} minutes"


def _how_it_went(summary: Summary) -> str:
    run = summary.run
    what = summary.section.section.title if summary.section else "all sections"
    squares = "".join("🟩" if asked.correct else "🟥" for asked in run.asked if asked.given is not None)
    earned = (
        f"**+{run.points} study points**"
        if run.points
        else "No study points: right answers to new or due questions earn them"
    )
    today = f" · {summary.points_today:,} today" if summary.points_today != run.points else ""
    cheer = " 🎉" if run.right == len(run.asked) else ""
    head = f"## {run.right} of {len(run.asked)} right{cheer}\n{squares}".rstrip()
    return (
        f"{head}\n{earned}{today}\n{streak_words(summary.streak)}\n-# {what} · {run.difficulty or 'every difficulty'}"
    )


def _missed(run: Run, missed: list[Question]) -> str:
    numbers = {asked.question_id: number for number, asked in enumerate(run.asked, 1)}
    lines = [
        f"- {_numbered(numbers.get(question.id))}{in_short(question.stem, STEM_SHOWN)}"
        for question in missed[:MISSED_SHOWN]
    ]
    more = len(missed) - MISSED_SHOWN
    return "\n".join(["**Worth another look**", *lines, *([f"-# and {more} more"] if more > 0 else [])])


def _numbered(number: int | None) -> str:
    return f"**{number}** · " if number else ""


def _ways_on(summary: Summary) -> list[Button]:
    """The one thing to do next first, in colour; then the others."""
    run, missed, due = summary.run, len(summary.missed), min(summary.due.now, AT_ONCE)
    more = Button(f"{how_many_more(run)} more questions", ids.encode("quiz.more", run.id))
    if summary.step is NextStep.RETRY:
        what = "the one I missed" if missed == 1 else f"the {missed} I missed"
        first = Button(f"Practise {what}", ids.encode("quiz.retry", run.id))
    elif summary.step is NextStep.REVIEW:
        first = Button(f"Review {due} now", ids.encode("review.start", run.pack_id))
    else:
        first = more
    ways = [first._replace(style=discord.ButtonStyle.primary)]
    ways += [] if first is more else [more]
    if summary.to_read:
        return [*ways, Button("Read the section", ids.encode("lesson.read", run.pack_id, summary.to_read.id))]
    if missed:
        return ways
    return [*ways, Button("What next?", ids.encode("progress.next", run.pack_id))]
