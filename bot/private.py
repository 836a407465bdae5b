"""Files and folders for the operator alone, whatever the umask."""

import os
import stat
from pathlib import Path


def make_private_folder(folder: Path) -> None:
    """Make the folder and those above it that are missing, for their owner alone. Raises OSError."""
    if not folder.is_dir():
        make_private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def write_private(file: Path, data: bytes) -> None:
    """Write the file so that only its owner can read it, even if others could read the one before. Raises OSError."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):  # not /dev/stdout, for example
            if hasattr(os, "fchmod"):
                os.fchmod(descriptor, 0o600)
            os.ftruncate(descriptor, 0)
        stream.write(data)
