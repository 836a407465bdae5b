"""Services that a test makes by themselves, and ends like the bot does."""

from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from bot.services.lifecycle import Lifecycle

S = TypeVar("S")

_LIVES: WeakKeyDictionary[Any, Lifecycle] = WeakKeyDictionary()


def lives(service: Callable[..., S], *parts: Any, life: Lifecycle | None = None, **more: Any) -> S:
    """A service with a life of its own, or with one that it shares."""
    life = life or Lifecycle()
    made = service(*parts, life=life, **more)
    _LIVES[made] = life
    return made


def life_of(service: object) -> Lifecycle:
    """The life that it has."""
    return _LIVES[service]


async def settled(service: object) -> None:
    """Wait until it does nothing in the background any more."""
    await _LIVES[service].done()


async def end(service: object) -> None:
    """Stop it in order, as a stop of the bot does."""
    await _LIVES[service].close()
