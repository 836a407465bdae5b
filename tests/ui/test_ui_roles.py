"""*Roles* in `/studyhall setup`, and what may be chosen there."""

import discord
import pytest
from hall import Hall, Person, Shown, walk

from bot.model.roles import SEASON

MIGHTY = discord.Permissions(manage_messages=True)


@pytest.fixture
async def boss(hall: Hall) -> Person:
    """A manager who may give the roles below their own; the bot's own role stands above all but one."""
    above = hall.guild.create_role("Above all")
    boss = hall.guild.create_role("Boss", permissions=discord.Permissions(manage_guild=True, manage_roles=True))
    hall.guild.create_role("Mighty", permissions=MIGHTY)
    hall.guild.create_role("Champion")
    hall.env.backend.reorder_roles(hall.guild.id, [{"id": above.id, "position": 50}])
    made = hall.person("boss", None, boss)
    await hall.env.settle()
    return made


async def panel(who: Person) -> Shown:
    return await who.click(await who.slash("studyhall setup"), "Roles…")


def chosen(hall: Hall) -> list[tuple[str, int]]:
    return hall.rows("SELECT part, role_id FROM role_reward ORDER BY part")


async def test_no_role_is_given_unless_one_is_chosen(hall: Hall, boss: Person):
    shown = await panel(boss)
    assert shown.private
    assert "**The season's winner** gets: no role" in shown.text
    assert "no role yet" in shown.text
    assert "This server has no seasons yet" in shown.text
    assert chosen(hall) == []


async def test_a_role_for_the_winner_is_chosen_handed_on_or_kept_and_dropped(hall: Hall, boss: Person):
    champion = hall.guild.roles["Champion"]
    shown = await panel(boss)
    await boss.choose_in(shown, "roles.set", champion)
    assert f"gets: <@&{champion.id}>, handed on to the next winner" in shown.text
    await boss.click(shown, "Winners keep it")
    assert "winners keep it" in shown.text
    assert hall.rows("SELECT part, role_id, hand_on FROM role_reward") == [(SEASON, champion.id, 0)]
    await boss.click(shown, "No role for winners")
    assert chosen(hall) == []


async def test_a_role_for_mastery_is_chosen_for_a_section_and_for_the_course(hall: Hall, boss: Person):
    champion = hall.guild.roles["Champion"]
    shown = await panel(boss)
    for part in ("tea/brewing", "tea"):
        await boss.choose_in(shown, "roles.part", part)
        [custom_id] = [
            one["custom_id"] for one in walk(shown.stored.components) if one.get("custom_id", "").endswith(f":{part}")
        ]
        await boss.select(shown, custom_id, champion)
    assert f"**Brewing**: <@&{champion.id}>" in shown.text
    assert f"**Tea**: <@&{champion.id}>" in shown.text
    assert chosen(hall) == [("tea", champion.id), ("tea/brewing", champion.id)]
    await boss.click(shown, "No role for this")
    assert chosen(hall) == [("tea/brewing", champion.id)]


@pytest.mark.parametrize(
    ("role", "says"),
    [
        ("Mighty", "may manage messages"),
        ("Boss", "is not below your own highest role"),
        ("Above all", "is not below your own highest role"),
        ("@everyone", "belongs to everybody"),
    ],
)
async def test_a_role_that_is_too_mighty_or_too_high_is_refused(hall: Hall, boss: Person, role: str, says: str):
    refused = await boss.choose_in(await panel(boss), "roles.set", hall.guild.roles[role])
    assert says in refused.text
    assert refused.private
    assert chosen(hall) == []


async def test_a_manager_who_may_not_give_roles_chooses_none(hall: Hall, boss: Person):
    refused = await hall.manager.choose_in(await panel(hall.manager), "roles.set", hall.guild.roles["Champion"])
    assert "takes the permission *Manage Roles*" in refused.text
    assert chosen(hall) == []


async def test_a_role_above_the_bots_own_is_refused_to_the_owner_too(hall: Hall, boss: Person):
    hall.env.backend.get_guild(hall.guild.id).owner_id = boss.id
    await hall.env.settle()
    hall.app.client.get_guild(hall.guild.id).owner_id = boss.id
    refused = await boss.choose_in(await panel(boss), "roles.set", hall.guild.roles["Above all"])
    assert "stands above my own role" in refused.text
    assert chosen(hall) == []


async def test_the_bot_asks_for_the_permission_only_when_a_role_is_chosen(hall: Hall, boss: Person):
    backend = hall.env.backend
    for role_id in backend.get_guild(hall.guild.id).members[backend.bot_user.id].role_ids:
        backend.edit_role(hall.guild.id, role_id, {"permissions": 0})
    await hall.env.settle()
    shown = await panel(boss)
    assert "Manage Roles" not in shown.text
    refused = await boss.choose_in(shown, "roles.set", hall.guild.roles["Champion"])
    assert "I need the permission *Manage Roles*. [Allow it](https://discord.com/oauth2/authorize?" in refused.text
    assert chosen(hall) == []


async def test_a_role_that_was_earned_is_given_in_discord_and_told_with_the_next_command(hall: Hall, boss: Person):
    champion = hall.guild.roles["Champion"]
    await boss.choose_in(await panel(boss), "roles.set", champion)
    await hall.alice.slash("help")
    hall.run_sql(
        "INSERT INTO role_grant (guild_id, member_id, part, won_ms) VALUES (?, ?, 'season:5', 6)",
        hall.guild.id,
        hall.alice.id,
    )
    await hall.app.services.roles.look()
    await hall.env.settle()
    assert champion.id in hall.env.backend.get_guild(hall.guild.id).members[hall.alice.id].role_ids
    await hall.alice.slash("help")
    told = [one for one in _private(hall) if "You won the season in Tea house" in one]
    assert told


def _private(hall: Hall) -> list[str]:
    stored = hall.env.backend.messages[hall.channel.id]
    return [Shown(hall.env, hall.channel.id, one).text for one in stored]


@pytest.mark.parametrize("action", ["roles.open", "roles.drop:season", "roles.season:keep", "roles.part"])
async def test_its_buttons_ask_again_who_presses_them(hall: Hall, action: str):
    values = ["tea"] if action == "roles.part" else None
    refused = await hall.alice.forge(await hall.alice.slash("help"), f"sh:{action}", values)
    assert "Only members who may manage this server" in refused.text
