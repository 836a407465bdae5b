"""What Discord limits for all processes together: calls a second, one IDENTIFY of a bucket, sessions a day."""

from bot.storage.postgres.link import Link

CALLS_PER_SECOND = 45.0
"""Discord allows 50 (https://discord.com/developers/docs/topics/rate-limits#global-rate-limit)."""
CALLS_AT_ONCE = 2
"""So many may follow each other without a gap, after a while without any."""
TURN_SECONDS = 5.0
"""How long the turn of a process lasts that says nothing more; and how long after a turn the next one begins."""


class SharedLimits:
    """One process's way to them. Everything raises StorageError while the database does not answer."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def call(self) -> float:
        """Reserve the next call to Discord; in how many seconds it may be made."""
        gap = f"interval '{1 / CALLS_PER_SECOND:.6f} seconds'"
        [[seconds]] = await self._link.ask(
            f"UPDATE cluster SET calls_until = greatest(calls_until, clock_timestamp() - {CALLS_AT_ONCE - 1} * {gap})"
            f" + {gap} RETURNING extract(epoch FROM calls_until - {gap} - clock_timestamp())::float8"
        )
        return max(0.0, float(seconds))

    async def turn(self, me: int, bucket: int) -> float:
        """Ask for the turn of a bucket: 0 where one has it now, else in how many seconds to ask again."""
        free = await self._link.ask(
            f"INSERT INTO identify VALUES ($2, $1, {_UNTIL}) ON CONFLICT (bucket) DO UPDATE SET holder = $1,"
            f" until_at = {_UNTIL} WHERE identify.until_at <= clock_timestamp() RETURNING bucket",
            me,
            bucket,
        )
        if free:
            return 0.0
        rows = await self._link.ask(
            "SELECT extract(epoch FROM until_at - clock_timestamp())::float8 FROM identify WHERE bucket = $1", bucket
        )
        return max(0.01, float(rows[0][0])) if rows else 0.01

    async def keep_turn(self, me: int, bucket: int) -> None:
        """Have it for some more seconds; also when it has ended: the next one begins that much later."""
        await self._link.ask(
            f"UPDATE identify SET until_at = {_UNTIL} WHERE bucket = $2 AND (holder = $1 OR until_at <= clock_timestamp())",
            me,
            bucket,
        )

    async def start(self) -> int | None:
        """Use one of the day's sessions: how many are left then; None where Discord is to be asked, or none is left."""
        rows = await self._link.ask(
            "UPDATE cluster SET starts_left = starts_left - 1 WHERE starts_left > 0 AND starts_until > clock_timestamp()"
            " RETURNING starts_left"
        )
        return int(rows[0][0]) if rows else None

    async def note_starts(self, left: int, reset_seconds: float) -> None:
        """Note what Discord says of the day's sessions."""
        await self._link.ask(
            "UPDATE cluster SET starts_left = $1, starts_until = clock_timestamp() + make_interval(secs => $2)",
            left,
            reset_seconds,
        )


_UNTIL = f"clock_timestamp() + interval '{TURN_SECONDS} seconds'"
