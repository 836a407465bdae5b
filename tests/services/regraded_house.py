"""A hall whose members practise and compete, whose managers decide, and whose answers are graded anew."""

import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random

from engines import open_store
from lives import end, lives
from small_course import everywhere, question
from small_course import library as course
from test_games_and_members import DiscordHandClock, Evening

from bot.model.rulings import Decision, DecisionKind, Subject
from bot.packs.models import Question
from bot.quiz.question.asking import Sureness
from bot.quiz.question.regrading import Ruling
from bot.services.competition.games import Competitions
from bot.services.posts import Posts
from bot.services.practice.practising import Learner, Practice
from bot.services.question import repair
from bot.services.question.regrading import Regrading
from bot.storage.question import rulings
from bot.storage.store import Store

HALL, ELSEWHERE = 50, 51
QUESTIONS = [question(f"w{n}", family=f"family-{n % 2}") for n in range(4)]
"""Two families of two siblings."""
LIBRARY = course(QUESTIONS)
DERIVED = {
    "answer": "SELECT * FROM answer ORDER BY id",
    "card": "SELECT * FROM card ORDER BY 1, 2, 3",
    "total": "SELECT * FROM total ORDER BY 1, 2, 3, 4",
    "marks": "SELECT competition_id, round, member_id, marks FROM competition_answer ORDER BY 1, 2, 3",
    "key": "SELECT competition_id, round, key, accepted FROM competition_round ORDER BY 1, 2",
    "competition_result": "SELECT * FROM competition_result ORDER BY 1, 2",
    "rating": "SELECT * FROM rating ORDER BY 1, 2",
    "rating_before": "SELECT * FROM rating_before b WHERE EXISTS (SELECT 1 FROM competition_result r"
    " WHERE r.competition_id = b.competition_id AND r.member_id = b.member_id) ORDER BY 1, 2",
}
"""Every table that follows from the answers, and how it is read."""
RULED = (
    "EXISTS (SELECT 1 FROM ruling r WHERE r.guild_id = answer.guild_id AND r.question_id = answer.question_id"
    " AND r.question_hash = answer.question_hash)"
)


async def graded_as_rebuilt(
    make: Callable[[Store], "RegradedHouse"], live: Callable[["RegradedHouse"], Awaitable[None]]
) -> None:
    """Lived so, a house's answers are graded anew to what a rebuild from nothing gives, table by table."""
    with tempfile.TemporaryDirectory() as folder:
        store = await open_store(Path(folder) / "a.db")
        house = make(store)
        try:
            await live(house)
            await house.regrade()
            graded = await house.derived()
            rebuilt = await house.rebuilt()
            for table, rows in graded.items():
                assert rebuilt[table] == rows, table
        finally:
            await house.close()
            await store.close()


class Told:
    """A channel that keeps what it was told of changed places, each nonce once."""

    def __init__(self) -> None:
        self.moves = []
        self.nonces: list[str] = []
        self.fails = 0

    async def post(self, what, channel, view, nonce):
        if self.fails:
            self.fails -= 1
            raise OSError("the line is cut")
        if nonce not in self.nonces:
            self.nonces.append(nonce)
            self.moves.append(view)
        return 1_000 + self.nonces.index(nonce)

    async def find(self, what, channel_id):
        return None


class RegradedHouse(Evening):
    """The evening's games, practice beside them, and managers."""

    def __init__(
        self, store: Store, clock: DiscordHandClock | None = None, questions: list[Question] = QUESTIONS
    ) -> None:
        super().__init__(store, clock or DiscordHandClock())
        self.questions = questions
        self.library = LIBRARY if questions is QUESTIONS else course(questions)
        self.games = lives(
            Competitions,
            everywhere(self.library),
            store,
            self.clock,
            Random(7),
            Posts(self.clock, self.channel),
            time_factor=self.settings.time_factor,  # type: ignore[arg-type]
        )
        self.practice = Practice(self.library, store, self.clock, Random(5))
        self.told = Told()
        self.regrading = lives(Regrading, store, self.clock, Posts(self.clock, self.told))

    async def close(self) -> None:
        await end(self.games)
        await end(self.regrading)

    async def quiz(
        self, who: Learner, number: int, chosen: int = 1, guild: int | None = HALL, sure: Sureness | None = None
    ) -> None:
        """One question of a quiz, answered with an option's place in the file; 1 is the course's key."""
        here = Learner(who.member_id, guild, who.name)
        run = await self.practice.start_with(here, "tea", [self.questions[number]])
        letter = run.asked[0].order.index(chosen)
        await self.practice.answer(run.id, 0, letter, here, self.clock.advance(1_000))
        if sure is not None:
            await self.practice.say_how_sure(run.id, 0, who.member_id, sure)

    def subject(self, number: int, guild: int = HALL) -> Subject:
        return Subject(guild, "tea", self.questions[number].id, self.questions[number].content_hash)

    async def rule(self, number: int, key: int | None, guild: int = HALL) -> None:
        """Managers decide: a key, None to retire it, 1 to undo; not graded anew before `regrade`."""
        kind = DecisionKind.RETIRE if key is None else DecisionKind.UNDO if key == 1 else DecisionKind.OVERRIDE
        subject, now_ms = self.subject(number, guild), self.clock.advance(1_000)

        async def job(tx):
            await rulings.add(tx, Decision(subject, kind, now_ms, key))
            await rulings.rule(tx, subject, Ruling(1, key), now_ms)
            await rulings.ask_regrades(tx, [subject], now_ms)

        await self.store.write(job)

    async def regrade(self) -> None:
        """Let everything that waits be graded anew."""
        self.regrading.wake()
        await self.regrading.done()

    async def derived(self) -> dict[str, list[tuple]]:
        """All that follows from the answers."""
        return {table: await self.store.rows(sql) for table, sql in DERIVED.items()}

    async def rebuilt(self) -> dict[str, list[tuple]]:
        """The same, thrown away and built from nothing."""

        async def job(tx):
            await tx.run(f"UPDATE answer SET correct = 1 - correct, void = 1 - void WHERE {RULED}")
            await tx.run("UPDATE answer SET points = -1 WHERE kept = 0 AND member_id > 0")
            for table in ("card", "total", "competition_result", "rating", "rating_before"):
                await tx.run(f"DELETE FROM {table}")
            await tx.run("UPDATE competition_answer SET marks = NULL")
            await tx.run("UPDATE competition_round SET key = NULL, accepted = NULL")
            await repair.rebuild(tx, everything=True)

        await self.store.write(job)
        return await self.derived()
