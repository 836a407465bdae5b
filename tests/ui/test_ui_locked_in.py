"""*Locked in*, which becomes a player's result in the same private message."""

from collections.abc import Awaitable, Callable

import discord
import pytest
import test_competition_games
from test_competition_games import ADA, EVERYBODY, GRACE, LINUS, letters, lobby, pick, started

from bot.quiz.competition.events import Join
from bot.services.practice.practising import Learner
from bot.ui.competition.locked_in import LockedIn
from bot.ui.layouts import Screen

# The fixtures of what is shown
clock = test_competition_games.clock
store = test_competition_games.store
notice = test_competition_games.notice
games = test_competition_games.games


class Private:
    """A member's private message."""

    def __init__(self, *, expired: bool = False, dismissed: bool = False) -> None:
        self.says = "locked in"
        self.there = True
        self.expired = expired
        self.dismissed = dismissed

    async def edit(self, screen: Screen) -> None:
        if self.dismissed:
            raise Gone
        self.says = "\n".join(str(block) for block in screen.blocks)

    async def delete(self) -> None:
        self.there = False


class Gone(discord.HTTPException):
    """Discord does not know the message any more."""

    def __init__(self) -> None:
        Exception.__init__(self, "Unknown Message")


class Gaps:
    """What is sent in the gaps, sent at once."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], Awaitable[object]]] = []

    async def fill(self) -> None:
        while self.waiting:
            await self.waiting.pop(0)()


@pytest.fixture
def gaps() -> Gaps:
    return Gaps()


@pytest.fixture
def locked_in(games, gaps) -> LockedIn:
    made = LockedIn(games, gaps.waiting.append)
    games.attach(made)
    return made


async def plays(games, clock, notice, game: int, number: int, right: Learner) -> None:
    """Everybody answers, one of them right, and the round's message shows it."""
    first, other = letters(await games.view(game), number)[:2]
    for one in EVERYBODY:
        await pick(games, clock, notice, game, number, one, first if one is right else other)
    message_id = notice.rounds[number][-1]
    await notice.until(lambda: (at := notice.shown.get(message_id)) and len(at.state.played) > number)


async def test_what_was_locked_in_becomes_the_result_and_one_message_stays(games, clock, notice, locked_in, gaps):
    game = await started(games, notice)
    first, second, other = Private(), Private(), Private()
    locked_in.keep(game, 0, ADA.member_id, first)
    locked_in.keep(game, 0, GRACE.member_id, other)
    await plays(games, clock, notice, game, 0, right=ADA)
    await notice.until(lambda: notice.rounds.get(1))
    await gaps.fill()
    assert "### ✅" in first.says
    assert "**1st** of 3" in first.says
    assert "### ❌" in other.says
    locked_in.keep(game, 1, ADA.member_id, second)
    await plays(games, clock, notice, game, 1, right=GRACE)
    await notice.until(lambda: notice.rounds.get(2))
    await gaps.fill()
    assert "### ❌" in second.says
    assert not first.there
    assert other.there  # Grace has locked in nothing that could take its place


async def test_a_reveal_that_overtakes_the_answer_to_a_click_is_told_all_the_same(
    games, clock, notice, locked_in, gaps
):
    game = await started(games, notice)
    await plays(games, clock, notice, game, 0, right=ADA)
    await notice.until(lambda: notice.rounds.get(1))
    await gaps.fill()
    late = Private()
    locked_in.keep(game, 0, ADA.member_id, late)
    await gaps.fill()
    assert "### ✅" in late.says


async def test_a_message_whose_token_is_too_old_or_that_was_dismissed_is_left_alone(
    games, clock, notice, locked_in, gaps
):
    game = await started(games, notice)
    old, dismissed, there = Private(expired=True), Private(dismissed=True), Private()
    for one, message in ((ADA, old), (GRACE, dismissed), (LINUS, there)):
        locked_in.keep(game, 0, one.member_id, message)
    await plays(games, clock, notice, game, 0, right=LINUS)
    await notice.until(lambda: notice.rounds.get(1))
    await gaps.fill()
    assert (old.says, dismissed.says) == ("locked in", "locked in")
    assert "### ✅" in there.says


async def test_in_a_game_of_more_than_a_hundred_nobody_is_told_and_the_click_says_so(
    games, clock, notice, locked_in, gaps
):
    game = await lobby(games)
    for n in range(99):
        one = Learner(100 + n, ADA.guild_id, f"Member {n}")
        await games.act(game, Join(one.member_id), one)
    await games.start(game, ADA, manager=False)
    await notice.until(lambda: notice.rounds.get(0))
    assert (await pick(games, clock, notice, game, 0, ADA, 0)).is_told
    await games.act(game, Join(GRACE.member_id), GRACE)
    assert not (await pick(games, clock, notice, game, 0, GRACE, 0)).is_told
