"""Pictures for tests, made on the spot."""

import io
from pathlib import Path
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


BEES = {
    "pack.yaml": "id: bees\ntitle: Bees\nstandard: plain\nsections: [hive]\n",
    "lessons/hive.yaml": """\
id: hive
title: Hive
pages:
  - title: Frames
    text: A hive is full of frames.
    picture: frame.png
    alt: A frame with cells of wax.
    after: Bees build both of its sides.
""",
    "glossary.yaml": """\
terms:
  - id: drone
    name: Drone
    meaning: A male bee.
    picture: drone.jpg
    alt: A bee with eyes that meet.
""",
    "questions/bees.yaml": """\
questions:
  - id: eyes
    section: hive
    stem: Which bee is this?
    picture: drone.jpg
    alt: A bee with eyes that meet.
    options:
      - {text: A drone, correct: true, why: The eyes meet.}
      - {text: A worker, why: Eyes of workers are smaller.}
    explanation: Drones look for queens in flight.
    explanation_picture: heads.webp
    explanation_alt: The heads of a drone and of a worker.
  - id: cells
    section: hive
    stem: How many sides has a cell of this frame?
    picture: frame.png
    alt: A frame with cells of wax.
    options:
      - {text: Six, correct: true, why: Six walls leave no gap.}
      - {text: Eight, why: Eight walls leave gaps.}
""",
    "pictures/drone.jpg": picture("JPEG", colour=GOLD),
    "pictures/frame.png": picture("PNG"),
    "pictures/heads.webp": picture("WEBP"),
}
"""A course of two questions, a page and a term, each with a picture."""


def write_bees(folder: Path) -> Path:
    """Write the course as ``folder/bees``; returns ``folder``."""
    for name, content in BEES.items():
        path = folder / "bees" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder
