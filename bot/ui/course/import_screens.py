"""What came of an attached file: how much was taken, what was not and where it stands, and the way on."""

from collections.abc import Sequence

import discord

from bot.model.courses import ImportState
from bot.services.course.imports import ImportReport, Item
from bot.ui import ids
from bot.ui.course.previews import seen_whole
from bot.ui.layouts import BLURPLE, GREEN, GREY, Block, Button, Row, Screen, fitting, in_short, note
from bot.ui.names import safe
from bot.wording import counted

TITLE, PLACE, STEM, WHY = 60, 60, 80, 300
MOST_LISTED = 10
MOST_FAULTY = 25


def import_screen(report: ImportReport) -> Screen:
    """The report of a file that was read, and what can be done with it."""
    title = safe(report.course.outline.title, TITLE)
    head = f"## {safe(report.file_name, TITLE)} → {title}\n-# Read as {report.format.upper()}. Only you see this."
    blocks: list[Block] = [head, _counts(report)]
    if report.left_out:
        blocks.append(_listed("Left out", [(place, why) for place, why in report.left_out]))
    if report.faulty:
        blocks.append(_listed("Can't be asked yet", [(one.place, "; ".join(one.faults)) for one in report.faulty]))
    if report.doubtful:
        pairs = [(place, f"taken as a new question; {before} stood there before") for place, before in report.doubtful]
        blocks.append(_listed("Look at these", pairs))
    if report.losses:
        blocks.append(_listed("Not kept", [(place, f"without {loss}") for place, loss in report.losses]))
    if report.state is ImportState.PUBLISHED:
        they = "They are" if report.published > 1 else "It is"
        blocks.append(f"✅ **Published: {counted(report.published, 'question')}.** {they} asked from now on.")
        blocks.append(Row([_open(report), Button("Undo this import", ids.encode("course.undo", report.id))]))
        return fitting(blocks, GREEN)
    ways = []
    if report.passing:
        label = f"Publish all that pass ({len(report.passing):,})"
        ways.append(Button(label, ids.encode("course.publish", report.id), discord.ButtonStyle.success))
        ways.append(Button("Look through them", ids.encode("course.look", report.id)))
    if report.faulty:
        label = f"Show the ones with faults ({len(report.faulty):,})"
        ways.append(Button(label, ids.encode("course.faults", report.id)))
    ways.append(Button("Undo this import", ids.encode("course.undo", report.id)))
    if not report.passing:
        blocks.append(_nothing(report))
    blocks.append(Row(ways))
    return fitting(blocks, BLURPLE)


def _open(report: ImportReport) -> Button:
    return Button("Open the course", ids.encode("course.open", report.course.id), discord.ButtonStyle.primary)


def _counts(report: ImportReport) -> str:
    new = sum(one.base is None for one in report.passing)
    changed = len(report.passing) - new
    parts = [f"**{counted(new, 'new question')}**"] if new or not (changed or report.same) else []
    parts += [f"**{counted(changed, 'changed question')}**"] if changed else []
    parts += [f"{report.same:,} there already, the same"] if report.same else []
    parts += [f"{len(report.faulty):,} with faults"] if report.faulty else []
    parts += [f"{len(report.left_out):,} left out"] if report.left_out else []
    return " · ".join(parts)


def _nothing(report: ImportReport) -> str:
    if report.same and not report.faulty:
        return "Everything in the file is in the course already: nothing to publish."
    return "Nothing of it can be asked yet. Mend the file, and attach it again with </course import:0>."


def _listed(head: str, pairs: Sequence[tuple[str, str]]) -> str:
    lines = [f"-# {safe(place, PLACE)}: {safe(why, WHY)}" for place, why in pairs[:MOST_LISTED]]
    if len(pairs) > MOST_LISTED:
        lines.append(f"-# and {len(pairs) - MOST_LISTED:,} more")
    return f"**{head}**\n" + "\n".join(lines)


def faulty_screen(report: ImportReport) -> Screen:
    """The questions that can't be asked yet, each with its place and what to mend."""
    if not report.faulty:
        return note("None of them has faults.", GREEN)
    blocks: list[Block] = [
        f"## To mend: {counted(len(report.faulty), 'question')}\n-# Mend them in your file and attach it again: I know "
        "the others, and they don't come twice."
    ]
    blocks += [_faulty(one) for one in report.faulty[:MOST_FAULTY]]
    if len(report.faulty) > MOST_FAULTY:
        blocks.append(f"-# and {len(report.faulty) - MOST_FAULTY:,} more")
    return fitting(blocks, BLURPLE)


def _faulty(one: Item) -> str:
    lines = "\n".join(f"-# {safe(fault, WHY)}" for fault in one.faults)
    return f"**{safe(one.place, PLACE)}** · {safe(in_short(one.stem, STEM), STEM)}\n{lines}"


def look_screen(report: ImportReport, place: int) -> Screen:
    """One of the questions that a file brought, as learners will see it, before it is published."""
    place = min(place, len(report.passing) - 1)
    item = report.passing[place]
    assert item.question is not None
    what = "new" if item.base is None else f"takes the place of version {item.base}"
    head = f"-# {safe(item.place, PLACE)} · {what} · {place + 1} of {len(report.passing)}"
    at = [ids.encode("course.look_at", report.id, one) for one in (max(0, place - 1), place + 1)]
    last = place == len(report.passing) - 1
    turn = Row([Button("◀ Back", at[0], disabled=place == 0), Button("Next ▶", at[1], disabled=last)])
    return fitting([head, *seen_whole(item.question), turn], BLURPLE)


def undone_screen(report: ImportReport) -> Screen:
    """That an import was taken back."""
    if report.published == 0:
        return note("Nothing was published, and nothing of the file is kept.", GREY)
    kept = f" {counted(report.kept_as, 'question')} changed since and stay." if report.kept_as else ""
    return note(f"Undone: the course is as it was before **{safe(report.file_name, TITLE)}**.{kept}", GREY)
