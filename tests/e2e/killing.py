"""Fifty members play competitions while the bot is killed at random moments; afterwards everything is held together.

A busy run also has a question of the day that is open all the while, and managers' decisions that are just being graded.
"""

import asyncio
import contextlib
import re
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from evening import Channel, custom_ids, faults_of_results, rows, until_row
from hosting import Bot, Member, button, buttons, text, walk

from bot.packs.models import Question
from bot.playground.acts import ActError
from bot.playground.rest import Exchange
from bot.playground.server import Playground

MEMBERS = 50
LOOK_SECONDS = 0.3
ENDS_WITHIN_SECONDS = 90.0
PICK = re.compile(r"sh:game\.(?:pick|mine):(\d+):(\d+)(?::\d+)?")
DECIDES = 0.4
"""How often a busy run is killed while answers are being graded anew."""
SECONDS_A_KILL = 4.0
Place = tuple[int, int]
"""A competition and one of its rounds."""


@dataclass
class Report:
    """What came of a run."""

    kills: int = 0
    in_a_regrade: int = 0
    with_a_daily: int = 0
    games: int = 0
    rounds: int = 0
    acknowledged: int = 0
    clicks: int = 0
    unanswered: int = 0
    resumed_seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Killing:
    """One run: the members, the bot, and what kills it."""

    def __init__(self, playground: Playground, folder: Path, seed: int, *, busy: bool = False) -> None:
        self.playground = playground
        self.busy = busy
        self.chance = Random(seed)
        self.bot = Bot(playground, folder / "data", STUDYHALL_PACE_FACTOR="0.1", STUDYHALL_PROGRESS_SECONDS="1")
        for number in range(MEMBERS - len(playground.world.members)):
            playground.acts.add_member(f"Member {number}")
        self.members = [Member(playground, number) for number in range(MEMBERS)]
        self.channel = Channel(playground)
        self.quiet_channel = Channel(playground, list(playground.world.channels)[1])
        self.report = Report()
        self._options: dict[Place, list[str]] = {}
        self._clicked: set[str] = set()
        self._places: dict[str, Place] = {}
        self._told: dict[tuple[int, int, int], set[int]] = {}
        """What members were told in private that they had locked in, by round; later such a message tells the result."""
        self._shown = asyncio.Event()
        self._shown_at = 0.0
        self._open_more = True

    async def run(self, kills: int) -> Report:
        """Play until the bot was killed so many times, then to the end of the game; returns what is wrong."""
        playground = self.playground
        await self.bot.start()
        playground.world.listeners.append(self._hear)
        playground.rest.record = self._record
        if self.busy:
            await self._ask_daily(kills)
        looking = asyncio.create_task(self._lead())
        try:
            for _ in range(kills):
                await asyncio.sleep(self.chance.uniform(0.05, 5.0))
                if self.busy and self.chance.random() < DECIDES:
                    await self._decide()
                await self._kill()
            self._open_more = False
            async with asyncio.timeout(ENDS_WITHIN_SECONDS):
                while self._unfinished():  # noqa: ASYNC110  what is waited for stands in another process's file
                    await asyncio.sleep(LOOK_SECONDS)
            await self._undo_decisions()
            await asyncio.sleep(2 * LOOK_SECONDS)  # the last reveal may be under way
        except TimeoutError:
            self.report.faults.append(f"a game hangs: {self._live()}")
        finally:
            looking.cancel()
            playground.world.listeners.remove(self._hear)
            await asyncio.gather(looking, return_exceptions=True)
            if self.bot.process:
                await self.bot.stop()
        self._judge()
        return self.report

    async def _kill(self) -> None:
        self.report.in_a_regrade += bool(self._regrades())
        self.report.with_a_daily += self.busy
        await self.bot.stop(signal.SIGKILL)
        self.report.kills += 1
        on = self._live()
        self._shown.clear()
        await self.bot.start()
        ready = time.monotonic()
        if not on or on[0][1] not in ("asking", "revealing"):
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._shown.wait(), 10)
        self.report.resumed_seconds.append(max(0.0, (self._shown_at if self._shown.is_set() else ready + 10) - ready))

    def _live(self) -> list[tuple[Any, ...]]:
        try:
            return rows(
                self.bot.data_dir, "SELECT id, phase FROM competition WHERE phase NOT IN ('finished', 'cancelled')"
            )
        except Exception:  # the file is not there yet
            return []

    def _unfinished(self) -> bool:
        return bool(self._live() or rows(self.bot.data_dir, "SELECT 1 FROM post WHERE message_id IS NULL"))

    # What the members do

    async def _lead(self) -> None:
        """The host opens, starts and resumes, looking now and then."""
        host = self.members[0]
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            wanted = [m for m in self.channel.messages() if any("game.join" in one for one in custom_ids(m))]
            live = self._live()
            if not live and self._open_more and self.playground.gateway.online:
                command = next(c for c in self.playground.world.commands if c["name"] == "compete")
                options = [{"name": "rounds", "type": 4, "value": 4}, {"name": "pace", "type": 3, "value": "quick"}]
                self.playground.acts.run_command(host.id, self.channel.id, command["id"], options, lambda *_: None)
                await asyncio.sleep(0.5)
            elif live and live[0][1] == "lobby" and wanted:
                for member in self.members[:10]:
                    self._press(member, wanted[-1], f"sh:game.join:{live[0][0]}")
                await asyncio.sleep(0.3)
                self._steer(host, wanted[-1], f"sh:host.start:{live[0][0]}")
            elif live and live[0][1] == "paused" and wanted:
                self._steer(host, wanted[-1], f"sh:host.resume:{live[0][0]}:")

    def _steer(self, host: Member, lobby: dict[str, Any], begin: str) -> None:
        """Press a button of the host's newest panel; open the panel where there is none that offers it."""
        for stored in reversed(self.playground.world.channels[self.channel.id].messages.values()):
            offered = [one for one in custom_ids(stored.message) if one.startswith(begin)]
            if stored.viewer == host.id and offered:
                self._press(host, stored.message, offered[0])
                return
        self._press(host, lobby, next(one for one in custom_ids(lobby) if "game.controls" in one))

    def _press(self, member: Member, message: dict[str, Any], custom_id: str, then: Any = None) -> None:
        def hear(state: str, _details: object) -> None:
            if state == "failed":
                self.report.unanswered += 1
                if then:
                    then()

        try:
            self.playground.acts.click(member.id, self.channel.id, message["id"], custom_id, hear)
            self.report.clicks += 1
        except ActError:
            pass  # the message has moved on

    def _hear(self, event: str, data: dict[str, Any], viewer: str | None) -> None:
        """A round's message has come or changed: each member clicks it once, at a moment of their own."""
        if event != "message":
            return
        if viewer is not None:
            self._note_told(data, int(viewer))
            return
        places = [PICK.fullmatch(one) for one in custom_ids(data)]
        found = next((one for one in places if one), None)
        if found is None:
            return
        place = self._places[data["id"]] = int(found[1]), int(found[2])
        self._same_options(place, data)
        if data["id"] in self._clicked or "game.pick" not in found[0]:
            return
        self._clicked.add(data["id"])
        loop = asyncio.get_running_loop()
        for member in self.members:
            loop.call_later(self.chance.uniform(0, 1.2), self._answer, member, data, place)

    def _answer(self, member: Member, message: dict[str, Any], place: Place, attempts: int = 4) -> None:
        custom_id = f"sh:game.pick:{place[0]}:{place[1]}:{self.chance.randint(0, 2)}"
        again = (lambda: self._answer(member, message, place, attempts - 1)) if attempts else None
        self._press(member, message, custom_id, again)

    def _note_told(self, message: dict[str, Any], member_id: int) -> None:
        clicked = (message.get("interaction_metadata") or {}).get("interacted_message_id")
        said = re.search(r"[Ll]ocked in \*\*([A-D])\*\*", text(message))
        if said and clicked in self._places:
            self._told.setdefault((*self._places[clicked], member_id), set()).add("ABCD".index(said[1]))

    def _same_options(self, place: Place, message: dict[str, Any]) -> None:
        shown = re.findall(r"\*\*([A-D])\*\* (?:`[█░ ]* \d+` )?· (.*)", text(message))[:4]
        options = [f"{letter} {words}" for letter, words in shown]
        if len(options) < 2 or self._options.setdefault(place, options) != options:
            self.report.faults.append(f"{place}: the options were {self._options.get(place)}, now {options}")

    def _record(self, exchange: Exchange) -> None:
        if exchange.route.startswith("/channels") and exchange.method in ("POST", "PATCH") and exchange.status < 300:
            if not self._shown.is_set():
                self._shown_at = time.monotonic()
            self._shown.set()

    # A busy server

    async def _ask_daily(self, kills: int) -> None:
        """Have the question of the day asked; members answer it all the while."""
        await Member(self.playground, 0, self.quiet_channel.id).command("daily")
        [message] = self.quiet_channel.offering(r"sh:daily\.pick:\d+:0")
        for member in self.members:
            after = self.chance.uniform(0, SECONDS_A_KILL * kills)
            asyncio.get_running_loop().call_later(after, self._answer_daily, member, message)

    def _answer_daily(self, member: Member, message: dict[str, Any], attempts: int = 4) -> None:
        def hear(state: str, _details: object) -> None:
            if state == "failed" and attempts:
                self._answer_daily(member, message, attempts - 1)

        custom_id = self.chance.choice([one for one in custom_ids(message) if "daily.pick" in one])
        self.playground.acts.click(member.id, self.quiet_channel.id, message["id"], custom_id, hear)

    def _regrades(self) -> list[tuple[Any, ...]]:
        return rows(self.bot.data_dir, "SELECT id FROM regrade WHERE done_ms IS NULL") if self.busy else []

    async def _decide(self) -> None:
        """A manager retires a question that was asked, or asks it again after all; what follows is then under way."""
        asked = rows(
            self.bot.data_dir,
            "SELECT DISTINCT c.pack_id, c.guild_id, r.question FROM competition_round r"
            " JOIN competition c ON c.id = r.competition_id WHERE c.phase = 'finished'",
        )
        if not asked:
            return
        pack_id, guild_id, found = self.chance.choice(asked)
        question = Question.model_validate_json(found)
        rows(
            self.bot.data_dir,
            "INSERT INTO report (member_id, pack_id, question_id, question_hash, guild_id, words, at_ms)"
            " VALUES (?, ?, ?, ?, ?, 'Two are right.', 0) ON CONFLICT (member_id, pack_id, question_id)"
            " DO UPDATE SET question_hash = excluded.question_hash, closed_ms = NULL",
            *(int(self.members[1].id), pack_id, question.id, question.content_hash, guild_id),
        )
        with contextlib.suppress(AssertionError, TimeoutError, StopIteration):
            async with asyncio.timeout(10):
                await self._ruled(f"{pack_id}/{question.id}")
            async with asyncio.timeout(1):
                while not self._regrades():  # noqa: ASYNC110  what is waited for stands in another process's file
                    await asyncio.sleep(0.001)

    async def _ruled(self, value: str) -> None:
        manager = Member(self.playground, 0, self.quiet_channel.id)
        item = await manager.choose(await manager.command("studyhall", "flags"), value)
        sure = await manager.press(item, "Undo" if "Undo" in buttons(item) else "Retire here")
        custom_id = button(sure, "Yes, do it")["custom_id"]
        self.playground.acts.click(manager.id, self.quiet_channel.id, sure["id"], custom_id, lambda *_: None)

    async def _undo_decisions(self) -> None:
        """In the end everything is graded as the course says, so that it can be held against the rules."""
        if not self.busy:
            return
        graded, ruled = (
            "SELECT count(*) FROM regrade WHERE done_ms IS NULL",
            "SELECT count(*) FROM ruling WHERE key IS NULL",
        )
        await until_row(self.bot.data_dir, graded, (0,))
        retired = rows(self.bot.data_dir, "SELECT pack_id, question_id FROM ruling WHERE key IS NULL")
        for left, (pack_id, question_id) in zip(range(len(retired) - 1, -1, -1), retired, strict=True):
            await self._ruled(f"{pack_id}/{question_id}")
            await until_row(self.bot.data_dir, ruled, (left,))
            await until_row(self.bot.data_dir, graded, (0,))

    # Afterwards

    def _judge(self) -> None:
        report, data = self.report, self.bot.data_dir
        games = rows(data, "SELECT id, phase, round FROM competition")
        report.games = len(games)
        stored = {
            (game, number, member): choice
            for game, number, member, choice in rows(
                data, "SELECT competition_id, round, member_id, choice FROM competition_answer"
            )
        }
        report.acknowledged = len(self._told)
        for key, choices in self._told.items():
            if choices != {stored.get(key)}:
                report.faults.append(f"{key} was told {choices}, stored is {stored.get(key)}")
        report.faults += self._faults_of_daily()
        messages: dict[Place, list[dict[str, Any]]] = {}
        for message in self.channel.messages():
            for found in filter(None, map(PICK.fullmatch, all_custom_ids(message))):
                known = messages.setdefault((int(found[1]), int(found[2])), [])
                if message not in known:
                    known.append(message)
        for game, phase, last in games:
            for number in range(last + 1):
                report.rounds += 1
                posted = messages.get((game, number), [])
                shown = [m for m in posted if f"sh:game.mine:{game}:{number}" in custom_ids(m)]
                if (len(posted), len(shown)) != (1, 1):
                    report.faults.append(f"game {game}, round {number}: {len(posted)} posted, {len(shown)} revealed")
            podiums = self.channel.offering(rf"sh:game\.rematch:{game}")
            if len(podiums) != (phase == "finished"):
                report.faults.append(f"game {game} ({phase}) has {len(podiums)} podiums")
        report.faults += faults_of_results(data)
        unmarked = rows(data, "SELECT count(*) FROM competition_answer WHERE marks IS NULL")[0][0]
        counted = rows(data, "SELECT count(*) FROM answer WHERE mode = 'competition'")[0][0]
        if unmarked or counted != len(stored):
            report.faults.append(f"{len(stored)} answers, {unmarked} without marks, {counted} counted for the boards")
        if "Traceback" in self.bot.log():
            report.faults.append(self.bot.log()[self.bot.log().index("Traceback") :][:3_000])

    def _faults_of_daily(self) -> list[str]:
        """Where the question of the day holds something else than members were told, or stands there twice."""
        if not self.busy:
            return []
        stored = dict(rows(self.bot.data_dir, "SELECT member_id, choice FROM daily_answer"))
        found = []
        for one in self.playground.world.channels[self.quiet_channel.id].messages.values():
            said = re.search(r"[Ll]ocked in \*\*([A-D])\*\*", text(one.message))
            if one.viewer and said:
                self.report.acknowledged += 1
                if stored.get(int(one.viewer)) != "ABCD".index(said[1]):
                    found.append(f"{one.viewer} was told {said[1]} in the question of the day: {stored}")
        questions = len(self.quiet_channel.offering(r"sh:daily\.pick:\d+:0"))
        return found if questions == 1 else [*found, f"the question of the day stands there {questions} times"]


def all_custom_ids(message: dict[str, Any]) -> list[str]:
    """The custom ids of a message's buttons, of those that can't be pressed too."""
    return [c["custom_id"] for c in walk(message["components"]) if c["type"] == 2 and "custom_id" in c]


def summary(report: Report) -> str:
    """The run in a line."""
    resumed = sorted(report.resumed_seconds) or [0.0]
    return (
        f"{report.kills} kills ({report.in_a_regrade} in a regrade, {report.with_a_daily} with a question of the day open), "
        f"{report.games} games, {report.rounds} rounds, {report.clicks} clicks "
        f"({report.unanswered} without an answer while the bot was away), {report.acknowledged} answers acknowledged; "
        f"back in the same message after READY: median {resumed[len(resumed) // 2]:.2f} s, longest {resumed[-1]:.2f} s"
    )
