"""`/studyhall schedule` as managers see it."""

from typing import Any

import pytest
from hall import TEA, Hall
from in_english import refused

from bot.demos.registry import DEMOS
from bot.errors import UserError
from bot.packs.library import Library
from bot.packs.loading import load_packs
from bot.quiz.calendar.schedule import EVERY_DAY
from bot.ui.calendar.schedule_forms import plan_form, read_sections
from bot.ui.forms import Field
from bot.ui.times import days_offered, days_words, read_days, read_time, times_offered


async def test_only_who_manages_the_server_gets_it(hall: Hall):
    given = {"id": "1", "type": 1, "name": "studyhall", "options": [{"type": 1, "name": "schedule", "options": []}]}
    answer = await hall.alice.forge_command(given)
    assert "Only members who may manage this server can do that." in answer.text
    shown = await hall.manager.slash("studyhall schedule")
    assert shown.private
    assert "Nothing is scheduled yet." in shown.text
    assert "Times are in UTC" in shown.text


async def test_a_question_every_day_is_asked_by_itself(hall: Hall):
    shown = await hall.manager.slash("studyhall schedule", what="daily", time="00:10", channel=hall.channel)
    assert "✅ Scheduled." in shown.text
    assert f"Every day at 00:10 in <#{hall.channel.id}>" in shown.text
    assert shown.enabled == ["Change", "Pause", "Remove", "Add a weekly competition"]
    await hall.pass_time(600)
    await hall.app.services.schedules.look()
    [question] = hall.messages()
    assert "Question of the day" in question.text


async def test_a_competition_is_shown_with_what_will_be_played(hall: Hall):
    shown = await hall.manager.slash(
        "studyhall schedule",
        what="competition",
        time="12:10 am",
        days="mon, thu, fri",
        section="tea/brewing",
        rounds=3,
        pace="quick",
        lobby=10,
    )
    assert "Competition · Brewing" in shown.text
    assert "3 rounds · quick pace · classic · every difficulty · lobby 10 min" in shown.text
    assert f"Every Monday, Thursday, Friday at 00:10 in <#{hall.channel.id}>" in shown.text


async def test_pause_resume_days_and_remove(hall: Hall):
    shown = await hall.manager.slash("studyhall schedule", what="daily", time="9", days="weekdays")
    assert "On weekdays at 09:00" in shown.text
    assert (await hall.manager.click(shown, "Pause")).id == shown.id
    assert "⏸️ **Paused.**" in shown.text
    assert shown.enabled == ["Change", "Resume", "Remove", "Add a weekly competition"]
    await hall.manager.click(shown, "Resume")
    assert "Next: <t:" in shown.text
    form = await hall.manager.open_form(shown, "Change")
    await hall.manager.submit(form, time="9:00", days=["5", "6"], channel=[hall.channel])
    assert "At weekends at 09:00" in shown.text
    asked = await hall.manager.click(shown, "Remove")
    assert "At weekends at 09:00" in asked.text.replace("at weekends", "At weekends")
    assert "Nothing is scheduled yet." in (await hall.manager.click(asked, "Yes, remove it")).text


def field(form: Any, name: str) -> dict[str, Any]:
    """A field of a form, as it was sent."""
    [found] = [one["component"] for one in form.modal["components"] if one["component"]["custom_id"] == name]
    return found


def picked(form: Any, name: str) -> list[str]:
    """What a menu of a form has chosen already."""
    return [option["label"] for option in field(form, name)["options"] if option.get("default")]


async def test_a_daily_question_is_added_and_changed_by_forms(hall: Hall):
    shown = await hall.manager.slash("studyhall schedule")
    assert shown.enabled == ["Add a daily question", "Add a weekly competition"]
    form = await hall.manager.open_form(shown, "Add a daily question")
    assert len(picked(form, "days")) == 7
    assert int(field(form, "channel")["default_values"][0]["id"]) == hall.channel.id
    after = await hall.manager.submit(form, time="7 pm", days=["4"], channel=[hall.channel])
    assert after.id == shown.id
    assert f"Every Friday at 19:00 in <#{hall.channel.id}>" in shown.text
    another = hall.guild.create_text_channel("another")
    await hall.env.settle()
    form = await hall.manager.open_form(shown, "Change")
    assert field(form, "time")["value"] == "19:00"
    assert picked(form, "days") == ["Friday"]
    await hall.manager.submit(form, time="08:15", days=["0", "1"], channel=[another])
    assert f"Every Monday, Tuesday at 08:15 in <#{another.id}>" in shown.text
    [(channel_id, hour, minute)] = hall.rows("SELECT channel_id, hour, minute FROM schedule")
    assert (channel_id, hour, minute) == (another.id, 8, 15)


async def test_a_weekly_competition_is_added_and_its_rules_changed_by_forms(hall: Hall):
    shown = await hall.manager.slash("studyhall schedule")
    form = await hall.manager.open_form(shown, "Add a weekly competition")
    assert picked(form, "days") == []
    assert picked(form, "about") == ["All sections"]
    filled = {"time": "19:00", "days": ["4"], "channel": [hall.channel], "about": ["tea/brewing"], "rounds": ["5"]}
    await hall.manager.submit(form, **filled)
    assert "Competition · Brewing" in shown.text
    assert "5 rounds · standard pace · classic · every difficulty · lobby 5 min" in shown.text
    form = await hall.manager.open_form(shown, "Rules")
    assert picked(form, "pace") == ["standard · 25 s a question"]
    await hall.manager.submit(form, pace=["calm"], scoring=["certainty"], difficulty=["hard"], lobby=["10"])
    assert "5 rounds · calm pace · certainty · hard · lobby 10 min" in shown.text
    form = await hall.manager.open_form(shown, "Change")
    assert picked(form, "about") == ["Brewing"]
    await hall.manager.submit(form, **filled | {"about": ["any", "tea/brewing"], "rounds": ["3"]})
    assert "Competition · All sections" in shown.text
    assert "3 rounds · calm pace · certainty · hard · lobby 10 min" in shown.text


async def test_what_was_filled_in_is_there_again_after_a_wrong_time(hall: Hall):
    shown = await hall.manager.slash("studyhall schedule")
    form = await hall.manager.open_form(shown, "Add a daily question")
    refused = await hall.manager.submit(form, time="noonish", days=["2", "3"], channel=[hall.channel])
    assert "That isn't a time of day." in refused.text
    assert hall.rows("SELECT * FROM schedule") == []
    again = await hall.manager.open_form(refused, "Back to the form")
    assert field(again, "time")["value"] == "noonish"
    assert picked(again, "days") == ["Wednesday", "Thursday"]
    await hall.manager.submit(again, time="12:00", days=["2", "3"], channel=[hall.channel])
    assert "Every Wednesday, Thursday at 12:00" in (await hall.manager.slash("studyhall schedule")).text


async def test_sections_of_two_courses_are_typed_where_no_menu_holds_them_and_refused_together():
    library = Library(load_packs(TEA, DEMOS))
    [many] = library.packs
    sections = tuple(many.sections[0].model_copy(update={"id": f"s{n}", "title": f"Part {n}"}) for n in range(30))
    wide = Library([many.model_copy(update={"sections": sections})])
    [about_field] = [one for one in plan_form("x", wide, None, game=True, channel_id=None).fields if one.id == "about"]
    assert isinstance(about_field, Field)
    assert read_sections(wide, "Part 3; Part 7") == ("tea", ("s3", "s7"))


@pytest.mark.parametrize(
    "form",
    ["schedule.new:daily", "schedule.new:nonsense", "schedule.plan:1:1", "schedule.set_rules:1:1", "schedule.plan:x:y"],
)
async def test_a_form_that_nobody_was_given_changes_nothing(hall: Hall, form: str):
    assert "⚠️" in (await hall.manager.submit_form(f"sh:{form}")).text
    assert "Only members who may manage" in (await hall.alice.submit_form(f"sh:{form}")).text or "x:y" in form
    assert hall.rows("SELECT * FROM schedule") == []


async def test_five_fit_on_one_screen_and_a_sixth_is_refused(hall: Hall):
    await hall.manager.slash("studyhall schedule", what="daily", time="9:00")
    for hour in range(10, 14):
        shown = await hall.manager.slash(
            "studyhall schedule", what="competition", time=f"{hour}:00", days="every day", section="tea/brewing"
        )
    assert {"Pause 1", "Remove 5"} <= set(shown.enabled)
    refused = await hall.manager.slash("studyhall schedule", what="competition", time="20:00", days="Friday")
    assert "A server can have 5 things scheduled." in refused.text


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"time": "9:00"}, "Say what happens then: add `what`"),
        ({"days": "Fri"}, "Say what happens then: add `what`"),
        ({"what": "daily"}, "Say when: add `time`"),
        ({"what": "daily", "time": "25:00"}, "That isn't a time of day."),
        ({"what": "daily", "time": "noonish"}, "That isn't a time of day."),
        ({"what": "daily", "time": "9", "days": "someday"}, "I don't know those days."),
        ({"what": "competition", "time": "9"}, "Say on which days"),
        ({"what": "competition", "time": "9", "days": "Fri", "section": "coffee"}, "There is no such section."),
    ],
)
async def test_every_wrong_input_gets_a_sentence_and_stores_nothing(hall: Hall, options: dict[str, str], says: str):
    answer = await hall.manager.slash("studyhall schedule", **options)
    assert answer.private
    assert says in answer.text
    assert hall.rows("SELECT * FROM schedule") == []


async def test_a_channel_in_which_the_bot_may_not_write_is_refused(hall: Hall):
    quiet = hall.guild.create_text_channel("quiet")
    manager = hall.manager
    await hall.env.settle()
    guild = hall.app.client.get_guild(hall.guild.id)
    for role in guild.roles:
        role._permissions &= ~((1 << 11) | (1 << 3))
    answer = await manager.slash("studyhall schedule", what="daily", time="9", channel=quiet)
    assert f"I may not send messages or attach files in <#{quiet.id}>." in answer.text


async def test_what_is_typed_is_completed(hall: Hall):
    offered = await hall.manager.type_option("studyhall schedule", "section", "brew")
    assert offered[0]["value"] == "tea/brewing"
    another = await hall.manager.type_option("studyhall schedule", "section", "tea/brewing; serv")
    assert another[0]["value"] == "tea/brewing; tea/serving"
    assert (await hall.manager.type_option("studyhall schedule", "time", "19"))[0]["value"] == "19:00"
    assert (await hall.manager.type_option("studyhall schedule", "days", "Mon, fr"))[0]["value"] == "Mon, Friday"


@pytest.mark.parametrize("action", ["pause", "resume", "remove"])
async def test_its_buttons_ask_again_who_presses_them(hall: Hall, action: str):
    await hall.manager.slash("studyhall schedule", what="daily", time="9")
    before = hall.rows("SELECT * FROM schedule")
    [(one, made)] = hall.rows("SELECT id, made_ms FROM schedule")
    shown = await hall.alice.slash("help")
    answer = await hall.alice.forge(shown, f"sh:schedule.{action}:{one}:{made}")
    assert "Only members who may manage this server" in answer.text
    gone = await hall.manager.forge(shown, f"sh:schedule.{action}:{one}:7")
    assert "no longer scheduled" in gone.text
    assert hall.rows("SELECT * FROM schedule") == before


async def test_another_time_zone_moves_what_is_scheduled(hall: Hall):
    await hall.manager.slash("studyhall schedule", what="daily", time="9")
    [(before,)] = hall.rows("SELECT next_ms FROM schedule")
    await hall.manager.slash("studyhall setup", time_zone="Asia/Kolkata")
    [(after,)] = hall.rows("SELECT next_ms FROM schedule")
    assert (after - before) % 86_400_000 == 86_400_000 - 5.5 * 3_600_000


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("19:00", (19, 0)), ("7 pm", (19, 0)), ("7:30PM", (19, 30)), ("12am", (0, 0)), ("9", (9, 0)), ("08.15", (8, 15))],
)
def test_times_are_understood(typed: str, meant: tuple[int, int]):
    assert read_time(typed) == meant


@pytest.mark.parametrize("typed", ["", "24:00", "9:60", "13 pm", "0 am", "-1", "٩:00x", "9:5"])
def test_what_is_no_time_is_refused(typed: str):
    with refused(UserError, "19:00"):
        read_time(typed)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("every day", set(EVERY_DAY)),
        ("Weekdays", {0, 1, 2, 3, 4}),
        ("Fridays", {4}),
        ("Mon, Wed and fri", {0, 2, 4}),
        ("sat-mon", {5, 6, 0}),
        ("Mo – Mi".replace("Mi", "We"), {0, 1, 2}),
    ],
)
def test_days_are_understood(typed: str, meant: set[int]):
    assert read_days(typed) == meant


@pytest.mark.parametrize("typed", ["", "f", "someday", "1", "mon-", ","])
def test_what_is_no_day_is_refused(typed: str):
    if typed == "mon-":
        assert read_days(typed) == {0}
        return
    with refused(UserError, "every day"):
        read_days(typed)


def test_what_is_offered_is_understood():
    assert all(read_time(one) for typed in ("", "1", "9") for one in times_offered(typed))
    assert all(read_days(one) for typed in ("", "we", "Monday, ") for one in days_offered(typed))
    assert days_words(frozenset({4})) == "every Friday"
