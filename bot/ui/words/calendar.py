"""The question of the day, and what is scheduled."""

from bot.facts import Code
from bot.ui.words.kinds import Words

WORDS: Words = {
    # Why something that happens by itself did not
    Code.CHANNEL_LOST: "I can't write in that channel ({why}). Let me write there, or choose another channel.",
    Code.MISSED: lambda at_ms: f"{_moment(at_ms)} was missed: I was offline.",
    Code.ANOTHER_ON: lambda at_ms: f"{_moment(at_ms)} was skipped: another competition was running in the channel.",
    Code.LEFT_OUT: lambda at_ms, because: f"{_moment(at_ms)} was skipped: {because}",
    # What is refused
    Code.DAILY_NOT_POSTED: "This question isn't in its channel yet. Click again in a moment.",
    Code.DAILY_STILL_OPEN: "There's no result yet: it comes when the question closes.",
    Code.NO_QUESTIONS_HERE: "The courses of this server have no questions yet. A manager can choose in "
    "</studyhall setup:0>.",
    Code.ALL_ASKED_IN_GAMES: "Right now a competition here is asking every question of this course. Use </daily:0> "
    "again when it is over.",
    Code.DAILY_GONE: "This question of the day is gone. </daily:0> shows today's.",
    Code.DAILY_ELSEWHERE: "This question belongs to another server. </daily:0> shows today's.",
    Code.TOO_MANY_SCHEDULES: "A server can have {most} things scheduled. Remove one before you add another.",
    Code.SCHEDULE_GONE: "This is no longer scheduled. </studyhall schedule:0> shows what is.",
    Code.DAILY_NEEDS_SERVER: "The question of the day is for servers. Use </daily:0> in one.",
    Code.SAY_WHAT_TO_SCHEDULE: "Say what happens then: add `what`, with daily or competition.",
    Code.CANT_BE_SCHEDULED: "That can't be scheduled. Pick daily or competition from the list.",
    Code.NO_SUCH_SCHEDULE_CHOICE: "There is no such choice. Pick difficulty, pace and scoring from their lists.",
    Code.TIME_MISSING: "Say when: add `time`, such as 19:00, in this server's time zone.",
    Code.DAYS_MISSING: "Say on which days: add `days`, such as Friday, or Mon, Wed, or every day.",
    Code.SECTIONS_OF_TWO_COURSES: "A competition asks about one course. Name sections of the same course.",
    Code.NO_TEXT_CHANNEL: "That isn't a text channel. Choose one with `channel`.",
    Code.NO_SUCH_TIME: "That isn't a time of day. Write it as 19:00 or 7 pm.",
    Code.NO_SUCH_DAYS: "I don't know those days. Write: every day, weekdays, Friday, or several such as Mon, Wed, Fri.",
}


def _moment(at_ms: int) -> str:
    return f"<t:{at_ms // 1000}:F>"
