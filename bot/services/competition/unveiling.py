"""A podium, place by place: first the third, then the second, then who won and all the rest.

It is one message and its edits. That it shows everything is a row of the outbox, so that a podium at which the bot was
stopped is completed after the next start.
"""

import asyncio
import logging
from dataclasses import replace

from bot.charts.podium import Podium, Step
from bot.model.posts import Kind, What
from bot.quiz.competition.standings import standings
from bot.quiz.competition.state import Competition
from bot.services.channels import MessageGoneError, Placed
from bot.services.competition.shown import ShownGame
from bot.services.competition.viewing import GameViews
from bot.services.competition.views import GameView
from bot.services.demo.charts import ChartDrawer
from bot.services.posts import Posts
from bot.storage import posts
from bot.storage.store import Store

STEPS = 3
"""Places that are told one after the other; with fewer players all are told at once."""

_log = logging.getLogger(__name__)


class Unveiling:
    """Shows podiums."""

    def __init__(self, out: Posts, views: GameViews, store: Store, charts: ChartDrawer | None) -> None:
        self._out = out
        self._views = views
        self._store = store
        self._charts = charts

    async def opening(self, shown: ShownGame, *, whole: bool = False) -> GameView:
        """What the podium's message is posted with: its third place alone, or all of it at once."""
        if whole or not _has_steps(shown.game.state):
            return await self._whole(shown)
        return replace(await self._views.of(shown), unveiled=1)

    async def complete(self, shown: ShownGame, *, at_once: bool = False) -> bool:
        """Bring a podium that is there from its third place to all of it; says whether it then shows everything."""
        post, message_id = shown.posts.get((Kind.WINNER, 0)), shown.message_id(Kind.PODIUM, 0)
        if post is None or post.message_id is not None or message_id is None:
            return True
        state, place = shown.game.state, Placed(What(Kind.PODIUM, shown.game.id), shown.channel, message_id)
        try:
            if not at_once and _has_steps(state):
                whole = await self._whole(shown)
                for unveiled in range(2, STEPS):
                    await asyncio.sleep(state.rules.step_ms / 1000)
                    shown.refuse_left()
                    await self._out.edit(place, replace(whole, unveiled=unveiled, picture=None))
                await asyncio.sleep(state.rules.step_ms / 1000)
                shown.refuse_left()
                await self._out.edit(place, whole)
            elif at_once:
                await self._out.edit(place, await self._whole(shown))
        except MessageGoneError:
            pass  # somebody did not want it there
        except Exception as problem:
            _log.warning("the podium of competition %d is not whole yet: %s", shown.game.id, problem)
            return False
        shown.posts[Kind.WINNER, 0] = post._replace(message_id=message_id)
        await self._store.write(lambda tx: posts.posted(tx, post.id, message_id), *shown.locks)
        return True

    async def _whole(self, shown: ShownGame) -> GameView:
        view = await self._views.of(shown)
        if self._charts and (podium := _podium(shown.game.state)):
            return replace(view, podium=podium, picture=await self._charts.draw(podium))
        return view


def _has_steps(state: Competition) -> bool:
    """Whether there are three places to tell one after the other, and the first of them is a win."""
    lines = [line for line in standings(state) if line.answered]
    return len(lines) >= STEPS and lines[0].score > 0


def _podium(state: Competition) -> Podium | None:
    """The first three in numbers; None when nobody scored: nothing is won by zero or less."""
    lines = [line for line in standings(state) if line.answered]
    steps = [Step(line.place, f"{line.score:,}", line.right) for line in lines[:3] if line.score > 0]
    return Podium(steps, state.counted_rounds, len(lines)) if steps else None
