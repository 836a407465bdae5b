"""The question of the day as it is shown to all and to one member, and the events that announce competitions."""

from typing import NamedTuple

from bot.model.dailies import Daily
from bot.model.schedules import Recurring
from bot.quiz.question.asking import FilePlace, Given, Shares


class DailyView(NamedTuple):
    """The question for a channel: how many have answered, and only once it is closed how many chose which option.

    ``streak`` is how many questions in a row somebody here answered. ``last`` is where the one before stands: channel and
    message. ``key`` is the option that is right in the server (None: the course's own), ``retired`` tells that its managers
    took the question out, ``to_read`` that a lesson has pages on it.
    """

    daily: Daily
    section: str
    answered: int
    streak: int
    shares: Shares = Shares()
    last: tuple[int, int] | None = None
    key: FilePlace | None = None
    retired: bool = False
    to_read: bool = True

    @property
    def right(self) -> FilePlace:
        """The option that is right."""
        return FilePlace(self.daily.question.key) if self.key is None else self.key


class Locked(NamedTuple):
    """What a click came to: ``given`` is the answer that counts (None: it came too late), ``new`` if this click made it.

    The streaks are the member's own and the server's. ``correct`` is None where that can't be said: no answer, or a question
    that the managers took out. ``key`` is the right option where the server tells its reasons at once, else None.
    ``accepted``: managers have it count.
    """

    daily: Daily
    given: Given | None
    new: bool
    own_streak: int
    streak: int
    correct: bool | None = None
    key: FilePlace | None = None
    accepted: bool = False

    @property
    def called(self) -> str | None:
        """What the answer that counts is called; None where it came too late."""
        return None if self.given is None else self.daily.lettering.called(self.given)


class MyDaily(NamedTuple):
    """A closed question as one member answered it; ``given`` is None for no answer.

    ``key`` is the option that is right in the server, ``retired`` tells that its managers took the question out, ``accepted``
    that they have what was typed count.
    """

    daily: Daily
    given: Given | None
    points: int
    own_streak: int
    key: FilePlace
    retired: bool = False
    accepted: bool = False


class EventView(NamedTuple):
    """An occurrence for a server's list of events; ``event_id`` is the event that showed an earlier one.

    ``section_titles`` is empty where it asks from every section.
    """

    guild_id: int
    channel_id: int
    event_id: int | None
    section_titles: tuple[str, ...]
    setup: Recurring
    starts_ms: int
    ends_ms: int
