"""``python -m bot restore``: a backup in the place of the database."""

from pathlib import Path

from bot.services.backups import made_at, restore
from bot.storage.sqlite.remembered import deletions_file
from bot.wording import visible


async def restore_backup(
    database: Path, file: Path, now_ms: int, *, keep_members: bool = False, retention_days: int = 0
) -> int:
    """Put a backup in the place of the database and say what was done. Raises StorageError; then nothing is changed."""
    done = await restore(database, file, now_ms, keep_members=keep_members)
    print(f"{database} is now the backup {visible(str(file))} of {made_at(file)}: {done.facts}.")
    if done.kept:
        print(f"The database from before is kept as {done.kept}. Remove it when you don't need it any more.")
    if done.migrations:
        print(f"It was brought up to date, to schema {done.migrations[-1]}.")
    if done.deleted:
        who = "1 member had" if done.deleted == 1 else f"{done.deleted:,} members had"
        print(f"{who} been deleted since; that was done again.")
        if not keep_members:
            print("To bring back those who didn't ask for it, but were away for too long: restore with --keep-members.")
    if keep_members:
        who = "1 member" if done.brought_back == 1 else f"{done.brought_back:,} members"
        print(f"{who} deleted for being away {'is' if done.brought_back == 1 else 'are'} back.")
        if retention_days:
            print(
                f"STUDYHALL_RETENTION_DAYS is {retention_days}: a day after the start, members away for longer are deleted "
                "again. Set it to 0 first to keep them."
            )
    if done.unreadable:
        lines = "1 line" if done.unreadable == 1 else f"{done.unreadable:,} lines"
        print(f"{lines} of {deletions_file(database)} can't be read: whoever stands there was not deleted again.")
    print("Start the bot as usual.")
    return 0
