"""Rebuilds what managers' decisions make of answers, and the totals of the boards from what they count."""

from collections.abc import Iterator
from typing import NamedTuple

from bot.model.rulings import Subject
from bot.model.servers import Server
from bot.quiz.board import totals as rules
from bot.quiz.board.totals import Key, Periods, Sums
from bot.quiz.calendar.periods import SEASON_KEY
from bot.quiz.question.regraded import family_change, game_change, rating_changes
from bot.quiz.question.regrading import Rulings, RulingsOf
from bot.storage import answers, servers, totals
from bot.storage.question import regrading, rulings
from bot.storage.store import Store, Transaction
from bot.storage.totals import Shown


class TotalChange(NamedTuple):
    """A total that was wrong: (points, answers, right ones) before and after; None where there is none."""

    key: Key
    before: Shown | None
    after: Shown | None


async def repair_totals(store: Store) -> list[TotalChange]:
    """Make every total the sum of what it counts, in one transaction; returns those that had been wrong.

    Before that, whatever a decision of managers touches (answers, cards, competitions, ratings) is graded as it says.

    Answers of members who were deleted count for nobody. Weeks and months go by the time zone that a server has now.
    Seasons from before its present setting are left alone.
    """
    return await store.write(rebuild)


async def rebuild(tx: Transaction, *, everything: bool = False) -> list[TotalChange]:
    """The same within a transaction; with ``everything`` also what no decision touches: cards, competitions, ratings."""
    await _grade(tx, everything=everything)
    chosen = await servers.load_all(tx)
    counted = await _counted(tx, chosen)
    stored = {
        key: shown
        for key, shown in (await totals.stored(tx)).items()
        if not _is_an_earlier_season(key[1], chosen.get(key[0], Server()))
    }
    await totals.drop(tx, [key for key in stored if key not in counted])
    await totals.put(tx, counted.items())
    return list(_changes(stored, {key: sums.shown for key, sums in counted.items()}))


async def _grade(tx: Transaction, *, everything: bool) -> None:
    """Leave answers, cards, competitions and ratings as a regrade does."""
    for pack_id in await regrading.packs(tx, everything=everything):
        by_server = await rulings.everywhere(tx, pack_id)
        await _grade_answers(tx, pack_id, by_server, everything=everything)
        await _grade_stand_ins(tx, pack_id, by_server)
        for game_id, guild_id in await regrading.games(tx, pack_id, everything=everything):
            await _grade_game(tx, game_id, by_server.get(guild_id, Rulings()), everything=everything)
    for guild_id, first_id in (await regrading.first_games(tx, everything=everything)).items():
        given = await regrading.rated(tx, guild_id, first_id)
        await regrading.change(tx, rating_changes(guild_id, given))


async def _grade_answers(tx: Transaction, pack_id: str, by_server: RulingsOf, *, everything: bool) -> None:
    wanted = await regrading.families(tx, pack_id, everything=everything)
    aims = await answers.aims(tx, {member_id for member_id, _ in wanted}, pack_id)
    for key in wanted:
        history = (await answers.family_histories(tx, [key], pack_id))[key]
        changed, card = family_change(history, by_server, None, aims[key[0]])
        await regrading.store_graded(tx, changed)
        if changed or everything:
            await answers.put_cards(tx, pack_id, {key: card})


async def _grade_stand_ins(tx: Transaction, pack_id: str, by_server: RulingsOf) -> None:
    for guild_id, own in by_server.items():
        for (question_id, question_hash), ruling in own.all():
            subject, after = Subject(guild_id or 0, pack_id, question_id, question_hash), 0
            right, void = ruling.grading
            while (next_ := await regrading.grade_stand_ins(tx, subject, right, after, void=void)) is not None:
                after = next_


async def _grade_game(tx: Transaction, game_id: int, own: Rulings, *, everything: bool) -> None:
    found = await regrading.record(tx, game_id)
    if found is not None:
        of = game_change(found, own, everything=everything)
        await regrading.change(tx, of.changes)
        await regrading.change(tx, of.bonus_rows)
        await regrading.change(tx, of.gone)


async def _counted(tx: Transaction, chosen: dict[int, Server]) -> dict[Key, Sums]:
    counted: dict[Key, Sums] = {}
    periods: dict[int, Periods] = {}

    def periods_of(guild_id: int) -> Periods:
        if guild_id not in periods:
            server = chosen.get(guild_id, Server())
            periods[guild_id] = Periods(server.zone, server.season)
        return periods[guild_id]

    for guild_id, member_id, one in await totals.counted_answers(tx):
        rules.add_answer(counted, guild_id, member_id, one, periods_of(guild_id))
    for guild_id, member_id, bonus, at_ms in await totals.bonuses(tx):
        rules.add_bonus(counted, guild_id, member_id, bonus, at_ms, periods_of(guild_id))
    return counted


def _is_an_earlier_season(period: str, server: Server) -> bool:
    if not period.startswith(SEASON_KEY):
        return False
    return server.season is None or int(period.removeprefix(SEASON_KEY)) < server.season.started_ms


def _changes(before: dict[Key, Shown], after: dict[Key, Shown]) -> Iterator[TotalChange]:
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            yield TotalChange(key, before.get(key), after.get(key))
