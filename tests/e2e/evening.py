"""A competition as its players see it, and its rows as the rules would have them."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import engines
from hosting import Member, text, until, walk

from bot.packs.models import Question
from bot.playground.server import Playground
from bot.quiz.competition.scoring import Scored, Scoring
from bot.quiz.question.asking import Sureness

Json = dict[str, Any]


def custom_ids(message: Json) -> list[str]:
    """The custom ids of a message's buttons that can be pressed."""
    return [c["custom_id"] for c in walk(message["components"]) if c["type"] == 2 and not c.get("disabled")]


class Channel:
    """What everybody sees in one channel of the playground."""

    def __init__(self, playground: Playground, channel_id: str | None = None) -> None:
        self.playground = playground
        self.id = channel_id or next(iter(playground.world.channels))

    def messages(self) -> Iterator[Json]:
        """Public messages, oldest first."""
        for stored in self.playground.world.channels[self.id].messages.values():
            if stored.viewer is None:
                yield stored.message

    def offering(self, pattern: str) -> list[Json]:
        """The messages with a button whose custom id matches."""
        return [m for m in self.messages() if any(re.fullmatch(pattern, one) for one in custom_ids(m))]

    def open_rounds(self, number: int) -> list[Json]:
        """The messages of a round that can be answered."""
        return self.offering(rf"sh:game\.pick:\d+:{number}:0|sh:game\.begin:\d+:{number}")

    def revealed(self, number: int) -> list[Json]:
        """The messages that show how a round went."""
        return self.offering(rf"sh:game\.mine:\d+:{number}")

    async def open(self, number: int) -> Json:
        """The round's message, once it can be answered."""
        return (await until(self.playground, lambda: self.open_rounds(number), f"round {number + 1} opens"))[0]

    async def reveal(self, number: int) -> Json:
        """The round's message, once it shows how it went."""
        return (await until(self.playground, lambda: self.revealed(number), f"round {number + 1} is over"))[0]

    async def podium(self) -> Json:
        """The podium, once it tells who won."""

        def whole() -> list[Json]:
            return [one for one in self.offering(r"sh:game\.rematch:\d+") if "🥁" not in text(one)]

        found = await until(self.playground, whole, "the podium")
        [message] = found
        return message


def deadline_ms(message: Json) -> int:
    """When a round closes, as its message says."""
    found = re.search(r"Closes <t:(\d+):R>", text(message))
    assert found, text(message)
    return int(found[1]) * 1000


def right_letter(message: Json) -> str:
    """The right option's letter, as a reveal says it."""
    found = re.search(r"^✅ \*\*([A-D])\*\* ", text(message), re.MULTILINE)
    assert found, text(message)
    return found[1]


async def opened(host: Member, *others: Member, **options: Any) -> Json:
    """A lobby that these members have joined."""
    lobby = await host.command("compete", **({"rounds": 3, "pace": "quick"} | options))
    for member in others:
        assert "You're in" in text(await member.press(lobby, "Join"))
    return host.sees(lobby)


def rows(data_dir: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """What the bot's database holds."""
    return engines.rows(data_dir / "studyhall.db", sql, *values)


async def until_row(data_dir: Path, sql: str, wanted: tuple[Any, ...]) -> None:
    """Wait until a query gives this row; the playground hears nothing of it, so it is asked now and then."""
    for _ in range(3_600):
        if rows(data_dir, sql) == [wanted]:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{sql} never gave {wanted}: {rows(data_dir, sql)}")


def faults_of_results(data_dir: Path) -> list[str]:
    """Where stored marks, results and totals differ from the pure rules played over the stored answers."""
    found: list[str] = []
    for game, head, phase in rows(data_dir, "SELECT id, head, phase FROM competition"):
        scoring = Scoring(re.search(r'"scoring":"(\w+)"', head)[1])
        pace_ms = int(re.search(r'"pace_ms":(\d+)', head)[1])
        asked = rows(
            data_dir,
            "SELECT round, question, option_order, reading_ms FROM competition_round WHERE competition_id = ?",
            game,
        )
        factors = dict(
            rows(data_dir, "SELECT member_id, time_factor FROM competition_player WHERE competition_id = ?", game)
        )
        scores: dict[int, int] = {}
        for number, question, order, reading_ms in asked:
            key = Question.model_validate_json(question).key
            for member, choice, elapsed_ms, sureness, stored in rows(
                data_dir,
                "SELECT member_id, choice, elapsed_ms, sureness, marks FROM competition_answer"
                " WHERE competition_id = ? AND round = ? AND marks IS NOT NULL",
                game,
                number,
            ):
                expected = scoring.marks(
                    Scored(
                        correct=int(order[choice]) == key,
                        sureness=Sureness(sureness),
                        elapsed_ms=elapsed_ms,
                        own_ms=round((pace_ms + reading_ms) * factors[member]),
                        rounds=len(asked),
                    )
                )
                scores[member] = scores.get(member, 0) + expected
                if stored != expected:
                    found.append(f"game {game}, round {number}, {member}: {stored} marks, by the rules {expected}")
        if phase == "finished":
            stored = dict(
                rows(data_dir, "SELECT member_id, score FROM competition_result WHERE competition_id = ?", game)
            )
            if stored != scores:
                found.append(f"game {game}: results {stored}, by the rules {scores}")
    earned = "SELECT guild_id, member_id, sum(points) FROM answer WHERE guild_id IS NOT NULL GROUP BY 1, 2"
    points = {(guild, member): all_ for guild, member, all_ in rows(data_dir, earned)}
    for guild, member, bonus in rows(
        data_dir,
        "SELECT guild_id, member_id, sum(bonus) FROM competition_result JOIN competition c ON c.id = competition_id"
        " GROUP BY 1, 2",
    ):
        points[guild, member] = points.get((guild, member), 0) + bonus
    kept = "SELECT guild_id, member_id, points FROM total WHERE period = 'all' AND section = ''"
    for guild, member, total in rows(data_dir, kept):
        if points.get((guild, member), 0) != total:
            found.append(f"{member} has {total} points in all, and earned {points.get((guild, member), 0)}")
    return found
