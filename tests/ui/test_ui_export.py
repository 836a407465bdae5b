"""`/studyhall export`: results for a spreadsheet, for managers alone."""

import csv
import io

import pytest
from hall import Hall, Shown
from test_ui_leaderboard import earn, put

from bot.ui.server.export import fitting
from bot.ui.sheets import sheet


def table(shown: Shown) -> list[dict[str, str]]:
    [data] = shown.files.values()
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


async def test_the_board_of_points_comes_as_a_file_for_managers_alone(hall: Hall):
    await earn(hall.alice, 2, 1)
    await earn(hall.bob, 1)
    shown = await hall.manager.slash("studyhall export", what="points", period="month")
    assert shown.private
    assert list(shown.files) == ["studyhall-points-month.csv"]
    assert table(shown) == [
        {"place": "1", "name": "alice", "member": "1", "points": "20", "answers": "3", "right": "2"},
        {"place": "2", "name": "bob", "member": "2", "points": "10", "answers": "1", "right": "1"},
    ]
    assert "studyhall export" not in hall.alice.commands
    part = {"type": 1, "name": "export", "options": [{"type": 3, "name": "what", "value": "points"}]}
    refused = await hall.alice.forge_command({"id": "1", "type": 1, "name": "studyhall", "options": [part]})
    assert "Only members who may manage this server can do that." in refused.text
    assert not refused.files


async def test_answers_are_told_by_member_and_section_without_a_question(hall: Hall):
    await earn(hall.alice, 2, 1)
    shown = await hall.manager.slash("studyhall export", what="answers")
    found = table(shown)
    assert {row["name"] for row in found} == {"alice"}
    assert sum(int(row["answers"]) for row in found) == 3
    assert sum(int(row["right"]) for row in found) == 2
    assert {row["section"] for row in found} <= {"Brewing", "Serving", "Recap"}
    assert list(found[0]) == ["member", "name", "section", "answers", "right", "points"]


async def test_every_competition_comes_with_its_places(hall: Hall):
    head = "INSERT INTO competition VALUES (?, ?, 9, 'tea', '{}', '{}', 'finished', 0, 0, 0, 1767225600000)"
    for game in (1, 2):
        hall.run_sql(head, game, hall.guild.id)
        for place, member in ((1, 7), (2, -5)):
            line = "INSERT INTO competition_result VALUES (?, ?, ?, 3000, 3, 3, NULL, 0, 30)"
            hall.run_sql(line, game, member, place)
    put(hall, 7, "=1+1", 10)
    found = table(await hall.manager.slash("studyhall export", what="competitions"))
    assert [(row["competition"], row["place"], row["name"]) for row in found] == [
        ("2", "1", "'=1+1"),
        ("2", "2", "someone"),
        ("1", "1", "'=1+1"),
        ("1", "2", "someone"),
    ]
    assert found[0]["ended"] == "2026-01-01 00:00"


async def test_members_of_one_name_can_be_told_apart_in_every_file(hall: Hall):
    hall.run_sql(
        "INSERT INTO competition VALUES (1, ?, 9, 'tea', '{}', '{}', 'finished', 0, 0, 0, 1767225600000)", hall.guild.id
    )
    for place, member in ((1, 7), (2, 8)):
        put(hall, member, "Zoë", 10)
        hall.run_sql("INSERT INTO competition_result VALUES (1, ?, ?, 3000, 3, 3, NULL, 0, 30)", member, place)
        hall.run_sql(
            "INSERT INTO total SELECT guild_id, period, 'tea/brewing', member_id, points, answers, correct, last_ms"
            " FROM total WHERE member_id = ? AND section = ''",
            member,
        )
    for what in ("points", "competitions", "answers"):
        rows = table(await hall.manager.slash("studyhall export", what=what))
        assert {row["name"] for row in rows} == {"Zoë"}, what
        assert {row["member"] for row in rows} == {"1", "2"}, what


async def test_spreadsheets_are_told_that_the_file_is_utf_8(hall: Hall):
    put(hall, 7, "Zoë", 10)
    shown = await hall.manager.slash("studyhall export", what="points")
    [data] = shown.files.values()
    assert data.startswith(b"\xef\xbb\xbfplace,name")
    assert "Zoë" in data.decode("utf-8-sig")


async def test_who_hides_is_in_neither_points_nor_answers(hall: Hall):
    await earn(hall.alice, 1)
    await earn(hall.bob, 1)
    settings = await hall.bob.slash("settings")
    await hall.bob.click(settings, "Hide me")
    for what in ("points", "answers"):
        assert {row["name"] for row in table(await hall.manager.slash("studyhall export", what=what))} == {"alice"}


async def test_without_results_there_is_a_sentence_and_no_file(hall: Hall):
    for what in ("points", "competitions", "answers"):
        shown = await hall.manager.slash("studyhall export", what=what)
        assert "There is nothing to export yet" in shown.text
        assert not shown.files


@pytest.mark.parametrize("most", [0, 30, 100, 999, 1000, 10**6])
def test_a_table_is_cut_to_the_bytes_that_fit(most: int):
    rows = [("🫖" * 3, n) for n in range(200)]
    text, count = fitting(("name", "n"), rows, most)
    assert text == sheet(("name", "n"), rows[:count])
    assert len(text.encode()) <= most or not count
    assert (count == 200) == (len(sheet(("name", "n"), rows).encode()) <= most)
