"""Ends the bot exactly between two steps: when a request of its is there, before or after that takes effect."""

import asyncio
import signal
from collections.abc import Callable
from typing import Any

from aiohttp import web
from hosting import PATIENCE_SECONDS, Bot, Member, button

Which = Callable[[web.Request], bool]
Json = dict[str, Any]
BEFORE, AFTER = "before", "after"


async def killed(bot: Bot, seam: str, which: Which, act: Callable[[], object]) -> None:
    """Do something, and kill the bot when the first such request is there; then let Discord be as it was.

    Before it takes effect it never does; after it took effect its answer never arrives.
    """
    rest = bot.playground.rest
    there, gone = asyncio.Event(), asyncio.Event()

    async def before(request: web.Request) -> web.StreamResponse | None:
        if seam == BEFORE and which(request):
            there.set()
        if there.is_set() and seam == BEFORE:
            await gone.wait()
            return web.Response(status=503)
        return None

    async def after(request: web.Request, _response: web.StreamResponse) -> None:
        if seam == AFTER and which(request):
            there.set()
            await gone.wait()

    rest.intercept, rest.after = before, after
    act()
    await asyncio.wait_for(there.wait(), PATIENCE_SECONDS)
    await bot.stop(signal.SIGKILL)
    rest.intercept = rest.after = None
    rest.limits.begin_anew()  # a restart takes longer elsewhere: what one bot sent does not hold up the next
    gone.set()


def posted_in(channel_id: str) -> Which:
    """A new message for a channel."""
    return lambda request: request.method == "POST" and request.path.endswith(f"/channels/{channel_id}/messages")


def edited(message: Json) -> Which:
    """A change of a message."""
    return lambda request: request.method == "PATCH" and request.path.endswith(f"/messages/{message['id']}")


def answered(request: web.Request) -> bool:
    """The initial response to an interaction."""
    return request.method == "POST" and request.path.endswith("/callback")


def press(member: Member, message: Json, label: str) -> None:
    """Press a button and wait for nothing: who should answer may be gone."""
    custom_id = button(message, label)["custom_id"]
    member.playground.acts.click(member.id, message["channel_id"], message["id"], custom_id, lambda *_: None)


def run(member: Member, name: str) -> None:
    """Run a command without options, and wait for nothing."""
    command = next(one for one in member.playground.world.commands if one["name"] == name)
    member.playground.acts.run_command(member.id, member.channel_id, command["id"], [], lambda *_: None)
