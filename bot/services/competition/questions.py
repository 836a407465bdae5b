"""Which questions a competition asks: such as fit what was chosen, and were not asked here lately."""

from collections.abc import Sequence
from random import Random

from bot.errors import UserError
from bot.facts import Code, fact
from bot.model.games import Game, Setup
from bot.packs.library import Library
from bot.packs.models import Question
from bot.quiz.competition.events import Start
from bot.quiz.competition.pace import PACES_FOR_ORDERS
from bot.quiz.competition.ramp import ramped
from bot.quiz.competition.state import RoundPlan
from bot.quiz.practice.mixups import offered_by
from bot.quiz.practice.picking import Seen, option_order, pick
from bot.quiz.question.regrading import Rulings
from bot.storage import answers, competitions, open_questions
from bot.storage.question import rulings
from bot.storage.store import Store

READING_MS_A_CHARACTER = 30
"""Of code."""
LOOKING_MS = 5_000
"""At a picture, which also has to arrive."""


class GameQuestions:
    """Chooses what competitions ask."""

    def __init__(self, library: Library, store: Store, rng: Random) -> None:
        self._library = library
        self._store = store
        self._rng = rng

    async def fitting(self, guild_id: int, pack_id: str, setup: Setup) -> int:
        """How many questions fit what was chosen. Raises UserError when none does."""
        return len(self._fitting(guild_id, pack_id, setup, await rulings.here(self._store, guild_id, pack_id)))

    async def draw(self, game: Game) -> tuple[list[Question], tuple[RoundPlan, ...]]:
        """A question for each round, and how it is asked. Raises UserError when none fits.

        What is open in the server is not asked a second time there: one result would tell the other.
        """
        lately = await competitions.lately_asked(self._store, game.guild_id)
        here = await rulings.here(self._store, game.guild_id, game.pack_id)
        secret = await open_questions.in_server(self._store, game.guild_id, game.pack_id)
        secret |= await open_questions.to_come(self._store, game.guild_id, game.pack_id)
        fits = self._fitting(game.guild_id, game.pack_id, game.setup, here)
        fitting = {id_: one for id_, one in fits.items() if id_ not in secret}
        if not fitting:
            raise UserError(fact(Code.ALL_ASKED_ELSEWHERE))
        of_set = [fitting[one] for one in game.setup.set_ids if one in fitting]
        questions = of_set or self._chosen(fitting, game.setup, game.state.rules.rounds, lately)
        plans = (
            RoundPlan(q.id, here.key(q), option_order(q, self._rng), reading_ms(q), here.accepted(q)) for q in questions
        )
        return questions, tuple(plans)

    async def start(self, game: Game, by: int | None, manager: bool) -> tuple[Start, list[Question]]:
        """What starts a game: its questions, and how strong the players are where teams are made of them.

        Raises UserError when no question fits.
        """
        questions, plans = await self.draw(game)
        players = [player.member_id for player in game.state.players]
        strengths = await answers.strengths(self._store, game.guild_id, players) if game.state.rules.teams else {}
        return Start(plans, by, manager, strengths), questions

    def _fitting(self, guild_id: int, pack_id: str, setup: Setup, here: Rulings) -> dict[str, Question]:
        wanted = setup.sections or (None,)
        known = self._library.known(guild_id)
        offered = (known.questions(pack_id, section, setup.difficulty) for section in wanted)
        in_time = setup.pace in PACES_FOR_ORDERS
        found = {q.id: q for some in offered for q in some if not here.retired(q) and (in_time or q.form != "order")}
        if setup.set_ids:
            found = {one: found[one] for one in setup.set_ids if one in found}
        if not found:
            raise UserError(fact(Code.NOTHING_FITS))
        return found

    def _chosen(self, fitting: dict[str, Question], setup: Setup, count: int, lately: Sequence[str]) -> list[Question]:
        """Not such as were asked lately, nor siblings and enemies together, where that is possible; the easy ones first."""
        seen = {
            question_id: Seen(place, correct=True) for place, question_id in enumerate(lately) if question_id in fitting
        }
        aimed = [one for one in fitting.values() if offered_by(one) & set(setup.aims)]
        chosen = pick(aimed, seen, {}, count, 0, self._rng) if aimed else []
        others = [one for one in fitting.values() if one not in chosen]
        return ramped(chosen) + ramped(pick(others, seen, {}, count - len(chosen), 0, self._rng))


def reading_ms(question: Question) -> int:
    """How much longer than the pace says its round is: for its code and its picture."""
    return len(question.code or "") * READING_MS_A_CHARACTER + (LOOKING_MS if question.picture else 0)
