"""Demos."""

from bot.facts import Code
from bot.ui.words.kinds import Words

WORDS: Words = {
    Code.NO_SUCH_DEMO: lambda demos: f"There is no such demo. Pick one from the list: {', '.join(demos)}.",
    Code.NO_SUCH_PREDICTION: "That is not one of this demo's answers. Please use its buttons.",
    Code.PREDICTIONS_CLOSED: "Predictions are closed: this demo has started. Start the next one with </demo:0>.",
    Code.DEMO_NOT_YOURS: "Only the member who opened this demo, or a manager, can cancel it.",
    Code.DEMO_TOO_SOON: "A demo has just run in this channel. The next one can start <t:{again}:R>, so that others "
    "find their messages.",
    Code.DEMO_GONE: "This demo is gone. Open it again with </demo:0>.",
    Code.DEMO_STOPPED: "The demo was stopped after {seconds:g} seconds.",
    Code.NO_DEMOS_HERE: lambda courses: (
        f"The courses of this server ({' and '.join(courses)}) have no demos. </lesson:0> shows what they have."
    ),
    Code.DEMO_NEEDS_SERVER: "Demos run in a server's channel, so that others can predict too. Use </demo:0> in one.",
    Code.DEMO_ELSEWHERE: "This demo is in another server. Open your own with </demo:0>.",
    Code.DEMO_TOO_LATE: "It is too late to cancel: this demo is running or has run.",
    Code.DEMO_RUN_AGAIN: "{why} A new process is ready; press *Run again*.",
    Code.DEMO_DIED: "The process that ran this demo ended before it had a result. A new one is ready; press *Run again*.",
    Code.DEMO_FAILED: "Something went wrong here (id {error_id}). Press *Run again*.",
}
