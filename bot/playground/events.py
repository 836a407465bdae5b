"""Events of a server that the bot has scheduled (https://discord.com/developers/docs/resources/guild-scheduled-event)."""

from bot.playground.api_errors import MISSING_PERMISSIONS, UNKNOWN_EVENT, ApiError
from bot.playground.limits import check_event
from bot.playground.things import event_fields
from bot.playground.world import Json, World


def create_event(world: World, guild_id: str, payload: Json) -> Json:
    """Put an event of the bot into a server's list. Raises ApiError for a body that Discord would refuse."""
    _bot_may_create_events(world)
    check_event(payload, world.now_ms())
    return _keep_event(
        world,
        {
            "id": world.new_id(),
            "guild_id": guild_id,
            "channel_id": None,
            "creator_id": world.bot["id"],
            "creator": world.bot,
            "image": None,
            "status": 1,
            "entity_id": None,
            "recurrence_rule": None,
            "user_rsvp": None,
            "guild_scheduled_event_exceptions": [],
            "description": None,
            **event_fields(payload),
        },
    )


def edit_event(world: World, guild_id: str, event_id: str, payload: Json) -> Json:
    """Change an event. Raises ApiError as for a new one."""
    _bot_may_create_events(world)
    whole = _event(world, guild_id, event_id) | event_fields(payload)
    check_event(whole, world.now_ms())
    return _keep_event(world, whole)


def _event(world: World, guild_id: str, event_id: str) -> Json:
    """A server's event by its id. Raises ApiError when it is not there."""
    event = world.events.get(event_id)
    if event is None or event["guild_id"] != guild_id:
        raise ApiError(UNKNOWN_EVENT)
    return event


def delete_event(world: World, guild_id: str, event_id: str) -> None:
    """Take an event away."""
    _bot_may_create_events(world)
    del world.events[_event(world, guild_id, event_id)["id"]]
    world.tell("events", {"events": list(world.events.values())})


def _keep_event(world: World, event: Json) -> Json:
    world.events[event["id"]] = event
    world.tell("events", {"events": list(world.events.values())})
    return event


def _bot_may_create_events(world: World) -> None:
    if not world.bot_may_create_events:
        raise ApiError(MISSING_PERMISSIONS)
