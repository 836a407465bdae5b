"""A server's boards."""

import pytest
from small_course import DAY, NOON

from bot.model.members import Chosen, Face
from bot.model.servers import Server
from bot.quiz.board.ranking import ACCURACY_FROM, BoardKind
from bot.quiz.board.rating import Rating
from bot.quiz.calendar.periods import Period, Season
from bot.services.board.boards import PAGE_SIZE, Boards, Wanted
from bot.storage import member_settings, members, memberships, ratings, servers

HALL, ELSEWHERE = 50, 51


@pytest.fixture
def boards(store, clock):
    return Boards(store, clock)


async def give(store, points: dict[int, int], period: str = "all", guild: int = HALL):
    values = [(guild, period, member, p, p // 10, p // 10, member) for member, p in points.items()]
    await store.write(lambda tx: tx.run_many("INSERT INTO total VALUES (?, ?, '', ?, ?, ?, ?, ?)", values))


async def test_an_empty_board_has_one_page_and_nobody_on_it(boards):
    board = await boards.show(HALL, 1, Period.ALL)
    assert (board.page, board.pages, board.members, board.lines, board.own) == (0, 1, 0, [], None)


async def test_most_points_stand_first_and_equal_points_share_a_place(boards, store):
    await give(store, {1: 30, 2: 50, 3: 30, 4: 10})
    board = await boards.show(HALL, 3, Period.ALL)
    assert [(line.place, line.member_id, line.of.points) for line in board.lines] == [
        (1, 2, 50),
        (2, 1, 30),
        (2, 3, 30),
        (4, 4, 10),
    ]
    assert board.own == board.lines[2]
    assert [(await boards.show(HALL, member, Period.ALL)).shared for member in (1, 2, 3, 4)] == [
        True,
        False,
        True,
        False,
    ]


async def test_one_sees_names_and_someone_for_those_without(boards, store):
    await give(store, {1: 30, 2: 20})
    await store.write(lambda tx: tx.run("INSERT INTO member VALUES (?, 1, 'Ada', 0, NULL)", (HALL,)))
    await store.write(lambda tx: tx.run("INSERT INTO member VALUES (?, 2, 'Bob elsewhere', 0, NULL)", (ELSEWHERE,)))
    assert [line.name for line in (await boards.show(HALL, 1, Period.ALL)).lines] == ["Ada", "someone"]


async def test_a_server_sees_only_its_own(boards, store):
    await give(store, {1: 30})
    await give(store, {1: 990, 2: 980}, guild=ELSEWHERE)
    board = await boards.show(HALL, 2, Period.ALL)
    assert [line.of.points for line in board.lines] == [30]
    assert board.own is None


async def test_a_week_and_a_month_are_those_of_now(boards, store, clock):
    await give(store, {1: 10}, "2026-W47")
    await give(store, {1: 20}, "2026-W48")
    await give(store, {1: 30}, "2026-11")
    await give(store, {1: 60}, "all")

    async def points():
        return [(await boards.show(HALL, 1, period)).own for period in (Period.WEEK, Period.MONTH, Period.ALL)]

    assert [line.of.points for line in await points()] == [10, 30, 60]
    clock.advance(DAY)
    assert [line.of.points for line in await points()] == [20, 30, 60]
    clock.advance(9 * DAY)
    assert [line and line.of.points for line in await points()] == [None, None, 60]


async def test_five_thousand_members_with_ties_have_their_places_on_every_page(boards, store):
    points = {member: 10 * ((member * 7919) % 83) for member in range(1, 5_001)}
    await give(store, points)
    in_order = sorted(points, key=lambda member: (-points[member], member))
    above = {value: sum(other > value for other in points.values()) for value in set(points.values())}
    last = in_order[-1]
    for page in [*range(0, 500, 6), 499]:
        board = await boards.show(HALL, last, Period.ALL, page)
        expected = in_order[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
        assert [line.member_id for line in board.lines] == expected
        assert [line.place for line in board.lines] == [1 + above[points[member]] for member in expected]
        assert (board.page, board.pages, board.members) == (page, 500, 5_000)
        assert board.own.member_id == last
        assert board.own.place == 1 + above[points[last]] > 4_900
        assert board.own.of.points == points[last]


@pytest.mark.parametrize(("asked", "given"), [(-1, 0), (0, 0), (2, 2), (3, 2), (10**9, 2)])
async def test_a_page_beyond_the_board_becomes_its_last(boards, store, asked, given):
    await give(store, dict.fromkeys(range(1, 22), 10))
    board = await boards.show(HALL, 1, Period.ALL, asked)
    assert (board.page, len(board.lines)) == (given, PAGE_SIZE if given < 2 else 1)
    assert {line.place for line in board.lines} == {1}


async def test_no_points_yet_is_a_place_too(boards, store, clock):
    await give(store, {1: 10, 2: 0}, "2026-W47")
    assert clock.now_ms() == NOON
    own = (await boards.show(HALL, 2, Period.WEEK)).own
    assert (own.place, own.of.points) == (2, 0)


async def give_totals(store, *totals: tuple[int, int, int, int], section: str = "", period: str = "all"):
    """Totals as (member, points, answers, right ones)."""
    values = [(HALL, period, section, *total, total[0]) for total in totals]
    await store.write(lambda tx: tx.run_many("INSERT INTO total VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values))


async def tried(store, member: int, days_ago: float, answers: int, right: int = 0, guild: int | None = HALL):
    """Answers to questions that the member has not met, seen in the server for that."""
    at_ms = round(NOON - days_ago * DAY)

    async def job(tx):
        await members.remember(tx, HALL, member, Face(f"member {member}"), NOON)
        [[met]] = await tx.rows("SELECT count(*) FROM answer WHERE member_id = ?", (member,))
        for n in range(answers):
            await tx.run(
                "INSERT INTO answer (member_id, guild_id, pack_id, section_id, question_id, question_hash, family, mode,"
                " run_id, position, chosen, correct, points, answered_ms)"
                " VALUES (?, ?, 'tea', 'water', ?, 'h', 'f', 'practice', ?, 0, 0, ?, 0, ?)",
                (member, guild, f"q{met + n}", met + n, n < right, at_ms),
            )

    await store.write(job)


async def test_the_board_of_competitions_counts_what_was_earned_in_them(boards, store):
    await give_totals(store, (1, 500, 50, 50), (2, 90, 9, 9))
    await give_totals(store, (1, 30, 3, 3), (2, 90, 9, 9), section="in:competition")
    board = await boards.show(HALL, 1, Period.ALL, kind=BoardKind.COMPETITION)
    assert [(line.place, line.member_id, line.of.points) for line in board.lines] == [(1, 2, 90), (2, 1, 30)]


async def test_accuracy_orders_by_the_share_of_right_answers_and_equal_shares_share_a_place(boards, store):
    await give_totals(store, (1, 0, 20, 15), (2, 0, 40, 30), (3, 0, 30, 29), (4, 0, 21, 3), (5, 900, 19, 19))
    board = await boards.show(HALL, 4, Period.ALL, kind=BoardKind.ACCURACY)
    assert [(line.place, line.member_id) for line in board.lines] == [(1, 3), (2, 2), (2, 1), (4, 4)]
    assert (board.own.place, board.missing) == (4, 0)


@pytest.mark.parametrize(("answers", "missing"), [(0, 20), (1, 19), (19, 1)])
async def test_with_too_few_answers_accuracy_says_how_many_are_missing(boards, store, answers, missing):
    if answers:
        await give_totals(store, (1, 0, answers, answers))
    board = await boards.show(HALL, 1, Period.ALL, kind=BoardKind.ACCURACY)
    assert (board.own, board.missing, board.lines) == (None, missing, [])
    assert ACCURACY_FROM == 20


async def test_the_board_of_ratings_is_careful_and_knows_no_period(boards, store):
    known = {1: Rating(30.0, 8.0, 1), 2: Rating(27.0, 1.0, 40), 3: Rating(25.0, 25 / 3, 2)}
    await store.write(lambda tx: ratings.save(tx, HALL, known, NOON))
    for period in Period:
        board = await boards.show(HALL, 3, period, kind=BoardKind.RATING)
        assert [(line.place, line.member_id) for line in board.lines] == [(1, 2), (2, 1), (3, 3)]
        assert board.period is Period.ALL
    assert (board.own.of.rating.shown, board.own.of.rating.unsure) == (1_000, 333)


async def test_a_season_is_its_own_board_until_it_ends(boards, store, clock):
    await store.write(lambda tx: servers.save(tx, HALL, Server(season=Season(NOON - DAY, 30))))
    await give(store, {1: 10}, f"season:{NOON - DAY}")
    await give(store, {1: 90}, "all")
    board = await boards.show(HALL, 1, Period.SEASON)
    assert (board.period, board.own.of.points) == (Period.SEASON, 10)
    assert board.season_ends_ms == NOON + 29 * DAY
    clock.advance(29 * DAY)
    assert (await boards.show(HALL, 1, Period.SEASON)).own is None


async def test_without_seasons_the_board_is_that_of_all_time(boards, store):
    await give(store, {1: 90}, "all")
    board = await boards.show(HALL, 1, Period.SEASON)
    assert (board.period, board.own.of.points, board.season_ends_ms) == (Period.ALL, 90, None)


async def test_a_week_is_that_of_the_servers_time_zone(boards, store, clock):
    await give(store, {1: 10}, "2026-W47")
    await give(store, {1: 20}, "2026-W48")
    assert (await boards.show(HALL, 1, Period.WEEK)).own.of.points == 10
    await store.write(lambda tx: servers.save(tx, HALL, Server(time_zone="Pacific/Auckland")))
    assert (await boards.show(HALL, 1, Period.WEEK)).own.of.points == 20


@pytest.mark.parametrize("kind", list(BoardKind))
async def test_who_hides_stands_on_no_board_but_sees_their_own_place(boards, store, kind):
    await give_totals(store, (1, 10, 20, 10), (2, 20, 20, 20), (3, 15, 20, 15))
    await give_totals(store, (1, 10, 20, 10), (2, 20, 20, 20), (3, 15, 20, 15), section="in:competition")
    known = {1: Rating(20.0, 1.0), 2: Rating(30.0, 1.0), 3: Rating(25.0, 1.0)}
    await store.write(lambda tx: ratings.save(tx, HALL, known, NOON))
    for member, right in ((1, 4), (2, 8), (3, 6)):
        await tried(store, member, 45, 10, right=2)
        await tried(store, member, 5, 10, right=right)
        for days_ago in range(right):
            await tried(store, member, days_ago, 1)
    await store.write(lambda tx: member_settings.save(tx, 3, Chosen(hidden=True)))
    board = await boards.show(HALL, 1, Period.ALL, kind=kind)
    assert [(line.place, line.member_id) for line in board.lines] == [(1, 2), (2, 1)]
    assert (board.own.place, board.members, board.hidden) == (2, 2, False)
    own = await boards.show(HALL, 3, Period.ALL, kind=kind)
    assert [line.member_id for line in own.lines] == [2, 1]
    assert (own.own.place, own.own.member_id, own.hidden) == (2, 3, True)


async def test_pages_leave_out_who_hides(boards, store):
    await give(store, {member: 1_000 - member for member in range(1, 23)})
    for hidden in (2, 11, 20):
        await store.write(lambda tx, m=hidden: member_settings.save(tx, m, Chosen(hidden=True)))
    pages = [await boards.show(HALL, 1, Period.ALL, page) for page in (0, 1)]
    shown = [(line.place, line.member_id) for board in pages for line in board.lines]
    visible = [member for member in range(1, 23) if member not in (2, 11, 20)]
    assert shown == list(enumerate(visible, 1))
    assert pages[0].members == 19


async def test_who_left_stands_on_no_board_and_in_nobodys_place_until_they_act_again(boards, store):
    await give(store, {1: 10, 2: 30, 3: 20, 4: 5})
    for member in (2, 3):
        await store.write(lambda tx, m=member: members.remember(tx, HALL, m, Face(f"member {m}"), NOON))
        await store.write(lambda tx, m=member: memberships.checked(tx, HALL, m, NOON + 1, is_there=False))
    await store.write(lambda tx: member_settings.save(tx, 3, Chosen(hidden=True)))  # not counted twice
    board = await boards.show(HALL, 1, Period.ALL)
    assert [(line.place, line.member_id) for line in board.lines] == [(1, 1), (2, 4)]
    assert (board.own.place, board.members) == (1, 2)
    await give(store, {2: 30, 1: 10}, guild=ELSEWHERE)
    assert [line.member_id for line in (await boards.show(ELSEWHERE, 1, Period.ALL)).lines] == [2, 1]
    await store.write(lambda tx: memberships.returned(tx, HALL, 2, NOON + 2))
    assert [line.member_id for line in (await boards.show(HALL, 1, Period.ALL)).lines] == [2, 1, 4]


# Sections


async def test_a_section_has_boards_of_points_and_accuracy(boards, store):
    await give_totals(store, (1, 500, 50, 50), (2, 90, 30, 9))
    await give_totals(store, (1, 10, 30, 10), (2, 90, 30, 29), (3, 20, 19, 19), section="tea/water")
    await give_totals(store, (3, 990, 99, 99), section="tea/leaves")
    points = await boards.find(HALL, 3, Wanted(section="tea/water"))
    assert [(line.member_id, line.points) for line in points.lines] == [(2, 90), (3, 20), (1, 10)]
    assert points.own.place == 2
    accuracy = await boards.find(HALL, 3, Wanted(BoardKind.ACCURACY, section="tea/water"))
    assert [line.member_id for line in accuracy.lines] == [2, 1]
    assert accuracy.missing == 1


# Streaks


async def test_the_board_of_streaks_counts_days_in_a_row_in_this_server(boards, store):
    for days_ago in (0, 1, 2):
        await tried(store, 1, days_ago, 2)
    for days_ago in (1, 2, 3, 4):
        await tried(store, 2, days_ago, 1)
    for days_ago in (0, 1):
        await tried(store, 3, days_ago, 1, guild=ELSEWHERE)
    await tried(store, 4, 3, 1)
    for days_ago in (0, 2):
        await tried(store, 5, days_ago, 1)
    await give(store, dict.fromkeys(range(1, 6), 10))
    board = await boards.show(HALL, 5, Period.WEEK, kind=BoardKind.STREAK)
    found = [(line.place, line.member_id, line.of.streak.days, line.of.streak.today) for line in board.lines]
    assert found == [(1, 2, 4, False), (2, 1, 3, True), (3, 5, 2, True)]
    assert board.own.of.streak.grace_used
    assert board.period is Period.ALL


async def test_days_of_a_streak_are_those_of_the_servers_time_zone(boards, store):
    await store.write(lambda tx: servers.save(tx, HALL, Server(time_zone="Pacific/Auckland")))
    await give(store, {1: 10})
    for hours_ago in (2, 0):  # noon in London is one hour past midnight there
        await tried(store, 1, hours_ago / 24, 1)
    assert (await boards.show(HALL, 1, Period.ALL, kind=BoardKind.STREAK)).own.of.streak.days == 2


async def test_the_question_of_the_day_counts_on_the_day_it_was_answered_and_not_on_that_of_its_result(boards, store):
    await give(store, {1: 10})
    await tried(store, 1, 0, 1)
    await store.write(
        lambda tx: tx.run(
            "INSERT INTO daily (guild_id, day, channel_id, pack_id, question_id, family, question, option_order, asked_ms,"
            " closes_ms) VALUES (?, '2026-11-20', 1, 'tea', 'q', 'f', '{}', '0123', 0, 0)",
            (HALL,),
        )
    )
    answered = "INSERT INTO daily_answer (daily_id, member_id, choice, stamp_ms) VALUES (1, 1, 0, ?)"
    await store.write(lambda tx: tx.run(answered, (NOON - 2 * DAY,)))
    await tried(store, 1, 1, 1)
    await store.write(lambda tx: tx.run("UPDATE answer SET mode = 'daily' WHERE answered_ms = ?", (NOON - DAY,)))
    streak = (await boards.show(HALL, 1, Period.ALL, kind=BoardKind.STREAK)).own.of.streak
    assert (streak.days, streak.grace_used) == (2, True)


async def test_a_reckoned_board_is_counted_anew_after_ten_minutes_and_forgets_who_is_deleted_at_once(
    boards, store, clock
):
    await give(store, {1: 10, 2: 10})
    for member in (1, 2):
        await tried(store, member, 0, 1)

    async def on_it() -> list[int]:
        return [line.member_id for line in (await boards.show(HALL, 1, Period.ALL, kind=BoardKind.STREAK)).lines]

    assert await on_it() == [1, 2]
    await tried(store, 2, 1, 1)
    assert await on_it() == [1, 2]
    clock.advance(600_000)
    assert await on_it() == [2, 1]
    await store.write(lambda tx: tx.run("DELETE FROM total WHERE member_id = 2"))
    assert await on_it() == [1]


# Improvement


async def test_most_improved_are_those_who_get_more_right_at_first_sight(boards, store):
    for member, before, now in ((1, 5, 9), (2, 2, 9), (3, 9, 5)):
        await tried(store, member, 40, 10, right=before)
        await tried(store, member, 10, 10, right=now)
    await tried(store, 4, 40, 9, right=0)
    await tried(store, 4, 10, 50, right=50)
    await give(store, dict.fromkeys(range(1, 5), 10))
    board = await boards.show(HALL, 3, Period.MONTH, kind=BoardKind.IMPROVED)
    assert [(line.place, line.member_id) for line in board.lines] == [(1, 2), (2, 1)]
    one = board.lines[0].of.improvement
    assert (one.before.right, one.before.answers, one.now.right, one.now.answers) == (2, 10, 9, 10)
    assert board.own is None


async def test_answering_the_same_questions_again_improves_nobody(boards, store):
    await give(store, {1: 10})
    await tried(store, 1, 90, 10, right=5)  # longer ago than either window
    await tried(store, 1, 40, 10, right=2)
    await store.write(
        lambda tx: tx.run(
            "INSERT INTO answer (member_id, guild_id, pack_id, section_id, question_id, question_hash, family, mode, run_id,"
            " position, chosen, correct, points, answered_ms) SELECT member_id, guild_id, pack_id, section_id, question_id,"
            " question_hash, family, mode, run_id + 1000, 0, 0, 1, 0, ? FROM answer",
            (NOON - DAY,),
        )
    )
    assert (await boards.show(HALL, 1, Period.ALL, kind=BoardKind.IMPROVED)).own is None
