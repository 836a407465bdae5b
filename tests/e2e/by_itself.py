"""What managers do with `/studyhall`, and what comes of it in the channels."""

from typing import Any

from hosting import Bot, Member, text


async def schedule(member: Member, **options: str | int) -> dict[str, Any]:
    """Run `/studyhall schedule`; returns its screen."""
    return await member.command("studyhall", "schedule", **options)


def public(bot: Bot, words: str) -> list[dict[str, Any]]:
    """The public messages that say so."""
    channels = bot.playground.world.channels.values()
    stored = [one for channel in channels for one in channel.messages.values() if one.viewer is None]
    return [one.message for one in stored if words in text(one.message)]
