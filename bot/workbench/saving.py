"""Puts a changed text in the place of a file: whole or not at all, and never over what somebody else wrote meanwhile."""

import os
import shutil
import tempfile
from pathlib import Path


class ChangedMeanwhileError(Exception):
    """The file no longer holds what the change was made from."""


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Have the file hold ``after``, where it holds ``before``. Raises ChangedMeanwhileError, OSError.

    A link stays a link, and the file keeps who may read it.
    """
    target = Path(os.path.realpath(path))
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent)
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(after)
            stream.flush()
            os.fsync(stream.fileno())
        shutil.copymode(target, beside)
        if target.read_bytes() != before:
            raise ChangedMeanwhileError
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
