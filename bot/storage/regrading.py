"""Grading answers anew: what it takes is read beside the write lane, and swapped in by small pieces, each right in itself.

A piece checks that what it was reckoned from is still so; what has changed meanwhile is reckoned again.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.model.games import Game
from bot.model.rulings import Moved, Regrade, Subject
from bot.model.servers import Server
from bot.quiz.competition import Phase, RoundAnswer, Standing
from bot.quiz.rating import Rating
from bot.quiz.regrading import Ended, Graded, Past, RatedGame, Replay, Rulings, RulingsOf, rate_anew, regraded, replayed
from bot.quiz.spacing import Aim, Card
from bot.storage import answers, competitions, servers, totals
from bot.storage.competitions import MODE as COMPETITION
from bot.storage.competitions import own_key
from bot.storage.rulings import everywhere
from bot.storage.store import Reads, Transaction
from bot.storage.totals import Counted, Key, Periods, Sums

PAGE = 1_000
"""How many answers are looked at by one read."""
ROWS_A_PIECE = 120
"""How many rows a piece changes at most: some milliseconds on the write lane."""
POST = "regrade"
"""The kind of the outbox's rows that tell of changed places; their round is the regrade's id."""

Family = tuple[int, str]
"""A member and a family."""


@dataclass
class Scope:
    """Who and what answered a question in a server: families of members, and competitions that are over."""

    families: set[Family] = field(default_factory=set)
    competitions: set[int] = field(default_factory=set)

    @property
    def member_ids(self) -> set[int]:
        """The members; stand-ins are none."""
        return {member_id for member_id, _ in self.families}


async def scope(db: Reads, subject: Subject) -> Scope:
    """Everything that a ruling on a version of a question touches."""
    found, after = Scope(), 0
    while True:
        rows = await db.rows(
            "SELECT id, member_id, family, CASE WHEN mode = ? THEN run_id END FROM answer INDEXED BY answer_by_question"
            " WHERE pack_id = ? AND question_id = ? AND guild_id = ? AND question_hash = ? AND id > ?"
            " ORDER BY id LIMIT ?",
            (COMPETITION, subject.pack_id, subject.question_id, subject.guild_id, subject.question_hash, after, PAGE),
        )
        found.families |= {(member_id, family) for _, member_id, family, _ in rows if member_id > 0}
        found.competitions |= {game for *_, game in rows if game is not None}
        if len(rows) < PAGE:
            break
        after = rows[-1][0]
    over = await db.rows(
        "SELECT id FROM competition WHERE phase = ? AND id IN (SELECT value FROM json_each(?))",
        (Phase.FINISHED.value, json.dumps(sorted(found.competitions))),
    )
    found.competitions = {competition_id for (competition_id,) in over}
    return found


# Members


class Inputs(NamedTuple):
    """What a member's grading follows from: histories by family, all answers in the server, bonuses by competition."""

    member_id: int
    histories: Mapping[str, tuple[Past, ...]]
    answers: Mapping[int, Counted]
    void: frozenset[int]
    bonuses: Mapping[int, tuple[int, int]]
    mark: tuple[int, int]
    aim: Aim


class MemberChange(NamedTuple):
    """What becomes of a member; nothing where nothing changes."""

    inputs: Inputs
    graded: Sequence[Graded]
    cards: Mapping[str, Card | None]
    bonuses: Mapping[int, int]
    totals: Mapping[Key, Sums | None]

    @property
    def rows(self) -> int:
        """About how many rows the swap reads and writes."""
        reread = sum(map(len, self.inputs.histories.values()))
        return reread + len(self.graded) + len(self.cards) + len(self.bonuses) + len(self.totals)

    def __bool__(self) -> bool:
        return bool(self.graded or self.cards or self.bonuses or self.totals)


async def inputs(db: Reads, subject: Subject, families: Mapping[int, set[str]]) -> list[Inputs]:
    """What these members' grading follows from."""
    ids = sorted(families)
    guild_id, pack_id = subject.guild_id, subject.pack_id
    marks = await _marks(db, ids)  # before the rest: what comes in between is found by the swap
    histories = await answers.family_histories(db, [(m, one) for m in ids for one in families[m]], pack_id)
    bonuses = await _bonuses(db, guild_id, ids)
    aims = await answers.aims(db, ids, pack_id)
    counted: dict[int, dict[int, Counted]] = {member_id: {} for member_id in ids}
    void: dict[int, set[int]] = {member_id: set() for member_id in ids}
    for member_id, id_, is_void, *row in await db.rows(
        "SELECT a.member_id, a.id, a.void, a.pack_id, a.section_id, a.mode, a.points, a.correct, a.answered_ms"
        " FROM json_each(?) AS j CROSS JOIN answer AS a ON a.member_id = j.value AND a.guild_id = ? ORDER BY a.id",
        (json.dumps(ids), guild_id),
    ):
        counted[member_id][id_] = Counted(*row)
        if is_void:
            void[member_id].add(id_)
    return [
        Inputs(
            member_id,
            {family: histories.get((member_id, family), ()) for family in families[member_id]},
            counted[member_id],
            frozenset(void[member_id]),
            bonuses.get(member_id, {}),
            marks[member_id],
            aims[member_id],
        )
        for member_id in ids
    ]


async def _marks(db: Reads, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """How many answers each member has and the newest: any that comes or goes changes it."""
    rows = await db.rows(
        "SELECT j.value, count(a.id), coalesce(max(a.id), 0) FROM json_each(?) AS j"
        " LEFT JOIN answer AS a ON a.member_id = j.value GROUP BY j.value",
        (json.dumps(ids),),
    )
    return {member_id: (count, newest) for member_id, count, newest in rows}


async def answer_counts(db: Reads, ids: Sequence[int]) -> dict[int, int]:
    """How many answers each of these members has given."""
    return {member_id: count for member_id, (count, _) in (await _marks(db, ids)).items()}


async def _bonuses(db: Reads, guild_id: int, ids: Sequence[int]) -> dict[int, dict[int, tuple[int, int]]]:
    """The bonuses of these members in a server, by competition, with when it ended."""
    found: dict[int, dict[int, tuple[int, int]]] = {}
    for member_id, competition_id, bonus, ended_ms in await db.rows(
        "SELECT p.member_id, r.competition_id, r.bonus, c.ended_ms FROM json_each(?) AS j"
        " CROSS JOIN competition_player AS p ON p.member_id = j.value JOIN competition AS c ON c.id = p.competition_id"
        " JOIN competition_result AS r ON r.competition_id = p.competition_id AND r.member_id = p.member_id"
        " WHERE c.guild_id = ? AND c.ended_ms IS NOT NULL AND r.bonus > 0",
        (json.dumps(ids), guild_id),
    ):
        found.setdefault(member_id, {})[competition_id] = bonus, ended_ms
    return found


def member_change(
    given: Inputs, rulings: RulingsOf, guild_id: int, periods: Periods, new_bonuses: Mapping[int, tuple[int, int]]
) -> MemberChange:
    """What becomes of a member's answers, cards and totals by the rulings.

    ``new_bonuses`` are those of competitions where they are others now, with when each ended.
    """
    graded: list[Graded] = []
    cards: dict[str, Card | None] = {}
    for family, history in given.histories.items():
        results, card = replayed(history, rulings, guild_id, given.aim)
        changed = [one for one, past in zip(results, history, strict=True) if one != _as_it_is(past)]
        if changed:
            graded += changed
            cards[family] = card
    own = {c: new for c, new in new_bonuses.items() if given.bonuses.get(c, (0, 0))[0] != new[0]}
    if not graded and not own:
        return MemberChange(given, [], {}, {}, {})
    before = _sums(given, given.answers, given.void, given.bonuses, guild_id, periods)
    counted, void = dict(given.answers), set(given.void)
    for one in graded:
        if one.id in counted:
            old = counted[one.id]
            args = (old.pack_id, old.section_id, old.mode, one.points, one.correct, old.answered_ms)
            counted[one.id] = Counted(*args)
            (void.add if one.void else void.discard)(one.id)
    after = _sums(given, counted, void, {**given.bonuses, **own}, guild_id, periods)
    changed_totals = {key: after.get(key) for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    return MemberChange(given, graded, cards, {c: bonus for c, (bonus, _) in own.items()}, changed_totals)


def _as_it_is(past: Past) -> Graded:
    return Graded(past.id, past.answer.correct, past.void, past.points, past.kept)


def _sums(
    given: Inputs,
    counted: Mapping[int, Counted],
    void: Iterable[int],
    bonuses: Mapping[int, tuple[int, int]],
    guild_id: int,
    periods: Periods,
) -> dict[Key, Sums]:
    sums: dict[Key, Sums] = {}
    without = set(void)
    for id_, one in counted.items():
        if id_ not in without:
            totals.add_answer(sums, guild_id, given.member_id, one, periods)
    for bonus, at_ms in bonuses.values():
        if bonus:
            totals.add_bonus(sums, guild_id, given.member_id, bonus, at_ms, periods)
    return sums


async def swap_members(tx: Transaction, subject: Subject, changes: Sequence[MemberChange], server: Server) -> set[int]:
    """Put these into force; returns the members of whom something has changed since it was read: they were left alone."""
    ids = [one.inputs.member_id for one in changes]
    marks, bonuses = await _marks(tx, ids), await _bonuses(tx, subject.guild_id, ids)
    read = [past.id for one in changes for history in one.inputs.histories.values() for past in history]
    histories = await answers.histories_of(tx, read)
    if await servers.load(tx, subject.guild_id) != server:
        return set(ids)

    def as_read(given: Inputs) -> bool:
        same = (marks[given.member_id], bonuses.get(given.member_id, {})) == (given.mark, given.bonuses)
        return same and all(
            histories.get((given.member_id, family), ()) == history for family, history in given.histories.items()
        )

    good = [one for one in changes if as_read(one.inputs)]
    await _store_graded(tx, [graded for one in good for graded in one.graded])
    cards = {(one.inputs.member_id, family): card for one in good for family, card in one.cards.items()}
    await answers.put_cards(tx, subject.pack_id, cards)
    await tx.run_many(
        "UPDATE competition_result SET bonus = ? WHERE competition_id = ? AND member_id = ?",
        [(bonus, game, one.inputs.member_id) for one in good for game, bonus in one.bonuses.items()],
    )
    changed = [total for one in good for total in one.totals.items()]
    await totals.drop(tx, [key for key, sums in changed if sums is None])
    await totals.put(tx, [(key, sums) for key, sums in changed if sums is not None])
    return set(ids) - {one.inputs.member_id for one in good}


async def _store_graded(tx: Transaction, graded: Iterable[Graded]) -> None:
    await tx.run_many(
        "UPDATE answer SET correct = ?, void = ?, points = ?, kept = ? WHERE id = ?",
        [(one.correct, one.void, one.points, one.kept, one.id) for one in graded],
    )


async def grade_stand_ins(tx: Transaction, subject: Subject, rulings: Rulings, after: int) -> int | None:
    """Grade the answers of members who were deleted, a piece of them; returns where the next begins, None at the end.

    Their points stay: they count on no board.
    """
    ruling = rulings.on(subject.question_id, subject.question_hash)
    if ruling is None:
        return None
    right = ruling.course_key if ruling.key is None else ruling.key
    rows = await tx.rows(
        "SELECT id FROM answer INDEXED BY answer_by_question"
        " WHERE pack_id = ? AND question_id = ? AND guild_id = ? AND question_hash = ?"
        " AND id > ? AND member_id < 0 ORDER BY id LIMIT ?",
        (subject.pack_id, subject.question_id, subject.guild_id, subject.question_hash, after, ROWS_A_PIECE),
    )
    await tx.run(
        "UPDATE answer SET correct = chosen = ?, void = ? WHERE id IN (SELECT value FROM json_each(?))",
        (right, ruling.key is None, json.dumps([id_ for (id_,) in rows])),
    )
    return rows[-1][0] if len(rows) == ROWS_A_PIECE else None


# Competitions

Change = tuple[str, tuple[object, ...]]
"""One statement with its values."""


class Result(NamedTuple):
    """A stored line of a finished competition."""

    place: int
    score: int
    right: int
    answered: int
    median_ms: int | None
    bonus: int


class GameChange(NamedTuple):
    """What becomes of a finished competition: changes to its rows, lines that go, places (before, after), bonuses."""

    game: Game
    ended_ms: int
    changes: Sequence[Change]
    gone: Sequence[int]
    places: Mapping[int, tuple[int | None, int | None]]
    bonuses: Mapping[int, int]

    def __bool__(self) -> bool:
        return bool(self.changes or self.gone or self.bonuses)


class Record(NamedTuple):
    """A finished competition as it is stored."""

    game: Game
    ended_ms: int
    counted: Sequence[Mapping[int, RoundAnswer]]
    results: Mapping[int, Result]


async def record(db: Reads, competition_id: int) -> Record | None:
    """A finished competition with the answers that counted and its results."""
    game = await competitions.load(db, competition_id)
    [[ended_ms]] = await db.rows("SELECT max(ended_ms) FROM competition WHERE id = ?", (competition_id,))
    if game is None or ended_ms is None or game.state.phase is not Phase.FINISHED:
        return None
    rows = await db.rows(
        "SELECT member_id, place, score, right_answers, answered, median_ms, bonus FROM competition_result"
        " WHERE competition_id = ?",
        (competition_id,),
    )
    counted = await competitions.counted_answers(db, game)
    return Record(game, ended_ms, counted, {member_id: Result(*row) for member_id, *row in rows})


def game_change(of: Record, rulings: Rulings, *, everything: bool = False) -> GameChange:
    """What becomes of a finished competition by the rulings; with ``everything`` rounds without one are marked anew too."""
    after = regraded(of.game.state, of.game.questions, of.counted, rulings, everything=everything)
    changes = [*_rounds(of, after), *_lines(of, after)]
    old = {member_id: one.place for member_id, one in of.results.items()}
    new = {line.member_id: line.place for line in after.lines}
    places = {m: (old.get(m), new.get(m)) for m in old.keys() | new.keys() if old.get(m) != new.get(m)}
    known = {**{line.member_id: 0 for line in after.lines}, **{m: one.bonus for m, one in of.results.items()}}
    bonuses = {m: after.bonuses.get(m, 0) for m, bonus in known.items() if bonus != after.bonuses.get(m, 0)}
    return GameChange(of.game, of.ended_ms, changes, sorted(old.keys() - new.keys()), places, bonuses)


def _rounds(of: Record, after: Ended) -> Iterable[Change]:
    game, before = of.game, of.game.state
    for number, (plan, question) in enumerate(zip(after.state.plans, game.questions, strict=True)):
        if plan.key != before.plans[number].key:
            sql = "UPDATE competition_round SET key = ? WHERE competition_id = ? AND round = ?"
            yield sql, (own_key(plan, question), game.id, number)
    for number, (old, new) in enumerate(zip(before.played, after.state.played, strict=True)):
        for member_id in old.marks.keys() | new.marks.keys():
            marks = new.marks.get(member_id)
            if marks != old.marks.get(member_id):
                sql = "UPDATE competition_answer SET marks = ? WHERE competition_id = ? AND round = ? AND member_id = ?"
                yield sql, (marks, game.id, number, member_id)


def _lines(of: Record, after: Ended) -> Iterable[Change]:
    for line in after.lines:
        stored = of.results.get(line.member_id)
        if stored is None:  # only of who is still in the game: somebody may have been deleted meanwhile
            yield (
                "INSERT INTO competition_result (competition_id, member_id, place, score, right_answers, answered,"
                " median_ms, team, bonus) SELECT competition_id, member_id, ?, ?, ?, ?, ?, team, 0"
                " FROM competition_player WHERE competition_id = ? AND member_id = ? ON CONFLICT DO NOTHING",
                (*_shown(line), of.game.id, line.member_id),
            )
        elif _shown(line) != (stored.place, stored.score, stored.right, stored.answered, stored.median_ms):
            yield (
                "UPDATE competition_result SET place = ?, score = ?, right_answers = ?, answered = ?, median_ms = ?"
                " WHERE competition_id = ? AND member_id = ?",
                (*_shown(line), of.game.id, line.member_id),
            )
    for member_id, bonus in after.bonuses.items():
        if member_id < 0:
            sql = "UPDATE competition_result SET bonus = ? WHERE competition_id = ? AND member_id = ? AND bonus != ?"
            if (known := of.results.get(member_id)) is None or known.bonus != bonus:
                yield sql, (bonus, of.game.id, member_id, bonus)
    for member_id, known in of.results.items():
        if member_id < 0 and known.bonus and member_id not in after.bonuses:
            sql = "UPDATE competition_result SET bonus = 0 WHERE competition_id = ? AND member_id = ?"
            yield sql, (of.game.id, member_id)


def _shown(line: Standing) -> tuple[int, int, int, int, int | None]:
    return line.place, line.score, line.right, line.answered, line.median_ms


async def change(tx: Transaction, changes: Sequence[Change]) -> None:
    """Make changes; those of one kind stand behind each other."""
    by_sql: dict[str, list[tuple[object, ...]]] = {}
    for sql, values in changes:
        by_sql.setdefault(sql, []).append(values)
    for sql, rows in by_sql.items():
        await tx.run_many(sql, rows)


def places_noted(regrade_id: int, of: GameChange) -> list[Change]:
    """What notes whose place changes; it is done before anything else, so that a crash does not lose it."""
    sql = (
        "INSERT INTO place_change (regrade_id, competition_id, member_id, before, after)"
        " SELECT ?, competition_id, member_id, ?, ? FROM competition_player WHERE competition_id = ? AND member_id = ?"
        " ON CONFLICT DO UPDATE SET after = excluded.after"
    )
    return [(sql, (regrade_id, before, after, of.game.id, m)) for m, (before, after) in sorted(of.places.items())]


def lines_gone(of: GameChange) -> list[Change]:
    """What removes the lines of those whose answers don't count any more, once their bonus is taken back."""
    sql = "DELETE FROM competition_result WHERE competition_id = ? AND member_id = ? AND (bonus = 0 OR member_id < 0)"
    return [(sql, (of.game.id, member_id)) for member_id in of.gone]


# Ratings


class Ratings(NamedTuple):
    """A server's finished competitions from the first touched one, and its ratings; ``finished`` tells of newer ones."""

    games: Sequence[RatedGame]
    stored: Mapping[int, tuple[Rating, int]]
    finished: int


async def rated(db: Reads, guild_id: int, first_id: int) -> Ratings:
    """What a replay of a server's ratings from a competition on needs.

    Those before it are known from what was stored when it ended (`rating_before`); for a competition from before that was
    stored, the replay begins with the server's first, where everybody begins.
    """
    finished = await _finished(db, guild_id)
    [[known]] = await db.rows("SELECT count(*) FROM rating_before WHERE competition_id = ?", (first_id,))
    rows = await db.rows(
        "SELECT id, ended_ms FROM competition WHERE guild_id = ? AND phase = 'finished' AND (? OR (ended_ms, id) >="
        " (SELECT ended_ms, id FROM competition WHERE id = ?)) ORDER BY ended_ms, id",
        (guild_id, not known, first_id),
    )
    games = []
    for competition_id, ended_ms in rows:
        places = await db.rows(
            "SELECT member_id, place FROM competition_result WHERE competition_id = ?"
            " ORDER BY score DESC, right_answers DESC, member_id",
            (competition_id,),
        )
        before = await db.rows(
            "SELECT member_id, mu, sigma, games FROM rating_before WHERE competition_id = ?", (competition_id,)
        )
        games.append(RatedGame(competition_id, ended_ms, dict(places), {row[0]: Rating(*row[1:]) for row in before}))
    stored = await db.rows("SELECT member_id, mu, sigma, games, at_ms FROM rating WHERE guild_id = ?", (guild_id,))
    return Ratings(games, {row[0]: (Rating(*row[1:4]), row[4]) for row in stored}, finished)


async def first_of(db: Reads, competition_ids: Iterable[int]) -> int:
    """Which of these competitions ended first."""
    [[first]] = await db.rows(
        "SELECT id FROM competition WHERE id IN (SELECT value FROM json_each(?)) ORDER BY ended_ms, id LIMIT 1",
        (json.dumps(sorted(competition_ids)),),
    )
    return int(first)


async def _finished(db: Reads, guild_id: int) -> int:
    [[count]] = await db.rows("SELECT count(*) FROM competition WHERE guild_id = ? AND phase = 'finished'", (guild_id,))
    return int(count)


_LAST_RATED = (
    "SELECT max(c.ended_ms) FROM competition_player AS o JOIN competition AS c ON c.id = o.competition_id"
    " JOIN competition_result AS r ON r.competition_id = c.id AND r.member_id = o.member_id"
    " WHERE o.member_id = p.member_id AND c.guild_id = ? AND c.phase = 'finished'"
    " AND (SELECT count(*) FROM competition_result WHERE competition_id = c.id) > 1"
)


def rating_changes(guild_id: int, given: Ratings, replay: Replay) -> list[Change]:
    """What the replayed ratings change; nobody gets one who is in none of these games any more."""
    stored = {(game.id, member_id): one for game in given.games for member_id, one in game.before.items()}
    changes: list[Change] = []
    for (game, member_id), one in replay.before.items():
        if stored.get((game, member_id)) != one:
            sql = (
                "INSERT INTO rating_before (competition_id, member_id, mu, sigma, games)"
                " SELECT competition_id, member_id, ?, ?, ? FROM competition_player WHERE competition_id = ?"
                " AND member_id = ? ON CONFLICT DO UPDATE SET mu = excluded.mu, sigma = excluded.sigma,"
                " games = excluded.games"
            )
            changes.append((sql, (one.mu, one.sigma, one.games, game, member_id)))
    in_game = {member_id: game.id for game in given.games for member_id in {**game.before, **game.places}}
    for member_id, (one, at_ms) in replay.after.items():
        known = given.stored.get(member_id)
        if member_id < 0 or (known and known[0] == one):
            continue
        if one.games == 0:
            changes.append(("DELETE FROM rating WHERE guild_id = ? AND member_id = ?", (guild_id, member_id)))
            continue
        sql = (
            "INSERT INTO rating (guild_id, member_id, mu, sigma, games, at_ms) SELECT ?, member_id, ?, ?, ?,"
            f" coalesce(nullif(?, 0), ({_LAST_RATED}), 0)"
            " FROM competition_player p WHERE competition_id = ? AND member_id = ?"
            " ON CONFLICT DO UPDATE SET mu = excluded.mu, sigma = excluded.sigma, games = excluded.games,"
            " at_ms = excluded.at_ms"
        )
        values = (guild_id, one.mu, one.sigma, one.games, at_ms, guild_id, in_game[member_id], member_id)
        changes.append((sql, values))
    return changes


async def swap_ratings(tx: Transaction, guild_id: int, changes: Sequence[Change], finished: int) -> bool:
    """Put ratings into force; False, and nothing is done, when another competition has ended since they were read."""
    if await _finished(tx, guild_id) != finished:
        return False
    await change(tx, changes)
    return True


# The end


async def finish(tx: Transaction, regrade: Regrade, now_ms: int, since_ms: int) -> None:
    """A regrade is done; what it changed in competitions that ended since then is to be told, once a channel."""
    await tx.run(
        "DELETE FROM place_change WHERE regrade_id = ? AND (before IS after OR competition_id IN"
        " (SELECT id FROM competition WHERE ended_ms < ?))",
        (regrade.id, since_ms),
    )
    await tx.run(
        "INSERT INTO outbox (competition_id, kind, round, channel_id, created_ms)"
        " SELECT max(c.id), ?, ?, c.channel_id, ? FROM place_change p JOIN competition c ON c.id = p.competition_id"
        " WHERE p.regrade_id = ? GROUP BY c.channel_id ON CONFLICT DO NOTHING",
        (POST, regrade.id, now_ms, regrade.id),
    )
    await tx.run("UPDATE regrade SET done_ms = ? WHERE id = ?", (now_ms, regrade.id))


async def moved(db: Reads, regrade_id: int, channel_id: int | None = None) -> list[Moved]:
    """Whose place a regrade changed in the competitions of a channel (None: anywhere), the best new places first."""
    rows = await db.rows(
        "SELECT p.member_id, p.competition_id, p.before, p.after, p.member_id < 0 OR EXISTS (SELECT 1 FROM"
        " member_setting s WHERE s.member_id = p.member_id AND s.hidden = 1) OR EXISTS (SELECT 1 FROM membership g"
        " WHERE g.guild_id = c.guild_id AND g.member_id = p.member_id AND g.gone_ms IS NOT NULL) FROM place_change p"
        " JOIN competition c ON c.id = p.competition_id WHERE p.regrade_id = ? AND (? IS NULL OR c.channel_id = ?)"
        " ORDER BY p.competition_id DESC, p.after IS NULL, p.after, p.before, p.member_id",
        (regrade_id, channel_id, channel_id),
    )
    return [Moved(member, game, before, after, bool(hidden)) for member, game, before, after, hidden in rows]


async def drop_post(tx: Transaction, post_id: int) -> None:
    """Give up a message whose channel is out of reach."""
    await tx.run("DELETE FROM outbox WHERE id = ? AND kind = ?", (post_id, POST))


# All at once


async def rebuild(tx: Transaction, *, everything: bool = False) -> int:
    """Grade anew, in one transaction, whatever a ruling touches; with ``everything`` all that is stored.

    It leaves cards, answers, competitions and ratings as a regrade does; totals are `repair`'s. Returns how many answers
    were wrong.
    """
    wrong = 0
    of = "answer" if everything else "ruling"
    for (pack_id,) in await tx.rows(f"SELECT DISTINCT pack_id FROM {of}"):
        from_rulings = await everywhere(tx, pack_id)
        wrong += await _rebuild_answers(tx, pack_id, from_rulings, everything=everything)
        await _rebuild_games(tx, pack_id, from_rulings, everything=everything)
    for (guild_id,) in await tx.rows("SELECT DISTINCT guild_id FROM competition WHERE phase = 'finished'"):
        await _rebuild_ratings(tx, guild_id, everything=everything)
    return wrong


_RULED = (
    "EXISTS (SELECT 1 FROM ruling r WHERE r.guild_id = a.guild_id AND r.pack_id = a.pack_id"
    " AND r.question_id = a.question_id AND r.question_hash = a.question_hash)"
)


async def _rebuild_answers(tx: Transaction, pack_id: str, rulings: RulingsOf, *, everything: bool) -> int:
    wrong = 0
    wanted = await tx.rows(
        f"SELECT DISTINCT member_id, family FROM answer a WHERE pack_id = ? AND member_id > 0 AND (? OR {_RULED})",
        (pack_id, everything),
    )
    aims = await answers.aims(tx, {member_id for member_id, _ in wanted}, pack_id)
    for key in wanted:
        history = (await answers.family_histories(tx, [(key[0], key[1])], pack_id))[key[0], key[1]]
        results, card = replayed(history, rulings, None, aims[key[0]])
        changed = [one for one, past in zip(results, history, strict=True) if one != _as_it_is(past)]
        wrong += len(changed)
        await _store_graded(tx, changed)
        if changed or everything:
            await answers.put_cards(tx, pack_id, {(key[0], key[1]): card})
    for row in await tx.rows("SELECT guild_id, question_id, question_hash FROM ruling WHERE pack_id = ?", (pack_id,)):
        subject, after = Subject(row[0], pack_id, row[1], row[2]), 0
        while (next_ := await grade_stand_ins(tx, subject, rulings[row[0]], after)) is not None:
            after = next_
    return wrong


async def _rebuild_games(tx: Transaction, pack_id: str, rulings: RulingsOf, *, everything: bool) -> None:
    for competition_id, guild_id in await tx.rows(
        "SELECT c.id, c.guild_id FROM competition c WHERE c.phase = 'finished' AND c.pack_id = ? AND (? OR EXISTS"
        f" (SELECT 1 FROM answer a WHERE a.mode = 'competition' AND a.run_id = c.id AND {_RULED}))",
        (pack_id, everything),
    ):
        found = await record(tx, competition_id)
        if found is not None:
            of = game_change(found, rulings.get(guild_id, Rulings()), everything=everything)
            await change(tx, of.changes)
            await tx.run_many(
                "UPDATE competition_result SET bonus = ? WHERE competition_id = ? AND member_id = ?",
                [(bonus, competition_id, member_id) for member_id, bonus in of.bonuses.items()],
            )
            await change(tx, lines_gone(of))


async def _rebuild_ratings(tx: Transaction, guild_id: int, *, everything: bool) -> None:
    rows = await tx.rows(
        "SELECT c.id FROM competition c WHERE c.phase = 'finished' AND c.guild_id = ? AND (? OR EXISTS"
        f" (SELECT 1 FROM answer a WHERE a.mode = 'competition' AND a.run_id = c.id AND {_RULED}))"
        " ORDER BY c.ended_ms, c.id LIMIT 1",
        (guild_id, everything),
    )
    for (first_id,) in rows:
        given = await rated(tx, guild_id, first_id)
        await change(tx, rating_changes(guild_id, given, rate_anew(given.games)))
