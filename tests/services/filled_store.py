"""A database in which members did everything that leaves something behind, and a search of its files for one of them."""

from pathlib import Path

import engines
from small_course import DAY, NOON, question

from bot.facts import said
from bot.model.answers import StoredAnswer
from bot.model.dailies import Daily
from bot.model.lessons import PagePlace
from bot.model.members import Chosen
from bot.model.roles import Grant
from bot.model.rulings import Report
from bot.model.schedules import Recurring, Schedule
from bot.quiz.board.rating import Rating
from bot.quiz.calendar.schedule import Weekly
from bot.quiz.competition.scoring import Scoring
from bot.quiz.practice.picking import Asked, Run
from bot.quiz.practice.spacing import review
from bot.quiz.question.asking import chose
from bot.services.practice.practising import Learner
from bot.storage import (
    answers,
    demos,
    member_settings,
    members,
    memberships,
    notices,
    practice,
    ratings,
    reading,
)
from bot.storage.calendar import daily, schedules
from bot.storage.privacy import TABLES
from bot.storage.question import reports
from bot.storage.server import roles
from bot.storage.store import Store

HALL = 50
RIGHT = True
GAME = Recurring("tea", (), None, 5, "calm", Scoring.STUDY, 5)


async def live(store: Store, who: Learner, now_ms: int = NOON) -> None:
    """Everything but competitions: names, settings, pages, practice, questions of the day, boards, demos, reports."""
    member_id = who.member_id
    asked = tuple(Asked(n, f"w{n}", f"hash{n}", (0, 1, 2, 3)) for n in range(3))

    async def job(tx) -> None:
        for guild in (0, HALL, HALL + 1):
            await members.remember(tx, guild, member_id, who.face, now_ms)
        await memberships.checked(tx, HALL, member_id, now_ms + 1, is_there=False)
        await member_settings.save(tx, member_id, Chosen(1.5, hidden=True))
        await notices.add(tx, member_id, said(f"A word for {who.name}."), now_ms)
        await roles.earn(tx, Grant(HALL, member_id, "tea/water", now_ms))
        for page in range(3):
            await reading.mark_read(tx, member_id, "tea", PagePlace("water", page), now_ms)
        for guild in (HALL, None):
            run_id = await practice.create(tx, Run(0, member_id, guild, "tea", "water", None, asked), now_ms)
            for n in range(3):
                answer = StoredAnswer(
                    member_id, guild, "tea", "water", f"w{n}", f"hash{n}", f"f{n}", practice.MODE, run_id, n, chose(1), RIGHT,
                    10, now_ms + n,
                )  # fmt: skip
                await answers.record(tx, answer, review(None, RIGHT, now_ms), ["all", "2026-11"] if guild else [])
        await ratings.save(tx, HALL, {member_id: Rating()}, now_ms)
        await reports.save(tx, Report(member_id, "tea", "w1", "hash1", HALL, f"{who.name} says no.", now_ms))
        run = await demos.create(tx, "io_wait", HALL, 60, member_id, now_ms)
        await demos.predict(tx, run.id, member_id, "yes", now_ms)
        await schedules.add(tx, Schedule(HALL + 1, 60, member_id, Weekly(9, 0), GAME, now_ms, now_ms + DAY))
        for day in ("2026-11-21", "2026-11-22"):
            await answer_daily(tx, member_id, day, now_ms)

    await store.write(job)


async def answer_daily(tx, member_id: int, day: str, now_ms: int) -> None:
    """Answer a question of the day: the one of the 22nd is still open, the one before is closed."""
    asked = await daily.on_day(tx, HALL, day)
    if asked is None:
        new = Daily(HALL, day, 60, "tea", question(f"d{day[-2:]}"), (0, 1, 2, 3), NOON, NOON + DAY)
        daily_id = await daily.ask(tx, new)
        if day != "2026-11-22":
            await daily.close(tx, new._replace(id=daily_id), NOON)
    else:
        daily_id = asked.id
    sql = "INSERT INTO daily_answer (daily_id, member_id, choice, stamp_ms) VALUES (?, ?, 1, ?) ON CONFLICT DO NOTHING"
    await tx.run(sql, (daily_id, member_id, now_ms))


def varint(number: int) -> bytes:
    """A number as SQLite writes the key of a row: 9 bytes when it needs more than 56 bits, else groups of 7."""
    if number >= 1 << 56:
        return bytes((number >> 8 + 7 * n) & 0x7F | 0x80 for n in range(7, -1, -1)) + bytes([number & 0xFF])
    groups = []
    while True:
        groups.append(number & 0x7F)
        number >>= 7
        if not number:
            break
    return bytes([group | 0x80 for group in groups[:0:-1]] + [groups[0]])


def traces(database: Path, member_id: int, *words: str) -> set[str]:
    """In which forms a member's id, or these words, stand in the bytes of the database or its journal."""
    order = engines.byte_order()
    forms = {
        "8 bytes": member_id.to_bytes(8, order),
        "text": str(member_id).encode(),
        **{word: word.encode() for word in words},
    }
    if order == "big":  # SQLite writes a number as short as it can, and a key in seven bits a byte
        forms["key"] = varint(member_id)
        if member_id < 1 << 47:
            forms["6 bytes"] = member_id.to_bytes(6, order)
    found = set()
    for content in engines.contents(database):
        found |= {form for form, wanted in forms.items() if wanted in content}
    return found


async def tables_naming(store: Store, member_id: int) -> set[str]:
    """The tables with a row that names the member."""
    found = set()
    for one in TABLES:
        values = [member_id] * one.names.count("?")
        if await store.rows(f"SELECT 1 FROM {one.table} WHERE {one.names}", values):
            found.add(one.table)
    return found
