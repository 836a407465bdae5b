"""Pictures of drafts, made ready for a course: found, opened in a worker process, and given names that fit."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from bot.exchange.drafts import Draft, Drawing, Found
from bot.packs.models import LONGEST_LINE
from bot.packs.pictures import MOST_BYTES, all_opened
from bot.packs.shorthand import made_id

NOT_DESCRIBED = "No description yet."
"""The words for a picture of a file that has none: a course needs some."""
WORDS_OF = {"picture": "alt", "explanation_picture": "explanation_alt"}


def ready(found: Iterable[Found], beside: Sequence[Path]) -> list[Found]:
    """The drafts with pictures that a course takes: of a name alone the file is looked for in the folders ``beside``.

    What can't be shown is a loss, and so are words that the file does not have.
    """
    drafts = [_with_files(one, beside) if isinstance(one, Draft) else one for one in found]
    raw = list({data: None for one in drafts if isinstance(one, Draft) for data in _bytes_of(one)})
    opened = dict(zip(raw, all_opened(raw), strict=True))
    return [_shown(one, opened) if isinstance(one, Draft) else one for one in drafts]


def _of(draft: Draft, field: str) -> Drawing | None:
    return draft.picture if field == "picture" else draft.explanation_picture


def _bytes_of(draft: Draft) -> list[bytes]:
    drawings = (_of(draft, field) for field in WORDS_OF)
    return [one.data for one in drawings if one and one.data is not None]


def _with_files(draft: Draft, beside: Sequence[Path]) -> Draft:
    """The draft with the bytes of files that it only names; one that is not there, or is too large, is a loss."""
    for field in WORDS_OF:
        drawing, lost = _of(draft, field), ""
        if drawing is None:
            continue
        data = drawing.data if drawing.data is not None else _file_of(drawing.name, beside)
        if data is None:
            lost = f"its picture {drawing.name}: there is no such file beside this one"
        elif len(data) > MOST_BYTES:
            lost = f"its picture {drawing.name}: it has more than {MOST_BYTES // 1024 // 1024} MiB"
        draft = _with(draft, field, None if lost else drawing._replace(data=data), lost)
    return draft


def _with(draft: Draft, field: str, drawing: Drawing | None, *losses: str) -> Draft:
    found = replace(draft, picture=drawing) if field == "picture" else replace(draft, explanation_picture=drawing)
    return found.losing(*filter(None, losses))


def _file_of(name: str, beside: Sequence[Path]) -> bytes | None:
    """What a file holds that lies in one of these folders or below it, up to a byte more than is taken."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name:
        return None
    for folder in beside:
        file = folder / path
        try:
            if file.is_file() and file.resolve().is_relative_to(folder.resolve()):
                with file.open("rb") as stream:
                    return stream.read(MOST_BYTES + 1)
        except (OSError, ValueError):
            continue
    return None


def _shown(draft: Draft, opened: dict[bytes, tuple[bytes, str] | str]) -> Draft:
    """The draft with its pictures as they are shown, and names of files by what is in them."""
    for field, words in WORDS_OF.items():
        drawing = _of(draft, field)
        if drawing is None or drawing.data is None:
            continue
        found = opened[drawing.data]
        if isinstance(found, str):
            draft = _with(draft, field, None, f"its picture {drawing.name}: it should be {found}")
            continue
        data, ending = found
        stem = made_id(PurePosixPath(drawing.name).stem or "picture", 40)
        name = f"{stem}-{hashlib.sha256(data).hexdigest()[:6]}.{ending}"
        alt = " ".join(drawing.alt.split())[:LONGEST_LINE]
        lost = "" if alt else f"words for its picture; write its {words}"
        draft = _with(draft, field, Drawing(name, alt or NOT_DESCRIBED, data), lost)
    return draft
