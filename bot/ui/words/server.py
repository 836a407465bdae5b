"""What servers and channels allow, and what buttons and commands are told."""

from collections.abc import Sequence

from bot.facts import Code
from bot.ui.words.kinds import Words

WORDS: Words = {
    Code.ONLY_MANAGERS_OPEN: "Only managers of this server open competitions. Ask one of them, or practise with "
    "</quiz:0>.",
    Code.ONLY_ROLE_OPENS: "Only members with the role <@&{role}> open competitions here. Ask one of them, or "
    "practise with </quiz:0>.",
    Code.PLAYED_ELSEWHERE: lambda channels: (
        f"Competitions are played in {', '.join(f'<#{one}>' for one in channels)} here. Use </compete:0> there."
    ),
    Code.ONE_COURSE_AT_LEAST: "A server needs at least one course. Choose one, or open </studyhall setup:0> again.",
    Code.COURSE_NOT_HERE: "That course is gone. Open </studyhall setup:0> again.",
    Code.NO_SUCH_SEASON: "A season lasts 30, 60 or 90 days. Choose one of them in </studyhall setup:0>.",
    Code.NO_SUCH_ZONE: "I don't know that time zone. Type a big city near you, and pick from the list: "
    "Europe/Berlin, America/New_York, Asia/Kolkata; or type how far from UTC you are: UTC+2, UTC-3:30.",
    Code.TOO_FAR_FROM_UTC: "No place is so far from UTC. Type a distance from UTC-12 to UTC+14, or a big city near "
    "you.",
    Code.COMMAND_OUT_OF_DATE: "This command has changed since your Discord loaded it. Restart Discord (Ctrl+R) and "
    "try it again.",
    Code.NO_SUCH_TABLE: "There is no such table. Pick one from the list.",
    Code.TOO_FEW_TO_AIM: "There are too few answers to aim a game at anything yet. Open a competition with </compete:0>.",
    Code.MANAGED_IN_SERVER: "That command is for servers. Use it in one.",
    Code.MANAGERS_ONLY: "Only members who may manage this server can do that. Ask one of them.",
    Code.ROLE_ELSEWHERE: "That role isn't in this server. Choose one from the menu in </studyhall setup:0>.",
    Code.ROLE_NOT_OURS: "<@&{role}> belongs to everybody or to another app, so I can't give it. Choose another role.",
    Code.ROLE_TOO_MIGHTY: lambda role, permissions: (
        f"<@&{role}> may {_either(permissions)}. I only give roles that moderate and manage nothing: choose another one, or "
        "take that permission from it."
    ),
    Code.ROLE_ABOVE_BOT: "<@&{role}> stands above my own role, so I can't give it. In the server's settings, drag my role "
    "above it.",
    Code.ROLE_ABOVE_YOU: "<@&{role}> is not below your own highest role, so you can't have me give it. Choose a lower one.",
    Code.ROLE_NEEDS_MANAGE: "Choosing roles takes the permission *Manage Roles*, which you don't have here.",
    Code.BOT_NEEDS_MANAGE_ROLES: "To give roles I need the permission *Manage Roles*. [Allow it]({link}), then choose again.",
    Code.ROLE_GONE: "A role that I should give isn't there any more. Choose another one.",
    Code.ROLE_WON: "You won the season in {server}: the role **{role}** is yours.",
    Code.ROLE_MASTERED: "You are solid in {what}: in {server} the role **{role}** is yours.",
    Code.ROLE_HANDED_ON: "In {server} a new winner has the role **{role}** now. It was yours until then.",
    Code.CHANNEL_ELSEWHERE: "That channel isn't in this server. Choose one from the menu in </studyhall setup:0>.",
    Code.STALE_BUTTON: "This button is from an earlier version of me, or not mine at all. Type `/` to see what I can do now.",
    Code.STALE_FORM: "This form can't be used any more; nothing was changed. Type `/` to see what I can do now.",
    Code.MAY_NOT_HERE: lambda permissions: (
        f"I may not {_either(permissions)} in this channel. Ask a manager to allow it, or use another channel."
    ),
    Code.MAY_NOT_THERE: lambda permissions, channel: (
        f"I may not {_either(permissions)} in {channel}. Let me, or choose another channel."
    ),
    Code.CANT_POST_HERE: "I can't post in this channel ({why}). Ask a manager, or use another channel.",
    Code.OTHER_SERVER: "it is not in this server",
    Code.THREAD_LOCKED: "its thread is locked or archived; a manager can reopen it",
}


def _either(permissions: Sequence[str]) -> str:
    """Permissions by their names in Discord's documentation."""
    return " or ".join(one.replace("_", " ") for one in permissions)
