"""A question on its way: the preview of a draft, the reader's view of a suggestion, lists, versions."""

from collections.abc import Sequence

import discord

from bot.model.courses import DraftState, OwnCourse, OwnDraft, OwnQuestion
from bot.services.course.authoring import LONGEST_NOTE, DraftView, Found
from bot.ui import ids
from bot.ui.course.previews import seen_whole
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
    asking,
    fitting,
    in_short,
    note,
)
from bot.ui.names import safe
from bot.wording import counted

TITLE, STEM, WHY = 60, 80, 300
MENU, LISTED = 25, 10
NO_DRAFT = 0
PRIMARY, SUCCESS = discord.ButtonStyle.primary, discord.ButtonStyle.success

_STATES = {
    DraftState.DRAFT: "draft",
    DraftState.PROPOSED: "proposed: an author reads it next",
    DraftState.RETURNED: "came back to you",
    DraftState.DECLINED: "turned down",
}


def begins(draft: OwnDraft) -> str:
    """How a draft begins, in one short line."""
    return safe(in_short(draft.typed.question or "(no text yet)", STEM), STEM)


def draft_screen(view: DraftView) -> Screen:
    """One's own draft: as learners will see it, or what is in the way; then publish, propose, edit, delete."""
    draft = view.draft
    where = f"{safe(view.course.outline.title, TITLE)} › {safe(draft.typed.section, TITLE)}"
    blocks: list[Block] = [f"-# Preview · {where} · {_STATES[draft.state]}. Only you see this."]
    if draft.note:
        blocks.append(f"**A reader says**: “{safe(draft.note, LONGEST_NOTE)}”")
    edit = Button("Edit", ids.encode("question.edit_draft", draft.id))
    drop = Button("Delete the draft", ids.encode("question.drop", draft.id))
    if view.question is None:
        blocks.append(f"**Not ready yet**\n{_lines(view.faults)}\n-# What you typed is kept.")
        blocks.append(Row([edit._replace(style=PRIMARY), drop]))
        return fitting(blocks, RED)
    blocks += seen_whole(view.question)
    blocks += _remarks(view)
    if draft.state is DraftState.PROPOSED:
        return fitting([*blocks, Row([edit, drop])], BLURPLE)
    on = (
        Button("Propose", ids.encode("question.propose", draft.id), SUCCESS)
        if view.needs_reader
        else Button("Publish", ids.encode("question.publish", draft.id), SUCCESS)
    )
    if view.meanwhile and not view.needs_reader:
        on = Button("Publish over theirs", ids.encode("question.over", draft.id), discord.ButtonStyle.danger)
    ways = [on, edit, drop]
    if view.meanwhile:
        ways.append(Button("See theirs", ids.encode("question.history", view.course.id, draft.question_id)))
    return fitting([*blocks, Row(ways)], BLURPLE)


def _lines(texts: Sequence[str]) -> str:
    return "\n".join(f"- {safe(one, WHY)}" for one in texts[:LISTED])


def _remarks(view: DraftView) -> list[Block]:
    found: list[str] = []
    if view.meanwhile:
        found.append("⚠️ **Somebody else published another version since you began.** Yours is kept.")
    if view.alike:
        found.append(
            "**Nearly the same question is there already**\n" + _lines([in_short(o.stem, STEM) for o in view.alike])
        )
    if view.advice:
        found.append(f"**Worth a look**\n{_lines(view.advice)}")
    return [RULE, "\n".join(found)] if found else []


def published_screen(course: OwnCourse, put: OwnQuestion, *, waiting: int | None = None) -> Screen:
    """That a question is asked from now on; to a reader also how many suggestions are ``waiting``."""
    version = f" as version {put.version}" if put.version > 1 else ""
    stem = safe(in_short(put.question.stem, STEM), STEM)
    words = f"✅ **Published{version}.** {stem}\n-# In {safe(course.outline.title, TITLE)}."
    ways = [Button("Add another", ids.encode("question.add", course.id), PRIMARY)]
    if waiting is not None:
        ways = _next_one(waiting)
        words += "" if waiting else "\n-# That was the last suggestion."
    ways.append(Button("Open it", ids.encode("question.open", f"{course.pack_id}/{put.id}")))
    return Screen([words, Row(ways)], GREEN)


def drafts_screen(drafts: Sequence[OwnDraft], titles: dict[int, str]) -> Screen:
    """What a member has written here and not published."""
    shown = [one for one in drafts if one.course_id in titles]
    if not shown:
        return note("You have no drafts here. </question add:0> or </suggest:0> begins one.", GREY)
    lines = [
        f"- {begins(one)} · *{_STATES[one.state]}* · {safe(titles[one.course_id], TITLE)}" for one in shown[-LISTED:]
    ]
    options = [
        (in_short(one.typed.question or "(no text yet)", STEM), str(one.id), _STATES[one.state])
        for one in shown[-MENU:]
    ]
    pick = Pick(ids.encode("question.draft"), "Open a draft…", options)
    return Screen(["## Your drafts here\n" + "\n".join(lines), pick], BLURPLE)


def review_screen(view: DraftView, number: int, count: int, reader_id: int) -> Screen:
    """Somebody's suggestion, and what can be answered to it."""
    draft = view.draft
    by = safe(view.author, 32) if view.author else "a member"
    where = f"{safe(view.course.outline.title, TITLE)} › {safe(draft.typed.section, TITLE)}"
    what = "another version of a question" if draft.question_id else "a new question"
    blocks: list[Block] = [f"-# Suggestion {number} of {count} · {where} · {what} by {by}"]
    skip = Button("Skip", ids.encode("question.skip", draft.id), disabled=count == 1)
    if view.question is None:
        blocks.append(f"**It can't be asked any more as it is**\n{_lines(view.faults)}")
    else:
        blocks += [*seen_whole(view.question), *_remarks(view)]
    if draft.member_id == reader_id:
        blocks.append("-# This one is yours: somebody else has to read it.")
        return fitting([*blocks, Row([skip])], BLURPLE)
    action = "question.accept_over" if view.meanwhile else "question.accept"
    accept = Button("Accept over theirs" if view.meanwhile else "Accept", ids.encode(action, draft.id), SUCCESS)
    back = Button("Send back…", ids.encode("question.send_back", draft.id))
    no = Button("Turn down…", ids.encode("question.decline", draft.id))
    ways = [back, no, skip] if view.question is None else [accept, back, no, skip]
    return fitting([*blocks, Row(ways)], BLURPLE)


def answered_screen(words: str, waiting: int) -> Screen:
    """That a suggestion was answered, and the way to the next one."""
    if not waiting:
        return note(f"{words}\n-# That was the last suggestion.", GREEN)
    return Screen([words, Row(_next_one(waiting))], GREEN)


def _next_one(waiting: int) -> list[Button]:
    return [Button("Read the next one", ids.encode("question.skip", NO_DRAFT), PRIMARY)] if waiting else []


def found_screen(found: Sequence[Found], *, course_id: int | None = None, page: int = 0) -> Screen:
    """Questions in a list, and a menu to open one."""
    if not found:
        return note("I found no such question. Other words, or fewer, may find it.", GREY)
    pages = -(-len(found) // MENU)
    page = min(page, pages - 1)
    here = found[page * MENU : (page + 1) * MENU]
    lines = [
        f"- {'' if one.question.is_live else '🚫 '}{safe(in_short(one.question.question.stem, STEM), STEM)}"
        for one in here
    ]
    blocks: list[Block] = [f"## {counted(len(found), 'question')}\n" + "\n".join(lines)]
    if any(not one.question.is_live for one in here):
        blocks.append("-# 🚫 retired")
    options = [
        (
            in_short(one.question.question.stem, STEM),
            key_of(one),
            one.course.outline.section_title(one.question.question.section),
        )
        for one in here
    ]
    blocks.append(Pick(ids.encode("question.open"), "Open a question…", options))
    if pages > 1 and course_id is not None:
        back, on = (ids.encode("question.turn", course_id, one) for one in (max(0, page - 1), page + 1))
        blocks.append(
            Row([Button("◀ Back", back, disabled=page == 0), Button("More ▶", on, disabled=page == pages - 1)])
        )
    elif pages > 1:
        blocks.append(f"-# The first {MENU} are in the menu. More words find fewer.")
    return fitting(blocks, BLURPLE)


def question_screen(course: OwnCourse, one: OwnQuestion) -> Screen:
    """A question of a course as learners see it, and what can be done with it."""
    state = "asked" if one.is_live else "retired"
    head = f"-# {safe(course.outline.title, TITLE)} · version {one.version}, <t:{one.changed_ms // 1000}:d> · {state}"
    edit = Button("Edit", ids.encode("question.form", course.id, one.id), PRIMARY)
    history = Button("History", ids.encode("question.history", course.id, one.id))
    last = (
        Button("Retire", ids.encode("question.retire", course.id, one.id))
        if one.is_live
        else Button("Ask it again", ids.encode("question.revive", course.id, one.id))
    )
    return fitting([head, *seen_whole(one.question), Row([edit, history, last])], BLURPLE)


def history_screen(
    course: OwnCourse, found: Sequence[OwnQuestion], names: dict[int, str], version: int | None = None
) -> Screen:
    """The versions of a question, one of them as learners saw it."""
    shown = next((one for one in found if one.version == version), found[0])
    lines = [
        f"{'▶' if one is shown else '▫️'} version {one.version} · <t:{one.changed_ms // 1000}:f> · "
        f"{safe(names[one.member_id], 32) if one.member_id in names else 'somebody who left, or a file'}"
        for one in found[:LISTED]
    ]
    blocks: list[Block] = [f"## History\n{chr(10).join(lines)}", RULE, *seen_whole(shown.question)]
    others = [(f"Version {one.version}", str(one.version), in_short(one.question.stem, STEM)) for one in found[:MENU]]
    if len(others) > 1:
        menu = ids.encode("question.version", course.id, shown.id)
        blocks.append(Pick(menu, "Look at a version…", others, [str(shown.version)]))
    return fitting(blocks, BLURPLE)


def retiring_screen(course: OwnCourse, one: OwnQuestion) -> Screen:
    """Asks before a question is retired."""
    no = Button("No, keep it", ids.encode("question.keep", course.id, one.id))
    yes = Button("Yes, retire it", ids.encode("question.retire_yes", course.id, one.id))
    stem = safe(in_short(one.question.stem, STEM), STEM)
    return asking(
        f"**Retire this question?** {stem}\nIt won't be asked any more; answers already given stay. You can bring it back.",
        no,
        yes,
    )


def key_of(one: Found) -> str:
    """How a question is named in options: its pack and its id."""
    return f"{one.course.pack_id}/{one.question.id}"
