"""All that leaves the bot before a reveal is the same, whichever option is right: requests, gateway frames, log.

The same evening is played twice with two packs that differ in nothing but the key, by bots that shuffle alike.
"""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import small_pack
from evening import Channel, opened, right_letter
from hosting import Bot, Member, buttons, text, until
from painted import picture

from bot.playground.rest import Exchange
from bot.playground.server import Playground

ROUNDS = 6
EDITS = "edits of round"
SEEDED = Path(__file__).parent / "seeded_bot.py"
LEAVES = ["steamed", "rolled", "pressed", "smoked", "ground", "withered"]
WAYS = [
    "is poured over the leaves at once and left to stand for as long as a song lasts",
    "is let cool in an open bowl first, until a finger can be held in it for a breath",
    "is brought to the boil twice, since the second boiling is said to make it softer",
    "is mixed with a handful of snow, whatever the weather, because the old books say so",
]


def write_pack(folder: Path, shift: int) -> Path:
    """Six questions of four long options; ``shift`` moves the key of each, after which its picture is called."""
    entries = []
    pictures = {}
    for number, leaf in enumerate(LEAVES):
        key = (number + shift) % len(WAYS)
        entry = {
            "id": f"{leaf}-tea",
            "section": "water",
            "topic": "heat",
            "kind": "recall",
            "difficulty": "easy",
            "core": True,
            "family": leaf,
            "stem": f"What is done with the water for {leaf} tea?",
            "options": [
                {
                    "text": f"The water for {leaf} tea {way}",
                    "correct": place == key,
                    "why": f"Reason {place} of {leaf}: whoever has tried it knows how it turns out.",
                    "misconception": None
                    if place == key
                    else "hotter-is-better",  # no pack may name one behind the key
                }
                for place, way in enumerate(WAYS)
            ],
            "explanation": "Each kind of leaf has its own temperature, and the water is the one thing to wait for.",
        }
        if number % 2:
            name = f"the-answer-of-{number}-is-{key}.png"
            entry |= {"picture": name, "alt": f"Leaves for {leaf} tea."}
            pictures[f"pictures/{name}"] = picture(colour=(number * 40, 90, 60))
        entries.append(entry)
    files = {
        **pictures,
        "questions/water.yaml": json.dumps({"questions": entries}),
        "lessons/water.yaml": small_pack.WATER.replace("demos: []", "demos: [io-wait]"),
    }
    small_pack.write_pack(folder, **files)
    return folder


@dataclass
class Ear:
    """Hears what the bot says; ``closed`` are the messages that may tell the key by now, private ones too."""

    playground: Playground
    said: list[Exchange] = field(default_factory=list)
    frames: list[dict] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)
    reveals: list[str] = field(default_factory=list)
    _deaf: bool = False

    def __post_init__(self) -> None:
        self.playground.rest.record = self._hear
        self.playground.gateway.record = self.frames.append

    def _hear(self, exchange: Exchange) -> None:
        answers = exchange.route.startswith(("/interactions/", "/webhooks/"))
        if not (self._deaf and answers) and not any(message_id in exchange.path for message_id in self.closed):
            self.said.append(exchange)

    @contextmanager
    def covered(self) -> Iterator[None]:
        """While a member is answered what is for this member alone; what the channel is shown is heard all the same."""
        self._deaf = True
        yield
        self._deaf = False


def plain(words: str, playground: Playground) -> str:
    """What was said without what differs from one evening to the next whatever the key is."""
    names = {one: f"<{user['global_name']}>" for one, user in playground.world.members.items()}
    names |= {one: f"<#{channel.name}>" for one, channel in playground.world.channels.items()}
    for one, name in names.items():
        words = words.replace(one, name)
    words = words.replace(playground.host, "<host>").replace(playground.token, "<token>")
    words = words.replace(playground.secret, "<secret>")
    words = re.sub(r"/(interactions/\d+|webhooks/\d+)/[\w-]{20,}", r"/\1/<token>", words)
    words = re.sub(r"<t:\d+:[Rft]>", "<t>", words)
    return re.sub(r"\d{17,20}", "<id>", words)


def heard(ear: Ear) -> dict[str, list[str]]:
    """Everything that was said, by route, in order; what is said twice in a row counts once."""
    found: dict[str, list[str]] = defaultdict(list)
    rounds: dict[str, int] = {}
    for one in ear.said:
        if one.route == "/channels/{channel_id}/messages" and one.method == "POST":
            rounds[one.answer["id"]] = len(rounds)
        about = {
            "path": one.path,
            "status": one.status,
            "headers": {
                name: value.partition("; boundary=")[0]
                for name, value in one.headers.items()
                if name != "Authorization"
            },
            "body": one.body,
            "files": [(upload.filename, upload.data.decode("latin-1")) for upload in one.uploads.values()],
        }
        words = plain(json.dumps(about, sort_keys=True, ensure_ascii=False), ear.playground)
        number = rounds.get(one.path.rpartition("/")[2])
        if number is not None:  # how often the count of a round is brought up to date is left to chance and load
            words = re.sub(r"\*\*\d\*\* of 3 have answered", "**n** of 3 have answered", words)
        told = found[f"{one.method} {one.route}" if number is None else f"{EDITS} {number}"]
        if not told or told[-1] != words:
            told.append(words)
    found["gateway"] = [
        plain(json.dumps(frame, sort_keys=True), ear.playground) for frame in ear.frames if frame["op"] != 1
    ]
    return found


def lines_of(bot: Bot) -> list[str]:
    """The log without times, session names and where this bot's data is; its lines in any order, for tasks take turns."""
    words = re.sub(r"\b[0-9a-f]{32}\b", "<session>", bot.log().replace(str(bot.data_dir.parent), "<folder>"))
    words = re.sub(r"(?m)^\d{4}-\d\d-\d\d [\d:,]+ ", "", plain(words, bot.playground))
    words = re.sub(r"\b\d+(\.\d+)? (ms|s)\b", r"<time> \2", words)
    return sorted(line for line in words.splitlines() if not line.endswith("Server disconnected"))  # and sent again


async def practise(ear: Ear, linus: Member) -> None:
    """A quiz of six: every question before its answer, and what is asked of it too early."""
    question = await linus.command("quiz", questions=ROUNDS)
    for number in range(ROUNDS):
        assert f"Question {number + 1} of {ROUNDS}" in text(question)
        for early in ("others", "back"):
            assert "Answer the question first" in text(await linus.forge(question, f"sh:quiz.{early}:1:{number}"))
        with ear.covered():
            outcome = await linus.press(question, "ABCD"[number % 4])
            ear.reveals.append("wrong" if "Not quite" in text(outcome) else "right")
        if number < ROUNDS - 1:
            question = await linus.press(outcome, "Next ▶")


async def predict(ear: Ear, ada: Member, grace: Member) -> None:
    """A demo from its question until it is taken back, just before it would run."""
    demo = await ada.command("demo", name="io-wait")
    choices = buttons(demo)
    for count, (member, choice) in enumerate(((ada, choices[0]), (grace, choices[1])), 1):
        await member.press(demo, choice)
        await until(ear.playground, lambda count=count: f"{count} prediction" in text(ada.sees(demo)), "it is counted")
    await ada.press(await ada.press(demo, "Cancel"), "Yes, cancel it")


async def compete(ear: Ear, scoring: str, members: tuple[Member, Member, Member]) -> None:
    """A competition of six rounds; the last one is left open."""
    ada, grace, linus = members
    channel = Channel(ear.playground)
    lobby = await opened(grace, rounds=ROUNDS, pace="calm", scoring=scoring)
    for count, member in ((2, linus), (3, ada)):
        await member.press(lobby, "Join")
        await until(ear.playground, lambda count=count: f"**{count} in**" in text(ada.sees(lobby)), "who is in")
    await grace.steer(lobby, "Start")
    for number in range(ROUNDS):
        asked = await channel.open(number)
        for early in ("mine", "others"):
            for which in (number, number + 1):
                told = await ada.forge(asked, f"sh:game.{early}:1:{which}")
                assert "still open" in text(told), text(told)
        answered = {asked["id"]}
        for member, letter in ((ada, "ABCD"[number % 4]), (grace, "DCBA"[number % 4])):
            locked = await member.press(asked, letter)
            assert f"Locked in **{letter}**" in text(locked)
            answered.add(locked["id"])
            if scoring == "certainty":
                await member.press(locked, "Sure")
        if number == 0:
            assert "No round counts" in text(await ada.forge(asked, "sh:game.practise:1"))
            await grace.forge(asked, "sh:game.csv:1")
        if number < ROUNDS - 1:
            ear.closed |= answered
            ear.closed.add((await linus.press(asked, "C"))["id"])
            if scoring == "certainty":  # it waits for the deadline: until then everybody may say how sure they are
                await grace.steer(asked, "Skip round")
            shown = await channel.reveal(number)
            ear.reveals.append(right_letter(shown))
            for message in (ear.playground.world.message(channel.id, one) for one in answered - {asked["id"]}):
                await until(ear.playground, lambda of=message: "### " in text(of.message), "their results are told")
            await grace.steer(grace.sees(shown), "Next round")  # not the round, which is over: the time to look at it
        else:
            await until(ear.playground, lambda asked=asked: "**2** of 3" in text(ada.sees(asked)), "they are counted")


async def evening(folder: Path, scoring: str, shift: int) -> tuple[dict[str, list[str]], list[str], list[str]]:
    """An evening with the course whose keys are shifted so: what was said, the log's lines, and what was revealed."""
    async with Playground() as playground:
        packs = write_pack(folder / "packs", shift)
        bot = Bot(
            playground,
            folder / "data",
            STUDYHALL_PACKS_DIR=str(packs),
            STUDYHALL_LOG_LEVEL="debug",
            STUDYHALL_PROGRESS_SECONDS="0.05",
            STUDYHALL_PREDICT_SECONDS="600",
            STUDYHALL_PACE_FACTOR="2",  # the host leads: nothing goes on by itself, however busy the machine is
            STUDYHALL_PAUSE_FACTOR="1.5",
        )
        bot.program = (str(SEEDED),)
        ear = Ear(playground)
        await bot.start()
        await bot.says("emojis are known")  # a letter looks the same all evening
        try:
            ada, grace, linus = (Member(playground, number) for number in range(3))
            await practise(ear, linus)
            await predict(ear, ada, grace)
            await compete(ear, scoring, (ada, grace, linus))
        finally:
            code = await bot.stop()
        assert code == 0, bot.log()
        return heard(ear), lines_of(bot), ear.reveals


@pytest.mark.parametrize("scoring", ["classic", "certainty"])
async def test_nothing_that_leaves_the_bot_before_a_reveal_depends_on_the_key(tmp_path, scoring):
    both = await asyncio.gather(*(evening(tmp_path / f"evening-{shift}", scoring, shift) for shift in range(2)))
    told, logs, reveals = zip(*both, strict=True)
    counted = [{route for route in one if route.startswith(EDITS)} for one in told]
    assert told[0].keys() - counted[0] == told[1].keys() - counted[1]
    assert f"{EDITS} {ROUNDS - 1}" in counted[0] & counted[1]
    for route in told[0].keys() & told[1].keys():
        assert told[0][route] == told[1][route], route
    assert logs[0] == logs[1]
    assert len(told[0]["POST /channels/{channel_id}/messages"]) == ROUNDS
    assert all(one != other for one, other in zip(reveals[0][ROUNDS:], reveals[1][ROUNDS:], strict=True)), reveals
    assert reveals[0][:ROUNDS] != reveals[1][:ROUNDS]


async def test_nobody_hears_what_another_predicts_of_a_demo(playground, bot):
    ada, grace = Member(playground), Member(playground, 1)
    said: list[dict[str, list[str]]] = []
    for choice in range(2):
        ear = Ear(playground)
        demo = await ada.command("demo", name="io-wait")
        with ear.covered():
            await grace.press(demo, buttons(demo)[choice])  # only she is told which
        await until(playground, lambda demo=demo: "1 prediction so far" in text(ada.sees(demo)), "it is counted")
        await ada.press(await ada.press(demo, "Cancel"), "Yes, cancel it")
        said.append({route: [re.sub(r":\d+\b", ":<run>", one) for one in told] for route, told in heard(ear).items()})
    edits = "PATCH /channels/{channel_id}/messages/{message_id}"
    assert set(said[0].get(edits, [])) == set(said[1].get(edits, []))
    assert (
        said[0]["POST /interactions/{interaction_id}/{token}/callback"]
        == (said[1]["POST /interactions/{interaction_id}/{token}/callback"])
    )
