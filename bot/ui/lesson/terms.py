"""`/term`: a word of the glossary, and the menu that shows the words of a page or an explanation."""

from collections.abc import Sequence

import discord
from discord import app_commands

from bot.packs.library import Library, TermRef
from bot.packs.models import Term
from bot.services.server.servers import Servers
from bot.ui import ids
from bot.ui.layouts import BLURPLE, Block, Button, CoursePicture, Pick, Row, Screen
from bot.ui.reach import anywhere, server_of
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router

MOST = 25
"""Entries of a menu, and of an autocompletion."""


class TermFeature:
    """The command, and what the menu does."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers

    def add_to(self, tree: app_commands.CommandTree, router: Router, desk: Desk) -> None:
        """Register the command and its actions."""

        @anywhere
        @tree.command(name="term", description="What a term means, in one sentence")
        @app_commands.describe(name="The word, or a part of it")
        async def term(interaction: discord.Interaction, name: str) -> None:
            await desk.serve(interaction, lambda reply: self._show(reply, name))

        @term.autocomplete("name")
        async def names(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return term_choices(self._servers.library(server_of(interaction)), typed)

        router.add("term.pick", self._pick, new=True)

    async def _show(self, reply: Reply, name: str) -> None:
        library = self._servers.library(reply.server_id)
        await reply.show(term_screen(library, library.find_term(name)))

    async def _pick(self, reply: Reply, pack_id: str, term_id: str) -> None:
        library = self._servers.library(reply.server_id)
        pack = library.pack(pack_id)
        term = next((one for one in pack.terms if one.id == term_id), None)
        if term is None:
            raise ids.stale()
        await reply.show(term_screen(library, TermRef(pack, term)))


def term_choices(library: Library, typed: str) -> list[app_commands.Choice[str]]:
    """Up to 25 terms of which a name holds what was typed; those that begin with it come first."""
    wanted = typed.strip().casefold()
    found = [
        ref.term for ref in library.terms if any(wanted in name.casefold() for name in (ref.term.name, *ref.term.also))
    ]
    found.sort(key=lambda term: not term.name.casefold().startswith(wanted))
    return [app_commands.Choice(name=term.name, value=term.id) for term in found[:MOST]]


def term_screen(library: Library, ref: TermRef) -> Screen:
    """A term's meaning, the other names it goes by, and the way to the section that explains it."""
    term = ref.term
    also = f"\n-# Also: {', '.join(term.also)}" if term.also else ""
    source = f" \u00b7 [Source]({term.source})" if term.source else ""
    blocks: list[Block] = [f"### {term.name}\n{term.meaning}{also}\n-# Glossary{source}"]
    if term.picture:
        blocks.append(CoursePicture(term.picture, term.alt))
    if term.section:
        section = library.section(ref.pack.id, term.section).section
        if section.pages:
            blocks.append(Row([Button(f"Read: {section.title}", ids.encode("lesson.read", ref.pack.id, section.id))]))
    return Screen(blocks, BLURPLE)


def term_menu(pack_id: str, terms: Sequence[Term], placeholder: str) -> list[Block]:
    """A menu of the terms that a text uses; nothing where it uses none."""
    if not terms:
        return []
    return [
        Pick(ids.encode("term.pick", pack_id), placeholder, [(one.name, one.id, one.meaning) for one in terms[:MOST]])
    ]
