"""What a competition shows of itself at each of its turns."""

from dataclasses import replace

import pytest
import test_competition_games
from in_english import say
from lives import end
from played import words
from small_course import NOON
from test_competition_games import (
    ADA,
    CHANNEL,
    EVERYBODY,
    GRACE,
    GUILD,
    challenge,
    in_a_thread,
    letters,
    lobby,
    pick,
    service,
    started,
)

from bot.model.games import Setup
from bot.quiz.competition.events import End, Join, Leave, Pause, Resume, Skip, Tick
from bot.quiz.competition.scoring import Scoring
from bot.quiz.competition.state import Phase, Rules
from bot.quiz.question.asking import Sureness
from bot.services.competition.openings import AlreadyOnError, Opening
from bot.services.practice.practising import Learner
from bot.storage import competitions
from bot.ui.competition import podiums, reveals, screens
from bot.ui.layouts import Download

# The fixtures of what is shown
clock = test_competition_games.clock
store = test_competition_games.store
notice = test_competition_games.notice
games = test_competition_games.games


async def test_a_lobby_that_ended_empty_asks_nobody_to_join(games, notice):
    game = await lobby(games)
    await games.act(game, Leave(1), ADA)
    assert "Press **Join**" in words(screens.lobby_screen(await games.view(game), say))
    _verdict, view = await games.start(game, ADA, manager=False)
    assert "Join" not in words(screens.lobby_screen(view, say))


async def test_a_skipped_round_earns_no_points(store, games, clock, notice):
    game = await started(games, notice, reveal_ms=3_600_000)
    await pick(games, clock, notice, game, 0, GRACE, 0)
    await games.act(game, Skip(1, 0), ADA)
    assert await store.rows("SELECT * FROM answer") == []
    assert await store.rows("SELECT points FROM total") == []
    mine = await games.my_result(game, 0, GRACE.member_id)
    assert (mine.answer, mine.marks, mine.voided) == (None, 0, True)
    assert "counts for nobody" in words(reveals.my_result_screen(mine))


async def test_a_lobby_says_how_many_questions_there_are_when_they_are_fewer_than_the_rounds(games):
    rules = Rules(10, 12_000, 0, 60_000)
    view = await games.open(Opening(GUILD, CHANNEL, ADA, rules, Setup(("leaves",), None, "calm")))
    assert view.fitting == 2
    assert "**2 rounds** (no more questions fit, of 10 asked for)" in words(screens.lobby_screen(view, say))
    await games.choose_sections(view.game.id, ADA, manager=False, sections=("leaves", "water"))
    view = await games.view(view.game.id)
    assert "**6 rounds**" in words(screens.lobby_screen(view, say))
    await games.start(view.game.id, ADA, manager=False)
    view = await games.view(view.game.id)
    assert "**6 rounds** ·" in words(screens.lobby_screen(view, say))


async def test_the_players_of_a_game_in_a_thread_are_called_into_it_once_before_the_first_round(store, games, notice):
    await in_a_thread(games, 3)
    await notice.until(lambda: notice.rounds.get(0))
    assert await store.rows("SELECT kind, channel_id FROM post ORDER BY id") == [("call", 999), ("round", 999)]
    [view] = notice.calls
    assert "<@1> <@2> <@3>" in words(screens.call_screen(view))
    assert "<#999>" in words(screens.lobby_screen(notice.lobbies[-1], say))
    assert "<@" not in words(screens.lobby_screen(notice.lobbies[-1], say))


async def test_the_players_of_a_game_in_a_channel_are_called_once_if_the_host_wants_and_told_when_it_begins(
    games, notice
):
    rules = Rules(3, 12_000, 0, 3_600_000, ready_ms=3_600_000)
    for calls in (True, False):
        setup = Setup((), None, "calm", calls=calls)
        view = await games.open(Opening(GUILD, CHANNEL, ADA, rules, setup))
        await games.shown(view.game.id, 999)
        await games.act(view.game.id, Join(GRACE.member_id), GRACE)
        await games.start(view.game.id, ADA, manager=False)
        await notice.until(lambda: notice.lobbies and notice.lobbies[-1].state.is_before_rounds)
        first = f"**Get ready!** Question 1: <t:{(NOON + 3_600_000) // 1000}:R>"
        assert first in words(screens.lobby_screen(notice.lobbies[-1], say))
        if calls:
            await notice.until(lambda: notice.calls)
        assert [words(screens.call_screen(call)) for call in notice.calls] == [f"{first}\n<@1> <@2>"]
        await games.act(view.game.id, End(1), ADA)
        await notice.until(lambda: notice.lobbies[-1].state.phase is Phase.CANCELLED)
        assert "Cancelled by the host." in words(screens.lobby_screen(notice.lobbies[-1], say))


async def test_the_lobby_names_the_winner_and_leads_to_the_podium_once_it_is_there(games, clock, notice):
    game = await in_a_thread(games, 2)
    await notice.until(lambda: notice.rounds.get(0))
    view = await games.view(game)
    right = view.state.plans[0].order.index(view.state.plans[0].key)
    await pick(games, clock, notice, game, 0, GRACE, right)
    await pick(games, clock, notice, game, 0, ADA, (right + 1) % 4)
    await notice.until(lambda: notice.podiums and notice.lobbies[-1].podium_message_id)
    told = words(screens.lobby_screen(notice.lobbies[-1], say))
    assert "🏆 **Grace** won with 1," in told
    assert f"https://discord.com/channels/{GUILD}/999/{notice.podiums[0]}" in told
    assert "podium" not in words(screens.lobby_screen(replace(notice.lobbies[-1], podium_message_id=None), say))


async def test_the_lobby_says_when_the_game_is_over(games, notice):
    game = await started(games, notice)
    await games.act(game, End(1), ADA)
    await notice.until(lambda: notice.lobbies and notice.lobbies[-1].state.phase is Phase.FINISHED)
    assert "It is over" in words(screens.lobby_screen(notice.lobbies[-1], say))


async def test_when_it_is_over_everybody_has_their_name(games, clock, notice):
    game = await lobby(games, rounds=1)
    crowd = [Learner(100 + n, GUILD, f"Member {n}") for n in range(60)]
    for one in crowd:
        await games.act(game, Join(one.member_id), one)
    await games.start(game, ADA, manager=False)
    await notice.until(lambda: notice.rounds.get(0))
    await pick(games, clock, notice, game, 0, ADA, 0)
    await games.act(game, End(1), ADA)
    await notice.until(lambda: notice.podiums)
    results = podiums.csv_screen(await games.view(game))
    [table] = [block.text for block in results.blocks if isinstance(block, Download)]
    assert "someone" not in table
    rows = [line.split(",") for line in table.splitlines()]
    assert rows[0][:3] == ["place", "name", "member"]
    assert len({row[2] for row in rows[1:]}) == len(rows) - 1
    assert all(one.name in table for one in crowd)


async def test_a_silent_game_from_before_a_restart_ends_after_it(store, clock, notice):
    first = service(store, clock, notice)
    game = await started(first, notice)
    await first.act(game, Pause(by=1), ADA)
    await end(first)
    # As an earlier version stored it: without an end.
    await store.write(lambda tx: tx.run("UPDATE competition SET head = json_set(head, '$.wake_ms', null)"))
    clock.advance(3 * 86_400_000)
    again = service(store, clock, notice)
    await again.resume()
    message_id = notice.rounds[0][0]
    await notice.until(lambda: (shown := notice.shown.get(message_id)) and shown.state.wake_ms == clock.now + 3_600_000)
    assert f"<t:{(clock.now + 3_600_000) // 1000}:f>" in words(reveals.round_screen(notice.shown[message_id], 0, say))
    clock.advance(3_600_000)
    await again.act(game, Tick(), ADA)
    await notice.until(lambda: notice.podiums)
    await end(again)


async def test_a_skipped_round_counts_against_nobody(store, games, clock, notice):
    game = await started(games, notice)
    view = await games.view(game)
    await pick(games, clock, notice, game, 0, GRACE, letters(view, 0)[1])
    await games.act(game, Skip(1, 0), ADA)
    await notice.until(lambda: notice.rounds.get(1))
    for one in EVERYBODY:
        await pick(games, clock, notice, game, 1, one, letters(view, 1)[0])
    await notice.until(lambda: notice.rounds.get(2))
    await games.act(game, End(1), ADA)
    await notice.until(lambda: notice.podiums)
    view = await games.view(game)
    assert "1 of 1 right" in words(podiums.podium_screen(view))
    assert await store.rows("SELECT round, voided FROM competition_round") == [(0, 1), (1, 0), (2, 1)]
    assert [one.voided for one in (await competitions.load(store, game)).state.played] == [True, False, True]
    assert "This round was skipped" in words(reveals.round_screen(view, 0, say))
    assert "counts for nobody" not in words(reveals.round_screen(view, 1, say))
    assert (await games.missed_by(game, GRACE.member_id))[1] == []  # a perfect game


@pytest.mark.parametrize("scoring", [Scoring.CLASSIC, Scoring.CERTAINTY])
async def test_zero_and_less_win_no_medal(games, clock, notice, scoring):
    game = await started(games, notice, rounds=1, scoring=scoring)
    wrong = letters(await games.view(game), 0)[1]
    for one in EVERYBODY:
        await pick(games, clock, notice, game, 0, one, wrong)
        if scoring is Scoring.CERTAINTY:
            await games.confide(game, 0, Sureness.SURE, one, clock.now_ms())
    clock.advance(2 * 3_600_000)
    while not notice.podiums:
        await games.act(game, Tick(), ADA) if games.live else None
    told = words(podiums.podium_screen(await games.view(game)))
    assert "**1.** Ada" in told
    assert not any(medal in told for medal in "🥇🥈🥉")
    assert " won with " not in words(screens.lobby_screen(await games.view(game), say))


async def test_a_paused_round_hides_its_question(games, notice):
    game = await started(games, notice)
    shown = words(reveals.round_screen(await games.view(game), 0, say))
    await games.act(game, Pause(by=1), ADA)
    view = await games.view(game)
    hidden, question = words(reveals.round_screen(view, 0, say)), view.game.questions[0]
    for part in (question.stem, *(option.text for option in question.options)):
        assert part in shown
        assert part not in hidden
    await games.act(game, Resume(by=1), ADA)
    assert question.stem in words(reveals.round_screen(await games.view(game), 0, say))


async def test_a_duel_that_waits_makes_room_for_a_competition_and_a_competition_for_nothing(games, notice):
    duel = await challenge(games)
    game = await lobby(games)
    view = await games.view(duel)
    assert view.state.phase is Phase.CANCELLED
    assert "A competition was opened here instead" in words(screens.lobby_screen(view, say))
    with pytest.raises(AlreadyOnError):
        await challenge(games, GRACE)
    assert (await games.view(game)).state.phase is Phase.LOBBY
