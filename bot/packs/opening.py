"""Opens a picture to see whether it is sound; in a worker process, since a decoder may fail at bytes of strangers."""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

LONGEST_SIDE = 4_096
ENDING_OF = {"PNG": "png", "JPEG": "jpg", "MPO": "jpg", "WEBP": "webp"}
"""MPO is what telephones make of a JPEG with a preview in it."""
NO_PICTURE = "a picture in PNG, JPEG or WebP; this is none, whatever it is called"
_TELLS_NOTHING = {
    *("jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "adobe", "adobe_transform", "progressive"),
    *("progression", "transparency", "gamma", "srgb", "chromaticity", "icc_profile", "background", "loop", "duration"),
    *("interlace", "aspect", "timestamp", "default_image", "bit_depth"),
}
"""What a picture may say beside its pixels; anything else is metadata: where and when, by whom and with what it was made."""


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
        tells = kind == "MPO" or bool(picture.getexif()) or not _TELLS_NOTHING.issuperset(picture.info)
        return (_bare(picture, kind) if tells else data), ENDING_OF[kind]


def _bare(picture: Image.Image, kind: str) -> bytes:
    """The picture's pixels alone, turned as it says that it is to be seen."""
    upright = ImageOps.exif_transpose(picture)
    mode = "RGBA" if upright.has_transparency_data else "RGB"
    pixels = upright.convert(mode).tobytes()
    out = io.BytesIO()
    profile = picture.info.get("icc_profile") if upright.mode == mode else None
    Image.frombytes(mode, upright.size, pixels).save(
        out, "JPEG" if kind == "MPO" else kind, quality=95, icc_profile=profile
    )
    return out.getvalue()
