"""Both sides of the loopback keep to Discord's own description: what the bot sends, and what the playground answers."""

from contract import DIVERGENCES, faults_of
from hosting import Bot, Member, buttons, until

from bot.playground.rest import Exchange


async def test_a_whole_visit_keeps_to_discords_description(bot: Bot):
    exchanges: list[Exchange] = []
    bot.playground.rest.record = exchanges.append
    await bot.stop()
    bot.playground.world.commands = []
    await bot.start()
    ada = Member(bot.playground)
    page = await ada.press(await ada.command("lesson"), "Start reading")
    await ada.press(page, "Share here")
    outcome = await ada.press(await ada.press(page, "Quiz me on this"), "A")
    await ada.press(outcome, "Why not the others?")
    await ada.command("leaderboard")
    await ada.command("help")
    await ada.suggestions("lesson", "section", "th")
    await ada.command("lesson", section="there is no such section")
    opened = await ada.command("demo", name="shared-counter")
    await ada.press(opened, "Less")
    await ada.press(opened, "▶ Run it now")
    await until(bot.playground, lambda: "Try it yourself" in buttons(ada.sees(opened)), "the result")
    await ada.press(ada.sees(opened), "Try it yourself")
    scheduled = await ada.command("studyhall", "schedule")
    for label in ("Add a daily question", "Add a weekly competition"):
        await ada.open_form(scheduled, label)
    routes = {f"{exchange.method} {exchange.route}" for exchange in exchanges}
    assert "PUT /applications/{application_id}/commands" in routes
    assert "PATCH /channels/{channel_id}/messages/{message_id}" in routes
    assert [fault for exchange in exchanges for fault in faults_of(exchange)] == []


def test_the_check_finds_what_the_description_forbids():
    forbidden = Exchange("POST", "/channels/{channel_id}/messages", {"content": 5}, 200, {"id": "not an id"})
    assert len(faults_of(forbidden)) >= 2


def test_every_known_divergence_has_its_reason():
    assert all(len(reason.split()) > 8 for reason in DIVERGENCES.values())
