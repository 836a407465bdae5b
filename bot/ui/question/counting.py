"""*Mine should count*: a member says in private that what they typed, and was wrong, should count."""

from bot.errors import UserError
from bot.facts import Code, fact
from bot.packs.models import MOST_TYPED, Question
from bot.quiz.question.asking import Given
from bot.services.calendar.daily import DailyQuestions
from bot.services.competition.games import Competitions
from bot.services.practice.practising import Practice
from bot.services.question.reports import Reports
from bot.ui import ids
from bot.ui.layouts import GREEN, Button, note
from bot.ui.names import safe
from bot.ui.replies import Reply
from bot.ui.routing import Router

QUIZ, GAME, DAILY = "count.quiz", "count.game", "count.daily"
"""Where it was answered: each has what finds a member's own answer there in its button."""


class CountingFeature:
    """What the button does, wherever an outcome is shown in private."""

    def __init__(self, reports: Reports, practice: Practice, games: Competitions, daily: DailyQuestions) -> None:
        self._reports = reports
        self._practice = practice
        self._games = games
        self._daily = daily

    def add_to(self, router: Router) -> None:
        """Register the actions."""
        router.add(QUIZ, self._of_quiz, new=True)
        router.add(GAME, self._of_game, new=True)
        router.add(DAILY, self._of_daily, new=True)

    async def _of_quiz(self, reply: Reply, run: str, position: str) -> None:
        outcome = await self._practice.outcome(ids.number(run), ids.number(position), reply.member_id)
        where = outcome.asking.run.guild_id, outcome.asking.run.pack_id
        await self._ask(reply, *where, outcome.asking.question, outcome.given, right=outcome.correct)

    async def _of_game(self, reply: Reply, game: str, number: str) -> None:
        mine = await self._games.my_result(ids.number(game), ids.number(number), reply.member_id)
        if mine.guild_id != reply.server_id:
            raise ids.stale()
        given = mine.answer.given if mine.answer else None
        await self._ask(reply, mine.guild_id, mine.pack_id, mine.question, given, right=mine.is_right or mine.voided)

    async def _of_daily(self, reply: Reply, daily: str) -> None:
        mine = await self._daily.locked(ids.number(daily), reply.server_id, reply.member_id)
        where = mine.daily.guild_id, mine.daily.pack_id
        await self._ask(reply, *where, mine.daily.question, mine.given, right=mine.correct is not False)

    async def _ask(
        self, reply: Reply, guild_id: int | None, pack_id: str, question: Question, given: Given | None, *, right: bool
    ) -> None:
        if given is None or not could_count(question, given, right=right):
            raise UserError(fact(Code.NOTHING_TO_COUNT))
        called = f"“{safe(given.text, MOST_TYPED)}”"
        if not await self._reports.should_count(reply.member_id, guild_id, pack_id, question, given):
            words = f"You've already asked that {called} should count. I'll tell you if it's accepted."
        elif guild_id is None:
            words = f"Noted. The course's author will see that {called} should count."
        else:
            words = (
                f"Noted. This server's managers will see that {called} should count, without your name. If they accept it, "
                "your answer becomes right, and I'll tell you."
            )
        await reply.show(note(words, GREEN))


def could_count(question: Question, given: Given, *, right: bool) -> bool:
    """Whether a member may say that this answer of theirs should count."""
    return question.form == "typed" and bool(given.text) and not right


def count_buttons(action: str, *place: int, question: Question, given: Given | None, right: bool) -> list[Button]:
    """The button, where the answer that is shown is a wrong one that was typed; ``place`` is where it was given."""
    if given is None or not could_count(question, given, right=right):
        return []
    return [Button("Mine should count", ids.encode(action, *place))]
