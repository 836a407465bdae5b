"""Clicks on letters: each is stored, in groups, before it is told, and the first one of a member counts."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.clock import DiscordClock, snowflake_ms
from bot.model.games import Click, Game
from bot.model.members import Face
from bot.quiz.competition.events import Answer, ShowCount, Verdict
from bot.quiz.competition.game import step
from bot.quiz.competition.players import smallest_team
from bot.quiz.competition.rounds import answer_verdict, elapsed_ms, opened_at
from bot.quiz.competition.state import Competition, RoundAnswer
from bot.quiz.question.asking import Given, Lettering, ShownPlace, Submission, given_by
from bot.services.competition.live import GameTimers, LiveGame
from bot.services.competition.messages import GameMessages
from bot.services.competition.views import MOST_TOLD, ClickResult
from bot.services.lifecycle import Background
from bot.services.practice.practising import Learner
from bot.storage import competitions, members
from bot.storage.locks import of_member
from bot.storage.store import Store, Transaction

_log = logging.getLogger(__name__)


class Clicks:
    """Takes the clicks on letters of games that are on."""

    def __init__(
        self,
        store: Store,
        clock: DiscordClock,
        live: Mapping[int, LiveGame],
        messages: GameMessages,
        timers: GameTimers,
        background: Background,
        time_factor: Callable[[int], float],
    ) -> None:
        self._store = store
        self._clock = clock
        self._live = live
        self._messages = messages
        self._timers = timers
        self._background = background
        self._time_factor = time_factor

    async def answer(
        self,
        competition_id: int,
        number: int,
        submitted: Submission,
        learner: Learner,
        stamp_ms: int,
        message_id: int | None,
    ) -> ClickResult:
        """A click on a letter, or what was submitted in another form: stored, then told. The first one counts.

        ``message_id`` is the round's message that was clicked; None where it was another one, which tells nothing.

        Raises StorageError when it could not be stored; then it does not count.
        """
        live = self._live.get(competition_id)
        if live is None:
            return ClickResult(Verdict.OVER, None, certainty=False)
        state = live.game.state
        if message_id is not None:
            self._messages.found(live, number, message_id)
        certainty = state.rules.scoring.asks_sureness
        lettering = state.plans[number].lettering if 0 <= number < len(state.plans) else Lettering(())
        question = live.game.questions[number] if 0 <= number < len(state.plans) else None
        given = given_by(question, lettering, submitted, near=True) if question else None
        verdict = answer_verdict(state, number, learner.member_id, given, stamp_ms)
        opened = state
        if state.opened_ms is None and verdict is Verdict.LOCKED_IN:  # nobody has seen it, but who clicked on it
            if message_id is None:
                return ClickResult(Verdict.NOT_OPEN, None, certainty)
            opened = opened_at(state, snowflake_ms(message_id))
        if verdict is not Verdict.LOCKED_IN or given is None:
            if verdict is not Verdict.NOT_ALLOWED and (known := self._given(state, number, learner.member_id)):
                return ClickResult(Verdict.HAD_LOCKED_IN, lettering.called(known), certainty)
            if verdict is Verdict.CLOSED and stamp_ms <= live.deadlines.get(number, 0):
                _log.info("a click made at %d on round %d arrived after the round was over", stamp_ms, number)
                verdict = Verdict.CAME_LATE
            return ClickResult(verdict, None, certainty)
        click = Click(
            competition_id=competition_id,
            round=number,
            member_id=learner.member_id,
            choice=ShownPlace(submitted) if isinstance(submitted, int) else None,
            given=given,
            stamp_ms=stamp_ms,
            elapsed_ms=elapsed_ms(opened, stamp_ms),
            time_factor=self._time_factor(learner.member_id),
            team=player.team if (player := state.player(learner.member_id)) else smallest_team(state),
            now_ms=self._clock.now_ms(),
        )
        stored = await self._store.write_together(competitions.answer_all, click, *live.locks)
        if not stored.new:
            if stored.given is None:
                return ClickResult(Verdict.CLOSED, None, certainty)
            return ClickResult(Verdict.HAD_LOCKED_IN, lettering.called(stored.given), certainty)
        self._answered(live, click, RoundAnswer(given, click.elapsed_ms), learner)
        is_told = len(live.game.state.players) <= MOST_TOLD
        return ClickResult(Verdict.LOCKED_IN, lettering.called(given), certainty, is_told)

    def _given(self, state: Competition, number: int, member_id: int) -> Given | None:
        if number == state.round and member_id in state.answers:
            return state.answers[member_id].given
        found = state.played[number].answers.get(member_id) if 0 <= number < len(state.played) else None
        return found.given if found else None

    def _answered(self, live: LiveGame, click: Click, answer: RoundAnswer, learner: Learner) -> None:
        """Take a stored answer into the state; a round that has moved on since has counted it from the database."""
        if click.now_ms <= live.taken_out.get(click.member_id, -1):
            return
        before = live.game.state
        place = -1 if click.choice is None else click.choice
        event = Answer(click.member_id, click.round, place, click.stamp_ms, click.time_factor, answer.given)
        state, effects = step(before, event, click.now_ms)
        if state is not before and click.member_id in state.answers:
            state = replace(state, answers={**state.answers, click.member_id: answer})
            live.game = replace(live.game, state=state)
        if any(isinstance(effect, ShowCount) for effect in effects):
            self._messages.hint_round(live)
        if state.wake_ms != before.wake_ms:
            self._timers.arm(live)
        if learner.member_id not in live.known_names:
            live.known_names.add(learner.member_id)
            self._background.spawn(self._remember(live.game, learner, click.now_ms), "remember")

    async def _remember(self, game: Game, learner: Learner, now_ms: int) -> None:
        item = (game.guild_id, learner.member_id, learner.face, now_ms, game.id)
        await self._store.write_together(_remember_all, item, of_member(learner.member_id))


async def _remember_all(tx: Transaction, items: list[tuple[int, int, Face, int, int]]) -> list[None]:
    playing = await competitions.players_of(tx, {(game_id, member_id) for _, member_id, _, _, game_id in items})
    for guild_id, member_id, face, now_ms, game_id in items:
        if (game_id, member_id) in playing:  # who was deleted meanwhile is not to be named again
            await members.remember(tx, guild_id, member_id, face, now_ms)
    return [None] * len(items)
