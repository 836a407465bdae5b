"""Games in many servers at once while processes and their database fail; afterwards everything is held together."""

import asyncio
import re
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import engines
from evening import Channel, custom_ids, faults_of_results
from hosting import text
from killing import PICK, all_custom_ids
from together import BotBeside, Together

from bot.clock import utc
from bot.playground.acts import ActError
from bot.playground.server import Playground
from bot.playground.things import Channel as Place

TAKEOVER_SECONDS, FURTHER_SECONDS = 15.0, 5.0
"""The first shard of a bucket is served again so long after a failure, and each further one so much later."""
RELAY = Path(__file__).resolve().parents[1] / "bench" / "relay.py"
LOOK_SECONDS = 0.25
FROZEN_SECONDS = 12.0
CALM_SECONDS = 90.0
ENDS_WITHIN_SECONDS = 240.0
ATTEMPTS = 6
Round = tuple[int, int]


@dataclass
class Takeover:
    """A shard that lost its process: how long it was not served, and how long it might have been."""

    shard: int
    seconds: float
    allowed: float


@dataclass
class Found:
    """What came of a run."""

    faults_done: dict[str, int] = field(default_factory=Counter)
    takeovers: list[Takeover] = field(default_factory=list)
    answered_seconds: list[float] = field(default_factory=list)
    in_outages: dict[str, int] = field(default_factory=Counter)
    slowest_in_outages: float = 0.0
    games: int = 0
    rounds: int = 0
    acknowledged: int = 0
    clicks: int = 0
    unanswered: int = 0
    dailies: int = 0
    wrong: list[str] = field(default_factory=list)


class Plan:
    """How often what fails: processes killed and frozen, the database restarted at once, away, frozen, one cut off."""

    def __init__(self, *, kills: int, freezes: int, restarts: int, away: float, frozen: float, cut: float) -> None:
        self.faults: list[tuple[str, float]] = [("killed", 0.0)] * kills + [("frozen", FROZEN_SECONDS)] * freezes
        self.faults += [("database restarted", 0.0)] * restarts
        self.faults += [(what, s) for what, s in (("database away", away), ("database frozen", frozen)) if s]
        self.faults += [("cut off", cut)] if cut else []


class Clustered:
    """One run."""

    def __init__(self, cluster: Together, server: engines.Server, seed: int, members: int, minutes: float) -> None:
        self.cluster = cluster
        self.playground: Playground = cluster.playground
        self.server = server
        self.chance = Random(seed)
        self.found = Found()
        self.relay: asyncio.subprocess.Process | None = None
        world = self.playground.world
        for number in range(members - len(world.members)):
            world.add_member(f"Member {number}")
        everybody = list(world.members)
        servers = len(cluster.channels)
        self.players = {channel.id: everybody[number::servers] for number, channel in enumerate(cluster.channels)}
        self.quiet = [self._another(channel) for channel in cluster.channels]
        self._minutes = minutes
        self._identified: list[tuple[float, int]] = []
        self._joined: set[str] = set()
        self._clicked: set[str] = set()
        self._options: dict[Round, list[str]] = {}
        self._places: dict[str, Round] = {}
        self._told: dict[tuple[int, int, int], set[int]] = {}
        self._outage = False
        self._open_more = True
        self._opened_at: dict[str, float] = {}

    def _another(self, channel: Place) -> Place:
        world = self.playground.world
        made = Place(world.new_id(), "daily", guild_id=world.guild_of(channel))
        world.channels[made.id] = made
        return made

    # The run

    async def run(self, plan: Plan, bots: int, relayed: str = "") -> Found:
        """Play while everything of the plan fails once, in an order of chance; to the end of all games."""
        self._schedule_dailies()
        self.playground.world.listeners.append(self._hear)
        self.playground.gateway.record = self._record
        for number in range(bots):
            settings = {"STUDYHALL_DATABASE_URL": relayed} if relayed and number == 0 else {}
            self.cluster.settings = {**self.cluster.settings, **settings}
            await self.cluster.start()
            self.cluster.settings.pop("STUDYHALL_DATABASE_URL", None)
        leading = asyncio.create_task(self._lead())
        try:
            faults = plan.faults[:]
            self.chance.shuffle(faults)
            for what, seconds in faults:
                await asyncio.sleep(self.chance.uniform(0.5, 3.0))
                print(f"{what}{f' for {seconds:g} s' if seconds else ''}", flush=True)
                await self._fail(what, seconds)
                self.found.faults_done[what] += 1
            await self._dailies_are_due()
            self._open_more = False
            await self.cluster.until(lambda: not self._unfinished(), "every game ends", ENDS_WITHIN_SECONDS)
        except AssertionError as hangs:
            self.found.wrong.append(f"{hangs}"[:6_000])
        finally:
            leading.cancel()
            await asyncio.gather(leading, return_exceptions=True)
            self.playground.world.listeners.remove(self._hear)
        self._judge()
        return self.found

    async def _fail(self, what: str, seconds: float) -> None:
        if what in ("killed", "frozen"):
            await self._lose_one(what, seconds)
        elif what == "cut off":
            await self._cut_off(seconds)
        else:
            self._outage = True
            asking = asyncio.create_task(self._ask_in_an_outage())
            if what == "database frozen":
                self.server.signal(signal.SIGSTOP)
                await asyncio.sleep(seconds)
                self.server.signal(signal.SIGCONT)
            else:
                await asyncio.to_thread(self.server.stop, signal.SIGINT if seconds else signal.SIGQUIT)
                await asyncio.sleep(seconds)
                self.server.start()
            self._outage = False
            asking.cancel()
        await self._until_calm()

    async def _ask_in_an_outage(self) -> None:
        """Members go on asking for things while the database is away; each is told something within Discord's 3 s."""
        command = next(one for one in self.playground.world.commands if one["name"] == "quiz")
        while True:
            await asyncio.sleep(0.5)
            began, channel = time.monotonic(), self.chance.choice(self.cluster.channels)

            def hear(state: str, _details: object, began: float = began) -> None:
                self.found.in_outages[state] += 1
                self.found.slowest_in_outages = max(self.found.slowest_in_outages, time.monotonic() - began)

            member = self.chance.choice(self.players[channel.id])
            self.playground.acts.run_command(member, channel.id, command["id"], [], hear)

    async def _until_calm(self) -> None:
        """Every shard is served by one, each by a fair share."""
        async with asyncio.timeout(CALM_SECONDS):
            await self.cluster.until_shared()

    async def _lose_one(self, what: str, seconds: float) -> None:
        bot = self.chance.choice(self.cluster.running)
        shards, began = bot.serves, time.monotonic()
        if what == "killed":
            if (
                self.chance.random() < 0.5
            ):  # as if it were on another machine: only the end of its leases tells its death
                self.cluster.rows("UPDATE process SET body = ''")
            await bot.stop(signal.SIGKILL)
        else:
            bot.signal(signal.SIGSTOP)
        await self._others_serve(bot, shards, began)
        if what == "killed":
            await bot.start()
        else:
            await asyncio.sleep(max(0.0, seconds - (time.monotonic() - began)))
            bot.signal(signal.SIGCONT)

    async def _others_serve(self, bot: BotBeside, shards: list[int], began: float) -> None:
        left = set(shards)
        while left and time.monotonic() - began < CALM_SECONDS:
            served = {shard for other in self.cluster.running if other is not bot for shard in other.serves}
            for shard in sorted(left & served):
                left.discard(shard)
                self._note_takeover(shard, began)
            await asyncio.sleep(0.05)
        self.found.wrong += [f"shard {shard} was not taken over" for shard in left]

    def _note_takeover(self, shard: int, began: float) -> None:
        """Of its bucket so many identified before it, since the failure: each has a turn of its own."""
        at_once = self.playground.gateway.at_once
        before = [at for at, other in self._identified if at >= began and other % at_once == shard % at_once]
        further = max(0, len(before) - 1)
        allowed = TAKEOVER_SECONDS + FURTHER_SECONDS * further
        self.found.takeovers.append(Takeover(shard, time.monotonic() - began, allowed))

    async def _cut_off(self, seconds: float) -> None:
        assert self.relay
        bot = self.cluster.bots[0]
        shards, began = bot.serves, time.monotonic()
        self.relay.send_signal(signal.SIGSTOP)
        await self._others_serve(bot, shards, began)
        await asyncio.sleep(max(0.0, seconds - (time.monotonic() - began)))
        self.relay.send_signal(signal.SIGCONT)

    def _record(self, payload: dict[str, Any]) -> None:
        if payload.get("op") == 2:
            self._identified.append((time.monotonic(), payload["d"]["shard"][0]))

    def _rows(self, sql: str) -> list[tuple[Any, ...]] | None:
        """What the database holds; None while it does not answer."""
        if self._outage:
            return None
        try:
            return self.cluster.rows(sql)
        except Exception:
            return None

    def _unfinished(self) -> bool:
        live = self._rows("SELECT id FROM competition WHERE phase NOT IN ('finished', 'cancelled')")
        owed = self._rows("SELECT id FROM post WHERE message_id IS NULL")
        return live is None or owed is None or bool(live or owed)

    # What happens by itself

    def _schedule_dailies(self) -> None:
        """Each server has a question of the day at a minute of its own in this run."""
        now_ms = self.playground.world.now_ms()
        for number, channel in enumerate(self.quiet):
            minute = 2 + number * max(1.0, self._minutes) / len(self.quiet)
            at_ms = (now_ms // 60_000 + int(minute)) * 60_000
            self.cluster.rows(
                "INSERT INTO schedule (guild_id, channel_id, member_id, kind, hour, minute, weekdays, made_ms, next_ms)"
                " VALUES (?, ?, ?, 'daily', ?, ?, '1111111', ?, ?)",
                int(self.playground.world.guild_of(channel)),
                int(channel.id),
                int(next(iter(self.playground.world.members))),
                *(utc(at_ms).hour, utc(at_ms).minute, now_ms, at_ms),
            )

    async def _dailies_are_due(self) -> None:
        left = "SELECT s.id FROM schedule s WHERE NOT EXISTS (SELECT 1 FROM occurrence o WHERE o.schedule_id = s.id)"
        await self.cluster.until(
            lambda: self._rows(left) == [], "every question of the day", 60 * self._minutes + CALM_SECONDS
        )

    # What the members do

    async def _lead(self) -> None:
        """In each server the host opens a game whenever there is none."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            live = self._rows(
                "SELECT channel_id, id, phase FROM competition WHERE phase NOT IN ('finished', 'cancelled')"
            )
            commands = {one["name"]: one["id"] for one in self.playground.world.commands}
            if live is None or not self._open_more or "compete" not in commands:
                continue
            on = {str(channel_id) for channel_id, *_ in live}
            for channel in self.cluster.channels:
                at = self._opened_at.get(channel.id, 0.0)
                if channel.id in on or time.monotonic() - at < 4.0:
                    continue
                self._opened_at[channel.id] = time.monotonic() + self.chance.uniform(0, 2)
                options = [{"name": "rounds", "type": 4, "value": 3}, {"name": "pace", "type": 3, "value": "quick"}]
                host = self.players[channel.id][0]
                self.playground.acts.run_command(host, channel.id, commands["compete"], options, lambda *_: None)

    def _hear(self, event: str, data: dict[str, Any], viewer: str | None) -> None:
        if event != "message" or data["channel_id"] not in self.players:
            return
        if viewer is not None:
            self._hear_answer(data, viewer)
            return
        ids = custom_ids(data)
        loop = asyncio.get_running_loop()
        members = self.players[data["channel_id"]]
        if (join := next((one for one in ids if "game.join" in one), None)) and data["id"] not in self._joined:
            self._joined.add(data["id"])
            for member in members[1:]:
                loop.call_later(self.chance.uniform(0, 1.0), self._press, member, data, join, 0)
        found = next((match for one in ids if (match := PICK.fullmatch(one))), None)
        if found is None:
            return
        place = self._places[data["id"]] = int(found[1]), int(found[2])
        shown = re.findall(r"\*\*([A-D])\*\* (?:`[█░ ]* \d+` )?· (.*)", text(data))[:4]
        options = [f"{letter} {words}" for letter, words in shown]
        if self._options.setdefault(place, options) != options:
            self.found.wrong.append(f"{place}: the options were {self._options[place]}, now {options}")
        if data["id"] in self._clicked or "game.pick" not in found[0]:
            return
        self._clicked.add(data["id"])
        for member in members:
            custom_id = f"sh:game.pick:{place[0]}:{place[1]}:{self.chance.randint(0, 2)}"
            loop.call_later(self.chance.uniform(0, 1.2), self._press, member, data, custom_id, ATTEMPTS)

    def _hear_answer(self, data: dict[str, Any], viewer: str) -> None:
        """What a member is told in private, before it becomes the round's result."""
        clicked = (data.get("interaction_metadata") or {}).get("interacted_message_id")
        said = re.search(r"[Ll]ocked in \*\*([A-D])\*\*", text(data))
        if said and clicked in self._places:
            self._told.setdefault((*self._places[clicked], int(viewer)), set()).add("ABCD".index(said[1]))

    def _press(self, member: str, message: dict[str, Any], custom_id: str, attempts: int) -> None:
        began = time.monotonic()

        def hear(state: str, _details: object) -> None:
            if state == "failed":
                self.found.unanswered += 1
                if attempts:
                    self._press(member, message, custom_id, attempts - 1)
            else:
                self.found.answered_seconds.append(time.monotonic() - began)

        try:
            self.playground.acts.click(member, message["channel_id"], message["id"], custom_id, hear)
            self.found.clicks += 1
        except ActError:
            pass  # the message has moved on

    # Afterwards

    def _judge(self) -> None:
        found, data = self.found, self.cluster.folder / "data"
        stored = {
            (game, number, member): choice
            for game, number, member, choice in self.cluster.rows(
                "SELECT competition_id, round, member_id, choice FROM competition_answer"
            )
        }
        seen = {channel.id: Channel(self.playground, channel.id) for channel in self.cluster.channels}
        found.acknowledged = len(self._told)
        for key, choices in self._told.items():
            if choices != {stored.get(key)}:
                found.wrong.append(f"{key} was told {choices}, stored is {stored.get(key)}")
        games = self.cluster.rows("SELECT id, channel_id, phase, round FROM competition")
        found.games = len(games)
        for game, channel_id, phase, last in games:
            self._judge_game(seen[str(channel_id)], game, phase, last)
        found.wrong += faults_of_results(data)
        [(unmarked,)] = self.cluster.rows("SELECT count(*) FROM competition_answer WHERE marks IS NULL")
        [(counted,)] = self.cluster.rows("SELECT count(*) FROM answer WHERE mode = 'competition'")
        if unmarked or counted != len(stored):
            found.wrong.append(f"{len(stored)} answers, {unmarked} without marks, {counted} counted for the boards")
        self._judge_dailies()
        for bot in self.cluster.bots:
            if "Traceback" in bot.log():
                found.wrong.append(bot.log()[bot.log().index("Traceback") - 300 :][:3_000])

    def _judge_game(self, seen: Channel, game: int, phase: str, last: int) -> None:
        found = self.found
        for number in range(last + 1):
            found.rounds += 1
            posted = [
                one
                for one in seen.messages()
                if any(
                    (match := PICK.fullmatch(custom_id)) and (int(match[1]), int(match[2])) == (game, number)
                    for custom_id in all_custom_ids(one)
                )
            ]
            shown = [one for one in posted if f"sh:game.mine:{game}:{number}" in custom_ids(one)]
            # A game in which nobody could answer pauses, and ends by itself: its last round shows that instead.
            ends_unseen = phase == "cancelled" and number == last
            if len(posted) != 1 or len(shown) != 1 - (ends_unseen and not shown):
                found.wrong.append(
                    f"game {game} ({phase}), round {number}: {len(posted)} posted, {len(shown)} revealed"
                )
        podiums = seen.offering(rf"sh:game\.rematch:{game}")
        if len(podiums) != (phase == "finished"):
            found.wrong.append(f"game {game} ({phase}) has {len(podiums)} podiums")

    def _judge_dailies(self) -> None:
        for channel in self.quiet:
            guild_id = int(self.playground.world.guild_of(channel))
            [(occurred,)] = self.cluster.rows(
                "SELECT count(*) FROM occurrence o JOIN schedule s ON s.id = o.schedule_id WHERE s.guild_id = ?",
                guild_id,
            )
            posted = len(Channel(self.playground, channel.id).offering(r"sh:daily\.pick:\d+:0"))
            self.found.dailies += posted
            if (occurred, posted) != (1, 1):
                self.found.wrong.append(f"server {guild_id}: {occurred} questions of the day, {posted} posted")


async def relay(server: Path, ours: Path) -> asyncio.subprocess.Process:
    """A way to the database's socket that can be frozen."""
    made = await asyncio.create_subprocess_exec(
        *(sys.executable, str(RELAY), str(server), str(ours), "0"), stdout=asyncio.subprocess.PIPE
    )
    assert made.stdout
    assert await made.stdout.readline() == b"ready\n"
    return made
