"""`/studyhall items` as a manager meets it."""

import csv
import io

from hall import Hall


def bank(hall: Hall):
    return hall.app.library.packs[0].questions


def answered(hall: Hall, times: int, *, first_member: int = 1) -> None:
    """Members who answer every question; every third of them knows nothing, and the first question has a wrong key."""
    for member in range(first_member, first_member + times):
        for n, one in enumerate(bank(hall)):
            knows = member % 3 > 0
            right = knows if n else not knows
            chosen = one.key if right else (one.key + 1 + member % 2) % len(one.options)
            hall.run_sql(
                "INSERT INTO answer (member_id, guild_id, pack_id, section_id, question_id, question_hash, family, mode,"
                " run_id, position, chosen, correct, points, answered_ms)"
                " VALUES (?, NULL, 'tea', ?, ?, ?, ?, 'practice', ?, ?, ?, ?, 0, 0)",
                *(member, one.section, one.id, one.content_hash, f"family-{n}", 1_000 + member, n, chosen, right),
            )


async def test_with_too_few_answers_a_manager_reads_what_is_missing(hall: Hall):
    answered(hall, 2)
    shown = await hall.manager.slash("studyhall items")
    assert shown.private
    there = 2 * len(bank(hall))
    assert f"There are {there} first attempts" in shown.text
    assert f"{30 - there} more are missing" in shown.text
    assert shown.enabled == []


async def test_a_manager_sees_the_worst_first_and_takes_the_table_along(hall: Hall):
    answered(hall, 70)
    shown = await hall.manager.slash("studyhall items")
    assert shown.private
    assert "Questions, the worst first" in shown.text
    first = bank(hall)[0].id
    assert shown.text.index(f"`{first}`") < shown.text.index(f"`{bank(hall)[1].id}`")
    assert "70 answered · 33% right (23% to 44%)" in shown.text
    table = await hall.manager.click(shown, "Download all as CSV")
    assert table.private
    assert table.id != shown.id
    rows = list(csv.DictReader(io.StringIO(table.files["studyhall-questions.csv"].decode("utf-8-sig"))))
    assert {row["question"] for row in rows} == {one.id for one in bank(hall)}
    assert {row["first_attempts"] for row in rows} == {"70"}


async def test_neither_page_nor_table_tells_a_key(hall: Hall):
    answered(hall, 70)
    shown = await hall.manager.slash("studyhall items")
    table = await hall.manager.click(shown, "Download all as CSV")
    told = shown.text + table.files["studyhall-questions.csv"].decode("utf-8-sig")
    assert not any(option.text in told for one in bank(hall) for option in one.options)
    assert (
        "key" not in csv.DictReader(io.StringIO(table.files["studyhall-questions.csv"].decode("utf-8-sig"))).fieldnames
    )


async def test_what_was_counted_is_shown_for_ten_minutes(hall: Hall):
    answered(hall, 30)
    await hall.manager.slash("studyhall items")
    answered(hall, 10, first_member=100)
    assert "30 answered" in (await hall.manager.slash("studyhall items")).text
    await hall.pass_time(601)
    assert "40 answered" in (await hall.manager.slash("studyhall items")).text


async def test_nobody_else_sees_it(hall: Hall):
    answered(hall, 30)
    shown = await hall.manager.slash("studyhall items")
    assert "studyhall items" not in hall.alice.commands
    for custom_id in ("sh:items.csv", shown.buttons["Download all as CSV"]["custom_id"]):
        answer = await hall.alice.forge(shown, custom_id)
        assert "Only members who may manage this server can do that." in answer.text
        assert not answer.files


async def test_quizzes_go_on_when_the_levels_are_known(hall: Hall):
    answered(hall, 40)
    await hall.manager.slash("studyhall items")
    assert "Question 1 of 3" in (await hall.alice.slash("quiz", questions=3)).text
    await hall.pass_time(700)
    assert "Question 1 of 3" in (await hall.alice.slash("quiz", questions=3)).text
    await hall.env.settle()
    assert hall.app.store.waiting == 0
