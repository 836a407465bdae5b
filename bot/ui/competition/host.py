"""*Host controls*: the private panel with which a host or a manager steers a competition.

The panel names its round. Pressed in a later one it shows where the game is now, and acts only at the next press. What ends
a game or voids a round asks first, in a message of its own.
"""

import functools
from collections.abc import Awaitable, Callable
from typing import Any

from bot.errors import UserError
from bot.facts import Code, Fact, Say, fact
from bot.quiz.competition.events import Cancel, End, Event, KeepWaiting, Pause, Resume, Skip, TakeOver, Verdict
from bot.quiz.competition.state import Phase
from bot.services.competition.games import Competitions, GameOverError
from bot.services.competition.views import GameView
from bot.ui import ids
from bot.ui.competition import screens
from bot.ui.layouts import BLURPLE, GREEN, GREY, Block, Button, Pick, Row, Screen, asking, note
from bot.ui.replies import Reply
from bot.ui.routing import Router
from bot.ui.server.managers import is_manager

MENU = 25
"""As many sections as a menu holds."""
MOVED_ON = "The game has moved on. This is where it is now; press again."


class HostControls:
    """What the button under a game's messages opens, and what the panel's own buttons do."""

    def __init__(self, games: Competitions) -> None:
        self._games = games

    def add_to(self, router: Router) -> None:
        """Register the actions."""

        def add(action: str, handler: Callable[..., Awaitable[None]], *, new: bool = False) -> None:
            router.add(action, only_here(self._games, handler), new=new)

        add("game.controls", self._open, new=True)
        add("host.sections", self._sections)
        add("host.start", self._start)
        add("host.pause", self._pause)
        add("host.resume", self._resume)
        add("host.wait", self._wait)
        add("host.next", self._next)
        add("host.skip", self._ask_skip, new=True)
        add("host.skip_yes", self._skip)
        add("host.end", self._ask_end, new=True)
        add("host.end_yes", self._end)
        add("host.keep", self._keep)
        # Buttons that earlier versions posted for everybody to see: they open the panel, which acts at the next press.
        for action in ("game.start", "game.cancel", "game.pause", "game.resume", "game.end"):
            add(action, self._open_from_before, new=True)
        add("game.skip", self._open_from_skip, new=True)
        add("game.sections", self._open_from_menu, new=True)

    # Opening

    async def _open(self, reply: Reply, game: str, place: str) -> None:
        view = await self._led(reply, game)
        if (number := ids.number(place)) and number != view.state.round + 1:
            now, link = view.state.round + 1, screens.link_to(view)
            raise UserError(fact(Code.ROUND_OVER, round=number, now=now, link=link))
        await reply.show(panel_screen(view, reply.words))

    async def _open_from_before(self, reply: Reply, game: str) -> None:
        await reply.show(panel_screen(await self._led(reply, game), reply.words))

    async def _open_from_skip(self, reply: Reply, game: str, number: str, _stage: str) -> None:
        await self._open(reply, game, str(ids.number(number) + 1))

    async def _open_from_menu(self, reply: Reply, game: str, *_sections: str) -> None:
        await self._open_from_before(reply, game)

    async def _led(self, reply: Reply, game: str) -> GameView:
        """The game, which is on and which the person may steer. Raises UserError otherwise."""
        view = await self._games.view(ids.number(game))
        if view.state.phase in (Phase.FINISHED, Phase.CANCELLED):
            raise GameOverError
        if reply.member_id != view.state.host_id and not is_manager(reply):
            raise UserError(fact(Code.NOT_HOST))
        return view

    # Acting

    async def _still(self, reply: Reply, game: str, place: str) -> GameView | None:
        """The game, if it is in the round that the panel names; else the panel shows where it is."""
        view = await self._led(reply, game)
        if ids.number(place) == view.state.round + 1:
            return view
        await reply.update(panel_screen(view, reply.words, MOVED_ON))
        return None

    async def _does(self, reply: Reply, game: str, place: str, event: Event) -> None:
        if not (view := await self._still(reply, game, place)):
            return
        verdict, view = await self._games.act(view.game.id, event, reply.learner)
        await reply.update(panel_screen(view, reply.words, "" if verdict is Verdict.DONE else MOVED_ON))

    async def _sections(self, reply: Reply, game: str, *sections: str) -> None:
        if view := await self._still(reply, game, "0"):
            _verdict, view = await self._games.choose_sections(view.game.id, reply.learner, is_manager(reply), sections)
            await reply.update(panel_screen(view, reply.words))

    async def _start(self, reply: Reply, game: str) -> None:
        if not (view := await self._still(reply, game, "0")):
            return
        await take_over(self._games, reply, view)
        verdict, view = await self._games.start(view.game.id, reply.learner, is_manager(reply))
        waits = view.state.rules.duel and verdict is Verdict.NOTHING_TO_DO
        await reply.update(panel_screen(view, reply.words, "A duel starts when it is accepted." if waits else ""))

    async def _pause(self, reply: Reply, game: str, place: str) -> None:
        await self._does(reply, game, place, Pause(by=reply.member_id, manager=is_manager(reply)))

    async def _resume(self, reply: Reply, game: str, place: str) -> None:
        await self._does(reply, game, place, Resume(reply.member_id, is_manager(reply)))

    async def _wait(self, reply: Reply, game: str, place: str) -> None:
        await self._does(reply, game, place, KeepWaiting(reply.member_id, is_manager(reply)))

    async def _next(self, reply: Reply, game: str, place: str) -> None:
        event = Skip(reply.member_id, ids.number(place) - 1, over=True, manager=is_manager(reply))
        await self._does(reply, game, place, event)

    # What asks first

    async def _ask_skip(self, reply: Reply, game: str, place: str) -> None:
        if not (view := await self._still(reply, game, place)):
            return
        if _is_over(view):
            await reply.update(panel_screen(view, reply.words, MOVED_ON))
        else:
            await reply.show(ask_skip_screen(view))

    async def _skip(self, reply: Reply, game: str, place: str) -> None:
        view, number = await self._led(reply, game), ids.number(place) - 1
        event = Skip(reply.member_id, number, manager=is_manager(reply))
        verdict, _view = await self._games.act(view.game.id, event, reply.learner)
        if verdict is Verdict.DONE:
            await reply.update(note(f"Round {number + 1} was skipped; it counts for nobody.", GREEN))
        else:
            await reply.update(note(f"Round {number + 1} had already ended, so nothing was skipped."))

    async def _ask_end(self, reply: Reply, game: str, place: str) -> None:
        if view := await self._still(reply, game, place):
            await reply.show(ask_end_screen(view))

    async def _end(self, reply: Reply, game: str, place: str) -> None:
        view = await self._led(reply, game)
        if ids.number(place) != view.state.round + 1:
            await reply.update(ask_end_screen(view))
            return
        if view.state.phase is Phase.LOBBY:
            await take_over(self._games, reply, view)
            event: Event = Cancel(reply.member_id, is_manager(reply), _cancelled_by(reply, view))
        else:
            event = End(reply.member_id, is_manager(reply))
        await self._games.act(view.game.id, event, reply.learner)
        await reply.update(note("You ended it for everyone.", GREEN))

    async def _keep(self, reply: Reply, _game: str) -> None:
        await reply.update(note("Nothing was changed."))


async def take_over(games: Competitions, reply: Reply, view: GameView) -> None:
    """A manager who acts on a lobby whose host has left leads it from then on."""
    if view.state.phase is Phase.LOBBY and view.state.host_left_ms is not None and is_manager(reply):
        await games.act(view.game.id, TakeOver(reply.member_id), reply.learner)


def _cancelled_by(reply: Reply, view: GameView) -> Fact:
    by_host = reply.member_id == view.state.host_id
    return Fact(Code.CANCELLED_BY_HOST if by_host else Code.CANCELLED_BY_MANAGER)


def _is_over(view: GameView) -> bool:
    return Phase.REVEALING in (view.state.phase, view.state.paused_phase)


def only_here(games: Competitions, handler: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """The handler, for games of the server that the click came from: a manager of another one is none here.

    A game that is over gets a word, and a link to the one that is on in the channel.
    """

    @functools.wraps(handler)
    async def guarded(reply: Reply, *arguments: Any) -> None:
        game = next(one for one in arguments if isinstance(one, str))  # before it may stand what a form brings
        if not await games.is_in(ids.number(game), reply.server_id):
            raise UserError(fact(Code.GAME_ELSEWHERE))
        try:
            await handler(reply, *arguments)
        except GameOverError:
            channel = reply.interaction.channel
            places = (reply.interaction.channel_id, getattr(channel, "parent_id", None))
            other = await games.on_in([one for one in places if one])
            over = fact(Code.GAME_OVER_HERE, link=screens.link_to(other)) if other else fact(Code.GAME_OVER)
            raise UserError(over) from None

    return guarded


def panel_screen(view: GameView, say: Say, remark: str = "") -> Screen:
    """Where the game is, and what can be done. No button ever changes its place."""
    state, game = view.state, view.game.id
    place, phase = state.round + 1, state.phase
    if phase in (Phase.FINISHED, Phase.CANCELLED):
        return note("This game is over.")
    blocks: list[Block] = [f"## Host controls\n-# Only you see this.\n{_where(view, say)}"]
    if remark:
        blocks.insert(0, remark)
    if phase is Phase.LOBBY and len(view.sections) > 1 and not state.rules.duel:
        chosen = view.game.setup.sections or tuple(section for section, _ in view.sections)
        if len(view.sections) <= MENU:
            options = [(title, section, "") for section, title in view.sections]
            blocks.append(Pick(ids.encode("host.sections", game), "What is asked about", options, chosen, most=MENU))
        else:
            blocks.append("-# This course has too many sections for a menu: choose one in </compete:0> by its title.")
    blocks += [Row(some) for some in (_going_on(view, place), _ending(view, place)) if some]
    return Screen(blocks, GREY if phase is Phase.PAUSED else BLURPLE)


def _going_on(view: GameView, place: int) -> list[Button]:
    """What can be pressed now and hurts nobody."""
    game, phase = view.game.id, view.state.phase
    if phase is Phase.LOBBY:
        duel = view.state.rules.duel  # which starts when it is accepted
        return [] if duel else [Button("Start", ids.encode("host.start", game), screens.PRIMARY)]
    ways = [Button("Pause", ids.encode("host.pause", game, place))]
    if phase is Phase.PAUSED:
        ways = [
            Button("Resume", ids.encode("host.resume", game, place), screens.SUCCESS),
            Button("Keep waiting", ids.encode("host.wait", game, place)),
        ]
    return [*ways, Button("Next round", ids.encode("host.next", game, place))] if _is_over(view) else ways


def _ending(view: GameView, place: int) -> list[Button]:
    """What ends the game or voids a round: in a row of its own, so that it never lies where another button was."""
    game = view.game.id
    end = Button("End game for everyone", ids.encode("host.end", game, place), screens.DANGER)
    if view.state.phase is Phase.LOBBY or _is_over(view):
        return [end]
    return [end, Button("Skip round", ids.encode("host.skip", game, place))]


def _where(view: GameView, say: Say) -> str:
    state = view.state
    if state.phase is Phase.LOBBY:
        at = f"<t:{-(-(state.starts_ms or 0) // 1000)}:t>"
        return (
            f"The challenge ends at {at} if nobody accepts it."
            if state.rules.duel
            else f"The lobby is open until {at}."
        )
    at = "The first round" if state.is_before_rounds else f"Round {state.round + 1} of {len(state.plans)}"
    if state.phase is Phase.PAUSED:
        return f"{at}. {screens.pause_words(view, say)}"
    if state.is_before_rounds:
        return screens.ready_words(view)
    return f"{at} is {'over' if _is_over(view) else 'open'}."


def ask_skip_screen(view: GameView) -> Screen:
    """Whether the round is to be voided."""
    game, place = view.game.id, view.state.round + 1
    words = f"**Skip round {place}?** It ends now, and its answers count for nobody."
    return asking(words, _no(game), Button("Yes, skip it", ids.encode("host.skip_yes", game, place)))


def ask_end_screen(view: GameView) -> Screen:
    """Whether the game is to be ended for everyone."""
    game, place, state = view.game.id, view.state.round + 1, view.state
    if state.phase is Phase.LOBBY or state.is_before_rounds:
        words = "**End it for everyone?** The game won't be played."
    else:
        lost = "" if _is_over(view) else f" Round {place}, which is open, counts for nobody."
        words = (
            f"**End the game for everyone?** It is in round {place} of {len(state.plans)}.{lost} The podium follows."
        )
    return asking(words, _no(game), Button("Yes, end it", ids.encode("host.end_yes", game, place)))


def _no(game: int) -> Button:
    return Button("No, go on", ids.encode("host.keep", game))
