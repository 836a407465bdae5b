"""What the services want shown in a channel, and who shows it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from bot.model.rulings import Decision, Moved, Subject
from bot.services.calendar.daily_views import DailyView, EventView
from bot.services.calendar.season_views import SeasonView
from bot.services.competition.views import GameView
from bot.services.demo.views import DemoView


class ChannelLostError(Exception):
    """The channel or the message is gone, or the bot may not write there any more."""


class MessageGoneError(ChannelLostError):
    """The message was deleted; the channel is still there."""


class ChannelBusyError(Exception):
    """Discord takes no message there before so many seconds have passed; others may still be edited."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Discord takes no message here for {seconds:.0f} s")
        self.seconds = seconds


class Stage(Protocol):
    """Shows demos. Implemented by ``ui``; every call passes the send scheduler there."""

    async def show_demo(self, view: DemoView) -> None:
        """Bring the message of a demo up to date. Raises ChannelLostError when that is not possible any more."""
        ...

    def hint_demo(self, view: DemoView) -> None:
        """The same when there is room for it: may be merged with a later one, or dropped."""
        ...


class GameStage(Protocol):
    """Shows competitions; raises ChannelLostError (MessageGoneError) when it can't."""

    async def post_round(self, view: GameView, number: int, nonce: str) -> int:
        """Post a round's message; returns its id. The same nonce posts it once."""
        ...

    async def post_lobby(self, view: GameView, nonce: str) -> int:
        """Post a lobby that no command opened; returns the message's id."""
        ...

    async def post_call(self, view: GameView, nonce: str) -> int:
        """Call the players into a game's thread by mentioning each of them once; returns the message's id."""
        ...

    async def post_podium(self, view: GameView, nonce: str) -> int:
        """Post the podium; returns the message's id."""
        ...

    async def edit_round(self, view: GameView, number: int, message_id: int) -> None:
        """Bring a round's message up to date: its deadline, a pause, or how it went."""
        ...

    async def edit_lobby(self, view: GameView) -> None:
        """Bring the lobby up to date."""
        ...

    def hint_round(self, view: GameView, number: int, message_id: int) -> None:
        """Show how many have answered, when there is room for it."""
        ...

    def hint_lobby(self, view: GameView) -> None:
        """Show who is in, when there is room for it."""
        ...

    async def find_post(self, channel_id: int, kind: str, competition_id: int, number: int) -> int | None:
        """Look in the channel's history for a message that was posted but whose id was not stored."""
        ...


class DailyStage(Protocol):
    """Shows the question of the day; raises ChannelLostError (MessageGoneError) when it can't."""

    async def post_daily(self, view: DailyView, nonce: str) -> int:
        """Post the question, or its result; returns the message's id. The same nonce posts it once."""
        ...

    async def edit_daily(self, view: DailyView) -> None:
        """Bring the question's message up to date."""
        ...

    def hint_daily(self, view: DailyView) -> None:
        """Show how many have answered, when there is room for it."""
        ...

    async def find_daily(self, channel_id: int, daily_id: int) -> int | None:
        """Look in the channel's history for a message that was posted but whose id was not stored."""
        ...


class SeasonStage(Protocol):
    """Shows how seasons ended; raises ChannelLostError when it can't."""

    async def post_season(self, view: SeasonView, nonce: str) -> int:
        """Post the result of a season; returns the message's id. The same nonce posts it once."""
        ...

    async def find_season(self, channel_id: int, started_ms: int) -> int | None:
        """Look in the channel's history for such a message whose id was not stored."""
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


class Moves(NamedTuple):
    """Whose place a regrade changed in the competitions of a channel, and by which decision; names of those not hidden."""

    regrade_id: int
    channel_id: int
    subject: Subject
    decision: Decision | None
    moved: Sequence[Moved]
    names: Mapping[int, str]


class RegradeStage(Protocol):
    """Tells in a channel whose place has changed; raises ChannelLostError when it can't."""

    async def post_moves(self, moves: Moves, nonce: str) -> int:
        """Post it; returns the message's id. The same nonce posts it once."""
        ...

    async def find_moves(self, channel_id: int, regrade_id: int) -> int | None:
        """Look in the channel's history for such a message whose id was not stored."""
        ...
