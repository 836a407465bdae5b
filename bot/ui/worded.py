"""The one place where facts get their words. It knows no Discord but its time stamps."""

from bot.facts import Code, Fact, why_of
from bot.services.question.flags import MOST_CHARACTERS
from bot.ui.names import safe

WORDS = {
    Code.SAID: "{words}",
    Code.CANCELLED: "Cancelled.",
    Code.CANCELLED_BY_HOST: "Cancelled by the host.",
    Code.CANCELLED_BY_MANAGER: "Cancelled by a manager.",
    Code.NOBODY_JOINED: "Nobody joined, so the game was not played.",
    Code.EVERYBODY_LEFT: "Everybody has left.",
    Code.ONE_OF_TWO_LEFT: "One of the two has left.",
    Code.MADE_ROOM: "A competition was opened here instead.",
    Code.NOT_ACCEPTED: "The duel was not accepted in time.",
    Code.TAKEN_BACK: "It was taken back.",
    Code.DECLINED: "It was declined.",
    Code.PAUSED_BY_HOST: "Paused by the host.",
    Code.SILENT_ROUNDS: "Nobody answered for {rounds} rounds.",
    Code.NOT_RESUMED: "Nobody resumed it in time.",
    Code.GAME_CHANNEL_LOST: "I can't write in this channel any more ({why}). I try again by myself.",
    Code.NOT_TAKEN: "Discord did not take the message. I try again by myself.",
    Code.CHANNEL_BUSY: "Discord takes no message here before <t:{until}:t>. I try again by myself.",
    Code.CHANNEL_LOST: "I can't write in that channel ({why}). Let me write there, or remove this and add it for another "
    "channel.",
    Code.MISSED: "{when} was missed: I was not there.",
    Code.ANOTHER_ON: "{when} was left out: there was a competition in the channel already.",
    Code.LEFT_OUT: "{when} was left out: {because}",
    Code.REMINDERS_OFF: "Your reminders are switched off: Discord would not let me write you a direct message. Allow direct "
    "messages from this server's members, then switch them on again with `/settings`.",
    Code.REPORT_ANSWERED: "You reported the question *{stem}*. The managers of the server answer: {words}",
}


def worded(fact: Fact | None) -> str:
    """A fact in a sentence; nothing for none."""
    if fact is None:
        return ""
    values = dict(fact.values)
    if "at_ms" in values:
        values["when"] = f"<t:{int(values['at_ms']) // 1000}:F>"
    if fact.code is Code.REPORT_ANSWERED:  # both were written by people
        values |= {"stem": safe(str(values["stem"]), 100), "words": safe(str(values["words"]), MOST_CHARACTERS)}
    if fact.code is Code.LEFT_OUT:
        values["because"] = worded(why_of(fact))
    return WORDS[fact.code].format_map(values)
