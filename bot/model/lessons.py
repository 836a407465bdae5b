"""Where a member reads."""

from typing import NamedTuple


class PagePlace(NamedTuple):
    """A page of a section; ``page`` counts from 0."""

    section_id: str
    page: int
