"""Pictures for tests, made on the spot."""

import io
from typing import Any

from PIL import Image

BLUE, GOLD = (40, 80, 160), (230, 180, 40)


def picture(
    kind: str = "PNG", size: tuple[int, int] = (64, 48), colour: tuple[int, int, int] = BLUE, **how: Any
) -> bytes:
    """The bytes of a picture of one colour; ``how`` is passed to Pillow's `save`."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **how)
    return out.getvalue()


def padded(data: bytes, length: int) -> bytes:
    """A PNG that is so long by a chunk that no reader knows (https://www.w3.org/TR/png-3/#5Chunk-layout)."""
    from zlib import crc32

    more = length - len(data) - 12
    chunk = b"teSt" + bytes(more)
    head, end = data[:-12], data[-12:]
    return head + more.to_bytes(4, "big") + chunk + crc32(chunk).to_bytes(4, "big") + end
