"""``python -m bot move``: the database copied from SQLite to PostgreSQL, or back."""

import asyncio
from pathlib import Path

from bot.errors import StorageError
from bot.facts import Code, fact
from bot.settings import DATABASE_NAME, POSTGRES
from bot.storage.place import Place
from bot.storage.sqlite.backup import journals
from bot.wording import visible


async def move_to(source: Place, to: str) -> int:
    """Copy everything to the address of a PostgreSQL or to a file for SQLite, and say what was copied.

    Raises StorageError with what to do; then the target is as it was. The source always is.
    """
    is_url = to.startswith(POSTGRES)
    if is_url == bool(source.url):
        raise StorageError(fact(Code.MOVE_TO_ITSELF))
    target = Place(source.path, to) if is_url else Place(await asyncio.to_thread(Path(to).absolute))
    (source if source.url else target).beside()  # it says so where PostgreSQL is not installed
    from bot.storage.postgres.moving import to_postgres, to_sqlite

    if not source.url and not await asyncio.to_thread(source.path.exists):
        raise StorageError(fact(Code.NO_DATABASE, path=str(source.path)))
    if not target.url and target.path.name != DATABASE_NAME:  # a start finds it by its name
        raise StorageError(fact(Code.MOVE_TARGET_NAME, name=DATABASE_NAME, target=str(target.path)))
    for file in () if target.url else (target.path, *journals(target.path)):
        if await asyncio.to_thread(file.exists):
            raise StorageError(fact(Code.MOVE_TARGET_THERE, target=str(file)))
    async with source.alone() as held, target.alone():
        if held and (lost := held.lost(source.path)):
            raise StorageError(lost)
        moved = await (to_postgres(source.path, to) if is_url else to_sqlite(source.url, target.path))
    print(
        f"{moved.rows:,} rows of {len(moved.tables)} tables ({moved.tables['answer'].rows:,} answers, {moved.points:,} points"
        f" on the boards) were copied in {moved.seconds:.1f} s, read again and found the same."
    )
    if is_url:
        print(
            "Set STUDYHALL_DATABASE_URL to that address and start the bot. The SQLite file and its backups are as they were; "
            "remove them when all is well: who is deleted from now on is still in them."
        )
    else:
        where = visible(str(target.path.parent))
        print(
            f"Unset STUDYHALL_DATABASE_URL, set STUDYHALL_DATA_DIR to {where} and start the bot. PostgreSQL is as it was."
        )
    return 0
