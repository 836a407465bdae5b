"""Files that members attach: fetched from where Discord keeps them and nowhere else, and never more than is wanted."""

from urllib.parse import urlsplit

import aiohttp
import discord

from bot.errors import UserError
from bot.facts import Code, fact

HOSTS = ("cdn.discordapp.com", "media.discordapp.net")
"""Where Discord keeps attachments: https://discord.com/developers/docs/reference#signed-attachment-cdn-urls."""
FETCH_SECONDS = 30.0
PIECE_BYTES = 65_536
MIB = 1024 * 1024


def attached(file: object) -> discord.Attachment:
    """The file of an option, which no client but a forged one leaves out. Raises UserError."""
    if not isinstance(file, discord.Attachment):
        raise UserError(fact(Code.FILE_ELSEWHERE))
    return file


class Attachments:
    """Fetches attached files. ``also`` is the host of a small Discord on this machine, where the bot talks to one."""

    def __init__(self, also: str = "") -> None:
        self._also = urlsplit(also).netloc

    async def fetch(self, address: str, size: int, most_bytes: int) -> bytes:
        """The bytes of a file that Discord says has this size. Raises UserError for one that is elsewhere or too large.

        What is read is counted, whatever was said of it, and no redirect is followed.
        """
        parts = urlsplit(address)
        ours = parts.scheme == "https" and parts.netloc in HOSTS
        if not ours and not (self._also and parts.netloc == self._also):
            raise UserError(fact(Code.FILE_ELSEWHERE))
        if size > most_bytes:
            raise UserError(fact(Code.FILE_TOO_LARGE, mib=most_bytes // MIB))
        found = bytearray()
        try:
            timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
            async with (
                aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as session,
                session.get(address, allow_redirects=False) as response,
            ):
                if response.status != 200:
                    raise UserError(fact(Code.FILE_NOT_FETCHED))
                async for piece in response.content.iter_chunked(PIECE_BYTES):
                    found += piece
                    if len(found) > most_bytes:
                        raise UserError(fact(Code.FILE_TOO_LARGE, mib=most_bytes // MIB))
        except (aiohttp.ClientError, TimeoutError, ValueError):
            raise UserError(fact(Code.FILE_NOT_FETCHED)) from None
        return bytes(found)
