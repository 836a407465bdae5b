"""What a host and the players choose before a game: sections, teams, a duel."""

import re

from evening import rows
from hosting import Bot, Member, button, buttons, text, until


def podium_of(member: Member) -> dict | None:
    """The podium, once it tells who won."""
    offering = (one for one in member.messages() if "Rematch" in buttons(one))
    return next((one for one in offering if "🥁" not in text(one)), None)


def find(member: Member, words: str) -> dict | None:
    """The newest message that says so."""
    return next((message for message in member.messages() if words in text(message)), None)


async def play(rounds: int, *members: Member) -> dict:
    """Answer every round, each member with a letter of their own, until the podium stands; returns it."""
    playground = members[0].playground
    for number in range(1, rounds + 1):
        heading = f"Round {number} of {rounds} ·"

        def shown(heading: str = heading) -> dict | None:
            return find(members[0], heading) or podium_of(members[0])

        message = await until(playground, shown, heading)
        if "Rematch" in buttons(message):
            break
        for member, letter in zip(members, "ABC", strict=False):
            await member.press(message, letter)
    return await until(playground, lambda: podium_of(members[0]), "the podium")


async def test_the_host_picks_more_sections_and_others_may_not(bot: Bot):
    ada, grace = Member(bot.playground), Member(bot.playground, 1)
    lobby = await grace.command("compete", section="Threads")
    sections = f"sh:host.sections:{_game(lobby)}"
    await grace._click(await grace.press(lobby, "Host controls"), sections, ["asyncio", "threads"])
    await until(bot.playground, lambda: "Competition · Threads, Asyncio" in text(grace.sees(lobby)), "both sections")
    linus = Member(bot.playground, 2)
    refused = await linus.forge(lobby, sections, 3, ["processes"])
    assert "Only the host or a manager" in text(refused)
    await ada._click(await ada.press(lobby, "Host controls"), sections, ["processes"])  # Ada owns the server
    await until(bot.playground, lambda: "Competition · Processes" in text(grace.sees(lobby)), "the manager's choice")


async def test_players_choose_their_teams(bot: Bot):
    ada, grace = Member(bot.playground), Member(bot.playground, 1)
    lobby = await ada.command("compete", teams=2, team_choice="chosen")
    assert {"🟥 Team Red", "🟦 Team Blue"} <= set(buttons(lobby))
    assert "You're in 🟥 Team Red" in text(await grace.press(lobby, "🟥 Team Red"))
    assert "You're in 🟦 Team Blue" in text(await grace.press(lobby, "🟦 Team Blue"))
    await until(bot.playground, lambda: "Team Blue: Grace" in text(ada.sees(lobby)), "Grace in her team")
    assert "Team Red: Ada" in text(ada.sees(lobby))


async def test_teams_share_a_board_on_the_podium(quick: Bot):
    playground = quick.playground
    players = [Member(playground, number) for number in range(3)]
    lobby = await players[0].command("compete", teams=2, rounds=3, pace="quick")
    for player in players[1:]:
        await player.press(lobby, "Join")
    await players[0].steer(lobby, "Start")
    podium = await play(3, *players)
    assert "a player" in text(podium)
    assert "Team Blue" in text(podium)


async def test_a_duel_is_accepted_played_by_two_alone_and_ends_when_it_is_decided(quick: Bot):
    playground = quick.playground
    ada, grace, linus = (Member(playground, number) for number in range(3))
    challenge = await ada.command("duel", member=grace.id)
    assert "**Ada** challenges **Grace**" in text(challenge)
    assert re.search(rf"<@{grace.id}>, do you accept\? You have until <t:\d+:t>\.", text(challenge))
    assert "Only the member who was challenged" in text(await linus.press(challenge, "Accept"))
    await grace.press(challenge, "Accept")
    first = await until(playground, lambda: find(ada, "Round 1 of 7"), "the first round")
    assert "between two others" in text(await linus.press(first, "A"))
    podium = await play(7, ada, grace)
    assert "Linus" not in text(podium)
    assert "🥇" in text(podium)


async def test_a_duel_can_be_declined_and_expires_by_itself(playground, tmp_path):
    hasty = Bot(playground, tmp_path / "data", STUDYHALL_PACE_FACTOR="0.02")
    await hasty.start()
    ada, grace = Member(playground), Member(playground, 1)
    challenge = await ada.command("duel", member=grace.id)
    await grace.press(await grace.press(challenge, "Decline"), "Yes, decline it")
    await until(playground, lambda: "The challenge was declined" in text(ada.sees(challenge)), "the refusal")
    again = await ada.command("duel", member=grace.id)
    await until(playground, lambda: "not accepted in time" in text(ada.sees(again)), "the end of the challenge")
    assert await hasty.stop() == 0


async def test_nobody_duels_with_themselves(bot: Bot):
    ada = Member(bot.playground)
    assert "A duel takes two" in text(await ada.command("duel", member=ada.id))


def _game(lobby: dict) -> str:
    return button(lobby, "Join")["custom_id"].rsplit(":", 1)[1]


async def test_a_game_in_a_thread_leaves_the_channel_free(quick: Bot):
    playground = quick.playground
    exchanges: list = []
    playground.rest.record = exchanges.append
    ada, grace = Member(playground), Member(playground, 1)
    lobby = await ada.command("compete", rounds=3, pace="quick", thread=True)
    await grace.press(lobby, "Join")
    await ada.steer(lobby, "Start")
    await play(3, ada, grace)
    thread = playground.world.channels[lobby["id"]]
    assert thread.parent == ada.channel_id
    assert thread.name.startswith("Competition ")
    called, *rest = (stored.message for stored in thread.messages.values() if stored.viewer is None)
    assert len(rest) == 4  # three rounds and the podium
    assert f"<@{ada.id}> <@{grace.id}>" in text(called)
    mentions = [one.body["allowed_mentions"] for one in exchanges if one.route.endswith("/messages") and one.body]
    assert [set(map(str, one["users"])) for one in mentions if one.get("users")] == [{ada.id, grace.id}]
    await until(playground, lambda: f"{thread.id}/{rest[-1]['id']}" in text(ada.sees(lobby)), "the way back")
    [(best,)] = rows(quick.data_dir, "SELECT max(score) FROM competition_result")  # letters are pressed by chance
    assert (" won with " in text(ada.sees(lobby))) == (best > 0)
    assert [m["id"] for m in ada.messages() if m["channel_id"] == ada.channel_id and not m["flags"] & 64] == [
        lobby["id"]
    ]
    assert sum(exchange.route.endswith("/threads") for exchange in exchanges) == 1


async def test_the_rematch_of_a_duel_is_between_the_same_two_whoever_asks_for_it(quick: Bot):
    playground = quick.playground
    ada, grace, linus = (Member(playground, number) for number in range(3))
    await grace.press(await ada.command("duel", member=grace.id), "Accept")
    podium = await play(7, ada, grace)
    assert "between two others" in text(await linus.press(podium, "Rematch"))
    challenge = await grace.press(podium, "Rematch")
    assert "**Grace** challenges **Ada**" in text(challenge)
    assert "Only the member who was challenged" in text(await grace.press(challenge, "Accept"))
    await ada.press(challenge, "Accept")
    await until(playground, lambda: "It has begun" in text(ada.sees(challenge)), "the second duel begins")


async def test_the_rematch_of_a_game_in_a_thread_is_played_in_it(quick: Bot):
    playground = quick.playground
    ada = Member(playground)
    lobby = await ada.command("compete", rounds=3, pace="quick", thread=True)
    await ada.steer(lobby, "Start")
    podium = await play(3, ada)
    again = await ada.press(podium, "Rematch")
    assert "Starts <t:" in text(again)
    assert again["channel_id"] == lobby["id"]
    await ada.steer(again, "End game for everyone")
