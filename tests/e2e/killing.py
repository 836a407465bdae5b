"""Fifty members play competitions while the bot is killed at random moments; afterwards everything is held together."""

import asyncio
import contextlib
import re
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from evening import Channel, custom_ids, faults_of_results, rows
from hosting import Bot, Member, text, walk

from bot.playground.acts import ActError
from bot.playground.rest import Exchange
from bot.playground.server import Playground

MEMBERS = 50
LOOK_SECONDS = 0.3
ENDS_WITHIN_SECONDS = 90.0
PICK = re.compile(r"sh:game\.(?:pick|mine):(\d+):(\d+)(?::\d+)?")
Place = tuple[int, int]
"""A competition and one of its rounds."""


@dataclass
class Report:
    """What came of a run."""

    kills: int = 0
    games: int = 0
    rounds: int = 0
    acknowledged: int = 0
    clicks: int = 0
    unanswered: int = 0
    resumed_seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Killing:
    """One run: the members, the bot, and what kills it."""

    def __init__(self, playground: Playground, folder: Path, seed: int) -> None:
        self.playground = playground
        self.chance = Random(seed)
        self.bot = Bot(playground, folder / "data", STUDYHALL_PACE_FACTOR="0.1", STUDYHALL_PROGRESS_SECONDS="1")
        for number in range(MEMBERS - len(playground.world.members)):
            playground.acts.add_member(f"Member {number}")
        self.members = [Member(playground, number) for number in range(MEMBERS)]
        self.channel = Channel(playground)
        self.report = Report()
        self._options: dict[Place, list[str]] = {}
        self._clicked: set[str] = set()
        self._shown = asyncio.Event()
        self._shown_at = 0.0
        self._open_more = True

    async def run(self, kills: int) -> Report:
        """Play until the bot was killed so many times, then to the end of the game; returns what is wrong."""
        playground = self.playground
        await self.bot.start()
        playground.world.listeners.append(self._hear)
        playground.rest.record = self._record
        looking = asyncio.create_task(self._lead())
        try:
            for _ in range(kills):
                await asyncio.sleep(self.chance.uniform(0.05, 5.0))
                await self._kill()
            self._open_more = False
            async with asyncio.timeout(ENDS_WITHIN_SECONDS):
                while self._unfinished():  # noqa: ASYNC110  what is waited for stands in another process's file
                    await asyncio.sleep(LOOK_SECONDS)
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
        return bool(self._live() or rows(self.bot.data_dir, "SELECT 1 FROM outbox WHERE message_id IS NULL"))

    # What the members do

    async def _lead(self) -> None:
        """The host opens, starts and resumes, looking now and then."""
        host = self.members[0]
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            wanted = [m for m in self.channel.messages() if any("game.start" in one for one in custom_ids(m))]
            paused = [m for m in self.channel.messages() if any("game.resume" in one for one in custom_ids(m))]
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
                self._press(host, wanted[-1], f"sh:game.start:{live[0][0]}")
            elif live and live[0][1] == "paused" and paused:
                self._press(host, paused[-1], f"sh:game.resume:{live[0][0]}")

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
        if event != "message" or viewer is not None:
            return
        places = [PICK.fullmatch(one) for one in custom_ids(data)]
        found = next((one for one in places if one), None)
        if found is None:
            return
        place = int(found[1]), int(found[2])
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

    def _same_options(self, place: Place, message: dict[str, Any]) -> None:
        shown = re.findall(r"\*\*([A-D])\*\* (?:`[█ ]*` \d+ )?· (.*)", text(message))[:4]
        options = [f"{letter} {words}" for letter, words in shown]
        if self._options.setdefault(place, options) != options:
            self.report.faults.append(f"{place}: the options were {self._options[place]}, now {options}")

    def _record(self, exchange: Exchange) -> None:
        if exchange.route.startswith("/channels") and exchange.method in ("POST", "PATCH") and exchange.status < 300:
            if not self._shown.is_set():
                self._shown_at = time.monotonic()
            self._shown.set()

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
        told = self._acknowledged()
        report.acknowledged = len(told)
        for key, choices in told.items():
            if choices != {stored.get(key)}:
                report.faults.append(f"{key} was told {choices}, stored is {stored.get(key)}")
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
            podiums = self.channel.offering(rf"sh:game\.practise:{game}")
            if len(podiums) != (phase == "finished"):
                report.faults.append(f"game {game} ({phase}) has {len(podiums)} podiums")
        report.faults += faults_of_results(data)
        unmarked = rows(data, "SELECT count(*) FROM competition_answer WHERE marks IS NULL")[0][0]
        counted = rows(data, "SELECT count(*) FROM answer WHERE mode = 'competition'")[0][0]
        if unmarked or counted != len(stored):
            report.faults.append(f"{len(stored)} answers, {unmarked} without marks, {counted} counted for the boards")
        if "Traceback" in self.bot.log():
            report.faults.append(self.bot.log()[self.bot.log().index("Traceback") :][:3_000])

    def _acknowledged(self) -> dict[tuple[int, int, int], set[int | None]]:
        """What members were told in private that they had locked in, by round."""
        channel = self.playground.world.channels[self.channel.id]
        places: dict[str, Place] = {}
        for message in self.channel.messages():
            for found in filter(None, map(PICK.fullmatch, all_custom_ids(message))):
                places[message["id"]] = int(found[1]), int(found[2])
        told: dict[tuple[int, int, int], set[int | None]] = {}
        for stored in channel.messages.values():
            clicked = (stored.message.get("interaction_metadata") or {}).get("interacted_message_id")
            said = re.search(r"[Ll]ocked in \*\*([A-D])\*\*", text(stored.message))
            if stored.viewer and said and clicked in places:
                key = (*places[clicked], int(stored.viewer))
                told.setdefault(key, set()).add("ABCD".index(said[1]))
        return told


def all_custom_ids(message: dict[str, Any]) -> list[str]:
    """The custom ids of a message's buttons, of those that can't be pressed too."""
    return [c["custom_id"] for c in walk(message["components"]) if c["type"] == 2 and "custom_id" in c]


def summary(report: Report) -> str:
    """The run in a line."""
    resumed = sorted(report.resumed_seconds) or [0.0]
    return (
        f"{report.kills} kills, {report.games} games, {report.rounds} rounds, {report.clicks} clicks "
        f"({report.unanswered} without an answer while the bot was away), {report.acknowledged} answers acknowledged; "
        f"back in the same message after READY: median {resumed[len(resumed) // 2]:.2f} s, longest {resumed[-1]:.2f} s"
    )
