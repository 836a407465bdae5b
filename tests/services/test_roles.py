"""Roles are given once to those who earned them, and only a winner's role is ever taken."""

from collections.abc import Callable
from random import Random

import pytest
from day_by_day import ADA, BOB, CHANNEL, CLEO, HALL, Days, DiscordHandClock
from hypothesis import given
from hypothesis import strategies as st
from in_english import say
from small_course import DAY, NOON, QUESTIONS, library

from bot.facts import Code, fact
from bot.model.members import Chosen
from bot.model.roles import SEASON
from bot.model.shards import Holdings, every_server
from bot.quiz.practice.mastery import Level
from bot.services.lifecycle import Lifecycle
from bot.services.practice.practising import Learner, Practice
from bot.services.practice.progress import ProgressOf
from bot.services.server.roles import MemberGoneError, RoleNames, RoleRefusedError, Roles, mastered
from bot.storage import member_settings, members, notices, privacy

MONTH = 30 * DAY
EXPERT, GRADUATE, CHAMPION = 901, 902, 903


class Hands:
    """A server's roles in Discord: who has which."""

    def __init__(self) -> None:
        self.has: set[tuple[int, int]] = set()
        self.gone: set[int] = set()
        self.refusing = self.failing = False
        self.gave = 0

    async def give(self, guild_id: int, member_id: int, role_id: int) -> RoleNames:
        self._may(member_id)
        self.gave += 1
        self.has.add((member_id, role_id))
        return RoleNames(f"role {role_id}", "Hall")

    async def take(self, guild_id: int, member_id: int, role_id: int) -> RoleNames:
        self._may(member_id)
        self.has.discard((member_id, role_id))
        return RoleNames(f"role {role_id}", "Hall")

    def _may(self, member_id: int) -> None:
        if member_id in self.gone:
            raise MemberGoneError
        if self.refusing:
            raise RoleRefusedError(fact(Code.ROLE_GONE))
        if self.failing:
            raise OSError("the line is cut")


class House:
    """A server that gives roles, with learners in it."""

    def __init__(self, store) -> None:
        self.days = Days(store, DiscordHandClock())
        self.store, self.clock, self.hands = store, self.days.clock, Hands()
        course = library()
        self.practice = Practice(course, store, self.clock, Random(7))
        self.progress = ProgressOf(course, store, self.clock, Random(7), self.practice, lambda _guild_id: course)
        self.begin()

    def begin(self, ours: Callable[[], Holdings] = every_server) -> None:
        """A start, also one after a crash: nothing is known but what is stored."""
        life = Lifecycle(steady=False, ours=ours)
        self.roles = Roles(self.store, self.clock, self.days.servers, self.progress, self.days.seasons, life)
        self.roles.attach(self.hands)

    async def learn(self, section: str, who: Learner = ADA) -> None:
        """Answer everything of a section right until it is solid."""
        for _ in range(8):
            for one in (q for q in QUESTIONS if q.section == section):
                run = await self.practice.start_with(who, "tea", [one])
                await self.practice.answer(run.id, 0, run.asked[0].order.index(1), who, self.clock.now_ms())
            if (await self.progress.levels(who, "tea"))[section] is Level.SOLID:
                return
        raise AssertionError("not solid after all that")

    async def season(self, points: dict[Learner, int]) -> None:
        """Let a season pass in which these were earned."""
        started_ms = await self.days.store.rows("SELECT started_ms FROM season WHERE closed_ms IS NULL")
        values = [(HALL, f"season:{started_ms[0][0]}", w.member_id, p, 1, 1, NOON) for w, p in points.items()]
        await self.store.write(lambda tx: tx.run_many("INSERT INTO total VALUES (?, ?, '', ?, ?, ?, ?, ?)", values))
        self.clock.now += MONTH
        await self.days.schedules.look()
        await self.roles.look()

    async def told(self, who: Learner) -> list[str]:
        return [say(one) for one in (await notices.of_member(self.store, who.member_id)).values()]


@pytest.fixture
async def house(store):
    made = House(store)
    await made.days.servers.set_channels(HALL, [CHANNEL])
    for who in (ADA, BOB, CLEO):
        await store.write(lambda tx, w=who: members.remember(tx, HALL, w.member_id, w.face, NOON))
    yield made
    await made.days.stop()


# Mastery


async def test_roles_of_a_server_are_given_by_the_process_that_answers_for_it(house):
    await house.roles.choose(HALL, "tea/water", EXPERT)
    await house.learn("water")
    house.begin(lambda: Holdings(2, {1 - (HALL >> 22) % 2: None}))
    assert await house.roles.look() is None
    assert house.hands.has == set()
    house.begin(lambda: Holdings(2, {(HALL >> 22) % 2: None}))
    await house.roles.look()
    assert house.hands.has == {(ADA.member_id, EXPERT)}


async def test_whoever_is_solid_in_a_section_gets_its_role_once_and_is_told(house):
    await house.roles.choose(HALL, "tea/water", EXPERT)
    await house.learn("water")
    await house.roles.look()
    assert house.hands.has == {(ADA.member_id, EXPERT)}
    assert await house.told(ADA) == ["You are solid in Water: in Hall the role **role 901** is yours."]
    house.hands.has.clear()  # a manager took it
    await house.learn("water")
    await house.roles.look()
    house.begin()
    await house.roles.look()
    assert house.hands.has == set()
    assert house.hands.gave == 1


async def test_a_course_takes_every_section_and_another_section_earns_nothing(house):
    await house.roles.choose(HALL, "tea", GRADUATE)
    await house.learn("water")
    await house.roles.look()
    assert house.hands.has == set()
    await house.learn("leaves")
    await house.roles.look()
    assert house.hands.has == {(ADA.member_id, GRADUATE)}


async def test_what_was_known_before_the_role_was_chosen_counts_with_the_next_answer(house):
    await house.learn("water")
    await house.roles.look()
    await house.roles.choose(HALL, "tea/water", EXPERT)
    await house.learn("water")
    await house.roles.look()
    assert house.hands.has == {(ADA.member_id, EXPERT)}


async def test_answers_of_another_place_and_of_those_who_hide_earn_no_role_here(house):
    await house.roles.choose(HALL, "tea/water", EXPERT)
    await house.learn("water", Learner(BOB.member_id, None, "Bob"))
    await house.store.write(lambda tx: member_settings.save(tx, ADA.member_id, Chosen(hidden=True)))
    await house.learn("water", ADA)
    await house.roles.look()
    assert house.hands.has == set()


async def test_forgetting_takes_nothing(house):
    await house.roles.choose(HALL, "tea/water", EXPERT)
    await house.learn("water")
    await house.roles.look()
    house.clock.now += 400 * DAY
    await house.roles.look()
    assert (await house.progress.levels(ADA, "tea"))["water"] is not Level.SOLID
    assert house.hands.has == {(ADA.member_id, EXPERT)}


@pytest.mark.parametrize("trouble", ["refusing", "failing"])
async def test_what_can_not_be_given_now_waits_over_a_crash_and_is_given_later(house, trouble: str):
    await house.roles.choose(HALL, "tea/water", EXPERT)
    await house.learn("water")
    setattr(house.hands, trouble, True)
    await house.roles.look()
    waiting = await house.roles.of(HALL)
    assert waiting.waiting == 1
    assert (waiting.why is not None) is (trouble == "refusing")
    assert await house.told(ADA) == []
    setattr(house.hands, trouble, False)
    house.begin()
    await house.roles.look()
    assert house.hands.has == {(ADA.member_id, EXPERT)}
    assert (await house.roles.of(HALL)).waiting == 0


async def test_what_a_crash_kept_from_being_noticed_is_noticed_after_it(house):
    await house.roles.choose(HALL, "tea/water", EXPERT)
    await house.learn("water")
    house.begin()
    await house.roles.look()
    assert house.hands.has == {(ADA.member_id, EXPERT)}


async def test_with_no_role_chosen_any_more_what_waits_is_not_given_and_what_was_given_stays(house):
    await house.roles.choose(HALL, "tea/water", EXPERT)
    await house.learn("water")
    await house.roles.look()
    house.hands.failing = True
    await house.learn("water", BOB)
    await house.roles.look()
    house.hands.failing = False
    await house.roles.drop(HALL, "tea/water")
    await house.roles.look()
    assert house.hands.has == {(ADA.member_id, EXPERT)}
    assert await house.roles.of(HALL) == ([], 0, None)


async def test_whoever_left_the_server_gets_nothing_and_keeps_nobody_waiting(house):
    await house.roles.choose(HALL, "tea/water", EXPERT)
    house.hands.gone.add(ADA.member_id)
    await house.learn("water")
    await house.learn("water", BOB)
    await house.roles.look()
    assert house.hands.has == {(BOB.member_id, EXPERT)}
    assert (await house.roles.of(HALL)).waiting == 0


# Seasons


async def test_the_winners_role_is_handed_on_at_the_next_seasons_end_and_both_are_told(house):
    await house.days.servers.set_season(HALL, 30, NOON)
    await house.roles.choose(HALL, SEASON, CHAMPION)
    await house.season({ADA: 50, BOB: 40})
    assert house.hands.has == {(ADA.member_id, CHAMPION)}
    assert await house.told(ADA) == ["You won the season in Hall: the role **role 903** is yours."]
    await house.season({ADA: 10, BOB: 40})
    assert house.hands.has == {(BOB.member_id, CHAMPION)}
    assert "In Hall a new winner has the role **role 903** now. It was yours until then." in await house.told(ADA)


async def test_winners_keep_it_where_the_server_chose_so(house):
    await house.days.servers.set_season(HALL, 30, NOON)
    await house.roles.choose(HALL, SEASON, CHAMPION)
    await house.roles.hand_on(HALL, yes=False)
    await house.season({ADA: 50})
    await house.season({BOB: 50})
    assert house.hands.has == {(ADA.member_id, CHAMPION), (BOB.member_id, CHAMPION)}


async def test_whoever_wins_again_keeps_it_and_all_who_share_the_first_place_have_it(house):
    await house.days.servers.set_season(HALL, 30, NOON)
    await house.roles.choose(HALL, SEASON, CHAMPION)
    await house.season({ADA: 50, BOB: 50, CLEO: 10})
    assert house.hands.has == {(ADA.member_id, CHAMPION), (BOB.member_id, CHAMPION)}
    await house.season({ADA: 50, CLEO: 10})
    assert house.hands.has == {(ADA.member_id, CHAMPION)}
    await house.season({CLEO: 10})
    assert house.hands.has == {(CLEO.member_id, CHAMPION)}


async def test_a_season_without_a_winner_leaves_the_role_where_it_is(house):
    await house.days.servers.set_season(HALL, 30, NOON)
    await house.roles.choose(HALL, SEASON, CHAMPION)
    await house.season({ADA: 50})
    await house.season({})
    assert house.hands.has == {(ADA.member_id, CHAMPION)}


async def test_a_season_that_ended_before_the_role_was_chosen_gives_none(house):
    await house.days.servers.set_season(HALL, 30, NOON)
    await house.season({ADA: 50})
    house.clock.now += 1
    await house.roles.choose(HALL, SEASON, CHAMPION)
    await house.roles.look()
    assert house.hands.has == set()


async def test_a_deleted_member_is_named_by_nothing_any_more(house):
    await house.roles.choose(HALL, "tea/water", EXPERT)
    await house.learn("water")
    await house.roles.look()
    assert (await privacy.counts(house.store, ADA.member_id))["role_grant"] == 1
    await house.store.write(lambda tx: privacy.delete(tx, ADA.member_id, house.clock.now_ms()))
    assert await house.store.rows("SELECT * FROM role_grant") == []


@given(
    st.dictionaries(st.sampled_from("abc"), st.sampled_from(Level)), st.sets(st.sampled_from(["t", "t/a", "t/b", "u"]))
)
def test_only_what_is_solid_is_mastered(levels, parts):
    found = set(mastered("t", levels, parts))
    assert found <= parts
    assert ("t/a" in found) == ("t/a" in parts and levels.get("a") is Level.SOLID)
    assert ("t" in found) == ("t" in parts and bool(levels) and set(levels.values()) == {Level.SOLID})
