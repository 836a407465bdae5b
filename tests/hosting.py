"""A bot in a process of its own, and members who act on it: what the end-to-end tests and the benchmarks share."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from engines import settings_for
from lettered import lettered_course
from warm import Origin, WarmBot

from bot.playground.server import Playground
from bot.ui.marks import EMOJIS

COMMAND = re.compile(r"</([a-z_ ]+):\d+>")
EMOJI = re.compile(rf"<:({'|'.join(EMOJIS)}):\d+>")
PATIENCE_SECONDS = 180.0
"""Only ever waited for in whole by a test that fails: a busy machine may need much of it."""
PROGRAM = ("-m", "bot", "run")
READING_SECONDS = 0.75
"""How long a member looks at a message that they have pressed before they press it again."""


async def until(
    playground: Playground, holds: Callable[[], Any], what: str = "", seconds: float = PATIENCE_SECONDS
) -> Any:
    """Wait until ``holds()`` is true, asking anew at every change in the playground's world; returns its value."""
    changed = asyncio.Event()

    def hear(*_: object) -> None:
        changed.set()

    playground.world.listeners.append(hear)
    try:
        async with asyncio.timeout(seconds):
            while not (value := holds()):
                changed.clear()
                await changed.wait()
            return value
    except TimeoutError:
        raise AssertionError(f"waited {seconds:g} s in vain{': ' + what if what else ''}") from None
    finally:
        playground.world.listeners.remove(hear)


class Bot:
    """``python -m bot run`` as a process of its own, told by its environment to connect to a playground."""

    origin: Origin | None = None
    """What bots are copied from that need not be started as a program; None in benchmarks, for which a start counts."""

    def __init__(self, playground: Playground, data_dir: Path, **settings: str) -> None:
        self.playground = playground
        self.data_dir = data_dir
        self.settings = {
            "STUDYHALL_DATA_DIR": str(data_dir),
            "STUDYHALL_PACKS_DIR": str(lettered_course()),
            "STUDYHALL_DEMO_ROUNDS": "1",
            "STUDYHALL_DEMO_SECONDS": "150",  # on busy cores too
            "STUDYHALL_PROGRESS_SECONDS": "0.1",
            **settings,
        }
        self.program = PROGRAM
        self.process: asyncio.subprocess.Process | WarmBot | None = None
        self._log_path = data_dir.parent / "bot.log"

    async def start(self) -> None:
        """Start it and wait until it has registered its commands and is connected."""
        before = self.playground.gateway.identified
        self.process = await self._begin()
        connected = lambda: self.playground.gateway.identified > before and self.playground.world.commands  # noqa: E731
        ended = asyncio.create_task(self.process.wait())
        waiting = asyncio.create_task(until(self.playground, connected, "the bot connects"))
        await asyncio.wait({ended, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            waiting.cancel()
            raise AssertionError(f"the bot ended at once:\n{self.log()}")
        ended.cancel()
        await waiting

    async def _begin(self) -> "asyncio.subprocess.Process | WarmBot":
        environment = await self.environment()
        if self.origin and self.program == PROGRAM:
            return self.origin.begin(environment, self._log_path)
        with self._log_path.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, *self.program, env=environment, stderr=log, stdout=log
            )

    async def environment(self) -> dict[str, str]:
        """All that it is told."""
        keep = {k: v for k, v in os.environ.items() if not k.startswith(("STUDYHALL_", "DISCORD_"))}
        return keep | self.playground.bot_environment | await settings_for(self.database) | self.settings

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; returns the exit code."""
        assert self.process is not None
        process = self.process
        process.send_signal(how)
        code = await asyncio.wait_for(process.wait(), PATIENCE_SECONDS)
        if self.process is process:  # nobody has started it again meanwhile
            self.process = None
        return code

    @property
    def database(self) -> Path:
        """The path of its store."""
        return self.data_dir / "studyhall.db"

    async def says(self, words: str) -> None:
        """Wait until its log holds these words: for what shows nowhere else."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while words not in self.log():  # noqa: ASYNC110  another process writes it
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"the bot never said {words!r}:\n{self.log()}") from None

    def log(self) -> str:
        """All that it wrote so far."""
        return self._log_path.read_text("utf-8") if self._log_path.exists() else ""


class Attached(NamedTuple):
    """A file that a member chooses: for an option of a command, in a form, or for a message."""

    filename: str
    data: bytes


class Outcome:
    """What became of an interaction."""

    def __init__(self, interaction_id: str, state: str, details: dict[str, Any]) -> None:
        self.interaction_id = interaction_id
        self.state = state
        self.details = details


class Member:
    """One member of the playground, acting in one of its channels; those of the first server come first."""

    def __init__(self, playground: Playground, number: int = 0, channel: str | None = None) -> None:
        self.playground = playground
        self.id = list(playground.world.players)[number]
        self.channel_id = channel or next(iter(playground.world.channels))
        self._pressed: dict[str, float] = {}

    async def _act(self, act: Callable[[Any], Any]) -> Outcome:
        done: asyncio.Future[tuple[str, dict[str, Any]]] = asyncio.get_running_loop().create_future()
        interaction = act(lambda state, details: done.done() or done.set_result((state, details)))
        state, details = await asyncio.wait_for(done, PATIENCE_SECONDS)
        return Outcome(interaction.id, state, details)

    async def command(self, name: str, part: str = "", /, **options: Any) -> dict[str, Any]:
        """Run a slash command, or a part of one; returns the message that answers it once that is more than *thinking…*.

        An option that takes a file gets an `Attached`.
        """
        command, given = self._given(name, part, options)
        outcome = await self._act(
            lambda hear: self.playground.acts.run_command(self.id, self.channel_id, command["id"], given, hear)
        )
        assert outcome.state == "acknowledged", outcome.details
        return await self._answer_to(outcome)

    def _given(self, name: str, part: str, options: dict[str, Any]) -> tuple[dict[str, Any], list[Any]]:
        """A command, and its options as a client sends them."""
        options = {name: self._uploaded(value) for name, value in options.items()}
        command = self._command(name)
        if not part:
            return command, _typed(command, options)
        offered = next(one for one in command["options"] if one["name"] == part)
        return command, [{"name": part, "type": 1, "options": _typed(offered, options)}]

    def _uploaded(self, value: Any) -> Any:
        """What stands for a value where it is sent: of a file, the id that it has got."""
        return self.playground.acts.upload(self.id, *value)["id"] if isinstance(value, Attached) else value

    def say(self, content: str, *files: Attached) -> dict[str, Any]:
        """Write a plain message, with files; returns it."""
        self.playground.acts.say(self.id, self.channel_id, content, [self._uploaded(one) for one in files])
        return next(reversed(self.playground.world.channels[self.channel_id].messages.values())).message

    async def on_message(self, name: str, message: dict[str, Any]) -> dict[str, Any]:
        """Choose a command from the menu of a message; returns the message that answers it."""
        command, where = self._command(name), message["channel_id"]
        outcome = await self._act(
            lambda hear: self.playground.acts.run_on_message(self.id, where, command["id"], message["id"], hear)
        )
        assert outcome.state == "acknowledged", outcome.details
        return await self._answer_to(outcome)

    async def suggestions(self, name: str, option: str, typed: str) -> list[str]:
        """What autocomplete offers for an option."""
        command = self._command(name)
        options = [{"name": option, "type": 3, "value": typed, "focused": True}]
        outcome = await self._act(
            lambda hear: self.playground.acts.run_command(
                self.id, self.channel_id, command["id"], options, hear, autocomplete=True
            )
        )
        return [choice["name"] for choice in outcome.details["choices"]]

    async def press(self, message: dict[str, Any], label: str) -> dict[str, Any]:
        """Press the button with this label, or choose it in a menu; returns the message that shows what came of it."""
        return await self._click(message, *offer_of(message, label))

    async def steer(self, message: dict[str, Any], label: str) -> dict[str, Any]:
        """Open *Host controls* under a game's message and press a button there; say yes where it asks first.

        Returns the message that shows what came of it.
        """
        panel = await self.press(message, "Host controls")
        if "## Host controls" not in text(panel):  # nobody but the host and managers gets it
            return panel
        answer = await self.press(panel, label)
        for yes in ("Yes, skip it", "Yes, end it"):
            if yes in buttons(answer):
                answer = await self.press(answer, yes)
        return answer

    async def form_of(self, name: str, part: str = "", /, **options: Any) -> tuple[str, dict[str, Any]]:
        """Run a slash command, or a part of one, that opens a form; returns the interaction's id and the form."""
        command, given = self._given(name, part, options)
        outcome = await self._act(
            lambda hear: self.playground.acts.run_command(self.id, self.channel_id, command["id"], given, hear)
        )
        assert outcome.state == "modal", outcome.details
        return outcome.details["interaction_id"], outcome.details["modal"]

    async def form_of_message(self, name: str, message: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Choose a command that opens a form from the menu of a message; returns the interaction's id and the form."""
        command, where = self._command(name), message["channel_id"]
        outcome = await self._act(
            lambda hear: self.playground.acts.run_on_message(self.id, where, command["id"], message["id"], hear)
        )
        assert outcome.state == "modal", outcome.details
        return outcome.details["interaction_id"], outcome.details["modal"]

    async def open_form(self, message: dict[str, Any], label: str) -> tuple[str, dict[str, Any]]:
        """Press a button that opens a form, or choose it in a menu; returns the interaction's id and the form."""
        custom_id, values = offer_of(message, label)
        await self._look(message)
        place = message["channel_id"], message["id"]
        outcome = await self._act(lambda hear: self.playground.acts.click(self.id, *place, custom_id, hear, values))
        assert outcome.state == "modal", outcome.details
        return outcome.details["interaction_id"], outcome.details["modal"]

    async def submit(
        self,
        interaction_id: str,
        form: dict[str, Any],
        clicked: dict[str, Any] | None = None,
        **fields: str | list[str] | Attached,
    ) -> dict[str, Any]:
        """Fill in a form (texts, values to check, a file) and send it; returns the message that answers it.

        That may be the one on which it was opened, ``clicked``.
        """
        components = [{"type": 18, "component": self._filled(name, value)} for name, value in fields.items()]
        if clicked is not None:
            self._pressed[clicked["id"]] = asyncio.get_running_loop().time()
        outcome = await self._act(
            lambda hear: self.playground.acts.submit(self.id, interaction_id, form["custom_id"], components, hear)
        )
        assert outcome.state == "acknowledged", outcome.details
        return await self._answer_to(outcome, clicked)

    async def choose(self, message: dict[str, Any], value: str) -> dict[str, Any]:
        """Choose a value in the message's select menu."""
        menu = next(component for component in walk(message["components"]) if component["type"] == 3)
        return await self._click(message, menu["custom_id"], [value])

    async def _click(self, message: dict[str, Any], custom_id: str, values: list[str] | None = None) -> dict[str, Any]:
        await self._look(message)
        outcome = await self._act(
            lambda hear: self.playground.acts.click(
                self.id, message["channel_id"], message["id"], custom_id, hear, values
            )
        )
        assert outcome.state == "acknowledged", outcome.details
        return await self._answer_to(outcome, clicked=message)

    async def _look(self, message: dict[str, Any]) -> None:
        """Read what came before pressing again; the bot takes what is faster for a double click."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._pressed.get(message["id"], 0.0) + READING_SECONDS - loop.time()))
        self._pressed[message["id"]] = loop.time()

    async def forge(
        self, message: dict[str, Any], custom_id: str, component_type: int = 2, values: list[str] | None = None
    ) -> dict[str, Any]:
        """Send a click that the message does not offer; returns the answer to it."""
        world = self.playground.world
        self._pressed[message["id"]] = asyncio.get_running_loop().time()
        outcome = await self._act(
            lambda hear: self.playground.acts.forge(
                self.id, world.channels[message["channel_id"]], message, custom_id, component_type, hear, values
            )
        )
        assert outcome.state == "acknowledged", outcome.details
        return await self._answer_to(outcome, clicked=message)

    async def _answer_to(self, outcome: Outcome, clicked: dict[str, Any] | None = None) -> dict[str, Any]:
        def answer() -> dict[str, Any] | None:
            for message in self.messages():
                made_by = (message.get("interaction_metadata") or {}).get("id")
                if made_by == outcome.interaction_id and not message["flags"] & 128:
                    return message
            if clicked is not None:
                interaction = self.playground.interactions.get(outcome.interaction_id)
                if interaction is not None and interaction.original_id == clicked["id"]:
                    return self.playground.world.channels[clicked["channel_id"]].messages[clicked["id"]].message
            return None

        found: dict[str, Any] = await until(self.playground, answer, f"an answer to {outcome.interaction_id}")
        return found

    def messages(self) -> Iterator[dict[str, Any]]:
        """Every message that this member sees, newest first."""
        for channel in self.playground.world.channels_of(self.id):
            for stored in reversed(channel.messages.values()):
                if stored.viewer in (None, self.id):
                    yield stored.message

    def sees(self, message: dict[str, Any]) -> dict[str, Any]:
        """The message as it is now."""
        return self.playground.world.message(message["channel_id"], message["id"]).message

    def _filled(self, name: str, value: str | list[str] | Attached) -> dict[str, Any]:
        if isinstance(value, str):
            return {"type": 4, "custom_id": name, "value": value}
        if isinstance(value, Attached):
            return {"type": 19, "custom_id": name, "values": [self._uploaded(value)]}
        return {"type": 22, "custom_id": name, "values": value}

    def _command(self, name: str) -> dict[str, Any]:
        return next(command for command in self.playground.world.commands if command["name"] == name)


def _typed(command: dict[str, Any], options: dict[str, Any]) -> list[dict[str, Any]]:
    kinds = {option["name"]: option["type"] for option in command.get("options") or []}
    return [{"name": name, "type": kinds.get(name, 3), "value": value} for name, value in options.items()]


def walk(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every component, nested ones too."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])


def text(message: dict[str, Any]) -> str:
    """All the words of a message, with the names of the commands that can be clicked, and letters for emojis."""
    words = "\n".join(c["content"] for c in walk(message["components"]) if c["type"] == 10) or message["content"]
    return as_seen(words)


def as_seen(written: str) -> str:
    """A text with the names of the commands that can be clicked, and letters for emojis."""
    return EMOJI.sub(lambda found: EMOJIS[found[1]], COMMAND.sub(r"`/\1`", written))


def buttons(message: dict[str, Any]) -> list[str]:
    """The labels of a message's buttons that can be pressed."""
    return [c["label"] for c in walk(message["components"]) if c["type"] == 2 and not c.get("disabled")]


def offer_of(message: dict[str, Any], label: str) -> tuple[str, list[str] | None]:
    """The custom id of the button with this label; or of the menu that offers it, and its value there."""
    for menu in walk(message["components"]):
        for option in menu.get("options") or ():
            if option["label"] == label:
                return menu["custom_id"], [option["value"]]
    return button(message, label)["custom_id"], None


def button(message: dict[str, Any], label: str) -> dict[str, Any]:
    """The button with this label."""
    for component in walk(message["components"]):
        if component["type"] == 2 and component["label"] == label:
            return component
    raise AssertionError(f"no button {label!r} among {buttons(message)} in:\n{text(message)}")
