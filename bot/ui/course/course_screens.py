"""The server's own courses on screens: the list, one course, its form, its sets."""

from collections.abc import Sequence

import discord

from bot.clock import DAY_MS
from bot.model.courses import OwnCourse, QuestionSet
from bot.packs.models import Question
from bot.services.course.own import KEPT_DAYS, OFFERED_STANDARDS, CourseView, Exported, Rehearsal, mark_of
from bot.ui import ids
from bot.ui.course.previews import seen_whole
from bot.ui.forms import Field, Form, Menu
from bot.ui.layouts import BLURPLE, Block, Button, Download, Pick, Row, Screen, fitting, in_short, more
from bot.ui.names import safe
from bot.wording import counted

TITLE, STEM = 60, 80
MOST_LISTED = 10
MENU = 25
PRIMARY, SUCCESS = discord.ButtonStyle.primary, discord.ButtonStyle.success
STANDARDS = {
    "plain": "plain (question and answer; reasons if you like)",
    "explained": "explained (a reason for each answer, a rule, a source)",
}


def list_screen(views: Sequence[CourseView], deleted: Sequence[OwnCourse]) -> Screen:
    """The server's own courses, each in a line, and how to begin."""
    blocks: list[Block] = ["## This server's own courses\n-# Only you see this."]
    if not views:
        blocks.append(
            f"There are none {'now' if deleted else 'yet'}. Make one with </course new:0>, or attach a file to "
            "</course import:0>: a table, a Moodle bank, an Anki deck, a Kahoot sheet. </course template:0> gives you a "
            "table to fill in."
        )
    blocks += [f"**{safe(one.course.outline.title, TITLE)}** · {_held(one)}" for one in views[:MOST_LISTED]]
    if len(views) > MOST_LISTED:
        blocks.append(f"-# and {len(views) - MOST_LISTED} more")
    if views:
        options = [(one.course.outline.title, str(one.course.id), _held(one)) for one in views[:MENU]]
        blocks.append(Pick(ids.encode("course.open"), "Open a course…", options))
    if waiting := sum(one.waiting for one in views):
        label = f"Read {counted(waiting, 'suggestion')}"
        blocks.append(Row([Button(label, ids.encode("question.queue"), PRIMARY)]))
    for gone in deleted[:3]:
        until = ((gone.deleted_ms or 0) + KEPT_DAYS * DAY_MS) // 1000
        blocks.append(f"-# Deleted: {safe(gone.outline.title, TITLE)}, kept until <t:{until}:f>")
        blocks.append(Row([Button("Bring it back", ids.encode("course.back", gone.id))]))
    return Screen(blocks, BLURPLE)


def _held(one: CourseView) -> str:
    parts = [counted(one.live, "question")]
    parts += [f"{one.retired:,} retired"] if one.retired else []
    parts += [f"{one.waiting:,} to read"] if one.waiting else []
    if one.course.is_shut:
        parts.append("switched off by whoever runs the bot")
    elif not one.course.is_on:
        parts.append("off")
    return " · ".join(parts)


def course_screen(view: CourseView, by_section: dict[str, int], remark: str = "") -> Screen:
    """A course: what it holds, and what can be done with it."""
    course, outline = view.course, view.course.outline
    promise = f"-# Standard: {STANDARDS[outline.standard]} · Language: {outline.language}"
    head = f"## {safe(outline.title, TITLE)}\n{promise}\n{_held(view)}"
    sections = [f"{safe(title, TITLE)} · {counted(count, 'question')}" for title, count in by_section.items()]
    shown = sections[:MOST_LISTED] + (
        [f"and {len(sections) - MOST_LISTED} more"] if len(sections) > MOST_LISTED else []
    )
    blocks: list[Block] = [f"-# {remark}", head] if remark else [head]
    if outline.description:
        blocks.append(safe(outline.description, 300))
    blocks.append("**Sections**\n" + "\n".join(shown))
    if course.asked:
        blocks.append("-# Members meet it in </quiz:0>, </compete:0> and </daily:0>, here and nowhere else.")
    else:
        blocks.append("-# It is switched off: nobody is asked its questions.")
    switch = (
        Button("Switch it off", ids.encode("course.on", course.id, 0))
        if course.is_on
        else Button("Switch it on", ids.encode("course.on", course.id, 1), SUCCESS)
    )
    blocks.append(Row([Button("Add a question", ids.encode("question.add", course.id), PRIMARY), switch]))
    blocks.append(
        more(
            [
                Button("Change title, sections, language, standard", ids.encode("course.form", course.id)),
                Button("See its questions", ids.encode("question.list", course.id, 0)),
                Button("A table to fill in", ids.encode("course.template")),
                Button("Take it away as a file", ids.encode("course.export", course.id)),
                Button("Delete it", ids.encode("course.delete", course.id)),
            ]
        )
    )
    return Screen(blocks, BLURPLE)


def course_form(course: OwnCourse) -> Form:
    """The form in which a course is changed."""
    outline = course.outline
    standards = [(STANDARDS[one], one) for one in OFFERED_STANDARDS]
    return Form(
        "Change the course",
        ids.encode("course.change", course.id),
        [
            Field("title", "Title", "", TITLE, short=True, text=outline.title),
            Field(
                "description",
                "What it is about",
                "In a line; may stay empty",
                300,
                short=True,
                text=outline.description,
                optional=True,
            ),
            Field(
                "sections",
                "Sections",
                "One a line",
                4_000,
                text="\n".join(outline.sections)[:4_000],
                hint="One a line, in order",
            ),
            Field("language", "Language", "en, es, ja, pt-BR", 35, short=True, text=outline.language),
            Menu("standard", "Standard", standards, [outline.standard]),
        ],
    )


def exported_screen(exported: Exported, what: str) -> Screen:
    """A course as a file, and what the format could not keep."""
    words = f"**{exported.name}**: {counted(exported.questions, 'question')} as {'a ' if what[0] not in 'aM' else ''}{what}."
    lost = [f"-# {safe(place, 48)}: without {why}" for place, why in exported.losses[:MOST_LISTED]]
    if len(exported.losses) > MOST_LISTED:
        lost.append(f"-# and {len(exported.losses) - MOST_LISTED:,} more")
    return Screen(["\n".join([words, *lost]), Download(exported.name, exported.data)], BLURPLE)


def set_screen(course: OwnCourse, chosen: QuestionSet, live: Sequence[Question], page: int) -> Screen:
    """A set: what is in it so far, in order, and the menu from which more is added."""
    by_id, mark = {one.id: one for one in live}, mark_of(chosen.title)
    lines = [f"{n}. {stem_of(by_id[one])}" for n, one in enumerate(chosen.question_ids, 1) if one in by_id]
    shown = lines[:MENU] + ([f"-# and {len(lines) - MENU} more"] if len(lines) > MENU else [])
    title = safe(chosen.title, TITLE)
    blocks: list[Block] = [
        f"## Set: {title}\n-# Of {safe(course.outline.title, TITLE)} · saved as you choose",
        "\n".join(shown)
        or "Nothing is in it yet. Choose its questions from the menu, in the order in which they come.",
    ]
    left = [one for one in live if one.id not in chosen.question_ids]
    pages = max(1, -(-len(left) // MENU))
    page = min(page, pages - 1)
    offered = left[page * MENU : (page + 1) * MENU]
    if offered:
        options = [(stem_of(one, plain=True), one.id, course.outline.section_title(one.section)) for one in offered]
        place = "" if pages == 1 else f" ({page + 1} of {pages})"
        menu = ids.encode("course.chose", course.guild_id, course.id, page, mark)
        blocks.append(Pick(menu, f"Add questions…{place}", options, most=len(options)))
    if pages > 1:
        back, on = (ids.encode("course.page", course.id, one, mark) for one in (max(0, page - 1), page + 1))
        blocks.append(
            Row([Button("◀ Back", back, disabled=page == 0), Button("More ▶", on, disabled=page == pages - 1)])
        )
    ways = []
    if lines:
        ways = [
            Button("Rehearse", ids.encode("course.rehearse", course.id, mark), PRIMARY),
            Button("Take the last one out", ids.encode("course.unchoose", course.id, page, mark)),
        ]
        blocks.append(f"-# Play it: </compete:0> with `set: {title}`")
    blocks.append(Row([*ways, Button("Delete the set", ids.encode("course.drop_set", course.id, mark))]))
    return Screen(blocks, BLURPLE)


def rehearsal_screen(rehearsal: Rehearsal, course_id: int, mark: str, place: int) -> Screen:
    """One question of a set as players will see it, with its answer; for the host alone."""
    place = min(place, len(rehearsal.questions) - 1)
    question = rehearsal.questions[place]
    met = rehearsal.met.get(question.id, 0)
    known = f" · {counted(met, 'member')} {'has' if met == 1 else 'have'} answered it before" if met else ""
    head = (
        f"-# Rehearsal of {safe(rehearsal.title, TITLE)} · question {place + 1} of {len(rehearsal.questions)}{known}\n"
        "-# Nothing counts here. You've seen the answers now: host this game, don't play it."
    )
    at = [ids.encode("course.rehearse_at", course_id, mark, one) for one in (max(0, place - 1), place + 1)]
    last = place == len(rehearsal.questions) - 1
    turn = Row([Button("◀ Back", at[0], disabled=place == 0), Button("Next ▶", at[1], disabled=last)])
    return fitting([head, *seen_whole(question), turn], BLURPLE)


def stem_of(question: Question, *, plain: bool = False) -> str:
    """What a question asks, in one short line."""
    return in_short(question.stem, STEM) if plain else safe(in_short(question.stem, STEM), STEM)
