"""Competitions and duels: why they stop or wait, and what is refused."""

from bot.facts import Code
from bot.quiz.competition.events import Verdict
from bot.ui.words.kinds import Words

GAME_OVER = "This competition is over. Open a new one with </compete:0>."
NOT_HOST = "Only the host or a manager of this server can do that."

WORDS: Words = {
    # Why a game stopped, or waits
    Code.CANCELLED: "Cancelled.",
    Code.CANCELLED_BY_HOST: "Cancelled by the host.",
    Code.CANCELLED_BY_MANAGER: "Cancelled by a manager.",
    Code.NOBODY_JOINED: "Nobody joined, so the game was not played.",
    Code.EVERYBODY_LEFT: "Everybody has left.",
    Code.ONE_OF_TWO_LEFT: "One of the two has left.",
    Code.MADE_ROOM: "A competition was opened here instead.",
    Code.NOT_ACCEPTED: "The duel was not accepted in time.",
    Code.TAKEN_BACK: "The challenge was taken back.",
    Code.DECLINED: "The challenge was declined.",
    Code.PAUSED_BY_HOST: "Paused by the host.",
    Code.SILENT_ROUNDS: "Nobody answered for {rounds} rounds.",
    Code.NOT_RESUMED: "Nobody resumed it in time.",
    Code.GAME_CHANNEL_LOST: "I can no longer write in this channel ({why}). I'll keep trying.",
    Code.NOT_TAKEN: "Discord didn't accept the message. I'll keep trying.",
    Code.CHANNEL_BUSY: "Discord accepts no message here before <t:{until}:t>. I'll keep trying.",
    Code.WAS_AWAY: "I was away for {seconds} s; that time was given back.",
    # What is refused
    Code.GAME_JUST_ENDED: "A competition in this channel has just ended. Please try again.",
    Code.DUEL_OF_OTHERS: "This duel is between two others. Watch, or start your own with </duel:0>.",
    Code.GAME_SECTION_GONE: "The course no longer has that section. Open `Host controls` again and choose another.",
    Code.TOO_MANY_CHALLENGES: "Your last {most} challenges here weren't accepted. You can challenge again at "
    "<t:{again}:t>, so that others can use the channel.",
    Code.ALL_ASKED_ELSEWHERE: "Right now every matching question is open in another game or as the question of "
    "the day here. Start when the results are out, or open a game about another section.",
    Code.NOTHING_FITS: "No question matches that section and difficulty. Choose another section, or "
    "leave the difficulty out.",
    Code.ROUND_STILL_OPEN: "This round is still open; its result comes when it is over.",
    Code.NO_ROUND_COUNTS: "No round counts in this game, so there is nothing to practise. Try </quiz:0>.",
    Code.GAME_GONE: "This competition no longer exists. Open a new one with </compete:0>.",
    Code.NO_SUCH_GAME_CHOICE: "There is no such choice. Pick pace, scoring and team_choice from their lists.",
    Code.GAME_NEEDS_SERVER: "Competitions are for servers. Use </compete:0> in one.",
    Code.IN_THREAD_ALREADY: "This is a thread already. Leave `thread` out, or use </compete:0> in its channel.",
    Code.GAME_ON_AT: "There is already [a competition]({link}) in this channel.",
    Code.DUEL_WITH_ONESELF: "A duel takes two: choose somebody else.",
    Code.DUEL_WITH_BOT: "Bots can't play. Choose a member of this server.",
    Code.ONLY_CHALLENGED_ACCEPTS: "Only the member who was challenged can accept. Start a duel of your own with "
    "</duel:0>.",
    Code.ONLY_THE_TWO_END: "Only the two of them can end this duel.",
    Code.REMATCH_TOO_SOON: "This competition is still running. Ask for a rematch when it's over.",
    Code.REMATCH_OF_OTHERS: "This duel was between two others. Start your own with </duel:0>.",
    Code.DUELLIST_GONE: "Your opponent is no longer here. Challenge somebody else with </duel:0>.",
    Code.GAME_ELSEWHERE: "This competition is in another server. Use its buttons there.",
    Code.GAME_OVER: GAME_OVER,
    Code.GAME_OVER_HERE: "This competition is over. Another one is running: {link}",
    Code.GAME_ON_HERE: "There is a competition in this channel already.",
    Code.ROUND_OVER: "Round {round} is over. The game is in round {now}: {link}",
    Code.NOT_HOST: NOT_HOST,
}

VERDICTS = {
    Verdict.HAD_LOCKED_IN: "You had locked in **{letter}**; the first answer counts.",
    Verdict.CLOSED: "The round had closed, so your click came too late to count.",
    Verdict.CAME_LATE: "You clicked in time, but the click reached me after the reveal, so it can't count.",
    Verdict.NOT_OPEN: "This round hasn't started.",
    Verdict.PAUSED: "The game is paused, so your click didn't count. Click again when it resumes.",
    Verdict.OVER: GAME_OVER,
    Verdict.NOT_ALLOWED: NOT_HOST,
    Verdict.NO_SUCH_OPTION: "This question has no such option. Please use its buttons.",
    Verdict.NO_ANSWER_YET: "Choose a letter first; then say how sure you are.",
}
"""What is said to a click on a letter or a button that was not counted."""
