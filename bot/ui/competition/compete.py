"""`/compete` and `/duel`: what their buttons do; ``screens`` draws them."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Literal, TypeVar

import discord
from discord import app_commands

from bot.errors import UserError
from bot.facts import Code, Fact, fact
from bot.model.games import Setup
from bot.packs.models import Question
from bot.quiz.competition.events import Cancel, Event, Join, Leave, Verdict
from bot.quiz.competition.pace import PACE_SECONDS, USUAL, Tempo, paced
from bot.quiz.competition.scoring import Scoring, preset
from bot.quiz.competition.state import LIVE, Phase, Rules
from bot.services.competition.games import Competitions
from bot.services.competition.openings import AlreadyOnError, Opening
from bot.services.competition.views import GameView
from bot.services.practice.practising import Learner, Practice
from bot.services.server.servers import Servers
from bot.ui import ids
from bot.ui.competition import podiums, reveals, screens
from bot.ui.competition.answering import Answering
from bot.ui.competition.choosing import Choosing
from bot.ui.competition.host import HostControls, only_here, take_over
from bot.ui.competition.locked_in import LockedIn
from bot.ui.layouts import BLURPLE, GREEN, note
from bot.ui.options import scoring_choices, whole
from bot.ui.practice.quiz import current_screen
from bot.ui.reach import require
from bot.ui.replies import Desk, Reply
from bot.ui.routing import Router
from bot.ui.server.managers import is_manager
from bot.ui.server.setup import opener
from bot.ui.words.competition import VERDICTS

T = TypeVar("T")

NEEDED = ("view_channel", "send_messages", "attach_files", "read_message_history")
TEAM_CHOICES = ("balanced", "chosen")
NEEDED_FOR_THREADS = ("create_public_threads", "send_messages_in_threads")
DUEL_ROUNDS, DUEL_MINUTES = 7, 5
ROUNDS, LOBBY_MINUTES = 10, 3


class CompeteFeature:
    """The commands, and what their buttons do.

    ``tempo`` scales every pace and pause; tests and the impatient shorten them.
    """

    def __init__(
        self,
        games: Competitions,
        practice: Practice,
        servers: Servers,
        locked_in: LockedIn,
        choosing: Choosing,
        *,
        tempo: Tempo = USUAL,
    ) -> None:
        self._choosing = choosing
        self._games = games
        self._practice = practice
        self._servers = servers
        self._locked_in = locked_in
        self._tempo = tempo

    def add_to(self, tree: app_commands.CommandTree, router: Router, desk: Desk) -> None:
        """Register the command and its actions."""

        @tree.command(name="compete", description="Start a quiz competition for everybody in this channel")
        @app_commands.describe(
            section="A section or a course (default: the course not played for longest)",
            difficulty="How hard the questions are (default: all)",
            rounds=f"How many questions, 3 to 30 (default {ROUNDS})",
            pace="Time for each question: calm 45 s, standard 25 s, quick 12 s",
            scoring=f"How answers count (default {Scoring.CLASSIC})",
            teams="Play in 2 to 8 teams",
            team_choice="Teams balanced by past results (default), or chosen by the players",
            starts_in=f"Minutes until it starts automatically, 1 to 60 (default {LOBBY_MINUTES})",
            thread="Play in a separate thread, so that the channel stays free",
            mention="Mention everybody who has joined when it starts, up to 100 (always in a thread)",
            question_set="Ask the questions of a set, in its order (an author makes one with /course set)",
        )
        @app_commands.rename(question_set="set")
        @app_commands.choices(scoring=scoring_choices())
        @app_commands.guild_only()
        async def compete(
            interaction: discord.Interaction,
            section: str | None = None,
            difficulty: Literal["easy", "medium", "hard"] | None = None,
            rounds: app_commands.Range[int, 3, 30] = ROUNDS,
            pace: Literal["calm", "standard", "quick"] = "standard",
            scoring: str = Scoring.CLASSIC.value,
            teams: app_commands.Range[int, 2, 8] | None = None,
            team_choice: Literal["balanced", "chosen"] = "balanced",
            starts_in: app_commands.Range[int, 1, 60] = LOBBY_MINUTES,
            thread: bool = False,
            mention: bool = False,
            question_set: str | None = None,
        ) -> None:
            async def open_it(reply: Reply) -> None:
                marked = preset(scoring)
                if pace not in PACE_SECONDS or marked is None or team_choice not in TEAM_CHOICES:
                    raise UserError(fact(Code.NO_SUCH_GAME_CHOICE))
                pack_id, setup = await self._choosing.setup(reply, section, difficulty, pace, question_set)
                rules = paced(
                    setup.pace,
                    len(setup.set_ids) or rounds,
                    starts_in,
                    self._tempo,
                    marked,
                    teams=teams or 0,
                    teams_chosen=bool(teams) and team_choice == "chosen",
                )
                await self._open_with(reply, rules, replace(setup, thread=thread, calls=mention), pack_id)

            await desk.serve(interaction, open_it, private=False)

        compete.autocomplete("section")(self._choosing.sections)
        compete.autocomplete("question_set")(self._choosing.sets)

        @tree.command(name="duel", description="Challenge a member: best of seven questions")
        @app_commands.describe(
            member="The member to challenge; they have five minutes to accept",
            section="A section or a course (default: the course not played for longest)",
        )
        @app_commands.guild_only()
        async def duel(interaction: discord.Interaction, member: discord.Member, section: str | None = None) -> None:
            await desk.serve(interaction, lambda reply: self._duel(reply, member, section), private=False)

        duel.autocomplete("section")(self._choosing.sections)
        self._add_actions(router)

    def _add_actions(self, router: Router) -> None:
        def add(action: str, handler: Callable[..., Awaitable[None]], *, new: bool = False, page: bool = False) -> None:
            router.add(action, only_here(self._games, handler), new=new, page=page)

        HostControls(self._games).add_to(router)
        Answering(self._games, self._locked_in).add_to(router)
        add("game.join", self._join)
        add("game.team", self._team)
        add("game.accept", self._accept)
        add("game.decline", self._decline, new=True)
        add("game.decline_yes", self._declined)
        add("game.leave", self._leave)
        add("game.leave_yes", self._left)
        add("game.mine", self._mine, new=True)
        add("game.others", self._others, new=True)
        add("game.reasons", self._reasons, page=True)
        add("game.practise", self._practise, new=True)
        add("game.drill", self._drill, new=True)
        add("game.rematch", self._rematch, new=True)
        add("game.csv", self._csv, new=True)

    # The lobby

    async def open_aimed(self, reply: Reply, pack_id: str, sections: tuple[str, ...], aims: tuple[str, ...]) -> None:
        """Open a lobby with the usual rules for these sections, whose game asks first about these misconceptions."""
        rules = paced("standard", ROUNDS, LOBBY_MINUTES, self._tempo)
        await self._open_with(reply, rules, Setup(sections, None, "standard", aims=aims), pack_id)

    async def _open_with(self, reply: Reply, rules: Rules, setup: Setup, pack_id: str | None = None) -> None:
        interaction, guild_id = reply.interaction, reply.server_id
        if guild_id is None or interaction.channel_id is None:
            raise UserError(fact(Code.GAME_NEEDS_SERVER))
        await self._servers.refuse_opening(guild_id, opener(reply))
        if setup.thread and isinstance(interaction.channel, discord.Thread):
            raise UserError(fact(Code.IN_THREAD_ALREADY))
        require(interaction, *NEEDED, *(NEEDED_FOR_THREADS if setup.thread else ()))
        opening = Opening(guild_id, interaction.channel_id, reply.learner, rules, setup, pack_id)
        try:
            view = await self._games.open(opening)
        except AlreadyOnError as already:
            link = screens.link_to(already.view)
            raise UserError(fact(Code.GAME_ON_AT, link=link)) from already
        try:
            screen = screens.lobby_screen(view, reply.words_for_all)
            message_id = await reply.show(screen, private=False, mention=setup.duel_with)
        except discord.HTTPException:
            await self._games.post_lobby(view.game.id)
            raise
        if message_id is not None:
            await self._games.shown(view.game.id, message_id)
        else:
            await self._games.post_lobby(view.game.id)

    async def _join(self, reply: Reply, game: str) -> None:
        await self._act(reply, game, Join(reply.member_id), "You're in. Good luck!", "You've already joined.")

    async def _team(self, reply: Reply, game: str, team: str) -> None:
        number = ids.number(team)
        event = Join(reply.member_id, team=number)
        await self._act(
            reply, game, event, f"You're in {screens.team_name(number)}.", "You already have a team in this game."
        )

    async def _duel(self, reply: Reply, member: discord.Member, section: str | None) -> None:
        if member.id == reply.member_id:
            raise UserError(fact(Code.DUEL_WITH_ONESELF))
        if member.bot:
            raise UserError(fact(Code.DUEL_WITH_BOT))
        rules = paced("standard", DUEL_ROUNDS, DUEL_MINUTES, self._tempo, duel=True)
        pack_id, asked = self._choosing.part(reply, section)
        setup = Setup(asked, None, "standard", member.id, whole(member.display_name))
        await self._open_with(reply, rules, setup, pack_id)

    async def _accept(self, reply: Reply, game: str) -> None:
        view = await self._games.view(ids.number(game))
        if reply.member_id != view.game.setup.duel_with:
            raise UserError(fact(Code.ONLY_CHALLENGED_ACCEPTS))
        await self._games.act(view.game.id, Join(reply.member_id), reply.learner)
        host = Learner(view.state.host_id, reply.server_id, "")
        verdict, _view = await self._games.start(view.game.id, host, manager=False)
        if verdict is Verdict.DONE:
            await reply.announce()
        else:
            await reply.show(note("You've already accepted this duel."))

    async def _decline(self, reply: Reply, game: str) -> None:
        view = await self._duellist(reply, game)
        await reply.show(screens.ask_decline_screen(view, is_host=reply.member_id == view.state.host_id))

    async def _declined(self, reply: Reply, game: str) -> None:
        view = await self._duellist(reply, game)
        is_host = reply.member_id == view.state.host_id
        event = Cancel(None, reason=Fact(Code.TAKEN_BACK if is_host else Code.DECLINED))
        verdict, _view = await self._games.act(view.game.id, event, reply.learner)
        done = "You took the challenge back." if is_host else "You declined the duel."
        await reply.update(note(done if verdict is Verdict.DONE else "This duel has already begun."))

    async def _duellist(self, reply: Reply, game: str) -> GameView:
        view = await self._games.view(ids.number(game))
        if reply.member_id not in (view.game.duellists or ()):
            raise UserError(fact(Code.ONLY_THE_TWO_END))
        return view

    async def _leave(self, reply: Reply, game: str) -> None:
        view = await self._games.view(ids.number(game))
        player = view.state.player(reply.member_id)
        if view.state.rules.duel and view.state.phase in LIVE and player and not player.gone:
            await reply.show(screens.ask_leave_screen(view))
        else:
            await self._left(reply, game)

    async def _left(self, reply: Reply, game: str) -> None:
        done = "You've left the game. You can join again until it ends."
        await self._act(reply, game, Leave(reply.member_id), done, "You're not in this game.")

    # Rounds

    async def _act(self, reply: Reply, game: str, event: Event, done: str, nothing: str) -> None:
        """Let a member act; tell them in private what came of it, or (``nothing``) why nothing did."""
        view = await self._games.view(ids.number(game))
        await take_over(self._games, reply, view)
        verdict, _view = await self._games.act(view.game.id, event, reply.learner)
        if verdict is Verdict.DONE:
            await reply.show(note(done, BLURPLE))
        else:
            await reply.show(note(nothing if verdict is Verdict.NOTHING_TO_DO else VERDICTS[verdict]))

    # Looking back

    async def _mine(self, reply: Reply, game: str, number: str) -> None:
        mine = await self._games.my_result(ids.number(game), ids.number(number), reply.member_id)
        await reply.show(reveals.my_result_screen(mine))

    async def _others(self, reply: Reply, game: str, number: str) -> None:
        of, at = ids.number(game), ids.number(number)
        await reply.show(reveals.reasons_screen(await self._games.my_result(of, at, reply.member_id), of, at))

    async def _reasons(self, reply: Reply, game: str, number: str, page: str) -> None:
        of, at = ids.number(game), ids.number(number)
        mine = await self._games.my_result(of, at, reply.member_id)
        await reply.update(reveals.reasons_screen(mine, of, at, ids.number(page)))

    async def _practise(self, reply: Reply, game: str) -> None:
        pack_id, missed = await self._games.missed_by(ids.number(game), reply.member_id)
        if not missed:
            words = "🎉 You got every question right, so there is nothing to practise from this game. Well done!"
            await reply.show(note(f"{words}\n-# </quiz:0> has new questions for you.", GREEN))
            return
        await self._begin(reply, pack_id, missed)

    async def _drill(self, reply: Reply, game: str, number: str) -> None:
        await self._begin(reply, *await self._games.drill(ids.number(game), ids.number(number)))

    async def _begin(self, reply: Reply, pack_id: str, questions: list[Question]) -> None:
        """Begin a practice of these."""
        run = await self._practice.start_with(reply.learner, pack_id, questions)
        current = await self._practice.current(run.id, reply.member_id)
        await reply.show(current_screen(current))

    async def _rematch(self, reply: Reply, game: str) -> None:
        view = await self._games.view(ids.number(game))
        if view.state.phase not in (Phase.FINISHED, Phase.CANCELLED):
            raise UserError(fact(Code.REMATCH_TOO_SOON))
        setup = self._duel_again(reply, view) if view.state.rules.duel else view.game.setup
        if isinstance(reply.interaction.channel, discord.Thread):
            # The game's own thread: the rematch is played where it was asked for.
            setup = replace(setup, thread=False)
        await self._open_with(reply, view.state.rules, setup, view.game.pack_id)

    def _duel_again(self, reply: Reply, view: GameView) -> Setup:
        """The same duel, whichever of the two asks for it; the other one is challenged."""
        host_id, setup = view.state.host_id, view.game.setup
        if reply.member_id not in (view.game.duellists or ()):
            raise UserError(fact(Code.REMATCH_OF_OTHERS))
        if host_id <= 0 or (setup.duel_with or 0) <= 0:  # what stands for a member who was deleted
            raise UserError(fact(Code.DUELLIST_GONE))
        if reply.member_id == host_id:
            return setup
        return replace(setup, duel_with=host_id, duel_name=view.name(host_id))

    async def _csv(self, reply: Reply, game: str) -> None:
        view = await self._games.view(ids.number(game))
        if reply.member_id != view.state.host_id and not is_manager(reply):
            raise UserError(fact(Code.NOT_HOST))
        await reply.show(podiums.csv_screen(view))
