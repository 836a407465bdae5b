"""The course without the questions that are not answered by a letter, for tests whose members press letters."""

import atexit
import re
import shutil
import tempfile
from functools import cache
from pathlib import Path

CONTENT = Path(__file__).parents[1] / "content"
_ONE = re.compile(r"^  - id: .*?(?=^  - id: |\Z)", re.MULTILINE | re.DOTALL)


@cache
def lettered_course() -> Path:
    """A folder of packs with it, until this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="studyhall-lettered-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    packs = folder / "packs"
    shutil.copytree(CONTENT, packs)
    for file in packs.glob("*/questions/*.yaml"):
        questions = _ONE.sub(lambda found: "" if "\n    form: " in found[0] else found[0], file.read_text("utf-8"))
        file.write_text(questions, encoding="utf-8")
    return packs
