"""Time zones as people name them."""

import functools
from zoneinfo import available_timezones

from bot.errors import UserError

OFFERED = 25


class Zones:
    """Every time zone that has a city, and UTC."""

    @functools.cached_property
    def _zones(self) -> dict[str, str]:
        zones = sorted(name for name in available_timezones() if "/" in name)
        return {name.casefold(): name for name in ["UTC", *zones]}

    def find(self, text: str) -> str:
        """The zone that a person means by its name or its city, whatever its case. Raises UserError."""
        wanted = "_".join(text.split()).casefold()
        endings = [name for key, name in self._zones.items() if key.rsplit("/", 1)[-1] == wanted]
        found = self._zones.get(wanted) or (endings[0] if len(endings) == 1 else None)
        if found is None:
            raise UserError(
                "I don't know that time zone. Type a big city near you, and pick from the list: Europe/Berlin, "
                "America/New_York, Asia/Kolkata, or UTC."
            )
        return found

    def offered(self, typed: str) -> list[str]:
        """Names for what was typed so far, those whose city begins so first; 25 at most."""
        wanted = "_".join(typed.split()).casefold()
        found = [key for key in self._zones if wanted in key]
        found.sort(key=lambda key: (not key.rsplit("/", 1)[-1].startswith(wanted), key != "utc", key))
        return [self._zones[key] for key in found[:OFFERED]]
