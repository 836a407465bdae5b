"""Report this question: a form, also one that was opened before the bot was restarted."""

import engines
from hosting import Bot, Member, text


async def opened_form(member: Member) -> tuple[str, dict]:
    """Answer a question, look at its options, and open the form; returns the interaction and the form."""
    outcome = await member.press(await member.command("quiz", section="Threads", questions=1), "A")
    options = await member.press(outcome, "Why not the others?")
    return await member.open_form(options, "Report this question")


def reports(bot: Bot) -> list[tuple]:
    return engines.rows(bot.database, "SELECT member_id, words FROM report")


async def test_a_report_is_kept_and_the_last_one_stands(bot: Bot):
    ada = Member(bot.playground)
    interaction, form = await opened_form(ada)
    assert form["title"] == "Report this question"
    assert "Thank you. It was noted." in text(await ada.submit(interaction, form, words="The key is wrong."))
    assert "replaces your earlier report" in text(await ada.submit(interaction, form, words="No, the stem is."))
    assert reports(bot) == [(int(ada.id), "No, the stem is.")]


async def test_an_empty_report_is_refused_in_a_sentence(bot: Bot):
    ada = Member(bot.playground)
    interaction, form = await opened_form(ada)
    assert "Say in a few words what is wrong" in text(await ada.submit(interaction, form, words="   "))
    assert reports(bot) == []


async def test_a_form_opened_before_a_restart_is_not_lost(bot: Bot):
    ada = Member(bot.playground)
    interaction, form = await opened_form(ada)
    await bot.stop()
    await bot.start()
    assert "It was noted." in text(await ada.submit(interaction, form, words="Typo in option B."))
    assert reports(bot) == [(int(ada.id), "Typo in option B.")]


async def test_a_form_that_nobody_knows_gets_a_friendly_word(bot: Bot):
    ada = Member(bot.playground)
    interaction, form = await opened_form(ada)
    answer = await ada.submit(interaction, form | {"custom_id": "sh:vanished.form:1"}, words="x")
    assert "This form can't be used any more" in text(answer)
