"""Answering interactions: at once, by the initial response; every error in words."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

import discord

from bot.clock import snowflake_ms
from bot.errors import StorageError, StudyhallError, UserError
from bot.facts import Code, Fact, fact
from bot.services.member.notices import Notices
from bot.services.member.presence import Presence
from bot.services.practice.practising import Learner
from bot.telemetry import Durations, Pulse, is_page, new_error_id, one_line
from bot.ui import ids
from bot.ui.forms import Form
from bot.ui.layouts import GREY, MAX_TEXT, NO_PINGS, RED, Screen, linked_in, note, pings
from bot.ui.marks import PLAIN, Marks
from bot.ui.options import whole
from bot.ui.reach import is_abroad, server_of
from bot.ui.worded import worded

TOO_LATE = (10062, 40060, 50027)
"""Codes of Discord's: nobody answered within 3 seconds, it was answered already, or it is older than 15 minutes
(https://discord.com/developers/docs/topics/opcodes-and-status-codes#json)."""
NOT_SAVED_SECONDS, WATCH_SECONDS = 2.0, 0.1
"""A member is told that the database is out of reach so long after they have pressed: a new owner may come first."""
ANSWER_SECONDS = 3.0
"""Later than this after an interaction was made Discord takes no answer to it."""
TOKEN_SECONDS = 14.5 * 60
"""For so long after an interaction its answers can be changed by its token; Discord says 15 minutes
(https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages)."""

_log = logging.getLogger(__name__)


class PrivateMessage(NamedTuple):
    """A private answer that can still be changed, by its interaction's token, until `time.monotonic` says ``until``.

    It is kept in memory only.
    """

    webhook: discord.Webhook
    id: int
    until: float
    marks: Marks

    @property
    def expired(self) -> bool:
        """Whether Discord takes no change of it any more."""
        return time.monotonic() >= self.until

    async def edit(self, screen: Screen) -> None:
        """Show something else in its place. Raises discord.HTTPException, as where the person has dismissed it."""
        view, attachments = screen.change(self.marks)
        await self.webhook.edit_message(self.id, view=view, attachments=attachments, allowed_mentions=NO_PINGS)

    async def delete(self) -> None:
        """Take it away. Raises discord.HTTPException."""
        await self.webhook.delete_message(self.id)


class Reply:
    """One interaction and its answer.

    ``new`` tells what a slow answer is announced as: a new message (*thinking…*), or an edit of the clicked one;
    ``private`` whether that message is for the person alone.

    An interaction gets at most three follow-ups: what was announced as public and turns out private, what waited for the
    member, and an error. Discord takes five where the bot is not installed
    (https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages).
    """

    def __init__(
        self,
        interaction: discord.Interaction,
        *,
        private: bool,
        new: bool,
        answered_in: Durations | None = None,
        answered: Callable[[int], None] = lambda _id: None,
        is_late: Callable[[int], bool] = lambda _stamp_ms: False,
        marks: Marks = PLAIN,
    ) -> None:
        """``answered`` is told the interaction's id once there is no initial response to come any more; ``is_late`` whether
        an interaction made then can't be answered now."""
        self.interaction = interaction
        self._tell_answered = answered
        self._is_late = is_late
        self._marks = marks
        self._too_late = False
        self._began = time.perf_counter()
        self._answered_in = answered_in
        self._answered_at: float | None = None
        self._abroad = is_abroad(interaction)
        self._private = private or self._abroad
        self._new = new or interaction.type is discord.InteractionType.application_command
        self._lock = asyncio.Lock()
        self._announced = False
        clicked = interaction.message if not self._new else None
        self._borne = clicked.attachments if clicked else None
        self._linked = linked_in(clicked.components) if clicked else {}

    @property
    def member_id(self) -> int:
        """Who acted."""
        return self.interaction.user.id

    @property
    def stamp_ms(self) -> int:
        """When Discord received it."""
        return snowflake_ms(self.interaction.id)

    @property
    def server_id(self) -> int | None:
        """The server that the action counts for; None in direct messages, and wherever the bot is not installed."""
        return server_of(self.interaction)

    @property
    def learner(self) -> Learner:
        """Who acted, and in which server."""
        user, server_id = self.interaction.user, self.server_id
        avatar = user.avatar.key if user.avatar else None
        name = user.display_name if server_id is not None else user.global_name or user.name
        return Learner(self.member_id, server_id, whole(name), avatar)

    def words(self, fact: Fact | None) -> str:
        """A fact in the language of who acted: for answers that they alone see."""
        return worded(fact, self.interaction.locale.value)

    def words_for_all(self, fact: Fact | None) -> str:
        """A fact in the server's language: for answers that everybody sees."""
        return worded(fact, (self.interaction.guild_locale or self.interaction.locale).value)

    @property
    def too_late(self) -> bool:
        """Whether Discord takes no answer any more: what was asked for is done, and nothing is sent.

        It is known by the interaction's age, and by what Discord said to an earlier try.
        """
        if not self._too_late and not self.answered and self._is_late(self.stamp_ms):
            self._too_late = True
            self._tell_answered(self.interaction.id)
        return self._too_late

    def refused(self, problem: BaseException) -> bool:
        """Note that Discord refused an answer; says whether that was because it came too late."""
        if isinstance(problem, discord.HTTPException) and problem.code in TOO_LATE:
            self._too_late = True
            self._tell_answered(self.interaction.id)
        return self._too_late

    @property
    def milliseconds(self) -> float:
        """How long the initial response took; the time so far while there is none."""
        return ((self._answered_at or time.perf_counter()) - self._began) * 1000

    @property
    def answered(self) -> bool:
        """Whether the initial response is used up."""
        return self.interaction.response.is_done()

    async def announce(self) -> None:
        """Say that an answer is coming, unless there is one already."""
        async with self._lock:
            if not self.answered and not self.too_late:
                if self._new:
                    await self.interaction.response.defer(ephemeral=self._private, thinking=True)
                else:
                    await self.interaction.response.defer()
                self._announced = True
                self._note_time()

    async def show(self, screen: Screen, *, private: bool = True, mention: int | None = None) -> int | None:
        """Answer with a message; returns its id where Discord tells it, None where it came too late to be sent.

        ``mention`` is the member whom it may notify, where it mentions them. Where the bot is not installed every answer
        is private.
        """
        private = private or self._abroad
        mentions = pings([mention] if mention else ())
        async with self._lock:
            if self.too_late:
                return None
            view, files = screen.ready(self._marks, self._near if private else ())
            if not self.answered:
                response = await self.interaction.response.send_message(
                    view=view, files=files, ephemeral=private, allowed_mentions=mentions
                )
                self._note_time()
                return response.message_id
            if self._announced and self._new:
                self._announced = False
                if private == self._private:
                    return await self._edit_original(view, files)
                return await self._show_elsewhere(view, files, private=private)
            return (await self.interaction.followup.send(view=view, files=files, ephemeral=private, wait=True)).id

    async def _show_elsewhere(self, view: discord.ui.LayoutView, files: list[discord.File], *, private: bool) -> int:
        # What was announced stays public or private for ever, and a follow-up takes its place until it has content.
        await self._edit_original(note("…").view())
        shown = await self.interaction.followup.send(view=view, files=files, ephemeral=private, wait=True)
        await self.interaction.delete_original_response()
        return shown.id

    def shown(self, message_id: int) -> PrivateMessage:
        """The private message that `show` answered with, to be changed later."""
        return PrivateMessage(self.interaction.followup, message_id, time.monotonic() + TOKEN_SECONDS, self._marks)

    async def ask(self, form: Form) -> None:
        """Answer with a form. What is filled in comes back as an interaction of its own."""
        async with self._lock:
            if self.too_late:
                return
            await self.interaction.response.send_modal(form.modal())
            self._note_time()

    async def update(self, screen: Screen) -> None:
        """Answer by changing the message that was clicked."""
        async with self._lock:
            if self.too_late:
                return
            view, attachments = screen.change(self._marks, self._borne, self._linked)
            if not self.answered:
                edit = self.interaction.response.edit_message
                await edit(view=view, attachments=attachments, allowed_mentions=NO_PINGS)
                self._note_time()
            else:
                await self._edit_original(view, attachments)
            self._borne, self._linked = None, {}  # what it bears now was not told

    def _note_time(self) -> None:
        self._answered_at = time.perf_counter()
        self._tell_answered(self.interaction.id)
        if self._answered_in:
            self._answered_in.add(self._answered_at - self._began)

    @property
    def _near(self) -> Sequence[discord.Attachment]:
        """What the message that was clicked bears, where everybody can see it: a private answer shows it from there.

        A thousand players who ask for the same picture upload it no thousand times.
        """
        message = self.interaction.message
        return message.attachments if message and not message.flags.ephemeral else ()

    async def _edit_original(self, view: discord.ui.LayoutView, attachments: Any = ()) -> int:
        edit = self.interaction.edit_original_response
        return (await edit(view=view, attachments=attachments, allowed_mentions=NO_PINGS)).id


Handle = Callable[[Reply], Awaitable[object]]


class Desk:
    """Where every command, click and form is answered; what takes longer than ``thinking_seconds`` is announced."""

    def __init__(
        self,
        thinking_seconds: float,
        pulse: Pulse | None = None,
        notices: Notices | None = None,
        presence: Presence | None = None,
        *,
        now_ms: Callable[[], int] | None = None,
        answer_seconds: float = ANSWER_SECONDS,
        answered: Callable[[int], None] = lambda _id: None,
        ready: Callable[[int | None], Awaitable[None]] | None = None,
    ) -> None:
        """``now_ms`` is Discord's time; without it no interaction is held to be too old. ``answered`` as for a Reply;
        ``ready`` is awaited with the server first: it has its own courses loaded."""
        self.out_of_reach: Callable[[], bool] | None = None
        """Tells whether the database is out of reach, where that is known: then members are told, and soon."""
        self._now_ms = now_ms
        self._answer_ms = answer_seconds * 1000
        self._answered = answered
        self._thinking_seconds = thinking_seconds
        self._pulse = pulse or Pulse()
        self._notices = notices
        self._presence = presence
        self._ready = ready
        self.marks = Marks()
        self._serving: set[asyncio.Task[Any] | None] = set()

    async def finish(self, within_seconds: float) -> None:
        """Wait until everybody who asked for something has their answer, but no longer than that."""
        serving = [task for task in self._serving if task]
        if serving:
            await asyncio.wait(serving, timeout=within_seconds)

    async def serve(
        self, interaction: discord.Interaction, handle: Handle, *, private: bool = True, new: bool = False
    ) -> None:
        """Run ``handle`` and see to it that the person gets an answer, whatever happens."""
        reply = Reply(
            interaction,
            private=private,
            new=new,
            answered_in=self._pulse.acknowledgements,
            answered=self._answered,
            is_late=self._is_late,
            marks=self.marks,
        )
        if reply.too_late and interaction.type is discord.InteractionType.application_command:
            # Discord has told the person that nothing came of it, so nothing does: they will try again.
            _log.info("interaction %d: %s, came too late and was not run", interaction.id, _what(interaction))
            return
        slow = asyncio.create_task(self._announce_when_slow(reply), name="announce")
        task = asyncio.current_task()
        self._serving.add(task)
        try:
            if self.out_of_reach:
                await self._handled_soon(reply, handle, self.out_of_reach)
            else:
                await self._handled(reply, handle)
            if not reply.answered:
                await reply.announce()
            if private and interaction.type is discord.InteractionType.application_command:
                await self._tell_what_waits(reply)
        except Exception as problem:
            await self._explain(reply, problem)
        finally:
            self._serving.discard(task)
            slow.cancel()
            self._answered(interaction.id)
            if reply.too_late:
                _log.info("interaction %d: %s, done, too late to be answered", interaction.id, _what(interaction))
            else:
                _log.info(
                    "interaction %d: %s, answered in %.0f ms", interaction.id, _what(interaction), reply.milliseconds
                )

    async def make_ready(self, guild_id: int | None) -> None:
        """Have in memory what a server's handlers look up at once."""
        if self._ready:
            await self._ready(guild_id)

    async def _handled(self, reply: Reply, handle: Handle) -> None:
        if self._presence:
            await self._presence.saw(reply.server_id, reply.member_id)
        await self.make_ready(reply.server_id)
        await handle(reply)

    async def _handled_soon(self, reply: Reply, handle: Handle, out_of_reach: Callable[[], bool]) -> None:
        """The same, given up once the database is out of reach for `NOT_SAVED_SECONDS`. Raises StorageError then."""
        if out_of_reach():
            await asyncio.sleep(NOT_SAVED_SECONDS - self._age_seconds(reply))  # somebody else may answer first
            if out_of_reach():
                raise StorageError(fact(Code.NOT_SAVED))
        try:
            async with asyncio.timeout(None) as limit:
                watching = asyncio.create_task(self._watch(reply, limit, out_of_reach), name="watch")
                try:
                    await self._handled(reply, handle)
                finally:
                    watching.cancel()
        except TimeoutError:
            if limit.expired():
                raise StorageError(fact(Code.NOT_SAVED)) from None
            raise

    async def _watch(self, reply: Reply, limit: asyncio.Timeout, out_of_reach: Callable[[], bool]) -> None:
        await asyncio.sleep(NOT_SAVED_SECONDS - self._age_seconds(reply))
        while not out_of_reach():  # noqa: ASYNC110  nobody tells
            await asyncio.sleep(WATCH_SECONDS)
        limit.reschedule(asyncio.get_running_loop().time())

    def _age_seconds(self, reply: Reply) -> float:
        return (self._now_ms() - reply.stamp_ms) / 1000 if self._now_ms else 0.0

    async def _announce_when_slow(self, reply: Reply) -> None:
        await asyncio.sleep(self._thinking_seconds)
        if self.out_of_reach and self.out_of_reach():
            return
        try:
            await reply.announce()
        except (discord.HTTPException, discord.InteractionResponded) as problem:
            reply.refused(problem)

    def _is_late(self, stamp_ms: int) -> bool:
        return self._now_ms is not None and self._now_ms() - stamp_ms > self._answer_ms

    async def _tell_what_waits(self, reply: Reply) -> None:
        """What was kept for the member comes below the answer to their next command, and is then forgotten."""
        if reply.too_late:
            return
        waiting = await self._notices.waiting(reply.member_id) if self._notices else {}
        if self._notices and waiting:
            with contextlib.suppress(discord.HTTPException):
                await reply.show(note("\n\n".join(f"📌 {reply.words(one)}" for one in waiting.values())[:MAX_TEXT]))
                await self._notices.told(list(waiting))

    async def _explain(self, reply: Reply, problem: Exception) -> None:
        if isinstance(problem, discord.HTTPException) and reply.refused(problem):
            _log.warning("interaction %d could not be answered any more (%d)", reply.interaction.id, problem.code)
            return
        if isinstance(problem, UserError):
            screen = note(f"⚠️ {reply.words(problem.fact)}", GREY)
        elif isinstance(problem, StudyhallError):
            _log.warning("interaction %d: %s", reply.interaction.id, problem)
            screen = note(f"⚠️ {reply.words(problem.fact)}", RED)
        elif is_page(problem):
            _log.warning("Discord answers with a page (%s)", one_line(problem))
            screen = note("⚠️ Discord didn't accept the answer. Please try again in a moment.", RED)
        else:
            error_id = new_error_id()
            self._pulse.errors += 1
            _log.error(
                "error %s in interaction %d",
                error_id,
                reply.interaction.id,
                exc_info=problem,
                extra={"error_id": error_id},
            )
            screen = note(
                f"⚠️ Something went wrong on our side (id `{error_id}`). Please try again. "
                "If it happens again, tell whoever runs this bot that id.",
                RED,
            )
        try:
            await reply.show(screen)
        except Exception as failed:  # Discord refused it, or the line is cut: what went wrong stands in the log already
            _log.warning("interaction %d: the person could not be told (%s)", reply.interaction.id, one_line(failed))


def _what(interaction: discord.Interaction) -> str:
    """What was asked for: a command, or the action of a button; never its arguments, which may say what was chosen."""
    data: Any = interaction.data or {}
    if "custom_id" in data:
        found = ids.decode(str(data["custom_id"]))
        return f"action {found[0]}" if found else "an unknown action"
    return f"command {interaction.command.qualified_name if interaction.command else data.get('name')}"
