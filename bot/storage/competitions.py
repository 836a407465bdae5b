"""Competitions: head, players, rounds, answers, results."""

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pydantic import TypeAdapter

from bot.facts import Code
from bot.model.games import Click, Game, Setup, StoredClick
from bot.model.shards import EVERY_SERVER, Holdings
from bot.packs.models import Question
from bot.quiz.board.totals import COMPETITION
from bot.quiz.competition.standings import Standing
from bot.quiz.competition.state import LIVE, Competition, Played, Player, RoundAnswer, RoundPlan
from bot.quiz.question.asking import FilePlace, Given, Lettering, Sureness, lettering
from bot.quiz.question.regraded import own_key
from bot.storage.given import accepted_of, accepted_text, clicked, place_of, text_of
from bot.storage.lists import listed, of_held, rows_of
from bot.storage.store import Reads, Transaction

MODE = COMPETITION
IS_LIVE = "phase IN ('" + "', '".join(LIVE) + "')"


# Made at the first use: a start has other things to do.


@functools.cache
def _state_json() -> TypeAdapter[Competition]:
    return TypeAdapter(Competition)


@functools.cache
def _setup_json() -> TypeAdapter[Setup]:
    return TypeAdapter(Setup)


def _head(state: Competition) -> str:
    """The part of the state that is no row of its own."""
    return _state_json().dump_json(replace(state, players=(), plans=(), answers={}, played=())).decode()


async def create(
    tx: Transaction, guild_id: int, channel_id: int, pack_id: str, setup: Setup, state: Competition, now_ms: int
) -> int | None:
    """Store a new competition; returns its id, or None when one is on in that channel already."""
    rows = await tx.rows(
        "INSERT INTO competition (guild_id, channel_id, pack_id, setup, head, phase, round, created_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
        (
            guild_id,
            channel_id,
            pack_id,
            _setup_json().dump_json(setup).decode(),
            _head(state),
            state.phase,
            state.round,
            now_ms,
        ),
    )
    if not rows:
        return None
    await _save_players(tx, int(rows[0][0]), (), state.players)
    return int(rows[0][0])


async def save(tx: Transaction, game: Game, after: Competition, now_ms: int) -> None:
    """Store a transition: the head, who joined or left, and the marks of rounds that have ended."""
    before = game.state
    ended = None if after.phase in LIVE else now_ms
    await tx.run(
        "UPDATE competition SET head = ?, phase = ?, round = ?, ended_ms = ? WHERE id = ?",
        (_head(after), after.phase, after.round, ended, game.id),
    )
    await _save_players(tx, game.id, before.players, after.players)
    for number in range(len(before.played), len(after.played)):
        await tx.run_many(
            "UPDATE competition_answer SET marks = ? WHERE competition_id = ? AND round = ? AND member_id = ?",
            [(marks, game.id, number, member_id) for member_id, marks in after.played[number].marks.items()],
        )
        if after.played[number].voided:
            await tx.run(
                "UPDATE competition_round SET voided = 1 WHERE competition_id = ? AND round = ?", (game.id, number)
            )


async def _save_players(
    tx: Transaction, competition_id: int, before: Sequence[Player], after: Sequence[Player]
) -> None:
    gone = {player.member_id for player in before} - {player.member_id for player in after}
    await tx.run_many(
        "DELETE FROM competition_player WHERE competition_id = ? AND member_id = ?",
        [(competition_id, member_id) for member_id in gone],
    )
    known = set(before)
    await tx.run_many(
        "INSERT INTO competition_player (competition_id, member_id, joined_ms, time_factor, team, gone)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (competition_id, member_id)"
        " DO UPDATE SET team = excluded.team, gone = excluded.gone",
        [(competition_id, p.member_id, p.joined_ms, p.time_factor, p.team, p.gone) for p in after if p not in known],
    )


async def take_out(tx: Transaction, competition_id: int, member_id: int) -> None:
    """Remove a member and their answers from a game."""
    for table in ("competition_player", "competition_answer"):
        await tx.run(f"DELETE FROM {table} WHERE competition_id = ? AND member_id = ?", (competition_id, member_id))


async def save_rounds(
    tx: Transaction, competition_id: int, plans: Sequence[RoundPlan], questions: Sequence[Question]
) -> None:
    """Store what will be asked, as it is now."""
    await tx.run_many(
        "INSERT INTO competition_round (competition_id, round, question, question_id, option_order, reading_ms, key,"
        " accepted) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                competition_id,
                n,
                q.model_dump_json(),
                q.id,
                "".join(map(str, plan.order)),
                plan.reading_ms,
                own_key(plan.key, q),
                accepted_text(plan.accepted),
            )
            for n, (plan, q) in enumerate(zip(plans, questions, strict=True))
        ],
    )


async def set_setup(tx: Transaction, competition_id: int, setup: Setup) -> None:
    """Change what will be asked about."""
    await tx.run(
        "UPDATE competition SET setup = ? WHERE id = ?", (_setup_json().dump_json(setup).decode(), competition_id)
    )


async def set_lobby_message(tx: Transaction, competition_id: int, message_id: int) -> bool:
    """Store which message is the lobby; says whether it is the first one."""
    first = await tx.rows("SELECT 1 FROM competition WHERE id = ? AND lobby_message_id IS NULL", (competition_id,))
    await tx.run("UPDATE competition SET lobby_message_id = ? WHERE id = ?", (message_id, competition_id))
    return bool(first)


async def live_ids(db: Reads, held: Holdings = EVERY_SERVER) -> list[int]:
    """The competitions that have not ended, in the servers that are held."""
    ours, values = of_held(held)
    rows = await db.rows(f"SELECT id FROM competition WHERE {IS_LIVE} AND {ours} ORDER BY id", values)
    return [row[0] for row in rows]


async def live_in(db: Reads, channel_id: int) -> int | None:
    """The competition that is on in a channel."""
    rows = await db.rows(f"SELECT id FROM competition WHERE channel_id = ? AND {IS_LIVE}", (channel_id,))
    return int(rows[0][0]) if rows else None


async def unaccepted(db: Reads, guild_id: int, channel_id: int, host_id: int, since_ms: int, *, but: Code) -> list[int]:
    """When a member's challenges in a channel ended that nobody accepted, the last one first; ``but`` those for that."""
    rows = await db.rows(
        "SELECT ended_ms, head FROM (SELECT * FROM competition WHERE guild_id = ? ORDER BY id DESC LIMIT 200) AS lately"
        " WHERE channel_id = ? AND phase = 'cancelled' AND ended_ms > ? ORDER BY ended_ms DESC",
        (guild_id, channel_id, since_ms),
    )
    heads = [(int(ended_ms), _state_json().validate_json(head)) for ended_ms, head in rows]
    return [
        ended_ms
        for ended_ms, one in heads
        if one.rules.duel and one.host_id == host_id and one.reason and one.reason.code is not but
    ]


async def load(db: Reads, competition_id: int) -> Game | None:
    """A competition, put together from its rows."""
    heads = await db.rows(
        "SELECT guild_id, channel_id, pack_id, setup, head, lobby_message_id FROM competition WHERE id = ?",
        (competition_id,),
    )
    if not heads:
        return None
    guild_id, channel_id, pack_id, setup, head, lobby_message_id = heads[0]
    players = await db.rows(
        "SELECT member_id, joined_ms, time_factor, team, gone FROM competition_player WHERE competition_id = ?"
        " ORDER BY joined_ms, member_id",
        (competition_id,),
    )
    rounds = await db.rows(
        "SELECT question, option_order, reading_ms, key, accepted, voided FROM competition_round WHERE competition_id = ?"
        " ORDER BY round",
        (competition_id,),
    )
    questions = tuple(Question.model_validate_json(question) for question, *_ in rounds)
    plans = tuple(
        RoundPlan(
            q.id, FilePlace(q.key if key is None else key), lettering(order).order, reading_ms, accepted_of(accepted)
        )
        for q, (_, order, reading_ms, key, accepted, _voided) in zip(questions, rounds, strict=True)
    )
    state = _state_json().validate_json(head)
    answers = await _answers(db, competition_id, plans)
    over = state.round if state.phase in LIVE and not _round_is_over(state) else state.round + 1
    played = tuple(_played(answers.get(number, {}), voided=bool(rounds[number][-1])) for number in range(over))
    current = {member_id: given for member_id, (given, _) in answers.get(state.round, {}).items()}
    state = replace(
        state,
        players=tuple(
            Player(member_id, joined_ms, factor, team, bool(gone))
            for member_id, joined_ms, factor, team, gone in players
        ),
        plans=plans,
        played=played,
        answers=current,
    )
    return Game(
        competition_id,
        guild_id,
        channel_id,
        pack_id,
        _setup_json().validate_json(setup),
        state,
        questions,
        lobby_message_id,
    )


def _round_is_over(state: Competition) -> bool:
    return "revealing" in (state.phase, state.paused_phase)


def _played(answers: dict[int, tuple[RoundAnswer, int | None]], *, voided: bool) -> Played:
    counted = {member_id: one for member_id, one in answers.items() if one[1] is not None}
    return Played(
        {member_id: given for member_id, (given, _) in counted.items()},
        {member_id: marks for member_id, (_, marks) in counted.items() if marks is not None},
        voided,
    )


async def _answers(
    db: Reads, competition_id: int, plans: Sequence[RoundPlan]
) -> dict[int, dict[int, tuple[RoundAnswer, int | None]]]:
    found: dict[int, dict[int, tuple[RoundAnswer, int | None]]] = {}
    for number, member_id, marks, *answer in await db.rows(
        f"SELECT round, member_id, marks, {_ANSWER} FROM competition_answer WHERE competition_id = ?",
        (competition_id,),
    ):
        found.setdefault(number, {})[member_id] = _answer(plans[number].lettering, *answer), marks
    return found


_ANSWER = "choice, given, elapsed_ms, sureness"


def _answer(letters: Lettering, choice: int, given: str | None, elapsed_ms: int, sureness: int) -> RoundAnswer:
    """An answer from its row, where ``choice`` is the letter's place."""
    return RoundAnswer(clicked(letters, choice, given), elapsed_ms, Sureness(sureness))


async def answers_of_round(db: Reads, game: Game, number: int) -> dict[int, RoundAnswer]:
    """Every answer of a round, as committed."""
    letters = game.state.plans[number].lettering
    rows = await db.rows(
        f"SELECT member_id, {_ANSWER} FROM competition_answer WHERE competition_id = ? AND round = ?",
        (game.id, number),
    )
    return {member_id: _answer(letters, *answer) for member_id, *answer in rows}


_CLICKS = rows_of(
    competition_id=int,
    round=int,
    member_id=int,
    choice=int,
    given=str,
    stamp_ms=int,
    elapsed_ms=int,
    time_factor=float,
    team=int,
    now_ms=int,
)


async def answer_all(tx: Transaction, clicks: list[Click]) -> list[StoredClick]:
    """Store many clicks at once: the first of a member counts, and only while the round is open."""
    values = listed(
        (
            *(c.competition_id, c.round, c.member_id, place_of(c.choice), text_of(c.given) or ""),
            *(c.stamp_ms, c.elapsed_ms, c.time_factor, c.team, c.now_ms),
        )
        for c in clicks
    )
    new = await tx.rows(
        "INSERT INTO competition_answer (competition_id, round, member_id, choice, given, stamp_ms, elapsed_ms, sureness)"
        " SELECT j.competition_id, j.round, j.member_id, j.choice, NULLIF(j.given, ''), j.stamp_ms, j.elapsed_ms, 0"
        f" FROM {_CLICKS} AS j"
        " JOIN competition c ON c.id = j.competition_id WHERE c.phase = 'asking' AND c.round = j.round"
        " ORDER BY j.stamp_ms"  # a member's first one counts
        " ON CONFLICT DO NOTHING RETURNING competition_id, round, member_id, choice, stamp_ms",
        (values,),
    )
    await tx.run(
        "INSERT INTO competition_player (competition_id, member_id, joined_ms, time_factor, team)"
        " SELECT j.competition_id, j.member_id, min(j.now_ms), min(j.time_factor), min(j.team)"
        f" FROM {_CLICKS} AS j WHERE EXISTS (SELECT 1 FROM competition_answer a WHERE a.competition_id = j.competition_id"
        " AND a.round = j.round AND a.member_id = j.member_id) GROUP BY j.competition_id, j.member_id"
        " ON CONFLICT (competition_id, member_id) DO UPDATE SET gone = 0 WHERE competition_player.gone = 1",
        (values,),
    )
    mine = {(row[0], row[1], row[2]): (row[3], row[4]) for row in new}
    results = []
    for click in clicks:
        place = (click.competition_id, click.round, click.member_id)
        if mine.get(place) == (place_of(click.choice), click.stamp_ms):
            results.append(StoredClick(new=True, given=click.given))
            del mine[place]  # a second click of the same batch finds the first one stored
        else:
            results.append(StoredClick(new=False, given=await _stored(tx, click)))
    return results


async def _stored(tx: Transaction, click: Click) -> Given | None:
    rows = await tx.rows(
        "SELECT a.choice, a.given, r.option_order FROM competition_answer AS a JOIN competition_round AS r"
        " ON r.competition_id = a.competition_id AND r.round = a.round"
        " WHERE a.competition_id = ? AND a.round = ? AND a.member_id = ?",
        (click.competition_id, click.round, click.member_id),
    )
    return clicked(lettering(rows[0][2]), *rows[0][:2]) if rows else None


async def players_of(db: Reads, pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Which of these pairs, a competition and a member, are known to play; who was deleted does not."""
    asked = rows_of(competition_id=int, member_id=int)
    return set(
        await db.rows(
            f"SELECT p.competition_id, p.member_id FROM {asked} AS j JOIN competition_player p"
            " ON p.competition_id = j.competition_id AND p.member_id = j.member_id WHERE p.gone = 0",
            (listed(pairs),),
        )
    )


async def confide(tx: Transaction, competition_id: int, number: int, member_id: int, sureness: Sureness) -> None:
    """Store how sure a player is."""
    await tx.run(
        "UPDATE competition_answer SET sureness = ? WHERE competition_id = ? AND round = ? AND member_id = ?",
        (sureness, competition_id, number, member_id),
    )


async def save_results(
    tx: Transaction,
    competition_id: int,
    lines: Iterable[Standing],
    teams: Mapping[int, int],
    bonuses: Mapping[int, int],
) -> None:
    """Store how it ended, for good."""
    await tx.run_many(
        "INSERT INTO competition_result (competition_id, member_id, place, score, right_answers, answered, median_ms,"
        " team, bonus) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [
            (
                competition_id,
                line.member_id,
                line.place,
                line.score,
                line.right,
                line.answered,
                line.median_ms,
                teams.get(line.member_id, 0),
                bonuses.get(line.member_id, 0),
            )
            for line in lines
        ],
    )


async def counted_answers(db: Reads, game: Game) -> list[dict[int, RoundAnswer]]:
    """The answers of each round that had counted when it ended; those of a round that was skipped did not."""
    found: list[dict[int, RoundAnswer]] = [{} for _ in game.state.played]
    for number, member_id, *answer in await db.rows(
        f"SELECT round, member_id, {_ANSWER} FROM competition_answer AS c WHERE competition_id = ? AND round < ?"
        " AND EXISTS (SELECT 1 FROM answer AS a WHERE a.mode = ? AND a.run_id = c.competition_id"
        " AND a.position = c.round AND a.member_id = c.member_id)",
        (game.id, len(found), MODE),
    ):
        found[number][member_id] = _answer(game.state.plans[number].lettering, *answer)
    return found


async def last_played(db: Reads, guild_id: int) -> dict[str, int]:
    """The number of a server's last competition in each course."""
    return dict(
        await db.rows("SELECT pack_id, max(id) FROM competition WHERE guild_id = ? GROUP BY pack_id", (guild_id,))
    )


async def lately_asked(db: Reads, guild_id: int, competitions: int = 10) -> list[str]:
    """The questions of a server's last competitions, oldest first."""
    rows = await db.rows(
        "SELECT question_id FROM competition_round WHERE competition_id IN"
        " (SELECT id FROM competition WHERE guild_id = ? ORDER BY id DESC LIMIT ?) ORDER BY competition_id, round",
        (guild_id, competitions),
    )
    return [row[0] for row in rows]


# Alive


async def beat(tx: Transaction, now_ms: int, shard: int = 0) -> None:
    """Note that whoever answers for a shard is alive."""
    await tx.run(
        "INSERT INTO alive (id, at_ms) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET at_ms = excluded.at_ms",
        (shard + 1, now_ms),
    )


async def last_beat(db: Reads, shard: int = 0) -> int | None:
    """When that was last known; of a shard without a beat, when any was last."""
    rows = await db.rows("SELECT at_ms FROM alive WHERE id = ?", (shard + 1,))
    rows = rows or await db.rows("SELECT max(at_ms) FROM alive")
    return None if rows[0][0] is None else int(rows[0][0])
