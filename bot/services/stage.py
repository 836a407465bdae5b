"""What the services want shown in a channel, and who shows it."""

from typing import Protocol

from bot.services.demo_views import DemoView


class ChannelLostError(Exception):
    """The channel or the message is gone, or the bot may not write there any more."""


class Stage(Protocol):
    """Implemented by ``ui``; every call passes the send scheduler there."""

    async def show_demo(self, view: DemoView) -> None:
        """Bring the message of a demo up to date. Raises ChannelLostError when that is not possible any more."""
        ...

    def hint_demo(self, view: DemoView) -> None:
        """The same when there is room for it: may be merged with a later one, or dropped."""
        ...
