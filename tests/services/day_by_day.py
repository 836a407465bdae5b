"""A server's days for the tests: channels that keep what is shown, members, and a clock that is moved by hand."""

from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from small_course import HandClock, library

from bot.clock import snowflake_at
from bot.model.schedules import Recurring
from bot.quiz.calendar.schedule import EVERY_DAY, Weekly
from bot.quiz.competition.pace import paced
from bot.quiz.competition.scoring import Scoring
from bot.services.calendar.daily import DailyQuestions
from bot.services.calendar.daily_views import DailyView, EventView, Locked
from bot.services.calendar.schedules import NewSchedule, Schedules
from bot.services.calendar.season_views import SeasonView
from bot.services.calendar.seasons import Seasons
from bot.services.competition.games import Competitions
from bot.services.practice.practising import Learner
from bot.services.server.servers import Servers
from bot.services.server.zones import Zones
from bot.services.stage import ChannelLostError, MessageGoneError
from bot.services.sure_time import ALWAYS_SURE, TimeCheck
from bot.storage.store import Store

HALL, CHANNEL = 50, 60
ADA, BOB, CLEO = (Learner(n, HALL, name) for n, name in [(1, "Ada"), (2, "Bob"), (3, "Cleo")])
BERLIN = ZoneInfo("Europe/Berlin")
FRIDAYS = frozenset({4})
GAME = Recurring("tea", (), None, 3, "quick", Scoring.CLASSIC, 5)


def berlin(text: str) -> int:
    """A moment by the clocks of Berlin."""
    return round(datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp() * 1000)


class DiscordHandClock(HandClock):
    """Discord's time, moved by hand alone."""

    def learn(self, snowflake: int) -> None:
        pass


class Wall:
    """A server's channels and list of events: each nonce makes one message."""

    def __init__(self, clock: HandClock) -> None:
        self.clock = clock
        self.by_nonce: dict[str, int] = {}
        self.posted: list[DailyView] = []
        self.shown: dict[int, DailyView] = {}
        self.lobbies: list[int] = []
        self.seasons: dict[int, SeasonView] = {}
        self.closed: set[int] = set()
        self.deleted: set[int] = set()
        self.lost = False
        self.refuse = 0
        self.events: dict[int, EventView] = {}
        self.may_create = False
        self._last = 0

    def _message(self, nonce: str) -> tuple[int, bool]:
        if self.lost:
            raise ChannelLostError("Missing Access")
        if self.refuse:
            self.refuse -= 1
            raise OSError("the line is cut")
        new = nonce not in self.by_nonce
        self._last += new
        return self.by_nonce.setdefault(nonce, snowflake_at(self.clock.now_ms(), self._last)), new

    async def post_daily(self, view: DailyView, nonce: str) -> int:
        message_id, new = self._message(nonce)
        if new:
            self.posted.append(view)
            self.shown[message_id] = view
        return message_id

    async def edit_daily(self, view: DailyView) -> None:
        if self.lost:
            raise ChannelLostError("Unknown Channel")
        if view.daily.message_id in self.deleted:
            raise MessageGoneError("Unknown Message")
        self.shown[view.daily.message_id] = view

    def hint_daily(self, view: DailyView) -> None:
        self.shown[view.daily.message_id] = view

    async def find_daily(self, channel_id: int, daily_id: int) -> int | None:
        if self.lost:
            raise ChannelLostError("Missing Access")
        found = [m for m, view in self.shown.items() if view.daily.id == daily_id and m not in self.deleted]
        return found[-1] if found else None

    async def post_season(self, view: SeasonView, nonce: str) -> int:
        if view.channel_id in self.closed:
            raise ChannelLostError("Missing Access")
        message_id, new = self._message(nonce)
        if new:
            self.seasons[message_id] = view
        return message_id

    async def find_season(self, channel_id: int, started_ms: int) -> int | None:
        if channel_id in self.closed:
            raise ChannelLostError("Missing Access")
        here = [m for m, v in self.seasons.items() if (v.channel_id, v.season.started_ms) == (channel_id, started_ms)]
        return here[-1] if here else None

    async def post_lobby(self, view, nonce: str) -> int:
        message_id, new = self._message(nonce)
        self.lobbies += [message_id] if new else []
        return message_id

    async def post_round(self, view, number: int, nonce: str) -> int:
        return self._message(nonce)[0]

    async def post_call(self, view, nonce: str) -> int:
        return self._message(nonce)[0]

    async def post_podium(self, view, nonce: str) -> int:
        return self._message(nonce)[0]

    async def edit_round(self, view, number: int, message_id: int) -> None:
        pass

    def hint_round(self, view, number: int, message_id: int) -> None:
        pass

    async def edit_lobby(self, view) -> None:
        pass

    def hint_lobby(self, view) -> None:
        pass

    async def find_post(self, channel_id, kind, competition_id, number):
        return None

    def may_write(self, guild_id: int) -> bool:
        return self.may_create

    async def put(self, event: EventView) -> int:
        event_id = event.event_id or 900 + len(self.events)
        self.events[event_id] = event
        return event_id

    async def remove(self, guild_id: int, event_id: int) -> None:
        self.events.pop(event_id, None)


class Days:
    """A bot on a store; `stop` and another one on the same store is a restart."""

    def __init__(
        self, store: Store, clock: DiscordHandClock, wall: Wall | None = None, time: TimeCheck = ALWAYS_SURE
    ) -> None:
        self.store = store
        self.clock = clock
        self.wall = wall or Wall(clock)
        packs = library()
        self.servers = Servers(store, packs, Zones())
        self.games = Competitions(packs, store, clock, Random(3))  # type: ignore[arg-type]
        self.daily = DailyQuestions(store, clock, Random(3), self.servers.library)
        self.seasons = Seasons(store, clock, time)
        self.schedules = Schedules(
            store,
            clock,
            self.servers,
            self.daily,
            self.games,
            self.seasons,
            lambda one: paced(one.pace, one.rounds, one.lobby_minutes, scoring=one.scoring),
            time,
        )
        self.games.attach(self.wall)  # type: ignore[arg-type]
        self.daily.attach(self.wall)
        self.seasons.attach(self.wall)
        self.schedules.attach(self.wall)

    async def stop(self) -> None:
        await self.schedules.close()
        await self.games.close()

    async def restart(self) -> "Days":
        await self.stop()
        after = Days(self.store, self.clock, self.wall)
        await after.games.resume()
        await after.schedules.look()
        return after

    async def at(self, text: str) -> None:
        """Let it be that time in Berlin, and the bot look what is due."""
        self.clock.now = berlin(text)
        await self.schedules.look()

    async def every_day(self, hour: int = 9, minute: int = 0, days: frozenset[int] = EVERY_DAY):
        return await self.schedules.add(NewSchedule(HALL, CHANNEL, ADA, Weekly(hour, minute, days)))

    async def every_friday(self, hour: int = 19, channel: int = CHANNEL):
        return await self.schedules.add(NewSchedule(HALL, channel, ADA, Weekly(hour, 0, FRIDAYS), GAME))

    async def click(self, daily_id: int, who: Learner, place: int, stamp_ms: int | None = None) -> Locked:
        stamp_ms = self.clock.now_ms() if stamp_ms is None else stamp_ms
        return await self.daily.answer(daily_id, HALL, place, who, stamp_ms, 1)

    async def rows(self, sql: str, *values: object):
        return await self.store.rows(sql, values)

    async def asked(self) -> list[tuple[str, int]]:
        """The days with a question, and how many answered it."""
        return await self.rows(
            "SELECT day, (SELECT count(*) FROM daily_answer WHERE daily_id = d.id) FROM daily d ORDER BY day"
        )
