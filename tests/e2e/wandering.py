"""Members who do whatever is offered to them: any command, button, menu or form, with right and wrong input."""

import asyncio
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

from hosting import PATIENCE_SECONDS, Member, walk

from bot.playground.acts import ActError

WORDS = (
    "gil",
    "Berlin",
    "19:00",
    "25:99",
    "-5",
    "9" * 20,
    "=1+1",
    "@everyone <@1> `code` **bold** \u202e",
    "🧵" * 90,
    "x" * 400,
)
SUBCOMMAND, WHOLE, YES_OR_NO, MEMBER, CHANNEL = 1, 4, 5, 6, 7
MENU, TEXT_FIELD, ROLES, CHANNELS = 3, 4, 6, 8
PRESSED = (2, MENU, 5, ROLES, 7, CHANNELS)
ANSWERED = ("acknowledged", "modal", "choices")


class Wanderer:
    """One member, and what became of what they did: ``unanswered`` has each act that the bot left alone."""

    def __init__(self, member: Member, rng: Random) -> None:
        self._member = member
        self._playground = member.playground
        self._rng = rng
        self.did: Counter[str] = Counter()
        self.unanswered: list[Any] = []

    async def act(self) -> None:
        """Do one thing."""
        chance = self._rng.random()
        if chance < 0.3:
            await self._run_a_command()
        elif chance < 0.36:
            await self._type_a_part_of_one()
        else:
            await self._press_something()

    async def _run_a_command(self) -> None:
        command = self._rng.choice(self._playground.world.commands)
        name, offered = command["name"], command.get("options") or []
        if parts := [one for one in offered if one["type"] == SUBCOMMAND]:
            part = self._rng.choice(parts)
            name += " " + part["name"]
            given = [{"name": part["name"], "type": SUBCOMMAND, "options": self._options(part.get("options") or [])}]
        else:
            given = self._options(offered)
        await self._do(
            f"/{name}",
            lambda hear: self._playground.acts.run_command(
                self._member.id, self._member.channel_id, command["id"], given, hear
            ),
        )

    async def _type_a_part_of_one(self) -> None:
        completed = [
            (command["id"], option)
            for command in self._playground.world.commands
            for option in command.get("options") or []
            if option.get("autocomplete")
        ]
        command_id, option = self._rng.choice(completed)
        typed = {"name": option["name"], "type": option["type"], "value": self._rng.choice(WORDS), "focused": True}
        await self._do(
            "typing",
            lambda hear: self._playground.acts.run_command(
                self._member.id, self._member.channel_id, command_id, [typed], hear, autocomplete=True
            ),
        )

    async def _press_something(self) -> None:
        seen = [one for one in self._member.messages() if one.get("components")][:12]
        if not seen:
            return
        message = self._rng.choice(seen[:4] if self._rng.random() < 0.8 else seen)
        there = [
            one
            for one in walk(message["components"])
            if one["type"] in PRESSED and one.get("custom_id") and not one.get("disabled")
        ]
        if not there:
            return
        component = self._rng.choice(there)
        outcome = await self._do(
            ":".join(component["custom_id"].split(":")[:2]),
            lambda hear: self._playground.acts.click(
                self._member.id,
                message["channel_id"],
                message["id"],
                component["custom_id"],
                hear,
                self._chosen(component),
            ),
        )
        if outcome and outcome[0] == "modal":
            await self._fill_in(outcome[1]["interaction_id"], outcome[1]["modal"])

    async def _fill_in(self, interaction_id: str, form: dict[str, Any]) -> None:
        fields = [one.get("component") or one for one in form["components"]]
        filled = [
            {"type": 18, "component": {"type": TEXT_FIELD, "custom_id": one["custom_id"], "value": self._words(one)}}
            for one in fields
            if one["type"] == TEXT_FIELD
        ]
        await self._do(
            "a form",
            lambda hear: self._playground.acts.submit(self._member.id, interaction_id, form["custom_id"], filled, hear),
        )

    async def _do(self, what: str, begin: Callable[[Callable[..., Any]], Any]) -> tuple[str, Any] | None:
        """Do it, and once more where no answer came in time, as people do: on busy cores the first one may come too late."""
        outcome = await self._tried(begin)
        if outcome and outcome[0] not in ANSWERED:
            outcome = await self._tried(begin)
        if outcome is None:
            return None
        self.did[what] += 1
        if outcome[0] not in ANSWERED:
            self.unanswered.append((what, *outcome))
        return outcome

    async def _tried(self, begin: Callable[[Callable[..., Any]], Any]) -> tuple[str, Any] | None:
        heard: asyncio.Future[tuple[str, Any]] = asyncio.get_running_loop().create_future()
        try:
            begin(lambda state, details: heard.done() or heard.set_result((state, details)))
        except ActError:  # Discord's own client would not have sent it
            return None
        return await asyncio.wait_for(heard, PATIENCE_SECONDS)

    def _options(self, offered: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {"name": one["name"], "type": one["type"], "value": self._value(one)}
            for one in offered
            if one.get("required") or self._rng.random() < 0.5
        ]

    def _value(self, option: dict[str, Any]) -> Any:
        if option.get("choices") and self._rng.random() < 0.95:
            return self._rng.choice(option["choices"])["value"]
        if option["type"] == WHOLE:
            return self._rng.randint(option.get("min_value", 0), min(option.get("max_value", 30), 30))
        if option["type"] == YES_OR_NO:
            return self._rng.random() < 0.5
        if option["type"] in (MEMBER, CHANNEL):
            world = self._playground.world
            return self._rng.choice(list(world.members if option["type"] == MEMBER else world.channels))
        return self._rng.choice(WORDS)

    def _chosen(self, component: dict[str, Any]) -> list[str] | None:
        if component["type"] == MENU:
            most = min(component.get("max_values", 1), len(component["options"]))
            number = self._rng.randint(min(component.get("min_values", 1), most), most)
            return [one["value"] for one in self._rng.sample(component["options"], number)]
        if component["type"] == ROLES:
            return [self._playground.world.guild_id]
        if component["type"] == CHANNELS:
            return [self._rng.choice(list(self._playground.world.channels))]
        return None

    def _words(self, field: dict[str, Any]) -> str:
        return self._rng.choice(WORDS)[: field.get("max_length", 4_000)]
