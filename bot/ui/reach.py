"""What Discord's refusals mean for a message that the bot wants to send or edit.

https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
"""

import discord

from bot.services.stage import ChannelLostError, MessageGoneError

UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, MISSING_ACCESS, MISSING_PERMISSIONS = 10003, 10008, 50001, 50013


def as_lost(problem: discord.HTTPException) -> Exception:
    """The refusal as services know it: the message or the channel is out of reach; or the refusal itself."""
    if problem.code == UNKNOWN_MESSAGE:
        return MessageGoneError(problem.text)
    if problem.code in (UNKNOWN_CHANNEL, MISSING_ACCESS, MISSING_PERMISSIONS):
        return ChannelLostError(problem.text)
    return problem
