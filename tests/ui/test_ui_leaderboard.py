"""`/leaderboard` as a server meets it."""

import re

import pytest
from hall import Hall, Person

DAY = 24 * 3600


async def earn(person: Person, right: int, wrong: int = 0) -> None:
    """Answer new questions."""
    question = await person.slash("quiz", questions=right + wrong)
    for n in range(right + wrong):
        await person.click(question, question.letter("The right answer" if n < right else "Wrong answer"))
        await person.click(question, question.enabled[0])


def put(hall: Hall, member_id: int, name: str, points: int, last_ms: int = 0) -> None:
    """A member with points, put straight into the database."""
    hall.run_sql(
        "INSERT INTO member VALUES (?, ?, ?, ?, NULL)", hall.guild.id, member_id, name, hall.app.clock.now_ms()
    )
    hall.run_sql(
        "INSERT INTO total VALUES (?, 'all', '', ?, ?, 9, 8, ?)", hall.guild.id, member_id, points, last_ms or member_id
    )


def lines(text: str) -> list[str]:
    """The board's lines without one's own place below it."""
    return [line for line in text.split(", you're ")[0].split("\n") if re.match(r"🥇|🥈|🥉|\*\*[\d,]+\.\*\*", line)]


async def test_an_empty_board_says_how_to_get_on_it(hall: Hall):
    board = await hall.alice.slash("leaderboard")
    assert not board.private
    assert "No answers in this period yet. Be the first: `/quiz`" in board.text
    assert "you're" not in board.text


async def test_most_points_stand_first_with_place_and_medal(hall: Hall):
    await earn(hall.alice, 1, 2)
    await earn(hall.bob, 3)
    board = await hall.alice.slash("leaderboard")
    assert lines(board.text) == [
        "🥇 bob · 30 points",
        "🥈 **alice** · 10 points",
    ]
    assert "**alice, you're 2nd of 2**, 20 points behind bob\n-# 10 points · 1 of 3 right" in board.text


async def test_who_leads_has_their_avatar_beside_the_line(hall: Hall):
    await earn(hall.alice, 1)
    await earn(hall.bob, 2)
    hall.run_sql("UPDATE member SET avatar = 'beef' WHERE name = 'bob'")
    board = await hall.alice.slash("leaderboard")
    assert board.avatars == [f"https://cdn.discordapp.com/avatars/{hall.bob.id}/beef.png?size=128"]
    assert "🥇 bob · 20 points\n-# 2 of 2 right" in board.text


async def test_who_share_the_first_place_all_have_avatars_and_nobody_has_one_for_nothing(hall: Hall):
    await earn(hall.alice, 0, 1)
    assert (await hall.alice.slash("leaderboard")).avatars == []
    await earn(hall.alice, 1)
    await earn(hall.bob, 1)
    assert len((await hall.alice.slash("leaderboard")).avatars) == 2


async def test_who_leads_is_first_and_behind_nobody(hall: Hall):
    await earn(hall.bob, 1)
    await earn(hall.alice, 2)
    assert "**alice, you're 1st of 2**\n" in (await hall.alice.slash("leaderboard")).text


async def test_who_shares_a_place_reads_that_they_share_it(hall: Hall):
    await earn(hall.bob, 1)
    await earn(hall.alice, 1)
    assert "**alice, you share 1st place of 2**\n" in (await hall.alice.slash("leaderboard")).text
    hall.run_sql("INSERT INTO member_setting (member_id, hidden) VALUES (?, 1)", hall.bob.id)
    assert "**alice, you're 1st of 1**\n" in (await hall.alice.slash("leaderboard")).text


@pytest.mark.parametrize(
    ("kind", "behind"),
    [("points", ", 10 points behind ben"), ("accuracy", ", right behind ben"), ("rating", ", 40 points behind ben")],
)
async def test_each_board_says_how_far_the_next_place_is_in_what_it_counts(hall: Hall, kind: str, behind: str):
    people = [(1, "ann", 19), (2, "ben", 18), (hall.alice.id, "alice", 17)]
    for member_id, name, right in people:
        put(hall, member_id, name, right * 10)
        hall.run_sql("UPDATE total SET answers = 20, correct = ? WHERE member_id = ?", right, member_id)
        hall.run_sql("INSERT INTO rating VALUES (?, ?, ?, 2.0, 5, 0)", hall.guild.id, member_id, float(right))
    board = await hall.alice.slash("leaderboard", board=kind)
    assert f"**alice, you're 3rd of 3**{behind}\n" in board.text


async def test_nobody_gets_a_medal_for_nothing(hall: Hall):
    await earn(hall.bob, 1)
    await earn(hall.alice, 0, 2)
    board = await hall.alice.slash("leaderboard")
    assert lines(board.text)[1] == "**2.** **alice** · 0 points"
    accurate = await hall.alice.choose_in(board, "board.kind", "accuracy")
    assert "🥈" not in accurate.text


async def test_equal_points_share_a_place_and_the_next_place_is_left_out(hall: Hall):
    for number, (name, points) in enumerate([("ann", 50), ("ben", 40), ("cleo", 40), ("dan", 10)], 1):
        put(hall, number, name, points)
    board = await hall.alice.slash("leaderboard")
    assert [line.split(" · ")[0] for line in lines(board.text)] == [
        "🥇 ann",
        "🥈 ben",
        "🥈 cleo",
        "**4.** dan",
    ]


async def test_a_place_shared_over_two_pages_is_the_same_on_both(hall: Hall):
    for number in range(1, 13):
        put(hall, number, f"member{number:02}", 10)
    board = await hall.alice.slash("leaderboard")
    await hall.alice.click(board, "Next ▶")
    assert [line.split(" · ")[0] for line in lines(board.text)] == ["🥇 member11", "🥇 member12"]


async def test_pages_are_turned_and_end_where_the_members_end(hall: Hall):
    for number in range(1, 26):
        put(hall, number, f"member{number:02}", 1000 - number)
    board = await hall.alice.slash("leaderboard")
    assert "◀ Previous" not in board.enabled
    names = re.findall(r"member\d+", board.text)
    await hall.alice.click(board, "Next ▶")
    assert "Page 2 of 3 · 25 members" in board.text
    names += re.findall(r"member\d+", board.text)
    await hall.alice.click(board, "Next ▶")
    names += re.findall(r"member\d+", board.text)
    assert names == [f"member{number:02}" for number in range(1, 26)]
    assert "Next ▶" not in board.enabled
    assert "**21.** member21" in board.text
    await hall.alice.click(board, "◀ Previous")
    assert "Page 2 of 3" in board.text


async def test_ones_own_place_is_shown_when_it_is_on_another_page(hall: Hall):
    for number in range(1, 12):
        put(hall, number, f"member{number:02}", 1000 - number)
    await earn(hall.alice, 1)
    board = await hall.alice.slash("leaderboard")
    assert "alice" not in " ".join(lines(board.text))
    assert "**alice, you're 12th of 12**, 979 points behind member11\n-# 10 points · 1 of 1 right" in board.text


async def test_without_an_answer_the_board_says_how_to_get_a_place(hall: Hall):
    await earn(hall.bob, 1)
    assert "**alice, you're not on this board yet.** An answer" in (await hall.alice.slash("leaderboard")).text


async def test_another_members_click_gives_them_a_private_copy_with_their_own_place(hall: Hall):
    await earn(hall.alice, 2)
    await earn(hall.bob, 1)
    board = await hall.alice.slash("leaderboard")
    before = board.text
    copy = await hall.bob.choose_in(board, "board.period", "week")
    assert copy.private
    assert copy.id != board.id
    assert "**bob, you're 2nd of 2**, 10 points behind alice" in copy.text
    assert board.text == before
    turned = await hall.bob.choose_in(copy, "board.period", "all")
    assert turned.id == copy.id
    assert "All time" in copy.text


async def test_a_period_counts_only_its_own_answers(hall: Hall):
    await earn(hall.alice, 1)
    await hall.pass_time(8 * DAY)
    board = await hall.alice.slash("leaderboard", period="week")
    assert "Leaderboard · This week" in board.text
    assert "No answers in this period yet" in board.text
    await hall.alice.choose_in(board, "board.period", "month")
    assert "alice** · 10 points" in board.text
    await hall.pass_time(40 * DAY)
    assert "No answers in this period yet" in (await hall.alice.slash("leaderboard", period="month")).text
    assert "10 points" in (await hall.alice.slash("leaderboard", period="all")).text


async def test_two_menus_offer_every_board_and_period_and_show_which_are_chosen(hall: Hall):
    board = await hall.alice.slash("leaderboard")
    kinds = ["Study points", "Points from competitions", "Accuracy", "Rating", "Streak", "Most improved"]
    assert board.menu == [*kinds, "This week", "This month", "All time"]
    assert board.chosen == ["Study points", "All time"]
    assert not board.buttons
    await hall.alice.choose_in(board, "board.period", "week")
    await hall.alice.choose_in(board, "board.kind", "accuracy")
    assert board.chosen == ["Accuracy", "This week"]
    await hall.alice.choose_in(board, "board.kind", "rating")
    assert (board.menu, board.chosen) == (kinds, ["Rating"])


async def test_points_of_another_server_do_not_count_here(hall: Hall):
    await earn(hall.alice, 1)
    other = hall.env.create_guild("Coffee house")
    channel = other.create_text_channel("general")
    member = other.add_member(hall.env.create_user("carol"))
    await hall.env.settle()
    carol = Person(hall.env, member.user, member, channel)
    assert "No answers in this period yet" in (await carol.slash("leaderboard")).text


async def test_names_can_not_format_ping_or_link(hall: Hall):
    await earn(hall.person("mallory", "**@everyone** <@1> [x](http://y.z)"), 1)
    board = await hall.alice.slash("leaderboard")
    [line] = lines(board.text)
    for harmful in ("@everyone", "<@1>", "](http", "//y", "**@"):
        assert harmful not in line


async def test_a_member_is_shown_by_the_name_of_their_last_answer(hall: Hall):
    await earn(hall.person("carol", "Carol of the Teapot"), 1)
    assert "Carol of the Teapot" in (await hall.alice.slash("leaderboard")).text


async def test_the_board_goes_on_working_after_a_restart(hall: Hall):
    await earn(hall.alice, 1)
    board = await hall.alice.slash("leaderboard")
    await hall.restart()
    await hall.alice.choose_in(board, "board.period", "week")
    assert "This week" in board.text
    assert "alice** · 10 points" in board.text


@pytest.mark.parametrize("page", [0, 1, 999, 2**63 - 1])
async def test_a_page_beyond_the_end_is_the_last_one(hall: Hall, page: int):
    await earn(hall.alice, 1)
    board = await hall.alice.slash("leaderboard")
    await hall.alice.forge(board, f"sh:board.show:{hall.alice.id}:points:all:{page}:after")
    assert "alice** · 10 points" in board.text


async def test_in_direct_messages_a_board_sends_one_to_the_server(hall: Hall):
    shown = await hall.alice.in_dm.slash("help")
    answer = await hall.alice.in_dm.forge(shown, f"sh:board.show:{hall.alice.id}:points:all:0:after")
    assert "Leaderboards are for servers. Use `/leaderboard` in one." in answer.text
