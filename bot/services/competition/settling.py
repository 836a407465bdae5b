"""What a round or a competition that has ended leaves behind: points, cards, totals, results, ratings."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.model.games import Game
from bot.model.rulings import Subject
from bot.quiz.board.rating import Rating, after_game
from bot.quiz.competition.state import Competition, Phase, RoundAnswer, RoundPlan
from bot.quiz.question.regrading import ended
from bot.services.practice.recording import AskedOfMany, record_choices
from bot.storage import answers, competitions, ratings, servers
from bot.storage.locks import of_members
from bot.storage.question import rulings
from bot.storage.store import Transaction


async def settle(tx: Transaction, game: Game, after: Competition, now_ms: int, most_days: int) -> None:
    """Store what follows from the step of ``game`` to ``after``, in that step's transaction; most steps end nothing.

    Reviews of what was asked come within ``most_days``.
    """
    before = game.state
    has_finished = after.phase is Phase.FINISHED and before.phase is not Phase.FINISHED
    if len(after.played) == len(before.played) and not has_finished:
        return
    counting = range(len(before.played), len(after.played))
    concerned = {
        member_id for one in after.played[0 if has_finished else counting.start :] for member_id in one.answers
    }
    await tx.lock(of_members(concerned))
    periods = (await servers.load(tx, game.guild_id)).periods(now_ms)
    for number in counting:
        answered = after.played[number].answers
        await _record_round(tx, game, number, after.plans[number], answered, now_ms, periods, most_days)
    if has_finished:
        await _record_results(tx, game, after, now_ms, periods)
        await _regrade_what_was_decided_meanwhile(tx, replace(game, state=after), now_ms)


async def _record_round(
    tx: Transaction,
    game: Game,
    number: int,
    plan: RoundPlan,
    answered: Mapping[int, RoundAnswer],
    now_ms: int,
    periods: Sequence[str],
    most_days: int,
) -> None:
    """Points, cards and totals for every answer of a round; reviews come within ``most_days``."""
    asked = AskedOfMany(
        game.guild_id, game.pack_id, competitions.MODE, game.id, number, plan.key, most_days, plan.accepted
    )
    sureness = {}
    if game.state.rules.scoring.asks_sureness:  # only then did anybody say how sure they were
        sureness = {member_id: one.sureness for member_id, one in answered.items()}
    await record_choices(
        tx,
        asked,
        game.questions[number],
        {member_id: one.given for member_id, one in answered.items()},
        now_ms,
        periods,
        sureness,
    )


async def _record_results(tx: Transaction, game: Game, after: Competition, now_ms: int, periods: Sequence[str]) -> None:
    """The order of the players, the bonuses and the ratings."""
    lines, bonuses = (how := ended(after)).lines, how.bonuses
    teams = {player.member_id: player.team for player in after.players}
    await competitions.save_results(tx, game.id, lines, teams, bonuses)
    await answers.add_points(tx, game.guild_id, bonuses, periods, now_ms)
    rated = await ratings.load(tx, game.guild_id, [line.member_id for line in lines])
    brought = {line.member_id: rated.get(line.member_id, Rating()) for line in lines}
    await ratings.save_before(tx, game.id, brought)
    # In a thread: for a thousand players it takes tens of milliseconds, which would be a stall of the event loop.
    rated = await asyncio.to_thread(after_game, {line.member_id: line.place for line in lines}, rated)
    await ratings.save(tx, game.guild_id, rated, now_ms)


async def _regrade_what_was_decided_meanwhile(tx: Transaction, game: Game, now_ms: int) -> None:
    """A game keeps its questions and their keys while it is on; what managers decided since then comes into force now."""
    here = await rulings.here(tx, game.guild_id, game.pack_id)
    decided = []
    for question, plan in zip(game.questions, game.state.plans, strict=True):
        ruling = here.on(question.id, question.content_hash)
        if ruling is not None and (ruling.key, ruling.accepted) != (plan.key, plan.accepted):
            decided.append(Subject(game.guild_id, game.pack_id, question.id, question.content_hash))
    await rulings.ask_regrades(tx, decided, now_ms)
