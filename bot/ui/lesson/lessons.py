"""`/lesson`: the contents with one's progress, and a section's pages."""

from collections.abc import Mapping, Sequence
from functools import partial

import discord
from discord import app_commands

from bot.packs.library import Library, SectionRef, whole_title
from bot.packs.words import spellings
from bot.services.lesson.lessons import Contents, ContentsLine, LessonPage, Lessons
from bot.services.server.servers import Servers
from bot.ui import ids
from bot.ui.layouts import BLURPLE, RULE, Block, Button, CoursePicture, Pick, Row, Screen, bold, code_block
from bot.ui.lesson.terms import term_menu
from bot.ui.reach import anywhere, server_of
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router

MENU = 25
"""As many options a menu holds."""
SUMMARIES_UP_TO = 2_500
"""Longer contents, in characters, go without the sections' summaries."""


class LessonFeature:
    """The command, and what its buttons do."""

    def __init__(self, lessons: Lessons, servers: Servers, demo_titles: Mapping[str, str]) -> None:
        self._lessons = lessons
        self._servers = servers
        self._demo_titles = demo_titles

    def add_to(self, tree: app_commands.CommandTree, router: Router, desk: Desk) -> None:
        """Register the command and its actions."""

        @anywhere
        @tree.command(name="lesson", description="Read the lesson, section by section")
        @app_commands.describe(section="A section or a course (default: the contents, with your progress)")
        async def lesson(interaction: discord.Interaction, section: str | None = None) -> None:
            await desk.serve(interaction, lambda reply: self._open(reply, section))

        @lesson.autocomplete("section")
        async def sections(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return section_choices(self._servers.library(server_of(interaction)), typed)

        router.add("lesson.contents", self._show_contents, page=True)
        router.add("lesson.part", self._show_part, page=True)
        router.add("lesson.course", self._show_contents, page=True)
        router.add("lesson.page", self._turn, page=True)
        router.add("lesson.pick", self._pick, page=True)
        router.add("lesson.read", self._read, new=True)
        router.add("lesson.look", self._look, new=True)
        router.add("lesson.share", self._share, new=True, private=False)

    async def _open(self, reply: Reply, section: str | None) -> None:
        if section is None:
            await reply.show(await self._contents(reply))
            return
        part = self._servers.library(reply.server_id).find_part(section)
        if part.section is None:
            await reply.show(await self._contents(reply, part.pack.id))
        else:
            await reply.show(await self._opened(reply, SectionRef(part.pack, part.section)))

    async def _show_contents(self, reply: Reply, pack_id: str) -> None:
        await reply.update(await self._contents(reply, pack_id))

    async def _show_part(self, reply: Reply, pack_id: str, part: str) -> None:
        await reply.update(await self._contents(reply, pack_id, ids.number(part)))

    async def _contents(self, reply: Reply, pack_id: str | None = None, part: int = 0) -> Screen:
        guild_id = reply.server_id
        contents = await self._lessons.contents(reply.member_id, pack_id, guild_id)
        packs = self._servers.library(guild_id).packs
        return contents_screen(contents, [(one.head.title, one.id, one.head.description) for one in packs], part)

    async def _turn(self, reply: Reply, pack_id: str, section_id: str, number: str) -> None:
        await reply.update(await self._opened(reply, self._section(reply, pack_id, section_id), ids.number(number)))

    async def _pick(self, reply: Reply, pack_id: str, section_id: str) -> None:
        await reply.update(await self._opened(reply, self._section(reply, pack_id, section_id)))

    async def _read(self, reply: Reply, pack_id: str, section_id: str) -> None:
        await reply.show(await self._opened(reply, self._section(reply, pack_id, section_id)))

    async def _look(self, reply: Reply, pack_id: str, section_id: str, number: str) -> None:
        await reply.show(await self._opened(reply, self._section(reply, pack_id, section_id), ids.number(number)))

    async def _share(self, reply: Reply, pack_id: str, section_id: str, number: str) -> None:
        ref = self._section(reply, pack_id, section_id)
        if not ref.section.pages:  # they were taken out of the course meanwhile
            raise ids.stale()
        page = await self._lessons.open(reply.member_id, ref, ids.number(number), reply.server_id)
        await reply.show(shared_screen(page), private=False)

    def _section(self, reply: Reply, pack_id: str, section_id: str) -> SectionRef:
        return self._servers.library(reply.server_id).section(pack_id, section_id)

    async def _opened(self, reply: Reply, ref: SectionRef, number: int | None = None) -> Screen:
        if not ref.section.pages:
            return section_screen(ref)
        page = await self._lessons.open(reply.member_id, ref, number, reply.server_id)
        in_server = reply.server_id is not None
        return page_screen(page, self._demo_titles if in_server else {}, in_server=in_server)


def section_choices(library: Library, typed: str, *, courses: bool = True) -> list[app_commands.Choice[str]]:
    """Up to 25 sections whose title holds what was typed; where there are several courses, they come first as a whole."""
    _, wanted, _ = spellings(typed)
    whole = [(whole_title(pack), pack.id) for pack in library.packs if courses and len(library.packs) > 1]
    offered = [*whole, *((library.title(ref), ref.key) for ref in library.sections)]
    found = [(name, value) for name, value in offered if wanted in spellings(name)[1]]
    return [app_commands.Choice(name=name[:100], value=value) for name, value in found[:25]]


def nearby(courses: Sequence[tuple[str, str, str]], pack_id: str) -> Sequence[tuple[str, str, str]]:
    """As many courses as a menu holds, with the one that is open in the middle, so that every other one can be reached."""
    at = next((n for n, (_title, one, _words) in enumerate(courses) if one == pack_id), 0)
    first = max(0, min(at - MENU // 2, len(courses) - MENU))
    return courses[first : first + MENU]


def course_menu(action: str, courses: Sequence[tuple[str, str, str]], pack_id: str) -> list[Block]:
    """The menu that leads from a course to the other ones, where there are any; each a title, an id, and words on it."""
    if len(courses) < 2:
        return []
    return [Pick(ids.encode(action), "Another course…", nearby(courses, pack_id), (pack_id,))]


def contents_screen(contents: Contents, courses: Sequence[tuple[str, str, str]] = (), part: int = 0) -> Screen:
    """A pack's sections with the member's progress, and the way to the other courses, where there are any.

    More sections than a menu holds are turned through; ``part`` counts from 0.
    """
    parts = -(-len(contents.lines) // MENU)
    part = max(0, min(part, parts - 1))
    shown = contents.lines[part * MENU : (part + 1) * MENU]
    about = [f"## {contents.title}", f"-# {contents.subtitle}" if contents.subtitle else "", contents.description]
    blocks: list[Block] = ["\n".join(line for line in about if line), RULE]
    lines = [_contents_line(i, line) for i, line in enumerate(shown, part * MENU + 1)]
    with_summaries = [
        f"{line}\n-# {one.ref.section.summary}" if one.ref.section.summary else line
        for line, one in zip(lines, shown, strict=True)
    ]
    text = "\n".join(with_summaries)
    brief = len(text) <= SUMMARIES_UP_TO and Screen(blocks).fits(text)
    blocks.append(text if brief else "\n".join(lines))  # the menu has the summaries too
    blocks.append(
        Pick(
            ids.encode("lesson.pick", contents.pack_id),
            "Open a section…",
            [(line.ref.section.title, line.ref.section.id, line.ref.section.summary) for line in shown],
        )
    )
    blocks.append(Row([_way_in(contents), *_turn_contents(contents.pack_id, part, parts)]))
    blocks += course_menu("lesson.course", courses, contents.pack_id)
    return Screen(blocks, BLURPLE)


def _way_in(contents: Contents) -> Button:
    """On from where the member was, to the first page, or, in a course without a lesson, to its questions."""
    if contents.resume:
        ref, number = contents.resume
        label = f"Continue: {ref.section.title}, page {number + 1}"
        return Button(label, _page_id(ref, number), discord.ButtonStyle.primary)
    first = next((line.ref for line in contents.lines if line.pages), None)
    if first:
        return Button("Start reading", _page_id(first, 0), discord.ButtonStyle.primary)
    return Button("Start a quiz", ids.encode("quiz.plan", contents.pack_id), discord.ButtonStyle.success)


def _turn_contents(pack_id: str, part: int, parts: int) -> list[Button]:
    if parts < 2:
        return []
    turn = partial(ids.encode, "lesson.part", pack_id)
    return [
        Button("◀ Earlier sections", turn(max(part - 1, 0)), disabled=part == 0),
        Button("Later sections ▶", turn(part + 1), disabled=part == parts - 1),
    ]


def section_screen(ref: SectionRef) -> Screen:
    """A section without pages: what there is of it instead."""
    asked = sum(question.section == ref.section.id for question in ref.pack.questions)
    summary = f"\n{ref.section.summary}" if ref.section.summary else ""
    words = f"There is nothing to read here, but {asked} question{'s' * (asked != 1)} to practise with."
    if not asked:
        words = "There is nothing to read here, and no question yet."
    start = ids.encode("quiz.start", ref.pack.id, ref.section.id)
    ways = [Button("Quiz me on this" if asked else "Quiz me on everything", start, discord.ButtonStyle.success)]
    ways.append(Button("Contents", ids.encode("lesson.contents", ref.pack.id)))
    return Screen([f"### {ref.section.title}{summary}\n{words}", Row(ways)], BLURPLE)


def _contents_line(number: int, line: ContentsLine) -> str:
    if not line.pages:
        state = f"{line.questions} question{'s' * (line.questions != 1)}"
    elif line.finished:
        state = "✅ read"
    elif line.read:
        state = f"📖 {line.read} of {line.pages} pages read"
    else:
        state = f"{line.pages} page{'s' * (line.pages > 1)}"
    return f"**{number}. {line.ref.section.title}** · {state}"


def page_screen(page: LessonPage, demo_titles: Mapping[str, str], *, in_server: bool) -> Screen:
    """One page with its way on, back and out; ``demo_titles`` are those of the demos that can be run here."""
    ref = page.ref
    turn = [
        Button("◀ Previous", _page_id(*page.before) if page.before else "sh:lesson.none", disabled=page.before is None),
        Button(
            _next_label(page),
            _page_id(*page.after) if page.after else "sh:lesson.none:1",
            discord.ButtonStyle.primary,
            disabled=page.after is None,
        ),
        Button("Contents", ids.encode("lesson.contents", ref.pack.id)),
    ]
    has_questions = any(question.section == ref.section.id for question in ref.pack.questions)
    more = [
        Button(
            "Quiz me on this" if has_questions else "Quiz me on everything",
            ids.encode("quiz.start", ref.pack.id, ref.section.id),
            discord.ButtonStyle.success,
        )
    ]
    if in_server:
        more += [Button(label, ids.encode("demo.open", demo)) for demo, label in _demos_of(page, demo_titles)]
        more.append(Button("Share here", ids.encode("lesson.share", ref.pack.id, ref.section.id, page.number)))
    menus: list[Block] = [*term_menu(ref.pack.id, page.terms, "Words of this page…"), *_links(page)]
    return Screen([*page_blocks(page), *menus, Row(turn), Row(more)], BLURPLE)


def _demos_of(page: LessonPage, titles: Mapping[str, str]) -> list[tuple[str, str]]:
    """The demo of the page's figure; else those of the section: each with the label of its button."""
    if page.page.figure and page.page.figure.demo in titles:
        return [(page.page.figure.demo, "Measure it here")]
    demos = [demo for demo in page.ref.section.demos if demo in titles][:3]
    return [(demo, f"Demo: {titles[demo]}" if len(demos) > 1 else "Run the demo") for demo in demos]


def _links(page: LessonPage) -> list[Block]:
    linked = [section for section in page.ref.pack.sections if section.id in page.page.links]
    if not linked:
        return []
    options = [(section.title, section.id, section.summary) for section in linked]
    return [Pick(ids.encode("lesson.pick", page.ref.pack.id), "Back to a section…", options)]


def shared_screen(page: LessonPage) -> Screen:
    """The page for a whole channel, with a way in for everybody."""
    read = Button("Read this section", ids.encode("lesson.read", page.ref.pack.id, page.ref.section.id))
    return Screen([*page_blocks(page), Row([read])], BLURPLE)


def page_blocks(page: LessonPage) -> list[Block]:
    """What a page says."""
    section, content = page.ref.section, page.page
    since = f" · Python {content.since} and later" if content.since else ""
    mistake = "⚠️ Common mistake: " if content.mistake else ""
    body = f"### {section.title} · {mistake}{content.title}{since}\n{content.text.rstrip()}"
    if section.opening and page.number == 0:
        body = f"> 🤔 {bold(section.opening)}\n{body}"
    below = [code_block(content.code, content.code_language)] if content.code else []
    if content.code and content.output:
        below += ["It prints:", code_block(content.output, "text")]
    if content.after:
        below.append(content.after.rstrip())
    if content.picture:
        blocks: list[Block] = [body, CoursePicture(content.picture, content.alt)]
        blocks += ["\n".join(below)] if below else []
    else:
        blocks = ["\n".join([body, *below])]
    if content.figure:
        blocks += [RULE, f"📏 **Measured**: {content.figure.text.strip()}"]
    if page.is_last and section.remember:
        remember = "\n".join(f"- {line}" for line in section.remember)
        blocks += [RULE, f"**Remember**\n{remember}"]
    source = f" · [Source]({content.source})" if content.source else ""
    blocks.append(f"-# Page {page.number + 1} of {page.count}{source}")
    return blocks


def _next_label(page: LessonPage) -> str:
    if page.after and page.after[0] != page.ref:
        return f"Next: {page.after[0].section.title} ▶"
    return "Next ▶"


def _page_id(ref: SectionRef, number: int) -> str:
    return ids.encode("lesson.page", ref.pack.id, ref.section.id, number)
