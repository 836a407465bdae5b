"""Games as they are kept: what is shown of them, and what players look back at."""

from collections import Counter
from collections.abc import Iterable, Sequence

from bot.errors import NotFound, UserError
from bot.facts import Code, fact
from bot.model.games import Game
from bot.packs.library import Library
from bot.packs.models import Question
from bot.quiz.competition.awards import commonest_mistake
from bot.quiz.competition.standings import standings
from bot.quiz.competition.state import LIVE
from bot.quiz.practice.mixups import aimed_at
from bot.services.competition.live import LiveGame
from bot.services.competition.messages import GameMessages
from bot.services.competition.shown import ShownGame
from bot.services.competition.views import GameView, MyResult
from bot.storage import competitions
from bot.storage.store import Store

DRILLED = 5
"""Questions of a practice on what most of a group got wrong."""


class GameRecords:
    """Reads games, those that are on too."""

    def __init__(self, library: Library, store: Store, messages: GameMessages) -> None:
        self._library = library
        self._store = store
        self._messages = messages
        self._live: dict[int, LiveGame] = {}

    async def my_result(self, competition_id: int, number: int, member_id: int) -> MyResult:
        """A player's own round. Raises UserError while it is open."""
        return (await self.results(competition_id, number, [member_id]))[0]

    async def results(self, competition_id: int, number: int, member_ids: Sequence[int]) -> list[MyResult]:
        """The same of several players, in their order."""
        game = await self.game(competition_id)
        state = game.state
        if not 0 <= number < len(state.played):
            raise UserError(fact(Code.ROUND_STILL_OPEN))
        played, question = state.played[number], game.questions[number]
        lines = {line.member_id: line for line in standings(state, number + 1)}
        before = {line.member_id: line.place for line in standings(state, number)} if number else {}
        at_place = Counter(line.place for line in lines.values())
        terms = self._library.known(game.guild_id).terms_of(game.pack_id, question)

        def result(member_id: int) -> MyResult:
            player, line = state.player(member_id), lines.get(member_id)
            return MyResult(
                question=question,
                plan=state.plans[number],
                answer=played.answers.get(member_id),
                marks=played.marks.get(member_id, 0),
                line=line,
                players=len(lines),
                pack_id=game.pack_id,
                terms=terms,
                voided=played.voided,
                leave=competition_id if player and not player.gone and state.phase in LIVE else None,
                moved=before.get(member_id, line.place) - line.place if line else 0,
                game_id=competition_id,
                number=number,
                guild_id=game.guild_id,
                shared=line is not None and at_place[line.place] > 1,
            )

        return [result(member_id) for member_id in member_ids]

    async def missed_by(self, competition_id: int, member_id: int) -> tuple[str, list[Question]]:
        """The pack, and the questions of rounds that count which a player got wrong or did not answer.

        Raises UserError when no round counts.
        """
        game = await self.game(competition_id)
        if not game.state.counted_rounds:
            raise UserError(fact(Code.NO_ROUND_COUNTS))
        missed = []
        for played, plan, question in zip(game.state.played, game.state.plans, game.questions, strict=False):
            if played.voided:
                continue
            answer = played.answers.get(member_id)
            if answer is None or not plan.is_right(answer.given):
                missed.append(question)
        return game.pack_id, missed

    async def drill(self, competition_id: int, number: int) -> tuple[str, list[Question]]:
        """The pack, and a round's question with others: such as offer the myth which most fell for in it, or of its topic.

        Raises UserError while the round is open.
        """
        game = await self.game(competition_id)
        if not 0 <= number < len(game.state.played):
            raise UserError(fact(Code.ROUND_STILL_OPEN))
        question = game.questions[number]
        mistake, _ = commonest_mistake(game.state.plans[number], game.state.played[number])
        behind = question.options[mistake].misconception if mistake is not None else None
        others = [one for one in self._library.known(game.guild_id).questions(game.pack_id) if one.id != question.id]
        if behind and self._library.known(game.guild_id).misconception(game.pack_id, behind):
            near = aimed_at(behind, others, {}, DRILLED - 1)
        else:
            near = [one for one in others if one.topic == question.topic][: DRILLED - 1]
        return game.pack_id, [question, *near]

    async def view(self, competition_id: int) -> GameView:
        """The game as it stands, live or over."""
        live = self._live.get(competition_id)
        if live is None:
            shown = ShownGame(await self.game(competition_id))
            await shown.read_posts(self._store)
            return await self._messages.view(shown)
        return await self._messages.view(live)

    async def on_in(self, channel_ids: Iterable[int]) -> GameView | None:
        """The game that is on in one of these channels."""
        for channel_id in channel_ids:
            if (competition_id := await competitions.live_in(self._store, channel_id)) is not None:
                return await self.view(competition_id)
        return None

    async def is_in(self, competition_id: int, guild_id: int | None) -> bool:
        """Whether the game, live or over, is in this server. Raises NotFound when there is none."""
        return (await self.game(competition_id)).guild_id == guild_id

    async def game(self, competition_id: int) -> Game:
        """The game, live or over. Raises NotFound when there is none."""
        live = self._live.get(competition_id)
        game = live.game if live else await competitions.load(self._store, competition_id)
        if game is None:
            raise NotFound(fact(Code.GAME_GONE))
        return game
