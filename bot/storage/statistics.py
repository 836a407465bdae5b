"""What a database holds, in numbers that cost nothing to ask."""

from dataclasses import dataclass

from bot.errors import StorageError
from bot.storage.store import Reads


@dataclass(frozen=True)
class Sizes:
    """Answers ever stored (deleted ones too), and bytes of the file."""

    answers: int
    database_bytes: int


async def sizes(db: Reads) -> Sizes | None:
    """The sizes now, or None when the database does not answer."""
    try:
        [(answers, pages, page_bytes)] = await db.rows(
            "SELECT (SELECT coalesce(max(id), 0) FROM answer), page_count, page_size"
            " FROM pragma_page_count, pragma_page_size"
        )
    except StorageError:
        return None
    return Sizes(answers, pages * page_bytes)
