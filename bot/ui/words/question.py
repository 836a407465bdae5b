"""Questions, flags, reports."""

from bot.facts import Code
from bot.model.rulings import MOST_CHARACTERS
from bot.packs.models import MOST_TYPED
from bot.ui.names import safe
from bot.ui.words.kinds import Words

NUMBERS = {3: "three", 4: "four"}

WORDS: Words = {
    Code.CHECK_SPELLING: "Very close: check the spelling, and try again. Nothing was counted yet.",
    Code.NO_SUCH_OPTION: "This question has no such option. Please use its buttons.",
    Code.EMPTY_ANSWER: "Say in a few words what you found; an empty answer helps nobody. Nothing was sent.",
    Code.NO_OPEN_REPORT: "There is no open report about this question now, so nobody was told anything.",
    Code.FLAGGED_GONE: "This question is no longer in this server's courses. </studyhall flags:0> shows what is.",
    Code.NO_SUCH_KEY: "This question has no such option; nothing was changed. Open </studyhall flags:0> again.",
    Code.KEY_ALREADY: "That option is already the key here.",
    Code.RETIRED_ALREADY: "This question is already retired here.",
    Code.NOTHING_TO_UNDO: "There is nothing to undo: this question is graded as the course says.",
    Code.REPORTED_GONE: "This question was removed from the course, so there is nothing left to report.",
    Code.EMPTY_REPORT: "Say in a few words what is wrong; an empty report helps nobody. Nothing was sent.",
    Code.TYPED_GONE: "That answer is no longer in the list, or the question was edited, so nothing was changed. Open "
    "</studyhall flags:0> again.",
    Code.COUNTS_ALREADY: "That answer already counts here.",
    Code.NOTHING_TO_COUNT: "There's no wrong answer of yours here that could count. It may count already.",
    Code.FLAGGED_EDITED: "This question was edited after you opened that screen, so nothing was changed. Open "
    "</studyhall flags:0> again.",
    # What to do about a question, by its figures
    Code.SUSPECT_KEY: "Check the key now: judging by who chooses which option, another one may be right. Retire it until "
    "then.",
    Code.NEGATIVE: "Retire it and check the key: weaker learners get it right more often.",
    Code.AMBIGUOUS: "Retire it and read the options: strong learners choose a wrong one, so it may be right too.",
    Code.CONFIDENT_ERRORS: "Read it again: more than a quarter of the learners who were sure got it wrong. It's a strong "
    "myth or a wrong key.",
    Code.TOO_HARD: lambda options: (
        f"Check key and stem: fewer than one in {NUMBERS.get(options, options)} get it right, no better than guessing."
    ),
    Code.TOO_EASY: "Retire or reword it: nearly everybody gets it right.",
    Code.WEAK: "Revise it: it hardly tells strong learners from weak ones.",
    Code.WATCH: "Watch it: it says little about who knows more.",
    Code.UNUSED_OPTION: lambda unused: (
        f"Replace {'a wrong option' if unused == 1 else f'{unused} wrong options'}: hardly anybody chooses it."
    ),
    Code.TRIVIAL: "Reword or retire it: nearly everybody gets it right at a glance.",
    Code.OVERLOADED: "Shorten it: it takes more than three times as long as the others.",
    # All of these were written by people.
    Code.TYPED_COUNTS: lambda stem, typed: (
        f"Your answer “{safe(typed, MOST_TYPED)}” to *{safe(stem, 100)}* now counts as right: the server's managers "
        "accepted it."
    ),
    Code.REPORT_ANSWERED: lambda stem, words: (
        f"You reported the question *{safe(stem, 100)}*. The managers of the server answer: {safe(words, MOST_CHARACTERS)}"
    ),
}
