"""Boards."""

from bot.facts import Code
from bot.ui.words.kinds import Words

WORDS: Words = {
    Code.NO_SUCH_BOARD: "There is no such board. Pick one from the list.",
    Code.NO_SUCH_PERIOD: "There is no such period. Pick one from the list.",
    Code.NOT_BY_SECTION: "Only points and accuracy can be shown for one section. Leave `section` out for the other boards.",
    Code.BOARD_NEEDS_SERVER: "Leaderboards are for servers. Use </leaderboard:0> in one.",
}
