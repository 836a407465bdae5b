"""What the managers of a server chose."""

from dataclasses import dataclass
from datetime import tzinfo

from bot.clock import zone_of
from bot.quiz.calendar.periods import Season, period_keys

EVERYONE, MANAGERS = "everyone", "managers"


@dataclass(frozen=True)
class Server:
    """A server's choices. ``may_host`` is EVERYONE, MANAGERS or a role's id; no ``channels`` or ``courses``: all.

    ``reasons_at_once`` lets members see the reasons of the question of the day when they answer, not with its result.
    Members with ``authors_role`` write questions of the server's own courses, as managers do; with ``suggestions`` everybody
    may suggest some; a ``second_reader`` looks at what an author wrote before it is asked.
    """

    time_zone: str = "UTC"
    season: Season | None = None
    may_host: str = EVERYONE
    channels: tuple[int, ...] = ()
    courses: tuple[str, ...] = ()
    reasons_at_once: bool = False
    authors_role: int | None = None
    suggestions: bool = False
    second_reader: bool = False

    @property
    def zone(self) -> tzinfo:
        """The time zone; UTC when this machine does not know its name."""
        return zone_of(self.time_zone)

    def periods(self, moment_ms: int) -> list[str]:
        """Every period that an answer at this moment counts for here."""
        return period_keys(moment_ms, self.zone, self.season)
