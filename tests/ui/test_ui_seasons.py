"""Seasons that end, boards of a section, and members who left, as a server meets them."""

from hall import Hall, Person, Shown
from test_ui_leaderboard import DAY, earn, lines, put


async def begin(hall: Hall, label: str = "30 days") -> Shown:
    setup = await hall.manager.slash("studyhall setup")
    await hall.manager.click(setup, label)
    return setup


def results(hall: Hall) -> list[Shown]:
    return [one for one in hall.messages() if "The season is over" in one.text]


async def ended(hall: Hall) -> Shown:
    """A season in which Alice and Bob answered, and its result."""
    await begin(hall)
    await hall.manager.slash("daily")  # something happens in the channel
    await earn(hall.alice, 2)
    await earn(hall.bob, 1)
    await hall.pass_time(30 * DAY + 60)
    [result] = results(hall)
    return result


async def test_the_end_of_a_season_is_told_in_the_channel_once(hall: Hall):
    result = await ended(hall)
    assert "🥇 alice · 20 points" in result.text
    assert "🥈 bob · 10 points" in result.text
    assert "2 members took part" in result.text
    assert "The next season has begun" in result.text
    await hall.pass_time(DAY)
    assert len(results(hall)) == 1


async def test_the_result_leads_everybody_to_the_whole_board_in_private(hall: Hall):
    result = await ended(hall)
    before = result.text
    board = await hall.bob.click(result, "The whole board")
    assert board.private
    assert "This season is over." in board.text
    assert "**bob, you're 2nd of 2**, 10 points behind alice" in board.text
    assert result.text == before


async def test_earlier_seasons_are_in_a_menu_with_their_days(hall: Hall):
    await ended(hall)
    board = await hall.alice.slash("leaderboard", period="season")
    assert "No answers in this period yet" in board.text
    assert board.menu[-2:] == ["All time", "1 January to 31 January 2026"]
    [(started,)] = hall.rows("SELECT started_ms FROM season WHERE closed_ms IS NOT NULL")
    await hall.alice.choose_in(board, "board.period", str(started))
    assert board.chosen == ["Study points", "1 January to 31 January 2026"]
    assert "Leaderboard · 1 January to 31 January 2026" in board.text
    assert lines(board.text)[0] == "🥇 **alice** · 20 points"
    await hall.alice.choose_in(board, "board.kind", "competition")
    assert "1 January to 31 January 2026" in board.text
    await hall.alice.choose_in(board, "board.period", "season")
    assert "Season's end: <t:" in board.text


async def test_a_season_that_is_not_kept_is_said_to_be_gone(hall: Hall):
    board = await hall.alice.slash("leaderboard")
    await hall.alice.forge(board, f"sh:board.show:{hall.alice.id}:points:12345:0:period")
    assert "That season is no longer stored, so this is all time." in board.text


async def test_the_setup_says_what_a_change_does_and_where_results_go(hall: Hall):
    await hall.manager.slash("daily")
    setup = await begin(hall)
    assert "Any choice ends the current season" in setup.text
    assert f"posted in <#{hall.channel.id}> when it ends" in setup.text
    await earn(hall.alice, 1)
    await hall.manager.click(await hall.manager.click(setup, "No seasons"), "Yes, end it")
    await hall.env.settle()
    [result] = results(hall)
    assert "alice · 10 points" in result.text
    assert "There is no next season for now." in result.text


async def test_who_is_deleted_vanishes_from_earlier_seasons(hall: Hall):
    result = await ended(hall)
    await hall.app.services.privacy.delete(hall.alice.id)
    board = await hall.bob.click(result, "The whole board")
    assert lines(board.text) == ["🥇 **bob** · 10 points"]


# Sections


async def test_a_section_has_a_board_of_its_own_through_every_page_and_period(hall: Hall):
    for number in range(1, 13):
        put(hall, number, f"member{number:02}", 10)
        for period in ("all", "2026-01"):
            row = (hall.guild.id, period, "tea/brewing", number, 10 * number, 9, 8, number)
            hall.run_sql("INSERT INTO total VALUES (?, ?, ?, ?, ?, ?, ?, ?)", *row)
    board = await hall.alice.slash("leaderboard", section="brewing")
    assert "## Leaderboard · All time · Brewing" in board.text
    assert lines(board.text)[0] == "🥇 member12 · 120 points"
    assert board.menu[:2] == ["Study points", "Accuracy"]
    assert "Rating" not in board.menu
    await hall.alice.click(board, "Next ▶")
    assert lines(board.text)[-1] == "**12.** member01 · 10 points"
    await hall.alice.choose_in(board, "board.period", "month")
    assert "## Leaderboard · This month · Brewing" in board.text
    await hall.alice.choose_in(board, "board.kind", "accuracy")
    assert "Brewing" in board.text
    assert "Nobody has given 20 answers" in board.text


async def test_sections_are_offered_and_whatever_is_typed_is_answered(hall: Hall):
    assert [one["name"] for one in await hall.alice.type_section("leaderboard", "bre")] == ["Brewing"]
    assert "There is no such section. Pick one" in (await hall.alice.slash("leaderboard", section="coffee")).text
    refused = await hall.alice.slash("leaderboard", section="brewing", board="rating")
    assert "Only points and accuracy can be shown for one section." in refused.text


# Who left


async def leave(hall: Hall, person: Person) -> None:
    hall.env.backend.remove_member(hall.guild.id, person.id)
    await hall.env.settle()


async def test_who_left_is_dropped_after_a_board_has_shown_them_and_back_when_they_act_again(hall: Hall):
    await earn(hall.alice, 1)
    await earn(hall.bob, 2)
    await leave(hall, hall.bob)
    await hall.pass_time(DAY + 60)
    first = await hall.alice.slash("leaderboard")
    assert "bob" in lines(first.text)[0]
    await hall.env.settle()
    assert [line.split(" · ")[0] for line in lines((await hall.alice.slash("leaderboard")).text)] == ["🥇 **alice**"]
    hall.guild.add_member(hall.bob._user)
    await hall.env.settle()
    await hall.bob.slash("help")
    assert "bob" in lines((await hall.alice.slash("leaderboard")).text)[0]


# Streaks, ratings


async def test_streaks_and_ratings_say_what_they_are(hall: Hall):
    await earn(hall.alice, 1)
    streaks = await hall.alice.slash("leaderboard", board="streak")
    assert "Days in a row with an answer in this server" in streaks.text
    assert lines(streaks.text) == ["🥇 **alice** · 1 day"]
    for member, games in ((1, 4), (2, 5)):
        put(hall, member, f"member{member}", 10)
        row = (hall.guild.id, member, 30.0 - member, 2.0, games, 0)
        hall.run_sql("INSERT INTO rating VALUES (?, ?, ?, ?, ?, ?)", *row)
    await hall.alice.choose_in(streaks, "board.kind", "rating")
    assert lines(streaks.text) == [
        "🥇 member1 · 1,920 · *settling*",
        "🥈 member2 · 1,880",
    ]
    assert "± shows how uncertain it still is" in streaks.text
    await hall.alice.choose_in(streaks, "board.kind", "improved")
    assert "Rise in first-try accuracy" in streaks.text
    assert "not on this board" not in streaks.text
