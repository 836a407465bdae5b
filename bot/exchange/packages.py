"""The zips that other programs pack: told by what is in them, and read within limits, whatever they say of themselves."""

import io
import zipfile
import zlib
from collections.abc import Callable

import zstandard

from bot.exchange.drafts import Drawing

BROKEN = (zipfile.BadZipFile, zlib.error, zstandard.ZstdError, ValueError, OSError, EOFError, RuntimeError)
"""What unpacking a broken zip raises; an odd compression and a password that is wanted are RuntimeErrors."""
MOST_PICTURE_BYTES, MOST_PICTURES_BYTES = 4 * 1024 * 1024, 256 * 1024 * 1024
"""Of one picture, and of all that are read of a package."""


def names_in_zip(data: bytes) -> list[str]:
    """The names of what is in a zip; none for what is no zip."""
    if not data.startswith(b"PK"):
        return []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            return opened.namelist()
    except BROKEN:
        return []


def _as_it_is(raw: bytes, _most: int) -> bytes:
    return raw


class Package:
    """The files of a zip, which is opened once.

    ``unpack`` undoes a further compression; of what it makes it returns at most a byte more than it is told to.
    """

    def __init__(self, data: bytes, unpack: Callable[[bytes, int], bytes] = _as_it_is) -> None:
        self._unpack = unpack
        self._left_bytes = MOST_PICTURES_BYTES
        try:
            self._opened: zipfile.ZipFile | None = zipfile.ZipFile(io.BytesIO(data))
        except BROKEN:
            self._opened = None
        self.names = self._opened.namelist() if self._opened else []

    def file(self, name: str, most: int) -> bytes | None:
        """What a file holds; None for one that is not there, is broken, or has more than ``most`` bytes."""
        found = self._read(name, most)
        return found if found is not None and len(found) <= most else None

    def picture(self, name: str, alt: str, called: str) -> Drawing | None:
        """The picture in a file, with its words and the name that it gets; None where it can't be had, or is too large."""
        most = max(0, min(MOST_PICTURE_BYTES, self._left_bytes))
        found = self._read(name, most)
        self._left_bytes -= len(found or b"")
        return Drawing(called, alt, found) if found is not None and len(found) <= most else None

    def _read(self, name: str, most: int) -> bytes | None:
        if self._opened is None:
            return None
        try:
            with self._opened.open(name) as stream:
                return self._unpack(stream.read(most + 1), most)
        except (*BROKEN, KeyError):
            return None
