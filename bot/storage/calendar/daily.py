"""The question of the day: what was asked, who answered what, and what is still to be shown."""

from collections.abc import Sequence

from bot.model.dailies import Daily
from bot.model.posts import Kind, Post, What
from bot.model.shards import EVERY_SERVER, Holdings
from bot.packs.models import Question
from bot.quiz.calendar.daily import FamilyTally
from bot.quiz.question.asking import Given, ShownPlace, lettering
from bot.storage import posts
from bot.storage.given import clicked, place_of, text_of
from bot.storage.lists import of_held
from bot.storage.store import Reads, Row, Transaction

MODE = "daily"
_COLUMNS = "id, guild_id, day, channel_id, pack_id, question, option_order, asked_ms, closes_ms, closed_ms, message_id"


def _daily(row: Row) -> Daily:
    id_, guild_id, day, channel_id, pack_id, question, order, asked_ms, closes_ms, closed_ms, message_id = row
    whole = Question.model_validate_json(question)
    places = lettering(order).order
    return Daily(
        guild_id, day, channel_id, pack_id, whole, places, asked_ms, closes_ms, id_, closed_ms, message_id
    )  # fmt: skip


async def ask(tx: Transaction, daily: Daily) -> int | None:
    """Store a question with what is to be shown, and let the one before close now; its id, or None when there is one."""
    rows = await tx.rows(
        "INSERT INTO daily (guild_id, day, channel_id, pack_id, question_id, family, question, option_order, asked_ms,"
        " closes_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
        (
            daily.guild_id,
            daily.day,
            daily.channel_id,
            daily.pack_id,
            daily.question.id,
            daily.question.family,
            daily.question.model_dump_json(),
            "".join(map(str, daily.order)),
            daily.asked_ms,
            daily.closes_ms,
        ),
    )
    if not rows:
        return None
    [[daily_id]] = rows
    await tx.run(
        "UPDATE daily SET closes_ms = ? WHERE guild_id = ? AND closed_ms IS NULL AND id != ? AND closes_ms > ?",
        (daily.asked_ms, daily.guild_id, daily_id, daily.asked_ms),
    )
    await posts.add(tx, What(Kind.QUESTION, daily_id), daily.guild_id, daily.channel_id, daily.asked_ms)
    return int(daily_id)


async def load(db: Reads, daily_id: int) -> Daily | None:
    """One question of the day."""
    rows = await db.rows(f"SELECT {_COLUMNS} FROM daily WHERE id = ?", (daily_id,))
    return _daily(rows[0]) if rows else None


async def on_day(db: Reads, guild_id: int, day: str) -> Daily | None:
    """A server's question of that day."""
    rows = await db.rows(f"SELECT {_COLUMNS} FROM daily WHERE guild_id = ? AND day = ?", (guild_id, day))
    return _daily(rows[0]) if rows else None


async def before(db: Reads, daily: Daily) -> Daily | None:
    """The server's question before that one."""
    rows = await db.rows(
        f"SELECT {_COLUMNS} FROM daily WHERE guild_id = ? AND day < ? ORDER BY day DESC LIMIT 1",
        (daily.guild_id, daily.day),
    )
    return _daily(rows[0]) if rows else None


async def lately(db: Reads, guild_id: int, since_ms: int) -> list[Daily]:
    """A server's questions of the day since then, newest first."""
    rows = await db.rows(
        f"SELECT {_COLUMNS} FROM daily WHERE guild_id = ? AND asked_ms >= ? ORDER BY day DESC", (guild_id, since_ms)
    )
    return [_daily(row) for row in rows]


async def results_of(db: Reads, guild_id: int, pack_id: str, question_id: str) -> list[Daily]:
    """A server's questions of the day that asked this and are closed, newest first."""
    rows = await db.rows(
        f"SELECT {_COLUMNS} FROM daily WHERE guild_id = ? AND pack_id = ? AND question_id = ? AND closed_ms IS NOT NULL"
        " ORDER BY day DESC",
        (guild_id, pack_id, question_id),
    )
    return [_daily(row) for row in rows]


async def last_asked_ms(db: Reads, guild_id: int) -> dict[str, int]:
    """When each course was last asked about in a server."""
    rows = await db.rows("SELECT pack_id, max(asked_ms) FROM daily WHERE guild_id = ? GROUP BY pack_id", (guild_id,))
    return dict(rows)


async def tallies(db: Reads, guild_id: int, pack_id: str) -> dict[str, FamilyTally]:
    """How a server's members answered each family of a course."""
    rows = await db.rows(
        "SELECT family, count(*), sum(correct) FROM answer WHERE guild_id = ? AND pack_id = ? AND void = 0 GROUP BY family",
        (guild_id, pack_id),
    )
    return {family: FamilyTally(answered, right) for family, answered, right in rows}


async def met_ms(db: Reads, guild_id: int, pack_id: str, since_ms: int) -> dict[str, int]:
    """When each question was last met since then: answered by a member of the server, anywhere, or asked in a game here."""
    rows = await db.rows(
        "SELECT question_id, max(at_ms) FROM ("
        " SELECT question_id, answered_ms AS at_ms FROM answer WHERE pack_id = :pack AND answered_ms >= :since"
        " AND member_id IN (SELECT member_id FROM member WHERE guild_id = :guild)"
        " UNION ALL SELECT r.question_id, c.created_ms FROM competition c JOIN competition_round r"
        " ON r.competition_id = c.id WHERE c.guild_id = :guild AND c.pack_id = :pack AND c.created_ms >= :since) AS met"
        " GROUP BY question_id",
        {"guild": guild_id, "pack": pack_id, "since": since_ms},
    )
    return dict(rows)


async def any_closing_after(db: Reads, latest_ms: int) -> bool:
    """Whether an open question would close later than that."""
    rows = await db.rows("SELECT 1 FROM daily WHERE closed_ms IS NULL AND closes_ms > ? LIMIT 1", (latest_ms,))
    return bool(rows)


async def close_by(tx: Transaction, latest_ms: int, closes_ms: int) -> None:
    """Let the open questions that would close after ``latest_ms`` close at ``closes_ms``."""
    await tx.run("UPDATE daily SET closes_ms = ? WHERE closed_ms IS NULL AND closes_ms > ?", (closes_ms, latest_ms))


# Answers


async def answer(
    tx: Transaction, daily_id: int, member_id: int, choice: ShownPlace | None, given: Given, stamp_ms: int
) -> bool:
    """Store what a member gave if it is their first answer and was made in time; says whether it was stored.

    ``choice`` is its letter's place, where it is one letter.
    """
    return bool(
        await tx.rows(
            "INSERT INTO daily_answer (daily_id, member_id, choice, given, stamp_ms)"
            " SELECT id, ?, ?, ?, ? FROM daily WHERE id = ? AND closed_ms IS NULL AND ? < closes_ms"
            " ON CONFLICT DO NOTHING RETURNING choice",
            (member_id, place_of(choice), text_of(given), stamp_ms, daily_id, stamp_ms),
        )
    )


async def given_by(db: Reads, daily: Daily, member_id: int) -> Given | None:
    """What a member gave."""
    rows = await db.rows(
        "SELECT choice, given FROM daily_answer WHERE daily_id = ? AND member_id = ?", (daily.id, member_id)
    )
    return clicked(daily.lettering, *rows[0]) if rows else None


async def all_given(db: Reads, daily: Daily) -> dict[int, Given]:
    """What every member gave, in the order in which it came."""
    rows = await db.rows(
        "SELECT member_id, choice, given FROM daily_answer WHERE daily_id = ? ORDER BY stamp_ms, member_id", (daily.id,)
    )
    return {member_id: clicked(daily.lettering, *answer) for member_id, *answer in rows}


async def points_of(db: Reads, daily_id: int, member_id: int) -> int:
    """What a member's answer earned, once the question is closed."""
    rows = await db.rows(
        "SELECT points FROM answer WHERE mode = ? AND run_id = ? AND member_id = ?", (MODE, daily_id, member_id)
    )
    return int(rows[0][0]) if rows else 0


async def days(db: Reads, guild_id: int, until: str, member_id: int | None = None) -> list[tuple[bool, bool]]:
    """A server's questions up to that day, newest first: was it answered (by that member), and is it open."""
    who = "" if member_id is None else " AND a.member_id = ?"
    rows = await db.rows(
        f"SELECT EXISTS (SELECT 1 FROM daily_answer a WHERE a.daily_id = d.id{who}), d.closed_ms IS NULL"
        " FROM daily d WHERE d.guild_id = ? AND d.day <= ? ORDER BY d.day DESC",
        (*(() if member_id is None else (member_id,)), guild_id, until),
    )
    return [(bool(answered), bool(is_open)) for answered, is_open in rows]


async def forget(tx: Transaction, member_id: int) -> None:
    """Take a member out of every question that is still open."""
    await tx.run(
        "DELETE FROM daily_answer WHERE member_id = ? AND daily_id IN (SELECT id FROM daily WHERE closed_ms IS NULL)",
        (member_id,),
    )


# What is to be shown


async def shown(tx: Transaction, post: Post, message_id: int) -> None:
    """Store which message shows it."""
    await posts.posted(tx, post.id, message_id)
    await tx.run("UPDATE daily SET message_id = ? WHERE id = ?", (message_id, post.what.of))


async def withdraw(tx: Transaction, post: Post) -> None:
    """Take a question back that never reached a channel."""
    if await tx.rows(
        "DELETE FROM daily WHERE id = ? AND message_id IS NULL AND closed_ms IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM daily_answer WHERE daily_id = daily.id) RETURNING id",
        (post.what.of,),
    ):
        await posts.drop(tx, post.id)


# The close


async def to_close(db: Reads, now_ms: int, held: Holdings = EVERY_SERVER) -> list[int]:
    """The open questions, in servers that are held, whose time was up by then."""
    ours, values = of_held(held)
    rows = await db.rows(
        f"SELECT id FROM daily WHERE closed_ms IS NULL AND closes_ms <= ? AND {ours} ORDER BY id", (now_ms, *values)
    )
    return [daily_id for (daily_id,) in rows]


async def next_close_ms(db: Reads, held: Holdings = EVERY_SERVER) -> int | None:
    """When the next open question's time is up, in the servers that are held."""
    ours, values = of_held(held)
    [[at_ms]] = await db.rows(f"SELECT min(closes_ms) FROM daily WHERE closed_ms IS NULL AND {ours}", values)
    return None if at_ms is None else int(at_ms)


async def close(tx: Transaction, daily: Daily, now_ms: int) -> None:
    """The question is over, and its result to be shown."""
    await tx.run("UPDATE daily SET closed_ms = ? WHERE id = ?", (now_ms, daily.id))
    await posts.add(tx, What(Kind.RESULT, daily.id), daily.guild_id, daily.channel_id, now_ms)


async def stand_in(tx: Transaction, member_id: int, stand_ins: Sequence[tuple[int, int]]) -> None:
    """Put somebody without a name in a member's place: pairs of question and stand-in."""
    await tx.run_many(
        "UPDATE daily_answer SET member_id = ? WHERE daily_id = ? AND member_id = ?",
        [(stand_in, daily_id, member_id) for daily_id, stand_in in stand_ins],
    )
