"""The database and its copies."""

from bot.facts import Code
from bot.ui.words.kinds import Words

MOST_CHARACTERS = 200
"""So much of SQLite's words is quoted: it quotes whole statements."""

WORDS: Words = {
    Code.NO_DATABASE: "There is no database at {path}. STUDYHALL_DATA_DIR says where it is.",
    Code.NO_SUCH_LETTER: "There is an answer with the letter {letter}, which its question does not have.",
    Code.SCHEMA_TOO_NEW: "The database {path} has schema {schema}, and this Studyhall knows {known}: it was "
    "written by a newer one. Start that one, or give another STUDYHALL_DATA_DIR. Nothing was changed.",
    Code.FOREIGN_DATABASE: "The database {path} was not written by Studyhall: it has the schema number {schema} "
    "and {tables} tables. Move it away, or give another STUDYHALL_DATA_DIR. Nothing was changed.",
    Code.MIGRATION_CUT: "A migration ends in the middle of a statement: {statement}",
    Code.BACKUP_FAILED: "The backup {target} was not made ({why}). Look whether the disk is full and the database "
    "sound, and try again.",
    Code.BACKUP_NOT_WRITTEN: "The backup {target} was not made ({why}). Choose a folder that can be written to.",
    Code.BACKUP_EXISTS: "{target} exists already; nothing was written. Give the backup another name.",
    Code.NO_BACKUP_FOLDER: "There is no folder {folder} for the backup. Make it first, or choose another.",
    Code.NO_BACKUP_FILE: "There is no file {file}. Nothing was changed.",
    Code.BACKUP_UNSOUND: "{file} is no sound database of Studyhall ({why}). Nothing was changed. Choose another "
    "backup.",
    Code.BACKUP_TOO_NEW: "{file} has schema {schema}, and this Studyhall knows {known}: it was written by a newer "
    "one. Nothing was changed. Install that one, or choose an older backup.",
    Code.BACKUP_NOT_COPIED: "{file} could not be copied to {folder} ({why}). Nothing was changed. Make room there, "
    "and try again.",
    Code.BACKUP_UNUSABLE: "{file} can't be used: {why}. Nothing was changed. Choose a backup that Studyhall has "
    "written.",
    Code.BACKUP_NOT_READY: "The backup could not be made ready in {folder} ({why}). Nothing was changed. Make room "
    "there, look that all files there belong to the bot's user, and try again.",
    Code.DATABASE_IN_USE: "Another program uses the database {path}. Nothing was changed. Stop it first, and try "
    "again.",
    Code.DATA_FOLDER_UNUSABLE: "The data folder {folder} can't be used ({why}). Make it writable, or set "
    "STUDYHALL_DATA_DIR.",
    Code.LOCK_IS_LINK: "{file} is a link, which Studyhall does not write through. Remove it, and start again.",
    Code.LOCK_IS_NO_FILE: "{file} is no file. Remove it, and start again.",
    Code.SQLITE_TOO_OLD: "This Python has SQLite {found}, and Studyhall needs 3.39 or later. Update the system, or use a "
    "Python that has a newer one, then start again. Nothing was changed.",
    Code.POSTGRES_NOT_INSTALLED: "PostgreSQL needs asyncpg: pip install 'studyhall[postgres]', then start again.",
    Code.POSTGRES_ADDRESS: "STUDYHALL_DATABASE_URL can't be read. It should look like postgresql://user:password@host/name; "
    "write signs such as @, / and ? in the password as %40, %2F and %3F.",
    Code.POSTGRES_NOT_OPENED: "The PostgreSQL that STUDYHALL_DATABASE_URL names can't be used ({why}). Look whether it "
    "runs, and whether its user may connect to that database and make tables there, then start again.",
    Code.POSTGRES_OF_ANOTHER_VERSION: "The PostgreSQL database has schema {found}, and this Studyhall knows schema {known}. "
    "Start the version that matches it; nothing was changed.",
    Code.POSTGRES_EMPTY: "The PostgreSQL database that STUDYHALL_DATABASE_URL names holds no Studyhall yet. Start the bot on "
    "it once, or move a database there with `python -m bot move --to`.",
    Code.POSTGRES_BACKUP: "The database is a PostgreSQL, so its own tools copy it: `pg_dump --format=custom --file=FILE "
    "URL`. When that is done, `python -m bot backup --done` tells /studyhall health of it, and `python -m bot deletions "
    "FILE` keeps the list of deletions beside it.",
    Code.POSTGRES_RESTORE: "The database is a PostgreSQL, so its own tools bring a copy back: stop the bot, then `pg_restore "
    "--clean --if-exists --dbname=URL FILE`. Then `python -m bot deletions FILE --apply` deletes again whoever asked for "
    "it since.",
    Code.BACKUP_NOT_TOLD: "--done is for a PostgreSQL, whose copies Studyhall does not make. Here `python -m bot backup` "
    "makes one.",
    Code.ANOTHER_ON_POSTGRES: lambda whose: (
        f"A Studyhall is running on this database{f' (from {whose})' if whose else ''}. Stop it first, or give this one "
        "another database with STUDYHALL_DATABASE_URL."
    ),
    Code.MOVE_TO_ITSELF: "A database moves from SQLite to a PostgreSQL or back. To copy a SQLite file use `python -m bot "
    "backup`; to copy a PostgreSQL use its own pg_dump.",
    Code.MOVE_TARGET_THERE: "{target} is there already; nothing was copied. Give the name of a file that is not there yet.",
    Code.MOVE_TARGET_NAME: "A start would not find {target}. Call the file {name}, in a folder of its own.",
    Code.MOVE_TARGET_FILLED: "The PostgreSQL database holds something already (its table {table} has rows); nothing was "
    "copied. Give an empty one.",
    Code.MOVE_DIFFERS: "What arrived is not what was sent ({tables}), so nothing was kept. The source is as it was. Try "
    "again; if it happens twice, look at the disks.",
    Code.DELETIONS_UNREADABLE: "{file} can't be used as a list of deletions ({why}). Give the file that `python -m bot "
    "deletions` has written.",
    Code.DATABASE_NOT_OPENED: "The database {path} can't be opened now ({why}). What is in it is as it was. Make "
    "room if the disk is full, stop other programs that use it, or give another STUDYHALL_DATA_DIR, and start "
    "again.",
    Code.NOT_WRITABLE: "{path} can't be written to. Make it writable for the user that runs Studyhall, or set "
    "STUDYHALL_DATA_DIR. Nothing was changed.",
    Code.NOT_OUR_DATABASE: "The database is not the one that this Studyhall writes ({why}), so nothing was "
    "counted. Whoever runs this bot should put a backup in its place with `python -m bot restore`.",
    Code.LEASE_LOST: "This server has just moved to another process of the bot, so that was not saved. Please try again "
    "in a moment.",
    Code.NO_SUCH_PROCESS: "No process called {name} runs on this database. `python -m bot processes` lists them.",
    Code.ONLY_POSTGRES_SHARED: "On SQLite there is one process, and nothing to share. Several run on a PostgreSQL: set "
    "STUDYHALL_DATABASE_URL (docs/many-processes.md).",
    Code.NOT_SAVED: "The database is out of reach, so that was not saved. Please press again in a minute.",
    Code.NOT_COUNTED: "The database could not take this just now, so nothing was counted. Please try again in a "
    "moment.",
    Code.SHUTTING_DOWN: "Studyhall is shutting down; nothing was stored. Try again in a minute.",
    Code.DATABASE_UNUSABLE: lambda path, why: (
        f"{_unusable(path, why)} Move it away and put a copy from before in its place, or give another STUDYHALL_DATA_DIR."
    ),
    Code.DATABASE_UNUSABLE_COPY: lambda path, why, copy, made: (
        f"{_unusable(path, why)} {_restore(copy, made)}, or give another STUDYHALL_DATA_DIR."
    ),
    Code.DATABASE_GONE_COPY: lambda path, copy, made, away: (
        f"There is no database {path}, but a copy of it. Nothing was changed. {_restore(copy, made)}. To begin with an empty "
        f"one instead, move {away} away, or give another STUDYHALL_DATA_DIR."
    ),
    Code.DATABASE_GONE_JOURNAL: "There is no database {path}, but its journal. Nothing was changed. Put the database back "
    "beside it, or, to begin with an empty one, move {journal} away.",
    Code.SCHEMA_READ_EARLIER: "The database {path} has schema {schema}, and this Studyhall reads {known}. Start the bot "
    "once, which brings it up to date.",
    Code.SCHEMA_READ_LATER: "The database {path} has schema {schema}, and this Studyhall reads {known}. Use the newer "
    "Studyhall.",
    Code.ANOTHER_RUNNING: lambda folder, process: (
        f"A Studyhall is running on the data folder {folder}{f' (process {process})' if process else ''}. Stop it first, or "
        "give this one another folder with STUDYHALL_DATA_DIR."
    ),
    Code.JOURNAL_LOST: lambda journal, has, had, database: (
        f"The journal {journal} {f'has {has:,} of {had:,} bytes' if has else 'is missing'}, and the bot was not stopped in "
        f"order. What it stored last may be lost: it goes on with what is in {database}. If you have the journal, stop the "
        "bot, put both files in their place as they were, and start again. If you don't, look whether the newest backup has "
        "more."
    ),
    # What is wrong with a file, inside of another sentence
    Code.FILE_EMPTY: "it is empty: it has 0 bytes",
    Code.FILE_CUT: "it has {bytes:,} bytes and should have {whole:,}",
    Code.FILE_DAMAGED: "{why}; it has {bytes:,} bytes",
    Code.NO_TABLES: "it has none of Studyhall's tables",
    Code.LAYOUT_BESIDES: lambda schema, **part: f"{_other_layout(schema)}: it has {_part(**part)}",
    Code.LAYOUT_LACKS: lambda schema, **part: f"{_other_layout(schema)}: it lacks {_part(**part)}",
}


def _unusable(path: str, why: str) -> str:
    plain = " ".join(why.split())
    shown = plain if len(plain) <= MOST_CHARACTERS else f"{plain[:MOST_CHARACTERS]}…"
    return f"The database {path} can't be used ({shown}). It was left as it is."


def _restore(copy: str, made: str) -> str:
    which = f"the newest backup, of {made} UTC," if made else "the copy"
    return f"Put {which} in its place with `python -m bot restore {copy}`"


def _other_layout(schema: int) -> str:
    return f"its schema number is {schema}, but its tables are not those of that schema"


def _part(what: str, name: str, column: str, more: int) -> str:
    """One of the differences, and how many more there are."""
    first = f"the column {column} of {name}" if column else f"the {what} {name}"
    return first + (f" and {more} more" if more else "")
