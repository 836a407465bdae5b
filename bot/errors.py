"""The errors a person can meet, each with the fact that is told; `bot/ui/worded.py` says it, and what to do next.

StudyhallError
├── UserError            something the person in front of the bot can put right
│   ├── NotFound         a name that is not there
│   └── NotYours         a page or run of somebody else
├── SettingsError        a setting of whoever runs the bot
├── PackError            a course that can't be read
├── StorageError         a database that can't be used
│   └── LeaseLostError   another process answers for that server now
└── WorkerError          a worker process that failed
    ├── WorkerDied
    └── WorkerTimedOut
"""

from bot.facts import Code, Fact


class StudyhallError(Exception):
    """Root of all errors that are meant for a person: ``fact`` is what they are told, and in the log as it is."""

    def __init__(self, fact: Fact) -> None:
        super().__init__(fact)
        self.fact = fact


class UserError(StudyhallError):
    """Something that the member can put right; shown to them alone."""


class NotFound(UserError):
    """A section, demo or question that does not exist (any more)."""


class NotYours(UserError):
    """A private page or run that belongs to another member."""


class SettingsError(StudyhallError):
    """One or more settings are wrong; what is said names each and what was expected."""


class PackError(StudyhallError):
    """A pack can't be used; what is said lists every fault with file, line, column and field."""


class StorageError(StudyhallError):
    """The database can't be opened, or is from a newer version."""


class LeaseLostError(StorageError):
    """Another process answers for the server that a write was about; nothing was stored."""

    def __init__(self) -> None:
        super().__init__(Fact(Code.LEASE_LOST))


class WorkerError(StudyhallError):
    """A worker process did not bring a result."""


class WorkerDied(WorkerError):
    """The worker process ended before it answered."""


class WorkerTimedOut(WorkerError):
    """The worker process was stopped because it ran longer than it may."""
