"""What managers do with `/studyhall`, and what comes of it in the channels."""

from typing import Any

from hosting import Bot, Member, text


async def studyhall(member: Member, part: str, **options: str | int) -> dict[str, Any]:
    """Run a part of `/studyhall`; returns its screen."""
    world, acts = member.playground.world, member.playground.acts
    command = next(command for command in world.commands if command["name"] == "studyhall")
    given = [{"name": n, "type": 4 if isinstance(v, int) else 3, "value": v} for n, v in options.items()]
    chosen = [{"name": part, "type": 1, "options": given}]
    outcome = await member._act(
        lambda hear: acts.run_command(member.id, member.channel_id, command["id"], chosen, hear)
    )
    return await member._answer_to(outcome)


async def schedule(member: Member, **options: str | int) -> dict[str, Any]:
    """Run `/studyhall schedule`; returns its screen."""
    return await studyhall(member, "schedule", **options)


def public(bot: Bot, words: str) -> list[dict[str, Any]]:
    """The public messages that say so."""
    channels = bot.playground.world.channels.values()
    stored = [one for channel in channels for one in channel.messages.values() if one.viewer is None]
    return [one.message for one in stored if words in text(one.message)]
