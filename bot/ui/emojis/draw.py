"""Draws the emojis that the bot uploads for itself: `python bot/ui/emojis/draw.py` writes them beside this file."""

from pathlib import Path

from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

SIDE, FINER = 128, 4
LETTER, PAPER, INK = "#4752C4", "#FFFFFF", "#1E1F22"
MEDALS = {1: ("#F2B600", "#7A5C00"), 2: ("#B8BFC9", "#565D66"), 3: ("#D08A4E", "#6B3F17")}


def _font(size: int) -> ImageFont.FreeTypeFont:
    found = font_manager.findfont(font_manager.FontProperties(family="DejaVu Sans", weight="bold"))
    return ImageFont.truetype(found, size)


def _canvas() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("RGBA", (SIDE * FINER, SIDE * FINER))
    return picture, ImageDraw.Draw(picture)


def _save(picture: Image.Image, name: str) -> None:
    small = picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    small.quantize(64).save(Path(__file__).with_name(f"{name}.png"), optimize=True)


def _scaled(*lengths: int) -> list[int]:
    return [length * FINER for length in lengths]


def letter(one: str) -> None:
    """A letter on a tile that stands out on dark and on light."""
    picture, draw = _canvas()
    draw.rounded_rectangle(_scaled(6, 6, 122, 122), radius=26 * FINER, fill=LETTER)
    draw.text((64 * FINER, 65 * FINER), one, font=_font(84 * FINER), fill=PAPER, anchor="mm")
    _save(picture, f"letter_{one.lower()}")


def medal(place: int) -> None:
    """A medal with its place as a number, so that no colour is needed to tell it."""
    disc, rim = MEDALS[place]
    picture, draw = _canvas()
    draw.polygon(_scaled(34, 4, 62, 4, 76, 54, 50, 62), fill="#4752C4")
    draw.polygon(_scaled(94, 4, 66, 4, 52, 54, 78, 62), fill="#7983F5")
    draw.ellipse(_scaled(20, 34, 108, 122), fill=disc, outline=rim, width=5 * FINER)
    draw.text((64 * FINER, 79 * FINER), str(place), font=_font(58 * FINER), fill=INK, anchor="mm")
    _save(picture, f"medal_{place}")


if __name__ == "__main__":
    for each in "ABCDEFGHIJ":
        letter(each)
    for number in MEDALS:
        medal(number)
