"""What the first bytes of a picture tell: its type, its width and its height. Nothing is decoded."""

import struct
from typing import Any


def picture_kind(data: bytes) -> str | None:
    """The type of a picture that browsers draw, by its first bytes."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    heads = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF87a": "gif", b"GIF89a": "gif"}
    return next((f"image/{kind}" for head, kind in heads.items() if data.startswith(head)), None)


def picture_size(data: bytes) -> dict[str, Any]:
    """Width and height of a picture, from its header; empty where it has none."""
    try:
        size = _SIZES[picture_kind(data) or ""](data)
    except (KeyError, struct.error, IndexError):
        return {}
    return {"width": size[0], "height": size[1]} if size else {}


def _size_of_png(data: bytes) -> tuple[int, int]:
    """https://www.w3.org/TR/png-3/#11IHDR"""
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _size_of_gif(data: bytes) -> tuple[int, int]:
    """https://www.w3.org/Graphics/GIF/spec-gif89a.txt, 18"""
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _size_of_webp(data: bytes) -> tuple[int, int]:
    """https://developers.google.com/speed/webp/docs/riff_container"""
    if data[12:16] == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if data[12:16] == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", data, 26)
    return width & 0x3FFF, height & 0x3FFF


def _size_of_jpeg(data: bytes) -> tuple[int, int] | None:
    """https://www.w3.org/Graphics/JPEG/itu-t81.pdf, B.2.2: the first frame header among the segments."""
    at = 2
    while data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 2 + max(2, length)
    return None


_SIZES = {
    "image/png": _size_of_png,
    "image/gif": _size_of_gif,
    "image/webp": _size_of_webp,
    "image/jpeg": _size_of_jpeg,
}
