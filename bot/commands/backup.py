"""``python -m bot backup``: a copy of the database, beside a running bot or without one."""

from pathlib import Path

from bot.storage.sqlite.backup import BackupWriter, backup_path
from bot.wording import visible


def make_backup(database: Path, file: Path | None, now_ms: int) -> int:
    """Write a backup and say what it holds; without ``file`` it goes into the folder of backups.

    Raises StorageError with what to do; then there is no file of that name.
    """
    target = (file or backup_path(database, now_ms)).absolute()
    facts = BackupWriter().write(database, target)
    print(f"{visible(str(target))}: {facts}. It was read again and is sound.")
    return 0
