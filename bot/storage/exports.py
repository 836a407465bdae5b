"""What a server's managers take along as tables: points, competitions, answers by section. No key and no question in them."""

from bot.model.boards import Entry, SectionTotal
from bot.model.games import GameLine
from bot.quiz.board.ranking import BoardKind
from bot.storage import boards
from bot.storage.store import Reads

MOST_ROWS = 50_000


async def points(db: Reads, guild_id: int, period: str) -> list[Entry]:
    """The board of points, all of it."""
    return await boards.page(db, boards.ranked(BoardKind.POINTS, guild_id, period), 0, MOST_ROWS + 1)


async def competitions(db: Reads, guild_id: int) -> list[GameLine]:
    """Every line of every competition that is over, the last one first."""
    rows = await db.rows(
        "SELECT c.id, c.ended_ms, c.pack_id, r.place, m.name, r.score, r.right_answers, r.answered, r.bonus, r.member_id"
        " FROM competition AS c JOIN competition_result AS r ON r.competition_id = c.id"
        " LEFT JOIN member AS m ON m.guild_id = c.guild_id AND m.member_id = r.member_id"
        " WHERE c.guild_id = ? AND c.ended_ms IS NOT NULL ORDER BY c.id DESC, r.place, r.member_id LIMIT ?",
        (guild_id, MOST_ROWS + 1),
    )
    return [GameLine(*row) for row in rows]


async def answers(db: Reads, guild_id: int, period: str) -> list[SectionTotal]:
    """What each member that boards show answered, by section."""
    rows = await db.rows(
        "SELECT b.member_id, m.name, b.section, b.answers, b.correct, b.points FROM total AS b"
        " LEFT JOIN member AS m ON m.guild_id = b.guild_id AND m.member_id = b.member_id"
        f" WHERE b.guild_id = ? AND b.period = ? AND b.section LIKE '%/%' AND {boards.SHOWN}"
        " ORDER BY b.member_id, b.section LIMIT ?",
        (guild_id, period, guild_id, MOST_ROWS + 1),
    )
    return [SectionTotal(*row) for row in rows]
