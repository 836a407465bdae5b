"""Forged presses by those who may not: a stranger in the server, and a manager of another one.

Everything a server can have open is open, and belongs to others. Every action of the bot is pressed with ids and values that
are made up or belong to somebody else; whatever comes of it, no row that does not name the presser changes.

python tests/ui/forging.py [--presses 2800] [--seed 1]
"""

import argparse
import asyncio
import logging
import sys
import tempfile
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import discord
from hall import BUTTON, MENU, Hall, Person, Shown, open_hall, walk

A_SCENE = 200
"""How many presses are made before everything is set up anew, with other people's things."""
BY_ITSELF = {"alive", "post", "member"}
"""What changes by itself: the sign that the bot is there, which messages have arrived, the name of who acted last."""
FOR_ALL = {"demo.run", "demo.open", "lesson.share", "game.rematch", "demo.cancel"}
"""What anybody may do and all can see: not a matter of whose it is."""
WITHOUT_NAMES = {"practice_question"}
"""What is made for the presser by a row that names them."""
WORDS = [
    "tea",
    "brewing",
    "serving",
    "points",
    "all",
    "first",
    "yes",
    "no",
    "period",
    "-1",
    "x",
    "",
    "9" * 18,
    "1_0",
    "٣",
]
WITHIN_SECONDS = 60.0


class Scene:
    """A server with everything open."""

    def __init__(self, hall: Hall, chance: Random) -> None:
        self.hall, self.chance = hall, chance
        self.shown: list[Shown] = []
        self.pressers: list[Person] = []

    async def set_up(self) -> None:
        """Open one of each, by others than the pressers."""
        hall, alice, bob, manager = self.hall, self.hall.alice, self.hall.bob, self.hall.manager
        second, third = (hall.guild.create_text_channel(name) for name in ("second", "third"))
        question = await alice.slash("quiz", questions=3)
        self.shown += [question, await alice.slash("lesson"), await alice.slash("settings")]
        self.shown.append(await alice.click(question, "A"))
        self.shown += [await alice.slash("privacy delete"), await alice.slash("progress")]
        lobby = await alice.slash("compete", rounds=3, pace="calm")
        await bob.click(lobby, "Join")
        panel = await alice.click(lobby, "Host controls")
        await alice.click(panel, "Start")
        asked = hall.messages()[-1]
        await bob.click(asked, "A")
        waiting = await alice.at(second).slash("compete", rounds=3, teams=2, team_choice="chosen", starts_in=60)
        await bob.at(second).click(waiting, "Join")
        duel = await alice.at(third).slash("duel", member=bob._actor)
        await bob.at(third).slash("daily")
        daily = hall.messages(third)[-1]
        await alice.at(third).click(daily, "B")
        demo = await bob.at(third).slash("demo", name="io-wait")
        scheduled = await manager.slash("studyhall schedule", what="competition", time="19:00", days="every day")
        setup = await manager.slash("studyhall setup")
        self.shown += [lobby, panel, asked, waiting, duel, daily, demo, scheduled, setup]
        self.shown.append(await manager.slash("studyhall flags"))
        eve = hall.person("eve", "Eve")
        there = hall.env.create_guild("Coffee house")
        away = there.create_text_channel("away")
        role = there.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
        user = hall.env.create_user("carol", global_name="Carol")
        carol = Person(hall.env, user, there.add_member(user, roles=[role]), away)
        self.pressers = [eve, carol]
        self.own = {eve.id: await eve.slash("help"), carol.id: await carol.slash("help")}
        self.names = {eve.id: {eve.id}, carol.id: {carol.id, there.id}}

    def forged(self) -> tuple[Person, Shown, str, list[str] | None]:
        """Who presses what on which message, and picks what."""
        chance = self.chance
        who = chance.choice(self.pressers)
        shown = self.own[who.id] if who is self.pressers[1] or chance.random() < 0.3 else chance.choice(self.shown)
        seen = [one for message in self.shown for one in walk(message.stored.components) if "custom_id" in one]
        if chance.random() < 0.5:
            custom_id = chance.choice(seen)["custom_id"]
            head, *arguments = custom_id.split(":")[1:]
        else:
            head = chance.choice(sorted(self.hall.app.client.router._entries))
            arguments = []
        there = [part for one in seen for part in one["custom_id"].split(":")[2:]]
        while arguments == [] or chance.random() < 0.3:
            part = chance.choice(
                [*there, *WORDS, *map(str, range(6)), str(self.hall.guild.id), str(self.hall.alice.id)]
            )
            if arguments and chance.random() < 0.5:
                arguments[chance.randrange(len(arguments))] = part
            else:
                arguments.append(part)
        values = None
        if chance.random() < 0.3:
            offered = [option["value"] for one in seen if one["type"] == MENU for option in one.get("options", [])]
            values = chance.sample([*offered, *WORDS[:6], str(self.hall.channel.id)], chance.choice([1, 1, 2]))
        return who, shown, ":".join(["sh", head, *arguments])[:100], values

    def stored(self, presser: int) -> dict[str, Counter[tuple[Any, ...]]]:
        """Every row that does not name the presser, or the server they manage; of games, what no player may change."""
        found = {}
        for table, rows in self.hall.everything_stored().items():
            if table == "competition":
                rows = self.hall.rows("SELECT id, phase, round, head ->> 'host_id', head ->> 'rules' FROM competition")
            if table not in BY_ITSELF:
                found[table] = Counter(row for row in rows if not self.names[presser] & set(row))
        return found


async def press(scene: Scene) -> str:
    """Make one forged press; returns what is wrong with what came of it, if anything."""
    who, shown, custom_id, values = scene.forged()
    if custom_id.split(":")[1] in FOR_ALL:
        return ""
    before = scene.stored(who.id)
    logged: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: logged.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    what = f"{custom_id!r} with {values} on {shown.id}"
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            data = {"custom_id": custom_id, "component_type": MENU if values else BUTTON}
            answer = await who.forge_click(shown, data | ({"values": values} if values else {}))
    except Exception as problem:
        return f"{what}: {type(problem).__name__}: {problem}"
    finally:
        logging.getLogger().removeHandler(handler)
    if logged or (answer.exists and "went wrong" in answer.text):
        return f"{what}: {logged or answer.text}"
    after = scene.stored(who.id)
    changed = [table for table in before if before[table] - after[table]]
    changed += [table for table in after if table not in WITHOUT_NAMES and after[table] - before[table]]
    return f"{what}: rows of others changed in {', '.join(changed)}" if changed else ""


async def presses(count: int, seed: int) -> list[str]:
    """Make so many; returns what is wrong."""
    found = []
    for first in range(0, count, A_SCENE):
        with tempfile.TemporaryDirectory() as folder:
            async with open_hall(Path(folder) / "data", pace_factor=4.0, predict_seconds=600.0) as hall:
                scene = Scene(hall, Random(seed + first))
                await scene.set_up()
                found += [wrong for _ in range(min(A_SCENE, count - first)) if (wrong := await press(scene))]
    return found


def main() -> int:
    """Make many and print the figures; 1 when any did harm."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--presses", type=int, default=2_800)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found = asyncio.run(presses(options.presses, options.seed))
    print(*found[:20], sep="\n")
    print(f"{options.presses:,} forged presses, {len(found)} with harm")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
