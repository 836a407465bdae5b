"""``python -m bot deletions``: the list of who was deleted, in a file that the operator keeps, and applied from it."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

from bot.errors import StorageError
from bot.facts import Code, fact
from bot.services.backups import delete_again
from bot.storage import privacy
from bot.storage.place import Place
from bot.storage.sqlite.remembered import add_deletions, read_deletions
from bot.wording import counted, visible


async def write_deletions(place: Place, file: Path) -> int:
    """Add to the file every deletion that the database remembers and the file does not. Raises StorageError.

    The file names nobody: only who knows a member's id can tell that it is in there.
    """
    async with place.only_reading() as db:
        known = await privacy.deletions(db)
    with _usable(file):
        listed, new = await asyncio.to_thread(add_deletions, file, known)
    print(
        f"{visible(str(file))} lists {counted(listed, 'deletion')}, {new:,} of them new. Keep it beside your backups."
    )
    return 0


async def apply_deletions(place: Place, file: Path, now_ms: int, *, keep_members: bool) -> int:
    """Delete again whoever the file lists and the database does not. Raises StorageError; a running bot is refused.

    With ``keep_members`` those stay whom only STUDYHALL_RETENTION_DAYS deleted.
    """
    if not await asyncio.to_thread(file.is_file):
        raise StorageError(fact(Code.DELETIONS_UNREADABLE, file=str(file), why="it is not there"))
    with _usable(file):
        known = await asyncio.to_thread(read_deletions, file)
    async with place.opened_alone() as store:
        again = await delete_again(store, known, now_ms, keep_members=keep_members)
    were = "was" if again.deleted == 1 else "were"
    by = f"{counted(len(known), 'deletion')} in {visible(str(file))}"
    print(f"{counted(again.deleted, 'member')} {were} deleted again, by {by}.")
    if keep_members:
        stay = len({one.hash for one in again.undone})
        print(
            f"{counted(stay, 'member')} {'stays who was' if stay == 1 else 'stay who were'} deleted for being away only."
        )
    return 0


@contextlib.contextmanager
def _usable(file: Path) -> Iterator[None]:
    """Tell in words what is wrong with the file."""
    try:
        yield
    except OSError as problem:
        raise StorageError(fact(Code.DELETIONS_UNREADABLE, file=str(file), why=str(problem.strerror))) from problem
