"""What people are told, in English: errors and facts carry none of it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.errors import StudyhallError
from bot.ui.worded import in_language

say = in_language("en")


@contextmanager
def refused(kind: type[StudyhallError], says: str = "") -> Iterator[pytest.ExceptionInfo[StudyhallError]]:
    """Expect an error of that kind, with words in which the pattern ``says`` is found."""
    with pytest.raises(kind) as caught:
        yield caught
    words = say(caught.value.fact)
    assert re.search(says, words), words
