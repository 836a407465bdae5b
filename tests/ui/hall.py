"""The real bot on simcord's Discord, and the people in it: what they do, and what they see."""

import contextlib
import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import discord
from hosting import as_seen
from simcord import ChannelHandle, Env, GuildHandle, MemberActor, ResponseMessage, RoleHandle, UserHandle, actors

from bot.app import App, build
from bot.settings import Settings

TEA = Path(__file__).parent / "packs"
COURSE = Path(__file__).parents[2] / "content"
BUTTON, MENU, TEXT, THUMBNAIL, GALLERY = 2, 3, 10, 11, 12
COMPONENT, AUTOCOMPLETE, FORM = 3, 4, 5
SIMCORDS_START_SECONDS = 5.0
DAY_SECONDS = 86_400.0
LIVED_SECONDS = 120.0


def walk(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every component of a message, outer ones first."""
    for component in components:
        yield component
        yield from walk(component.get("components", []))
        if "accessory" in component:
            yield from walk([component["accessory"]])


def words(components: list[dict[str, Any]]) -> str:
    """All text of a message, with the names of the commands that can be clicked, and letters for emojis."""
    return as_seen(written(components))


def written(components: list[dict[str, Any]]) -> str:
    """All text of a message as it was sent."""
    return "\n".join(one["content"] for one in walk(components) if one["type"] == TEXT)


def assert_fits_discord(components: list[dict[str, Any]], most_text: int = 4_000) -> None:
    """Discord's limits of one message, and ours for code."""
    everything = list(walk(components))
    assert len(everything) <= 40
    text = written(components)
    assert ":0>" not in str(components)
    assert len(text) <= most_text, f"{len(text)} characters"
    assert len(text.encode()) <= 10_000
    ids = [one["custom_id"] for one in everything if "custom_id" in one]
    assert len(ids) == len(set(ids))
    assert all(len(custom_id) <= 100 for custom_id in ids)
    assert all(one["content"].strip() for one in everything if one["type"] == TEXT)
    for one in everything:
        if one["type"] == BUTTON:
            assert 1 <= len(one["label"].strip()) <= 80
        if one["type"] == MENU:
            assert 1 <= len(one["options"]) <= 25
            assert len(one.get("placeholder") or "") <= 150
            assert len({option["value"] for option in one["options"]}) == len(one["options"])
            for option in one["options"]:
                assert 1 <= len(option["label"].strip()) <= 100
                assert 1 <= len(option["value"]) <= 100
                assert option.get("description") is None or 1 <= len(option["description"].strip()) <= 100
    for block in re.findall(r"```\w*\n(.*?)\n```", text, re.DOTALL):
        assert all(len(line) <= 60 for line in block.splitlines())


class Shown:
    """A message as it stands now."""

    def __init__(self, env: Env, channel_id: int, message_id: int) -> None:
        self._env = env
        self.channel_id = channel_id
        self.id = message_id

    @property
    def stored(self) -> Any:
        return self._env.backend.get_message(self.channel_id, self.id)

    @property
    def message(self) -> ResponseMessage:
        return ResponseMessage(self._env, self.stored)

    @property
    def exists(self) -> bool:
        return self.id in self._env.backend.messages.get(self.channel_id, {})

    @property
    def text(self) -> str:
        return words(self.stored.components)

    @property
    def private(self) -> bool:
        return bool(self.stored.flags & 64)

    @property
    def thinking(self) -> bool:
        return not self.stored.components

    @property
    def accent(self) -> int:
        return int(self.stored.components[0]["accent_color"])

    @property
    def buttons(self) -> dict[str, dict[str, Any]]:
        """Buttons by their label."""
        return {one["label"]: one for one in walk(self.stored.components) if one["type"] == BUTTON}

    @property
    def enabled(self) -> list[str]:
        """The labels of the buttons that can be pressed."""
        return [label for label, one in self.buttons.items() if not one["disabled"]]

    @property
    def menu(self) -> list[str]:
        """What the select menu offers."""
        return [o["label"] for one in walk(self.stored.components) if one["type"] == MENU for o in one["options"]]

    @property
    def chosen(self) -> list[str]:
        """What the select menus show as chosen."""
        menus = [one for one in walk(self.stored.components) if one["type"] == MENU]
        return [o["label"] for one in menus for o in one["options"] if o.get("default")]

    @property
    def avatars(self) -> list[str]:
        """The addresses of the small pictures beside text."""
        return [one["media"]["url"] for one in walk(self.stored.components) if one["type"] == THUMBNAIL]

    @property
    def files(self) -> dict[str, bytes]:
        return {a["filename"]: self._env.backend.cdn.get(a["url"]) for a in self.stored.attachments}

    @property
    def alt_texts(self) -> list[str]:
        galleries = [one for one in walk(self.stored.components) if one["type"] == GALLERY]
        return [item["description"] for one in galleries for item in one["items"]]

    def letter(self, of: str) -> str:
        """The letter in front of the option that begins with these words."""
        found = re.search(rf"^\*\*([A-D])\*\* · {re.escape(of)}", self.text, re.MULTILINE)
        assert found, self.text
        return found[1]


class Person:
    """Somebody in the server's channel, or (``in_dm``) alone with the bot."""

    def __init__(self, env: Env, user: UserHandle, member: MemberActor | None, channel: ChannelHandle) -> None:
        self._env = env
        self._pressed: set[int] = set()
        self._user = user
        self._actor: Any = member or user
        self.channel = channel
        self.id = user.id

    @property
    def in_dm(self) -> "Person":
        return Person(self._env, self._user, None, self._user.dm_channel)

    def at(self, channel: ChannelHandle) -> "Person":
        return Person(self._env, self._user, self._actor, channel)

    @property
    def commands(self) -> set[str]:
        """The commands that Discord offers here."""
        if isinstance(self._actor, MemberActor):
            return set(self._actor.available_commands(self.channel))
        return set(self._user.available_commands())

    async def slash(self, name: str, /, **options: Any) -> Shown:
        if isinstance(self._actor, MemberActor):
            return self._answer(await self._actor.slash(self.channel, name, **options))
        return self._answer(await self._user.slash(name, **options))

    async def on_message(self, name: str, target: "Shown") -> Shown:
        """Choose from the menu of a message."""
        return self._answer(await self._actor.context_menu(self.channel, name, target.message))

    async def type_section(self, command: str, typed: str) -> list[dict[str, Any]]:
        """What is offered while the section of a command is typed."""
        return await self.type_option(command, "section", typed)

    async def type_option(self, command: str, option: str, typed: str) -> list[dict[str, Any]]:
        """What is offered while an option of a command is typed."""
        if isinstance(self._actor, MemberActor):
            return await self._actor.autocomplete(self.channel, command, option, typed)
        return await self._user.autocomplete(command, option, typed)

    async def click(self, shown: Shown, label: str) -> Shown:
        return await self.click_id(shown, shown.buttons[label]["custom_id"])

    async def click_id(self, shown: Shown, custom_id: str) -> Shown:
        await self._read(shown)
        return await self.click_at_once(shown, custom_id)

    async def _read(self, shown: Shown) -> None:
        """People read what came of a press before they press again."""
        if shown.id in self._pressed:
            await self._env.advance_time(1.0)
        self._pressed.add(shown.id)

    async def click_at_once(self, shown: Shown, custom_id: str) -> Shown:
        """Press without a look, also where this person has just pressed."""
        return self._answer(await self._actor.click(shown.message, custom_id=custom_id))

    async def choose(self, shown: Shown, value: str) -> Shown:
        """Pick from the select menu."""
        return self._answer(await self._actor.select(shown.message, [value]))

    async def choose_in(self, shown: Shown, action: str, *values: Any) -> Shown:
        """Pick from the select menu of an action; channels and roles by their handles."""
        ids = [one["custom_id"] for one in walk(shown.stored.components) if "custom_id" in one]
        [custom_id] = [one for one in ids if one.startswith(f"sh:{action}")]
        return self._answer(await self._actor.select(shown.message, list(values), custom_id=custom_id))

    async def select(self, shown: Shown, custom_id: str, *values: Any) -> Shown:
        """Pick from the select menu with this id; channels and roles by their handles."""
        await self._read(shown)
        return self._answer(await self._actor.select(shown.message, list(values), custom_id=custom_id))

    async def open_form(self, shown: Shown, label: str) -> Any:
        """Press a button that opens a form; ``modal`` of what is returned is the form as it was sent."""
        custom_id = shown.buttons[label]["custom_id"]
        await self._read(shown)
        result = await self._actor.click(shown.message, custom_id=custom_id)
        assert result.modal is not None, "no form was opened"
        return result

    async def submit(self, opened: Any, **fields: Any) -> Shown:
        """Fill in a form and send it; channels and roles by their handles."""
        return self._answer(await self._actor.submit_modal(opened, fields))

    async def forge(self, shown: Shown, custom_id: str, values: list[str] | None = None) -> Shown:
        """Send a click that no honest client would send: any id, on any message."""
        data: dict[str, Any] = {"custom_id": custom_id, "component_type": MENU if values else BUTTON}
        if values:
            data["values"] = values
        return self._answer(await actors._component_interaction(self._actor, shown.stored, data))

    async def forge_click(self, shown: Shown, data: dict[str, Any]) -> Shown:
        """Send a click on a message with whatever data."""
        return self._answer(await actors._component_interaction(self._actor, shown.stored, data))

    async def submit_form(self, custom_id: str) -> Shown:
        """Send in a form, whether or not it was ever opened."""
        field_ = {"type": 4, "custom_id": "text", "value": "hello"}
        return await self.forge_form({"custom_id": custom_id, "components": [{"type": 1, "components": [field_]}]})

    async def forge_form(self, data: dict[str, Any]) -> Shown:
        """Send in a form with whatever data."""
        return self._answer(await actors._dispatch_actor_interaction(self._actor, FORM, self.channel, data))

    async def forge_typing(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        """Ask for suggestions with whatever data; returns what is offered."""
        result = await actors._dispatch_actor_interaction(self._actor, AUTOCOMPLETE, self.channel, data)
        assert result._interaction.responded, "the interaction was left without an answer"
        return result.autocomplete_choices or []

    async def forge_command(self, data: dict[str, Any]) -> Shown:
        """Send a command as an out-of-date client would."""
        return self._answer(await actors._dispatch_actor_interaction(self._actor, 2, self.channel, data))

    def _answer(self, result: Any) -> Shown:
        """What the person got to see. Fails when Discord would have shown *This interaction failed*."""
        record = result._interaction
        assert record.responded, "the interaction was left without an answer"
        message_id = record.followup_ids[-1] if record.followup_ids else record.message_id
        shown = Shown(self._env, record.channel_id, message_id)
        if shown.exists and not shown.thinking:
            assert_fits_discord(shown.stored.components)
        return shown


class PatientEnv(Env):
    """A simulator that gives a start and a restart of the bot as long as everything else, on a busy machine too."""

    async def _settle_internal(self, *, timeout: float | None = None, **how: Any) -> None:
        await super()._settle_internal(timeout=None if timeout == SIMCORDS_START_SECONDS else timeout, **how)


@dataclass
class Hall:
    """A server with the bot in it."""

    env: Env
    app: App
    guild: GuildHandle
    channel: ChannelHandle
    settings: Settings
    people: dict[str, Person] = field(default_factory=dict)
    abroad: set[int] = field(default_factory=set)
    """Servers that the bot is not in: what members do there is by their own installation of it."""
    _closing: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    def person(self, name: str, display_name: str | None = None, *roles: RoleHandle) -> Person:
        """A member of the server, made when first asked for."""
        if name not in self.people:
            user = self.env.create_user(name, global_name=display_name)
            self.people[name] = Person(self.env, user, self.guild.add_member(user, roles=roles), self.channel)
        return self.people[name]

    @property
    def manager(self) -> Person:
        """A member who may manage the server."""
        if "manager" not in self.people:
            role = self.guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
            self.person("manager", None, role)
        return self.people["manager"]

    @property
    def alice(self) -> Person:
        return self.person("alice")

    @property
    def bob(self) -> Person:
        return self.person("bob")

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database holds."""
        with contextlib.closing(sqlite3.connect(self.settings.database_path)) as connection:
            return connection.execute(sql, values).fetchall()

    def run_sql(self, sql: str, *values: object) -> None:
        """Change the database behind the bot's back."""
        with contextlib.closing(sqlite3.connect(self.settings.database_path, isolation_level=None)) as connection:
            connection.execute(sql, values)

    def everything_stored(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table."""
        with contextlib.closing(sqlite3.connect(self.settings.database_path)) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
            return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for (name,) in tables}

    def messages(self, channel: ChannelHandle | None = None) -> list[Shown]:
        """Every message in the channel (the server's unless given) that all can see there, oldest first."""
        channel_id = (channel or self.channel).id
        stored = self.env.backend.messages.get(channel_id, {})
        shown = [Shown(self.env, channel_id, message_id) for message_id in stored]
        return [one for one in shown if not one.private]

    @contextlib.contextmanager
    def every_event_twice(self) -> Iterator[None]:
        """Let Discord send each event of an interaction twice."""
        backend, send = self.env.backend, self.env.backend.emit

        def send_twice(event: str, payload: Any, *rest: Any, **more: Any) -> None:
            send(event, payload, *rest, **more)
            if event == "INTERACTION_CREATE":
                send(event, payload, *rest, **more)

        backend.emit = send_twice  # type: ignore[method-assign]
        try:
            yield
        finally:
            backend.emit = send  # type: ignore[method-assign]

    def set_clock(self) -> None:
        """Let the bot's clocks tell the simulator's time."""
        # The simulator's own monotonic clock is seen by the bot alone; tests that ask its services see the machine's.
        self.app.discord_clock._monotonic_ms = lambda: self.env.now().timestamp() * 1000
        self.app.clock.shift_ms = 0
        self.app.clock.shift_ms = round(self.env.now().timestamp() * 1000) - self.app.clock.now_ms()
        self._tell_time()

    async def pass_time(self, seconds: float) -> None:
        """Let time go by, for Discord and for the bot; of a long time, the last minutes of each day are lived through.

        Of the rest the bot notices as much as if its machine had slept: what became due is due.
        """
        self.app.clock.shift_ms += round(seconds * 1000)
        while seconds > 0:
            step = min(seconds, DAY_SECONDS)
            if step > LIVED_SECONDS:
                self.env._move_clock(self.env._virtual_time + step - LIVED_SECONDS)
            await self.env.advance_time(min(step, LIVED_SECONDS))
            seconds -= step
        self._tell_time()

    def _tell_time(self) -> None:
        """Let Discord tell the bot its time, as every answer over the wire does."""
        assert self.app.client.heard_date is not None
        # What the bot begins on hearing it is the bot's own work, for which the simulator waits.
        with self.env._bot_scope():
            self.app.client.heard_date(round(self.env.now().timestamp() * 1000))

    async def restart(self) -> None:
        """Stop the bot and start it anew on the same data."""
        await self.env.settle()
        closing, self._closing = self._closing, contextlib.AsyncExitStack()
        self.app = await self._closing.enter_async_context(_build(self.settings))
        self.set_clock()
        await self.env.restart_bot(self.app.client)
        await closing.aclose()


def _say_where_installed(env: Env) -> set[int]:
    """Let every interaction tell by whose installation it came about, which the simulator leaves out.

    Returns the servers where that is the member's own: none, until a test adds one.
    """
    abroad: set[int] = set()
    send = env.backend.emit

    def tell(event: str, payload: Any, *rest: Any, **more: Any) -> None:
        if event == "INTERACTION_CREATE":
            guild_id, user = payload.get("guild_id"), payload.get("user") or payload["member"]["user"]
            by_user = guild_id is not None and int(guild_id) in abroad
            owners = {"1": user["id"]} if by_user else {"0": guild_id or "0"}
            payload = {**payload, "authorizing_integration_owners": owners}
        send(event, payload, *rest, **more)

    env.backend.emit = tell  # type: ignore[method-assign]
    return abroad


def _build(settings: Settings) -> contextlib.AbstractAsyncContextManager[App]:
    # Without pauses between sends: the simulator can't wait for one future that depends on another task's sleep.
    # Without a steady timer: it waits until the event loop has nothing to do.
    return build(settings, Random(7), calls_per_second=float("inf"), steady_timers=False)


@contextlib.asynccontextmanager
async def open_hall(data_dir: Path, packs_dir: Path = TEA, **settings: Any) -> AsyncIterator[Hall]:
    """The bot, connected, in a server with one channel."""
    chosen = Settings(
        **{
            "data_dir": data_dir,
            "packs_dir": packs_dir,
            "demo_rounds": 1,
            "demo_cooldown_seconds": 0.0,
            "progress_seconds": 0.05,
            **settings,
        }
    )
    async with contextlib.AsyncExitStack() as stack:
        app = await stack.enter_async_context(_build(chosen))
        env = PatientEnv(app.client, settle_timeout=30)
        abroad = _say_where_installed(env)
        await env.start()
        try:
            guild = env.create_guild("Tea house")
            channel = guild.create_text_channel("general")
            hall = Hall(env, app, guild, channel, chosen, abroad=abroad, _closing=stack.pop_all())
            hall.set_clock()
            await env.settle()
            yield hall
            await env.settle()
            env._raise_errors_since(env._errors_acknowledged)
            for shown in [Shown(env, c, m) for c, some in env.backend.messages.items() for m in some]:
                if shown.stored.components:
                    assert_fits_discord(shown.stored.components)
        finally:
            await env.shutdown()
            await hall._closing.aclose()
