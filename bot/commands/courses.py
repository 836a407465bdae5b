"""``python -m bot courses``: what servers keep in courses of their own, and which are switched off."""

from dataclasses import replace

from bot.errors import UserError
from bot.facts import Code, fact
from bot.storage.course import courses
from bot.storage.place import Place
from bot.wording import counted, visible

MIB = 1024 * 1024


async def list_courses(place: Place) -> int:
    """Print each server with courses of its own and what they hold, beside a running bot or without one.

    Raises StorageError.
    """
    async with place.only_reading() as db:
        usage = await courses.usage(db)
        found = {guild_id: await courses.of(db, guild_id) for guild_id in usage}
        counts = {one.id: await courses.counts(db, one.id) for some in found.values() for one in some}
    if not usage:
        print("No server has courses of its own.")
    for guild_id, used in usage.items():
        questions, size = counted(used.questions, "question"), used.picture_bytes / MIB
        print(f"server {guild_id}: {counted(used.courses, 'course')}, {questions}, {size:.1f} MiB of pictures")
        for one in found[guild_id]:
            live, retired, waiting = counts[one.id]
            states = [
                ("switched off here", one.is_shut),
                ("off", not one.is_on),
                ("deleted", one.deleted_ms is not None),
            ]
            told = [
                f"{live:,} live, {retired:,} retired, {waiting:,} to read",
                *(name for name, is_so in states if is_so),
            ]
            print(visible(f"  {one.id}  {one.outline.title}: {', '.join(told)}"))
    return 0


async def shut_course(place: Place, number: int, *, shut: bool) -> int:
    """Switch a course off, whatever its server says, or let the server decide again.

    Raises StorageError, also while a bot runs on the database, and UserError for a course that is not there.
    """
    async with place.opened_alone() as store:
        course = await courses.load(store, number)
        if course is None:
            raise UserError(fact(Code.NO_COURSE_OF_NUMBER, number=number))
        await store.write(lambda tx: courses.save(tx, replace(course, is_shut=shut)))
    print(
        visible(
            f"{course.outline.title} is {'switched off' if shut else 'as its server has it'} from the next start on."
        )
    )
    return 0
