"""``python -m bot restore``: a backup in the place of the database."""

from pathlib import Path

from bot.services.backups import made_at, restore
from bot.storage.deletions import deletions_file
from bot.wording import visible


async def restore_backup(database: Path, file: Path, now_ms: int) -> int:
    """Put a backup in the place of the database and say what was done. Raises StorageError; then nothing is changed."""
    done = await restore(database, file, now_ms)
    print(f"{database} is now the backup {visible(str(file))} of {made_at(file)}: {done.facts}.")
    if done.kept:
        print(f"The database from before is kept as {done.kept}. Remove it when you don't need it any more.")
    if done.migrations:
        print(f"It was brought up to date, to schema {done.migrations[-1]}.")
    if done.deleted:
        who = "1 member had" if done.deleted == 1 else f"{done.deleted:,} members had"
        print(f"{who} been deleted since; that was done again.")
    if done.unreadable:
        lines = "1 line" if done.unreadable == 1 else f"{done.unreadable:,} lines"
        print(f"{lines} of {deletions_file(database)} can't be read: whoever stands there was not deleted again.")
    print("Start the bot as usual.")
    return 0
