"""What is thrown away by itself: courses that were deleted a week ago, files that nobody published, drafts never begun."""

from bot.clock import DAY_MS, Clock
from bot.services.course.imports import drop_unused_pictures
from bot.services.course.own import KEPT_DAYS
from bot.services.lifecycle import Lifecycle
from bot.services.sure_time import ALWAYS_SURE, TimeCheck
from bot.storage.course import courses, drafts
from bot.storage.store import Store

AGAIN_SECONDS = 6 * 3_600.0


class CourseTidying:
    """Looks a few times a day, and deletes nothing by a clock that Discord contradicts."""

    def __init__(self, store: Store, clock: Clock, life: Lifecycle, time: TimeCheck = ALWAYS_SURE) -> None:
        self._store = store
        self._clock = clock
        self._ours = life.ours
        self._time = time
        self._looking = life.background("tidy-courses").routine(self.tidy, again_seconds=AGAIN_SECONDS, steady=True)

    def start(self) -> None:
        """Begin to look."""
        self._looking.wake(60.0)

    async def tidy(self) -> float:
        """Throw away what is old enough."""
        if not self._ours().has(None) or not await self._time.is_sure():
            return AGAIN_SECONDS
        before_ms = self._clock.now_ms() - KEPT_DAYS * DAY_MS
        for course_id in await courses.deleted_before(self._store, before_ms):
            await self._store.write(lambda tx, one=course_id: courses.drop(tx, one))  # type: ignore[misc]
        touched = await self._store.write(lambda tx: drafts.drop_read_before(tx, before_ms))
        touched |= await self._store.write(lambda tx: drafts.drop_empty_before(tx, before_ms))
        for course_id in touched:
            await self._store.write(lambda tx, one=course_id: drop_unused_pictures(tx, one))  # type: ignore[misc]
        return AGAIN_SECONDS
