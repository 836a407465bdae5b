"""Opens a picture to see whether it is sound; in a worker process, since a decoder may fail at bytes of strangers."""

import io
import warnings
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

LONGEST_SIDE = 4_096
ENDING_OF = {"PNG": "png", "JPEG": "jpg", "MPO": "jpg", "WEBP": "webp"}
"""MPO is what telephones make of a JPEG with a preview in it."""
NO_PICTURE = "a picture in PNG, JPEG or WebP; this is none, whatever it is called"
LARGEST_SHOWN_BYTES = 4 * 1024 * 1024
"""Of a picture that was written again; Discord takes 10 MiB."""
_TELLS_NOTHING = {
    *("jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "adobe", "adobe_transform", "progressive"),
    *("progression", "transparency", "gamma", "srgb", "chromaticity", "icc_profile", "background", "loop", "duration"),
    *("interlace", "aspect", "timestamp", "default_image", "bit_depth"),
}
"""What a picture may say beside its pixels; anything else is metadata: where and when, by whom and with what it was made."""
_SEGMENTS_OF_COLOUR = {"APP0", "APP2", "APP14"}
_ENDS = {"PNG": b"IEND\xaeB`\x82", "JPEG": b"\xff\xd9"}
"""Behind these bytes nothing of a picture stands; what does was left there, such as a part that was cut off."""


def opened(data: bytes) -> tuple[bytes, str] | str:
    """The bytes to show, which say nothing beside the pixels, and the ending of their format; or what was expected."""
    if b"<svg" in data[:2_000].lower():
        return "a picture in PNG, JPEG or WebP, not SVG; export the drawing as PNG"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _opened(data)
    except Exception as problem:  # a decoder raises whatever a broken file leads to
        if isinstance(problem, UnidentifiedImageError):
            return NO_PICTURE
        return "a picture that can be opened; this file is broken or cut off"


def _opened(data: bytes) -> tuple[bytes, str] | str:
    with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as picture:
        kind, (width, height) = picture.format or "", picture.size
        if max(width, height) > LONGEST_SIDE:
            return f"a picture of at most {LONGEST_SIDE:,} pixels a side, not {width:,} × {height:,}"
        if kind != "MPO" and getattr(picture, "n_frames", 1) > 1:
            return "a picture that stands still; this one is animated, so save one frame of it"
        picture.load()
        if not _tells(picture, data):
            return data, ENDING_OF[kind]
        shown = _bare(picture)
        if len(shown) > LARGEST_SHOWN_BYTES:
            return "a smaller picture: without what it says beside its pixels this one is too large to be shown"
        return shown, ENDING_OF[kind]


def _tells(picture: Image.Image, data: bytes) -> bool:
    """Whether a file says more than its pixels show."""
    kind = picture.format or ""
    segments = {name for name, _ in getattr(picture, "applist", ())}
    return (
        kind == "MPO"
        or bool(picture.getexif())
        or not _TELLS_NOTHING.issuperset(picture.info)
        or bool(getattr(picture, "private_chunks", ()))
        or not _SEGMENTS_OF_COLOUR.issuperset(segments)
        or not data.endswith(_ENDS.get(kind, b""))
    )


def _bare(picture: Image.Image) -> bytes:
    """The picture without what it says beside its pixels, turned as it says that it is to be seen."""
    kind = "JPEG" if picture.format == "MPO" else picture.format or ""
    upright = ImageOps.exif_transpose(picture)
    kept: dict[Any, Any] = {
        name: picture.info[name] for name in ("transparency", "icc_profile") if name in picture.info
    }
    upright.info = kept
    out = io.BytesIO()
    upright.save(out, kind, exif=b"", quality=90, **kept)
    return out.getvalue()
