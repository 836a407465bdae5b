"""The pictures of a course: which it shows, whether they are sound, and by what key each is known.

An author names a file of the course's ``pictures/``. What is shown, stored and sent has its key in that name's place: made
from the file's bytes, it changes with them, and tells nobody what an author called the file.
"""

import difflib
import hashlib
import json
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from bot.packs.files import PICTURES
from bot.packs.models import Page, PictureFile, Question, Section, Term
from bot.workers import Limits, each_apart

MOST_BYTES = 1_048_576
MOST_OF_A_COURSE_BYTES = 64 * MOST_BYTES
"""They are kept in memory."""
SECONDS_EACH = 2.0
LIMITS = Limits(cpu_seconds=600, memory_mib=1_024, nice=5)
KNOWN = Path(__file__).with_name("known_pictures.json")
"""Pictures that were opened when they were drawn (`tests/content/pictures.py`): SHA-256 of their bytes, and their ending."""
FIELDS = (("picture", "alt"), ("explanation_picture", "explanation_alt"))
_ENDINGS = (".png", ".jpg", ".jpeg", ".webp")
Place = tuple[str | int, ...]
Pictured = TypeVar("Pictured", Question, Page, Term)


class Pictures(NamedTuple):
    """The pictures that a course names: each sound one's key and, by that, its file; what is wrong with the others."""

    keys: dict[str, str]
    files: dict[str, PictureFile]
    wrong: dict[str, str]

    def shown_by(self, one: Pictured) -> Pictured:
        """A question, page or term with keys in the place of its author's names for files."""
        names = {field: name for field, _ in FIELDS if (name := getattr(one, field, None))}
        keys = {field: self.keys[name] for field, name in names.items() if name in self.keys}
        return one.model_copy(update=keys) if keys else one

    def shown_on(self, section: Section) -> Section:
        """A section with the same done to its pages."""
        if not any(page.picture for page in section.pages):
            return section
        return section.model_copy(update={"pages": [self.shown_by(page) for page in section.pages]})

    def faults_of(self, one: Question | Page | Term) -> Iterator[tuple[Place, str]]:
        """What is wrong with its pictures and with what is said of them: the field, and what was expected there."""
        for field, said in FIELDS:
            name, alt = getattr(one, field, None), getattr(one, said, "")
            if name in self.wrong:
                yield (field,), self.wrong[name]
            if name and not alt:
                yield (said,), f"`{said}`: what the picture shows, in a line, for those who can't see it"
            if alt and not name:
                yield (said,), f"`{field}` beside it, a file of {PICTURES}/; there is no picture that this describes"


def named_by(things: Iterable[Question | Page | Term]) -> list[str]:
    """The names of all pictures that these show, each once."""
    names = (getattr(one, field, None) for one in things for field, _ in FIELDS)
    return list(dict.fromkeys(name for name in names if name))


def read_pictures(folder: Path, there: Sequence[str], names: Sequence[str]) -> Pictures:
    """The pictures of these names in a course's folder; ``there`` are the files of its ``pictures/``."""
    wrong: dict[str, str] = {}
    raw: dict[str, bytes] = {}
    for name in names:
        found = _misnamed(name) or _bytes(folder / PICTURES, name, there)
        if isinstance(found, str):
            wrong[name] = found
        else:
            raw[name] = found
    keys: dict[str, str] = {}
    files: dict[str, PictureFile] = {}
    for (name, data), picture in zip(raw.items(), all_opened(list(raw.values())), strict=True):
        if isinstance(picture, str):
            wrong[name] = picture
        else:
            shown, ending = picture
            keys[name] = key_of(data, ending)
            files.setdefault(keys[name], PictureFile(name, shown))
    return Pictures(keys, files, wrong)


def all_opened(pictures: Sequence[bytes]) -> list[tuple[bytes, str] | str]:
    """Each picture as it is shown, with the ending of its format, or what was expected of it.

    Those of our own course are known to be sound and are not opened; all others are, in a worker process.
    """
    known = json.loads(KNOWN.read_text("utf-8")) if pictures else {}
    endings = [known.get(hashlib.sha256(data).hexdigest()) for data in pictures]
    others = iter(_opened_apart([data for data, ending in zip(pictures, endings, strict=True) if not ending]))
    return [(data, ending) if ending else next(others) for data, ending in zip(pictures, endings, strict=True)]


def _opened_apart(pictures: Sequence[bytes]) -> list[tuple[bytes, str] | str]:
    if not pictures:
        return []
    from bot.packs.opening import opened  # with Pillow, which a course without pictures can do without

    too_slow = f"a picture that can be opened within {SECONDS_EACH:.0f} seconds; save it again, smaller"
    open_each = partial(each_apart, opened, seconds_each=SECONDS_EACH, limits=LIMITS, name="studyhall-pictures")
    found = open_each(pictures)
    slow = [place for place, one in enumerate(found) if one is None]  # a machine that was busy gets a second turn
    for place, one in zip(slow, open_each([pictures[place] for place in slow]), strict=True):
        found[place] = one
    return [too_slow if one is None else one for one in found]


def key_of(data: bytes, ending: str) -> str:
    """The key of a picture with these bytes; it is the name of the file that members see."""
    return f"picture-{hashlib.sha256(data).hexdigest()[:16]}.{ending}"


def composed(name: str) -> str:
    """A file's name as YAML has it: some systems take its letters apart from their accents."""
    return unicodedata.normalize("NFC", name)


def _misnamed(name: str) -> str:
    """What is expected of the name of a file; nothing where it may be one."""
    if ":" in name:
        return f"the name of a file in {PICTURES}/, not an address; save the picture there"
    if "/" in name or "\\" in name or name.startswith("."):
        return f"the name of a file right in {PICTURES}/, without folders"
    if name.lower().endswith((".svg", ".svgz")):
        return "a picture in PNG, JPEG or WebP, not SVG; export the drawing as PNG"
    if not name.lower().endswith(_ENDINGS):
        return f"a name that ends in {', '.join(_ENDINGS[:-1])} or {_ENDINGS[-1]}"
    return ""


def _bytes(folder: Path, name: str, there: Sequence[str]) -> bytes | str:
    """The file's bytes, or what is wrong with it."""
    path = next((folder / one for one in there if composed(one) == composed(name)), None)
    if path is None:
        near = difflib.get_close_matches(name, there, 1)
        return f"a file of {PICTURES}/; there is none of this name" + (f". Did you mean {near[0]}?" if near else "")
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # to open a FIFO would wait for ever
            return "a file that can be read; this is a device or a pipe"
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as problem:
        return f"a file that can be read ({problem.strerror})"
    if len(data) > MOST_BYTES:
        return f"a picture of at most {MOST_BYTES // 1024 // 1024} MiB; save it smaller, or as JPEG or WebP"
    return data
