"""Whether a message can be sent: what the bot may do in a channel, and what Discord's refusals mean.

https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
"""

import discord

from bot.errors import UserError
from bot.services.stage import ChannelLostError, MessageGoneError

UNKNOWN_CHANNEL, UNKNOWN_MESSAGE = 10003, 10008


def require(interaction: discord.Interaction, *permissions: str) -> None:
    """Raise UserError naming the permissions that the bot lacks where the interaction came from.

    In a thread the right to send messages is one of its own, and asked for in its place.
    """
    in_thread = isinstance(interaction.channel, discord.Thread)
    needed = ["send_messages_in_threads" if in_thread and one == "send_messages" else one for one in permissions]
    missing = [one.replace("_", " ") for one in needed if not getattr(interaction.app_permissions, one)]
    if missing:
        wanted = " or ".join(missing)
        raise UserError(f"I may not {wanted} in this channel. Ask a manager to allow it, or use another channel.")


def as_lost(problem: discord.HTTPException) -> Exception:
    """The refusal as services know it: the message or the channel is out of reach; or the refusal itself."""
    if problem.code == UNKNOWN_MESSAGE:
        return MessageGoneError(problem.text)
    forbidden = problem.status == 403  # whatever the reason that Discord gives
    if forbidden or problem.code == UNKNOWN_CHANNEL:
        return ChannelLostError(problem.text)
    return problem
