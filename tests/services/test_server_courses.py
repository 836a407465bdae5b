"""Which courses a server has, and that practice, lessons and competitions there are of these alone."""

from random import Random

import pytest
from in_english import refused
from lives import end, lives
from small_course import HandClock, library, question

from bot.clock import DiscordClock
from bot.errors import NotFound
from bot.model.games import Setup
from bot.packs.library import Library
from bot.quiz.competition.events import Cancel
from bot.quiz.competition.state import Rules
from bot.services.competition.games import Competitions
from bot.services.competition.openings import Opening
from bot.services.lesson.lessons import Lessons
from bot.services.posts import Posts
from bot.services.practice.practising import Learner, Practice
from bot.services.practice.progress import ProgressOf
from bot.services.server.servers import Servers
from bot.services.server.zones import Zones

GUILD, OTHER_GUILD, CHANNEL = 50, 51, 60
ADA = Learner(1, GUILD, "Ada")
TEA = library().packs[0]
MATE = library([question("m0"), question("m1")], pack_id="mate").packs[0]
MATE = MATE.model_copy(update={"head": MATE.head.model_copy(update={"title": "Mate"})})
BOTH = Library([TEA, MATE])


@pytest.fixture
def servers(store):
    return lives(Servers, store, BOTH, Zones())


@pytest.fixture
def practice(store, servers):
    return Practice(BOTH, store, HandClock(), Random(7), servers.library)


@pytest.fixture
async def games(store, servers):
    clock = HandClock()
    made = lives(Competitions, servers.library, store, DiscordClock(clock, lambda: clock.now), Random(5), Posts(clock))
    yield made
    await end(made)


def opening(pack_id: str | None = None, *sections: str) -> Opening:
    rules = Rules(3, pace_ms=3_600_000, reveal_ms=0, lobby_ms=3_600_000)
    return Opening(GUILD, CHANNEL, ADA, rules, Setup(sections, None, "calm"), pack_id)


def titles(of: Library) -> list[str]:
    return [of.title(ref) for ref in of.sections if ref.section.id == "water"]


async def test_a_choice_holds_at_once_for_that_server_and_after_a_restart(servers, store):
    await servers.set_courses(GUILD, ["mate"])
    restarted = lives(Servers, store, BOTH, Zones())
    await restarted.load()
    for known in (servers, restarted):
        assert titles(known.library(GUILD)) == ["Water"]
        assert titles(known.library(OTHER_GUILD)) == titles(known.library(None)) == ["Tea › Water", "Mate › Water"]


async def test_all_courses_are_no_choice_so_that_a_new_one_is_in_too(servers):
    await servers.set_courses(GUILD, ["mate"])
    await servers.set_courses(GUILD, ["mate", "tea"])
    assert servers.library(GUILD) is BOTH


async def test_another_choice_of_the_setup_leaves_the_courses_alone(servers):
    await servers.set_courses(GUILD, ["mate"])
    await servers.set_hosts(GUILD, "managers")
    assert [pack.id for pack in servers.library(GUILD).packs] == ["mate"]


async def test_what_the_server_does_not_have_is_refused_and_what_nobody_has_is_not_found(servers):
    await servers.set_courses(GUILD, ["mate"])
    here = servers.library(GUILD)
    for text in ("tea/water", "Tea › Water"):
        with refused(NotFound, r"This server does not have the course Tea\. It has Mate;"):
            here.find_section(text)
    with refused(NotFound, "This server does not have the course Tea"):
        here.section("tea", "water")
    with refused(NotFound, r"There is no such section\. Pick one from the list: Leaves, Water, Summary\."):
        here.find_section("milk")
    assert here.find_section("mate › water").key == here.find_section("Water").key == "mate/water"


async def test_practice_without_a_section_is_of_the_first_course_and_goes_on_when_that_is_taken_out(servers, practice):
    run = await practice.start(ADA, None, None)
    assert run.pack_id == "tea"
    await servers.set_courses(GUILD, ["mate"])
    assert (await practice.current(run.id, ADA.member_id)).run.pack_id == "tea"
    assert (await practice.start(ADA, None, None)).pack_id == "mate"
    with refused(NotFound, "This server does not have the course Tea"):
        await practice.start(ADA, None, None, pack_id="tea")
    with refused(NotFound, "This server does not have the course Tea"):
        await practice.start(ADA, BOTH.section("tea", "water"), None)
    assert (await practice.start(Learner(1, None, "Ada"), BOTH.section("tea", "water"), None)).pack_id == "tea"


async def test_contents_are_those_of_a_course_that_the_server_has(servers, store):
    lessons = Lessons(BOTH, store, HandClock(), servers.library)
    await lessons.open(ADA.member_id, BOTH.section("tea", "water"))
    await servers.set_courses(GUILD, ["mate"])
    assert (await lessons.contents(ADA.member_id, guild_id=GUILD)).pack_id == "mate"
    assert (await lessons.contents(ADA.member_id)).pack_id == "tea"
    with refused(NotFound, "This server does not have the course Tea"):
        await lessons.contents(ADA.member_id, "tea", GUILD)


async def test_a_competition_plays_questions_of_its_own_course(games, servers):
    view = await games.open(opening("mate", "water"))
    assert (view.course, view.section_titles) == ("Mate", ("Mate › Water",))
    await games.start(view.game.id, ADA, manager=False)
    questions = (await games.view(view.game.id)).game.questions
    assert {one.id for one in questions} == {"m0", "m1"}


async def test_a_competition_is_of_the_servers_first_course_and_none_other_is_opened(games, servers):
    await servers.set_courses(GUILD, ["mate"])
    with refused(NotFound, "This server does not have the course Tea"):
        await games.open(opening("tea", "water"))
    view = await games.open(opening())
    assert view.game.pack_id == "mate"
    assert (view.course, view.section_titles) == ("", ())


# Several courses


async def test_without_a_choice_the_courses_take_turns_in_competitions(games):
    played = []
    for _ in range(4):
        view = await games.open(opening())
        played.append(view.game.pack_id)
        await games.act(view.game.id, Cancel(ADA.member_id), ADA)
    assert played == ["tea", "mate", "tea", "mate"]


async def test_a_course_without_such_questions_is_passed_over(games):
    for _ in range(2):
        rules = Rules(3, pace_ms=3_600_000, reveal_ms=0, lobby_ms=3_600_000)
        view = await games.open(Opening(GUILD, CHANNEL, ADA, rules, Setup((), "hard", "calm")))
        assert view.game.pack_id == "tea"
        await games.act(view.game.id, Cancel(ADA.member_id), ADA)


async def test_without_a_choice_the_courses_take_turns_in_practice_and_in_the_plan(practice, store, servers):
    progress = ProgressOf(BOTH, store, HandClock(), Random(7), practice, servers.library)
    asked = [(await practice.start(ADA, None, None, 1)).pack_id for _ in range(2)]
    asked += [(await progress.start(ADA))[0].pack_id for _ in range(2)]
    assert asked == ["tea", "mate", "tea", "mate"]
    assert (await practice.start(ADA, None, "hard", 1)).pack_id == "tea"
    await servers.set_courses(GUILD, ["mate"])
    assert (await practice.start(ADA, None, None, 1)).pack_id == "mate"
