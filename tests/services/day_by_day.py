"""A server's days for the tests: channels that keep what is shown, members, and a clock that is moved by hand."""

from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from small_course import HandClock, everywhere, library

from bot.clock import snowflake_at
from bot.facts import said
from bot.model.posts import OF_A_DAILY, Kind, What
from bot.model.schedules import Recurring
from bot.quiz.calendar.schedule import EVERY_DAY, Weekly
from bot.quiz.competition.pace import paced
from bot.quiz.competition.scoring import Scoring
from bot.services.all import introduce
from bot.services.calendar.daily import DailyQuestions
from bot.services.calendar.daily_views import DailyView, EventView, Locked
from bot.services.calendar.schedules import NewSchedule, Occasions, Schedules
from bot.services.calendar.season_views import SeasonView
from bot.services.calendar.seasons import Seasons
from bot.services.channels import Channel, ChannelLostError, MessageGoneError, Placed
from bot.services.competition.games import Competitions
from bot.services.lifecycle import Lifecycle
from bot.services.posts import Posts
from bot.services.practice.practising import Learner
from bot.services.question.regrading import Regrading
from bot.services.server.servers import Servers
from bot.services.server.zones import Zones
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
        self.hinted = {}
        self.seasons: dict[int, SeasonView] = {}
        self.closed: set[int] = set()
        self.deleted: set[int] = set()
        self.lost = self.refuse_edits = False
        self.refuse = 0
        self.events: dict[int, EventView] = {}
        self.may_create = False
        self._last = 0

    def _message(self, nonce: str) -> tuple[int, bool]:
        if self.lost:
            raise ChannelLostError(said("Missing Access"))
        if self.refuse:
            self.refuse -= 1
            raise OSError("the line is cut")
        new = nonce not in self.by_nonce
        self._last += new
        return self.by_nonce.setdefault(nonce, snowflake_at(self.clock.now_ms(), self._last)), new

    async def post(self, what: What, channel: Channel, view, nonce: str) -> int:
        if what.kind is Kind.SEASON and channel.id in self.closed:
            raise ChannelLostError(said("Missing Access"))
        message_id, new = self._message(nonce)
        if new and what.kind in OF_A_DAILY:
            self.posted.append(view)
            self.shown[message_id] = view
        if new and what.kind is Kind.SEASON:
            self.seasons[message_id] = view
        if new and what.kind is Kind.LOBBY:
            self.lobbies.append(message_id)
        return message_id

    async def edit(self, message: Placed, view) -> None:
        if message.what.kind not in OF_A_DAILY:
            return
        if self.lost:
            raise ChannelLostError(said("Unknown Channel"))
        if self.refuse_edits:
            raise OSError("the line is cut")
        if message.id in self.deleted:
            raise MessageGoneError(said("Unknown Message"))
        self.shown[message.id] = view

    def hint(self, message: Placed, view, gone) -> None:
        if message.what.kind in OF_A_DAILY:
            self.hinted[message.id] = view

    async def find(self, what: What, channel_id: int) -> int | None:
        if what.kind in OF_A_DAILY:
            if self.lost:
                raise ChannelLostError(said("Missing Access"))
            here = [m for m, view in self.shown.items() if view.daily.id == what.of and m not in self.deleted]
        elif what.kind is Kind.SEASON:
            if channel_id in self.closed:
                raise ChannelLostError(said("Missing Access"))
            wanted = (channel_id, what.of)
            here = [m for m, v in self.seasons.items() if (v.channel_id, v.season.started_ms) == wanted]
        else:
            return None
        return here[-1] if here else None

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
        packs, out = library(), Posts(clock, self.wall)
        self.life = Lifecycle()
        self.servers = Servers(store, packs, Zones(), self.life)
        self.games = Competitions(everywhere(packs), store, clock, Random(3), out, self.life)  # type: ignore[arg-type]
        self.daily = DailyQuestions(store, clock, Random(3), out, self.servers.library, self.life)
        self.seasons = Seasons(store, clock, out, time)
        self.schedules = Schedules(
            store,
            clock,
            self.servers,
            Occasions(self.daily, self.games, self.seasons),
            lambda one: paced(one.pace, one.rounds, one.lobby_minutes, scoring=one.scoring),
            self.life,
            time,
        )
        self.schedules.attach(self.wall)
        self.regrading = Regrading(store, clock, out, self.life)
        introduce(self.life.happenings, self.schedules, self.daily, self.regrading)

    async def stop(self) -> None:
        await self.life.close()

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
