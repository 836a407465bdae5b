"""What members are told of their settings and data."""

from bot.facts import Code
from bot.ui.words.kinds import Words

WORDS: Words = {
    Code.EXPORT_TOO_LARGE: "Your data is too large for one file in Discord. Ask whoever runs this bot to give it "
    "to you; your member id is {member}.",
    Code.DELETED_WHILE_PLAYING: "You're in a running game, so nothing was deleted. Stop clicking there, and "
    "try again in a moment.",
    Code.NO_SUCH_TIME_FACTOR: "The time is 1, 1.5 or 2 times the usual. Choose one of the three in </settings:0>.",
    Code.NO_SUCH_HOUR: "A day has the hours 0 to 23. Pick one in </settings:0>.",
    Code.NO_SUCH_RETENTION: "Reviews aim at 85, 90 or 95 % still known. Choose one of the three in </settings:0>.",
    Code.REMINDERS_OFF: "Your reminders are switched off: Discord wouldn't let me send you a direct message. Allow direct "
    "messages from this server's members, then switch them on again with </settings:0>.",
}
