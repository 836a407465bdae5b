"""Interactions: made by a member's action, answered once within 3 seconds, followed up for 15 minutes.

https://discord.com/developers/docs/interactions/receiving-and-responding
"""

import asyncio
import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from bot.playground.api_errors import (
    ALREADY_ACKNOWLEDGED,
    INVALID_TOKEN,
    TOO_MANY_FOLLOW_UPS,
    UNKNOWN_INTERACTION,
    UNKNOWN_MESSAGE,
    UNKNOWN_WEBHOOK,
    ApiError,
)
from bot.playground.files import MAX_FILE_BYTES, Upload
from bot.playground.limits import check_choices, check_modal
from bot.playground.things import ATTACH_FILES, MANAGE_ROLES, SERVER_CONTEXT, Channel, Finisher
from bot.playground.world import EPHEMERAL, Json, World

COMMAND, COMPONENT, AUTOCOMPLETE, FORM = 2, 3, 4, 5
SUBCOMMANDS = (1, 2)
"""The types of a subcommand and of a group of them."""
SERVER_INSTALL, USER_INSTALL = 0, 1
ABROAD_PERMISSIONS = ATTACH_FILES
"""What an application may do where it is not installed: the least of what Discord grants there."""
MOST_FOLLOW_UPS = 5
"""Of an interaction that only a user's own installation allows
(https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages)."""
ANSWER_SECONDS = 3.0
TOKEN_MS = 15 * 60 * 1000

Answered = Callable[[str, Json], None]
"""Hears of the outcome: (state, details); states: acknowledged, failed, modal, choices."""


@dataclass
class Interaction:
    """One interaction and how far it is."""

    id: str
    token: str
    kind: int
    member_id: str
    channel: Channel
    message_id: str | None
    made_ms: int
    answered: Answered
    owners: Json
    name: str = ""
    target_id: str | None = None
    response_type: int | None = None
    expired: bool = False
    original_id: str | None = None
    deadline: asyncio.TimerHandle | None = None
    follow_ups: int = 0


class Interactions:
    """Every interaction of the last 15 minutes."""

    def __init__(self, world: World, dispatch: Callable[[str, Json], bool]) -> None:
        self._world = world
        self._dispatch = dispatch
        self._by_id: dict[str, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}

    def start(
        self,
        kind: int,
        member_id: str,
        channel: Channel,
        data: Json,
        answered: Answered,
        owners: Json,
        message: Json | None = None,
    ) -> Interaction:
        """Send an interaction to the bot and start its clock; ``answered`` hears what becomes of it.

        ``owners`` are those by whose installation of the bot it came about (`owners_here`, `owners_of`).
        """
        world = self._world
        one = Interaction(
            id=world.new_id(),
            token=secrets.token_urlsafe(48),
            kind=kind,
            member_id=member_id,
            channel=channel,
            message_id=message["id"] if message else None,
            made_ms=world.now_ms(),
            answered=answered,
            owners=owners,
            name=_full_name(data),
            target_id=data.get("target_id"),
        )
        self._by_id[one.id] = self._by_token[one.token] = one
        self._forget_old()
        one.deadline = asyncio.get_running_loop().call_later(ANSWER_SECONDS, self._too_late, one)
        if not self._dispatch("INTERACTION_CREATE", self._payload(one, data, message)):
            self._too_late(one)
        return one

    def _payload(self, one: Interaction, data: Json, message: Json | None) -> Json:
        world, channel = self._world, one.channel
        user = world.users[one.member_id]
        payload: Json = {
            "id": one.id,
            "application_id": world.application_id,
            "type": one.kind,
            "token": one.token,
            "version": 1,
            "data": data,
            "channel_id": channel.id,
            "channel": world.channel_object(channel),
            "app_permissions": str(self._app_permissions(channel)),
            "locale": "en-US",
            "entitlements": [],
            "attachment_size_limit": MAX_FILE_BYTES,
            "context": channel.context,
            "authorizing_integration_owners": one.owners,
        }
        if channel.context == SERVER_CONTEXT:
            guild_id = world.guild_of(channel)
            member = world.member(one.member_id, guild_id) | {
                "user": user,
                "permissions": str(world.permissions_of(one.member_id, guild_id)),
            }
            payload |= {
                "guild_id": guild_id,
                "guild": {"id": guild_id, "features": [], "locale": "en-US"},
                "guild_locale": "en-US",
                "member": member,
            }
        else:
            payload["user"] = user
        if message is not None:
            payload["message"] = message
        return payload

    def _app_permissions(self, channel: Channel) -> int:
        if channel.abroad:
            return ABROAD_PERMISSIONS
        return channel.bot_permissions | (MANAGE_ROLES if self._world.bot_may_manage_roles else 0)

    def owners_here(self, member_id: str, channel: Channel, installs: list[int]) -> Json:
        """By whose installations a command with these ``installs`` is there for a member; empty where it is not.

        https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object-authorizing-integration-owners-object
        """
        owners: Json = {}
        if SERVER_INSTALL in installs and not channel.abroad:
            owners[str(SERVER_INSTALL)] = self._world.guild_of(channel) if channel.in_server else "0"
        if USER_INSTALL in installs and member_id in self._world.user_installs:
            owners[str(USER_INSTALL)] = member_id
        return owners

    def owners_of(self, message: Json, channel: Channel) -> Json:
        """Those of a message's buttons: of the interaction that it answers, or else the server."""
        made = message.get("interaction_metadata")
        if made is None:
            return {str(SERVER_INSTALL): self._world.guild_of(channel) if channel.in_server else "0"}
        owners: Json = made["authorizing_integration_owners"]
        return owners

    def _too_late(self, one: Interaction) -> None:
        if one.deadline:
            one.deadline.cancel()
        if one.response_type is None and not one.expired:
            one.expired = True
            one.answered("failed", {"reason": "The application did not respond"})

    def _forget_old(self) -> None:
        oldest = self._world.now_ms() - TOKEN_MS
        # They stand in the order in which they were made, so only old ones are looked at.
        old = list(itertools.takewhile(lambda one: one.made_ms < oldest, self._by_id.values()))
        for one in [one for one in old if one.response_type is not None]:
            self._by_id.pop(one.id, None)
            if len(self._by_token) > 20_000:
                self._by_token.pop(one.token, None)

    # The first answer

    def unanswered(self, interaction_id: str, token: str) -> Interaction:
        """The interaction that waits for its initial response. Raises ApiError (10062 or 40060)."""
        one = self._by_id.get(interaction_id)
        if one is None or one.token != token or one.expired:
            raise ApiError(UNKNOWN_INTERACTION)
        if one.response_type is not None:
            raise ApiError(ALREADY_ACKNOWLEDGED)
        return one

    def callback(self, interaction_id: str, token: str, body: Json, uploads: dict[int, Upload]) -> Json:
        """Take the initial response. Raises ApiError (10062, 40060, or what the message breaks)."""
        one = self.unanswered(interaction_id, token)
        kind, data = body.get("type"), body.get("data") or {}
        allowed = {COMMAND: {4, 5, 9}, COMPONENT: {4, 5, 6, 7, 9}, AUTOCOMPLETE: {8}, FORM: {4, 5, 6, 7}}[one.kind]
        if kind not in allowed:
            errors = {
                "type": {"_errors": [{"code": "BASE_TYPE_CHOICES", "message": f"Value must be one of {allowed}."}]}
            }
            raise ApiError((400, 50035, "Invalid Form Body"), errors)
        message = self._respond(one, kind, data, uploads)
        one.response_type = kind
        if one.deadline:
            one.deadline.cancel()
        if kind not in (8, 9):
            one.answered("acknowledged", {})
        return self._callback_response(one, kind, message)

    def _respond(self, one: Interaction, kind: int, data: Json, uploads: dict[int, Upload]) -> Json | None:
        world = self._world
        if kind in (4, 5):
            viewer = one.member_id if (data.get("flags") or 0) & EPHEMERAL else None
            message = world.create_message(
                one.channel, world.bot, data, uploads, viewer=viewer, extra=self._metadata(one), loading=kind == 5
            )
            one.original_id = message["id"]
            return message
        if kind in (6, 7):
            if one.message_id is None:
                raise ApiError(UNKNOWN_MESSAGE)
            one.original_id = one.message_id
            if kind == 7:
                return world.edit_message(one.channel, one.message_id, data, uploads)
        elif kind == 8:
            check_choices(data.get("choices"))
            one.answered("choices", {"choices": data["choices"]})
        elif kind == 9:
            check_modal(data)
            shown = data | {"components": Finisher([]).components(data["components"])}
            one.answered("modal", {"interaction_id": one.id, "modal": shown})
        return None

    def _metadata(self, one: Interaction) -> Json:
        user = self._world.users[one.member_id]
        metadata: Json = {
            "id": one.id,
            "type": one.kind,
            "user": user,
            "authorizing_integration_owners": one.owners,
        }
        extra: Json = {
            "application_id": self._world.application_id,
            "webhook_id": self._world.application_id,
            "interaction_metadata": metadata,
        }
        if one.kind == COMMAND:
            extra |= {"type": 20, "interaction": {"id": one.id, "type": 2, "name": one.name, "user": user}}
            if one.target_id is not None:
                extra["type"], metadata["target_message_id"] = 23, one.target_id
        elif one.message_id is not None:
            metadata["interacted_message_id"] = one.message_id
        if one.kind == FORM:
            metadata["triggering_interaction_metadata"] = {
                "id": one.id,
                "type": COMMAND,
                "user": user,
                "authorizing_integration_owners": one.owners,
            }
        return extra

    def _callback_response(self, one: Interaction, kind: int, message: Json | None) -> Json:
        about: Json = {
            "id": one.id,
            "type": one.kind,
            "channel_id": one.channel.id,
            "response_message_loading": kind == 5,
            "response_message_ephemeral": bool(message and message["flags"] & EPHEMERAL),
        }
        if one.original_id is not None:
            about["response_message_id"] = one.original_id
        if one.channel.context == SERVER_CONTEXT:
            about["guild_id"] = self._world.guild_of(one.channel)
        response: Json = {"interaction": about}
        if message is not None:
            response["resource"] = {"type": kind, "message": message}
        return response

    # What may follow, by the webhook of the token

    def of_token(self, application_id: str, token: str) -> Interaction:
        """The interaction whose token this is. Raises ApiError when it has ended or is not known."""
        if application_id != self._world.application_id:
            raise ApiError(UNKNOWN_WEBHOOK)
        one = self._by_token.get(token)
        if one is None or self._world.now_ms() - one.made_ms > TOKEN_MS:
            raise ApiError(INVALID_TOKEN)
        if one.response_type is None:
            raise ApiError(UNKNOWN_WEBHOOK)
        return one

    def follow_up(self, one: Interaction, body: Json, uploads: dict[int, Upload]) -> Json:
        """A further message; the first after *is thinking…* fills that one in. Raises ApiError for the sixth one abroad."""
        world = self._world
        original = one.channel.messages.get(one.original_id or "")
        if one.response_type == 5 and original and original.message["flags"] & (1 << 7):
            return world.edit_message(one.channel, original.message["id"], body, uploads)
        if str(SERVER_INSTALL) not in one.owners and one.follow_ups >= MOST_FOLLOW_UPS:
            raise ApiError(TOO_MANY_FOLLOW_UPS)
        one.follow_ups += 1
        viewer = one.member_id if (body.get("flags") or 0) & EPHEMERAL else None
        return world.create_message(one.channel, world.bot, body, uploads, viewer=viewer, extra=self._metadata(one))

    def message_id(self, one: Interaction, name: str) -> str:
        """The id behind ``@original`` or a message's own id. Raises ApiError when the interaction has none."""
        message_id = one.original_id if name == "@original" else name
        if message_id is None:
            raise ApiError(UNKNOWN_MESSAGE)
        self._world.message(one.channel.id, message_id)
        return message_id

    def get(self, interaction_id: str) -> Interaction | None:
        """An interaction by its id."""
        return self._by_id.get(interaction_id)


def _full_name(data: Json) -> str:
    """A command's name as Discord shows it in a message: with those of its group and subcommand."""
    names, inner = [str(data.get("name", ""))], data.get("options") or []
    while inner and inner[0].get("type") in SUBCOMMANDS:
        names.append(str(inner[0]["name"]))
        inner = inner[0].get("options") or []
    return " ".join(names)
