"""Questions, flags, reports."""

from bot.facts import Code
from bot.model.rulings import MOST_CHARACTERS
from bot.ui.names import safe
from bot.ui.words.kinds import Words

WORDS: Words = {
    Code.NO_SUCH_OPTION: "This question has no such option. Please use its buttons.",
    Code.EMPTY_ANSWER: "Say in a few words what you found; an empty answer helps nobody. Nothing was sent.",
    Code.NO_OPEN_REPORT: "There is no open report on this question any more, so nobody was told anything.",
    Code.FLAGGED_GONE: "This question is not in this server's courses any more. `/studyhall flags` shows what is.",
    Code.NO_SUCH_KEY: "This question has no such option; nothing was changed. Open `/studyhall flags` again.",
    Code.KEY_ALREADY: "That option is the key here already; nothing was changed.",
    Code.RETIRED_ALREADY: "This question is retired here already; nothing was changed.",
    Code.NOTHING_TO_UNDO: "There is nothing to undo: this question is graded as the course says.",
    Code.REPORTED_GONE: "This question was taken out of the course, so there is nothing to report any more.",
    Code.EMPTY_REPORT: "Say in a few words what is wrong; an empty report helps nobody. Nothing was sent.",
    Code.FLAGGED_EDITED: "This question was edited since you opened that screen; nothing was changed. Look at it anew in "
    "`/studyhall flags`.",
    # Both were written by people.
    Code.REPORT_ANSWERED: lambda stem, words: (
        f"You reported the question *{safe(stem, 100)}*. The managers of the server answer: {safe(words, MOST_CHARACTERS)}"
    ),
}
