"""Questions, flags, reports."""

from bot.facts import Code
from bot.model.rulings import MOST_CHARACTERS
from bot.ui.names import safe
from bot.ui.words.kinds import Words

NUMBERS = {3: "three", 4: "four"}

WORDS: Words = {
    Code.CHECK_SPELLING: "Very close: check the spelling, and try again. Nothing was counted yet.",
    Code.NO_SUCH_OPTION: "This question has no such option. Please use its buttons.",
    Code.EMPTY_ANSWER: "Say in a few words what you found; an empty answer helps nobody. Nothing was sent.",
    Code.NO_OPEN_REPORT: "There is no open report on this question any more, so nobody was told anything.",
    Code.FLAGGED_GONE: "This question is not in this server's courses any more. </studyhall flags:0> shows what is.",
    Code.NO_SUCH_KEY: "This question has no such option; nothing was changed. Open </studyhall flags:0> again.",
    Code.KEY_ALREADY: "That option is the key here already; nothing was changed.",
    Code.RETIRED_ALREADY: "This question is retired here already; nothing was changed.",
    Code.NOTHING_TO_UNDO: "There is nothing to undo: this question is graded as the course says.",
    Code.REPORTED_GONE: "This question was taken out of the course, so there is nothing to report any more.",
    Code.EMPTY_REPORT: "Say in a few words what is wrong; an empty report helps nobody. Nothing was sent.",
    Code.FLAGGED_EDITED: "This question was edited since you opened that screen; nothing was changed. Look at it anew in "
    "</studyhall flags:0>.",
    # What to do about a question, by its figures
    Code.SUSPECT_KEY: "Check the key now: by how many and by whom the options are chosen, another one may be right. Leave it "
    "out.",
    Code.NEGATIVE: "Leave it out and check the key: who knows less gets it right more often.",
    Code.AMBIGUOUS: "Leave it out and read the options: those who know more choose a wrong one, so it may be right too.",
    Code.CONFIDENT_ERRORS: "Read it again: more than a quarter of those who were sure were wrong, a strong misconception or "
    "a wrong key.",
    Code.TOO_HARD: lambda options: (
        f"Check key and stem: fewer than one in {NUMBERS.get(options, options)} get it right, as by guessing."
    ),
    Code.TOO_EASY: "Retire or reword it: all but everybody gets it right.",
    Code.WEAK: "Revise it: it hardly tells who knows more from who knows less.",
    Code.WATCH: "Watch it: it tells little about who knows more.",
    Code.UNUSED_OPTION: lambda unused: (
        f"Replace {'a wrong option' if unused == 1 else f'{unused} wrong options'}: hardly anybody takes it for right."
    ),
    Code.TRIVIAL: "Reword or retire it: nearly all answer it right at a glance.",
    Code.OVERLOADED: "Shorten it: it takes more than three times as long as the others.",
    # Both were written by people.
    Code.REPORT_ANSWERED: lambda stem, words: (
        f"You reported the question *{safe(stem, 100)}*. The managers of the server answer: {safe(words, MOST_CHARACTERS)}"
    ),
}
