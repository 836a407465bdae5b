"""`/demo name:inside`: the bot shows itself, live, and which sentence of the lesson each number is an instance of."""

import asyncio
import contextlib

import discord

from bot.errors import UserError
from bot.facts import Code, fact
from bot.services.demo.inside import Inside, Specimen
from bot.ui import ids
from bot.ui.layouts import BLURPLE, GREY, NO_PINGS, RULE, Block, Button, Row, Screen
from bot.ui.reach import is_abroad, require
from bot.ui.replies import Reply
from bot.ui.routing import Router
from bot.ui.sending import SendScheduler
from bot.ui.shards import Shards

NAME = "inside"
TITLE = "Inside Studyhall"
TIMES = 10
KINDS_SHOWN = 6


class InsideFeature:
    """Shows the bot in a message that is brought up to date for a while; one at a time in a channel."""

    def __init__(self, specimen: Specimen, shards: Shards, scheduler: SendScheduler) -> None:
        self._specimen = specimen
        self._shards = shards
        self._scheduler = scheduler
        self._every_seconds = scheduler.hint_seconds
        self._live: dict[int, asyncio.TimerHandle] = {}

    def add_to(self, router: Router) -> None:
        """Register the actions."""
        router.add("inside.again", self.open, new=True, private=False)

    async def open(self, reply: Reply) -> None:
        """Show it, and keep the message fresh."""
        channel_id = reply.interaction.channel_id
        if is_abroad(reply.interaction):
            raise UserError(fact(Code.DEMO_NEEDS_SERVER))
        if reply.server_id is not None:
            require(reply.interaction, "view_channel", "send_messages")
        message_id = await reply.show(
            inside_screen(self._specimen.look(), live_seconds=TIMES * self._every_seconds), private=False
        )
        if message_id is not None and channel_id is not None:
            if earlier := self._live.pop(channel_id, None):
                earlier.cancel()
            self._refresh_later(channel_id, message_id, TIMES)

    def _refresh_later(self, channel_id: int, message_id: int, times: int) -> None:
        loop = asyncio.get_running_loop()
        self._live[channel_id] = loop.call_later(self._every_seconds, self._refresh, channel_id, message_id, times)

    def _refresh(self, channel_id: int, message_id: int, times: int) -> None:
        async def edit() -> None:
            message = self._shards.first.get_partial_messageable(channel_id).get_partial_message(message_id)
            screen = inside_screen(self._specimen.look(), live_seconds=(times - 1) * self._every_seconds)
            with contextlib.suppress(discord.NotFound, discord.Forbidden):
                await message.edit(view=screen.view(), allowed_mentions=NO_PINGS)

        self._scheduler.hint(f"inside {message_id}", edit)
        if times > 1:
            self._refresh_later(channel_id, message_id, times - 1)
        else:
            del self._live[channel_id]


def inside_screen(inside: Inside, *, live_seconds: float) -> Screen:
    """The bot at one moment, each number with the sentence it stands for.

    ``live_seconds`` is for how long it will still be brought up to date.
    """
    host = inside.host
    lines = [
        f"**{_total(inside.tasks)} tasks in one event loop** · {_kinds(inside.tasks)}\n"
        "-# *Asyncio*: tasks share one thread; each runs until an await that has to wait.",
        f"**{_total(inside.threads)} threads** · {_kinds(inside.threads)}\n"
        "-# *Threads*: blocking calls (the database, the log) wait in threads of their own, so the loop never does.",
        f"**{len(inside.processes)} worker processes** · {', '.join(inside.processes) or 'none now'}\n"
        "-# *Processes*: demos and charts compute elsewhere, so that they never share this process's GIL.",
        f"**Queues** · {', '.join(f'{name}: {length}' for name, length in inside.queues.items())}\n"
        "-# *Locks and queues*: one owner writes to the database and takes its work from a queue; no lock is needed.",
        f"**Event loop lag** · half under {inside.lag_p50_ms:.1f} ms, 99 % under {inside.lag_p99_ms:.1f} ms\n"
        "-# *Common mistakes*: a blocking call in a coroutine would show here at once.",
    ]
    if inside.acknowledged:
        lines.append(
            f"**{inside.acknowledged:,} interactions answered** · half within {inside.acknowledged_p50_ms:.0f} ms, "
            f"99 % within {inside.acknowledged_p99_ms:.0f} ms\n"
            "-# *What is concurrency?*: many are under way in the same period, though only one thread runs them."
        )
    gil = "GIL on" if host.gil else "GIL off"
    state = f"Live for {live_seconds:g} seconds." if live_seconds else "This was a moment ago."
    blocks: list[Block] = [
        f"## {TITLE}\nThis bot is a concurrent program too. {state}",
        "\n".join(lines),
        RULE,
        f"-# Python {host.python} ({host.build}, {gil}) · {host.cores:g} cores",
    ]
    if not live_seconds:
        blocks.append(Row([Button("Look again", ids.encode("inside.again"), discord.ButtonStyle.primary)]))
    return Screen(blocks, BLURPLE if live_seconds else GREY)


def _total(kinds: dict[str, int]) -> int:
    return sum(kinds.values())


def _kinds(kinds: dict[str, int]) -> str:
    shown = [f"{name} {count}" if count > 1 else name for name, count in list(kinds.items())[:KINDS_SHOWN]]
    more = sum(list(kinds.values())[KINDS_SHOWN:])
    return ", ".join(shown) + (f" and {more} more" if more else "")
