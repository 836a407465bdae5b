"""Time zones as people name them."""

import functools
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import available_timezones

from bot.clock import zone_of, zone_words
from bot.errors import UserError
from bot.facts import Code, fact
from bot.packs.words import spellings

OFFERED = 25
_OFFSET = re.compile(r"(?:utc|gmt|z)?([+-])(\d{1,2})(?::?(\d{2}))?")
_MOST_EAST, _MOST_WEST = 14 * 60, -12 * 60
_SHORT = {
    "gmt": "UTC",
    "z": "UTC",
    "et": "America/New_York",
    "est": "America/New_York",
    "edt": "America/New_York",
    "ct": "America/Chicago",
    "cdt": "America/Chicago",
    "mt": "America/Denver",
    "mdt": "America/Denver",
    "pt": "America/Los_Angeles",
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "wet": "Europe/Lisbon",
    "cet": "Europe/Berlin",
    "cest": "Europe/Berlin",
    "mez": "Europe/Berlin",
    "eet": "Europe/Helsinki",
    "msk": "Europe/Moscow",
    "jst": "Asia/Tokyo",
    "aest": "Australia/Sydney",
}
"""Short names that mean one place to those who use them; others, such as IST, mean several."""


class Zones:
    """Every time zone that has a city, and distances from UTC."""

    @functools.cached_property
    def _zones(self) -> dict[str, str]:
        zones = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
        return {_spelt(name): name for name in ["UTC", *zones]}

    def find(self, text: str) -> str:
        """The zone that a person means: its name or its city in any spelling, a distance such as ``GMT+2``.

        What is shown of a zone means that zone again. Raises UserError.
        """
        wanted = _spelt(text)
        if wanted.startswith("etc/") and (posix := {_spelt(one): one for one in available_timezones()}.get(wanted)):
            return posix
        if (offset := _offset(text)) is not None:
            return offset
        endings = [name for key, name in self._zones.items() if key.rsplit("/", 1)[-1] == wanted]
        found = self._zones.get(wanted) or _SHORT.get(wanted) or (endings[0] if _same(endings) else None)
        if found is None:
            raise UserError(fact(Code.NO_SUCH_ZONE))
        return found

    def offered(self, typed: str) -> list[str]:
        """Names for what was typed so far, those whose city begins so first; 25 at most."""
        if (offset := _offset(typed)) is not None:
            return [zone_words(offset)]
        wanted = _spelt(typed)
        found = [key for key in self._zones if wanted in key]
        found.sort(key=lambda key: (not key.rsplit("/", 1)[-1].startswith(wanted), key != "utc", key))
        return [self._zones[key] for key in found[:OFFERED]]


def _spelt(text: str) -> str:
    return spellings(text.replace("_", " "))[1].replace(" ", "_")


def _offset(text: str) -> str | None:
    """``UTC+02:00`` for a distance from UTC as people write it, east of it positive; None for anything else."""
    plain = spellings(text)[0].replace(" ", "").replace("−", "-").replace("–", "-")
    found = _OFFSET.fullmatch(plain)
    if found is None:
        return None
    minutes = (int(found[2]) * 60 + int(found[3] or 0)) * (1 if found[1] == "+" else -1)
    if int(found[3] or 0) >= 60 or not _MOST_WEST <= minutes <= _MOST_EAST:
        raise UserError(fact(Code.TOO_FAR_FROM_UTC))
    if not minutes:
        return "UTC"
    return f"UTC{found[1]}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _same(names: Sequence[str]) -> bool:
    """Whether there are names, and all of them are of one time: older names of a zone are still names."""
    months = [datetime(2026, 1, 15, tzinfo=UTC) + timedelta(days=30 * n) for n in range(12)]
    return len({tuple(one.astimezone(zone_of(name)).utcoffset() for one in months) for name in names}) == 1
