"""`/compete`: what its buttons do, and (as a GameStage) the messages of each game; ``game_screens`` draws them."""

import functools
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Literal, TypeVar

import discord
from discord import app_commands

from bot.errors import UserError
from bot.quiz.competition import Cancel, End, Join, Leave, Pause, Phase, Resume, Rules, Skip, TakeOver, Verdict
from bot.quiz.pace import PACE_SECONDS, paced
from bot.quiz.practice import LETTERS
from bot.quiz.scoring import Confidence, Scoring
from bot.services.competitions import AlreadyOnError, Competitions, Opening
from bot.services.game_views import ClickResult, GameView
from bot.services.practice import Learner, Practice
from bot.services.servers import Servers
from bot.storage.competitions import Setup
from bot.ui import game_screens as screens
from bot.ui import ids
from bot.ui.layouts import BLURPLE, NO_PINGS, Screen, note
from bot.ui.lesson import section_choices
from bot.ui.options import whole
from bot.ui.quiz import question_screen
from bot.ui.reach import UNKNOWN_MESSAGE, as_lost, find_message, require
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router
from bot.ui.sending import SendScheduler
from bot.ui.setup import opener

T = TypeVar("T")

NEEDED = ("view_channel", "send_messages", "attach_files", "read_message_history")
TEAM_CHOICES = ("balanced", "chosen")
NEEDED_FOR_THREADS = ("create_public_threads", "send_messages_in_threads")
THREAD_EXISTS = 160004
DUEL_ROUNDS, DUEL_MINUTES = 7, 5
ROUNDS, LOBBY_MINUTES = 10, 3

WORDS = {
    Verdict.HAD_LOCKED_IN: "You had locked in **{letter}**; the first answer counts.",
    Verdict.CLOSED: "The round had closed; this click came too late to count.",
    Verdict.CAME_LATE: "The round had closed: your click was made in time, but it reached me after the reveal.",
    Verdict.NOT_OPEN: "This round has not begun.",
    Verdict.PAUSED: "The game is paused; your click was not counted. Click again when it goes on.",
    Verdict.OVER: "This competition is over. Open a new one with `/compete`.",
    Verdict.NOT_ALLOWED: "Only the host or a manager of this server can do that.",
    Verdict.NO_SUCH_OPTION: "This question has no such option. Please use its buttons.",
    Verdict.NOTHING_TO_DO: "Nothing to change: it is so already.",
    Verdict.NO_ANSWER_YET: "Choose a letter first; then say how sure you are.",
}


class CompeteFeature:
    """The command and the stage of competitions.

    ``pace_factor`` scales every pace and pause; tests and the impatient shorten them.
    """

    def __init__(
        self,
        games: Competitions,
        practice: Practice,
        client: discord.Client,
        scheduler: SendScheduler,
        servers: Servers,
        *,
        pace_factor: float = 1.0,
    ) -> None:
        self._games = games
        self._practice = practice
        self._client = client
        self._scheduler = scheduler
        self._servers = servers
        self._pace_factor = pace_factor
        self._threads: set[int] = set()

    def add_to(self, tree: app_commands.CommandTree, router: Router, desk: Desk) -> None:
        """Register the command and its actions."""

        @tree.command(name="compete", description="Open a quiz competition for everybody in this channel")
        @app_commands.describe(
            section="A section, or a course; without it, the course you played longest ago",
            difficulty="How hard the questions are; without it, all of them",
            rounds=f"How many questions, 3 to 30 (default {ROUNDS})",
            pace="How long each round is: calm 45 s, standard 25 s, quick 12 s",
            scoring="How answers count (default classic)",
            teams="Play in 2 to 8 teams",
            team_choice="Teams balanced by past results (default), or chosen by the players",
            starts_in=f"Minutes until it starts by itself, 1 to 60 (default {LOBBY_MINUTES})",
            thread="Play in a thread of its own, so that the channel stays free",
        )
        @app_commands.guild_only()
        async def compete(
            interaction: discord.Interaction,
            section: str | None = None,
            difficulty: Literal["easy", "medium", "hard"] | None = None,
            rounds: app_commands.Range[int, 3, 30] = ROUNDS,
            pace: Literal["calm", "standard", "quick"] = "standard",
            scoring: Literal["study", "classic", "sprint", "certainty"] = "classic",
            teams: app_commands.Range[int, 2, 8] | None = None,
            team_choice: Literal["balanced", "chosen"] = "balanced",
            starts_in: app_commands.Range[int, 1, 60] = LOBBY_MINUTES,
            thread: bool = False,
        ) -> None:
            async def open_it(reply: Reply) -> None:
                if pace not in PACE_SECONDS or scoring not in list(Scoring) or team_choice not in TEAM_CHOICES:
                    raise UserError("There is no such choice. Pick pace, scoring and team_choice from their lists.")
                rules = paced(
                    pace,
                    rounds,
                    starts_in,
                    self._pace_factor,
                    Scoring(scoring),
                    teams=teams or 0,
                    teams_chosen=bool(teams) and team_choice == "chosen",
                )
                await self._open(reply, rules, section, difficulty, pace, thread)

            await desk.serve(interaction, open_it, private=False)

        @compete.autocomplete("section")
        async def sections(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return section_choices(self._servers.library(interaction.guild_id), typed)

        @tree.command(name="duel", description="Challenge a member: best of seven questions")
        @app_commands.describe(
            member="Whom you challenge; they have five minutes to accept",
            section="A section, or a course; without it, the course you played longest ago",
        )
        @app_commands.guild_only()
        async def duel(interaction: discord.Interaction, member: discord.Member, section: str | None = None) -> None:
            await desk.serve(interaction, lambda reply: self._duel(reply, member, section), private=False)

        duel.autocomplete("section")(sections)

        def add(action: str, handler: Callable[..., Awaitable[None]], *, new: bool = False) -> None:
            router.add(action, self._only_here(handler), new=new)

        add("game.join", self._join)
        add("game.team", self._team)
        add("game.sections", self._sections)
        add("game.accept", self._accept)
        add("game.decline", self._decline)
        add("game.leave", self._leave)
        add("game.start", self._start)
        add("game.cancel", self._cancel)
        add("game.pick", self._pick, new=True)
        add("game.sure", self._sure)
        add("game.pause", self._pause)
        add("game.resume", self._resume)
        add("game.skip", self._skip)
        add("game.end", self._end)
        add("game.mine", self._mine, new=True)
        add("game.others", self._others, new=True)
        add("game.practise", self._practise, new=True)
        add("game.rematch", self._rematch, new=True)
        add("game.csv", self._csv, new=True)

    def _only_here(self, handler: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        """The handler, for games of the server that the click came from: a manager of another one is none here."""

        @functools.wraps(handler)
        async def guarded(reply: Reply, game: str, *rest: str) -> None:
            if not await self._games.is_in(ids.number(game), reply.interaction.guild_id):
                raise UserError("This competition is not in this server. Use its buttons where it is played.")
            await handler(reply, game, *rest)

        return guarded

    # The lobby

    async def _open(
        self, reply: Reply, rules: Rules, section: str | None, difficulty: str | None, pace: str, thread: bool
    ) -> None:
        pack_id, asked = self._part(reply, section)
        await self._open_with(reply, rules, Setup(asked, difficulty, pace, thread=thread), pack_id)

    def _part(self, reply: Reply, section: str | None) -> tuple[str | None, tuple[str, ...]]:
        """The course and the sections that were typed; none of either where nothing was."""
        if not section:
            return None, ()
        part = self._servers.library(reply.interaction.guild_id).find_part(section)
        return part.pack.id, (part.section.id,) if part.section else ()

    async def open_aimed(self, reply: Reply, pack_id: str, sections: tuple[str, ...], aims: tuple[str, ...]) -> None:
        """Open a lobby with the usual rules for these sections, whose game asks first about these misconceptions."""
        rules = paced("standard", ROUNDS, LOBBY_MINUTES, self._pace_factor)
        await self._open_with(reply, rules, Setup(sections, None, "standard", aims=aims), pack_id)

    async def _open_with(self, reply: Reply, rules: Rules, setup: Setup, pack_id: str | None = None) -> None:
        interaction = reply.interaction
        if interaction.guild_id is None or interaction.channel_id is None:
            raise UserError("Competitions are for a server's channels. Use `/compete` there.")
        await self._servers.refuse_opening(interaction.guild_id, opener(reply))
        if setup.thread and isinstance(interaction.channel, discord.Thread):
            raise UserError("This is a thread already. Leave `thread` out, or use `/compete` in its channel.")
        require(interaction, *NEEDED, *(NEEDED_FOR_THREADS if setup.thread else ()))
        opening = Opening(interaction.guild_id, interaction.channel_id, reply.learner, rules, setup, pack_id)
        try:
            view = await self._games.open(opening)
        except AlreadyOnError as already:
            link = screens.link_to(already.view, interaction.guild_id)
            raise UserError(f"There is a competition in this channel already: {link}") from already
        message_id = await reply.show(screens.lobby_screen(view), private=False)
        if message_id is not None:
            await self._games.shown(view.game.id, message_id)

    async def _join(self, reply: Reply, game: str) -> None:
        await self._act(reply, game, Join(reply.member_id), "You are in. Good luck!")

    async def _team(self, reply: Reply, game: str, team: str) -> None:
        await self._act(
            reply, game, Join(reply.member_id, team=ids.number(team)), f"You are in team {ids.number(team)}."
        )

    async def _sections(self, reply: Reply, game: str, *sections: str) -> None:
        verdict, _view = await self._games.choose_sections(ids.number(game), reply.learner, is_manager(reply), sections)
        await self._tell(reply, verdict)

    async def _duel(self, reply: Reply, member: discord.Member, section: str | None) -> None:
        if member.id == reply.member_id:
            raise UserError("A duel takes two: name somebody else.")
        if member.bot:
            raise UserError("Bots don't take part. Name a member of this server.")
        rules = paced("standard", DUEL_ROUNDS, DUEL_MINUTES, self._pace_factor, duel=True)
        pack_id, asked = self._part(reply, section)
        setup = Setup(asked, None, "standard", member.id, whole(member.display_name))
        await self._open_with(reply, rules, setup, pack_id)

    async def _accept(self, reply: Reply, game: str) -> None:
        view = await self._games.view(ids.number(game))
        if reply.member_id != view.game.setup.duel_with:
            raise UserError("Only the member who was challenged can accept. Start a duel of your own with `/duel`.")
        await self._games.act(view.game.id, Join(reply.member_id), reply.learner)
        host = Learner(view.state.host_id, reply.interaction.guild_id, "")
        verdict, _view = await self._games.start(view.game.id, host, manager=False)
        await self._tell(reply, verdict)

    async def _decline(self, reply: Reply, game: str) -> None:
        view = await self._games.view(ids.number(game))
        if reply.member_id not in (view.game.setup.duel_with, view.state.host_id):
            raise UserError("Only the two of them can end this duel.")
        words = "It was declined." if reply.member_id == view.game.setup.duel_with else "It was taken back."
        await self._act(reply, game, Cancel(None, reason=words))

    async def _leave(self, reply: Reply, game: str) -> None:
        await self._act(reply, game, Leave(reply.member_id), "You have left. Come back any time before the end.")

    async def _start(self, reply: Reply, game: str) -> None:
        verdict, _view = await self._games.start(ids.number(game), reply.learner, is_manager(reply))
        await self._tell(reply, verdict)

    async def _cancel(self, reply: Reply, game: str) -> None:
        await self._act(reply, game, Cancel(reply.member_id, is_manager(reply)))

    # Rounds

    async def _pick(self, reply: Reply, game: str, number: str, choice: str) -> None:
        message = reply.interaction.message
        if message is None:
            raise ids.stale()
        place = ids.number(choice)
        result = await self._games.answer(
            ids.number(game), ids.number(number), place, reply.learner, reply.stamp_ms, message.id
        )
        await reply.show(_locked_in(result, game, number))

    async def _sure(self, reply: Reply, game: str, number: str, level: str) -> None:
        if level not in {"1", "2", "3"}:
            raise ids.stale()
        confidence = Confidence(int(level))
        result = await self._games.confide(
            ids.number(game), ids.number(number), confidence, reply.learner, reply.stamp_ms
        )
        if result.verdict is not Verdict.CONFIDENCE_TAKEN:
            await reply.show(note(_words(result)))
        else:
            await reply.update(screens.confidence_screen(result.choice or 0, game, number, confidence))

    async def _pause(self, reply: Reply, game: str) -> None:
        await self._act(reply, game, Pause(by=reply.member_id, manager=is_manager(reply)))

    async def _resume(self, reply: Reply, game: str) -> None:
        await self._act(reply, game, Resume(by=reply.member_id, manager=is_manager(reply)))

    async def _skip(self, reply: Reply, game: str, number: str, stage: str) -> None:
        if stage not in (screens.OPEN, screens.OVER):
            raise ids.stale()
        over = stage == screens.OVER
        await self._act(reply, game, Skip(reply.member_id, ids.number(number), over, is_manager(reply)))

    async def _end(self, reply: Reply, game: str) -> None:
        await self._act(reply, game, End(reply.member_id, is_manager(reply)))

    async def _act(self, reply: Reply, game: str, event: object, done: str = "") -> None:
        view = await self._games.view(ids.number(game))
        state = view.state
        if state.host_left_ms is not None and is_manager(reply) and state.phase is Phase.LOBBY:
            await self._games.act(view.game.id, TakeOver(reply.member_id), reply.learner)
        verdict, _view = await self._games.act(view.game.id, event, reply.learner)  # type: ignore[arg-type]
        await self._tell(reply, verdict, done)

    async def _tell(self, reply: Reply, verdict: Verdict, done: str = "") -> None:
        """The message shows what was done; what could not be done is told in private."""
        if verdict is not Verdict.DONE:
            await reply.show(note(WORDS[verdict]))
        elif done:
            await reply.show(note(done, BLURPLE))
        else:
            await reply.announce()

    # Looking back

    async def _mine(self, reply: Reply, game: str, number: str) -> None:
        mine = await self._games.my_result(ids.number(game), ids.number(number), reply.member_id)
        await reply.show(screens.my_result_screen(mine))

    async def _others(self, reply: Reply, game: str, number: str) -> None:
        mine = await self._games.my_result(ids.number(game), ids.number(number), reply.member_id)
        await reply.show(screens.reasons_screen(mine))

    async def _practise(self, reply: Reply, game: str) -> None:
        pack_id, missed = await self._games.missed_by(ids.number(game), reply.member_id)
        if not missed:
            raise UserError("You missed nothing there. Practise something else with `/quiz`.")
        run = await self._practice.start_with(reply.learner, pack_id, missed)
        current = await self._practice.current(run.id, reply.member_id)
        await reply.show(question_screen(current))  # type: ignore[arg-type]

    async def _rematch(self, reply: Reply, game: str) -> None:
        view = await self._games.view(ids.number(game))
        if view.state.phase not in (Phase.FINISHED, Phase.CANCELLED):
            raise UserError("This competition is still on; the rematch comes after it.")
        setup = self._duel_again(reply, view) if view.state.rules.duel else view.game.setup
        if isinstance(reply.interaction.channel, discord.Thread):
            # The game's own thread: the rematch is played where it was asked for.
            setup = replace(setup, thread=False)
        await self._open_with(reply, view.state.rules, setup, view.game.pack_id)

    def _duel_again(self, reply: Reply, view: GameView) -> Setup:
        """The same duel, whichever of the two asks for it; the other one is challenged."""
        host_id, setup = view.state.host_id, view.game.setup
        if reply.member_id not in (host_id, setup.duel_with):
            raise UserError("This duel was between two others. Challenge somebody yourself with `/duel`.")
        if host_id <= 0 or (setup.duel_with or 0) <= 0:  # what stands for a member who was deleted
            raise UserError("Whoever played this duel with you is not here any more. Challenge somebody with `/duel`.")
        if reply.member_id == host_id:
            return setup
        return replace(setup, duel_with=host_id, duel_name=view.name(host_id))

    async def _csv(self, reply: Reply, game: str) -> None:
        view = await self._games.view(ids.number(game))
        if reply.member_id != view.state.host_id and not is_manager(reply):
            raise UserError(WORDS[Verdict.NOT_ALLOWED])
        await reply.show(screens.csv_screen(view))

    # As a stage

    async def post_round(self, view: GameView, number: int, nonce: str) -> int:
        """Post a round's message; returns its id."""
        return await self._send(view, screens.round_screen(view, number), nonce)

    async def post_lobby(self, view: GameView, nonce: str) -> int:
        """Post a lobby that no command opened; returns the message's id."""
        return await self._send(view, screens.lobby_screen(view), nonce)

    async def post_podium(self, view: GameView, nonce: str) -> int:
        """Post the podium; returns the message's id."""
        return await self._send(view, screens.podium_screen(view), nonce)

    async def edit_round(self, view: GameView, number: int, message_id: int) -> None:
        """Bring a round's message up to date."""
        screen, key = screens.round_screen(view, number), f"round {view.game.id} {number}"
        await self._edit(view, view.game.play_channel_id, message_id, screen, key)

    async def edit_lobby(self, view: GameView) -> None:
        """Bring the lobby up to date."""
        if view.game.lobby_message_id is not None:
            screen, key = screens.lobby_screen(view), f"lobby {view.game.id}"
            await self._edit(view, view.game.channel_id, view.game.lobby_message_id, screen, key)

    def hint_round(self, view: GameView, number: int, message_id: int) -> None:
        """Show how many have answered, when there is room for it."""

        async def show() -> None:
            await self._patch(view, view.game.play_channel_id, message_id, screens.round_screen(view, number))

        async def gone() -> None:
            await self._games.message_gone(view.game.id, number, message_id)

        self._hint(f"round {view.game.id} {number}", show, gone)

    def hint_lobby(self, view: GameView) -> None:
        """Show who is in, when there is room for it."""
        message_id = view.game.lobby_message_id
        if message_id is None:
            return

        async def show() -> None:
            await self._patch(view, view.game.channel_id, message_id, screens.lobby_screen(view))

        async def gone() -> None:
            await self._games.lobby_gone(view.game.id, message_id)

        self._hint(f"lobby {view.game.id}", show, gone)

    def _hint(self, key: str, show: Callable[[], Awaitable[None]], gone: Callable[[], Awaitable[None]]) -> None:
        """Edit a message when there is room for it; say so when it was deleted."""

        async def edit() -> None:
            try:
                await show()
            except discord.NotFound as problem:
                if problem.code != UNKNOWN_MESSAGE:
                    raise
                await gone()

        self._scheduler.hint(key, edit)

    async def find_post(self, channel_id: int, kind: str, competition_id: int, number: int) -> int | None:
        """Look in the channel's history for a message whose id was not stored: its buttons name it."""
        wanted = re.compile(
            {
                "round": rf"sh:game\.(pick|mine|resume):{competition_id}:{number}(:|$)",
                "lobby": rf"sh:game\.(join|accept):{competition_id}$",
            }.get(kind, rf"sh:game\.practise:{competition_id}$")
        )
        return await find_message(self._client, channel_id, wanted)

    async def _send(self, view: GameView, screen: Screen, nonce: str) -> int:
        if view.game.setup.thread:
            await self._open_thread(view)
        channel = self._client.get_partial_messageable(view.game.play_channel_id, guild_id=view.game.guild_id)

        async def send() -> int:
            message = await channel.send(view=screen.view(), files=screen.files(), nonce=nonce)
            return message.id

        return await self._call(send, "")

    async def _open_thread(self, view: GameView) -> None:
        """Have the lobby's thread; that it is there already is fine."""
        lobby = view.game.lobby_message_id
        if lobby is None or view.game.id in self._threads:
            return
        start = self._client.http.start_thread_with_message
        try:
            await self._call(
                lambda: start(view.game.channel_id, lobby, name=screens.thread_name(view), auto_archive_duration=60), ""
            )
        except discord.HTTPException as problem:
            if problem.code != THREAD_EXISTS:
                raise
        self._threads.add(view.game.id)

    async def _edit(self, view: GameView, channel_id: int, message_id: int, screen: Screen, key: str) -> None:
        await self._call(lambda: self._patch(view, channel_id, message_id, screen), key)

    async def _call(self, send: Callable[[], Awaitable[T]], key: str) -> T:
        try:
            return await self._scheduler.call(send, urgency=SendScheduler.URGENT, key=key)
        except discord.HTTPException as problem:
            raise as_lost(problem) from problem

    async def _patch(self, view: GameView, channel_id: int, message_id: int, screen: Screen) -> None:
        channel = self._client.get_partial_messageable(channel_id, guild_id=view.game.guild_id)
        message = channel.get_partial_message(message_id)
        await message.edit(view=screen.view(), attachments=screen.files(), allowed_mentions=NO_PINGS)


def is_manager(reply: Reply) -> bool:
    """Whether who acted may manage the server."""
    return reply.interaction.permissions.manage_guild


def _words(result: ClickResult) -> str:
    letter = LETTERS[result.choice] if result.choice is not None else "?"
    return WORDS.get(result.verdict, WORDS[Verdict.CLOSED]).format(letter=letter)


def _locked_in(result: ClickResult, game: str, number: str) -> Screen:
    if result.verdict is Verdict.NOT_ALLOWED:
        return note("This duel is between two others. Watch them, or challenge somebody yourself with `/duel`.")
    if result.verdict is not Verdict.LOCKED_IN:
        return note(_words(result))
    if result.certainty:
        return screens.confidence_screen(result.choice or 0, game, number, None)
    return note(f"🔒 Locked in **{LETTERS[result.choice or 0]}**.", BLURPLE)
