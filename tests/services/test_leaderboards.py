"""A server's boards."""

import pytest
from small_course import DAY, NOON, HandClock

from bot.quiz.periods import Period
from bot.services.boards import PAGE_SIZE, Boards
from bot.storage.store import Store

HALL, ELSEWHERE = 50, 51


@pytest.fixture
async def store(tmp_path):
    opened = await Store.open(tmp_path / "a.db")
    yield opened
    await opened.close()


@pytest.fixture
def clock():
    return HandClock()


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
    assert [(line.place, line.member_id, line.points) for line in board.lines] == [
        (1, 2, 50),
        (2, 1, 30),
        (2, 3, 30),
        (4, 4, 10),
    ]
    assert board.own == board.lines[2]


async def test_one_sees_names_and_someone_for_those_without(boards, store):
    await give(store, {1: 30, 2: 20})
    await store.write(lambda tx: tx.run("INSERT INTO member VALUES (?, 1, 'Ada', 0)", (HALL,)))
    await store.write(lambda tx: tx.run("INSERT INTO member VALUES (?, 2, 'Bob elsewhere', 0)", (ELSEWHERE,)))
    assert [line.name for line in (await boards.show(HALL, 1, Period.ALL)).lines] == ["Ada", "someone"]


async def test_a_server_sees_only_its_own(boards, store):
    await give(store, {1: 30})
    await give(store, {1: 990, 2: 980}, guild=ELSEWHERE)
    board = await boards.show(HALL, 2, Period.ALL)
    assert [line.points for line in board.lines] == [30]
    assert board.own is None


async def test_a_week_and_a_month_are_those_of_now(boards, store, clock):
    await give(store, {1: 10}, "2026-W47")
    await give(store, {1: 20}, "2026-W48")
    await give(store, {1: 30}, "2026-11")
    await give(store, {1: 60}, "all")

    async def points():
        return [(await boards.show(HALL, 1, period)).own for period in (Period.WEEK, Period.MONTH, Period.ALL)]

    assert [line.points for line in await points()] == [10, 30, 60]
    clock.advance(DAY)
    assert [line.points for line in await points()] == [20, 30, 60]
    clock.advance(9 * DAY)
    assert [line and line.points for line in await points()] == [None, None, 60]


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
        assert board.own.points == points[last]


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
    assert (own.place, own.points) == (2, 0)
