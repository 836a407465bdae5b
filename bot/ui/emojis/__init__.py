"""The bot's own emojis, uploaded once for its application; where that may not be, plain letters and medals stay.

https://discord.com/developers/docs/resources/emoji#create-application-emoji
"""

import asyncio
import logging
from pathlib import Path

import discord

from bot.ui.marks import EMOJIS, Marks

FOLDER = Path(__file__).parent

_log = logging.getLogger(__name__)


async def have_emojis(client: discord.Client, marks: Marks) -> None:
    """Upload those that are missing, and note the ids of all of them."""
    known: dict[str, int] = {}
    try:
        there = {one.name: one.id for one in await client.fetch_application_emojis()}
        for name in EMOJIS:
            known[name] = there.get(name) or await _upload(client, name)
    except (discord.HTTPException, discord.RateLimited) as refused:
        _log.info("without %d of our emojis: %s", len(EMOJIS) - len(known), refused)
    marks.learn_emojis(known)
    _log.debug("%d emojis are known", len(known))


async def _upload(client: discord.Client, name: str) -> int:
    picture = await asyncio.to_thread((FOLDER / f"{name}.png").read_bytes)
    return (await client.create_application_emoji(name=name, image=picture)).id
