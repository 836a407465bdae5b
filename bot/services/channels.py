"""What services want shown in channels, and who shows it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from bot.facts import Fact
from bot.model.posts import What
from bot.model.rulings import Decision, Moved, Subject
from bot.services.calendar.daily_views import DailyView, EventView
from bot.services.calendar.season_views import SeasonView
from bot.services.competition.views import GameView
from bot.services.demo.views import DemoView


class ChannelLostError(Exception):
    """The channel or the message is gone, or the bot may not write there any more; ``why`` is what Discord says of it."""

    def __init__(self, why: Fact) -> None:
        super().__init__(why)
        self.why = why


class MessageGoneError(ChannelLostError):
    """The message was deleted; the channel is still there."""


class ChannelBusyError(Exception):
    """Discord takes no message there before so many seconds have passed; others may still be edited."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Discord takes no message here for {seconds:.0f} s")
        self.seconds = seconds


class Moves(NamedTuple):
    """Whose place a regrade changed in the competitions of a channel, and by which decision; names of those not hidden."""

    regrade_id: int
    channel_id: int
    subject: Subject
    decision: Decision | None
    moved: Sequence[Moved]
    names: Mapping[int, str]


View = GameView | DailyView | SeasonView | DemoView | Moves
"""What a message is drawn from."""


class Channel(NamedTuple):
    """Where a message is, or goes; ``thread_on`` names the channel and the message on which its thread hangs, if any."""

    guild_id: int | None
    id: int
    thread_on: tuple[int, int] | None = None


class Placed(NamedTuple):
    """A message that is there: what it shows, where, and its id."""

    what: What
    channel: Channel
    id: int


Gone = Callable[[], Awaitable[None]]
"""Called when a message was found deleted."""
ViewNow = Callable[[], Awaitable[View | None]]
"""Asked when a message is about to be drawn; None when there is nothing to show any more."""


class Poster(Protocol):
    """Shows messages; raises ChannelLostError (MessageGoneError when one was deleted), or ChannelBusyError."""

    async def post(self, what: What, channel: Channel, view: View, nonce: str) -> int:
        """Post a message, in a thread that is made where there is none yet; returns its id. The same nonce posts it once."""
        ...

    async def edit(self, message: Placed, view: View) -> None:
        """Bring it up to date."""
        ...

    def hint(self, message: Placed, view: ViewNow, gone: Gone | None) -> None:
        """The same when there is room for it: may be merged with a later one, or dropped."""
        ...

    async def find(self, what: What, channel_id: int) -> int | None:
        """Look in the channel's history for a message that was posted but whose id was not stored: its buttons name it."""
        ...


class Results(Protocol):
    """Tells players in private how a round went for them."""

    def tell(self, competition_id: int, number: int) -> None:
        """A round's message shows how it went; bring what those who answered have locked in up to date, beside."""
        ...


class EventBoard(Protocol):
    """A server's list of events in Discord."""

    def may_write(self, guild_id: int) -> bool:
        """Whether the bot may put events there; nothing is asked of Discord for this."""
        ...

    async def put(self, event: EventView) -> int:
        """Show an occurrence, in the place of an earlier one if there is an id; returns the event's id."""
        ...

    async def remove(self, guild_id: int, event_id: int) -> None:
        """Take an event away; that it is gone already is fine."""
        ...
