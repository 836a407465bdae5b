"""Practice, reviews, progress."""

from bot.facts import Code
from bot.ui.words.kinds import Words

WORDS: Words = {
    Code.NONE_OF_DIFFICULTY: "There is no question of that difficulty in this section yet. Try another difficulty, "
    "or leave it out.",
    Code.NOTHING_MISSED: "You got everything right in that quiz, so there is nothing to retry. Start a new one "
    "with </quiz:0>.",
    Code.NO_WORDS_IN_MESSAGE: "That message has no words of {course} in it that I could ask about. Try another message, or "
    "practise with </quiz:0>.",
    Code.NONE_ASKED_HERE: "These questions are no longer asked here. Practise something else with </quiz:0>.",
    Code.QUESTION_TAKEN_OUT: "This server's managers removed this question. Go on with the next one.",
    Code.QUESTION_EDITED: "This question was edited after it was asked. Here's the new version.",
    Code.ANSWER_BEFORE_SURENESS: "Answer the question first; then say how sure you were.",
    Code.ANSWER_BEFORE_REASONS: "Answer the question first; then every option is explained.",
    Code.QUESTION_GONE: "This question was removed from the course. Go on with </quiz:0>.",
    Code.EDITED_SINCE_ANSWER: "This question was edited after you answered it. Your answer still counts.",
    Code.QUIZ_GONE: "This quiz is gone. Start a new one with </quiz:0>.",
    Code.QUIZ_NOT_YOURS: "This quiz belongs to somebody else. Start your own with </quiz:0>.",
    Code.NOT_IN_QUIZ: "This question is no longer part of the quiz. Go on with </quiz:0>.",
    Code.BELIEF_GONE: "The course no longer covers this. </progress:0> shows what there is.",
    Code.NOTHING_DUE: "Nothing is due now. </quiz:0> asks you something new, and </review:0> says when to come back.",
    Code.NO_SUCH_MEMBER: "I don't know who you mean. Pick somebody from the list.",
    Code.NO_RECENT_ANSWERS: "You haven't answered anything in the last four weeks. Start again with </quiz:0>.",
    Code.CHART_NOT_DRAWN: "The chart could not be drawn just now. Please try again in a minute.",
    Code.MIXUP_GONE: "You've overcome that myth, or the course has changed. </progress:0> shows what there is.",
    Code.OTHERS_NEED_SERVER: "Others' progress is only shown in a server that I'm in. Here, use </progress:0> for yourself.",
    Code.ALL_OPEN: "Right now all of these questions are open in a competition or as the question of the day. Try again when "
    "the result is out, or choose another section.",
    Code.QUESTION_OPEN: "This question is open in a competition or as the question of the day right now, so I can't tell "
    "you the answer before the result is out.",
}
